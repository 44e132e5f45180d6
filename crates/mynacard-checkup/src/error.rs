//! What can go wrong with a list or a ticket; codes MC-7xxx.

use core::fmt;
use std::error::Error as StdError;

/// Every code of this crate, with its kebab-case name.
pub const CODES: &[(&str, &str)] = &[
    ("MC-7001", "list-too-large"),
    ("MC-7002", "list-encoding"),
    ("MC-7003", "list-malformed"),
    ("MC-7004", "list-heading-missing"),
    ("MC-7005", "workbook-refused"),
];

/// A list could not be read.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Larger than any list.
    TooLarge {
        /// Which part.
        what: &'static str,
        /// The most that is read.
        limit: u64,
    },
    /// Neither UTF-8 nor CP932.
    Encoding,
    /// Not the format it should be.
    Malformed {
        /// The row, from one, where known.
        row: Option<u64>,
    },
    /// No row has the headings of the list.
    HeadingMissing {
        /// The heading that was looked for.
        heading: &'static str,
    },
    /// The workbook cannot be read.
    WorkbookRefused,
}

impl Error {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The stable code, one of [`CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::TooLarge { .. } => "MC-7001",
            ErrorKind::Encoding => "MC-7002",
            ErrorKind::Malformed { .. } => "MC-7003",
            ErrorKind::HeadingMissing { .. } => "MC-7004",
            ErrorKind::WorkbookRefused => "MC-7005",
        }
    }

    pub(crate) fn new(kind: ErrorKind) -> Self {
        Error { kind, source: None }
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::TooLarge { what, limit } => write!(f, "{what} more than {limit}"),
            ErrorKind::Encoding => f.write_str("the list is neither UTF-8 nor Shift_JIS"),
            ErrorKind::Malformed { row: Some(row) } => write!(f, "malformed list at row {row}"),
            ErrorKind::Malformed { row: None } => f.write_str("malformed list"),
            ErrorKind::HeadingMissing { heading } => write!(f, "no row has the heading {heading}"),
            ErrorKind::WorkbookRefused => f.write_str("the workbook cannot be read"),
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
            ErrorKind::TooLarge { what: "", limit: 0 },
            ErrorKind::Encoding,
            ErrorKind::Malformed { row: None },
            ErrorKind::HeadingMissing { heading: "" },
            ErrorKind::WorkbookRefused,
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
