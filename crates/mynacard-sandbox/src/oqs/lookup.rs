//! Whom a request means, by the insurance data in it.

use mynacard_eligibility::fold::compare_key;
use mynacard_eligibility::{Date, FieldId as F, Record};

use super::reply::Problem;
use crate::people::{self, Insurance, Person};

/// The people whose insurance the record names; without a date of birth, all who share it.
///
/// # Errors
/// The record breaks a rule of the interface.
pub(super) fn people(
    search: &Record,
    birth: Option<Date>,
) -> Result<Vec<&'static Person>, Problem> {
    let insurer = insurer(search)?;
    let number = search
        .text(F::INSURED_IDENTIFICATION_NUMBER)
        .ok_or(Problem::malformed(
            "必須です",
            F::INSURED_IDENTIFICATION_NUMBER,
        ))?;
    let branch = search.text(F::INSURED_BRANCH_NUMBER);
    if branch.is_some_and(|branch| branch.len() != 2 || !digits(branch)) {
        return Err(Problem::malformed(
            "数字2桁ではありません",
            F::INSURED_BRANCH_NUMBER,
        ));
    }
    let symbol = search.text(F::INSURED_CARD_SYMBOL);
    let is_meant = |insurance: &Insurance| {
        let field = |field: F| insurance.fields.get(field.tag()).map(String::as_str);
        let same = |ours: Option<&str>, theirs: Option<&str>| {
            compare_key(ours.unwrap_or("")) == compare_key(theirs.unwrap_or(""))
        };
        field(F::INSURER_NUMBER) == Some(insurer)
            && same(field(F::INSURED_CARD_SYMBOL), symbol)
            && same(field(F::INSURED_IDENTIFICATION_NUMBER), Some(number))
            && (branch.is_none() || field(F::INSURED_BRANCH_NUMBER) == branch)
            && birth.is_none_or(|birth| field(F::BIRTHDATE) == Some(birth.basic().as_str()))
    };
    Ok(people::all()
        .iter()
        .filter(|person| person.results.iter().any(is_meant))
        .collect())
}

/// The date of birth that a query must have.
pub(super) fn birth(search: &Record) -> Result<Date, Problem> {
    search
        .date(F::BIRTHDATE)
        .ok_or(Problem::malformed("YYYYMMDDではありません", F::BIRTHDATE))
}

/// Whether the patient agrees to show the 限度額.
pub(super) fn limit(search: &Record) -> Result<bool, Problem> {
    let field = F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG;
    match search.text(field) {
        Some("0") => Ok(false),
        Some("1") => Ok(true),
        _ => Err(Problem::malformed("0か1ではありません", field)),
    }
}

/// Eight places; a number of six digits is padded on the left with spaces, or by one implementer with zeros.
fn insurer(search: &Record) -> Result<&str, Problem> {
    let text = search.raw(F::INSURER_NUMBER).unwrap_or("");
    let short = text
        .strip_prefix("  ")
        .or_else(|| text.strip_prefix("00"))
        .unwrap_or(text);
    if text.len() == 8 && digits(short) {
        Ok(short)
    } else {
        Err(Problem::malformed(
            "8桁（国保は左を空白で埋めた6桁）ではありません",
            F::INSURER_NUMBER,
        ))
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
