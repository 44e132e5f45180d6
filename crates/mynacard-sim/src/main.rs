//! `mynacard-sim`: lists the simulated people, and plays one of their cards in a real reader.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is this program's duty"
)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod counters;
mod list;
mod reader;

/// The virtual My Number Card. Its people are synthetic and its keys are public knowledge.
#[derive(Debug, Parser)]
#[command(name = "mynacard-sim", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the people with their PINs.
    People {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put a person's card into a virtual reader (pcscd with the driver vpcd), until the reader goes away.
    Vpcd(reader::Options),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::People { json } => {
            println!("{}", if json { list::json() } else { list::table() });
            ExitCode::SUCCESS
        }
        Command::Vpcd(options) => match reader::play(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("mynacard-sim: {error}");
                ExitCode::FAILURE
            }
        },
    }
}
