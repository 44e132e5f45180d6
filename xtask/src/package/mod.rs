//! What is handed to others: the NuGet packages, and the ZIP for vendors without Rust.

mod archive;
mod import;
mod nuget;
mod vendor;

use std::path::{Path, PathBuf};

use crate::install::at;
use crate::run::cargo;
use crate::traceless::traceless;
use crate::windows::{self, Width};
use crate::workspace;

/// `cargo xtask package nuget|vendor [--debug] [--built FOLDER] [--netstandard FILE] [--out FOLDER]`
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let Some((what, rest)) = arguments.split_first() else {
        return Err("package wants to know what: nuget or vendor".into());
    };
    let mut options = Options::parse(rest)?;
    std::fs::create_dir_all(&options.out).map_err(at(&options.out))?;
    // Whatever is made on the way.
    let scratch = workspace::target()
        .join("package")
        .join(std::process::id().to_string());
    std::fs::create_dir_all(&scratch).map_err(at(&scratch))?;
    options.scratch.clone_from(&scratch);
    let made = Sources::gather(&options).and_then(|sources| {
        let packages = nuget::write(&sources, &options)?;
        match what.as_str() {
            "nuget" => Ok(packages.to_vec()),
            "vendor" => Ok(vec![vendor::write(&sources, &packages, &options)?]),
            other => Err(format!("no package {other:?}: nuget or vendor")),
        }
    });
    let _ = std::fs::remove_dir_all(&scratch);
    for made in made? {
        println!("{}", made.display());
    }
    Ok(())
}

struct Options {
    /// As the tests build, and compressed little.
    debug: bool,
    /// Where cargo left the libraries of this system; nothing is built for it then.
    built: Option<PathBuf>,
    /// The reference assembly of netstandard.
    netstandard: PathBuf,
    out: PathBuf,
    scratch: PathBuf,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let target = workspace::target();
        let mut options = Self {
            debug: false,
            built: None,
            netstandard: target.join(nuget::NETSTANDARD),
            out: target.join("package"),
            scratch: PathBuf::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut path = || {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("{argument} wants a path"))?;
                std::path::absolute(value).map_err(|error| format!("{value}: {error}"))
            };
            match argument.as_str() {
                "--debug" => options.debug = true,
                "--built" => options.built = Some(path()?),
                "--netstandard" => options.netstandard = path()?,
                "--out" => options.out = path()?,
                other => return Err(format!("package has no option {other:?}")),
            }
        }
        Ok(options)
    }
}

/// What the packages are made of.
struct Sources {
    version: String,
    /// Libraries of this system, under cargo's names.
    linux: PathBuf,
    /// Programs of this system.
    programs: PathBuf,
    wide: PathBuf,
    narrow: PathBuf,
}

impl Sources {
    fn gather(options: &Options) -> Result<Self, String> {
        let linux = match &options.built {
            Some(folder) => folder.clone(),
            None => build(options.debug)?,
        };
        // Tests have their libraries in `deps`, and the programs beside that folder.
        let programs = match linux.parent() {
            Some(above) if linux.ends_with("deps") => above.to_owned(),
            _ => linux.clone(),
        };
        Ok(Self {
            version: workspace::version()?,
            linux,
            programs,
            wide: windows::built(Width::Bits64, !options.debug)?,
            narrow: windows::built(Width::Bits32, !options.debug)?,
        })
    }

    fn dll(&self, width: Width, name: &str) -> PathBuf {
        let folder = match width {
            Width::Bits64 => &self.wide,
            Width::Bits32 => &self.narrow,
        };
        folder.join(format!("{name}_ffi.dll"))
    }

    fn library(&self, name: &str) -> PathBuf {
        self.linux.join(format!("lib{name}_ffi.so"))
    }
}

/// Libraries and programs of this system.
fn build(debug: bool) -> Result<PathBuf, String> {
    let mut build = cargo().arg("build");
    for package in [
        "mynacard-ffi",
        "mynacard-ffi-sandbox",
        "mynacard-sandbox",
        "mynacard-cli",
    ] {
        build = build.args(["--package", package]);
    }
    build = build.args(["--features", "mynacard-cli/pcsc"]);
    if !debug {
        build = traceless(build.arg("--release"), Vec::new())?;
    }
    build.go()?;
    Ok(workspace::target().join(if debug { "debug" } else { "release" }))
}

/// A file of this workspace.
fn own(path: &str) -> PathBuf {
    workspace::root().join(path)
}

/// A text of this workspace.
fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(at(path))
}
