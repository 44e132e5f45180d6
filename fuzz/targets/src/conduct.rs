//! What a dialogue may do to a card, whatever the card answers: a second opinion, which knows nothing of the library's own bookkeeping.
//!
//! The rules are those of `mynacard-card`'s documentation: a PIN is sent only after its counter said that a try is to spare, where that is
//! asked for; after an outcome that nobody knows nothing more is sent; what needs a PIN is asked for after that PIN alone.

use mynacard_card::{Command, Delivery, PinEntry, PinTry, Response, StatusWord, TransportError};

/// What became of a command: the answer's data and status word, or whether it reached the card.
type Outcome<'a> = Result<(&'a [u8], u16), Delivery>;

/// The card's state, as somebody knows it who reads the line.
#[derive(Debug, Default)]
pub(crate) struct Conduct {
    /// The counters are read before PINs.
    counted: bool,
    /// The dialogue may sign without a PIN: by sight, or with a phone that has its own.
    pinless: bool,
    /// The last answer to a counter query, with P2, in the application that is selected.
    counter: Option<(u8, u16)>,
    /// P2 of each PIN that was accepted in it.
    verified: Vec<u8>,
    /// Why nothing more may be sent.
    over: Option<&'static str>,
    /// What the last PIN that was sent came to.
    pin_try: Option<PinTry>,
}

/// What a command is, as far as PINs are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// SELECT of an application.
    Application,
    /// A counter query for this P2.
    Query(u8),
    /// VERIFY of a PIN, with this P2.
    Verify(u8),
    /// A new PIN.
    Change,
    /// A signature by a key of the JPKI application.
    Sign,
    /// Anything else.
    Other,
}

impl Act {
    fn of(command: &Command<'_>) -> Self {
        match (command.header(), command.data().is_empty()) {
            ([_, 0xA4, 0x04, _], _) => Act::Application,
            ([_, 0x20, _, reference], true) => Act::Query(reference),
            ([_, 0x20, _, reference], false) => Act::Verify(reference),
            ([_, 0x24 | 0x32, ..], false) => Act::Change,
            ([0x80, 0x2A, ..], _) => Act::Sign,
            _ => Act::Other,
        }
    }
}

impl Conduct {
    /// At power-up.
    pub(crate) fn new(counted: bool, pinless: bool) -> Self {
        Self {
            counted,
            pinless,
            ..Self::default()
        }
    }

    /// A command is about to be sent.
    pub(crate) fn sends(&self, command: &Command<'_>) -> Act {
        let act = Act::of(command);
        self.allows(act);
        act
    }

    /// A PIN is about to be typed on the reader's pad.
    pub(crate) fn types(&self, entry: &PinEntry) -> Act {
        let [_, _, _, reference] = entry.header;
        let act = Act::Verify(reference);
        self.allows(act);
        act
    }

    fn allows(&self, act: Act) {
        assert!(self.over.is_none(), "{act:?} after {:?}", self.over);
        match act {
            Act::Verify(reference) if self.counted => {
                let counter = self.counter.filter(|(of, _)| *of == reference);
                let spare = match counter {
                    Some((_, 0x63C2..=0x63CF)) => true,
                    // Open already, by us.
                    Some((_, 0x9000)) => self.verified.contains(&reference),
                    _ => false,
                };
                assert!(spare, "a PIN is sent, and its counter said {counter:04X?}");
            }
            Act::Change => assert!(!self.verified.is_empty(), "a new PIN without the old one"),
            Act::Sign => assert!(
                self.pinless || !self.verified.is_empty(),
                "a signature is asked for, and no PIN was accepted"
            ),
            _ => {}
        }
    }

    /// What became of the command; hands the result on.
    pub(crate) fn heard(
        &mut self,
        act: Act,
        result: Result<(), TransportError>,
        response: &Response,
    ) -> Result<(), TransportError> {
        let outcome = match &result {
            Ok(()) => Ok((response.data(), response.status().value())),
            Err(error) => Err(error.delivery()),
        };
        self.ended(act, outcome);
        result
    }

    /// What became of the PIN that was typed: a reader hands out the status alone.
    pub(crate) fn typed(
        &mut self,
        act: Act,
        result: Result<(), TransportError>,
        response: &Response,
    ) -> Result<StatusWord, TransportError> {
        let result = result.map(|()| response.status());
        let outcome = match &result {
            Ok(status) => Ok((&[][..], status.value())),
            Err(error) => Err(error.delivery()),
        };
        self.ended(act, outcome);
        result
    }

    fn ended(&mut self, act: Act, outcome: Outcome<'_>) {
        let status = match outcome {
            Err(Delivery::NotSent) => return,
            Err(_) => {
                self.over = Some("a command that may have reached the card");
                self.unknown(act);
                return;
            }
            // More than was asked for is no answer.
            Ok((data, _)) if !data.is_empty() && !matches!(act, Act::Sign | Act::Other) => {
                self.over = Some("data in an answer that has none");
                self.unknown(act);
                return;
            }
            Ok((_, status)) => status,
        };
        match (act, status) {
            (Act::Application, 0x9000 | 0x6100..=0x61FF) => {
                self.verified.clear();
                self.counter = None;
            }
            (Act::Query(reference), status) => self.counter = Some((reference, status)),
            (Act::Verify(reference), 0x9000) => {
                self.verified.push(reference);
                self.pin_try = Some(PinTry::Accepted);
            }
            (Act::Verify(reference), 0x6300 | 0x63C0..=0x63CF | 0x6983 | 0x6984) => {
                self.verified.retain(|held| *held != reference);
                self.counter = None;
                self.pin_try = Some(PinTry::Spent);
            }
            (Act::Verify(_), _) => {
                self.over = Some("a VERIFY whose outcome nobody knows");
                self.unknown(act);
            }
            (Act::Change, 0x9000 | 0x6700..=0x6BFF | 0x6D00..=0x6EFF) => {}
            (Act::Change, _) => self.over = Some("a new PIN of which nobody knows"),
            _ => {}
        }
    }

    fn unknown(&mut self, act: Act) {
        if let Act::Verify(_) = act {
            self.pin_try = Some(PinTry::Unknown);
        }
    }

    /// What an error that ends the dialogue must say of the PIN.
    pub(crate) fn pin_try(&self) -> PinTry {
        self.pin_try.unwrap_or(PinTry::NotSpent)
    }
}
