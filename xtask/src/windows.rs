//! The builds for Windows from Debian, 64 and 32 bits wide, and the chain of each under Wine.

use std::path::{Path, PathBuf};

use crate::run::{Program, cargo};
use crate::stage::Checks;
use crate::traceless::traceless_in;
use crate::{wine32, workspace};

/// What receipt computers link, the program that runs the whole chain, the DLLs, the stand-in as a program, and the command
/// for programs that load no DLL: one choice for both widths, since another one would resolve other features and build
/// everything twice.
const PACKAGES: &[&str] = &[
    "mynacard-card",
    "mynacard-cert",
    "mynacard-eligibility",
    "mynacard-auth",
    "mynacard-client",
    "mynacard",
    "mynacard-chain",
    "mynacard-ffi",
    "mynacard-ffi-sandbox",
    "mynacard-sandbox",
    "mynacard-cli",
];

/// Debian's compiler and the sources of its standard library (packages `rustc-web`, `rust-web-src`).
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_STD: &str = "/usr/lib/rustlib/src/rust/library";

/// Where `ProcessPrng` is. Wine before version 9 has no `bcryptprimitives.dll`, which Rust's standard library imports.
const STAND_IN: &str = "\
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
    while (length > 0) {
        ULONG part = length > 0x10000 ? 0x10000 : (ULONG)length;
        if (!SystemFunction036(buffer, part)) return FALSE;
        buffer += part;
        length -= part;
    }
    return TRUE;
}
";

/// Else the linker writes the hour into each file, and makes the address that a DLL would like of the path that it is written to.
pub(crate) const SAME_EVERYWHERE: [&str; 2] =
    ["-Wl,--no-insert-timestamp", "-Wl,--disable-auto-image-base"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    Bits64,
    Bits32,
}

/// `cargo xtask windows [--build|--wine32]`: with `--build` no more than the builds, where they are and what Wine lacks for
/// each; with `--wine32` a script that runs 32-bit programs.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    match arguments {
        [] => {}
        [one] if one == "--build" => {
            for width in [Width::Bits64, Width::Bits32] {
                println!("{}", built(width, false)?.display());
                println!("{}", stand_in(width)?.display());
            }
            return Ok(());
        }
        [one] if one == "--wine32" => {
            println!("{}", wine32::runner()?.display());
            return Ok(());
        }
        _ => return Err("windows takes --build, --wine32 or nothing".into()),
    }
    let row = crate::stages::find("windows").map(|stage| stage.run(false));
    if crate::stage::report(row.as_slice()) {
        Ok(())
    } else {
        Err("the Windows stage failed".into())
    }
}

/// The stage: both builds, what they import, and the chain under Wine.
pub(crate) fn stage(checks: &mut Checks) -> Result<(), String> {
    for width in [Width::Bits64, Width::Bits32] {
        let start = std::time::Instant::now();
        checks.program(build(width, false)?)?;
        println!(
            "{}: built in {:.1} s",
            width.target(),
            start.elapsed().as_secs_f32()
        );
        imports(width, checks)?;
        under_wine(width, checks)?;
    }
    Ok(())
}

/// Builds everything for one width; the folder that has the results.
pub(crate) fn built(width: Width, release: bool) -> Result<PathBuf, String> {
    build(width, release)?.go()?;
    let profile = if release { "release" } else { "debug" };
    Ok(folder().join(width.target()).join(profile))
}

impl Width {
    fn target(self) -> &'static str {
        match self {
            Width::Bits64 => "x86_64-pc-windows-gnu",
            Width::Bits32 => "i686-pc-windows-gnu",
        }
    }

    /// What MinGW's tools for this width begin with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Width::Bits64 => "x86_64-w64-mingw32",
            Width::Bits32 => "i686-w64-mingw32",
        }
    }

    /// What objdump calls programs of this width.
    fn format(self) -> &'static str {
        match self {
            Width::Bits64 => "pei-x86-64",
            Width::Bits32 => "pei-i386",
        }
    }
}

/// A folder of its own: another compiler than this machine's fills it.
pub(crate) fn folder() -> PathBuf {
    workspace::target().join("windows")
}

fn chain(width: Width) -> PathBuf {
    folder()
        .join(width.target())
        .join("debug")
        .join("mynacard-chain.exe")
}

fn build(width: Width, release: bool) -> Result<Program, String> {
    let target = width.target();
    let mut program = cargo();
    let linker = format!(
        "CARGO_TARGET_{}_LINKER",
        target.to_uppercase().replace('-', "_")
    );
    program = program
        .env(&linker, format!("{}-gcc", width.prefix()))
        .env("CARGO_TARGET_DIR", folder())
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0");
    let mut flags = Vec::new();
    let with_rustup = installed_targets().contains(target);
    if !with_rustup {
        program = debian_compiler(program);
        if width == Width::Bits32 {
            let objects = start_up_objects(target)?;
            let objects = objects.display();
            flags = vec![
                "-L".to_owned(),
                format!("{objects}"),
                format!("-Clink-arg=-L{objects}"),
            ];
        }
    }
    if release {
        flags.extend(SAME_EVERYWHERE.map(|option| format!("-Clink-arg={option}")));
        program = traceless_in(program, &workspace::root(), &folder(), flags)?;
    } else if !flags.is_empty() {
        program = program.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    }
    program = program.args(["build", "--target", target]);
    if !with_rustup {
        program = program.arg("-Zbuild-std=std,panic_unwind");
    }
    if release {
        program = program.arg("--release");
    }
    program = program.args(["--features", "mynacard-cli/pcsc"]);
    Ok(PACKAGES.iter().fold(program, |program, package| {
        program.args(["--package", package])
    }))
}

/// Debian's compiler in place of this machine's: its standard library comes as source, for targets without one.
pub(crate) fn debian_compiler(program: Program) -> Program {
    program
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
}

/// What rustup has; nothing where there is no rustup.
fn installed_targets() -> String {
    Program::new("rustup")
        .args(["target", "list", "--installed"])
        .capture()
        .map_or_else(|_| String::new(), |(_, text)| text)
}

/// Two objects that the 32-bit linker wants and that building the standard library does not make.
fn start_up_objects(target: &str) -> Result<PathBuf, String> {
    let folder = folder().join("start-up");
    for name in ["rsbegin", "rsend"] {
        let source = Path::new(DEBIAN_STD)
            .join("rtstartup")
            .join(format!("{name}.rs"));
        made_aside(&folder, &format!("{name}.o"), |object| {
            let (succeeded, text) = Program::new(DEBIAN_RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                .args(["--target", target, "--emit=obj", "-o"])
                .arg(object)
                .arg(source)
                .capture()?;
            if succeeded {
                Ok(())
            } else {
                Err(format!("{name}.o: {text}"))
            }
        })?;
    }
    Ok(folder)
}

/// A file made in a folder of this process's own and then put in its place as a whole: tests build side by side, and none may
/// find what another has half written.
pub(crate) fn made_aside(
    folder: &Path,
    name: &str,
    make: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let own = folder.join(format!("making-{}", std::process::id()));
    let place = folder.join(name);
    let failed = |error: std::io::Error| format!("{}: {error}", place.display());
    std::fs::create_dir_all(&own).map_err(failed)?;
    let made = make(&own.join(name))
        .and_then(|()| std::fs::rename(own.join(name), &place).map_err(failed));
    std::fs::remove_dir_all(&own).map_err(failed)?;
    made.map(|()| place)
}

/// A program for Windows must be of the right width and need nothing but Windows: no DLL of MinGW's.
fn imports(width: Width, checks: &mut Checks) -> Result<(), String> {
    let objdump = Program::new(format!("{}-objdump", width.prefix()))
        .arg("--private-headers")
        .arg(chain(width));
    let (succeeded, text) = objdump.capture()?;
    let dlls: std::collections::BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(str::to_lowercase)
        .collect();
    println!(
        "{}: imports {}",
        width.target(),
        dlls.iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    );
    if !succeeded || dlls.is_empty() || !text.contains(width.format()) {
        checks.fail(format!(
            "{} is not a program of format {}",
            chain(width).display(),
            width.format()
        ));
    } else if let Some(dll) = dlls.iter().find(|dll| dll.starts_with("lib")) {
        checks.fail(format!(
            "{} needs {dll}, which is not part of Windows",
            width.target()
        ));
    } else {
        checks.pass();
    }
    Ok(())
}

/// The DLL that Wine lacks, to be put beside a program.
fn stand_in(width: Width) -> Result<PathBuf, String> {
    let folder = folder().join(width.target());
    made_aside(&folder, "bcryptprimitives.dll", |dll| {
        let source = dll.with_extension("c");
        std::fs::write(&source, STAND_IN)
            .map_err(|error| format!("{}: {error}", source.display()))?;
        Program::new(format!("{}-gcc", width.prefix()))
            .args(["-shared", "-O1", "-o"])
            .arg(dll)
            .arg(&source)
            // Without it 32-bit names end with the size of their arguments.
            .args(["-Wl,--kill-at", "-ladvapi32"])
            .go()
    })
}

/// Runs the chain of a width, which ends with 0 when all is as it must be.
fn under_wine(width: Width, checks: &mut Checks) -> Result<(), String> {
    let program = chain(width);
    let beside = program.with_file_name("bcryptprimitives.dll");
    std::fs::copy(stand_in(width)?, &beside)
        .map_err(|error| format!("{}: {error}", beside.display()))?;
    match width {
        Width::Bits64 => {
            let prefix = folder().join("wine");
            let wine = |name: &str| {
                Program::new(name)
                    .env("WINEPREFIX", &prefix)
                    .env("WINEDEBUG", "-all")
                    .env("WINEARCH", "win64")
                    .env("DISPLAY", "")
            };
            checks.program(wine("wine").arg(&program))?;
            // Wine's server outlives its programs; this one is ours alone, by its prefix.
            let _ = wine("/usr/lib/wine/wineserver").arg("--kill").capture();
        }
        Width::Bits32 => match wine32::runner() {
            Ok(runner) => {
                let folder = program.parent().unwrap_or(&program);
                let name = program.file_name().unwrap_or_default();
                let program = Program::new(runner).arg(folder).arg("wine").arg(name);
                checks.program(program)?;
            }
            // A mirror may be away and a user may not be root: said in the table, and in CI no failure, since the imports
            // and exports of this width are looked at all the same.
            Err(why) if !why.starts_with(wine32::LACKING) => return Err(why),
            Err(why) => {
                checks.tally.skipped += 1;
                checks.skips.push(format!("the 32-bit chain: {why}"));
            }
        },
    }
    Ok(())
}
