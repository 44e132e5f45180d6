//! The reception desk in WinForms, on mono under a display of its own: a driver in the same process clicks real controls and
//! reads what they show. Screenshots lie under `target/winforms` afterwards.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, dead_code)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::display::Display;
use support::{csharp_sources, libraries, root, run};

fn sources(folder: &str) -> Vec<PathBuf> {
    csharp_sources(&root().join(folder))
}

fn compile(folder: &Path, target: &str, name: &str, more: &[&str], sources: &[PathBuf]) -> PathBuf {
    let place = folder.join(name);
    run(Command::new("mcs")
        .args(["-langversion:7", "-warnaserror", "-debug"])
        .arg(format!("-target:{target}"))
        .arg(format!("-out:{}", place.display()))
        .arg(format!("-lib:{}", folder.display()))
        .args(more)
        .args(sources));
    place
}

const WINDOWS: [&str; 3] = [
    "-r:Mynacard.Net.dll",
    "-r:System.Windows.Forms",
    "-r:System.Drawing",
];

#[test]
fn the_desk_is_used_by_staff_and_patients() {
    let folder = tempfile::tempdir().unwrap();
    let wrapper = [
        sources("ffi/dotnet/Mynacard"),
        sources("ffi/dotnet/Sandbox"),
    ]
    .concat();
    compile(folder.path(), "library", "Mynacard.Net.dll", &[], &wrapper);
    let mut desk = sources("examples/winforms");
    // As its README builds it.
    let program = compile(
        folder.path(),
        "winexe",
        "ReceptionDesk.exe",
        &WINDOWS,
        &desk,
    );
    assert!(program.exists());

    desk.push(root().join("ffi/tests/csharp/DeskDriver.cs"));
    let options = [&WINDOWS[..], &["-main:DeskDriver"]].concat();
    let driver = compile(folder.path(), "exe", "DeskDriver.exe", &options, &desk);
    let display = Display::open();
    let shown = libraries().ancestors().nth(2).unwrap().join("winforms");
    let _ = std::fs::remove_dir_all(&shown);
    std::fs::create_dir_all(&shown).unwrap();
    // As large as usual, and for eyes and screens that want it a quarter larger.
    for percent in [None, Some("125")] {
        let mut mono = Command::new("mono");
        mono.arg("--debug")
            .arg(&driver)
            .arg(&shown)
            .args(percent)
            .env("DISPLAY", display.name())
            .env("LANG", "C.UTF-8")
            .env("HOME", folder.path());
        assert_eq!(run(&mut mono), "done\n");
        let suffix = percent.map_or(String::new(), |percent| format!("-{percent}"));
        for screen in [
            "first-registration",
            "place-card",
            "pin-pad",
            "checking",
            "result",
            "invalid",
            "wrong-pin",
            "visual-check",
            "compare",
            "lost-line",
        ] {
            let picture = shown.join(format!("{screen}{suffix}.png"));
            assert!(picture.exists(), "no {}", picture.display());
        }
        std::fs::remove_file(shown.join(format!("desk{suffix}.vault"))).unwrap();
    }
}
