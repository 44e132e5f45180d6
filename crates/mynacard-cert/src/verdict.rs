//! The verdict as a value: holding one is the proof that every check passed.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::certificate::Certificate;
use crate::error::Error;
use crate::possession::{Possession, Scheme};
use crate::profile::{Hierarchy, Purpose, Usage};
use crate::revocation::Revocation;
use crate::time::Timestamp;
use crate::trust::Root;

/// A certificate that a root of the store issued for the purpose `P`, judged at one instant.
///
/// Only [`TrustStore`](crate::TrustStore) makes one. It may have ended ([`Self::expiry`]), and whether it was revoked is a
/// question of its own ([`Self::revocation`]).
pub struct Verified<P: Purpose> {
    certificate: Certificate,
    root: Arc<Root>,
    at: Timestamp,
    expiry: Expiry,
    revocation: Revocation,
    purpose: PhantomData<P>,
}

impl<P: Purpose> Verified<P> {
    pub(crate) fn new(certificate: Certificate, root: Arc<Root>, at: Timestamp) -> Self {
        let expiry = Expiry::of(&certificate, at);
        Self {
            certificate,
            root,
            at,
            expiry,
            revocation: Revocation::NotAsked,
            purpose: PhantomData,
        }
    }

    pub(crate) fn with_revocation(mut self, revocation: Revocation) -> Self {
        self.revocation = revocation;
        self
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The root that issued it.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The hierarchy that the verdict rests on.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy {
        self.root.hierarchy()
    }

    /// What the certificate is for.
    #[must_use]
    pub fn usage(&self) -> Usage {
        P::USAGE
    }

    /// The instant of the verdict.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Valid, about to end, or ended.
    #[must_use]
    pub fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// What is known about revocation.
    #[must_use]
    pub fn revocation(&self) -> &Revocation {
        &self.revocation
    }

    /// What the desk should know beside the positive result.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        match self.expiry {
            Expiry::Valid { .. } => {}
            Expiry::EndsSoon { until } => warnings.push(Warning::EndsSoon { until }),
            Expiry::Expired { since } => warnings.push(Warning::Expired { since }),
        }
        match self.hierarchy() {
            Hierarchy::Production => {}
            other => warnings.push(Warning::NotProduction { hierarchy: other }),
        }
        match &self.revocation {
            Revocation::NotAsked => warnings.push(Warning::RevocationNotAsked),
            Revocation::Unknown(_) => warnings.push(Warning::RevocationUnknown),
            Revocation::Good { .. } | Revocation::Revoked { .. } => {}
        }
        warnings
    }

    /// Verifies that the certificate's key signed `message`, by the scheme that the card uses: PKCS#1 v1.5 with SHA-256,
    /// ECDSA (DER) with SHA-256 for P-256 and SHA-384 for P-384.
    ///
    /// # Errors
    /// `Possession`, `SignatureForm`.
    pub fn verify_possession(&self, message: &[u8], signature: &[u8]) -> Result<Possession, Error> {
        self.certificate.verify_possession(message, signature)
    }

    /// The same by a scheme that the caller names.
    ///
    /// # Errors
    /// `Possession`, `SignatureForm`, `SchemeMismatch`.
    pub fn verify_possession_by(
        &self,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Possession, Error> {
        self.certificate
            .verify_possession_by(scheme, message, signature)
    }
}

impl<P: Purpose> Clone for Verified<P> {
    fn clone(&self) -> Self {
        Self {
            certificate: self.certificate.clone(),
            root: Arc::clone(&self.root),
            at: self.at,
            expiry: self.expiry,
            revocation: self.revocation.clone(),
            purpose: PhantomData,
        }
    }
}

impl<P: Purpose> fmt::Debug for Verified<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("usage", &P::USAGE)
            .field("hierarchy", &self.hierarchy())
            .field("at", &self.at)
            .field("expiry", &self.expiry)
            .field("revocation", &self.revocation)
            .finish_non_exhaustive()
    }
}

/// Where an instant lies with respect to the end of a certificate. Both ends of a validity belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Valid for more than three months.
    Valid {
        /// Last second.
        until: Timestamp,
    },
    /// Valid, and ends within three months: tell the patient.
    EndsSoon {
        /// Last second.
        until: Timestamp,
    },
    /// Ended. Insurance can be confirmed for some three months more: the service decides.
    Expired {
        /// Last second that it was valid.
        since: Timestamp,
    },
}

impl Expiry {
    /// The state of a certificate at an instant.
    #[must_use]
    pub fn of(certificate: &Certificate, at: Timestamp) -> Self {
        let end = certificate.not_after();
        if at > end {
            Expiry::Expired { since: end }
        } else if at.plus_months_in_japan(3) >= end {
            Expiry::EndsSoon { until: end }
        } else {
            Expiry::Valid { until: end }
        }
    }
}

/// Something to say beside a positive verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The certificate ends within three months.
    EndsSoon {
        /// Last second.
        until: Timestamp,
    },
    /// The certificate has ended.
    Expired {
        /// Last second that it was valid.
        since: Timestamp,
    },
    /// The verdict does not rest on a production root.
    NotProduction {
        /// The hierarchy it rests on.
        hierarchy: Hierarchy,
    },
    /// Nobody asked whether the certificate is revoked.
    RevocationNotAsked,
    /// Whether the certificate is revoked could not be learnt.
    RevocationUnknown,
}
