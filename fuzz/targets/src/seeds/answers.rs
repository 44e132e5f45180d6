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
    let text = "医療 太郎 ｲﾘｮｳ №①髙﨑～−〓";
    let bytes = Encoding::ShiftJis
        .encode(text, Unmappable::Replace)
        .expect("only references are refused")
        .bytes;
    seeds.push(("cp932", "mixed".into(), bytes));
    seeds.push(("cp932", "utf-8".into(), text.into()));
    for (index, text) in ["20261120", "昭和55年04月01日", "20261120093000", "S550401"]
        .into_iter()
        .enumerate()
    {
        seeds.push(("date", index.to_string(), text.into()));
    }
}

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
