//! What the head of an answer says, judged before a byte of its body is read.

use std::time::{Duration, SystemTime};

use mynacard_auth::service::Reply;
use mynacard_auth::{ServiceError, ServiceErrorKind};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};

use super::failure::malformed;

/// The largest sum of an answer's header names and values.
const LARGEST_HEADERS: usize = 16 << 10;
/// The longest wait that is believed.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// A head within bounds, of an answer that leads nowhere else.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) claims: Claims,
    /// How long the body is, where it is said.
    pub(super) length: Option<usize>,
    /// How long we are asked to wait.
    pub(super) wait: Option<Duration>,
}

/// What a body claims to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Claims {
    Json,
    /// JSON, a document a line.
    Lines,
    Other,
}

impl Head {
    pub(super) fn read(status: StatusCode, headers: &HeaderMap) -> Result<Self, ServiceError> {
        let size: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if size > LARGEST_HEADERS {
            return Err(ServiceErrorKind::TooLarge.into());
        }
        if status.is_redirection() {
            return Err(ServiceErrorKind::WrongService.into());
        }
        let claimed = text(headers, CONTENT_TYPE).and_then(|claimed| claimed.split(';').next());
        Ok(Self {
            status: status.as_u16(),
            claims: match claimed.map(str::trim) {
                Some("application/json") => Claims::Json,
                Some("application/x-ndjson") => Claims::Lines,
                _ => Claims::Other,
            },
            length: text(headers, CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            wait: wait(headers),
        })
    }

    /// The error for an answer that is no JSON.
    pub(super) fn not_json(&self) -> ServiceError {
        use ServiceErrorKind as K;
        match self.status {
            // Something between us and the service speaks, and says that the service does not.
            502..=504 => with_wait(K::Unreachable.into(), self.wait),
            // Something in front of the service keeps us back.
            429 => with_wait(K::TooMany.into(), self.wait),
            _ => malformed("not application/json", 0, 0),
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// How long an answer's head asks us to wait: seconds, or an HTTP date (RFC 9110 §10.2.3), which the answer's own `Date` is
/// subtracted from where it has one, for the clocks may differ. No more than a day.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let asked = text(headers, RETRY_AFTER)?;
    let wait = match asked.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(asked).ok()?;
            let sent = text(headers, DATE).and_then(|date| httpdate::parse_http_date(date).ok());
            until
                .duration_since(sent.unwrap_or_else(SystemTime::now))
                .unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

/// The error with the wait of its answer's head, where its body named none.
pub(super) fn with_wait(error: ServiceError, wait: Option<Duration>) -> ServiceError {
    let named = error.reply().and_then(|reply| reply.retry_after);
    if named.is_some() || wait.is_none() {
        return error;
    }
    let reply = error.reply().cloned().unwrap_or_default();
    error.with_reply(Reply {
        retry_after: wait,
        ..reply
    })
}
