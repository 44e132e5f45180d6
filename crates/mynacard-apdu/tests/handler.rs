//! A handler of the crate apdu as a card: what it is given, and that it is never asked twice.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use apdu::core::{HandleError, HandlerInCtx};
use mynacard_apdu::{HandlerTransport, Power};
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{ErrorKind, Limits, Pin, PinKind, Transport};
use std::cell::RefCell;

const SKIP: Options = Options::new().with_counter(CounterPolicy::Skip);

/// A scripted card: one closure answers every command.
struct Scripted<F> {
    log: RefCell<Vec<Vec<u8>>>,
    room: RefCell<Vec<usize>>,
    answer: F,
}

impl<F: Fn(&[u8], &mut [u8]) -> apdu::core::Result> HandlerInCtx<()> for Scripted<F> {
    fn handle_in_ctx(&self, _ctx: (), command: &[u8], response: &mut [u8]) -> apdu::core::Result {
        self.log.borrow_mut().push(command.to_vec());
        self.room.borrow_mut().push(response.len());
        assert!(
            response.iter().all(|byte| *byte == 0),
            "the former answer was wiped"
        );
        (self.answer)(command, response)
    }
}

fn scripted<F: Fn(&[u8], &mut [u8]) -> apdu::core::Result>(answer: F) -> Scripted<F> {
    Scripted {
        log: RefCell::default(),
        room: RefCell::default(),
        answer,
    }
}

fn say(response: &mut [u8], data: &[u8], status: u16) -> apdu::core::Result {
    response[..data.len()].copy_from_slice(data);
    response[data.len()..data.len() + 2].copy_from_slice(&status.to_be_bytes());
    Ok(data.len() + 2)
}

fn card(command: &[u8], response: &mut [u8]) -> apdu::core::Result {
    match command[1] {
        0xB0 => {
            let mut file = vec![0x30, 0x82, 0x05, 0x00];
            file.resize(1284, 7);
            say(response, &file, 0x9000)
        }
        0x2A => say(response, &[9; 256], 0x9000),
        0xA4 | 0x20 => say(response, &[], 0x9000),
        _ => say(response, &[], 0x6D00),
    }
}

fn pin() -> Pin {
    Pin::new(b"1234").ok().unwrap()
}

#[test]
fn a_whole_dialogue_over_a_handler() {
    let mut powers = Vec::new();
    let mut transport = HandlerTransport::new(scripted(card), |_: &mut _, power: Power| {
        powers.push(power);
        Ok(())
    })
    .with_limits(Limits::EXTENDED);
    let mut jpki = Jpki::open(&mut transport, SKIP).unwrap();
    assert_eq!(jpki.authentication_certificate().unwrap().len(), 1284);
    assert_eq!(
        jpki.verify(pin()).unwrap().sign(b"message").unwrap(),
        [9; 256]
    );
    jpki.finish();
    let handler = transport.into_inner();
    let log = handler.log.into_inner();
    assert_eq!(log.len(), 4);
    // Extended length in the right byte order.
    assert_eq!(log[1], [0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00]);
    assert!(
        handler.room.into_inner().iter().all(|room| *room == 65_538),
        "room for any answer"
    );
    assert_eq!(powers, [Power::Cycle, Power::Down]);
}

#[test]
fn a_handler_that_wants_a_larger_buffer_is_not_asked_twice() {
    let greedy = scripted(|command: &[u8], response: &mut [u8]| match command {
        [0x00, 0x20, _, _, 4, ..] => Err(HandleError::NotEnoughBuffer(100_000)),
        _ => card(command, response),
    });
    let mut transport = HandlerTransport::new(greedy, |_: &mut _, _| Ok(()));
    let error = Jpki::open(&mut transport, SKIP)
        .unwrap()
        .verify(pin())
        .err()
        .unwrap();
    let pin = PinKind::Authentication;
    assert_eq!(
        error.kind(),
        &ErrorKind::PinOutcomeUnknown { pin, status: None }
    );
    let log = transport.into_inner().log.into_inner();
    assert_eq!(log.iter().filter(|frame| frame[1] == 0x20).count(), 1);
}

/// Whether the card saw the command, such a handler does not say.
#[test]
fn a_handler_that_fails_at_a_pin_leaves_its_outcome_unknown() {
    let torn = scripted(|command: &[u8], response: &mut [u8]| match command {
        [0x00, 0x20, _, _, 4, ..] => Err(HandleError::Nfc(Box::new("the field is gone"))),
        _ => card(command, response),
    });
    let mut transport = HandlerTransport::new(torn, |_: &mut _, _| Ok(()));
    let mut opened = Jpki::open(&mut transport, SKIP).unwrap();
    let error = opened.verify(pin()).err().unwrap();
    let pin = PinKind::Authentication;
    assert_eq!(
        error.kind(),
        &ErrorKind::PinOutcomeUnknown { pin, status: None }
    );
}

#[test]
fn a_handler_that_fails_or_lies_about_its_length() {
    let outcomes: [fn(&mut [u8]) -> apdu::core::Result; 4] = [
        |_| Err(HandleError::Nfc(Box::new("PIN 1234 was sent"))),
        |_| Ok(70_000),
        |_| Ok(1),
        |response| say(response, &[1, 2, 3], 0x9000),
    ];
    for (outcome, code) in outcomes
        .into_iter()
        .zip(["MC-1020", "MC-1018", "MC-1018", "MC-1018"])
    {
        let mut transport = HandlerTransport::new(
            scripted(move |_: &[u8], response: &mut [u8]| outcome(response)),
            |_: &mut _, _| Ok(()),
        );
        let error = Jpki::open(&mut transport, SKIP).err().unwrap();
        assert_eq!(error.code(), code);
        let mut told = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            told += &inner.to_string();
            source = inner.source();
        }
        assert!(!told.contains("1234"), "{told}");
    }
}

#[test]
fn a_command_beyond_the_limits_is_not_sent() {
    let mut transport = HandlerTransport::new(scripted(card), |_: &mut _, _| Ok(()));
    let command = mynacard_card::Command::new(0, 0xB0, 0, 0).with_expected(300);
    let error = transport
        .exchange(&command, &mut mynacard_card::Response::new())
        .unwrap_err();
    assert_eq!(error.delivery(), mynacard_card::Delivery::NotSent);
    assert!(transport.into_inner().log.into_inner().is_empty());
}

#[test]
fn without_a_power_switch_there_is_one_dialogue() {
    let mut transport = HandlerTransport::trusting_that_the_card_is_cold(scripted(card))
        .with_limits(Limits::EXTENDED);
    Jpki::open(&mut transport, SKIP).unwrap().finish();
    assert_eq!(
        Jpki::open(&mut transport, SKIP).err().unwrap().code(),
        "MC-1019"
    );
}
