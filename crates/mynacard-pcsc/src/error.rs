//! What can go wrong between this program and a card reader.

use std::fmt;

/// Code and name of every error this crate can return. Codes are never reused.
pub const CODES: &[(&str, &str)] = &[
    ("MC-2001", "reader-service-unavailable"),
    ("MC-2002", "reader-missing"),
    ("MC-2003", "reader-unknown"),
    ("MC-2004", "reader-several-cards"),
    ("MC-2005", "reader-wait-timeout"),
    ("MC-2006", "reader-wait-cancelled"),
    ("MC-2007", "reader-in-use"),
    ("MC-2008", "reader-no-card"),
    ("MC-2009", "reader-removed"),
    ("MC-2010", "reader-card-unresponsive"),
    ("MC-2011", "reader-silence"),
    ("MC-2012", "reader-pin-pad-missing"),
    ("MC-2013", "reader-pin-pad-refused"),
    ("MC-2014", "reader-failure"),
    ("MC-2015", "reader-no-session"),
];

/// A failure of the reader or of the service behind it; never of the card's contents.
///
/// ```
/// let error = mynacard_pcsc::Error::from(mynacard_pcsc::ErrorKind::WaitTimeout);
/// assert_eq!(error.code(), "MC-2005");
/// ```
pub struct Error {
    kind: ErrorKind,
    source: Option<pcsc::Error>,
}

/// What went wrong, with what a caller can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No smart card service answers: it is not installed, not running, or (Windows) stopped because no reader is attached.
    ServiceUnavailable,
    /// The service runs, and no reader is attached.
    NoReader,
    /// No attached reader carries the name that was asked for.
    UnknownReader {
        /// The name that was asked for.
        wanted: String,
        /// The readers that are attached.
        found: Vec<String>,
    },
    /// Several readers fit and hold a card, so that the caller must choose one by name.
    SeveralCards {
        /// The readers that hold a card.
        readers: Vec<String>,
    },
    /// The time to wait has passed.
    WaitTimeout,
    /// Another thread has ended the wait.
    WaitCancelled,
    /// Another program holds the card, until the deadline for retries.
    InUse {
        /// The reader in question.
        reader: String,
    },
    /// The reader holds no card.
    NoCard {
        /// The reader in question.
        reader: String,
    },
    /// The reader has been unplugged.
    ReaderRemoved {
        /// The reader in question.
        reader: String,
    },
    /// A card is there and does not answer to being powered: badly placed, upside down, or broken.
    CardUnresponsive {
        /// The reader in question.
        reader: String,
    },
    /// More time passed between two commands than some systems allow before they reset the card.
    Silence {
        /// The longest silence allowed, in milliseconds.
        allowed_ms: u64,
    },
    /// The reader has no keypad for PIN entry, or its driver does not offer it.
    NoPinPad,
    /// The keypad refused the entry's description.
    PinPadRefused {
        /// The status word of the reader.
        status: u16,
    },
    /// The service reported a failure without a more useful name.
    Failure,
    /// A command was given before `begin`, or after `end` or a failure that ended the session.
    NoSession,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, source: pcsc::Error) -> Self {
        Self {
            kind,
            source: Some(source),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The stable code, one of [`CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::ServiceUnavailable => "MC-2001",
            ErrorKind::NoReader => "MC-2002",
            ErrorKind::UnknownReader { .. } => "MC-2003",
            ErrorKind::SeveralCards { .. } => "MC-2004",
            ErrorKind::WaitTimeout => "MC-2005",
            ErrorKind::WaitCancelled => "MC-2006",
            ErrorKind::InUse { .. } => "MC-2007",
            ErrorKind::NoCard { .. } => "MC-2008",
            ErrorKind::ReaderRemoved { .. } => "MC-2009",
            ErrorKind::CardUnresponsive { .. } => "MC-2010",
            ErrorKind::Silence { .. } => "MC-2011",
            ErrorKind::NoPinPad => "MC-2012",
            ErrorKind::PinPadRefused { .. } => "MC-2013",
            ErrorKind::Failure => "MC-2014",
            ErrorKind::NoSession => "MC-2015",
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.code())
            .field("kind", &self.kind)
            .field("source", &self.source)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::ServiceUnavailable => f.write_str("the smart card service does not answer"),
            ErrorKind::NoReader => f.write_str("no card reader is attached"),
            ErrorKind::UnknownReader { wanted, found } => {
                write!(
                    f,
                    "no card reader is named \"{wanted}\"; attached: {}",
                    Names(found)
                )
            }
            ErrorKind::SeveralCards { readers } => {
                write!(f, "several card readers hold a card: {}", Names(readers))
            }
            ErrorKind::WaitTimeout => {
                f.write_str("nothing happened at the card reader in the time allowed")
            }
            ErrorKind::WaitCancelled => f.write_str("waiting for a card was cancelled"),
            ErrorKind::InUse { reader } => {
                write!(f, "another program uses the card in \"{reader}\"")
            }
            ErrorKind::NoCard { reader } => write!(f, "no card in \"{reader}\""),
            ErrorKind::ReaderRemoved { reader } => write!(f, "card reader \"{reader}\" is gone"),
            ErrorKind::CardUnresponsive { reader } => {
                write!(f, "the card in \"{reader}\" does not answer")
            }
            ErrorKind::Silence { allowed_ms } => {
                write!(
                    f,
                    "more than {allowed_ms} ms passed between two commands, so the card was powered down"
                )
            }
            ErrorKind::NoPinPad => f.write_str("the card reader has no keypad for a PIN"),
            ErrorKind::PinPadRefused { status } => {
                write!(
                    f,
                    "the card reader's keypad refused the PIN entry with {status:04X}"
                )
            }
            ErrorKind::Failure => f.write_str("the smart card service reported a failure"),
            ErrorKind::NoSession => f.write_str("no session with a card is open"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (index, name) in self.0.iter().enumerate() {
            write!(f, "{}\"{name}\"", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind() -> Vec<ErrorKind> {
        let reader = || "R".to_owned();
        vec![
            ErrorKind::ServiceUnavailable,
            ErrorKind::NoReader,
            ErrorKind::UnknownReader {
                wanted: reader(),
                found: vec![],
            },
            ErrorKind::SeveralCards {
                readers: vec![reader(), "S".to_owned()],
            },
            ErrorKind::WaitTimeout,
            ErrorKind::WaitCancelled,
            ErrorKind::InUse { reader: reader() },
            ErrorKind::NoCard { reader: reader() },
            ErrorKind::ReaderRemoved { reader: reader() },
            ErrorKind::CardUnresponsive { reader: reader() },
            ErrorKind::Silence { allowed_ms: 5000 },
            ErrorKind::NoPinPad,
            ErrorKind::PinPadRefused { status: 0x6B80 },
            ErrorKind::Failure,
            ErrorKind::NoSession,
        ]
    }

    #[test]
    fn each_kind_has_its_own_listed_code() {
        let codes: Vec<_> = every_kind()
            .into_iter()
            .map(|kind| Error::from(kind).code())
            .collect();
        let listed: Vec<_> = CODES.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, listed);
    }

    #[test]
    fn several_cards_are_listed() {
        let error = Error::from(ErrorKind::SeveralCards {
            readers: vec!["A 00".into(), "B 01".into()],
        });
        assert_eq!(
            error.to_string(),
            "several card readers hold a card: \"A 00\", \"B 01\""
        );
    }
}
