//! The dependency arrows between this workspace's crates: who may know whom.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, Package};

const CARD: &str = "mynacard-card";
const CERT: &str = "mynacard-cert";
const ELIGIBILITY: &str = "mynacard-eligibility";
const CHECKUP: &str = "mynacard-checkup";
const PCSC: &str = "mynacard-pcsc";
const AUTH: &str = "mynacard-auth";
const CLIENT: &str = "mynacard-client";
const SIM: &str = "mynacard-sim";
const SANDBOX: &str = "mynacard-sandbox";
const FRONT: &str = "mynacard";

/// Each published crate and the crates that it may use. `?` marks those that only a feature may bring in.
const ALLOWED: &[(&str, &[&str])] = &[
    (CARD, &[]),
    (CERT, &[]),
    (ELIGIBILITY, &[]),
    (PCSC, &[CARD]),
    ("mynacard-apdu", &[CARD]),
    (CHECKUP, &[ELIGIBILITY]),
    (AUTH, &[CARD, CERT, ELIGIBILITY]),
    (CLIENT, &[CARD, CERT, ELIGIBILITY, AUTH]),
    (
        FRONT,
        &[
            CARD,
            CERT,
            ELIGIBILITY,
            CHECKUP,
            AUTH,
            CLIENT,
            "mynacard-pcsc?",
        ],
    ),
    (SIM, &[CARD, CERT]),
    (SANDBOX, &[CERT, ELIGIBILITY]),
    (
        "mynacard-cli",
        &[FRONT, "mynacard-sim?", "mynacard-sandbox?"],
    ),
    ("mynacard-ffi", &[FRONT]),
];

/// Every broken arrow, one sentence each.
pub(crate) fn broken(metadata: &Metadata) -> Vec<String> {
    let members: BTreeMap<&str, &Package> = metadata
        .workspace_packages()
        .into_iter()
        .map(|package| (package.name.as_str(), package))
        .collect();
    let mut found = Vec::new();
    for (&name, &package) in &members {
        let allowed = ALLOWED
            .iter()
            .find(|(listed, _)| *listed == name)
            .map(|(_, allowed)| *allowed);
        if published(package) && allowed.is_none() {
            found.push(format!(
                "{name} is to be published and has no row in the table of arrows"
            ));
        }
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            let Some(target) = members.get(to) else {
                continue;
            };
            if dependency.kind == DependencyKind::Development {
                continue; // Cycles among these are found below.
            }
            if published(package) && !published(target) {
                found.push(format!("{name} is published and uses {to}, which is not"));
            }
            let Some(allowed) = allowed else { continue };
            let by_feature = format!("{to}?");
            if allowed.contains(&by_feature.as_str()) {
                if !dependency.optional {
                    found.push(format!("{name} may use {to} by a feature only"));
                }
            } else if !allowed.contains(&to) {
                found.push(format!("{name} must not know {to}"));
            }
        }
    }
    found.extend(cycle(&members));
    found
}

pub(crate) fn published(package: &Package) -> bool {
    package
        .publish
        .as_ref()
        .is_none_or(|registries| !registries.is_empty())
}

/// Dev-dependencies may not close a circle either: a crate's tests would then run against another copy of it.
fn cycle(members: &BTreeMap<&str, &Package>) -> Option<String> {
    let mut remaining: BTreeMap<&str, BTreeSet<&str>> = members
        .iter()
        .map(|(&name, package)| {
            let uses = package
                .dependencies
                .iter()
                .map(|dependency| dependency.name.as_str());
            (name, uses.filter(|to| members.contains_key(to)).collect())
        })
        .collect();
    // Take away whoever uses nobody that is left; what cannot be taken away goes round.
    while let Some(name) = remaining
        .iter()
        .find(|(_, uses)| uses.iter().all(|to| !remaining.contains_key(to)))
        .map(|(&name, _)| name)
    {
        remaining.remove(name);
    }
    (!remaining.is_empty()).then(|| {
        let names: Vec<&str> = remaining.into_keys().collect();
        format!(
            "a circle of dependencies, dev-dependencies included, goes through some of: {}",
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    /// This workspace's metadata with one more dependency in it, copied from one that is there.
    fn planted(from: &str, to: &str, kind: DependencyKind, optional: bool) -> Vec<String> {
        let mut metadata = workspace::metadata().unwrap();
        let mut dependency = metadata
            .packages
            .iter()
            .flat_map(|package| &package.dependencies)
            .find(|d| d.name == to)
            .unwrap()
            .clone();
        dependency.kind = kind;
        dependency.optional = optional;
        let package = metadata
            .packages
            .iter_mut()
            .find(|package| package.name == from)
            .unwrap();
        package.dependencies.push(dependency);
        broken(&metadata)
    }

    #[test]
    fn this_workspace_keeps_to_its_arrows() {
        assert_eq!(
            broken(&workspace::metadata().unwrap()),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_bottom_crates_do_not_know_each_other() {
        for (from, to) in [(CARD, CERT), (CERT, ELIGIBILITY), (ELIGIBILITY, CARD)] {
            let found = planted(from, to, DependencyKind::Normal, false);
            assert_eq!(found.first(), Some(&format!("{from} must not know {to}")));
        }
    }

    #[test]
    fn the_release_library_never_reaches_the_simulations() {
        for (from, to) in [(AUTH, SIM), (CLIENT, SANDBOX), (FRONT, SIM)] {
            let found = planted(from, to, DependencyKind::Normal, true);
            assert_eq!(found.first(), Some(&format!("{from} must not know {to}")));
        }
        assert!(
            planted("mynacard-cli", SANDBOX, DependencyKind::Normal, false)[0]
                .contains("by a feature only")
        );
    }

    #[test]
    fn build_dependencies_count() {
        assert_eq!(
            planted(SANDBOX, SIM, DependencyKind::Build, false)
                .first()
                .unwrap(),
            "mynacard-sandbox must not know mynacard-sim"
        );
    }

    #[test]
    fn a_dev_dependency_upwards_closes_a_circle() {
        let found = planted(CARD, SIM, DependencyKind::Development, false);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("a circle"), "{found:?}");
    }

    #[test]
    fn a_new_published_crate_needs_a_row() {
        let mut metadata = workspace::metadata().unwrap();
        let package = metadata
            .packages
            .iter_mut()
            .find(|package| package.name == "xtask")
            .unwrap();
        package.publish = None;
        assert_eq!(
            broken(&metadata),
            ["xtask is to be published and has no row in the table of arrows"]
        );
    }
}
