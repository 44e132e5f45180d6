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

/// Targets whose inputs say what is changed in something that is right.
const CHANGING: &[&str] = &[
    "c_calls",
    "card_deviations",
    "card_dialogue",
    "certificate_signed",
    "identifier",
    "revocation_list",
    "revocation_ocsp",
];

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
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    for (target, _, seed) in seeds::all() {
        let (_, run) = TARGETS
            .iter()
            .find(|(listed, _)| *listed == target)
            .unwrap();
        // Every seed as it is, a part of it, and changed copies: more of them where an input is a list of changes itself.
        run(&seed);
        run(seed.get(..seed.len() / 2).unwrap());
        let copies = if CHANGING.contains(&target) { 40 } else { 1 };
        for _ in 0..copies {
            let mut changed = seed.clone();
            for _ in 0..=next(3) {
                let (place, with) = (next(changed.len().max(1)), next(256));
                if let Some(byte) = changed.get_mut(place) {
                    *byte = u8::try_from(with).unwrap();
                }
            }
            run(&changed);
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
