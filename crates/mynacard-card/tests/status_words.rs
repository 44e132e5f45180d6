//! Each of the 65,536 status words as the answer to each command of a dialogue: what it means is written down here once more.
#![allow(clippy::unwrap_used)]

use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{
    Command, End, Error, ErrorKind, Pin, PinTry, Response, StatusWord, Transport, TransportError,
    Tries,
};

/// A card that answers one kind of command with one word, and all others rightly.
struct Card {
    at: At,
    word: u16,
    verifies: u32,
    exchanges: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Select,
    Read,
    Counter,
    Verify,
    Sign,
    Change,
}

impl Transport for Card {
    fn begin(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        self.exchanges += 1;
        let at = match (command.ins(), command.p1(), command.data()) {
            (0xA4, 4, _) => Some(At::Select),
            (0xB0, ..) => Some(At::Read),
            (0x20, _, []) => Some(At::Counter),
            (0x20, ..) => {
                self.verifies += 1;
                Some(At::Verify)
            }
            (0x2A, ..) => Some(At::Sign),
            (0x24, ..) => Some(At::Change),
            _ => None,
        };
        if at == Some(self.at) {
            return response.set(&self.word.to_be_bytes());
        }
        match at {
            Some(At::Counter) => response.set(&[0x63, 0xC3]),
            Some(At::Read) => response.set(&[0x30, 0x01, 0x00, 0x90, 0x00]),
            _ => response.set(&[0x90, 0x00]),
        }
    }

    fn end(&mut self, _how: End) {}
}

const SKIP: Options = Options::new().with_counter(CounterPolicy::Skip);

/// Every word; under an interpreter, which would take hours, one in so many.
const STEP: usize = if cfg!(miri) { 509 } else { 1 };

/// Runs a dialogue against a card that answers every word in turn. Whatever happens, at most one PIN goes out.
fn every_word(
    at: At,
    mut dialogue: impl FnMut(&mut Card) -> Result<(), Error>,
    mut judge: impl FnMut(u16, Result<(), Error>),
) {
    for word in (0..=u16::MAX).step_by(STEP) {
        let mut card = Card {
            at,
            word,
            verifies: 0,
            exchanges: 0,
        };
        let result = dialogue(&mut card);
        assert!(card.verifies <= 1, "{word:04X}: {} PINs", card.verifies);
        assert!(card.exchanges < 600, "{word:04X}: no end");
        if card.verifies == 0
            && let Err(error) = &result
        {
            assert_eq!(error.pin_try(), PinTry::NotSpent, "{word:04X}");
        }
        judge(word, result);
    }
}

fn pin() -> Pin {
    Pin::new(b"1234").ok().unwrap()
}

#[test]
fn to_select() {
    every_word(
        At::Select,
        |card| Jpki::open(card, SKIP).map(drop),
        |word, result| match (word, result.as_ref().map_err(Error::code)) {
            (0x9000 | 0x6100..=0x61FF, Ok(())) | (0x6F00, Err("MC-1009")) => {}
            (0x9000 | 0x6100..=0x61FF | 0x6F00, _) => unreachable!("{word:04X}: {result:?}"),
            (_, Err("MC-1001")) => {
                let error = result.unwrap_err();
                let status = StatusWord::from(word);
                assert_eq!(error.kind(), &ErrorKind::NotMyNumberCard { status });
            }
            _ => unreachable!("{word:04X}: {result:?}"),
        },
    );
}

#[test]
fn to_read() {
    every_word(
        At::Read,
        |card| {
            Jpki::open(card, SKIP)?
                .authentication_certificate()
                .map(drop)
        },
        |word, result| {
            let expected = match word {
                0x6982 | 0x6985 => "MC-1012",
                // Nothing came, or nothing but the promise of more: the file is not what it should be.
                0x9000 | 0x6282 | 0x6100..=0x61FF => "MC-1010",
                _ => "MC-1009",
            };
            let code = result.unwrap_err().code();
            let promised = (0x6100..=0x61FF).contains(&word) && code == "MC-1018";
            assert!(code == expected || promised, "{word:04X}: {code}");
        },
    );
}

#[test]
fn to_the_counter_query() {
    let told = |word: u16| match word {
        0x9000 => Tries::Open,
        0x63C0 | 0x6983 | 0x6984 => Tries::Blocked,
        0x63C1..=0x63CF => Tries::Left(u8::try_from(word & 0x0F).unwrap()),
        other => Tries::Unknown(StatusWord::from(other)),
    };
    every_word(
        At::Counter,
        |card| {
            let word = card.word;
            let mut jpki = Jpki::open(card, Options::new())?;
            assert_eq!(jpki.authentication_tries()?, told(word), "{word:04X}");
            jpki.verify(pin()).map(drop)
        },
        |word, result| {
            let expected = match word {
                0x63C2..=0x63CF => None,
                0x63C1 => Some("MC-1004"),
                0x63C0 | 0x6983 | 0x6984 => Some("MC-1005"),
                0x9000 => Some("MC-1008"),
                _ => Some("MC-1009"),
            };
            assert_eq!(
                result.err().map(|error| error.code()),
                expected,
                "{word:04X}"
            );
        },
    );
}

#[test]
fn to_verify() {
    every_word(
        At::Verify,
        |card| {
            let mut jpki = Jpki::open(card, SKIP)?;
            jpki.verify(pin()).map(drop)
        },
        |word, result| {
            let found = result.err().map(|error| (error.code(), error.pin_try()));
            let expected = match word {
                0x9000 => None,
                0x63C0 | 0x6983 | 0x6984 => Some(("MC-1005", PinTry::Spent)),
                0x63C1..=0x63CF | 0x6300 => Some(("MC-1003", PinTry::Spent)),
                _ => Some(("MC-1007", PinTry::Unknown)),
            };
            assert_eq!(found, expected, "{word:04X}");
        },
    );
}

#[test]
fn to_sign() {
    every_word(
        At::Sign,
        |card| {
            let mut jpki = Jpki::open(card, SKIP)?;
            let signature = jpki.verify(pin())?.sign(b"message")?;
            unreachable!("a signature of {} bytes out of nothing", signature.len())
        },
        |word, result| {
            let error = result.unwrap_err();
            let expected = match word {
                0x9000 | 0x6100..=0x61FF => "MC-1018",
                _ => "MC-1009",
            };
            assert_eq!(error.code(), expected, "{word:04X}");
            assert_eq!(error.pin_try(), PinTry::Accepted, "{word:04X}");
        },
    );
}

#[test]
fn to_a_change_of_the_pin() {
    every_word(
        At::Change,
        |card| {
            let mut jpki = Jpki::open(card, SKIP)?;
            jpki.verify(pin())?.change_pin(pin())
        },
        |word, result| {
            let expected = match word {
                0x9000 => None,
                // The checking errors of ISO/IEC 7816-4 §5.6, and no other word, say that nothing was changed.
                0x6700..=0x6BFF | 0x6D00..=0x6EFF => Some("MC-1009"),
                _ => Some("MC-1023"),
            };
            assert_eq!(
                result.err().map(|error| error.code()),
                expected,
                "{word:04X}"
            );
        },
    );
}
