//! A service's answer as bytes, without a network: for the fuzz targets alone, no part of the interface.

use std::fmt;

use mynacard_auth::{
    Cancel, Challenge, Error, Grant, GuardedCard, PinlessProvider, ServiceError, ServiceErrorKind,
};

use super::call::understand;
use super::relay::{Ask, play};
use super::{home, service, wire};

/// Reads a body as each answer of the protocol in turn.
pub fn understand_all(status: u16, body: &[u8]) -> Vec<Result<(), ServiceError>> {
    let environment = "sandbox";
    let mut read = vec![
        understand::<wire::Info>(environment, status, body).map(drop),
        understand::<wire::Activated>(environment, status, body).map(drop),
        understand::<wire::Challenge>(environment, status, body)
            .and_then(|challenge| wire::from_base64(&challenge.nonce, "nonce").map(drop)),
        understand::<wire::Relay>(environment, status, body).map(drop),
        understand(environment, status, body)
            .and_then(service::understand)
            .map(drop),
    ];
    read.extend(home::understand_all(environment, status, body));
    read
}

/// A relay whose service is a function: it gets the card's last response (none at the start) and gives status and body of the next
/// answer, or nothing where the line is gone.
pub struct ScriptedRelay<F>(F);

impl<F: FnMut(Option<&[u8]>) -> Option<(u16, Vec<u8>)>> ScriptedRelay<F> {
    /// A relay that `service` answers.
    #[must_use]
    pub fn new(service: F) -> Self {
        Self(service)
    }
}

impl<F: FnMut(Option<&[u8]>) -> Option<(u16, Vec<u8>)>> PinlessProvider for ScriptedRelay<F> {
    fn prove(
        &mut self,
        challenge: &Challenge,
        card: &mut GuardedCard<'_>,
        _: &Cancel,
    ) -> Result<Grant, Error> {
        play(challenge, card, |ask| {
            let response = match ask {
                Ask::Start(_) => None,
                Ask::Step(step) => Some(wire::from_base64(&step.response, "response")?),
            };
            let Some((status, body)) = (self.0)(response.as_deref()) else {
                return Err(ServiceErrorKind::Unreachable.into());
            };
            understand("sandbox", status, &body)
        })
    }
}

impl<F> fmt::Debug for ScriptedRelay<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedRelay").finish_non_exhaustive()
    }
}
