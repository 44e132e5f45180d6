//! The workspace's chores: `cargo xtask demo`, `test`, `fuzz`, `coverage`, `bench`, `soak`, `planted`, `sanitize`, `secrets`,
//! `windows`, `header`, `ffi`, `package`, `reproduce`, `features`, `minimal`, `advisories`.
#![allow(clippy::print_stdout, clippy::print_stderr)] // A command line tool prints.

mod api;
mod arrows;
mod checked;
mod copy;
mod coverage;
mod ffi;
mod fuzz;
mod install;
mod package;
mod planted;
mod pypi;
mod release;
mod reproduce;
mod run;
mod sanitize;
mod secrets;
mod stage;
mod stages;
mod supply;
mod tidy;
mod tools;
mod traceless;
mod windows;
mod wine32;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [ARGS]                     the main job without hardware (mynacard demo)
  test [--quick] [--stage NAME]…  everything that .ci/run runs; --list names the stages
  fuzz [--seconds N] [TARGET]…    fuzz the parsers, starting from the seeds
  fuzz --until-quiet [TARGET]…    the same until no new edge came for as long as it took to the last one; --slice N says for how
                                  many seconds a target runs before the next one has its turn
  fuzz --keep [TARGET]…           keeps in fuzz/found what fuzzing found beyond the seeds
  coverage [TARGET]…              the lines of each parser that seeds and found inputs reach, into fuzz/COVERAGE.md
  seeds                           write the fuzz targets' seeds anew
  bench [--report | ARGS]         the benches, in full; beside other libraries and clients, into benches/REPORT.md
  soak [CHECKS] [TERMINALS]       many checks by many terminals over HTTPS (100,000 and 16): lost, doubled, times, memory
  planted [--record] [WORD]…      plant bugs of the field in a copy, one at a time: the tests must notice; --fuzz asks the fuzz
                                  targets' inputs, --table counts them, --unchanged runs the tests without a bug
  sanitize [--valgrind] [CRATE]…  the tests under the address and leak sanitizers (nightly), or under valgrind; --miri under Miri
  secrets [--leak] [--test N]…    every log record of the suite at every level is searched for secrets and people
  windows [--build | --wine32]    both Windows builds, and the chain of each under Wine; or the builds alone; or a script
                                  that runs 32-bit programs
  header                          regenerate include/mynacard.h
  ffi [--release] [--install DIR] the C libraries under the names that they are shipped with, in target/*/ffi; or installed
  package nuget|vendor            the NuGet package, or the ZIP for vendors without Rust, in target/package
  package crates                  every package that would be published, built from its own archive
  reproduce [--debug]             the C library built twice, in two folders: the same bytes, and no folder of this machine in them
  reproduce --packages [--debug]  what package vendor makes, made twice: the same bytes
  features                        every published crate with each choice of its features
  minimal                         everything compiled with the lowest versions that the manifests promise
  advisories                      what the RustSec database knows of the dependencies; fetches it";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    let done = match command.as_str() {
        "demo" => demo(rest),
        "test" => stages::test(rest),
        "fuzz" => fuzz::command(rest),
        "coverage" => coverage::command(rest),
        "seeds" => seeds(),
        "bench" if rest == ["--report"] => bench_report(),
        "bench" => run::cargo()
            .args(["bench", "--package", "mynacard-benches"])
            .args(rest)
            .go(),
        "soak" => run::cargo()
            .args(["run", "--release", "--package", "mynacard-sandbox"])
            .args(["--example", "soak", "--"])
            .args(rest)
            .go(),
        "planted" => planted::command(rest),
        "sanitize" => sanitize::command(rest),
        "secrets" => secrets::command(rest),
        "windows" => windows::command(rest),
        "header" => stages::header(),
        "ffi" => ffi::command(rest),
        "package" if rest == ["crates"] => release::crates(),
        "features" => release::features(),
        "minimal" => release::minimal(),
        "advisories" => release::advisories(),
        "reproduce" => reproduce::command(rest),
        "package" => package::command(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => Err(format!("no command {other:?}\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

/// With everything's features, as the tests are built: another choice would build it all once more.
fn seeds() -> Result<(), String> {
    run::cargo()
        .args(["build", "--workspace", "--all-features", "--bin", "seeds"])
        .go()?;
    run::Program::new(workspace::target().join("debug/seeds")).go()
}

/// Both programs are built first: the report runs the other one under callgrind.
fn bench_report() -> Result<(), String> {
    let package = ["--release", "--package", "mynacard-benches"];
    run::cargo().arg("build").args(package).arg("--bins").go()?;
    run::cargo()
        .arg("run")
        .args(package)
        .args(["--bin", "report"])
        .go()
}

/// The development profile: in a fresh clone it stands much sooner than the release profile, and the heavy
/// arithmetic is optimised there too.
fn demo(arguments: &[String]) -> Result<(), String> {
    run::cargo()
        .args([
            "run",
            "--package",
            "mynacard-cli",
            "--bin",
            "mynacard",
            "--",
            "demo",
        ])
        .args(arguments)
        .go()
}
