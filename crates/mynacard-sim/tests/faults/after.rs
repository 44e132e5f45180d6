//! What comes after a fault: the next dialogue works, and a change of a PIN is reported as the card has it.

use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::Jpki;
use mynacard_card::{Error, ErrorKind, Options};
use mynacard_sim::{Fault, Profile, VirtualCard, person};

use crate::cards::{kinds, used};
use crate::flows::{self, NEW_PASSWORD, NEW_PIN, PASSWORD, PIN, check, password, pin};
use crate::support::day;

fn card() -> VirtualCard {
    let holder = person("kyokai-self").expect("listed").clone().with_pin(PIN);
    VirtualCard::of_profile(&holder, day(), Profile::default()).with_pin_pad(PIN)
}

#[test]
fn after_any_fault_every_flow_works_again() {
    let kinds = kinds();
    let plastic = kinds.first().expect("the plastic card");
    let changes = [
        flows::CHANGE_OF_PIN.name,
        flows::CHANGE_OF_PASSWORD.name,
        flows::CHANGE_OF_INPUT_SUPPORT_PIN.name,
    ];
    let lasting = |fault: &Fault| *fault == Fault::OtherCard;
    for flow in plastic
        .flows
        .iter()
        .filter(|flow| flow.ends.is_empty() && !changes.contains(&flow.name))
    {
        let mut clean = plastic.card.clone();
        let right = plastic.run(flow, &mut clean).expect("a clean run");
        for exchange in 1..=clean.exchanges() {
            for fault in Fault::ALL.into_iter().filter(|fault| !lasting(fault)) {
                let mut card = used(&plastic.card).with_fault(exchange, fault);
                let _ = plastic.run(flow, &mut card);
                let again = plastic.run(flow, &mut card);
                let case = format!("{} after {} at {exchange}", flow.name, fault.name());
                // The first run may have filled a counter again, which the flows of counters see.
                match again {
                    Ok(again) if flow.tells == flows::Tells::Counters => {
                        assert_eq!(again.len(), right.len(), "{case}");
                        assert!(again.iter().all(|told| !told.is_empty()), "{case}");
                    }
                    Ok(again) => assert_eq!(again, right, "{case}"),
                    Err(error) => panic!("{case}: {error:?}"),
                }
            }
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

fn change_pin(card: &mut VirtualCard) -> Result<(), Error> {
    let mut jpki = Jpki::open(card, Options::new())?;
    jpki.verify(pin(PIN)?)?.change_pin(pin(NEW_PIN)?)
}

fn change_password(card: &mut VirtualCard) -> Result<(), Error> {
    let mut jpki = Jpki::open(card, Options::new())?;
    let mut verified = jpki.signature_verify(password(PASSWORD)?)?;
    verified.change_password(password(NEW_PASSWORD)?)
}

fn change_input_support_pin(card: &mut VirtualCard) -> Result<(), Error> {
    let mut app = InputSupport::open(card, Options::new())?;
    app.verify(pin(PIN)?)?.change_pin(pin(NEW_PIN)?)
}

/// Whether the card takes the old one, and whether it takes the new one.
type Takes = fn(&VirtualCard) -> [bool; 2];

#[test]
fn after_a_failed_change_the_report_agrees_with_the_pin_that_the_card_has() {
    let opens = |card: &VirtualCard, present: &dyn Fn(&mut VirtualCard) -> Result<(), Error>| {
        present(&mut card.clone()).is_ok()
    };
    let jpki: Takes = |card| {
        [PIN, NEW_PIN].map(|digits| check(&mut card.clone(), Options::new(), digits).is_ok())
    };
    let signature: Takes = |card| {
        [PASSWORD, NEW_PASSWORD].map(|characters| {
            let mut card = card.clone();
            let mut jpki = Jpki::open(&mut card, Options::new()).expect("a card");
            let characters = password(characters).expect("well-formed");
            jpki.signature_verify(characters).is_ok()
        })
    };
    let form: Takes = |card| {
        [PIN, NEW_PIN].map(|digits| {
            let mut card = card.clone();
            let mut app = InputSupport::open(&mut card, Options::new()).expect("a card");
            app.verify(pin(digits).expect("four digits")).is_ok()
        })
    };
    type Change = fn(&mut VirtualCard) -> Result<(), Error>;
    let changes: [(&str, Change, Takes); 3] = [
        ("PIN", change_pin, jpki),
        ("password", change_password, signature),
        ("input-support PIN", change_input_support_pin, form),
    ];
    for (name, change, takes) in changes {
        assert!(opens(&card(), &change), "{name}: a clean run");
        let mut clean = card();
        change(&mut clean).expect("a clean run");
        let mut unknown = [0, 0];
        for exchange in 1..=clean.exchanges() {
            for fault in Fault::ALL
                .into_iter()
                .filter(|fault| *fault != Fault::OtherCard)
            {
                let mut card = card().with_fault(exchange, fault);
                let result = change(&mut card);
                let case = format!("{name}, exchange {exchange}, {}: {result:?}", fault.name());
                let [old, new] = takes(&card);
                assert_ne!(old, new, "{case}");
                match result {
                    Ok(()) => assert!(new, "{case}"),
                    Err(error)
                        if matches!(error.kind(), ErrorKind::ChangeOutcomeUnknown { .. }) =>
                    {
                        unknown[usize::from(new)] += 1;
                    }
                    Err(_) => assert!(old, "{case}"),
                }
            }
        }
        // "Unknown" is said where it is true: some cards took the new one, some did not.
        assert!(unknown[0] > 0 && unknown[1] > 0, "{name}: {unknown:?}");
    }
}
