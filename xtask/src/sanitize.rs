//! The workspace's tests with a memory checker: AddressSanitizer and LeakSanitizer on everything, valgrind on the core crates.
//!
//! The crates forbid `unsafe`, but what they stand on does not: SQLite, ring, PC/SC, a few pointers in hash and big-number arithmetic.
//! The C interface has `unsafe` of its own. SQLite and the C of ring are instrumented too, since the crate `cc` passes the flag on; the
//! standard library, ring's assembler and the system's libraries are not.

use std::path::Path;

use crate::checked;
use crate::run::{Program, Tests};

const HOST: &str = "x86_64-unknown-linux-gnu";

/// Everything but the chores and the benches; `ffi/sandbox`, whose C programs would have to be built with the sanitizer too; and the fuzz
/// targets, which `cargo xtask fuzz` runs under it.
const EVERYTHING: &[&str] = &[
    "mynacard-apdu",
    "mynacard-card",
    "mynacard-cert",
    "mynacard-eligibility",
    "mynacard-checkup",
    "mynacard-auth",
    "mynacard-client",
    "mynacard-pcsc",
    "mynacard-sim",
    "mynacard-sandbox",
    "mynacard-cli",
    "mynacard",
    "mynacard-ffi",
    "mynacard-chain",
];

/// Tests that AddressSanitizer is not for; the ordinary tests run them.
const NOT_WITH_IT: &[&str] = &[
    // A search of the process's memory does not come to the end of the 16 terabytes that it sets aside.
    "no_secret_is_left_in_memory",
    "no_secret_is_left_in_the_adapter",
    // It keeps what was freed for a while, and a limit of memory counts that too.
    "a_converted_bulk_file_is_never_in_memory_as_a_whole",
    "reading_a_hundred_thousand_people_takes_the_memory_of_a_hundred",
    // They build programs, or run those of other packages, without it.
    "a_static_library_without_std_links",
    "commands::a_command_that_is_not_there_is_found",
    "commands::every_command_in_a_sentence_is_in_the_programs_help",
    "programs::ten_lines_of_each_language_check_a_patient",
    "shell::every_command_of_the_papers_runs",
];

/// Tests of the core crates that valgrind is not for: a search of the process's memory finds valgrind's own, and a hundred thousand people take it
/// an hour.
const NOT_WITH_VALGRIND: &[&str] = &[
    "no_secret_is_left_in_memory",
    "reading_a_hundred_thousand_people_takes_the_memory_of_a_hundred",
];

/// What parses the bytes of strangers; no operating system is asked there, so that Miri could run it too.
const CORE: &[&str] = &["mynacard-card", "mynacard-cert", "mynacard-eligibility"];

/// `cargo xtask sanitize [--miri | --valgrind] [PACKAGE]…`
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let (options, packages): (Vec<&str>, Vec<&str>) = arguments
        .iter()
        .map(String::as_str)
        .partition(|argument| argument.starts_with('-'));
    match options.as_slice() {
        [] => whole("sanitize", &packages, EVERYTHING, address),
        ["--miri"] => whole("sanitize --miri", &packages, CORE, miri),
        ["--valgrind"] => whole("sanitize --valgrind", &packages, CORE, valgrind),
        other => Err(format!("no such options: {}", other.join(" "))),
    }
}

/// Runs the chore on the named crates, or on all of them: then it leaves its row.
fn whole(
    chore: &str,
    named: &[&str],
    all: &[&str],
    run: fn(&[&str]) -> Result<Tests, String>,
) -> Result<(), String> {
    let tests = run(or(named, all))?;
    if !named.is_empty() {
        return Ok(());
    }
    let crates = all.len();
    let (passed, skipped) = (tests.passed, tests.skipped);
    let result = format!("{passed} tests of {crates} crates pass, {skipped} are left out");
    checked::record(chore, &result)
}

fn or<'a>(named: &'a [&'a str], all: &'a [&'a str]) -> &'a [&'a str] {
    if named.is_empty() { all } else { named }
}

fn nightly() -> Result<Program, String> {
    let (found, _) = Program::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .capture()?;
    match found {
        true => Ok(Program::new("rustup")
            .args(["run", "nightly", "cargo"])
            .env("RUSTUP_TOOLCHAIN", "nightly")),
        false => Err("no nightly toolchain: rustup toolchain install nightly".to_owned()),
    }
}

fn address(packages: &[&str]) -> Result<Tests, String> {
    let target = crate::workspace::target().join("sanitize");
    let program = nightly()?
        .env("CARGO_ENCODED_RUSTFLAGS", "-Zsanitizer=address")
        .env("CARGO_TARGET_DIR", target)
        // As in fuzzing: instrumented C registers its globals a second time.
        .env("ASAN_OPTIONS", "detect_leaks=1:detect_odr_violation=0")
        // Fewer cases of each kind, every kind.
        .env("MYNACARD_QUICK", "1")
        .arg("test");
    // With a target named, build scripts and macros are left without the flag.
    let program = of(program, packages)
        .args(["--all-features", "--target", HOST])
        .args(["--no-fail-fast", "--lib", "--bins", "--tests", "--"])
        .args(NOT_WITH_IT.iter().flat_map(|test| ["--skip", test]));
    let mut tests = counted(program)?;
    if packages == EVERYTHING {
        tests.skipped += u32::try_from(NOT_WITH_IT.len()).unwrap_or(u32::MAX);
    }
    Ok(tests)
}

fn of(program: Program, packages: &[&str]) -> Program {
    packages.iter().fold(program, |program, package| {
        program.args(["--package", package])
    })
}

/// Slow by a factor of thirty: signatures and proptests take their time.
fn valgrind(packages: &[&str]) -> Result<Tests, String> {
    let program = of(crate::run::cargo().arg("test"), packages)
        .args(["--all-features", "--no-fail-fast", "--lib", "--tests"])
        .env("MYNACARD_QUICK", "1")
        .env(
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
            "valgrind --quiet --error-exitcode=99 --leak-check=no",
        )
        .arg("--")
        .args(NOT_WITH_VALGRIND.iter().flat_map(|test| ["--skip", test]));
    let mut tests = counted(program)?;
    if packages == CORE {
        tests.skipped += u32::try_from(NOT_WITH_VALGRIND.len()).unwrap_or(u32::MAX);
    }
    Ok(tests)
}

/// The interpreter runs as another machine: its feature detection needs no assembly, and its bytes stand the other way round, so
/// that a number read in the host's order is seen too.
const OTHER_MACHINE: &str = "s390x-unknown-linux-gnu";

/// The tests that an interpreter gets through in minutes, besides the unit tests. Those of certificates and
/// records sign or verify in each case, which takes it hours.
fn interpreted(package: &str) -> &'static [&'static str] {
    match package {
        "mynacard-card" => &[
            "jpki",
            "status_words",
            "applications",
            "trace",
            "pin_change",
            "misuse",
        ],
        "mynacard-eligibility" => &["identifiers"],
        _ => &[],
    }
}

fn miri(packages: &[&str]) -> Result<Tests, String> {
    let (found, _) = nightly()?.args(["miri", "--version"]).capture()?;
    let (_, sysroot) = Program::new("rustup")
        .args(["run", "nightly", "rustc", "--print", "sysroot"])
        .capture()?;
    // Without the library's source `cargo miri` would fetch it by itself; what is installed here is for the user to say.
    let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    if !(found && source.exists()) {
        return Err(
            "Miri or the library's source is not installed, and nothing was run: \
            rustup +nightly component add miri rust-src"
                .to_owned(),
        );
    }
    let mut all = Tests::default();
    for package in packages {
        let program = of(nightly()?.args(["miri", "test"]), &[package]);
        let program = interpreted(package)
            .iter()
            .fold(program, |program, test| program.args(["--test", test]));
        let tests = counted(
            program
                .args(["--all-features", "--lib", "--target", OTHER_MACHINE])
                // Files of tests are read, and the clock.
                .env("MIRIFLAGS", "-Zmiri-disable-isolation")
                .env("PROPTEST_CASES", "2")
                .env("MYNACARD_QUICK", "1"),
        )?;
        all.passed += tests.passed;
        all.skipped += tests.skipped;
    }
    Ok(all)
}

fn counted(program: Program) -> Result<Tests, String> {
    let ran = program.run()?;
    let tests = ran.tests;
    println!(
        "{} passed, {} failed, {} skipped",
        tests.passed, tests.failed, tests.skipped
    );
    match ran.succeeded {
        true => Ok(tests),
        false => Err(format!("{} failed", ran.line)),
    }
}
