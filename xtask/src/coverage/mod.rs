//! `cargo xtask coverage`: which lines of the parsers the fuzz targets reach, from their seeds and from what fuzzing found.
//!
//! The targets are built on the stable toolchain with the compiler's coverage, only the workspace's own crates; each is replayed by itself, so
//! that the table says who reaches what. It writes its part of `fuzz/COVERAGE.md`; fuzzing until nothing new comes writes the other.

mod llvm;
mod parsers;
mod reasons;
pub(crate) mod table;
#[cfg(test)]
mod without;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::fuzz;
use crate::run::cargo;
use crate::workspace;

/// Damaged copies of each seed; the ordinary tests take up to 500.
const COPIES: u32 = 40;

/// By source file (from the workspace's root) and line of code: who reaches it.
#[derive(Default)]
struct Reached(BTreeMap<String, BTreeMap<u32, Who>>);

/// The targets that reach a line: from their seeds, and from everything.
#[derive(Clone, Default)]
struct Who {
    by_seeds: BTreeSet<String>,
    by_all: BTreeSet<String>,
}

/// `cargo xtask coverage [TARGET]…`: the file is written only when every target was replayed.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let all = fuzz::targets()?;
    if let Some(unknown) = arguments.iter().find(|name| !all.contains(name)) {
        return Err(format!("no fuzz target {unknown}"));
    }
    let chosen = if arguments.is_empty() {
        &all
    } else {
        arguments
    };
    let tools = llvm::Tools::fetch()?;
    let program = build()?;
    let mut reached = Reached::default();
    for name in chosen {
        replay(&tools, &program, name, &mut reached)?;
    }
    let text = table::of_lines(&reached)?;
    if arguments.is_empty() {
        for row in table::idle(&reached)? {
            println!("excuses nothing: {row}");
        }
        table::write(table::LINES, &text)
    } else {
        print!("{text}");
        Ok(())
    }
}

fn folder() -> PathBuf {
    workspace::target().join("coverage")
}

/// The replaying program, with counters in the workspace's own crates alone.
fn build() -> Result<PathBuf, String> {
    let folder = folder();
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let wrapper = folder.join("rustc");
    let script = "#!/bin/sh\nexec \"$@\" -Cinstrument-coverage\n";
    std::fs::write(&wrapper, script).map_err(|error| format!("{}: {error}", wrapper.display()))?;
    may_run(&wrapper)?;
    cargo()
        .args(["build", "--workspace", "--all-features", "--bin", "replay"])
        // What other people's crates are built to is shared with the tests.
        .env("RUSTC_WORKSPACE_WRAPPER", &wrapper)
        // Build scripts count too: not in the folders of their packages.
        .env("LLVM_PROFILE_FILE", folder.join("build-%p.profraw"))
        .go()?;
    let program = folder.join("replay");
    std::fs::copy(workspace::target().join("debug/replay"), &program)
        .map_err(|error| format!("{}: {error}", program.display()))?;
    Ok(program)
}

#[cfg(unix)]
fn may_run(script: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755))
        .map_err(|error| format!("{}: {error}", script.display()))
}

#[cfg(not(unix))]
fn may_run(_: &Path) -> Result<(), String> {
    Err("coverage is measured on Linux".to_owned())
}

/// Replays one target: its seeds, damaged copies of them, and what fuzzing found here.
fn replay(
    tools: &llvm::Tools,
    program: &Path,
    name: &str,
    reached: &mut Reached,
) -> Result<(), String> {
    let seeds = workspace::root().join("fuzz/seeds").join(name);
    for (file, line, hit) in tools.lines(program, name, 0, &seeds)? {
        let who = reached.line(file, line);
        if hit {
            who.by_seeds.insert(name.to_owned());
            who.by_all.insert(name.to_owned());
        }
    }
    let mut more = tools.lines(program, name, COPIES, &seeds)?;
    for found in [fuzz::found(name), fuzz::corpus(name)] {
        if found.is_dir() {
            more.extend(tools.lines(program, name, 0, &found)?);
        }
    }
    for (file, line, _) in more.into_iter().filter(|(_, _, hit)| *hit) {
        reached.line(file, line).by_all.insert(name.to_owned());
    }
    println!("replayed {name}");
    Ok(())
}

impl Reached {
    fn line(&mut self, file: String, line: u32) -> &mut Who {
        self.0.entry(file).or_default().entry(line).or_default()
    }
}
