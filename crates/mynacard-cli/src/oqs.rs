//! `mynacard oqs`: the files that OQSComApp leaves for receipt computers.

use std::path::Path;
use std::time::Duration;

use mynacard::auth::Cancel;
use mynacard::client::folder::{Event, Existing, FaceFile, FaceFolder, FaceOptions};
use mynacard::eligibility::shape::csv::{self, CsvOptions, Headings};
use mynacard::eligibility::shape::{fhir, screen};
use mynacard::eligibility::{Answer, Encoding, Unmappable, XmlOptions};
use serde_json::{Value, json};

use crate::args::{OqsCommand, Shape};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// The most that is read of one answer file.
const LONGEST: u64 = 16 << 20;

pub(crate) fn run(command: &OqsCommand, output: &Output) -> Result<Exit, Failure> {
    let done = match command {
        OqsCommand::Show { file } => {
            let answer = read(file)?;
            output.result(&as_json(&answer), || answer.to_text(output.language()))
        }
        OqsCommand::Convert { file, to } => output.bytes(&convert(&read(file)?, *to, output)?),
        OqsCommand::Watch { folder, once } => return watch(folder, *once, output),
    };
    done.map(|()| Exit::Done)
}

/// Reads an answer: XML in either encoding, or this library's JSON.
fn read(file: &Path) -> Result<Answer, Failure> {
    let bytes = input::read(file, LONGEST)?;
    let json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    match std::str::from_utf8(&bytes) {
        Ok(text) if json => Ok(Answer::from_json(text)?),
        _ => Ok(Answer::read_xml(&bytes)?),
    }
}

fn convert(answer: &Answer, shape: Shape, output: &Output) -> Result<Vec<u8>, Failure> {
    let xml = |encoding| {
        let options = XmlOptions {
            encoding,
            unmappable: Unmappable::Refuse,
        };
        answer.write_xml(&options)
    };
    Ok(match shape {
        Shape::XmlUtf8 => xml(Encoding::Utf8)?,
        Shape::XmlSjis => xml(Encoding::ShiftJis)?,
        Shape::Json => answer.to_json().into_bytes(),
        Shape::Text => answer.to_text(output.language()).into_bytes(),
        Shape::Screen => screen::write(answer).into_bytes(),
        Shape::Csv => csv::write(std::slice::from_ref(answer), &spreadsheet(output))?.bytes,
        Shape::Fhir => format!("{:#}\n", fhir::bundle(answer)).into_bytes(),
    })
}

fn spreadsheet(output: &Output) -> CsvOptions {
    CsvOptions {
        encoding: Encoding::Utf8,
        unmappable: Unmappable::Refuse,
        headings: Headings::Labels(output.language()),
    }
}

/// Prints each answer as it comes: with `--json` one document a line.
fn watch(folder: &Path, once: bool, output: &Output) -> Result<Exit, Failure> {
    let options = FaceOptions {
        existing: Existing::Deliver,
        // Whoever looks once wants to know at once what cannot be read; whoever watches waits until a file is whole.
        patience: if once {
            Duration::ZERO
        } else {
            FaceOptions::default().patience
        },
        ..FaceOptions::default()
    };
    let mut faces = FaceFolder::open(folder, options);
    let timeout = once.then_some(Duration::ZERO);
    let mut unread = None;
    while let Some(event) = faces.next(timeout, &Cancel::new()) {
        match event {
            Event::Answer(file) => delivered(&file, output)?,
            Event::Unreadable { name, error } => {
                let failure = Failure::from(error);
                if output.is_json() {
                    output.line(
                        &json!({ "file": name, "error": output.error(&failure) }).to_string(),
                    )?;
                } else {
                    output.line(&name)?;
                    output.failure(&failure);
                }
                unread = Some(failure.exit());
            }
            Event::Unavailable(error) if once => return Err(error.into()),
            Event::Unavailable(error) => output.failure(&error.into()),
            _ => {}
        }
    }
    Ok(unread.unwrap_or(Exit::Done))
}

fn delivered(file: &FaceFile, output: &Output) -> Result<(), Failure> {
    let answer = file.answer.peek();
    if output.is_json() {
        return output.line(&json!({ "file": file.name, "answer": as_json(answer) }).to_string());
    }
    output.line(&file.name)?;
    output.line(&answer.to_text(output.language()))
}

fn as_json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.to_json()).unwrap_or(Value::Null)
}
