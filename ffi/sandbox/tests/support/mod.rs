//! What the tests that compile and run other people's programs share.

#[allow(dead_code)] // Only some tests need a display, .NET's own runtime, or Windows.
pub(crate) mod display;
#[allow(dead_code)]
pub(crate) mod reader;
#[allow(dead_code)]
pub(crate) mod sdk;
#[allow(dead_code)]
pub(crate) mod windows;

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where cargo puts the libraries that this test was built with.
pub(crate) fn libraries() -> PathBuf {
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

/// The same libraries under the names that they are shipped with, as `cargo xtask ffi` lays them out.
pub(crate) fn shipped() -> PathBuf {
    let built = libraries();
    let folder = built.join("ffi");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["mynacard", "mynacard_sandbox"] {
        for end in ["so", "so.0"] {
            let place = folder.join(format!("lib{name}.{end}"));
            // Another test may be doing the same: each makes a link of its own and puts it there in one step.
            let thread = std::thread::current().id();
            let own = folder.join(format!(".{name}.{end}.{}.{thread:?}", std::process::id()));
            std::os::unix::fs::symlink(built.join(format!("lib{name}_ffi.so")), &own).unwrap();
            std::fs::rename(&own, &place).unwrap();
        }
    }
    folder
}

/// Runs a program that finds the libraries under test; returns what it printed; it must succeed.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    run_alone(command.env("LD_LIBRARY_PATH", shipped()))
}

/// One of the workspace's chores.
pub(crate) fn xtask() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root())
        .args(["run", "--quiet", "--package", "xtask", "--"]);
    command
}

/// Runs a program that finds no library but its own; returns what it printed; it must succeed.
#[track_caller]
pub(crate) fn run_alone(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
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
pub(crate) fn is_a_reception(shown: &str) {
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

/// What the example in C# shows besides.
#[track_caller]
pub(crate) fn is_a_csharp_reception(shown: &str) {
    is_a_reception(shown);
    assert!(
        shown.contains("MC-1013: the reader's cable is loose") && shown.contains("Panic MC-9099"),
        "{shown}"
    );
}

/// The reader of vpcd states no limit, so the dialogue is one of short commands: 11 exchanges, counter included; 5 where
/// the program knows better.
#[track_caller]
pub(crate) fn through_the_reader(shown: &str) {
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

/// The C# sources of a folder.
pub(crate) fn csharp_sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "cs"))
        .collect();
    sources.sort();
    sources
}

/// The wrapper, the sandbox's and a program, in C# 7 as old compilers know it, against the compiler's own libraries or
/// `reference`.
pub(crate) fn csharp(folder: &Path, source: &str, reference: Option<&Path>) -> PathBuf {
    let name = Path::new(source).file_stem().unwrap();
    let program = folder.join(name).with_extension("exe");
    let mcs = |target: &str, place: &Path| {
        let mut command = Command::new("mcs");
        command.args([
            "-langversion:7",
            "-warnaserror",
            &format!("-target:{target}"),
            &format!("-out:{}", place.display()),
            &format!("-lib:{}", folder.display()),
        ]);
        if let Some(reference) = reference {
            command.args(["-nostdlib", "-noconfig"]);
            command.arg(format!("-r:{}", reference.display()));
        }
        command
    };
    let dotnet = root().join("ffi/dotnet");
    for (name, sources, more) in [
        ("Mynacard.Net", "Mynacard", [].as_slice()),
        ("Mynacard.Sandbox", "Sandbox", &["Mynacard/Loader.cs"]),
    ] {
        let place = folder.join(format!("{name}.dll"));
        let mut command = mcs("library", &place);
        // With the documentation file, a public member without a sentence is a warning, and so an error.
        command.arg(format!("-doc:{}", place.with_extension("xml").display()));
        if !more.is_empty() {
            command.arg("-r:Mynacard.Net.dll");
        }
        run(command
            .args(csharp_sources(&dotnet.join(sources)))
            .args(more.iter().map(|file| dotnet.join(file))));
    }
    run(mcs("exe", &program)
        .args(["-r:Mynacard.Net.dll", "-r:Mynacard.Sandbox.dll"])
        .arg(root().join(source)));
    program
}
