//! Release builds that do not tell where they were made: the same sources give the same library in every folder.

use std::path::{Path, PathBuf};

use crate::run::Program;
use crate::workspace;

/// Has rustc write other names in place of this machine's folders; `more` are flags that the build wants besides.
pub(crate) fn traceless(program: Program, more: Vec<String>) -> Result<Program, String> {
    traceless_in(program, &workspace::root(), &workspace::target(), more)
}

/// The same for a copy of the workspace.
pub(crate) fn traceless_in(
    program: Program,
    root: &Path,
    target: &Path,
    more: Vec<String>,
) -> Result<Program, String> {
    let folders = folders(root, target)?;
    let mut flags = more;
    let mut of_c = Vec::new();
    for (folder, name) in folders {
        let map = format!("{}={name}", folder.display());
        flags.push(format!("--remap-path-prefix={map}"));
        of_c.push(format!("'-ffile-prefix-map={map}'"));
    }
    Ok(program
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        // For the C compilers that build scripts start: ring's objects have notes for debuggers.
        .env("CFLAGS", of_c.join(" "))
        .env("CC_SHELL_ESCAPED_FLAGS", "1")
        .env("SOURCE_DATE_EPOCH", "0")
        .env("CARGO_INCREMENTAL", "0"))
}

/// What is replaced, and by what. The last one that fits counts: what is built may lie in the workspace.
pub(crate) fn folders(root: &Path, target: &Path) -> Result<Vec<(PathBuf, &'static str)>, String> {
    let (succeeded, sysroot) = Program::new(rustc())
        .args(["--print", "sysroot"])
        .capture()?;
    if !succeeded {
        return Err(format!("rustc --print sysroot: {sysroot}"));
    }
    Ok(vec![
        (PathBuf::from(sysroot.trim()), "/rust"),
        (cargo_home()?, "/cargo"),
        (root.to_owned(), "/mynacard"),
        (target.to_owned(), "/target"),
    ])
}

fn rustc() -> std::ffi::OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// Where cargo unpacks what it fetches.
fn cargo_home() -> Result<PathBuf, String> {
    let named = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    named
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
        .ok_or_else(|| "no home folder, and no CARGO_HOME".into())
}

/// Which of these folders a file names, as text of one or two bytes a character.
pub(crate) fn told(bytes: &[u8], folders: &[(PathBuf, &'static str)]) -> Vec<String> {
    let named = |folder: &Path| {
        let narrow = folder.to_string_lossy().into_owned().into_bytes();
        let wide: Vec<u8> = narrow.iter().flat_map(|byte| [*byte, 0]).collect();
        [narrow, wide]
            .iter()
            .any(|text| bytes.windows(text.len()).any(|part| part == text))
    };
    let found = folders.iter().filter(|(folder, _)| named(folder));
    found
        .map(|(folder, _)| folder.display().to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_a_file_is_found() {
        let folders = [
            (PathBuf::from("/some/where"), "/a"),
            (PathBuf::from("/else"), "/b"),
        ];
        assert!(told(b"at /some/when", &folders).is_empty());
        assert_eq!(told(b"at /some/where/x.rs", &folders), ["/some/where"]);
        assert_eq!(told(b"/\0e\0l\0s\0e\0", &folders), ["/else"]);
    }

    #[test]
    fn the_folders_of_this_machine_are_known() {
        let folders = folders(&workspace::root(), &workspace::target()).unwrap();
        assert!(folders[0].0.join("lib").is_dir(), "{folders:?}");
        assert_eq!(folders.last().map(|(_, name)| *name), Some("/target"));
    }
}
