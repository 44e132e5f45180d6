//! How a service can fail, one kind and one code each.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// A service's refusal, or what stood between us and it.
///
/// The text that the service sent along is kept in [`Reply`], apart: it is another party's and never part of `Display`.
#[derive(Debug)]
pub struct ServiceError {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ServiceErrorKind,
    reply: Option<Reply>,
    source: Option<Source>,
}

type Source = Box<dyn StdError + Send + Sync>;

/// What the service sent with its refusal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The service's own code, for example `REF-2001`.
    pub code: String,
    /// Its sentence in Japanese.
    pub message_ja: String,
    /// Its sentence in English.
    pub message_en: String,
    /// Which field it did not like.
    pub field: Option<String>,
    /// How long it asks us to wait.
    pub retry_after: Option<Duration>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $slug:literal, $phrase:literal $(, $reference:literal)?;)+) => {
        /// What went wrong with a service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ServiceErrorKind {
            $($(#[$doc])+ $name,)+
        }

        impl ServiceErrorKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its code in the block MC-6xxx.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            const fn phrase(self) -> &'static str {
                match self { $(Self::$name => $phrase,)+ }
            }

            /// The kind that the sandbox's code stands for; [`Self::OtherRefusal`] for a code that we do not know.
            #[must_use]
            pub fn from_reference(code: &str) -> Self {
                match code {
                    $($($reference => Self::$name,)?)+
                    _ => Self::OtherRefusal,
                }
            }
        }

        /// Every code that a service error can carry, with its name. MC-65xx and above belong to the folder exchange.
        pub const CODES: &[(&str, &str)] = &[$(($code, $slug),)+];
    };
}

kinds! {
    /// Nobody answers: service or line down. No check was asked for, no activation code spent.
    Unreachable = "MC-6001", "service-unreachable", "the service cannot be reached";
    /// No answer within the time allowed, to a question that changes nothing at the service.
    Timeout = "MC-6002", "service-timeout", "the service did not answer in time";
    /// The caller stopped it.
    Cancelled = "MC-6003", "service-cancelled", "stopped by the caller";
    /// The server's certificate is not from the configured authority, or not for this host.
    UntrustedServer = "MC-6004", "server-untrusted", "the server's certificate is not trusted";
    /// TLS failed in another way, for example no common version.
    Tls = "MC-6005", "tls-failed", "no secure connection could be made";
    /// The server refused our terminal certificate in the handshake.
    TerminalRefused = "MC-6006", "terminal-certificate-refused", "the server refused the terminal's certificate";
    /// The answer is not what the protocol says.
    MalformedAnswer = "MC-6007", "answer-malformed", "the service's answer is malformed";
    /// The answer is longer than allowed.
    TooLarge = "MC-6008", "answer-too-large", "the service's answer is too large";
    /// Somebody else answers under this address, or another environment.
    WrongService = "MC-6009", "wrong-service", "another service or environment answered";
    /// An address, key or setting cannot be used.
    Configuration = "MC-6010", "service-configuration", "the service's configuration cannot be used";
    /// This call needs an activated terminal.
    NoTerminal = "MC-6011", "no-terminal", "the call needs an activated terminal";
    /// The service's answer held an insurance message that cannot be read.
    UnreadableMessage = "MC-6012", "message-unreadable", "the insurance message cannot be read";
    /// The request for a check or an activation was sent and its answer did not come: the service may have done it.
    AnswerLost = "MC-6013", "answer-lost", "the request was sent, but the answer did not come";
    /// By this computer's clock the server's certificate is not valid yet, or no longer: most often the clock is wrong.
    ServerNotValidNow = "MC-6014", "server-not-valid-now", "by this computer's clock the server's certificate is not valid";
    /// Not asked: the service stayed silent several times, and the next try is in [`Reply::retry_after`].
    Suspended = "MC-6015", "service-suspended", "not asked, after several calls without an answer";
    /// The service does not know this terminal.
    UnknownTerminal = "MC-6101", "terminal-unknown", "the service does not know this terminal", "REF-1001";
    /// The activation code was used or has expired.
    ActivationCode = "MC-6102", "activation-code-used", "the activation code was used or has expired", "REF-1002";
    /// No more terminals for this institution.
    TerminalLimit = "MC-6103", "terminal-limit", "the institution has all its terminals", "REF-1003";
    /// The terminal belongs to another institution.
    FacilityMismatch = "MC-6104", "facility-mismatch", "the terminal belongs to another institution", "REF-1004";
    /// This institution may not check faces by eye.
    VisualNotAllowed = "MC-6105", "visual-check-refused", "this institution may not use the visual check", "REF-1005";
    /// The service does not serve this purpose.
    PurposeRefused = "MC-6106", "purpose-refused", "the service does not serve this purpose", "REF-1006";
    /// The challenge is not known or was already spent.
    ChallengeSpent = "MC-6121", "challenge-spent", "the challenge is unknown or was already used", "REF-2001";
    /// The challenge expired.
    ChallengeExpired = "MC-6122", "challenge-expired", "the challenge has expired", "REF-2002";
    /// The service does not accept the signature.
    SignatureInvalid = "MC-6123", "signature-refused", "the service does not accept the signature", "REF-2003";
    /// The certificate is of the wrong kind.
    WrongCertificate = "MC-6124", "certificate-kind-refused", "the service does not accept this kind of certificate", "REF-2004";
    /// The certificate ended too long ago.
    CertificateExpired = "MC-6125", "certificate-expired", "the certificate ended too long ago", "REF-2005";
    /// The certificate was revoked.
    CertificateRevoked = "MC-6126", "certificate-revoked", "the certificate was revoked", "REF-2006";
    /// Whether the certificate was revoked cannot be told now.
    RevocationUnknown = "MC-6127", "revocation-unknown", "the certificate's revocation status is not available", "REF-2007";
    /// The patient gave no consent.
    ConsentAbsent = "MC-6131", "consent-absent", "there is no consent", "REF-3101";
    /// The consent has ended.
    ConsentExpired = "MC-6132", "consent-expired", "the consent has expired", "REF-3102";
    /// The consent was cancelled.
    ConsentCancelled = "MC-6133", "consent-cancelled", "the consent was cancelled", "REF-3103";
    /// The service could not read our request.
    RequestMalformed = "MC-6141", "request-refused", "the service could not read the request", "REF-4001";
    /// The service is closed for maintenance.
    Maintenance = "MC-6151", "maintenance", "the service is closed for maintenance", "REF-5001";
    /// The service behind the service did not answer.
    BackendTimeout = "MC-6152", "backend-timeout", "the service did not get its own answer in time", "REF-5002";
    /// Too many requests.
    TooMany = "MC-6153", "too-many-requests", "too many requests", "REF-5003";
    /// A refusal whose code we do not know; it is in [`Reply::code`].
    OtherRefusal = "MC-6199", "other-refusal", "the service refused";
}

impl ServiceErrorKind {
    /// Whether a delivery that failed so says nothing of an earlier one of the same request: nobody was reached in time, or a door
    /// was closed meanwhile. What the earlier one did is as unknown as before. (A server that is not believed is told as that:
    /// somebody has to see to it.)
    #[must_use]
    pub const fn settles_nothing_of_an_earlier_delivery(self) -> bool {
        use ServiceErrorKind as K;
        matches!(
            self,
            K::Unreachable | K::Timeout | K::Maintenance | K::TooMany | K::BackendTimeout
        )
    }
}

impl ServiceError {
    /// An error of this kind.
    #[must_use]
    pub fn new(kind: ServiceErrorKind) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                reply: None,
                source: None,
            }),
        }
    }

    /// The same with what the service sent.
    #[must_use]
    pub fn with_reply(mut self, reply: Reply) -> Self {
        self.inner.reply = Some(reply);
        self
    }

    /// The same with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// That an answer got lost ([`ServiceErrorKind::AnswerLost`]) by this failure, with what the service sent.
    #[must_use]
    pub fn into_answer_lost(self) -> Self {
        let reply = self.inner.reply.clone();
        let mut lost = Self::new(ServiceErrorKind::AnswerLost).with_source(self);
        lost.inner.reply = reply;
        lost
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ServiceErrorKind {
        self.inner.kind
    }

    /// The code, for example `MC-6001`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.inner.kind.code()
    }

    /// What the service sent.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        self.inner.reply.as_ref()
    }

    /// Says whether the same call may work later without any change.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        use ServiceErrorKind as K;
        matches!(
            self.kind(),
            K::Unreachable
                | K::Timeout
                | K::RevocationUnknown
                | K::Maintenance
                | K::BackendTimeout
                | K::TooMany
                | K::Suspended
        )
    }
}

impl From<ServiceErrorKind> for ServiceError {
    fn from(kind: ServiceErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.inner.kind.phrase())?;
        match &self.inner.reply {
            Some(reply) if !reply.code.is_empty() => write!(f, " ({})", reply.code),
            _ => Ok(()),
        }
    }
}

impl StdError for ServiceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_listed_code_of_its_own() {
        let listed: BTreeSet<_> = CODES.iter().map(|(code, _)| *code).collect();
        let used: BTreeSet<_> = ServiceErrorKind::ALL
            .iter()
            .map(|kind| kind.code())
            .collect();
        assert_eq!(listed, used);
        assert_eq!(used.len(), ServiceErrorKind::ALL.len());
    }

    #[test]
    fn every_reference_code_has_a_kind_of_its_own() {
        let codes = [
            "1001", "1002", "1003", "1004", "1005", "1006", "2001", "2002", "2003", "2004", "2005",
            "2006", "2007", "3101", "3102", "3103", "4001", "5001", "5002", "5003",
        ];
        let kinds: BTreeSet<_> = codes
            .iter()
            .map(|c| ServiceErrorKind::from_reference(&format!("REF-{c}")).code())
            .collect();
        assert_eq!(kinds.len(), codes.len());
        assert!(!kinds.contains("MC-6199"));
        assert_eq!(
            ServiceErrorKind::from_reference("REF-9999"),
            ServiceErrorKind::OtherRefusal
        );
    }
}
