//! What stands in the papers of `ffi` and `examples` between fences is run or compiled, as somebody does who reads them.
//!
//! The papers of the ZIP for vendors are run in the ZIP (`vendor.rs`).

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

#[path = "vendor/block.rs"]
mod block;
#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use block::Block;
use support::display::Display;
use support::{csharp, is_a_reception, libraries, root, run, run_alone, shipped, xtask};

/// The papers below a folder.
fn papers(folder: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => papers(&name, found),
            kind if kind.is_file() && name.ends_with(".md") => found.push(name),
            _ => {}
        }
    }
}

/// Every block of the papers that are tried here.
fn blocks() -> Vec<Block> {
    let mut names = Vec::new();
    for folder in ["ffi", "examples"] {
        papers(folder, &mut names);
    }
    names.retain(|name| !name.starts_with("ffi/vendor/"));
    names.sort();
    assert!(names.len() > 4, "{names:?}");
    let text = |name: &String| std::fs::read_to_string(root().join(name)).unwrap();
    names
        .iter()
        .flat_map(|name| block::of(name, &text(name)))
        .collect()
}

/// The blocks in one language; there are some.
fn all(language: &str) -> Vec<Block> {
    let mut blocks = blocks();
    blocks.retain(|block| block.language == language);
    assert!(!blocks.is_empty(), "no block of {language}");
    blocks
}

#[test]
fn every_block_is_tried_by_somebody() {
    for block in blocks() {
        let place = &block.place;
        match block.language.as_str() {
            "sh" | "csharp" | "cmake" => {}
            other => panic!("{place}: nobody tries {other:?}"),
        }
    }
}

/// What the snippets take for granted of the program around them: a service, a terminal in a vault, a patient who types.
const AROUND: &str = r#"using System;
using System.IO;
using System.Threading.Tasks;
using Mynacard;
using Mynacard.Testing;

internal static class Snippet
{
    internal static Service service;
    internal static Terminal terminal;
    internal static string passcode = "correct horse battery", typed = "1234", keysOfThePinPad = "1234";

    internal static void Show(params object[] shown)
    {
        if (shown.Length > 1) Console.WriteLine(string.Join(" ", shown));
    }

    private static async Task Run()
    {
BLOCK
        await Task.FromResult(0);
    }

    private static void Main()
    {
        using (var stand = new Sandbox())
        {
            service = stand.Service;
            var settings = stand.Issue();
            settings.Path = "desk.vault";
            settings.Passcode = passcode;
            using (terminal = Terminal.Register(service, settings))
            {
                Run().GetAwaiter().GetResult();
            }
        }
    }
}
"#;

/// A virtual card where a snippet waits for one in a reader, which the tests of the reader do (`ten_lines` of the papers).
const READERS: [(&str, &str); 2] = [
    (
        "await Card.WaitAsync()",
        "await Task.FromResult(Card.Behind(new VirtualCard(\"kyokai-self\")))",
    ),
    (
        "Card.Wait()",
        "Card.Behind(new VirtualCard(\"kyokai-self\"))",
    ),
];

#[test]
fn snippets_in_csharp_run() {
    let folder = tempfile::tempdir().unwrap();
    // The assemblies, beside a program that is not looked at.
    csharp(folder.path(), "examples/csharp/FirstCheck.cs", None);
    let mut ran = Vec::new();
    for block in all("csharp") {
        println!("{}", block.place);
        let (source, program) = ["Snippet.cs", "Snippet.exe"]
            .map(|name| folder.path().join(name))
            .into();
        let text = READERS
            .iter()
            .fold(block.text, |text, (reader, virtually)| {
                text.replace(reader, virtually)
            });
        std::fs::write(&source, AROUND.replace("BLOCK", &text)).unwrap();
        run(Command::new("mcs")
            .args(["-langversion:7", "-warnaserror"])
            .arg(format!("-out:{}", program.display()))
            .arg(format!("-lib:{}", folder.path().display()))
            .args(["-r:Mynacard.Net.dll", "-r:Mynacard.Sandbox.dll"])
            .arg(&source));
        let place = tempfile::tempdir().unwrap();
        let mut mono = Command::new("mono");
        mono.arg(&program)
            .current_dir(place.path())
            .env("LC_ALL", "C.UTF-8");
        ran.push(run(&mut mono));
    }
    assert_eq!(
        ran,
        [
            "Valid 医療　太郎\n",
            "3\n",
            "医療　太郎\n",
            "医療　太郎 01130012 Valid\n"
        ]
    );
}

/// A project of these lines and the few that CMake wants around them, with the installed package.
#[test]
fn lines_of_cmake_find_the_installed_package() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("prefix");
    run_alone(
        xtask()
            .args(["ffi", "--built"])
            .arg(libraries())
            .arg("--install")
            .arg(&prefix),
    );
    for block in all("cmake") {
        let (line, or) = block.text.split_once("# or ").unwrap();
        let other = or.split_whitespace().next().unwrap();
        assert_eq!(line.matches("mynacard::mynacard").count(), 1);
        let statically = line.replace("mynacard::mynacard", other);
        for (name, lines) in [("shared", line), ("static", &statically)] {
            let project = folder.path().join(name);
            std::fs::create_dir(&project).unwrap();
            let (find, link) = lines.split_once('\n').unwrap();
            let source = root().join("examples/cpp/ten_lines.cpp");
            let text = format!(
                "cmake_minimum_required(VERSION 3.16)\nproject(reception CXX)\n{find}\n\
                 add_executable(reception {})\n{link}\n",
                source.display()
            );
            std::fs::write(project.join("CMakeLists.txt"), text).unwrap();
            let build = project.join("build");
            run_alone(
                Command::new("cmake")
                    .arg("-S")
                    .arg(&project)
                    .arg("-B")
                    .arg(&build)
                    .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())),
            );
            run_alone(Command::new("cmake").arg("--build").arg(&build));
            let needs = run_alone(
                Command::new("readelf")
                    .arg("-d")
                    .arg(build.join("reception")),
            );
            assert_eq!(
                needs.contains("libmynacard.so.0"),
                name == "shared",
                "{needs}"
            );
        }
    }
}

/// `cargo xtask ffi` lays out what the tests have built already.
const CARGO: &str = r#"#!/bin/sh
[ "$*" = "xtask ffi" ] || { echo "cargo $*: nobody here knows it" >&2; exit 1; }
mkdir -p target/debug/ffi && cp -P "$LIBRARIES"/*.so* target/debug/ffi/
"#;

/// A folder that looks like a clone.
struct Clone(tempfile::TempDir);

impl Clone {
    fn new() -> Self {
        let clone = Self(tempfile::tempdir().unwrap());
        for name in ["examples", "ffi", "include"] {
            symlink(root().canonicalize().unwrap().join(name), clone.path(name)).unwrap();
        }
        std::fs::create_dir(clone.path("bin")).unwrap();
        std::fs::write(clone.path("bin/cargo"), CARGO).unwrap();
        let all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(clone.path("bin/cargo"), all).unwrap();
        clone
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A line of a paper, ready to run.
    fn line(&self, line: &str) -> Command {
        let mut command = Command::new("bash");
        let path = std::env::var("PATH").unwrap();
        command
            .args(["-c", line])
            .current_dir(self.0.path())
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("LIBRARIES", shipped())
            .env("HOME", self.path("home"))
            .env("XDG_DATA_HOME", self.path("home"))
            .env("LC_ALL", "C.UTF-8");
        command
    }
}

#[test]
fn commands_run_in_a_clone() {
    for block in all("sh") {
        println!("{}", block.place);
        let clone = Clone::new();
        let mut last = String::new();
        for line in block.commands() {
            println!("$ {line}");
            last = match line.contains("ReceptionDesk.exe") && !line.starts_with("mcs") {
                true => opens_a_desk(&clone, line),
                false => run_alone(&mut clone.line(line)),
            };
        }
        match block.place.split(':').next().unwrap() {
            "ffi/README.md" => is_a_reception(&last),
            "examples/winforms/README.md" => assert_eq!(last, "a desk"),
            other => panic!("{other}: nobody looks at what these commands lead to"),
        }
    }
}

/// Ends a program by its own handle, whatever the test does.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the desk under a display of its own, until its sandbox is there.
fn opens_a_desk(clone: &Clone, line: &str) -> String {
    std::fs::create_dir(clone.path("home")).unwrap();
    let display = Display::open();
    let mut desk = Started(
        clone
            .line(&format!("exec env {line}"))
            .env("DISPLAY", display.name())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let maps = Path::new("/proc")
        .join(desk.0.id().to_string())
        .join("maps");
    let end = Instant::now() + Duration::from_secs(60);
    let is_there = || {
        let loaded = std::fs::read_to_string(&maps).unwrap_or_default();
        ["libmynacard_ffi.so", "libmynacard_sandbox_ffi.so"]
            .iter()
            .all(|name| loaded.contains(name))
    };
    while !is_there() {
        assert!(Instant::now() < end, "the desk loads no library");
        let ended = desk.0.try_wait().unwrap();
        assert!(ended.is_none(), "{line}: {ended:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    "a desk".to_owned()
}
