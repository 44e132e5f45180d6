//! What a card proved: a value that only a finished card dialogue makes.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::{Message, Request};

/// The service's word that the card was allowed to sign without a PIN (visual check); opaque to us.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant(Vec<u8>);

/// A signed message with everything that the service needs to check it.
///
/// The signature was verified under the very certificate in here before the value was made.
pub struct Proof {
    request: Request,
    message: Message,
    certificate: Vec<u8>,
    signature: Vec<u8>,
    grant: Option<Grant>,
    idempotency_key: [u8; 16],
}

/// The parts of a proof, named so that none is mistaken for another.
pub(crate) struct ProofParts {
    pub(crate) request: Request,
    pub(crate) message: Message,
    pub(crate) certificate: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) grant: Option<Grant>,
    pub(crate) idempotency_key: [u8; 16],
}

impl Grant {
    /// The longest grant in bytes.
    pub const LONGEST: usize = 1024;

    /// A grant as the service gave it; `None` when it is empty or longer than [`Self::LONGEST`].
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (1..=Self::LONGEST)
            .contains(&bytes.len())
            .then(|| Self(bytes.to_vec()))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Proof {
    pub(crate) fn new(parts: ProofParts) -> Self {
        let ProofParts {
            request,
            message,
            certificate,
            signature,
            grant,
            idempotency_key,
        } = parts;
        Self {
            request,
            message,
            certificate,
            signature,
            grant,
            idempotency_key,
        }
    }

    /// The request that the message binds.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// The signed message.
    #[must_use]
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// The user authentication certificate (利用者証明用証明書), DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Its SHA-256.
    #[must_use]
    pub fn certificate_sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.certificate).into()
    }

    /// The card's signature over the message.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The grant of a visual check.
    #[must_use]
    pub const fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// The same for every attempt to deliver this proof, so that a repeated delivery is one check.
    #[must_use]
    pub const fn idempotency_key(&self) -> &[u8; 16] {
        &self.idempotency_key
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").finish_non_exhaustive()
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}
