//! Fuzzing until nothing new comes: a target has had enough when the second half of all its time brought no new edge of our own source.
//!
//! Other people's generic code has edges of its own for each of our types: there would always be one more. Our own is built without inlining
//! (`fuzz/Cargo.toml`), so that each branch is one edge. It runs in slices and goes on where the last run of the same program stopped; what was
//! found stays below `target`.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Those of everything, other people's too.
    edges: u64,
    /// When the slice ended that brought the last new edge of our own.
    last_new: u64,
}

impl State {
    /// One more slice.
    fn after(self, runs: u64, seconds: u64, edges: u64, news: bool) -> State {
        let all = self.seconds + seconds;
        State {
            runs: self.runs + runs,
            seconds: all,
            edges: self.edges.max(edges),
            last_new: if news { all } else { self.last_new },
        }
    }

    /// Whether the second half brought nothing.
    fn is_quiet(self) -> bool {
        self.seconds >= LEAST.max(2 * self.last_new)
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
    let root = format!("{}/", workspace::root().display());
    // Of what lies here now, not when a target ends: somebody may go on writing.
    let of = format!(
        "{}, {}",
        checked::day()?,
        checked::commit("fuzz/COVERAGE.md")?
    );
    all_of(checks, targets, |name| {
        let (mut state, mut places) = load(name);
        while !state.is_quiet() && state.seconds < most {
            let text = fuzz(name, slice, &["-print_pcs=1"])?;
            let runs = stat(&text, "stat::number_of_executed_units:");
            let runs = runs.and_then(|runs| runs.parse().ok());
            let (Some(runs), Some(edges)) = (runs, edges(&text)) else {
                return Err("libFuzzer reported neither runs nor edges".to_owned());
            };
            // One that an earlier slice told of is no news: what a clock decides comes again.
            let known = places.len();
            places.extend(own_places(&text, &root));
            state = state.after(runs, slice, edges, places.len() > known);
            save(name, state, &places)?;
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
        "A target has had enough when the second half of its time brought no new edge of our own source (`crates/*/src`, `ffi/src`), and {LEAST} \
         seconds at least. It starts from its seeds and from what was found before, on this machine and in `fuzz/found`, and the program has the \
         address sanitizer. *Edges* are all that libFuzzer counts, other people's crates among them; the time of the last new one of our own is \
         the end of its slice, and 0 where there was none.\n\n\
         | target | runs | seconds | edges | last new of our own at | enough | day and commit |\n|---|---:|---:|---:|---:|---|---|\n"
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

fn load(name: &str) -> (State, BTreeSet<String>) {
    let text = std::fs::read_to_string(kept(name)).unwrap_or_default();
    let mut lines = text.lines();
    // Another program has other edges.
    if lines.next() != Some(&build_of_program()) {
        return Default::default();
    }
    let numbers = lines.next().unwrap_or_default().split_whitespace();
    let numbers: Vec<u64> = numbers.filter_map(|number| number.parse().ok()).collect();
    let places: BTreeSet<String> = lines.map(str::to_owned).collect();
    match numbers.as_slice() {
        &[runs, seconds, edges, last_new] => {
            let state = State {
                runs,
                seconds,
                edges,
                last_new,
            };
            (state, places)
        }
        _ => Default::default(),
    }
}

fn save(name: &str, state: State, places: &BTreeSet<String>) -> Result<(), String> {
    let path = kept(name);
    let mut text = format!(
        "{}\n{} {} {} {}\n",
        build_of_program(),
        state.runs,
        state.seconds,
        state.edges,
        state.last_new
    );
    for place in places {
        let _ = writeln!(text, "{place}");
    }
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// The places of our own source among the edges that libFuzzer reports as new to this slice.
fn own_places<'a>(text: &'a str, root: &'a str) -> impl Iterator<Item = String> + 'a {
    let new = text.lines().filter(|line| line.contains("NEW_PC: "));
    let places = new.filter_map(move |line| line.split_once(root).map(|(_, place)| place));
    let own = places.filter(|place| place.starts_with("crates/") || place.starts_with("ffi/src/"));
    own.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_quiet_when_its_second_half_brought_nothing() {
        let first = State::default().after(100, 60, 50, true);
        assert!(!first.is_quiet());
        let second = first.after(100, 60, 51, false);
        assert!(second.is_quiet(), "{second:?}");
        let news = second.after(100, 60, 52, true);
        assert!(!news.is_quiet());
        let last = news.after(50, 60, 52, false).after(50, 60, 40, false);
        assert_eq!((last.edges, last.last_new, last.runs), (52, 180, 400));
        assert!(!last.is_quiet());
        assert!(last.after(1, 60, 51, false).is_quiet());
        let none = State::default().after(1, 50, 5, false);
        assert!(
            !none.after(1, 50, 5, false).is_quiet(),
            "a hundred seconds say nothing"
        );
        assert!(none.after(1, 70, 5, false).is_quiet());
    }

    #[test]
    fn edges_of_our_own_source_are_told_by_their_place() {
        let text = "\tNEW_PC: 0x1 in header /w/crates/mynacard-cert/src/asn1/reader.rs:164:9\n\
            \tNEW_PC: 0x2 in header /w/crates/mynacard-cert/src/asn1/reader.rs:164:9\n\
            \tNEW_PC: 0x3 in get<u8> /r/library/core/src/slice/index.rs:219:12\n\
            \tNEW_PC: 0x4 in run /w/fuzz/targets/src/lib.rs:1:1\n\
            #9 NEW cov: 3 /w/crates/x.rs\n\
            \tNEW_PC: 0x5 in open /w/ffi/src/desk.rs:7:5\n";
        let places: BTreeSet<String> = own_places(text, "/w/").collect();
        let expected = [
            "crates/mynacard-cert/src/asn1/reader.rs:164:9",
            "ffi/src/desk.rs:7:5",
        ];
        assert!(places.iter().eq(expected), "{places:?}");
    }

    #[test]
    fn a_row_takes_the_place_of_its_former_self() {
        let state = State::default().after(7, 10, 50, true);
        let once = with_row("", "tlv", state, "then");
        let both = with_row(&once, "date", state, "then");
        let again = with_row(&both, "tlv", state.after(7, 10, 50, false), "now");
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
    #[test]
    fn every_target_has_a_row_of_its_own() {
        let table = table::part(table::EDGES);
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let named: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        assert_eq!(named, crate::fuzz::targets().unwrap());
    }
}
