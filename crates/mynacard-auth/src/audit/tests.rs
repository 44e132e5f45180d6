//! A trail over three files, and everything that can be done to its lines, its bytes, its files and its head.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use super::*;
use crate::ErrorKind;
use crate::vault::{KeyStore, Unlock, Vault};

mod closed;
mod moved;

struct Store(u8);

impl KeyStore for Store {
    fn key(
        &self,
        _: &[u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Zeroizing::new([self.0; 32]))
    }
}

/// Every file of the trail, the head under `head`.
type Files = BTreeMap<String, Vec<u8>>;

struct Fixture {
    folder: tempfile::TempDir,
    trail: AuditTrail,
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
}

fn event(number: u8) -> AuditEvent {
    let tap = TapId::from_bytes([number; 16]);
    let kind = match number % 3 {
        0 => AuditKind::Shown {
            tap,
            check_id: format!("check-{number}"),
            evidence: Evidence::Online(Query::Pin),
        },
        1 => AuditKind::Dropped {
            tap,
            why: DropReason::Closed,
        },
        _ => AuditKind::Refused { code: "MC-1003" },
    };
    AuditEvent::new(at(number.into()), kind)
}

impl Fixture {
    /// A trail of which two or three events fill a file.
    fn new() -> Self {
        // In memory where there is such a folder: thousands of lines are flushed here.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        let folder = folder.unwrap();
        let mut vault =
            Vault::create(&folder.path().join("vault"), &Unlock::KeyStore(&Store(9))).unwrap();
        let trail = AuditTrail::open(&mut vault, &folder.path().join("audit"), at(0)).unwrap();
        let rotation = Rotation {
            bytes: 500,
            ..Rotation::default()
        };
        Self {
            trail: trail.with_rotation(rotation),
            folder,
        }
    }

    fn with_events(count: u8) -> Self {
        let mut fixture = Self::new();
        for number in 0..count {
            fixture.trail.record(&event(number)).unwrap();
        }
        fixture
    }

    fn path(&self, name: &str) -> PathBuf {
        match name {
            "head" => self.folder.path().join("vault.audit"),
            name => self.trail.folder().join(name),
        }
    }

    fn files(&self) -> Files {
        std::fs::read_dir(self.trail.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .chain(["head".to_owned()])
            .map(|name| (name.clone(), std::fs::read(self.path(&name)).unwrap()))
            .collect()
    }

    fn put(&self, files: &Files) {
        std::fs::remove_dir_all(self.trail.folder()).unwrap();
        std::fs::create_dir(self.trail.folder()).unwrap();
        for (name, bytes) in files {
            std::fs::write(self.path(name), bytes).unwrap();
        }
    }

    /// The first finding after `files` took the trail's place.
    #[track_caller]
    fn found(&self, files: &Files) -> Finding {
        self.put(files);
        let report = self.trail.verify().unwrap();
        report.findings.first().expect("damage is found").clone()
    }

    #[track_caller]
    fn whole(&self) -> Report {
        let report = self.trail.verify().unwrap();
        assert_eq!(report.findings, []);
        report
    }
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

/// Every line of every file: the file's name and the line's index.
fn places(files: &Files) -> Vec<(String, usize)> {
    files
        .iter()
        .filter(|(name, _)| *name != "head")
        .flat_map(|(name, bytes)| (0..lines(bytes).len()).map(|line| (name.clone(), line)))
        .collect()
}

#[test]
fn a_trail_goes_over_files_and_is_whole() {
    let fixture = Fixture::with_events(9);
    let files = fixture.files();
    assert_eq!(files.len(), 4, "{:?}", files.keys());
    let report = fixture.whole();
    assert_eq!((report.files, report.lines), (3, 9 + 3));
    assert_eq!((report.notes.as_slice(), report.more), (&[][..], 0));
    let head = String::from_utf8(files["head"].clone()).unwrap();
    assert!(head.contains(&report.fingerprint) && head.contains("\"count\":12"));
    let first = String::from_utf8(files["audit-000001.jsonl"].clone()).unwrap();
    assert!(
        first.starts_with(r#"{"n":1,"at":1790000000,"event":"file","file":1,"chain":""#),
        "{first}"
    );
    assert!(first.contains(r#"{"n":2,"at":1790000000,"check_id":"check-0","event":"shown""#));
}

#[cfg(unix)]
#[test]
fn everything_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::with_events(1);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(fixture.trail.folder()), 0o700);
    for name in ["head", "audit-000001.jsonl"] {
        assert_eq!(mode(&fixture.path(name)), 0o600, "{name}");
    }
}

#[test]
fn every_removed_line_is_found_at_its_place() {
    let fixture = Fixture::with_events(9);
    let whole = fixture.files();
    let places = places(&whole);
    for (index, (name, line)) in places.iter().enumerate() {
        let mut files = whole.clone();
        let mut left = lines(&whole[name]);
        left.remove(*line);
        files.insert(name.clone(), left.concat());
        let damage = if index + 1 == places.len() {
            Damage::CutOff { lines: 1 }
        } else {
            Damage::Missing { lines: 1 }
        };
        // The place is the next line's: in the next file, where the last line of a file is gone.
        let (file, line) = match places.get(index + 1) {
            Some((next, 0)) => (next.clone(), 1),
            _ => (name.clone(), *line as u64 + 1),
        };
        let expected = Finding { file, line, damage };
        assert_eq!(fixture.found(&files), expected, "{name} {line}");
    }
    assert_eq!(places.len(), 12);
}

#[test]
fn every_truncation_is_found_at_its_place() {
    let fixture = Fixture::with_events(9);
    let whole = fixture.files();
    let names: Vec<_> = whole
        .keys()
        .filter(|name| *name != "head")
        .cloned()
        .collect();
    let mut cuts = 0;
    for (index, name) in names.iter().enumerate() {
        for length in 0..whole[name].len() {
            let mut files = whole.clone();
            files.get_mut(name).unwrap().truncate(length);
            let kept = lines(&files[name]);
            let found = fixture.found(&files);
            let at_an_end = files[name].last().is_none_or(|last| *last == b'\n');
            let here = match (at_an_end, names.get(index + 1)) {
                _ if length == 0 => (name.clone(), 0),
                (_, None) => (name.clone(), kept.len() + usize::from(at_an_end)),
                (true, Some(next)) => (next.clone(), 1),
                (false, Some(_)) => (name.clone(), kept.len()),
            };
            assert_eq!(
                (found.file, found.line),
                (here.0, here.1 as u64),
                "{name} {length}"
            );
            cuts += 1;
        }
    }
    println!("{cuts} truncations");
    assert!(cuts > 1500, "{cuts}");
}

#[test]
fn every_rewritten_byte_is_found_at_its_place() {
    let fixture = Fixture::with_events(5);
    let whole = fixture.files();
    let mut rewritten = 0;
    for (name, bytes) in &whole {
        let mut line = 1;
        for at in 0..bytes.len() {
            for new in [bytes[at] ^ 1, b'\n'] {
                if new == bytes[at] {
                    continue;
                }
                fixture.put(&whole);
                let mut altered = bytes.clone();
                altered[at] = new;
                std::fs::write(fixture.path(name), altered).unwrap();
                let report = fixture.trail.verify().unwrap();
                let found = report.findings.first().expect("damage is found");
                let line = if name == "head" { 0 } else { line };
                assert_eq!(
                    (&found.file, found.line),
                    (name, line),
                    "{name} {at} {new:02X}"
                );
                rewritten += 1;
            }
            line += u64::from(bytes[at] == b'\n');
        }
    }
    println!("{rewritten} rewritten bytes");
    assert!(rewritten > 2500, "{rewritten}");
}

#[test]
fn a_rewritten_line_is_the_only_one_named() {
    let fixture = Fixture::with_events(9);
    let whole = fixture.files();
    for (name, line) in places(&whole) {
        for (from, to) in [("\"n\"", "\"m\""), ("\"chain\":\"", "\"chain\":\"0")] {
            let mut files = whole.clone();
            let mut all = lines(&whole[&name]);
            let text = String::from_utf8(all[line].clone()).unwrap();
            let mut altered = text.replace(from, to);
            if to.ends_with('0') {
                let end = altered.len() - 4;
                altered.replace_range(end - 1..end, "");
            }
            assert!(altered != text || text.contains("\"chain\":\"00"));
            all[line] = altered.into_bytes();
            files.insert(name.clone(), all.concat());
            fixture.put(&files);
            let report = fixture.trail.verify().unwrap();
            let named: Vec<_> = report.findings.iter().map(|f| (&*f.file, f.line)).collect();
            assert_eq!(named, [(&*name, line as u64 + 1)], "{:?}", report.findings);
        }
    }
}

#[test]
fn every_swap_of_two_lines_is_found_at_the_first_of_them() {
    let fixture = Fixture::with_events(9);
    let whole = fixture.files();
    let places = places(&whole);
    let mut swaps = 0;
    for (index, first) in places.iter().enumerate() {
        for second in &places[index + 1..] {
            let mut files = whole.clone();
            let take = |place: &(String, usize)| lines(&whole[&place.0])[place.1].clone();
            for (place, line) in [(first, take(second)), (second, take(first))] {
                let mut all = lines(&files[&place.0]);
                all[place.1] = line;
                files.insert(place.0.clone(), all.concat());
            }
            let found = fixture.found(&files);
            assert_eq!(
                (found.file, found.line),
                (first.0.clone(), first.1 as u64 + 1)
            );
            swaps += 1;
        }
    }
    assert_eq!(swaps, 12 * 11 / 2);
}

#[test]
fn swapped_removed_doubled_and_joined_files_are_found() {
    let fixture = Fixture::with_events(9);
    let whole = fixture.files();
    let name = |number: usize| format!("audit-{number:06}.jsonl");
    for first in 1..=3 {
        for second in first + 1..=3 {
            let mut files = whole.clone();
            files.insert(name(first), whole[&name(second)].clone());
            files.insert(name(second), whole[&name(first)].clone());
            let found = fixture.found(&files);
            assert_eq!((found.file, found.line), (name(first), 1));
        }
        let mut removed = whole.clone();
        removed.remove(&name(first));
        let found = fixture.found(&removed);
        let (file, line) = match first {
            3 => (name(2), lines(&whole[&name(2)]).len() as u64 + 1),
            _ => (name(first + 1), 1),
        };
        assert_eq!((found.file, found.line), (file, line));
        let mut doubled = whole.clone();
        doubled.insert(name(4), whole[&name(first)].clone());
        assert_eq!(fixture.found(&doubled).file, name(4));
    }
    // The lines stay in order, and yet the files are not those that were written.
    let mut joined = whole.clone();
    joined.insert(name(1), [&whole[&name(1)][..], &whole[&name(2)]].concat());
    joined.remove(&name(2));
    let expected = Damage::OutOfPlace;
    assert_eq!(fixture.found(&joined).damage, expected);
    let mut none = whole.clone();
    none.retain(|name, _| name == "head");
    let all = Damage::CutOff { lines: 12 };
    assert_eq!(fixture.found(&none).damage, all);
}

#[test]
fn a_head_that_is_missing_older_or_another_trails_is_found() {
    let mut fixture = Fixture::with_events(5);
    let before = fixture.files();
    for number in 5..8 {
        fixture.trail.record(&event(number)).unwrap();
    }
    let mut older = fixture.files();
    older.insert("head".into(), before["head"].clone());
    let damage = Damage::HeadOlder { lines: 4 };
    assert_eq!(fixture.found(&older).damage, damage);
    let other = Fixture::with_events(8);
    older.insert("head".into(), other.files()["head"].clone());
    assert_eq!(fixture.found(&older).damage, Damage::NoHead);
    std::fs::remove_file(fixture.path("head")).unwrap();
    let report = fixture.trail.verify().unwrap();
    assert_eq!(report.findings[0].damage, Damage::NoHead);
    let error = fixture.trail.record(&event(8)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the audit trail's head is missing or was altered"
    );
}

#[test]
fn another_vaults_key_makes_no_line() {
    let ours = Fixture::with_events(4);
    let theirs = Fixture::with_events(4);
    let mut files = theirs.files();
    files.insert("head".into(), ours.files()["head"].clone());
    let found = ours.found(&files);
    assert_eq!((found.line, found.damage), (1, Damage::Altered));
}

/// The trail before and after one more event, which may begin a file.
fn before_and_after(events: u8) -> (Fixture, Files, Files) {
    let mut fixture = Fixture::with_events(events);
    let before = fixture.files();
    fixture.trail.record(&event(events)).unwrap();
    let after = fixture.files();
    (fixture, before, after)
}

#[test]
fn a_line_that_lost_its_power_is_told_apart_and_the_trail_goes_on() {
    let mut states = 0;
    for events in 1..6 {
        let (mut fixture, before, after) = before_and_after(events);
        let last = after.keys().rev().nth(1).unwrap().clone();
        let counted = before.get(&last).map_or(0, Vec::len);
        // The first line beyond the head: a new file's, or the event's.
        let line = lines(&after[&last][counted..])[0].len();
        for length in counted..=counted + line {
            for zeroed in [false, true] {
                let mut files = before.clone();
                let mut bytes = after[&last][..length].to_vec();
                if zeroed {
                    bytes[counted..].fill(0);
                }
                files.insert(last.clone(), bytes);
                fixture.put(&files);
                let report = fixture.whole();
                let beyond = (length - counted) as u64;
                let expected = match beyond {
                    0 => vec![],
                    all if all == line as u64 && !zeroed => vec![Note::NotCounted],
                    bytes => vec![Note::Torn { bytes }],
                };
                assert_eq!(report.notes, expected, "{events} {length}");
                fixture.trail.record(&event(events)).unwrap();
                let report = fixture.whole();
                assert_eq!(report.notes, [], "{events} {length}");
                let all: Vec<u8> = fixture.files().into_values().flatten().collect();
                let all = String::from_utf8(all).unwrap();
                assert_eq!(all.contains("recovered"), !expected.is_empty());
                states += 1;
            }
        }
    }
    println!("{states} states after a power cut");
    assert!(states > 1000, "{states}");
}

#[test]
fn what_somebody_wrote_behind_the_end_does_not_pass_for_a_power_cut() {
    let mut fixture = Fixture::with_events(4);
    let mut files = fixture.files();
    let last = files.keys().rev().nth(1).unwrap().clone();
    let line = lines(&files[&last]).pop().unwrap();
    files.get_mut(&last).unwrap().extend(line);
    assert_eq!(fixture.found(&files).damage, Damage::Surplus);
    // The desk goes on in a new file; what was done stays where it is.
    fixture.trail.record(&event(4)).unwrap();
    let report = fixture.trail.verify().unwrap();
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert_eq!(report.findings[0].file, last);
    let all: Vec<u8> = fixture.files().into_values().flatten().collect();
    assert!(String::from_utf8(all).unwrap().contains("after_damage"));
}

/// A file is begun when every line before it is counted: a line that is not, and an empty file after it, are of no power cut.
#[test]
fn a_line_that_is_not_counted_before_a_file_that_was_begun_is_no_power_cut() {
    let (fixture, before, after) = before_and_after(2);
    let mut files = after;
    let last = files.keys().rfind(|name| *name != "head").unwrap();
    let number: u32 = last["audit-".len()..][..6].parse().unwrap();
    let next = files::name(number + 1);
    files.insert("head".into(), before["head"].clone());
    fixture.put(&files);
    assert_eq!(fixture.whole().notes, [Note::NotCounted]);
    for (begun, line) in [(&b""[..], 0), (b"{", 1)] {
        files.insert(next.clone(), begun.to_vec());
        let found = fixture.found(&files);
        assert_eq!((&found.file, found.line), (&next, line));
        assert_eq!(found.damage, Damage::Surplus);
    }
    // The desk goes on, and the damage stays visible.
    fixture.trail.append(&event(9)).unwrap();
    assert!(!fixture.trail.verify().unwrap().is_whole());
}

#[test]
fn after_any_cut_the_desk_goes_on_and_the_cut_stays_visible() {
    let mut fixture = Fixture::with_events(6);
    let whole = fixture.files();
    let last = whole.keys().rev().nth(1).unwrap().clone();
    for length in 0..whole[&last].len() {
        let mut files = whole.clone();
        files.get_mut(&last).unwrap().truncate(length);
        fixture.put(&files);
        fixture.trail.record(&event(6)).unwrap();
        fixture.trail.record(&event(7)).unwrap();
        let report = fixture.trail.verify().unwrap();
        assert!(!report.is_whole(), "{length}");
    }
}

#[test]
fn what_cannot_be_counted_is_not_kept() {
    let mut fixture = Fixture::with_events(2);
    let before = fixture.files();
    let obstacle = fixture.folder.path().join("vault.audit.new");
    std::fs::create_dir(&obstacle).unwrap();
    let error = fixture.trail.record(&event(2)).unwrap_err();
    assert!(
        error
            .downcast_ref::<crate::Error>()
            .is_some_and(|e| e.code() == "MC-5401")
    );
    assert_eq!(fixture.files(), before);
    std::fs::remove_dir(obstacle).unwrap();
    fixture.trail.record(&event(2)).unwrap();
    assert_eq!(fixture.whole().notes, []);

    let long = AuditKind::Shown {
        tap: TapId::from_bytes([1; 16]),
        check_id: "x".repeat(5000),
        evidence: Evidence::PortalScreen,
    };
    fixture
        .trail
        .record(&AuditEvent::new(at(9), long))
        .unwrap_err();
    fixture.whole();
}

#[test]
fn files_rotate_by_age_too_and_not_when_the_clock_goes_back() {
    let fixture = Fixture::new();
    let mut trail = fixture.trail.with_rotation(Rotation {
        bytes: u64::MAX,
        age: Duration::from_secs(60),
    });
    let refused = |seconds| AuditEvent::refused(&ErrorKind::CardChanged.into(), at(seconds));
    for (seconds, files) in [(0, 1), (59, 1), (60, 2), (0, 2), (119, 2), (120, 3)] {
        trail.record(&refused(seconds)).unwrap();
        assert_eq!(trail.verify().unwrap().files, files, "{seconds}");
    }
    assert!(trail.verify().unwrap().is_whole());
}

#[test]
fn writers_at_the_same_time_come_one_after_the_other() {
    let fixture = Fixture::new();
    let path = fixture.folder.path().join("vault");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (path, folder) = (&path, fixture.trail.folder());
            scope.spawn(move || {
                let mut vault = Vault::open(path, &Unlock::KeyStore(&Store(9)), at(0)).unwrap();
                let trail = AuditTrail::open(&mut vault, folder, at(0)).unwrap();
                let mut trail = trail.with_rotation(Rotation {
                    bytes: 2000,
                    ..Rotation::default()
                });
                for number in 0..25 {
                    trail.record(&event(writer * 25 + number)).unwrap();
                }
            });
        }
    });
    let report = fixture.whole();
    assert_eq!(report.lines, 100 + report.files as u64);
    assert_eq!(report.notes, []);
}

#[test]
fn a_trail_begun_anew_leaves_the_earlier_files_alone() {
    let fixture = Fixture::with_events(9);
    let before = fixture.files();
    let path = fixture.folder.path().join("vault");
    let mut vault = Vault::open(&path, &Unlock::KeyStore(&Store(9)), at(0)).unwrap();
    let mut trail = AuditTrail::begin(&mut vault, fixture.trail.folder(), at(20)).unwrap();
    trail.record(&event(20)).unwrap();
    let report = trail.verify().unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!((report.files, report.lines), (1, 2));
    assert_eq!(report.notes, [Note::EarlierFiles { files: 3 }]);
    let after = fixture.files();
    assert!(
        before
            .iter()
            .all(|(name, bytes)| name == "head" || after[name] == *bytes)
    );

    let mut vault = Vault::open(&path, &Unlock::KeyStore(&Store(9)), at(0)).unwrap();
    let again = AuditTrail::open(&mut vault, fixture.trail.folder(), at(0)).unwrap();
    assert_eq!(again.verify().unwrap(), report);
}
