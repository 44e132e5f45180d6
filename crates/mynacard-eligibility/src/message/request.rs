//! Requests that a receipt computer writes into `req`, built by the rules of the interface.
//!
//! ```
//! use mynacard_eligibility::identifier::InstitutionCode;
//! use mynacard_eligibility::message::request::{self, Sender};
//!
//! let sender = Sender { institution: InstitutionCode::strict("0110113719").expect("a code"), file_identifier: None };
//! let message = request::download(&sender, "00000000000000000001")?;
//! assert!(message.findings().is_empty());
//! # Ok::<(), mynacard_eligibility::Error>(())
//! ```

use super::Message;
use crate::identifier::{
    BranchNumber, InstitutionCode, InsuredNumber, InsuredSymbol, InsurerNumber,
};
use crate::{Date, Error, ErrorKind, FieldId as F, Record, RecordBuilder, Section};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The institution's code.
    pub institution: InstitutionCode,
    /// 任意のファイル識別子: comes back in the answer, at most 50 characters.
    pub file_identifier: Option<String>,
}

/// How a number of six digits is put into eight places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Padding {
    /// With spaces: the file interface.
    #[default]
    Spaces,
    /// With zeros: one web implementer.
    Zeros,
}

/// Whose insurance: as it stands on a certificate or in the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insured {
    /// 保険者番号.
    pub insurer: InsurerNumber,
    /// 記号, when there is one.
    pub symbol: Option<InsuredSymbol>,
    /// 番号.
    pub number: InsuredNumber,
    /// 枝番, when there is one.
    pub branch: Option<BranchNumber>,
}

/// One query by insurance data. Its `Debug` shows neither the birth date nor the identifier.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    /// Whose insurance.
    pub insured: Insured,
    /// When the person was born.
    pub birth: Date,
    /// Whether the patient agrees to show the 限度額.
    pub limit: Consent,
    /// 任意の識別子: comes back in the answer.
    pub identifier: Option<String>,
}

impl core::fmt::Debug for Query {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Query")
            .field("insured", &self.insured)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Whether the patient agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// 1.
    Given,
    /// 0.
    NotGiven,
}

/// Which list of consented patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// 訪問診療等.
    Visiting,
    /// オンライン診療等.
    Online,
}

/// Which days a list is about, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// By the day of consent.
    Consent(Date, Date),
    /// By the day of the visit.
    Examination(Date, Date),
}

/// One query: `OQSsiquc01`.
///
/// # Errors
/// A value that the interface does not allow.
pub fn query(
    sender: &Sender,
    day: Date,
    query: &Query,
    padding: Padding,
) -> Result<Message, Error> {
    message(
        header(sender)?.set(F::QUALIFICATION_CONFIRMATION_DATE, day.basic()),
        Record::builder(Section::Body).child(search(query, padding)),
    )
}

/// Many queries: `OQSmuquc01`. For very many use a [`crate::BulkWriter`] with [`query_header`] and [`query_record`].
///
/// # Errors
/// A value that the interface does not allow.
pub fn bulk_query(
    sender: &Sender,
    day: Date,
    queries: &[Query],
    padding: Padding,
) -> Result<Message, Error> {
    let body = queries
        .iter()
        .fold(Record::builder(Section::Body), |body, query| {
            body.child(search(query, padding))
        });
    message(
        header(sender)?.set(F::QUALIFICATION_CONFIRMATION_DATE, day.basic()),
        body,
    )
}

/// The header of queries.
///
/// # Errors
/// A value that the interface does not allow.
pub fn query_header(sender: &Sender, day: Date) -> Result<Record, Error> {
    header(sender)?
        .set(F::QUALIFICATION_CONFIRMATION_DATE, day.basic())
        .build()
}

/// One query of many.
///
/// # Errors
/// A value that the interface does not allow.
pub fn query_record(query: &Query, padding: Padding) -> Result<Record, Error> {
    search(query, padding).build()
}

/// Fetches the result of an upload: `…02`.
///
/// # Errors
/// A value that the interface does not allow.
pub fn download(sender: &Sender, reception_number: &str) -> Result<Message, Error> {
    if reception_number.trim().is_empty() {
        return Err(ErrorKind::FieldInvalid {
            tag: F::RECEPTION_NUMBER.tag(),
            rule: "present",
        }
        .into());
    }
    message(
        header(sender)?,
        Record::builder(Section::Body).set(F::RECEPTION_NUMBER, reception_number),
    )
}

/// Lists consented patients: `OQSmuhvq01`, `OQSmuonq01`.
///
/// # Errors
/// A period that ends before it begins.
pub fn consented(sender: &Sender, care: Care, period: Period) -> Result<Message, Error> {
    let (from_field, to_field, from, to) = match period {
        Period::Consent(from, to) => (F::CONSENT_DATE_FROM, F::CONSENT_DATE_TO, from, to),
        Period::Examination(from, to) => {
            (F::EXAMINATION_DATE_FROM, F::EXAMINATION_DATE_TO, from, to)
        }
    };
    if to < from {
        return Err(ErrorKind::FieldInvalid {
            tag: to_field.tag(),
            rule: "not before the period begins",
        }
        .into());
    }
    let search = Record::builder(Section::Search)
        .set(from_field, from.basic())
        .set(to_field, to.basic())
        .set(
            F::MEDICAL_TREATMENT_FLAG,
            match care {
                Care::Visiting => "2",
                Care::Online => "3",
            },
        );
    message(
        header(sender)?,
        Record::builder(Section::Body).child(search),
    )
}

/// Lists people with 医療扶助 in the month of a day: `OQSmutic01`.
///
/// # Errors
/// A value that the interface does not allow.
pub fn assistance(sender: &Sender, month: Date) -> Result<Message, Error> {
    let month: String = month.basic().chars().take(6).collect();
    let search = Record::builder(Section::Search).set(F::MEDICAL_TREATMENT_MONTH, month);
    message(
        header(sender)?,
        Record::builder(Section::Body).child(search),
    )
}

/// Registers one chart number (照会番号) or many: `OQSsiimm01`, `OQSmuimm01`.
///
/// # Errors
/// A chart number of nothing or more than 50 characters, 記号 or 番号 of more than 20.
pub fn register<'a>(
    sender: &Sender,
    charts: impl IntoIterator<Item = (&'a str, &'a Insured)>,
) -> Result<Message, Error> {
    let mut body = Record::builder(Section::Body);
    for (chart, insured) in charts {
        body = body.child(registration(chart, insured)?);
    }
    message(header(sender)?, body)
}

fn registration(chart: &str, insured: &Insured) -> Result<RecordBuilder, Error> {
    at_most(F::REFERENCE_NUMBER, chart, 1, 50, "1 to 50 characters")?;
    at_most(
        F::INSURED_IDENTIFICATION_NUMBER,
        insured.number.as_str(),
        1,
        20,
        "1 to 20 characters",
    )?;
    at_most(
        F::INSURED_CARD_SYMBOL,
        insured.symbol.as_ref().map_or("", InsuredSymbol::as_str),
        0,
        20,
        "at most 20 characters",
    )?;
    Ok(who(
        Record::builder(Section::Registration).set(F::REFERENCE_NUMBER, chart),
        insured,
        Padding::Spaces,
    ))
}

fn search(query: &Query, padding: Padding) -> RecordBuilder {
    let limit = match query.limit {
        Consent::Given => "1",
        Consent::NotGiven => "0",
    };
    who(Record::builder(Section::Search), &query.insured, padding)
        .set(F::BIRTHDATE, query.birth.basic())
        .set(F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG, limit)
        .set_if(F::ARBITRARY_IDENTIFIER, query.identifier.clone())
}

fn who(record: RecordBuilder, insured: &Insured, padding: Padding) -> RecordBuilder {
    let insurer = match padding {
        Padding::Spaces => insured.insurer.padded_with_spaces(),
        Padding::Zeros => insured.insurer.padded_with_zeros(),
    };
    record
        .set(F::INSURER_NUMBER, insurer)
        .set_if(
            F::INSURED_CARD_SYMBOL,
            insured.symbol.as_ref().map(InsuredSymbol::as_str),
        )
        .set(F::INSURED_IDENTIFICATION_NUMBER, insured.number.as_str())
        .set_if(
            F::INSURED_BRANCH_NUMBER,
            insured.branch.as_ref().map(BranchNumber::as_str),
        )
}

fn header(sender: &Sender) -> Result<RecordBuilder, Error> {
    let identifier = sender.file_identifier.as_deref();
    at_most(
        F::ARBITRARY_FILE_IDENTIFIER,
        identifier.unwrap_or("-"),
        1,
        50,
        "1 to 50 characters",
    )?;
    Ok(Record::builder(Section::Header)
        .set(F::MEDICAL_INSTITUTION_CODE, sender.institution.as_str())
        .set_if(F::ARBITRARY_FILE_IDENTIFIER, identifier))
}

fn message(header: RecordBuilder, body: RecordBuilder) -> Result<Message, Error> {
    Ok(Message {
        header: header.build()?,
        body: body.build()?,
        ..Message::default()
    })
}

fn at_most(
    field: F,
    text: &str,
    least: usize,
    most: usize,
    rule: &'static str,
) -> Result<(), Error> {
    if (least..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(ErrorKind::FieldInvalid {
        tag: field.tag(),
        rule,
    }
    .into())
}
