//! `cargo xtask reproduce`: the C library built twice, in two folders, must be the same byte for byte; and so must what is packed for others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::install::at;
use crate::release::copy_workspace;
use crate::run::{Program, cargo};
use crate::{checked, traceless, workspace};

/// What is compared.
const LIBRARIES: [&str; 2] = ["libmynacard_ffi.so", "libmynacard_ffi.a"];

/// Builds in copies of the workspace whose paths differ in length too; `--debug` takes the development profile, which is sooner done.
/// With `--packages` the archives for others are made twice instead, of what is built here.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let (mut release, mut packages) = (true, false);
    for argument in arguments {
        match argument.as_str() {
            "--debug" => release = false,
            "--packages" => packages = true,
            _ => return Err("reproduce takes --debug and --packages".into()),
        }
    }
    if packages {
        made_twice(release)
    } else {
        built_twice(release)
    }
}

/// Each by a process of its own and some seconds apart, in folders of other names.
fn made_twice(release: bool) -> Result<(), String> {
    let above = workspace::target().join("reproduce");
    let here = std::env::current_exe().map_err(|error| error.to_string())?;
    let folders = ["packages", "packages once more"].map(|name| above.join(name));
    for folder in &folders {
        let _ = std::fs::remove_dir_all(folder);
        let mut program = Program::new(&here).args(["package", "vendor"]);
        if !release {
            program = program.arg("--debug");
        }
        program.arg("--out").arg(folder).go()?;
    }
    let (one, other) = (contents(&folders[0])?, contents(&folders[1])?);
    let differing = differing(&one, &other);
    if !differing.is_empty() {
        return Err(format!(
            "made twice, these differ: {}",
            differing.join(", ")
        ));
    }
    let archives = one.iter().filter(|(name, _)| !name.contains(" / "));
    let same: Vec<_> = archives
        .map(|(name, hash)| format!("{name} {hash}"))
        .collect();
    let of = if release {
        ""
    } else {
        ", of development builds"
    };
    let result = format!("made 2 times{of}, and the same: {}", same.join(", "));
    checked::record("reproduce --packages", &result)
}

/// Every archive of a folder with its digest, and every file in it with its checksum.
fn contents(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let place = entry.map_err(at(folder))?.path();
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let file = std::fs::File::open(&place).map_err(at(&place))?;
        let failed = |error: zip::result::ZipError| format!("{name}: {error}");
        let mut archive = zip::ZipArchive::new(file).map_err(failed)?;
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index).map_err(failed)?;
            let inside = format!("{name} / {}", file.name().map_err(failed)?);
            found.insert(inside, format!("{:08x}", file.crc32()));
        }
        found.insert(name.into_owned(), hash(&place)?);
    }
    Ok(found)
}

/// What only one has, or each in another form; the archives by themselves only when what is in them is the same.
fn differing(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differs = |name: &&&String| one.get(**name) != other.get(**name);
    let (inside, archives): (Vec<_>, Vec<_>) = names
        .iter()
        .filter(differs)
        .map(|name| (*name).clone())
        .partition(|name| name.contains(" / "));
    if inside.is_empty() { archives } else { inside }
}

fn built_twice(release: bool) -> Result<(), String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let of = |rows: &[(&str, &str)]| -> BTreeMap<String, String> {
            let owned = |text: &str| text.to_owned();
            rows.iter()
                .map(|(name, hash)| (owned(name), owned(hash)))
                .collect()
        };
        let one = of(&[
            ("a.zip", "1"),
            ("a.zip / x", "2"),
            ("a.zip / y", "3"),
            ("b.zip", "4"),
        ]);
        assert_eq!(differing(&one, &one), Vec::<String>::new());
        let other = of(&[
            ("a.zip", "5"),
            ("a.zip / x", "6"),
            ("a.zip / z", "3"),
            ("b.zip", "4"),
        ]);
        assert_eq!(
            differing(&one, &other),
            ["a.zip / x", "a.zip / y", "a.zip / z"]
        );
        let order = of(&[
            ("a.zip", "5"),
            ("a.zip / x", "2"),
            ("a.zip / y", "3"),
            ("b.zip", "4"),
        ]);
        assert_eq!(differing(&one, &order), ["a.zip"]);
    }
}
