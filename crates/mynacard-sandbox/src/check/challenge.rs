//! `POST /v1/challenge`: random, short-lived, bound to the terminal, the method and the purpose.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Method, OPERATION};
use crate::calendar::Day;
use crate::http::{Call, Refusal, Reply};
use crate::service::{ENVIRONMENT, SERVICE, seconds};
use crate::store::NewChallenge;
use crate::{Code, Purpose, random};

pub(crate) fn challenge(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    fields.choice("operation", |text| (text == OPERATION).then_some(()))?;
    let method = fields.choice("method", Method::parse)?;
    let purpose = fields.choice("purpose", Purpose::parse)?;
    fields.finish()?;
    if !terminal.institution.purposes.contains(&purpose) {
        return Err(Refusal::new(Code::PurposeRefused).field("purpose"));
    }
    if method == Method::Visual && !terminal.institution.visual_check {
        return Err(Refusal::new(Code::VisualNotAllowed).field("method"));
    }
    let id = random::id()?;
    let nonce = random::bytes::<32>()?;
    let date = Day::at(call.now).compact();
    let limits = &call.service.limits;
    let expires = call.now + seconds(limits.challenge_life);
    call.service.store.in_transaction(|records| {
        let most = limits.challenges_per_minute;
        if records.challenges_reached(&terminal.id, call.now - 60, most)? {
            return Err(Refusal::new(Code::TooMany).retry_after(60));
        }
        records.add_challenge(&NewChallenge {
            id: &id,
            terminal: &terminal.id,
            nonce: &nonce,
            method: method.as_str(),
            purpose: purpose.as_str(),
            date: &date,
            issued: call.now,
            expires,
        })?;
        Ok(())
    })?;
    Ok(json!({
        "challenge_id": id,
        "nonce": STANDARD.encode(nonce),
        "service": SERVICE,
        "environment": ENVIRONMENT,
        "date": date,
        "issued_at": call.now,
        "expires_at": expires,
    })
    .into())
}
