//! The C interface as a debugger sees it, compared by abidiff with the committed state (`ffi/abi/mynacard.abi`).
//!
//! libabigail reads no debugging information of Rust, so the header is made into a library of functions that do nothing: that says what
//! every program compiled against the header believes. That the real library has the same functions and layouts, other tests hold.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn ran(command: &mut Command) -> Output {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed: {error}"))
}

#[track_caller]
fn done(command: &mut Command) -> String {
    let output = ran(command);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The declarations of functions at the outermost level of preprocessed C.
fn functions(text: &str) -> Vec<String> {
    let (mut depth, mut statement, mut found) = (0_u32, String::new(), Vec::new());
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {
                let declared = statement.trim();
                if declared.contains("mynacard_")
                    && declared.contains('(')
                    && !declared.starts_with("typedef")
                {
                    found.push(declared.to_owned());
                }
                statement.clear();
                continue;
            }
            _ => {}
        }
        statement.push(c);
    }
    found
}

/// A dump of what the header declares, with `change` made to its functions first.
fn dump(folder: &Path, change: impl Fn(&str) -> String) -> PathBuf {
    let include = root().join("include");
    let header = include.join("mynacard.h");
    let plain = done(
        Command::new("cc")
            .args(["-E", "-P", "-x", "c"])
            .arg(&header),
    );
    let declared = functions(&plain);
    let symbols = std::fs::read_to_string(root().join("ffi/abi/symbols.txt")).unwrap();
    assert_eq!(declared.len(), symbols.lines().count());
    // The types as they stand, each function with a body.
    let mut source = plain;
    for function in &declared {
        source = source.replace(
            &format!("{function};"),
            &format!("{} {{ __builtin_trap(); }}", change(function)),
        );
    }
    // By short names: the dump is committed, and no folder of anybody's machine is to stand in it.
    std::fs::write(folder.join("interface.c"), source).unwrap();
    done(
        Command::new("cc")
            .args(["-std=c11", "-g", "-O0", "-w", "-shared", "-fPIC"])
            .args(["-o", "interface.so", "interface.c"])
            .current_dir(folder),
    );
    done(
        Command::new("abidw")
            .args(["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs"])
            .args(["--no-elf-needed", "--no-architecture"])
            .args(["--out-file", "interface.abi", "interface.so"])
            .current_dir(folder),
    );
    folder.join("interface.abi")
}

fn compared(committed: &Path, found: &Path) -> (bool, String) {
    let output = ran(Command::new("abidiff").args([committed, found]));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), said)
}

#[test]
fn nothing_that_was_promised_to_c_programs_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let committed = root().join("ffi/abi/mynacard.abi");
    let found = dump(folder.path(), str::to_owned);
    if std::env::var_os("MYNACARD_BLESS").is_some() {
        std::fs::copy(&found, &committed).unwrap();
    }
    let (same, said) = compared(&committed, &found);
    assert!(
        same,
        "{said}\nwith MYNACARD_BLESS=1 a new state is written; what was removed or changed breaks compiled programs"
    );
}

#[test]
fn a_changed_parameter_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let changed = |function: &str| match function.contains("mynacard_pin_push(") {
        true => function.replace("uint8_t", "uint16_t"),
        false => function.to_owned(),
    };
    let found = dump(folder.path(), changed);
    let (same, said) = compared(&root().join("ffi/abi/mynacard.abi"), &found);
    assert!(!same && said.contains("mynacard_pin_push"), "{said}");
}
