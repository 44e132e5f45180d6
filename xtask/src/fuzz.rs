//! Fuzzing: builds the targets of `fuzz/` and runs each from its seeds for some seconds.
//!
//! With a nightly toolchain the address sanitizer is on; without one the same targets run on the stable toolchain,
//! where coverage and every assertion still work. `cargo fuzz run TARGET` works too.

mod keep;
mod quiet;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::run::{Program, cargo};
use crate::stage::Checks;
use crate::workspace;

const HOST: &str = "x86_64-unknown-linux-gnu";

/// The program that is the target that `MYNACARD_FUZZ_TARGET` names.
const ALL: &str = "all";

/// What cargo-fuzz gives the compiler for coverage.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "-Cdebug-assertions",
    "-Coverflow-checks",
    "--cfg=fuzzing",
];

/// `cargo xtask fuzz [--seconds N] [--until-quiet [--slice N] | --keep] [TARGET]…`
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let (mut seconds, mut slice, mut until_quiet, mut keep) = (None, 10, false, false);
    let mut chosen = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || {
            let number = rest.next().and_then(|n| n.parse::<u64>().ok());
            number.ok_or_else(|| format!("{argument} wants a number"))
        };
        match argument.as_str() {
            "--seconds" => seconds = Some(number()?),
            "--slice" => slice = number()?.max(1),
            "--until-quiet" => until_quiet = true,
            "--keep" => keep = true,
            name => chosen.push(name.to_owned()),
        }
    }
    let mut targets = targets()?;
    if let Some(unknown) = chosen.iter().find(|name| !targets.contains(name)) {
        return Err(format!(
            "no fuzz target {unknown}; there are {}",
            targets.join(", ")
        ));
    }
    if !chosen.is_empty() {
        targets = chosen;
    }
    let mut checks = Checks::default();
    if keep {
        keep::run(&mut checks, &targets)?;
    } else if until_quiet {
        quiet::run(&mut checks, &targets, slice, seconds.unwrap_or(600))?;
    } else {
        run(&mut checks, &targets, seconds.unwrap_or(60))?;
    }
    if checks.failures.is_empty() {
        Ok(())
    } else {
        Err(checks.failures.join("\n"))
    }
}

/// The stage: every target, briefly.
pub(crate) fn stage(checks: &mut Checks) -> Result<(), String> {
    run(checks, &targets()?, 6)
}

/// What fuzzing found here for a target: it stays below `target` between runs.
pub(crate) fn corpus(name: &str) -> PathBuf {
    workspace::target().join("fuzz/corpus").join(name)
}

/// What an earlier run found and kept: it is checked in.
pub(crate) fn found(name: &str) -> PathBuf {
    workspace::root().join("fuzz/found").join(name)
}

fn seeds(name: &str) -> PathBuf {
    workspace::root().join("fuzz/seeds").join(name)
}

/// The targets are the files of `fuzz/fuzz_targets`.
pub(crate) fn targets() -> Result<Vec<String>, String> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let entries =
        std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

fn run(checks: &mut Checks, targets: &[String], seconds: u64) -> Result<(), String> {
    if !built(checks)? {
        return Ok(());
    }
    all_of(checks, targets, |name| {
        println!("{name:<20} {}", summary(&fuzz(name, seconds, &[])?));
        Ok(())
    });
    Ok(())
}

/// Builds the targets; false when that failed, which is noted.
fn built(checks: &mut Checks) -> Result<bool, String> {
    let sanitized = nightly();
    let note = if sanitized {
        "nightly, address sanitizer"
    } else {
        "stable, no sanitizer: there is no nightly toolchain here"
    };
    println!("fuzzing with {note}");
    // The same versions as the product: the lock file is the workspace's, plus what only fuzzing needs.
    let root = workspace::root();
    std::fs::copy(root.join("Cargo.lock"), root.join("fuzz/Cargo.lock"))
        .map_err(|error| format!("fuzz/Cargo.lock: {error}"))?;
    let built = build(sanitized).run()?;
    if !built.succeeded {
        checks.fail(built.line);
    }
    Ok(built.succeeded)
}

/// Does something with every target, as many at once as there are processors.
fn all_of(
    checks: &mut Checks,
    targets: &[String],
    work: impl Fn(&str) -> Result<(), String> + Sync,
) {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let ended = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_once.min(targets.len()) {
            // Whoever is done takes the next one: some targets take many times as long as others.
            scope.spawn(|| {
                while let Some(name) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let end = work(name);
                    let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                    ended.push((name, end));
                }
            });
        }
    });
    let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    ended.sort_by_key(|(name, _)| *name);
    for (name, end) in ended {
        match end {
            Ok(()) => checks.pass(),
            Err(why) => checks.fail(format!("fuzz target {name}: {why}")),
        }
    }
}

fn nightly() -> bool {
    Program::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .capture()
        .is_ok_and(|(found, _)| found)
}

fn build(sanitized: bool) -> Program {
    let mut flags: Vec<&str> = COVERAGE.to_vec();
    let program = if sanitized {
        flags.push("-Zsanitizer=address");
        Program::new("rustup")
            .args(["run", "nightly", "cargo"])
            .env("RUSTUP_TOOLCHAIN", "nightly")
    } else {
        cargo()
    };
    program
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env("CARGO_TARGET_DIR", workspace::target().join("fuzz"))
        .args([
            "build",
            "--release",
            // One program that can be every target: the others are a line each, and hold the same code.
            "--bin",
            ALL,
            "--target",
            HOST,
            "--manifest-path",
            "fuzz/Cargo.toml",
        ])
}

fn program() -> PathBuf {
    let built = workspace::target().join("fuzz").join(HOST);
    built.join("release").join(ALL)
}

/// A folder for the files that a target writes, in memory where the system has such a folder; it goes with this.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let memory = PathBuf::from("/dev/shm");
        let base = if memory.is_dir() {
            memory
        } else {
            std::env::temp_dir()
        };
        Scratch(base.join(format!("mynacard-fuzz-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program as one target.
fn target(name: &str, scratch: &Scratch) -> Program {
    Program::new(program())
        .env("MYNACARD_FUZZ_TARGET", name)
        .env("MYNACARD_FUZZ_FOLDER", &scratch.0)
        // As cargo-fuzz does: the C compiler's instrumentation of SQLite registers its globals a second time.
        .env("ASAN_OPTIONS", "detect_odr_violation=0")
}

/// Runs one target; libFuzzer's report on success, the end of its log on failure.
fn fuzz(name: &str, seconds: u64, more: &[&str]) -> Result<String, String> {
    let (corpus, crashes) = (
        corpus(name),
        workspace::target().join("fuzz/artifacts").join(name),
    );
    for folder in [&corpus, &crashes] {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let (seeds, found) = (seeds(name), found(name));
    if !seeds.is_dir() {
        return Err(format!("no seeds in fuzz/seeds/{name}"));
    }
    let scratch = Scratch::new(name);
    let mut program = target(name, &scratch)
        .arg(format!("-max_total_time={seconds}"))
        .args([
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-max_len=65536",
            "-print_final_stats=1",
        ])
        .args(more)
        .arg(format!("-artifact_prefix={}/", crashes.display()))
        .arg(&corpus)
        .arg(&seeds);
    // None is kept where the seeds take every edge that fuzzing found.
    if found.is_dir() {
        program = program.arg(&found);
    }
    let (succeeded, text) = program.capture()?;
    if succeeded {
        return Ok(text);
    }
    let lines: Vec<&str> = text.lines().collect();
    let end = lines
        .get(lines.len().saturating_sub(40)..)
        .unwrap_or_default();
    Err(end.join("\n"))
}

/// Runs, runs a second and coverage, from libFuzzer's report.
fn summary(text: &str) -> String {
    format!(
        "{:>9} runs, {:>6} a second, coverage {}",
        stat(text, "stat::number_of_executed_units:").unwrap_or("?"),
        stat(text, "stat::average_exec_per_sec:").unwrap_or("?"),
        edges(text).map_or_else(|| "?".to_owned(), |edges| edges.to_string())
    )
}

fn stat<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = text.lines().rev();
    lines.find_map(|line| line.strip_prefix(key)).map(str::trim)
}

/// The edges that all inputs together took.
fn edges(text: &str) -> Option<u64> {
    let mut lines = text.lines().rev();
    let last = lines.find_map(|line| line.split_once(" cov: ")?.1.split_whitespace().next())?;
    last.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_report() {
        let text = "#5 DONE cov: 112 ft: 240 corp: 9/1Kb\nstat::number_of_executed_units: 4711\nstat::average_exec_per_sec: 471\n";
        assert_eq!(
            summary(text),
            "     4711 runs,    471 a second, coverage 112"
        );
    }

    #[test]
    fn every_target_stands_in_the_readme_once() {
        let readme = std::fs::read_to_string(workspace::root().join("fuzz/README.md")).unwrap();
        let rows = readme.lines().filter_map(|line| line.strip_prefix("| `"));
        let mut named: Vec<String> = rows
            .filter_map(|row| row.split_once(" |"))
            .flat_map(|(names, _)| names.split(", ").map(|name| name.replace('`', "")))
            .collect();
        named.sort();
        assert_eq!(named, targets().unwrap());
    }

    #[test]
    fn every_target_has_seeds_and_a_bin() {
        let manifest = std::fs::read_to_string(workspace::root().join("fuzz/Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(targets.len() >= 10, "{targets:?}");
        for name in targets {
            assert!(
                manifest.contains(&format!("fuzz_targets/{name}.rs")),
                "{name} is no bin of fuzz/Cargo.toml"
            );
            // `cargo xtask fuzz` builds one program instead of them: they may hold nothing else.
            let path = workspace::root().join(format!("fuzz/fuzz_targets/{name}.rs"));
            let only = format!(
                "#![no_main]\n\nlibfuzzer_sys::fuzz_target!(|data: &[u8]| mynacard_fuzz_targets::run(\"{name}\", data));\n"
            );
            let found = std::fs::read_to_string(path).unwrap().replace("\n    ", "");
            assert_eq!(found, only, "{name}");
            let seeds =
                std::fs::read_dir(workspace::root().join("fuzz/seeds").join(&name)).unwrap();
            assert!(seeds.count() > 0, "{name} has no seeds");
        }
    }
}
