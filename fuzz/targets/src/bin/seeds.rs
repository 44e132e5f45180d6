//! Writes the seeds anew: `cargo xtask seeds`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (target, name, bytes) in mynacard_fuzz_targets::seeds::all() {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
