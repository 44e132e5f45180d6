//! A trail that was closed: its key is public in the note, so anybody can make lines that fit. Its fingerprint, noted elsewhere, is
//! what proves the genuine ones.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mynacard_auth::audit::ClosedTrail;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{EVENTS, Files, appended, apply, at, begin, name, put, read, report};
use crate::errors::noted;
use crate::pieces;
use crate::service::file;

/// A closed trail as its end left it.
struct Genuine {
    folder: PathBuf,
    files: Files,
    note: Vec<u8>,
    fingerprint: String,
    lines: u64,
    key: Vec<u8>,
}

/// The note of a trail that begins with the second file.
pub(super) const NOTE: &str = "closed-000002.json";

/// The two lowest bits: files as they come, changes to the genuine ones, another note, or lines of somebody who has the key.
pub(super) fn trail(choice: u8, rest: &[u8]) {
    thread_local! {
        static GENUINE: RefCell<Genuine> = RefCell::new(Genuine::new());
    }
    GENUINE.with_borrow(|genuine| {
        let mut files = genuine.files.clone();
        let mut note = genuine.note.clone();
        match choice & 3 {
            0 => {
                for (number, bytes) in (1..).zip(pieces(rest).take(4)) {
                    files.insert(name(number), bytes.to_vec());
                }
            }
            1 => {
                for change in pieces(rest).take(4) {
                    apply(&mut files, change);
                }
            }
            2 => note = rest.to_vec(),
            _ => return Forged::of(genuine, rest).judge(genuine),
        }
        genuine.judge(files, note);
    });
}

impl Genuine {
    fn new() -> Self {
        let (mut trail, folder) = begin(&file().with_file_name("closed"));
        for number in 0..EVENTS {
            trail = appended(trail, number);
        }
        let closed = trail.close(at(EVENTS)).expect("a folder in memory");
        assert_eq!(closed.note(), folder.join(NOTE));
        let note = fs::read(closed.note()).expect("just written");
        let said: Value = serde_json::from_slice(&note).expect("a note is JSON");
        let key = said.get("key").and_then(Value::as_str);
        Self {
            files: read(&folder, |name| name != NOTE),
            note,
            fingerprint: closed.fingerprint(),
            lines: closed.lines(),
            key: bytes(key.expect("the key is public")),
            folder,
        }
    }

    fn put(&self, mut files: Files, note: Vec<u8>) {
        files.insert(NOTE.to_owned(), note);
        put(&self.folder, &files);
    }

    /// What passes for whole under the fingerprint that was noted is what was written, to the last octet.
    fn judge(&self, files: Files, note: Vec<u8>) {
        let ours = |name: &&String| self.files.contains_key(*name);
        let same_files = files
            .iter()
            .filter(|(name, _)| ours(name))
            .eq(self.files.iter());
        let same_note = note == self.note;
        self.put(files, note);
        let Ok(found) = noted(ClosedTrail::all(&self.folder)) else {
            assert!(!same_note, "the note cannot be read");
            return;
        };
        let [only] = found.as_slice() else {
            unreachable!("one note and {} closed trails", found.len());
        };
        let _ = format!("{only:?}");
        assert_eq!(only.note(), self.folder.join(NOTE));
        let report = only.verify().expect("all files can be read");
        report::read(&report);
        let genuine = only.fingerprint() == self.fingerprint;
        if report.is_whole() && genuine {
            assert!(same_files, "a changed trail passed for whole");
            assert_eq!(only.lines(), self.lines);
            assert_eq!(report.lines, self.lines);
            assert_eq!(report.fingerprint, self.fingerprint);
        }
        assert!(
            report.is_whole() || !(same_note && same_files),
            "damage where there is none"
        );
    }
}

/// Lines that somebody made with the key, and a note to them.
struct Forged {
    files: Files,
    note: Vec<u8>,
    link: Vec<u8>,
    lines: u64,
    /// The lines are numbered, each file says which it is, and the note counts them all.
    right: bool,
}

impl Forged {
    /// The first piece is what the note says wrongly: of the count, of the length, of the link. Each other piece is a line without its
    /// end; a line end before it begins the next file.
    fn of(genuine: &Genuine, rest: &[u8]) -> Self {
        let mut parts = pieces(rest);
        let wrong = parts.next().unwrap_or_default();
        let [count, length, link] = [0, 1, 2].map(|at| wrong.get(at).copied().unwrap_or_default());
        let mut files = Files::new();
        let mut number = 1;
        let mut before = vec![0; 32];
        let (mut lines, mut right) = (0, true);
        for part in parts.take(32) {
            let begins = lines == 0 || part.starts_with(b"\n");
            if begins && lines > 0 {
                number += 1;
            }
            lines += 1;
            let open = String::from_utf8_lossy(part).replace(['\n', '\0'], "");
            let open: String = open.chars().take(1000).collect();
            right &= is_right(&open, lines, begins.then_some(number + 1));
            let mut mac = <Hmac<Sha256>>::new_from_slice(&genuine.key).expect("any length");
            mac.update(&before);
            mac.update(open.as_bytes());
            before = mac.finalize().into_bytes().to_vec();
            let line = format!("{open},\"chain\":\"{}\"}}\n", digits(&before));
            files.entry(name(number)).or_default().extend(line.bytes());
        }
        let last = files.values().next_back().map_or(0, Vec::len);
        let said = json!({"audit_trail_closed": 1, "key": digits(&genuine.key), "end": {
            "first": 2, "file": number + 1, "since": 0,
            "length": u64::try_from(last).expect("short") + u64::from(length),
            "count": u64::wrapping_sub(lines, count.into()),
            "last": digits(&if link == 0 { before.clone() } else { vec![link; 32] }),
        }});
        Self {
            files,
            note: said.to_string().into_bytes(),
            link: before,
            lines,
            right: right && lines > 0 && [count, length, link] == [0; 3],
        }
    }

    /// Each line is in the chain, and the fingerprint tells it from the genuine one.
    fn judge(self, genuine: &Genuine) {
        genuine.put(self.files, self.note);
        let found = noted(ClosedTrail::all(&genuine.folder)).expect("a right note");
        let only = found.first().expect("one note");
        let report = only.verify().expect("all files can be read");
        report::read(&report);
        assert_eq!(report.lines, self.lines, "a line that fits was passed over");
        assert_eq!(report.fingerprint, digits(&self.link));
        assert_ne!(report.fingerprint, genuine.fingerprint, "forged");
        assert!(report.is_whole() || !self.right, "damage in right lines");
        if report.is_whole() {
            assert_eq!(report.fingerprint, only.fingerprint(), "another last line");
        }
    }
}

/// Whether a line says its number and, at a file's beginning and there alone, the file's.
fn is_right(open: &str, number: u64, file: Option<u32>) -> bool {
    let Ok(said) = serde_json::from_str::<Value>(&format!("{open}}}")) else {
        return false;
    };
    // A name that stands twice is read by nobody the same.
    let once = |name: &str| open.matches(name).count() <= 1;
    if open.contains('\\') || !["\"n\"", "\"event\"", "\"file\":"].into_iter().all(once) {
        return false;
    }
    let number_said = said.get("n").and_then(Value::as_u64);
    let begins = said
        .get("event")
        .and_then(Value::as_str)
        .map(|event| event == "file");
    let file_said = said.get("file").and_then(Value::as_u64);
    number_said == Some(number)
        && begins == Some(file.is_some())
        && (file.is_none() || file_said == file.map(u64::from))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
