//! Golden files of every message and of every kind of answer, in both encodings and every shape.
//!
//! `MYNACARD_BLESS=1 cargo test -p mynacard-eligibility --test golden` writes them anew; the diff is then read by a person.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::identifier::{
    BranchNumber, InstitutionCode, InsuredNumber, InsuredSymbol, InsurerNumber,
};
use mynacard_eligibility::message::MessageKind;
use mynacard_eligibility::message::request::{
    self, Care, Consent, Insured, Padding, Period, Query, Sender,
};
use mynacard_eligibility::shape::csv::{CsvOptions, Headings};
use mynacard_eligibility::shape::{csv, fhir, screen};
use mynacard_eligibility::{
    Answer, AnswerBuilder, Date, Element, Encoding, FieldId as F, Language, Message, Node, Record,
    RecordBuilder, Section, Unmappable, XmlOptions,
};
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

#[track_caller]
fn same_as_golden(name: &str, bytes: &[u8]) {
    let path = golden(name);
    if std::env::var_os("MYNACARD_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, bytes).unwrap();
    }
    let expected =
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        expected == bytes,
        "{name} differs from what is written now:\n{}",
        String::from_utf8_lossy(bytes)
    );
}

/// The order of members is no part of JSON.
#[track_caller]
fn same_as_golden_json(name: &str, value: &serde_json::Value) {
    let bytes = serde_json::to_vec_pretty(value).unwrap();
    match std::fs::read(golden(name))
        .map(|expected| serde_json::from_slice::<serde_json::Value>(&expected))
    {
        Ok(Ok(expected)) if expected == *value => {}
        _ => same_as_golden(name, &bytes),
    }
}

/// Both encodings are as the files say, and reading them gives the message back.
#[track_caller]
fn check(name: &str, message: &Message) {
    for (encoding, suffix) in [(Encoding::Utf8, "utf8"), (Encoding::ShiftJis, "sjis")] {
        let options = XmlOptions {
            encoding,
            unmappable: Unmappable::Refuse,
        };
        let bytes = message.write_xml(&options).unwrap().bytes;
        same_as_golden(&format!("{name}.{suffix}.xml"), &bytes);
        let read = Message::read_xml(&bytes).unwrap();
        assert_eq!(
            read.write_xml(&options).unwrap().bytes,
            bytes,
            "{name}.{suffix}: written again it differs"
        );
        let mut header = message.header.clone();
        if header.raw(F::CHARACTER_CODE_IDENTIFIER).is_some() {
            header.insert(F::CHARACTER_CODE_IDENTIFIER, encoding.code());
        }
        assert_eq!(
            (&read.header, &read.body),
            (&header, &message.body),
            "{name}"
        );
    }
}

fn day() -> Date {
    Date::new(2026, 11, 20).unwrap()
}

fn insured(insurer: &str, symbol: Option<&str>, branch: Option<&str>) -> Insured {
    Insured {
        insurer: InsurerNumber::strict(insurer).unwrap(),
        symbol: symbol.map(|symbol| InsuredSymbol::strict(symbol).unwrap()),
        number: InsuredNumber::strict("1234567").unwrap(),
        branch: branch.map(|branch| BranchNumber::strict(branch).unwrap()),
    }
}

#[test]
fn requests() {
    let sender = Sender {
        institution: InstitutionCode::strict("0110113719").unwrap(),
        file_identifier: Some("20261120093000-1".into()),
    };
    let query = |insured| Query {
        insured,
        birth: Date::new(1980, 4, 1).unwrap(),
        limit: Consent::Given,
        identifier: Some("24434".into()),
    };
    let queries = [
        query(insured("138016", Some("千代田"), Some("01"))),
        query(insured("39131008", None, None)),
    ];
    let later = day().plus_days(30).unwrap();
    check(
        "OQSsiquc01req",
        &request::query(&sender, day(), &queries[0], Padding::Spaces).unwrap(),
    );
    check(
        "OQSsiquc01req-zeros",
        &request::query(&sender, day(), &queries[0], Padding::Zeros).unwrap(),
    );
    check(
        "OQSmuquc01req",
        &request::bulk_query(&sender, day(), &queries, Padding::Spaces).unwrap(),
    );
    for name in [
        "OQSmuquc02req",
        "OQSmuimm02req",
        "OQSmuhvq02req",
        "OQSmuonq02req",
        "OQSmutic02req",
    ] {
        check(name, &request::download(&sender, "R0000001").unwrap());
    }
    check(
        "OQSmuhvq01req",
        &request::consented(&sender, Care::Visiting, Period::Consent(day(), later)).unwrap(),
    );
    check(
        "OQSmuonq01req",
        &request::consented(&sender, Care::Online, Period::Examination(day(), later)).unwrap(),
    );
    check(
        "OQSmutic01req",
        &request::assistance(&sender, day()).unwrap(),
    );
    check(
        "OQSsiimm01req",
        &request::register(
            &sender,
            [("24434", &insured("138016", Some("千代田"), Some("01")))],
        )
        .unwrap(),
    );
    let charts = [
        ("24434", &insured("138016", Some("千代田"), Some("01"))),
        ("24435", &insured("39131008", None, None)),
    ];
    check(
        "OQSmuimm01req",
        &request::register(&sender, charts).unwrap(),
    );
}

fn header() -> RecordBuilder {
    Record::builder(Section::Header)
        .set(F::PROCESS_EXECUTION_TIME, "20261120093000")
        .set(F::MEDICAL_INSTITUTION_CODE, "0110113719")
        .set(F::ARBITRARY_FILE_IDENTIFIER, "20261120093000-1")
        .set(F::CHARACTER_CODE_IDENTIFIER, "1")
}

#[test]
fn responses() {
    let done = |record: RecordBuilder| {
        record
            .set(F::SEGMENT_OF_RESULT, "1")
            .set(F::RECEPTION_NUMBER, "R0000001")
    };
    let message = |header: RecordBuilder, body: RecordBuilder| {
        Message::new(header.build().unwrap(), body.build().unwrap())
    };
    let body = || Record::builder(Section::Body);
    for name in [
        "OQSmuquc01res",
        "OQSmuimm01res",
        "OQSmuhvq01res",
        "OQSmuonq01res",
        "OQSmutic01res",
    ] {
        let body = body().set(F::PROCESSING_RESULT_STATUS, "1");
        check(name, &message(done(header()), body));
    }
    let (_, single) = answers().swap_remove(0);
    check("OQSsiquc01res", single.message());
    let failed = header()
        .set(F::SEGMENT_OF_RESULT, "9")
        .set(F::ERROR_CODE, "OQS001")
        .set(F::ERROR_MESSAGE, "処理に失敗しました");
    check("OQSmuquc01res-failed", &message(failed, body()));
    let counts = done(header())
        .set(F::NUMBER_OF_PROCESSING_RESULT, "2")
        .set(F::NUMBER_OF_NORMAL_PROCESSING, "1")
        .set(F::NUMBER_OF_ERROR, "1");
    let search = Record::builder(Section::Search)
        .set(F::INSURER_NUMBER, "  138016")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "1234567")
        .set(F::BIRTHDATE, "19800401");
    let good = Record::builder(Section::Unit)
        .set(F::PROCESSING_RESULT_STATUS, "1")
        .set(F::QUALIFICATION_VALIDITY, "1")
        .set(F::REFERENCE_NUMBER, "24434")
        .child(search)
        .child(kokuho());
    let bad = Record::builder(Section::Unit)
        .set(F::PROCESSING_RESULT_STATUS, "2")
        .set(F::PROCESSING_RESULT_CODE, "E1")
        .set(F::PROCESSING_RESULT_MESSAGE, "該当なし");
    let bulk = message(counts, body().child(good).child(bad));
    for name in [
        "OQSmuquc02res",
        "OQSmuhvq02res",
        "OQSmuonq02res",
        "OQSmutic02res",
    ] {
        check(name, &bulk);
    }
    let chart = || {
        Record::builder(Section::Registration)
            .set(F::REFERENCE_NUMBER, "24434")
            .set(F::INSURER_NUMBER, "  138016")
            .set(F::INSURED_IDENTIFICATION_NUMBER, "1234567")
    };
    check(
        "OQSsiimm01res",
        &message(
            header().set(F::SEGMENT_OF_RESULT, "1"),
            body().set(F::PROCESSING_RESULT_STATUS, "1").child(chart()),
        ),
    );
    let unit = Record::builder(Section::RegistrationUnit)
        .set(F::PROCESSING_RESULT_STATUS, "1")
        .child(chart());
    check(
        "OQSmuimm02res",
        &message(done(header()), body().child(unit)),
    );
}

fn person(name: &str, kana: &str) -> RecordBuilder {
    Record::builder(Section::Confirmation)
        .set(F::INSURED_CARD_CLASSIFICATION, "01")
        .set(F::NAME, name)
        .set(F::NAME_KANA, kana)
        .set(F::SEX1, "1")
        .set(F::BIRTHDATE, "19800401")
        .set(F::ADDRESS, "東京都千代田区霞が関１丁目２番３号")
        .set(F::POST_NUMBER, "100-0013")
        .set(F::QUALIFICATION_DATE, "20200401")
        .set(F::INSURED_CARD_VALID_DATE, "20250801")
}

fn kokuho() -> RecordBuilder {
    person("国保 花子", "ｺｸﾎ ﾊﾅｺ")
        .set(F::INSURER_NUMBER, "  138016")
        .set(F::INSURED_CARD_SYMBOL, "千代田")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "1234567")
        .set(F::INSURED_BRANCH_NUMBER, "01")
        .set(F::INSURED_NAME, "国保 太郎")
        .set(F::INSURER_NAME, "千代田区")
}

fn kyokai() -> RecordBuilder {
    person("医療 太郎", "ｲﾘｮｳ ﾀﾛｳ")
        .set(F::INSURER_NUMBER, "01130012")
        .set(F::INSURED_CARD_SYMBOL, "12345678")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "90")
        .set(F::INSURED_BRANCH_NUMBER, "00")
        .set(F::PERSONAL_FAMILY_CLASSIFICATION, "1")
        .set(F::INSURER_NAME, "全国健康保険協会　東京支部")
}

fn kouki() -> RecordBuilder {
    person("後期 梅", "ｺｳｷ ｳﾒ")
        .set(F::INSURER_NUMBER, "39131008")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "12345678")
        .set(F::INSURED_PARTIAL_CONTRIBUTION_RATIO, "010")
        .set(F::INSURER_NAME, "東京都後期高齢者医療広域連合")
}

fn answer(validity: &str) -> AnswerBuilder {
    Answer::builder()
        .set(F::PROCESS_EXECUTION_TIME, "20261120093000")
        .set(F::QUALIFICATION_CONFIRMATION_DATE, "20261120")
        .set(F::MEDICAL_INSTITUTION_CODE, "0110113719")
        .set(F::REFERENCE_CLASSIFICATION, "1")
        .set(F::SEGMENT_OF_RESULT, "1")
        .set(F::CHARACTER_CODE_IDENTIFIER, "1")
        .set(F::PROCESSING_RESULT_STATUS, "1")
        .set(F::QUALIFICATION_VALIDITY, validity)
}

fn answers() -> Vec<(&'static str, Answer)> {
    let limit = |category: &str, kind: &str| {
        Record::builder(Section::Limit)
            .set(F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION, kind)
            .set(
                F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG,
                category,
            )
            .set(
                F::LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE,
                "20250801",
            )
            .set(F::LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE, "20260731")
    };
    let disease = |category: &str, pay: &str| {
        Record::builder(Section::Disease)
            .set(F::SPECIFIC_DISEASES_DISEASE_CATEGORY, category)
            .set(F::SPECIFIC_DISEASES_SELF_PAY, pay)
    };
    let ticket = Record::builder(Section::Ticket)
        .set(F::TICKET_TYPE, "01")
        .set(F::MEDICAL_TREATMENT_MONTH, "202611")
        .set(F::MEDICAL_TREATMENT_TYPE, "02")
        .set(F::SELF_PAY_AMOUNT, "0")
        .set(F::SINGLE_OR_COMBINED_USE, "01");
    let assistance = person("扶助 桜", "ﾌｼﾞｮ ｻｸﾗ")
        .set(F::INSURED_CARD_CLASSIFICATION, "A1")
        .set(F::INSURER_NUMBER, "12131003")
        .set(F::INSURER_NAME, "千代田区")
        .child(ticket);
    let elderly = Record::builder(Section::Elderly)
        .set(F::ELDERLY_RECIPIENT_VALID_START_DATE, "20250801")
        .set(F::ELDERLY_RECIPIENT_CONTRIBUTION_RATIO, "020");
    let subsidy = Element {
        tag: "MedicalSubsidyList".into(),
        attributes: vec![],
        nodes: vec![Node::Element(Element {
            tag: "PublicPayerNumber".into(),
            attributes: vec![],
            nodes: vec![Node::Text("54136015".into())],
        })],
    };
    let consent = kyokai()
        .set(F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG, "1")
        .set(
            F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_TIME,
            "20261120092955",
        );
    let built = |builder: AnswerBuilder| builder.build().unwrap();
    vec![
        (
            "kyokai-self",
            built(answer("1").result(kyokai().set(F::REFERENCE_NUMBER, "24434"))),
        ),
        ("kokuho", built(answer("1").result(kokuho()))),
        ("kouki-1wari", built(answer("1").result(kouki()))),
        (
            "kourei-2wari",
            built(answer("1").result(kokuho().child(elderly))),
        ),
        (
            "gendo-a03",
            built(answer("1").result(consent.child(limit("A03", "01")))),
        ),
        (
            "gendo-b10",
            built(answer("1").result(kouki().child(limit("B10", "02")))),
        ),
        (
            "tokutei",
            built(
                answer("1").result(
                    kyokai()
                        .child(disease("1", "10000"))
                        .child(disease("2", "10000")),
                ),
            ),
        ),
        (
            "mishugaku",
            built(
                answer("1").result(
                    kokuho()
                        .set(F::PRESCHOOL_CLASSIFICATION, "1")
                        .set(F::BIRTHDATE, "20240229"),
                ),
            ),
        ),
        ("iryofujo", built(answer("1").result(assistance))),
        (
            "lost",
            built(
                answer("2").result(
                    kyokai()
                        .set(F::DISQUALIFICATION_DATE, "20261001")
                        .set(F::REASON_OF_LOSS, "03"),
                ),
            ),
        ),
        (
            "lost-new",
            built(answer("3").result(kyokai().set(F::DISQUALIFICATION_DATE, "20261001"))),
        ),
        ("none", built(answer("4"))),
        (
            "two-results",
            built(answer("5").result(kyokai()).result(kokuho())),
        ),
        (
            "cert-ending",
            built(
                answer("1")
                    .set(F::PROCESSING_RESULT_CODE, "W1")
                    .set(
                        F::PROCESSING_RESULT_MESSAGE,
                        "証明書の有効期限が近づいています",
                    )
                    .result(kyokai()),
            ),
        ),
        (
            "black-dot",
            built(answer("1").result(kyokai().set(F::NAME, "医●　太郎"))),
        ),
        (
            "gaiji",
            built(answer("1").result(kyokai().set(F::NAME, "髙﨑\u{E000} ①㈱"))),
        ),
        (
            "unknown-subtree",
            built(answer("1").result(kyokai().unknown(subsidy))),
        ),
    ]
}

#[test]
fn answers_in_every_shape() {
    let answers = answers();
    for (name, answer) in &answers {
        check(name, answer.message());
        same_as_golden(&format!("{name}.json"), answer.to_json().as_bytes());
        assert_eq!(Answer::from_json(&answer.to_json()).unwrap(), *answer);
        same_as_golden(
            &format!("{name}.ja.txt"),
            answer.to_text(Language::Japanese).as_bytes(),
        );
        same_as_golden(
            &format!("{name}.en.txt"),
            answer.to_text(Language::English).as_bytes(),
        );
        let shown = screen::write(answer);
        same_as_golden(&format!("{name}.screen.txt"), shown.as_bytes());
        if !answer.results().is_empty() {
            assert_eq!(
                screen::write(&screen::read(&shown).unwrap().answer),
                shown,
                "{name}"
            );
        }
        same_as_golden_json(&format!("{name}.fhir.json"), &fhir::bundle(answer));
    }
    let all: Vec<Answer> = answers.into_iter().map(|(_, answer)| answer).collect();
    for (encoding, suffix) in [(Encoding::Utf8, "utf8"), (Encoding::ShiftJis, "sjis")] {
        let options = CsvOptions {
            encoding,
            unmappable: Unmappable::Refuse,
            headings: Headings::Labels(Language::Japanese),
        };
        same_as_golden(
            &format!("all.{suffix}.csv"),
            &csv::write(&all, &options).unwrap().bytes,
        );
    }
}

#[test]
fn every_message_has_a_golden_file_in_both_directions_and_encodings() {
    for kind in MessageKind::ALL {
        for (direction, encoding) in [
            ("req", "utf8"),
            ("req", "sjis"),
            ("res", "utf8"),
            ("res", "sjis"),
        ] {
            let path = golden(&format!("{}{direction}.{encoding}.xml", kind.prefix()));
            assert!(path.is_file(), "{}", path.display());
        }
    }
}

#[test]
fn no_golden_file_is_left_over() {
    let named: Vec<String> = answers()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    for file in std::fs::read_dir(golden("")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let stem = name.split('.').next().unwrap();
        assert!(
            stem.is_empty()
                || stem.starts_with("OQS")
                || stem == "all"
                || named.iter().any(|known| known == stem),
            "{name}"
        );
    }
}
