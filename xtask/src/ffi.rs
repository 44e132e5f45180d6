//! The C libraries, laid out under the names that programs link and load.

use std::path::{Path, PathBuf};

use crate::install::install;
use crate::run::cargo;
use crate::traceless::traceless;
use crate::workspace;

/// `cargo xtask ffi [--release] [--built FOLDER] [--install PREFIX]`
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let options = Options::parse(arguments)?;
    let built = match &options.built {
        Some(folder) => folder.clone(),
        None => build(options.release)?,
    };
    if let Some(prefix) = &options.install {
        install(&built, prefix)?;
        println!("{}", prefix.display());
        return Ok(());
    }
    let folder = built.join("ffi");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for name in ["mynacard", "mynacard_sandbox"] {
        if lay_out(&built, &folder, name)? == 0 {
            return Err(format!("cargo built no {name}_ffi"));
        }
    }
    println!("{}", folder.display());
    Ok(())
}

#[derive(Default, Debug, PartialEq, Eq)]
struct Options {
    release: bool,
    /// Where the libraries are already; nothing is built then.
    built: Option<PathBuf>,
    /// Where to install them.
    install: Option<PathBuf>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut folder = || {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("{argument} wants a folder"))?;
                std::path::absolute(value).map_err(|error| format!("{value}: {error}"))
            };
            match argument.as_str() {
                "--release" => options.release = true,
                "--built" => options.built = Some(folder()?),
                "--install" => options.install = Some(folder()?),
                other => return Err(format!("ffi has no option {other:?}")),
            }
        }
        Ok(options)
    }
}

/// Builds both libraries; the folder that has them.
fn build(release: bool) -> Result<PathBuf, String> {
    let mut build = cargo().arg("build").args([
        "--package",
        "mynacard-ffi",
        "--package",
        "mynacard-ffi-sandbox",
    ]);
    if release {
        build = traceless(build.arg("--release"), Vec::new())?;
    }
    build.go()?;
    Ok(workspace::target().join(if release { "release" } else { "debug" }))
}

/// What cargo calls the files of one library, and what they are called from here on; how many there are depends on the
/// system and the library.
fn lay_out(built: &Path, folder: &Path, name: &str) -> Result<usize, String> {
    let names = [
        (format!("lib{name}_ffi.so"), format!("lib{name}.so.0")),
        (format!("lib{name}_ffi.so"), format!("lib{name}.so")),
        (format!("lib{name}_ffi.a"), format!("lib{name}.a")),
        (format!("{name}_ffi.dll"), format!("{name}.dll")),
        (format!("lib{name}_ffi.dll.a"), format!("lib{name}.dll.a")),
    ];
    let mut count = 0;
    for (from, to) in names {
        let (from, to) = (built.join(from), folder.join(to));
        if from.exists() {
            // A file that a running program has open is left to it.
            let _ = std::fs::remove_file(&to);
            std::fs::copy(&from, &to).map_err(|error| format!("{}: {error}", to.display()))?;
            count += 1;
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let parse = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            Options::parse(&words)
        };
        let options = parse("--release --install /tmp/prefix").unwrap();
        assert!(options.release);
        assert_eq!(options.install, Some(PathBuf::from("/tmp/prefix")));
        assert!(parse("--install").is_err());
        assert!(parse("--debug").is_err());
    }

    #[test]
    fn files_get_their_shipped_names() -> Result<(), Box<dyn std::error::Error>> {
        let folder = std::env::temp_dir().join(format!("mynacard-ffi-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("ffi"))?;
        assert_eq!(lay_out(&folder, &folder.join("ffi"), "mynacard")?, 0);
        for file in ["libmynacard_ffi.so", "libmynacard_ffi.a", "libother.so"] {
            std::fs::write(folder.join(file), file)?;
        }
        for _ in 0..2 {
            assert_eq!(lay_out(&folder, &folder.join("ffi"), "mynacard")?, 3);
        }
        let copy = std::fs::read_to_string(folder.join("ffi/libmynacard.so.0"))?;
        assert_eq!(copy, "libmynacard_ffi.so");
        std::fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
