//! The OCSP request (RFC 6960 §4.1) for one certificate.

use std::fmt;

use sha1::{Digest as _, Sha1};

use super::Question;
use crate::asn1::{oid, tag, writer::object};
use crate::certificate::Certificate;

/// A request to send as `application/ocsp-request`. It holds a certificate's serial number, which identifies a person.
#[derive(Clone)]
pub struct OcspRequest {
    der: Vec<u8>,
    nonce: Option<Vec<u8>>,
}

impl OcspRequest {
    /// The bytes to send.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The nonce, if there is one.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }
}

/// Shows no bytes: the serial number is among them.
impl fmt::Debug for OcspRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OcspRequest")
            .field("length", &self.der.len())
            .field("nonce", &self.nonce.is_some())
            .finish_non_exhaustive()
    }
}

impl Question<'_> {
    /// The OCSP request for this question. The nonce is 32 random bytes of the caller's, which the answer must repeat; without one,
    /// the answer's age decides.
    #[must_use]
    pub fn ocsp_request(&self, nonce: Option<&[u8; 32]>) -> OcspRequest {
        let (name_hash, key_hash) = issuer_hashes(self.issuer());
        let algorithm = object(
            tag::SEQUENCE,
            &[object(tag::OID, oid::SHA1), object(tag::NULL, &[])].concat(),
        );
        let identifier = [
            algorithm,
            object(tag::OCTET_STRING, &name_hash),
            object(tag::OCTET_STRING, &key_hash),
            object(tag::INTEGER, self.certificate().serial()),
        ];
        let single = object(tag::SEQUENCE, &object(tag::SEQUENCE, &identifier.concat()));
        let mut body = object(tag::SEQUENCE, &single);
        if let Some(nonce) = nonce {
            let value = object(tag::OCTET_STRING, &object(tag::OCTET_STRING, nonce));
            let extension = object(
                tag::SEQUENCE,
                &[object(tag::OID, oid::OCSP_NONCE), value].concat(),
            );
            body.extend(object(
                tag::context_constructed(2),
                &object(tag::SEQUENCE, &extension),
            ));
        }
        let der = object(tag::SEQUENCE, &object(tag::SEQUENCE, &body));
        OcspRequest {
            der,
            nonce: nonce.map(|nonce| nonce.to_vec()),
        }
    }
}

/// SHA-1 of the issuer's name and of its key: what a CertID says about an issuer. Nothing rests on its strength: the
/// answer's signature is verified under the root itself.
pub(super) fn issuer_hashes(issuer: &Certificate) -> ([u8; 20], [u8; 20]) {
    let name = object(tag::SEQUENCE, issuer.subject_name());
    (
        Sha1::digest(name).into(),
        Sha1::digest(issuer.key_bits()).into(),
    )
}
