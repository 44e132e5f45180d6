//! What is tried before a release, and is too dear for every run: packages built from their own archives, every choice of features, and
//! the lowest versions that the manifests promise, compiled.

use std::path::{Path, PathBuf};

use crate::arrows::published;
use crate::install::at;
use crate::pypi;
use crate::run::{Program, cargo};
use crate::workspace;

/// `cargo xtask package crates`: every archive that would be published, compiled with nothing else of this workspace around it.
pub(crate) fn crates() -> Result<(), String> {
    compile(&unpack()?).go()
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
    for package in workspace::metadata()?.workspace_packages() {
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
    // `default` names features that are chosen one by one anyway.
    let mut hack = pypi::CARGO_HACK
        .program("cargo-hack")?
        .args(["hack", "check", "--locked", "--feature-powerset"])
        .args(["--exclude-features", "default"]);
    for package in workspace::metadata()?.workspace_packages() {
        if published(package) {
            hack = hack.args(["--package", package.name.as_str()]);
        }
    }
    hack.env("CARGO_TARGET_DIR", workspace::target().join("features"))
        .go()
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
    stable.go()
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
