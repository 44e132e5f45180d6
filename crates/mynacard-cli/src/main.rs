//! The command `mynacard`.

mod answer;
mod args;
mod audit;
mod bulk;
mod card;
mod cert;
mod check;
mod consent;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod exit;
mod failure;
mod guidance;
mod home;
mod input;
mod interrupt;
mod keys;
mod logger;
mod oqs;
mod output;
mod pem;
mod photo;
mod progress;
#[cfg(feature = "pcsc")]
mod reader;
mod reception;
mod secret;
mod status;
mod terminal;
mod trace;
mod validate;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command, OutputArguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    logger::start(arguments.output.log);
    let mut output = Output::new(&arguments.output);
    if let Command::Check(check) = &arguments.command
        && check.progress
        && output.is_json()
    {
        output = output.in_lines();
    }
    interrupt::listen();
    let done = run(&arguments.command, &output);
    if interrupt::asked() {
        return interrupt::STOPPED.into();
    }
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit().into()
        }
    }
}

/// Wrong use, help and version: clap's own words, or JSON where a program reads.
fn misused(error: &clap::Error) -> ExitCode {
    let wrong = error.use_stderr();
    if wrong && std::env::args().any(|argument| argument == "--json") {
        let output = Output::new(&OutputArguments::for_programs());
        let text = error.render().to_string();
        let failure = Failure::usage(text.lines().next().unwrap_or_default().to_owned());
        output.failure(&failure);
        return failure.exit().into();
    }
    // A help text that cannot be written has nowhere else to go.
    let _ = error.print();
    if wrong {
        Exit::Usage.into()
    } else {
        Exit::Done.into()
    }
}

fn run(command: &Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        #[cfg(feature = "demo")]
        Command::Demo => demo::run(output),
        Command::Check(arguments) => check::run(arguments, output),
        Command::Terminal(command) => terminal::run(command, output),
        Command::Consent(command) => consent::run(command, output),
        Command::Requery(arguments) => consent::requery(arguments, output),
        Command::Bulk(command) => bulk::run(command, output),
        Command::Cert(command) => cert::run(command, output),
        Command::Oqs(command) => return oqs::run(command, output),
        #[cfg(feature = "pcsc")]
        Command::Readers => reader::list(output),
        Command::Status(arguments) => status::run(arguments, output),
        Command::Trace(command) => return trace::run(command, output),
        Command::Validate { kind, value } => return validate::run(kind, value, output),
        Command::Audit(command) => return audit::run(command, output),
        Command::Doctor(arguments) => return doctor::run(arguments, output),
        Command::Guidance { code } => guidance::run(code.as_deref(), output),
    }
    .map(|()| Exit::Done)
}
