//! Why the stand-in could not start or keep its records. What it tells *clients* is a
//! [`Code`](crate::Code), never this.

use std::fmt;

/// An error of the process that runs the stand-in.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The address could not be listened on.
    Listen,
    /// The runtime or its thread could not be started.
    Runtime,
    /// The database could not be opened, read or written.
    Database,
    /// A key or certificate could not be made or read back; the field says which.
    Certificate(&'static str),
    /// The operating system gave no random bytes.
    Random,
    /// The checked-in data about people does not have its expected form; the field says where.
    Data(String),
    /// An institution was described in a way that the register refuses; the field says why.
    Institution(&'static str),
    /// The folder of the exchange with receipt computers could not be made.
    Folder,
    /// There is nobody of this id, or the card is not registered as an insurance card.
    Person(String),
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn with_source(
        kind: ErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::Listen => f.write_str("cannot listen on the sandbox's address"),
            ErrorKind::Runtime => f.write_str("cannot start the sandbox's runtime"),
            ErrorKind::Database => f.write_str("the sandbox's database failed"),
            ErrorKind::Certificate(what) => write!(f, "cannot make or read the {what}"),
            ErrorKind::Random => f.write_str("the operating system gave no random bytes"),
            ErrorKind::Data(place) => write!(f, "malformed data about people: {place}"),
            ErrorKind::Institution(why) => write!(f, "institution refused: {why}"),
            ErrorKind::Folder => f.write_str("cannot make the folders of the exchange"),
            ErrorKind::Person(id) => write!(f, "nobody with a registered card is called {id:?}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|e| e as &(dyn std::error::Error + 'static))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        Self::with_source(ErrorKind::Database, source)
    }
}
