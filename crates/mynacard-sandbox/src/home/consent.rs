//! Consents: registered after a check, inquired, narrowed, cancelled, listed.

use serde_json::{Value, json};

use super::{Care, VISITING_LIFE, kinds, living, period, reference, state};
use crate::calendar::Day;
use crate::check::Consent;
use crate::http::{Call, Refusal, Reply};
use crate::store::Kept;
use crate::{Code, Purpose};

/// A consent is registered within an hour of its check.
const CHECK_LIFE: i64 = 3600;

/// `POST /v1/consents/register`.
pub(super) fn register(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let check = fields.hex("check_id", 32)?;
    let reference = reference(&mut fields)?;
    let care = fields.choice("care", Care::parse)?;
    let kinds = fields.choices("kinds", Consent::parse)?;
    let is_date = |text: &str| mynacard_eligibility::Date::from_basic(text).is_some();
    let visit = fields.ruled("visit_date", 8, is_date, "not a date YYYYMMDD")?;
    if visit < Day::at(call.now).compact() {
        return Err(fields.refuse("visit_date", "in the past"));
    }
    fields.finish()?;
    let expires = match care {
        Care::Visiting => call.now + VISITING_LIFE,
        // For the one visit: until its day is over.
        _ => Day::parse(&visit).map_or(call.now, |day| day.plus_days(1).begins() - 1),
    };
    let facility = terminal.institution.code.as_str();
    let kept = call.service.store.in_transaction(|records| {
        let made = records
            .check(&check, facility)?
            .filter(|made| call.now <= made.at + CHECK_LIFE)
            .ok_or_else(|| Refusal::new(Code::ConsentAbsent).field("check_id"))?;
        if care == Care::Visiting && made.purpose != Purpose::Visiting.as_str() {
            return Err(Refusal::new(Code::PurposeRefused).field("care"));
        }
        // One patient's consent is not replaced by another's.
        let present = records.consent(facility, &reference)?;
        if present
            .is_some_and(|kept| kept.person != made.person && state(&kept, call.now) == "active")
        {
            return Err(Refusal::malformed("reference", "another patient has it"));
        }
        // What the patient agreed to was in the request that her card signed.
        let signed = super::kinds(&made.consents);
        if !kinds.iter().all(|kind| signed.contains(kind)) {
            return Err(Refusal::new(Code::ConsentAbsent).field("kinds"));
        }
        let kept = Kept {
            reference,
            person: made.person,
            care: care.as_str().to_owned(),
            kinds: join(&kinds),
            consented: call.now,
            visit,
            expires,
            ended: None,
            reason: None,
        };
        records.put_consent(facility, &kept)?;
        Ok(kept)
    })?;
    Ok(shown(&kept, call.now).into())
}

/// `POST /v1/consents/inquire`.
pub(crate) fn inquire(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let reference = reference(&mut fields)?;
    fields.finish()?;
    let kept = call
        .service
        .store
        .in_transaction(|records| records.consent(&terminal.institution.code, &reference))
        .map_err(Refusal::from)?
        .ok_or_else(|| Refusal::new(Code::ConsentAbsent).field("reference"))?;
    Ok(shown(&kept, call.now).into())
}

/// `POST /v1/consents/change`: fewer kinds of information. More of them need the card again.
pub(super) fn change(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let reference = reference(&mut fields)?;
    let wanted = fields.choices("kinds", Consent::parse)?;
    fields.finish()?;
    let facility = terminal.institution.code.as_str();
    let kept = call.service.store.in_transaction(|records| {
        let mut kept = living(records.consent(facility, &reference)?, call.now)?;
        let given = kinds(&kept.kinds);
        if !wanted.iter().all(|kind| given.contains(kind)) {
            return Err(Refusal::new(Code::ConsentAbsent).field("kinds"));
        }
        kept.kinds = join(&wanted);
        records.put_consent(facility, &kept)?;
        Ok(kept)
    })?;
    Ok(shown(&kept, call.now).into())
}

/// `POST /v1/consents/cancel`: every consent of a patient, with the reason (table 031).
pub(super) fn cancel(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let reference = reference(&mut fields)?;
    let reason = fields.choice("reason", |text| {
        ["1", "2", "3"].contains(&text).then(|| text.to_owned())
    })?;
    fields.finish()?;
    let facility = terminal.institution.code.as_str();
    let kept = call.service.store.in_transaction(|records| {
        let mut kept = living(records.consent(facility, &reference)?, call.now)?;
        kept.ended = Some(call.now);
        kept.reason = Some(reason);
        records.put_consent(facility, &kept)?;
        Ok::<_, Refusal>(kept)
    })?;
    Ok(shown(&kept, call.now).into())
}

/// `POST /v1/consents/list`: of the facility, by day of consent or of visit, page by page.
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let (care, period) = period(&mut fields)?;
    let after = fields.optional_text("after", 50)?.unwrap_or_default();
    fields.finish()?;
    let kept = call.service.store.in_transaction(|records| {
        records.consents(
            &terminal.institution.code,
            care.as_str(),
            &period,
            &after,
            PAGE,
        )
    })?;
    let next = (kept.len() == PAGE)
        .then(|| kept.last().map(|last| last.reference.clone()))
        .flatten();
    let consents: Vec<Value> = kept.iter().map(|kept| shown(kept, call.now)).collect();
    Ok(json!({ "consents": consents, "next": next }).into())
}

/// Consents on a page of the list.
const PAGE: usize = 1000;

fn join(kinds: &[Consent]) -> String {
    let texts: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    texts.join(" ")
}

// No name and no insurance: the facility knows the patient by its own reference.
fn shown(kept: &Kept, now: i64) -> Value {
    json!({
        "reference": kept.reference,
        "care": kept.care,
        "kinds": kept.kinds.split(' ').collect::<Vec<_>>(),
        "consented_at": kept.consented,
        "visit_date": kept.visit,
        "expires_at": kept.expires,
        "state": state(kept, now),
        "reason": kept.reason,
    })
}
