//! What can go wrong in a folder; codes MC-65xx of the client's block.

use core::fmt;
use std::error::Error as StdError;

/// Every code this module adds, with its kebab-case name; an unreadable file returns the code of `mynacard-eligibility`.
pub const CODES: &[(&str, &str)] = &[
    ("MC-6501", "folder-unavailable"),
    ("MC-6502", "file-unreadable"),
    ("MC-6503", "file-too-large"),
    ("MC-6504", "zip-refused"),
    ("MC-6505", "zip-password"),
    ("MC-6506", "journal-failed"),
    ("MC-6507", "request-id-refused"),
    ("MC-6508", "already-asked"),
    ("MC-6509", "not-asked"),
    ("MC-6510", "answers-another-request"),
    ("MC-6511", "face-file-already-there"),
    ("MC-6512", "journal-in-use"),
    ("MC-6513", "stopped"),
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
    /// The ZIP is not complete, or holds something else than one answer.
    ZipRefused {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The terminal is set to write AES ZIPs: the setting `zip_password` is missing, or is not the terminal's.
    ZipPassword {
        /// Missing, or wrong.
        missing: bool,
    },
    /// The journal of requests cannot be read or written.
    JournalFailed,
    /// The id has characters that no file name should have, or the answer would be named like a face file.
    IdRefused,
    /// A request with that id was asked before, by this program or another one.
    AlreadyAsked,
    /// No request with that name was asked.
    NotAsked,
    /// The answer repeats another file identifier than the request had.
    AnswersAnotherRequest,
    /// A face file of that name is there already.
    AlreadyThere,
    /// Another program has the journal open: each answer would come twice.
    JournalInUse,
    /// The caller's stop came while the file was being read.
    Stopped,
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
            ErrorKind::ZipRefused { .. } => "MC-6504",
            ErrorKind::ZipPassword { .. } => "MC-6505",
            ErrorKind::JournalFailed => "MC-6506",
            ErrorKind::IdRefused => "MC-6507",
            ErrorKind::AlreadyAsked => "MC-6508",
            ErrorKind::NotAsked => "MC-6509",
            ErrorKind::AnswersAnotherRequest => "MC-6510",
            ErrorKind::AlreadyThere => "MC-6511",
            ErrorKind::JournalInUse => "MC-6512",
            ErrorKind::Stopped => "MC-6513",
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
            ErrorKind::ZipRefused { what } => write!(f, "the ZIP was refused: {what}"),
            ErrorKind::ZipPassword { missing: true } => {
                f.write_str("the setting zip_password is missing")
            }
            ErrorKind::ZipPassword { missing: false } => {
                f.write_str("the setting zip_password is not the terminal's")
            }
            ErrorKind::JournalFailed => f.write_str("the journal of requests failed"),
            ErrorKind::IdRefused => {
                f.write_str("a request id may have 1 to 100 ASCII letters, digits, - and _; that of a query does not begin with face_")
            }
            ErrorKind::AlreadyAsked => f.write_str("a request with that id was asked before"),
            ErrorKind::NotAsked => f.write_str("no such request was asked"),
            ErrorKind::AnswersAnotherRequest => {
                f.write_str("the answer belongs to another request")
            }
            ErrorKind::AlreadyThere => f.write_str("a face file of that name is there already"),
            ErrorKind::JournalInUse => f.write_str("another program has the journal open"),
            ErrorKind::Stopped => f.write_str("reading was stopped"),
            ErrorKind::NotAnAnswer { .. } => f.write_str("the file is no complete answer"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_and_every_listed_code_is_used() {
        let kinds = [
            ErrorKind::FolderUnavailable,
            ErrorKind::FileUnreadable,
            ErrorKind::FileTooLarge { limit: 0 },
            ErrorKind::ZipRefused { what: "" },
            ErrorKind::ZipPassword { missing: true },
            ErrorKind::JournalFailed,
            ErrorKind::IdRefused,
            ErrorKind::AlreadyAsked,
            ErrorKind::NotAsked,
            ErrorKind::AnswersAnotherRequest,
            ErrorKind::AlreadyThere,
            ErrorKind::JournalInUse,
            ErrorKind::Stopped,
        ];
        let codes: Vec<&str> = kinds
            .into_iter()
            .map(|kind| Error::new(kind).code())
            .collect();
        assert_eq!(
            codes,
            CODES.iter().map(|(code, _)| *code).collect::<Vec<_>>()
        );
    }
}
