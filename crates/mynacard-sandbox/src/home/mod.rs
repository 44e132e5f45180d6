//! 居宅同意取得型: consents given at a first visit, the requery without the card, bulk answers.
//!
//! A consent hangs on a check whose signed request carried it, belongs to one facility, and is
//! found again by the facility's own reference for the patient (照会番号).

mod bulk;
mod consent;
mod once;
mod requery;

pub(crate) use bulk::{download, poll};
pub(crate) use consent::{inquire, list};
pub(crate) use requery::requery;

use crate::check::Consent;
use crate::http::{Call, Fields, Refusal, Reply};
use crate::store::{Kept, Period};
use crate::{Code, people};

/// `POST /v1/consents/register`.
pub(crate) fn register(call: &Call<'_>) -> Result<Reply, Refusal> {
    once::once(call, "register", consent::register)
}

/// `POST /v1/consents/change`.
pub(crate) fn change(call: &Call<'_>) -> Result<Reply, Refusal> {
    once::once(call, "change", consent::change)
}

/// `POST /v1/consents/cancel`.
pub(crate) fn cancel(call: &Call<'_>) -> Result<Reply, Refusal> {
    once::once(call, "cancel", consent::cancel)
}

/// `POST /v1/bulk/submit`.
pub(crate) fn submit(call: &Call<'_>) -> Result<Reply, Refusal> {
    once::once(call, "submit", bulk::submit)
}

/// A visiting relation without any requery for a year has ended.
const VISITING_LIFE: i64 = 365 * 86_400;

/// 診療区分, table 028.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// 1 外来診療等.
    Outpatient,
    /// 2 訪問診療等.
    Visiting,
    /// 3 オンライン診療等.
    Online,
}

impl Care {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::Outpatient),
            "2" => Some(Self::Visiting),
            "3" => Some(Self::Online),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Outpatient => "1",
            Self::Visiting => "2",
            Self::Online => "3",
        }
    }
}

/// A consent that holds now, or the code of why it does not.
fn living(kept: Option<Kept>, now: i64) -> Result<Kept, Refusal> {
    let kept = kept.ok_or_else(|| Refusal::new(Code::ConsentAbsent).field("reference"))?;
    match state(&kept, now) {
        "cancelled" => Err(Refusal::new(Code::ConsentCancelled).field("reference")),
        "expired" => Err(Refusal::new(Code::ConsentExpired).field("reference")),
        _ => Ok(kept),
    }
}

fn state(kept: &Kept, now: i64) -> &'static str {
    if kept.ended.is_some() {
        "cancelled"
    } else if now > kept.expires {
        "expired"
    } else {
        "active"
    }
}

/// The kinds of information of a kept consent.
fn kinds(text: &str) -> Vec<Consent> {
    text.split(' ').filter_map(Consent::parse).collect()
}

/// Consents of synthetic patients in visiting care, referred to as `P0000001` and so on.
pub(crate) fn synthetic(count: u32, now: i64) -> impl Iterator<Item = Kept> {
    let insured: Vec<i64> = people::all()
        .iter()
        .filter(|person| person.registered)
        .map(people::Person::number)
        .collect();
    let date = crate::calendar::Day::at(now).compact();
    (1..=count)
        .zip(insured.into_iter().cycle())
        .map(move |(number, person)| Kept {
            reference: format!("P{number:07}"),
            person,
            care: Care::Visiting.as_str().to_owned(),
            kinds: Consent::Pharmacists.as_str().to_owned(),
            consented: now,
            visit: date.clone(),
            expires: now + VISITING_LIFE,
            ended: None,
            reason: None,
        })
}

/// The facility's own reference for a patient: 1 to 50 characters.
fn reference(fields: &mut Fields) -> Result<String, Refusal> {
    fields.text("reference", 50)
}

/// Which consents a list or a bulk query means: kind of care, and days of consent or of visit.
fn period(fields: &mut Fields) -> Result<(Care, Period), Refusal> {
    let care = fields.choice("care", Care::parse)?;
    let by_visit = fields.choice("by", |text| match text {
        "consent-date" => Some(false),
        "visit-date" => Some(true),
        _ => None,
    })?;
    let is_date = |text: &str| mynacard_eligibility::Date::from_basic(text).is_some();
    let from = fields.ruled("from", 8, is_date, "not a date YYYYMMDD")?;
    let to = fields.ruled("to", 8, is_date, "not a date YYYYMMDD")?;
    if to < from {
        return Err(fields.refuse("to", "before the first day"));
    }
    Ok((care, Period { by_visit, from, to }))
}

/// The person that a kept consent is about.
fn person(kept: &Kept) -> Result<&'static people::Person, Refusal> {
    people::by_number(kept.person)
        .ok_or_else(|| Refusal::new(Code::ConsentAbsent).field("reference"))
}
