//! Keeps what fuzzing found: of the inputs below `target`, some that are short and take edges which no seed takes. They lie in `fuzz/found`, so that the
//! next run starts where this one ended, on any machine, and the ordinary tests replay them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Scratch, all_of, built, corpus, found, seeds, target};
use crate::stage::Checks;
use crate::workspace;

/// Octets of an input that is kept: mostly the small ones say the same.
const INPUT: usize = 2048;

/// Octets of all that is kept for one target, and how many inputs: short ones and longer ones.
const TARGET: usize = 12 * 1024;
const INPUTS: usize = 32;

/// Merges for each target what fuzzing found into `fuzz/found`.
pub(super) fn run(checks: &mut Checks, targets: &[String]) -> Result<(), String> {
    if !built(checks)? {
        return Ok(());
    }
    all_of(checks, targets, |name| {
        let (files, octets) = keep(name).map_err(|error| error.to_string())?;
        println!("{name:<20} {files} inputs, {octets} octets");
        Ok(())
    });
    Ok(())
}

fn keep(name: &str) -> io::Result<(usize, usize)> {
    let merged = workspace::target().join("fuzz/merged").join(name);
    if merged.exists() {
        fs::remove_dir_all(&merged)?;
    }
    fs::create_dir_all(&merged)?;
    // What the seeds take is there already.
    let mut given = BTreeSet::new();
    for seed in files(&seeds(name))? {
        let bytes = fs::read(&seed)?;
        fs::write(merged.join(seed.file_name().unwrap_or_default()), &bytes)?;
        given.insert(bytes);
    }
    let scratch = Scratch::new(name);
    let mut program = target(name, &scratch)
        // As few as take every edge; how often one was taken is no news here.
        .args(["-set_cover_merge=1", "-use_counters=0", "-timeout=60"])
        .arg(format!("-max_len={INPUT}"))
        .arg(&merged);
    let found = found(name);
    for folder in [&found, &corpus(name)] {
        if folder.is_dir() {
            program = program.arg(folder);
        }
    }
    let (succeeded, text) = program.capture().map_err(io::Error::other)?;
    if !succeeded {
        return Err(io::Error::other(text));
    }
    let mut new = Vec::new();
    for path in files(&merged)? {
        let bytes = fs::read(&path)?;
        if bytes.len() <= INPUT && !given.contains(&bytes) {
            new.push((bytes.len(), path));
        }
    }
    new.sort();
    if found.exists() {
        fs::remove_dir_all(&found)?;
    }
    let (mut kept, mut octets) = (0, 0);
    let step = new.len().div_ceil(INPUTS).max(1);
    for (length, path) in new.into_iter().step_by(step) {
        if octets + length > TARGET {
            break;
        }
        fs::create_dir_all(&found)?;
        // A name of its own, as short as it may be: libFuzzer's is the content's hash.
        fs::copy(&path, found.join(format!("{kept:03}")))?;
        (kept, octets) = (kept + 1, octets + length);
    }
    Ok((kept, octets))
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    entries.collect()
}
