//! Every link leads somewhere, and every path and test that a paper names is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::{files, papers, read, root};

/// A text without its fenced blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The targets of `[…](target)`.
fn targets(prose: &str) -> Vec<&str> {
    let pieces = prose.split("](").skip(1);
    pieces
        .filter_map(|piece| piece.split(')').next())
        .map(str::trim)
        .collect()
}

/// The definitions `[name]: target` of a text.
fn definitions(prose: &str) -> BTreeMap<&str, &str> {
    let lines = prose.lines().filter_map(|line| line.strip_prefix('['));
    lines.filter_map(|line| line.split_once("]: ")).collect()
}

/// The names of `[…][name]`.
fn named(prose: &str) -> BTreeSet<&str> {
    let names = prose.split("][").skip(1);
    names.filter_map(|piece| piece.split(']').next()).collect()
}

/// The names of `[…][name]` that nobody defines.
fn undefined(prose: &str) -> Vec<&str> {
    let defined = definitions(prose);
    let mut names: Vec<_> = named(prose).into_iter().collect();
    names.retain(|name| !defined.contains_key(name));
    names
}

/// The cells of a text's tables below their headings, without each row's first: where the row stands, and the cell.
fn data_cells(text: &str) -> Vec<(usize, String)> {
    let mut cells = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let row = line.strip_prefix('|').and_then(|row| row.strip_suffix('|'));
        match row {
            None => inside = false,
            Some(row) if row.starts_with("---") => inside = true,
            Some(row) if inside => {
                let row = row.split('|').skip(1);
                cells.extend(row.map(|cell| (number, cell.trim().to_owned())));
            }
            Some(_) => {}
        }
    }
    cells
}

/// Whether a cell names a source: a link, a run of ours, or a path of this repository.
fn has_source(cell: &str) -> bool {
    let run = cell.split("run ").skip(1);
    let mut run = run.filter_map(|rest| rest.chars().next());
    cell.contains("](")
        || cell.contains("][")
        || run.any(|digit| digit.is_ascii_digit())
        || code(cell).into_iter().any(is_path)
}

/// What stands between single backticks.
fn code(prose: &str) -> Vec<&str> {
    prose
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// The anchors of a text's headings, as the repository's host makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = line
                .trim_start_matches('#')
                .trim()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        })
        .collect()
}

/// What is wrong with one link, if anything.
fn broken(paper: &str, text: &str, target: &str) -> Option<String> {
    if let Some(address) = target.strip_prefix("https://") {
        let host = address.split('/').next().unwrap_or_default();
        let whole = host.contains('.') && !address.contains(char::is_whitespace);
        return (!whole).then(|| "is no address".to_owned());
    }
    // rustdoc itself refuses what it cannot resolve.
    if target.starts_with("crate::") {
        return None;
    }
    let (path, anchor) = target
        .split_once('#')
        .map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let place = root().join(Path::new(paper).parent()?).join(path);
    if !path.is_empty() && !place.exists() {
        return Some("leads nowhere".into());
    }
    let anchor = anchor?;
    let other = if path.is_empty() {
        text.to_owned()
    } else {
        std::fs::read_to_string(place).unwrap_or_default()
    };
    (!anchors(&other).contains(anchor)).then(|| "has no such heading".to_owned())
}

/// Words in backticks that are paths of this repository.
fn is_path(word: &str) -> bool {
    let first = word.split('/').next().unwrap_or_default();
    let folders = [
        "crates", "ffi", "include", "fuzz", "benches", "examples", "xtask", ".ci", ".cargo",
    ];
    word.contains('/') && folders.contains(&first) && !word.contains([' ', '*', '{', '<'])
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for paper in papers() {
        let text = read(&paper);
        let prose = prose(&text);
        let named = undefined(&prose).into_iter();
        wrong.extend(named.map(|name| format!("{paper}: nobody says where [{name}] leads")));
        for target in targets(&prose)
            .into_iter()
            .chain(definitions(&prose).into_values())
        {
            seen += 1;
            if let Some(why) = broken(&paper, &text, target) {
                wrong.push(format!("{paper}: {target} {why}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen > 20, "{seen}");
}

#[test]
fn every_path_that_is_named_is_there() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    // What has changed stays in the change log as it was called then.
    for paper in papers().iter().filter(|paper| *paper != "CHANGELOG.md") {
        for word in code(&prose(&read(paper)))
            .into_iter()
            .filter(|word| is_path(word))
        {
            seen += 1;
            if !root().join(word.trim_end_matches('/')).exists() {
                wrong.push(format!("{paper}: {word}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen > 15, "{seen}");
}

/// The tests of a source: functions under `#[test]`, which stands on one of the lines before, among other attributes and comments.
fn tests(source: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        let function = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.split('(').next());
        match function {
            Some(name) if marked => drop(found.insert(name)),
            _ => {}
        }
        let between = line.starts_with("#[") || line.starts_with("//");
        marked = line == "#[test]" || (marked && between);
    }
    found
}

/// The comparison says nothing without a source, and its sources do not move: other people's files by version or commit.
#[test]
fn every_cell_of_the_comparison_names_its_source() {
    let paper = "crates/mynacard/src/guide/comparison.md";
    let text = read(paper);
    let cells = data_cells(&text);
    let bare: Vec<_> = cells
        .iter()
        .filter(|(_, cell)| !has_source(cell))
        .map(|(line, cell)| format!("{paper}:{line}: {cell:?}"))
        .collect();
    assert_eq!(bare, Vec::<String>::new());
    assert!(cells.len() > 150, "{}", cells.len());

    let prose = prose(&text);
    let (named, defined) = (named(&prose), definitions(&prose));
    let unused: Vec<_> = defined
        .keys()
        .filter(|name| !named.contains(*name))
        .collect();
    assert!(unused.is_empty(), "nobody leads to {unused:?}");
    let moving: Vec<_> = defined
        .values()
        .filter(|address| {
            let source = address.contains("/blob/") || address.contains("docs.rs/");
            let moves = ["/latest", "blob/master/", "blob/main/"].iter();
            source && moves.clone().any(|part| address.contains(part))
        })
        .collect();
    assert!(moving.is_empty(), "these change: {moving:?}");
    let runs = text.split("(run ").skip(1);
    let unknown: Vec<_> = runs
        .filter_map(|rest| rest.split([')', ':']).next())
        .filter(|number| !text.contains(&format!("\n{number}. ")))
        .collect();
    assert!(unknown.is_empty(), "no such run: {unknown:?}");
}

/// What the comparison says of run 1 is what was recorded: exchanges, and how often the PIN went to the card.
#[test]
fn the_figures_of_the_comparison_are_the_recorded_ones() {
    let text = read("crates/mynacard/src/guide/comparison.md");
    let row = |title: &str| {
        let line = text.lines().find(|line| line.starts_with(title));
        let cells = line.unwrap().split('|').skip(2).map(str::trim);
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    let numbers = |cell: &str| {
        let cell = cell.split("(run").next().unwrap().to_owned();
        let words = cell.split(|c: char| !c.is_ascii_digit());
        let numbers = words.filter_map(|word| word.parse::<usize>().ok());
        numbers.collect::<Vec<_>>()
    };
    let exchanges = row("| exchanges of a check");
    let pins = row("| how often one PIN goes");
    let report = read("benches/REPORT.md");
    let of_the_report = |client: &str| {
        let line = report.lines().find_map(|line| {
            let cells = line.strip_prefix(&format!("| {client} | "))?;
            cells.split(" | ").next()?.parse::<usize>().ok()
        });
        line.unwrap_or_else(|| panic!("{client} is not in the report"))
    };
    let ours = ["extended", "short", "extended-counter", "short-counter"]
        .map(|way| of_the_report(&format!("mynacard, {way}")));
    assert_eq!(numbers(&exchanges[0]), ours);
    for (column, client, trace) in [
        (1, "myna-card 3.3.4", "myna-card-3.3.4"),
        (2, "jpki 0.4.3", "jpki-0.4.3"),
        (
            3,
            "OpenSC 0.23, two programs, driver named",
            "opensc-0.23-driver-named",
        ),
        (3, "OpenSC 0.23, two programs", "opensc-0.23"),
    ] {
        assert!(
            numbers(&exchanges[column]).contains(&of_the_report(client)),
            "{client}"
        );
        let trace = read(&format!("benches/traces/{trace}.apdu"));
        // A VERIFY with four digits; without any it only asks for the counter.
        let presented = trace
            .lines()
            .filter(|line| line.starts_with("> 0020008004"));
        let word = match presented.count() {
            1 => "once (run 1)",
            2 => "**twice** (run 1",
            other => panic!("{client}: {other}"),
        };
        assert!(pins[column].starts_with(word), "{client}: {}", pins[column]);
    }
}

/// The threat model names the test that shows each defence: none of them may have gone.
#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let sources: Vec<String> = files()
        .iter()
        .filter(|name| name.ends_with(".rs"))
        .map(|name| read(name))
        .collect();
    let known: BTreeSet<&str> = sources.iter().flat_map(|source| tests(source)).collect();
    let header = read("include/mynacard.h");
    let text = read("SECURITY.md");
    let names = code(&text).into_iter().filter(|word| {
        word.contains('_')
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    });
    let mut seen = 0;
    let mut missing = Vec::new();
    for name in names {
        seen += 1;
        let target = root().join(format!("fuzz/fuzz_targets/{name}.rs"));
        // A call of the C interface is what a reader is told to use, and no test.
        let call = name.starts_with("mynacard_") && header.contains(&format!(" {name}("));
        if !known.contains(name) && !target.exists() && !call {
            missing.push(name);
        }
    }
    assert!(
        missing.is_empty(),
        "no such test or fuzz target: {missing:?}"
    );
    assert!(seen > 40, "{seen}");
}

/// Papers for C and C++ programmers use names that a header has.
#[test]
fn every_name_of_the_c_interface_is_in_a_header() {
    let mut known: String = ["mynacard.h", "mynacard_sandbox.h"]
        .map(|header| read(&format!("include/{header}")))
        .concat();
    known.push_str(" mynacard_ffi ");
    for file in files() {
        if let Some(krate) = file
            .strip_prefix("crates/")
            .and_then(|rest| rest.split('/').next())
        {
            known.push_str(&format!("{} ", krate.replace('-', "_")));
        }
    }
    let known: std::collections::BTreeSet<&str> = known
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .collect();
    let mut seen = 0;
    let mut missing = Vec::new();
    for paper in papers().iter().filter(|paper| *paper != "CHANGELOG.md") {
        let text = read(paper);
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        for word in code(&prose(&text)) {
            if word.starts_with("mynacard_") && word.chars().all(is_name) {
                seen += 1;
                if !known.contains(word) && !word.ends_with('_') {
                    missing.push(format!("{paper}: {word}"));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(seen > 15, "{seen}");
}

#[test]
fn a_function_that_is_no_test_is_not_one() {
    let text = "#[test]\n// why\n#[cfg(unix)]\nfn a() {\n    fn b() {}\n}\nfn c() {}\nproptest! {\n    #[test]\n    fn d(x in 0..9) {}\n}\n";
    assert_eq!(tests(text), BTreeSet::from(["a", "d"]));
}

#[test]
fn what_is_wrong_is_found() {
    let text = "# One – two (三)\n[a](#one--two-三) [b](#three) [c](nowhere.md) [d](https://x y) `crates/none`\n```sh\n[e](gone)\n```\n";
    let found: Vec<_> = targets(&prose(text))
        .into_iter()
        .filter_map(|target| broken("README.md", text, target).map(|_| target.to_owned()))
        .collect();
    assert_eq!(found, ["#three", "nowhere.md", "https://x y"]);
    assert_eq!(undefined("[a][b] [c][d]\n[b]: https://b.example\n"), ["d"]);
    assert_eq!(
        code(text).into_iter().filter(|word| is_path(word)).count(),
        1
    );
    let table = "| a | b |\n|---|---|\n| x | said | [y][z] | run 2 | `crates/none` | rerun later |\n\n| c |\n";
    let bare: Vec<_> = data_cells(table)
        .into_iter()
        .filter(|(_, cell)| !has_source(cell))
        .collect();
    assert_eq!(bare, [(3, "said".into()), (3, "rerun later".into())]);
}
