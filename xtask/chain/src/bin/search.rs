//! Searches files, and the files of folders, for what nobody may read in a log; ends with success only when nothing was found.
//!
//! `search MADE FILE…`: the first is a folder of files with one secret a line, in hexadecimal, that programs made or were given.
#![allow(clippy::print_stdout)] // A program that reports.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mynacard_chain::secrets::Search;

/// The most that is shown; one leak may be in every line.
const MOST_SHOWN: usize = 50;

fn main() -> ExitCode {
    let mut told = std::env::args_os().skip(1).map(PathBuf::from);
    let made = match made(&told.next().unwrap_or_default()) {
        Ok(made) => made,
        Err(why) => {
            println!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let search = Search::with(&made);
    let (mut bytes, mut files, mut found) = (0, 0, Vec::new());
    for path in told.flat_map(|path| inside(&path)) {
        match std::fs::read(&path) {
            Ok(text) => {
                files += 1;
                bytes += text.len();
                found.extend(search.in_text(&text));
            }
            Err(error) => found.push(format!("{}: {error}", path.display())),
        }
    }
    found.sort();
    found.dedup();
    println!(
        "{} made secrets, {} spellings looked for in {files} files, {bytes} bytes: {} found",
        made.len(),
        search.len(),
        found.len()
    );
    for line in found.iter().take(MOST_SHOWN) {
        println!("{line}");
    }
    match found.is_empty() && bytes > 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The secrets in the files of a folder.
fn made(folder: &Path) -> Result<BTreeSet<Vec<u8>>, String> {
    let mut all = BTreeSet::new();
    for path in inside(folder) {
        let wrong = |why: &str| format!("{}: {why}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(&error.to_string()))?;
        for line in text.lines() {
            all.insert(bytes(line).ok_or_else(|| wrong("a line that is no hexadecimal"))?);
        }
    }
    Ok(all)
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| line.get(at..at + 2);
    (0..line.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(digits(at)?, 16).ok())
        .collect()
}

fn inside(path: &Path) -> Vec<PathBuf> {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![path.to_owned()],
    }
}
