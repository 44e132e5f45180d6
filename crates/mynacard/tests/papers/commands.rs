//! Commands that a paper names in the middle of a sentence: they and their options stand in the program's own help.

use std::collections::BTreeMap;
use std::process::Command;

use crate::manifests::{keys, table};
use crate::{files, papers, program, read};

/// What is written in front, and the program that it starts.
const PROGRAMS: &[(&str, &str)] = &[
    ("cargo xtask ", "xtask"),
    ("mynacard ", "mynacard"),
    ("mynacard-sandbox ", "mynacard-sandbox"),
    ("mynacard-sim ", "mynacard-sim"),
];

/// The page whose table leaves out what stands before each of its commands.
const CHORES: &str = "xtask/README.md";

/// The table of the chores with their commands as they are typed.
fn as_typed(text: &str) -> String {
    let typed = |line: &str| match line
        .strip_prefix("| ")
        .and_then(|row| row.split_once(" | "))
    {
        Some((first, rest)) if first.starts_with('`') => {
            let first = first.replace(", `", ", `cargo xtask ");
            format!(
                "| `cargo xtask {} | {rest}\n",
                first.trim_start_matches('`')
            )
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(typed).collect()
}

/// What is wrong with a command of cargo's own: packages, tests, features and fuzz targets that nobody has.
fn wrong_for_cargo(rest: &str) -> Option<String> {
    let all = files();
    let manifests: Vec<(&str, String)> = all
        .iter()
        .filter_map(|name| Some((name.strip_suffix("Cargo.toml")?, read(name))))
        .collect();
    let of_package = |name: &str| {
        let line = format!("name = \"{name}\"");
        let ours = |text: &String| table(text, "[package]").contains(&&*line);
        manifests.iter().find(|(_, text)| ours(text))
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let mut package = None;
    for pair in words.windows(2) {
        let [option, value] = [pair[0], pair[1]];
        // What the reader puts in.
        if value.chars().all(|c| !c.is_ascii_lowercase()) {
            continue;
        }
        let known = match option {
            "-p" | "--package" => {
                package = of_package(value);
                package.is_some()
            }
            "--test" => {
                let inside = package.map_or("", |(folder, _)| folder);
                let ends = [
                    format!("tests/{value}.rs"),
                    format!("tests/{value}/main.rs"),
                ];
                all.iter().any(|name| {
                    name.starts_with(inside) && ends.iter().any(|end| name.ends_with(end))
                })
            }
            "--features" => {
                package.is_some_and(|(_, text)| keys(&table(text, "[features]")).contains(value))
            }
            "run" if words.first() == Some(&"fuzz") => {
                let line = format!("\nname = \"{value}\"\n");
                let mut fuzz = manifests.iter().filter(|(folder, _)| *folder == "fuzz/");
                fuzz.any(|(_, text)| text.contains(&line))
            }
            _ => true,
        };
        if !known {
            return Some(format!("has no {option} {value}"));
        }
    }
    None
}

/// What stands between backticks outside of blocks, also where it goes on in the next line.
fn inline(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        // A block ends a paragraph.
        lines.push(if inside || fence { "" } else { line });
        inside ^= fence;
    }
    let text = lines.join("\n");
    let paragraphs = text.split("\n\n");
    let pieces = paragraphs.flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
    pieces
        .map(|piece| {
            let words: Vec<&str> = piece.split_whitespace().collect();
            // A table wants its bars escaped.
            words.join(" ").replace("\\|", "|")
        })
        .collect()
}

/// What the programs say of themselves; each is asked once.
#[derive(Default)]
struct Helps(BTreeMap<String, String>);

impl Helps {
    /// What the program says of the command under this path, such as `audit verify`.
    fn of(&mut self, name: &str, path: &[&str]) -> &str {
        let key = format!("{name} {}", path.join(" "));
        self.0.entry(key).or_insert_with(|| {
            let mut command = Command::new(program(name));
            // The chores have one page for all.
            match name {
                "xtask" => command.arg("help"),
                _ => command.args(path).arg("--help"),
            };
            let output = command.output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            match (name, path) {
                ("xtask", [chore, ..]) => lines_of(&text, chore),
                _ => text,
            }
        })
    }

    fn stages(&mut self) -> &str {
        self.0.entry("stages".to_owned()).or_insert_with(|| {
            let mut command = Command::new(program("xtask"));
            let output = command.args(["test", "--list"]).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        })
    }
}

/// The lines about one chore: those that begin with its name, and what goes on below them.
fn lines_of(help: &str, chore: &str) -> String {
    let mut ours = false;
    let mut lines = Vec::new();
    for line in help.lines() {
        if line.starts_with("  ") && !line.starts_with("   ") {
            ours = line.split_whitespace().next() == Some(chore);
        }
        if ours {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        .any(|other| other == word)
}

/// Whether a word is a command below this help, or a value that the help lists.
fn is_known(help: &str, word: &str) -> bool {
    help.lines().any(|line| {
        let command = line.strip_prefix("  ").unwrap_or_default();
        let value = line.trim_start().strip_prefix("- ").unwrap_or_default();
        let listed = ["ossible values: ", "[alias: "];
        let listed = listed.map(|before| line.split_once(before).map(|(_, after)| after));
        command.split(' ').next() == Some(word)
            || value.split(':').next() == Some(word)
            || listed
                .into_iter()
                .flatten()
                .any(|after| has_word(after, word))
    })
}

/// Whether a chore has this second word, such as `package nuget|vendor`.
fn is_second(help: &str, word: &str) -> bool {
    let seconds = help
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1));
    seconds
        .flat_map(|second| second.split('|'))
        .any(|second| second == word)
}

/// What is wrong with a command that a paper names, if anything.
fn wrong(helps: &mut Helps, name: &str, rest: &str) -> Option<String> {
    let mut path: Vec<&str> = Vec::new();
    let mut growing = true;
    let mut words = rest
        .split_whitespace()
        .map(|word| word.trim_matches(|c| matches!(c, '[' | ']' | '…' | ',' | '.')))
        .peekable();
    while let Some(word) = words.next() {
        let either: Vec<&str> = word.split('|').collect();
        let plain = |word: &&str| {
            let mut letters = word.chars();
            letters.next().is_some_and(|c| c.is_ascii_lowercase())
                && letters.all(|c| c.is_ascii_lowercase() || c == '-')
        };
        if word.starts_with("--") {
            growing = false;
            for option in &either {
                let option = option.split('=').next().unwrap_or_default();
                let built_in = name != "xtask" && option == "--help";
                if !built_in && !has_word(helps.of(name, &path), option) {
                    return Some(format!("has no option {option}"));
                }
            }
            if let Some(stage) = words.peek().filter(|next| word == "--stage" && plain(next)) {
                let mut stages = helps.stages().lines();
                if !stages.any(|line| line.split_whitespace().next() == Some(stage)) {
                    return Some(format!("has no stage {stage}"));
                }
            }
        } else if growing && either.iter().all(plain) {
            for one in &either {
                let known = match (name, path.as_slice()) {
                    ("xtask", []) => !helps.of(name, &[one]).is_empty(),
                    ("xtask", _) => is_second(helps.of(name, &path), one),
                    _ => is_known(helps.of(name, &path), one),
                };
                if !known {
                    return Some(format!("has no {one}"));
                }
            }
            growing = either.len() == 1;
            path.extend((either.len() == 1).then_some(word));
        } else {
            growing = false;
        }
    }
    None
}

/// The commands of a text that are wrong, and how many there are in all.
fn look(helps: &mut Helps, text: &str) -> (Vec<String>, usize) {
    let (mut found, mut seen) = (Vec::new(), 0);
    for piece in inline(text) {
        let cargos = ["cargo test ", "cargo build ", "cargo run ", "cargo fuzz "];
        if cargos.iter().any(|before| piece.starts_with(before)) {
            seen += 1;
            let why = wrong_for_cargo(piece.trim_start_matches("cargo "));
            found.extend(why.map(|why| format!("`{piece}` {why}")));
        }
        for (before, name) in PROGRAMS {
            if let Some(rest) = piece.strip_prefix(before) {
                seen += 1;
                let why = wrong(helps, name, rest);
                found.extend(why.map(|why| format!("`{piece}` {why}")));
            }
        }
    }
    (found, seen)
}

#[test]
fn every_command_in_a_sentence_is_in_the_programs_help() {
    let mut helps = Helps::default();
    let (mut found, mut seen) = (Vec::new(), 0);
    for paper in papers() {
        let text = read(&paper);
        // What was released stays in the change log as it was called then.
        let text = match paper.as_str() {
            "CHANGELOG.md" => text.split("\n## [").take(2).collect(),
            CHORES => as_typed(&text),
            _ => text,
        };
        let (wrong, all) = look(&mut helps, &text);
        found.extend(wrong.into_iter().map(|wrong| format!("{paper}: {wrong}")));
        seen += all;
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(seen > 110, "{seen}");
}

#[track_caller]
fn finds(text: &str, commands: usize, whys: &[&str]) {
    let (found, seen) = look(&mut Helps::default(), text);
    assert_eq!(found, whys);
    assert_eq!(seen, commands);
}

#[test]
fn a_command_that_is_not_there_is_found() {
    let text = "`mynacard\nchekc` `mynacard check --nothing` `cargo xtask nothing` `cargo xtask package\\|nothing`\n```sh\nmynacard x\n```\n\
                `mynacard audit verify|nothing` `cargo xtask fuzz --list` `cargo xtask test --stage nothing` `mynacard-sim nobody`\n\n\
                `mynacard audit verify|restart` `cargo xtask package nuget\\|vendor` `cargo xtask test --stage tree` `mynacard terminal status`\n\
                `mynacard terminal visual on|off` `mynacard check --visual … --photo FILE` `mynacard-sandbox serve --trouble cut` `cargo xtask …`\n";
    let whys = [
        "`mynacard chekc` has no chekc",
        "`mynacard check --nothing` has no option --nothing",
        "`cargo xtask nothing` has no nothing",
        "`cargo xtask package|nothing` has no nothing",
        "`mynacard audit verify|nothing` has no nothing",
        "`cargo xtask fuzz --list` has no option --list",
        "`cargo xtask test --stage nothing` has no stage nothing",
        "`mynacard-sim nobody` has no nobody",
    ];
    finds(text, 16, &whys);

    let text = "`cargo test -p mynacard-cli --test desk` `cargo test -p mynacard-cli --test nothing` `cargo build -p nobody`\n\
                `cargo build -p mynacard-cli --features pcsc` `cargo build -p mynacard-cli --features nothing` `cargo fuzz run TARGET`\n\
                `cargo fuzz run relay` `cargo fuzz run nothing` `cargo test --workspace --all-features --test nothing`\n";
    let whys = [
        "`cargo test -p mynacard-cli --test nothing` has no --test nothing",
        "`cargo build -p nobody` has no -p nobody",
        "`cargo build -p mynacard-cli --features nothing` has no --features nothing",
        "`cargo fuzz run nothing` has no run nothing",
        "`cargo test --workspace --all-features --test nothing` has no --test nothing",
    ];
    finds(text, 9, &whys);

    let text = as_typed("| `bench`, `bench --nothing` | x |\n| `fuzz --seconds` | `x` |\n");
    let whys = ["`cargo xtask bench --nothing` has no option --nothing"];
    finds(&text, 3, &whys);
}
