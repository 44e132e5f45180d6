//! Matching: never picks among several, never corrects from a character that could not be written.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::matching::{Candidates, Outcome, Patient, Weight, candidates, compare};
use mynacard_eligibility::{BulkReader, Encoding, FieldId as F, Record, Section};

/// What stands for a character that the service could not write, or that a writer replaced.
const PLACEHOLDERS: [&str; 2] = ["●", "〓"];

fn result() -> Record {
    result_with("●")
}

fn result_with(placeholder: &str) -> Record {
    Record::builder(Section::Confirmation)
        .set(F::INSURER_NUMBER, "  138016")
        .set(F::INSURED_CARD_SYMBOL, "１２－３")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "456")
        .set(F::NAME, format!("髙{placeholder}　太郎"))
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
    for placeholder in PLACEHOLDERS {
        let result = result_with(placeholder);
        let name = |patient: Patient| {
            let differences = compare(&patient, &result);
            let name = differences.into_iter().find(|one| one.field == F::NAME);
            let name = name.unwrap();
            assert_eq!(name.proposal(), None, "{placeholder} {:?}", name.ours);
            (name.outcome, name.is_open())
        };
        for (ours, expected) in [
            ("髙橋太郎", Outcome::Undecided),
            ("髙太郎", Outcome::Differs),
            ("髙橋太", Outcome::Differs),
            ("髙橋太郎丸", Outcome::Differs),
            ("高橋太郎", Outcome::Differs),
        ] {
            let found = name(Patient::new("1").with(F::NAME, ours));
            assert_eq!(found, (expected, true), "{placeholder} {ours}");
        }
        assert_eq!(name(Patient::new("1")), (Outcome::OnlyTheirs, true));
    }
}

#[test]
fn a_placeholder_in_kana_or_in_the_name_alone_leaves_the_candidate() {
    for placeholder in PLACEHOLDERS {
        let with = |name: &str, kana: Option<&str>| {
            let mut result = result();
            result.insert(F::NAME, name.replace('*', placeholder));
            match kana {
                Some(kana) => result.insert(F::NAME_KANA, kana.replace('*', placeholder)),
                None => result.remove(F::NAME_KANA),
            };
            result
        };
        let chart = patient("1");
        let found = |result: &Record, chart: &Patient| match candidates(result, None, [chart]) {
            Candidates::One(one) => one == chart,
            Candidates::NotFound => false,
            other => panic!("{placeholder}: {other:?}"),
        };
        // The kana decide; a name beside them may be spelt otherwise.
        assert!(found(&with("他の字", Some("ﾀｶ*ｼ ﾀﾛｳ")), &chart));
        assert!(found(&with("他の字", Some("*カハシタロ*")), &chart));
        assert!(!found(&with("髙*　太郎", Some("ﾀｶ* ﾀﾛｳ")), &chart));
        assert!(!found(&with("髙*　太郎", Some("ﾀｷ*ｼ ﾀﾛｳ")), &chart));
        // Without kana on one side the name alone.
        assert!(found(&with("髙*　太郎", None), &chart));
        assert!(!found(&with("髙*　次郎", None), &chart));
        assert!(!found(&with("髙*　　*　太郎", None), &chart));
        // A long vowel mark behind a kana that could not be read is none of the hyphens.
        let long = patient("2").with(F::NAME_KANA, "マーー サンー");
        assert!(found(&with("他の字", Some("*ｰｰ ｻ*ｰ")), &long));
        assert!(!found(&with("他の字", Some("*ｰｱ ｻ*ｰ")), &long));
        // Several stay several, and another birth date is none.
        let twin = patient("3").with(F::NAME_KANA, "タカバシタロウ");
        assert_eq!(
            candidates(&with("髙*", Some("ﾀｶ*ｼ ﾀﾛｳ")), None, [&chart, &twin]),
            Candidates::Several(vec![&chart, &twin])
        );
        let other = patient("4").with(F::BIRTHDATE, "19800402");
        assert!(!found(&with("髙*　太郎", Some("ﾀｶ*ｼ ﾀﾛｳ")), &other));
    }
}

/// What practice compares, in its order, told once more: who it is and which insurance it is, then what is claimed, then the rest.
#[test]
fn every_field_has_the_weight_that_it_has_in_practice() {
    use Weight::{Claim, Identity, Note};
    let expected = [
        ("InsurerNumber", Identity),
        ("InsuredCardSymbol", Identity),
        ("InsuredIdentificationNumber", Identity),
        ("InsuredBranchNumber", Identity),
        ("PersonalFamilyClassification", Claim),
        ("InsuredCertificateIssuanceDate", Note),
        ("InsuredCardValidDate", Claim),
        ("InsuredCardExpirationDate", Claim),
        ("InsuredPartialContributionRatio", Claim),
        ("LimitApplicationCertificateClassificationFlag", Claim),
        ("NameKana", Identity),
        ("Name", Identity),
        ("Sex1", Identity),
        ("Birthdate", Identity),
        ("InsuredName", Note),
        ("InsurerName", Note),
        ("Address", Note),
        ("PostNumber", Note),
    ];
    let weights: Vec<_> = compare(&patient("1"), &result())
        .iter()
        .map(|difference| (difference.field.tag(), difference.weight))
        .collect();
    assert_eq!(weights, expected);
    assert!(Identity > Claim && Claim > Note);
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
        candidates(&result(), None, [&one, &other, &woman]),
        Candidates::One(&one)
    );
    assert_eq!(
        candidates(&result(), None, [&one, &two]),
        Candidates::Several(vec![&one, &two])
    );
    assert_eq!(
        candidates(&result(), None, [&other, &woman]),
        Candidates::NotFound
    );
    assert_eq!(candidates(&result(), None, []), Candidates::NotFound);
}

#[test]
fn a_reference_number_opens_the_chart_directly() {
    let mut result = result();
    result.insert(F::REFERENCE_NUMBER, "24434");
    let (one, twin) = (patient("1").with_reference_number("24434"), patient("2"));
    assert_eq!(
        candidates(&result, None, [&one, &twin]),
        Candidates::ByReferenceNumber(&one)
    );
    let wrong = patient("9")
        .with(F::BIRTHDATE, "19991231")
        .with_reference_number("24434");
    assert_eq!(
        candidates(&result, None, [&wrong, &twin]),
        Candidates::One(&twin)
    );
    let double = twin.clone().with_reference_number("24434");
    assert_eq!(
        candidates(&result, None, [&one, &double]),
        Candidates::Several(vec![&one, &double])
    );
}

/// Bulk answers have the number on the person, beside the insurances.
#[test]
fn a_reference_number_of_a_bulk_answer_opens_the_chart_directly() {
    for (file, encoding) in [
        (
            &include_bytes!("golden/OQSmuquc02res.utf8.xml")[..],
            Encoding::Utf8,
        ),
        (
            &include_bytes!("golden/OQSmuquc02res.sjis.xml")[..],
            Encoding::ShiftJis,
        ),
    ] {
        let mut reader = BulkReader::open(file).unwrap();
        let unit = reader.next_unit().unwrap().unwrap();
        assert_eq!(reader.rest().encoding, encoding);
        let answer = unit.to_answer(reader.header());
        let results = answer.results();
        let result = results[0].record();
        assert_eq!(result.text(F::REFERENCE_NUMBER), None);
        let beside = answer.text(F::REFERENCE_NUMBER);
        assert_eq!(beside, Some("24434"));
        assert_eq!(beside, unit.record.text(F::REFERENCE_NUMBER));

        let chart = |key: &str, birth: &str, number: &str| {
            Patient::new(key)
                .with(F::NAME_KANA, "コクホハナコ")
                .with(F::BIRTHDATE, birth)
                .with_reference_number(number)
        };
        let (own, twin) = (chart("1", "19800401", "24434"), chart("2", "19800401", "7"));
        let both = [&twin, &own];
        assert_eq!(
            candidates(result, beside, both),
            Candidates::ByReferenceNumber(&own)
        );
        let several = Candidates::Several(vec![&twin, &own]);
        assert_eq!(candidates(result, None, both), several);
        assert_eq!(candidates(result, Some(""), both), several);
        // A number of somebody else by its birth date opens nothing, here too.
        let wrong = chart("3", "19991231", "24434");
        assert_eq!(
            candidates(result, beside, [&wrong, &twin]),
            Candidates::One(&twin)
        );
        // A number in the result itself goes before the one beside it.
        let mut result = result.clone();
        result.insert(F::REFERENCE_NUMBER, "7");
        assert_eq!(
            candidates(&result, beside, both),
            Candidates::ByReferenceNumber(&twin)
        );
    }
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
    assert_eq!(
        candidates(&result(), None, [&spelt]),
        Candidates::One(&spelt)
    );
    let mut unset = result();
    unset.insert(F::SEX2, "3");
    let woman = patient("2").with(F::SEX1, "2");
    assert_eq!(candidates(&unset, None, [&woman]), Candidates::NotFound);
}
