//! Golden files of every synthetic person's answer in both encodings, and every message about all of them there and back.
//!
//! `MYNACARD_BLESS=1 cargo test -p mynacard-sandbox --test golden_people` writes them anew; the diff is then read by a person.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../mynacard-eligibility/tests/support/golden.rs"]
mod support;

use mynacard_eligibility::identifier::{
    BranchNumber, InstitutionCode, InsuredNumber, InsuredSymbol, InsurerNumber,
};
use mynacard_eligibility::message::request::{self, Consent, Insured, Padding, Query, Sender};
use mynacard_eligibility::shape::csv::{CsvOptions, Headings};
use mynacard_eligibility::shape::{csv, fhir, screen};
use mynacard_eligibility::{
    Answer, BulkReader, BulkWriter, Date, Encoding, FieldId as F, Language, Message, Record,
    Section, Unmappable, XmlOptions,
};
use support::{ENCODINGS, Golden};

/// 2026-11-20 09:30:00 in Japan.
const NOW: i64 = 1_795_134_600;

/// Whose answer has characters that CP932 cannot carry: theirs are written as references there.
const BEYOND_CP932: [&str; 1] = ["outside-sjis"];

const GOLDEN: Golden = Golden("golden_people");

fn everybody() -> Vec<(&'static str, Answer)> {
    mynacard_sandbox::fuzzing::everybody(NOW).unwrap()
}

/// The options for an encoding; references only for those who need them.
fn options(id: &str, encoding: Encoding) -> XmlOptions {
    let refers = encoding == Encoding::ShiftJis && BEYOND_CP932.contains(&id);
    XmlOptions {
        encoding,
        unmappable: match refers {
            true => Unmappable::CharacterReference,
            false => Unmappable::Refuse,
        },
    }
}

#[test]
fn everybodys_answer_is_written_read_and_written_again() {
    let everybody = everybody();
    assert_eq!(everybody.len(), 38);
    for (id, answer) in &everybody {
        for (encoding, suffix) in ENCODINGS {
            let options = options(id, encoding);
            let bytes = answer.write_xml(&options).unwrap();
            GOLDEN.same(&format!("{id}.{suffix}.xml"), &bytes);
            let read = Answer::read_xml(&bytes).unwrap();
            assert_eq!(read.message().encoding, encoding);
            assert_eq!(
                read.message().body,
                answer.message().body,
                "{id}.{suffix}: something was lost"
            );
            assert_eq!(
                read.write_xml(&options).unwrap(),
                bytes,
                "{id}.{suffix}: written again it differs"
            );
            let strict = XmlOptions {
                unmappable: Unmappable::Refuse,
                ..options
            };
            let refused = answer.write_xml(&strict).is_err();
            let beyond = encoding == Encoding::ShiftJis && BEYOND_CP932.contains(id);
            assert_eq!(refused, beyond, "{id}.{suffix}");
        }
    }
}

#[test]
fn everybodys_answer_takes_every_shape() {
    for (id, answer) in everybody() {
        let json = answer.to_json();
        let read = Answer::from_json(&json).unwrap();
        assert_eq!((&read, read.to_json()), (&answer, json), "{id}");
        let shown = screen::write(&answer);
        if answer.results().is_empty() {
            assert_eq!(shown, "", "{id}");
        } else {
            let screen = screen::read(&shown).unwrap();
            assert_eq!((screen.rest.len(), screen.answer.findings().len()), (0, 0));
            assert_eq!(screen::write(&screen.answer), shown, "{id}");
            assert_eq!(screen.answer.results().len(), answer.results().len());
        }
        let (name, face) = answer.to_face_file(id, &XmlOptions::default()).unwrap();
        assert!(name.file_name().contains(id));
        let face = Answer::read_xml(&face.bytes).unwrap();
        assert_eq!(face.message().body, answer.message().body, "{id}");
        let bundle = fhir::bundle(&answer);
        let entries = bundle["entry"].as_array().map_or(0, Vec::len);
        assert_eq!(entries, answer.results().len(), "{id}");
        for language in [Language::Japanese, Language::English] {
            assert!(answer.to_text(language).lines().count() > 5, "{id}");
        }
    }
}

#[test]
fn everybody_in_one_table() {
    let answers: Vec<Answer> = everybody().into_iter().map(|(_, answer)| answer).collect();
    let rows: usize = answers.iter().map(|a| a.results().len().max(1)).sum();
    for (encoding, suffix) in ENCODINGS {
        let options = CsvOptions {
            encoding,
            unmappable: Unmappable::Replace,
            headings: Headings::Labels(Language::Japanese),
        };
        let written = csv::write(&answers, &options).unwrap();
        // Her name has two such characters.
        let beyond = if encoding == Encoding::ShiftJis { 2 } else { 0 };
        assert_eq!(written.changed.len(), beyond);
        GOLDEN.same(&format!("everybody.{suffix}.csv"), &written.bytes);
        let text = encoding.decode(&written.bytes).unwrap();
        assert_eq!(text.lines().count(), rows + 1);
    }
}

/// The bulk answers all have this form; everybody is in it, read as a stream and as a whole.
#[test]
fn everybody_in_one_bulk_message() {
    let header = Record::builder(Section::Header)
        .set(F::PROCESS_EXECUTION_TIME, "20261120093000")
        .set(F::MEDICAL_INSTITUTION_CODE, "0110113719")
        .set(F::RECEPTION_NUMBER, "R0000001")
        .set(F::SEGMENT_OF_RESULT, "1")
        .build()
        .unwrap();
    let everybody = everybody();
    for (encoding, suffix) in ENCODINGS {
        let options = XmlOptions {
            encoding,
            unmappable: Unmappable::CharacterReference,
        };
        let write = |units: &[Record]| {
            let body = Record::new(Section::Body);
            let mut writer = BulkWriter::start(Vec::new(), &header, &body, options).unwrap();
            units.iter().for_each(|unit| writer.write(unit).unwrap());
            writer.finish().unwrap().0
        };
        let units: Vec<Record> = everybody.iter().map(|(_, answer)| unit(answer)).collect();
        let bytes = write(&units);
        let mut reader = BulkReader::open(&bytes[..]).unwrap();
        let mut read = Vec::new();
        while let Some(unit) = reader.next_unit().unwrap() {
            let (_, answer) = &everybody[unit.number - 1];
            let alone = unit.to_answer(reader.header());
            assert_eq!(alone.results(), answer.results());
            assert_eq!(alone.validity(), answer.validity());
            read.push(unit.record);
        }
        assert_eq!(read, units, "{suffix}");
        assert_eq!(write(&read), bytes, "{suffix}");
        let whole = Message::read_xml(&bytes).unwrap();
        assert_eq!(whole.write_xml(&options).unwrap().bytes, bytes, "{suffix}");
    }
}

/// A person of a bulk answer.
fn unit(answer: &Answer) -> Record {
    let mut unit = Record::new(Section::Unit);
    for (field, text) in answer.message().body.values() {
        if Section::Unit.layout().fields.contains(&field) {
            unit.insert(field, text);
        }
    }
    for result in answer.results() {
        unit.push(result.record().clone());
    }
    unit
}

/// Every insurance asked for and registered: each request in both encodings and with both paddings.
#[test]
fn everybody_is_asked_for_and_registered() {
    let sender = Sender {
        institution: InstitutionCode::strict("0110113719").unwrap(),
        file_identifier: Some("20261120093000-1".into()),
    };
    let day = Date::new(2026, 11, 20).unwrap();
    let mut asked = 0;
    for (id, answer) in everybody() {
        for result in answer.results() {
            let Some(insured) = insured(result.record()) else {
                continue;
            };
            let query = Query {
                insured: insured.clone(),
                birth: result.date(F::BIRTHDATE).unwrap(),
                limit: Consent::Given,
                identifier: Some(id.into()),
            };
            let registered = request::register(&sender, [("24434", &insured)]).unwrap();
            for message in [
                request::query(&sender, day, &query, Padding::Spaces).unwrap(),
                request::query(&sender, day, &query, Padding::Zeros).unwrap(),
                request::bulk_query(&sender, day, &[query.clone(), query], Padding::Spaces)
                    .unwrap(),
                registered,
            ] {
                for (encoding, suffix) in ENCODINGS {
                    let options = options(id, encoding);
                    let bytes = message.write_xml(&options).unwrap().bytes;
                    let read = Message::read_xml(&bytes).unwrap();
                    assert_eq!((&read.header, &read.body), (&message.header, &message.body));
                    let again = read.write_xml(&options).unwrap().bytes;
                    assert_eq!(again, bytes, "{id}.{suffix}");
                }
            }
            asked += 1;
        }
    }
    assert!(asked >= 30, "{asked}");
}

/// As it stands on a certificate; nothing for those whose answer has no number.
fn insured(result: &Record) -> Option<Insured> {
    Some(Insured {
        insurer: InsurerNumber::parse(result.text(F::INSURER_NUMBER)?)
            .unwrap()
            .value,
        symbol: result
            .text(F::INSURED_CARD_SYMBOL)
            .map(|text| InsuredSymbol::strict(text).unwrap()),
        number: InsuredNumber::strict(result.text(F::INSURED_IDENTIFICATION_NUMBER)?).unwrap(),
        branch: result
            .text(F::INSURED_BRANCH_NUMBER)
            .map(|text| BranchNumber::strict(text).unwrap()),
    })
}

#[test]
fn no_golden_file_is_left_over() {
    let everybody = everybody();
    let mut count = 0;
    for file in std::fs::read_dir(GOLDEN.path("")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let stem = name.split('.').next().unwrap();
        let known =
            stem.is_empty() || stem == "everybody" || everybody.iter().any(|(id, _)| *id == stem);
        assert!(known, "{name}");
        count += usize::from(name.ends_with(".xml"));
    }
    assert_eq!(count, 2 * everybody.len());
}
