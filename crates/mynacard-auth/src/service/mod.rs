//! What a service must be able to do, as small object-safe traits, and how it may fail.
//!
//! ```
//! use mynacard_auth::{ServiceError, ServiceErrorKind};
//!
//! let lost = ServiceError::from(ServiceErrorKind::AnswerLost);
//! assert_eq!(lost.code(), "MC-6013");
//! assert_eq!(ServiceErrorKind::from_reference("REF-9999"), ServiceErrorKind::OtherRefusal); // never a yes
//! ```

mod error;

pub use error::{CODES, Reply, ServiceError, ServiceErrorKind};

use std::fmt;
use std::time::SystemTime;

use mynacard_eligibility::Answer;

use crate::terminal::{Activation, Institution};
use crate::{Cancel, Challenge, CheckContext, Message, Proof, Request};

/// A service that confirms insurance (資格確認).
pub trait EligibilityService: Send {
    /// Fetches a challenge and leaves the connection warm, before the patient taps.
    ///
    /// `now` is what the challenge's life is counted from.
    ///
    /// # Errors
    ///
    /// Whatever stands between us and a challenge; see [`ServiceErrorKind`].
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, ServiceError>;

    /// Builds the message that the card signs; no network. The adapter, code on our side, decides the content.
    ///
    /// # Errors
    ///
    /// [`ServiceErrorKind::Configuration`] when the message cannot be built from this challenge.
    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError>;

    /// The same service for one more call at the same time: several counters that share a desk do not wait for each other.
    /// Without it, their calls follow one another.
    fn share(&self) -> Option<Box<dyn EligibilityService>> {
        None
    }

    /// Delivers the proof and fetches the insurance; at most one check happens however often a proof is delivered.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        stop: &Cancel,
    ) -> Result<Confirmed, ServiceError>;
}

/// A service that turns ユーザー設定情報 into a terminal certificate (初期登録).
pub trait ActivationService: Send {
    /// Activates one terminal. A code works once; the same `activation` delivered again is answered as before.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn activate(
        &mut self,
        activation: &Activation,
        stop: &Cancel,
    ) -> Result<Activated, ServiceError>;
}

/// A service that renews and ends the terminal that it is spoken to as.
pub trait TerminalService: Send {
    /// A certificate for the key that signed `csr` (PKCS#10, DER); the present one works until the new one is first shown.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn renew(&mut self, csr: &[u8], stop: &Cancel) -> Result<Activated, ServiceError>;

    /// The terminal is one no longer.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn remove(&mut self, stop: &Cancel) -> Result<(), ServiceError>;
}

/// What an activation hands out.
#[derive(Debug, Clone)]
pub struct Activated {
    /// The service's name for the terminal.
    pub terminal: String,
    /// The terminal's certificate, DER.
    pub certificate: Vec<u8>,
    /// The certificates above it, DER.
    pub chain: Vec<Vec<u8>>,
    /// Where the terminal stands.
    pub institution: Institution,
    /// Says whether this institution may check faces by eye (目視確認).
    pub visual_check: VisualCheck,
    /// When the certificate ends.
    pub not_after: SystemTime,
}

/// Whether an institution may check faces by eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisualCheck {
    /// 目視確認 may be switched on.
    Allowed,
    /// Only the PIN.
    NotAllowed,
}

/// A service's positive outcome, before the flow compared its echoes.
pub struct Confirmed {
    /// The insurance, or why there is none.
    pub outcome: Outcome,
    /// What the service says of the certificate.
    pub certificate_status: CertificateStatus,
    /// The service's name for this check.
    pub check_id: String,
    /// What it echoed.
    pub echo: Echo,
    /// When it processed the check, by its own clock.
    pub processed_at: SystemTime,
}

/// The values that tie an answer to its question.
#[derive(Clone, PartialEq, Eq)]
pub struct Echo {
    /// The challenge's nonce.
    pub nonce: Vec<u8>,
    /// The request's number.
    pub request_id: Vec<u8>,
    /// SHA-256 of the certificate.
    pub certificate_sha256: Vec<u8>,
}

/// What came of a check that worked.
#[non_exhaustive]
pub enum Outcome {
    /// The service's message; whether insurance is valid, lost or absent is in there.
    Answered(Box<Answer>),
    /// The card is not yet registered as insurance card (利用登録).
    NotRegistered,
}

/// What the service says of the certificate it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateStatus {
    /// Nothing to say.
    Good,
    /// It ends within three months.
    EndsSoon,
    /// It ended less than three months ago and was accepted all the same.
    Ended,
}

impl fmt::Debug for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmed")
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answered(_) => "Answered(..)",
            Self::NotRegistered => "NotRegistered",
        })
    }
}

impl fmt::Debug for Echo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Echo").finish_non_exhaustive()
    }
}

impl<S: EligibilityService + ?Sized> EligibilityService for Box<S> {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        (**self).challenge(ask, now, stop)
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        (**self).message(challenge, request, certificate)
    }

    fn share(&self) -> Option<Box<dyn EligibilityService>> {
        (**self).share()
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        stop: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        (**self).confirm(challenge, proof, stop)
    }
}
