//! Every public module shows itself by a running example.

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
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim_start();
        let Some(doc) = line
            .strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"))
        else {
            continue;
        };
        if let Some(language) = doc.trim().strip_prefix("```") {
            if !inside && matches!(language, "" | "rust" | "no_run" | "should_panic") {
                return true;
            }
            inside = !inside;
        }
    }
    let included = text.contains("include_str!(\"../README.md\")");
    included && read(&file.replace("src/lib.rs", "README.md")).contains("```")
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
    let bare: Vec<_> = found
        .iter()
        .filter(|(file, _)| !has_example(file, &read(file)))
        .collect();
    assert!(bare.is_empty(), "modules without an example: {bare:#?}");
    assert!(found.len() > 40, "{}", found.len());
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
