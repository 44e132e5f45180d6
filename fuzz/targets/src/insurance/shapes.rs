//! An answer in every other shape: JSON, FHIR, CSV, the screen, a face file.

use mynacard_eligibility::shape::csv::{CsvOptions, Headings};
use mynacard_eligibility::shape::{csv, fhir, screen};
use mynacard_eligibility::{Answer, Encoding, Language, Unmappable, XmlOptions};

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
