//! `cargo xtask bench --report`: measures what a check costs, beside other people's work and beside the least that has to happen, and
//! writes `REPORT.md`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program says what it does"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use mynacard_benches::callgrind::instructions;
use mynacard_benches::clients::CLIENTS;
use mynacard_benches::dialogue::{FLOOR, MODES, Mode, Recorded, check};
use mynacard_benches::report::{HEADER, rows};

const HEAD: &str = "\
# What a check costs

Written by `cargo xtask bench --report` (needs the Debian packages valgrind, libssl-dev, python3-venv, gcc and libpcsclite-dev); not edited by hand. Times are of the
machine that ran it, and of its other work meanwhile; counts hardly depend on it. Under callgrind OpenSSL and ring choose
their code by the processor that valgrind offers, which may not be the one that the times are of.

";

fn main() -> ExitCode {
    match report() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("report: {why}");
            ExitCode::FAILURE
        }
    }
}

fn report() -> Result<(), String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = sibling()?;
    let mut text = format!(
        "{HEAD}Machine: {}.\n\n",
        mynacard_benches::machine::described()
    );
    let _ = writeln!(
        text,
        "## The dialogue\n\nAllocations and instructions are this library's, against recorded answers; the time is virtual: \
         106 kbit/s and 10 ms an exchange,\nwithout the card's arithmetic. The other clients' commands are replayed from `traces/`. The floor is one exchange that \
         takes PIN and\nDigestInfo out and brings certificate and signature back; its instructions compare and copy the recorded bytes of `extended`.\n\
         Ours is the shortest, `extended`. The parts below that have no column for others have no peer: nobody else keeps the folders, is called through C or \
         registers\na terminal.\n\n\
         {HEADER}\n|---|--:|--:|--:|--:|--:|--:|--:|"
    );
    for (row, task) in rows(allocations)?.iter().zip(counted()) {
        let count = match task {
            Some(task) => instructions(&program, &[task], 100)?.to_string(),
            None => "–".to_owned(),
        };
        let _ = writeln!(text, "{} {count} |", row.cells());
    }
    let peers = peers(&here.join("peers/Cargo.toml"))?;
    let (certificates, answers) = peers
        .split_once("\n\n")
        .ok_or("the peers' program prints two tables")?;
    text += "\n## Certificates\n\nA leaf of the simulation (RSA-2048, the size of a real one). `verdict` from DER is the whole profile here, the chain with\n\
             `X509_STRICT` in OpenSSL, and in x509-parser (with ring) no more than validity and signature; `possession` is the proof after\n\
             signing, with the certificate parsed and the key ready; `check` is verdict and possession from DER. The floor is a copy of the\n\
             bytes for `parse` and bare RSA by OpenSSL for the others, twice for `check`. The fastest of 41 rounds taken in turns.\n\n";
    let _ = writeln!(text, "{certificates}");
    text += "\n## One answer\n\nA full answer (two insurances, every field and section, 23 kB in UTF-8) from memory. Only the first knows the field table, checks every\n\
             value and lists what is unusual; quick-xml with serde fills structs. The floor is one pass that looks whether the bytes are text.\n\n";
    let _ = writeln!(text, "{}", answers.trim_end());
    text += "\n## Bulk answers\n\nAn answer about 100,000 people, read from a file, each reader in a process of its own; the fastest of three rounds in turns and\n\
             the most memory. `whole` holds the file's people at once. The floor reads the file and decodes it.\n\n";
    text += &bulk()?;
    text += "\n## The folders\n\nOne query through the folders of OQSComApp without the terminal's own time, on the disk beside the program. The floor of what is kept is\n\
             one file written, synchronised and renamed; of an answer, the file read.\n\n";
    text += &exchange()?;
    text += "\n## The whole check\n\nFrom the tap to the answer, over HTTPS on this machine, with virtual cards whose arithmetic is part of the time and with\n\
             the stand-in in a process of its own. `cargo xtask soak` prints the same of 100,000 checks.\n\n";
    let _ = writeln!(text, "```text\n{}\n```", whole()?.trim_end());
    text += "\n## Through C\n\nThe same work through the exports of the C library and in Rust, in turns: the medians of 41 rounds. The whole check has the\n\
             stand-in and the virtual card in the same process.\n\n";
    text += &beside()?;
    let library = library()?;
    text += "\n## From the start\n\nA process with nothing ready: a new terminal is registered, a desk opened, one patient checked with a virtual card; the stand-in is another\n\
             process. The program in C loads the library and, for its card, the library of the tests. The most memory is the process's whole.\n\n";
    text += &start()?;
    text += "\n## Sizes\n\n";
    text += &sizes(&library)?;
    text += "\n## The C library\n\n";
    text += &mynacard_benches::sizes::table(&library)?;
    text += &mynacard_benches::better::section(&text)?;
    print!("{text}");
    std::fs::write(here.join("REPORT.md"), text).map_err(|error| error.to_string())
}

/// What is counted of the dialogue's rows: our modes, nothing of the other clients, the floor.
fn counted() -> impl Iterator<Item = Option<&'static str>> {
    let ours = MODES.iter().map(|mode| Some(mode.name));
    let others = CLIENTS.iter().map(|_| None);
    ours.chain(others).chain([Some(FLOOR)])
}

/// Allocations of a check, and the most bytes that it holds at once.
fn allocations(mode: Mode) -> Result<(u64, u64), String> {
    let mut card = Recorded::new(mode).map_err(|error| error.to_string())?;
    let mut outcome = Ok(());
    let allocated = allocation_counter::measure(|| outcome = check(&mut card, mode).map(drop));
    outcome.map_err(|error| error.to_string())?;
    Ok((allocated.count_total, allocated.bytes_max))
}

/// The program `dialogue`, which carries no counting allocator.
fn sibling() -> Result<PathBuf, String> {
    let path = std::env::current_exe().map_err(|error| error.to_string())?;
    let path = path.with_file_name("dialogue");
    if path.is_file() {
        Ok(path)
    } else {
        Err(
            "build both programs first: cargo build --release --package mynacard-benches --bins"
                .to_owned(),
        )
    }
}

fn peers(manifest: &Path) -> Result<String, String> {
    let manifest_text = manifest.to_string_lossy().into_owned();
    let folder = manifest.with_file_name("../../target/bench-peers");
    let folder = folder.to_string_lossy();
    said_by(
        &[
            "run",
            "--quiet",
            "--release",
            "--manifest-path",
            &manifest_text,
            "--target-dir",
            &folder,
        ],
        "the peers' program failed (libssl-dev and valgrind are installed?)",
    )
}

/// The table that the bench of the insurance messages prints.
fn bulk() -> Result<String, String> {
    said_by(
        &[
            "bench",
            "--quiet",
            "--package",
            "mynacard-eligibility",
            "--bench",
            "bulk",
        ],
        "the bench of bulk answers failed (python3-venv is installed?)",
    )
}

/// What the soak prints of some checks.
fn whole() -> Result<String, String> {
    said_by(
        &[
            "run",
            "--quiet",
            "--release",
            "--package",
            "mynacard-sandbox",
            "--example",
            "soak",
            "--",
            "2000",
            "16",
        ],
        "the soak failed",
    )
}

/// The table that the example beside the C library prints.
fn beside() -> Result<String, String> {
    said_by(
        &[
            "run",
            "--quiet",
            "--release",
            "--package",
            "mynacard-ffi-sandbox",
            "--example",
            "beside",
        ],
        "the program beside the C library failed",
    )
}

/// What the program prints that goes through the folders.
fn exchange() -> Result<String, String> {
    example("mynacard-client", "exchange")
}

/// What the program prints that starts others.
fn start() -> Result<String, String> {
    example("mynacard-ffi-sandbox", "start")
}

fn example(package: &str, name: &str) -> Result<String, String> {
    let arguments = ["run", "--quiet", "--release", "--package", package];
    said_by(
        &[&arguments[..], &["--example", name]].concat(),
        &format!("the example {name} of {package} failed"),
    )
}

/// The C library as it is built for release, beside that of the tests.
fn library() -> Result<PathBuf, String> {
    let both = ["mynacard-ffi", "mynacard-ffi-sandbox"];
    for package in both {
        said_by(
            &[
                "build",
                "--quiet",
                "--release",
                "--package",
                package,
                "--lib",
            ],
            "the C libraries are not built",
        )?;
    }
    beside_us("libmynacard_ffi.so")
}

/// A file that cargo built beside this program.
fn beside_us(name: &str) -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    Ok(program.with_file_name(name))
}

/// How large what is shipped is, and the smallest program for a real reader.
fn sizes(library: &Path) -> Result<String, String> {
    let build = ["build", "--quiet", "--release", "--package"];
    let programs: [&[&str]; 2] = [
        &["mynacard-cli", "--bin", "mynacard"],
        &[
            "mynacard-examples",
            "--features",
            "pcsc",
            "--bin",
            "ten_lines",
        ],
    ];
    for program in programs {
        said_by(&[&build[..], program].concat(), "a program is not built")?;
    }
    let (command, minimal) = (beside_us("mynacard")?, beside_us("ten_lines")?);
    mynacard_benches::sizes::files(&[
        ("the C library", library),
        ("the command `mynacard`", &command),
        ("a minimal program in Rust (`ten_lines`)", &minimal),
    ])
}

/// What cargo's program prints.
fn said_by(arguments: &[&str], failed: &str) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    } else {
        Err(failed.to_owned())
    }
}
