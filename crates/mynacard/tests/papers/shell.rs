//! The commands of the papers, one after the other, as somebody types them.
//!
//! They run in a folder that looks like a clone. `cargo run -p …` starts what the tests have built already, `cargo xtask ffi` lays out
//! the libraries that they have built; what is typed at a prompt comes from file descriptors.

use std::io::{BufReader, Read as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use mynacard_sim::{person, pki};

use crate::daemon::{Daemon, inside};
use crate::desk::{PASSCODE, insert, wait_for};
use crate::{blocks, lay_out_libraries, papers, program, read, root};

/// Commands that serve until they are ended, though the paper lets them run in the foreground.
const SERVERS: &[&str] = &["-sandbox -- serve", "-sim vpcd", "oqs watch C:"];

/// Typed secrets: which command takes which, from which descriptor.
const TYPED: &str = r#"#!/bin/bash
exec 3<"$DESK/passcode" 4<"$DESK/code" 5<"$DESK/pin"
case "$*" in
    *--help*) ;;
    "terminal activate"*) set -- "$@" --code-fd 4 --passcode-fd 3 ;;
    # Two lines of the standard input, as a program writes them.
    *"--pin-fd 0"*) exec < <(cat "$DESK/passcode"; echo; cat "$DESK/pin"; echo) ;;
    check*) set -- "$@" --pin-fd 5 --passcode-fd 3 ;;
    doctor*|"audit verify"*) set -- "$@" --passcode-fd 3 ;;
esac
exec "$BUILT/mynacard" "$@"
"#;

const CARGO: &str = r#"#!/bin/bash
set -e
case "$1 $2" in
    "xtask demo") exec mynacard demo ;;
    "xtask ffi") mkdir -p target/debug/ffi; cp -P "$DESK"/lib/*.so* target/debug/ffi/ ;;
    "xtask test")
        case "$3" in
            --list) exec "$BUILT/xtask" test --list ;;
            --stage) "$BUILT/xtask" test --list | grep -q "^$4 " ;;
            ""|--quick) "$BUILT/xtask" help | grep -q -e "test \[--quick\]" ;;
            *) echo "no option $3" >&2; exit 1 ;;
        esac ;;
    # Too long for a test: that the chore is there is what can be said.
    "xtask features"|"xtask minimal"|"xtask reproduce"|"xtask package"|"xtask advisories")
        "$BUILT/xtask" help | grep -q "^  ${*:2} " ;;
    # These name their options in their own line.
    "xtask sanitize"|"xtask secrets"|"xtask planted")
        "$BUILT/xtask" help | grep "^  $2 " | grep -qe "${3:-$2}" ;;
    "run -p")
        name=${3#mynacard-}; shift 3
        features=none
        if [ "$1" = --features ]; then
            features=$2; shift 2
            grep -q "^$features = " "crates/mynacard-$name/Cargo.toml" || { echo "no feature $features" >&2; exit 1; }
        fi
        [ "$1" = -- ]; shift
        case "$features: $name $*" in
            pcsc:*|*--virtual*|*--help*) ;;
            *": cli readers"*|*": cli status"*) echo "the program is built without readers" >&2; exit 1 ;;
        esac
        case "$name" in
            cli) exec mynacard "$@" ;;
            *) exec "mynacard-$name" "$@" ;;
        esac ;;
    *) echo "cargo $*: the papers have a command that nobody here knows" >&2; exit 1 ;;
esac
"#;

/// Ends a program by its own handle, whatever the test does.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder that looks like a clone, with programs in place of cargo.
struct Clone {
    folder: PathBuf,
    running: Vec<Started>,
    /// What stands in a paper for something of the reader's own, and what it is here.
    words: Vec<(&'static str, String)>,
}

impl Clone {
    fn new(folder: &Path, daemon: &Daemon) -> Self {
        let clone = folder.join("clone");
        std::fs::create_dir_all(clone.join("target/OQS/face")).unwrap();
        for name in ["crates", "examples", "ffi", "include"] {
            symlink(root().join(name), clone.join(name)).unwrap();
        }
        let programs = folder.join("bin");
        std::fs::create_dir(&programs).unwrap();
        for (name, text) in [("cargo", CARGO), ("mynacard", TYPED)] {
            std::fs::write(programs.join(name), text).unwrap();
            let all = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(programs.join(name), all).unwrap();
        }
        for name in ["mynacard-sandbox", "mynacard-sim"] {
            symlink(program(name), programs.join(name)).unwrap();
        }
        lay_out_libraries(&folder.join("lib"));
        for (name, text) in [("passcode", PASSCODE), ("pin", "1234"), ("code", "")] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let somebody =
            pki::authentication_certificate(person("kokuho").unwrap(), SystemTime::now());
        std::fs::write(clone.join("certificate.der"), somebody).unwrap();
        Self {
            folder: folder.to_owned(),
            running: Vec::new(),
            words: vec![
                ("show FILE", "show certificate.der".to_owned()),
                (
                    "convert FILE",
                    "convert $(ls target/OQS/face/*.xml | head -n 1)".to_owned(),
                ),
                (
                    // The card that is put on the reader is of the simulation, which a desk for real cards refuses.
                    "--home DIR",
                    format!(
                        "--virtual kyokai-self --home {}",
                        folder.join("data/mynacard").display()
                    ),
                ),
                ("C:\\OQS", "target/OQS".to_owned()),
                ("vpcd ", format!("vpcd --port {} ", daemon.second_port())),
            ],
        }
    }

    fn command(&self, line: &str) -> Command {
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        command
            .args(["-c", line])
            .current_dir(self.folder.join("clone"))
            .env(
                "PATH",
                format!("{}:{path}", self.folder.join("bin").display()),
            )
            .env("DESK", &self.folder)
            .env("BUILT", program("mynacard").parent().unwrap())
            .env("MYNACARD_HOME", self.folder.join("home"))
            .env("XDG_DATA_HOME", self.folder.join("data"))
            .env("HOME", &self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs one line of `place`, or starts it and leaves it running.
    fn run(&mut self, place: &str, line: &str) {
        let serves = line.ends_with('&') || SERVERS.iter().any(|server| line.contains(server));
        let mut line = line.trim_end_matches('&').trim().to_owned();
        for (word, here) in &self.words {
            line = line.replace(word, here);
        }
        println!("{place}: {line}");
        if serves {
            return self.start(&line);
        }
        for word in line
            .split_whitespace()
            .filter(|word| word.contains("/res/"))
        {
            // A person takes longer to type than the terminal to answer.
            let place = self.folder.join("clone").join(word);
            wait_for(word, || is_whole(&place));
        }
        let output = self.command(&line).output().unwrap();
        assert!(
            output.status.success(),
            "{place}: {line}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn start(&mut self, line: &str) {
        let mut child = self.command(&format!("exec {line}")).spawn().unwrap();
        let mut shown = BufReader::new(child.stdout.take().unwrap());
        self.running.push(Started(child));
        if line.contains(" serve ") {
            self.learn(&mut shown);
        }
        if line.contains("--oqs") {
            let faces = self.folder.join("clone/target/OQS/face");
            let cards = line.matches("--card").count();
            wait_for("the faces", || {
                let files = std::fs::read_dir(&faces).unwrap().flatten();
                files.filter(|file| is_whole(&file.path())).count() >= cards
            });
        }
        // A program whose output nobody takes would stop.
        std::thread::spawn(move || shown.read_to_end(&mut Vec::new()));
    }

    /// The address and the first activation code that a sandbox prints.
    fn learn(&mut self, shown: &mut impl std::io::BufRead) {
        let (mut url, mut settings) = (None, None);
        while url.is_none() || settings.is_none() {
            let mut line = String::new();
            assert_ne!(shown.read_line(&mut line).unwrap(), 0, "the sandbox ended");
            url = url.or_else(|| {
                let mut words = line.split_whitespace();
                words
                    .find(|word| word.starts_with("https://"))
                    .map(str::to_owned)
            });
            let mut words = line.split_whitespace();
            let mut after = |name: &str| {
                words.find(|word| *word == name)?;
                words.next().map(str::to_owned)
            };
            if settings.is_none() {
                settings = after("institution-code")
                    .zip(after("id"))
                    .zip(after("activation-code"));
            }
        }
        let ((institution, id), code) = settings.unwrap();
        std::fs::write(self.folder.join("code"), code).unwrap();
        self.words.extend([
            ("--service ADDRESS", format!("--service {}", url.unwrap())),
            ("--institution CODE", format!("--institution {institution}")),
            ("--id ID", format!("--id {id}")),
        ]);
    }
}

fn is_whole(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|bytes| bytes.ends_with(b"</XmlMsg>\r\n"))
}

/// The papers whose commands run here; what `ffi` and the windows of `examples` say is run by the tests of those packages.
fn of_these() -> Vec<String> {
    let mut papers = papers();
    papers.retain(|name| !name.starts_with("ffi/") && !name.starts_with("examples/"));
    papers.retain(|name| name != "README.ja.md");
    // The first one leaves a terminal and an exchange folder to the others.
    papers.sort_by_key(|name| (name != "README.md", name.clone()));
    papers
}

#[test]
fn every_command_of_the_papers_runs() {
    inside("shell::every_command_of_the_papers_runs", |daemon| {
        insert(daemon);
        let folder = tempfile::tempdir().unwrap();
        let mut clone = Clone::new(folder.path(), daemon);
        let mut ran = 0;
        for paper in of_these() {
            // A trace never overwrites another; each paper has a reader of its own.
            let _ = std::fs::remove_file(clone.folder.join("clone/case.jsonl"));
            for block in blocks::of(&paper, &read(&paper)) {
                let commands = block.text.lines().map(|line| match line.split_once(" #") {
                    Some((command, _)) => command.trim(),
                    None => line.trim(),
                });
                for line in commands.filter(|line| !line.is_empty() && block.language == "sh") {
                    ran += 1;
                    clone.run(&block.place, line);
                }
            }
        }
        assert!(ran > 30, "{ran} commands");
        for Started(server) in &mut clone.running {
            let ended = server.try_wait().unwrap();
            assert!(ended.is_none(), "a server ended by itself: {ended:?}");
        }
    });
}
