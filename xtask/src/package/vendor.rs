//! `mynacard-VERSION.zip`: everything for a vendor without Rust.

use std::path::PathBuf;

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
    let fields = [("VERSION", version.clone())];
    for (inside, template) in [
        ("README.md", "ffi/vendor/README.md"),
        ("README.ja.md", "ffi/vendor/README.ja.md"),
    ] {
        zip.text(inside, &filled(&read(&own(template))?, &fields)?)?;
    }
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
        zip.file(file, &own(file))?;
    }
    for header in HEADERS {
        zip.file(&format!("include/{header}"), &own("include").join(header))?;
    }
    for (folder, width) in [("win-x64", Width::Bits64), ("win-x86", Width::Bits32)] {
        windows(&mut zip, sources, options, folder, width)?;
    }
    linux(&mut zip, sources)?;
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
) -> Result<(), String> {
    let scratch = options.scratch.join(folder);
    std::fs::create_dir_all(&scratch).map_err(at(&scratch))?;
    for name in LIBRARIES {
        let dll = sources.dll(width, name);
        let import = scratch.join(format!("{name}.lib"));
        import::library(width, &dll, &format!("{name}.dll"), &import)?;
        zip.file(&format!("{folder}/{name}.dll"), &dll)?;
        zip.file(&format!("{folder}/{name}.lib"), &import)?;
        let mingw = dll.with_file_name(format!("lib{name}_ffi.dll.a"));
        zip.file(&format!("{folder}/lib{name}.dll.a"), &mingw)?;
    }
    for program in ["mynacard.exe", "mynacard-sandbox.exe"] {
        let built = sources.dll(width, "").with_file_name(program);
        zip.file(&format!("{folder}/{program}"), &built)?;
    }
    Ok(())
}

fn linux(zip: &mut Archive, sources: &Sources) -> Result<(), String> {
    for name in LIBRARIES {
        let library = format!("lib{name}.so.0");
        zip.file(&format!("linux-x64/{library}"), &sources.library(name))?;
        zip.link(&format!("linux-x64/lib{name}.so"), &library)?;
    }
    zip.file(
        "linux-x64/libmynacard.a",
        &sources.linux.join("libmynacard_ffi.a"),
    )?;
    for program in ["mynacard", "mynacard-sandbox"] {
        zip.file(
            &format!("linux-x64/{program}"),
            &sources.programs.join(program),
        )?;
    }
    Ok(())
}
