//! Every code that the library can return has guidance, and the table has nothing else.

use std::collections::BTreeSet;

use mynacard::guidance::{self, Class, Language};

/// Errors of machine or peer with which no patient waits, or which end when the card is put on again.
const NOBODY_WAITS: &[&str] = &[
    "MC-1002", "MC-1013", "MC-4014", "MC-4015", "MC-6102", "MC-6103", "MC-6106", "MC-6511",
];

fn returned() -> BTreeSet<&'static str> {
    let lists: &[&[(&str, &str)]] = &[
        mynacard::card::CODES,
        mynacard::cert::CODES,
        mynacard::eligibility::CODES,
        mynacard::auth::CODES,
        mynacard::client::CODES,
        mynacard::checkup::CODES,
        #[cfg(feature = "pcsc")]
        mynacard::pcsc::CODES,
    ];
    lists
        .iter()
        .copied()
        .flatten()
        .map(|(code, _)| *code)
        .collect()
}

#[test]
fn every_code_has_guidance_and_no_guidance_is_stale() {
    let table: BTreeSet<_> = guidance::all()
        .map(|entry| entry.code)
        .filter(|code| code.starts_with("MC-"))
        .collect();
    let mut returned = returned();
    if !cfg!(feature = "pcsc") {
        returned.extend(table.iter().filter(|code| code.starts_with("MC-2")));
    }
    // The C interface lies above this crate and compares its own codes with the table.
    returned.extend(table.iter().filter(|code| code.starts_with("MC-9")));
    let missing: Vec<_> = returned.difference(&table).collect();
    let stale: Vec<_> = table.difference(&returned).collect();
    assert!(missing.is_empty(), "codes without guidance: {missing:?}");
    assert!(
        stale.is_empty(),
        "guidance for codes that nothing returns: {stale:?}"
    );
}

#[test]
fn the_table_is_ordered_and_without_duplicates() {
    let codes: Vec<_> = guidance::all().map(|entry| entry.code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
}

#[test]
fn every_entry_speaks_both_languages_to_staff() {
    for entry in guidance::all() {
        for text in [entry.staff, entry.next] {
            assert!(
                text.ja.ends_with('。') && text.en.ends_with('.'),
                "{}: {text:?}",
                entry.code
            );
        }
        assert_eq!(
            entry.patient.ja.is_empty(),
            entry.patient.en.is_empty(),
            "{}",
            entry.code
        );
        assert_ne!(
            entry.staff.render(Language::Japanese, None),
            "",
            "{}",
            entry.code
        );
    }
}

#[test]
fn what_is_said_of_the_signature_password_is_what_the_card_layer_takes() {
    let takes = |length: usize| {
        mynacard::card::SignaturePassword::new(
            "A1B2C3D4E5F6G7H8I9"
                .as_bytes()
                .get(..length)
                .expect("long enough"),
        )
        .is_ok()
    };
    assert_eq!(
        (1..=18).filter(|length| takes(*length)).collect::<Vec<_>>(),
        (6..=16).collect::<Vec<_>>()
    );
    assert!(mynacard::card::SignaturePassword::new("abc123!?".as_bytes()).is_err());
    let next = |code: &str| guidance::for_code(code).expect("listed").next;
    for code in ["MC-1003", "MC-1006"] {
        let (ja, en) = (next(code).ja, next(code).en);
        assert!(
            ja.contains("署名用パスワードの場合は") && ja.contains("6～16文字"),
            "{code}: {ja}"
        );
        assert!(en.contains("ignature password has 6 to 16"), "{code}: {en}");
    }
    for code in ["MC-1003", "MC-1005"] {
        assert!(
            next(code).ja.contains("5回続けて間違えるとロック"),
            "{code}"
        );
    }
    assert!(next("MC-1005").ja.contains("暗証番号は3回"));
}

#[test]
fn what_staff_cannot_mend_at_once_names_another_proof() {
    let nobody_waits = |code: &str| NOBODY_WAITS.contains(&code);
    let bare: Vec<_> = guidance::all()
        .filter(|entry| matches!(entry.class, Class::Environment | Class::Peer))
        .filter(|entry| entry.instead.is_empty() && !nobody_waits(entry.code))
        .map(|entry| entry.code)
        .collect();
    assert!(bare.is_empty(), "{bare:?}");
}

#[test]
fn what_the_card_refuses_names_another_proof_or_another_try() {
    for entry in guidance::all().filter(|entry| entry.class == Class::Card) {
        assert!(
            !entry.patient.is_empty() || !entry.instead.is_empty(),
            "{}",
            entry.code
        );
    }
}
