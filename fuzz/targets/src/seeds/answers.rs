//! Seeds of insurance answers: a small one, and one with every field and section that the table knows.

use mynacard_eligibility::field::Kind;
use mynacard_eligibility::section::Occurs;
use mynacard_eligibility::{
    Answer, Encoding, FieldId, Record, RecordBuilder, Section, Unmappable, XmlOptions,
};
use mynacard_sim::person;

use super::Seed;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let person = person("kyokai-self").expect("listed");
    let small = Record::builder(Section::Confirmation).set(FieldId::NAME, person.name());
    let full = [1, 2].map(|_| filled(Section::Confirmation));
    for (name, results) in [("small", vec![small]), ("full", full.into())] {
        let answer = answer(results);
        for (suffix, encoding) in [("utf-8", Encoding::Utf8), ("cp932", Encoding::ShiftJis)] {
            let options = XmlOptions {
                encoding,
                unmappable: Unmappable::CharacterReference,
            };
            let xml = answer
                .write_xml(&options)
                .expect("references carry every character");
            seeds.push(("answer_xml", format!("{name}-{suffix}"), xml));
        }
        seeds.push(("answer_json", name.into(), answer.to_json().into_bytes()));
    }
    for (name, xml) in REFUSED {
        seeds.push(("answer_xml", (*name).to_owned(), xml.to_vec()));
    }
    let deep = ["<XmlMsg><MessageBody>", &"<a>".repeat(300)].concat();
    seeds.push(("answer_xml", "deep".to_owned(), deep.into_bytes()));
    let text = "医療 太郎 ｲﾘｮｳ №①髙﨑～−〓";
    let bytes = Encoding::ShiftJis
        .encode(text, Unmappable::Replace)
        .expect("only references are refused")
        .bytes;
    seeds.push(("cp932", "mixed".into(), bytes));
    seeds.push(("cp932", "utf-8".into(), text.into()));
    for (index, text) in [
        "20261120",
        "昭和55年04月01日",
        "20261120093000",
        "S550401",
        "令和元年５月１日",
        "平成31年4月30日",
        "T15.12.24",
        "明治45年7月29日",
        "R6.2.29",
        "20260231",
        "20260431",
        "19000229",
        "99991231",
        "18680101",
        "20261120250000",
        "慶応3年1月1日",
        "\u{7F}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}",
    ]
    .into_iter()
    .enumerate()
    {
        seeds.push(("date", index.to_string(), text.into()));
    }
}

/// What is refused, each for a reason of its own.
const REFUSED: &[(&str, &[u8])] = &[
    (
        "dtd",
        b"<!DOCTYPE a [<!ENTITY b \"c\">]><XmlMsg>&b;</XmlMsg>",
    ),
    (
        "entity",
        b"<XmlMsg><MessageBody>&unknown;</MessageBody></XmlMsg>",
    ),
    (
        "encoding",
        b"<?xml version=\"1.0\" encoding=\"EUC-JP\"?><XmlMsg/>",
    ),
    ("utf-16", b"\xFF\xFE<\x00?\x00"),
    (
        "bytes",
        b"<XmlMsg><MessageBody>\xFF\xFF</MessageBody></XmlMsg>",
    ),
    ("unfinished", b"<XmlMsg><MessageBody>"),
    ("crossed", b"<XmlMsg><a></b></XmlMsg>"),
    ("another", b"<html></html>"),
    ("attribute", b"<XmlMsg a='1' b=\"2\" a='3'/>"),
    (
        "reference",
        b"<XmlMsg><MessageBody>&#x110000;&#0;&#65;</MessageBody></XmlMsg>",
    ),
    (
        "comments",
        b"<!-- a --><?p i?><XmlMsg><!-- b --><![CDATA[ c ]]></XmlMsg><!-- d -->",
    ),
    ("after", b"<XmlMsg></XmlMsg>junk"),
    ("empty", b""),
];

fn answer(results: Vec<RecordBuilder>) -> Answer {
    let mut builder = Answer::builder();
    for &field in [Section::Header, Section::Body]
        .iter()
        .flat_map(|section| section.layout().fields)
    {
        builder = builder.set(field, text(field));
    }
    results
        .into_iter()
        .fold(builder, |builder, result| builder.result(result))
        .build()
        .expect("a well-formed answer")
}

/// Every field and every nested section, twice where it may occur more than once.
fn filled(section: Section) -> RecordBuilder {
    let layout = section.layout();
    let mut builder = layout
        .fields
        .iter()
        .fold(Record::builder(section), |builder, &field| {
            builder.set(field, text(field))
        });
    for child in layout.children {
        let often = if child.section.layout().occurs == Occurs::Many {
            2
        } else {
            1
        };
        for _ in 0..often {
            builder = builder.child(filled(child.section));
        }
    }
    builder
}

/// A text of the field's kind.
fn text(field: FieldId) -> &'static str {
    match field.field().kind {
        Kind::Kana => "ｲﾘｮｳ ﾀﾛｳ",
        Kind::Date => "20261120",
        Kind::DateTime => "20261120093000",
        Kind::Month => "202611",
        Kind::Code(table) => table.entries.first().map_or("1", |entry| entry.code),
        Kind::Percent => "030",
        Kind::Yen => "80100",
        Kind::Count => "2",
        Kind::InsurerNumber => "06130012",
        Kind::InstitutionCode => "1312345678",
        Kind::PostalCode => "100-0013",
        _ => "東京都千代田区霞が関１丁目２番３号",
    }
}
