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

/// Whoever reads the header finds a sentence above each function that is for the program.
#[test]
fn every_member_of_the_header_is_documented() {
    let header = std::fs::read_to_string(root().join("include/mynacard.hpp")).unwrap();
    let (bare, documented) = members(&header);
    assert!(bare.is_empty(), "without a sentence:\n{}", bare.join("\n"));
    assert!(documented > 90, "{documented} members were found");
    let broken = header.replacen("    /// Adds a digit.\n", "", 1);
    assert_eq!(members(&broken).0.len(), 1);
}

/// The members that are for programs: those without a sentence, and how many have one.
fn members(header: &str) -> (Vec<String>, usize) {
    let (mut bare, mut documented) = (Vec::new(), 0);
    // Inside `detail` and behind `private:` nothing is for them; deeper in is a body.
    let (mut hidden, mut inside) = (false, false);
    let lines: Vec<&str> = header.lines().collect();
    for (before, line) in lines.iter().zip(lines.iter().skip(1)) {
        match *line {
            "namespace detail {" => inside = true,
            "}  // namespace detail" => inside = false,
            "public:" => hidden = false,
            "private:" => hidden = true,
            _ if line.starts_with("class ") => hidden = true,
            _ if line.starts_with("struct ") => hidden = false,
            _ => {}
        }
        let free = line.starts_with("[[nodiscard]] inline ") || line.starts_with("inline ");
        let member = !hidden && is_declaration(line);
        if inside || !(free || member) {
            continue;
        }
        if before.trim_start().starts_with("///") || before.trim_start().starts_with("template ") {
            documented += 1;
        } else {
            bare.push((*line).to_owned());
        }
    }
    (bare, documented)
}

/// Whether a line, four spaces in, declares a function: a type and a name, or a constructor, before the parenthesis.
fn is_declaration(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("    ") else {
        return false;
    };
    let Some((head, _)) = rest.split_once('(') else {
        return false;
    };
    let word = |one: char| one.is_alphanumeric() || "_<>:,*&[] ~-=".contains(one);
    let begins = rest.starts_with(|one: char| one.is_alphabetic() || one == '[');
    let statement = [
        "return",
        "if ",
        "for ",
        "while ",
        "auto ",
        "(void)",
        "throw",
        "static_assert",
    ];
    begins
        && head.chars().all(word)
        && !statement.iter().any(|one| rest.starts_with(one))
        && !head.contains(" = ")
        && (line.ends_with('{')
            || line.ends_with('}')
            || line.ends_with(';')
            || line.ends_with(','))
        && !rest.starts_with(|one: char| one.is_lowercase() && !head.contains(' '))
}
