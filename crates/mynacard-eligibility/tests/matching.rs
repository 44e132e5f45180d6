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
