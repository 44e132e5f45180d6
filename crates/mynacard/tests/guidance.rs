//! Every code that the library can return has guidance, and the table has nothing else.

mod lists;

use std::collections::BTreeSet;

use mynacard::auth::Warning;
use mynacard::auth::service::CertificateStatus;
use mynacard::cert::{Hierarchy, Timestamp};
use mynacard::eligibility::Validity;
use mynacard::guidance::{self, Class, Guidance, Language};

/// Errors of machine or peer with which no patient waits, or which end when the card is put on again.
const NOBODY_WAITS: &[&str] = &[
    "MC-1002", "MC-1013", "MC-4014", "MC-4015", "MC-6102", "MC-6103", "MC-6106", "MC-6511",
];

/// What cannot be read although no patient waits: a trace, a number that staff type, answers to bulk queries and to others, lists.
const READ_LATER: &[&str] = &[
    "MC-1024", "MC-4020", "MC-4021", "MC-4022", "MC-4023", "MC-4024", "MC-6504", "MC-6509",
    "MC-7001", "MC-7002", "MC-7003", "MC-7004", "MC-7005",
];

fn returned() -> BTreeSet<&'static str> {
    lists::codes().map(|(code, _)| code).collect()
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
    let (ja, en) = (next("MC-1006").ja, next("MC-1006").en);
    assert!(
        ja.contains("署名用パスワードの場合は") && ja.contains("6～16文字"),
        "{ja}"
    );
    assert!(ja.contains("5回続けて間違えるとロック"), "{ja}");
    assert!(en.contains("ignature password has 6 to 16"), "{en}");
    // A check never asks for it: there its rule and a second count beside the tries left would only confuse.
    for code in ["MC-1003", "MC-1004", "MC-1005"] {
        let (ja, en) = (next(code).ja, next(code).en);
        for count in ["3回", "5回", "6～16"] {
            assert!(!ja.contains(count), "{code}: {ja}");
        }
        assert!(
            !en.contains("after 5") && !en.contains("6 to 16"),
            "{code}: {en}"
        );
    }
    assert!(!next("MC-1003").ja.contains("署名用パスワード"));
}

#[test]
fn every_answer_and_every_warning_is_in_the_table_with_a_sentence_of_its_own() {
    let validities = [
        (Validity::Valid, "OK-0001"),
        (Validity::Invalid, "OK-0002"),
        (Validity::InvalidNewerExists, "OK-0003"),
        (Validity::NotFound, "OK-0004"),
        (Validity::Several, "OK-0005"),
        (Validity::ValidUnregistered, "OK-0006"),
    ];
    let at = Timestamp::from_unix(0);
    let hierarchy = Hierarchy::Simulation;
    let warnings = [
        (Warning::EndsSoon { until: at }, "OK-0101"),
        (Warning::Expired { since: at }, "OK-0102"),
        (Warning::IssuerUnknown, "OK-0201"),
        (Warning::NotProduction { hierarchy }, "OK-0202"),
        (Warning::ClockOff { seconds: 150 }, "OK-0203"),
        (Warning::ClockOff { seconds: -150 }, "OK-0204"),
    ];
    let statuses = [
        (CertificateStatus::Good, None),
        (CertificateStatus::EndsSoon, Some("OK-0101")),
        (CertificateStatus::Ended, Some("OK-0102")),
    ];
    let code = |entry: Option<&Guidance>| entry.map(|entry| entry.code);
    let mut said = BTreeSet::from(["OK-3001"]);
    for (validity, expected) in &validities {
        assert_eq!(code(guidance::for_validity(validity)), Some(*expected));
        said.insert(expected);
    }
    for (warning, expected) in &warnings {
        assert_eq!(code(guidance::for_warning(warning)), Some(*expected));
        said.insert(expected);
    }
    for (status, expected) in statuses {
        assert_eq!(code(guidance::for_certificate(status)), expected);
    }
    assert_eq!(
        guidance::for_validity(&Validity::Other("7".to_owned())),
        None
    );

    let table: Vec<&Guidance> = guidance::all()
        .filter(|entry| entry.class == Class::Answer)
        .collect();
    let codes: BTreeSet<_> = table.iter().map(|entry| entry.code).collect();
    assert_eq!(codes, said);
    let sentences: BTreeSet<_> = table.iter().map(|entry| entry.staff.ja).collect();
    assert_eq!(sentences.len(), table.len());
}

#[test]
fn a_clock_is_said_with_its_seconds_and_without_them() {
    let clock = |seconds, language| {
        let entry = guidance::for_warning(&Warning::ClockOff { seconds }).expect("listed");
        entry
            .staff
            .with_number(language, Some(seconds.unsigned_abs()))
    };
    assert!(clock(150, Language::Japanese).contains("サービスの時計より150秒進んで"));
    assert!(clock(-86_400, Language::Japanese).contains("サービスの時計より86400秒遅れて"));
    assert!(clock(-150, Language::English).contains("150 s behind"));
    let ahead = guidance::for_code("OK-0203").expect("listed").staff;
    assert_eq!(
        ahead.with_number(Language::English, None),
        "This computer's clock is wrong."
    );
}

#[test]
fn a_visual_check_that_fails_offers_the_pin_first_and_calls_nobody_a_forger() {
    let pin = guidance::Evidence::Online(guidance::Query::Pin);
    for code in [guidance::NOT_CONFIRMED, "MC-3501"] {
        let entry = guidance::for_code(code).expect("listed");
        assert_eq!(entry.instead.first(), Some(&pin), "{code}");
        assert!(entry.next.ja.contains("暗証番号"), "{code}");
        assert!(entry.patient.ja.contains("暗証番号"), "{code}");
    }
    let next = guidance::for_code("MC-3501").expect("listed").next;
    assert!(next.ja.starts_with("偽造とは限りません。"), "{}", next.ja);
}

#[test]
fn what_staff_cannot_mend_at_once_names_another_proof() {
    let excepted: BTreeSet<_> = NOBODY_WAITS.iter().chain(READ_LATER).copied().collect();
    let bare: BTreeSet<_> = guidance::all()
        .filter(|entry| matches!(entry.class, Class::Environment | Class::Peer | Class::Input))
        .filter(|entry| entry.instead.is_empty())
        .map(|entry| entry.code)
        .collect();
    // Both ways: an exception that is none any more goes from the list.
    assert_eq!(bare, excepted);
    for entry in guidance::all().filter(|entry| entry.code.starts_with("MC-40")) {
        let waits = !entry.instead.is_empty();
        assert_eq!(waits, !entry.patient.is_empty(), "{}", entry.code);
    }
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
