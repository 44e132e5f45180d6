//! What a certificate says, and what is to be thought of it.

use std::time::SystemTime;

use mynacard::cert::revocation::Revocation;
use mynacard::cert::{Certificate, Purpose, Timestamp, TrustStore, Verified, Warning};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::buffer::mynacard_buffer;
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker};
use crate::input::{bytes, out};
use crate::json;
use crate::status::mynacard_status;

/// What is to be verified.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    usage: String,
    hierarchy: String,
    at: Option<String>,
}

#[derive(Clone, Copy)]
enum Usage {
    Authentication,
    Signature,
}

/// What a certificate (DER) says; with `ask`, also whether it is one of a card.
///
/// `ask` is empty, or `{"usage":"authentication","hierarchy":"production","at":"2026-04-01T00:00:00Z"}`: `usage` is
/// `authentication` (利用者証明用) or `signature` (署名用), `hierarchy` is `production` or `simulation`, `at` is now where it is left
/// out. `json` receives `{"description":{"subject":"…","issuer":"…","not_after":"…",…},"verdict":null}`, or a `verdict`
/// `{"usage":"…","hierarchy":"…","at":"…","root":{…},"not_before":"…","not_after":"…","revocation":"not-asked",
/// "warnings":["revocation-not-asked"]}`. A certificate that is refused is an error with its code (`MC-3…`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_certificate_json(
    der: *const u8,
    der_size: usize,
    ask: *const u8,
    ask_size: usize,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let (der, ask) = unsafe { (bytes("der", der, der_size)?, bytes("ask", ask, ask_size)?) };
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let ask = match ask {
            [] => None,
            ask => Some(json::ask::<Ask>("ask", ask)?),
        };
        let told = on_worker(|| tell(der, ask.as_ref()))?;
        json::hand_out(place, &told)
    })
}

fn tell(der: &[u8], ask: Option<&Ask>) -> Result<Value, Failure> {
    let ask = ask.map(Ask::read).transpose()?;
    let certificate = Certificate::from_der(der)?;
    let description = serde_json::to_value(certificate.describe())
        .map_err(|_| Failure::new(mynacard_status::Internal, "description"))?;
    let verdict = match ask {
        None => Value::Null,
        Some((Usage::Authentication, store, at)) => {
            verdict(&store.verify_authentication(&certificate, at)?)
        }
        Some((Usage::Signature, store, at)) => verdict(&store.verify_signature(&certificate, at)?),
    };
    Ok(json!({ "description": description, "verdict": verdict }))
}

impl Ask {
    fn read(&self) -> Result<(Usage, TrustStore, Timestamp), Failure> {
        let usages = [
            ("authentication", Usage::Authentication),
            ("signature", Usage::Signature),
        ];
        let usage = json::named("ask.usage", &self.usage, &usages)?;
        let simulated = [("production", false), ("simulation", true)];
        let store = match json::named("ask.hierarchy", &self.hierarchy, &simulated)? {
            true => TrustStore::simulation(),
            false => TrustStore::production(),
        };
        let at = match &self.at {
            None => Timestamp::from(SystemTime::now()),
            Some(text) => Timestamp::parse(text)
                .ok_or_else(|| json::wrong("ask.at: 2026-04-01T00:00:00Z or 2026-04-01"))?,
        };
        Ok((usage, store, at))
    }
}

fn verdict<P: Purpose>(verified: &Verified<P>) -> Value {
    let root = verified.root().certificate();
    let warnings = verified.warnings();
    json!({
        "usage": verified.usage().to_string(),
        "hierarchy": verified.hierarchy().to_string(),
        "at": verified.at().to_string(),
        "root": {
            "subject": root.subject(),
            "serial": root.serial_hex(),
            "not_after": root.not_after().to_string(),
        },
        "not_before": verified.certificate().not_before().to_string(),
        "not_after": verified.certificate().not_after().to_string(),
        "revocation": match verified.revocation() {
            Revocation::NotAsked => "not-asked",
            Revocation::Good { .. } => "good",
            Revocation::Revoked { .. } => "revoked",
            _ => "unknown",
        },
        "warnings": warnings.iter().map(warning).collect::<Vec<_>>(),
    })
}

fn warning(warning: &Warning) -> &'static str {
    match warning {
        Warning::EndsSoon { .. } => "ends-soon",
        Warning::Expired { .. } => "expired",
        Warning::NotProduction { .. } => "not-production",
        Warning::RevocationNotAsked => "revocation-not-asked",
        Warning::RevocationUnknown => "revocation-unknown",
        _ => "other",
    }
}
