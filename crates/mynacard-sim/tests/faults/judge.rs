//! Whether what the library reports of a fault agrees with what the cards themselves know.

use mynacard_card::{Delivery, Error, ErrorKind, PinTry};
use mynacard_sim::{Counter, Fault, Logged, VirtualCard};

use crate::flows::{self, Flow, Spoils, Tells};

/// One flow, one exchange, one fault, and everything that is known about it.
pub(crate) struct Case<'a> {
    pub(crate) name: &'a str,
    pub(crate) flow: &'a Flow,
    pub(crate) exchange: u32,
    pub(crate) fault: Fault,
    /// The command at whose exchange the fault happens.
    pub(crate) command: Logged,
    pub(crate) result: &'a Result<Spoils, Error>,
    /// What the flow brings home without a fault: from this card, and from the one that can take its place.
    pub(crate) clean: [&'a Result<Spoils, Error>; 2],
    /// Both cards before the flow, in that order.
    pub(crate) before: [&'a VirtualCard; 2],
    /// Both as handed out: their counters are full.
    pub(crate) full: [&'a VirtualCard; 2],
    /// The reader's card afterwards.
    pub(crate) after: &'a VirtualCard,
}

/// A VERIFY with a PIN, as the card that lay there remembers it.
#[derive(Clone, Copy)]
struct Attempt {
    counter: Counter,
    /// 0: the first card; 1: the one that took its place.
    card: usize,
    exchange: u32,
    /// Whether the card saw it.
    arrived: bool,
}

/// What no error may tell.
pub(crate) const SECRETS: [&str; 6] = [
    flows::PIN,
    flows::NEW_PIN,
    flows::PASSWORD,
    flows::NEW_PASSWORD,
    "550401",
    "WRONG1",
];

impl Case<'_> {
    #[track_caller]
    pub(crate) fn judge(&self) {
        let name = self.name;
        assert!(!self.after.is_powered(), "{name}: the card kept its power");
        assert!(
            !self.after.is_anything_verified(),
            "{name}: a session is left open"
        );
        assert!(
            !self.after.log().iter().any(Logged::is_in_my_number),
            "{name}: a file with the My Number was selected"
        );
        let attempts = self.attempts();
        self.judge_counters(&attempts);
        match self.result {
            Ok(spoils) => {
                let expected = self.flow.verifies.len();
                assert_eq!(attempts.len(), expected, "{name}: success without its PINs");
                assert!(self.is_bearable(), "{name}: success in spite of the fault");
                assert!(
                    self.is_known(spoils),
                    "{name}: success with other data than a clean run's"
                );
            }
            Err(error) => self.judge_error(error),
        }
    }

    /// The VERIFYs with a PIN. Each key gets one at most, in the flow's order.
    #[track_caller]
    fn attempts(&self) -> Vec<Attempt> {
        let log = self.after.log();
        assert_eq!(
            log.len(),
            usize::try_from(self.after.exchanges()).expect("few"),
            "{}: an exchange that the card does not remember",
            self.name
        );
        let sent: Vec<_> = log
            .iter()
            .zip(1..)
            .filter(|(entry, _)| entry.presents_pin())
            .collect();
        assert!(
            sent.len() <= self.flow.verifies.len(),
            "{}: {} PINs were sent",
            self.name,
            sent.len()
        );
        let attempts = sent.into_iter().zip(self.flow.verifies);
        attempts
            .map(|((entry, exchange), counter)| Attempt {
                counter: *counter,
                card: usize::from(self.fault == Fault::OtherCard && exchange >= self.exchange),
                exchange,
                arrived: entry.status().is_some(),
            })
            .collect()
    }

    /// Every counter of both cards is where the report says that it is, and those that no PIN was sent to have not moved.
    #[track_caller]
    fn judge_counters(&self, attempts: &[Attempt]) {
        let name = self.name;
        for card in [0, 1] {
            for counter in Counter::ALL {
                let before = self.before[card].tries(counter);
                let full = self.full[card].tries(counter);
                let spent = before.saturating_sub(1);
                let at = attempts
                    .iter()
                    .position(|attempt| (attempt.card, attempt.counter) == (card, counter));
                let possible = match (at.map(|at| at + 1 == attempts.len()), self.result) {
                    (None, _) => vec![before],
                    (Some(false), _) | (Some(true), Ok(_)) => vec![full],
                    (Some(true), Err(error)) => {
                        let kept = attempts.last().is_some_and(|last| !last.arrived)
                            && error.delivery() == Some(Delivery::NotSent);
                        match error.pin_try() {
                            _ if kept => vec![before],
                            PinTry::NotSpent => vec![before],
                            PinTry::Accepted => vec![full],
                            PinTry::Spent => vec![spent],
                            PinTry::Unknown => vec![before, spent, full],
                        }
                    }
                };
                let after = self.tries(card, counter);
                assert!(
                    possible.contains(&after),
                    "{name}: {counter:?} of card {card} had {before} tries of {full}, has {after}; reported {:?}",
                    self.result
                );
            }
        }
        // What is known is also the most that can be known: an answer that came is not called unknown.
        if let (Some(last), Err(error)) = (attempts.last(), self.result)
            && last.exchange < self.after.exchanges()
        {
            assert_ne!(
                error.pin_try(),
                PinTry::Unknown,
                "{name}: something was sent after a PIN of unknown outcome"
            );
        }
    }

    /// Tries left on one of the two cards, wherever it lies now.
    fn tries(&self, card: usize, counter: Counter) -> u8 {
        let swapped = usize::from(self.fault == Fault::OtherCard);
        let there = if card == swapped {
            Some(self.after)
        } else {
            self.after.other_card()
        };
        there.expect("both cards are given").tries(counter)
    }

    /// Whether a flow can end well although this happened.
    fn is_bearable(&self) -> bool {
        use Fault::{
            AnswerLost, ForeignReset, LeftAfter, LeftBefore, LeftDuring, TransactionEnded,
            Truncated,
        };
        let fatal = [
            AnswerLost,
            ForeignReset,
            LeftAfter,
            LeftBefore,
            LeftDuring,
            TransactionEnded,
            Truncated,
        ];
        !fatal.contains(&self.fault)
    }

    /// Whether this is what a card tells when nothing goes wrong.
    fn is_known(&self, spoils: &Spoils) -> bool {
        let this = self.clean[0].as_ref().ok();
        let other = self.clean[1].as_ref().ok();
        let other = other.filter(|_| self.fault == Fault::OtherCard);
        let Some((this, last)) = this.or(other).zip(other.or(this)) else {
            return false;
        };
        match self.flow.tells {
            Tells::OneCard => spoils == this || spoils == last,
            // First the one card, then the other: never back again. What a card told that then refuses the flow to its end
            // is not known here.
            Tells::EachApplication => (0..=spoils.len()).any(|at| {
                let begins = spoils.get(..at) == this.get(..at) || self.clean[0].is_err();
                begins && spoils.get(at..) == last.get(at..)
            }),
            Tells::Counters => {
                spoils.len() == this.len()
                    && spoils
                        .iter()
                        .zip(this.iter().zip(last))
                        .all(|(found, (this, last))| {
                            found.is_empty() || found == this || found == last
                        })
            }
        }
    }

    #[track_caller]
    fn judge_error(&self, error: &Error) {
        let name = self.name;
        let code = error.code();
        assert!(
            mynacard_card::CODES.iter().any(|(known, _)| *known == code),
            "{name}: {code} is not listed"
        );
        let text = format!("{error} {error:?}");
        for secret in SECRETS {
            assert!(!text.contains(secret), "{name}: a secret in {text}");
        }
        if let Some(expected) = self.expected_code() {
            assert_eq!(code, expected, "{name}: {text}");
        }
        // A number of tries in the error is the one on the card that was asked.
        if let ErrorKind::WrongPin {
            left: Some(left), ..
        } = error.kind()
        {
            let last = self.attempts().pop().expect("a wrong PIN was sent");
            assert_eq!(*left, self.tries(last.card, last.counter), "{name}: {text}");
        }
    }

    /// The code that this fault must have at this command; none where the card's own answer decides.
    fn expected_code(&self) -> Option<&'static str> {
        use Fault::{
            AnswerLost, ForeignReset, Garbage, LeftAfter, LeftBefore, LeftDuring, Oversized,
            TransactionEnded, Truncated, Undiagnosed,
        };
        let changes_pin = self.command.header()[1] == 0x24;
        Some(match self.fault {
            LeftBefore | ForeignReset | TransactionEnded => "MC-1002",
            LeftDuring | LeftAfter | AnswerLost | Truncated | Oversized | Garbage | Undiagnosed
                if self.command.presents_pin() =>
            {
                "MC-1007"
            }
            LeftDuring | LeftAfter | AnswerLost | Truncated | Oversized | Garbage | Undiagnosed
                if changes_pin =>
            {
                "MC-1023"
            }
            LeftDuring | LeftAfter => "MC-1002",
            AnswerLost => "MC-1016",
            Truncated => "MC-1018",
            _ => return None,
        })
    }
}
