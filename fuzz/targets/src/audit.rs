//! What somebody may do to the files of an audit trail, to its head and to the note of a closed one: whatever passes for whole is what
//! was written.

mod closed;
mod report;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_auth::audit::{AuditTrail, Damage, Note, Rotation};
use mynacard_auth::vault::{Unlock, Vault, make_folder};
use mynacard_auth::{AuditEvent, ErrorKind};

use crate::errors::noted;
use crate::pieces;
use crate::service::{FixedKey, file};

/// The files, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// A trail over a few files, and what its files and its head were after each event.
struct Genuine {
    trail: AuditTrail,
    head: PathBuf,
    states: Vec<State>,
}

/// The files as they were, and the head beside them.
struct State {
    files: Files,
    head: Vec<u8>,
}

const EVENTS: u64 = 5;

/// A file of a trail before this one, whose key is gone.
const EARLIER: &str = "audit-000001.jsonl";

/// What stands in the head's place.
enum Head<'a> {
    /// One that was written, by the number of events before it.
    After(usize),
    These(&'a [u8]),
    Nothing,
    Folder,
}

/// The first byte chooses: files as they come, or changes to the genuine ones; whose head; a trail that was closed.
pub(crate) fn trail(data: &[u8]) {
    thread_local! {
        static GENUINE: RefCell<Genuine> = RefCell::new(Genuine::new());
    }
    let Some((&choice, rest)) = data.split_first() else {
        return;
    };
    if choice & 0x80 != 0 {
        return closed::trail(choice, rest);
    }
    let mut parts = pieces(rest).peekable();
    let last = usize::try_from(EVENTS).expect("a few");
    let back = usize::from(choice >> 5 & 3) + 1;
    let head = match choice >> 1 & 7 {
        1 => Head::After(last.saturating_sub(back)),
        2 => Head::These(parts.next().unwrap_or_default()),
        3 => Head::Nothing,
        4 => Head::Folder,
        _ => Head::After(last),
    };
    GENUINE.with_borrow_mut(|genuine| {
        let mut files = genuine.state(last).files.clone();
        if choice.is_multiple_of(2) {
            for (number, bytes) in (1..).zip(parts.take(4)) {
                files.insert(name(number), bytes.to_vec());
            }
        } else {
            for change in parts.take(4) {
                apply(&mut files, change);
            }
        }
        if choice & 16 != 0 {
            files.insert(EARLIER.to_owned(), b"another trail's\n".to_vec());
        }
        genuine.judge(&files, &head);
    });
}

impl Genuine {
    fn new() -> Self {
        let vault = file().with_file_name("audited");
        let (mut trail, folder) = begin(&vault);
        let head = vault.with_extension("audit");
        let state = || State {
            files: read(&folder, |name| name != EARLIER),
            head: fs::read(&head).expect("just written"),
        };
        let mut states = vec![state()];
        for number in 0..EVENTS {
            trail = appended(trail, number);
            states.push(state());
        }
        Self {
            trail,
            head,
            states,
        }
    }

    fn state(&self, events: usize) -> &State {
        self.states
            .get(events)
            .expect("a state for each event, and the first")
    }

    /// Puts the files in place: what passes for whole holds all that the head counts, in its place.
    fn judge(&self, files: &Files, head: &Head<'_>) {
        let folder = self.trail.folder();
        put(folder, files);
        let _ = (fs::remove_file(&self.head), fs::remove_dir(&self.head));
        match head {
            Head::After(events) => fs::write(&self.head, &self.state(*events).head),
            Head::These(bytes) => fs::write(&self.head, bytes),
            Head::Nothing => Ok(()),
            Head::Folder => fs::create_dir(&self.head),
        }
        .expect("a folder in memory");
        let Ok(report) = noted(self.trail.verify()) else {
            assert!(matches!(head, Head::Folder), "all files can be read");
            assert!(noted(self.trail.append(&event(EVENTS))).is_err());
            fs::remove_dir(&self.head).expect("just made");
            return;
        };
        report::read(&report);
        // A head is one that was written, or none.
        let known = match head {
            Head::After(events) => Some(self.state(*events)),
            Head::These(bytes) => self.states.iter().find(|state| state.head == *bytes),
            Head::Nothing | Head::Folder => None,
        };
        let no_head = |found: &mynacard_auth::audit::Finding| found.damage == Damage::NoHead;
        assert_eq!(
            report.findings.iter().any(no_head),
            known.is_none(),
            "whether there is a head"
        );
        let earlier = |note: &Note| matches!(note, Note::EarlierFiles { files: 1 });
        assert_eq!(
            report.notes.iter().any(earlier),
            known.is_some() && files.contains_key(EARLIER),
            "whether another trail's file lies there"
        );
        let whole = report.is_whole();
        if let Some(state) = known {
            let all = lines(&self.state(self.states.len() - 1).files);
            let (counted, found) = (lines(&state.files).len(), lines(files));
            let in_place = all.starts_with(&found);
            // The line that the head does not count yet: a power cut leaves it.
            let enough = found.len() == counted || found.len() == counted + 1;
            assert!(
                !whole || in_place && enough,
                "a changed trail passed for whole"
            );
            let ours = files.iter().filter(|(name, _)| *name != EARLIER);
            assert!(
                whole || !ours.eq(&state.files),
                "damage where there is none"
            );
        }
        // The desk goes on where it can; and what was wrong stays wrong.
        let appended = noted(self.trail.append(&event(EVENTS)));
        if known.is_some() && folder.is_dir() {
            appended.expect("a folder in memory");
            let after = self.trail.verify().expect("all files can be read");
            report::read(&after);
            assert_eq!(after.is_whole(), whole, "writing on changed the verdict");
        } else {
            assert!(appended.is_err(), "written on without a head or a folder");
        }
    }
}

/// A new trail that begins with the second file, and its folder.
fn begin(vault: &Path) -> (AuditTrail, PathBuf) {
    crate::service::forget(vault);
    let folder = vault.with_extension("trail");
    let _ = fs::remove_dir_all(&folder);
    make_folder(&folder).expect("a folder in memory");
    fs::write(folder.join(EARLIER), b"").expect("a folder in memory");
    let mut opened =
        Vault::create(vault, &Unlock::KeyStore(&FixedKey)).expect("a folder in memory");
    let trail = AuditTrail::open(&mut opened, &folder, at(0)).expect("a folder in memory");
    fs::remove_file(folder.join(EARLIER)).expect("just made");
    let trail = trail.with_rotation(Rotation {
        bytes: 300,
        age: Duration::from_secs(1000),
    });
    (trail, folder)
}

fn appended(trail: AuditTrail, number: u64) -> AuditTrail {
    trail.append(&event(number)).expect("a folder in memory");
    trail
}

/// Nothing but these files; without any, no folder.
fn put(folder: &Path, files: &Files) {
    let _ = fs::remove_dir_all(folder);
    if !files.is_empty() {
        fs::create_dir_all(folder).expect("a folder in memory");
    }
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("a folder in memory");
    }
}

/// The whole lines of a trail, each with its file; what a power cut leaves behind the last one is none.
fn lines(files: &Files) -> Vec<(&str, &[u8])> {
    let mut all = Vec::new();
    for (name, bytes) in files.iter().filter(|(name, _)| *name != EARLIER) {
        let whole = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n") && !line.contains(&0));
        all.extend(whole.map(|line| (name.as_str(), line)));
    }
    all
}

/// One change: what, in which file, where, and with what.
fn apply(files: &mut Files, change: &[u8]) {
    let &[what, number, high, low, ref more @ ..] = change else {
        return;
    };
    let at = usize::from(u16::from_be_bytes([high, low]));
    let name = name(u32::from(number % 4) + 1);
    if what % 8 == 7 {
        files.remove(&name);
        return;
    }
    let bytes = files.entry(name.clone()).or_default();
    let at = at.min(bytes.len());
    let with = more.first().copied().unwrap_or(1);
    match what % 8 {
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

/// The trail's own files, from its first one on.
fn name(number: u32) -> String {
    format!("audit-{:06}.jsonl", number + 1)
}

fn event(number: u64) -> AuditEvent {
    AuditEvent::refused(&ErrorKind::CardChanged.into(), at(number))
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
}

fn read(folder: &Path, which: impl Fn(&str) -> bool) -> Files {
    let entries = fs::read_dir(folder).expect("just made");
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let bytes = fs::read(entry.path()).ok()?;
            which(&name).then_some((name, bytes))
        })
        .collect()
}
