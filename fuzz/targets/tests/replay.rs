//! The seeds, and damaged copies of them, through every target on the stable toolchain.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may stop here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mynacard_fuzz_targets::{TARGETS, accepts, damaged, seeds};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds")
}

/// What is checked in, as (target, name) and bytes.
fn checked_in() -> BTreeMap<(String, String), Vec<u8>> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut all = BTreeMap::new();
    for target in fs::read_dir(folder()).unwrap() {
        let target = target.unwrap().path();
        for seed in fs::read_dir(&target).unwrap() {
            let seed = seed.unwrap().path();
            all.insert((name(&target), name(&seed)), fs::read(&seed).unwrap());
        }
    }
    all
}

#[test]
fn the_seeds_are_those_that_the_code_makes() {
    let made: BTreeMap<_, _> = seeds::all()
        .into_iter()
        .map(|(target, name, bytes)| ((target.to_owned(), name), bytes))
        .collect();
    let found = checked_in();
    let names =
        |seeds: &BTreeMap<(String, String), Vec<u8>>| seeds.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&found),
        names(&made),
        "`cargo xtask seeds` writes them anew"
    );
    for (name, bytes) in &made {
        assert!(
            found.get(name) == Some(bytes),
            "{name:?} differs; `cargo xtask seeds` writes it anew"
        );
    }
}

#[test]
fn the_vault_among_them_opens() {
    assert!(seeds::vault_opens(), "`seeds --new-vault` makes another");
}

#[test]
fn the_right_script_of_a_relay_makes_the_card_sign_and_no_other_one_does() {
    for ((target, name), seed) in checked_in() {
        match target.as_str() {
            "relay_script" => {
                assert_eq!(accepts(&target, &seed), name == "right", "{name}");
            }
            // A workbook that the reader refuses as a whole would try nothing beyond that.
            "checkup_xlsx" => {
                let refused = name.starts_with("refused-");
                assert_eq!(accepts(&target, &seed), !refused, "{name}");
            }
            "vault_passcode" => assert!(accepts(&target, &seed), "{name}"),
            _ => {}
        }
    }
}

/// The seeds of the target `revocation` that say good or revoked.
const DECIDING: &[&str] = &[
    "list-good",
    "list-good-sha384",
    "list-good-sha512",
    "list-revoked",
    "ocsp-delegate",
    "ocsp-good",
    "ocsp-good-no-next",
    "ocsp-good-no-null",
    "ocsp-good-nonce",
    "ocsp-revoked",
    "ocsp-revoked-bare",
];

#[test]
fn what_is_signed_right_is_accepted_and_what_another_signed_is_not() {
    let found = checked_in();
    for (target, right, wrong) in [
        ("certificate_signed", vec![0, 1, 2, 3], 4),
        ("revocation_list", vec![0, 1], 4),
        ("revocation_ocsp", vec![0, 1, 2, 8, 9, 34, 42], 4),
    ] {
        let seed = |choice: i32| &found[&(target.to_owned(), format!("right-{choice}"))];
        for choice in right {
            assert!(accepts(target, seed(choice)), "{target}, right-{choice}");
        }
        assert!(!accepts(target, seed(wrong)), "{target}, another key");
    }
    // The key of each kind of holder, whose proof of possession the target asks for.
    for index in 0..4 {
        let name = format!("right-key-{index}");
        let seed = &found[&("certificate_signed".to_owned(), name.clone())];
        assert!(accepts("certificate_signed", seed), "{name}");
    }
    // What the simulation's root signed, and no list or answer that is wrong in one thing.
    for ((target, name), seed) in &found {
        if target == "revocation" {
            let decides = DECIDING.contains(&name.as_str());
            assert_eq!(accepts(target, seed), decides, "{name}");
        }
    }
    for (target, right) in [
        (
            "certificate",
            &[
                "kyokai-self-authentication",
                "long-name-signature",
                "p384-authentication",
            ][..],
        ),
        (
            "revocation",
            &[
                "list-good",
                "list-revoked",
                "ocsp-good",
                "ocsp-revoked",
                "ocsp-delegate",
            ],
        ),
    ] {
        for name in right {
            let seed = &found[&(target.to_owned(), (*name).to_owned())];
            assert!(accepts(target, seed), "{target}, {name}");
            for at in 0..seed.len() {
                let mut changed = seed.clone();
                changed[at] ^= 1;
                assert!(
                    !accepts(target, &changed),
                    "{target}, {name}, changed at {at}"
                );
            }
        }
    }
}

#[test]
fn every_target_takes_its_seeds_and_damaged_copies() {
    let found = checked_in();
    for (target, run) in TARGETS {
        let seeds: Vec<_> = found.iter().filter(|((of, _), _)| of == target).collect();
        assert!(!seeds.is_empty(), "{target} has no seeds");
        // Bounded in time as well: some targets sign with RSA.
        let end = Instant::now() + Duration::from_secs(2);
        for (_, seed) in &seeds {
            run(seed);
        }
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        for round in 0..500 {
            for (_, seed) in &seeds {
                if Instant::now() < end {
                    run(&damaged(seed, round, &mut random));
                }
            }
        }
    }
}

/// What long runs found and `cargo xtask fuzz --keep` checked in: inputs that lead where no seed does.
#[test]
fn every_target_takes_what_fuzzing_found() {
    let folder = folder().join("../found");
    let mut inputs = 0;
    for target in fs::read_dir(folder).unwrap() {
        let target = target.unwrap().path();
        let name = target.file_name().unwrap().to_str().unwrap();
        let (_, run) = TARGETS.iter().find(|(of, _)| *of == name).unwrap();
        for input in fs::read_dir(&target).unwrap() {
            run(&fs::read(input.unwrap().path()).unwrap());
            inputs += 1;
        }
    }
    assert!(inputs > 100, "{inputs}");
}

/// The sequences of calls that are right do work, call by call: else the hostile ones would prove little.
#[test]
fn right_calls_of_the_c_interface_work() {
    let found = checked_in();
    for (name, calls) in seeds::calls_that_work() {
        let seed = &found[&("c_calls".to_owned(), name.clone())];
        assert_eq!(mynacard_ffi_fuzz::sequence(seed), vec![0; calls], "{name}");
    }
}
