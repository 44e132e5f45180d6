//! The protocol's bodies, version 1, as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_auth::home::{ConsentKind, ConsentKinds};
use mynacard_auth::{Extra, Request, ServiceError};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::failure::malformed;

#[derive(Deserialize)]
pub(super) struct Info {
    pub(super) service: String,
    pub(super) environment: String,
    pub(super) protocol: u32,
    pub(super) time: u64,
}

#[derive(Serialize)]
pub(super) struct ActivateAsk<'a> {
    pub(super) institution_code: &'a str,
    pub(super) id: &'a str,
    pub(super) activation_code: &'a str,
    pub(super) csr: String,
    pub(super) terms_accepted: bool,
}

#[derive(Serialize)]
pub(super) struct RenewAsk {
    pub(super) csr: String,
}

/// An empty object.
#[derive(Serialize)]
pub(super) struct Nothing {}

#[derive(Deserialize)]
pub(super) struct Removed {
    pub(super) removed: bool,
}

#[derive(Deserialize)]
pub(super) struct Activated {
    pub(super) terminal: String,
    pub(super) certificate: String,
    pub(super) chain: Vec<String>,
    pub(super) institution: mynacard_auth::Institution,
    pub(super) visual_check_allowed: bool,
    pub(super) not_after: u64,
}

#[derive(Serialize)]
pub(super) struct ChallengeAsk<'a> {
    pub(super) operation: &'a str,
    pub(super) method: &'a str,
    pub(super) purpose: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Challenge {
    pub(super) challenge_id: String,
    pub(super) nonce: String,
    pub(super) service: String,
    pub(super) environment: String,
    pub(super) date: String,
    pub(super) issued_at: u64,
    pub(super) expires_at: u64,
}

#[derive(Serialize)]
pub(super) struct RelayStart<'a> {
    pub(super) challenge_id: &'a str,
}

#[derive(Serialize)]
pub(super) struct RelayStep<'a> {
    pub(super) relay_id: &'a str,
    pub(super) step: u32,
    pub(super) response: String,
}

#[derive(Deserialize)]
pub(super) struct Relay {
    pub(super) relay_id: String,
    pub(super) step: u32,
    pub(super) command: Option<String>,
    pub(super) done: bool,
    pub(super) grant: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ConfirmAsk<'a> {
    pub(super) challenge_id: &'a str,
    pub(super) request: String,
    pub(super) certificate: String,
    pub(super) algorithm: &'a str,
    pub(super) signature: String,
    pub(super) grant: Option<String>,
    pub(super) format: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Confirmed {
    pub(super) code: String,
    pub(super) check_id: String,
    pub(super) nonce: String,
    pub(super) request_id: String,
    pub(super) certificate_sha256: String,
    pub(super) processed_at: u64,
    pub(super) answer: Option<String>,
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) code: String,
    #[serde(default)]
    pub(super) message_ja: String,
    #[serde(default)]
    pub(super) message_en: String,
    #[serde(default)]
    pub(super) field: Option<String>,
    #[serde(default)]
    pub(super) retry_after: Option<u64>,
}

#[derive(Serialize)]
struct RequestBody<'a> {
    request_id: String,
    limit_application: bool,
    specific_diseases: bool,
    consents: Vec<&'static str>,
    operator: Option<OperatorBody<'a>>,
}

#[derive(Serialize)]
struct OperatorBody<'a> {
    operator: &'a str,
    tap: String,
    confirmed_at: u64,
}

/// The exact bytes of the request, the same each time: their hash is in the signed message.
pub(super) fn request_bytes(request: &Request) -> Result<Vec<u8>, serde_json::Error> {
    let context = request.context();
    serde_json::to_vec(&RequestBody {
        request_id: hex(request.id()),
        limit_application: context.asks_for(Extra::LimitApplication),
        specific_diseases: context.asks_for(Extra::SpecificDiseases),
        consents: context
            .consents()
            .into_iter()
            .flat_map(ConsentKinds::iter)
            .map(ConsentKind::code)
            .collect(),
        operator: request.operator().map(|confirmation| OperatorBody {
            operator: confirmation.operator(),
            tap: confirmation.tap().to_string(),
            confirmed_at: unix(confirmation.confirmed_at()),
        }),
    })
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn from_base64(text: &str, what: &'static str) -> Result<Vec<u8>, ServiceError> {
    STANDARD.decode(text).map_err(|_| malformed(what, 0, 0))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from lower-case hexadecimal.
pub(super) fn from_hex(text: &str, what: &'static str) -> Result<Vec<u8>, ServiceError> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect();
    bytes
        .filter(|_| rest.is_empty())
        .ok_or_else(|| malformed(what, 0, 0))
}

pub(super) fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

pub(super) fn from_unix(seconds: u64, what: &'static str) -> Result<SystemTime, ServiceError> {
    // The year 9999: far from what a clock's own type can hold.
    let within = Some(seconds).filter(|seconds| *seconds < 253_402_300_800);
    within
        .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
        .ok_or_else(|| malformed(what, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_lower_case_and_even() {
        assert_eq!(
            from_hex(&hex(&[0, 0x7f, 0xff]), "x").unwrap(),
            [0, 0x7f, 0xff]
        );
        for text in ["0", "0G", "FF", "0あ"] {
            assert_eq!(from_hex(text, "x").unwrap_err().code(), "MC-6007", "{text}");
        }
    }

    #[test]
    fn times_beyond_the_calendar_are_refused() {
        assert_eq!(unix(from_unix(1_790_000_000, "t").unwrap()), 1_790_000_000);
        from_unix(u64::MAX, "t").unwrap_err();
    }
}
