//! The papers of the ZIP: what they lead to is there, what they type runs, and what they say of the files is so.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::block::{self, Block};
use super::daemon::inside;
use super::support::sdk::sdk;
use super::support::{is_a_reception, reader, run_alone};
use super::{Unpacked, VERSION, packed};

/// The guide, the table of codes, the threat model, and every link of every paper.
fn lead_somewhere(zip: &Path) {
    let mut seen = 0;
    for paper in ["README.md", "README.ja.md"] {
        let text = std::fs::read_to_string(zip.join(paper)).unwrap();
        for document in ["vendors.md", "codes.md", "SECURITY.md"] {
            assert!(
                text.contains(&format!("](docs/{document})")),
                "{document} in {text}"
            );
        }
    }
    let docs = std::fs::read_dir(zip.join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    for paper in docs.chain(["README.md", "README.ja.md"].map(|name| zip.join(name))) {
        let text = std::fs::read_to_string(&paper).unwrap();
        assert!(!text.contains("](crate::"), "{}", paper.display());
        for link in text.split("](").skip(1) {
            let target = link.split(')').next().unwrap();
            if target.starts_with("https://") || target.starts_with('#') {
                continue;
            }
            let file = target.split('#').next().unwrap();
            let place = paper.parent().unwrap().join(file);
            assert!(place.is_file(), "{}: {target}", paper.display());
            seen += 1;
        }
    }
    assert!(seen >= 7, "{seen} links");
}

/// `BUILD.txt` names compilers and sum of every file that was built, and they are those of the files.
pub(super) fn tell_what_made(folder: &Path, built: &[&str], count: usize) {
    let text = std::fs::read_to_string(folder.join("BUILD.txt")).unwrap();
    let mut told = BTreeSet::new();
    for entry in text.split("\n\n").skip(1) {
        let (file, about) = entry.split_once('\n').unwrap();
        let value = |name: &str| {
            let mut lines = about.lines();
            lines.find_map(|line| Some(line.trim().strip_prefix(name)?.trim()))
        };
        let sum = run_alone(Command::new("sha256sum").arg(folder.join(file)));
        assert_eq!(value("sha256 "), sum.split(' ').next(), "{file}");
        match file.ends_with(".Net.dll") || file.ends_with(".Sandbox.dll") {
            true => assert!(value("mcs ").unwrap().contains("Mono C#"), "{about}"),
            false => {
                assert!(value("rustc ").unwrap().starts_with("rustc 1."), "{about}");
                let cc = value("cc ").unwrap();
                let of_windows = ["x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc"]
                    .map(|name| cc.starts_with(name));
                let expected = ["win-x64", "win-x86"].map(|name| file.contains(name));
                assert_eq!(of_windows, expected, "{file}: {cc}");
            }
        }
        told.insert(file.to_owned());
    }
    assert_eq!(told.len(), count, "{told:?}");
    for name in built {
        let inside = std::fs::read_dir(folder.join(name)).unwrap();
        for entry in inside.map(Result::unwrap) {
            let file = entry.file_name().into_string().unwrap();
            let is_link = entry.file_type().unwrap().is_symlink();
            // Import libraries are names alone.
            if !is_link && !file.ends_with(".lib") && !file.ends_with(".dll.a") {
                assert!(told.contains(&format!("{name}/{file}")), "{name}/{file}");
            }
        }
    }
}

/// What a paper types, block by block.
fn typed(zip: &Path, paper: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(zip.join(paper)).unwrap();
    let blocks = block::of(paper, &text);
    let languages = blocks.iter().map(|block| block.language.as_str());
    assert!(
        languages
            .into_iter()
            .all(|one| one == "text" || one == "sh"),
        "{blocks:?}"
    );
    blocks
}

/// Compilers of Windows by those that are here: the same files, the same order, the same names of what is made.
const CSC: &str = r#"#!/bin/bash
# What Microsoft's makes lies in the current folder, what mcs makes beside the source.
case "$*" in
    */out:*) ;;
    *) name=${!#}; name=${name##*/}; set -- "/out:${name%.cs}.exe" "$@" ;;
esac
exec mcs -langversion:7 -warnaserror "$@"
"#;
const CL: &str = r#"#!/bin/bash
set -e
arguments=()
for one in "$@"; do
    case "$one" in
        /utf-8) ;;
        /I) arguments+=(-I) ;;
        /Fe:*) arguments+=(-o "${one#/Fe:}") ;;
        *.lib) name=${one##*/}; [ -f "$one" ]; libraries+=" -l${name%.lib}" ;;
        *) arguments+=("$one") ;;
    esac
done
exec cc -std=c11 -Wall -Wextra -Werror -pedantic "${arguments[@]}" -Llinux-x64 $libraries
"#;

#[test]
fn the_papers_commands_run_in_the_zip() {
    const NAME: &str = "papers::the_papers_commands_run_in_the_zip";
    let Some(sdk) = sdk(NAME) else {
        return;
    };
    let archive = packed(sdk).join(format!("mynacard-{VERSION}.zip"));
    inside(NAME, |daemon| {
        let unpacked = Unpacked::new(&archive);
        let zip = unpacked.path(&format!("mynacard-{VERSION}"));
        lead_somewhere(&zip);
        tell_what_made(&zip, &["win-x64", "win-x86", "linux-x64"], 13);
        reader::insert(daemon.port());
        let programs = unpacked.path("bin");
        std::fs::create_dir(&programs).unwrap();
        let by_mono = |name| format!("#!/bin/sh\nexec mono {name}.exe\n");
        for (name, text) in [
            ("csc", CSC.to_owned()),
            ("cl", CL.to_owned()),
            ("FirstCheck", by_mono("FirstCheck")),
            ("AtMyReader", by_mono("AtMyReader")),
        ] {
            let place = programs.join(name);
            std::fs::write(&place, text).unwrap();
            std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let run = |line: &str| {
            let path = std::env::var("PATH").unwrap();
            run_alone(
                Command::new("bash")
                    .args(["-ec", line])
                    .current_dir(&zip)
                    .env("PATH", format!("{}:{path}", programs.display()))
                    .env("LD_LIBRARY_PATH", zip.join("linux-x64")),
            )
        };
        let mut ran = 0;
        for block in typed(&zip, "README.md") {
            let _ = std::fs::remove_dir_all(zip.join("face"));
            for line in block.commands() {
                ran += 1;
                println!("{}: {line}", block.place);
                // As this system writes paths and programs; the virtual reader is none of Wine's.
                let line = line
                    .replace('\\', "/")
                    .replace("FOLDER", "\"$PWD\"")
                    .replace("win-x64/mynacard.exe", "linux-x64/mynacard")
                    .replace("win-x64/reception face", "win-x64/reception.exe face");
                if let Some(command) = line.strip_prefix("mynacard.exe ") {
                    knows(&run, command);
                    continue;
                }
                let shown = run(&line);
                let expected: &[&str] = match line.as_str() {
                    "FirstCheck" => &["医療　太郎 01130012 Valid"],
                    "AtMyReader" => &["リーダー: Private PCD", "\"authentication\":3"],
                    "linux-x64/mynacard readers" => &["Private PCD"],
                    "linux-x64/mynacard status" => &["3"],
                    _ if line.contains("reception face") || line.contains("reception.exe face") => {
                        is_a_reception(&shown);
                        &[]
                    }
                    _ => &[],
                };
                for one in expected {
                    assert!(shown.contains(one), "no {one} in:\n{shown}");
                }
            }
        }
        assert!(ran > 14, "{ran}");
    });
}

/// That the command has every option of a line that wants a service of somebody's own.
fn knows(run: &dyn Fn(&str) -> String, line: &str) {
    let words: Vec<_> = line.split_whitespace().collect();
    let named: Vec<_> = words
        .iter()
        .take_while(|word| !word.starts_with('-'))
        .collect();
    let named = named
        .iter()
        .map(|word| **word)
        .collect::<Vec<_>>()
        .join(" ");
    let help = run(&format!("linux-x64/mynacard {named} --help"));
    for option in words.iter().filter(|word| word.starts_with("--")) {
        assert!(
            help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")),
            "{named} has no {option}:\n{help}"
        );
    }
}

#[test]
fn both_papers_type_the_same() {
    let lines = |paper: &str| {
        let place = super::root().join("ffi/vendor").join(paper);
        let text = std::fs::read_to_string(place).unwrap();
        let blocks = block::of(paper, &text);
        let all: Vec<_> = blocks.iter().flat_map(Block::commands).collect();
        all.join("\n")
            .replace("フォルダー", "FOLDER")
            .replace("コード", "CODE")
            .replace("--home DIR", "--home FOLDER")
    };
    assert_eq!(lines("README.md"), lines("README.ja.md"));
}
