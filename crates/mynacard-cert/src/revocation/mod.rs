//! Revocation: good, revoked, or unknown, which is never good.
//!
//! Only a verdict asks ([`Verified::question`]): before it, the addresses in a certificate are a stranger's wish. Fetching
//! is the caller's; an [`OcspResponse`] or a list ([`walk_list`]) is judged here, and a [`RevocationSource`] ties the two together.
//!
//! ```
//! use mynacard_cert::revocation::reason_name;
//!
//! assert_eq!(reason_name(1), Some("keyCompromise"));
//! assert_eq!(reason_name(7), None); // RFC 5280 does not use it
//! ```

mod cache;
mod extensions;
mod list;
mod ocsp;
mod ocsp_form;
mod request;
mod stream;

pub use cache::OcspCache;
pub use list::{ListPolicy, MAX_LIST, walk_list};
pub use ocsp::{MAX_OCSP_RESPONSE, NoncePolicy, OcspPolicy, OcspResponse};
pub use request::OcspRequest;

use std::fmt;

use crate::certificate::Certificate;
use crate::error::{Error, ErrorKind};
use crate::profile::Purpose;
use crate::time::Timestamp;
use crate::verdict::Verified;

/// What is known about the revocation of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// Nobody asked.
    NotAsked,
    /// Not revoked, says an answer of this life.
    Good {
        /// When the answer was right.
        this_update: Timestamp,
        /// When a newer one is available at the latest.
        next_update: Option<Timestamp>,
    },
    /// Revoked.
    Revoked {
        /// Since when.
        since: Timestamp,
        /// The reason code (RFC 5280 §5.3.1), if given: see [`reason_name`].
        reason: Option<u8>,
    },
    /// Could not be learnt.
    Unknown(Unknown),
}

/// The name of a reason code (RFC 5280 §5.3.1).
#[must_use]
pub fn reason_name(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "unspecified",
        1 => "keyCompromise",
        2 => "cACompromise",
        3 => "affiliationChanged",
        4 => "superseded",
        5 => "cessationOfOperation",
        6 => "certificateHold",
        8 => "removeFromCRL",
        9 => "privilegeWithdrawn",
        10 => "aACompromise",
        _ => return None,
    })
}

macro_rules! unknowns {
    ($($(#[$doc:meta])* $variant:ident => $text:literal,)+) => {
        /// Why revocation is unknown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Unknown {
            $($(#[$doc])* $variant,)+
            /// The responder answered with an error status (RFC 6960 §4.2.1).
            ResponderRefused(u8),
        }

        impl fmt::Display for Unknown {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Unknown::$variant => f.write_str($text),)+
                    Unknown::ResponderRefused(status) => write!(f, "the responder refused with status {status}"),
                }
            }
        }
    };
}

unknowns! {
    /// No answer could be had.
    NoAnswer => "no answer could be had",
    /// The answer could not be read.
    Malformed => "the answer could not be read",
    /// The responder does not know the certificate.
    ResponderDoesNotKnow => "the responder does not know the certificate",
    /// The answer's signature does not verify.
    BadSignature => "the answer's signature does not verify",
    /// Signed by an algorithm or a key that is not accepted.
    AlgorithmNotAccepted => "the answer is signed by an algorithm or a key that is not accepted",
    /// Signed by somebody whom the certificate's issuer did not appoint.
    UntrustedResponder => "the answer comes from somebody whom the issuer did not appoint",
    /// The answer is about other certificates.
    OtherCertificate => "the answer is about another certificate",
    /// The answer says two things about the certificate.
    Ambiguous => "the answer says two things about the certificate",
    /// The answer is not valid yet.
    NotYet => "the answer is not valid yet",
    /// A newer answer should be out, or this one is too old.
    Stale => "the answer is too old",
    /// The answer does not say when a newer one comes.
    NoNextUpdate => "the answer does not say when a newer one comes",
    /// The answer repeats another request's nonce.
    NonceMismatch => "the answer belongs to another request",
    /// The answer has no nonce although the policy wants one.
    NonceMissing => "the answer has no nonce",
    /// The list is another issuer's.
    OtherIssuer => "the list is another issuer's",
    /// The list covers other certificates: its distribution point is not the certificate's.
    OtherDistributionPoint => "the list covers another distribution point",
    /// The list contains only changes.
    Delta => "the list contains only changes",
    /// The list contains certificates of other issuers.
    Indirect => "the list contains certificates of other issuers",
    /// The list covers some reasons only.
    PartialReasons => "the list covers some reasons only",
    /// The list does not cover holders' certificates.
    OtherScope => "the list does not cover holders' certificates",
    /// A critical extension that this library does not know.
    UnknownCriticalExtension => "the answer has an unknown critical extension",
    /// Made after the certificate's end, when the issuer no longer has to say that it was revoked.
    MadeAfterTheEnd => "the answer was made after the certificate's end, when a revocation need no longer be told",
    /// The issuer's key may not sign lists.
    IssuerMayNotSign => "the issuer's key may not sign lists",
}

/// What to do with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationPolicy {
    /// Refuse unless the answer is good.
    RequireGood,
    /// Refuse what is revoked; let unknown pass with a warning (the service will check).
    RefuseRevoked,
    /// Refuse nothing; the verdict carries the answer.
    Report,
}

/// Somebody who can be asked: a fetching client, a cache, a file.
pub trait RevocationSource {
    /// Answers, or says why not.
    fn ask(&mut self, question: &Question<'_>) -> Revocation;
}

impl<F: FnMut(&Question<'_>) -> Revocation> RevocationSource for F {
    fn ask(&mut self, question: &Question<'_>) -> Revocation {
        self(question)
    }
}

/// Which certificate is asked about, under which root, at which instant. Only a verdict makes one.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    certificate: &'a Certificate,
    issuer: &'a Certificate,
    at: Timestamp,
}

impl<'a> Question<'a> {
    /// The certificate asked about.
    #[must_use]
    pub fn certificate(&self) -> &'a Certificate {
        self.certificate
    }

    /// The root that issued it.
    #[must_use]
    pub fn issuer(&self) -> &'a Certificate {
        self.issuer
    }

    /// The instant asked about.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

impl<P: Purpose> Verified<P> {
    /// The question to ask about this certificate.
    #[must_use]
    pub fn question(&self) -> Question<'_> {
        Question {
            certificate: self.certificate(),
            issuer: self.root().certificate(),
            at: self.at(),
        }
    }

    /// Asks and applies the policy; the verdict carries the answer from then on.
    ///
    /// # Errors
    /// `Revoked`, `RevocationUnknown`, as the policy says.
    pub fn check_revocation(
        self,
        source: &mut dyn RevocationSource,
        policy: RevocationPolicy,
    ) -> Result<Self, Error> {
        let answer = source.ask(&self.question());
        match (policy, &answer) {
            (
                RevocationPolicy::RequireGood | RevocationPolicy::RefuseRevoked,
                Revocation::Revoked { since, reason },
            ) => Err(ErrorKind::Revoked {
                since: *since,
                reason: *reason,
            }
            .into()),
            (RevocationPolicy::RequireGood, Revocation::Unknown(why)) => {
                Err(ErrorKind::RevocationUnknown { why: *why }.into())
            }
            (RevocationPolicy::RequireGood, Revocation::NotAsked) => {
                Err(ErrorKind::RevocationUnknown {
                    why: Unknown::NoAnswer,
                }
                .into())
            }
            _ => Ok(self.with_revocation(answer)),
        }
    }
}
