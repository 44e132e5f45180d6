//! The DLLs for 64-bit Windows, built from Debian, with the C and C++ examples and the misuse program under Wine.
//!
//! `MYNACARD_QUICK=1` leaves it out and prints that it does. It shares the folder of the chores' Windows builds.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "x86_64-pc-windows-gnu";

/// The libraries, and what the chores build for Windows beside them: another choice would resolve other features, and build
/// everything twice.
const PACKAGES: [&str; 9] = [
    "mynacard-card",
    "mynacard-cert",
    "mynacard-eligibility",
    "mynacard-auth",
    "mynacard-client",
    "mynacard",
    "mynacard-chain",
    "mynacard-ffi",
    "mynacard-ffi-sandbox",
];

/// Wine before version 9 has no `bcryptprimitives.dll`, which Rust's standard library imports.
const STAND_IN: &str = "#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
    return SystemFunction036(buffer, (ULONG)length);
}
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("this test needs {name}: {error}"));
    let (shown, said) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{name}: {}\n{shown}\n{said}",
        output.status
    );
    shown.into_owned()
}

/// The libraries, by rustup's standard library where it has one for Windows, else by Debian's compiler and its sources.
fn build(folder: &Path) {
    let installed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output();
    let with_rustup =
        installed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(TARGET));
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root())
        .env(
            "CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER",
            "x86_64-w64-mingw32-gcc",
        )
        .env("CARGO_TARGET_DIR", folder)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0")
        .args(["build", "--target", TARGET])
        .args(PACKAGES.iter().flat_map(|package| ["-p", package]));
    if !with_rustup {
        cargo
            .env("RUSTC", "/usr/bin/rustc")
            .env("RUSTC_BOOTSTRAP", "1")
            .arg("-Zbuild-std=std,panic_unwind");
    }
    run(&mut cargo);
}

#[test]
fn programs_run_with_the_dlls() {
    if std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1") {
        println!("left out because of MYNACARD_QUICK=1: programs_run_with_the_dlls");
        return;
    }
    let folder = root().join("target/windows");
    build(&folder);
    let libraries = folder.join(TARGET).join("debug");

    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    // As they are shipped: the DLLs and their import libraries say these names themselves.
    for name in ["mynacard", "mynacard_sandbox"] {
        let (dll, import) = (format!("{name}.dll"), format!("lib{name}.dll.a"));
        std::fs::copy(libraries.join(format!("{name}_ffi.dll")), at(&dll)).unwrap();
        std::fs::copy(libraries.join(format!("lib{name}_ffi.dll.a")), at(&import)).unwrap();
        let headers = run(Command::new("x86_64-w64-mingw32-objdump")
            .arg("-p")
            .arg(at(&dll)));
        let said = headers
            .lines()
            .find(|line| line.starts_with("Name ") && line.ends_with(&dll));
        assert!(said.is_some(), "{dll} has another name inside");
    }
    std::fs::write(at("random.c"), STAND_IN).unwrap();
    run(Command::new("x86_64-w64-mingw32-gcc")
        .args(["-shared", "-o"])
        .args([at("bcryptprimitives.dll"), at("random.c")])
        .arg("-ladvapi32"));

    let wine = |program: &str, argument: &str| {
        run(Command::new("wine")
            .current_dir(place.path())
            .env("WINEPREFIX", at("wine"))
            .env("WINEDEBUG", "-all")
            .env("WINEARCH", "win64")
            .env("DISPLAY", "")
            .env("RUST_BACKTRACE", "0")
            .args([program, argument]))
    };
    let compile = |compiler: &str, source: &str, program: &str| {
        run(Command::new(compiler)
            .args(["-Wall", "-Wextra", "-I"])
            .arg(root().join("include"))
            .arg(root().join(source))
            .arg("-o")
            .arg(at(program))
            .arg("-L")
            .arg(place.path())
            .args(["-lmynacard", "-lmynacard_sandbox", "-static-libgcc"])
            .args(["-Wl,-Bstatic", "-lstdc++", "-lpthread", "-Wl,-Bdynamic"]));
    };

    compile(
        "x86_64-w64-mingw32-gcc",
        "examples/c/reception.c",
        "reception.exe",
    );
    std::fs::create_dir(at("face-c")).unwrap();
    let shown = wine("reception.exe", "face-c");
    assert!(
        shown.contains("医療　太郎")
            && shown.contains("online-visual")
            && shown.ends_with("done\r\n"),
        "{shown}"
    );
    compile(
        "x86_64-w64-mingw32-g++",
        "examples/cpp/reception.cpp",
        "reception-cpp.exe",
    );
    std::fs::create_dir(at("face-cpp")).unwrap();
    let shown = wine("reception-cpp.exe", "face-cpp");
    assert!(
        shown.contains("MC-1003") && shown.contains("face file: 医療　太郎"),
        "{shown}"
    );
    compile(
        "x86_64-w64-mingw32-gcc",
        "ffi/tests/c/misuse.c",
        "misuse.exe",
    );
    assert_eq!(wine("misuse.exe", "100").trim_end(), "done");
    compile(
        "x86_64-w64-mingw32-gcc",
        "ffi/tests/c/pointers.c",
        "pointers.exe",
    );
    std::fs::create_dir(at("face-pointers")).unwrap();
    assert_eq!(wine("pointers.exe", "face-pointers").trim_end(), "done");
    // Wine's server outlives its programs; this one is ours alone, by its prefix.
    let _ = Command::new("/usr/lib/wine/wineserver")
        .arg("--kill")
        .env("WINEPREFIX", at("wine"))
        .output();
}
