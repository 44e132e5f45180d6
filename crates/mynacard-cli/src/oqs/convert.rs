//! `mynacard oqs convert`: an answer in another shape.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use mynacard::client::folder::put_face;
use mynacard::eligibility::encoding::Place;
use mynacard::eligibility::shape::csv::{self, CsvOptions, Headings};
use mynacard::eligibility::shape::{fhir, screen};
use mynacard::eligibility::{
    Answer, BulkWriter, Changes, DateTime, Encoding, Error, ErrorKind, Unmappable, XmlOptions,
};
use serde_json::json;

use super::args::{ConvertArguments, Shape};
use super::as_json;
use super::source::{AnswerFile, Many, Source};
use crate::failure::Failure;
use crate::output::Output;

/// More places are counted, not named.
const NAMED: usize = 20;

/// One conversion: where it goes, and what is done with characters that the encoding does not have.
struct Conversion<'a> {
    arguments: &'a ConvertArguments,
    file: &'a AnswerFile<'a>,
    encoding: Encoding,
    unmappable: Unmappable,
    output: &'a Output,
}

pub(super) fn run(arguments: &ConvertArguments, output: &Output) -> Result<(), Failure> {
    let (encoding, unmappable) = arguments.policy().map_err(Failure::usage)?;
    let file = AnswerFile::open(&arguments.file, &arguments.zip)?;
    let conversion = Conversion {
        arguments,
        file: &file,
        encoding,
        unmappable,
        output,
    };
    file.read(|source| match source {
        Source::One(answer, lost) => {
            if lost > 0 {
                notice(&format!("{lost} line(s) of the screen are no field"));
            }
            conversion.one(&answer)
        }
        Source::Many(many) => conversion.many(*many),
    })
}

impl Conversion<'_> {
    fn one(&self, answer: &Answer) -> Result<(), Failure> {
        match self.arguments.to {
            Shape::XmlUtf8 | Shape::XmlSjis => {
                let written = answer
                    .write_xml_reporting(&self.xml())
                    .map_err(|error| refused(error, None, None))?;
                report(&written.changed, None, None);
                self.output.bytes(&written.bytes)
            }
            Shape::Json => self.output.bytes(answer.to_json().as_bytes()),
            Shape::Fhir => self.output.line(&format!("{:#}", fhir::bundle(answer))),
            Shape::Csv => self.csv(std::slice::from_ref(answer)),
            Shape::Text | Shape::Screen => self.text(answer, None),
            Shape::Face => self.face(answer, None),
        }
    }

    fn many(&self, mut many: Many<'_>) -> Result<(), Failure> {
        match self.arguments.to {
            Shape::XmlUtf8 | Shape::XmlSjis => return self.bulk_xml(many),
            Shape::Csv => {
                // The columns depend on everybody.
                let mut answers = Vec::new();
                while let Some((_, answer)) = many.next_answer()? {
                    answers.push(answer);
                }
                return self.csv(&answers);
            }
            Shape::Face if self.arguments.into.is_none() => {
                return Err(Failure::usage(
                    "a face file holds one person: name a folder with --into".to_owned(),
                ));
            }
            _ => {}
        }
        while let Some((number, answer)) = many.next_answer()? {
            match self.arguments.to {
                Shape::Json => self.output.line(&as_json(&answer).to_string())?,
                Shape::Fhir => self.output.line(&fhir::bundle(&answer).to_string())?,
                Shape::Face if answer.results().is_empty() => {
                    notice(&format!("person {number} has no insurance: no face file"));
                }
                Shape::Face => self.face(&answer, Some(number))?,
                _ => self.text(&answer, Some(number))?,
            }
        }
        Ok(())
    }

    /// Twice, person by person: first into nothing, so that nothing is printed of what breaks off or is refused.
    fn bulk_xml(&self, many: Many<'_>) -> Result<(), Failure> {
        self.stream_xml(many, io::sink())?;
        let changed = self.file.read(|source| match source {
            Source::Many(again) => self.stream_xml(*again, io::BufWriter::new(io::stdout().lock())),
            Source::One(..) => Err(Failure::content(
                &self.arguments.file,
                "changed while it was read",
            )),
        })?;
        for person in changed.places.chunk_by(|(one, _), (other, _)| one == other) {
            let places: Vec<Place> = person.iter().map(|(_, place)| *place).collect();
            report(&places, person.first().map(|(number, _)| *number), None);
        }
        if changed.more > 0 {
            notice(&format!("and {} more character(s) replaced", changed.more));
        }
        Ok(())
    }

    fn stream_xml(&self, mut many: Many<'_>, out: impl Write) -> Result<Changes, Failure> {
        let mut next = many.next()?;
        let start = BulkWriter::start_message(out, many.message(), self.xml());
        let mut writer = start.map_err(|error| refused(error, None, None))?;
        while let Some(unit) = next {
            writer
                .write(&unit.record)
                .map_err(|error| refused(error, Some(unit.number), None))?;
            next = many.next()?;
        }
        let (_, changed) = writer
            .finish_with(many.message())
            .map_err(|error| refused(error, None, None))?;
        Ok(changed)
    }

    fn csv(&self, answers: &[Answer]) -> Result<(), Failure> {
        let options = |encoding, unmappable| CsvOptions {
            encoding,
            unmappable,
            headings: Headings::Labels(self.output.language()),
        };
        // Places are said as lines and characters of the table.
        let table = || {
            let written = csv::write(answers, &options(Encoding::Utf8, Unmappable::Refuse));
            written
                .ok()
                .and_then(|written| String::from_utf8(written.bytes).ok())
                .map(|text| text.trim_start_matches('\u{FEFF}').to_owned())
        };
        let written = csv::write(answers, &options(self.encoding, self.unmappable))
            .map_err(|error| refused(error, None, table().as_deref()))?;
        if !written.changed.is_empty() {
            report(&written.changed, None, table().as_deref());
        }
        self.output.bytes(&written.bytes)
    }

    fn text(&self, answer: &Answer, number: Option<usize>) -> Result<(), Failure> {
        let mut text = match self.arguments.to {
            Shape::Screen => screen::write(answer),
            _ => answer.to_text(self.output.language()),
        };
        if number.is_some() {
            text.push('\n');
        }
        let encoded = self
            .encoding
            .encode(&text, self.unmappable)
            .map_err(|error| refused(error, number, Some(&text)))?;
        report(&encoded.changed, number, Some(&text));
        self.output.bytes(&encoded.bytes)
    }

    fn face(&self, answer: &Answer, number: Option<usize>) -> Result<(), Failure> {
        let id = match number {
            Some(number) => format!("{}-{number}", self.arguments.id),
            None => self.arguments.id.clone(),
        };
        let (mut name, written) = answer
            .to_face_file(&id, &self.xml())
            .map_err(|error| refused(error, number, None))?;
        report(&written.changed, number, None);
        let Some(folder) = &self.arguments.into else {
            return self.output.bytes(&written.bytes);
        };
        name.time = name.time.or_else(now_in_japan);
        let path = put_face(folder, &name, &written.bytes)?;
        self.placed(&path)
    }

    fn placed(&self, path: &Path) -> Result<(), Failure> {
        if self.output.is_json() {
            self.output.line(&json!({ "file": path }).to_string())
        } else {
            self.output.line(&path.display().to_string())
        }
    }

    fn xml(&self) -> XmlOptions {
        XmlOptions {
            encoding: self.encoding,
            unmappable: self.unmappable,
        }
    }
}

/// The failure, with the places of the characters that stopped it. The characters themselves may be of a name.
fn refused(error: Error, number: Option<usize>, text: Option<&str>) -> Failure {
    let places = match error.kind() {
        ErrorKind::Unmappable { places, .. } => describe(places, number, text),
        _ => return error.into(),
    };
    Failure::from(error).detailed(&format!(": {places}"))
}

/// Says on the standard error where characters were replaced.
fn report(changed: &[Place], number: Option<usize>, text: Option<&str>) {
    if !changed.is_empty() {
        let places = describe(changed, number, text);
        notice(&format!(
            "{} character(s) replaced: {places}",
            changed.len()
        ));
    }
}

fn describe(places: &[Place], number: Option<usize>, text: Option<&str>) -> String {
    let person = number.map_or_else(String::new, |number| format!("person {number}, "));
    let one = |place: &Place| match (place.field, text) {
        (Some(field), _) => format!("{person}{} character {}", field.tag(), place.index + 1),
        (None, Some(text)) => {
            let before: Vec<char> = text.chars().take(place.index).collect();
            let line = before.iter().filter(|&&c| c == '\n').count() + 1;
            let column = before.iter().rev().take_while(|&&c| c != '\n').count() + 1;
            format!("{person}line {line} character {column}")
        }
        (None, None) => format!("{person}character {}", place.index + 1),
    };
    let mut named: Vec<String> = places.iter().take(NAMED).map(one).collect();
    if places.len() > NAMED {
        named.push(format!("and {} more", places.len() - NAMED));
    }
    named.join("; ")
}

fn notice(text: &str) {
    // The result stands on the standard output; nobody is left to tell when this fails.
    let _ = writeln!(io::stderr(), "mynacard: {text}");
}

/// Japan keeps UTC+9 all year.
fn now_in_japan() -> Option<DateTime> {
    let japan = SystemTime::now() + Duration::from_secs(9 * 3600);
    let text = mynacard::cert::Timestamp::from(japan).to_string();
    let digits: String = text.chars().filter(char::is_ascii_digit).take(14).collect();
    DateTime::from_basic(&digits)
}
