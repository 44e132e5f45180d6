//! What every manifest and every file must keep to, whatever crate it belongs to.

use std::path::Path;

use cargo_metadata::{Metadata, Package};

use crate::arrows::published;

/// Rust files end here; they should end much sooner.
const MOST_LINES: usize = 700;

/// Never in a Rust file. Written apart, so that this file passes.
const UNFINISHED: &[&str] = &[
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("FIX", "ME"),
    concat!("#[ign", "ore"),
];

/// Paths of somebody's machine, and hosts that only somebody's network knows.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("C:\\Us", "ers\\"),
    concat!("http://1", "0."),
    concat!("http://192.", "168."),
    concat!("index", "-url"),
    concat!("replace", "-with"),
];

/// Where the lock file may say that a crate comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What is wrong with the manifests, one sentence each.
pub(crate) fn manifests(metadata: &Metadata) -> Vec<String> {
    let mut found = Vec::new();
    for package in metadata.workspace_packages() {
        let mut miss = |what: &str| found.push(format!("{}: no {what}", package.manifest_path));
        if package
            .description
            .as_deref()
            .unwrap_or_default()
            .is_empty()
        {
            miss("description");
        }
        if package.license.is_none() {
            miss("licence");
        }
        if published(package) {
            if !has_readme(package) {
                miss("README.md");
            }
            if package.keywords.is_empty() || package.categories.is_empty() {
                miss("keywords and categories");
            }
            if !is_documented_whole(package) {
                miss("[package.metadata.docs.rs] all-features = true");
            }
        }
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap_or_default();
        if !takes_workspace_lints(&manifest) && !may_be_unsafe(&manifest, &package.name) {
            miss("[lints] workspace = true");
        }
    }
    found
}

fn has_readme(package: &Package) -> bool {
    package.readme().is_some_and(|readme| readme.is_file())
}

/// Whether docs.rs shows what features bring, too.
fn is_documented_whole(package: &Package) -> bool {
    let value = package.metadata.pointer("/docs/rs/all-features");
    value.and_then(serde_json::Value::as_bool) == Some(true)
}

/// The C ABI alone has lints of its own: it may not forbid unsafe code, and must explain each piece.
fn may_be_unsafe(manifest: &str, name: &str) -> bool {
    name.starts_with("mynacard-ffi")
        && [
            "unsafe_op_in_unsafe_fn = \"deny\"",
            "undocumented_unsafe_blocks",
        ]
        .iter()
        .all(|lint| manifest.contains(lint))
}

fn takes_workspace_lints(manifest: &str) -> bool {
    let mut lines = manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[lints]")
        .skip(1);
    lines.next() == Some("workspace = true")
}

/// What is wrong with one file's text, one sentence each.
pub(crate) fn file(path: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let shown = path.display();
    if path.extension().is_some_and(|extension| extension == "rs") {
        let lines = text.lines().count();
        if lines > MOST_LINES {
            found.push(format!("{shown}: {lines} lines, at most {MOST_LINES}"));
        }
        found.extend(
            UNFINISHED
                .iter()
                .filter_map(|word| Some(format!("{shown}:{}: {word}", line_of(text, word)?))),
        );
    }
    if path.file_name().is_some_and(|name| name == "Cargo.lock") {
        let elsewhere = text
            .lines()
            .filter(|line| line.starts_with("source = ") && !line.contains(REGISTRY));
        found.extend(elsewhere.map(|line| format!("{shown}: {line} is not the public registry")));
    } else {
        found.extend(MACHINE.iter().filter_map(|word| {
            Some(format!(
                "{shown}:{}: names a machine: {word}",
                text.lines().position(|line| names(line, word))? + 1
            ))
        }));
    }
    found
}

/// Whether a line has the word; one that begins with a slash is the root's folder, and not one inside another.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        !word.starts_with('/') || !before.ends_with(|last: char| last.is_alphanumeric())
    })
}

fn line_of(text: &str, word: &str) -> Option<usize> {
    Some(text.lines().position(|line| line.contains(word))? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn this_workspace_is_tidy() {
        let mut found = manifests(&workspace::metadata().unwrap());
        for path in workspace::files().unwrap() {
            // Binary files are nobody's text.
            if let Ok(text) = std::fs::read_to_string(workspace::root().join(&path)) {
                found.extend(file(&path, &text));
            }
        }
        assert_eq!(found, Vec::<String>::new());
    }

    #[track_caller]
    fn finds(path: &str, text: &str, what: &str) {
        let found = file(Path::new(path), text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(what), "{found:?}");
    }

    #[test]
    fn each_rule_can_fail() {
        finds("a.rs", &"\n".repeat(MOST_LINES + 1), "701 lines");
        finds(
            "a.rs",
            &format!("fn a() {{\n  {}) }}", UNFINISHED[0]),
            "a.rs:2",
        );
        for root in &MACHINE[..3] {
            finds("a.md", &format!("see {root}x"), "names a machine");
            finds("a.md", &format!("(file://{root}x)"), "names a machine");
            assert_eq!(file(Path::new("a.md"), &format!("src{root}x")).len(), 0);
        }
        finds(
            "Cargo.lock",
            "source = \"registry+https://elsewhere.example\"",
            "public registry",
        );
        assert!(file(Path::new("a.md"), &"\n".repeat(9000)).is_empty());
    }

    #[test]
    fn lints_must_come_from_the_workspace() {
        assert!(takes_workspace_lints(
            "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"
        ));
        assert!(!takes_workspace_lints(
            "[package]\nname = \"a\"\n[lints]\n[dependencies]\nworkspace = true"
        ));
        assert!(!takes_workspace_lints(""));
        let own = "unsafe_op_in_unsafe_fn = \"deny\"\nundocumented_unsafe_blocks = \"warn\"";
        assert!(may_be_unsafe(own, "mynacard-ffi-sandbox"));
        assert!(!may_be_unsafe(own, "mynacard-card"));
        assert!(!may_be_unsafe("", "mynacard-ffi"));
    }

    #[test]
    fn a_manifest_without_what_readers_look_for_is_found() {
        let mut metadata = workspace::metadata().unwrap();
        let package = metadata
            .packages
            .iter_mut()
            .find(|package| package.name == "mynacard-card")
            .unwrap();
        package.description = None;
        package.license = None;
        package.readme = None;
        package.keywords.clear();
        package.metadata = serde_json::json!({"docs": {"rs": {"all-features": false}}});
        let found = manifests(&metadata);
        for what in [
            "no description",
            "no licence",
            "no README.md",
            "no keywords and categories",
            "no [package.metadata.docs.rs] all-features = true",
        ] {
            assert!(
                found
                    .iter()
                    .any(|line| line.contains("mynacard-card/") && line.ends_with(what)),
                "{found:?}"
            );
        }
    }
}
