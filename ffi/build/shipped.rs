//! What both build scripts tell the linker: the name that the library is shipped under, whatever cargo calls the file, and
//! on Windows the version that Explorer and installers show.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The library says its own name, to programs that link it and to its import library.
pub(crate) fn shipped_as(name: &str, description: &str) {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    match (target("OS").as_str(), target("ENV").as_str()) {
        ("linux", _) => {
            link(&format!("-Wl,-soname,lib{name}.so.0"));
            // Its threads may outlive a handle: a program that unloads the library would pull the code from under them.
            link("-Wl,-z,nodelete");
        }
        ("windows", "gnu") => {
            let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
            let definition = folder.join(format!("{name}.def"));
            std::fs::write(&definition, format!("LIBRARY {name}.dll\n")).expect("its own folder");
            link(&definition.display().to_string());
            match version_resource(&folder, name, description, &target("ARCH")) {
                Ok(object) => link(&object.display().to_string()),
                Err(why) => println!("cargo::warning={name}.dll is without VERSIONINFO: {why}"),
            }
        }
        _ => {}
    }
}

fn link(argument: &str) {
    println!("cargo::rustc-cdylib-link-arg={argument}");
}

/// VERSIONINFO, compiled by windres of MinGW's binutils: the cross one, or the one of a MinGW on Windows.
fn version_resource(
    folder: &Path,
    name: &str,
    description: &str,
    arch: &str,
) -> Result<PathBuf, String> {
    let (source, object) = (
        folder.join(format!("{name}.rc")),
        folder.join(format!("{name}-version.o")),
    );
    std::fs::write(&source, version_source(name, description))
        .map_err(|error| error.to_string())?;
    let (prefix, format) = match arch {
        "x86" => ("i686-w64-mingw32-", "pe-i386"),
        _ => ("x86_64-w64-mingw32-", "pe-x86-64"),
    };
    let mut why = String::new();
    for windres in [format!("{prefix}windres"), "windres".to_owned()] {
        let run = Command::new(&windres)
            .args(["--target", format, "--output-format=coff"])
            .arg(&source)
            .arg(&object)
            .output();
        match run {
            Ok(output) if output.status.success() => return Ok(object),
            Ok(output) => why = String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => why = format!("{windres}: {error}"),
        }
    }
    Err(why.replace('\n', " "))
}

fn version_source(name: &str, description: &str) -> String {
    let version = std::env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    let part = |key: &str| std::env::var(format!("CARGO_PKG_VERSION_{key}")).unwrap_or_default();
    let numbers = format!("{},{},{},0", part("MAJOR"), part("MINOR"), part("PATCH"));
    // 0x40004: for Windows NT; 2: a DLL; 0409 04b0: English, Unicode.
    format!(
        r#"1 VERSIONINFO
FILEVERSION {numbers}
PRODUCTVERSION {numbers}
FILEFLAGSMASK 0x3f
FILEFLAGS 0
FILEOS 0x40004
FILETYPE 2
FILESUBTYPE 0
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "040904b0"
    BEGIN
      VALUE "CompanyName", "mynacard"
      VALUE "FileDescription", "{description}"
      VALUE "FileVersion", "{version}"
      VALUE "InternalName", "{name}"
      VALUE "LegalCopyright", "MIT OR Apache-2.0"
      VALUE "OriginalFilename", "{name}.dll"
      VALUE "ProductName", "mynacard"
      VALUE "ProductVersion", "{version}"
    END
  END
  BLOCK "VarFileInfo"
  BEGIN
    VALUE "Translation", 0x409, 1200
  END
END
"#
    )
}
