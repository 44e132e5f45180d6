//! The verified photo at a visual check: there while staff compare, the owner's alone, and gone afterwards however that ends.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use super::interrupted::signal;
use super::support::{Terminal, json, stdout};

/// What is printed on the card of kyokai-self.
const PRINTED: &str = "19800401 2035 4016";

struct Visual {
    terminal: Terminal,
    photo: PathBuf,
}

impl Visual {
    fn open() -> Self {
        let terminal = Terminal::activated();
        assert_eq!(terminal.visual("on").status.code(), Some(0));
        let photo = terminal.folder.path().join("photo.jp2");
        Self { terminal, photo }
    }

    fn start(&self, person: &str, printed: &str) -> Child {
        let number = self.terminal.folder.path().join("number");
        std::fs::write(&number, printed).unwrap();
        let arguments = [
            "--json",
            "check",
            "--virtual",
            person,
            "--visual",
            "受付 花子",
            "--confirm-fd",
            "0",
            "--number-b-fd",
            "4",
            "--photo",
            self.photo.to_str().unwrap(),
        ];
        let number = format!("exec 4<'{}';", number.display());
        self.terminal.start(&number, &arguments)
    }

    /// Waits until the photo is there to be compared.
    fn compare(&self) -> Vec<u8> {
        let since = Instant::now();
        loop {
            match std::fs::read(&self.photo) {
                Ok(photo) if !photo.is_empty() => return photo,
                _ => assert!(since.elapsed() < Duration::from_secs(60), "no photo"),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn the_photo_is_there_while_it_is_compared_and_no_longer() {
    let visual = Visual::open();
    for (word, code) in [("yes\n", 0), ("no\n", 2)] {
        let mut child = visual.start("kyokai-self", PRINTED);
        let mut operator = child.stdin.take().unwrap();
        assert!(visual.compare().len() > 100);
        let mode = std::fs::metadata(&visual.photo)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        operator.write_all(word.as_bytes()).unwrap();
        drop(operator);
        let checked = child.wait_with_output().unwrap();
        assert_eq!(checked.status.code(), Some(code), "{}", stdout(&checked));
        assert!(!visual.photo.exists());
        if code == 0 {
            assert_eq!(json(&checked)["evidence"], "online-visual");
        }
    }

    let mut child = visual.start("kyokai-self", PRINTED);
    let _operator = child.stdin.take();
    visual.compare();
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!visual.photo.exists());
}

#[test]
fn without_a_verified_photo_nobody_is_asked_to_compare() {
    let visual = Visual::open();
    for (person, printed, code) in [
        ("kyokai-self", "19800401 2035 4017", "MC-1027"),
        ("infant", "20260610 2031 5946", "MC-5027"),
        ("kyokai-self", "19800401 2035", "usage"),
        ("kyokai-self", "19800401 20３5 4016", "usage"),
        ("kyokai-self", "19801301 2035 4016", "MC-1006"),
        ("kyokai-self", "19800401 2035 40x6", "MC-1006"),
    ] {
        let refused = visual.start(person, printed).wait_with_output().unwrap();
        let said = json(&refused);
        assert_eq!(said["error"]["code"], code, "{said}");
        let text = said.to_string();
        assert!(
            !text.contains("4017") && !text.contains("19800401"),
            "{text}"
        );
        assert!(!visual.photo.exists());
    }
    // A file of somebody else's is left alone.
    std::fs::write(&visual.photo, "somebody's").unwrap();
    let refused = visual
        .start("kyokai-self", PRINTED)
        .wait_with_output()
        .unwrap();
    assert_eq!(json(&refused)["error"]["code"], "file");
    assert_eq!(std::fs::read(&visual.photo).unwrap(), b"somebody's");
}
