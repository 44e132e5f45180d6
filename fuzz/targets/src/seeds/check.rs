//! Seeds of whole checks: a right one by each way, and each with one thing that is odd.

use super::Seed;
use crate::check::BEGIN;
use crate::check::plan::{
    ANOTHER_CARD_AFTER_THE_TAP, CONFIRMED_FOR_ANOTHER_TAP, LENGTH, OF_AN_UNKNOWN_AUTHORITY,
    PREPARED_FOR_SIGHT, REFUSES_ENDED, REFUSES_UNKNOWN, SERVICE_ANSWERS_ANOTHER_QUESTION,
    SERVICE_TELLS_TIME, WITHOUT_PATIENCE,
};

/// A plan as it is written; the default is a right check by PIN, half a minute after it was prepared.
#[derive(Clone, Copy)]
struct Written {
    /// Person, purpose, setting for the visual check, who identifies, whether the card is read before.
    choices: [u8; 5],
    odd: u16,
    late: u16,
    hours: [i32; 5],
    ahead: i32,
    answers: &'static [u8],
}

const BY_PIN: Written = Written {
    choices: [0; 5],
    odd: 0,
    late: 1,
    hours: [0, 10, 20, 30, 60],
    ahead: 0,
    answers: &[],
};

const BY_SIGHT: Written = Written {
    choices: [0, 0, 1, 3, 1],
    odd: PREPARED_FOR_SIGHT,
    ..BY_PIN
};

/// A challenge lives two minutes.
const LIFE: u16 = 119;

impl Written {
    fn bytes(self) -> Vec<u8> {
        let head = [
            &self.choices[..],
            &self.odd.to_be_bytes(),
            &LIFE.to_be_bytes(),
            &self.late.to_be_bytes(),
        ];
        let numbers = self.hours.into_iter().chain([self.ahead]);
        let numbers = numbers.flat_map(i32::to_be_bytes);
        let head: Vec<u8> = head.concat().into_iter().chain(numbers).collect();
        assert_eq!(head.len(), LENGTH);
        [BEGIN, &head, self.answers].concat()
    }
}

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let mut add = |name: &str, plan: Written| {
        seeds.push(("relay_script", format!("check-{name}"), plan.bytes()));
    };
    let choices = |choices| Written { choices, ..BY_PIN };
    let odd = |odd| Written { odd, ..BY_PIN };
    let answers = |answers, again| Written {
        answers,
        hours: [0, 10, 20, 30, again],
        ..BY_PIN
    };
    add("pin", BY_PIN);
    add("pin-wrong", choices([0, 0, 0, 1, 0]));
    add("pad", choices([0, 0, 0, 2, 1]));
    add("identity", choices([0, 5, 0, 0, 0]));
    add("unregistered", choices([3, 1, 0, 0, 1]));
    for (name, setting) in [("off", 0), ("allowed", 2), ("not-allowed", 3)] {
        let mut plan = BY_SIGHT;
        plan.choices[2] = setting;
        add(&format!("sight-{name}"), plan);
    }
    for (name, confirmed, checked) in [
        ("just-in-time", 20, 80),
        ("too-late", 20, 81),
        ("before-the-reading", 9, 30),
        ("after-the-check", 31, 30),
    ] {
        let hours = [0, 10, confirmed, checked, 60];
        add(&format!("confirmed-{name}"), Written { hours, ..BY_SIGHT });
    }
    let sight = |odd| Written {
        odd: PREPARED_FOR_SIGHT | odd,
        ..BY_SIGHT
    };
    add("sight", BY_SIGHT);
    add("sight-other-tap", sight(CONFIRMED_FOR_ANOTHER_TAP));
    add("sight-other-card", sight(ANOTHER_CARD_AFTER_THE_TAP));
    for (name, person) in [("face", 0), ("face-infant", 2)] {
        let choices = [person, 0, 2, 3, 2];
        let plan = Written {
            choices,
            ..BY_SIGHT
        };
        add(name, plan);
    }
    add("ended", choices([1, 0, 0, 0, 1]));
    for (name, rule) in [
        ("refused", REFUSES_ENDED),
        // A computer whose clock is a day ahead.
        ("refused-clock", REFUSES_ENDED | SERVICE_TELLS_TIME),
    ] {
        let plan = Written {
            choices: [1, 0, 0, 0, 0],
            odd: rule,
            ahead: -86_400,
            ..BY_PIN
        };
        add(&format!("ended-{name}"), plan);
    }
    add("unknown-authority", odd(OF_AN_UNKNOWN_AUTHORITY));
    let refused = OF_AN_UNKNOWN_AUTHORITY | REFUSES_UNKNOWN;
    add("unknown-authority-refused", odd(refused));
    add("without-patience", odd(WITHOUT_PATIENCE));
    let other = odd(SERVICE_ANSWERS_ANOTHER_QUESTION);
    add("another-question", other);
    add(
        "challenge-over",
        Written {
            late: 120,
            ..BY_PIN
        },
    );
    let renewed = [0, 10, 20, 110, 60];
    add(
        "renewed",
        Written {
            hours: renewed,
            ..BY_PIN
        },
    );
    // Lost on its way, and sent again: in time, too late, by a clock that was set back; lost once more.
    add("again", answers(&[2], 60));
    add("again-too-late", answers(&[2], 119));
    add("again-set-back", answers(&[1], -3600));
    add("again-lost", answers(&[2, 1], 60));
    add("closed", answers(&[5, 4], 60));
    add("other-answer", answers(&[4], 60));
    add("too-old", answers(&[3], 60));
    for (name, ahead, told) in [
        ("warned", 130, &[][..]),
        ("right", 100, &[]),
        ("too-old", 70, &[3]),
    ] {
        let plan = Written {
            odd: SERVICE_TELLS_TIME,
            answers: told,
            ahead,
            ..BY_PIN
        };
        add(&format!("clock-{name}"), plan);
    }
    let years = 20 * 365 * 86_400;
    let long_ago = Written {
        odd: SERVICE_TELLS_TIME,
        hours: [0, 10, 20, 30, 60].map(|hour| hour - years),
        ahead: years,
        ..BY_PIN
    };
    add("clock-years", long_ago);
    let untold = Written { odd: 0, ..long_ago };
    add("not-valid-yet", untold);
}
