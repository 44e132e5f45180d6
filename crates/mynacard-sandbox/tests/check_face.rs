//! The visual check with the verified photo: one power session, two applications, 照合番号B from the card's face.

#![allow(clippy::unwrap_used)] // helpers of tests

mod check_support;

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use check_support::{Office, card};
use mynacard_auth::{
    CheckContext, Error, Identity, Method, OperatorConfirmation, PinTries, Purpose, Ready,
};
use mynacard_card::{
    BirthDate, Command, End, Limits, NumberB, Response, Transport, TransportError,
};
use mynacard_cert::Hierarchy;
use mynacard_cert::record::{CardAuthorities, CardAuthority};
use mynacard_sim::{VirtualCard, pki};

fn authorities(hierarchy: Hierarchy) -> CardAuthorities {
    let modulus = pki::card_verifiable_ca_modulus();
    let key = CardAuthority::new(
        hierarchy,
        pki::CARD_VERIFIABLE_CA_KEY_ID,
        &modulus,
        &[1, 0, 1],
    )
    .unwrap();
    CardAuthorities::new(hierarchy).with(key).unwrap()
}

fn number((year, month, day): (u16, u8, u8), expiry: u16, code: &[u8]) -> NumberB {
    NumberB::from_card(
        &BirthDate::gregorian(year, month, day).unwrap(),
        expiry,
        code,
    )
    .unwrap()
}

/// What is printed on the card of kyokai-self.
fn printed() -> NumberB {
    number((1980, 4, 1), 2035, b"4016")
}

fn ready(office: &Office) -> Ready {
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    office
        .desk
        .prepare(ask, SystemTime::now(), &office.stop)
        .unwrap()
}

fn refused(office: &Office, id: &str, number: NumberB, authorities: &CardAuthorities) -> Error {
    let mut card = card(id);
    let error = ready(office)
        .tap_with_face(
            &mut card,
            number,
            authorities,
            SystemTime::now(),
            &office.stop,
        )
        .unwrap_err();
    assert!(!card.is_powered());
    assert_eq!(error.pin_tries(), PinTries::Untouched);
    error
}

#[test]
fn staff_compare_the_photo_that_the_issuer_signed() {
    let office = Office::open();
    let mut card = card("kyokai-self");
    let mut ready = ready(&office);
    let now = SystemTime::now();
    let simulation = authorities(Hierarchy::Simulation);
    let (tap, face) = ready
        .tap_with_face(&mut card, printed(), &simulation, now, &office.stop)
        .unwrap();
    assert!(!face.photo_jp2().is_empty());
    assert!(!card.is_powered());

    let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now).unwrap();
    let mut relay = office.service.relay();
    let identity = Identity::Visual(&mut relay, confirmation);
    let checked = ready
        .check(&mut card, identity, SystemTime::now(), &office.stop)
        .unwrap();
    assert_eq!(checked.tap(), tap.id());
    assert!(checked.answer().is_some());
}

#[test]
fn a_wrong_number_costs_none_of_the_pins_tries() {
    let office = Office::open();
    let wrong = number((1980, 4, 1), 2035, b"4017");
    let error = refused(
        &office,
        "kyokai-self",
        wrong,
        &authorities(Hierarchy::Simulation),
    );
    assert_eq!(error.code(), "MC-1027");
}

#[test]
fn hierarchies_are_not_mixed() {
    let office = Office::open();
    let error = refused(
        &office,
        "kyokai-self",
        printed(),
        &authorities(Hierarchy::JpkiTest),
    );
    assert_eq!(error.code(), "MC-3102");
    let nobody = CardAuthorities::new(Hierarchy::Simulation);
    assert_eq!(
        refused(&office, "kyokai-self", printed(), &nobody).code(),
        "MC-3501"
    );
}

#[test]
fn a_certificate_that_a_wrong_clock_refuses_is_the_clocks_fault() {
    let office = Office::open();
    let long_ago = SystemTime::now() - Duration::from_secs(20 * 365 * 86_400);
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut ready = office.desk.prepare(ask, long_ago, &office.stop).unwrap();
    let mut card = card("kyokai-self");
    let known = authorities(Hierarchy::Simulation);
    let error = ready
        .tap_with_face(&mut card, printed(), &known, long_ago, &office.stop)
        .unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-5018", PinTries::Untouched)
    );
    assert!(!card.is_powered());
}

#[test]
fn an_infants_card_has_no_photo() {
    let office = Office::open();
    let printed = number((2026, 6, 10), 2031, b"5946");
    let error = refused(
        &office,
        "infant",
        printed,
        &authorities(Hierarchy::Simulation),
    );
    assert_eq!(error.code(), "MC-5027");
}

/// Keeps what a card answers; without a card it gives the same answers again, as a copy without the card's keys would.
struct Tape<'a> {
    card: Option<&'a mut VirtualCard>,
    answers: VecDeque<Vec<u8>>,
}

impl Transport for Tape<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.as_mut().map_or(Ok(()), |card| card.begin())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        match &mut self.card {
            Some(card) => {
                card.exchange(command, response)?;
                let status = u16::from(response.status());
                let answer = [response.data(), &status.to_be_bytes()].concat();
                self.answers.push_back(answer);
                Ok(())
            }
            None => response.set(&self.answers.pop_front().unwrap()),
        }
    }

    fn limits(&self) -> Limits {
        Limits::EXTENDED
    }

    fn end(&mut self, how: End) {
        if let Some(card) = &mut self.card {
            card.end(how);
        }
    }
}

#[test]
fn a_copy_that_gives_the_cards_answers_of_yesterday_is_not_the_card() {
    let office = Office::open();
    let mut card = card("kyokai-self");
    let known = authorities(Hierarchy::Simulation);
    let now = SystemTime::now();
    let mut tape = Tape {
        card: Some(&mut card),
        answers: VecDeque::new(),
    };
    ready(&office)
        .tap_with_face(&mut tape, printed(), &known, now, &office.stop)
        .unwrap();
    tape.card = None;
    let error = ready(&office)
        .tap_with_face(&mut tape, printed(), &known, now, &office.stop)
        .unwrap_err();
    assert!(tape.answers.is_empty(), "every answer was taken again");
    assert_eq!(error.code(), "MC-3506", "{error}");
}
