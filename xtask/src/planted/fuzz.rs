//! Which replayed fuzz inputs notice a planted bug too: every target's seeds, and damaged copies of them, each target in a program of
//! its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::near::through;
use super::{Bug, folder, planted_in};
use crate::run::Program;
use crate::{copy, workspace};

/// Where the test that runs one target a name stands in the copy.
const TEST: &str = "fuzz/targets/tests/each_target.rs";
const HEAD: &str = "//! Each fuzz target's seeds and damaged copies of them, by the target's name; beside it what `replay` holds of them.

use std::path::Path;
use std::time::{Duration, Instant};

use mynacard_fuzz_targets::{damaged, run};

#[path = \"replay.rs\"]
mod replay;

fn one(target: &str) {
    let folder = Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"../seeds\").join(target);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    let seeds: Vec<_> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(!seeds.is_empty());
    if std::env::var_os(\"DAMAGED\").is_none() {
        return seeds.iter().for_each(|seed| run(target, seed));
    }
    let end = Instant::now() + Duration::from_secs(1);
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    for round in 0..500 {
        for seed in &seeds {
            if Instant::now() < end {
                run(target, &damaged(seed, round, &mut random));
            }
        }
    }
}
";

/// The tests of `replay` that say more than that a target runs, and the target whose seeds they are about where the sentence of the
/// failed test names none. What is left out only compares files, or runs what runs here by name.
const JUDGED: [(&str, &str); 4] = [
    (
        "what_is_signed_right_is_accepted_and_what_another_signed_is_not",
        "certificate_signed",
    ),
    (
        "the_right_script_of_a_relay_makes_the_card_sign_and_no_other_one_does",
        "relay_script",
    ),
    ("the_vault_among_them_opens", "vault_passcode"),
    ("right_calls_of_the_c_interface_work", "c_calls"),
];

/// The copy of the workspace, from which one program is built.
pub(super) struct Replay {
    copy: PathBuf,
}

impl Replay {
    /// The copy, with the test by target's name in it. What C programs link is left out: it would be linked for every bug.
    pub(super) fn prepare() -> Result<Self, String> {
        let copy = copy::of_the_workspace(&folder().join("source"))?;
        let targets = targets()?;
        let mut test = HEAD.to_owned();
        for target in &targets {
            test.push_str(&format!(
                "\n#[test]\nfn {target}() {{\n    one({target:?});\n}}\n"
            ));
        }
        copy::write(&copy.join(TEST), test.as_bytes())?;
        let manifest = copy.join("ffi/Cargo.toml");
        let text = std::fs::read_to_string(&manifest).map_err(|error| error.to_string())?;
        let text = copy::changed(&text, r#"["cdylib", "staticlib", "rlib"]"#, r#"["rlib"]"#)?;
        copy::write(&manifest, text.as_bytes())?;
        let replay = Self { copy };
        let begin = Instant::now();
        let all: Vec<_> = targets.iter().map(String::as_str).collect();
        let found = replay.noticed(&replay.build()?, &all)?;
        match found.is_empty() {
            true => {
                println!(
                    "unchanged   every target takes its seeds ({} s)",
                    begin.elapsed().as_secs()
                );
                Ok(replay)
            }
            false => Err(format!(
                "{found:?} fail without a planted bug: nothing can be said by them"
            )),
        }
    }

    /// The targets that notice this bug.
    pub(super) fn plant(&self, bug: &Bug) -> Result<BTreeSet<String>, String> {
        let targets = through(&bug.package);
        planted_in(&self.copy, bug, || self.noticed(&self.build()?, targets))
    }

    fn build(&self) -> Result<PathBuf, String> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let manifest = self.copy.join("Cargo.toml").display().to_string();
        let (succeeded, text) = Program::new("timeout")
            .args([
                "900",
                &cargo,
                "test",
                "--no-run",
                "--workspace",
                "--all-features",
            ])
            .args(["--test", "each_target", "--manifest-path", &manifest])
            .args(["--config", "profile.dev.debug=false"])
            .env("CARGO_TARGET_DIR", folder().join("target"))
            .env("CARGO_INCREMENTAL", "1")
            .capture()?;
        let program = text
            .lines()
            .find_map(|line| line.split_once("each_target.rs (")?.1.strip_suffix(')'));
        match (succeeded, program) {
            (true, Some(program)) => Ok(workspace::root().join(program)),
            _ => {
                let errors = text.lines().filter(|line| line.starts_with("error"));
                Err(errors.take(3).collect::<Vec<_>>().join("; "))
            }
        }
    }

    /// The targets that notice by their seeds; where none does, by damaged copies of them.
    fn noticed(&self, program: &Path, targets: &[&str]) -> Result<BTreeSet<String>, String> {
        let mut found = BTreeSet::new();
        for target in targets {
            if !run(program, &self.copy, target, false)?.0 {
                found.insert((*target).to_owned());
            }
        }
        for (test, of) in JUDGED.iter().filter(|(_, of)| targets.contains(of)) {
            let (passes, said) = run(program, &self.copy, &format!("replay::{test}"), false)?;
            if !passes {
                let named = |target: &&&str| said.contains(&format!("{target},"));
                found.insert((*targets.iter().find(named).unwrap_or(of)).to_owned());
            }
        }
        if found.is_empty() {
            for target in targets {
                if !run(program, &self.copy, target, true)?.0 {
                    found.insert((*target).to_owned());
                }
            }
        }
        Ok(found)
    }
}

/// How long a target may take, and how long one that took longer may at most: a busy machine is no bug that was noticed.
const LIMITS: [u64; 2] = [60, 600];

/// Runs one test: a target notices when its program fails, is ended by a signal, or does not come to an end.
fn run(program: &Path, copy: &Path, test: &str, damaged: bool) -> Result<(bool, String), String> {
    let run = |limit: u64| {
        let limit = limit.to_string();
        let mut program = Program::new("timeout")
            .args([&limit, &program.display().to_string(), "--exact", test])
            .within(&copy.join("fuzz/targets"));
        if damaged {
            program = program.env("DAMAGED", "1");
        }
        program.capture()
    };
    let [limit, at_most] = LIMITS;
    let begin = Instant::now();
    match run(limit)? {
        (false, _) if begin.elapsed().as_secs() >= limit => run(at_most),
        ended => Ok(ended),
    }
}

/// Every target, by the name of its file.
pub(super) fn targets() -> Result<Vec<String>, String> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let files = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let name = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.ok()?.path();
        Some(path.file_stem()?.to_str()?.to_owned())
    };
    let mut names: Vec<_> = files.filter_map(name).collect();
    names.sort();
    Ok(names)
}
