//! The JPKI dialogue where it is less common: PIN pads, keys of another layout, relayed commands, the list of codes.

#![allow(clippy::unwrap_used)]

mod support;

use mynacard_card::app::jpki::{CounterPolicy, Jpki, KeyAlgorithm, Layout, Options};
use mynacard_card::{
    Delivery, Error, ErrorKind, Limits, Pin, PinCharacters, PinEntry, PinKind, PinTry, StatusWord,
    TransportError, TransportErrorKind, hazmat,
};
use sha2::{Digest, Sha384};
use support::{FakeCard, Pad};

fn pin() -> Pin {
    Pin::new(b"1234").ok().unwrap()
}

const AUTHENTICATION: PinKind = PinKind::Authentication;
const SKIP: Options = Options::new().with_counter(CounterPolicy::Skip);

/// The whole check: certificate, PIN, signature. Returns certificate, signature and the number of exchanges.
fn check(card: &mut FakeCard, options: Options) -> Result<(Vec<u8>, Vec<u8>, u32), Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    let mut verified = jpki.verify(pin())?;
    let signature = verified.sign(b"message")?;
    let exchanges = verified.exchanges();
    Ok((certificate, signature, exchanges))
}

#[test]
fn a_pin_pad_sends_the_pin_instead() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    let error = Jpki::open(&mut card, Options::default())
        .unwrap()
        .verify_on_pin_pad()
        .err()
        .unwrap();
    assert_eq!(
        (error.code(), error.pin_try(), card.verifies()),
        ("MC-1019", PinTry::NotSpent, 0)
    );

    card.pad = Some(|request: &PinEntry| {
        assert_eq!(
            (request.header, request.min, request.max),
            ([0x00, 0x20, 0x00, 0x98], 4, 4)
        );
        assert_eq!(
            (request.kind, request.characters),
            (AUTHENTICATION, PinCharacters::Digits)
        );
        Ok(StatusWord::Success)
    });
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    assert_eq!(
        jpki.verify_on_pin_pad()
            .unwrap()
            .sign(b"message")
            .unwrap()
            .len(),
        256
    );
    assert_eq!(jpki.exchanges(), 4);
    jpki.finish();

    let pads: [(Pad, &str, PinTry); 4] = [
        (|_| Ok(StatusWord::TriesLeft(2)), "MC-1003", PinTry::Spent),
        (
            |_| {
                Err(TransportError::new(
                    TransportErrorKind::Cancelled,
                    Delivery::NotSent,
                ))
            },
            "MC-1017",
            PinTry::NotSpent,
        ),
        (
            |_| {
                Err(TransportError::new(
                    TransportErrorKind::Timeout,
                    Delivery::NotSent,
                ))
            },
            "MC-1016",
            PinTry::NotSpent,
        ),
        (
            |_| {
                Err(TransportError::new(
                    TransportErrorKind::Timeout,
                    Delivery::Unknown,
                ))
            },
            "MC-1007",
            PinTry::Unknown,
        ),
    ];
    for (pad, code, pin_try) in pads {
        card.pad = Some(pad);
        let error = Jpki::open(&mut card, Options::default())
            .unwrap()
            .verify_on_pin_pad()
            .err()
            .unwrap();
        assert_eq!((error.code(), error.pin_try()), (code, pin_try));
    }
}

#[test]
fn a_key_on_p384_is_another_layout() {
    let curve = |_: usize, f: &[u8]| {
        if f[1] == 0x2A {
            Some(Ok([&[5; 96][..], &[0x90, 0x00]].concat()))
        } else {
            None
        }
    };
    let mut card = FakeCard::hooked(Limits::SHORT, curve);
    let options = SKIP.with_layout(Layout::PREVIEW_P384);
    let mut jpki = Jpki::open(&mut card, options).unwrap();
    let mut verified = jpki.verify(pin()).unwrap();
    assert_eq!(verified.algorithm(), KeyAlgorithm::EcdsaP384Sha384);
    assert_eq!(verified.sign(b"message").unwrap(), [5; 96]);
    assert_eq!(
        hazmat::sign_digest(&mut verified, &[0; 32])
            .unwrap_err()
            .code(),
        "MC-1025"
    );
    jpki.finish();
    let frame = card.log.last().unwrap();
    assert_eq!(
        (&frame[..5], frame.len()),
        (&[0x80, 0x2A, 0x00, 0x97, 48][..], 5 + 48 + 1)
    );
    assert_eq!(frame[5..53], Sha384::digest(b"message")[..]);
    // What today's key answers is no signature of that one.
    let mut card = FakeCard::new(Limits::SHORT);
    assert_eq!(check(&mut card, options).unwrap_err().code(), "MC-1018");
}

#[test]
fn relayed_commands_touch_no_pin_and_no_key() {
    use mynacard_card::Command;
    let mut card = FakeCard::new(Limits::EXTENDED);
    let mut jpki = Jpki::open(&mut card, SKIP).unwrap();
    for (ins, p1) in [
        (0x20, 0),
        (0x24, 1),
        (0x2C, 0),
        (0x2A, 0),
        (0xA4, 4),
        (0xA4, 0),
        (0x32, 0),
    ] {
        let error = hazmat::exchange(
            &mut jpki,
            &Command::new(0x00, ins, p1, 0x98).with_data(b"1234"),
        )
        .err()
        .unwrap();
        assert_eq!(error.code(), "MC-1025");
    }
    assert_eq!(
        hazmat::exchange(&mut jpki, &Command::new(0, 0x84, 0, 0).with_expected(8))
            .ok()
            .unwrap()
            .status
            .value(),
        0x6D00
    );
    let refused = hazmat::pinless(&mut jpki).sign(b"message").unwrap_err();
    assert_eq!(
        refused.kind(),
        &ErrorKind::Refused {
            command: "COMPUTE DIGITAL SIGNATURE",
            status: StatusWord::SecurityStatus
        }
    );
    jpki.finish();
    assert_eq!(card.log.len(), 3);
}

#[test]
fn every_code_is_listed_once() {
    use mynacard_card::CODES;
    for (i, (code, name)) in CODES.iter().enumerate() {
        assert!(code.starts_with("MC-1") && !name.is_empty());
        assert!(
            CODES[..i]
                .iter()
                .all(|(other, other_name)| other != code && other_name != name)
        );
    }
}
