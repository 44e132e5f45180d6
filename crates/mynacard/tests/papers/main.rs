//! What the papers say is tried: every command and snippet runs, every path and link is there.

#![cfg(all(target_os = "linux", feature = "pcsc", feature = "https"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod blocks;
mod commands;
#[path = "../../../mynacard-pcsc/tests/pcscd/daemon.rs"]
#[allow(dead_code, reason = "shared with the reader crate's own tests")]
mod daemon;
mod desk;
mod links;
mod manifests;
mod modules;
mod phones;
mod programs;
mod shell;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Every file of the repository, also one that is about to be added, below the root.
fn files() -> Vec<String> {
    let output = Command::new("git")
        .args(["-c", "core.quotePath=false", "ls-files", "--cached"])
        .args(["--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "git ls-files");
    let names = String::from_utf8(output.stdout).unwrap();
    let here = |name: &&str| root().join(name).is_file();
    names.lines().filter(here).map(str::to_owned).collect()
}

/// Every paper: what is written in Markdown.
fn papers() -> Vec<String> {
    let mut papers = files();
    papers.retain(|name| name.ends_with(".md"));
    assert!(papers.len() > 10, "{papers:?}");
    papers
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A program that the tests of the workspace have built, beside this test's own.
fn program(name: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let place = deps.parent().unwrap().with_file_name(name);
    assert!(
        place.exists(),
        "{name} is not built: cargo test --workspace --all-features builds it"
    );
    place
}

/// The C libraries under the names that they are shipped with, in `folder`.
fn lay_out_libraries(folder: &Path) {
    let deps = std::env::current_exe().unwrap();
    let deps = deps.parent().unwrap();
    std::fs::create_dir_all(folder).unwrap();
    for name in ["mynacard", "mynacard_sandbox"] {
        let built = deps.join(format!("lib{name}_ffi.so"));
        assert!(
            built.exists(),
            "{} is not built: cargo test --workspace --all-features builds it",
            built.display()
        );
        for end in ["so", "so.0"] {
            let place = folder.join(format!("lib{name}.{end}"));
            if !place.exists() {
                std::os::unix::fs::symlink(&built, place).unwrap();
            }
        }
    }
}
