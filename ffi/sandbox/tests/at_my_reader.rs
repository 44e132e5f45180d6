//! The sample for somebody's own reader: what it shows there, and what it says where something is missing.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../../crates/mynacard-pcsc/tests/pcscd/daemon.rs"]
mod daemon;
#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use daemon::{Daemon, inside};
use mynacard_pcsc::Readers;
use mynacard_sim::{VirtualCard, person, vpcd};
use support::{csharp, run, shipped};

#[test]
fn a_reader_and_its_card_in_csharp() {
    inside("a_reader_and_its_card_in_csharp", |daemon| {
        let folder = tempfile::tempdir().unwrap();
        let program = csharp(folder.path(), "examples/csharp/AtMyReader.cs", None);
        // In a locale without Japanese: the program says itself that it writes UTF-8.
        let at_my_reader = |seconds: &str| {
            let mut mono = Command::new("mono");
            mono.arg(&program).arg(seconds).env("LC_ALL", "C");
            mono
        };
        let fails = |seconds: &str, expected: &[&str]| {
            let output = at_my_reader(seconds)
                .env("LD_LIBRARY_PATH", shipped())
                .output()
                .unwrap();
            let shown = String::from_utf8(output.stdout).unwrap();
            assert!(!output.status.success(), "{shown}");
            assert_eq!(String::from_utf8_lossy(&output.stderr), "");
            for one in expected {
                assert!(shown.contains(one), "no {one} in:\n{shown}");
            }
        };
        fails("soon", &["usage: AtMyReader [SECONDS]"]);
        fails(
            "0.5",
            &[
                "リーダー: Private PCD 00 00（カードなし）\n",
                "リーダー: Private PCD 00 01（カードなし）\n",
                "MC-2005 カードが置かれませんでした。",
                "患者さんにカードを置いてもらい",
            ],
        );
        insert(daemon);
        let shown = run(&mut at_my_reader("20"));
        let card = shown.lines().last().unwrap();
        for expected in [
            "\"card\":\"my-number-card\"",
            "\"authentication\":3",
            "\"signature\":5",
        ] {
            assert!(card.contains(expected), "no {expected} in:\n{shown}");
        }
        daemon.stop();
        fails(
            "0.5",
            &[
                "MC-2001 スマートカードのサービスが動いていません。",
                "pcscd を起動してください",
            ],
        );
        let _service = WithoutReaders::start(folder.path());
        fails(
            "0.5",
            &[
                "カードリーダーが見つかりません。つなぐと、そのまま続きます。",
                "MC-2002 カードリーダーが見つかりません。",
                "USBケーブル",
            ],
        );
    });
}

/// Puts a virtual card into the first slot; it stays as long as the daemon.
fn insert(daemon: &Daemon) {
    let port = daemon.port();
    std::thread::spawn(move || {
        let mut card = VirtualCard::new(person("kyokai-self").unwrap(), SystemTime::now());
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // The reader goes away with its daemon, in the middle of whatever it did.
        let _ = vpcd::serve(&mut card, stream, |_, _| Ok(()));
    });
    wait(|| {
        Readers::new()
            .list()
            .unwrap()
            .iter()
            .any(|one| one.has_card())
    });
}

/// A daemon that has no reader, at the socket that this test's programs are pointed to; it ends with this value.
struct WithoutReaders(Child);

impl WithoutReaders {
    fn start(folder: &Path) -> Self {
        let none = folder.join("no readers");
        std::fs::create_dir(&none).unwrap();
        let socket = std::env::var("PCSCLITE_CSOCK_NAME").unwrap();
        let script = "mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind \"$1\" /run/pcscd && \
                      exec /usr/sbin/pcscd --foreground --config \"$2\"";
        let child = Command::new("/usr/bin/unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", script, "pcscd"])
            .arg(Path::new(&socket).parent().unwrap())
            .arg(&none)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let service = Self(child);
        wait(|| {
            Readers::new()
                .list()
                .is_ok_and(|readers| readers.is_empty())
        });
        service
    }
}

impl Drop for WithoutReaders {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait(mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !there() {
        assert!(Instant::now() < end, "the daemon does not come to it");
        std::thread::sleep(Duration::from_millis(50));
    }
}
