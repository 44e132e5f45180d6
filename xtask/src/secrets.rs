//! The most verbose log of the whole suite: no record of any crate, in any program that a test starts, shows a secret or a person.
//!
//! Most test programs have no logger, and a logger of their own would see that program only. So the suite is built in a copy of the
//! workspace with the crate `log` altered: before a record goes where the program wants it, it is written to a file, at every level. This
//! holds for the tests, for the programs that they start and for what those programs are built with. What the tests print is searched
//! too. `xtask/chain/src/secrets.rs` knows what nobody may read of the synthetic people, and how it could be spelled; passcodes, passwords,
//! activation codes and terminals' keys are written down by the copy where they are made or taken, and looked for as well.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::run::{Program, Tests, cargo};
use crate::{checked, copy, workspace};

/// A record that names a patient's answer, planted where the line is spoken to: it must be found.
const LEAK: (&str, &str, &str) = (
    "crates/mynacard-client/src/https/call.rs",
    "log::debug!(\"{path} answered {status} with {} bytes\", body.len());",
    "log::debug!(\"{path} answered {status} with {}\", String::from_utf8_lossy(&body));",
);

/// Where a program takes or makes a secret: there the copy writes it down, so that every secret of the run is looked for.
const MADE: &[(&str, &str, &str)] = &[
    (
        "crates/mynacard-auth/src/vault/mod.rs",
        "            return Err(ErrorKind::PasscodeLength.into());\n        }\n",
        "text.as_bytes()",
    ),
    (
        "crates/mynacard-auth/src/terminal.rs",
        "            let candidate = Zeroizing::new(random_bytes::<32>()?);\n",
        "candidate.as_slice()",
    ),
    (
        "crates/mynacard-client/src/folder/response.rs",
        "    pub fn new(password: &str) -> Password {\n",
        "password.as_bytes()",
    ),
    (
        "crates/mynacard-sandbox/src/portal/account.rs",
        "fn stretch(password: &str, salt: &[u8; 16]) -> Result<[u8; 32], Error> {\n",
        "password.as_bytes()",
    ),
    (
        "crates/mynacard-sandbox/src/service.rs",
        "        let code = random::activation_code()?;\n",
        "code.as_bytes()",
    ),
    (
        "crates/mynacard-sandbox/src/portal/application.rs",
        "                let code = random::activation_code()?;\n",
        "code.as_bytes()",
    ),
];

/// Tests that count what the altered crate adds to: allocations and what links without the standard library.
const NOT_OF_THE_COPY: &[&str] = &[
    "a_check_allocates_once_an_exchange_and_little_besides",
    "the_report_says_what_the_code_does",
    "a_static_library_without_std_links",
];

/// `cargo xtask secrets [--leak] [--test NAME]…`: the whole suite, or what `cargo test` is told to select of it.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let folder = workspace::target().join("secrets");
    let source = copy::of_the_workspace(&folder.join("source"))?;
    alter_log(&folder.join("log"))?;
    patch(&source)?;
    write_made_down(&source)?;
    // Tests of the papers ask what belongs to the repository.
    Program::new("git")
        .args(["init", "--quiet"])
        .arg(&source)
        .go()?;
    let told: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match told.as_slice() {
        ["--leak"] => {
            let (file, from, to) = LEAK;
            let text = read(&source.join(file))?;
            copy::write(
                &source.join(file),
                copy::changed(&text, from, to)?.as_bytes(),
            )?;
            match run(&folder, &source, &["--test", "check_pin"])? {
                (true, _) => Ok(()),
                (false, _) => Err("the planted leak was not found".to_owned()),
            }
        }
        told => {
            let everything: &[&str] = &["--lib", "--bins", "--tests"];
            let selected = if told.is_empty() { everything } else { told };
            match run(&folder, &source, selected)? {
                (true, _) => Err("a log shows a secret or a person".to_owned()),
                (false, said) if told.is_empty() => checked::record("secrets", &said),
                (false, _) => Ok(()),
            }
        }
    }
}

/// Runs the tests with every record written, and searches: whether anything was found, and in what.
fn run(folder: &Path, source: &Path, selected: &[&str]) -> Result<(bool, String), String> {
    let (records, made) = (folder.join("records"), folder.join("made"));
    for folder in [&records, &made] {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let manifest = source.join("Cargo.toml").display().to_string();
    let altered = format!(
        "patch.crates-io.log.path=\"{}\"",
        folder.join("log").display()
    );
    let of_the_copy = |verb: &str| {
        cargo()
            .args([verb, "--workspace", "--all-features"])
            .args(["--manifest-path", &manifest, "--config", &altered])
            .env("CARGO_TARGET_DIR", folder.join("target"))
    };
    // Tests ask the programs for their help: `cargo test` builds only those whose own package has tests that start them.
    of_the_copy("build").args(["--quiet", "--bins"]).go()?;
    let program = of_the_copy("test")
        .arg("--no-fail-fast")
        .args(selected)
        .args(["--", "--nocapture"])
        .args(NOT_OF_THE_COPY.iter().flat_map(|test| ["--skip", test]))
        .env("MYNACARD_EVERY_RECORD", &records)
        .env("MYNACARD_EVERY_SECRET", &made);
    let printed = folder.join("printed.txt");
    let tests = kept(program, &printed)?;
    println!(
        "{} tests passed, {} failed; what they printed is in {}",
        tests.passed,
        tests.failed,
        printed.display()
    );
    if tests.passed == 0 || tests.failed > 0 {
        return Err("a suite that is not whole says nothing about its log".to_owned());
    }
    let written = std::fs::read_dir(&records).map_or(0, Iterator::count);
    if written == 0 {
        return Err("no record was written".to_owned());
    }
    if std::fs::read_dir(&made).map_or(0, Iterator::count) == 0 {
        return Err("no secret was written down".to_owned());
    }
    println!("{written} programs logged");
    let search = ["--workspace", "--all-features", "--bin", "search"];
    cargo().arg("build").arg("--quiet").args(search).go()?;
    let search = workspace::target().join("debug/search");
    let found = Program::new(search)
        .arg(&made)
        .arg(&records)
        .arg(&printed)
        .go()
        .is_err();
    let said = format!(
        "{} tests pass, {written} programs log every record: no secret and nobody's data",
        tests.passed
    );
    Ok((found, said))
}

/// Runs with everything that is printed kept in a file.
fn kept(program: Program, path: &Path) -> Result<Tests, String> {
    let (_, text) = program.capture()?;
    copy::write(path, text.as_bytes())?;
    let mut tests = Tests::default();
    text.lines().for_each(|line| tests.read(line));
    Ok(tests)
}

/// What a test of the copy builds by itself takes the altered crate too.
fn patch(source: &Path) -> Result<(), String> {
    let path = source.join(".cargo/config.toml");
    let config = read(&path)?;
    let patch = "\n[patch.crates-io]\nlog = { path = \"../log\" }\n";
    copy::write(&path, format!("{config}{patch}").as_bytes())
}

/// Lets the copy write down each secret that it takes or makes.
fn write_made_down(source: &Path) -> Result<(), String> {
    for (file, at, secret) in MADE {
        let path = source.join(file);
        let to = format!("{at}        crate::every_secret::write({secret});\n");
        copy::write(&path, copy::changed(&read(&path)?, at, &to)?.as_bytes())?;
    }
    let crates: BTreeSet<&str> = MADE
        .iter()
        .filter_map(|(file, ..)| Some(file.split_once("/src/")?.0))
        .collect();
    for name in crates {
        let root = source.join(name).join("src/lib.rs");
        let text = read(&root)? + "\nmod every_secret;\n";
        copy::write(&root, text.as_bytes())?;
        let module = source.join(name).join("src/every_secret.rs");
        copy::write(&module, EVERY_SECRET.as_bytes())?;
    }
    Ok(())
}

/// A copy of the crate `log` that writes each record to a file before anything else is asked.
fn alter_log(to: &Path) -> Result<(), String> {
    let from = log_source()?;
    for file in ["Cargo.toml", "src/macros.rs", "src/serde.rs"] {
        copy::write(&to.join(file), read(&from.join(file))?.as_bytes())?;
    }
    if let Ok(entries) = std::fs::read_dir(from.join("src/kv")) {
        for entry in entries.flatten() {
            let name = Path::new("src/kv").join(entry.file_name());
            copy::write(&to.join(&name), read(&from.join(&name))?.as_bytes())?;
        }
    }
    let inside = copy::changed(
        &read(&from.join("src/__private_api.rs"))?,
        "    logger.log(&builder.build());\n",
        "    let record = builder.build();\n    \
             crate::every_record::write(&record);\n    \
             if level <= crate::wanted_level() {\n        logger.log(&record);\n    }\n",
    )?;
    copy::write(&to.join("src/__private_api.rs"), inside.as_bytes())?;
    let root = copy::changed(
        &read(&from.join("src/lib.rs"))?,
        "pub fn max_level() -> LevelFilter {\n",
        "pub fn max_level() -> LevelFilter {\n    LevelFilter::Trace\n}\n\n\
         mod every_record;\n\n\
         pub(crate) fn wanted_level() -> LevelFilter {\n",
    )?;
    copy::write(&to.join("src/lib.rs"), root.as_bytes())?;
    copy::write(&to.join("src/every_record.rs"), EVERY_RECORD.as_bytes())
}

/// Where cargo unpacked the version that the lock file names.
fn log_source() -> Result<PathBuf, String> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(workspace::root().join("Cargo.toml"))
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let log = metadata
        .packages
        .iter()
        .find(|package| package.name == "log");
    let manifest = log.map(|package| package.manifest_path.clone().into_std_path_buf());
    manifest
        .and_then(|path| Some(path.parent()?.to_owned()))
        .ok_or_else(|| "the workspace does not use the crate log".to_owned())
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

const EVERY_RECORD: &str = r#"//! Every record, one file a process.
extern crate std;

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

static FILE: OnceLock<Option<Mutex<File>>> = OnceLock::new();

pub(crate) fn write(record: &crate::Record<'_>) {
    // Formatted before the file is held: what is shown may log by itself.
    let line = std::format!("{} {}: {}\n", record.level(), record.target(), record.args());
    let Some(file) = FILE.get_or_init(open) else { return };
    let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
}

fn open() -> Option<Mutex<File>> {
    let folder = std::env::var_os("MYNACARD_EVERY_RECORD")?;
    let path = std::path::Path::new(&folder).join(std::format!("{}.log", std::process::id()));
    File::options().create(true).append(true).open(path).ok().map(Mutex::new)
}
"#;

const EVERY_SECRET: &str = r#"//! Every secret, one file a process.
use std::fs::File;
use std::io::Write;

pub(crate) fn write(secret: &[u8]) {
    let Some(folder) = std::env::var_os("MYNACARD_EVERY_SECRET") else { return };
    let path = std::path::Path::new(&folder).join(format!("{}.txt", std::process::id()));
    let line: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Ok(mut file) = File::options().create(true).append(true).open(path) {
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}
"#;
