//! Object identifiers as their content octets, and their dotted form.

use const_oid::ObjectIdentifier;

/// `1.2.840.113549.1.1.1`
pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
/// `1.2.840.113549.1.1.11`
pub(crate) const SHA256_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
/// `1.2.840.113549.1.1.12`
pub(crate) const SHA384_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 12];
/// `1.2.840.113549.1.1.13`
pub(crate) const SHA512_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 13];
/// `1.2.840.10045.2.1`
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
/// `1.2.840.10045.3.1.7`
pub(crate) const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
/// `1.3.132.0.34`
pub(crate) const P384: &[u8] = &[0x2B, 0x81, 0x04, 0, 34];
/// `1.2.840.10045.4.3.2`
pub(crate) const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
/// `1.2.840.10045.4.3.3`
pub(crate) const ECDSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3];

/// `2.5.4.3`
pub(crate) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// `2.5.4.10`
pub(crate) const ORGANIZATION: &[u8] = &[0x55, 4, 10];

/// `2.5.29.14`
pub(crate) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 14];
/// `2.5.29.15`
pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1D, 15];
/// `2.5.29.17`
pub(crate) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 17];
/// `2.5.29.18`
pub(crate) const ISSUER_ALT_NAME: &[u8] = &[0x55, 0x1D, 18];
/// `2.5.29.19`
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];
/// `2.5.29.31`
pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1D, 31];
/// `2.5.29.32`
pub(crate) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1D, 32];
/// `2.5.29.35`
pub(crate) const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 35];
/// `2.5.29.37`
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37];
/// `1.3.6.1.5.5.7.1.1`
pub(crate) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 1];
/// `1.3.6.1.5.5.7.48.1`
pub(crate) const OCSP: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1];
/// `2.5.29.30`
pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 30];
/// `2.5.29.33`
pub(crate) const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1D, 33];
/// `2.5.29.36`
pub(crate) const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 36];
/// `2.5.29.54`
pub(crate) const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1D, 54];
/// `1.3.6.1.5.5.7.1.7` (RFC 3779)
pub(crate) const ADDRESS_BLOCKS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 7];
/// `1.3.6.1.5.5.7.1.8` (RFC 3779)
pub(crate) const AUTONOMOUS_SYSTEMS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 8];
/// `1.3.6.1.5.5.7.1.14`
pub(crate) const PROXY_CERTIFICATE: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 14];
/// `2.16.840.1.113730.1.1`
pub(crate) const NETSCAPE_CERTIFICATE_TYPE: &[u8] = &[0x60, 0x86, 0x48, 1, 0x86, 0xF8, 0x42, 1, 1];
/// `2.5.29.20`
pub(crate) const CRL_NUMBER: &[u8] = &[0x55, 0x1D, 20];
/// `2.5.29.21`
pub(crate) const REASON_CODE: &[u8] = &[0x55, 0x1D, 21];
/// `2.5.29.24`
pub(crate) const INVALIDITY_DATE: &[u8] = &[0x55, 0x1D, 24];
/// `2.5.29.27`
pub(crate) const DELTA_CRL_INDICATOR: &[u8] = &[0x55, 0x1D, 27];
/// `2.5.29.28`
pub(crate) const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1D, 28];
/// `2.5.29.29`
pub(crate) const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1D, 29];
/// `1.3.14.3.2.26`
pub(crate) const SHA1: &[u8] = &[0x2B, 0x0E, 3, 2, 0x1A];
/// `1.3.6.1.5.5.7.48.1.1`
pub(crate) const OCSP_BASIC: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// `1.3.6.1.5.5.7.48.1.2`
pub(crate) const OCSP_NONCE: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2];
/// `1.3.6.1.5.5.7.3.9`
pub(crate) const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];
/// `1.3.6.1.5.5.7.3.2`
pub(crate) const CLIENT_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 2];

/// The octets of an identifier in dotted form; `None` when it is not one.
pub(crate) fn from_dotted(dotted: &str) -> Option<Vec<u8>> {
    ObjectIdentifier::new(dotted)
        .ok()
        .map(|oid| oid.as_bytes().to_vec())
}

/// The dotted form; identifiers too large for it as hexadecimal octets after `#`.
pub(crate) fn dotted(octets: &[u8]) -> String {
    match ObjectIdentifier::from_bytes(octets) {
        Ok(oid) => oid.to_string(),
        Err(_) => format!("#{}", crate::hex::encode(octets)),
    }
}
