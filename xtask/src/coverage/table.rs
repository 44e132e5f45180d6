//! `fuzz/COVERAGE.md`: two parts, each written by its own chore, which leaves the other as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use super::Reached;
use super::parsers::{PARSERS, Parser};
use super::reasons::{self, Reason};
use crate::workspace;

/// The part that `cargo xtask coverage` writes.
pub(super) const LINES: &str = "## Lines of each parser";
/// The part that `cargo xtask fuzz --until-quiet` writes.
pub(crate) const EDGES: &str = "## Fuzzing until nothing new came";

const BEGIN: &str = "# What the fuzz targets reach\n\n\
    Written by `cargo xtask coverage` and `cargo xtask fuzz --until-quiet`; CONTRIBUTING.md says what for.\n";

/// Targets that a row of the table names at most.
const NAMED: usize = 6;

/// What is said of lines that no row of `fuzz/unreached.txt` gives a reason for: an input may lead there.
const NOT_YET: &str = "not reached yet";

fn path() -> PathBuf {
    workspace::root().join("fuzz/COVERAGE.md")
}

/// Puts a part in its place.
pub(crate) fn write(part: &str, text: &str) -> Result<(), String> {
    let before = std::fs::read_to_string(path()).unwrap_or_default();
    std::fs::write(path(), replaced(&before, part, text))
        .map_err(|error| format!("{}: {error}", path().display()))
}

/// What stands in a part now, without its heading.
pub(crate) fn part(part: &str) -> String {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    cut(&text, part)
}

fn replaced(before: &str, part: &str, text: &str) -> String {
    let mut all = BEGIN.to_owned();
    for heading in [LINES, EDGES] {
        let kept;
        let content = if heading == part {
            text
        } else {
            kept = cut(before, heading);
            &kept
        };
        if !content.trim().is_empty() {
            let _ = write!(all, "\n{heading}\n\n{}\n", content.trim());
        }
    }
    all
}

fn cut(text: &str, part: &str) -> String {
    let Some((_, rest)) = text.split_once(part) else {
        return String::new();
    };
    let end = rest.find("\n## ").unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().trim().to_owned()
}

/// The lines of one parser: how many there are, how many seeds reach, how many anything reaches, and who does.
#[derive(Default)]
struct Sum {
    lines: usize,
    /// Those that nothing reaches and that a row of `fuzz/unreached.txt` gives a reason for.
    excused: usize,
    by_seeds: usize,
    by_all: usize,
    /// How many lines each target reaches.
    targets: BTreeMap<String, usize>,
}

/// Lines of one function that nothing reaches.
struct Missing {
    file: &'static str,
    function: String,
    lines: BTreeSet<u32>,
    /// Why an input should not; `None` where one may.
    why: Option<String>,
}

/// Rows of `fuzz/unreached.txt` that excuse nothing any more: every line of their function is reached.
pub(super) fn idle(reached: &Reached) -> Result<Vec<String>, String> {
    let reasons = reasons::read()?;
    let mut all = Vec::new();
    for parser in PARSERS {
        all.extend(missing(reached, parser, &reasons)?);
    }
    let excuses = |row: &&Reason| {
        all.iter()
            .any(|one| one.file == row.file && ["*", &one.function].contains(&&*row.function))
    };
    let idle = reasons.iter().filter(|row| !excuses(row));
    Ok(idle
        .map(|row| format!("{} | {}", row.file, row.function))
        .collect())
}

/// The table of parsers, and under it the lines that nothing reaches.
pub(super) fn of_lines(reached: &Reached) -> Result<String, String> {
    let reasons = reasons::read()?;
    let mut rows = String::new();
    let mut left = String::new();
    let mut all = Sum::default();
    for parser in PARSERS {
        let missing = missing(reached, parser, &reasons)?;
        let sum = sum(reached, parser, &missing)?;
        row(&mut rows, parser.name, &sum);
        all.lines += sum.lines;
        all.excused += sum.excused;
        all.by_seeds += sum.by_seeds;
        all.by_all += sum.by_all;
        unreached(&mut left, parser, &missing);
    }
    row(&mut rows, "**all**", &all);
    Ok(format!(
        "Each target is replayed from its seeds alone, then from 40 damaged copies of each and from what fuzzing found on the machine that wrote this; a line counts when it ran. \
         *Excused* are lines that nothing reaches and for whose function `fuzz/unreached.txt` gives a reason; *%* is of the other lines, *% of all* of every line. \
         Under *targets* stand those that reach most lines, with their number.\n\n\
         | parser | lines | excused | by seeds | by everything | % | % of all | targets |\n|---|---:|---:|---:|---:|---:|---:|---|\n{rows}\n\
         ### Lines that nothing reaches\n\nBy function; why not, where an input should not. A `}}` or a `?` may stand for a way out that is never taken.\n\n{left}"
    ))
}

fn row(rows: &mut String, name: &str, sum: &Sum) {
    let mut targets: Vec<_> = sum.targets.iter().collect();
    targets.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), (*name).clone()));
    let named: Vec<String> = targets
        .iter()
        .take(NAMED)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let _ = writeln!(
        rows,
        "| {name} | {} | {} | {} | {} | {} | {} | {} |",
        sum.lines,
        sum.excused,
        sum.by_seeds,
        sum.by_all,
        percent(sum.by_all, sum.lines.saturating_sub(sum.excused)),
        percent(sum.by_all, sum.lines),
        named.join(", ")
    );
}

/// With one decimal, rounded down: 95 % is not said of less.
fn percent(part: usize, whole: usize) -> String {
    match (part * 1000).checked_div(whole) {
        None => "-".to_owned(),
        Some(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
    }
}

fn sum(reached: &Reached, parser: &Parser, missing: &[Missing]) -> Result<Sum, String> {
    let excused = missing.iter().filter(|missing| missing.why.is_some());
    let mut sum = Sum {
        excused: excused.map(|missing| missing.lines.len()).sum(),
        ..Sum::default()
    };
    for file in parser.files {
        let lines = reached
            .0
            .get(*file)
            .ok_or_else(|| format!("{file} has no lines: is it compiled?"))?;
        for who in lines.values() {
            sum.lines += 1;
            sum.by_seeds += usize::from(!who.by_seeds.is_empty());
            sum.by_all += usize::from(!who.by_all.is_empty());
            for target in &who.by_all {
                *sum.targets.entry(target.clone()).or_default() += 1;
            }
        }
    }
    Ok(sum)
}

/// What of a parser nothing reaches, function by function.
fn missing(reached: &Reached, parser: &Parser, reasons: &[Reason]) -> Result<Vec<Missing>, String> {
    let mut all = Vec::new();
    for file in parser.files {
        let path = workspace::root().join(file);
        let source = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let source: Vec<&str> = source.lines().collect();
        let mut functions: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for (line, who) in reached.0.get(*file).into_iter().flatten() {
            if who.by_all.is_empty() {
                let function = reasons::function(&source, *line);
                functions.entry(function).or_default().insert(*line);
            }
        }
        let from = all.len();
        all.extend(functions.into_iter().map(|(function, lines)| Missing {
            why: reasons::why(reasons, file, &function),
            file,
            function,
            lines,
        }));
        if let Some(of_file) = all.get_mut(from..) {
            of_file.sort_by_key(|missing| missing.lines.first().copied());
        }
    }
    Ok(all)
}

fn unreached(text: &mut String, parser: &Parser, missing: &[Missing]) {
    if missing.is_empty() {
        return;
    }
    let _ = writeln!(text, "**{}**\n", parser.name);
    for one in missing {
        let _ = writeln!(
            text,
            "- `{}`, `{}` ({}): {}",
            one.file.trim_start_matches("crates/"),
            one.function,
            spans(&one.lines),
            one.why.as_deref().unwrap_or(NOT_YET)
        );
    }
    text.push('\n');
}

/// Line numbers as spans: `3-5, 9`.
fn spans(lines: &BTreeSet<u32>) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match spans.last_mut() {
            Some((_, end)) if *end + 1 == *line => *end = *line,
            _ => spans.push((*line, *line)),
        }
    }
    let texts: Vec<String> = spans
        .iter()
        .map(|(from, to)| match from == to {
            true => from.to_string(),
            false => format!("{from}-{to}"),
        })
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_and_the_other_stays() {
        let first = replaced("", EDGES, "one\n### two");
        let both = replaced(&first, LINES, "three");
        assert_eq!(cut(&both, EDGES), "one\n### two");
        assert_eq!(cut(&both, LINES), "three");
        assert_eq!(replaced(&both, LINES, "three"), both);
        assert!(both.starts_with("# "), "{both}");
    }

    /// A page from before a parser was named would say nothing of it.
    #[test]
    fn the_page_has_a_row_for_every_parser() {
        let page = part(LINES);
        let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
        let names: BTreeSet<&str> = rows.filter_map(|row| row.split(" | ").next()).collect();
        for parser in PARSERS {
            assert!(names.contains(parser.name), "no row: {}", parser.name);
        }
        assert_eq!(names.len(), PARSERS.len() + 2, "the heading, and the sum");
    }

    /// A file of the parsers, reached but for the last line of one function.
    #[test]
    fn what_is_excused_does_not_count_and_is_said() {
        let parser = Parser {
            name: "one",
            files: &["xtask/src/coverage/table.rs"],
        };
        let source =
            std::fs::read_to_string(workspace::root().join("xtask/src/coverage/table.rs")).unwrap();
        let at = source.lines().position(|line| line.starts_with("fn cut("));
        let at = u32::try_from(at.unwrap()).unwrap() + 1;
        let who = |targets: &[&str]| {
            let all: BTreeSet<String> = targets.iter().map(|one| (*one).to_owned()).collect();
            super::super::Who {
                by_seeds: all.clone(),
                by_all: all,
            }
        };
        let mut reached = Reached::default();
        for (line, targets) in [(at, &["t"][..]), (at + 1, &["t"]), (at + 2, &[])] {
            *reached.line(parser.files[0].to_owned(), line) = who(targets);
        }
        let table = |reasons: &[Reason]| {
            let missing = missing(&reached, &parser, reasons).unwrap();
            let sum = sum(&reached, &parser, &missing).unwrap();
            let (mut rows, mut left) = (String::new(), String::new());
            row(&mut rows, parser.name, &sum);
            unreached(&mut left, &parser, &missing);
            (rows, left)
        };
        let (rows, left) = table(&[]);
        assert_eq!(rows, "| one | 3 | 0 | 2 | 2 | 66.6 | 66.6 | t 2 |\n");
        assert!(
            left.contains(&format!("`cut` ({}): {NOT_YET}", at + 2)),
            "{left}"
        );
        let reason = |function: &str| Reason {
            file: parser.files[0].to_owned(),
            function: function.to_owned(),
            why: "a word".to_owned(),
        };
        assert_eq!(table(&[reason("replaced")]).0, rows);
        let (rows, left) = table(&[reason("cut")]);
        assert_eq!(rows, "| one | 3 | 1 | 2 | 2 | 100.0 | 66.6 | t 2 |\n");
        assert!(left.contains("a word"), "{left}");
    }

    #[test]
    fn percent_is_rounded_down() {
        assert_eq!(percent(949_999, 1_000_000), "94.9");
        assert_eq!(percent(1, 1), "100.0");
        assert_eq!(percent(0, 0), "-");
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(spans(&BTreeSet::from([3, 4, 5, 9])), "3-5, 9");
    }
}
