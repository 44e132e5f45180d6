//! Replays inputs through one target, and damaged copies of them: `replay TARGET COPIES FILE-OR-FOLDER…`. `cargo xtask coverage` counts the lines
//! that it reaches.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let target = arguments.next().and_then(|name| name.into_string().ok());
    let usage = "usage: replay TARGET COPIES FILE-OR-FOLDER…";
    let target = target.ok_or(usage)?;
    let copies = arguments.next().and_then(|count| count.into_string().ok());
    let copies: u32 = copies.and_then(|count| count.parse().ok()).ok_or(usage)?;
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    for argument in arguments {
        for path in inputs(Path::new(&argument))? {
            let input = fs::read(path)?;
            mynacard_fuzz_targets::run(&target, &input);
            for round in 0..copies {
                let copy = mynacard_fuzz_targets::damaged(&input, round, &mut random);
                mynacard_fuzz_targets::run(&target, &copy);
            }
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
