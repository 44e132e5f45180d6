//! Uploads that were accepted, and what a download finds of them.

use std::time::Instant;

use mynacard_eligibility::message::MessageKind;
use mynacard_eligibility::{FieldId as F, Record, Section};

use super::desk::Desk;
use super::lookup;
use super::reply::Problem;
use crate::Institution;
use crate::calendar::Day;
use crate::check::Consent;
use crate::people::{self, Person};

/// An upload that was accepted.
pub(super) struct Reception {
    pub(super) kind: MessageKind,
    pub(super) institution: String,
    /// 資格確認日 of the upload.
    pub(super) day: Option<String>,
    pub(super) accepted: Instant,
    job: Job,
}

/// What an upload asks for.
pub(super) enum Job {
    /// The insurance of these.
    Query(Vec<Record>),
    /// Chart numbers for these.
    Registration(Vec<Record>),
    /// How the registrations went.
    Registered(Vec<Record>),
    /// Consented patients of a period.
    Consented(Period),
    /// People with 医療扶助 in a month, `YYYYMM`.
    Assistance(String),
}

/// Which consented patients.
pub(super) struct Period {
    is_online: bool,
    by_visit: bool,
    from: String,
    to: String,
}

impl Job {
    /// Reads what an upload of a kind asks for.
    pub(super) fn read(kind: MessageKind, units: &[Record]) -> Result<Self, Problem> {
        let wanted = match kind {
            MessageKind::BulkRegistration => Section::Registration,
            _ => Section::Search,
        };
        let misplaced = Problem {
            code: crate::Code::Malformed,
            what: "ほかの種類の電文か、件数の誤りです",
            tag: wanted.tag(),
        };
        if units.is_empty() || units.iter().any(|unit| unit.section() != wanted) {
            return Err(misplaced);
        }
        match (kind, units) {
            (MessageKind::BulkQuery, _) => {
                // What would make the whole upload unreadable for the service is said at once.
                for unit in units
                    .iter()
                    .filter(|unit| unit.text(F::REFERENCE_NUMBER).is_none())
                {
                    lookup::limit(unit)?;
                }
                Ok(Self::Query(units.to_vec()))
            }
            (MessageKind::BulkRegistration, _) => Ok(Self::Registration(units.to_vec())),
            (MessageKind::Visiting | MessageKind::Online, [unit]) => {
                Period::read(kind == MessageKind::Online, unit).map(Self::Consented)
            }
            (MessageKind::Assistance, [unit]) => {
                let field = F::MEDICAL_TREATMENT_MONTH;
                let month = unit
                    .text(field)
                    .filter(|month| month.len() == 6 && month.bytes().all(|b| b.is_ascii_digit()));
                let month = month.ok_or(Problem::malformed("YYYYMMではありません", field))?;
                Ok(Self::Assistance(month.to_owned()))
            }
            _ => Err(misplaced),
        }
    }
}

impl Period {
    fn read(is_online: bool, unit: &Record) -> Result<Self, Problem> {
        let flag = if is_online { "3" } else { "2" };
        if unit.text(F::MEDICAL_TREATMENT_FLAG) != Some(flag) {
            return Err(Problem::malformed(
                "電文の種類と合いません",
                F::MEDICAL_TREATMENT_FLAG,
            ));
        }
        let by_visit = unit.text(F::EXAMINATION_DATE_FROM).is_some();
        let (from_field, to_field) = if by_visit {
            (F::EXAMINATION_DATE_FROM, F::EXAMINATION_DATE_TO)
        } else {
            (F::CONSENT_DATE_FROM, F::CONSENT_DATE_TO)
        };
        let day = |field: F| {
            let date = unit.date(field);
            date.ok_or(Problem::malformed("YYYYMMDDではありません", field))
        };
        let (from, to) = (day(from_field)?, day(to_field)?);
        if to < from {
            return Err(Problem::malformed("開始日より前です", to_field));
        }
        Ok(Self {
            is_online,
            by_visit,
            from: from.basic(),
            to: to.basic(),
        })
    }

    fn contains(&self, consented: Day, visit: Day) -> bool {
        let day = if self.by_visit { visit } else { consented }.compact();
        (self.from.as_str()..=self.to.as_str()).contains(&day.as_str())
    }
}

impl Reception {
    pub(super) fn new(kind: MessageKind, header: &Record, job: Job) -> Self {
        let text = |field| header.text(field).map(str::to_owned);
        Self {
            kind,
            institution: text(F::MEDICAL_INSTITUTION_CODE).unwrap_or_default(),
            day: text(F::QUALIFICATION_CONFIRMATION_DATE),
            accepted: Instant::now(),
            job,
        }
    }

    /// The units of the result.
    pub(super) fn units(&self, desk: &Desk, institution: &Institution, now: i64) -> Vec<Record> {
        match &self.job {
            Job::Query(searches) => searches
                .iter()
                .map(|search| desk.unit(search, institution, now))
                .collect(),
            Job::Registration(units) | Job::Registered(units) => units.clone(),
            Job::Consented(period) => patients(desk, period, now)
                .filter_map(|(reference, person)| {
                    let consents = [Consent::Pharmacists];
                    desk.listed(person, Some(&reference), &consents, institution, now)
                })
                .collect(),
            Job::Assistance(month) => people::all()
                .iter()
                .filter_map(|person| desk.listed(person, None, &[], institution, now))
                .filter(|unit| has_ticket(unit, month))
                .collect(),
        }
    }
}

/// The consented patients of a period, by the facility's reference.
fn patients(
    desk: &Desk,
    period: &Period,
    now: i64,
) -> impl Iterator<Item = (String, &'static Person)> {
    let (letter, count) = if period.is_online {
        ('O', desk.settings.online)
    } else {
        ('V', desk.settings.visiting)
    };
    let today = Day::at(now);
    let insured: Vec<&Person> = people::all()
        .iter()
        .filter(|person| !person.results.is_empty())
        .collect();
    (1..=count)
        .zip(insured.into_iter().cycle())
        .filter(move |(number, _)| {
            let days = i64::from(*number) - 1;
            period.contains(today.plus_days(-days), today.plus_days(days))
        })
        .map(move |(number, person)| (format!("{letter}{number:07}"), person))
}

fn has_ticket(unit: &Record, month: &str) -> bool {
    let mut tickets = unit
        .children(Section::Confirmation)
        .flat_map(|result| result.children(Section::Ticket));
    tickets.any(|ticket| ticket.text(F::MEDICAL_TREATMENT_MONTH) == Some(month))
}
