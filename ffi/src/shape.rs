//! Answers in other shapes: what other programs write and read.

use mynacard::eligibility::shape::{csv, fhir, screen};
use mynacard::eligibility::{Answer, Encoding, Language, Situation, XmlOptions};
use mynacard::guidance;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::answer::{self, mynacard_answer, mynacard_format};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker};
use crate::input::{bytes, choice, out};
use crate::json;
use crate::status::mynacard_status;
use crate::text;

/// A document that holds an answer.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_document {
    /// XML of the interface, in UTF-8 or Shift_JIS as its declaration says.
    Xml = 0,
    /// JSON as `mynacard_answer_write` writes it.
    Json = 1,
    /// The screen of マイナ資格確認アプリ as text, UTF-8: one label and value a line.
    Screen = 2,
}

/// Reads an answer from a document of a kind (`mynacard_document`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_answer_read(
    document: *const u8,
    document_size: usize,
    kind: i32,
    answer: *mut *mut mynacard_answer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    const KINDS: &[(i32, mynacard_document)] = &[
        (mynacard_document::Xml as i32, mynacard_document::Xml),
        (mynacard_document::Json as i32, mynacard_document::Json),
        (mynacard_document::Screen as i32, mynacard_document::Screen),
    ];
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let document = unsafe { bytes("document", document, document_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("answer", answer) }?;
        let kind = choice("kind", kind, KINDS)?;
        let read = on_worker(|| match kind {
            mynacard_document::Xml => Ok(Answer::read_xml(document)?),
            mynacard_document::Json => Ok(Answer::from_json(utf8(document)?)?),
            mynacard_document::Screen => Ok(screen::read(utf8(document)?)?.answer),
        })?;
        place.write(answer::hand_out(read)?);
        Ok(())
    })
}

fn utf8(document: &[u8]) -> Result<&str, Failure> {
    std::str::from_utf8(document)
        .map_err(|_| Failure::new(mynacard_status::InvalidText, "document: not UTF-8"))
}

/// An answer in a format.
pub(crate) fn write(
    answer: &Answer,
    format: mynacard_format,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let xml = |encoding| {
        answer.write_xml(&XmlOptions {
            encoding,
            unmappable: text::Unmappable::CharacterReference,
        })
    };
    let csv = |encoding| {
        let options = csv::CsvOptions {
            encoding,
            unmappable: text::Unmappable::Replace,
            headings: csv::Headings::Tags,
        };
        csv::write(std::slice::from_ref(answer), &options).map(|written| written.bytes)
    };
    Ok(Zeroizing::new(match format {
        mynacard_format::Json => answer.to_json().into_bytes(),
        mynacard_format::XmlUtf8 => xml(Encoding::Utf8)?,
        mynacard_format::XmlShiftJis => xml(Encoding::ShiftJis)?,
        mynacard_format::TextJapanese => answer.to_text(Language::Japanese).into_bytes(),
        mynacard_format::TextEnglish => answer.to_text(Language::English).into_bytes(),
        mynacard_format::Screen => screen::write(answer).into_bytes(),
        mynacard_format::CsvUtf8 => csv(Encoding::Utf8)?,
        mynacard_format::CsvShiftJis => csv(Encoding::ShiftJis)?,
        mynacard_format::Fhir => fhir::bundle(answer).to_string().into_bytes(),
        mynacard_format::Situation => situation(answer).to_string().into_bytes(),
    }))
}

fn situation(answer: &Answer) -> Value {
    let (name, on, reason, newer, code, count) = match answer.situation(None) {
        Situation::Valid { notice } => ("valid", None, None, None, notice, None),
        Situation::InsurerChanged { .. } => ("insurer-changed", None, None, None, None, None),
        Situation::Lost { on, reason, newer } => ("lost", on, reason, Some(newer), None, None),
        Situation::NotFound => ("not-found", None, None, None, None, None),
        Situation::Several(count) => ("several", None, None, None, None, Some(count)),
        Situation::Failed { code } => ("failed", None, None, None, code, None),
        Situation::InProgress => ("in-progress", None, None, None, None, None),
        _ => ("unknown", None, None, None, None, None),
    };
    let validity = answer.validity();
    let guidance = validity.as_ref().and_then(guidance::for_validity);
    json!({
        "situation": name,
        "on": on.map(|day| day.basic()),
        "reason": reason,
        "newer": newer,
        "code": code,
        "count": count,
        "guidance": guidance.map(json::advice),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynacard::eligibility::{FieldId as F, Record, Section};

    #[test]
    fn every_shape_holds_the_insurance() {
        let result = Record::builder(Section::Confirmation)
            .set(F::NAME, "医療　太郎")
            .set(F::INSURER_NUMBER, "06130488");
        let answer = Answer::builder()
            .set(F::QUALIFICATION_VALIDITY, "1")
            .result(result)
            .build()
            .unwrap();
        for format in [
            mynacard_format::Json,
            mynacard_format::XmlUtf8,
            mynacard_format::TextJapanese,
            mynacard_format::TextEnglish,
            mynacard_format::Screen,
            mynacard_format::CsvUtf8,
            mynacard_format::Fhir,
        ] {
            let written = write(&answer, format).unwrap();
            let text = std::str::from_utf8(&written).unwrap();
            assert!(text.contains("06130488"), "{format:?}: {text}");
        }
        let means = situation(&answer);
        assert_eq!(means["situation"], "valid");
        assert_eq!(means["guidance"]["code"], "OK-0001");
    }
}
