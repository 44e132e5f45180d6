//! The whole of `mynacard.hpp`, used by one program: plainly, with sanitizers; every export is called through it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{root, run, shipped};

fn compiled(folder: &Path, more: &[&str]) -> PathBuf {
    let program = folder.join("suite");
    run(Command::new("c++")
        .args([
            "-std=c++17",
            "-g",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-pedantic",
            "-I",
        ])
        .arg(root().join("include"))
        .args(more)
        .arg(root().join("ffi/tests/cpp/suite.cpp"))
        .arg("-L")
        .arg(shipped())
        .args(["-lmynacard", "-lmynacard_sandbox", "-lpthread", "-o"])
        .arg(&program));
    program
}

#[test]
fn the_whole_surface_in_cpp() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path(), &[]);
    assert_eq!(run(Command::new(&program).arg(folder.path())), "done\n");
    // The header's functions are in a program only where it uses them: what it imports is what it calls.
    let imported = run(Command::new("nm")
        .args(["--dynamic", "--undefined-only", "--format=posix"])
        .arg(&program));
    let imported: Vec<&str> = imported
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let symbols = std::fs::read_to_string(root().join("ffi/abi/symbols.txt")).unwrap();
    let missing: Vec<&str> = symbols
        .lines()
        .filter(|symbol| !imported.contains(symbol))
        .collect();
    assert!(missing.is_empty(), "no C++ test calls {missing:?}");
}

#[test]
fn the_whole_surface_in_cpp_with_sanitizers() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let program = compiled(folder.path(), &flags);
    assert_eq!(run(Command::new(&program).arg(folder.path())), "done\n");
}
