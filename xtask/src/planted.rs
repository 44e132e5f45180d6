//! Planted bugs: each check of the certificate verdict is taken out in turn, and what libraries of this field get wrong is put in; the
//! tests must notice.
//!
//! The tables are `tests/planted.txt` of the crates that are named below; `PLANTED.md` counts them. The bugs are planted in a copy below
//! `target`, which has a target folder of its own: cargo would take what is built there for the workspace's own.

mod fuzz;
mod known;
mod near;
mod overview;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::run::Program;
use crate::{checked, copy, workspace};
use near::about;

/// The crates that have a table.
pub(crate) const PACKAGES: [&str; 13] = [
    "mynacard-card",
    "mynacard-cert",
    "mynacard-eligibility",
    "mynacard-auth",
    "mynacard-client",
    "mynacard-pcsc",
    "mynacard-apdu",
    "mynacard",
    "mynacard-ffi",
    "mynacard-checkup",
    "mynacard-cli",
    "mynacard-sim",
    "mynacard-sandbox",
];

fn root_of(package: &str) -> PathBuf {
    match package {
        "mynacard-ffi" => "ffi".into(),
        "mynacard-ffi-sandbox" => "ffi/sandbox".into(),
        "mynacard-fuzz-targets" => "fuzz/targets".into(),
        package => Path::new("crates").join(package),
    }
}

fn table_of(package: &str) -> PathBuf {
    workspace::root()
        .join(root_of(package))
        .join("tests/planted.txt")
}

/// One bug: in `file` the words `from` become `to`; `seen` names the test that notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bug {
    package: String,
    file: String,
    from: String,
    to: String,
    seen: Option<Seen>,
    /// The fuzz targets that notice it as well; nobody tried where there is none.
    fuzz: Option<BTreeSet<String>>,
}

/// The test that notices a bug: its target, after the crate's name where that is another crate, and its own name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    target: String,
    name: String,
}

impl Seen {
    fn read(text: &str) -> Option<Self> {
        let (target, name) = text.split_once(' ')?;
        Some(Self {
            target: target.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The crate of the test, and the target in it.
    fn place<'a>(&'a self, package: &'a str) -> (&'a str, &'a str) {
        place(&self.target, package)
    }
}

fn place<'a>(target: &'a str, package: &'a str) -> (&'a str, &'a str) {
    target.split_once('/').unwrap_or((package, target))
}

/// The table: headings and prose kept as they are, so that it can be written again.
enum Part {
    Text(String),
    Bug(Bug),
}

/// `cargo xtask planted [--record | --fuzz] [WORD]…`: only the bugs whose file or text contains one of the words; a crate's name
/// means its table. `--record` looks for the tests of bugs that have none, `--fuzz` for the fuzz targets whose inputs notice them too.
/// `--table` counts them in `PLANTED.md`, and `--unchanged` runs the named tests; neither plants anything.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    if arguments == ["--table"] {
        return overview::write();
    }
    const OPTIONS: [&str; 3] = ["--record", "--unchanged", "--fuzz"];
    let mut options = arguments
        .iter()
        .filter(|argument| argument.starts_with('-'));
    if let Some(other) = options.find(|option| !OPTIONS.contains(&option.as_str())) {
        let known = OPTIONS.join(", ");
        return Err(format!(
            "planted has no option {other}: {known}, or --table alone"
        ));
    }
    let told = |option: &str| arguments.iter().any(|argument| argument == option);
    let (record, unchanged) = (told("--record"), told("--unchanged"));
    let words = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'));
    let (named, words): (Vec<&String>, Vec<&String>) =
        words.partition(|word| PACKAGES.contains(&word.as_str()));
    // Two copies would not do: cargo takes a crate of one for the same crate of the other.
    std::fs::create_dir_all(folder()).map_err(|error| error.to_string())?;
    let lock = std::fs::File::create(folder().join("lock")).map_err(|error| error.to_string())?;
    lock.try_lock()
        .map_err(|_| "bugs are being planted already: one run at a time".to_owned())?;
    if told("--fuzz") {
        return fuzz_all(&named, &words);
    }
    let copy = copy::of_the_workspace(&folder().join("source"))?;
    // No test links the archive, and it would be written for every bug.
    let manifest = copy.join("ffi/Cargo.toml");
    let text = std::fs::read_to_string(&manifest).map_err(|error| error.to_string())?;
    let text = copy::changed(
        &text,
        r#""cdylib", "staticlib", "rlib""#,
        r#""cdylib", "rlib""#,
    )?;
    copy::write(&manifest, text.as_bytes())?;
    let (mut noticed, mut missed) = (0, Vec::new());
    let begin = Instant::now();
    for package in PACKAGES {
        if named.is_empty() || named.iter().any(|name| *name == package) {
            let (seen, unseen) = plant_all(&copy, package, &words, (record, unchanged))?;
            if unseen.is_empty() && !(record || unchanged) && words.is_empty() {
                checked::record(
                    &format!("planted {package}"),
                    &format!("{seen} bugs are noticed"),
                )?;
            }
            noticed += seen;
            missed.extend(unseen);
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

/// Plants each chosen bug that no fuzz input was tried on, and writes down which targets notice it.
fn fuzz_all(named: &[&String], words: &[&String]) -> Result<(), String> {
    let replay = fuzz::Replay::prepare()?;
    let begin = Instant::now();
    let (mut tried, mut noticed) = (0, 0);
    for package in PACKAGES {
        if !named.is_empty() && !named.iter().any(|name| *name == package) {
            continue;
        }
        let parts = parts_of(package)?;
        for bug in chosen(&parts, words).filter(|bug| bug.fuzz.is_none()) {
            match replay.plant(bug) {
                Ok(found) => {
                    tried += 1;
                    noticed += u32::from(!found.is_empty());
                    println!("{found:?} {}: {} -> {}", bug.file, bug.from, bug.to);
                    note(bug, |bug| bug.fuzz = Some(found.clone()))?;
                }
                Err(why) => println!("not tried   {}: {}: {why}", bug.file, bug.from),
            }
        }
    }
    let seconds = begin.elapsed().as_secs();
    println!("{noticed} of {tried} noticed by a fuzz target's inputs, in {seconds} s");
    Ok(())
}

fn parts_of(package: &str) -> Result<Vec<Part>, String> {
    let text = std::fs::read_to_string(table_of(package)).map_err(|error| error.to_string())?;
    read(&text, package)
}

/// The bugs of one crate: how many were noticed, and which were not.
fn plant_all(
    copy: &Path,
    package: &str,
    words: &[&String],
    (record, only_unchanged): (bool, bool),
) -> Result<(usize, Vec<String>), String> {
    let parts = parts_of(package)?;
    if !record {
        baseline(copy, package, &parts, words)?;
    }
    if only_unchanged {
        return Ok((1, Vec::new()));
    }
    let (mut noticed, mut missed) = (0, Vec::new());
    for bug in chosen(&parts, words).filter(|bug| !(record && bug.seen.is_some())) {
        match plant(copy, bug, record) {
            Ok(seen) => {
                noticed += 1;
                println!(
                    "noticed     {}: {} ({} {})",
                    bug.file, bug.from, seen.target, seen.name
                );
                if record {
                    note(bug, |bug| bug.seen = Some(seen.clone()))?;
                }
            }
            Err(why) => {
                println!(
                    "NOT NOTICED {}: {} -> {}: {why}",
                    bug.file, bug.from, bug.to
                );
                missed.push(bug.from.clone());
            }
        }
    }
    Ok((noticed, missed))
}

/// The bugs whose turn comes.
fn chosen<'a>(parts: &'a [Part], words: &'a [&String]) -> impl Iterator<Item = &'a Bug> {
    let bugs = parts.iter().filter_map(|part| match part {
        Part::Bug(bug) => Some(bug),
        Part::Text(_) => None,
    });
    bugs.filter(|bug| {
        let text = format!("{} {}", bug.file, bug.from);
        words.is_empty() || words.iter().any(|word| text.contains(*word))
    })
}

/// Writes something down at a bug of its table, which somebody may have changed meanwhile.
fn note(bug: &Bug, change: impl Fn(&mut Bug)) -> Result<(), String> {
    let mut parts = parts_of(&bug.package)?;
    for part in &mut parts {
        if let Part::Bug(other) = part
            && (&other.file, &other.from, &other.to) == (&bug.file, &bug.from, &bug.to)
        {
            change(other);
        }
    }
    std::fs::write(table_of(&bug.package), write(&parts)).map_err(|error| error.to_string())
}

/// The tests that are to notice pass on the copy as it is: one that fails anyway would seem to notice every bug.
fn baseline(copy: &Path, package: &str, parts: &[Part], words: &[&String]) -> Result<(), String> {
    for (target, names) in tests_before(parts, words) {
        let only: Vec<&str> = ["--exact"].into_iter().chain(names).collect();
        let begin = Instant::now();
        if let Some(Seen { target, name }) = run(copy, package, target, &only)? {
            return Err(format!(
                "{target} {name} fails without a planted bug: nothing can be said by it"
            ));
        }
        let seconds = begin.elapsed().as_secs();
        println!(
            "unchanged   {target}: {} tests pass ({seconds} s)",
            only.len() - 1
        );
    }
    Ok(())
}

/// What the baseline runs: by target the names of the tests.
fn tests_before<'a>(
    parts: &'a [Part],
    words: &'a [&String],
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for seen in chosen(parts, words).filter_map(|bug| bug.seen.as_ref()) {
        all.entry(&seen.target).or_default().insert(&seen.name);
    }
    all
}

/// Plants one bug in the copy; the test that noticed it.
fn plant(copy: &Path, bug: &Bug, record: bool) -> Result<Seen, String> {
    planted_in(copy, bug, || test(copy, bug, record))
}

/// Does something while the bug is in the copy.
fn planted_in<T>(
    copy: &Path,
    bug: &Bug,
    tried: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    let path = copy.join(root_of(&bug.package)).join("src").join(&bug.file);
    let right = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let wrong = planted(&right, bug)?;
    std::fs::write(&path, wrong).map_err(|error| error.to_string())?;
    let found = tried();
    std::fs::write(&path, right).map_err(|error| error.to_string())?;
    found
}

/// Runs the test that is to notice, or looks for one among those about the file.
fn test(copy: &Path, bug: &Bug, record: bool) -> Result<Seen, String> {
    if let (Some(seen), false) = (&bug.seen, record) {
        let found = run(copy, &bug.package, &seen.target, &["--exact", &seen.name])?;
        let found = found.ok_or_else(|| "the test passes".to_owned())?;
        // Another crate may have a target of that name.
        return match found == *seen {
            true => Ok(found),
            false => Err(format!(
                "another test failed: {} {}",
                found.target, found.name
            )),
        };
    }
    for tests in about(&bug.package, &bug.file) {
        let (target, only) = tests.split_once(' ').unwrap_or((tests, ""));
        let only: Vec<&str> = only.split_whitespace().collect();
        if let Some(seen) = run(copy, &bug.package, target, &only)? {
            return Ok(seen);
        }
    }
    Err("the tests pass".to_owned())
}

/// Runs one target's tests in the copy: the one that failed.
fn run(copy: &Path, package: &str, target: &str, only: &[&str]) -> Result<Option<Seen>, String> {
    let manifest = copy.join("Cargo.toml").display().to_string();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let (of, test) = place(target, package);
    // The whole workspace's choice of features, so that dependencies are built once; of unit tests cargo would build everybody's.
    let selected: &[&str] = match test {
        "lib" => &["--package", of, "--lib"],
        test => &["--workspace", "--test", test],
    };
    let (succeeded, text) = Program::new("timeout")
        .args(["600", &cargo, "test"])
        .args(selected)
        .args(["--all-features", "--manifest-path", &manifest])
        // Less to compile; the dependencies have none either way.
        .args(["--config", "profile.dev.debug=false"])
        .arg("--")
        .args(only)
        .env("CARGO_TARGET_DIR", folder().join("target"))
        // One line changes at a time.
        .env("CARGO_INCREMENTAL", "1")
        .capture()?;
    match (succeeded, text.contains("test result: FAILED")) {
        (true, _) if passed(&text) == 0 => Err("no test of that name".to_owned()),
        (true, _) => Ok(None),
        (false, true) => failed(&text, package)
            .map_or_else(|| Err("no test is named".to_owned()), |s| Ok(Some(s))),
        // A test that ends its whole program, or never ends, names nobody; where it was asked for alone, it is that one.
        (false, false) if text.contains("(signal: ") || text.contains("has been running for") => {
            match only {
                ["--exact", name] => Ok(Seen::read(&format!("{target} {name}"))),
                _ => Err(
                    "the tests ended with a signal, or not at all: name the one that did"
                        .to_owned(),
                ),
            }
        }
        (false, false) => {
            let errors = text.lines().filter(|line| line.starts_with("error"));
            Err(errors.take(3).collect::<Vec<_>>().join("; "))
        }
    }
}

/// How many tests passed, of all the targets of that name.
fn passed(text: &str) -> u32 {
    let count = |line: &str| {
        let rest = line.strip_prefix("test result: ok. ")?;
        rest.split(' ').next()?.parse::<u32>().ok()
    };
    text.lines().filter_map(count).sum()
}

/// The first test that failed; its crate is named where it is not the one with the bug.
fn failed(text: &str, package: &str) -> Option<Seen> {
    let (_, rest) = text.split_once("to rerun pass `-p ")?;
    let (of, target) = rest.split('`').next()?.split_once(" --")?;
    let target = target.trim_start_matches("test ");
    let (_, names) = text.rsplit_once("failures:\n")?;
    Some(Seen {
        target: match of == package {
            true => target.to_owned(),
            false => format!("{of}/{target}"),
        },
        name: names.lines().next()?.trim().to_owned(),
    })
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
        let fuzz = field("fuzz").ok().map(|targets| {
            let targets = targets.split(' ').filter(|target| *target != "-");
            targets.map(str::to_owned).collect()
        });
        parts.push(Part::Bug(Bug {
            package: package.to_owned(),
            file: field("file")?,
            from: field("from")?,
            to: field("to")?,
            seen: Seen::read(&seen),
            fuzz,
        }));
    }
    Ok(parts)
}

/// The bugs of all tables.
fn all_bugs() -> Result<Vec<Bug>, String> {
    let mut bugs = Vec::new();
    for package in PACKAGES {
        let path = table_of(package);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        for part in read(&text, package)? {
            if let Part::Bug(bug) = part {
                bugs.push(bug);
            }
        }
    }
    Ok(bugs)
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
                let seen = seen.map_or("?".to_owned(), |seen| {
                    format!("{} {}", seen.target, seen.name)
                });
                let (file, from, to) = (&bug.file, &bug.from, to.trim_end());
                let fuzz = bug.fuzz.as_ref().map_or(String::new(), |targets| {
                    let targets: Vec<_> = targets.iter().map(String::as_str).collect();
                    match targets.as_slice() {
                        [] => "fuzz -\n".to_owned(),
                        targets => format!("fuzz {}\n", targets.join(" ")),
                    }
                });
                write!(text, "file {file}\nfrom {from}\n{to}\nseen {seen}\n{fuzz}")
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
        let before = tests_before(&parts, &[]);
        assert_eq!(
            before,
            BTreeMap::from([("lists", BTreeSet::from(["one", "two"]))])
        );
        let word = "a.rs".to_owned();
        let words = [&word];
        let before = tests_before(&parts, &words);
        assert_eq!(before, BTreeMap::from([("lists", BTreeSet::from(["one"]))]));
    }

    /// The table cannot rot: every bug still fits the source at one place and changes it.
    #[test]
    fn every_bug_fits_the_source() {
        let bugs = all_bugs().unwrap();
        assert!(bugs.len() > 540, "{}", bugs.len());
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
        for bug in all_bugs().unwrap() {
            let seen = bug.seen.clone().unwrap_or_else(|| panic!("{bug:?}"));
            let (of, target) = seen.place(&bug.package);
            let (module, function) = seen.name.rsplit_once("::").unwrap_or(("", &seen.name));
            let files = match target {
                "lib" => of_module("src", module, "lib"),
                test => of_module("tests", &format!("{test}::{module}"), "main"),
            };
            let there = files.iter().any(|file| {
                std::fs::read_to_string(workspace::root().join(root_of(of)).join(file))
                    .is_ok_and(|text| text.contains(&format!("fn {function}(")))
            });
            assert!(there, "no test {seen:?}");
        }
    }

    /// The files in which a module may stand: its own, or one of a module around it.
    fn of_module(folder: &str, module: &str, root: &str) -> Vec<String> {
        let mut files = vec![format!("{folder}/{root}.rs")];
        let mut path = folder.to_owned();
        for name in module.split("::").filter(|name| !name.is_empty()) {
            path = format!("{path}/{name}");
            files.extend(
                ["rs", "/mod.rs", "/main.rs"].map(|end| match end.strip_prefix('/') {
                    None => format!("{path}.{end}"),
                    Some(file) => format!("{path}/{file}"),
                }),
            );
        }
        files
    }

    /// A table is written as it is read, so that recording changes nothing else.
    #[test]
    fn tables_come_back() {
        for package in PACKAGES {
            let text = std::fs::read_to_string(table_of(package)).unwrap();
            assert_eq!(write(&read(&text, package).unwrap()), text, "{package}");
        }
    }

    #[test]
    fn what_fuzz_inputs_notice_is_kept_apart_from_what_was_not_tried() {
        let bug = "file a.rs\nfrom x\nto   y\nseen lists one\n";
        let text = [
            bug,
            &format!("{bug}fuzz -\n"),
            &format!("{bug}fuzz tlv zip\n"),
        ]
        .join("\n");
        let parts = read(&text, "mynacard-cert").unwrap();
        let words = Vec::new();
        let tried: Vec<_> = chosen(&parts, &words).map(|bug| bug.fuzz.clone()).collect();
        let both = ["tlv", "zip"].map(str::to_owned);
        assert_eq!(
            tried,
            [None, Some(BTreeSet::new()), Some(BTreeSet::from(both))]
        );
        assert_eq!(write(&parts), text);
    }

    #[test]
    fn fuzz_targets_that_are_named_are_there() {
        let all = fuzz::targets().unwrap();
        let known = |name: &str| all.iter().any(|target| target == name);
        for bug in all_bugs().unwrap() {
            for name in bug.fuzz.iter().flatten() {
                assert!(known(name), "{name} in {bug:?}");
            }
        }
        for package in PACKAGES {
            for name in near::through(package) {
                assert!(known(name), "{name} for {package}");
            }
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
            Seen::read("lists register::lists")
        );
        let elsewhere = Seen::read("mynacard-cert/lists register::lists");
        assert_eq!(failed(text, "mynacard-auth"), elsewhere);
        assert_eq!(
            elsewhere.unwrap().place("mynacard-auth"),
            ("mynacard-cert", "lists")
        );
        let unit = failed(&text.replace("--test lists", "--lib"), "mynacard-cert");
        assert_eq!(unit, Seen::read("lib register::lists"));
    }
}
