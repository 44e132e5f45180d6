//! What can go wrong in a folder; codes MC-65xx of the client's block.

use core::fmt;
use std::error::Error as StdError;

/// Every code this module adds, with its kebab-case name; an unreadable file returns the code of `mynacard-eligibility`.
pub const CODES: &[(&str, &str)] = &[
    ("MC-6501", "folder-unavailable"),
    ("MC-6502", "file-unreadable"),
    ("MC-6503", "file-too-large"),
];

/// A folder or a file in it could not be used.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The folder cannot be listed: the share is away, or the path is wrong.
    FolderUnavailable,
    /// The file cannot be opened or read.
    FileUnreadable,
    /// The file is larger than any answer.
    FileTooLarge {
        /// The most bytes that are read.
        limit: u64,
    },
    /// The file is no answer: malformed, or still incomplete after the patience ran out.
    NotAnAnswer {
        /// The code of `mynacard-eligibility`.
        code: &'static str,
    },
}

impl Error {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::FolderUnavailable => "MC-6501",
            ErrorKind::FileUnreadable => "MC-6502",
            ErrorKind::FileTooLarge { .. } => "MC-6503",
            ErrorKind::NotAnAnswer { code } => code,
        }
    }

    pub(super) fn new(kind: ErrorKind) -> Self {
        Error { kind, source: None }
    }

    pub(super) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl From<mynacard_eligibility::Error> for Error {
    fn from(error: mynacard_eligibility::Error) -> Self {
        Error::new(ErrorKind::NotAnAnswer { code: error.code() }).caused_by(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::FolderUnavailable => f.write_str("the exchange folder is not available"),
            ErrorKind::FileUnreadable => f.write_str("the file could not be read"),
            ErrorKind::FileTooLarge { limit } => write!(f, "the file is larger than {limit} bytes"),
            ErrorKind::NotAnAnswer { .. } => f.write_str("the file is no complete answer"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
