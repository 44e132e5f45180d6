//! Every code of an error that input can cause is caused by some seed or by a damaged copy of one; what no input causes is named, with why.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may stop here.

use std::collections::BTreeSet;
use std::path::Path;

use mynacard_fuzz_targets::{GROWN, TARGETS, met, seeds};

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
    ("MC-1025 MC-5001 MC-5002", CALLERS),
    (
        "MC-5022 MC-5023 MC-5027 MC-5028 MC-5207 MC-5208 MC-5210 MC-5301",
        CALLERS,
    ),
    (
        "MC-5501 MC-5502 MC-5503 MC-5504 MC-5505 MC-5506 MC-5507 MC-5508 MC-5510",
        CALLERS,
    ),
    ("MC-6011 MC-6512 MC-9003 MC-9004", CALLERS),
    ("MC-6509 MC-9008 MC-9009", CALLERS),
    ("MC-4015 MC-5004 MC-5211 MC-6502 MC-3403", MACHINES),
    ("MC-9010 MC-9099", MACHINES),
    (
        "MC-5011 MC-5017 MC-5018 MC-5019 MC-6002 MC-6014 MC-6015 MC-9011",
        TIMES,
    ),
    ("MC-6003 MC-6004 MC-6005 MC-6006 MC-6013", LINES),
    ("MC-7003", TODAY),
    ("MC-9007", ONE_PERSON),
    ("MC-5012 MC-5302 MC-5304", PARTNERS),
    ("MC-5013 MC-5014 MC-5015 MC-5016", OTHER_CARDS),
];

const READERS: &str =
    "the reader's: PC/SC is no input; mynacard-pcsc tests it against a fake and against pcscd";
const CALLERS: &str =
    "the calling program or the staff asked for what is not allowed, whatever was read";
const MACHINES: &str =
    "the disk, the memory or the random source fails: tests of disk, power cuts and bounds";
const TIMES: &str = "a clock or a wait decides, and none is an input";
const LINES: &str = "TLS or its end: https_peer cuts and forges it";
const TODAY: &str = "the library that reads it refuses nothing of that kind today: the code is there for the day when it does";
const PARTNERS: &str = "a partner answers rightly to another question than the one asked: fakes of the desk and rogue services do";

const ONE_PERSON: &str = "the targets that encode a name have one person's, whose letters every encoding has; the unit tests of ffi encode others";
const OTHER_CARDS: &str = "the targets that drive the whole flow hold one valid, honest card; the desk's own tests put another card there, one that has \
     ended, one of an unknown authority and one that signs wrongly";

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

/// Inputs that are too long for a seed, or are refused by a target whose seeds are all accepted.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let long = |begin: &str, part: &str, times: usize, end: &str| {
        [begin, &part.repeat(times), end].concat().into_bytes()
    };
    let text = long(
        "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>",
        "a",
        (1 << 20) + 1,
        "</ArbitraryFileIdentifier></MessageHeader><MessageBody/></XmlMsg>",
    );
    // Four pieces hold no more than 65535 bytes each: this one is the file itself.
    let answer = long("<XmlMsg>", " ", 256 << 10, "</XmlMsg>");
    let mut vault = seeds::vault_with_passcode().to_vec();
    // The memory that its key is to be stretched in, beyond any bound.
    vault[9..13].fill(0xFF);
    let mut all = vec![
        ("certificate", vec![0x30; 33 << 10]),
        ("answer_xml", text),
        ("checkup_csv", long("", "x\n", 100_001, "")),
        ("zip", [&[64][..], &answer].concat()),
        ("vault_passcode", vault),
    ];
    // A card that hands out a file octet by octet and always says that there is more, from each of its first answers on.
    let seeds = seeds::all();
    let (_, _, dialogue) = seeds
        .iter()
        .find(|(target, name, _)| {
            (*target, name.as_str()) == ("card_dialogue", "authentication-extended")
        })
        .unwrap();
    let (mut rest, mut begin) = (&dialogue[2..], dialogue[..2].to_vec());
    for _ in 0..6 {
        all.push((
            "card_dialogue",
            [&begin[..], &[0, 3, 0, 0x61, 1].repeat(5_000)].concat(),
        ));
        let length = 2 + usize::from(u16::from_be_bytes([rest[0], rest[1]]));
        begin.extend(&rest[..length]);
        rest = &rest[length..];
    }
    all
}

#[test]
fn every_code_is_met_or_excused() {
    met();
    let target = |name: &str| {
        let (_, run) = TARGETS.iter().find(|(listed, _)| *listed == name).unwrap();
        run
    };
    for (name, input) in made() {
        target(name)(&input);
    }
    for (name, seed) in seeds::all().iter().map(|(name, _, seed)| (name, seed)) {
        target(name)(seed);
    }
    // What these lead to, they lead to on every run; the changed copies add what chance finds.
    let settled = met();
    for (name, place, seed) in seeds::all() {
        // What grows costs the most, and was met whole.
        if seed.starts_with(GROWN) {
            continue;
        }
        // Of each seed's own name: another seed beside it changes nothing.
        let mut random = place.bytes().fold(0x2545_F491_4F6C_DD1D_u64, |all, byte| {
            (all ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
        };
        // A part of every seed, and changed copies: more of them where an input is a list of changes itself.
        let run = target(name);
        run(seed.get(..seed.len() / 2).unwrap());
        let copies = match name {
            "certificate_signed" => 200,
            name if CHANGING.contains(&name) => 6,
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
    let (mut all, codes) = (met(), codes());
    all.extend(settled.iter().cloned());
    assert!(codes.len() > 200, "{}", codes.len());
    let excused = |code: &str| NOT_BY_INPUT.iter().any(|(listed, _)| listed.contains(code));
    let missing: Vec<&String> = codes
        .iter()
        .filter(|code| !all.contains(*code) && !excused(code))
        .collect();
    let both: Vec<&String> = all.iter().filter(|code| excused(code)).collect();
    println!("{} of {} codes were met", all.len(), codes.len());
    let chance: Vec<&String> = all.difference(&settled).collect();
    println!("only by changed copies of the seeds: {chance:?}");
    assert!(missing.is_empty(), "neither met nor excused: {missing:?}");
    assert!(both.is_empty(), "met and excused: {both:?}");
    for (listed, why) in NOT_BY_INPUT {
        assert!(!why.is_empty());
        for code in listed.split(' ') {
            assert!(codes.contains(code), "no code {code}");
        }
    }
}
