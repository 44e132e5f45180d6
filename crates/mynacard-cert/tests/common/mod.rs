//! What several test files share.
#![allow(
    dead_code,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)] // each file uses its part

pub(crate) mod der;
pub(crate) mod forge;
pub(crate) mod openssl;
pub(crate) mod revoke;

use std::path::{Path, PathBuf};

/// The folder of test vectors, or `None` with a word about it.
#[track_caller]
pub(crate) fn vectors() -> Option<PathBuf> {
    match std::env::var_os("MYNACARD_VECTORS") {
        Some(folder) => Some(folder.into()),
        None => {
            assert!(!in_ci(), "MYNACARD_VECTORS is not set");
            eprintln!("skipped: MYNACARD_VECTORS does not name the folder of test vectors");
            None
        }
    }
}

/// Whether this is CI's run, where nothing may be left out.
pub(crate) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// One test vector.
pub(crate) fn vector(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
