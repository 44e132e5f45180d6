//! What somebody may do to the files of an audit trail: whatever passes for whole is what was written.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_auth::audit::{AuditTrail, Rotation};
use mynacard_auth::vault::{Unlock, Vault};
use mynacard_auth::{Audit as _, AuditEvent, ErrorKind};

use crate::pieces;
use crate::service::{FixedKey, file};

/// The files, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// A trail over a few files, and its files and head as they were written.
struct Genuine {
    trail: AuditTrail,
    head: PathBuf,
    files: Files,
    head_bytes: Vec<u8>,
}

const EVENTS: u64 = 5;

/// The first byte chooses: files as they come, or changes to the genuine ones.
pub(crate) fn trail(data: &[u8]) {
    thread_local! {
        static GENUINE: RefCell<Genuine> = RefCell::new(Genuine::new());
    }
    let Some((&choice, rest)) = data.split_first() else {
        return;
    };
    GENUINE.with_borrow_mut(|genuine| {
        let mut files = genuine.files.clone();
        if choice.is_multiple_of(2) {
            for (number, bytes) in (1..).zip(pieces(rest).take(4)) {
                files.insert(name(number), bytes.to_vec());
            }
        } else {
            for change in pieces(rest).take(4) {
                apply(&mut files, change);
            }
        }
        genuine.judge(&files);
    });
}

impl Genuine {
    fn new() -> Self {
        let vault = file().with_file_name("audited");
        crate::service::forget(&vault);
        let folder = vault.with_extension("trail");
        let _ = fs::remove_dir_all(&folder);
        let mut opened =
            Vault::create(&vault, &Unlock::KeyStore(&FixedKey)).expect("a folder in memory");
        let trail = AuditTrail::open(&mut opened, &folder, at(0)).expect("a folder in memory");
        let mut trail = trail.with_rotation(Rotation {
            bytes: 300,
            age: Duration::from_secs(1000),
        });
        for number in 0..EVENTS {
            trail.record(&event(number)).expect("a folder in memory");
        }
        let head = vault.with_extension("audit");
        Self {
            files: read(&folder),
            head_bytes: fs::read(&head).expect("just written"),
            head,
            trail,
        }
    }

    /// Puts the files in place: what passes for whole holds all that was written, in its place.
    fn judge(&mut self, files: &Files) {
        let folder = self.trail.folder().to_owned();
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder in memory");
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes).expect("a folder in memory");
        }
        fs::write(&self.head, &self.head_bytes).expect("a folder in memory");
        let report = self.trail.verify().expect("all files can be read");
        if report.is_whole() {
            let last = self.files.keys().next_back();
            for (name, written) in &self.files {
                let found = files.get(name).map_or(&[][..], Vec::as_slice);
                let rest = found.strip_prefix(written.as_slice());
                let rest = rest.expect("a changed trail passed for whole");
                assert!(
                    rest.is_empty() || last == Some(name),
                    "something was added to a file that was closed"
                );
                assert!(
                    !rest.contains(&b'\n') || rest.contains(&0),
                    "a line was added"
                );
            }
        }
        let whole = report.is_whole();
        // The desk goes on either way; and what was wrong stays wrong.
        self.trail
            .record(&event(EVENTS))
            .expect("a folder in memory");
        let after = self.trail.verify().expect("all files can be read");
        assert_eq!(after.is_whole(), whole, "writing on changed the verdict");
    }
}

/// One change: what, in which file, where, and with what.
fn apply(files: &mut Files, change: &[u8]) {
    let &[what, number, high, low, ref more @ ..] = change else {
        return;
    };
    let at = usize::from(u16::from_be_bytes([high, low]));
    let name = name(u32::from(number % 4) + 1);
    let bytes = files.entry(name.clone()).or_default();
    let at = at.min(bytes.len());
    let with = more.first().copied().unwrap_or(1);
    match what % 7 {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= with;
            }
        }
        1 => bytes.truncate(at),
        2 => {
            bytes.splice(at..at, more.iter().copied());
        }
        3 => bytes.extend_from_slice(more),
        4 => {
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            let other = usize::from(with) % lines.len().max(1);
            let line = at % lines.len().max(1);
            if line != other {
                lines.swap(line, other);
            }
            *bytes = lines.concat();
        }
        5 => {
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            if !lines.is_empty() {
                lines.remove(at % lines.len());
            }
            *bytes = lines.concat();
        }
        _ => {
            let moved = std::mem::take(bytes);
            let other = self::name(u32::from(with % 4) + 1);
            let there = files.insert(other, moved).unwrap_or_default();
            files.insert(name, there);
        }
    }
}

fn name(number: u32) -> String {
    format!("audit-{number:06}.jsonl")
}

fn event(number: u64) -> AuditEvent {
    AuditEvent::refused(&ErrorKind::CardChanged.into(), at(number))
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
}

fn read(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).expect("just made");
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((name, fs::read(entry.path()).ok()?))
        })
        .collect()
}
