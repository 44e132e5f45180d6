//! Card-verifiable certificates: who may sign a card's records.

use std::fmt;

use super::key::rsa;
use super::tlv::Objects;
use crate::algorithm::SignatureAlgorithm;
use crate::error::{Error, ErrorKind, Part};
use crate::key::PublicKey;
use crate::profile::Hierarchy;

/// A key that issues card-verifiable certificates.
#[derive(Clone, PartialEq, Eq)]
pub struct CardAuthority {
    key_identifier: [u8; 16],
    hierarchy: Hierarchy,
    key: PublicKey,
}

impl CardAuthority {
    /// From the key's identifier, all sixteen bytes of which count, and its numbers (big endian).
    ///
    /// # Errors
    /// `KeyNotAccepted`: not RSA of 2048 bits with an odd exponent of 65537 or more.
    pub fn new(
        hierarchy: Hierarchy,
        key_identifier: [u8; 16],
        modulus: &[u8],
        exponent: &[u8],
    ) -> Result<Self, Error> {
        match rsa(modulus, exponent) {
            Some(key) => Ok(Self {
                key_identifier,
                hierarchy,
                key,
            }),
            None => {
                let found = format!(
                    "a modulus of {} and an exponent of {} bytes",
                    modulus.len(),
                    exponent.len()
                );
                Err(ErrorKind::KeyNotAccepted {
                    expected: "RSA of 2048 bits, exponent from 65537",
                    found,
                }
                .into())
            }
        }
    }

    /// The identifier.
    #[must_use]
    pub fn key_identifier(&self) -> &[u8; 16] {
        &self.key_identifier
    }
}

impl fmt::Debug for CardAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardAuthority")
            .field("hierarchy", &self.hierarchy)
            .finish_non_exhaustive()
    }
}

/// The authorities that the caller believes, all of one hierarchy.
#[derive(Clone, Debug)]
pub struct CardAuthorities {
    hierarchy: Hierarchy,
    keys: Vec<CardAuthority>,
}

impl CardAuthorities {
    /// No authority yet, of one hierarchy: production and test are never mixed.
    #[must_use]
    pub fn new(hierarchy: Hierarchy) -> Self {
        Self {
            hierarchy,
            keys: Vec::new(),
        }
    }

    /// These and one more.
    ///
    /// # Errors
    /// `WrongHierarchy` when the authority belongs to another hierarchy.
    pub fn with(mut self, authority: CardAuthority) -> Result<Self, Error> {
        if authority.hierarchy != self.hierarchy {
            let (expected, found) = (vec![self.hierarchy], authority.hierarchy);
            return Err(ErrorKind::WrongHierarchy { expected, found }.into());
        }
        self.keys.push(authority);
        Ok(self)
    }

    /// Verifies a card-verifiable certificate, EF 0004 of 券面入力補助AP or 券面事項確認AP:
    /// `7F21 { 5F4E body; 5F37 signature over the body's value }`, or the same without the template.
    ///
    /// # Errors
    /// `Malformed`, `CardIssuerUnknown`, `CardCertificateSignature`, `KeyNotAccepted`.
    pub fn verify(&self, certificate: &[u8]) -> Result<RecordSigner, Error> {
        let mut file = Objects::new(certificate, Part::CardCertificate);
        let mut objects = if certificate.starts_with(&[0x7F, 0x21]) {
            let template = file.expect(0x7F21)?;
            file.finish()?;
            file.inside(&template)
        } else {
            file
        };
        let body = objects.expect(0x5F4E)?;
        let signature = objects.expect(0x5F37)?;
        objects.finish()?;
        let (issuer, rest) = body
            .value
            .split_first_chunk::<16>()
            .ok_or_else(|| objects.fault("body too short"))?;
        let (subject, key) = rest
            .split_first_chunk::<16>()
            .ok_or_else(|| objects.fault("body too short"))?;
        let Some(authority) = self
            .keys
            .iter()
            .find(|authority| authority.key_identifier == *issuer)
        else {
            return Err(ErrorKind::CardIssuerUnknown {
                key_identifier: crate::hex::encode(issuer),
            }
            .into());
        };
        if !authority
            .key
            .verifies(&SignatureAlgorithm::RsaSha256, body.value, signature.value)
        {
            return Err(ErrorKind::CardCertificateSignature.into());
        }
        let mut numbers = Objects::new(key, Part::CardCertificate);
        let exponent = numbers.expect(0x90)?;
        let modulus = numbers.expect(0x91)?;
        numbers.finish()?;
        let Some(key) = rsa(modulus.value, exponent.value) else {
            let found = format!("a modulus of {} bytes", modulus.value.len());
            return Err(ErrorKind::KeyNotAccepted {
                expected: "RSA of 2048 bits, exponent from 65537",
                found,
            }
            .into());
        };
        Ok(RecordSigner {
            key_identifier: *subject,
            hierarchy: self.hierarchy,
            key,
        })
    }
}

/// A key that an authority certified to sign the records of a municipality's cards.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordSigner {
    key_identifier: [u8; 16],
    hierarchy: Hierarchy,
    key: PublicKey,
}

impl RecordSigner {
    /// The key's identifier.
    #[must_use]
    pub fn key_identifier(&self) -> &[u8; 16] {
        &self.key_identifier
    }

    /// The hierarchy of the authority that certified it.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy {
        self.hierarchy
    }

    /// Says whether a signature (RSASSA-PKCS1-v1_5) over a SHA-256 digest is this key's: for a reader that is lent both for one
    /// verification, as the attributes' reader is.
    #[must_use]
    pub fn verifies_digest(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        self.check_digest(digest, signature).is_ok()
    }

    /// The record's signature over the SHA-256 of `signed`.
    pub(super) fn check(&self, signed: &[u8], signature: &[u8]) -> Result<(), Error> {
        if self
            .key
            .verifies(&SignatureAlgorithm::RsaSha256, signed, signature)
        {
            Ok(())
        } else {
            Err(ErrorKind::RecordSignature.into())
        }
    }

    /// The record's signature over a SHA-256 that was computed where the record could be read.
    pub(super) fn check_digest(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), Error> {
        if self
            .key
            .verifies_digest(&SignatureAlgorithm::RsaSha256, digest, signature)
        {
            Ok(())
        } else {
            Err(ErrorKind::RecordSignature.into())
        }
    }

    /// The record's signature over a DigestInfo whose digest field holds these three digests.
    pub(super) fn check_three(
        &self,
        digests: &[[u8; 32]; 3],
        signature: &[u8],
    ) -> Result<(), Error> {
        let mut content = THREE_DIGESTS.to_vec();
        content.extend(digests.iter().flatten());
        if self.key.verifies_padded(&content, signature) {
            Ok(())
        } else {
            Err(ErrorKind::RecordSignature.into())
        }
    }
}

/// DigestInfo of SHA-256 with NULL and a digest of 96 octets, up to the digest.
const THREE_DIGESTS: [u8; 19] = [
    0x30, 0x71, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x60,
];

impl fmt::Debug for RecordSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordSigner")
            .field("hierarchy", &self.hierarchy)
            .finish_non_exhaustive()
    }
}
