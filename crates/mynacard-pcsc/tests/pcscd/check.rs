//! The whole dialogue of a check with the virtual card of the simulator in the reader.

use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use mynacard_card::app::jpki::Jpki;
use mynacard_card::{Pin, Tries};
use mynacard_pcsc::{Length, Options, Readers};
use mynacard_sim::{Quirk, VirtualCard, person};

use crate::daemon::inside;
use crate::wait;

fn card() -> VirtualCard {
    VirtualCard::new(person("kyokai-self").unwrap(), SystemTime::now()).with_extended(true)
}

/// This card in the reader, until the reader lets go of it; then it is handed back.
fn insert(port: u16, mut card: VirtualCard) -> (TcpStream, JoinHandle<VirtualCard>) {
    let reader = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut own = reader.try_clone().unwrap();
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
        let (reader, thread) = insert(daemon.port(), card());
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

/// What another program does with the reader: the words of the card's answers.
fn elsewhere(
    context: &pcsc::Context,
    commands: &[&[u8]],
    leaving: pcsc::Disposition,
) -> Vec<Vec<u8>> {
    let readers = context.list_readers_owned().unwrap();
    let card = context
        .connect(
            &readers[0],
            pcsc::ShareMode::Exclusive,
            pcsc::Protocols::ANY,
        )
        .unwrap();
    let mut buffer = [0; 300];
    let answers = commands
        .iter()
        .map(|command| card.transmit(command, &mut buffer).unwrap().to_vec())
        .collect();
    card.disconnect(leaving)
        .map_err(|(_, error)| error)
        .unwrap();
    answers
}

const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
const VERIFY: &[u8] = b"\x00\x20\x00\x98\x041234";
const COUNTER: &[u8] = b"\x00\x20\x00\x98";
const DONE: &[u8] = &[0x90, 0x00];

#[test]
fn nothing_that_a_pin_opened_survives_a_dialogue() {
    inside(
        "check::nothing_that_a_pin_opened_survives_a_dialogue",
        |daemon| {
            // A card that answers a counter query with 9000 while a session is open: with it, one that was left open shows.
            let (reader, thread) = insert(daemon.port(), card().with_quirk(Quirk::OpenCounter));
            let readers = Readers::new();
            let found = wait();
            let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
            let left = elsewhere(&context, &[SELECT, VERIFY], pcsc::Disposition::LeaveCard);
            assert_eq!(left, [DONE, DONE]);
            let open = elsewhere(&context, &[SELECT, COUNTER], pcsc::Disposition::LeaveCard);
            assert_eq!(open, [DONE, DONE], "the other program's session is open");

            let mut ours = readers.card(&found, Options::default());
            let mut jpki = Jpki::open(&mut ours, Default::default()).unwrap();
            assert_eq!(jpki.authentication_tries().unwrap(), Tries::Left(3));
            jpki.verify(Pin::new(b"1234").unwrap()).unwrap();
            jpki.finish();

            let after = elsewhere(&context, &[SELECT, COUNTER], pcsc::Disposition::LeaveCard);
            assert_eq!(after, [DONE, &[0x63, 0xC3]], "nothing is open behind us");
            std::thread::sleep(Duration::from_millis(200));
            reader.shutdown(std::net::Shutdown::Both).unwrap();
            assert!(!thread.join().unwrap().is_authenticated());
        },
    );
}
