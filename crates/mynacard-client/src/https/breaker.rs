//! When a service stays silent, or asks us to wait, we stop asking for a while: staff learn it at once, not after a timeout.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mynacard_auth::service::Reply;
use mynacard_auth::{ServiceError, ServiceErrorKind};

/// So many silences in a row, and the next call is not made.
const PATIENCE: u32 = 3;
/// The first pause; each further silence doubles it.
const SHORTEST: Duration = Duration::from_secs(5);
/// The longest pause that silence makes.
const LONGEST: Duration = Duration::from_secs(60);
/// The longest pause that a service may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(600);
/// While one call tries whether the service is back, the others wait so long for its outcome.
const TRIAL: Duration = Duration::from_secs(2);

/// Counts silences, and holds back calls that can wait.
#[derive(Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    silences: u32,
    pause: Option<Pause>,
}

#[derive(Clone)]
struct Pause {
    until: Instant,
    kind: ServiceErrorKind,
    reply: Reply,
    /// The service named it: silences make it no shorter.
    asked: bool,
}

impl Pause {
    /// Whether it still holds although an answer came: how often we may ask is not settled by one that was let through. A
    /// service that answers after all is no longer away.
    fn outlives_an_answer(&self, now: Instant) -> bool {
        self.asked && self.kind == ServiceErrorKind::TooMany && self.until > now
    }
}

impl Breaker {
    /// Lets a call pass, or says why not and for how long. The first one after a pause is the trial.
    pub(super) fn permit(&self, now: Instant) -> Result<(), ServiceError> {
        let mut state = self.lock();
        let Some(pause) = &mut state.pause else {
            return Ok(());
        };
        let left = pause.until.saturating_duration_since(now);
        if left.is_zero() {
            (pause.until, pause.asked) = (now + TRIAL, false);
            return Ok(());
        }
        let reply = Reply {
            retry_after: Some(Duration::from_secs(left.as_secs() + 1)),
            ..pause.reply.clone()
        };
        Err(ServiceError::new(pause.kind).with_reply(reply))
    }

    /// Learns from a call's outcome: `None` for an answer of any sort.
    pub(super) fn learn(&self, now: Instant, error: Option<&ServiceError>) {
        use ServiceErrorKind as K;
        let mut state = self.lock();
        // One card's refusal that may pass (its revocation status) concerns no other patient.
        let whole = |error: &&ServiceError| error.kind() != K::RevocationUnknown;
        let asked = error
            .filter(whole)
            .and_then(|error| Some((error, error.reply()?.retry_after?)));
        match (error.map(ServiceError::kind), asked) {
            (_, Some((error, wait))) => {
                state.silences = 0;
                state.pause = Some(Pause {
                    until: now + wait.min(LONGEST_ASKED),
                    // Of the next question it is not true that it was sent.
                    kind: match error.kind() {
                        K::AnswerLost | K::Unreachable => K::Suspended,
                        kind => kind,
                    },
                    reply: error.reply().cloned().unwrap_or_default(),
                    asked: true,
                });
            }
            (Some(K::Unreachable | K::Timeout | K::AnswerLost), None) => {
                state.silences = state.silences.saturating_add(1);
                let beyond = state.silences.saturating_sub(PATIENCE).min(8);
                let silent = (state.silences >= PATIENCE).then(|| Pause {
                    until: now + (SHORTEST * (1 << beyond)).min(LONGEST),
                    kind: K::Suspended,
                    reply: Reply::default(),
                    asked: false,
                });
                let named = state.pause.take().filter(|pause| pause.asked);
                state.pause = [named, silent]
                    .into_iter()
                    .flatten()
                    .max_by_key(|pause| pause.until);
            }
            // Nothing was learnt of the service.
            (Some(K::Cancelled | K::Configuration | K::NoTerminal), None) => {}
            _ => {
                state.silences = 0;
                state.pause = state
                    .pause
                    .take()
                    .filter(|pause| pause.outlives_an_answer(now));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence() -> ServiceError {
        ServiceErrorKind::Unreachable.into()
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn the_third_silence_in_a_row_makes_a_pause_and_each_further_one_doubles_it() {
        let (breaker, mut now) = (Breaker::default(), Instant::now());
        for _ in 0..2 {
            breaker.learn(now, Some(&silence()));
            breaker.permit(now).unwrap();
        }
        for pause in [5, 10, 20, 40, 60, 60, 60] {
            breaker.learn(now, Some(&silence()));
            let held = breaker.permit(now + seconds(1)).unwrap_err();
            assert_eq!(held.kind(), ServiceErrorKind::Suspended);
            assert_eq!(held.reply().unwrap().retry_after, Some(seconds(pause)));
            now += seconds(pause);
            breaker.permit(now).unwrap();
        }
    }

    #[test]
    fn one_call_tries_and_the_others_wait_for_it() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        (0..3).for_each(|_| breaker.learn(now, Some(&silence())));
        let later = now + seconds(5);
        breaker.permit(later).unwrap();
        assert!(breaker.permit(later).is_err());
        breaker.learn(later, None);
        breaker.permit(later).unwrap();
        // And the count begins anew.
        (0..2).for_each(|_| breaker.learn(later, Some(&silence())));
        breaker.permit(later).unwrap();
    }

    #[test]
    fn a_trial_that_nobody_ended_does_not_close_the_way_for_good() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        (0..3).for_each(|_| breaker.learn(now, Some(&silence())));
        breaker.permit(now + seconds(5)).unwrap();
        assert!(breaker.permit(now + seconds(6)).is_err());
        breaker.permit(now + seconds(7)).unwrap();
    }

    #[test]
    fn what_the_service_asks_for_is_kept_with_its_own_words_and_bounded() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let busy = |wait| {
            ServiceError::new(ServiceErrorKind::TooMany).with_reply(Reply {
                code: "REF-5003".into(),
                retry_after: Some(seconds(wait)),
                ..Reply::default()
            })
        };
        breaker.learn(now, Some(&busy(30)));
        let held = breaker.permit(now + seconds(10)).unwrap_err();
        assert_eq!(held.kind(), ServiceErrorKind::TooMany);
        assert_eq!(held.reply().unwrap().code, "REF-5003");
        assert_eq!(held.reply().unwrap().retry_after, Some(seconds(21)));
        breaker.permit(now + seconds(30)).unwrap();

        breaker.learn(now, Some(&busy(86_400)));
        assert!(breaker.permit(now + seconds(599)).is_err());
        breaker.permit(now + seconds(600)).unwrap();
    }

    #[test]
    fn a_wait_that_was_asked_for_is_not_forgotten_for_what_comes_between() {
        let now = Instant::now();
        let asked = |kind| {
            let breaker = Breaker::default();
            let error = ServiceError::new(kind).with_reply(Reply {
                retry_after: Some(seconds(30)),
                ..Reply::default()
            });
            breaker.learn(now, Some(&error));
            breaker
        };
        use ServiceErrorKind as K;
        for kind in [K::TooMany, K::Maintenance] {
            // A proof that was let through and got no answer; then as many silences as make a pause of five seconds.
            let breaker = asked(kind);
            breaker.learn(now, Some(&K::AnswerLost.into()));
            (0..2).for_each(|_| breaker.learn(now, Some(&silence())));
            let held = breaker.permit(now + seconds(10)).unwrap_err();
            assert_eq!(held.kind(), kind);
            breaker.permit(now + seconds(30)).unwrap();
            // The trial has no such right.
            breaker.learn(now + seconds(30), Some(&silence()));
            let held = breaker.permit(now + seconds(31)).unwrap_err();
            assert_eq!(held.kind(), K::Suspended);
        }
        // An answer says nothing of how often we may ask, and all of whether the service is back.
        for between in [None, Some(K::SignatureInvalid)] {
            let error = between.map(ServiceError::new);
            let breaker = asked(K::TooMany);
            breaker.learn(now, error.as_ref());
            assert!(breaker.permit(now + seconds(10)).is_err());
            breaker.permit(now + seconds(30)).unwrap();
            let breaker = asked(K::Maintenance);
            breaker.learn(now, error.as_ref());
            breaker.permit(now).unwrap();
        }
    }

    #[test]
    fn a_lost_answer_with_a_wait_is_not_told_of_the_next_question() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for kind in [ServiceErrorKind::AnswerLost, ServiceErrorKind::Unreachable] {
            let page = ServiceError::new(kind).with_reply(Reply {
                retry_after: Some(seconds(9)),
                ..Reply::default()
            });
            breaker.learn(now, Some(&page));
            let held = breaker.permit(now).unwrap_err();
            assert_eq!(held.kind(), ServiceErrorKind::Suspended);
            assert_eq!(held.reply().unwrap().retry_after, Some(seconds(10)));
        }
    }

    #[test]
    fn a_refusal_is_an_answer_and_a_stop_is_nothing() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for between in [None, Some(ServiceErrorKind::SignatureInvalid)] {
            (0..2).for_each(|_| breaker.learn(now, Some(&silence())));
            breaker.learn(now, between.map(ServiceError::new).as_ref());
            breaker.learn(now, Some(&silence()));
            breaker.permit(now).unwrap();
            breaker.learn(now, None);
        }
        (0..2).for_each(|_| breaker.learn(now, Some(&silence())));
        breaker.learn(now, Some(&ServiceErrorKind::Cancelled.into()));
        breaker.learn(now, Some(&silence()));
        assert!(breaker.permit(now).is_err());
    }
}
