//! Searches files, and the files of folders, for what nobody may read in a log; ends with success only when nothing was found.
#![allow(clippy::print_stdout)] // A program that reports.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mynacard_chain::secrets::Search;

/// The most that is shown; one leak may be in every line.
const MOST_SHOWN: usize = 50;

fn main() -> ExitCode {
    let search = Search::new();
    let (mut bytes, mut files, mut found) = (0, 0, Vec::new());
    for path in std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .flat_map(|path| inside(&path))
    {
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
        "{} spellings looked for in {files} files, {bytes} bytes: {} found",
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

fn inside(path: &Path) -> Vec<PathBuf> {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![path.to_owned()],
    }
}
