//! The sample for somebody's own reader: what it shows there, and what it says where something is missing.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../../crates/mynacard-pcsc/tests/pcscd/daemon.rs"]
mod daemon;
#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use daemon::inside;
use mynacard_pcsc::Readers;
use support::reader::wait;
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
        support::reader::insert(daemon.port());
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
