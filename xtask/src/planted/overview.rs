//! `PLANTED.md`: how many bugs are planted in each crate, and by which kind of test they are noticed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::{Bug, PACKAGES, all_bugs, known};
use crate::workspace;

/// The kinds of test, from the nearest to the farthest.
const KINDS: [&str; 6] = [
    "unit tests",
    "the crate's own tests",
    "with virtual card and reader",
    "with the sandbox",
    "replayed fuzz inputs",
    "C programs",
];

/// Writes the page anew.
pub(super) fn write() -> Result<(), String> {
    let path = path();
    std::fs::write(&path, page(&all_bugs()?)?)
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn path() -> PathBuf {
    workspace::root().join("xtask/PLANTED.md")
}

fn kind(bug: &Bug) -> Option<usize> {
    let (of, target) = bug.seen.as_ref()?.place(&bug.package);
    Some(match (of, target) {
        ("mynacard-fuzz-targets", _) => 4,
        ("mynacard-ffi-sandbox", _) => 5,
        ("mynacard-sandbox" | "mynacard-cli", _) => 3,
        ("mynacard-sim", _) => 2,
        (_, "lib") => 0,
        _ => 1,
    })
}

/// Which targets' inputs notice a bug, in words.
pub(super) fn inputs(bug: &Bug) -> String {
    match &bug.fuzz {
        None => "not tried".to_owned(),
        Some(targets) if targets.is_empty() => "–".to_owned(),
        Some(targets) => {
            let names: Vec<_> = targets.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        }
    }
}

fn page(bugs: &[Bug]) -> Result<String, String> {
    let mut text = "# Planted bugs\n\n\
        Each bug is one change of the source that a library of this field could contain, or has contained: a check left out, a bound\n\
        taken away, a secret shown, an order turned round. `cargo xtask planted` plants them in a copy, one at a time, and runs the test\n\
        that is named beside each in the `planted.txt` of its crate. A test of `xtask` holds that every bug still fits the source, that its\n\
        test is there, and that this page is what the tables say (`cargo xtask planted --table` writes it).\n\n\
        | crate | bugs |"
        .to_owned();
    for kind in KINDS {
        let _ = write!(text, " {kind} |");
    }
    text.push_str("\n|---|--:|");
    text.push_str(&"--:|".repeat(KINDS.len()));
    text.push('\n');
    let mut sums = [0; KINDS.len()];
    for package in PACKAGES {
        let of = |bug: &&Bug| bug.package == package;
        let mut counts = [0; KINDS.len()];
        for kind in bugs.iter().filter(of).filter_map(kind) {
            if let (Some(here), Some(sum)) = (counts.get_mut(kind), sums.get_mut(kind)) {
                *here += 1;
                *sum += 1;
            }
        }
        row(&mut text, &format!("`{package}`"), &counts);
    }
    row(&mut text, "all", &sums);
    text.push_str("\nThe tests that notice most:\n\n| test | bugs |\n|---|--:|\n");
    for (target, count) in busiest(bugs) {
        let _ = writeln!(text, "| {target} | {count} |");
    }
    replayed(&mut text, bugs);
    text.push_str(&known::section(bugs)?);
    Ok(text)
}

/// Which of the bugs the replay of the fuzz inputs notices besides.
fn replayed(text: &mut String, bugs: &[Bug]) {
    text.push_str(
        "\n## Fuzz inputs\n\n\
        Besides its test, a bug can be tried on the seeds of the fuzz targets that lead through its crate, and where these notice nothing on damaged\n\
        copies of them, a second for each target (*tried* below: not all were): what the ordinary tests replay on the stable toolchain (`cargo xtask planted --fuzz [CRATE|WORD]…`;\n\
        the line `fuzz` of a bug names the targets, `-` that none noticed). A parser's seeds say what is read; that something is *refused*, a target\n\
        says only where it knows by other means what is right.\n\n\
        | crate | bugs | tried | noticed by inputs too |\n|---|--:|--:|--:|\n",
    );
    let mut sums = (0, 0, 0);
    let mut row = |name: &str, (all, tried, noticed): (usize, usize, usize)| {
        let _ = writeln!(text, "| {name} | {all} | {tried} | {noticed} |");
    };
    for package in PACKAGES {
        let of = || bugs.iter().filter(|bug| bug.package == package);
        let tried = || of().filter_map(|bug| bug.fuzz.as_ref());
        let noticed = tried().filter(|targets| !targets.is_empty()).count();
        let counts = (of().count(), tried().count(), noticed);
        sums = (sums.0 + counts.0, sums.1 + counts.1, sums.2 + counts.2);
        row(&format!("`{package}`"), counts);
    }
    row("all", sums);
    text.push_str("\n| fuzz target | bugs that its inputs notice |\n|---|--:|\n");
    let mut targets: BTreeMap<&str, usize> = BTreeMap::new();
    for target in bugs.iter().filter_map(|bug| bug.fuzz.as_ref()).flatten() {
        *targets.entry(target).or_default() += 1;
    }
    let mut targets: Vec<_> = targets.into_iter().collect();
    targets.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    for (target, count) in targets {
        let _ = writeln!(text, "| `{target}` | {count} |");
    }
}

fn row(text: &mut String, name: &str, counts: &[usize]) {
    let sum: usize = counts.iter().sum();
    let _ = write!(text, "| {name} | {sum} |");
    for count in counts {
        let _ = match count {
            0 => write!(text, " |"),
            count => write!(text, " {count} |"),
        };
    }
    text.push('\n');
}

/// The targets, by how many bugs they notice; the busiest twenty.
fn busiest(bugs: &[Bug]) -> Vec<(String, usize)> {
    let mut targets: BTreeMap<String, usize> = BTreeMap::new();
    for bug in bugs {
        if let Some(seen) = &bug.seen {
            let (of, target) = seen.place(&bug.package);
            *targets.entry(format!("`{target}` of `{of}`")).or_default() += 1;
        }
    }
    let mut targets: Vec<_> = targets.into_iter().collect();
    targets.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    targets.truncate(20);
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_tables_say() {
        let written = std::fs::read_to_string(path()).unwrap();
        let page = page(&all_bugs().unwrap()).unwrap();
        assert_eq!(written, page, "cargo xtask planted --table writes it anew");
    }
}
