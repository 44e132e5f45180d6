//! `xtask/CHECKED.md`: what the chores before a release found when they last ran, one row each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::install::at;
use crate::planted::PACKAGES;
use crate::run::Program;
use crate::workspace;

/// The chores that leave a row, in the page's order; behind them planting bugs, crate by crate: all of it takes hours.
const CHORES: &[&str] = &[
    "features",
    "minimal",
    "package crates",
    "reproduce",
    "reproduce --packages",
    "advisories",
    "sanitize",
    "sanitize --valgrind",
    "sanitize --miri",
    "secrets",
];

/// Every row's name.
fn chores() -> impl Iterator<Item = String> {
    let planted = PACKAGES.iter().map(|package| format!("planted {package}"));
    CHORES
        .iter()
        .map(|chore| (*chore).to_owned())
        .chain(planted)
}

const BEGIN: &str = "# What was tried before a release

Each row is written by its chore, `cargo xtask …`; [CONTRIBUTING.md](../CONTRIBUTING.md#before-a-release) says when to run them. What fails leaves the
older row, but `advisories` says when it could not ask. The commit is the one that lay here; *changed* means that the work tree had more in it.

| chore | day | commit | compiler | result |
|---|---|---|---|---|
";

/// What the chores cannot know.
const END: &str = "
No manifest names a `repository`: none is public yet. It belongs into `[workspace.package]` before the first release to crates.io.
";

const NEVER: &str = "not run yet";

/// A row without its first cell.
struct Row {
    day: String,
    commit: String,
    compiler: String,
    result: String,
}

/// Puts a chore's row in its place; the others stay.
pub(crate) fn record(chore: &str, result: &str) -> Result<(), String> {
    if !chores().any(|one| one == chore) {
        return Err(format!(
            "the chore {chore:?} has no row in xtask/src/checked.rs"
        ));
    }
    println!("{chore}: {result}");
    let before = std::fs::read_to_string(path()).unwrap_or_default();
    let mut rows = rows(&before);
    let row = Row {
        day: day()?,
        commit: commit("xtask/CHECKED.md")?,
        compiler: said("rustc", &["--version"])?
            .split(' ')
            .take(2)
            .collect::<Vec<_>>()
            .join(" "),
        result: result.to_owned(),
    };
    rows.insert(chore.to_owned(), row);
    std::fs::write(path(), page(&rows)).map_err(at(&path()))
}

fn path() -> PathBuf {
    workspace::root().join("xtask/CHECKED.md")
}

/// Today.
pub(crate) fn day() -> Result<String, String> {
    said("date", &["--utc", "+%Y-%m-%d"])
}

/// The commit that lies here, and whether more than the page that the chore itself writes was changed.
pub(crate) fn commit(page: &str) -> Result<String, String> {
    let commit = said("git", &["rev-parse", "--short=10", "HEAD"])?;
    let but_the_page = format!(":!{page}");
    let changes = said("git", &["status", "--porcelain", "--", &but_the_page])?;
    Ok(if changes.is_empty() {
        commit
    } else {
        format!("{commit}, changed")
    })
}

fn said(program: &str, arguments: &[&str]) -> Result<String, String> {
    match Program::new(program).args(arguments).capture()? {
        (true, text) => Ok(text.trim().to_owned()),
        (false, text) => Err(format!("{program}: {text}")),
    }
}

fn rows(page: &str) -> BTreeMap<String, Row> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ");
        let chore = cells.next()?.strip_suffix('`')?.to_owned();
        let mut next = || cells.next().map(str::to_owned);
        let row = Row {
            day: next()?,
            commit: next()?,
            compiler: next()?,
            result: next()?,
        };
        (row.result != NEVER).then_some((chore, row))
    };
    page.lines().filter_map(row).collect()
}

fn page(rows: &BTreeMap<String, Row>) -> String {
    let mut page = BEGIN.to_owned();
    for chore in chores() {
        let cells = match rows.get(&chore) {
            Some(row) => [&*row.day, &row.commit, &row.compiler, &row.result],
            None => ["–", "–", "–", NEVER],
        };
        page.push_str(&format!("| `{chore}`"));
        for cell in cells {
            page.push_str(&format!(" | {}", cell.replace(['|', '\n'], " ")));
        }
        page.push_str(" |\n");
    }
    page + END
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chores that nobody has run to the end yet: the page says so.
    const NOT_YET: &[&str] = &["reproduce --packages", "sanitize --valgrind", "secrets"];

    #[test]
    fn every_chore_has_a_row_and_is_asked_for() {
        let text = std::fs::read_to_string(path()).unwrap();
        let rows = rows(&text);
        assert_eq!(page(&rows), text, "only the chores write xtask/CHECKED.md");
        let contributing = workspace::root().join("CONTRIBUTING.md");
        let contributing = std::fs::read_to_string(contributing).unwrap();
        let (_, before_a_release) = contributing.split_once("## Before a release").unwrap();
        assert!(before_a_release.contains("(xtask/CHECKED.md)"));
        for chore in chores() {
            let planted = chore.starts_with("planted ");
            let line = match planted {
                true => "cargo xtask planted ".to_owned(),
                false => format!("cargo xtask {chore} "),
            };
            assert!(before_a_release.contains(&line), "CONTRIBUTING.md: {line}");
            let row = rows.get(&chore);
            let none_yet = planted || NOT_YET.contains(&&*chore);
            assert!(row.is_some() || none_yet, "cargo xtask {chore}");
            assert!(planted || row.is_none() == none_yet, "cargo xtask {chore}");
            let Some(row) = row else { continue };
            let digits = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
            assert!(row.day.len() == 10 && digits(&row.day), "{}", row.day);
            let commit = row.commit.get(..10).unwrap_or_default();
            assert!(commit.len() == 10 && digits(commit), "{}", row.commit);
            assert!(row.compiler.starts_with("rustc 1."), "{}", row.compiler);
            assert!(
                row.result.contains(|c: char| c.is_ascii_digit()),
                "{}",
                row.result
            );
        }
    }

    #[test]
    fn a_row_is_read_as_it_is_written() {
        let cell = |text: &str| text.to_owned();
        let row = Row {
            day: cell("2026-11-30"),
            commit: cell("0123456789, changed"),
            compiler: cell("rustc 1.95.0"),
            result: cell("3 things,\n`a` | b"),
        };
        let chore = CHORES[0];
        let text = page(&BTreeMap::from([(chore.to_owned(), row)]));
        let read = rows(&text);
        assert_eq!(read[chore].commit, "0123456789, changed");
        assert_eq!(read[chore].result, "3 things, `a`   b");
        assert_eq!(page(&read), text);
        assert_eq!(read.len(), 1);
        assert!(
            text.contains("| `minimal` | – | – | – | not run yet |"),
            "{text}"
        );
    }
}
