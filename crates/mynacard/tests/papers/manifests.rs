//! What the papers repeat of the manifests and of the lock file: versions, features, licence.

use std::collections::{BTreeMap, BTreeSet};

use crate::{files, read};

/// The lines of one table of a manifest, such as `[features]`.
pub(crate) fn table<'t>(manifest: &'t str, name: &str) -> Vec<&'t str> {
    let lines = manifest.lines().skip_while(|line| *line != name).skip(1);
    let ours = lines.take_while(|line| !line.starts_with('['));
    ours.filter(|line| !line.starts_with('#')).collect()
}

/// The value of `key = "value"`.
fn value<'t>(lines: &[&'t str], key: &str) -> &'t str {
    let mut values = lines
        .iter()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    values.next().unwrap().trim_matches('"')
}

/// What a table's lines define.
pub(crate) fn keys<'t>(lines: &[&'t str]) -> BTreeSet<&'t str> {
    let keys = lines.iter().filter_map(|line| line.split_once(" = "));
    keys.map(|(key, _)| key.trim_end_matches(".workspace"))
        .collect()
}

/// The locked versions of each package.
fn locked(lock: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut locked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let lines: Vec<&str> = package.lines().collect();
        let versions = locked.entry(value(&lines, "name")).or_default();
        versions.insert(value(&lines, "version"));
    }
    locked
}

/// Whether a version is none of the stable ones: something after a hyphen, build data apart.
fn is_pre_release(version: &str) -> bool {
    version.split('+').next().is_some_and(|it| it.contains('-'))
}

/// The versions that a text names beside a crate, as in "`rsa` 0.10.0".
fn named(text: &str) -> Vec<(&str, &str)> {
    let pieces: Vec<&str> = text.split('`').collect();
    let pairs = pieces.windows(2).skip(1).step_by(2);
    pairs
        .filter_map(|pair| {
            let [name, after] = pair else { return None };
            let version = after.strip_prefix(' ')?.split(char::is_whitespace).next()?;
            let version = version.trim_end_matches([',', '.', ';', ':', ')']);
            let numbers = version.split('.').count() == 3;
            (numbers && version.starts_with(|c: char| c.is_ascii_digit()))
                .then_some((*name, version))
        })
        .collect()
}

#[test]
fn versions_in_the_threat_model_are_the_locked_ones() {
    let (manifest, lock, paper) = (read("Cargo.toml"), read("Cargo.lock"), read("SECURITY.md"));
    let (locked, named) = (locked(&lock), named(&paper));
    for (name, version) in &named {
        let versions = locked.get(name).unwrap_or_else(|| panic!("{name}"));
        assert!(
            versions.contains(version),
            "SECURITY.md says {name} {version}, locked is {versions:?}"
        );
    }
    assert!(named.iter().any(|(name, _)| *name == "rsa"), "{named:?}");
    // What is built on a version that its makers did not finish is said there.
    let direct = keys(&table(&manifest, "[workspace.dependencies]"));
    assert!(direct.len() > 50, "{}", direct.len());
    let mut unfinished = 0;
    for name in direct {
        for version in locked.get(name).into_iter().flatten() {
            if is_pre_release(version) {
                unfinished += 1;
                assert!(
                    named.contains(&(name, version)),
                    "{name} {version} is a pre-release, and SECURITY.md does not say so"
                );
            }
        }
    }
    assert!(unfinished > 0 || !paper.contains("release candidate"));
}

#[test]
fn every_readme_of_a_crate_says_how_to_use_it() {
    let manifest = read("Cargo.toml");
    let package = table(&manifest, "[workspace.package]");
    let rust = format!("Rust {} or newer", value(&package, "rust-version"));
    let licence = value(&package, "license").replace(" OR ", " or ");
    let mut wrong = Vec::new();
    let mut features_seen = 0;
    let crates: Vec<String> = files()
        .into_iter()
        .filter_map(|name| {
            let name = name.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            (!name.contains('/')).then(|| name.to_owned())
        })
        .collect();
    for name in &crates {
        let text = read(&format!("crates/{name}/README.md"));
        let how = text.split_once("\n## Using it\n").map_or("", |(_, after)| {
            after.split("\n#").next().unwrap_or_default()
        });
        let rows = text
            .split_once("\n| feature | what |\n")
            .map_or("", |(_, after)| {
                after.split("\n\n").next().unwrap_or_default()
            });
        let commands = ["add", "add --dev", "install"].map(|how| format!("`cargo {how} {name}"));
        if !commands.iter().any(|command| how.contains(command)) {
            wrong.push(format!("{name}: how is it got?"));
        }
        for said in [&rust, &licence] {
            if !how.contains(said.as_str()) {
                wrong.push(format!("{name}: no {said:?}"));
            }
        }
        let manifest = read(&format!("crates/{name}/Cargo.toml"));
        let mut features = keys(&table(&manifest, "[features]"));
        let default = features.remove("default");
        let by_default = table(&manifest, "[features]");
        let by_default = by_default
            .iter()
            .find(|line| default && line.starts_with("default = "))
            .copied()
            .unwrap_or_default();
        for feature in features {
            features_seen += 1;
            let mark = if by_default.contains(&format!("\"{feature}\"")) {
                " (default)"
            } else {
                ""
            };
            if !rows.contains(&format!("\n| `{feature}`{mark} | ")) {
                wrong.push(format!("{name}: no row for the feature {feature}{mark}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(crates.len() > 10 && features_seen > 8, "{crates:?}");
}

#[test]
fn what_every_newcomer_needs_first_is_what_the_manifest_wants() {
    let manifest = read("Cargo.toml");
    let rust = value(&table(&manifest, "[workspace.package]"), "rust-version");
    for (paper, words) in [
        ("README.md", format!("({rust} or newer)")),
        ("README.ja.md", format!("Rust（{rust} 以降）")),
        ("CONTRIBUTING.md", format!("Rust {rust} or newer")),
    ] {
        assert!(read(paper).contains(&words), "{paper} lacks {words:?}");
    }
}

#[test]
fn versions_beside_names_are_found() {
    let text = "`rsa` 0.10.0, and `a` b `c` 1.2.3-rc.1) `d` 4 `e`\n";
    assert_eq!(named(text), [("rsa", "0.10.0")]);
    assert_eq!(named("`c` 1.2.3-rc,"), [("c", "1.2.3-rc")]);
    assert!(is_pre_release("1.2.3-rc.1") && !is_pre_release("1.2.3+spec-1.0"));
}
