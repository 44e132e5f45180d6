//! `mynacard-VERSION.zip`: everything for a vendor without Rust.

mod made;
mod papers;

use std::path::{Path, PathBuf};

pub(super) use made::{Compilers, Made};

use super::archive::Archive;
use super::{Options, Sources, import, own, read};
use crate::install::{HEADERS, at, cmake_fields, filled};
use crate::windows::Width;

const LIBRARIES: [&str; 2] = ["mynacard", "mynacard_sandbox"];

/// Writes the ZIP; where it is.
pub(crate) fn write(
    sources: &Sources,
    packages: &[PathBuf],
    options: &Options,
) -> Result<PathBuf, String> {
    let version = &sources.version;
    let place = options.out.join(format!("mynacard-{version}.zip"));
    let mut zip = Archive::create(&place, &format!("mynacard-{version}/"), options.debug)?;
    papers::write(&mut zip, version)?;
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
        zip.file(file, &own(file))?;
    }
    for header in HEADERS {
        zip.file(&format!("include/{header}"), &own("include").join(header))?;
    }
    let mut made = Made::new(version);
    for (folder, width) in [("win-x64", Width::Bits64), ("win-x86", Width::Bits32)] {
        windows(&mut zip, sources, options, folder, width, &mut made)?;
    }
    linux(&mut zip, sources, &mut made)?;
    zip.text(Made::NAME, made.text())?;
    for package in packages {
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        zip.file(&format!("dotnet/{name}"), package)?;
    }
    zip.file("dotnet/mynacard.snk", &own("ffi/dotnet/mynacard.snk"))?;
    for folder in ["Mynacard", "Sandbox"] {
        zip.folder(
            &format!("dotnet/{folder}"),
            &own("ffi/dotnet").join(folder),
            &[".cs", ".csproj"],
        )?;
    }
    // It has every width: whichever the compiler makes will do.
    let fields = cmake_fields(version, "CMAKE_SIZEOF_VOID_P");
    for (inside, template) in [
        (
            "cmake/mynacardConfig.cmake",
            "ffi/vendor/mynacardConfig.cmake.in",
        ),
        (
            "cmake/mynacardConfigVersion.cmake",
            "ffi/cmake/mynacardConfigVersion.cmake.in",
        ),
    ] {
        zip.text(inside, &filled(&read(&own(template))?, &fields)?)?;
    }
    zip.folder(
        "samples",
        &own("examples"),
        &[
            ".c",
            ".cpp",
            ".cs",
            ".csproj",
            "CMakeLists.txt",
            "winforms/README.md",
            ".conf",
            ".png",
        ],
    )?;
    zip.finish()?;
    Ok(place)
}

fn windows(
    zip: &mut Archive,
    sources: &Sources,
    options: &Options,
    folder: &str,
    width: Width,
    made: &mut Made,
) -> Result<(), String> {
    let scratch = options.scratch.join(folder);
    std::fs::create_dir_all(&scratch).map_err(at(&scratch))?;
    let by = Compilers::of(width)?;
    // What cargo built, as it is and noted.
    let mut built = |inside: String, from: &Path| {
        made.by_cargo(&inside, from, &by)?;
        zip.file(&inside, from)
    };
    for name in LIBRARIES {
        let dll = sources.dll(width, name);
        built(format!("{folder}/{name}.dll"), &dll)?;
    }
    for program in ["mynacard.exe", "mynacard-sandbox.exe"] {
        let place = sources.dll(width, "").with_file_name(program);
        built(format!("{folder}/{program}"), &place)?;
    }
    for name in LIBRARIES {
        let dll = sources.dll(width, name);
        let import = scratch.join(format!("{name}.lib"));
        import::library(width, &dll, &format!("{name}.dll"), &import)?;
        zip.file(&format!("{folder}/{name}.lib"), &import)?;
        let mingw = dll.with_file_name(format!("lib{name}_ffi.dll.a"));
        zip.file(&format!("{folder}/lib{name}.dll.a"), &mingw)?;
    }
    Ok(())
}

fn linux(zip: &mut Archive, sources: &Sources, made: &mut Made) -> Result<(), String> {
    let by = Compilers::of_this_system(&sources.linux)?;
    let mut built = |name: &str, from: &Path| {
        let inside = format!("linux-x64/{name}");
        made.by_cargo(&inside, from, &by)?;
        zip.file(&inside, from)
    };
    for name in LIBRARIES {
        built(&format!("lib{name}.so.0"), &sources.library(name))?;
    }
    built("libmynacard.a", &sources.linux.join("libmynacard_ffi.a"))?;
    for program in ["mynacard", "mynacard-sandbox"] {
        built(program, &sources.programs.join(program))?;
    }
    for name in LIBRARIES {
        let library = format!("linux-x64/lib{name}.so");
        zip.link(&library, &format!("lib{name}.so.0"))?;
    }
    Ok(())
}
