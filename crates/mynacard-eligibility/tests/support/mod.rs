//! Tools that other people wrote, started by the tests that compare with them.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

pub(crate) mod venv;

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What the tests' Python has.
pub(crate) const PACKAGES: &[&str] = &["lxml==6.1.3", "fhir.resources==8.3.0"];

/// Whether the caller asked for a quick run; says what is left out.
pub(crate) fn quick(what: &str) -> bool {
    let quick = std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1");
    if quick {
        println!("skipped: MYNACARD_QUICK=1 asks for no test that needs {what}");
    }
    quick
}

/// A folder that stays between runs.
pub(crate) fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Runs a tool; a missing tool is a failure that names it.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} cannot be started, this test needs it: {error}")
    });
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Runs a tool with input.
#[track_caller]
pub(crate) fn run_with(command: &mut Command, input: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().write_all(input).unwrap();
    run(command.stdin(Stdio::from(std::fs::File::open(file.path()).unwrap())))
}

/// A Python with these modules, from `MYNACARD_PYTHON` or a virtual environment of the tests.
pub(crate) fn python(modules: &str, packages: &[&str]) -> PathBuf {
    if let Some(python) = std::env::var_os("MYNACARD_PYTHON") {
        return python.into();
    }
    venv::environment(&kept(), "venv-eligibility", packages, |python| {
        Command::new(python)
            .args(["-c", &format!("import {modules}")])
            .output()
            .is_ok_and(|output| output.status.success())
    })
}
