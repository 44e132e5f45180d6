//! Fuzzing until nothing new comes: a target has had enough when the second half of all its time brought no new edge.
//!
//! It runs in slices and goes on where the last run of the same program stopped; what was found stays below `target`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use super::{all_of, built, edges, fuzz, program, stat};
use crate::checked;
use crate::coverage::table;
use crate::stage::Checks;
use crate::workspace;

/// Seconds below which nothing is said: the seeds alone may take as long as two slices.
const LEAST: u64 = 120;

/// What became of a target so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    runs: u64,
    seconds: u64,
    edges: u64,
    /// When the slice ended that brought the last new edge.
    last_new: u64,
}

impl State {
    /// One more slice.
    fn after(self, runs: u64, seconds: u64, edges: u64) -> State {
        let all = self.seconds + seconds;
        State {
            runs: self.runs + runs,
            seconds: all,
            edges: self.edges.max(edges),
            last_new: if edges > self.edges {
                all
            } else {
                self.last_new
            },
        }
    }

    /// Whether the second half brought nothing. The first slice always brings what the seeds reach.
    fn is_quiet(self) -> bool {
        self.last_new > 0 && self.seconds >= LEAST.max(2 * self.last_new)
    }
}

/// Each target in slices of `slice` seconds until it is quiet or had `most` seconds in all.
pub(super) fn run(
    checks: &mut Checks,
    targets: &[String],
    slice: u64,
    most: u64,
) -> Result<(), String> {
    if !built(checks)? {
        return Ok(());
    }
    let rows = Mutex::new(());
    // Of what lies here now, not when a target ends: somebody may go on writing.
    let of = format!(
        "{}, {}",
        checked::day()?,
        checked::commit("fuzz/COVERAGE.md")?
    );
    all_of(checks, targets, |name| {
        let mut state = load(name);
        while !state.is_quiet() && state.seconds < most {
            let text = fuzz(name, slice)?;
            let runs = stat(&text, "stat::number_of_executed_units:");
            let runs = runs.and_then(|runs| runs.parse().ok());
            let (Some(runs), Some(edges)) = (runs, edges(&text)) else {
                return Err("libFuzzer reported neither runs nor edges".to_owned());
            };
            state = state.after(runs, slice, edges);
            save(name, state)?;
        }
        println!("{name:<20} {state:?}");
        // After each target: a run that is stopped keeps what it has.
        let _one = rows.lock().map_err(|_| "another target's thread ended")?;
        let text = with_row(&table::part(table::EDGES), name, state, &of);
        table::write(table::EDGES, &text)
    });
    Ok(())
}

/// The table with this target's row in it; the last cell says of which day and commit the row is.
fn with_row(part: &str, name: &str, state: State, of: &str) -> String {
    let row = |line: &str| -> Option<(String, String)> {
        let name = line.strip_prefix("| `")?.split('`').next()?;
        Some((name.to_owned(), line.to_owned()))
    };
    let mut rows: BTreeMap<String, String> = part.lines().filter_map(row).collect();
    rows.insert(
        name.to_owned(),
        format!(
            "| `{name}` | {} | {} | {} | {} | {} | {of} |",
            state.runs,
            state.seconds,
            state.edges,
            state.last_new,
            if state.is_quiet() { "yes" } else { "no" }
        ),
    );
    let mut text = format!(
        "A target has had enough when the second half of its time brought no new edge, and {LEAST} seconds at least (`cov:` of libFuzzer, the \
         target's own code and its harness, with the address sanitizer). It starts from its seeds and from what was found before, on this \
         machine and in `fuzz/found`. The time of the last new edge is the end of its slice.\n\n\
         | target | runs | seconds | edges | last new edge at | enough | day and commit |\n|---|---:|---:|---:|---:|---|---|\n"
    );
    for line in rows.values() {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Where a target's state is kept; the first line says of which program it speaks.
fn kept(name: &str) -> PathBuf {
    workspace::target().join("fuzz/quiet").join(name)
}

fn build_of_program() -> String {
    std::fs::metadata(program()).map_or_else(
        |_| String::new(),
        |found| {
            let time = found.modified().ok();
            let time = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            format!("{} {}", found.len(), time.map_or(0, |time| time.as_secs()))
        },
    )
}

fn load(name: &str) -> State {
    let text = std::fs::read_to_string(kept(name)).unwrap_or_default();
    let Some((build, numbers)) = text.split_once('\n') else {
        return State::default();
    };
    let numbers: Vec<u64> = numbers
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    match numbers.as_slice() {
        // Another program has other edges.
        &[runs, seconds, edges, last_new] if build == build_of_program() => State {
            runs,
            seconds,
            edges,
            last_new,
        },
        _ => State::default(),
    }
}

fn save(name: &str, state: State) -> Result<(), String> {
    let path = kept(name);
    let text = format!(
        "{}\n{} {} {} {}\n",
        build_of_program(),
        state.runs,
        state.seconds,
        state.edges,
        state.last_new
    );
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_quiet_when_its_second_half_brought_nothing() {
        let first = State::default().after(100, 60, 50);
        assert!(!first.is_quiet());
        let second = first.after(100, 60, 50);
        assert!(second.is_quiet(), "{second:?}");
        let news = second.after(100, 60, 51);
        assert!(!news.is_quiet());
        let last = news.after(50, 60, 51).after(50, 60, 40);
        assert_eq!((last.edges, last.last_new, last.runs), (51, 180, 400));
        assert!(!last.is_quiet());
        assert!(last.after(1, 60, 51).is_quiet());
        let short = State::default().after(1, 50, 5).after(1, 50, 5);
        assert!(!short.is_quiet(), "a hundred seconds say nothing");
    }

    #[test]
    fn a_row_takes_the_place_of_its_former_self() {
        let state = State::default().after(7, 10, 50);
        let once = with_row("", "tlv", state, "then");
        let both = with_row(&once, "date", state, "then");
        let again = with_row(&both, "tlv", state.after(7, 10, 50), "now");
        assert_eq!(
            again.lines().filter(|line| line.starts_with("| `")).count(),
            2
        );
        assert!(
            again.contains("| `tlv` | 14 | 20 | 50 | 10 | no | now |"),
            "{again}"
        );
        assert!(
            again.contains("| `date` | 7 | 10 | 50 | 10 | no | then |"),
            "{again}"
        );
    }
}
