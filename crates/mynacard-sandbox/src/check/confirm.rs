//! `POST /v1/confirm`: the proof goes in, the insurance comes out; the challenge is spent at first
//! sight and the identical request gets the stored outcome.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_cert::Certificate;
use serde_json::{Value, json};

use super::message::{self, Parts};
use super::request::{Operator, Request};
use super::{Method, OPERATION, proof};
use crate::answer::{Asked, Format};
use crate::authority::sha256;
use crate::http::{Call, Content, Fields, Refusal, Reply};
use crate::service::{ENVIRONMENT, SERVICE};
use crate::store::{Attempt, Challenge, Check, Spending, Terminal};
use crate::{Code, answer, hex, people, random};

const ALGORITHM: &str = "RSA-PKCS1-SHA256";
/// How long an operator's confirmation serves.
const CONFIRMATION_LIFE: i64 = 120;
/// How far the terminal's clock may be off.
const SKEW: i64 = 60;

pub(crate) fn confirm(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let idempotency = call
        .header("idempotency-key")
        .filter(|key| hex::is_hex(key, 32))
        .ok_or_else(|| Refusal::malformed("Idempotency-Key", "not 32 hexadecimal digits"))?;
    let mut fields = call.fields()?;
    let id = fields.hex("challenge_id", 32)?;
    let attempt = Attempt {
        key_sha256: &terminal.key_sha256,
        idempotency,
        body_sha256: &sha256(call.body),
    };
    let store = &call.service.store;
    let spending =
        store.in_transaction(|records| records.spend(&id, &terminal.id, &attempt, call.now))?;
    let outcome = match spending {
        Spending::Refused => return Err(Refusal::new(Code::Replayed).field("challenge_id")),
        Spending::Again(status, text) => {
            let body = serde_json::from_str(&text).unwrap_or(Value::Null);
            return Ok(Reply {
                status,
                content: Content::Document(body),
            });
        }
        Spending::Expired => Err(Refusal::new(Code::ChallengeExpired).field("challenge_id")),
        Spending::First(challenge) => decide(call, &terminal, &challenge, fields),
    };
    let (status, body) = match &outcome {
        Ok(body) => (200, body.clone()),
        Err(refusal) => (refusal.status(), refusal.body()),
    };
    store.in_transaction(|records| records.keep_outcome(&id, status, &body.to_string()))?;
    outcome.map(Reply::from)
}

fn decide(
    call: &Call<'_>,
    terminal: &Terminal,
    challenge: &Challenge,
    mut fields: Fields,
) -> Result<Value, Refusal> {
    let request_bytes = fields.base64("request", 8192)?;
    let certificate = fields.base64("certificate", 8192)?;
    fields.choice("algorithm", |text| (text == ALGORITHM).then_some(()))?;
    let signature = fields.base64("signature", 512)?;
    let grant = match fields.is_absent("grant") {
        true => None,
        false => Some(fields.hex("grant", 32)?),
    };
    let format = fields.choice("format", Format::parse)?;
    fields.finish()?;
    let request = Request::parse(&request_bytes)?;
    let certificate = Certificate::from_der(&certificate)
        .map_err(|_| Refusal::malformed("certificate", "not an X.509 certificate in DER"))?;

    if challenge.method == Method::Visual.as_str() {
        if !terminal.institution.visual_check {
            return Err(Refusal::new(Code::VisualNotAllowed).field("challenge_id"));
        }
        match grant {
            None => return Err(Refusal::malformed("grant", "missing in a visual check")),
            Some(grant) if challenge.granted.as_ref() == Some(&grant) => {}
            Some(_) => return Err(Refusal::new(Code::Replayed).field("grant")),
        }
        let operator = request
            .operator
            .as_ref()
            .ok_or_else(|| Refusal::malformed("request.operator", "missing in a visual check"))?;
        confirmed(call, terminal, challenge, operator)?;
    } else if grant.is_some() {
        return Err(Refusal::malformed("grant", "not in a check by PIN"));
    }

    let certificate_sha256 = certificate.sha256();
    let message = message::build(&Parts {
        service: SERVICE,
        environment: ENVIRONMENT,
        operation: OPERATION,
        method: &challenge.method,
        nonce: &challenge.nonce,
        terminal_key: &terminal.key_sha256,
        facility: &terminal.institution.code,
        purpose: &challenge.purpose,
        date: &challenge.date,
        request: &sha256(&request_bytes),
        certificate: &certificate_sha256,
    });
    let proven = proof::verify(&certificate, &message, &signature, call.now)?;
    let person = proven
        .common_name
        .as_deref()
        .and_then(people::by_common_name);
    proof::revocation(person, call.service.condition())?;

    let insured = person.filter(|person| person.registered);
    let code = match insured {
        Some(_) => proven.code,
        None => Code::NotRegistered,
    };
    let asked = Asked {
        at: call.now,
        institution: &terminal.institution,
        code,
        limit_application: request.limit_application,
        specific_diseases: request.specific_diseases,
        consents: &request.consents,
        reference: None,
    };
    let answer = insured
        .map(|person| answer::write(person, &asked, format))
        .transpose()?;
    let check_id = random::id()?;
    if let Some(person) = insured {
        let consents: Vec<_> = request.consents.iter().map(|c| c.as_str()).collect();
        let check = Check {
            person: person.number(),
            purpose: challenge.purpose.clone(),
            consents: consents.join(" "),
            at: call.now,
        };
        let facility = terminal.institution.code();
        call.service
            .store
            .in_transaction(|records| records.add_check(&check_id, facility, &check))?;
    }
    Ok(json!({
        "code": code.as_str(),
        "message_ja": code.japanese(),
        "message_en": code.english(),
        "check_id": check_id,
        "nonce": STANDARD.encode(challenge.nonce),
        "request_id": request.request_id,
        "certificate_sha256": hex::encode(&certificate_sha256),
        "processed_at": call.now,
        "format": format.as_str(),
        "answer": answer,
    }))
}

// The operator looked at the photograph after the challenge was there, a short while ago, and for
// this check alone.
fn confirmed(
    call: &Call<'_>,
    terminal: &Terminal,
    challenge: &Challenge,
    operator: &Operator,
) -> Result<(), Refusal> {
    let age = call.now - operator.confirmed_at;
    if !(-SKEW..=CONFIRMATION_LIFE + SKEW).contains(&age)
        || operator.confirmed_at < challenge.issued - CONFIRMATION_LIFE
    {
        return Err(Refusal::new(Code::ChallengeExpired).field("request.operator.confirmed_at"));
    }
    let new = call
        .service
        .store
        .in_transaction(|records| records.use_tap(&terminal.id, &operator.tap))?;
    if !new {
        return Err(Refusal::new(Code::Replayed).field("request.operator.tap"));
    }
    Ok(())
}
