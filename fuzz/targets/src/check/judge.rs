//! What a check may have done: reckoned from the plan's hours and rules, and held against what the card and the service saw.

use mynacard_auth::{CheckedAnswer, Error, PinTries, Warning};
use mynacard_sim::{Logged, VirtualCard};

use super::partners::{Deed, open};
use super::plan::{self, By, time};
use super::{Check, card_of, validity};
use crate::errors::{note, noted};

impl Check<'_> {
    /// What a check did, by what the card and the service saw.
    pub(super) fn judge(&self, before: usize, checked: Result<CheckedAnswer, Error>, tapped: bool) {
        let [_, _, _, now, _] = self.plan.hours;
        let (_, last) = validity(self.plan.person);
        let card = &self.card.card;
        assert!(!card.is_powered(), "the card kept its power");
        let log = card.log().get(before..).unwrap_or_default();
        let (pins, signatures) = (count(log, Logged::presents_pin), count(log, signed));
        let wrong = self.plan.by == By::WrongPin;
        assert!(pins <= usize::from(self.plan.by != By::Sight), "a PIN");
        assert!(signatures <= usize::from(!wrong), "a signature");
        let [tries, full] =
            [card, &card_of(self.plan.person)].map(VirtualCard::authentication_tries);
        assert_eq!(tries, full - u8::from(wrong && pins == 1), "another count");
        let proofs = open(&self.book).proofs.len();
        assert!(proofs <= signatures, "a proof of nothing");
        let forbidden = self.plan.is(plan::WITHOUT_PATIENCE)
            || self.plan.is(plan::REFUSES_ENDED) && now > last
            || self.plan.is(plan::REFUSES_UNKNOWN) && self.card.strange
            || self.swapped
            || self.plan.by == By::Sight && !(self.sight && tapped && self.fresh());
        if forbidden {
            assert_eq!(
                (pins, signatures),
                (0, 0),
                "against the rules: {:?}",
                self.plan
            );
        }
        if proofs > 0 {
            assert!(self.lives(now), "for a challenge that is over");
        }
        match checked {
            Ok(answer) => self.answered(&answer, now, last),
            Err(error) => self.failed(error, pins, now, last),
        }
    }

    fn answered(&self, answer: &CheckedAnswer, now: i64, last: i64) {
        let book = open(&self.book);
        let (challenge, _, deed) = book.proofs.last().expect("it was asked");
        assert_eq!(*deed, Deed::Answers, "another's answer was taken");
        assert_eq!(answer.check_id(), challenge.to_string());
        self.warned(answer.warnings(), now, last);
        let off = self.off().filter(|seconds| seconds.unsigned_abs() > 120);
        let told = answer.warnings().iter().find_map(|warning| match warning {
            Warning::ClockOff { seconds } => Some(*seconds),
            _ => None,
        });
        assert_eq!(told, off, "the clock");
    }

    fn failed(&self, error: Error, pins: usize, now: i64, last: i64) {
        match error.pin_tries() {
            PinTries::Untouched | PinTries::UntouchedWithLeft(_) => assert_eq!(pins, 0),
            PinTries::Accepted => assert!(pins == 1 && self.plan.by != By::WrongPin),
            PinTries::Left(left) => {
                assert_eq!((pins, left), (1, self.card.card.authentication_tries()));
            }
            other => unreachable!("an honest card: {other:?}"),
        }
        self.named(&error, now, last);
        let [.., again] = self.plan.hours;
        let mut kept = error.into_undelivered();
        // Two times by the plan's hour.
        for _ in 0..2 {
            let Some(proof) = kept.take() else { return };
            let before = open(&self.book).proofs.len();
            let sent = noted(proof.deliver(time(again), &self.stop));
            // A clock that was set back counts for nothing.
            let lives = again < now || self.lives(again);
            let book = open(&self.book);
            let arrived = book.proofs.len() - before;
            assert_eq!(arrived, usize::from(lives), "{:?}", self.plan);
            if let [first, .., last] = &book.proofs[..] {
                assert_eq!((first.0, first.1), (last.0, last.1), "another proof");
            }
            drop(book);
            match sent {
                Ok(answer) => self.answered(&answer, now, last),
                Err(error) => {
                    assert_eq!(error.code() == "MC-5017", !lives);
                    kept = error.into_undelivered();
                }
            }
        }
    }

    /// Whether the challenge of the proofs lives at this hour.
    fn lives(&self, now: i64) -> bool {
        let book = open(&self.book);
        let asked = book
            .proofs
            .first()
            .and_then(|proof| book.asked.get(proof.0));
        let asked = *asked.expect("a challenge of this service");
        (asked..asked + self.plan.life).contains(&now)
    }

    /// How far this computer's clock is ahead of what the service says.
    fn off(&self) -> Option<i64> {
        let told = self.plan.is(plan::SERVICE_TELLS_TIME);
        told.then_some(-(self.plan.late + self.plan.ahead))
    }

    /// What is warned of is so.
    pub(super) fn warned(&self, warnings: &[Warning], now: i64, last: i64) {
        let warned = |wanted: fn(&Warning) -> bool| warnings.iter().any(wanted);
        assert_eq!(
            warned(|one| matches!(one, Warning::Expired { .. })),
            now > last,
            "the end"
        );
        assert_eq!(
            warned(|one| matches!(one, Warning::IssuerUnknown)),
            self.card.strange,
            "the authority"
        );
    }

    /// A refusal names what is the case.
    pub(super) fn named(&self, error: &Error, now: i64, last: i64) {
        note(error);
        match error.code() {
            "MC-5014" => assert!(self.plan.is(plan::REFUSES_ENDED) && (self.swapped || now > last)),
            "MC-5015" => assert!(self.plan.is(plan::REFUSES_UNKNOWN) && self.card.strange),
            "MC-5016" => assert!(self.swapped, "the same card"),
            "MC-5018" => {
                let off = self.off().expect("the service told its time");
                assert!(off.unsigned_abs() > 60, "{off} s");
            }
            "MC-5019" => assert!(self.plan.is(plan::WITHOUT_PATIENCE), "it took no time"),
            "MC-5027" => assert_eq!(self.plan.person, "infant"),
            _ => {}
        }
    }
}

fn count(log: &[Logged], which: fn(&Logged) -> bool) -> usize {
    log.iter().filter(|one| which(one)).count()
}

/// Whether the card signed.
fn signed(one: &Logged) -> bool {
    matches!(one.header(), [_, 0x2A, ..]) && one.status() == Some(0x9000)
}
