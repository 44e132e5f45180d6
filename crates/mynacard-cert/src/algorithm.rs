//! Signature algorithms of certificates, lists and OCSP answers.

use std::fmt;

use crate::asn1::{Fault, Tlv, oid, tag};

/// The algorithm of a signature. Others survive as their object identifier and verify nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaSha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaSha512,
    /// ECDSA with SHA-256; goes with P-256.
    EcdsaSha256,
    /// ECDSA with SHA-384; goes with P-384.
    EcdsaSha384,
    /// Not accepted: its object identifier in dotted form.
    Other(String),
}

impl SignatureAlgorithm {
    /// Reads an `AlgorithmIdentifier`: RSA with NULL parameters, ECDSA with none.
    pub(crate) fn read(identifier: &Tlv<'_>) -> Result<Self, Fault> {
        let mut fields = identifier.contents();
        let kind = fields.oid()?;
        let rsa = |algorithm| {
            let mut fields = fields;
            match fields.peek() {
                Some(tag::NULL) => fields.null()?,
                _ => return Err(identifier.fault("RSA algorithm without NULL parameters")),
            }
            fields.finish()?;
            Ok(algorithm)
        };
        let ecdsa = |algorithm| fields.finish().map(|()| algorithm);
        match kind.value {
            oid::SHA256_WITH_RSA => rsa(Self::RsaSha256),
            oid::SHA384_WITH_RSA => rsa(Self::RsaSha384),
            oid::SHA512_WITH_RSA => rsa(Self::RsaSha512),
            oid::ECDSA_SHA256 => ecdsa(Self::EcdsaSha256),
            oid::ECDSA_SHA384 => ecdsa(Self::EcdsaSha384),
            other => {
                let mut fields = fields;
                if !fields.is_empty() {
                    fields.any()?;
                    fields.finish()?;
                }
                Ok(Self::Other(oid::dotted(other)))
            }
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RsaSha256 => "RSA PKCS#1 v1.5 with SHA-256",
            Self::RsaSha384 => "RSA PKCS#1 v1.5 with SHA-384",
            Self::RsaSha512 => "RSA PKCS#1 v1.5 with SHA-512",
            Self::EcdsaSha256 => "ECDSA with SHA-256",
            Self::EcdsaSha384 => "ECDSA with SHA-384",
            Self::Other(oid) => oid,
        })
    }
}
