//! The visual check's relay: the service talks to the card through the guard.

use std::fmt;
use std::sync::Arc;

use mynacard_auth::{
    Cancel, Challenge, Error, ErrorKind, Grant, GuardedCard, PinlessProvider, ServiceError,
};

use super::call::{Caller, Effect};
use super::failure::malformed;
use super::wire;

/// A [`PinlessProvider`] that fetches each command from the service.
pub struct HttpsRelay {
    caller: Arc<Caller>,
}

/// More steps than any relay needs.
const MOST_STEPS: u32 = 16;

impl HttpsRelay {
    pub(super) fn new(caller: Arc<Caller>) -> Self {
        Self { caller }
    }
}

impl PinlessProvider for HttpsRelay {
    fn prove(
        &mut self,
        challenge: &Challenge,
        card: &mut GuardedCard<'_>,
        stop: &Cancel,
    ) -> Result<Grant, Error> {
        play(challenge, card, |ask| match ask {
            Ask::Start(start) => self
                .caller
                .post("/v1/relay/start", &start, Effect::Passing, stop),
            Ask::Step(step) => self
                .caller
                .post("/v1/relay/step", &step, Effect::Step, stop),
        })
    }
}

/// What the service is asked for.
pub(super) enum Ask<'a> {
    Start(wire::RelayStart<'a>),
    Step(wire::RelayStep<'a>),
}

/// Plays the service's script to the card, answer by answer.
pub(super) fn play(
    challenge: &Challenge,
    card: &mut GuardedCard<'_>,
    mut ask: impl FnMut(Ask<'_>) -> Result<wire::Relay, ServiceError>,
) -> Result<Grant, Error> {
    let mut relay = ask(Ask::Start(wire::RelayStart {
        challenge_id: challenge.id(),
    }))?;
    for step in 1..=MOST_STEPS {
        if relay.done {
            let grant = relay.grant.as_deref().ok_or(ErrorKind::RelayEnded)?;
            let grant = wire::from_hex(grant, "grant")?;
            return Grant::new(&grant).ok_or_else(|| malformed("grant", 0, 0).into());
        }
        if relay.step != step {
            return Err(malformed("step", 0, 0).into());
        }
        let command = relay.command.as_deref().ok_or(ErrorKind::RelayEnded)?;
        let response = card.exchange(&wire::from_base64(command, "command")?)?;
        let answer = wire::RelayStep {
            relay_id: &relay.relay_id,
            step,
            response: wire::base64(&response),
        };
        relay = ask(Ask::Step(answer))?;
    }
    Err(ErrorKind::RelayEnded.into())
}

impl fmt::Debug for HttpsRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsRelay").finish_non_exhaustive()
    }
}
