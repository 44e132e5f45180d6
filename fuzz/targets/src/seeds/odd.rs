//! Seeds of answers, screens and identifiers that are odd in one way each: read with a finding, or refused for a reason of their own.

use mynacard_eligibility::identifier::IdentifierKind;
use mynacard_eligibility::message::{Direction, FileName, MessageKind};

use super::Seed;
use crate::growing;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    for (name, xml) in ODD_XML {
        seeds.push(("answer_xml", format!("odd-{name}"), xml.into()));
        seeds.push(("message", format!("odd-{name}"), xml.into()));
    }
    for validity in ["1", "2", "3", "4", "5", "6", "9"] {
        let xml = format!(
            "<XmlMsg><MessageBody><QualificationValidity>{validity}</QualificationValidity><ResultList>\
             <ResultOfQualificationConfirmation><InsurerNumber>06130488</InsurerNumber>\
             <DisqualificationDate>20260331</DisqualificationDate><ReasonOfLoss>01</ReasonOfLoss>\
             </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>"
        );
        seeds.push(("answer_xml", format!("validity-{validity}"), xml.into()));
    }
    let attributes: String = (0..300).map(|number| format!(" a{number}=''")).collect();
    let attributes = format!("<XmlMsg{attributes}/>");
    seeds.push(("answer_xml", "odd-attributes".into(), attributes.into()));
    let text = b"<XmlMsg><MessageHeader><ArbitraryFileIdentifier>";
    let long = growing(1100, [text, &[b'a'; 1000], b"</ArbitraryFileIdentifier>"]);
    seeds.push(("answer_xml", "long-text".into(), long));
    // Many comments are one record that is too large.
    let comment = ["<!--", &"x".repeat(1000), "-->"].concat();
    let long = growing(9000, [b"<XmlMsg>", comment.as_bytes(), b"</XmlMsg>"]);
    seeds.push(("answer_xml", "long-record".into(), long));
    for (name, members) in ODD_JSON {
        let json = format!("{{\"schema\":\"mynacard-answer/1\"{members}}}");
        seeds.push(("answer_json", format!("odd-{name}"), json.into()));
    }
    for (name, json) in [
        ("no-json", "{"),
        ("no-object", "[]"),
        ("no-schema", "{}"),
        ("schema", "{\"schema\":\"mynacard-answer/2\"}"),
    ] {
        seeds.push(("answer_json", format!("odd-{name}"), json.into()));
    }
    let days = "確認日：2026年11月20日\n氏名：甲\n確認日：2026年11月21日\n氏名：乙\n\
                確認日：2026年11月20日\n氏名：丙\n確認日：いつか\n氏名：丁\n";
    seeds.push(("screen", "days".into(), days.into()));
    let long = growing(1100, ["氏名：甲\n".as_bytes(), &[b'x'; 1000], b"\n"]);
    seeds.push(("screen", "long".into(), long));
    texts(seeds);
    identifiers(seeds);
}

const ODD_XML: [(&str, &str); 18] = [
    ("marked", "\u{FEFF}<XmlMsg><MessageBody/></XmlMsg>"),
    (
        "marked-sjis",
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><XmlMsg><MessageBody/></XmlMsg>",
    ),
    ("cdata-control", "<XmlMsg><![CDATA[\u{1}]]></XmlMsg>"),
    ("attribute-control", "<XmlMsg a=\"\u{1}\"/>"),
    (
        "prefix",
        "<XmlMsg><MessageBody><ResultList><ResultOfQualificationConfirmation><InsurerNumber>99990016\
         </InsurerNumber></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>",
    ),
    (
        "status",
        "<XmlMsg><MessageBody><ProcessingResultStatus>2</ProcessingResultStatus></MessageBody></XmlMsg>",
    ),
    (
        "pieces",
        "<XmlMsg><MessageBody><X>a&amp;b&#65;<![CDATA[c]]></X></MessageBody></XmlMsg>",
    ),
    (
        "unknown",
        "<XmlMsg a=\"1\"><X b=\"2\">t<Y/>u</X><MessageHeader c=\"3\"/><MessageBody d=\"4\"><Z e=\"5\">\
         </Z><ReferenceNumber f=\"6\">1</ReferenceNumber></MessageBody><V/></XmlMsg>",
    ),
    (
        "twice",
        "<XmlMsg><MessageHeader><ErrorCode>1</ErrorCode><ErrorCode>2</ErrorCode></MessageHeader>\
         <MessageHeader/><MessageBody><ResultList><ResultOfQualificationConfirmation>\
         <ElderlyRecipientCertificateInfo/><ElderlyRecipientCertificateInfo>x\
         </ElderlyRecipientCertificateInfo></ResultOfQualificationConfirmation></ResultList>\
         </MessageBody><MessageBody/></XmlMsg>",
    ),
    (
        "aliases",
        "<XmlMsg><MessageBody><ResultList><ResultOfQualificationConfirmation>\
         <PharmaceuticalInfoConsFlg>1</PharmaceuticalInfoConsFlg>\
         <PharmaceuticalsInfoConsTime>20261120093000</PharmaceuticalsInfoConsTime>\
         <PharmaceuticalInfoAvailableTime>20261120093000</PharmaceuticalInfoAvailableTime>\
         </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>",
    ),
    (
        "strangers",
        "<XmlMsg><MessageBody>x<ResultList a=\"1\">y<X/><ResultOfQualificationConfirmation>z<Name>n<b/>\
         </Name></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>",
    ),
    (
        "misplaced",
        "<XmlMsg><MessageHeader><Name>x</Name></MessageHeader><MessageBody><Name>\u{25CF}</Name>\
         </MessageBody></XmlMsg>",
    ),
    (
        "late",
        "<XmlMsg><MessageBody><ReferenceNumber>1</ReferenceNumber><BulkConfirmUnit/><X/><BulkConfirmUnit>\
         <Name>x</Name></BulkConfirmUnit><Y/><ReceptionNumber>2</ReceptionNumber><ResultList>\
         <ResultOfQualificationConfirmation/></ResultList></MessageBody><Z/><MessageHeader>\
         <CharacterCodeIdentifier>1</CharacterCodeIdentifier></MessageHeader></XmlMsg>",
    ),
    ("cdata-outside", "<![CDATA[x]]><XmlMsg/>"),
    ("reference-outside", "&amp;<XmlMsg/>"),
    ("text-outside", "x<XmlMsg/>"),
    (
        "in-progress",
        "<XmlMsg><MessageHeader><SegmentOfResult>2</SegmentOfResult></MessageHeader></XmlMsg>",
    ),
    (
        "failed",
        "<XmlMsg><MessageHeader><SegmentOfResult>9</SegmentOfResult></MessageHeader><MessageBody>\
         <ProcessingResultStatus>2</ProcessingResultStatus></MessageBody></XmlMsg>",
    ),
];

/// Members beside the schema.
const ODD_JSON: [(&str, &str); 20] = [
    (
        "empty-text",
        ",\"body\":{\"ResultList\":[{\"InsuredBranchNumber\":\"\"}]}",
    ),
    (
        "control",
        ",\"body\":{\"ResultList\":[{\"Name\":\"\\u0001\"}]}",
    ),
    (
        "element-node-list",
        ",\"_unknown\":[{\"tag\":\"X\",\"nodes\":{}}]",
    ),
    (
        "everything",
        ",\"_attributes\":[[\"a\",\"1\"]],\"header\":{\"_attributes\":[[\"b\",\"2\"]],\"Name\":\"x\"},\
         \"body\":{\"_attributes\":[[\"c\",\"3\"]],\"_unknown\":[{\"tag\":\"X\",\"attributes\":\
         [[\"d\",\"4\"]],\"nodes\":[\"t\",{\"tag\":\"Y\",\"nodes\":[]}]}]},\"_unknown\":\
         [{\"tag\":\"Z\",\"nodes\":[]}],\"findings\":[{\"kind\":\"missing\",\"path\":\"a\",\
         \"field\":\"Name\"},{\"kind\":\"alias\"}]",
    ),
    ("encoding", ",\"encoding\":\"EUC-JP\""),
    ("key", ",\"more\":1"),
    ("attributes", ",\"_attributes\":{}"),
    ("pairs", ",\"_attributes\":[[\"a\"]]"),
    ("section", ",\"body\":[]"),
    ("field", ",\"body\":{\"ReferenceNumber\":1}"),
    ("tag", ",\"body\":{\"Nothing\":\"\"}"),
    ("list", ",\"body\":{\"ResultList\":{}}"),
    ("unknown", ",\"_unknown\":{}"),
    ("element", ",\"_unknown\":[1]"),
    ("element-tag", ",\"_unknown\":[{}]"),
    ("element-nodes", ",\"_unknown\":[{\"tag\":\"X\"}]"),
    (
        "element-attributes",
        ",\"_unknown\":[{\"tag\":\"X\",\"attributes\":1}]",
    ),
    ("finding", ",\"findings\":[1]"),
    ("finding-kind", ",\"findings\":[{\"kind\":\"x\"}]"),
    (
        "finding-field",
        ",\"findings\":[{\"kind\":\"missing\",\"field\":\"x\"}]",
    ),
];

fn texts(seeds: &mut Vec<Seed>) {
    for (name, text) in [
        ("first-year", "20190501"),
        ("dashes", "2026-11-20"),
        ("before-meiji", "1868年1月24日"),
        ("plus", "+1868年1月24日"),
        ("more", "1868年1月24日1日"),
        ("month", "1868年13月24日"),
        ("no-year", "年1月24日"),
        ("no-month", "1868年x月24日"),
        ("no-day", "1868年1月日"),
        ("two-parts", "1868年1日"),
        ("last-of-heisei", "20190430"),
        ("last-of-showa", "19890107"),
        ("first-of-heisei", "19890108"),
        ("last-of-taisho", "19261224"),
        ("first-of-showa", "19261225"),
        ("last-of-meiji", "19120729"),
        ("first-of-taisho", "19120730"),
        ("first-of-meiji", "18680125"),
    ] {
        seeds.push(("date", name.into(), text.into()));
    }
    // The same signs elsewhere in Unicode, and one beyond its first plane.
    seeds.push(("cp932", "signs".into(), "〜−‖¢£¬¥‾𠮷".into()));
}

fn identifiers(seeds: &mut Vec<Seed>) {
    seeds.push((
        "identifier",
        "insurer-six-right".into(),
        b"\x00138016".to_vec(),
    ));
    seeds.push((
        "identifier",
        "insurer-six-wrong".into(),
        b"\x00138017".to_vec(),
    ));
    seeds.push((
        "identifier",
        "invoice-right".into(),
        b"\x00T7000012050002".to_vec(),
    ));
    let mut named = |kind: IdentifierKind, name: &str, text: &str| {
        let kinds = IdentifierKind::ALL.into_iter();
        let choice = kinds.zip(0..).find(|(one, _)| *one == kind);
        let (_, choice) = choice.expect("a kind of all");
        let seed = [&[choice][..], text.as_bytes()].concat();
        seeds.push(("identifier", format!("{}-{name}", kind.name()), seed));
    };
    for (name, text) in [
        ("marks", "ｶﾞﾊﾟｳﾞうﾞｱﾞかﾟー・"),
        ("long", "サトー・ー１"),
        ("marks-apart", "ゥﾞ ウ ゛ヵ゛ﾊ ﾟ"),
        ("small", "ァィゥェォッャュョヮヵヶ"),
        ("half", "｡｢｣､･ﾞﾟｰ"),
        ("rare", "ヷヸヰゝヴ"),
        ("wide", "１２ー３－４Ａｂ！　～"),
    ] {
        named(IdentifierKind::InsuredSymbol, name, text);
    }
    named(IdentifierKind::InsurerNumber, "padded", "00138016");
    for table in 1..=7 {
        let code = format!("13{table}0000000");
        named(
            IdentifierKind::InstitutionCode,
            &format!("table-{table}"),
            &code,
        );
    }
    for prefecture in ["02", "99"] {
        let code = format!("{prefecture}10000000");
        named(
            IdentifierKind::InstitutionCode,
            &format!("prefecture-{prefecture}"),
            &code,
        );
    }
    for kind in [1, 2, 3, 5, 9] {
        let ticket = format!("26{kind}00000001");
        named(
            IdentifierKind::TicketNumber,
            &format!("kind-{kind}"),
            &ticket,
        );
    }
    for kind in MessageKind::ALL {
        for direction in [Direction::Request, Direction::Response] {
            let request = FileName::request(kind, "20261120-1").expect("allowed characters");
            let name = FileName {
                direction,
                ..request
            };
            let name = name.to_string();
            named(
                IdentifierKind::PostalCode,
                name.trim_end_matches("_20261120-1.xml"),
                &name,
            );
        }
    }
    for (name, text) in [
        ("face-time", "OQSsiquc01res_face_20261120093000.xml"),
        ("face-no-time", "OQSsiquc01res_face_x_y.xml"),
    ] {
        named(IdentifierKind::PostalCode, name, text);
    }
}
