//! What can go wrong with a card, with stable codes (`MC-1xxx`) and what is known about the PIN try.
//!
//! ```
//! use mynacard_card::{Error, ErrorKind, PinTry};
//!
//! fn next_step(error: &Error) -> &'static str {
//!     match (error.kind(), error.pin_try()) {
//!         (ErrorKind::WrongPin { left: Some(_), .. }, _) => "ask again",
//!         (ErrorKind::PinBlocked { .. }, _) => "check the face instead",
//!         (_, PinTry::Unknown) => "read the counter first",
//!         (_, PinTry::NotSpent) => "start over",
//!         _ => "call support",
//!     }
//! }
//! ```

use core::{error, fmt};

use crate::apdu::StatusWord;
use crate::app::Application;
use crate::pin::{PinKind, PinProblem};
use crate::transport::{Delivery, TransportError, TransportErrorKind};

/// A dialogue that did not reach its end.
///
/// [`kind`](Error::kind) says what happened, [`pin_try`](Error::pin_try) what is known about the PIN try of this
/// dialogue, [`code`](Error::code) is stable for support and programs.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    pin_try: PinTry,
    source: Option<TransportError>,
}

/// What happened. Every kind has its code in [`CODES`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The card has no JPKI application: not a My Number Card.
    NotMyNumberCard {
        /// What it answered to the SELECT.
        status: StatusWord,
    },
    /// A My Number Card without (or with a deactivated) application.
    ApplicationMissing {
        /// The application wanted.
        application: Application,
        /// What the card answered to the SELECT.
        status: StatusWord,
    },
    /// There was no card when the dialogue began.
    NoCard,
    /// The card left, or was reset by somebody else, during the dialogue.
    CardGone {
        /// Removed or reset.
        how: TransportErrorKind,
    },
    /// The PIN was wrong; this cost a try.
    WrongPin {
        /// Which PIN.
        pin: PinKind,
        /// Tries left; `None` when the card does not say.
        left: Option<u8>,
    },
    /// Only one try is left, so the PIN was not sent. The caller can insist with `refuse_at_one: false`.
    OneTryLeft {
        /// Which PIN.
        pin: PinKind,
    },
    /// The PIN is blocked; the municipality's office can reset it.
    PinBlocked {
        /// Which PIN.
        pin: PinKind,
    },
    /// A PIN that no card can have; it never left the library.
    MalformedPin {
        /// Which PIN.
        pin: PinKind,
        /// What is wrong with it.
        problem: PinProblem,
    },
    /// The PIN was sent and what the card made of it is not known: read the counter before anything else.
    PinOutcomeUnknown {
        /// Which PIN.
        pin: PinKind,
        /// An answer that settles nothing; `None` when there was none.
        status: Option<StatusWord>,
    },
    /// The new PIN was sent and whether the card took it is not known: the old or the new one may be right.
    ChangeOutcomeUnknown {
        /// Which PIN.
        pin: PinKind,
        /// An answer that settles nothing; `None` when there was none.
        status: Option<StatusWord>,
    },
    /// Somebody else's verified session is still open on the card.
    ForeignSession {
        /// Whose PIN needs no verification.
        pin: PinKind,
    },
    /// The file opens only after its PIN.
    PinNeeded {
        /// The file.
        file: &'static str,
    },
    /// The card refused a command.
    Refused {
        /// The command's name.
        command: &'static str,
        /// What the card answered.
        status: StatusWord,
    },
    /// A file does not have the form it must have.
    MalformedFile {
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        problem: FileProblem,
    },
    /// An answer that cannot be one to the command.
    MalformedAnswer {
        /// The command's name.
        command: &'static str,
        /// Bytes expected (exactly, or at most).
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// A card kept the dialogue going beyond a bound.
    LimitExceeded {
        /// What was counted.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// The command has no serialised form or is not allowed here.
    NotAllowed {
        /// Why.
        why: &'static str,
    },
    /// A signed record does not hold: its digests or its signature say otherwise.
    NotAuthentic {
        /// The file.
        file: &'static str,
    },
    /// The dialogue had ended already, by an earlier error.
    DialogueOver,
    /// The transport failed otherwise; see the source.
    Transport {
        /// How.
        how: TransportErrorKind,
    },
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// It ended too early.
    #[error("{found} bytes, {expected} expected")]
    Truncated {
        /// Bytes that its header announces.
        expected: usize,
        /// Bytes that came.
        found: usize,
    },
    /// A tag or length that cannot be read.
    #[error("unreadable tag or length at offset {at}")]
    Encoding {
        /// Where.
        at: usize,
    },
    /// Something other than filler (`00` or `FF`) behind the content.
    #[error("neither content nor filler at offset {at}")]
    Trailing {
        /// Where.
        at: usize,
    },
    /// Longer than this kind of file can be.
    #[error("{found} bytes announced, at most {max} allowed")]
    TooLong {
        /// Bytes that its header announces.
        found: usize,
        /// The bound.
        max: usize,
    },
    /// Another object than expected.
    #[error("object {found:X} where {expected:X} is expected")]
    UnexpectedObject {
        /// The tag that must stand here (0: the end).
        expected: u32,
        /// The tag that stands here (0: the end).
        found: u32,
    },
    /// An object whose value breaks its rule.
    #[error("value of object {tag:X} breaks its rule")]
    Value {
        /// The object.
        tag: u32,
    },
}

/// What is known about the PIN try of this dialogue.
///
/// Complete by definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PinTry {
    /// No PIN was sent: no try was spent.
    #[default]
    NotSpent,
    /// A PIN was accepted: its counter is full again.
    Accepted,
    /// A PIN was refused: a try was spent.
    Spent,
    /// A PIN was sent and nobody knows.
    Unknown,
}

/// Every code of this crate with its name.
pub const CODES: &[(&str, &str)] = &[
    ("MC-1001", "not-a-my-number-card"),
    ("MC-1002", "card-gone"),
    ("MC-1003", "wrong-pin"),
    ("MC-1004", "one-try-left"),
    ("MC-1005", "pin-blocked"),
    ("MC-1006", "malformed-pin"),
    ("MC-1007", "pin-outcome-unknown"),
    ("MC-1008", "foreign-session"),
    ("MC-1009", "refused-by-card"),
    ("MC-1010", "malformed-file"),
    ("MC-1011", "limit-exceeded"),
    ("MC-1012", "pin-needed"),
    ("MC-1013", "no-card"),
    ("MC-1014", "reader-gone"),
    ("MC-1015", "card-in-use"),
    ("MC-1016", "card-timeout"),
    ("MC-1017", "cancelled"),
    ("MC-1018", "malformed-answer"),
    ("MC-1019", "unsupported-by-transport"),
    ("MC-1020", "transport-failure"),
    ("MC-1021", "application-missing"),
    ("MC-1022", "dialogue-over"),
    ("MC-1023", "change-outcome-unknown"),
    ("MC-1024", "malformed-trace"),
    ("MC-1025", "command-not-allowed"),
    ("MC-1026", "record-not-authentic"),
    ("MC-1027", "wrong-number-b"),
    ("MC-1028", "number-b-blocked"),
    ("MC-1029", "one-try-left-for-number-b"),
];

impl Error {
    pub(crate) const fn new(kind: ErrorKind, pin_try: PinTry) -> Self {
        Error {
            kind,
            pin_try,
            source: None,
        }
    }

    /// An error before anything was sent.
    pub(crate) const fn early(kind: ErrorKind) -> Self {
        Error::new(kind, PinTry::NotSpent)
    }

    pub(crate) fn with_source(mut self, source: TransportError) -> Self {
        self.source = Some(source);
        self
    }

    /// A transport's error during anything but a VERIFY.
    pub(crate) fn transport(source: TransportError, pin_try: PinTry) -> Self {
        let kind = match source.kind() {
            TransportErrorKind::NoCard => ErrorKind::NoCard,
            how @ (TransportErrorKind::CardRemoved | TransportErrorKind::CardReset) => {
                ErrorKind::CardGone { how }
            }
            how => ErrorKind::Transport { how },
        };
        Error::new(kind, pin_try).with_source(source)
    }

    /// What happened.
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// What is known about the PIN try of this dialogue.
    pub const fn pin_try(&self) -> PinTry {
        self.pin_try
    }

    /// Whether the card can have seen the command that failed; `None` when the transport did its part.
    pub fn delivery(&self) -> Option<Delivery> {
        self.source.as_ref().map(TransportError::delivery)
    }

    /// The stable code, for example `MC-1003`.
    pub const fn code(&self) -> &'static str {
        match &self.kind {
            ErrorKind::NotMyNumberCard { .. } => "MC-1001",
            ErrorKind::CardGone { .. } => "MC-1002",
            ErrorKind::WrongPin { pin, .. } if pin.is_printed() => "MC-1027",
            ErrorKind::OneTryLeft { pin } if pin.is_printed() => "MC-1029",
            ErrorKind::PinBlocked { pin } if pin.is_printed() => "MC-1028",
            ErrorKind::WrongPin { .. } => "MC-1003",
            ErrorKind::OneTryLeft { .. } => "MC-1004",
            ErrorKind::PinBlocked { .. } => "MC-1005",
            ErrorKind::MalformedPin { .. } => "MC-1006",
            ErrorKind::PinOutcomeUnknown { .. } => "MC-1007",
            ErrorKind::ForeignSession { .. } => "MC-1008",
            ErrorKind::Refused { .. } => "MC-1009",
            ErrorKind::MalformedFile { .. } => "MC-1010",
            ErrorKind::LimitExceeded { .. } => "MC-1011",
            ErrorKind::PinNeeded { .. } => "MC-1012",
            ErrorKind::NoCard => "MC-1013",
            ErrorKind::MalformedAnswer { .. } => "MC-1018",
            ErrorKind::ApplicationMissing { .. } => "MC-1021",
            ErrorKind::DialogueOver => "MC-1022",
            ErrorKind::ChangeOutcomeUnknown { .. } => "MC-1023",
            ErrorKind::NotAllowed { .. } => "MC-1025",
            ErrorKind::NotAuthentic { .. } => "MC-1026",
            ErrorKind::Transport { how } => match how {
                TransportErrorKind::NoCard => "MC-1013",
                TransportErrorKind::CardRemoved | TransportErrorKind::CardReset => "MC-1002",
                TransportErrorKind::ReaderRemoved | TransportErrorKind::ServiceStopped => "MC-1014",
                TransportErrorKind::Sharing => "MC-1015",
                TransportErrorKind::Timeout => "MC-1016",
                TransportErrorKind::Cancelled => "MC-1017",
                TransportErrorKind::MalformedResponse => "MC-1018",
                TransportErrorKind::TooLong | TransportErrorKind::Unsupported => "MC-1019",
                TransportErrorKind::Other => "MC-1020",
            },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::NotMyNumberCard { status } => {
                write!(f, "not a My Number Card: SELECT answered {status}")
            }
            ErrorKind::ApplicationMissing {
                application,
                status,
            } => {
                write!(f, "no {application} on the card: SELECT answered {status}")
            }
            ErrorKind::NoCard => f.write_str("no card on the reader"),
            ErrorKind::CardGone {
                how: TransportErrorKind::CardReset,
            } => f.write_str("card reset during the dialogue"),
            ErrorKind::CardGone { .. } => f.write_str("card removed during the dialogue"),
            ErrorKind::WrongPin {
                pin,
                left: Some(left),
            } => write!(f, "wrong {pin}, {left} tries left"),
            ErrorKind::WrongPin { pin, left: None } => write!(f, "wrong {pin}, tries left unknown"),
            ErrorKind::OneTryLeft { pin } => write!(f, "one try left for the {pin}, not sent"),
            ErrorKind::PinBlocked { pin } => write!(f, "{pin} blocked"),
            ErrorKind::MalformedPin { pin, problem } => write!(f, "malformed {pin}: {problem}"),
            ErrorKind::PinOutcomeUnknown { pin, status: None } => {
                write!(f, "answer to the {pin} lost, outcome unknown")
            }
            ErrorKind::PinOutcomeUnknown {
                pin,
                status: Some(status),
            } => {
                write!(f, "outcome of the {pin} unknown: VERIFY answered {status}")
            }
            ErrorKind::ChangeOutcomeUnknown { pin, status: None } => {
                write!(f, "answer to the change of the {pin} lost, outcome unknown")
            }
            ErrorKind::ChangeOutcomeUnknown {
                pin,
                status: Some(status),
            } => {
                write!(
                    f,
                    "outcome of the change of the {pin} unknown: card answered {status}"
                )
            }
            ErrorKind::ForeignSession { pin } => {
                write!(f, "somebody else's session is open on the card ({pin})")
            }
            ErrorKind::PinNeeded { file } => write!(f, "{file} opens only after a PIN"),
            ErrorKind::Refused { command, status } => write!(f, "{command} refused: {status}"),
            ErrorKind::MalformedFile { file, problem } => write!(f, "malformed {file}: {problem}"),
            ErrorKind::MalformedAnswer {
                command,
                expected,
                found,
            } => {
                write!(
                    f,
                    "malformed answer to {command}: {found} bytes, {expected} expected"
                )
            }
            ErrorKind::LimitExceeded { what, limit } => write!(f, "more than {limit} {what}"),
            ErrorKind::NotAllowed { why } => f.write_str(why),
            ErrorKind::NotAuthentic { file } => write!(f, "signature of the {file} does not hold"),
            ErrorKind::DialogueOver => f.write_str("dialogue already ended by an earlier error"),
            ErrorKind::Transport { .. } => f.write_str("exchange with the card failed"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn error::Error + 'static))
    }
}
