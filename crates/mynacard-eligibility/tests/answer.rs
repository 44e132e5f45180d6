//! The single answer: written, read, shown, and what survives.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::{
    Answer, BulkReader, Element, Encoding, ErrorKind, FieldId as F, FindingKind, Language, Node,
    Record, Section, Unmappable, Validity, XmlOptions,
};

const UTF8: XmlOptions = XmlOptions {
    encoding: Encoding::Utf8,
    unmappable: Unmappable::Refuse,
};
const SJIS: XmlOptions = XmlOptions {
    encoding: Encoding::ShiftJis,
    unmappable: Unmappable::Refuse,
};

fn taro() -> Answer {
    Answer::builder()
        .set(F::PROCESS_EXECUTION_TIME, "20261120093000")
        .set(F::QUALIFICATION_CONFIRMATION_DATE, "20261120")
        .set(F::MEDICAL_INSTITUTION_CODE, "1312345679")
        .set(F::REFERENCE_CLASSIFICATION, "1")
        .set(F::SEGMENT_OF_RESULT, "1")
        .set(F::CHARACTER_CODE_IDENTIFIER, "0")
        .set(F::PROCESSING_RESULT_STATUS, "1")
        .set(F::QUALIFICATION_VALIDITY, "1")
        .result(
            Record::builder(Section::Confirmation)
                .set(F::INSURED_CARD_CLASSIFICATION, "01")
                .set(F::INSURER_NUMBER, "06130488")
                .set(F::INSURED_CARD_SYMBOL, "１２３")
                .set(F::INSURED_IDENTIFICATION_NUMBER, "4567")
                .set(F::INSURED_BRANCH_NUMBER, "00")
                .set(F::NAME, "医療 太郎")
                .set(F::NAME_KANA, "ｲﾘｮｳ ﾀﾛｳ")
                .set(F::SEX1, "1")
                .set(F::BIRTHDATE, "19800401")
                .set(F::INSURER_NAME, "全国健康保険協会 <東京支部> & \"x\"")
                .child(
                    Record::builder(Section::Elderly)
                        .set(F::ELDERLY_RECIPIENT_CONTRIBUTION_RATIO, "020"),
                )
                .child(
                    Record::builder(Section::Disease)
                        .set(F::SPECIFIC_DISEASES_DISEASE_CATEGORY, "1"),
                )
                .child(
                    Record::builder(Section::Disease)
                        .set(F::SPECIFIC_DISEASES_DISEASE_CATEGORY, "3"),
                ),
        )
        .build()
        .unwrap()
}

#[test]
fn both_encodings_and_json_bring_the_answer_back() {
    let answer = taro();
    for options in [UTF8, SJIS] {
        let xml = answer.write_xml(&options).unwrap();
        let again = Answer::read_xml(&xml).unwrap();
        assert_eq!(again.findings(), []);
        assert_eq!(again.message().encoding, options.encoding);
        assert_eq!(again.results(), answer.results());
        assert_eq!(
            again.text(F::CHARACTER_CODE_IDENTIFIER),
            Some(options.encoding.code())
        );
        assert_eq!(again.write_xml(&options).unwrap(), xml);
        assert_eq!(Answer::from_json(&again.to_json()).unwrap(), again);
    }
    assert_eq!(answer.validity(), Some(Validity::Valid));
    assert_eq!(answer.results()[0].diseases().len(), 2);
}

#[test]
fn unknown_tags_codes_and_subtrees_survive_and_are_listed() {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XmlMsg xmlns:a=\"urn:a\"><MessageHeader><New1 x='1 &amp; 2'>a<b/> c</New1></MessageHeader>\
        <MessageBody><QualificationValidity>9</QualificationValidity><ResultList><ResultOfQualificationConfirmation>\
        <Name>山● 花子</Name><Name>二つ目</Name><Birthdate>昨日</Birthdate><MedicalSubsidyList><a:Info><PublicNumber>5413</PublicNumber></a:Info>\
        </MedicalSubsidyList><PharmaceuticalInfoConsFlg>1</PharmaceuticalInfoConsFlg></ResultOfQualificationConfirmation></ResultList>\
        </MessageBody><Trailer/></XmlMsg>";
    let answer = Answer::read_xml(xml.as_bytes()).unwrap();
    let has = |kind, path: &str| {
        assert!(
            answer
                .findings()
                .iter()
                .any(|f| f.kind == kind && f.path == path),
            "{kind:?} {path} in {:#?}",
            answer.findings()
        );
    };
    let result = "MessageBody/ResultOfQualificationConfirmation[1]";
    has(FindingKind::UnknownTag, "MessageHeader/New1");
    has(
        FindingKind::UnknownCode,
        "MessageBody/QualificationValidity",
    );
    has(FindingKind::Placeholder, &format!("{result}/Name"));
    has(FindingKind::Duplicate, &format!("{result}/Name"));
    has(FindingKind::Form, &format!("{result}/Birthdate"));
    has(
        FindingKind::UnknownTag,
        &format!("{result}/MedicalSubsidyList"),
    );
    has(
        FindingKind::Alias,
        &format!("{result}/PharmaceuticalInfoConsFlg"),
    );
    has(FindingKind::Missing, &format!("{result}/Sex1"));
    has(FindingKind::UnknownTag, "Trailer");
    assert_eq!(answer.validity(), Some(Validity::Other("9".into())));
    assert_eq!(
        answer.results()[0].text(F::PHARMACISTS_INFO_CONS_FLG),
        Some("1")
    );

    let written = answer.write_xml(&UTF8).unwrap();
    let text = String::from_utf8(written.clone()).unwrap();
    for part in [
        "<XmlMsg xmlns:a=\"urn:a\">",
        "<New1 x=\"1 &amp; 2\">a<b></b> c</New1>",
        "<MedicalSubsidyList><a:Info><PublicNumber>5413</PublicNumber></a:Info></MedicalSubsidyList>",
        "<Name>二つ目</Name>",
        "<Trailer></Trailer>",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let again = Answer::read_xml(&written).unwrap();
    assert_eq!(again.results(), answer.results());
    assert_eq!(again.write_xml(&UTF8).unwrap(), written);
    assert_eq!(Answer::from_json(&answer.to_json()).unwrap(), answer);
}

#[test]
fn characters_outside_the_code_page_follow_the_policy() {
    let answer = Answer::builder()
        .result(Record::builder(Section::Confirmation).set(F::NAME, "𠮷田 鷗外 髙﨑\u{E000}"))
        .build()
        .unwrap();
    let write = |unmappable| {
        answer.write_xml_reporting(&XmlOptions {
            encoding: Encoding::ShiftJis,
            unmappable,
        })
    };
    let error = write(Unmappable::Refuse).unwrap_err();
    let ErrorKind::Unmappable { places, .. } = error.kind() else {
        panic!("{error}")
    };
    let found: Vec<_> = places
        .iter()
        .map(|place| (place.field, place.index, place.character))
        .collect();
    assert_eq!(found, [(Some(F::NAME), 0, '𠮷'), (Some(F::NAME), 3, '鷗')]);
    assert_eq!(error.code(), "MC-4009");
    assert!(!error.to_string().contains('𠮷'));

    let replaced = write(Unmappable::Replace).unwrap();
    assert_eq!(replaced.changed.len(), 2);
    let read = Answer::read_xml(&replaced.bytes).unwrap();
    assert_eq!(
        read.results()[0].text(F::NAME),
        Some("〓田 〓外 髙﨑\u{E000}")
    );

    let referenced = write(Unmappable::CharacterReference).unwrap();
    assert_eq!(
        Answer::read_xml(&referenced.bytes).unwrap().results(),
        answer.results()
    );
}

#[track_caller]
fn refused(xml: &[u8], code: &str) {
    let error = Answer::read_xml(xml).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(error.position().is_some(), "{error}");
    let streamed = BulkReader::open(xml).and_then(|mut reader| {
        while reader.next_unit()?.is_some() {}
        Ok(())
    });
    match streamed {
        Err(error) => {
            assert_eq!(error.code(), code, "as a stream: {error}");
            assert!(error.position().is_some(), "{error}");
        }
        // A stream has no way to miss what it does not hand over.
        Ok(()) => assert_eq!(code, "MC-4010"),
    }
}

#[test]
fn broken_input_is_refused_with_its_place() {
    refused(b"", "MC-4002");
    refused(b"<XmlMsg><MessageBody>", "MC-4002");
    refused(b"<XmlMsg><MessageBody></MessageBody", "MC-4002");
    refused(b"<XmlMsg><MessageBody></MessageHeader></XmlMsg>", "MC-4001");
    refused(b"<XmlMsg><MessageBody/></XmlMsg><XmlMsg/>", "MC-4001");
    refused(b"<XmlMsg><MessageBody/></XmlMsg>x", "MC-4001");
    refused(
        b"<!DOCTYPE a [<!ENTITY b \"c\">]><XmlMsg><MessageBody/></XmlMsg>",
        "MC-4003",
    );
    refused(
        b"<XmlMsg><MessageBody><Name>&xxe;</Name></MessageBody></XmlMsg>",
        "MC-4004",
    );
    refused(
        b"<XmlMsg><MessageBody><Name>&#0;</Name></MessageBody></XmlMsg>",
        "MC-4001",
    );
    refused(
        b"<XmlMsg><MessageBody><Name>\x01</Name></MessageBody></XmlMsg>",
        "MC-4001",
    );
    refused(b"<html></html>", "MC-4010");
    refused(b"<XmlMsg></XmlMsg>", "MC-4010");
    refused(
        b"<?xml version=\"1.0\" encoding=\"EUC-JP\"?><XmlMsg/>",
        "MC-4007",
    );
    refused(b"\xFF\xFE<\0", "MC-4007");
    refused(
        b"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><XmlMsg><MessageBody/></XmlMsg>",
        "MC-4007",
    );
    refused(
        b"<XmlMsg><MessageBody><Name>\x88\xE3</Name></MessageBody></XmlMsg>",
        "MC-4008",
    );
    refused(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><XmlMsg><MessageBody><Name>\xE5\x8C\xBB\xE7\x99\x82</Name></MessageBody></XmlMsg>", "MC-4008");
    let deep = format!("<XmlMsg><MessageBody>{}", "<a>".repeat(100_000));
    refused(deep.as_bytes(), "MC-4005");
    // Each name compared with all before it, a megabyte of attributes would take minutes.
    let many: String = (0..100_000).map(|n| format!(" a{n}=''")).collect();
    refused(
        format!("<XmlMsg><MessageBody><a{many}/>").as_bytes(),
        "MC-4006",
    );
    let long = format!("<XmlMsg><MessageBody><Name>{}", "x".repeat(3 << 20));
    refused(long.as_bytes(), "MC-4006");
    let wide = format!(
        "<XmlMsg><MessageBody>{}",
        "<Name>abcdefgh</Name>".repeat(1 << 20)
    );
    refused(wide.as_bytes(), "MC-4006");

    let error =
        Answer::read_xml("<XmlMsg>\n<MessageBody>\n  <Name>医療</名前>".as_bytes()).unwrap_err();
    let position = error.position().unwrap();
    assert_eq!(position.line, 3);
    assert!(position.column > 10, "{position:?}");
}

#[track_caller]
fn refused_at(xml: &[u8], code: &str, line: u64, column: u64) {
    let of = |error: mynacard_eligibility::Error| {
        let position = error.position().unwrap();
        (error.code(), position.line, position.column)
    };
    let expected = (code, line, column);
    assert_eq!(of(Answer::read_xml(xml).unwrap_err()), expected);
    let streamed = BulkReader::open(xml).and_then(|mut reader| {
        while reader.next_unit()?.is_some() {}
        Ok(())
    });
    assert_eq!(of(streamed.unwrap_err()), expected, "as a stream");
}

#[test]
fn the_place_of_a_refusal_is_exact() {
    refused_at(
        b"<?xml version=\"1.0\" encoding=\"EUC-JP\"?><XmlMsg/>",
        "MC-4007",
        1,
        31,
    );
    refused_at(
        b"<?xml version='1.0'\n encoding = 'EUC-JP'?><XmlMsg/>",
        "MC-4007",
        2,
        14,
    );
    refused_at(
        b"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><XmlMsg/>",
        "MC-4007",
        1,
        31,
    );
    refused_at(b"\xFF\xFE<\0", "MC-4007", 1, 1);
    refused_at(
        b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?>\n<XmlMsg>\n<MessageBody><Name>\x88\xE3\x97\xC3\xFD</Name>",
        "MC-4008",
        3,
        22,
    );
    refused_at(
        "<XmlMsg>\n<MessageBody>\n <Name>医療&xxe;太郎</Name></MessageBody></XmlMsg>".as_bytes(),
        "MC-4004",
        3,
        10,
    );
    let deep = format!("<XmlMsg><MessageBody>\n{}", "<a>".repeat(1000));
    // The limit is 64 elements, two of which are open on the line before.
    refused_at(deep.as_bytes(), "MC-4005", 2, 62 * 3 + 1);
    refused_at(
        b"<XmlMsg>\n <MessageBody><a b='&c;'/></MessageBody></XmlMsg>",
        "MC-4004",
        2,
        15,
    );
    refused_at(b"\n<!DOCTYPE a><XmlMsg/>", "MC-4003", 2, 1);
}

#[test]
fn every_cut_of_a_file_is_incomplete() {
    for options in [UTF8, SJIS] {
        let xml = taro().write_xml(&options).unwrap();
        let end = xml.windows(9).position(|w| w == b"</XmlMsg>").unwrap() + 9;
        for cut in 0..end {
            let error = Answer::read_xml(&xml[..cut]).unwrap_err();
            assert_eq!(error.code(), "MC-4002", "cut at {cut}: {error}");
        }
    }
}

#[test]
fn builders_refuse_what_the_interface_does_not_allow() {
    let code = |builder: mynacard_eligibility::AnswerBuilder| builder.build().unwrap_err().code();
    assert_eq!(code(Answer::builder().set(F::NAME, "x")), "MC-4012");
    assert_eq!(
        code(Answer::builder().set(F::QUALIFICATION_VALIDITY, "7")),
        "MC-4013"
    );
    assert_eq!(
        code(
            Answer::builder()
                .result(Record::builder(Section::Confirmation).set(F::BIRTHDATE, "1980-04-01"))
        ),
        "MC-4013"
    );
    assert_eq!(
        code(
            Answer::builder().result(Record::builder(Section::Confirmation).set(F::NAME, "\u{7}"))
        ),
        "MC-4013"
    );
    assert_eq!(
        code(Answer::builder().result(Record::builder(Section::Elderly))),
        "MC-4012"
    );
}

#[test]
fn text_is_for_people() {
    let text = taro().to_text(Language::Japanese);
    for line in [
        "資格有効性：有効 [1]",
        "生年月日：1980-04-01（昭和55年4月1日）",
        "【高齢受給者証】",
        "氏名：医療 太郎",
        "【特定疾病療養受療証 2/2】",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    let english = taro().to_text(Language::English);
    assert!(
        english.contains("validity: valid [1]\n") && english.contains("patient's share: 20%"),
        "{english}"
    );
}

#[test]
fn deep_unknown_elements_made_by_hand_are_refused_not_overflown() {
    let mut element = Element {
        tag: "a".into(),
        attributes: vec![],
        nodes: vec![Node::Text("x".into())],
    };
    for _ in 0..200 {
        element = Element {
            tag: "a".into(),
            attributes: vec![],
            nodes: vec![Node::Element(element)],
        };
    }
    let answer = Answer::builder().unknown(element).build().unwrap();
    assert_eq!(answer.write_xml(&UTF8).unwrap_err().code(), "MC-4005");
}

/// The first header and body count, whole and as a stream; a second one is kept whole and listed.
#[test]
fn a_second_header_or_body_is_kept_and_listed() {
    let xml = b"<XmlMsg><MessageHeader><ReceptionNumber>1</ReceptionNumber></MessageHeader><MessageHeader><ReceptionNumber>2\
        </ReceptionNumber></MessageHeader><MessageBody><BulkConfirmUnit/></MessageBody><MessageBody><BulkConfirmUnit/></MessageBody></XmlMsg>";
    let whole = mynacard_eligibility::Message::read_xml(xml).unwrap();
    let mut reader = BulkReader::open(&xml[..]).unwrap();
    let mut people = 0;
    while reader.next_unit().unwrap().is_some() {
        people += 1;
    }
    assert_eq!(people, 1);
    for message in [&whole, reader.rest()] {
        assert_eq!(message.header.text(F::RECEPTION_NUMBER), Some("1"));
        let kept: Vec<_> = message.unknown().iter().map(|e| e.tag.as_str()).collect();
        assert_eq!(kept, ["MessageHeader", "MessageBody"]);
        let listed = message.findings().iter();
        let listed = listed.filter(|found| found.kind == FindingKind::Duplicate);
        assert_eq!(listed.count(), 2);
    }
}

/// As many sections as a message can hold, in the worst order: reading takes time by their number, not by its square.
#[test]
fn many_sections_are_read_in_time() {
    let many = |before: &str, section: &str, after: &str| {
        let room = (7 << 20) - before.len() - after.len();
        format!("{before}{}{after}", section.repeat(room / section.len()))
    };
    let open = "<XmlMsg><MessageHeader></MessageHeader><MessageBody>";
    let close = "</MessageBody></XmlMsg>";
    let late = "<BulkRegistrationUnit/>".repeat(150_000);
    for xml in [
        many(open, "<BulkConfirmUnit/>", close),
        many(
            &format!(
                "{open}<ResultList><ResultOfQualificationConfirmation><PublicExpenseResultList>"
            ),
            "<MedicalTicketInfo/>",
            &format!(
                "</PublicExpenseResultList></ResultOfQualificationConfirmation></ResultList>{close}"
            ),
        ),
        many(&format!("{open}{late}"), "<BulkConfirmUnit/>", close),
    ] {
        // Reading by the square of their number would take many minutes here.
        let read = mynacard_eligibility::Message::read_xml(xml.as_bytes());
        assert!(read.is_ok(), "{:?}", read.map(drop));
    }
}

#[test]
fn only_two_verdicts_say_that_an_insurance_is_valid() {
    let valid: Vec<String> = (0..=9)
        .map(|code: u8| code.to_string())
        .filter(|code| Validity::from_code(code).is_valid())
        .collect();
    assert_eq!(valid, ["1", "6"]);
}
