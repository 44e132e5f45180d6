//! A certificate as plain fields, to print or to serialise.

use std::fmt;

use crate::asn1::oid;
use crate::certificate::Certificate;
use crate::profile::{Hierarchy, Usage};
use crate::verify::key_usage_names;

/// What a certificate says, unjudged. With the feature `serde` it serialises.
///
/// A signature certificate's holder attributes are not part of it: they are asked for apart.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CertificateDescription {
    /// The subject's name.
    pub subject: String,
    /// The issuer's name.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First second of the validity, RFC 3339.
    pub not_before: String,
    /// Last second of the validity, RFC 3339.
    pub not_after: String,
    /// The hierarchy that the issuer's name claims, if it is one that is known.
    pub claimed_hierarchy: Option<Hierarchy>,
    /// The usage that the policy claims, if it is one that is known.
    pub claimed_usage: Option<Usage>,
    /// Kind and size of the key.
    pub key: String,
    /// The algorithm of the issuer's signature.
    pub signature_algorithm: String,
    /// Names of the keyUsage bits, comma separated; empty when absent.
    pub key_usage: String,
    /// Object identifiers of the extended key usage.
    pub extended_key_usage: Vec<String>,
    /// Object identifiers of the policies.
    pub policies: Vec<String>,
    /// Whether it is a certification authority's.
    pub is_authority: bool,
    /// Subject key identifier, hexadecimal.
    pub subject_key_identifier: Option<String>,
    /// Authority key identifier, hexadecimal.
    pub authority_key_identifier: Option<String>,
    /// Addresses of OCSP responders.
    pub ocsp: Vec<String>,
    /// Names of the distribution points.
    pub distribution_points: Vec<String>,
    /// Object identifiers of all extensions, in their order, critical ones followed by `!`.
    pub extensions: Vec<String>,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub length: usize,
}

/// Shows no name, no number and nothing that is as good as one: they identify a person.
impl fmt::Debug for CertificateDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateDescription")
            .field("issuer", &self.issuer)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .field("claimed_hierarchy", &self.claimed_hierarchy)
            .field("claimed_usage", &self.claimed_usage)
            .field("key", &self.key)
            .field("signature_algorithm", &self.signature_algorithm)
            .field("is_authority", &self.is_authority)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Certificate {
    /// What the certificate says, as plain fields.
    #[must_use]
    pub fn describe(&self) -> CertificateDescription {
        let extensions = self.extensions();
        let policies: Vec<String> = extensions
            .policies
            .iter()
            .map(|range| oid::dotted(self.slice(range)))
            .collect();
        let authority_key = extensions
            .authority_key_identifier
            .as_ref()
            .and_then(|reference| reference.key.as_ref());
        CertificateDescription {
            subject: self.subject(),
            issuer: self.issuer(),
            serial: self.serial_hex(),
            not_before: self.not_before().to_string(),
            not_after: self.not_after().to_string(),
            claimed_hierarchy: self
                .issuer_organization()
                .and_then(Hierarchy::of_organization),
            claimed_usage: self.claimed_usage(),
            key: self.key_kind().to_string(),
            signature_algorithm: self.signature_algorithm().to_string(),
            key_usage: extensions
                .key_usage
                .map(key_usage_names)
                .unwrap_or_default(),
            extended_key_usage: extensions
                .extended_key_usage
                .iter()
                .map(|range| oid::dotted(self.slice(range)))
                .collect(),
            policies,
            is_authority: extensions
                .authority
                .is_some_and(|constraints| constraints.is_authority),
            subject_key_identifier: self.subject_key_identifier().map(crate::hex::encode),
            authority_key_identifier: authority_key
                .map(|range| crate::hex::encode(self.slice(range))),
            ocsp: self.ocsp_addresses().map(str::to_owned).collect(),
            distribution_points: self.distribution_points().collect(),
            extensions: extensions
                .list
                .iter()
                .map(|e| {
                    format!(
                        "{}{}",
                        oid::dotted(self.slice(&e.oid)),
                        if e.critical { "!" } else { "" }
                    )
                })
                .collect(),
            sha256: crate::hex::encode(&self.sha256()),
            length: self.as_der().len(),
        }
    }

    /// The usage that the policy claims, unjudged: what `verify` should be asked.
    #[must_use]
    pub fn claimed_usage(&self) -> Option<Usage> {
        let policies = self
            .extensions()
            .policies
            .iter()
            .map(|range| oid::dotted(self.slice(range)));
        policies
            .filter_map(|dotted| {
                crate::profile::POLICIES
                    .iter()
                    .find(|(_, _, known)| *known == dotted)
            })
            .map(|(_, usage, _)| *usage)
            .next()
    }
}
