//! What the libraries are made of, and what is in the packages that would be published.

use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::arrows::published;
use crate::run::cargo;
use crate::stage::Checks;
use crate::workspace;

/// Where the rules stand; `cargo deny` reads the same file.
const RULES: &str = ".cargo/deny.toml";

/// What is shipped is built for these.
const PLATFORMS: &[&str] = &[HERE, "x86_64-pc-windows-gnu"];
/// Where the tests run.
const HERE: &str = "x86_64-unknown-linux-gnu";

/// Licences, bans and sources of every dependency; lowest versions and files of every package.
pub(crate) fn stage(checks: &mut Checks) -> Result<(), String> {
    let rules = std::fs::read_to_string(workspace::root().join(RULES))
        .map_err(|error| format!("{RULES}: {error}"))?;
    let mut found = Vec::new();
    for platform in PLATFORMS {
        found.extend(refused(&rules, &dependencies(platform)?));
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        checks.pass();
    }
    found.into_iter().for_each(|why| checks.fail(why));
    let resolved = dependencies(HERE)?;
    for package in resolved.workspace_packages() {
        if published(package) {
            let loose = untried(package, &resolved);
            if loose.is_empty() {
                checks.pass();
            }
            loose.into_iter().for_each(|why| checks.fail(why));
            let files = package_files(package.name.as_str())?;
            let missing = incomplete(&files, package.name == "mynacard-ffi");
            if missing.is_empty() {
                checks.pass();
            }
            missing.into_iter().for_each(|file| {
                checks.fail(format!("the package {} has no {file}", package.name))
            });
        }
    }
    Ok(())
}

fn dependencies(platform: &str) -> Result<Metadata, String> {
    MetadataCommand::new()
        .manifest_path(workspace::root().join("Cargo.toml"))
        .other_options(
            ["--all-features", "--locked", "--filter-platform", platform].map(str::to_owned),
        )
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))
}

/// The texts in quotes of the array that `key` begins.
fn listed<'r>(rules: &'r str, key: &str) -> Vec<&'r str> {
    let rest = rules
        .split_once(&format!("\n{key} = ["))
        .map_or("", |(_, rest)| rest);
    let array = rest.split_once("\n]").map_or("", |(array, _)| array);
    array
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split('"').nth(1))
        .collect()
}

/// What the rules refuse of these packages, one sentence each.
fn refused(rules: &str, metadata: &Metadata) -> Vec<String> {
    let (allowed, banned) = (listed(rules, "allow"), listed(rules, "deny"));
    let mut found = Vec::new();
    if allowed.is_empty() || banned.is_empty() {
        found.push(format!("{RULES} lists nothing"));
    }
    for package in &metadata.packages {
        let name = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or_default();
        if !permitted(licence, &allowed) {
            found.push(format!("{name}: licence {licence:?} is not in {RULES}"));
        }
        if banned.contains(&package.name.as_str()) {
            found.push(format!("{name} is banned by {RULES}"));
        }
        let source = package.source.as_ref().map(ToString::to_string);
        if source.is_some_and(|source| !source.starts_with("registry+")) {
            found.push(format!("{name} comes from no registry"));
        }
    }
    found
}

/// Whether somebody who accepts only `allowed` may use what stands under this SPDX expression.
fn permitted(expression: &str, allowed: &[&str]) -> bool {
    // `/` is how older manifests write OR.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any(&words, &mut at, allowed) == Some(true) && at == words.len()
}

fn any(words: &[&str], at: &mut usize, allowed: &[&str]) -> Option<bool> {
    let mut is = all(words, at, allowed)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        is |= all(words, at, allowed)?;
    }
    Some(is)
}

fn all(words: &[&str], at: &mut usize, allowed: &[&str]) -> Option<bool> {
    let mut is = one(words, at, allowed)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        is &= one(words, at, allowed)?;
    }
    Some(is)
}

fn one(words: &[&str], at: &mut usize, allowed: &[&str]) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let is = any(words, at, allowed)?;
        *at += 1;
        return (words.get(*at - 1) == Some(&")")).then_some(is);
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1)?;
        *at += 2;
        return Some(allowed.contains(&format!("{word} WITH {exception}").as_str()));
    }
    Some(allowed.contains(&word))
}

/// Dependencies whose manifest promises a version that no test has seen: the lowest one must be the one in the lock file, so that
/// whoever resolves to the minimum gets what the tests ran with.
fn untried(package: &Package, resolved: &Metadata) -> Vec<String> {
    let tried = |name: &str, lowest: &str| {
        let mut same = resolved.packages.iter().filter(|found| found.name == name);
        same.any(|found| {
            let version = found.version.to_string();
            version.split('+').next() == Some(lowest)
        })
    };
    let from_outside = package.dependencies.iter().filter(|dependency| {
        dependency.path.is_none()
            && dependency.kind != DependencyKind::Development
            && dependency.target.is_none()
    });
    from_outside
        .map(|dependency| (&dependency.name, dependency.req.to_string()))
        .filter(|(name, asked)| !tried(name, asked.trim_start_matches(['^', '=', ' '])))
        .map(|(name, asked)| {
            format!(
                "{}: {name} {asked} allows a version that no test has seen",
                package.name
            )
        })
        .collect()
}

fn package_files(package: &str) -> Result<Vec<String>, String> {
    let (succeeded, text) = cargo()
        .args([
            "package",
            "--list",
            "--allow-dirty",
            "--offline",
            "--package",
            package,
        ])
        .capture()?;
    if succeeded {
        Ok(text.lines().map(str::to_owned).collect())
    } else {
        Err(format!("cargo package --list {package}: {text}"))
    }
}

/// The files that a package needs and has not.
fn incomplete(files: &[String], has_header: bool) -> Vec<&'static str> {
    let mut needed = vec!["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];
    if has_header {
        needed.push("include/mynacard.h");
    }
    needed.retain(|name| !files.iter().any(|file| Path::new(file) == Path::new(name)));
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_permitted_by_what_is_allowed() {
        let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "MIT AND ISC",
            "(MIT OR GPL-3.0) AND ISC",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
        ] {
            assert!(permitted(good, &allowed), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT ISC",
            "Apache-2.0",
            "MIT OR",
            "ISC WITH",
        ] {
            assert!(!permitted(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn the_rules_are_read_and_each_can_refuse() {
        let rules = std::fs::read_to_string(workspace::root().join(RULES)).unwrap();
        assert!(listed(&rules, "allow").contains(&"MIT"));
        assert!(listed(&rules, "deny").contains(&"openssl-sys"));
        let mut metadata = workspace::metadata().unwrap();
        assert_eq!(refused(&rules, &metadata), Vec::<String>::new());
        metadata.packages[0].license = Some("GPL-3.0-only".to_owned());
        assert_eq!(refused(&rules, &metadata).len(), 1);
        assert_eq!(
            refused("", &workspace::metadata().unwrap())[0],
            format!("{RULES} lists nothing")
        );
    }

    #[test]
    fn a_promise_below_the_lock_file_is_found() {
        let resolved = dependencies(HERE).unwrap();
        let found = |name: &&&Package| name.name == "mynacard-eligibility";
        let members = resolved.workspace_packages();
        let mut package = (*members.iter().find(found).unwrap()).clone();
        assert_eq!(untried(&package, &resolved), Vec::<String>::new());
        let from_outside = |d: &&mut cargo_metadata::Dependency| d.path.is_none();
        let dependency = package.dependencies.iter_mut().find(from_outside).unwrap();
        dependency.kind = DependencyKind::Normal;
        dependency.req = "0.0.1".parse().unwrap();
        assert_eq!(untried(&package, &resolved).len(), 1);
    }

    #[test]
    fn a_package_without_its_licence_is_incomplete() {
        let files = ["Cargo.toml", "README.md", "LICENSE-MIT", "src/lib.rs"].map(str::to_owned);
        assert_eq!(
            incomplete(&files, true),
            ["LICENSE-APACHE", "include/mynacard.h"]
        );
    }
}
