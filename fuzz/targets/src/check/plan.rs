//! What an input chooses of a check: who, under which rules, when each step is, and what the service does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_auth::Purpose;

use crate::virtual_card::day;

/// Whose card it is.
pub(crate) const PEOPLE: [&str; 4] = ["kyokai-self", "cert-ended", "infant", "unregistered"];

/// Rules of the desk, and what is odd about the others, by bit.
pub(crate) const REFUSES_ENDED: u16 = 1;
pub(crate) const REFUSES_UNKNOWN: u16 = 1 << 1;
pub(crate) const OF_AN_UNKNOWN_AUTHORITY: u16 = 1 << 2;
pub(crate) const WITHOUT_PATIENCE: u16 = 1 << 3;
pub(crate) const SERVICE_TELLS_TIME: u16 = 1 << 4;
pub(crate) const SERVICE_ANSWERS_ANOTHER_QUESTION: u16 = 1 << 5;
pub(crate) const CONFIRMED_FOR_ANOTHER_TAP: u16 = 1 << 6;
pub(crate) const ANOTHER_CARD_AFTER_THE_TAP: u16 = 1 << 7;
pub(crate) const PREPARED_FOR_SIGHT: u16 = 1 << 8;

/// How the setting for the visual check comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Off,
    On,
    /// On, as the terminal's institution is allowed.
    Allowed,
    /// On, which the terminal's institution is not allowed.
    NotAllowed,
}

/// Who identifies the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    RightPin,
    WrongPin,
    Pad,
    Sight,
}

/// Whether the card is read before the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    None,
    Tap,
    Face,
}

/// A plan; its hours are seconds of the Unix time.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) person: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) sight: Sight,
    pub(crate) by: By,
    pub(crate) reading: Reading,
    odd: u16,
    /// When it is prepared, read, confirmed, done, and delivered again.
    pub(crate) hours: [i64; 5],
    /// How long a challenge lives, and how long it was on its way.
    pub(crate) life: i64,
    pub(crate) late: i64,
    /// How far the service's clock is ahead.
    pub(crate) ahead: i64,
    /// What the service does with each proof.
    pub(crate) answers: &'a [u8],
}

/// Octets of a plan before the answers.
pub(crate) const LENGTH: usize = 35;

impl<'a> Plan<'a> {
    pub(crate) fn read(data: &'a [u8]) -> Option<Self> {
        let (&head, answers) = data.split_first_chunk::<LENGTH>()?;
        let [
            person,
            purpose,
            sight,
            by,
            reading,
            o1,
            o2,
            l1,
            l2,
            t1,
            t2,
            rest @ ..,
        ] = head;
        let (numbers, _) = rest.as_chunks::<4>();
        // Within forty years: what a card or a clock can say.
        let span = |at: usize| {
            let four = numbers.get(at).copied().unwrap_or_default();
            i64::from(i32::from_be_bytes(four) % (1 << 30))
        };
        let begin = seconds(day());
        Some(Self {
            person: one_of(&PEOPLE, person),
            purpose: one_of(&Purpose::ALL, purpose),
            sight: one_of(
                &[Sight::Off, Sight::On, Sight::Allowed, Sight::NotAllowed],
                sight,
            ),
            by: one_of(&[By::RightPin, By::WrongPin, By::Pad, By::Sight], by),
            reading: one_of(&[Reading::None, Reading::Tap, Reading::Face], reading),
            odd: u16::from_be_bytes([o1, o2]),
            hours: [0, 1, 2, 3, 4].map(|at| begin + span(at)),
            life: 1 + i64::from(u16::from_be_bytes([l1, l2]) % 3600),
            late: i64::from(u16::from_be_bytes([t1, t2])),
            ahead: span(5),
            answers,
        })
    }

    pub(crate) fn is(&self, odd: u16) -> bool {
        self.odd & odd != 0
    }
}

/// The one that an octet names.
pub(crate) fn one_of<T: Copy>(all: &[T], which: u8) -> T {
    let place = usize::from(which) % all.len();
    *all.get(place).expect("a number below their count")
}

/// An hour as the library takes it.
pub(crate) fn time(seconds: i64) -> SystemTime {
    let span = Duration::from_secs(seconds.unsigned_abs());
    match seconds {
        0.. => UNIX_EPOCH + span,
        _ => UNIX_EPOCH - span,
    }
}

pub(crate) fn seconds(time: SystemTime) -> i64 {
    let whole = |span: Duration| i64::try_from(span.as_secs()).expect("a few decades");
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => whole(after),
        Err(before) => -whole(before.duration()),
    }
}
