//! The difference between a chart and an answer, field by field.

use super::Patient;
use crate::identifier::InsurerNumber;
use crate::{FieldId as F, Record, Section, fold};

/// One field of the chart beside the same field of the answer. Its `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field.
    pub field: F,
    /// What the chart has, as it is written there.
    pub ours: Option<String>,
    /// What the answer has, as it is written there.
    pub theirs: Option<String>,
    /// How they compare.
    pub outcome: Outcome,
    /// How much it matters.
    pub weight: Weight,
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The same when widths, kana sizes and hyphens are folded.
    Same,
    /// Not the same.
    Differs,
    /// Only the chart has a value; a sex "3 not set" counts as none.
    OnlyOurs,
    /// Only the answer has a value; a sex "3 not set" counts as none.
    OnlyTheirs,
    /// Neither has one.
    Neither,
    /// The same as far as it can be read: ● or 〓 stand where a character could not be written.
    Undecided,
}

/// How much a difference matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Good to know.
    Note,
    /// What is claimed may change.
    Claim,
    /// It may be another person or another insurance.
    Identity,
}

/// What practice compares, in the order that staff look at it.
const FIELDS: [(F, Weight); 18] = [
    (F::INSURER_NUMBER, Weight::Identity),
    (F::INSURED_CARD_SYMBOL, Weight::Identity),
    (F::INSURED_IDENTIFICATION_NUMBER, Weight::Identity),
    (F::INSURED_BRANCH_NUMBER, Weight::Identity),
    (F::PERSONAL_FAMILY_CLASSIFICATION, Weight::Claim),
    (F::INSURED_CERTIFICATE_ISSUANCE_DATE, Weight::Note),
    (F::INSURED_CARD_VALID_DATE, Weight::Claim),
    (F::INSURED_CARD_EXPIRATION_DATE, Weight::Claim),
    (F::INSURED_PARTIAL_CONTRIBUTION_RATIO, Weight::Claim),
    (
        F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG,
        Weight::Claim,
    ),
    (F::NAME_KANA, Weight::Identity),
    (F::NAME, Weight::Identity),
    (F::SEX1, Weight::Identity),
    (F::BIRTHDATE, Weight::Identity),
    (F::INSURED_NAME, Weight::Note),
    (F::INSURER_NAME, Weight::Note),
    (F::ADDRESS, Weight::Note),
    (F::POST_NUMBER, Weight::Note),
];

/// Compares a chart with one insurance of an answer, every field in the order of practice.
#[must_use]
pub fn compare(patient: &Patient, result: &Record) -> Vec<Difference> {
    FIELDS
        .into_iter()
        .map(|(field, weight)| {
            let ours = value(patient.record(), field);
            let theirs = value(result, field);
            Difference {
                field,
                outcome: outcome(field, ours, theirs),
                weight,
                ours: ours.map(str::to_owned),
                theirs: theirs.map(str::to_owned),
            }
        })
        .collect()
}

impl Difference {
    /// What the chart could take over; nothing when there is nothing to correct or the answer could not be written whole.
    #[must_use]
    pub fn proposal(&self) -> Option<&str> {
        match self.outcome {
            Outcome::Differs | Outcome::OnlyTheirs => self
                .theirs
                .as_deref()
                .filter(|text| !has_placeholder(text) && !says_nothing(self.field, text)),
            _ => None,
        }
    }

    /// Whether staff should look at it: everything that is not [`Outcome::Same`] or [`Outcome::Neither`]. What only the chart
    /// has is open too: a 記号 or an end of validity that the answer lacks may be of the former insurance.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.outcome, Outcome::Same | Outcome::Neither)
    }
}

impl core::fmt::Debug for Difference {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "{}: {:?} ({:?})",
            self.field.tag(),
            self.outcome,
            self.weight
        )
    }
}

pub(super) fn outcome(field: F, ours: Option<&str>, theirs: Option<&str>) -> Outcome {
    let said = |text: &&str| !says_nothing(field, text);
    let (ours, theirs) = match (ours.filter(said), theirs.filter(said)) {
        (None, None) => return Outcome::Neither,
        (Some(_), None) => return Outcome::OnlyOurs,
        (None, Some(_)) => return Outcome::OnlyTheirs,
        (Some(ours), Some(theirs)) => (key(field, ours), key(field, theirs)),
    };
    if has_placeholder(&theirs) {
        return if matches_placeholders(&ours, &theirs) {
            Outcome::Undecided
        } else {
            Outcome::Differs
        };
    }
    if ours == theirs {
        Outcome::Same
    } else {
        Outcome::Differs
    }
}

/// Sex2 stands before Sex1, since it is what the person asked to be shown; the limit category is a section of its own.
pub(super) fn value(record: &Record, field: F) -> Option<&str> {
    match field {
        F::SEX1 => {
            let said = |field| record.text(field).filter(|text| !says_nothing(field, text));
            // A code that says nothing is still shown where nothing else stands.
            said(F::SEX2)
                .or_else(|| said(F::SEX1))
                .or_else(|| record.text(F::SEX2))
                .or_else(|| record.text(F::SEX1))
        }
        F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG => record.text(field).or_else(|| {
            record
                .children(Section::Limit)
                .next()
                .and_then(|limit| limit.text(field))
        }),
        _ => record.text(field),
    }
}

/// What is compared: widths, kana sizes, spaces and hyphens folded, insurer numbers in eight places.
fn key(field: F, text: &str) -> String {
    match (field, InsurerNumber::parse(text)) {
        (F::INSURER_NUMBER, Ok(parsed)) => parsed.value.padded_with_zeros(),
        (F::POST_NUMBER, _) => fold::narrow(text)
            .chars()
            .filter(char::is_ascii_digit)
            .collect(),
        _ => fold::compare_key(text),
    }
}

/// `3` 未設定: a sex that is not set says nothing about the person.
fn says_nothing(field: F, text: &str) -> bool {
    matches!(field, F::SEX1 | F::SEX2) && fold::narrow(text).trim() == "3"
}

fn has_placeholder(text: &str) -> bool {
    text.contains(is_placeholder)
}

fn is_placeholder(character: char) -> bool {
    matches!(character, '●' | '〓')
}

/// Each placeholder stands for any one character. What looks like a hyphen behind one may be a long vowel mark: the fold could not
/// know that a kana stands before it.
fn matches_placeholders(ours: &str, theirs: &str) -> bool {
    let mut behind = false;
    ours.chars().count() == theirs.chars().count()
        && ours.chars().zip(theirs.chars()).all(|(ours, theirs)| {
            let mark = behind && (ours, theirs) == ('ー', '-');
            behind = mark || is_placeholder(theirs);
            behind || ours == theirs
        })
}
