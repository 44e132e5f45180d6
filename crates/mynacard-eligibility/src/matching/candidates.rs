//! Whose chart is it? By chart number where one is registered, else by birth date and kana, then name and sex.

use super::Patient;
use super::compare::{Outcome, outcome, value};
use crate::{FieldId as F, Record};

/// The charts that an answer may belong to; a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidates<'a> {
    /// The answer carries a 照会番号 that exactly one chart has: it opens directly.
    ByReferenceNumber(&'a Patient),
    /// One chart has the same birth date and kana (or name, without kana on one side), and the sex does not differ. The name may
    /// be spelt otherwise and anything else may differ: see [`compare`](super::compare()). Still to be confirmed by a person.
    One(&'a Patient),
    /// Several charts; never picked automatically.
    Several(Vec<&'a Patient>),
    /// None.
    NotFound,
}

/// Looks among the charts.
///
/// `beside` is the 照会番号 that stands beside the result: bulk answers and lists of consented patients have it on the person, not
/// on the insurance. It is `text(FieldId::REFERENCE_NUMBER)` of the [`Answer`](crate::Answer) or of the
/// [`BulkUnit`](crate::BulkUnit)'s record; a number in the result itself goes before it. Of several numbers of one person the
/// first counts: the others are findings ([`FindingKind::Duplicate`](crate::FindingKind::Duplicate)) and stay among the unknown
/// elements.
///
/// A chart number decides alone, unless the birth date of that chart differs: then the number was registered for somebody else,
/// and the search goes on by birth date and kana.
#[must_use]
pub fn candidates<'a>(
    result: &Record,
    beside: Option<&str>,
    patients: impl IntoIterator<Item = &'a Patient>,
) -> Candidates<'a> {
    let reference = result
        .text(F::REFERENCE_NUMBER)
        .or(beside.filter(|number| !number.is_empty()));
    let mut by_reference = Vec::new();
    let mut by_person = Vec::new();
    for patient in patients {
        if reference.is_some()
            && patient.reference_number.as_deref() == reference
            && !birth_differs(patient, result)
        {
            by_reference.push(patient);
        }
        if is_candidate(patient, result) {
            by_person.push(patient);
        }
    }
    match (by_reference.as_slice(), by_person.as_slice()) {
        ([one], _) => Candidates::ByReferenceNumber(one),
        ([], []) => Candidates::NotFound,
        ([], [one]) => Candidates::One(one),
        ([], _) => Candidates::Several(by_person),
        (_, _) => Candidates::Several(by_reference),
    }
}

/// Same birth date, same kana (or, without kana on one side, same name), and the sex does not say otherwise.
fn is_candidate(patient: &Patient, result: &Record) -> bool {
    let compared = |field| outcome(field, patient.text(field), result.text(field));
    let agrees = |outcome| matches!(outcome, Outcome::Same | Outcome::Undecided);
    let born = patient.birth().is_some() && patient.birth() == result.date(F::BIRTHDATE);
    let (kana, name) = (compared(F::NAME_KANA), compared(F::NAME));
    let named = match kana {
        Outcome::Same | Outcome::Undecided => true,
        Outcome::Differs => false,
        _ => agrees(name),
    };
    let other_sex = outcome(
        F::SEX1,
        value(patient.record(), F::SEX1),
        value(result, F::SEX1),
    ) == Outcome::Differs;
    // A name that differs where the kana agree is another spelling more often than another person: it stays a candidate.
    born && named && !other_sex
}

fn birth_differs(patient: &Patient, result: &Record) -> bool {
    matches!((patient.birth(), result.date(F::BIRTHDATE)), (Some(ours), Some(theirs)) if ours != theirs)
}
