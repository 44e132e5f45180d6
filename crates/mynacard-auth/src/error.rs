//! How a check, a terminal or a vault can fail, and what is known about the PIN's tries then.

use std::error::Error as StdError;
use std::fmt;

use crate::{Purpose, ServiceError, ServiceErrorKind};

/// A failure of the flow, with what is known about the PIN.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    tries: PinTries,
    source: Option<Source>,
}

type Source = Box<dyn StdError + Send + Sync>;

/// What is known about the tries of the PIN when something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinTries {
    /// No PIN reached the card: no try was spent.
    Untouched,
    /// No PIN reached the card, and the card said how many tries are left.
    UntouchedWithLeft(u8),
    /// The PIN was right: all tries are there again.
    Accepted,
    /// The PIN was wrong; so many tries are left.
    Left(u8),
    /// The PIN was wrong; the card does not say how many tries are left.
    Spent,
    /// No try is left.
    Blocked,
    /// The outcome is not known: the card may have counted a try. Ask for the counter before anything else.
    Unknown,
}

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The system may not be asked for this purpose.
    PurposeNotPermitted {
        /// The purpose asked for.
        purpose: Purpose,
    },
    /// No purpose has this name.
    UnknownPurpose,
    /// The caller stopped it.
    Cancelled,
    /// The operating system gave no random bytes.
    NoRandomness,
    /// The challenge ended before the card could sign.
    ChallengeExpired,
    /// The service answered another question than ours.
    EchoMismatch {
        /// Which value differs.
        field: &'static str,
    },
    /// The card's signature does not verify under the certificate that it showed.
    SignatureMismatch,
    /// The card's certificate ended, and the desk is set to refuse it.
    CertificateExpired,
    /// The card's certificate is from an authority that we do not know, and the desk is set to refuse it.
    CertificateIssuerUnknown,
    /// Another card lies on the reader than the one read at the tap.
    CardChanged,
    /// The operator's name is empty, too long or holds control characters.
    OperatorName,
    /// The operator's confirmation is for another tap, or none was read.
    ConfirmationForAnotherTap,
    /// The operator's confirmation is too old, or from the future.
    ConfirmationExpired,
    /// This desk may not check faces by eye.
    VisualCheckOff,
    /// The relay asked the card for something that the guard does not let through.
    RelayRefused {
        /// Which rule it broke.
        rule: &'static str,
    },
    /// The relay ended without a grant.
    RelayEnded,
    /// The card refused the relay's command, so that no grant came.
    RelayCard,

    /// The passcode is shorter than eight characters or longer than 1,024 bytes.
    PasscodeLength,
    /// The passcode is not the vault's, or the vault was altered.
    WrongPasscode {
        /// How many attempts are left before the vault locks.
        left: u32,
    },
    /// Too many wrong passcodes: wait.
    VaultWait {
        /// Seconds until the next attempt counts.
        seconds: u64,
    },
    /// Too many wrong passcodes: the vault is locked for good; activate the terminal anew.
    VaultLocked,
    /// The file is not a vault, or not whole.
    VaultMalformed,
    /// The vault asks for key-stretching parameters outside floor and ceiling.
    VaultParameters,
    /// There is a vault already.
    VaultExists,
    /// There is no vault here.
    VaultMissing,
    /// The vault's file cannot be read or written.
    VaultFile,
    /// The vault holds no entry of this name.
    VaultEntry {
        /// The name.
        name: &'static str,
    },
    /// There is not enough memory for the key stretching.
    OutOfMemory,

    /// A field of the ユーザー設定情報 cannot be right.
    Settings {
        /// Which field.
        field: &'static str,
    },
    /// The service certified another key than the terminal's.
    TerminalKeyMismatch,
    /// The stored terminal cannot be read.
    TerminalMalformed,

    /// The card or its transport refused.
    Card(mynacard_card::Error),
    /// The card's certificate is refused.
    Certificate(mynacard_cert::Error),
    /// The service refused or could not be reached.
    Service(ServiceError),
}

/// Every code of this crate's own, with its name. Errors of the card, the certificate and the service carry theirs.
pub const CODES: &[(&str, &str)] = &[
    ("MC-5001", "purpose-not-permitted"),
    ("MC-5002", "purpose-unknown"),
    ("MC-5003", "cancelled"),
    ("MC-5004", "no-randomness"),
    ("MC-5011", "challenge-expired"),
    ("MC-5012", "echo-mismatch"),
    ("MC-5013", "signature-mismatch"),
    ("MC-5014", "certificate-expired"),
    ("MC-5015", "certificate-issuer-unknown"),
    ("MC-5016", "card-changed"),
    ("MC-5021", "operator-name"),
    ("MC-5022", "confirmation-for-another-tap"),
    ("MC-5023", "confirmation-expired"),
    ("MC-5024", "visual-check-off"),
    ("MC-5025", "relay-command-refused"),
    ("MC-5026", "relay-ended"),
    ("MC-5027", "relay-refused-by-card"),
    ("MC-5201", "passcode-length"),
    ("MC-5202", "passcode-wrong"),
    ("MC-5203", "vault-wait"),
    ("MC-5204", "vault-locked"),
    ("MC-5205", "vault-malformed"),
    ("MC-5206", "vault-parameters"),
    ("MC-5207", "vault-exists"),
    ("MC-5208", "vault-missing"),
    ("MC-5209", "vault-file"),
    ("MC-5210", "vault-entry-missing"),
    ("MC-5211", "out-of-memory"),
    ("MC-5301", "user-settings-malformed"),
    ("MC-5302", "terminal-key-mismatch"),
    ("MC-5303", "terminal-malformed"),
];

impl Error {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The code: this crate's, or the lower crate's where that one failed.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.inner.kind.code()
    }

    /// What is known about the PIN.
    #[must_use]
    pub fn pin_tries(&self) -> PinTries {
        self.inner.tries
    }

    pub(crate) fn with_tries(mut self, tries: PinTries) -> Self {
        self.inner.tries = tries;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.inner.source = Some(source.into());
        self
    }
}

impl ErrorKind {
    fn code(&self) -> &'static str {
        match self {
            Self::PurposeNotPermitted { .. } => "MC-5001",
            Self::UnknownPurpose => "MC-5002",
            Self::Cancelled => "MC-5003",
            Self::NoRandomness => "MC-5004",
            Self::ChallengeExpired => "MC-5011",
            Self::EchoMismatch { .. } => "MC-5012",
            Self::SignatureMismatch => "MC-5013",
            Self::CertificateExpired => "MC-5014",
            Self::CertificateIssuerUnknown => "MC-5015",
            Self::CardChanged => "MC-5016",
            Self::OperatorName => "MC-5021",
            Self::ConfirmationForAnotherTap => "MC-5022",
            Self::ConfirmationExpired => "MC-5023",
            Self::VisualCheckOff => "MC-5024",
            Self::RelayRefused { .. } => "MC-5025",
            Self::RelayEnded => "MC-5026",
            Self::RelayCard => "MC-5027",
            Self::PasscodeLength => "MC-5201",
            Self::WrongPasscode { .. } => "MC-5202",
            Self::VaultWait { .. } => "MC-5203",
            Self::VaultLocked => "MC-5204",
            Self::VaultMalformed => "MC-5205",
            Self::VaultParameters => "MC-5206",
            Self::VaultExists => "MC-5207",
            Self::VaultMissing => "MC-5208",
            Self::VaultFile => "MC-5209",
            Self::VaultEntry { .. } => "MC-5210",
            Self::OutOfMemory => "MC-5211",
            Self::Settings { .. } => "MC-5301",
            Self::TerminalKeyMismatch => "MC-5302",
            Self::TerminalMalformed => "MC-5303",
            Self::Card(error) => error.code(),
            Self::Certificate(error) => error.code(),
            Self::Service(error) => error.code(),
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                tries: PinTries::Untouched,
                source: None,
            }),
        }
    }
}

impl From<ServiceError> for Error {
    fn from(error: ServiceError) -> Self {
        match error.kind() {
            ServiceErrorKind::Cancelled => Self::from(ErrorKind::Cancelled).with_source(error),
            _ => ErrorKind::Service(error).into(),
        }
    }
}

impl From<mynacard_card::Error> for Error {
    fn from(error: mynacard_card::Error) -> Self {
        let tries = PinTries::of(&error);
        Self::from(ErrorKind::Card(error)).with_tries(tries)
    }
}

impl From<mynacard_cert::Error> for Error {
    fn from(error: mynacard_cert::Error) -> Self {
        ErrorKind::Certificate(error).into()
    }
}

impl PinTries {
    fn of(error: &mynacard_card::Error) -> Self {
        use mynacard_card::{ErrorKind as Card, PinTry};
        match (error.kind(), error.pin_try()) {
            (
                Card::WrongPin {
                    left: Some(left), ..
                },
                _,
            ) => Self::Left(*left),
            (Card::PinBlocked { .. }, _) => Self::Blocked,
            (Card::OneTryLeft { .. }, _) => Self::UntouchedWithLeft(1),
            (_, PinTry::NotSpent) => Self::Untouched,
            (_, PinTry::Accepted) => Self::Accepted,
            (_, PinTry::Spent) => Self::Spent,
            (_, PinTry::Unknown) => Self::Unknown,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner.kind {
            ErrorKind::PurposeNotPermitted { purpose } => {
                write!(f, "the purpose {purpose} is not permitted")
            }
            ErrorKind::UnknownPurpose => f.write_str("no purpose has this name"),
            ErrorKind::Cancelled => f.write_str("stopped by the caller"),
            ErrorKind::NoRandomness => f.write_str("the operating system gave no random bytes"),
            ErrorKind::ChallengeExpired => {
                f.write_str("the challenge ended before the card signed")
            }
            ErrorKind::EchoMismatch { field } => {
                write!(f, "the service echoed another {field} than ours")
            }
            ErrorKind::SignatureMismatch => {
                f.write_str("the card's signature does not verify under its certificate")
            }
            ErrorKind::CertificateExpired => f.write_str("the card's certificate has ended"),
            ErrorKind::CertificateIssuerUnknown => {
                f.write_str("the card's certificate is from an unknown authority")
            }
            ErrorKind::CardChanged => {
                f.write_str("another card lies on the reader than at the tap")
            }
            ErrorKind::OperatorName => f.write_str("the operator's name cannot be used"),
            ErrorKind::ConfirmationForAnotherTap => {
                f.write_str("the operator's confirmation is for another tap")
            }
            ErrorKind::ConfirmationExpired => f.write_str("the operator's confirmation is too old"),
            ErrorKind::VisualCheckOff => f.write_str("the visual check is not allowed here"),
            ErrorKind::RelayRefused { rule } => {
                write!(f, "a relayed command broke the rule: {rule}")
            }
            ErrorKind::RelayEnded => f.write_str("the relay ended without a grant"),
            ErrorKind::RelayCard => f.write_str("the card refused a relayed command"),
            ErrorKind::PasscodeLength => f.write_str("a passcode has at least 8 characters"),
            ErrorKind::WrongPasscode { left } => {
                write!(f, "the passcode is not the vault's, {left} attempts left")
            }
            ErrorKind::VaultWait { seconds } => {
                write!(f, "wait {seconds} s before the next passcode")
            }
            ErrorKind::VaultLocked => {
                f.write_str("the vault is locked after too many wrong passcodes")
            }
            ErrorKind::VaultMalformed => f.write_str("the file is not a whole vault"),
            ErrorKind::VaultParameters => {
                f.write_str("the vault's parameters are outside their bounds")
            }
            ErrorKind::VaultExists => f.write_str("there is a vault already"),
            ErrorKind::VaultMissing => f.write_str("there is no vault here"),
            ErrorKind::VaultFile => f.write_str("the vault's file cannot be read or written"),
            ErrorKind::VaultEntry { name } => write!(f, "the vault holds no {name}"),
            ErrorKind::OutOfMemory => f.write_str("not enough memory to stretch the passcode"),
            ErrorKind::Settings { field } => {
                write!(f, "the user settings' {field} cannot be right")
            }
            ErrorKind::TerminalKeyMismatch => {
                f.write_str("the service certified another key than ours")
            }
            ErrorKind::TerminalMalformed => f.write_str("the stored terminal cannot be read"),
            ErrorKind::Card(error) => error.fmt(f),
            ErrorKind::Certificate(error) => error.fmt(f),
            ErrorKind::Service(error) => error.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.inner.kind {
            ErrorKind::Card(error) => error.source(),
            ErrorKind::Certificate(error) => error.source(),
            ErrorKind::Service(error) => error.source(),
            _ => self.inner.source.as_deref().map(|source| source as _),
        }
    }
}
