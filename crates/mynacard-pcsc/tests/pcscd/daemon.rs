//! A PC/SC daemon that only the test sees: own mount namespace, own socket, own port for the virtual reader.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
const INSIDE: &str = "MYNACARD_PCSCD_TEST_DIRECTORY";

/// The daemon of one test.
pub(crate) struct Daemon {
    directory: PathBuf,
    port: u16,
    child: Option<Child>,
}

/// Runs a test against its own daemon: the test's program is started once more, with libpcsclite pointed to the daemon's
/// socket, because that cannot be changed in a running program.
pub(crate) fn inside(test: &str, body: impl FnOnce(&mut Daemon)) {
    if let Some(directory) = std::env::var_os(INSIDE) {
        let mut daemon = Daemon::new(directory.into());
        daemon.start();
        return body(&mut daemon);
    }
    if std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1") {
        println!("left out because of MYNACARD_QUICK=1: {test}");
        return;
    }
    require(Path::new("/usr/sbin/pcscd"), "pcscd");
    require(Path::new(DRIVER), "vsmartcard-vpcd");
    require(Path::new("/usr/bin/unshare"), "util-linux");
    let directory = tempfile::tempdir().unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(INSIDE, directory.path())
        .env(
            "PCSCLITE_CSOCK_NAME",
            directory.path().join("run/pcscd.comm"),
        )
        .status()
        .unwrap();
    assert!(
        status.success(),
        "{test} failed inside its namespace: {status}"
    );
}

fn require(file: &Path, package: &str) {
    assert!(
        file.exists(),
        "this test needs the Debian package {package} ({} is missing)",
        file.display()
    );
}

impl Daemon {
    fn new(directory: PathBuf) -> Self {
        std::fs::create_dir_all(directory.join("run")).unwrap();
        std::fs::create_dir_all(directory.join("readers")).unwrap();
        let port = free_ports();
        let reader = format!(
            "FRIENDLYNAME \"Private PCD\"\nDEVICENAME /dev/null:{port:#06X}\nLIBPATH {DRIVER}\nCHANNELID {port:#06X}\n"
        );
        std::fs::write(directory.join("readers/vpcd"), reader.replace("0X", "0x")).unwrap();
        Self {
            directory,
            port,
            child: None,
        }
    }

    /// Where a card connects to be in the first slot.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where a card connects to be in the second slot.
    #[allow(
        dead_code,
        reason = "only some tests that share this file use the second slot"
    )]
    pub(crate) fn second_port(&self) -> u16 {
        self.port + 1
    }

    /// Starts the daemon and waits until it lists its readers.
    pub(crate) fn start(&mut self) {
        let script = "mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind \"$1/run\" /run/pcscd && \
                      exec /usr/sbin/pcscd --foreground --config \"$1/readers\"";
        let child = Command::new("/usr/bin/unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", script, "pcscd"])
            .arg(&self.directory)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let end = Instant::now() + Duration::from_secs(20);
        while !mynacard_pcsc::Readers::new()
            .list()
            .is_ok_and(|readers| readers.len() == 2)
        {
            assert!(Instant::now() < end, "pcscd did not come up with two slots");
            let early = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(early.is_none(), "pcscd ended at once: {early:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the daemon.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SIGTERM lets it remove its socket; a daemon that does not heed it is killed.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let end = Instant::now() + Duration::from_secs(5);
            while child.try_wait().unwrap().is_none() {
                if Instant::now() > end {
                    let _ = child.kill();
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A free port whose successor is free too.
fn free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
    panic!("no two free ports side by side");
}
