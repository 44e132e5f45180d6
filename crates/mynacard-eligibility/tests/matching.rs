//! Matching: never picks among several, never corrects from a character that could not be written.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::matching::{Candidates, Outcome, Patient, Weight, candidates, compare};
use mynacard_eligibility::{FieldId as F, Record, Section};

fn result() -> Record {
    Record::builder(Section::Confirmation)
        .set(F::INSURER_NUMBER, "  138016")
        .set(F::INSURED_CARD_SYMBOL, "１２－３")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "456")
        .set(F::NAME, "髙●　太郎")
        .set(F::NAME_KANA, "ﾀｶﾊｼ ﾀﾛｳ")
        .set(F::SEX1, "1")
        .set(F::BIRTHDATE, "19800401")
        .child(
            Record::builder(Section::Limit)
                .set(F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG, "A03"),
        )
        .build()
        .unwrap()
}

fn patient(key: &str) -> Patient {
    Patient::new(key)
        .with(F::INSURER_NUMBER, "00138016")
        .with(F::INSURED_CARD_SYMBOL, "12-3")
        .with(F::INSURED_IDENTIFICATION_NUMBER, "457")
        .with(F::NAME, "髙𣘺 太郎")
        .with(F::NAME_KANA, "タカハシタロウ")
        .with(F::SEX1, "1")
        .with(F::BIRTHDATE, "19800401")
}

#[test]
fn differences_are_shown_field_by_field() {
    let differences = compare(&patient("1"), &result());
    let of = |field| {
        differences
            .iter()
            .find(|difference| difference.field == field)
            .unwrap()
    };
    assert_eq!(of(F::INSURER_NUMBER).outcome, Outcome::Same);
    assert_eq!(of(F::INSURED_CARD_SYMBOL).outcome, Outcome::Same);
    let number = of(F::INSURED_IDENTIFICATION_NUMBER);
    assert_eq!(
        (number.outcome, number.weight, number.proposal()),
        (Outcome::Differs, Weight::Identity, Some("456"))
    );
    assert_eq!(of(F::NAME_KANA).outcome, Outcome::Same);
    let name = of(F::NAME);
    assert_eq!(
        (name.outcome, name.proposal(), name.is_open()),
        (Outcome::Undecided, None, true)
    );
    let limit = of(F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG);
    assert_eq!(
        (limit.outcome, limit.proposal()),
        (Outcome::OnlyTheirs, Some("A03"))
    );
    assert_eq!(of(F::ADDRESS).outcome, Outcome::Neither);
}

#[test]
fn a_placeholder_is_one_character_and_never_a_correction() {
    for (ours, expected) in [
        ("髙橋太郎", Outcome::Undecided),
        ("髙太郎", Outcome::Differs),
        ("高橋太郎", Outcome::Differs),
    ] {
        let differences = compare(&Patient::new("1").with(F::NAME, ours), &result());
        let name = differences
            .iter()
            .find(|difference| difference.field == F::NAME)
            .unwrap();
        assert_eq!((name.outcome, name.proposal()), (expected, None), "{ours}");
    }
    let without = compare(&Patient::new("1"), &result());
    let name = without
        .iter()
        .find(|difference| difference.field == F::NAME)
        .unwrap();
    assert_eq!((name.outcome, name.proposal()), (Outcome::OnlyTheirs, None));
}

#[test]
fn sex2_stands_before_sex1() {
    let mut result = result();
    result.insert(F::SEX2, "2");
    let differences = compare(&patient("1"), &result);
    let sex = differences
        .iter()
        .find(|difference| difference.field == F::SEX1)
        .unwrap();
    assert_eq!(
        (sex.theirs.as_deref(), sex.outcome),
        (Some("2"), Outcome::Differs)
    );
}

#[test]
fn candidates_are_never_picked_among_several() {
    let (one, two) = (patient("1"), patient("2").with(F::NAME, "高橋 太郎"));
    let other = patient("3").with(F::BIRTHDATE, "19800402");
    let woman = patient("4").with(F::SEX1, "2");
    assert_eq!(
        candidates(&result(), [&one, &other, &woman]),
        Candidates::One(&one)
    );
    assert_eq!(
        candidates(&result(), [&one, &two]),
        Candidates::Several(vec![&one, &two])
    );
    assert_eq!(
        candidates(&result(), [&other, &woman]),
        Candidates::NotFound
    );
    assert_eq!(candidates(&result(), []), Candidates::NotFound);
}

#[test]
fn a_reference_number_opens_the_chart_directly() {
    let mut result = result();
    result.insert(F::REFERENCE_NUMBER, "24434");
    let (one, twin) = (patient("1").with_reference_number("24434"), patient("2"));
    assert_eq!(
        candidates(&result, [&one, &twin]),
        Candidates::ByReferenceNumber(&one)
    );
    let wrong = patient("9")
        .with(F::BIRTHDATE, "19991231")
        .with_reference_number("24434");
    assert_eq!(candidates(&result, [&wrong, &twin]), Candidates::One(&twin));
    let double = twin.clone().with_reference_number("24434");
    assert_eq!(
        candidates(&result, [&one, &double]),
        Candidates::Several(vec![&one, &double])
    );
}

#[track_caller]
fn sex(ours: Option<&str>, sex1: Option<&str>, sex2: Option<&str>) -> (Outcome, Option<String>) {
    let mut result = Record::new(Section::Confirmation);
    for (field, code) in [(F::SEX1, sex1), (F::SEX2, sex2)] {
        if let Some(code) = code {
            result.insert(field, code);
        }
    }
    let patient = Patient::new("1");
    let patient = match ours {
        Some(code) => patient.with(F::SEX1, code),
        None => patient,
    };
    let differences = compare(&patient, &result);
    let sex = differences
        .iter()
        .find(|difference| difference.field == F::SEX1)
        .unwrap();
    (sex.outcome, sex.proposal().map(str::to_owned))
}

#[test]
fn a_sex_that_is_not_set_is_no_difference_and_never_proposed() {
    assert_eq!(sex(Some("1"), Some("3"), None), (Outcome::OnlyOurs, None));
    assert_eq!(sex(Some("1"), Some("1"), Some("3")), (Outcome::Same, None));
    assert_eq!(
        sex(Some("2"), Some("1"), Some("3")),
        (Outcome::Differs, Some("1".into()))
    );
    assert_eq!(sex(None, Some("3"), Some("３")), (Outcome::Neither, None));
    assert_eq!(
        sex(Some("3"), Some("2"), None),
        (Outcome::OnlyTheirs, Some("2".into()))
    );
    assert_eq!(sex(Some("3"), Some("3"), None), (Outcome::Neither, None));
}

#[test]
fn what_only_the_chart_has_is_shown_as_open() {
    let patient = patient("1").with(F::INSURED_CARD_EXPIRATION_DATE, "20260731");
    let differences = compare(&patient, &result());
    let open = |field| {
        let found = differences.iter().find(|one| one.field == field).unwrap();
        (found.outcome, found.is_open(), found.proposal())
    };
    assert_eq!(
        open(F::INSURED_CARD_EXPIRATION_DATE),
        (Outcome::OnlyOurs, true, None)
    );
    assert_eq!(open(F::ADDRESS), (Outcome::Neither, false, None));
    assert_eq!(open(F::NAME_KANA), (Outcome::Same, false, None));
}

#[test]
fn a_candidate_may_differ_in_spelling_and_in_its_insurance() {
    let spelt = patient("1")
        .with(F::NAME, "高橋 太郎")
        .with(F::INSURER_NUMBER, "06130488");
    assert_eq!(candidates(&result(), [&spelt]), Candidates::One(&spelt));
    let mut unset = result();
    unset.insert(F::SEX2, "3");
    let woman = patient("2").with(F::SEX1, "2");
    assert_eq!(candidates(&unset, [&woman]), Candidates::NotFound);
}
