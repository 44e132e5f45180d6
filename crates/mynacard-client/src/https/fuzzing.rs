//! A service's answer as bytes, without a network: for the fuzz targets alone, no part of the interface.

use std::fmt;
use std::ops::ControlFlow;
use std::time::{Duration, UNIX_EPOCH};

use mynacard_auth::home::{BulkItem, BulkState, ReceptionNumber};
use mynacard_auth::{
    Cancel, Challenge, CheckContext, Error, Grant, GuardedCard, PinlessProvider, Purpose,
    ServiceError, ServiceErrorKind,
};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::call::{LARGEST_BODY, understand};
use super::endpoint::Endpoint;
use super::head::{Claims, Head};
use super::lines::Lines;
use super::relay::{Ask, play};
use super::{home, service, wire};

/// The number that a bulk query was asked about.
pub const ASKED: &str = "12345678901234567890";

/// Reads a body as each answer of the protocol in turn, as the calls do that ask for it.
pub fn understand_all(status: u16, body: &[u8]) -> Vec<Result<(), ServiceError>> {
    let endpoint = Endpoint::sandbox("https://localhost", &[]);
    let environment = &endpoint.environment;
    let mut read = vec![
        understand(environment, status, body)
            .and_then(|answer| service::informed(&endpoint, answer).map(drop)),
        understand(environment, status, body)
            .and_then(service::certified)
            .map(drop),
        understand(environment, status, body).and_then(|answer| service::removed(&answer)),
        understand(environment, status, body).and_then(|answer| {
            let ask = CheckContext::new(Purpose::Reception);
            service::challenged(&endpoint, ask, answer, UNIX_EPOCH).map(drop)
        }),
        understand::<wire::Relay>(environment, status, body).map(drop),
        understand(environment, status, body)
            .and_then(service::understand)
            .map(drop),
    ];
    match ReceptionNumber::new(ASKED) {
        Ok(asked) => read.extend(home::understand_all(environment, &asked, status, body)),
        Err(_) => debug_assert!(false, "a right number"),
    }
    read
}

/// Judges a head of a status and of headers: whether its body would be read, and how long it asks us to wait.
///
/// # Errors
///
/// As the call's own.
pub fn head(
    status: u16,
    headers: &[(&[u8], &[u8])],
) -> Result<(bool, Option<Duration>), ServiceError> {
    let malformed = || ServiceError::from(ServiceErrorKind::MalformedAnswer);
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name).map_err(|_| malformed())?;
        let value = HeaderValue::from_bytes(value).map_err(|_| malformed())?;
        map.append(name, value);
    }
    let status = StatusCode::from_u16(status).map_err(|_| malformed())?;
    let head = Head::read(status, &map)?;
    let is_read = match head.claims {
        Claims::Json => head.length.is_none_or(|length| length <= LARGEST_BODY),
        Claims::Lines => head.status == 200,
        Claims::Other => return Err(head.not_json()),
    };
    Ok((is_read, head.wait))
}

/// Reads a download from the pieces that it arrives in: what it says of the query, and each result.
///
/// # Errors
///
/// As the call's own.
pub fn download(
    mut pieces: impl Iterator<Item = Vec<u8>>,
) -> (Result<BulkState, ServiceError>, Vec<BulkItem>) {
    let mut items = Vec::new();
    let mut each = |item| {
        items.push(item);
        ControlFlow::Continue(())
    };
    let lines = Lines::of(move |_| Ok(pieces.next()));
    let state = match ReceptionNumber::new(ASKED) {
        Ok(asked) => home::results("sandbox", &asked, lines, &mut each, &Cancel::new()),
        Err(_) => Err(ServiceErrorKind::Configuration.into()),
    };
    (state, items)
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
