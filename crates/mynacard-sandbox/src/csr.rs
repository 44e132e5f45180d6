//! PKCS#10 requests of terminals (RFC 2986): a P-256 key and the proof that it is held.

use der::{Decode as _, Encode as _};
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;
use signature::Verifier as _;
use x509_cert::request::CertReq;

const ECDSA_WITH_SHA256: der::oid::ObjectIdentifier =
    der::oid::ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// The public key (SubjectPublicKeyInfo in DER) of a request whose own signature verifies, or
/// why not. The subject is ignored: the portal's record decides who the terminal is.
pub(crate) fn public_key(csr: &[u8]) -> Result<Vec<u8>, &'static str> {
    let request = CertReq::from_der(csr).map_err(|_| "not a PKCS#10 request")?;
    let canonical = request.to_der().map_err(|_| "not a PKCS#10 request")?;
    if canonical != csr {
        return Err("not in distinguished encoding");
    }
    if request.algorithm.oid != ECDSA_WITH_SHA256 || request.algorithm.parameters.is_some() {
        return Err("not signed with ECDSA and SHA-256");
    }
    let spki = request
        .info
        .public_key
        .to_der()
        .map_err(|_| "no public key")?;
    let key = VerifyingKey::from_public_key_der(&spki).map_err(|_| "not a P-256 key")?;
    let signed = request.info.to_der().map_err(|_| "not a PKCS#10 request")?;
    let signature = request
        .signature
        .as_bytes()
        .and_then(|bytes| DerSignature::from_bytes(bytes).ok())
        .ok_or("no ECDSA signature")?;
    key.verify(&signed, &signature)
        .map_err(|_| "the request's own signature does not verify")?;
    Ok(spki)
}
