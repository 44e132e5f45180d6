//! The fenced blocks of a paper, and what becomes of each: every language has somebody who runs it.

use crate::{files, papers, read};

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) place: String,
    pub(crate) language: String,
    pub(crate) text: String,
}

/// The blocks of a text; a fence that is never closed fails.
pub(crate) fn of(name: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        open = match (open, fence) {
            (None, Some(language)) => Some(Block {
                place: format!("{name}:{}", index + 1),
                language: language.trim().to_owned(),
                text: String::new(),
            }),
            (Some(block), Some(_)) => {
                blocks.push(block);
                None
            }
            (Some(mut block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
                Some(block)
            }
            (None, None) => None,
        };
    }
    assert!(open.is_none(), "a block never ends: {open:?}");
    blocks
}

/// Lines without their common indentation and without empty lines at both ends.
fn bare(text: &str) -> String {
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let indent = filled()
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<_> = text
        .lines()
        .map(|line| line.get(indent..).unwrap_or_default().trim_end())
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// What stands in a program between the marks `README: begin` and `README: end`.
fn excerpt(program: &str) -> String {
    let text = read(program);
    let (_, rest) = text.split_once("README: begin").unwrap();
    let (inside, _) = rest.split_once("README: end").unwrap();
    let inside = inside.split_once('\n').unwrap().1;
    bare(inside.rsplit_once('\n').unwrap().0)
}

/// The papers whose examples rustdoc runs: somebody includes them into the documentation.
fn run_by_rustdoc() -> Vec<String> {
    let mut included = Vec::new();
    for source in files().iter().filter(|name| name.ends_with(".rs")) {
        let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
        for piece in read(source).split("doc = include_str!(\"").skip(1) {
            let mut folder = folder;
            let mut path = piece.split('"').next().unwrap();
            while let Some(up) = path.strip_prefix("../") {
                folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
                path = up;
            }
            included.push(format!("{folder}/{path}"));
        }
    }
    included
}

#[test]
fn every_block_is_run_by_somebody() {
    let by_rustdoc = run_by_rustdoc();
    let excerpts = [
        ("rust", "examples/rust/ten_lines.rs"),
        ("c", "examples/c/ten_lines.c"),
        ("cpp", "examples/cpp/ten_lines.cpp"),
        ("csharp", "examples/csharp/TenLines.cs"),
    ]
    .map(|(language, program)| (language, program, excerpt(program)));
    let header = read("include/mynacard.h");
    let mut seen = 0;
    for paper in papers() {
        for block in of(&paper, &read(&paper)) {
            seen += 1;
            let place = &block.place;
            match block.language.as_str() {
                // A picture or what a program prints; what somebody would type is a command, and runs.
                "text" => {
                    let typed = |line: &str| {
                        let mut words = line.split_whitespace().skip_while(|word| *word == "$");
                        let (first, second) = (words.next(), words.next());
                        let starts = ["cargo", "sh", "unshare", "sudo", "apt-get", "pcscd"];
                        let ours = first.is_some_and(|word| word.starts_with("mynacard"));
                        first.is_some_and(|word| starts.contains(&word))
                            || ours && second.is_some_and(|word| word.starts_with("--"))
                    };
                    assert!(
                        paper.starts_with("ffi/vendor") || !block.text.lines().any(typed),
                        "{place}: a command is no text"
                    );
                }
                // Run by `shell`, or by the packages' own tests.
                "sh" => {
                    let mut commands = block
                        .text
                        .lines()
                        .filter_map(|line| line.split(" #").next());
                    assert!(
                        !commands.any(|line| line.contains('…')),
                        "{place} is no command"
                    );
                }
                "json" => drop(serde_json::from_str::<serde_json::Value>(&block.text).unwrap()),
                // Compiled and run by `phones`.
                "c" if paper.ends_with("/guide/phones.md") => {}
                "" | "rust" if by_rustdoc.contains(&paper) => {}
                language @ ("rust" | "c" | "cpp" | "csharp") if !paper.starts_with("ffi/") => {
                    let (_, program, text) =
                        excerpts.iter().find(|(of, ..)| *of == language).unwrap();
                    assert_eq!(
                        &bare(&block.text),
                        text,
                        "{place} is not what {program} does"
                    );
                }
                "c" | "cpp" | "csharp" | "cmake" | "xml" if paper.starts_with("ffi/") => {}
                // No compiler for phones is here: names and numbers of the interface are compared at least (`phones`).
                "kotlin" | "swift" if by_rustdoc.contains(&paper) => {}
                other => panic!("{place}: nobody runs {other:?}"),
            }
        }
        if paper.contains("/guide/") {
            for word in read(&paper).split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                let of_the_header =
                    word.starts_with("mynacard_transport") || word.starts_with("MYNACARD_T");
                assert!(
                    !of_the_header || header.contains(word),
                    "{paper}: {word} is not in the header"
                );
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn both_readmes_say_the_same_commands_and_snippets() {
    let commands = |name: &str| {
        let of = of(name, &read(name));
        let strip = |line: &str| {
            line.split("  #")
                .next()
                .unwrap()
                .split("  //")
                .next()
                .unwrap()
                .trim()
                .to_owned()
        };
        of.into_iter()
            .filter(|block| block.language != "text")
            .map(|block| {
                (
                    block.language.clone(),
                    block.text.lines().map(strip).collect::<Vec<_>>(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(commands("README.md"), commands("README.ja.md"));
}

/// A page without its blocks, as what a translation must keep: how each line begins, its cells, its links and what stands in backticks.
fn skeleton(text: &str) -> Vec<(String, usize, Vec<String>)> {
    let mut inside = false;
    let mut lines = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if !inside {
            let links = line.split("](").skip(1);
            let links = links.filter_map(|piece| piece.split(')').next());
            let code = line.split('`').skip(1).step_by(2);
            words.extend(links.chain(code).map(str::to_owned));
            let kinds = ["# ", "- [ ] ", "- ", "|"];
            let number = |line: &str| line.starts_with(|c: char| c.is_ascii_digit());
            let begin = kinds.into_iter().find(|kind| line.starts_with(kind));
            if let Some(begin) = begin.or_else(|| number(line).then_some("1. ")) {
                let cells = line.matches('|').count();
                lines.push((begin.to_owned(), cells, std::mem::take(&mut words)));
            }
        }
    }
    for (_, _, words) in &mut lines {
        words.sort_unstable();
    }
    lines
}

#[test]
fn both_guides_for_vendors_say_the_same() {
    let page = |name: &str| read(&format!("crates/mynacard/src/guide/{name}.md"));
    let (english, japanese) = (page("vendors"), page("vendors.ja"));
    let blocks = |text: &str| {
        let blocks = of("a guide", text).into_iter();
        blocks
            .map(|block| (block.language, block.text))
            .collect::<Vec<_>>()
    };
    assert_eq!(blocks(&english), blocks(&japanese));
    assert!(blocks(&english).len() >= 2);
    // Each leads to the other.
    let english = english.replace("`vendors_ja`](crate::guide::vendors_ja)", "](other)");
    let japanese = japanese.replace("`vendors`](crate::guide::vendors)", "](other)");
    let (english, japanese) = (skeleton(&english), skeleton(&japanese));
    for (ours, theirs) in english.iter().zip(&japanese) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(english.len(), japanese.len());
    let count = |kind: &str| english.iter().filter(|(begin, ..)| begin == kind).count();
    assert!(count("# ") >= 8 && count("- [ ] ") > 15 && count("|") > 30);
}

#[test]
fn a_translation_that_lost_something_is_noticed() {
    let text = "# One\n\n- [ ] a [b](c) `d`\n  and `e`\n\n| x | y |\n";
    assert_eq!(skeleton(text).len(), 3);
    assert_eq!(skeleton(text), skeleton(&text.replace(" a ", " ä ")));
    for (was, is) in [
        ("`d`", ""),
        ("(c)", "(f)"),
        ("- [ ] ", "- "),
        ("| y ", ""),
        ("`e`", "`f`"),
    ] {
        assert_ne!(skeleton(text), skeleton(&text.replace(was, is)), "{was}");
    }
}

#[test]
fn a_block_keeps_its_language_place_and_text() {
    let found = of(
        "a.md",
        "x\n```sh\nls  # all\n```\n\n```\nfn main() {}\n```\n",
    );
    let shown: Vec<_> = found
        .iter()
        .map(|block| {
            (
                block.place.as_str(),
                block.language.as_str(),
                block.text.as_str(),
            )
        })
        .collect();
    let expected = [
        ("a.md:2", "sh", "ls  # all\n"),
        ("a.md:6", "", "fn main() {}\n"),
    ];
    assert_eq!(shown, expected);
    assert_eq!(bare("\n    a {\n\n      b\n    }\n"), "a {\n\n  b\n}");
}
