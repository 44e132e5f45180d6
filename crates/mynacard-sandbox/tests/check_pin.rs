//! A check by PIN from the virtual card to the answer, over real HTTPS, and everything that can go wrong with card and PIN.

mod check_support;

use std::time::SystemTime;

use check_support::{Office, card};
use mynacard_auth::service::CertificateStatus;
use mynacard_auth::{ErrorKind, Identity, PinTries, Purpose, Warning};
use mynacard_card::Pin;
use mynacard_card::app::jpki::{CounterPolicy, Options};
use mynacard_eligibility::{FieldId, Validity};
use mynacard_sim::person;

#[test]
fn people_get_their_own_answers() {
    let office = Office::open();
    let mut names = Vec::new();
    for (id, validity) in [
        ("kyokai-self", Validity::Valid),
        ("kokuho", Validity::Valid),
        ("kouki-2wari", Validity::Valid),
        ("lost", Validity::Invalid),
        ("lost-new", Validity::InvalidNewerExists),
        ("none", Validity::NotFound),
        ("two-results", Validity::Several),
    ] {
        let checked = office.by_pin(&mut card(id), "1234").unwrap();
        let answer = checked.answer().unwrap();
        assert_eq!(answer.validity(), Some(validity), "{id}");
        names.extend(
            answer
                .results()
                .iter()
                .filter_map(|r| r.text(FieldId::NAME))
                .map(str::to_owned),
        );
        assert_eq!(checked.evidence().as_str(), "online-pin");
        assert!(!checked.check_id().is_empty());
    }
    assert!(
        names.contains(&person("kyokai-self").unwrap().name().to_owned()),
        "{names:?}"
    );
}

#[test]
fn exchanges_are_five_and_eleven_with_the_counter_and_four_and_ten_without() {
    let with = Office::open();
    let skip = Options::default().with_counter(CounterPolicy::Skip);
    let without = Office::with(|settings| settings.with_card_options(skip));
    for (office, extended, expected) in [
        (&with, true, 5),
        (&with, false, 11),
        (&without, true, 4),
        (&without, false, 10),
    ] {
        let mut card = card("kyokai-self").with_extended(extended);
        let checked = office.by_pin(&mut card, "1234").unwrap();
        assert_eq!(checked.card_exchanges(), expected);
        assert!(!card.is_powered());
    }
}

#[test]
fn a_wrong_pin_costs_a_try_and_the_last_one_is_not_spent() {
    let office = Office::open();
    let mut card = card("kyokai-self");
    for (pin, code, tries, left) in [
        ("0000", "MC-1003", PinTries::Left(2), 2),
        ("0000", "MC-1003", PinTries::Left(1), 1),
        ("1234", "MC-1004", PinTries::UntouchedWithLeft(1), 1),
    ] {
        let error = office.by_pin(&mut card, pin).unwrap_err();
        assert_eq!((error.code(), error.pin_tries()), (code, tries));
        assert_eq!(card.authentication_tries(), left);
    }
}

#[test]
fn a_caller_who_insists_may_spend_the_last_try() {
    let insist = CounterPolicy::ReadFirst {
        refuse_at_one: false,
    };
    let office = Office::with(|s| s.with_card_options(Options::default().with_counter(insist)));
    let mut card = card("kyokai-self");
    office.by_pin(&mut card, "0000").unwrap_err();
    office.by_pin(&mut card, "0000").unwrap_err();
    let error = office.by_pin(&mut card, "0000").unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-1005", PinTries::Blocked)
    );
}

#[test]
fn a_blocked_pin_is_said_without_sending_one() {
    let office = Office::open();
    let mut card = card("pin-blocked");
    let error = office.by_pin(&mut card, "1234").unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-1005", PinTries::Blocked)
    );
    assert!(!card.log().iter().any(mynacard_sim::Logged::presents_pin));
}

#[test]
fn a_malformed_pin_never_reaches_the_card() {
    let office = Office::open();
    let mut card = card("kyokai-self");
    for pin in ["123", "12345", "12a4", "１２３４", ""] {
        let error = office.by_pin(&mut card, pin).unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            ("MC-1006", PinTries::Untouched),
            "{pin}"
        );
    }
    assert_eq!(card.exchanges(), 0);
}

#[test]
fn an_ended_certificate_is_passed_on_with_a_warning_and_the_service_decides() {
    let office = Office::open();
    let checked = office.by_pin(&mut card("cert-ended"), "1234").unwrap();
    assert_eq!(checked.certificate_status(), CertificateStatus::Ended);
    assert!(
        checked
            .warnings()
            .iter()
            .any(|w| matches!(w, Warning::Expired { .. }))
    );

    let checked = office.by_pin(&mut card("cert-ending"), "1234").unwrap();
    assert_eq!(checked.certificate_status(), CertificateStatus::EndsSoon);
    assert!(
        checked
            .warnings()
            .iter()
            .any(|w| matches!(w, Warning::EndsSoon { .. }))
    );

    for (id, code) in [("cert-expired", "MC-6125"), ("cert-revoked", "MC-6126")] {
        let error = office.by_pin(&mut card(id), "1234").unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            (code, PinTries::Accepted),
            "{id}"
        );
    }
}

#[test]
fn another_hierarchy_is_refused_before_the_pin() {
    let trust = mynacard_cert::TrustStore::production();
    let office = Office::open();
    let strict = mynacard_auth::Desk::new(
        Box::new(office.service.clone()),
        mynacard_auth::DeskSettings::new(trust),
    );
    let office = Office {
        desk: strict,
        ..office
    };
    let mut card = card("kyokai-self");
    let error = office.by_pin(&mut card, "1234").unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-3102", PinTries::Untouched)
    );
    assert!(!card.log().iter().any(mynacard_sim::Logged::presents_pin));
    assert!(!card.is_powered());
}

#[test]
fn a_card_that_is_not_registered_is_an_outcome() {
    let office = Office::open();
    let checked = office.by_pin(&mut card("unregistered"), "1234").unwrap();
    assert!(checked.answer().is_none());
}

#[test]
fn a_pin_pad_does_the_same_check() {
    let office = Office::open();
    let mut card = card("kyokai-self").with_pin_pad("1234");
    let now = SystemTime::now();
    let ready = office
        .desk
        .prepare(mynacard_auth::Purpose::Reception, now, &office.stop)
        .unwrap();
    let checked = ready
        .check(
            &mut card,
            mynacard_auth::Identity::PinPad,
            now,
            &office.stop,
        )
        .unwrap();
    assert_eq!(checked.answer().unwrap().validity(), Some(Validity::Valid));
}

#[test]
fn identity_alone_is_refused_on_our_side() {
    let office = Office::open();
    let purpose = mynacard_auth::Purpose::IdentityOnly;
    let error = office
        .desk
        .prepare(purpose, SystemTime::now(), &office.stop)
        .unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::PurposeNotPermitted { .. }
    ));
}

#[test]
fn the_answer_takes_one_round_trip_after_the_tap() {
    let office = Office::open();
    let now = SystemTime::now();
    let start = office.sandbox.requests();
    let ready = office
        .desk
        .prepare(Purpose::Reception, now, &office.stop)
        .unwrap();
    let prepared = office.sandbox.requests();
    assert_eq!(prepared - start, 1, "the challenge, before the tap");
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    let checked = ready
        .check(&mut card("kyokai-self"), pin, now, &office.stop)
        .unwrap();
    assert!(checked.answer().is_some());
    assert_eq!(office.sandbox.requests() - prepared, 1, "the confirmation");
}
