//! Bulk: the insurance of every patient of a period, accepted now, ready later, streamed.

use serde_json::json;

use super::{kinds, living, period, person};
use crate::answer::{self, Asked, Format};
use crate::calendar::stamp;
use crate::http::{Call, Refusal, Reply};
use crate::service::seconds;
use crate::store::{Kept, Reception};
use crate::{Code, Institution};

/// `POST /v1/bulk/submit`: a reception number (ReceptionNumber).
pub(super) fn submit(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let (care, period) = period(&mut fields)?;
    let limit_application = fields.boolean("limit_application")?;
    let specific_diseases = fields.boolean("specific_diseases")?;
    let format = fields.choice("format", Format::parse)?;
    fields.finish()?;
    let number = call.service.store.in_transaction(|records| {
        records.add_reception(
            &stamp(call.now),
            &Reception {
                institution: terminal.institution.code.clone(),
                care: care.as_str().to_owned(),
                period,
                limit_application,
                specific_diseases,
                format: format.as_str().to_owned(),
                accepted: call.now,
                ready: call.now + seconds(call.service.limits.bulk_time),
            },
        )
    })?;
    Ok(json!({ "reception_number": number }).into())
}

/// `POST /v1/bulk/poll`: 2 in progress, 1 finished (SegmentOfResult, table 003).
pub(crate) fn poll(call: &Call<'_>) -> Result<Reply, Refusal> {
    let (number, _, reception) = reception(call)?;
    let segment = if call.now < reception.ready { "2" } else { "1" };
    Ok(json!({ "reception_number": number, "segment_of_result": segment }).into())
}

/// `POST /v1/bulk/download`: one JSON document a line; the first says how far it is and how many
/// follow.
///
/// Each line stands for one patient: her answer, or the code of why there is none. Lines are made
/// while they are sent, so that a hundred thousand of them need no more memory than a few.
pub(crate) fn download(call: &Call<'_>) -> Result<Reply, Refusal> {
    let (number, institution, reception) = reception(call)?;
    let head = |segment: &str, results: usize| {
        json!({
            "sandbox": true,
            "reception_number": number,
            "segment_of_result": segment,
            "results": results,
            "ready_at": reception.ready,
        })
        .to_string()
    };
    if call.now < reception.ready {
        return Ok(Reply::lines(std::iter::once(head("2", 0))));
    }
    let patients = call.service.store.in_transaction(|records| {
        records.consents(
            &institution.code,
            &reception.care,
            &reception.period,
            "",
            usize::MAX,
        )
    })?;
    let first = head("1", patients.len());
    let lines = patients
        .into_iter()
        .map(move |kept| line(kept, &institution, &reception));
    Ok(Reply::lines(std::iter::once(first).chain(lines)))
}

fn line(kept: Kept, institution: &Institution, reception: &Reception) -> String {
    let reference = kept.reference.clone();
    let made = living(Some(kept), reception.ready).and_then(|kept| {
        let asked = Asked {
            at: reception.ready,
            institution,
            code: Code::Normal,
            limit_application: reception.limit_application,
            specific_diseases: reception.specific_diseases,
            consents: &kinds(&kept.kinds),
            reference: Some(&kept.reference),
        };
        let format = Format::parse(&reception.format).unwrap_or(Format::Xml);
        Ok(answer::write(person(&kept)?, &asked, format)?)
    });
    let (code, answer) = match made {
        Ok(answer) => (Code::Normal.as_str(), Some(answer)),
        Err(refusal) => (refusal.code().as_str(), None),
    };
    json!({
        "sandbox": true,
        "reference": reference,
        "code": code,
        "answer": answer,
    })
    .to_string()
}

fn reception(call: &Call<'_>) -> Result<(String, Institution, Reception), Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let number = fields.ruled(
        "reception_number",
        20,
        |text| text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit()),
        "not twenty digits",
    )?;
    fields.finish()?;
    let found = call
        .service
        .store
        .in_transaction(|records| records.reception(&number, &terminal.institution.code))
        .map_err(Refusal::from)?
        .ok_or_else(|| Refusal::new(Code::ConsentAbsent).field("reception_number"))?;
    Ok((number, terminal.institution, found))
}
