//! Every kind of card and phone, every oddity and every fault at every exchange, through the whole check.
#![allow(clippy::unwrap_used)] // helpers of tests

mod check_support;

use std::time::SystemTime;

use check_support::{Office, card};
use mynacard_auth::PinTries;
use mynacard_eligibility::FieldId;
use mynacard_sim::{Fault, Logged, Profile, Quirk, VirtualCard, person};

fn of_profile(profile: Profile) -> VirtualCard {
    VirtualCard::of_profile(person("kyokai-self").unwrap(), SystemTime::now(), profile)
}

#[test]
fn cards_and_android_phones_are_checked_by_pin() {
    let office = Office::open();
    for profile in [
        Profile::Plastic2016,
        Profile::Plastic2023,
        Profile::Android,
        Profile::OldCard,
    ] {
        let checked = office.by_pin(&mut of_profile(profile), "1234").unwrap();
        assert!(checked.answer().is_some(), "{}", profile.name());
    }
}

#[test]
fn what_takes_no_pin_today_is_refused_without_one() {
    let office = Office::open();
    let mut phone = of_profile(Profile::IPhone);
    let error = office.by_pin(&mut phone, "1234").unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-1008", PinTries::Untouched),
        "{error}"
    );
    assert!(!phone.log().iter().any(Logged::presents_pin));

    let mut never_set = card("no-pin");
    let error = office.by_pin(&mut never_set, "1234").unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-1005", PinTries::Blocked),
        "{error}"
    );
    assert!(!never_set.log().iter().any(Logged::presents_pin));
}

#[test]
fn the_next_generations_preview_fails_with_a_kind() {
    let office = Office::open();
    let mut preview = of_profile(Profile::P384Preview);
    let error = office.by_pin(&mut preview, "1234").unwrap_err();
    assert!(error.code().starts_with("MC-1"), "{error}");
    assert!(!preview.is_powered());
}

#[test]
fn oddities_of_cards_do_not_matter() {
    let office = Office::open();
    for quirk in Quirk::ALL
        .into_iter()
        .filter(|quirk| *quirk != Quirk::Foreign)
    {
        let mut odd = card("kyokai-self").with_quirk(quirk);
        office.by_pin(&mut odd, "1234").unwrap();
        let by_eye = office.by_eye(&mut odd);
        // The terminal's certificate is longer than a command of short length can carry.
        let wants_extended = quirk == Quirk::RefusesExtended;
        let code = by_eye.as_ref().err().map(|error| error.code());
        assert_eq!(code.is_some(), wants_extended, "{}: {code:?}", quirk.name());
    }
}

#[test]
fn a_card_that_is_no_my_number_card_is_said_to_be_none() {
    let office = Office::open();
    let mut foreign = card("kyokai-self").with_quirk(Quirk::Foreign);
    for error in [
        office.by_pin(&mut foreign, "1234").unwrap_err(),
        office.by_eye(&mut foreign).unwrap_err(),
    ] {
        assert_eq!(
            (error.code(), error.pin_tries()),
            ("MC-1001", PinTries::Untouched),
            "{error}"
        );
    }
    assert!(!foreign.log().iter().any(Logged::presents_pin));
}

#[test]
fn a_fault_at_any_exchange_spends_no_try_in_silence() {
    let office = Office::open();
    let (mut answers, mut errors) = (0, 0);
    for fault in Fault::ALL {
        // Before the first exchange another card is simply another patient.
        let first = if fault == Fault::OtherCard { 2 } else { 1 };
        for exchange in first..=6 {
            for pin in ["1234", "0000"] {
                let mut card = card("kyokai-self")
                    .with_other_card(check_support::card("kokuho"))
                    .with_fault(exchange, fault);
                let outcome = office.by_pin(&mut card, pin);
                let at = format!("{fault:?} at {exchange} with {pin}");
                let sent = card
                    .log()
                    .iter()
                    .filter(|logged| logged.presents_pin())
                    .count();
                assert!(sent <= 1, "{at}");
                let left = card.authentication_tries();
                match outcome {
                    Ok(checked) => {
                        answers += 1;
                        assert_eq!(pin, "1234", "{at}");
                        let answer = checked.answer().unwrap();
                        let name = answer.results()[0].text(FieldId::NAME).unwrap().to_owned();
                        assert_eq!(name, person("kyokai-self").unwrap().name(), "{at}");
                    }
                    Err(error) => {
                        errors += 1;
                        let known = match error.pin_tries() {
                            PinTries::Untouched | PinTries::UntouchedWithLeft(_) => left == 3,
                            PinTries::Left(told) => told == left,
                            PinTries::Accepted => left == 3,
                            PinTries::Unknown => true,
                            other => panic!("{at}: {other:?}"),
                        };
                        assert!(known, "{at}: {error}, {:?}, {left} left", error.pin_tries());
                    }
                }
            }
        }
    }
    assert!(
        answers > 10 && errors > 100,
        "{answers} answers, {errors} errors"
    );
}

#[test]
fn a_fault_in_the_visual_check_never_shows_another_persons_insurance() {
    let office = Office::open();
    for fault in Fault::ALL {
        let first = if fault == Fault::OtherCard { 2 } else { 1 };
        for exchange in first..=9 {
            let mut card = card("kyokai-self")
                .with_other_card(check_support::card("kokuho"))
                .with_fault(exchange, fault);
            let outcome = office.by_eye(&mut card);
            assert!(!card.log().iter().any(Logged::presents_pin));
            if let Ok(checked) = outcome {
                let answer = checked.answer().unwrap();
                let name = answer.results()[0].text(FieldId::NAME).unwrap().to_owned();
                assert_eq!(
                    name,
                    person("kyokai-self").unwrap().name(),
                    "{fault:?} at {exchange}"
                );
            }
        }
    }
}
