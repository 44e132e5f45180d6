//! What goes wrong between a card and a program: one fault at a chosen exchange.

use std::time::Duration;

use mynacard_card::{Delivery, TransportErrorKind};

/// A fault. Whether the card saw the command, and whether it acted, is part of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The card leaves the field before the command is sent.
    LeftBefore,
    /// The card leaves while the command is on its way: it did not act, and nobody can know.
    LeftDuring,
    /// The card acts and leaves before its answer arrives.
    LeftAfter,
    /// The card acts; the reader loses the answer and reports a timeout.
    AnswerLost,
    /// The card acts; what arrives is noise of the same length.
    Garbage,
    /// The card acts; one byte of its answer arrives.
    Truncated,
    /// The card acts; the second half of the data is missing, the status word is there.
    ShortAnswer,
    /// The card acts; 300 bytes that nobody asked for follow its data.
    Oversized,
    /// The card does nothing and answers 6F00.
    Undiagnosed,
    /// The card takes three seconds longer.
    Slow,
    /// Another program resets the card before the command is sent; the service reports it.
    ForeignReset,
    /// The card loses its power for a moment before the command, and nobody reports it.
    SilentReset,
    /// Another person's card lies there from now on, powered and with nothing selected.
    OtherCard,
    /// The system ended the transaction after a silence: the command is not sent, and the card was reset.
    TransactionEnded,
}

impl Fault {
    /// Every fault, for tests that try them all.
    pub const ALL: [Self; 14] = [
        Self::LeftBefore,
        Self::LeftDuring,
        Self::LeftAfter,
        Self::AnswerLost,
        Self::Garbage,
        Self::Truncated,
        Self::ShortAnswer,
        Self::Oversized,
        Self::Undiagnosed,
        Self::Slow,
        Self::ForeignReset,
        Self::SilentReset,
        Self::OtherCard,
        Self::TransactionEnded,
    ];

    /// The name on a command line: `left-after`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LeftBefore => "left-before",
            Self::LeftDuring => "left-during",
            Self::LeftAfter => "left-after",
            Self::AnswerLost => "answer-lost",
            Self::Garbage => "garbage",
            Self::Truncated => "truncated",
            Self::ShortAnswer => "short-answer",
            Self::Oversized => "oversized",
            Self::Undiagnosed => "undiagnosed",
            Self::Slow => "slow",
            Self::ForeignReset => "foreign-reset",
            Self::SilentReset => "silent-reset",
            Self::OtherCard => "other-card",
            Self::TransactionEnded => "transaction-ended",
        }
    }

    /// The fault of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// Whether the card acts on the command at whose exchange the fault happens.
    #[must_use]
    pub fn lets_the_card_act(self) -> bool {
        matches!(
            self,
            Self::LeftAfter
                | Self::AnswerLost
                | Self::Garbage
                | Self::Truncated
                | Self::ShortAnswer
                | Self::Oversized
                | Self::Slow
        )
    }

    /// What the caller of the reader is told, where it is told of an error at all.
    pub(crate) fn loss(self) -> Option<Loss> {
        let (kind, delivery) = match self {
            Self::LeftBefore => (TransportErrorKind::CardRemoved, Delivery::NotSent),
            Self::LeftDuring | Self::LeftAfter => {
                (TransportErrorKind::CardRemoved, Delivery::Unknown)
            }
            Self::AnswerLost => (TransportErrorKind::Timeout, Delivery::Unknown),
            Self::ForeignReset | Self::TransactionEnded => {
                (TransportErrorKind::CardReset, Delivery::NotSent)
            }
            _ => return None,
        };
        Some(Loss { kind, delivery })
    }

    /// Whether the card is out of the field afterwards.
    pub(crate) fn takes_the_card_away(self) -> bool {
        matches!(self, Self::LeftBefore | Self::LeftDuring | Self::LeftAfter)
    }

    /// Whether the session on the card is over afterwards.
    pub(crate) fn resets(self) -> bool {
        self.takes_the_card_away()
            || matches!(
                self,
                Self::ForeignReset | Self::SilentReset | Self::TransactionEnded
            )
    }

    /// What becomes of the answer to this exchange on its way.
    pub(crate) fn distort(self, answer: &mut Vec<u8>, exchange: u32) {
        match self {
            Self::Garbage => {
                // A sequence without pattern: the same noise in every run, another one at every exchange.
                let mut state: u32 = 0x5EED_0001 ^ exchange.wrapping_mul(0x9E37_79B9);
                for byte in answer {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *byte = state.to_be_bytes()[0];
                }
            }
            Self::Truncated => answer.truncate(1),
            Self::ShortAnswer => {
                let status = answer.split_off(answer.len().saturating_sub(2));
                answer.truncate(answer.len() / 2);
                answer.extend(status);
            }
            Self::Oversized => {
                let status = answer.split_off(answer.len().saturating_sub(2));
                answer.extend([0xEE; 300]);
                answer.extend(status);
            }
            _ => {}
        }
    }

    pub(crate) fn delay(self) -> Duration {
        if self == Self::Slow {
            Duration::from_secs(3)
        } else {
            Duration::ZERO
        }
    }
}

/// An exchange without an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loss {
    pub(crate) kind: TransportErrorKind,
    pub(crate) delivery: Delivery,
}

impl Loss {
    pub(crate) const NO_CARD: Self = Self {
        kind: TransportErrorKind::NoCard,
        delivery: Delivery::NotSent,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_the_same_in_every_run_and_another_at_every_exchange() {
        let noise = |exchange| {
            let mut answer = vec![0x90; 8];
            Fault::Garbage.distort(&mut answer, exchange);
            answer
        };
        assert_eq!(noise(5), noise(5));
        let all: std::collections::BTreeSet<_> = (1..=200).map(noise).collect();
        assert_eq!(all.len(), 200);
    }

    #[test]
    fn names_find_their_faults() {
        for fault in Fault::ALL {
            assert_eq!(Fault::by_name(fault.name()), Some(fault));
        }
        assert_eq!(Fault::by_name("none"), None);
    }
}
