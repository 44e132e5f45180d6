//! The reader crate against a real PC/SC daemon of its own, with a virtual reader whose card is scripted here.
//!
//! Needs `pcscd`, the virtual reader `vsmartcard-vpcd` and `unshare`; missing ones fail the tests. `MYNACARD_QUICK=1`
//! leaves the tests out and prints that it does.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

mod card;
mod check;
mod daemon;

use std::error::Error as _;
use std::time::{Duration, Instant};

use mynacard_card::{
    Command, Delivery, End, Limits, Response, Transport, TransportError, TransportErrorKind,
};
use mynacard_pcsc::{
    Choice, Error, ErrorKind, Length, Occupancy, Options, PcscCard, Reader, Readers, Stop,
};

use card::{Card, Control};
use daemon::{Daemon, inside};

const LONG: Option<Duration> = Some(Duration::from_secs(20));

fn wait() -> Reader {
    Readers::new()
        .wait_for_card(&Choice::OnlyCard, LONG, &Stop::new())
        .unwrap()
}

fn open(change: impl FnOnce(&mut Options)) -> PcscCard {
    let mut options = Options::default();
    change(&mut options);
    let mut card = Readers::new().card(&wait(), options);
    card.begin().unwrap();
    card
}

/// The card answers this command with that many bytes.
fn ask(card: &mut PcscCard, length: u32) -> Result<Response, TransportError> {
    let mut response = Response::new();
    let [_, _, high, low] = length.to_be_bytes();
    card.exchange(
        &Command::new(0x00, 0xB0, high, low).with_expected(length),
        &mut response,
    )?;
    Ok(response)
}

fn code(error: &TransportError) -> &'static str {
    error
        .source()
        .and_then(|source| source.downcast_ref::<Error>())
        .map_or("none", Error::code)
}

#[test]
fn readers_cards_and_dialogues() {
    inside("readers_cards_and_dialogues", |daemon: &mut Daemon| {
        let readers = Readers::new();
        let list = readers.list().unwrap();
        assert!(!list.is_empty(), "the virtual reader has at least one slot");
        assert!(
            list.iter()
                .all(|reader| reader.occupancy() == Occupancy::Empty),
            "{list:?}"
        );

        // A card that comes while we wait, and goes.
        let arrival = std::thread::spawn({
            let port = daemon.port();
            move || {
                std::thread::sleep(Duration::from_millis(700));
                Card::insert(port)
            }
        });
        let started = Instant::now();
        let reader = wait();
        assert!(
            started.elapsed() >= Duration::from_millis(600),
            "the card is seen when it comes, not before"
        );
        assert_eq!(reader.atr(), card::ATR);
        let inserted = arrival.join().unwrap();

        // A dialogue: cold at its beginning, powered down at its end.
        let mut card = readers.card(&reader, Options::default());
        inserted.take_controls();
        card.begin().unwrap();
        let controls = inserted.take_controls();
        assert!(
            controls.ends_with(&[Control::Off, Control::On]),
            "begin powers the card down and up: {controls:?}"
        );
        assert_eq!(ask(&mut card, 200).unwrap().data().len(), 200);
        card.end(End::PowerDown);
        inserted.wait_for(Control::Off);

        // Two programs: the second is refused, and gets the card once the first lets go.
        card.begin().unwrap();
        let mut hasty = Options::default();
        hasty.sharing_deadline = Duration::from_millis(300);
        let error = readers.card(&reader, hasty).begin().unwrap_err();
        assert_eq!(
            (error.kind(), code(&error)),
            (TransportErrorKind::Sharing, "MC-2007")
        );
        assert_eq!(
            readers.list().unwrap()[0].occupancy(),
            Occupancy::CardExclusive
        );
        let release = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            drop(card);
        });
        readers.card(&reader, Options::default()).begin().unwrap();
        release.join().unwrap();

        drop(inserted);
        readers
            .wait_for_removal(&reader, LONG, &Stop::new())
            .unwrap();
        let error = readers
            .card(&reader, Options::default())
            .begin()
            .unwrap_err();
        assert_eq!(
            (error.kind(), code(&error)),
            (TransportErrorKind::NoCard, "MC-2008")
        );
    });
}

#[test]
fn a_stop_from_another_thread_ends_the_wait() {
    inside("a_stop_from_another_thread_ends_the_wait", |_| {
        let stop = Stop::new();
        let presser = std::thread::spawn({
            let stop = stop.clone();
            move || {
                std::thread::sleep(Duration::from_millis(750));
                stop.stop();
            }
        });
        let started = Instant::now();
        let error = Readers::new()
            .wait_for_card(&Choice::OnlyCard, None, &stop)
            .unwrap_err();
        presser.join().unwrap();
        assert_eq!(*error.kind(), ErrorKind::WaitCancelled);
        let late = started.elapsed().saturating_sub(Duration::from_millis(750));
        assert!(
            late < Duration::from_millis(150),
            "interrupted, not timed out: {late:?}"
        );

        let error = Readers::new()
            .wait_for_card(
                &Choice::OnlyCard,
                Some(Duration::from_millis(600)),
                &Stop::new(),
            )
            .unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::WaitTimeout);
    });
}

#[test]
fn extended_lengths_pass_when_asked_for() {
    inside("extended_lengths_pass_when_asked_for", |daemon| {
        let _inserted = Card::insert(daemon.port());
        let mut card = open(|options| options.length = Length::Extended);
        assert_eq!(card.limits(), Limits::EXTENDED);
        for length in [256, 257, 1590, 65_533] {
            assert_eq!(
                ask(&mut card, length).unwrap().data().len(),
                length as usize
            );
        }
        drop(card);
        let mut short = open(|options| options.length = Length::Short);
        let error = ask(&mut short, 257).map(|_| ()).unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::TooLong, Delivery::NotSent)
        );
    });
}

#[test]
fn a_card_that_leaves_during_a_command_is_told() {
    inside("a_card_that_leaves_during_a_command_is_told", |daemon| {
        let inserted = Card::insert(daemon.port());
        let mut card = open(|_| {});
        ask(&mut card, 10).unwrap();
        inserted.leave_at_next_command();
        let error = ask(&mut card, 10).map(|_| ()).unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), code(&error)),
            (
                TransportErrorKind::CardRemoved,
                Delivery::Unknown,
                "MC-2008"
            )
        );
        let error = ask(&mut card, 10).map(|_| ()).unwrap_err();
        assert_eq!(
            (error.delivery(), code(&error)),
            (Delivery::NotSent, "MC-2015")
        );
    });
}

#[test]
fn several_cards_are_an_error_that_lists_them() {
    inside("several_cards_are_an_error_that_lists_them", |daemon| {
        let _one = Card::insert(daemon.port());
        let _two = Card::insert(daemon.second_port());
        let readers = Readers::new();
        let mut known = Vec::new();
        while known
            .iter()
            .filter(|reader: &&Reader| reader.has_card())
            .count()
            < 2
        {
            known = readers.wait_for_change(&known, LONG, &Stop::new()).unwrap();
        }
        let error = readers
            .wait_for_card(&Choice::OnlyCard, LONG, &Stop::new())
            .unwrap_err();
        let names: Vec<_> = known
            .iter()
            .map(|reader| reader.name().to_owned())
            .collect();
        assert_eq!(
            *error.kind(),
            ErrorKind::SeveralCards {
                readers: names.clone()
            }
        );
        let chosen = readers
            .wait_for_card(&Choice::Named(names[1].clone()), LONG, &Stop::new())
            .unwrap();
        readers.card(&chosen, Options::default()).begin().unwrap();
    });
}

#[test]
fn the_service_may_stop_and_come_back() {
    inside("the_service_may_stop_and_come_back", |daemon| {
        let _inserted = Card::insert(daemon.port());
        let mut card = open(|_| {});
        daemon.stop();
        let error = ask(&mut card, 10).map(|_| ()).unwrap_err();
        assert_eq!(
            (error.kind(), code(&error)),
            (TransportErrorKind::ServiceStopped, "MC-2001")
        );
        let error = card.begin().unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::ServiceStopped, Delivery::NotSent)
        );
        let error = Readers::new().list().unwrap_err();
        assert_eq!(error.code(), "MC-2001");

        // A wait that begins without the service goes on with it.
        let waiting = std::thread::spawn(wait);
        std::thread::sleep(Duration::from_millis(300));
        daemon.start();
        waiting.join().unwrap();
        card.begin().unwrap();
        assert_eq!(ask(&mut card, 10).unwrap().data().len(), 10);
    });
}
