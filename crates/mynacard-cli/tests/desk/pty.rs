//! The program at a terminal of its own: a pseudo terminal as its controlling one.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use nix::pty::{OpenptyResult, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};

use super::support::Terminal;

/// Longer than anything here takes, so that a test that waits in vain ends.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Pty {
    child: Child,
    keys: File,
    /// Kept open, so that the modes can be read after the program is gone.
    line: File,
    screen: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    at: usize,
}

impl Pty {
    pub(crate) fn start(terminal: &Terminal, arguments: &[&str]) -> Self {
        let OpenptyResult { master, slave } = openpty(None, None).unwrap();
        let (keys, line) = (File::from(master), File::from(slave));
        let end = || Stdio::from(line.try_clone().unwrap());
        let script = "exec 3<\"$0\"; exec setsid --ctty \"$@\" --passcode-fd 3 --home \"$MYNACARD_TEST_HOME\"";
        let child = Command::new("sh")
            .args(["-c", script])
            .arg(terminal.folder.path().join("passcode"))
            .arg(env!("CARGO_BIN_EXE_mynacard"))
            .args(arguments)
            .env("MYNACARD_TEST_HOME", terminal.home())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        let mut output = keys.try_clone().unwrap();
        let (send, screen) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                if send.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            keys,
            line,
            screen,
            seen: Vec::new(),
            at: 0,
        }
    }

    pub(crate) fn child(&self) -> &Child {
        &self.child
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until this comes up; what came up since the last wait.
    #[track_caller]
    pub(crate) fn until(&mut self, marker: &str) -> String {
        let since = Instant::now();
        loop {
            let new = String::from_utf8_lossy(&self.seen[self.at..]).into_owned();
            if new.contains(marker) {
                self.at = self.seen.len();
                return new;
            }
            let left = PATIENCE.saturating_sub(since.elapsed());
            match self.screen.recv_timeout(left) {
                Ok(more) => self.seen.extend(more),
                Err(_) => panic!("{marker} does not come up: {new}"),
            }
        }
    }

    /// Waits until what is typed is hidden.
    #[track_caller]
    pub(crate) fn until_hidden(&self) {
        let since = Instant::now();
        while self.modes().contains(LocalFlags::ECHO) {
            assert!(since.elapsed() < PATIENCE, "the terminal goes on echoing");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How the terminal treats what is typed.
    pub(crate) fn modes(&self) -> LocalFlags {
        tcgetattr(&self.line).unwrap().local_flags
    }

    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Everything that came up, once the program is gone.
    pub(crate) fn rest(&mut self) -> String {
        while let Ok(more) = self.screen.recv_timeout(Duration::from_millis(300)) {
            self.seen.extend(more);
        }
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // After a failure the program may still be waiting for a key.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
