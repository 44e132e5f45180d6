//! How a check, a terminal or a vault can fail, and what is known about the PIN's tries then.

use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use crate::home::{Care, ConsentKind};
use crate::{Cancel, CheckedAnswer, Purpose, ServiceError, ServiceErrorKind, Undelivered};

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
    undelivered: Option<Undelivered>,
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

macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident $({ $(#[$field_doc:meta])+ $field:ident: $type:ty })?
        = $code:literal, $slug:literal, $phrase:literal;)+) => {
        /// What went wrong.
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])+ $name $({ $(#[$field_doc])+ $field: $type })?,)+
            /// The card or its transport refused.
            Card(mynacard_card::Error),
            /// The card's certificate is refused.
            Certificate(mynacard_cert::Error),
            /// The service refused or could not be reached.
            Service(ServiceError),
        }

        /// Every code of this crate's own, with its name. Errors of the card, the certificate and the service carry theirs.
        pub const CODES: &[(&str, &str)] = &[$(($code, $slug),)+];

        impl ErrorKind {
            fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)+
                    Self::Card(error) => error.code(),
                    Self::Certificate(error) => error.code(),
                    Self::Service(error) => error.code(),
                }
            }
        }

        impl fmt::Display for ErrorKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name $({ $field })? => write!(f, $phrase),)+
                    Self::Card(error) => error.fmt(f),
                    Self::Certificate(error) => error.fmt(f),
                    Self::Service(error) => error.fmt(f),
                }
            }
        }
    };
}

kinds! {
    /// The system may not be asked for this purpose.
    PurposeNotPermitted {
        /// The purpose asked for.
        purpose: Purpose
    } = "MC-5001", "purpose-not-permitted", "the purpose {purpose} is not permitted";
    /// No purpose has this name.
    UnknownPurpose = "MC-5002", "purpose-unknown", "no purpose has this name";
    /// The caller stopped it.
    Cancelled = "MC-5003", "cancelled", "stopped by the caller";
    /// The operating system gave no random bytes.
    NoRandomness = "MC-5004", "no-randomness", "the operating system gave no random bytes";

    /// The challenge ended before the card could sign.
    ChallengeExpired = "MC-5011", "challenge-ended", "the challenge ended before the card signed";
    /// The service answered another question than ours.
    EchoMismatch {
        /// Which value differs.
        field: &'static str
    } = "MC-5012", "echo-mismatch", "the service echoed another {field} than ours";
    /// The card's signature does not verify under the certificate that it showed.
    SignatureMismatch = "MC-5013", "signature-mismatch", "the card's signature does not verify under its certificate";
    /// The card's certificate ended, and the desk is set to refuse it.
    CertificateExpired = "MC-5014", "certificate-ended", "the card's certificate has ended";
    /// The card's certificate is from an authority that we do not know, and the desk is set to refuse it.
    CertificateIssuerUnknown = "MC-5015", "certificate-authority-unknown", "the card's certificate is from an unknown authority";
    /// Another card lies on the reader than the one read at the tap.
    CardChanged = "MC-5016", "card-changed", "another card lies on the reader than at the tap";

    /// The answer did not come while the challenge lived: only another tap helps. Whether a check happened is not known.
    ProofExpired = "MC-5017", "proof-expired", "the signed proof ended before the service answered";

    /// This computer's clock is off by so much that the check fails for it.
    ClockOff {
        /// Seconds; positive when this computer is ahead of the service.
        seconds: i64
    } = "MC-5018", "clock-off", "this computer's clock is {seconds} s off";

    /// The whole check took longer than the desk waits. A proof that was signed is in the error.
    TooSlow = "MC-5019", "check-too-slow", "the whole check took longer than the desk waits";

    /// The operator's name is empty, too long or holds control characters.
    OperatorName = "MC-5021", "operator-name", "the operator's name cannot be used";
    /// The operator's confirmation is for another tap, or none was read.
    ConfirmationForAnotherTap = "MC-5022", "confirmation-for-another-tap", "the operator's confirmation is for another tap";
    /// The operator's confirmation is too old, or from the future.
    ConfirmationExpired = "MC-5023", "confirmation-expired", "the operator's confirmation is too old";
    /// This desk may not check faces by eye.
    VisualCheckOff = "MC-5024", "visual-check-off", "the visual check is not allowed here";
    /// The relay asked the card for something that the guard does not let through.
    RelayRefused {
        /// Which rule it broke.
        rule: &'static str
    } = "MC-5025", "relay-command-refused", "a relayed command broke a rule: {rule}";
    /// The relay ended without a grant, or before the card accepted the proof.
    RelayEnded = "MC-5026", "relay-ended", "the relay ended without a grant";

    /// The card carries no photo (an infant's): the visual check is not possible.
    NoPhoto = "MC-5027", "no-photo", "the card carries no photo";
    /// The institution of this terminal may not check faces by eye, so that it cannot be switched on.
    VisualCheckNotAllowed = "MC-5028", "visual-check-not-allowed", "the institution may not use the visual check";

    /// The passcode is shorter than eight characters or longer than 1,024 bytes.
    PasscodeLength = "MC-5201", "passcode-length", "a passcode has at least 8 characters";
    /// The passcode is not the vault's, or the vault was altered.
    WrongPasscode {
        /// How many attempts are left before the vault locks.
        left: u32
    } = "MC-5202", "passcode-wrong", "the passcode is not the vault's, {left} attempts left";
    /// Too many wrong passcodes: wait.
    VaultWait {
        /// Seconds until the next attempt counts.
        seconds: u64
    } = "MC-5203", "vault-wait", "wait {seconds} s before the next passcode";
    /// Too many wrong passcodes: the vault is locked for good; activate the terminal anew.
    VaultLocked = "MC-5204", "vault-locked", "the vault is locked after too many wrong passcodes";
    /// The file is not a vault, or not whole.
    VaultMalformed = "MC-5205", "vault-malformed", "the file is not a whole vault";
    /// The vault asks for key-stretching parameters outside floor and ceiling, or opens another way.
    VaultParameters = "MC-5206", "vault-parameters", "the vault's parameters are outside their bounds";
    /// There is a vault already.
    VaultExists = "MC-5207", "vault-exists", "there is a vault already";
    /// There is no vault here.
    VaultMissing = "MC-5208", "vault-missing", "there is no vault here";
    /// The vault's file cannot be read or written.
    VaultFile = "MC-5209", "vault-file", "the vault's file cannot be read or written";
    /// The vault holds no entry of this name.
    VaultEntry {
        /// The name.
        name: &'static str
    } = "MC-5210", "vault-entry-missing", "the vault holds no {name}";
    /// There is not enough memory for the key stretching.
    OutOfMemory = "MC-5211", "out-of-memory", "not enough memory to stretch the passcode";

    /// A field of the ユーザー設定情報 cannot be right.
    Settings {
        /// Which field.
        field: &'static str
    } = "MC-5301", "user-settings-malformed", "the user settings' {field} cannot be right";
    /// The service certified another key than the terminal's.
    TerminalKeyMismatch = "MC-5302", "terminal-key-mismatch", "the service certified another key than ours";
    /// The stored terminal cannot be read.
    TerminalMalformed = "MC-5303", "terminal-malformed", "the stored terminal cannot be read";

    /// The service renewed another terminal than the one that asked.
    TerminalRenamed = "MC-5304", "terminal-renamed", "the service renewed another terminal";

    /// The audit trail could not be kept.
    Audit = "MC-5401", "audit-failed", "the audit trail could not be kept";
    /// The head of the audit trail, kept apart from its files, is missing or was altered.
    AuditHead = "MC-5402", "audit-head", "the audit trail's head is missing or was altered";

    /// A patient reference (照会番号) is empty, longer than 50 characters or holds control characters.
    Reference = "MC-5501", "reference-malformed", "the patient reference cannot be used";
    /// No kind of information is named, one twice, or one that is unknown.
    ConsentKinds = "MC-5502", "consent-kinds", "the kinds of information cannot be used";
    /// Only patients of 訪問診療等 can be queried again without their card.
    RequeryNotVisiting {
        /// The kind of care instead.
        care: Care
    } = "MC-5503", "requery-not-visiting", "no requery without the card in {care} care";
    /// The patient did not agree to this when the card signed.
    ConsentNotGiven {
        /// Which information.
        kind: ConsentKind
    } = "MC-5504", "consent-not-given", "the patient did not agree to {kind} with the card";
    /// The check was made for another purpose than this kind of care needs.
    CareNeedsPurpose {
        /// The kind of care.
        care: Care
    } = "MC-5505", "care-needs-purpose", "a check for another purpose cannot begin {care} care";
    /// The check brought no insurance, so that there is nothing to consent to.
    ConsentWithoutInsurance = "MC-5506", "consent-without-insurance", "the check brought no insurance";
    /// The day of the visit is before the day of the check.
    VisitInPast = "MC-5507", "visit-in-past", "the day of the visit is in the past";
    /// A period ends before it begins.
    PeriodReversed = "MC-5508", "period-reversed", "the period ends before it begins";
    /// A reception number is not twenty digits.
    ReceptionNumber = "MC-5509", "reception-number-malformed", "the reception number is not twenty digits";
    /// The kind of care is not one of the interface's.
    UnknownCare = "MC-5510", "care-unknown", "no kind of care has this name";
}

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

    /// The proof whose answer did not come, if the card had signed and the service may still answer.
    #[must_use]
    pub fn undelivered(&self) -> Option<&Undelivered> {
        self.inner.undelivered.as_ref()
    }

    /// The same by value, to be delivered again.
    #[must_use]
    pub fn into_undelivered(self) -> Option<Undelivered> {
        self.inner.undelivered
    }

    /// Delivers that proof once more, as [`Undelivered::deliver`]; an error that holds none comes back as it is.
    ///
    /// # Errors
    ///
    /// As [`Undelivered::deliver`], or `self`.
    pub fn deliver_again(mut self, now: SystemTime, stop: &Cancel) -> Result<CheckedAnswer, Self> {
        match self.inner.undelivered.take() {
            Some(proof) => proof.deliver(now, stop),
            None => Err(self),
        }
    }

    /// The same error of another kind, with what is known of the PIN, the proof in hand, and this one as its source.
    pub(crate) fn renamed(mut self, kind: ErrorKind) -> Self {
        let (tries, undelivered) = (self.inner.tries, self.inner.undelivered.take());
        let mut renamed = Self::from(kind).with_tries(tries).with_source(self);
        renamed.inner.undelivered = undelivered;
        renamed
    }

    pub(crate) fn with_undelivered(mut self, proof: Undelivered) -> Self {
        self.inner.undelivered = Some(proof);
        self
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

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                tries: PinTries::Untouched,
                source: None,
                undelivered: None,
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
        self.inner.kind.fmt(f)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_and_of_this_crates_block() {
        let codes: BTreeSet<_> = CODES.iter().map(|(code, _)| *code).collect();
        let names: BTreeSet<_> = CODES.iter().map(|(_, name)| *name).collect();
        assert_eq!((codes.len(), names.len()), (CODES.len(), CODES.len()));
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 7 && code.starts_with("MC-5"))
        );
    }

    #[test]
    fn lower_errors_keep_their_codes_and_their_sources() {
        let card = mynacard_card::Pin::new(b"12")
            .err()
            .expect("two digits are no PIN");
        let error = Error::from(card);
        assert_eq!(
            (error.code(), error.pin_tries()),
            ("MC-1006", PinTries::Untouched)
        );
        let cause = std::io::Error::other("cause");
        let service = ServiceError::new(ServiceErrorKind::Timeout).with_source(cause);
        let error = Error::from(service);
        assert_eq!(error.code(), "MC-6002");
        assert_eq!(
            error.source().map(ToString::to_string).as_deref(),
            Some("cause")
        );
    }
}
