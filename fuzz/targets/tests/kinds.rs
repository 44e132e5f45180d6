//! Every code of an error that input can cause is caused by some seed or by a damaged copy of one; what no input causes is named, with why.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // A test may stop here.

use std::collections::BTreeSet;
use std::path::Path;

use mynacard_fuzz_targets::{GROWN, TARGETS, met, seeds};

/// Codes that no input of a fuzz target leads to, and why: the rows of `fuzz/unmet.txt`.
fn unmet() -> Vec<String> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../unmet.txt");
    let text = std::fs::read_to_string(table).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("MC-"));
    rows.map(|row| match row.split(" | ").collect::<Vec<_>>()[..] {
        [code, why, place] if why.len() > 10 => {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            let there = root.join(place).is_file() || place.starts_with("none: ");
            assert!(there, "{code}: no {place}");
            code.to_owned()
        }
        _ => panic!("no code, reason and place: {row}"),
    })
    .collect()
}

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
    let unmet = unmet();
    let excused = |code: &str| unmet.iter().any(|listed| listed == code);
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
    for (at, code) in unmet.iter().enumerate() {
        assert!(codes.contains(code), "no code {code}");
        let again = unmet.iter().skip(at + 1).any(|other| other == code);
        assert!(!again, "{code} stands twice");
    }
}
