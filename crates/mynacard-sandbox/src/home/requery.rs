//! `POST /v1/requery`: the insurance again, without the card, for 訪問診療等 only.

use serde_json::json;

use super::{Care, VISITING_LIFE, kinds, living, person, reference};
use crate::answer::{self, Asked, Format};
use crate::http::{Call, Refusal, Reply};
use crate::{Code, random};

pub(crate) fn requery(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let reference = reference(&mut fields)?;
    let request_id = fields.hex("request_id", 32)?;
    let limit_application = fields.boolean("limit_application")?;
    let specific_diseases = fields.boolean("specific_diseases")?;
    let format = fields.choice("format", Format::parse)?;
    fields.finish()?;
    let facility = &terminal.institution;
    let kept = call.service.store.in_transaction(|records| {
        let mut kept = living(records.consent(&facility.code, &reference)?, call.now)?;
        if kept.care != Care::Visiting.as_str() {
            return Err(Refusal::new(Code::PurposeRefused)
                .field("reference")
                .detail("a requery without the card is for visits (訪問診療等) only"));
        }
        // The relation continues.
        kept.expires = call.now + VISITING_LIFE;
        records.put_consent(&facility.code, &kept)?;
        Ok(kept)
    })?;
    let asked = Asked {
        at: call.now,
        institution: facility,
        code: Code::Normal,
        limit_application,
        specific_diseases,
        consents: &kinds(&kept.kinds),
        reference: Some(&reference),
    };
    let answer = answer::write(person(&kept)?, &asked, format)?;
    Ok(json!({
        "code": Code::Normal.as_str(),
        "message_ja": Code::Normal.japanese(),
        "message_en": Code::Normal.english(),
        "check_id": random::id()?,
        "request_id": request_id,
        "reference": reference,
        "processed_at": call.now,
        "format": format.as_str(),
        "answer": answer,
    })
    .into())
}
