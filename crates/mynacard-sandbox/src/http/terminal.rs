//! The life of a terminal: ユーザー設定情報 and a PKCS#10 request become a client certificate; it is
//! renewed; it ends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Call, Refusal, Reply};
use crate::authority::sha256;
use crate::store::{Records, Repetition};
use crate::{Code, Institution, csr, hex};

/// A certificate lives a year; renewal asks for another.
const CERTIFICATE_LIFE: i64 = 365 * 86_400;

/// `POST /v1/activate`. Under an idempotency key the identical request is answered again as before: the answer to the first
/// one may have got lost.
pub(super) fn activate(call: &Call<'_>) -> Result<Reply, Refusal> {
    let idempotency = match call.headers.contains_key("idempotency-key") {
        false => None,
        true => Some(
            call.header("idempotency-key")
                .filter(|key| hex::is_hex(key, 32))
                .ok_or_else(|| {
                    Refusal::malformed("Idempotency-Key", "not 32 hexadecimal digits")
                })?,
        ),
    };
    let mut fields = call.fields()?;
    let institution_code = fields.text("institution_code", 10)?;
    if institution_code.len() != 10 || !institution_code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fields.refuse("institution_code", "not ten digits"));
    }
    let id = fields.text("id", 32)?;
    let code = fields.text("activation_code", 64)?;
    let request = fields.base64("csr", 4096)?;
    if !fields.boolean("terms_accepted")? {
        return Err(fields.refuse("terms_accepted", "the terms have to be accepted"));
    }
    let public_key = csr::public_key(&request).map_err(|why| fields.refuse("csr", why))?;
    fields.finish()?;

    let service = call.service;
    service
        .store
        .in_transaction(|records| records.count_wrong_code(&id, &code))
        .map_err(|e: rusqlite::Error| Refusal::from(e))?;
    let body_sha256 = sha256(call.body);
    let repetition = idempotency.map(|idempotency| Repetition {
        idempotency,
        body_sha256: &body_sha256,
    });
    service.store.in_transaction(|records| {
        if let Some(repetition) = &repetition
            && let Some(outcome) = records.activated(&id, repetition, call.now)?
        {
            let outcome: Value = serde_json::from_str(&outcome).unwrap_or(Value::Null);
            return Ok(outcome.into());
        }
        let institution = records.check_activation(&id, &code, &institution_code, call.now)?;
        let active = records.active_terminals(&institution.code, call.now)?;
        if active >= i64::from(institution.terminal_limit) {
            return Err(Refusal::new(Code::TerminalLimit));
        }
        records.spend_activation(&id, call.now)?;
        records.add_terminal(&id, &institution.code)?;
        let outcome = certify(call, records, &id, &institution, &public_key)?;
        if let Some(repetition) = &repetition {
            records.keep_activated(&id, repetition, &outcome.to_string())?;
        }
        Ok(outcome.into())
    })
}

/// `POST /v1/terminal/renew`: another certificate; the present one works until the new one is
/// first shown, so that a lost answer locks nobody out.
pub(super) fn renew(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let request = fields.base64("csr", 4096)?;
    let public_key = csr::public_key(&request).map_err(|why| fields.refuse("csr", why))?;
    fields.finish()?;
    call.service.store.in_transaction(|records| {
        certify(
            call,
            records,
            &terminal.id,
            &terminal.institution,
            &public_key,
        )
        .map(Reply::from)
    })
}

/// `POST /v1/terminal/remove`: the terminal that calls is one no longer.
pub(super) fn remove(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    call.fields()?.finish()?;
    call.service.store.in_transaction(|records| {
        records.remove_terminal(&terminal.id, &terminal.institution.code, call.now)
    })?;
    Ok(json!({ "terminal": terminal.id, "removed": true }).into())
}

fn certify(
    call: &Call<'_>,
    records: &Records<'_>,
    terminal: &str,
    institution: &Institution,
    public_key: &[u8],
) -> Result<Value, Refusal> {
    let authority = &call.service.authority;
    let not_after = call.now + CERTIFICATE_LIFE;
    let certificate = authority.issue_terminal(
        terminal,
        &institution.code,
        public_key,
        call.now - 3600,
        not_after,
    )?;
    records.add_credential(
        terminal,
        &sha256(&certificate),
        &sha256(public_key),
        not_after,
    )?;
    Ok(json!({
        "terminal": terminal,
        "certificate": STANDARD.encode(&certificate),
        "chain": [STANDARD.encode(authority.certificate())],
        "institution": {
            "code": institution.code,
            "name": institution.name,
            "kind": institution.kind.as_str(),
        },
        "visual_check_allowed": institution.visual_check,
        "not_after": not_after,
    }))
}
