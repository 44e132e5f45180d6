//! The examples and the misuse program, compiled as a vendor would and run: plainly, with sanitizers, under valgrind, and
//! with the card in a real PC/SC reader.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../../crates/mynacard-pcsc/tests/pcscd/daemon.rs"]
mod daemon;
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use daemon::inside;
use support::{
    csharp, is_a_csharp_reception, is_a_reception, libraries, root, run, run_alone, shipped,
    through_the_reader,
};

const EXAMPLE: &str = "examples/csharp/Reception.cs";
const SURFACE: &[&str] = &[
    "ffi/tests/c/surface.c",
    "ffi/tests/c/surface_desk.c",
    "ffi/tests/c/surface_line.c",
    "ffi/tests/c/surface_folder.c",
];
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
        // A sample is compiled as the papers say; a test may use more of the system than C has.
        let own: &[&str] = match source.starts_with("examples/") {
            true => &[],
            false => &["-D_DEFAULT_SOURCE", "-lpthread"],
        };
        let mut command = Command::new(compiler);
        command
            .args([
                standard,
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
            .arg(shipped())
            .args(["-lmynacard", "-lmynacard_sandbox", "-o"])
            .arg(&program)
            .args(own);
        run(&mut command);
        program
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
    let program = csharp(build.folder.path(), EXAMPLE, None);
    is_a_csharp_reception(&run(Command::new("mono")
        .arg(&program)
        .arg(build.exchange())
        .env("LC_ALL", "C")));
}

/// Whatever letters the console has: a name is one in a locale without Japanese too.
#[test]
fn the_first_check_in_csharp() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "examples/csharp/FirstCheck.cs", None);
    for locale in ["C", "C.UTF-8"] {
        assert_eq!(
            run(Command::new("mono").arg(&program).env("LC_ALL", locale)),
            "医療　太郎 01130012 Valid\n",
            "{locale}"
        );
    }
}

/// The constants for fields are what the library's table says. `MYNACARD_BLESS=1` writes them anew.
#[test]
fn fields_in_csharp_are_those_of_the_table() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "ffi/tests/csharp/Fields.cs", None);
    let written = run(Command::new("mono").arg(&program));
    let place = root().join("ffi/dotnet/Mynacard/Field.cs");
    if std::env::var_os("MYNACARD_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&place, &written).unwrap();
    }
    assert!(written.matches("public const string").count() > 100);
    assert_eq!(std::fs::read_to_string(place).unwrap(), written);
}

#[test]
fn the_whole_surface_in_csharp() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "ffi/tests/csharp/Surface.cs", None);
    let shown = run(Command::new("mono").arg(&program).arg(build.exchange()));
    assert_eq!(shown, "done\n");
}

#[test]
fn exceptions_in_csharp_come_out_of_their_own_calls() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "ffi/tests/csharp/Callers.cs", None);
    let shown = run(Command::new("mono").arg(&program).arg(build.exchange()));
    assert_eq!(shown, "done\n");
}

#[test]
fn types_in_csharp_say_what_documents_say() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "ffi/tests/csharp/Typed.cs", None);
    let shown = run(Command::new("mono").arg(&program).arg(build.exchange()));
    assert_eq!(shown, "done\n");
}

#[test]
fn nothing_secret_is_left_in_the_memory_of_csharp() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "ffi/tests/csharp/Memory.cs", None);
    let shown = run(Command::new("mono").arg(&program).arg(build.exchange()));
    assert!(shown.ends_with("clean\ndone\n"), "{shown}");
}

#[test]
fn the_wrapper_keeps_its_conventions() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "ffi/tests/csharp/Conventions.cs", None);
    let known = ["symbols.txt", "layout-64.txt"].map(|name| root().join("ffi/abi").join(name));
    let shown = run(Command::new("mono").arg(&program).args(known));
    assert!(shown.contains(" imports, 10 delegates"), "{shown}");
}

/// A wrapper in another folder than the program, shadow copies, a library that is not there, and one that is another.
#[test]
fn the_wrapper_finds_its_library() {
    let build = Build::new();
    let program = csharp(build.folder.path(), "ffi/tests/csharp/Loading.cs", None);
    let wrapper = build.file("wrapper");
    std::fs::create_dir(&wrapper).unwrap();
    let name = "Mynacard.Net.dll";
    std::fs::rename(build.file(name), wrapper.join(name)).unwrap();
    let config = r#"<configuration><runtime><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1">
        <probing privatePath="wrapper" /></assemblyBinding></runtime></configuration>"#;
    std::fs::write(build.file("Loading.exe.config"), config).unwrap();
    let mono = |arguments: &[&str]| {
        let mut mono = Command::new("mono");
        mono.arg(&program).args(arguments);
        mono
    };
    assert_eq!(run(&mut mono(&["folders", &build.exchange()])), "done\n");

    let whole = |version: &str| format!("{version}\nProduction ReadFirst\n");
    let own = env!("CARGO_PKG_VERSION");
    assert_eq!(run(&mut mono(&["version"])), whole(own));
    assert_eq!(
        run_alone(&mut mono(&["version"])),
        whole("DllNotFoundException: -")
    );
    for (source, found) in [
        ("unsigned mynacard_abi_version(void) { return 7; }", "7"),
        ("int something_else;", "0"),
    ] {
        std::fs::write(build.file("other.c"), source).unwrap();
        run(Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .args(["libmynacard.so", "other.c"].map(|name| build.file(name))));
        assert_eq!(
            run_alone(mono(&["version"]).env("LD_LIBRARY_PATH", build.folder.path())),
            whole(&format!(
                "NotSupportedException: mynacard: the native library has the interface {found}, and this wrapper wants 1"
            ))
        );
    }
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
        let csharp = csharp(build.folder.path(), EXAMPLE, None);
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

#[test]
fn every_pointer_may_be_null() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/pointers.c", &[]);
    let shown = run(Command::new(&program).arg(build.exchange()));
    assert_eq!(shown, "done\n");
}

#[test]
fn every_pointer_may_be_null_with_sanitizers() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/pointers.c", SANITIZERS);
    let shown = run(Command::new(&program).arg(build.exchange()));
    assert_eq!(shown, "done\n");
}

#[test]
fn the_whole_surface_in_c() {
    for source in SURFACE {
        let build = Build::new();
        let program = build.native("cc", "-std=c11", source, &[]);
        let shown = run(Command::new(&program).arg(build.exchange()));
        assert_eq!(shown, "done\n", "{source}");
    }
}

#[test]
fn the_whole_surface_in_c_with_sanitizers() {
    for source in SURFACE {
        let build = Build::new();
        let program = build.native("cc", "-std=c11", source, SANITIZERS);
        let shown = run(Command::new(&program).arg(build.exchange()));
        assert_eq!(shown, "done\n", "{source}");
    }
}

#[test]
fn the_whole_surface_in_c_under_valgrind() {
    for source in SURFACE {
        let build = Build::new();
        let program = build.native("cc", "-std=c11", source, &[]);
        let shown = run(valgrind(&program).arg(build.exchange()).arg("brief"));
        assert_eq!(shown, "done\n", "{source}");
    }
}

/// Sequences of calls with hostile arguments, each from a seed of its own.
#[test]
fn hostile_calls_break_nothing() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/hostile.c", SANITIZERS);
    for seed in ["1111", "20261121", "987654321", "31337"] {
        let shown = run(Command::new(&program).args([&build.exchange(), "3000", seed]));
        assert_eq!(shown, "done\n", "seed {seed}");
    }
}

/// The sanitizers see the C program alone; this sees into the library.
#[test]
fn hostile_calls_break_nothing_under_valgrind() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/hostile.c", &[]);
    let shown = run(valgrind(&program).args([&build.exchange(), "300", "31337"]));
    assert_eq!(shown, "done\n");
}

/// Whole checks; 10,000 of them where somebody has the time (the service takes 600 a minute).
#[test]
fn whole_checks_leave_no_growth() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/cycles.c", &[]);
    let count = std::env::var("MYNACARD_CYCLES").unwrap_or_else(|_| "100".to_owned());
    let shown = run(Command::new(&program).args([build.exchange(), count]));
    assert_eq!(shown, "done\n");
}

#[test]
fn nothing_is_left_of_a_secret() {
    let build = Build::new();
    let program = build.native("cc", "-std=c11", "ffi/tests/c/memory.c", &[]);
    let shown = run(Command::new(&program).arg(build.exchange()));
    assert_eq!(shown, "done\n");
}

#[test]
fn the_libraries_say_their_shipped_names() {
    for name in ["mynacard", "mynacard_sandbox"] {
        let library = libraries().join(format!("lib{name}_ffi.so"));
        let shown = run(Command::new("readelf").arg("-d").arg(library));
        assert!(
            shown.contains(&format!("soname: [lib{name}.so.0]")),
            "{shown}"
        );
    }
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
