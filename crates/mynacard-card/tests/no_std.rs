//! The crate links without the standard library.

use std::{env, path::Path, process::Command};

#[test]
fn a_static_library_without_std_links() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/no-std/Cargo.toml");
    let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-std"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs the tests, so it can be run");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
}
