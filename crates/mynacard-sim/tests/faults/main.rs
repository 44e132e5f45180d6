//! Every flow × every exchange × every fault: a typed error that says what is known, no second VERIFY, counters as reported,
//! and a card without power at the end.

use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::common::Common;
use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::{Jpki, Layout};
use mynacard_card::{
    BirthDate, Command, CounterPolicy, Error, ErrorKind, NumberB, Options, Pin, PinTry,
    SignaturePassword, hazmat,
};
use mynacard_sim::{Counter, Fault, Person, Profile, Quirk, VirtualCard, person};

mod support;
#[path = "support/terminal.rs"]
mod terminal;
use support::day;
use terminal::Terminal;

/// What a flow brought home.
type Spoils = Vec<Vec<u8>>;

struct Flow {
    name: &'static str,
    run: fn(&mut VirtualCard) -> Result<Spoils, Error>,
    /// The key whose counter the flow may move.
    counter: Counter,
    /// How many PINs it may send.
    verifies: usize,
}

const PIN: &str = "7391";

fn pin(digits: &str) -> Result<Pin, Error> {
    Pin::new(digits.as_bytes())
}

fn check(card: &mut VirtualCard, options: Options, digits: &str) -> Result<Spoils, Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    let signature = jpki.verify(pin(digits)?)?.sign(b"message")?;
    Ok(vec![certificate, signature])
}

fn number_b() -> Result<NumberB, Error> {
    NumberB::from_card(&BirthDate::gregorian(1980, 4, 1)?, 2035, b"4016")
}

const FLOWS: [Flow; 13] = [
    Flow {
        name: "check",
        run: |card| check(card, Options::new(), PIN),
        counter: Counter::Authentication,
        verifies: 1,
    },
    Flow {
        name: "check without the counter",
        run: |card| check(card, Options::new().with_counter(CounterPolicy::Skip), PIN),
        counter: Counter::Authentication,
        verifies: 1,
    },
    Flow {
        name: "check with a wrong PIN",
        run: |card| check(card, Options::new(), "0000"),
        counter: Counter::Authentication,
        verifies: 1,
    },
    Flow {
        name: "check on the reader's pad",
        run: |card| {
            let mut jpki = Jpki::open(card, Options::new())?;
            let signature = jpki.verify_on_pin_pad()?.sign(b"message")?;
            Ok(vec![signature])
        },
        counter: Counter::Authentication,
        verifies: 1,
    },
    Flow {
        name: "change of the PIN",
        run: |card| {
            let mut jpki = Jpki::open(card, Options::new())?;
            jpki.verify(pin(PIN)?)?.change_pin(pin("5678")?)?;
            Ok(Vec::new())
        },
        counter: Counter::Authentication,
        verifies: 1,
    },
    Flow {
        name: "signature with the password",
        run: |card| {
            let mut jpki = Jpki::open(card, Options::new())?;
            let mut verified = jpki.signature_verify(SignaturePassword::new(b"ABC123")?)?;
            Ok(vec![
                verified.signature_certificate()?,
                verified.sign(b"message")?,
            ])
        },
        counter: Counter::Signature,
        verifies: 1,
    },
    Flow {
        name: "change of the password",
        run: |card| {
            let mut jpki = Jpki::open(card, Options::new())?;
            let mut verified = jpki.signature_verify(SignaturePassword::new(b"ABC123")?)?;
            verified.change_password(SignaturePassword::new(b"XYZ789")?)?;
            Ok(Vec::new())
        },
        counter: Counter::Signature,
        verifies: 1,
    },
    Flow {
        name: "free files",
        run: |card| {
            let mut jpki = Jpki::open(card, Options::new())?;
            let label =
                format!("{:?}{:?}", jpki.token_info()?.kind(), jpki.availability()?).into_bytes();
            Ok(vec![
                label,
                jpki.authentication_ca_certificate()?,
                jpki.signature_ca_certificate()?,
            ])
        },
        counter: Counter::Authentication,
        verifies: 0,
    },
    Flow {
        name: "counters",
        run: |card| {
            let text = format!("{:?}", Jpki::counters(card)?);
            // A card that answers noise to a query has told nothing, and that is what is reported.
            let told = !text.contains("Unknown");
            Ok(told.then(|| text.into_bytes()).into_iter().collect())
        },
        counter: Counter::Authentication,
        verifies: 0,
    },
    Flow {
        name: "attributes by PIN",
        run: |card| {
            let mut app = InputSupport::open(card, Options::new())?;
            let certificate = app.cv_certificate()?;
            let mut opened = app.verify(pin(PIN)?)?;
            let attributes = opened.verified_attributes(|digest, signature| {
                digest.len() == 32 && signature.len() == 256
            })?;
            Ok(vec![
                certificate,
                attributes.name().as_bytes().to_vec(),
                attributes.address().as_bytes().to_vec(),
            ])
        },
        counter: Counter::InputSupport,
        verifies: 1,
    },
    Flow {
        name: "card face by number B",
        run: |card| {
            let mut app = CardFace::open(card, Options::new())?;
            app.basic_data()?;
            let mut opened = app.verify_number_b(number_b()?)?;
            let face = opened.face()?;
            let proof = opened.presence_signature(b"challenge")?;
            Ok(vec![
                face.photo_jpeg2000().to_vec(),
                face.name_png().to_vec(),
                face.signature().to_vec(),
                proof,
            ])
        },
        counter: Counter::CardFaceB,
        verifies: 1,
    },
    Flow {
        name: "age by birth date",
        run: |card| {
            let mut app = CardFace::open(card, Options::new())?;
            let age = app
                .verify_birth_date(BirthDate::gregorian(1980, 4, 1)?)?
                .age_record()?;
            Ok(vec![age.signed().to_vec(), age.signature().to_vec()])
        },
        counter: Counter::CardFaceBirth,
        verifies: 1,
    },
    Flow {
        name: "common card",
        run: |card| {
            let mut app = Common::open(card, Options::new())?;
            let identity = app.identity()?;
            app.tries()?;
            Ok(vec![
                identity.serial().as_bytes().to_vec(),
                identity.municipality().as_bytes().to_vec(),
            ])
        },
        counter: Counter::Common,
        verifies: 0,
    },
];

fn holder(id: &str) -> Person {
    person(id).expect("listed").clone().with_pin(PIN)
}

fn card() -> VirtualCard {
    VirtualCard::new(&holder("kyokai-self"), day()).with_pin_pad(PIN)
}

/// Tries all flows against a kind of card and returns the number of cases.
fn exhaust(card: &VirtualCard, flows: &[Flow]) -> usize {
    let other = VirtualCard::new(&holder("kokuho"), day());
    let mut cases = 0;
    for flow in flows {
        let mut clean = card.clone();
        let right = (flow.run)(&mut clean);
        let elsewhere = (flow.run)(&mut other.clone().with_pin_pad(PIN));
        assert_eq!(
            right.is_ok(),
            flow.name != "check with a wrong PIN",
            "{}: {right:?}",
            flow.name
        );
        for exchange in 1..=clean.exchanges() {
            for fault in Fault::ALL {
                let case = format!(
                    "{}, exchange {exchange} of {}, {}",
                    flow.name,
                    clean.exchanges(),
                    fault.name()
                );
                let mut faulty = card
                    .clone()
                    .with_other_card(other.clone())
                    .with_fault(exchange, fault);
                let result = (flow.run)(&mut faulty);
                judge(
                    &case,
                    flow,
                    fault,
                    &faulty,
                    card.tries(flow.counter),
                    &result,
                    [&right, &elsewhere],
                );
                cases += 1;
            }
        }
    }
    cases
}

#[track_caller]
fn judge(
    case: &str,
    flow: &Flow,
    fault: Fault,
    card: &VirtualCard,
    before: u8,
    result: &Result<Spoils, Error>,
    clean: [&Result<Spoils, Error>; 2],
) {
    let sent = card
        .log()
        .iter()
        .filter(|entry| entry.presents_pin())
        .count();
    assert!(sent <= flow.verifies, "{case}: {sent} PINs were sent");
    assert!(!card.is_powered(), "{case}: the card kept its power");
    assert!(
        !card.is_anything_verified(),
        "{case}: a session is left open"
    );
    let after = card.tries(flow.counter);
    match result {
        Ok(spoils) => {
            let same = clean
                .iter()
                .any(|clean| clean.as_ref().is_ok_and(|clean| clean == spoils));
            let nothing_told = flow.name == "counters" && spoils.is_empty();
            assert!(
                same || nothing_told,
                "{case}: success with other data than a clean run's"
            );
            assert_eq!(after, before, "{case}: success, but the counter moved");
        }
        Err(error) => {
            let known = mynacard_card::CODES
                .iter()
                .any(|(code, _)| *code == error.code());
            assert!(known, "{case}: {} is not listed", error.code());
            let text = format!("{error} {error:?}");
            assert!(
                !text.contains(PIN) && !text.contains("ABC123"),
                "{case}: a secret in {text}"
            );
            if fault == Fault::OtherCard {
                return; // another card's counters
            }
            let possible = match error.pin_try() {
                PinTry::NotSpent | PinTry::Accepted => vec![before],
                PinTry::Spent => vec![before - 1],
                PinTry::Unknown => vec![before, before - 1],
            };
            assert!(
                possible.contains(&after),
                "{case}: {before} tries before, {after} after, reported {error:?}"
            );
            if let ErrorKind::WrongPin {
                left: Some(left), ..
            } = error.kind()
            {
                assert_eq!(
                    *left, after,
                    "{case}: the error names another number of tries"
                );
            }
        }
    }
}

#[test]
fn every_fault_at_every_exchange_extended() {
    let cases = exhaust(&card(), &FLOWS);
    println!("{cases} cases, extended length");
    assert!(cases > 700, "{cases} cases only");
}

#[test]
fn every_fault_at_every_exchange_short() {
    let cases = exhaust(&card().with_extended(false), &FLOWS);
    println!("{cases} cases, short length");
    assert!(cases > 1500, "{cases} cases only");
}

#[test]
fn every_fault_at_every_exchange_behind_get_response() {
    let cases = exhaust(
        &card().with_extended(false).with_quirk(Quirk::GetResponse),
        &FLOWS,
    );
    println!("{cases} cases, GET RESPONSE");
    assert!(cases > 2000, "{cases} cases only");
}

#[test]
fn every_fault_at_every_exchange_with_exact_lengths_and_open_counters() {
    let cases = exhaust(
        &card()
            .with_quirk(Quirk::ExactLe)
            .with_quirk(Quirk::OpenCounter),
        &FLOWS,
    );
    println!("{cases} cases, exact Le and open counters");
    assert!(cases > 700, "{cases} cases only");
}

#[test]
fn after_any_fault_the_next_check_works_or_says_why() {
    let other = VirtualCard::new(&holder("kokuho"), day());
    let right = check(&mut card(), Options::new(), PIN).expect("a clean run");
    for exchange in 1..=5 {
        for fault in Fault::ALL
            .into_iter()
            .filter(|fault| *fault != Fault::OtherCard)
        {
            let mut card = card()
                .with_other_card(other.clone())
                .with_fault(exchange, fault);
            let _ = check(&mut card, Options::new(), PIN);
            let again = check(&mut card, Options::new(), PIN);
            assert_eq!(
                again.ok().as_ref(),
                Some(&right),
                "after {} at exchange {exchange}",
                fault.name()
            );
        }
    }
}

#[test]
fn a_card_that_is_not_there_is_said_so() {
    let mut card = card();
    card.remove();
    let error = check(&mut card, Options::new(), PIN).expect_err("an empty reader");
    assert!(matches!(error.kind(), ErrorKind::NoCard), "{error:?}");
    assert_eq!(card.exchanges(), 0);
    card.insert();
    check(&mut card, Options::new(), PIN).expect("the card is back");
}

#[test]
fn after_a_failed_change_the_report_agrees_with_the_pin_that_the_card_has() {
    let change = |card: &mut VirtualCard| -> Result<(), Error> {
        let mut jpki = Jpki::open(card, Options::new())?;
        jpki.verify(pin(PIN)?)?.change_pin(pin("5678")?)
    };
    let mut cases = 0;
    for exchange in 1..=4 {
        for fault in Fault::ALL
            .into_iter()
            .filter(|fault| *fault != Fault::OtherCard)
        {
            let mut card = card().with_fault(exchange, fault);
            let result = change(&mut card);
            let case = format!("exchange {exchange}, {}: {result:?}", fault.name());
            let changed = check(&mut card.clone(), Options::new(), "5678").is_ok();
            let unchanged = check(&mut card, Options::new(), PIN).is_ok();
            assert_ne!(changed, unchanged, "{case}");
            match result {
                Ok(()) => assert!(changed, "{case}"),
                Err(error) if matches!(error.kind(), ErrorKind::ChangeOutcomeUnknown { .. }) => {}
                Err(_) => assert!(unchanged, "{case}"),
            }
            cases += 1;
        }
    }
    assert_eq!(cases, 52);
}

/// A phone with Android opens its certificate after the PIN only.
const PHONE: [Flow; 1] = [Flow {
    name: "check on a phone",
    run: |card| {
        let mut jpki = Jpki::open(card, Options::new())?;
        let mut verified = jpki.verify(pin(PIN)?)?;
        Ok(vec![
            verified.authentication_certificate()?,
            verified.sign(b"message")?,
        ])
    },
    counter: Counter::Authentication,
    verifies: 1,
}];

/// The next card, as far as it is announced.
const NEXT: [Flow; 1] = [Flow {
    name: "check with P-384",
    run: |card| check(card, Options::new().with_layout(Layout::PREVIEW_P384), PIN),
    counter: Counter::Authentication,
    verifies: 1,
}];

/// The stand-in for the visual check: a relay brings the card into the state that allows one signature.
const VISUAL: [Flow; 1] = [Flow {
    name: "visual check",
    run: |card| {
        let terminal = Terminal::new();
        let mut jpki = Jpki::open(card, Options::new())?;
        let mut relay = |text: &str| -> Result<Vec<u8>, Error> {
            let bytes = support::hex(text);
            let command = Command::decode(&bytes).expect("a command of our own");
            Ok(hazmat::exchange(&mut jpki, &command)?.data.to_vec())
        };
        relay("00A4020C020016")?;
        relay(&terminal.present())?;
        let challenge = relay("0084000010")?;
        relay(&terminal.answer(&challenge))?;
        Ok(vec![hazmat::pinless(&mut jpki).sign(b"message")?])
    },
    counter: Counter::Authentication,
    verifies: 0,
}];

#[test]
fn every_fault_at_every_exchange_of_phones_previews_and_visual_checks() {
    let of = |profile| VirtualCard::of_profile(&holder("kyokai-self"), day(), profile);
    let cases = exhaust(&of(Profile::Android), &PHONE)
        + exhaust(&of(Profile::Android).with_extended(false), &PHONE)
        + exhaust(&of(Profile::P384Preview), &NEXT)
        + exhaust(&card(), &VISUAL);
    println!("{cases} cases, phone, preview and visual check");
    assert!(cases > 300, "{cases} cases only");
}
