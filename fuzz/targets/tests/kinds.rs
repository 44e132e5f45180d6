//! Every code of an error that input can cause is caused by some seed or by a damaged copy of one; what no input causes is named, with why.

#![allow(clippy::unwrap_used)] // A test may stop here.

use std::collections::BTreeSet;
use std::path::Path;

use mynacard_fuzz_targets::{TARGETS, met, seeds};

/// Codes that no input of a fuzz target can lead to, and why; each has tests of its own.
const NOT_BY_INPUT: &[(&str, &str)] = &[
    (
        "MC-2001 MC-2002 MC-2003 MC-2004 MC-2005 MC-2006 MC-2007 MC-2008",
        READERS,
    ),
    (
        "MC-2009 MC-2010 MC-2011 MC-2012 MC-2013 MC-2014 MC-2015",
        READERS,
    ),
    ("MC-1022 MC-1025 MC-4012 MC-4013 MC-5001 MC-5002", CALLERS),
    (
        "MC-5022 MC-5023 MC-5024 MC-5027 MC-5028 MC-5207 MC-5208 MC-5210 MC-5301",
        CALLERS,
    ),
    (
        "MC-5501 MC-5502 MC-5503 MC-5504 MC-5505 MC-5506 MC-5507 MC-5508 MC-5510",
        CALLERS,
    ),
    (
        "MC-6010 MC-6011 MC-6507 MC-6508 MC-6512 MC-6513 MC-9003 MC-9004 MC-9007",
        CALLERS,
    ),
    ("MC-9008 MC-9009", CALLERS),
    (
        "MC-4014 MC-4015 MC-5004 MC-5209 MC-5211 MC-5402 MC-6501 MC-6502 MC-6506 MC-6511",
        MACHINES,
    ),
    ("MC-9010 MC-9099", MACHINES),
    (
        "MC-5011 MC-5017 MC-5018 MC-5019 MC-5203 MC-5204 MC-6002 MC-6014 MC-6015 MC-9011",
        TIMES,
    ),
    ("MC-6003 MC-6004 MC-6005 MC-6006", LINES),
    (
        "MC-5012 MC-5013 MC-5014 MC-5015 MC-5016 MC-5302 MC-5304",
        PARTNERS,
    ),
];

const READERS: &str =
    "the reader's: PC/SC is no input; mynacard-pcsc tests it against a fake and against pcscd";
const CALLERS: &str =
    "the calling program or the staff asked for what is not allowed, whatever was read";
const MACHINES: &str =
    "the disk, the memory or the random source fails: tests of disk, power cuts and bounds";
const TIMES: &str = "a clock or a wait decides, and none is an input";
const LINES: &str = "TLS or its end: https_peer cuts and forges it";
const PARTNERS: &str = "a partner answers rightly to another question than the one asked: fakes of the desk and rogue services do";

/// Codes that an input could lead to and no seed does yet: fuzzing longer or another seed takes them out of here.
const NOT_YET: &[&str] = &[
    "MC-1011", "MC-3002", "MC-3003", "MC-3006", "MC-3105", "MC-3107", "MC-3109", "MC-3116",
    "MC-3203", "MC-3302", "MC-3401", "MC-3402", "MC-3403", "MC-3501", "MC-3505", "MC-4006",
    "MC-5021", "MC-5202", "MC-5206", "MC-6013", "MC-6503", "MC-6504", "MC-6509", "MC-6510",
    "MC-7001", "MC-7003",
];

/// Targets whose inputs say what is changed in something that is right.
const CHANGING: &[&str] = &[
    "c_calls",
    "card_deviations",
    "card_dialogue",
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
    for (target, name, seed) in seeds::all() {
        // Of each seed's own name: another seed beside it changes nothing.
        let mut random = name.bytes().fold(0x2545_F491_4F6C_DD1D_u64, |all, byte| {
            (all ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
        };
        let (_, run) = TARGETS
            .iter()
            .find(|(listed, _)| *listed == target)
            .unwrap();
        // Every seed as it is, a part of it, and changed copies: more of them where an input is a list of changes itself.
        run(&seed);
        run(seed.get(..seed.len() / 2).unwrap());
        let copies = match target {
            "certificate_signed" => 200,
            target if CHANGING.contains(&target) => 6,
            _ => 1,
        };
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
        let mut lists = NOT_BY_INPUT.iter();
        lists.any(|(listed, _)| listed.contains(code))
    };
    let missing: Vec<&String> = codes
        .iter()
        .filter(|code| !met.contains(*code) && !excused(code) && !NOT_YET.contains(&code.as_str()))
        .collect();
    let both: Vec<&String> = met.iter().filter(|code| excused(code)).collect();
    println!("{} of {} codes were met", met.len(), codes.len());
    let now: Vec<&&str> = NOT_YET.iter().filter(|code| met.contains(**code)).collect();
    println!("no longer to be listed as not met yet: {now:?}");
    assert!(missing.is_empty(), "neither met nor excused: {missing:?}");
    assert!(both.is_empty(), "met and excused: {both:?}");
    let listed = NOT_BY_INPUT.iter().flat_map(|(listed, why)| {
        assert!(!why.is_empty());
        listed.split(' ')
    });
    for code in listed.chain(NOT_YET.iter().copied()) {
        assert!(codes.contains(code), "no code {code}");
    }
}
