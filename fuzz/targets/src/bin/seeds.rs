//! Writes the seeds anew: `cargo xtask seeds`. With `--new-vault`, the salted vaults too.

use std::fs;
use std::path::Path;

use mynacard_fuzz_targets::seeds;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds");
    // All of them first: what cannot be made anew stays as it was.
    let all = seeds::all();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (target, name, bytes) in all {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
    }
    if std::env::args().any(|argument| argument == "--new-vault") {
        fs::write(folder.join("vault/empty"), seeds::new_vault()?)?;
        fs::write(
            folder.join("vault_passcode/empty"),
            seeds::new_vault_with_passcode()?,
        )?;
    }
    Ok(())
}
