//! The ten lines of the README in each language: whole programs that check a card in a reader.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::daemon::inside;
use crate::desk::{Desk, PASSCODE, insert};
use crate::{lay_out_libraries, program, root};

/// Builds one program with a compiler that takes warnings for errors.
fn compile(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn native(compiler: &str, standard: &str, source: &str, folder: &Path) -> Command {
    let place = folder.join(source.replace(['/', '.'], "-"));
    compile(
        Command::new(compiler)
            .args([standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
            .arg(root().join("include"))
            .arg(root().join(source))
            .arg("-L")
            .arg(folder)
            .args(["-lmynacard", "-o"])
            .arg(&place),
    );
    Command::new(place)
}

fn csharp(source: &str, folder: &Path) -> Command {
    let (wrapper, place) = (folder.join("Mynacard.Net.dll"), folder.join("TenLines.exe"));
    let mcs = |target: &str, place: &Path| {
        let mut command = Command::new("mcs");
        command.args(["-langversion:7", &format!("-target:{target}")]);
        command.arg(format!("-out:{}", place.display()));
        command
    };
    let sources = std::fs::read_dir(root().join("ffi/dotnet/Mynacard")).unwrap();
    let sources = sources.map(|file| file.unwrap().path());
    compile(
        mcs("library", &wrapper)
            .args(sources.filter(|file| file.extension().is_some_and(|end| end == "cs"))),
    );
    compile(
        mcs("exe", &place)
            .arg(format!("-r:{}", wrapper.display()))
            .arg(root().join(source)),
    );
    let mut mono = Command::new("mono");
    mono.arg(place);
    mono
}

/// Runs a program at the desk with this PIN; what it printed.
fn run(mut command: Command, desk: &Desk, folder: &Path, pin: &str) -> String {
    let mut child = command
        .arg(desk.sandbox.url())
        .args([&desk.authority, &desk.vault])
        .env("LD_LIBRARY_PATH", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let typed = format!("{PASSCODE}\n{pin}\n");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(typed.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "{command:?}: {shown}"
    );
    shown
}

#[test]
fn ten_lines_of_each_language_check_a_patient() {
    inside(
        "programs::ten_lines_of_each_language_check_a_patient",
        |daemon| {
            insert(daemon);
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path();
            let desk = Desk::in_folder(folder);
            lay_out_libraries(folder);
            type Make<'a> = &'a dyn Fn() -> Command;
            let in_rust = || Command::new(program("ten_lines"));
            let in_c = || native("cc", "-std=c11", "examples/c/ten_lines.c", folder);
            let in_cpp = || native("c++", "-std=c++17", "examples/cpp/ten_lines.cpp", folder);
            let in_csharp = || csharp("examples/csharp/TenLines.cs", folder);
            let makers: [Make<'_>; 4] = [&in_rust, &in_c, &in_cpp, &in_csharp];
            for make in makers {
                let shown = run(make(), &desk, folder, "9999");
                assert!(
                    shown.contains("暗証番号が違います。あと2回間違えるとロックされます。"),
                    "{shown}"
                );
                let shown = run(make(), &desk, folder, "1234");
                assert!(shown.contains("01130012"), "{shown}");
            }
        },
    );
}
