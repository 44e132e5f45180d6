//! `cargo xtask reproduce`: the C library built twice, in two folders, must be the same byte for byte.

use std::path::{Path, PathBuf};

use crate::install::at;
use crate::release::copy_workspace;
use crate::run::{Program, cargo};
use crate::{checked, traceless, workspace};

/// What is compared.
const LIBRARIES: [&str; 2] = ["libmynacard_ffi.so", "libmynacard_ffi.a"];

/// Builds in copies of the workspace whose paths differ in length too; `--debug` takes the development profile, which is sooner done.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let release = match arguments {
        [] => true,
        [one] if one == "--debug" => false,
        _ => return Err("reproduce takes --debug or nothing".into()),
    };
    let above = workspace::target().join("reproduce");
    let mut hashes = Vec::new();
    let mut told = Vec::new();
    for name in ["one", "another folder, with a longer name"] {
        let copy = above.join(name);
        let _ = std::fs::remove_dir_all(&copy);
        copy_workspace(&copy)?;
        let built = build(&copy, release)?;
        let folders = traceless::folders(&copy, &copy.join("target"))?;
        for library in LIBRARIES {
            let place = built.join(library);
            let bytes = std::fs::read(&place).map_err(at(&place))?;
            let hash = hash(&place)?;
            println!(
                "{hash}  {library}, {} bytes, built in {name:?}",
                bytes.len()
            );
            hashes.push((library, hash));
            // The static library keeps its objects' notes for debuggers, which name no folder either.
            told.extend(
                traceless::told(&bytes, &folders)
                    .into_iter()
                    .map(|folder| format!("{library} names {folder}")),
            );
        }
        // Half a gigabyte each.
        let _ = std::fs::remove_dir_all(&copy);
    }
    let differing = LIBRARIES.iter().filter(|library| {
        let mut of = hashes.iter().filter(|(name, _)| name == *library);
        of.next() != of.next()
    });
    told.extend(differing.map(|library| format!("{library} differs")));
    if !told.is_empty() {
        return Err(told.join("; "));
    }
    let same = hashes.iter().take(LIBRARIES.len());
    let same: Vec<_> = same.map(|(name, hash)| format!("{name} {hash}")).collect();
    let result = format!(
        "2 builds are the same and name no folder of this machine: {}",
        same.join(", ")
    );
    if release {
        checked::record("reproduce", &result)
    } else {
        println!("{result}");
        Ok(())
    }
}

fn build(copy: &Path, release: bool) -> Result<PathBuf, String> {
    let target = copy.join("target");
    let mut program = cargo()
        .args([
            "build",
            "--locked",
            "--package",
            "mynacard-ffi",
            "--manifest-path",
        ])
        .arg(copy.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .within(copy);
    if release {
        program = program.arg("--release");
    }
    traceless::traceless_in(program, copy, &target, Vec::new())?.go()?;
    Ok(target.join(if release { "release" } else { "debug" }))
}

fn hash(file: &Path) -> Result<String, String> {
    let (succeeded, text) = Program::new("sha256sum").arg(file).capture()?;
    match text.split_whitespace().next() {
        Some(hash) if succeeded => Ok(hash.trim_start_matches('\\').to_owned()),
        _ => Err(format!("sha256sum: {text}")),
    }
}
