//! What a certificate says, and what is to be thought of it.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard::auth::Cancel;
use mynacard::cert::revocation::{
    ListPolicy, OcspPolicy, OcspResponse, Question, Revocation, RevocationPolicy, Unknown,
    reason_name, walk_list,
};
use mynacard::cert::{Certificate, Hierarchy, Purpose, Timestamp, TrustStore, Verified, Warning};
use mynacard::client::https::{Proxy, RevocationFetcher, Timeouts};
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
    /// The roots of test cards, base64 of DER.
    #[serde(default)]
    roots: Vec<String>,
    revocation: Option<Asked>,
}

/// Where it is looked up whether the certificate was revoked, and what becomes of an answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    list: Option<String>,
    list_url: Option<String>,
    ocsp: Option<String>,
    #[serde(default)]
    ocsp_url: bool,
    policy: Option<String>,
    timeout_ms: Option<u32>,
    #[serde(default)]
    direct: bool,
}

#[derive(Clone, Copy)]
enum Usage {
    Authentication,
    Signature,
}

/// What a certificate (DER) says; with `ask`, also whether it is one of a card.
///
/// `ask` is empty, or `{"usage":"authentication","hierarchy":"production","at":"2026-04-01T00:00:00Z"}`: `usage` is
/// `authentication` (利用者証明用) or `signature` (署名用), `hierarchy` is `production`, `simulation` or `test`, the last one with
/// `"roots":["…"]` (base64 of DER, at most 16), `at` is now where it is left out. `json` receives `{"description":{"subject":"…","issuer":"…","not_after":"…",…},"verdict":null}`, or a `verdict`
/// `{"usage":"…","hierarchy":"…","at":"…","root":{…},"not_before":"…","not_after":"…","revocation":"not-asked",
/// "warnings":["revocation-not-asked"]}`. A certificate that is refused is an error with its code (`MC-3…`).
///
/// Whether it was revoked is asked where `ask` has a member `revocation` with one of: `"list":"…"` (a list, base64 of DER),
/// `"list_url":"http://…"` (one that is fetched), `"ocsp":"…"` (a response, base64 of DER), `"ocsp_url":true` (the responder that the
/// verified certificate names is asked). `"policy"` is `refuse-revoked` (where it is left out), `require-good` or `report`,
/// `"timeout_ms"` ten seconds where it is left out, and nothing else stops it; `"direct":true` heeds no proxy. The verdict's `revocation` is `good`, `revoked` or
/// `unknown` then, beside `"revocation_detail":{"this_update":"…","next_update":"…","since":null,"reason":null,"why":null}`. What cannot
/// be fetched is unknown.
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
        json::hand_out(place, told)
    })
}

fn tell(der: &[u8], ask: Option<&Ask>) -> Result<Value, Failure> {
    let asked = ask.and_then(|ask| ask.revocation.as_ref());
    let ask = ask.map(Ask::read).transpose()?;
    let certificate = Certificate::from_der(der)?;
    let description = serde_json::to_value(certificate.describe())
        .map_err(|_| Failure::new(mynacard_status::Internal, "description"))?;
    let verdict = match ask {
        None => Value::Null,
        Some((Usage::Authentication, store, at)) => {
            let verified = store.verify_authentication(&certificate, at)?;
            verdict(&looked_up(verified, asked)?)
        }
        Some((Usage::Signature, store, at)) => {
            let verified = store.verify_signature(&certificate, at)?;
            verdict(&looked_up(verified, asked)?)
        }
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
        let hierarchies = [
            ("production", Hierarchy::Production),
            ("simulation", Hierarchy::Simulation),
            ("test", Hierarchy::JpkiTest),
        ];
        let hierarchy = json::named("ask.hierarchy", &self.hierarchy, &hierarchies)?;
        let test = hierarchy == Hierarchy::JpkiTest;
        if self.roots.is_empty() == test || self.roots.len() > MOST_ROOTS {
            return Err(json::wrong("ask.roots: with `test`, and then alone"));
        }
        let store = match hierarchy {
            Hierarchy::JpkiTest => {
                let roots = self.roots.iter().map(|root| der("ask.roots", root));
                let roots = roots.collect::<Result<Vec<_>, _>>()?;
                let roots: Vec<_> = roots.iter().map(Vec::as_slice).collect();
                TrustStore::jpki_test(&roots)?
            }
            Hierarchy::Simulation => TrustStore::simulation(),
            _ => TrustStore::production(),
        };
        let at = match &self.at {
            None => Timestamp::from(SystemTime::now()),
            Some(text) => Timestamp::parse(text)
                .ok_or_else(|| json::wrong("ask.at: 2026-04-01T00:00:00Z or 2026-04-01"))?,
        };
        Ok((usage, store, at))
    }
}

/// More roots than test cards have.
const MOST_ROOTS: usize = 16;

fn der(member: &'static str, text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD
        .decode(text)
        .map_err(|_| json::wrong(format!("{member}: base64 of DER")))
}

/// The verdict with what was asked about revocation.
fn looked_up<P: Purpose>(
    verified: Verified<P>,
    asked: Option<&Asked>,
) -> Result<Verified<P>, Failure> {
    let Some(asked) = asked else {
        return Ok(verified);
    };
    const POLICIES: &[(&str, RevocationPolicy)] = &[
        ("refuse-revoked", RevocationPolicy::RefuseRevoked),
        ("require-good", RevocationPolicy::RequireGood),
        ("report", RevocationPolicy::Report),
    ];
    let name = asked.policy.as_deref().unwrap_or("refuse-revoked");
    let policy = json::named("ask.revocation.policy", name, POLICIES)?;
    let mut answer = Some(asked.answer(&verified.question())?);
    let mut source = |_: &Question<'_>| answer.take().unwrap_or(Revocation::NotAsked);
    Ok(verified.check_revocation(&mut source, policy)?)
}

impl Asked {
    fn answer(&self, question: &Question<'_>) -> Result<Revocation, Failure> {
        let policy = ListPolicy::default();
        match (&self.list, &self.list_url, &self.ocsp, self.ocsp_url) {
            (Some(list), None, None, false) => {
                let list = der("ask.revocation.list", list)?;
                Ok(walk_list(list.as_slice(), question, &policy)?)
            }
            (None, None, Some(response), false) => {
                let response = OcspResponse::from_der(&der("ask.revocation.ocsp", response)?)?;
                Ok(response.judge(question, None, &OcspPolicy::default()))
            }
            (None, Some(url), None, false) => {
                let fetched = self
                    .fetcher()?
                    .list(url, question, MAX_FETCHED, &Cancel::new());
                fetched.map_or(Ok(Revocation::Unknown(Unknown::NoAnswer)), |list| {
                    Ok(walk_list(list.as_slice(), question, &policy)?)
                })
            }
            (None, None, None, true) => self.ask_responder(question),
            _ => Err(json::wrong(
                "ask.revocation: one of list, list_url, ocsp and ocsp_url",
            )),
        }
    }

    fn ask_responder(&self, question: &Question<'_>) -> Result<Revocation, Failure> {
        let Some(address) = question.certificate().ocsp_addresses().next() else {
            return Ok(Revocation::Unknown(Unknown::NoAnswer));
        };
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce)
            .map_err(|_| Failure::new(mynacard_status::Environment, "no random numbers"))?;
        let request = question.ocsp_request(Some(&nonce));
        let fetched = self.fetcher()?.ocsp(address, &request, &Cancel::new());
        Ok(
            fetched.map_or(Revocation::Unknown(Unknown::NoAnswer), |answer| {
                answer.judge(question, Some(&request), &OcspPolicy::default())
            }),
        )
    }

    fn fetcher(&self) -> Result<RevocationFetcher, Failure> {
        let whole = Duration::from_millis(self.timeout_ms.unwrap_or(10_000).into());
        let usual = Timeouts::default();
        let timeouts = Timeouts {
            connect: usual.connect.min(whole),
            answer: usual.answer.min(whole),
            whole,
        };
        let proxy = match self.direct {
            true => Proxy::Direct,
            false => Proxy::System,
        };
        Ok(RevocationFetcher::new(proxy, timeouts)?)
    }
}

/// A municipality's list is far smaller.
const MAX_FETCHED: usize = 64 << 20;

fn detail(revocation: &Revocation) -> Value {
    let (mut this_update, mut next_update, mut since, mut reason, mut why) = Default::default();
    match revocation {
        Revocation::Good {
            this_update: this,
            next_update: next,
        } => {
            this_update = Some(this.to_string());
            next_update = next.map(|time| time.to_string());
        }
        Revocation::Revoked {
            since: from,
            reason: code,
        } => {
            since = Some(from.to_string());
            reason = code.and_then(reason_name);
        }
        Revocation::Unknown(unknown) => why = Some(unknown.to_string()),
        _ => return Value::Null,
    }
    json!({
        "this_update": this_update,
        "next_update": next_update,
        "since": since,
        "reason": reason,
        "why": why,
    })
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
        "revocation_detail": detail(verified.revocation()),
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
