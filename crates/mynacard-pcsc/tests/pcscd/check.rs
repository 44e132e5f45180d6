//! The whole dialogue of a check with the virtual card of the simulator in the reader.

use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use mynacard_card::app::jpki::Jpki;
use mynacard_card::{Pin, Tries};
use mynacard_pcsc::{Length, Options, Readers};
use mynacard_sim::{VirtualCard, person};

use crate::daemon::inside;
use crate::wait;

/// The simulator's card, until the reader lets go of it; then it is handed back.
fn insert(port: u16, extended: bool) -> (TcpStream, JoinHandle<VirtualCard>) {
    let reader = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut own = reader.try_clone().unwrap();
    let card = VirtualCard::new(person("kyokai-self").unwrap(), SystemTime::now());
    let mut card = card.with_extended(extended);
    let thread = std::thread::spawn(move || {
        let _ = mynacard_sim::vpcd::serve(&mut card, &mut own, |_, _| Ok(()));
        card
    });
    (reader, thread)
}

/// Certificate, counter, PIN and signature; the exchanges it took.
fn check(length: Length) -> u32 {
    let mut options = Options::default();
    options.length = length;
    let mut card = Readers::new().card(&wait(), options);
    let mut jpki = Jpki::open(&mut card, Default::default()).unwrap();
    let certificate = jpki.authentication_certificate().unwrap();
    assert_eq!(certificate.first(), Some(&0x30));
    let mut verified = jpki.verify(Pin::new(b"1234").unwrap()).unwrap();
    let signature = verified.sign(b"a message").unwrap();
    assert_eq!(signature.len(), 256);
    let exchanges = jpki.exchanges();
    jpki.finish();
    exchanges
}

#[test]
fn a_check_takes_the_fewest_exchanges() {
    inside("check::a_check_takes_the_fewest_exchanges", |daemon| {
        let (reader, thread) = insert(daemon.port(), true);
        assert_eq!(check(Length::Extended), 5);
        assert_eq!(
            check(Length::FromReader),
            11,
            "this reader does not say that it can more"
        );
        reader.shutdown(std::net::Shutdown::Both).unwrap();
        assert_eq!(thread.join().unwrap().exchanges(), 16);
    });
}

#[test]
fn nothing_that_a_pin_opened_survives_a_dialogue() {
    inside(
        "check::nothing_that_a_pin_opened_survives_a_dialogue",
        |daemon| {
            let (reader, thread) = insert(daemon.port(), true);
            let readers = Readers::new();
            let found = wait();
            let mut card = readers.card(&found, Options::default());
            let mut jpki = Jpki::open(&mut card, Default::default()).unwrap();
            jpki.verify(Pin::new(b"1234").unwrap()).unwrap();
            jpki.finish();
            // A counter query would answer 9000 if the PIN were still open.
            let mut again = readers.card(&found, Options::default());
            let mut jpki = Jpki::open(&mut again, Default::default()).unwrap();
            assert_eq!(jpki.authentication_tries().unwrap(), Tries::Left(3));
            jpki.finish();
            std::thread::sleep(Duration::from_millis(200));
            reader.shutdown(std::net::Shutdown::Both).unwrap();
            let card = thread.join().unwrap();
            assert!(!card.is_powered() && !card.is_authenticated());
        },
    );
}
