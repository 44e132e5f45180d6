//! Every export is called by the suites of C, C++ and C#: not named in their sources, but called while they run.
//!
//! The dynamic loader tells which function it binds for whom, and it binds one when it is called for the first time.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code, reason = "shared with the tests of programs")]
mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{csharp, root, run, shipped};

/// The committed list of exports.
fn exports() -> BTreeSet<String> {
    let symbols = std::fs::read_to_string(root().join("ffi/abi/symbols.txt")).unwrap();
    symbols.lines().map(str::to_owned).collect()
}

/// Compiles one source so that each function is bound at its first call.
fn native(folder: &Path, compiler: &str, standard: &str, source: &Path) -> PathBuf {
    let program = folder.join(source.file_stem().unwrap());
    let mut command = Command::new(compiler);
    command
        .args([standard, "-D_DEFAULT_SOURCE", "-Wl,-z,lazy", "-fplt", "-I"])
        .arg(root().join("include"))
        .arg(source)
        .arg("-L")
        .arg(shipped())
        .args(["-lmynacard", "-lmynacard_sandbox", "-lpthread", "-o"])
        .arg(&program);
    run(&mut command);
    program
}

/// The sources of a folder with one ending.
fn sources(folder: &str, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else {
        return Vec::new();
    };
    let files = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|found| found == ending))
        .collect();
    found.sort();
    found
}

/// Who asks for a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Whoever was linked against the library.
    Linked,
    /// A runtime that looks it up by its name: then the loader names the library itself.
    Name,
}

/// Runs a program with an empty exchange folder, and says which exports it called.
fn called(folder: &Path, command: &mut Command, by: By) -> BTreeSet<String> {
    let notes = tempfile::tempdir_in(folder).unwrap();
    let exchange = tempfile::tempdir_in(folder).unwrap();
    run(command
        .arg(exchange.path())
        .env("LD_DEBUG", "bindings")
        .env("LD_DEBUG_OUTPUT", notes.path().join("bindings")));
    let mut found = BTreeSet::new();
    for note in std::fs::read_dir(notes.path()).unwrap() {
        let text = std::fs::read(note.unwrap().path()).unwrap();
        for line in String::from_utf8_lossy(&text).lines() {
            let Some((_, binding)) = line.split_once("binding file ") else {
                continue;
            };
            let asks = binding.split(' ').next().unwrap_or_default();
            let asked_by = match asks.contains("libmynacard") {
                true => By::Name,
                false => By::Linked,
            };
            let symbol = binding
                .split_once('`')
                .and_then(|(_, rest)| rest.split_once('\''));
            if let Some((name, _)) = symbol
                && name.starts_with("mynacard_")
                && asked_by == by
            {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

#[track_caller]
fn all_of(called: &BTreeSet<String>) {
    let exports = exports();
    let lacking: Vec<_> = exports.difference(called).collect();
    assert!(
        lacking.is_empty(),
        "exports that this suite does not call: {lacking:?}"
    );
}

#[test]
fn every_export_is_called_in_c() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = BTreeSet::new();
    let suite = [
        sources("ffi/tests/c", "c"),
        vec![root().join("examples/c/reception.c")],
    ]
    .concat();
    for source in suite {
        let program = native(folder.path(), "cc", "-std=c11", &source);
        let mut command = Command::new(&program);
        // The misuse program takes a number of cycles before anything else.
        if source.ends_with("misuse.c") {
            command.arg("10");
        }
        all.extend(called(folder.path(), &mut command, By::Linked));
    }
    all_of(&all);
}

#[test]
fn every_export_is_called_in_cpp() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = BTreeSet::new();
    for source in [
        sources("ffi/tests/cpp", "cpp"),
        vec![root().join("examples/cpp/reception.cpp")],
    ]
    .concat()
    {
        let program = native(folder.path(), "c++", "-std=c++17", &source);
        all.extend(called(
            folder.path(),
            &mut Command::new(&program),
            By::Linked,
        ));
    }
    all_of(&all);
}

#[test]
fn every_export_is_called_in_csharp() {
    let mut all = BTreeSet::new();
    for source in [
        "examples/csharp/Reception.cs",
        "ffi/tests/csharp/Surface.cs",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let program = csharp(folder.path(), source, None);
        all.extend(called(
            folder.path(),
            Command::new("mono").arg(&program),
            By::Name,
        ));
    }
    all_of(&all);
}
