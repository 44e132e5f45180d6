//! `mynacard bulk`: the insurance of the consented patients of a period.

use std::ops::ControlFlow;

use clap::{Args, Subcommand};
use mynacard::auth::home::{BulkItem, BulkQuery, BulkState, ReceptionNumber};
use mynacard::auth::{Cancel, Extra};
use mynacard::guidance;
use serde_json::{Value, json};

use crate::args::HomeArguments;
use crate::consent::{PeriodArguments, desk};
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum BulkCommand {
    /// Hand a query in; prints its reception number.
    Submit(SubmitArguments),
    /// Say how far a query is.
    Poll(NumberArguments),
    /// Print the answers as they arrive; with --json one document a line.
    Download(NumberArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SubmitArguments {
    #[command(flatten)]
    patients: PeriodArguments,
    /// Ask for the 限度額 information too; the patients agreed.
    #[arg(long)]
    limit_application: bool,
    /// Ask for the 特定疾病 information too; the patients agreed.
    #[arg(long)]
    specific_diseases: bool,
    #[command(flatten)]
    home: HomeArguments,
}

#[derive(Debug, Args)]
pub(crate) struct NumberArguments {
    /// The reception number, twenty digits.
    number: String,
    #[command(flatten)]
    home: HomeArguments,
}

pub(crate) fn run(command: &BulkCommand, output: &Output) -> Result<(), Failure> {
    match command {
        BulkCommand::Submit(arguments) => submit(arguments, output),
        BulkCommand::Poll(arguments) => {
            let number = ReceptionNumber::new(&arguments.number)?;
            let state = desk(&arguments.home)?.poll(&number, &Cancel::new())?;
            shown(&number, state, output)
        }
        BulkCommand::Download(arguments) => download(arguments, output),
    }
}

fn submit(arguments: &SubmitArguments, output: &Output) -> Result<(), Failure> {
    let mut query = BulkQuery::new(arguments.patients.query()?);
    if arguments.limit_application {
        query = query.with(Extra::LimitApplication);
    }
    if arguments.specific_diseases {
        query = query.with(Extra::SpecificDiseases);
    }
    let number = desk(&arguments.home)?.submit(&query, &Cancel::new())?;
    output.result(&json!({ "reception_number": number.as_str() }), || {
        format!(
            "{}: {}\n",
            output.pick("受付番号", "reception number"),
            number.as_str()
        )
    })
}

/// Prints each patient as she arrives: a hundred thousand of them need no memory.
fn download(arguments: &NumberArguments, output: &Output) -> Result<(), Failure> {
    let number = ReceptionNumber::new(&arguments.number)?;
    let mut failed = None;
    let each = |item: BulkItem| match print(&item, output) {
        Ok(()) => ControlFlow::Continue(()),
        Err(failure) => {
            failed = Some(failure);
            ControlFlow::Break(())
        }
    };
    let state = desk(&arguments.home)?.download(&number, each, &Cancel::new())?;
    match (failed, state) {
        (Some(failure), _) => Err(failure),
        (None, BulkState::Finished) => Ok(()),
        (None, state) => shown(&number, state, output),
    }
}

fn print(item: &BulkItem, output: &Output) -> Result<(), Failure> {
    let reference = item.reference.as_str();
    if output.is_json() {
        let line = match &item.outcome {
            Ok(answer) => json!({
                "reference": reference,
                "answer": serde_json::from_str::<Value>(&answer.to_json()).unwrap_or(Value::Null),
            }),
            Err(kind) => json!({ "reference": reference, "error": kind.code() }),
        };
        return output.line(&line.to_string());
    }
    match &item.outcome {
        Ok(answer) => output.line(&format!(
            "■ {reference}\n{}",
            answer.to_text(output.language())
        )),
        Err(kind) => {
            let staff = guidance::for_code(kind.code())
                .map_or(kind.code(), |entry| entry.staff.raw(output.language()));
            output.line(&format!("■ {reference}\n{staff} ({})", kind.code()))
        }
    }
}

fn shown(number: &ReceptionNumber, state: BulkState, output: &Output) -> Result<(), Failure> {
    let value = json!({ "reception_number": number.as_str(), "state": state.as_str() });
    output.result(&value, || {
        let text = match state {
            BulkState::Finished => output.pick(
                "処理が終わりました。ダウンロードできます。",
                "Finished: it can be downloaded.",
            ),
            BulkState::InProgress => output.pick(
                "処理中です。しばらくしてからもう一度確かめてください。",
                "In progress: ask again later.",
            ),
            _ => output.pick(
                "処理が失敗しました。もう一度申し込んでください。",
                "It failed: submit it again.",
            ),
        };
        format!("{text}\n")
    })
}
