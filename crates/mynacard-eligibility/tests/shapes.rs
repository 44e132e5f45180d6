//! The other shapes of an answer.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::shape::csv::{CsvOptions, Headings, neutral};
use mynacard_eligibility::shape::{csv, fhir, screen};
use mynacard_eligibility::{
    Answer, Encoding, FieldId as F, Language, Record, RecordBuilder, Section, Unmappable,
};

fn confirmation() -> RecordBuilder {
    Record::builder(Section::Confirmation)
        .set(F::INSURED_CARD_CLASSIFICATION, "01")
        .set(F::INSURER_NUMBER, "  138016")
        .set(F::INSURED_CARD_SYMBOL, "千代田")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "1234")
        .set(F::PERSONAL_FAMILY_CLASSIFICATION, "1")
        .set(F::NAME, "医療 太郎")
        .set(F::NAME_KANA, "ｲﾘｮｳ ﾀﾞｲｺﾞﾛｳ")
        .set(F::SEX1, "1")
        .set(F::BIRTHDATE, "19800401")
        .set(F::ADDRESS, "東京都千代田区霞が関１－２－３")
        .set(F::INSURED_CARD_VALID_DATE, "20250801")
        .set(F::INSURER_NAME, "千代田区")
        .child(
            Record::builder(Section::Limit)
                .set(F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG, "A03")
                .set(
                    F::LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE,
                    "20250801",
                )
                .set(F::LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE, "20260731"),
        )
}

fn answer() -> Answer {
    Answer::builder()
        .set(F::QUALIFICATION_CONFIRMATION_DATE, "20261120")
        .set(F::MEDICAL_INSTITUTION_CODE, "0110113719")
        .set(F::PROCESS_EXECUTION_TIME, "20261120093000")
        .set(F::QUALIFICATION_VALIDITY, "1")
        .result(confirmation())
        .build()
        .unwrap()
}

#[test]
fn the_screen_goes_both_ways() {
    let text = screen::write(&answer());
    for line in [
        "確認日：令和8年11月20日",
        "フリガナ：イリョウ　ダイゴロウ",
        "生年月日：昭和55年4月1日",
        "保険者番号：138016",
        "【限度額適用認定証】",
        "適用区分：ウ",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    let read = screen::read(&text).unwrap();
    assert_eq!(read.rest, [""; 0]);
    assert_eq!(read.answer.findings(), []);
    assert_eq!(screen::write(&read.answer), text);
    let results = read.answer.results();
    assert_eq!(results[0].text(F::NAME_KANA), Some("ｲﾘｮｳ ﾀﾞｲｺﾞﾛｳ"));
    assert_eq!(results[0].limit(), answer().results()[0].limit());
}

#[test]
fn screens_of_people_are_read_tolerantly() {
    let text = "確認日:2026-11-20\r\n氏名：山田　花子\r\n性別：女性\r\n生年月日：昭和64年1月8日\r\n【裏面記載情報】\r\n通称名：はな\r\n氏名：二人目\r\n";
    let read = screen::read(text).unwrap();
    assert_eq!(read.answer.results().len(), 2);
    assert_eq!(read.answer.results()[0].text(F::SEX1), Some("2"));
    assert_eq!(
        (read.answer.findings().len(), read.rest.as_slice()),
        (1, &["通称名：はな".to_owned()][..])
    );
    assert_eq!(screen::read("こんにちは\n").unwrap_err().code(), "MC-4010");
    assert_eq!(
        screen::read(&"あ".repeat(1 << 20)).unwrap_err().code(),
        "MC-4006"
    );
}

#[test]
fn a_second_day_of_confirmation_begins_the_next_insurance() {
    // Nothing in the second block says by itself that it is another one.
    let text = "確認日：令和8年11月20日\n氏名：一人目\n\n確認日：令和8年11月20日\n番号：2\n【限度額適用認定証】\n適用区分：ウ\n";
    let read = screen::read(text).unwrap();
    let results = read.answer.results();
    assert_eq!(
        (results.len(), results[0].text(F::NAME)),
        (2, Some("一人目"))
    );
    assert!(results[0].limit().is_none() && results[1].limit().is_some());
    assert_eq!((read.rest.len(), read.answer.findings().len()), (0, 0));
    assert_eq!(screen::write(&read.answer), text);

    // Another day is not silently put in place of the first.
    let other = screen::read(&text.replacen("20日\n番号", "21日\n番号", 1)).unwrap();
    assert_eq!(
        other.answer.confirmed_for(),
        mynacard_eligibility::Date::new(2026, 11, 20)
    );
    assert_eq!(other.rest, ["確認日：令和8年11月21日"]);
    let kinds: Vec<_> = other
        .answer
        .findings()
        .iter()
        .map(|found| found.kind)
        .collect();
    assert_eq!(kinds, [mynacard_eligibility::FindingKind::Duplicate]);
    assert_eq!(other.answer.results().len(), 2);
}

#[test]
fn blocks_stay_apart_whatever_they_hold() {
    let one = |field, text: &str| Record::builder(Section::Confirmation).set(field, text);
    let limit = Record::builder(Section::Limit)
        .set(F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG, "A03");
    let answer = Answer::builder()
        .result(one(F::NAME, "一人目"))
        .result(one(F::INSURED_IDENTIFICATION_NUMBER, "2"))
        .result(Record::builder(Section::Confirmation).child(limit))
        .build()
        .unwrap();
    let shown = screen::write(&answer);
    let read = screen::read(&shown).unwrap();
    assert_eq!(read.answer.results(), answer.results());
    assert_eq!(read.rest, [""; 0]);
}

#[test]
fn sex_is_what_the_person_asked_to_be_shown() {
    for (first, second, expected) in [
        (Some("1"), None, Some("male")),
        (Some("2"), None, Some("female")),
        (Some("3"), None, Some("unknown")),
        (Some("3"), Some("2"), Some("female")),
        (Some("1"), Some("2"), Some("female")),
        (Some("1"), Some("3"), Some("male")),
        (Some("3"), Some("3"), Some("unknown")),
        (None, None, None),
    ] {
        let record = Record::builder(Section::Confirmation)
            .set_if(F::SEX1, first)
            .set_if(F::SEX2, second)
            .build()
            .unwrap();
        let coverage = fhir::coverage(&record, None);
        let gender = coverage["contained"][0]["gender"].as_str();
        assert_eq!(gender, expected, "{first:?} {second:?}");
    }
}

#[test]
fn csv_has_a_row_for_each_insurance_and_runs_nothing() {
    let evil = Answer::builder()
        .result(
            confirmation()
                .set(F::INSURED_CARD_SYMBOL, "=1+1")
                .set(F::NAME, "𠮷田, \"太郎\"")
                .child(Record::builder(Section::Disease)),
        )
        .result(confirmation().set(F::INSURED_CARD_SYMBOL, "－１"))
        .build()
        .unwrap();
    let options = CsvOptions {
        encoding: Encoding::Utf8,
        unmappable: Unmappable::Refuse,
        headings: Headings::Tags,
    };
    let bytes = csv::write(&[evil.clone(), answer()], &options)
        .unwrap()
        .bytes;
    let text = std::str::from_utf8(&bytes)
        .unwrap()
        .strip_prefix('\u{FEFF}')
        .unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| {
        rows[row]
            .get(headings.iter().position(|heading| heading == name).unwrap())
            .unwrap()
            .to_owned()
    };
    assert_eq!(rows.len(), 3);
    assert_eq!(
        (cell(0, "InsuredCardSymbol"), cell(1, "InsuredCardSymbol")),
        ("'=1+1".into(), "'－１".into())
    );
    assert_eq!(
        (
            cell(0, "Name"),
            cell(2, "LimitApplicationCertificateClassificationFlag")
        ),
        ("𠮷田, \"太郎\"".into(), "A03".into())
    );
    assert!(
        headings
            .iter()
            .any(|heading| heading == "SpecificDiseasesSelfPay[1]")
    );

    let sjis = CsvOptions {
        encoding: Encoding::ShiftJis,
        headings: Headings::Labels(Language::Japanese),
        ..options
    };
    assert_eq!(
        csv::write(std::slice::from_ref(&evil), &sjis)
            .unwrap_err()
            .code(),
        "MC-4009"
    );
    let replaced = csv::write(
        &[evil],
        &CsvOptions {
            unmappable: Unmappable::CharacterReference,
            ..sjis
        },
    )
    .unwrap();
    assert_eq!(
        (replaced.changed.len(), replaced.changed[0].character),
        (1, '𠮷')
    );
    assert!(
        Encoding::ShiftJis
            .decode(&replaced.bytes)
            .unwrap()
            .contains("〓田")
    );
}

#[test]
fn a_table_has_no_more_columns_than_a_spreadsheet() {
    let ticket = || Record::builder(Section::Ticket).set(F::ISSUE_NUMBER, "1");
    let options = CsvOptions {
        encoding: Encoding::Utf8,
        unmappable: Unmappable::Refuse,
        headings: Headings::Tags,
    };
    let written = |tickets: usize| {
        let result = (0..tickets).fold(confirmation(), |result, _| result.child(ticket()));
        let answer = Answer::builder().result(result).build().unwrap();
        csv::write(&[answer], &options)
    };
    assert!(written(600).is_ok());
    assert_eq!(written(700).unwrap_err().code(), "MC-4006");
}

#[test]
fn neutral_cells() {
    for (text, expected) in [
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("＋1", "'＋1"),
        ("x=1", "x=1"),
        ("", ""),
        ("01", "01"),
    ] {
        assert_eq!(neutral(text), expected);
    }
}

#[test]
fn fhir_has_the_systems_of_jp_core() {
    let bundle = fhir::bundle(&answer());
    let coverage = &bundle["entry"][0]["resource"];
    assert_eq!(coverage["identifier"][0]["value"], "00138016:千代田:1234:");
    assert_eq!(coverage["extension"].as_array().unwrap().len(), 2);
    assert_eq!(coverage["type"]["coding"][0]["code"], "2");
    assert_eq!(coverage["relationship"]["coding"][0]["code"], "1");
    assert_eq!(
        (&coverage["status"], &coverage["period"]["start"]),
        (&"active".into(), &"2025-08-01".into())
    );
    assert_eq!(bundle["timestamp"], "2026-11-20T09:30:00+09:00");
    // Told once more: whoever reads the resources finds the values by these alone.
    let branch = confirmation().set(F::INSURED_BRANCH_NUMBER, "01");
    let coverage = fhir::coverage(&branch.build().unwrap(), None);
    let insurer = &coverage["contained"][1]["identifier"][0];
    for (coded, system) in [
        (
            &bundle["identifier"],
            "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no",
        ),
        (
            &coverage["identifier"][0],
            "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID",
        ),
        (
            insurer,
            "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber",
        ),
        (
            &coverage["relationship"]["coding"][0],
            "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory",
        ),
        (
            &coverage["type"]["coding"][0],
            "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuranceMajorCategory",
        ),
    ] {
        assert_eq!(coded["system"], system);
    }
    assert_eq!(insurer["value"], "00138016");
    let extensions: Vec<_> = coverage["extension"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| ["url", "valueString"].map(|key| one[key].as_str().unwrap()))
        .collect();
    let base = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition";
    let of = |name| format!("{base}/JP_Coverage_InsuredPerson{name}");
    let (symbol, number, branch) = (of("Symbol"), of("Number"), of("SubNumber"));
    assert_eq!(
        extensions,
        [
            [symbol.as_str(), "千代田"],
            [number.as_str(), "1234"],
            [branch.as_str(), "01"],
        ]
    );
    let nobody = Answer::builder()
        .set(F::QUALIFICATION_VALIDITY, "4")
        .build()
        .unwrap();
    assert!(fhir::bundle(&nobody).get("entry").is_none());
}

#[test]
fn a_coverage_ended_only_where_the_service_says_so() {
    let record = Record::builder(Section::Confirmation).build().unwrap();
    for (code, expected) in [
        (Some("1"), "active"),
        (Some("2"), "cancelled"),
        (Some("3"), "cancelled"),
        (Some("4"), "cancelled"),
        (Some("5"), "draft"),
        (Some("6"), "active"),
        (Some("7"), "draft"),
        (None, "draft"),
    ] {
        let answer = Answer::read_xml(
            match code {
                Some(code) => format!(
                    "<XmlMsg><MessageBody><QualificationValidity>{code}</QualificationValidity></MessageBody></XmlMsg>"
                ),
                None => "<XmlMsg><MessageBody/></XmlMsg>".to_owned(),
            }
            .as_bytes(),
        )
        .unwrap();
        let coverage = fhir::coverage(&record, answer.validity().as_ref());
        assert_eq!(coverage["status"], expected, "{code:?}");
    }
}

#[test]
fn the_desk_reads_tenths_in_japanese_and_percent_in_english() {
    for (ratio, japanese, english) in [
        ("010", "1割", "10%"),
        ("030", "3割", "30%"),
        ("000", "0%", "0%"),
        ("015", "15%", "15%"),
        ("100", "10割", "100%"),
        ("10", "10", "10"),
    ] {
        let mut record = Record::new(Section::Confirmation);
        record.insert(F::INSURED_PARTIAL_CONTRIBUTION_RATIO, ratio);
        for (language, expected) in [(Language::Japanese, japanese), (Language::English, english)] {
            let shown = record.shown(F::INSURED_PARTIAL_CONTRIBUTION_RATIO, language);
            assert_eq!(shown.as_deref(), Some(expected), "{ratio}");
        }
    }
}

#[test]
fn any_answer_becomes_a_face_file() {
    let (name, written) = answer()
        .to_face_file("mynacard-1", &Default::default())
        .unwrap();
    assert_eq!(
        name.file_name(),
        "OQSsiquc01res_face_mynacard-1_20261120093000.xml"
    );
    let read = Answer::read_xml(&written.bytes).unwrap();
    assert_eq!(read.results(), answer().results());
    let stated = [
        F::REFERENCE_CLASSIFICATION,
        F::SEGMENT_OF_RESULT,
        F::CHARACTER_CODE_IDENTIFIER,
    ]
    .map(|field| read.text(field).unwrap().to_owned());
    assert_eq!(stated, ["1", "1", "0"]);
    assert_eq!(
        answer()
            .to_face_file("../x", &Default::default())
            .unwrap_err()
            .code(),
        "MC-4013"
    );
}
