//! Planted bugs: each check of the certificate verdict is taken out in turn, and what card libraries get wrong is put in; the tests
//! must notice.
//!
//! The tables are `tests/planted.txt` of the crates that are named below. The bugs are planted in a copy below `target`, which has a target
//! folder of its own: cargo would take what is built there for the workspace's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::run::Program;
use crate::workspace;

/// The crates that have a table.
const PACKAGES: [&str; 2] = ["mynacard-card", "mynacard-cert"];

fn root_of(package: &str) -> PathBuf {
    Path::new("crates").join(package)
}

fn table_of(package: &str) -> PathBuf {
    workspace::root()
        .join(root_of(package))
        .join("tests/planted.txt")
}

/// One bug: in `file` the words `from` become `to`; `seen` names the test that notices, by target and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bug {
    package: String,
    file: String,
    from: String,
    to: String,
    seen: Option<(String, String)>,
}

/// The table: headings and prose kept as they are, so that it can be written again.
enum Part {
    Text(String),
    Bug(Bug),
}

/// `cargo xtask planted [--record] [WORD]…`: only the bugs whose file or text contains one of the words; a crate's name means
/// its table.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let record = arguments.iter().any(|argument| argument == "--record");
    let words = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'));
    let (named, words): (Vec<&String>, Vec<&String>) =
        words.partition(|word| PACKAGES.contains(&word.as_str()));
    let copy = copy()?;
    let (mut noticed, mut missed) = (0, Vec::new());
    let begin = Instant::now();
    for package in PACKAGES {
        if named.is_empty() || named.iter().any(|name| *name == package) {
            let here = plant_all(&copy, package, &words, record)?;
            noticed += here.0;
            missed.extend(here.1);
        }
    }
    let seconds = begin.elapsed().as_secs();
    println!("{noticed} noticed, {} not, in {seconds} s", missed.len());
    match missed.as_slice() {
        [] if noticed > 0 => Ok(()),
        [] => Err("no bug was planted".to_owned()),
        missed => Err(format!("not noticed:\n{}", missed.join("\n"))),
    }
}

/// The bugs of one crate: how many were noticed, and which were not.
fn plant_all(
    copy: &Path,
    package: &str,
    words: &[&String],
    record: bool,
) -> Result<(usize, Vec<String>), String> {
    let path = table_of(package);
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let mut parts = read(&text, package)?;
    baseline(copy, package, &parts, words, record)?;
    let (mut noticed, mut missed) = (0, Vec::new());
    for index in 0..parts.len() {
        let Some(Part::Bug(bug)) = parts.get(index) else {
            continue;
        };
        let mut bug = bug.clone();
        if !bug.chosen(words, record) {
            continue;
        }
        match plant(copy, &bug, record) {
            Ok(seen) => {
                noticed += 1;
                println!(
                    "noticed     {}: {} ({} {})",
                    bug.file, bug.from, seen.0, seen.1
                );
                bug.seen = Some(seen);
                if let (true, Some(part)) = (record, parts.get_mut(index)) {
                    *part = Part::Bug(bug);
                    std::fs::write(&path, write(&parts)).map_err(|error| error.to_string())?;
                }
            }
            Err(why) => {
                println!(
                    "NOT NOTICED {}: {} -> {}: {why}",
                    bug.file, bug.from, bug.to
                );
                missed.push(bug.from);
            }
        }
    }
    Ok((noticed, missed))
}

impl Bug {
    /// Whether its turn comes: with `record` only when no test is known yet.
    fn chosen(&self, words: &[&String], record: bool) -> bool {
        let text = format!("{} {}", self.file, self.from);
        let wanted = words.is_empty() || words.iter().any(|word| text.contains(*word));
        wanted && !(record && self.seen.is_some())
    }
}

/// The tests that are to notice pass on the copy as it is: one that fails anyway would seem to notice every bug.
fn baseline(
    copy: &Path,
    package: &str,
    parts: &[Part],
    words: &[&String],
    record: bool,
) -> Result<(), String> {
    for (target, names) in tests_before(parts, words, record) {
        let mut only: Vec<&str> = names.iter().map(String::as_str).collect();
        if !only.is_empty() {
            only.insert(0, "--exact");
        }
        let begin = Instant::now();
        if let Some((target, name)) = run(copy, package, &target, &only)? {
            return Err(format!(
                "{target} {name} fails without a planted bug: nothing can be said by it"
            ));
        }
        let seconds = begin.elapsed().as_secs();
        println!(
            "unchanged   {target}: {} tests pass ({seconds} s)",
            names.len()
        );
    }
    Ok(())
}

/// What the baseline runs: by target the names of the tests; no name means all of them.
fn tests_before(
    parts: &[Part],
    words: &[&String],
    record: bool,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for part in parts {
        let Part::Bug(bug) = part else { continue };
        if !bug.chosen(words, record) {
            continue;
        }
        match (&bug.seen, record) {
            (Some((target, name)), false) => {
                all.entry(target.clone()).or_default().insert(name.clone());
            }
            // Any test of these targets may be the one that is found.
            _ => {
                for tests in about(&bug.package, &bug.file) {
                    let target = tests.split(' ').next().unwrap_or(tests);
                    all.insert(target.to_owned(), BTreeSet::new());
                }
            }
        }
    }
    all
}

/// Plants one bug in the copy; the test that noticed it.
fn plant(copy: &Path, bug: &Bug, record: bool) -> Result<(String, String), String> {
    let path = copy.join(root_of(&bug.package)).join("src").join(&bug.file);
    let right = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let wrong = planted(&right, bug)?;
    std::fs::write(&path, wrong).map_err(|error| error.to_string())?;
    let found = test(copy, bug, record);
    std::fs::write(&path, right).map_err(|error| error.to_string())?;
    found
}

/// Runs the test that is to notice, or looks for one among those about the file.
fn test(copy: &Path, bug: &Bug, record: bool) -> Result<(String, String), String> {
    if let (Some((target, name)), false) = (&bug.seen, record) {
        return run(copy, &bug.package, target, &["--exact", name])?
            .ok_or_else(|| "the test passes".to_owned());
    }
    for tests in about(&bug.package, &bug.file) {
        let (target, only) = tests.split_once(' ').unwrap_or((tests, ""));
        if let Some(seen) = run(copy, &bug.package, target, &[only])? {
            return Ok(seen);
        }
    }
    Err("the tests pass".to_owned())
}

/// Runs one target's tests in the copy: the one that failed.
fn run(
    copy: &Path,
    package: &str,
    target: &str,
    only: &[&str],
) -> Result<Option<(String, String)>, String> {
    let manifest = copy.join("Cargo.toml").display().to_string();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let selected: &[&str] = match target {
        "lib" => &["--lib"],
        test => &["--test", test],
    };
    let (succeeded, text) = Program::new("timeout")
        .args(["600", &cargo, "test", "--package", package])
        .args(["--all-features", "--manifest-path", &manifest])
        // Less to compile; the dependencies have none either way.
        .args(["--config", "profile.dev.debug=false"])
        .args(selected)
        .arg("--")
        .args(only)
        .env("CARGO_TARGET_DIR", folder().join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .capture()?;
    match (succeeded, text.contains("test result: FAILED")) {
        (true, _) if text.contains("\ntest result: ok. 0 passed") => {
            Err("no test of that name".to_owned())
        }
        (true, _) => Ok(None),
        (false, true) => failed(&text, package)
            .map_or_else(|| Err("no test is named".to_owned()), |seen| Ok(Some(seen))),
        (false, false) => {
            let errors = text.lines().filter(|line| line.starts_with("error"));
            Err(errors.take(3).collect::<Vec<_>>().join("; "))
        }
    }
}

/// Target and name of the first test that failed.
fn failed(text: &str, package: &str) -> Option<(String, String)> {
    let (_, rest) = text.split_once(&format!("to rerun pass `-p {package} --"))?;
    let target = rest.split('`').next()?.trim_start_matches("test ");
    let (_, names) = text.rsplit_once("failures:\n")?;
    Some((target.to_owned(), names.lines().next()?.trim().to_owned()))
}

/// The tests about a source file, by target and perhaps a part of their names: the nearest first.
fn about(package: &str, file: &str) -> &'static [&'static str] {
    match package {
        "mynacard-card" => about_card(file),
        _ => about_certificates(file),
    }
}

fn about_card(file: &str) -> &'static [&'static str] {
    match file {
        "read.rs" => &[
            "reading",
            "jpki",
            "applications",
            "status_words",
            "memory",
            "flips",
        ],
        "card/answer.rs" => &["reading", "jpki", "status_words", "applications", "memory"],
        file if file.starts_with("trace/") => &["lib", "trace", "trace_secrets"],
        file if file.starts_with("pin/") => {
            &["jpki", "misuse", "lib", "pin_change", "jpki_conduct"]
        }
        _ => &[
            "jpki",
            "status_words",
            "jpki_conduct",
            "pin_change",
            "log",
            "applications",
            "memory",
            "trace_secrets",
            "properties",
            "misuse",
            "lib",
        ],
    }
}

fn about_certificates(file: &str) -> &'static [&'static str] {
    const MATRIX: &str = "matrix authentication_under_p256";
    match file {
        "revocation/list.rs" => &["lists the_matrix", "lists"],
        "revocation/stream.rs" | "revocation/mod.rs" => &["lists", "ocsp"],
        "revocation/ocsp.rs" | "revocation/ocsp_form.rs" => &["ocsp the_matrix", "ocsp"],
        "record/attributes.rs" => &["records", "face"],
        "holder.rs" => &["holder"],
        "key.rs" | "possession.rs" => &[MATRIX, "possession", "matrix", "face", "trust"],
        "trust.rs" | "roots.rs" => &["trust", "testcard", "roots", "matrix"],
        "verdict.rs" => &["trust", "testcard", "matrix", "lists"],
        "certificate.rs" | "extension.rs" | "name.rs" | "verify.rs" => {
            &[MATRIX, "trust", "matrix", "testcard", "lists", "ocsp"]
        }
        file if file.starts_with("revocation/") => &["ocsp", "lists"],
        file if file.starts_with("record/") => &["face", "records", "lib"],
        _ => &["lib", "matrix", "trust", "testcard", "lists", "ocsp"],
    }
}

/// The source with the bug in it.
fn planted(right: &str, bug: &Bug) -> Result<String, String> {
    let places = find(right, &bug.from);
    let [(start, end)] = places.as_slice() else {
        return Err(format!("stands {} times in {}", places.len(), bug.file));
    };
    let (before, rest) = right.split_at(*start);
    let after = rest.get(end - start..).unwrap_or_default();
    Ok(format!("{before}{}{after}", bug.to))
}

/// Where these words stand, with whatever white space between them.
fn find(text: &str, words: &str) -> Vec<(usize, usize)> {
    let matches = |start: usize| {
        let mut rest = text.get(start..)?;
        for (index, word) in words.split_whitespace().enumerate() {
            if index > 0 {
                rest = rest.trim_start();
            }
            rest = rest.strip_prefix(word)?;
        }
        Some((start, text.len() - rest.len()))
    };
    let first = words.split_whitespace().next().unwrap_or_default();
    text.match_indices(first)
        .filter_map(|(start, _)| matches(start))
        .collect()
}

fn folder() -> PathBuf {
    workspace::target().join("planted")
}

/// The repository's files below `target`; files that did not change are left alone, so that nothing is built twice.
fn copy() -> Result<PathBuf, String> {
    let copy = folder().join("source");
    let files = workspace::files()?;
    clear(&copy, &copy, &files)?;
    for file in files {
        let (from, to) = (workspace::root().join(&file), copy.join(&file));
        let Ok(bytes) = std::fs::read(&from) else {
            continue;
        };
        if std::fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        let folder = to.parent().unwrap_or(&copy);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&to, bytes))
            .map_err(|error| format!("{}: {error}", to.display()))?;
    }
    Ok(copy)
}

/// Takes out of the copy what the repository no longer has.
fn clear(copy: &Path, folder: &Path, files: &[PathBuf]) -> Result<(), String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            clear(copy, &path, files)?;
        } else if let Ok(file) = path.strip_prefix(copy)
            && !(files.iter().any(|known| known == file) && workspace::root().join(file).exists())
        {
            std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

fn read(text: &str, package: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    for block in text.trim_end().split("\n\n") {
        if !block.starts_with("file ") {
            parts.push(Part::Text(block.to_owned()));
            continue;
        }
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim().to_owned())
                .ok_or_else(|| format!("no {name} in {block:?}"))
        };
        let seen = field("seen")?;
        parts.push(Part::Bug(Bug {
            package: package.to_owned(),
            file: field("file")?,
            from: field("from")?,
            to: field("to")?,
            seen: seen
                .split_once(' ')
                .map(|(target, name)| (target.to_owned(), name.to_owned())),
        }));
    }
    Ok(parts)
}

fn write(parts: &[Part]) -> String {
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let _ = match part {
            Part::Text(block) => writeln!(text, "{block}"),
            Part::Bug(bug) => {
                let to = format!("to   {}", bug.to);
                let seen = bug.seen.as_ref();
                let seen = seen.map_or("?".to_owned(), |(target, name)| format!("{target} {name}"));
                let (file, from, to) = (&bug.file, &bug.from, to.trim_end());
                writeln!(text, "file {file}\nfrom {from}\n{to}\nseen {seen}")
            }
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_runs_every_test_that_a_chosen_bug_names() {
        let text = "head\n\nfile a.rs\nfrom x\nto\nseen lists one\n\nfile b.rs\nfrom y\nto\nseen lists two\n\n\
                    file holder.rs\nfrom z\nto\nseen ?\n";
        let parts = read(text, "mynacard-cert").unwrap();
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        let before = tests_before(&parts, &[], false);
        assert_eq!(before.get("lists"), Some(&names(&["one", "two"])));
        assert_eq!(before.get("holder"), Some(&BTreeSet::new()));
        let word = "a.rs".to_owned();
        let before = tests_before(&parts, &[&word], false);
        assert_eq!(before.get("lists"), Some(&names(&["one"])));
        assert_eq!(before.len(), 1);
        let before = tests_before(&parts, &[], true);
        assert!(before.contains_key("holder") && !before.contains_key("lists"));
    }

    fn table() -> Vec<Bug> {
        let tables = PACKAGES.into_iter().flat_map(|package| {
            let text = std::fs::read_to_string(table_of(package)).unwrap();
            let parts = read(&text, package).unwrap();
            assert_eq!(write(&parts), text, "the table is written as it is read");
            parts.into_iter().filter_map(|part| match part {
                Part::Bug(bug) => Some(bug),
                Part::Text(_) => None,
            })
        });
        tables.collect()
    }

    /// The table cannot rot: every bug still fits the source at one place and changes it.
    #[test]
    fn every_bug_fits_the_source() {
        let bugs = table();
        assert!(bugs.len() > 240, "{}", bugs.len());
        for (index, bug) in bugs.iter().enumerate() {
            let path = workspace::root()
                .join(root_of(&bug.package))
                .join("src")
                .join(&bug.file);
            let right = std::fs::read_to_string(path).unwrap();
            let wrong = planted(&right, bug).unwrap_or_else(|why| panic!("{bug:?}: {why}"));
            assert_ne!(wrong, right, "{bug:?}");
            let later = bugs.iter().skip(index + 1);
            for other in later {
                assert!(
                    (&other.package, &other.file, &other.from, &other.to)
                        != (&bug.package, &bug.file, &bug.from, &bug.to),
                    "twice: {bug:?}"
                );
            }
        }
    }

    /// Every bug names a test that is there.
    #[test]
    fn every_bug_has_its_test() {
        for bug in table() {
            let crate_root = workspace::root().join(root_of(&bug.package));
            let (target, name) = bug.seen.clone().unwrap_or_else(|| panic!("{bug:?}"));
            let mut path: Vec<&str> = name.split("::").collect();
            let function = path.pop().unwrap_or_default();
            let files = match (target.as_str(), path.as_slice()) {
                ("lib", modules) => {
                    let module: Vec<&str> =
                        modules.iter().copied().filter(|m| *m != "tests").collect();
                    vec![format!("src/{}.rs", module.join("/"))]
                }
                (test, []) => vec![format!("tests/{test}.rs"), format!("tests/{test}/main.rs")],
                (test, [module, ..]) => vec![format!("tests/{test}/{module}.rs")],
            };
            let there = files.iter().any(|file| {
                std::fs::read_to_string(crate_root.join(file))
                    .is_ok_and(|text| text.contains(&format!("fn {function}()")))
            });
            assert!(there, "no test {target} {name}");
        }
    }

    #[test]
    fn words_are_found_with_any_white_space() {
        let text = "if a\n    .b()\n{ x }";
        assert_eq!(find(text, "if a .b() {"), [(0, 15)]);
        assert_eq!(find(text, "if b"), []);
        assert_eq!(find("aXa", "a").len(), 2);
    }

    #[test]
    fn a_failed_test_is_named() {
        let text = "failures:\n\n---- x stdout ----\n\nfailures:\n    register::lists\n\ntest result: FAILED. 1\n\
                    error: test failed, to rerun pass `-p mynacard-cert --test lists`\n";
        assert_eq!(
            failed(text, "mynacard-cert"),
            Some(("lists".to_owned(), "register::lists".to_owned()))
        );
        assert_eq!(
            failed(&text.replace("--test lists", "--lib"), "mynacard-cert")
                .unwrap()
                .0,
            "lib"
        );
    }
}
