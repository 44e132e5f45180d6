//! The C libraries as a system has them: headers, libraries with their versions, pkg-config files, a CMake package.

use std::path::{Path, PathBuf};

use crate::workspace;

/// What the static library needs of Linux.
const PRIVATE: &[&str] = &["pcsclite", "gcc_s", "util", "rt", "pthread", "m", "dl", "c"];

/// Each library: what pkg-config says of it, and whether it stands on the first.
const LIBRARIES: &[(&str, &str, &str)] = &[
    ("mynacard", "Health insurance by My Number Card", ""),
    (
        "mynacard_sandbox",
        "Virtual cards and a stand-in service, for tests of programs that use mynacard",
        "mynacard",
    ),
];

pub(crate) const HEADERS: &[&str] = &["mynacard.h", "mynacard.hpp", "mynacard_sandbox.h"];

/// Installs what cargo left in `built` under `prefix`.
pub(crate) fn install(built: &Path, prefix: &Path) -> Result<(), String> {
    let version = workspace::version()?;
    let (include, lib) = (prefix.join("include"), prefix.join("lib"));
    for folder in [
        &include,
        &lib.join("pkgconfig"),
        &lib.join("cmake/mynacard"),
    ] {
        std::fs::create_dir_all(folder).map_err(at(folder))?;
    }
    for header in HEADERS {
        let from = workspace::root().join("include").join(header);
        copy(&from, &include.join(header))?;
    }
    for (name, description, requires) in LIBRARIES {
        shared(built, &lib, name, &version)?;
        let archive = built.join(format!("lib{name}_ffi.a"));
        let mut private = String::new();
        if archive.exists() {
            copy(&archive, &lib.join(format!("lib{name}.a")))?;
            private = PRIVATE.map_join(" ", |name| format!("-l{name}"));
        }
        let fields = [
            ("NAME", (*name).to_owned()),
            ("DESCRIPTION", (*description).to_owned()),
            ("VERSION", version.clone()),
            ("REQUIRES", (*requires).to_owned()),
            ("PRIVATE", private),
        ];
        let place = lib.join("pkgconfig").join(format!("{name}.pc"));
        fill("pkgconfig/library.pc.in", &fields, &place)?;
    }
    package(&lib.join("cmake/mynacard"), &version)
}

/// `libmynacard.so` → `.so.0` → `.so.0.1.0`; the middle one is the name that the library says it has.
fn shared(built: &Path, lib: &Path, name: &str, version: &str) -> Result<(), String> {
    let file = format!("lib{name}.so.{version}");
    copy(&built.join(format!("lib{name}_ffi.so")), &lib.join(&file))?;
    let middle = format!("lib{name}.so.0");
    link(&file, &lib.join(&middle))?;
    link(&middle, &lib.join(format!("lib{name}.so")))
}

/// The CMake package; its files find everything from where they are themselves.
pub(crate) fn package(folder: &Path, version: &str) -> Result<(), String> {
    let fields = cmake_fields(version, &size_of::<usize>().to_string());
    for name in ["mynacardConfig.cmake", "mynacardConfigVersion.cmake"] {
        fill(&format!("cmake/{name}.in"), &fields, &folder.join(name))?;
    }
    Ok(())
}

/// What the templates of CMake packages want filled in; `pointer` is the only width that the package has, in CMake's words.
pub(crate) fn cmake_fields(version: &str, pointer: &str) -> [(&'static str, String); 5] {
    let mut parts = version.split('.');
    let mut part = || parts.next().unwrap_or("0").to_owned();
    [
        ("VERSION", version.to_owned()),
        ("MAJOR", part()),
        ("MINOR", part()),
        ("POINTER", pointer.to_owned()),
        ("PRIVATE_LIST", PRIVATE.map_join(";", str::to_owned)),
    ]
}

trait MapJoin {
    fn map_join(&self, between: &str, each: impl Fn(&str) -> String) -> String;
}

impl MapJoin for [&str] {
    fn map_join(&self, between: &str, each: impl Fn(&str) -> String) -> String {
        let parts: Vec<String> = self.iter().map(|part| each(part)).collect();
        parts.join(between)
    }
}

/// Writes a file from a template in `ffi/`; a field that stays unfilled is an error.
pub(crate) fn fill(template: &str, fields: &[(&str, String)], place: &Path) -> Result<(), String> {
    let source = workspace::root().join("ffi").join(template);
    let text = std::fs::read_to_string(&source).map_err(at(&source))?;
    std::fs::write(place, filled(&text, fields)?).map_err(at(place))
}

/// A text with its fields filled in.
pub(crate) fn filled(text: &str, fields: &[(&str, String)]) -> Result<String, String> {
    let text = fields.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("@{name}@"), value)
    });
    match text.split('@').nth(1) {
        Some(name)
            if name
                .chars()
                .all(|one| one.is_ascii_uppercase() || one == '_') =>
        {
            Err(format!("nothing to fill @{name}@ with"))
        }
        _ => Ok(text),
    }
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    // A file that a running program has open is left to it.
    let _ = std::fs::remove_file(to);
    std::fs::copy(from, to).map_err(at(from))?;
    Ok(())
}

fn link(target: &str, place: &Path) -> Result<(), String> {
    let _ = std::fs::remove_file(place);
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, place).map_err(at(place));
    #[cfg(not(unix))]
    return Err(format!("{}: no link to {target} here", place.display()));
}

/// An error of the file system, with the file's name.
pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> String {
    let path: PathBuf = path.to_owned();
    move |error| format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_filled_or_missed() {
        let fields = [("NAME", "mynacard".to_owned())];
        assert_eq!(filled("-l@NAME@", &fields).unwrap(), "-lmynacard");
        assert!(filled("-l@NAME@ @VERSION@", &fields).is_err());
    }
}
