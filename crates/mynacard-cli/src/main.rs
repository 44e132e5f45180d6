//! The command `mynacard`.

mod answer;
mod args;
mod card;
mod cert;
mod check;
#[cfg(feature = "demo")]
mod demo;
mod exit;
mod failure;
mod guidance;
mod home;
mod logger;
mod oqs;
mod output;
mod pem;
#[cfg(feature = "pcsc")]
mod reader;
mod secret;
mod terminal;
mod validate;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logger::start(arguments.output.log);
    let output = Output::new(&arguments.output);
    let done = run(&arguments.command, &output);
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit().into()
        }
    }
}

fn run(command: &Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        #[cfg(feature = "demo")]
        Command::Demo => demo::run(output),
        Command::Check(arguments) => check::run(arguments, output),
        Command::Terminal(command) => terminal::run(command, output),
        Command::Cert(command) => cert::run(command, output),
        Command::Oqs(command) => oqs::run(command, output),
        #[cfg(feature = "pcsc")]
        Command::Readers => reader::list(output),
        #[cfg(feature = "pcsc")]
        Command::Status { reader } => reader::status(reader.reader.as_deref(), output),
        Command::Validate { kind, value } => return validate::run(kind, value, output),
        Command::Guidance { code } => guidance::run(code.as_deref(), output),
    }
    .map(|()| Exit::Done)
}
