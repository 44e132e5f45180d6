//! Changes of a PIN: sent once, told as they are.

#![allow(clippy::unwrap_used)]

mod support;

use mynacard_card::app::jpki::{Jpki, Options};
use mynacard_card::{
    ErrorKind, Limits, Pin, PinKind, PinTry, SignaturePassword, StatusWord, TransportErrorKind,
};
use support::{FakeCard, lost, word};

fn pin(digits: &[u8]) -> Pin {
    Pin::new(digits).ok().unwrap()
}

#[test]
fn a_pin_is_changed_after_it_was_verified() {
    let mut card = FakeCard::new(Limits::SHORT);
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    jpki.verify(pin(b"1234"))
        .unwrap()
        .change_pin(pin(b"5678"))
        .unwrap();
    let password = |characters: &[u8]| SignaturePassword::new(characters).ok().unwrap();
    let mut verified = jpki.signature_verify(password(b"ABC123")).unwrap();
    for weak in [&b"ABCDEF"[..], b"123456"] {
        assert_eq!(
            verified.change_password(password(weak)).unwrap_err().code(),
            "MC-1006"
        );
    }
    verified.change_password(password(b"XYZ789")).unwrap();
    jpki.finish();
    assert_eq!(
        (&card.pins[&0x18].0[..], &card.pins[&0x1B].0[..]),
        (&b"5678"[..], &b"XYZ789"[..])
    );
    let change = [&[0x00, 0x24, 0x01, 0x80, 0x04][..], b"5678"].concat();
    assert!(
        card.log.contains(&change)
            && card
                .log
                .contains(&vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18])
    );
}

#[test]
fn a_change_whose_answer_is_lost_is_an_unknown_outcome() {
    type Instead = fn() -> Option<support::Answer>;
    let cases: [(Instead, Option<StatusWord>); 3] = [
        (|| lost(TransportErrorKind::CardRemoved), None),
        (|| word(0x6F00), Some(StatusWord::NoDiagnosis)),
        (|| word(0x6581), Some(StatusWord::Other(0x6581))),
    ];
    for (instead, status) in cases {
        let mut card = FakeCard::hooked(
            Limits::SHORT,
            move |_, f| if f[1] == 0x24 { instead() } else { None },
        );
        let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
        let error = jpki
            .verify(pin(b"1234"))
            .unwrap()
            .change_pin(pin(b"5678"))
            .unwrap_err();
        assert_eq!(
            error.kind(),
            &ErrorKind::ChangeOutcomeUnknown {
                pin: PinKind::Authentication,
                status
            }
        );
        assert_eq!(
            (error.code(), error.pin_try()),
            ("MC-1023", PinTry::Accepted)
        );
        let again = jpki.verify(pin(b"1234")).err().unwrap();
        assert_eq!(again.kind(), &ErrorKind::DialogueOver);
    }
    let mut card = FakeCard::hooked(Limits::SHORT, |_, f| {
        if f[1] == 0x24 { word(0x6A80) } else { None }
    });
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    let error = jpki
        .verify(pin(b"1234"))
        .unwrap()
        .change_pin(pin(b"5678"))
        .unwrap_err();
    let status = StatusWord::WrongData;
    assert_eq!(
        error.kind(),
        &ErrorKind::Refused {
            command: "CHANGE REFERENCE DATA",
            status
        }
    );
}
