//! Public keys: read from a SubjectPublicKeyInfo, judged, and used to verify.

use std::fmt;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256, Sha384, Sha512};
use signature::hazmat::PrehashVerifier;

use crate::algorithm::SignatureAlgorithm;
use crate::asn1::{Fault, Reader, oid, tag};
use crate::error::{Error, ErrorKind};
use crate::pkcs1::{RsaKey, digest_info};

/// The kind and size of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// Length of the modulus in bits.
        bits: usize,
        /// The public exponent, if it fits 64 bits.
        exponent: Option<u64>,
    },
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// Not accepted: the object identifier of the algorithm or of the curve.
    Other(String),
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyKind::Rsa {
                bits,
                exponent: Some(e),
            } => write!(f, "RSA {bits} bits, exponent {e}"),
            KeyKind::Rsa {
                bits,
                exponent: None,
            } => write!(f, "RSA {bits} bits, exponent over 64 bits"),
            KeyKind::P256 => f.write_str("EC P-256"),
            KeyKind::P384 => f.write_str("EC P-384"),
            KeyKind::Other(oid) => write!(f, "algorithm {oid}"),
        }
    }
}

/// A public key as it was received.
#[derive(Debug)]
pub(crate) struct PublicKey {
    material: Material,
    /// Made when it is first needed; `None` inside when the key is not accepted.
    ready: OnceLock<Option<Ready>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Other(String),
}

#[derive(Debug)]
enum Ready {
    Rsa(RsaKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

/// The sizes accepted, in words.
const ACCEPTED: &str =
    "RSA of 2048 to 4096 bits with an odd exponent of 65537 to 33 bits, EC P-256 or P-384";

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo`.
    pub(crate) fn read(info: Reader<'_>) -> Result<Self, Fault> {
        let mut fields = info;
        let algorithm = fields.expect(tag::SEQUENCE)?;
        let bits = fields.octet_aligned_bits()?;
        fields.finish()?;
        let mut identifier = algorithm.contents();
        let kind = identifier.oid()?;
        let material = match kind.value {
            oid::RSA_ENCRYPTION => {
                identifier.null()?;
                identifier.finish()?;
                read_rsa(bits).map_err(|problem| algorithm.fault(problem))?
            }
            oid::EC_PUBLIC_KEY => {
                // Only a named curve: explicit parameters could describe any group.
                let curve = identifier.oid()?;
                identifier.finish()?;
                match curve.value {
                    oid::P256 => Material::P256(bits.to_vec()),
                    oid::P384 => Material::P384(bits.to_vec()),
                    other => Material::Other(oid::dotted(other)),
                }
            }
            other => {
                if !identifier.is_empty() {
                    identifier.any()?;
                    identifier.finish()?;
                }
                Material::Other(oid::dotted(other))
            }
        };
        Ok(Self {
            material,
            ready: OnceLock::new(),
        })
    }

    /// An RSA key from the magnitudes of modulus and exponent, without leading zeros.
    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let material = Material::Rsa {
            modulus: modulus.to_vec(),
            exponent: exponent.to_vec(),
        };
        Self {
            material,
            ready: OnceLock::new(),
        }
    }

    /// Kind and size.
    pub(crate) fn kind(&self) -> KeyKind {
        match &self.material {
            Material::Rsa { modulus, exponent } => KeyKind::Rsa {
                bits: bit_length(modulus),
                exponent: number(exponent),
            },
            Material::P256(_) => KeyKind::P256,
            Material::P384(_) => KeyKind::P384,
            Material::Other(oid) => KeyKind::Other(oid.clone()),
        }
    }

    /// Length of the modulus in octets, for RSA keys.
    pub(crate) fn modulus_length(&self) -> Option<usize> {
        match &self.material {
            Material::Rsa { modulus, .. } => Some(modulus.len()),
            _ => None,
        }
    }

    /// Refuses weak keys, huge keys, points off the curve and unknown kinds.
    pub(crate) fn accept(&self) -> Result<(), Error> {
        self.ready().map(|_| ())
    }

    fn ready(&self) -> Result<&Ready, Error> {
        self.ready
            .get_or_init(|| self.prepare())
            .as_ref()
            .ok_or_else(|| {
                Error::new(ErrorKind::KeyNotAccepted {
                    expected: ACCEPTED,
                    found: self.kind().to_string(),
                })
            })
    }

    fn prepare(&self) -> Option<Ready> {
        match &self.material {
            Material::Rsa { modulus, exponent } => {
                let bits = bit_length(modulus);
                let e = number(exponent)?;
                let odd = modulus.last().is_some_and(|octet| octet & 1 == 1) && e & 1 == 1;
                if !(2048..=4096).contains(&bits) || !(65_537..=MAX_EXPONENT).contains(&e) || !odd {
                    return None;
                }
                RsaKey::new(modulus, e).map(Ready::Rsa)
            }
            Material::P256(point) => uncompressed(point, 32)
                .then(|| p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok())
                .flatten()
                .map(Ready::P256),
            Material::P384(point) => uncompressed(point, 48)
                .then(|| p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok())
                .flatten()
                .map(Ready::P384),
            Material::Other(_) => None,
        }
    }

    /// Whether `signature` by `algorithm` over `message` verifies. An algorithm that does not fit the key never does.
    pub(crate) fn verifies(
        &self,
        algorithm: &SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let Some(mut hash) = Hash::of(algorithm) else {
            return false;
        };
        hash.update(message);
        self.verifies_digest(algorithm, &hash.finish(), signature)
    }

    /// The same over a digest that [`Hash`] made.
    pub(crate) fn verifies_digest(
        &self,
        algorithm: &SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let Ok(ready) = self.ready() else {
            return false;
        };
        match (ready, algorithm) {
            (Ready::Rsa(key), SignatureAlgorithm::RsaSha256) => {
                key.verifies_pkcs1(digest_info::SHA256, digest, signature)
            }
            (Ready::Rsa(key), SignatureAlgorithm::RsaSha384) => {
                key.verifies_pkcs1(digest_info::SHA384, digest, signature)
            }
            (Ready::Rsa(key), SignatureAlgorithm::RsaSha512) => {
                key.verifies_pkcs1(digest_info::SHA512, digest, signature)
            }
            (Ready::P256(key), SignatureAlgorithm::EcdsaSha256) => {
                p256::ecdsa::DerSignature::from_bytes(signature)
                    .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
            }
            (Ready::P384(key), SignatureAlgorithm::EcdsaSha384) => {
                p384::ecdsa::DerSignature::from_bytes(signature)
                    .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
            }
            _ => false,
        }
    }

    /// Whether `signature` is PKCS#1 v1.5 over exactly these octets after the padding (no DigestInfo is added).
    pub(crate) fn verifies_padded(&self, content: &[u8], signature: &[u8]) -> bool {
        match self.ready() {
            Ok(Ready::Rsa(key)) => key.verifies_pkcs1(digest_info::NONE, content, signature),
            _ => false,
        }
    }

    /// Whether `signature` is PSS with MGF1 of the same hash, SHA-256, and a salt of 32 octets.
    pub(crate) fn verifies_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.ready() {
            Ok(Ready::Rsa(key)) => key.verifies_pss(message, signature),
            _ => false,
        }
    }
}

/// The hash of a signature algorithm, fed piece by piece.
pub(crate) enum Hash {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hash {
    /// `None` for an algorithm that is not accepted.
    pub(crate) fn of(algorithm: &SignatureAlgorithm) -> Option<Self> {
        match algorithm {
            SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::EcdsaSha256 => {
                Some(Self::Sha256(Sha256::new()))
            }
            SignatureAlgorithm::RsaSha384 | SignatureAlgorithm::EcdsaSha384 => {
                Some(Self::Sha384(Sha384::new()))
            }
            SignatureAlgorithm::RsaSha512 => Some(Self::Sha512(Sha512::new())),
            SignatureAlgorithm::Other(_) => None,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha384(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hash) => hash.finalize().to_vec(),
            Self::Sha384(hash) => hash.finalize().to_vec(),
            Self::Sha512(hash) => hash.finalize().to_vec(),
        }
    }
}

impl Clone for PublicKey {
    fn clone(&self) -> Self {
        Self {
            material: self.material.clone(),
            ready: OnceLock::new(),
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.material == other.material
    }
}

impl Eq for PublicKey {}

/// Largest public exponent: the arithmetic's own bound.
const MAX_EXPONENT: u64 = (1 << 33) - 1;

/// Longest modulus that is read at all, in octets.
const MAX_MODULUS: usize = 2048;

fn read_rsa(bits: &[u8]) -> Result<Material, &'static str> {
    let inner = |reader: &mut Reader<'_>| -> Result<Material, Fault> {
        let key = reader.expect(tag::SEQUENCE)?;
        reader.finish()?;
        let mut numbers = key.contents();
        let modulus = numbers.positive_integer()?.to_vec();
        let exponent = numbers.positive_integer()?.to_vec();
        numbers.finish()?;
        Ok(Material::Rsa { modulus, exponent })
    };
    match inner(&mut Reader::new(bits)) {
        Ok(Material::Rsa { modulus, .. }) if modulus.len() > MAX_MODULUS => {
            Err("RSA modulus too long")
        }
        Ok(material) => Ok(material),
        Err(_) => Err("RSA key not two positive integers"),
    }
}

/// `04 ‖ x ‖ y`: the one form of a point that certificates here may use.
fn uncompressed(point: &[u8], coordinate: usize) -> bool {
    point.len() == 1 + 2 * coordinate && point.first() == Some(&4)
}

fn bit_length(magnitude: &[u8]) -> usize {
    match magnitude.first() {
        None => 0,
        Some(first) => magnitude.len() * 8 - first.leading_zeros() as usize,
    }
}

fn number(magnitude: &[u8]) -> Option<u64> {
    if magnitude.len() > 8 {
        return None;
    }
    Some(
        magnitude
            .iter()
            .fold(0, |value, &octet| (value << 8) | u64::from(octet)),
    )
}
