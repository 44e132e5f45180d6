//! `POST /v1/activate`: ユーザー設定情報 and a PKCS#10 request become a client certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Call, Refusal, Reply};
use crate::authority::sha256;
use crate::{Code, csr};

/// A terminal's certificate lives a year; renewal asks for another.
const CERTIFICATE_LIFE: i64 = 365 * 86_400;

pub(super) fn activate(call: &Call<'_>) -> Result<Reply, Refusal> {
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
    let not_after = call.now + CERTIFICATE_LIFE;
    let (institution, certificate) = service.store.in_transaction(|records| {
        let institution = records.check_activation(&id, &code, &institution_code, call.now)?;
        if records.active_terminals(&institution.code)? >= i64::from(institution.terminal_limit) {
            return Err(Refusal::new(Code::TerminalLimit));
        }
        let certificate = service.authority.issue_terminal(
            &id,
            &institution.code,
            &public_key,
            call.now - 3600,
            not_after,
        )?;
        records.spend_activation(&id, call.now)?;
        records.add_terminal(
            &id,
            &institution.code,
            &sha256(&certificate),
            &sha256(&public_key),
            not_after,
        )?;
        Ok((institution, certificate))
    })?;
    Ok(json!({
        "terminal": id,
        "certificate": STANDARD.encode(&certificate),
        "chain": [STANDARD.encode(service.authority.certificate())],
        "institution": {
            "code": institution.code,
            "name": institution.name,
            "kind": institution.kind.as_str(),
        },
        "visual_check_allowed": institution.visual_check,
        "not_after": not_after,
    })
    .into())
}
