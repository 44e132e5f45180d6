//! A proof whose answer did not come: kept for as long as its challenge lives, and sent again as it is.

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

use super::Desk;
use super::answer::{CheckedAnswer, Times, Warning};
use super::clock;
use crate::{
    Cancel, Challenge, Error, ErrorKind, Evidence, PinTries, Proof, ServiceErrorKind, TapId,
};

/// A signed proof that the service has not answered: the line went away between tap and answer.
///
/// [`Error::into_undelivered`] hands it over. While the challenge lives ([`Undelivered::ends_at`]) the identical request can be
/// delivered again, without the card and without the PIN; the service answers it with the outcome of the first delivery, so
/// that there is at most one check. It holds no PIN. Dropped, it is forgotten: the patient taps again.
#[must_use]
pub struct Undelivered {
    parts: Box<Parts>,
}

pub(super) struct Parts {
    pub(super) desk: Desk,
    pub(super) challenge: Challenge,
    pub(super) proof: Proof,
    pub(super) tap: TapId,
    pub(super) warnings: Vec<Warning>,
    pub(super) evidence: Evidence,
    pub(super) tries: PinTries,
    pub(super) exchanges: u32,
    pub(super) card_time: Duration,
    pub(super) checked_at: SystemTime,
    pub(super) signed_at: Instant,
    /// Whether a delivery may have reached the service.
    pub(super) sent: bool,
}

impl Undelivered {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            parts: Box::new(parts),
        }
    }

    /// When the service stops accepting it, by the caller's clock.
    #[must_use]
    pub fn ends_at(&self) -> SystemTime {
        self.parts.challenge.ends_at()
    }

    /// Our number of the tap.
    #[must_use]
    pub fn tap(&self) -> TapId {
        self.parts.tap
    }

    /// Delivers the identical request once more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ProofExpired`] when the challenge is over: nothing is sent, the patient has to tap again. Otherwise as
    /// [`Ready::check`](crate::Ready::check) after the card; an answer that got lost again leaves its proof in the error again.
    pub fn deliver(self, now: SystemTime, stop: &Cancel) -> Result<CheckedAnswer, Error> {
        if self.lives(now) {
            self.send(stop)
        } else {
            Err(Error::from(ErrorKind::ProofExpired).with_tries(self.parts.tries))
        }
    }

    /// By the caller's clock; a clock that was set back in between counts for nothing, the time that passed does.
    fn lives(&self, now: SystemTime) -> bool {
        let Parts {
            challenge,
            checked_at,
            signed_at,
            ..
        } = &*self.parts;
        if now >= *checked_at {
            return challenge.lives(now, Duration::ZERO);
        }
        let left = challenge.ends_at().duration_since(*checked_at);
        left.is_ok_and(|left| signed_at.elapsed() < left)
    }

    /// Sends it and compares the echoes.
    pub(super) fn send(mut self, stop: &Cancel) -> Result<CheckedAnswer, Error> {
        let tries = self.parts.tries;
        if stop.is_cancelled() {
            return Err(Error::from(ErrorKind::Cancelled)
                .with_tries(tries)
                .with_undelivered(self));
        }
        let asked = Instant::now();
        let Parts {
            desk,
            challenge,
            proof,
            ..
        } = &*self.parts;
        let confirmed = match desk.served(|service| service.confirm(challenge, proof, stop)) {
            Ok(confirmed) => confirmed,
            Err(error) => {
                let again = may_be_answered_later(error.kind());
                let arrived = may_have_arrived(error.kind());
                let still_lost =
                    self.parts.sent && error.kind().settles_nothing_of_an_earlier_delivery();
                let error = match still_lost {
                    true => error.into_answer_lost(),
                    false => error,
                };
                let error = challenge.named_by_clock(Error::from(error).with_tries(tries));
                self.parts.sent |= arrived;
                return Err(match again {
                    true => error.with_undelivered(self),
                    false => error,
                });
            }
        };
        let service_time = asked.elapsed();
        let echo = &confirmed.echo;
        for (field, same) in [
            ("nonce", echo.nonce == challenge.nonce()),
            ("request number", echo.request_id == proof.request().id()),
            (
                "certificate hash",
                echo.certificate_sha256 == proof.certificate_sha256(),
            ),
        ] {
            if !same {
                return Err(Error::from(ErrorKind::EchoMismatch { field }).with_tries(tries));
            }
        }
        let mut parts = *self.parts;
        if let Some(seconds) = parts.challenge.clock_off_by_more_than(clock::WARN) {
            parts.warnings.push(Warning::ClockOff { seconds });
        }
        Ok(CheckedAnswer {
            outcome: confirmed.outcome,
            evidence: parts.evidence,
            check_id: confirmed.check_id,
            tap: parts.tap,
            card_exchanges: parts.exchanges,
            warnings: parts.warnings,
            certificate_status: confirmed.certificate_status,
            times: Times {
                checked_at: parts.checked_at,
                processed_at: confirmed.processed_at,
                card: parts.card_time,
                service: service_time,
            },
            context: *parts.proof.request().context(),
        })
    }
}

/// Whether a delivery that failed so may have reached the service all the same.
const fn may_have_arrived(kind: ServiceErrorKind) -> bool {
    use ServiceErrorKind as K;
    !matches!(
        kind,
        K::Unreachable
            | K::UntrustedServer
            | K::ServerNotValidNow
            | K::Tls
            | K::Configuration
            | K::NoTerminal
            | K::Suspended
    )
}

/// Whether the same request may still get its answer: a refusal is an answer, silence and noise are not.
const fn may_be_answered_later(kind: ServiceErrorKind) -> bool {
    use ServiceErrorKind as K;
    matches!(
        kind,
        K::Unreachable
            | K::Timeout
            | K::Cancelled
            | K::AnswerLost
            | K::UntrustedServer
            | K::ServerNotValidNow
            | K::Tls
            | K::MalformedAnswer
            | K::TooLarge
            | K::UnreadableMessage
            | K::Maintenance
            | K::BackendTimeout
            | K::TooMany
    )
}

impl fmt::Debug for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undelivered")
            .field("tap", &self.parts.tap)
            .finish_non_exhaustive()
    }
}
