//! A closed trail: everything that can be done to its bytes, its files and its note after the key was left beside them.

use super::*;
use crate::audit::ClosedTrail;

/// A trail over several files with its end, and everything in its folder.
fn closed(events: u8) -> (tempfile::TempDir, PathBuf, ClosedTrail) {
    let Fixture { folder, trail } = Fixture::with_events(events);
    let files = trail.folder().to_owned();
    let closed = trail.close(at(300)).unwrap();
    (folder, files, closed)
}

/// The one trail in `folder`, if its note can be read and everything fits.
fn passes(folder: &std::path::Path) -> Option<ClosedTrail> {
    let [trail] = <[_; 1]>::try_from(ClosedTrail::all(folder).ok()?).ok()?;
    trail.verify().ok()?.is_whole().then_some(trail)
}

#[test]
fn the_removal_is_the_last_line_and_the_note_verifies_all_of_them() {
    let (_folder, files, trail) = closed(9);
    let report = trail.verify().unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.lines, trail.lines());
    assert_eq!(report.fingerprint, trail.fingerprint());
    assert!(report.files > 2);
    let last = std::fs::read_dir(&files).unwrap();
    let last = last.map(|entry| entry.unwrap().path());
    let last = last.filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
    let last = std::fs::read_to_string(last.max().unwrap()).unwrap();
    let last = last.lines().last().unwrap();
    assert!(last.contains(r#""event":"removed""#), "{last}");
    let again = passes(&files).unwrap();
    assert_eq!(again.fingerprint(), trail.fingerprint());
    assert!(ClosedTrail::all(&files.join("none")).unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn the_note_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, _, trail) = closed(1);
    let mode = std::fs::metadata(trail.note())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn every_changed_byte_and_every_cut_is_found_or_shows_in_the_fingerprint() {
    let (_folder, files, trail) = closed(4);
    let fingerprint = trail.fingerprint();
    let mut tried = 0;
    for entry in std::fs::read_dir(&files).unwrap() {
        let path = entry.unwrap().path();
        let whole = std::fs::read(&path).unwrap();
        let mut check = |changed: &[u8]| {
            std::fs::write(&path, changed).unwrap();
            let same = passes(&files).filter(|trail| trail.fingerprint() == fingerprint);
            assert!(
                same.is_none(),
                "{path:?}: {}",
                String::from_utf8_lossy(changed)
            );
            tried += 1;
        };
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x01;
            // When a file was begun matters to nobody any more.
            let part = whole[..at].rsplit(|byte| *byte == b',').next().unwrap();
            if !part.starts_with(b"\"since\":") {
                check(&changed);
            }
        }
        for end in 0..whole.len() {
            // Without its line's end a note says the same.
            if end + 1 < whole.len() || path.extension().is_some_and(|end| end == "jsonl") {
                check(&whole[..end]);
            }
        }
        check(&[&whole[..], b"{}\n"].concat());
        std::fs::write(&path, &whole).unwrap();
    }
    assert!(tried > 1000, "{tried}");
    assert_eq!(passes(&files).unwrap().fingerprint(), fingerprint);
}

#[test]
fn lines_made_with_the_key_that_was_left_do_not_lead_to_the_fingerprint() {
    let (_folder, files, trail) = closed(4);
    let fingerprint = trail.fingerprint();
    let note: serde_json::Value =
        serde_json::from_slice(&std::fs::read(trail.note()).unwrap()).unwrap();
    let key = chain::Key::of_revealed(note["key"].as_str().unwrap()).unwrap();
    // Another trail of as many files and lines under the same key, with a note that fits it.
    let mut link = chain::BEGINNING;
    let mut numbers: Vec<_> = std::fs::read_dir(&files)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    numbers.sort();
    for path in numbers {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut forged = String::new();
        for line in text.lines() {
            let (open, _) = chain::split(line.as_bytes()).unwrap();
            let (line, next) = key.seal(&link, &open.replace("MC-1003", "MC-1004"));
            link = next;
            forged.push_str(&line);
            forged.push('\n');
        }
        std::fs::write(path, forged).unwrap();
    }
    let mut forged = note.clone();
    forged["end"]["last"] = chain::hex(&link).into();
    std::fs::write(trail.note(), forged.to_string()).unwrap();
    let forged = passes(&files).expect("whoever has the key can make a trail");
    assert_ne!(forged.fingerprint(), fingerprint);
}

#[test]
fn files_of_the_next_trail_are_not_the_closed_ones() {
    let (folder, files, trail) = closed(4);
    let path = folder.path().join("vault");
    let mut vault = Vault::open(&path, &Unlock::KeyStore(&Store(9)), at(0)).unwrap();
    let mut next = AuditTrail::begin(&mut vault, &files, at(400)).unwrap();
    next.record(&event(2)).unwrap();
    assert_eq!(passes(&files).unwrap().fingerprint(), trail.fingerprint());
    assert!(next.verify().unwrap().is_whole());
    let second = next.close(at(500)).unwrap();
    let both = ClosedTrail::all(&files).unwrap();
    let both: Vec<_> = both.iter().map(ClosedTrail::fingerprint).collect();
    assert_eq!(both, [trail.fingerprint(), second.fingerprint()]);
}

/// The note is no secret: its count may be any number.
#[test]
fn a_note_that_counts_more_lines_than_there_can_be_is_no_whole_trail() {
    let (_folder, files, trail) = closed(4);
    let said = std::fs::read_to_string(trail.note()).unwrap();
    let count = format!("\"count\":{}", trail.lines());
    assert!(said.contains(&count), "{said}");
    for more in [trail.lines() + 1, u64::MAX - 1, u64::MAX] {
        let other = said.replace(&count, &format!("\"count\":{more}"));
        std::fs::write(trail.note(), other).unwrap();
        let report = ClosedTrail::all(&files).unwrap()[0].verify().unwrap();
        let lines = more - trail.lines();
        let found: Vec<Damage> = report.findings.iter().map(|found| found.damage).collect();
        assert_eq!(found, [Damage::CutOff { lines }], "{more}");
    }
}
