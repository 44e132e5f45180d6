//! Files that were written once and read by a person: what is written now is the same.

use std::path::{Path, PathBuf};

use mynacard_eligibility::Encoding;

/// Both encodings, and what the files of each end with.
pub(crate) const ENCODINGS: [(Encoding, &str); 2] =
    [(Encoding::Utf8, "utf8"), (Encoding::ShiftJis, "sjis")];

/// A folder of such files, below the tests of the crate that asks.
pub(crate) struct Golden(pub(crate) &'static str);

impl Golden {
    /// One file of it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(self.0)
            .join(name)
    }

    /// The same bytes; with `MYNACARD_BLESS=1` they are written anew.
    #[track_caller]
    pub(crate) fn same(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        if std::env::var_os("MYNACARD_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(&path, bytes).unwrap();
        }
        let expected =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(
            expected == bytes,
            "{name} differs from what is written now:\n{}",
            String::from_utf8_lossy(bytes)
        );
    }
}
