//! Every code of an error that input can cause is caused by some seed or by a damaged copy of one; what no input causes is named, with why.

#![allow(clippy::unwrap_used)] // A test may stop here.

use std::collections::BTreeSet;
use std::path::Path;

use mynacard_fuzz_targets::{TARGETS, met, seeds};

/// Codes that no input of a fuzz target leads to, by their beginning, and why.
const NOT_BY_INPUT: &[(&str, &str)] = &[(
    "MC-2",
    "the reader's: PC/SC is no input of a target; crates/mynacard-pcsc tests it against a fake and against pcscd",
)];

/// The codes of the table of codes, which a test of its own compares with the library.
fn codes() -> BTreeSet<String> {
    let table =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/mynacard/src/guide/codes.md");
    let table = std::fs::read_to_string(table).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| MC-"));
    rows.filter_map(|row| Some(format!("MC-{}", row.split(' ').next()?)))
        .collect()
}

#[test]
fn every_code_is_met_or_excused() {
    met();
    for (target, name, seed) in seeds::all() {
        let (_, run) = TARGETS
            .iter()
            .find(|(listed, _)| *listed == target)
            .unwrap();
        // Every seed as it is, a part of it, and a changed copy.
        let mut changed = seed.clone();
        if let Some(byte) = changed.get_mut(name.len() * 7 % seed.len().max(1)) {
            *byte ^= 0x55;
        }
        for input in [&seed[..], seed.get(..seed.len() / 2).unwrap(), &changed] {
            run(input);
        }
    }
    let (met, codes) = (met(), codes());
    assert!(codes.len() > 200, "{}", codes.len());
    let excused = |code: &str| {
        NOT_BY_INPUT
            .iter()
            .any(|(start, _)| code.starts_with(start))
    };
    let missing: Vec<&String> = codes
        .iter()
        .filter(|code| !met.contains(*code) && !excused(code))
        .collect();
    let both: Vec<&String> = met.iter().filter(|code| excused(code)).collect();
    println!("{} of {} codes were met", met.len(), codes.len());
    assert!(missing.is_empty(), "neither met nor excused: {missing:?}");
    assert!(both.is_empty(), "met and excused: {both:?}");
    for (start, _) in NOT_BY_INPUT {
        assert!(
            codes.iter().any(|code| code.starts_with(start)),
            "no code begins with {start}"
        );
    }
}
