//! An answer in every other shape: JSON, FHIR, CSV, the screen, a face file.

use mynacard_eligibility::shape::csv::{CsvOptions, Headings};
use mynacard_eligibility::shape::{csv, fhir, screen};
use mynacard_eligibility::{
    Answer, Encoding, FieldId, Language, Record, RecordBuilder, Section, Unmappable, XmlOptions,
};

use crate::errors::noted;

/// No shape panics, loses an insurance, or hands a spreadsheet a formula.
pub(crate) fn shapes(answer: &Answer) {
    let json = answer.to_json();
    let again = Answer::from_json(&json).expect("what we write, we read");
    assert_eq!(again.to_json(), json, "JSON lost something");
    assert_eq!(again.results(), answer.results());

    let bundle = fhir::bundle(answer);
    let entries = bundle.get("entry").and_then(|entry| entry.as_array());
    assert_eq!(entries.map_or(0, Vec::len), answer.results().len());

    for language in [Language::Japanese, Language::English] {
        let _ = answer.to_text(language);
    }
    table(answer);
    on_the_screen(answer);
    if let Ok((_, face)) = answer.to_face_file("fuzz", &XmlOptions::default()) {
        let face = Answer::read_xml(&face.bytes).expect("what we write, we read");
        assert_eq!(face.results(), answer.results());
    }
    let elsewhere = answer.to_face_file("../fuzz", &XmlOptions::default());
    assert!(noted(elsewhere).is_err(), "a name that leaves the folder");
    built_again(answer);
}

/// A program that puts the same together itself is refused exactly where a rule is broken.
fn built_again(answer: &Answer) {
    let message = answer.message();
    let (mut right, mut builder) = (true, Answer::builder());
    let placed = |field: FieldId| {
        let of = |section: Section| section.layout().fields.contains(&field);
        of(Section::Header) || of(Section::Body)
    };
    for (field, text) in message.header.values().chain(message.body.values()) {
        right &= placed(field) && is_right(field, text);
        builder = builder
            .set_if(field, Some(text))
            .set_if(field, None::<&str>);
    }
    for element in message.body.unknown() {
        builder = builder.unknown(element.clone());
    }
    for result in answer.results() {
        let (result, its_right) = builder_of(result.record());
        right &= its_right;
        builder = builder.result(result);
    }
    match builder.build() {
        Ok(built) => {
            assert!(right, "a rule was broken");
            for (built, result) in built.results().iter().zip(answer.results()) {
                assert!(built.values().eq(result.values()), "another value");
                assert_eq!(built.unknown(), result.unknown());
            }
            assert_eq!(built.results().len(), answer.results().len());
        }
        Err(error) => {
            assert!(!right, "refused without a broken rule: {error}");
            crate::errors::note(&error);
        }
    }
}

/// A record put together again, and whether every rule is kept.
fn builder_of(record: &Record) -> (RecordBuilder, bool) {
    let section = record.section();
    let (mut right, mut builder) = (true, Record::builder(section));
    let mut copy = record.clone();
    for (field, text) in record.values() {
        right &= section.layout().fields.contains(&field) && is_right(field, text);
        builder = builder
            .set_if(field, Some(text))
            .set_if(field, None::<&str>);
        assert_eq!(copy.remove(field).as_deref(), Some(text));
        assert_eq!((copy.remove(field), copy.text(field)), (None, None));
    }
    for (field, text) in record.values() {
        assert_eq!(copy.insert(field, text), None);
    }
    assert_eq!(&copy, record, "taken out and put in");
    for nested in Section::ALL {
        for child in record.children(nested) {
            let (child, its_right) = builder_of(child);
            right &= its_right;
            builder = builder.child(child);
        }
    }
    for element in record.unknown() {
        builder = builder.unknown(element.clone());
    }
    let elsewhere = Record::builder(section).child(Record::builder(Section::Header));
    assert!(elsewhere.build().is_err(), "a header stands in no section");
    (builder, right)
}

/// Whether a text keeps its field's rule and XML's.
fn is_right(field: FieldId, text: &str) -> bool {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    field.field().kind.broken_rule(text).is_none() && text.chars().all(allowed)
}

fn table(answer: &Answer) {
    let tickets = answer
        .results()
        .iter()
        .map(|result| result.tickets().len().max(result.diseases().len()))
        .max();
    // Columns grow with the most tickets: what a run may cost is bounded here, not in the product.
    if answer.results().len() > 50 || tickets.unwrap_or_default() > 20 {
        return;
    }
    for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
        let options = CsvOptions {
            encoding,
            unmappable: Unmappable::Replace,
            headings: Headings::Tags,
        };
        let written = csv::write(std::slice::from_ref(answer), &options)
            .expect("replaced characters are no error");
        let text = encoding
            .decode(&written.bytes)
            .expect("what we write, we read");
        let mut rows = 0;
        for record in ::csv::Reader::from_reader(text.as_bytes()).records() {
            let record = record.expect("every row has the columns of the first");
            for cell in &record {
                let begins = cell.chars().next();
                let runs = matches!(begins, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n'));
                assert!(!runs, "a spreadsheet would run a cell");
            }
            rows += 1;
        }
        assert_eq!(rows, answer.results().len().max(1));
    }
}

fn on_the_screen(answer: &Answer) {
    let shown = screen::write(answer);
    if let Ok(read) = screen::read(&shown) {
        super::screen::stands(&read);
    } else {
        assert!(shown.trim().is_empty(), "what we show, we read");
    }
}
