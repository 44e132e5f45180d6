//! Code page 932 as `WideCharToMultiByte` and `MultiByteToWideChar` have it, under wine. Needs wine and
//! x86_64-w64-mingw32-gcc.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use mynacard_eligibility::{Encoding, Unmappable};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What we write and Windows does not: the same sign under another number, as the module `encoding` states.
const SAME_SIGN: [(u32, &[u8]); 6] = [
    (0x00A2, &[0x81, 0x91]),
    (0x00A3, &[0x81, 0x92]),
    (0x00AC, &[0x81, 0xCA]),
    (0x2016, &[0x81, 0x61]),
    (0x2212, &[0x81, 0x7C]),
    (0x301C, &[0x81, 0x60]),
];

/// What Windows writes and we do not: single bytes that no file should hold, and that our reader refuses.
const SINGLE_BYTES: [u32; 5] = [0x0080, 0xF8F0, 0xF8F1, 0xF8F2, 0xF8F3];

#[test]
fn we_write_and_read_what_windows_does() {
    if support::quick("wine") {
        return;
    }
    let exe = support::kept().join("cp932.exe");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/cp932.c");
    support::run(
        Command::new("x86_64-w64-mingw32-gcc")
            .arg("-O1")
            .arg("-o")
            .arg(&exe)
            .arg(source),
    );
    let prefix =
        std::env::var_os("WINEPREFIX").map_or_else(|| support::kept().join("wine"), Into::into);
    let output = support::run(
        Command::new("wine")
            .arg(&exe)
            .env("WINEPREFIX", prefix)
            .env("WINEDEBUG", "-all"),
    );
    let (mut writes, mut reads) = (BTreeMap::new(), BTreeMap::new());
    for line in String::from_utf8(output).unwrap().lines() {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let bytes = |hex: &str| {
            (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect::<Vec<_>>()
        };
        match parts[0] {
            "E" => drop(writes.insert(u32::from_str_radix(parts[1], 16).unwrap(), bytes(parts[2]))),
            _ => drop(reads.insert(bytes(parts[1]), u32::from_str_radix(parts[2], 16).unwrap())),
        }
    }
    assert!(
        writes.len() > 9000 && reads.len() > 9000,
        "{} {}",
        writes.len(),
        reads.len()
    );

    let mut differences = Vec::new();
    for unit in 0..0x1_0000_u32 {
        let Some(character) = char::from_u32(unit) else {
            continue;
        };
        let ours = Encoding::ShiftJis
            .encode(&character.to_string(), Unmappable::Refuse)
            .ok()
            .map(|encoded| encoded.bytes);
        let theirs = writes.get(&unit).cloned();
        if ours != theirs {
            differences.push((unit, ours, theirs));
        }
    }
    let ours_only = |unit: u32| {
        SAME_SIGN
            .iter()
            .find(|(sign, _)| *sign == unit)
            .map(|(_, bytes)| bytes.to_vec())
    };
    let unexplained: Vec<_> = differences
        .iter()
        .filter(|(unit, ours, theirs)| match theirs {
            None => ours.is_none() || *ours != ours_only(*unit),
            Some(_) => ours.is_some() || !SINGLE_BYTES.contains(unit),
        })
        .collect();
    assert_eq!(
        unexplained,
        [] as [&(u32, Option<Vec<u8>>, Option<Vec<u8>>); 0]
    );
    for (sign, _) in SAME_SIGN {
        assert!(
            differences.iter().any(|(unit, _, _)| *unit == sign),
            "{sign:04X} is listed as different but is not"
        );
    }

    let mut unread = Vec::new();
    for (bytes, unit) in &reads {
        let ours = Encoding::ShiftJis
            .decode(bytes)
            .ok()
            .and_then(|text| text.chars().next())
            .map(u32::from);
        if ours != Some(*unit) && !SINGLE_BYTES.contains(unit) {
            unread.push((bytes.clone(), *unit, ours));
        }
    }
    assert_eq!(unread, []);
}
