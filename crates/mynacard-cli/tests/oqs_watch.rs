//! `mynacard oqs watch` as it runs all day: files that come, a folder that goes away and returns, and its end.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// Nothing takes so long; a line that does not come fails the test then.
const BOUND: Duration = Duration::from_secs(120);

/// The command while it watches.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mynacard"))
            .args(["oqs", "--json", "watch"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Watch { child, lines }
    }

    /// The next line, which is one whole document.
    #[track_caller]
    fn line(&self) -> Value {
        let line = self.lines.recv_timeout(BOUND).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// The next line is about this file, with its answer.
    #[track_caller]
    fn delivers(&self, name: &str) {
        let line = self.line();
        assert_eq!(line["file"], name, "{line}");
        assert_eq!(line["authenticated"], false);
        assert!(line["answer"].to_string().contains("国保 花子"), "{line}");
    }

    /// Ends this one program; nothing more was printed.
    #[track_caller]
    fn end(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        assert_eq!(
            self.lines.recv_timeout(BOUND),
            Err(RecvTimeoutError::Disconnected)
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Where a test failed it is still there.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn face(folder: &Path, number: u32) -> String {
    let golden = "../mynacard-eligibility/tests/golden/kokuho.sjis.xml";
    let name = format!("OQSsiquc01res_face_{number}_20261120093000.xml");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(golden);
    fs::copy(golden, folder.join(&name)).unwrap();
    name
}

#[test]
fn a_folder_is_watched_until_the_program_is_ended() {
    let dir = tempfile::tempdir().unwrap();
    let (faces, away) = (dir.path().join("face"), dir.path().join("away"));
    fs::create_dir(&faces).unwrap();
    let there = face(&faces, 1);
    let watch = Watch::start(dir.path());
    watch.delivers(&there);
    let came = face(&faces, 2);
    watch.delivers(&came);

    fs::rename(&faces, &away).unwrap();
    let gone = watch.line();
    assert_eq!(gone["error"]["code"], "MC-6501", "{gone}");
    let meanwhile = face(&away, 3);
    fs::rename(&away, &faces).unwrap();
    // What was printed before does not come again.
    watch.delivers(&meanwhile);
    let after = face(&faces, 4);
    watch.delivers(&after);

    // A file of another name is none of its business.
    fs::write(faces.join("notes.xml"), "<XmlMsg/>").unwrap();
    let last = face(&faces, 5);
    watch.delivers(&last);
    assert_eq!(watch.end(), Some(130));
}
