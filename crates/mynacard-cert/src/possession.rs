//! Proof of possession: the leaf's key signed a message that our side built.

use std::fmt;

use crate::algorithm::SignatureAlgorithm;
use crate::certificate::Certificate;
use crate::error::{Error, ErrorKind};
use crate::key::KeyKind;

/// How a card signs a message. The hash is computed here: a digest that somebody else chose proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what every card in the field does.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets.
    RsaPssSha256,
    /// ECDSA P-256 with SHA-256, `ECDSA-Sig-Value` in DER.
    EcdsaP256Sha256,
    /// ECDSA P-384 with SHA-384, `ECDSA-Sig-Value` in DER.
    EcdsaP384Sha384,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scheme::RsaPkcs1Sha256 => "RSA PKCS#1 v1.5 with SHA-256",
            Scheme::RsaPkcs1Sha384 => "RSA PKCS#1 v1.5 with SHA-384",
            Scheme::RsaPkcs1Sha512 => "RSA PKCS#1 v1.5 with SHA-512",
            Scheme::RsaPssSha256 => "RSA PSS with SHA-256",
            Scheme::EcdsaP256Sha256 => "ECDSA P-256 with SHA-256",
            Scheme::EcdsaP384Sha384 => "ECDSA P-384 with SHA-384",
        })
    }
}

/// The proof that a certificate's key signed a message, by which scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possession {
    scheme: Scheme,
}

impl Possession {
    /// The scheme that the signature verified under.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }
}

impl Certificate {
    /// Verifies that this certificate's key signed `message`, by the scheme that cards use for its kind of key. The certificate
    /// itself is not judged: use this where the issuer is not known and somebody else decides. ECDSA signatures are taken as DER
    /// and as `r ‖ s`, the form in which a card gives them.
    ///
    /// # Errors
    /// `Possession`, `SignatureForm`, `KeyNotAccepted`.
    pub fn verify_possession(&self, message: &[u8], signature: &[u8]) -> Result<Possession, Error> {
        let scheme = match self.key_kind() {
            KeyKind::P256 => Scheme::EcdsaP256Sha256,
            KeyKind::P384 => Scheme::EcdsaP384Sha384,
            KeyKind::Rsa { .. } | KeyKind::Other(_) => Scheme::RsaPkcs1Sha256,
        };
        self.verify_possession_by(scheme, message, signature)
    }

    /// The same by a scheme that the caller names.
    ///
    /// # Errors
    /// `Possession`, `SignatureForm`, `SchemeMismatch`, `KeyNotAccepted`.
    pub fn verify_possession_by(
        &self,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Possession, Error> {
        let key = self.key();
        key.accept()?;
        let fits = matches!(
            (self.key_kind(), scheme),
            (
                KeyKind::Rsa { .. },
                Scheme::RsaPkcs1Sha256
                    | Scheme::RsaPkcs1Sha384
                    | Scheme::RsaPkcs1Sha512
                    | Scheme::RsaPssSha256
            ) | (KeyKind::P256, Scheme::EcdsaP256Sha256)
                | (KeyKind::P384, Scheme::EcdsaP384Sha384)
        );
        if !fits {
            let (scheme, key) = (scheme.to_string(), self.key_kind().to_string());
            return Err(ErrorKind::SchemeMismatch { scheme, key }.into());
        }
        if let Some(length) = key
            .modulus_length()
            .filter(|length| *length != signature.len())
        {
            let (expected, found) = (
                format!("{length} bytes"),
                format!("{} bytes", signature.len()),
            );
            return Err(ErrorKind::SignatureForm { expected, found }.into());
        }
        let genuine = match scheme {
            Scheme::RsaPkcs1Sha256 => {
                key.verifies(&SignatureAlgorithm::RsaSha256, message, signature)
            }
            Scheme::RsaPkcs1Sha384 => {
                key.verifies(&SignatureAlgorithm::RsaSha384, message, signature)
            }
            Scheme::RsaPkcs1Sha512 => {
                key.verifies(&SignatureAlgorithm::RsaSha512, message, signature)
            }
            Scheme::RsaPssSha256 => key.verifies_pss(message, signature),
            // DER first; a card gives the two numbers side by side (r ‖ s), and both forms prove the same.
            Scheme::EcdsaP256Sha256 => {
                key.verifies(&SignatureAlgorithm::EcdsaSha256, message, signature)
                    || p256::ecdsa::Signature::from_slice(signature).is_ok_and(|fixed| {
                        key.verifies(
                            &SignatureAlgorithm::EcdsaSha256,
                            message,
                            fixed.to_der().as_bytes(),
                        )
                    })
            }
            Scheme::EcdsaP384Sha384 => {
                key.verifies(&SignatureAlgorithm::EcdsaSha384, message, signature)
                    || p384::ecdsa::Signature::from_slice(signature).is_ok_and(|fixed| {
                        key.verifies(
                            &SignatureAlgorithm::EcdsaSha384,
                            message,
                            fixed.to_der().as_bytes(),
                        )
                    })
            }
        };
        if genuine {
            Ok(Possession { scheme })
        } else {
            Err(ErrorKind::Possession.into())
        }
    }
}
