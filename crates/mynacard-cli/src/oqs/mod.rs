//! `mynacard oqs`: the files that OQSComApp leaves for receipt computers.

mod args;
mod convert;
mod source;

use std::path::Path;
use std::time::Duration;

use mynacard::auth::Cancel;
use mynacard::client::folder::{Event, Existing, FaceFile, FaceFolder, FaceOptions};
use mynacard::eligibility::Answer;
use serde_json::{Value, json};

pub(crate) use args::OqsCommand;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use source::{AnswerFile, Many, Source};

pub(crate) fn run(command: &OqsCommand, output: &Output) -> Result<Exit, Failure> {
    let done = match command {
        OqsCommand::Show { file, zip } => show(&AnswerFile::open(file, zip)?, output),
        OqsCommand::Convert(arguments) => convert::run(arguments, output),
        OqsCommand::Watch {
            folder,
            once,
            journal,
        } => return watch(folder, *once, journal.as_deref(), output),
    };
    done.map(|()| Exit::Done)
}

/// One answer as a document; of many people one a line, as they are read. Each says that nothing proves who wrote the file.
fn show(file: &AnswerFile<'_>, output: &Output) -> Result<(), Failure> {
    file.read(|source| match source {
        Source::One(answer, _) => {
            let document = json!({ "authenticated": false, "answer": as_json(&answer) });
            output.result(&document, || {
                format!("{}\n{}", origin(output), answer.to_text(output.language()))
            })
        }
        Source::Many(many) => show_many(*many, output),
    })
}

fn show_many(mut many: Many<'_>, output: &Output) -> Result<(), Failure> {
    while let Some((number, answer)) = many.next_answer()? {
        if output.is_json() {
            let answer = as_json(&answer);
            let line = json!({ "number": number, "authenticated": false, "answer": answer });
            output.line(&line.to_string())?;
        } else {
            output.line(&format!("[{number}] {}", origin(output)))?;
            output.line(&answer.to_text(output.language()))?;
        }
    }
    Ok(())
}

/// Prints each answer as it comes: with `--json` one document a line.
fn watch(
    folder: &Path,
    once: bool,
    journal: Option<&Path>,
    output: &Output,
) -> Result<Exit, Failure> {
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
    let inner = folder.join("face");
    let folder = if inner.is_dir() { &inner } else { folder };
    let mut faces = match journal {
        Some(journal) => FaceFolder::open_with_journal(folder, journal, options)?,
        None => FaceFolder::open(folder, options),
    };
    let timeout = once.then_some(Duration::ZERO);
    let mut unread = None;
    while let Some(event) = faces.next(timeout, &Cancel::new()) {
        match event {
            Event::Answer(file) => {
                delivered(&file, output)?;
                faces.acknowledge(&file.name)?;
            }
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
            Event::Unavailable(error) => away(&error.into(), output)?,
            _ => {}
        }
    }
    Ok(unread.unwrap_or(Exit::Done))
}

/// The folder is away and watching goes on: one line among those of the answers.
fn away(failure: &Failure, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.line(&json!({ "error": output.error(failure) }).to_string());
    }
    output.failure(failure);
    Ok(())
}

fn delivered(file: &FaceFile, output: &Output) -> Result<(), Failure> {
    let answer = file.answer.peek();
    if output.is_json() {
        return output.line(
            &json!({ "file": file.name, "authenticated": false, "answer": as_json(answer) })
                .to_string(),
        );
    }
    output.line(&file.name)?;
    output.line(origin(output))?;
    output.line(&answer.to_text(output.language()))
}

/// Whoever can write into the folder can make an answer: people are told so beside each.
fn origin(output: &Output) -> &'static str {
    output.pick(
        "（ファイルの作成元は確認していません）",
        "(not authenticated: nothing proves who wrote this file)",
    )
}

fn as_json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.to_json()).unwrap_or(Value::Null)
}
