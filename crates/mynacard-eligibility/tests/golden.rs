//! Golden files of every message and of every kind of answer, in both encodings and every shape.
//!
//! `MYNACARD_BLESS=1 cargo test -p mynacard-eligibility --test golden` writes them anew; the diff is then read by a person.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/golden.rs"]
mod support;

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
    Answer, AnswerBuilder, Date, Element, FieldId as F, Language, Message, Node, Record,
    RecordBuilder, Section, Unmappable, XmlOptions,
};
use support::{ENCODINGS, Golden};

const GOLDEN: Golden = Golden("golden");

/// The order of members is no part of JSON.
#[track_caller]
fn same_as_golden_json(name: &str, value: &serde_json::Value) {
    let bytes = serde_json::to_vec_pretty(value).unwrap();
    match std::fs::read(GOLDEN.path(name))
        .map(|expected| serde_json::from_slice::<serde_json::Value>(&expected))
    {
        Ok(Ok(expected)) if expected == *value => {}
        _ => GOLDEN.same(name, &bytes),
    }
}

/// Both encodings are as the files say, and reading them gives the message back.
#[track_caller]
fn check(name: &str, message: &Message) {
    for (encoding, suffix) in ENCODINGS {
        let options = XmlOptions {
            encoding,
            unmappable: Unmappable::Refuse,
        };
        let bytes = message.write_xml(&options).unwrap().bytes;
        GOLDEN.same(&format!("{name}.{suffix}.xml"), &bytes);
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

/// The bulk exchanges, and the number under which the result of each is fetched.
const BULK: [(&str, &str); 5] = [
    ("muquc", "R0000001"),
    ("muimm", "R0000002"),
    ("muhvq", "R0000003"),
    ("muonq", "R0000004"),
    ("mutic", "R0000005"),
];

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
    for (kind, number) in BULK {
        let fetch = request::download(&sender, number).unwrap();
        check(&format!("OQS{kind}02req"), &fetch);
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
    let done = |kind: &str| {
        let number = BULK.iter().find(|(bulk, _)| *bulk == kind).unwrap().1;
        header()
            .set(F::SEGMENT_OF_RESULT, "1")
            .set(F::RECEPTION_NUMBER, number)
    };
    let message = |header: RecordBuilder, body: RecordBuilder| {
        Message::new(header.build().unwrap(), body.build().unwrap())
    };
    let body = || Record::builder(Section::Body);
    for (kind, _) in BULK {
        let body = body().set(F::PROCESSING_RESULT_STATUS, "1");
        check(&format!("OQS{kind}01res"), &message(done(kind), body));
    }
    let (_, single) = answers().swap_remove(0);
    check("OQSsiquc01res", single.message());
    let failed = header()
        .set(F::SEGMENT_OF_RESULT, "9")
        .set(F::ERROR_CODE, "OQS001")
        .set(F::ERROR_MESSAGE, "処理に失敗しました");
    check("OQSmuquc01res-failed", &message(failed, body()));
    let counts = |kind: &str, all: usize, normal: usize| {
        done(kind)
            .set(F::NUMBER_OF_PROCESSING_RESULT, all.to_string())
            .set(F::NUMBER_OF_NORMAL_PROCESSING, normal.to_string())
            .set(F::NUMBER_OF_ERROR, (all - normal).to_string())
    };
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
    check(
        "OQSmuquc02res",
        &message(counts("muquc", 2, 1), body().child(good).child(bad)),
    );
    for (kind, units) in [
        ("muhvq", visiting()),
        ("muonq", online()),
        ("mutic", assistance()),
    ] {
        let header = counts(kind, units.len(), units.len());
        let body = units.into_iter().fold(body(), RecordBuilder::child);
        check(&format!("OQS{kind}02res"), &message(header, body));
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
    check("OQSmuimm02res", &message(done("muimm"), body().child(unit)));
}

/// A person whom the service listed itself, under the facility's own reference.
fn listed(reference: &str, validity: &str, asked: RecordBuilder) -> RecordBuilder {
    Record::builder(Section::Unit)
        .set(F::PROCESSING_RESULT_STATUS, "1")
        .set(F::QUALIFICATION_VALIDITY, validity)
        .set(F::REFERENCE_NUMBER, reference)
        .child(asked)
}

/// 訪問診療等, by the day of consent: one agreed to everything, the other's consent ended.
fn visiting() -> Vec<RecordBuilder> {
    let asked = || {
        Record::builder(Section::Search)
            .set(F::CONSENT_DATE_FROM, "20261101")
            .set(F::CONSENT_DATE_TO, "20261130")
            .set(F::MEDICAL_TREATMENT_FLAG, "2")
    };
    let given = kyokai()
        .set(F::SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_FLG, "1")
        .set(F::SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_TIME, "20261102101500")
        .set(
            F::SPECIFIC_HEALTH_CHECKUPS_INFO_AVAILABLE_TIME,
            "20261202101500",
        )
        .set(F::PHARMACISTS_INFO_CONS_FLG, "1")
        .set(F::PHARMACISTS_INFO_CONS_TIME, "20261102101500")
        .set(F::PHARMACISTS_INFO_AVAILABLE_TIME, "20261202101500")
        .set(F::DIAGNOSIS_INFO_CONS_FLG, "1")
        .set(F::DIAGNOSIS_INFO_CONS_TIME, "20261102101500")
        .set(F::DIAGNOSIS_INFO_AVAILABLE_TIME, "20261202101500")
        .set(F::OPERATION_INFO_CONS_FLG, "1")
        .set(F::OPERATION_INFO_CONS_TIME, "20261102101500")
        .set(F::OPERATION_INFO_AVAILABLE_TIME, "20261202101500");
    let limit = Record::builder(Section::Limit)
        .set(F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION, "02")
        .set(F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG, "B05")
        .set(
            F::LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE,
            "20250801",
        )
        .set(F::LIMIT_APPLICATION_CERTIFICATE_LONG_TERM_DATE, "20260401");
    let ended = kouki()
        .set(F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG, "1")
        .set(
            F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_TIME,
            "20261120090000",
        )
        .set(F::PHARMACISTS_INFO_CONS_FLG, "2")
        .set(F::PHARMACISTS_INFO_CONS_TIME, "20261003140000")
        .set(F::PHARMACISTS_INFO_AVAILABLE_TIME, "20261103140000")
        .child(limit);
    vec![
        listed("V0000001", "1", asked()).child(given),
        listed("V0000002", "1", asked()).child(ended),
    ]
}

/// オンライン診療等, by the day of the visit: one with an electronic prescription, one who changed the insurer meanwhile.
fn online() -> Vec<RecordBuilder> {
    let asked = || {
        Record::builder(Section::Search)
            .set(F::EXAMINATION_DATE_FROM, "20261120")
            .set(F::EXAMINATION_DATE_TO, "20261127")
            .set(F::MEDICAL_TREATMENT_FLAG, "3")
    };
    let electronic = kokuho()
        .set(F::PHARMACISTS_INFO_CONS_FLG, "1")
        .set(F::PHARMACISTS_INFO_CONS_TIME, "20261119200000")
        .set(F::PHARMACISTS_INFO_AVAILABLE_TIME, "20261120235959")
        .set(F::DIAGNOSIS_INFO_CONS_FLG, "0")
        .set(F::PRESCRIPTION_ISSUE_SELECT, "1");
    let changed = kyokai()
        .set(F::DISQUALIFICATION_DATE, "20261101")
        .set(F::REASON_OF_LOSS, "03")
        .set(F::SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_FLG, "3")
        .set(F::PRESCRIPTION_ISSUE_SELECT, "2");
    vec![
        listed("O0000001", "1", asked()).child(electronic),
        listed("O0000002", "3", asked()).child(changed),
    ]
}

/// 医療扶助 of a month: a 医療券 with all that one can say and the 調剤券 of its prescription; one beside an insurance.
fn assistance() -> Vec<RecordBuilder> {
    let asked = || Record::builder(Section::Search).set(F::MEDICAL_TREATMENT_MONTH, "202611");
    let ticket = |kind: &str, treatment: &str, number: &str| {
        Record::builder(Section::Ticket)
            .set(F::TICKET_TYPE, kind)
            .set(F::MEDICAL_TICKET_VALID_DATE, "20261101")
            .set(F::MEDICAL_TICKET_EXPIRATION_DATE, "20261130")
            .set(F::ISSUE_NUMBER, number)
            .set(F::MEDICAL_TREATMENT_MONTH, "202611")
            .set(F::MEDICAL_TREATMENT_TYPE, treatment)
    };
    let medical = ticket("01", "02", "2611000001")
        .set(F::DESIGNATED_MEDICAL_INSTITUTION_CODE, "1312345679")
        .set(F::DESIGNATED_MEDICAL_INSTITUTION_FLAG, "1")
        .set(F::DESIGNATED_MEDICAL_INSTITUTION_NAME, "霞が関診療所")
        .set(F::INJURY_NAME1, "高血圧症")
        .set(F::INJURY_NAME2, "糖尿病")
        .set(F::INJURY_NAME3, "腰痛症")
        .set(F::SELF_PAY_AMOUNT, "1500")
        .set(F::DISTRICT_CONTACT_NAME, "地区 一郎")
        .set(F::HANDLING_CONTACT_NAME, "担当 二郎")
        .set(F::SINGLE_OR_COMBINED_USE, "01")
        .set(F::STATUS_OF_SOCIAL_INSURANCE, "無")
        .set(F::CONSISTENCY_FLAG, "1")
        .set(F::STATUS_OF_INFECTON, "無")
        .set(F::STATUS_OF_ELDERLY_MEDICAL_CARE, "無")
        .set(F::STATUS_OF_PREFECTURAL_EXPENSES, "無")
        .set(F::REMARKS1, "備考の１行目")
        .set(F::REMARKS2, "備考の２行目")
        .set(F::REMARKS3, "備考の３行目");
    let dispensing = ticket("02", "04", "2611000002")
        .set(F::DESIGNATED_MEDICAL_INSTITUTION_CODE, "1342345670")
        .set(F::DESIGNATED_MEDICAL_INSTITUTION_NAME, "霞が関薬局")
        .set(
            F::PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_CODE,
            "1312345679",
        )
        .set(
            F::PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_NAME,
            "霞が関診療所",
        )
        .set(F::SELF_PAY_AMOUNT, "0");
    let combined = ticket("01", "01", "2611000003")
        .set(F::SINGLE_OR_COMBINED_USE, "02")
        .set(F::STATUS_OF_SOCIAL_INSURANCE, "有");
    let assisted = |name: &str, kana: &str| {
        person(name, kana)
            .set(F::INSURED_CARD_CLASSIFICATION, "A1")
            .set(F::INSURER_NUMBER, "12131003")
            .set(F::INSURER_NAME, "千代田区")
    };
    vec![
        listed("24437", "1", asked()).child(
            assisted("扶助 桜", "ﾌｼﾞｮ ｻｸﾗ")
                .child(medical)
                .child(dispensing),
        ),
        listed("24438", "6", asked())
            .child(assisted("扶助 楓", "ﾌｼﾞｮ ｶｴﾃﾞ").child(combined))
            .child(kyokai()),
    ]
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
        GOLDEN.same(&format!("{name}.json"), answer.to_json().as_bytes());
        assert_eq!(Answer::from_json(&answer.to_json()).unwrap(), *answer);
        GOLDEN.same(
            &format!("{name}.ja.txt"),
            answer.to_text(Language::Japanese).as_bytes(),
        );
        GOLDEN.same(
            &format!("{name}.en.txt"),
            answer.to_text(Language::English).as_bytes(),
        );
        let shown = screen::write(answer);
        GOLDEN.same(&format!("{name}.screen.txt"), shown.as_bytes());
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
    for (encoding, suffix) in ENCODINGS {
        let options = CsvOptions {
            encoding,
            unmappable: Unmappable::Refuse,
            headings: Headings::Labels(Language::Japanese),
        };
        GOLDEN.same(
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
            let path = GOLDEN.path(&format!("{}{direction}.{encoding}.xml", kind.prefix()));
            assert!(path.is_file(), "{}", path.display());
        }
    }
}

/// Each message says something of its own: what only one of them can carry is written and read there.
#[test]
fn no_two_messages_have_the_same_golden_file() {
    let mut seen = std::collections::HashMap::new();
    for file in std::fs::read_dir(GOLDEN.path("")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("OQS") {
            let other = seen.insert(std::fs::read(&path).unwrap(), name.clone());
            assert_eq!(other, None, "the same as {name}");
        }
    }
}

#[test]
fn no_golden_file_is_left_over() {
    let named: Vec<String> = answers()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    for file in std::fs::read_dir(GOLDEN.path("")).unwrap() {
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
