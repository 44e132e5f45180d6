//! Replays inputs through one target: `replay TARGET FILE-OR-FOLDER…`. `cargo xtask coverage` counts the lines that it reaches.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let target = arguments.next().and_then(|name| name.into_string().ok());
    let target = target.ok_or("usage: replay TARGET FILE-OR-FOLDER…")?;
    for argument in arguments {
        for path in inputs(Path::new(&argument))? {
            mynacard_fuzz_targets::run(&target, &fs::read(path)?);
        }
    }
    Ok(())
}

/// A file, or the files of a folder in the order of their names: what is replayed is the same every time.
fn inputs(path: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut all = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    all.sort();
    Ok(all)
}
