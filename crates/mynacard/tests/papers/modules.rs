//! Every public module shows itself by a running example, every crate by a map of what is in it.

use std::collections::BTreeSet;

use crate::{files, read};

/// The public modules below a crate's root: source file, name.
fn modules(file: &str, name: &str, known: &BTreeSet<String>, found: &mut Vec<(String, String)>) {
    let text = read(file);
    found.push((file.to_owned(), name.to_owned()));
    let base = match file.rsplit_once('/') {
        Some((folder, "lib.rs" | "mod.rs")) => folder.to_owned(),
        _ => file.trim_end_matches(".rs").to_owned(),
    };
    let mut hidden = false;
    for line in text.lines() {
        let below = line
            .strip_prefix("pub mod ")
            .and_then(|rest| rest.strip_suffix(';'));
        if let Some(below) = below.filter(|_| !hidden) {
            let places = [
                format!("{base}/{below}.rs"),
                format!("{base}/{below}/mod.rs"),
            ];
            let place = places.iter().find(|place| known.contains(*place));
            modules(place.unwrap(), &format!("{name}::{below}"), known, found);
        }
        hidden = line.starts_with("#[doc(hidden)]") || (hidden && line.starts_with("#["));
    }
}

/// Whether a module's own documentation, or that of something in it, has an example that is compiled.
fn has_example(file: &str, text: &str) -> bool {
    let lines = text.lines().map(str::trim_start);
    let docs = lines.filter_map(|line| {
        line.strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"))
    });
    if is_compiled(docs) {
        return true;
    }
    let included = text.contains("include_str!(\"../README.md\")");
    included && is_compiled(read(&file.replace("src/lib.rs", "README.md")).lines())
}

/// Whether a block among these lines is Rust.
fn is_compiled<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    let mut inside = false;
    for line in lines {
        if let Some(language) = line.trim().strip_prefix("```") {
            if !inside && matches!(language, "" | "rust" | "no_run" | "should_panic") {
                return true;
            }
            inside = !inside;
        }
    }
    false
}

/// The modules with items that stand inside a file: name, and the text with the documentation before it.
fn inside(text: &str) -> Vec<(&str, &str)> {
    let starts = text.match_indices("\npub mod ").map(|(at, _)| at);
    starts
        .filter_map(|at| {
            let name = text[at..].lines().nth(1)?.strip_prefix("pub mod ")?;
            let begin = text[..at].rfind("\n\n").unwrap_or(0);
            let end = at + text[at..].find("\n}")?;
            Some((name.strip_suffix(" {")?, &text[begin..end]))
        })
        .collect()
}

#[test]
fn every_public_module_has_an_example() {
    let known: BTreeSet<String> = files().into_iter().collect();
    let mut found = Vec::new();
    for file in known.iter().filter(|name| {
        name.ends_with("/src/lib.rs")
            && name.matches('/').count() == 3
            && name.starts_with("crates/")
    }) {
        let name = file.split('/').nth(1).unwrap();
        modules(file, name, &known, &mut found);
    }
    found.push(("ffi/src/lib.rs".to_owned(), "mynacard-ffi".to_owned()));
    let mut bare: Vec<_> = found.clone();
    bare.retain(|(file, _)| !has_example(file, &read(file)));
    for file in known
        .iter()
        .filter(|name| name.contains("/src/") && name.ends_with(".rs"))
    {
        let text = read(file);
        let inside = inside(&text).into_iter();
        let without = inside.filter(|(_, part)| !has_example("", part));
        bare.extend(without.map(|(name, _)| (file.clone(), name.to_owned())));
    }
    assert!(bare.is_empty(), "modules without an example: {bare:#?}");
    assert!(found.len() > 40, "{}", found.len());
}

/// The first page of a crate: the documentation in its root, and the paper that is included as that.
fn front_page(file: &str) -> String {
    let text = read(file);
    let own = text.lines().filter_map(|line| line.strip_prefix("//!"));
    let mut page: String = own.map(|line| format!("{}\n", line.trim_start())).collect();
    if text.contains("#![doc = include_str!(\"../README.md\")]") {
        page.push_str(&read(&file.replace("src/lib.rs", "README.md")));
    }
    page
}

/// The rows of a page's tables, without the headings of a map.
fn rows(page: &str) -> Vec<&str> {
    let mut rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    rows.retain(|row| !row.starts_with("| for |") && !row.starts_with("| module |"));
    rows
}

/// Whether a row leads to this name: as it is, or as the type that a module is named after.
fn leads_to(row: &str, name: &str) -> bool {
    let words = row.split('`').skip(1).step_by(2);
    words
        .flat_map(|word| word.split("::"))
        .any(|word| word.eq_ignore_ascii_case(name))
}

#[test]
fn every_front_page_has_a_map_with_every_public_module() {
    let mut seen = 0;
    let mut missing = Vec::new();
    for file in files() {
        let of_a_crate = file.starts_with("crates/") && file.ends_with("/src/lib.rs");
        if !of_a_crate || file.matches('/').count() != 3 {
            continue;
        }
        seen += 1;
        let page = front_page(&file);
        let rows = rows(&page);
        let mapped = page.contains("| for | look at |") || page.contains("| module | layer |");
        if !mapped || rows.len() < 3 {
            missing.push(format!("{file}: no map"));
        }
        let mut hidden = false;
        for line in read(&file).lines() {
            let public = line
                .strip_prefix("pub mod ")
                .or_else(|| Some(line.strip_prefix("pub use ")?.split_once(" as ")?.1))
                .map(|name| name.trim_end_matches(';'));
            if let Some(name) = public.filter(|_| !hidden)
                && !rows.iter().any(|row| leads_to(row, name))
            {
                missing.push(format!("{file}: the map does not lead to {name}"));
            }
            hidden = line.starts_with("#[doc(hidden)]") || (hidden && line.starts_with("#["));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(seen > 10, "{seen}");
}

#[test]
fn a_picture_is_no_example() {
    assert!(!has_example("", "//! ```text\n//! a\n//! ```\n"));
    assert!(has_example(
        "",
        "//! ```text\n//! a\n//! ```\n//! ```\n//! f();\n//! ```\n"
    ));
    assert!(has_example("", "/// ```no_run\n"));
}

#[test]
fn a_module_inside_a_file_is_seen() {
    let text = "fn a() {}\n\n/// ```\n/// b::c();\n/// ```\npub mod b {\n    pub fn c() {}\n}\n\npub mod d {}\n\npub mod e {\n}\n";
    let found = inside(text);
    let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["b", "e"]);
    assert!(has_example("", found[0].1) && !has_example("", found[1].1));
}
