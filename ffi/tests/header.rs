//! The header in `include/` is the one that this source makes, says everything, and compiles as C and as C++.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The header as the source has it now.
fn generated() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let mut header = Vec::new();
    // Without lib.rs, which would bring every module in a second time; in the order of their names, so that the header
    // is the same everywhere.
    let files = std::fs::read_dir(folder.join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut modules: Vec<_> = files.filter(|file| !file.ends_with("lib.rs")).collect();
    modules.sort();
    let builder = cbindgen::Builder::new().with_config(config);
    let builder = modules
        .iter()
        .fold(builder, |builder, module| builder.with_src(module));
    builder.generate().unwrap().write(&mut header);
    let text = String::from_utf8(header).unwrap();
    format!("{}\n{}", text.trim_end(), initialisers(&text))
}

/// One `_INIT` macro for each structure that begins with its size.
fn initialisers(header: &str) -> String {
    let mut text = String::from("\n#ifndef MYNACARD_INIT\n#define MYNACARD_INIT\n");
    for name in header
        .split("} ")
        .skip(1)
        .filter_map(|rest| rest.split_once(';').map(|(name, _)| name))
    {
        let begins = format!("typedef struct {name} {{");
        let body = header
            .split_once(&begins)
            .map(|(_, body)| body.split_once("\n}").unwrap().0);
        if body.is_some_and(|body| body.contains("size_t struct_size;")) {
            let upper = name.to_uppercase();
            text += &format!("/* An empty {name} of this header's version. */\n");
            let members = body
                .unwrap()
                .lines()
                .filter(|line| !line.trim_start().starts_with(['/', '*']));
            let others = members.filter(|line| line.ends_with(';')).count() - 1;
            text += &format!(
                "#define {upper}_INIT {{ sizeof({name}){} }}\n",
                ", 0".repeat(others)
            );
        }
    }
    text += "/* The version of the library that this header belongs to; mynacard_version() tells the running one's. */\n";
    text += &format!(
        "#define MYNACARD_VERSION \"{}\"\n",
        mynacard_ffi::MYNACARD_VERSION
    );
    text + "#endif /* MYNACARD_INIT */\n"
}

#[test]
fn the_header_is_the_generated_one() {
    let place = root().join("include/mynacard.h");
    let header = generated();
    if std::env::var_os("MYNACARD_BLESS").is_some() {
        std::fs::write(&place, &header).unwrap();
    }
    let checked_in = std::fs::read_to_string(&place).unwrap_or_default();
    assert!(
        checked_in == header,
        "include/mynacard.h is stale: run MYNACARD_BLESS=1 cargo test -p mynacard-ffi"
    );
}

#[test]
fn everything_in_the_source_is_in_the_header() {
    let header = generated();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for kind in [
            "pub enum mynacard_",
            "pub struct mynacard_",
            "extern \"C\" fn mynacard_",
        ] {
            for rest in source.split(kind).skip(1) {
                let end = rest
                    .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
                    .unwrap();
                let name = format!("mynacard_{}", &rest[..end]);
                assert!(header.contains(&name), "{name} is not in the header");
            }
        }
    }
}

#[test]
fn everything_in_the_header_is_described() {
    let header = generated();
    let mut before = "";
    for line in header.lines() {
        let starts = line.starts_with("typedef struct")
            || line.starts_with("enum ")
            || line.starts_with("#define MYNACARD_")
                && line.contains(' ')
                && line.split_whitespace().count() > 2
            || (line.contains("mynacard_")
                && line.contains('(')
                && !line.starts_with([' ', '/', '*', '#']));
        if starts {
            assert!(
                before.trim_end().ends_with("*/"),
                "no description before: {line}"
            );
        }
        before = line;
    }
}

#[track_caller]
fn compiles(compiler: &str, standard: &str, extension: &str, program: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join(format!("use.{extension}"));
    std::fs::write(&source, program).unwrap();
    let output = Command::new(compiler)
        .args([
            standard,
            "-Wall",
            "-Wextra",
            "-Werror",
            "-pedantic",
            "-fsyntax-only",
            "-I",
        ])
        .arg(root().join("include"))
        .arg(&source)
        .output()
        .unwrap_or_else(|error| panic!("this test needs {compiler}: {error}"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_header_compiles_as_c11_and_cpp17() {
    let program =
        "#include \"mynacard.h\"\nint main(void) { return (int)mynacard_abi_version(); }\n";
    compiles("cc", "-std=c11", "c", program);
    compiles("c++", "-std=c++17", "cpp", program);
}
