//! The calls of a terminal and everybody's answers without a network, for fuzzing and golden files: no part of the
//! library's promise.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use mynacard_eligibility::Answer;

use crate::answer::{Asked, compose};
use crate::authority::sha256;
use crate::check::Consent;
use crate::http::{Call, Content, ROUTES};
use crate::service::{Limits, Service};
use crate::store::Store;
use crate::{Code, Condition, Connection, Error, Institution, UserSettings};

/// Everybody's id and the answer about her at an instant, all that she agrees to show included.
///
/// # Errors
/// When the list of people has a field that the interface does not.
pub fn everybody(unix_seconds: i64) -> Result<Vec<(&'static str, Answer)>, Error> {
    let institution = Institution::default();
    let people = crate::people::all().iter().map(|person| {
        let reference = format!("{:05}", person.number());
        let asked = Asked {
            at: unix_seconds,
            institution: &institution,
            code: Code::Normal,
            limit_application: true,
            specific_diseases: true,
            consents: &[
                Consent::Checkups,
                Consent::Pharmacists,
                Consent::Diagnosis,
                Consent::Operation,
            ],
            reference: Some(&reference),
        };
        Ok((person.id.as_str(), compose(person, &asked)?))
    });
    people.collect()
}

/// A connection to a stand-in without a listener, on today's day, with everything in memory, and what activates one terminal at it.
///
/// # Errors
/// When the database or the authority fails.
pub fn connection() -> Result<(Connection, UserSettings), Error> {
    let limits = Limits {
        challenges_per_minute: u32::MAX,
        ..Limits::default()
    };
    let service = Service::new(Store::open(None)?, limits, Arc::new(SystemTime::now))?;
    let institution = Institution::default().visual_check(true);
    let settings = service.issue_activation(&institution)?;
    Ok((Connection::to(Arc::new(service)), settings))
}

/// A stand-in without a listener, at a fixed instant, with everything in memory and one terminal.
#[derive(Debug)]
pub struct Desk {
    service: Service,
    peer: Option<[u8; 32]>,
}

impl Desk {
    /// Activates a terminal whose key is in this PKCS#10 request; `None` when the request is refused.
    ///
    /// # Errors
    /// When the database or the authority fails.
    pub fn open(csr: &[u8], unix_seconds: u64) -> Result<Option<Self>, Error> {
        let now = UNIX_EPOCH + Duration::from_secs(unix_seconds);
        let service = Service::new(Store::open(None)?, Limits::default(), Arc::new(move || now))?;
        let settings = service.issue_activation(&Institution::default())?;
        let mut desk = Self {
            service,
            peer: None,
        };
        let body = json!({
            "institution_code": settings.institution_code,
            "id": settings.id,
            "activation_code": settings.activation_code,
            "csr": STANDARD.encode(csr),
            "terms_accepted": true,
        });
        let answer = desk.call("/v1/activate", None, body.to_string().as_bytes());
        desk.peer = answer
            .and_then(|(_, body)| STANDARD.decode(body.get("certificate")?.as_str()?).ok())
            .map(|certificate| sha256(&certificate));
        Ok(desk.peer.map(|_| desk))
    }

    /// Sets the clock that many seconds ahead of the fixed instant.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.service.set_clock_ahead(seconds);
    }

    /// Sets the state that the stand-in pretends to be in.
    pub fn set_condition(&self, condition: Condition) {
        self.service.set_condition(condition);
    }

    /// The status and the document that a call is answered with; `None` for an unknown path and for an answer in lines.
    pub fn call(
        &self,
        path: &str,
        idempotency: Option<&[u8]>,
        body: &[u8],
    ) -> Option<(u16, Value)> {
        let entry = ROUTES.iter().find(|entry| entry.route.path == path)?;
        let mut headers = HeaderMap::new();
        if let Some(value) = idempotency.and_then(|key| HeaderValue::from_bytes(key).ok()) {
            headers.insert("idempotency-key", value);
        }
        let outcome = (entry.handler)(&Call {
            service: &self.service,
            now: self.service.now(),
            peer: self.peer,
            headers: &headers,
            body,
        });
        match outcome {
            Ok(reply) => match reply.content {
                Content::Document(document) => Some((reply.status, document)),
                Content::Lines(_) => None,
            },
            Err(refusal) => Some((refusal.status(), refusal.body())),
        }
    }
}
