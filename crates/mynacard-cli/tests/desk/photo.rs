//! The verified photo at a visual check: there while staff compare, the owner's alone, and gone afterwards however that ends.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use super::interrupted::signal;
use super::support::{CLEAR, Terminal, json, stdout};

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

/// A real card's photo could not be verified. A slip in 照合番号B would cost one of its ten tries: it is not asked for.
#[cfg(feature = "pcsc")]
#[test]
fn a_photo_that_could_never_be_verified_is_refused_before_anything_is_asked() {
    let visual = Visual::open();
    let before = visual.terminal.sandbox.requests();
    let photo = visual.photo.to_str().unwrap();
    let check = ["--json", "check"];
    let consent = [
        "--json",
        "consent",
        "register",
        "--reference",
        "chart-1",
        "--care",
        "visiting",
        "--kinds",
        "medicines",
    ];
    for command in [&check[..], &consent] {
        // Nothing can be read from that descriptor: whoever tried would fail with another code.
        let by_sight = [
            "--visual",
            "受付 花子",
            "--photo",
            photo,
            "--number-b-fd",
            "9",
        ];
        let refused = visual.terminal.run(&[command, &by_sight].concat(), "yes\n");
        let said = json(&refused);
        assert_eq!(said["error"]["code"], "MC-3501", "{said}");
        let next = said["error"]["next"].as_str().unwrap();
        assert!(next.starts_with("偽造とは限りません。"), "{next}");
        assert_eq!(said["error"]["instead"][0], "暗証番号での確認");
        assert!(refused.stderr.is_empty(), "somebody was asked");
    }
    let screen = ["check", "--screen", "--photo", photo];
    let refused = visual.terminal.run(&screen, "2\n受付 花子\n");
    assert!(
        stdout(&refused).contains("(MC-3501"),
        "{}",
        stdout(&refused)
    );
    assert_eq!(visual.terminal.sandbox.requests(), before);
    assert!(!visual.photo.exists());
    // Known authorities come with the simulation, asked for in so many words: then the number is what is missing.
    let by_sight = [
        "--visual",
        "受付 花子",
        "--photo",
        photo,
        "--number-b-fd",
        "9",
    ];
    let simulated = [&check[..], &["--accept-simulation"], &by_sight].concat();
    let asked = visual.terminal.run(&simulated, "yes\n");
    assert_eq!(json(&asked)["error"]["code"], "secret");
}

#[test]
fn a_photo_is_for_the_visual_check_and_the_reception_screen() {
    let visual = Visual::open();
    let photo = visual.photo.to_str().unwrap();
    let by_pin = [
        "--json",
        "check",
        "--virtual",
        "kyokai-self",
        "--pin-fd",
        "0",
        "--photo",
        photo,
    ];
    let refused = visual.terminal.run(&by_pin, "1234\n");
    assert_eq!(json(&refused)["error"]["code"], "usage");

    let screen = [
        "check",
        "--screen",
        "--virtual",
        "kyokai-self",
        "--photo",
        photo,
    ];
    // By sight with the photo, again after a slip in the number, by PIN, and the operator's no.
    let wrong = PRINTED.replace("4016", "4017");
    let typed = format!(
        "2\n受付 花子\n{PRINTED}\nyes\n\n2\n{wrong}\n\n1\n1234\n\n2\n受付 花子\n{PRINTED}\nno\n\nq\n"
    );
    let day = visual.terminal.run(&screen, &typed);
    let text = stdout(&day);
    assert_eq!(day.status.code(), Some(0), "{text}");
    assert!(text.ends_with(CLEAR), "{text}");
    let asked = text.matches("書き出した写真（署名を検証済み）").count();
    assert_eq!(asked, 2, "{text}");
    let events = [
        "file",
        "setting on",
        "shown online-visual",
        "dropped closed",
        "refused MC-1027",
        "shown online-pin",
        "dropped closed",
        "refused not-confirmed",
    ];
    assert_eq!(visual.terminal.events(), events);
    assert!(!visual.photo.exists());
}
