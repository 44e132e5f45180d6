//! The commands of the READMEs' section on OQSComApp, as a vendor types them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ends a program by its own handle, whatever the test does.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sandbox beside the command, built where nobody did so yet.
fn sandbox() -> PathBuf {
    let command = Path::new(env!("CARGO_BIN_EXE_mynacard"));
    let name = format!("mynacard-sandbox{}", std::env::consts::EXE_SUFFIX);
    let beside = command.with_file_name(name);
    if !beside.exists() {
        let built = Command::new(env!("CARGO"))
            .args([
                "build",
                "-p",
                "mynacard-sandbox",
                "--bin",
                "mynacard-sandbox",
            ])
            .current_dir(workspace())
            .status()
            .unwrap();
        assert!(built.success());
    }
    beside
}

/// The commands of the block that plays OQSComApp, without their comments.
fn commands(readme: &str) -> Vec<String> {
    let text = std::fs::read_to_string(workspace().join(readme)).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let block = blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .find(|block| block.contains("--oqs"))
        .unwrap_or_else(|| panic!("{readme} has no such block"));
    block
        .lines()
        .map(|line| line.split('#').next().unwrap().trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !there() {
        assert!(Instant::now() < patience, "{what} did not appear");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn is_whole(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|bytes| bytes.ends_with(b"</XmlMsg>\r\n"))
}

#[test]
fn both_readmes_have_the_same_commands() {
    assert_eq!(commands("README.md"), commands("README.ja.md"));
}

#[test]
fn the_commands_show_what_a_card_and_a_query_confirm() {
    let dir = tempfile::tempdir().unwrap();
    let share = dir.path().join("OQS");
    let sandbox = sandbox();
    let mut background = Vec::new();
    let mut printed = String::new();
    for line in commands("README.md") {
        let line = line.replace("target/OQS", share.to_str().unwrap());
        let (line, in_background) = match line.strip_suffix('&') {
            Some(line) => (line.trim().to_owned(), true),
            None => (line, false),
        };
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let program: PathBuf = match words.as_slice() {
            ["cargo", "run", "-p", "mynacard-sandbox", "--", ..] => sandbox.clone(),
            ["cargo", "run", "-p", "mynacard-cli", "--", ..] => {
                env!("CARGO_BIN_EXE_mynacard").into()
            }
            ["cp", ..] => "cp".into(),
            other => panic!("{other:?}"),
        };
        words.drain(..if words[0] == "cargo" { 5 } else { 1 });
        // A person takes longer to type than the terminal to answer.
        for word in &words {
            let file = Path::new(word);
            if file.starts_with(share.join("res")) {
                wait_for(word, || is_whole(file));
            }
        }
        let mut command = Command::new(program);
        command.args(&words).current_dir(workspace());
        if in_background {
            let child = command.stdout(Stdio::null()).spawn().unwrap();
            background.push(Started(child));
            let faces = words.iter().filter(|word| **word == "--card").count();
            let whole = || {
                let listing = std::fs::read_dir(share.join("face")).ok()?;
                Some(
                    listing
                        .flatten()
                        .filter(|file| is_whole(&file.path()))
                        .count(),
                )
            };
            wait_for("a face", || whole() == Some(faces));
        } else {
            let output = command.output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{line}: {text}");
            printed.push_str(&text);
        }
    }
    assert_eq!(background.len(), 1);
    // Two cards on the reader, and the query's answer, shown and converted.
    for (found, times) in [("医療　太郎", 3), ("公式のシステムではありません", 3)]
    {
        assert!(
            printed.matches(found).count() >= times,
            "{found}: {printed}"
        );
    }
}
