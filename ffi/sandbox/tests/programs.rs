//! The examples and the misuse program, compiled as a vendor would and run: plainly, with sanitizers, under valgrind, and
//! with the card in a real PC/SC reader.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../../crates/mynacard-pcsc/tests/pcscd/daemon.rs"]
mod daemon;

use std::path::{Path, PathBuf};
use std::process::Command;

use daemon::inside;

const SANITIZERS: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// What links against the libraries under test.
struct Build {
    folder: tempfile::TempDir,
}

impl Build {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An empty exchange folder.
    fn exchange(&self) -> String {
        let folder = self.file("face");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        folder.to_str().unwrap().to_owned()
    }

    /// Compiles one source with all warnings as errors.
    fn native(&self, compiler: &str, standard: &str, source: &str, more: &[&str]) -> PathBuf {
        let program = self.file("program");
        let mut command = Command::new(compiler);
        command
            .args([
                standard,
                "-D_DEFAULT_SOURCE",
                "-g",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-pedantic",
                "-I",
            ])
            .arg(root().join("include"))
            .args(more)
            .arg(root().join(source))
            .arg("-L")
            .arg(libraries())
            .args([
                "-lmynacard_ffi",
                "-lmynacard_sandbox_ffi",
                "-lpthread",
                "-o",
            ])
            .arg(&program);
        run(&mut command);
        program
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where cargo puts the libraries that this test was built with.
fn libraries() -> PathBuf {
    let folder = std::env::current_exe()
        .unwrap()
        .parent()
        .unwrap()
        .to_owned();
    for library in ["libmynacard_ffi.so", "libmynacard_sandbox_ffi.so"] {
        assert!(
            folder.join(library).exists(),
            "{library} is not beside this test"
        );
    }
    folder
}

/// Runs a program and returns what it printed; it must succeed.
#[track_caller]
fn run(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .env("LD_LIBRARY_PATH", libraries())
        .env("RUST_BACKTRACE", "0")
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

/// What every reception desk shows.
#[track_caller]
fn is_a_reception(shown: &str) {
    for expected in [
        "医療　太郎",
        "01130012",
        "\"card_exchanges\":5",
        "\"evidence\":\"online-pin\"",
        "暗証番号が違います。あと2回間違えるとロックされます。",
        "face file",
        "done",
    ] {
        assert!(shown.contains(expected), "no {expected} in:\n{shown}");
    }
}

#[test]
fn reception_in_c() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "examples/c/reception.c", &[]);
    let shown = run(Command::new(&program).arg(build.exchange()));
    is_a_reception(&shown);
    assert!(shown.contains("online-visual"), "{shown}");
}

#[test]
fn reception_in_c_with_sanitizers() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "examples/c/reception.c", SANITIZERS);
    is_a_reception(&run(Command::new(&program).arg(build.exchange())));
}

#[test]
fn reception_in_c_under_valgrind() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "examples/c/reception.c", &[]);
    is_a_reception(&run(valgrind(&program).arg(build.exchange())));
}

#[test]
fn reception_in_cpp() {
    let build = Build::new();
    let program = build.native("c++", "-std=c++17", "examples/cpp/reception.cpp", &[]);
    is_a_reception(&run(Command::new(&program).arg(build.exchange())));
}

#[test]
fn reception_in_cpp_under_valgrind() {
    let build = Build::new();
    let program = build.native("c++", "-std=c++17", "examples/cpp/reception.cpp", &[]);
    is_a_reception(&run(valgrind(&program).arg(build.exchange())));
}

#[test]
fn reception_in_cpp_with_sanitizers() {
    let build = Build::new();
    let program = build.native(
        "c++",
        "-std=c++17",
        "examples/cpp/reception.cpp",
        SANITIZERS,
    );
    is_a_reception(&run(Command::new(&program).arg(build.exchange())));
}

#[test]
fn reception_in_csharp() {
    let build = Build::new();
    let program = csharp(&build);
    let shown = run(Command::new("mono").arg(&program).arg(build.exchange()));
    is_a_reception(&shown);
    assert!(
        shown.contains("MC-1013: the reader's cable is loose") && shown.contains("Panic MC-9099"),
        "{shown}"
    );
}

#[test]
fn receptions_with_the_card_in_a_reader() {
    inside("receptions_with_the_card_in_a_reader", |daemon| {
        let build = Build::new();
        let port = daemon.port().to_string();
        let c = build.native("cc", "-std=c11", "examples/c/reception.c", &[]);
        through_the_reader(&run(Command::new(&c).args([&build.exchange(), &port])));
        let cpp = build.native("c++", "-std=c++17", "examples/cpp/reception.cpp", &[]);
        through_the_reader(&run(Command::new(&cpp).args([&build.exchange(), &port])));
        let csharp = csharp(&build);
        through_the_reader(&run(Command::new("mono")
            .arg(&csharp)
            .args([&build.exchange(), &port])));
    });
}

#[test]
fn misuse_is_answered() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/misuse.c", &[]);
    assert_eq!(run(&mut Command::new(&program)), "done\n");
}

#[test]
fn misuse_is_answered_with_sanitizers() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/misuse.c", SANITIZERS);
    // The sanitizer keeps what was freed for a while: few cycles, so that its own memory is not taken for growth.
    assert_eq!(run(Command::new(&program).arg("10")), "done\n");
}

#[test]
fn misuse_is_answered_under_valgrind() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/misuse.c", &[]);
    assert_eq!(run(valgrind(&program).arg("10")), "done\n");
}

/// The reader of vpcd states no limit, so the dialogue is one of short commands: 11 exchanges, counter included; 5 where
/// the program knows better.
#[track_caller]
fn through_the_reader(shown: &str) {
    is_a_reception(shown);
    let (_, rest) = shown
        .split_once("by PC/SC")
        .expect("the part with the reader");
    let (short, extended) = rest
        .split_once("by extended lengths")
        .expect("both lengths");
    assert!(short.contains("\"card_exchanges\":11"), "{short}");
    assert!(extended.contains("\"card_exchanges\":5"), "{extended}");
}

fn valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args([
            "--quiet",
            "--error-exitcode=9",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite",
        ])
        .arg(format!(
            "--suppressions={}",
            root().join("ffi/tests/valgrind.supp").display()
        ))
        .arg(program);
    command
}

/// The wrapper and the example, in C# 7 as old compilers know it.
fn csharp(build: &Build) -> PathBuf {
    let (wrapper, program) = (build.file("Mynacard.dll"), build.file("Reception.exe"));
    let mut sources: Vec<_> = std::fs::read_dir(root().join("ffi/dotnet/Mynacard"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "cs"))
        .collect();
    sources.sort();
    let mcs = |target: &str, place: &Path| {
        let mut command = Command::new("mcs");
        command.args([
            "-langversion:7",
            "-warnaserror",
            &format!("-target:{target}"),
            &format!("-out:{}", place.display()),
        ]);
        command
    };
    run(mcs("library", &wrapper).args(&sources));
    run(mcs("exe", &program)
        .arg(format!("-r:{}", wrapper.display()))
        .arg(root().join("examples/csharp/Reception.cs")));
    program
}
