//! Where the workspace is and what cargo says of it.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// `target`, or wherever this machine puts it.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The workspace's packages as cargo sees them, without anything from outside.
pub(crate) fn metadata() -> Result<Metadata, String> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))
}

/// The version that all crates share.
pub(crate) fn version() -> Result<String, String> {
    let metadata = metadata()?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == "mynacard-ffi");
    package
        .map(|package| package.version.to_string())
        .ok_or_else(|| "no package mynacard-ffi".into())
}

/// Every file that is in the repository or could be added to it.
pub(crate) fn files() -> Result<Vec<PathBuf>, String> {
    let (succeeded, text) = crate::run::Program::new("git")
        .args([
            "-c",
            "core.quotePath=false",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .capture()?;
    if !succeeded {
        return Err(format!("git ls-files: {text}"));
    }
    Ok(text.lines().map(PathBuf::from).collect())
}

/// Lets a file be run.
#[cfg(unix)]
pub(crate) fn executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}

/// Elsewhere every file may be.
#[cfg(not(unix))]
pub(crate) fn executable(_file: &Path) -> std::io::Result<()> {
    Ok(())
}
