//! Seeds of what is done to an audit trail, to its head and to the note of a closed one: each kind of change, and files that only look
//! like one.

use serde_json::json;

use super::Seed;
use crate::joined;

/// Bits of the first octet: what is done to the files, whose head, another trail's file, a closed trail.
const CHANGES: u8 = 1;
const OLDER: u8 = 1 << 1;
const OTHER: u8 = 2 << 1;
const NO_HEAD: u8 = 3 << 1;
const FOLDER: u8 = 4 << 1;
const EARLIER: u8 = 16;
const CLOSED: u8 = 0x80;
const NOTE: u8 = CLOSED | 2;
const FORGED: u8 = CLOSED | 3;

type Changes = Vec<&'static [u8]>;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let changes: Vec<(&str, Changes)> = vec![
        ("as-written", vec![]),
        ("byte", vec![&[0, 1, 0, 40, 1]]),
        ("cut", vec![&[1, 2, 0, 100]]),
        ("cut-to-nothing", vec![&[1, 2, 0, 0]]),
        ("inserted", vec![&[2, 0, 0, 0, b'{', b'}', b'\n']]),
        ("torn", vec![&[3, 2, 0, 0, b'{', b'"', b'n']]),
        ("torn-next-file", vec![&[3, 3, 0, 0, b'{', b'"']]),
        ("empty-next-file", vec![&[3, 3, 0, 0]]),
        ("zeroed", vec![&[3, 2, 0, 0, 0, 0, 0, b'\n']]),
        ("zeroed-and-torn", vec![&[3, 2, 0, 0, 0, b'\n', 1]]),
        ("surplus", vec![&[3, 2, 0, 0, b'x', b'\n']]),
        ("lines-swapped", vec![&[4, 0, 0, 1, 2]]),
        ("line-removed", vec![&[5, 1, 0, 1]]),
        ("files-swapped", vec![&[6, 0, 0, 0, 1]]),
        ("file-moved", vec![&[6, 2, 0, 0, 3]]),
        ("file-removed", vec![&[7, 2, 0, 0]]),
        (
            "no-folder",
            vec![&[7, 0, 0, 0], &[7, 1, 0, 0], &[7, 2, 0, 0]],
        ),
    ];
    for (prefix, choice) in [("", CHANGES), ("closed-", CLOSED | CHANGES)] {
        for (name, changes) in &changes {
            let seed = [&[choice][..], &joined(changes.iter().copied())].concat();
            seeds.push(("audit", format!("{prefix}{name}"), seed));
        }
    }
    let torn: &[u8] = &[3, 2, 0, 0, b'{'];
    let other = format!("{{\"first\":2,\"chain\":\"{}\"}}\n", "0".repeat(64));
    for (name, choice, parts) in [
        ("head-one-back", OLDER, vec![]),
        ("head-two-back", OLDER | 1 << 5, vec![]),
        ("head-four-back", OLDER | 3 << 5, vec![]),
        ("head-back-and-torn", OLDER, vec![torn]),
        // What fuzzing found: a line that is not counted, before a file that was begun.
        (
            "head-back-and-begun",
            OLDER | 1 << 5,
            vec![&[1, 2, 0, 0][..]],
        ),
        ("head-other", OTHER, vec![&b"{}"[..]]),
        ("head-of-another", OTHER, vec![other.as_bytes()]),
        ("head-none", NO_HEAD, vec![]),
        ("head-none-and-torn", NO_HEAD, vec![torn]),
        ("head-folder", FOLDER, vec![]),
        ("earlier", EARLIER, vec![]),
        ("earlier-no-head", EARLIER | NO_HEAD, vec![]),
    ] {
        let seed = [&[CHANGES | choice][..], &joined(parts)].concat();
        seeds.push(("audit", name.into(), seed));
    }
    let line = br#"{"n":1,"at":1790000000,"event":"file","file":1,"chain":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
    let file = [&line[..], b"\n"].concat();
    let raw = |name: &str, choice: u8, files: &[&[u8]]| {
        let seed = [&[choice][..], &joined(files.iter().copied())].concat();
        ("audit", name.to_owned(), seed)
    };
    seeds.push(raw("files", 0, &[&file, &file]));
    seeds.push(raw("too-long", 0, &[&[b'x'; 4200]]));
    seeds.push(raw("too-many", 0, &[&[b'\n'; 1100]]));
    seeds.push(raw("closed-files", CLOSED, &[&file, b"\n"]));
    notes(seeds);
    forged(seeds);
}

/// Notes of a closed trail: right in form with other lines, and not right.
fn notes(seeds: &mut Vec<Seed>) {
    let note = |version: u8, first: u32, count: u64, last: &str, key: &str| {
        json!({"audit_trail_closed": version, "key": key, "end": {
            "first": first, "file": 4, "since": 0, "length": 100, "count": count, "last": last}})
        .to_string()
    };
    let (hex, short) = ("0".repeat(64), "00");
    for (name, text) in [
        ("other-key", note(1, 2, 7, &hex, &hex)),
        ("endless", note(1, 2, u64::MAX, &hex, &hex)),
        ("nothing", note(1, 2, 0, &hex, &hex)),
        ("version", note(2, 2, 7, &hex, &hex)),
        ("first", note(1, 3, 7, &hex, &hex)),
        ("link", note(1, 2, 7, short, &hex)),
        ("key", note(1, 2, 7, &hex, short)),
        ("empty", String::new()),
        ("long", " ".repeat(4100)),
    ] {
        let seed = [&[NOTE][..], text.as_bytes()].concat();
        seeds.push(("audit", format!("note-{name}"), seed));
    }
}

/// Lines made with the key that the note tells, and what the note says of them wrongly.
fn forged(seeds: &mut Vec<Seed>) {
    let first = r#"{"n":1,"event":"file","file":2"#;
    let second = r#"{"n":2,"event":"refused""#;
    let next = "\n{\"n\":3,\"event\":\"file\",\"file\":3";
    let right = [first, second, next];
    for (name, wrong, lines) in [
        ("right", [0, 0, 0], right),
        ("count-less", [1, 0, 0], right),
        ("count-far-less", [2, 0, 0], right),
        ("count-endless", [4, 0, 0], right),
        ("length", [0, 1, 0], right),
        ("link", [0, 0, 1], right),
        ("no-json", [0; 3], [first, "{\"n\":", next]),
        ("no-file", [0; 3], [second, second, second]),
        (
            "another-file",
            [0; 3],
            [first, second, "\n{\"n\":3,\"event\":\"file\",\"file\":4"],
        ),
        ("file-inside", [0; 3], [first, first, first]),
    ] {
        let parts = [&wrong[..]].into_iter().chain(lines.map(str::as_bytes));
        let seed = [&[FORGED][..], &joined(parts)].concat();
        seeds.push(("audit", format!("forged-{name}"), seed));
    }
}
