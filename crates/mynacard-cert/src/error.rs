//! Refusals: each its own kind, with what was expected and what was found, and a code.

use std::fmt;

use crate::asn1::Fault;
use crate::profile::{Hierarchy, Usage};
use crate::time::Timestamp;

/// Why bytes were not read or a certificate, a signature or a record was refused.
///
/// Texts name no holder: no subject, no attribute, no serial number of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind }
    }

    pub(crate) fn malformed(part: Part, fault: Fault) -> Self {
        Self::new(ErrorKind::Malformed {
            part,
            offset: fault.offset,
            problem: fault.problem,
        })
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The stable code, `MC-3xxx`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Error {}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

/// The structure that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// An X.509 certificate.
    Certificate,
    /// The holder's attributes in a signature certificate.
    HolderAttributes,
    /// A certificate revocation list.
    RevocationList,
    /// An OCSP response.
    OcspResponse,
    /// A card-verifiable certificate.
    CardCertificate,
    /// A signed record of the card.
    SignedRecord,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Certificate => "certificate",
            Part::HolderAttributes => "holder attributes",
            Part::RevocationList => "revocation list",
            Part::OcspResponse => "OCSP response",
            Part::CardCertificate => "card-verifiable certificate",
            Part::SignedRecord => "signed record",
        })
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $code:literal $name:literal $variant:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })? => $text:literal $(where $name_in_text:ident = $value:expr)?,)+) => {
        /// What happened, see [`Error`].
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $variant $({ $($(#[$field_doc])* $field: $type),+ })?,)+
        }

        /// Every code of this crate with its name.
        pub const CODES: &[(&str, &str)] = &[$(($code, $name)),+];

        impl ErrorKind {
            fn code(&self) -> &'static str {
                match self { $(ErrorKind::$variant { .. } => $code,)+ }
            }
        }

        impl fmt::Display for ErrorKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(ErrorKind::$variant $({ $($field),+ })? => write!(f, $text $(, $name_in_text = $value)?),)+ }
            }
        }
    };
}

kinds! {
    // Reading.
    /// The bytes are not strict DER, or not this structure.
    "MC-3001" "malformed" Malformed {
        /// The structure.
        part: Part,
        /// Offset of the fault from the first byte.
        offset: usize,
        /// What is wrong there.
        problem: &'static str,
    } => "malformed {part} at byte {offset}: {problem}",
    /// Bytes follow the end of the structure.
    "MC-3002" "trailing-bytes" TrailingBytes {
        /// The structure.
        part: Part,
        /// Where it should have ended.
        expected: usize,
        /// Where the input ends.
        found: usize,
    } => "{part} of {expected} bytes is followed by others, {found} in all",
    /// The structure is larger than this library reads.
    "MC-3003" "too-large" TooLarge {
        /// The structure.
        part: Part,
        /// The bound.
        limit: usize,
        /// The size.
        found: usize,
    } => "{part} exceeds a bound: at most {limit}, found {found}",
    /// Not version 3.
    "MC-3004" "version" Version {
        /// The version that the certificate says.
        found: u16,
    } => "certificate version: expected 3, found {found}",
    /// The algorithm inside the signed part differs from the one beside the signature.
    "MC-3005" "algorithm-mismatch" AlgorithmMismatch {
        /// The one inside.
        inner: String,
        /// The one outside.
        outer: String,
    } => "signature algorithm inside ({inner}) and outside ({outer}) the signed part differ",
    /// An extension appears twice.
    "MC-3006" "duplicate-extension" DuplicateExtension {
        /// Its object identifier.
        oid: String,
    } => "extension {oid} appears twice",

    // The verdict.
    /// No known root issued the certificate: perhaps a newer generation. This is not a proof of forgery.
    "MC-3101" "issuer-unknown" IssuerUnknown {
        /// The issuer's name.
        issuer: String,
        /// The issuer's key identifier in hexadecimal.
        key_identifier: String,
    } => "issuer unknown: {issuer}, key {key_identifier}",
    /// The certificate belongs to another hierarchy than those accepted.
    "MC-3102" "wrong-hierarchy" WrongHierarchy {
        /// The hierarchies accepted.
        expected: Vec<Hierarchy>,
        /// The one it belongs to.
        found: Hierarchy,
    } => "wrong hierarchy: expected {expected:?}, found {found}",
    /// A signature certificate where an authentication certificate is wanted, or the reverse.
    "MC-3103" "wrong-usage" WrongUsage {
        /// The usage wanted.
        expected: Usage,
        /// The usage found.
        found: Usage,
    } => "wrong certificate: expected one for {expected}, found one for {found}",
    /// The root did not sign these bytes: forged or altered.
    "MC-3104" "certificate-signature" CertificateSignature => "the issuer's signature does not verify: forged or altered",
    /// The certificate's validity has not begun.
    "MC-3105" "not-yet-valid" NotYetValid {
        /// Its first second.
        not_before: Timestamp,
        /// The instant asked about.
        at: Timestamp,
    } => "not valid before {not_before}, asked about {at}",
    /// The root is not valid at this instant.
    "MC-3106" "root-not-valid" RootNotValid {
        /// The root's first second.
        not_before: Timestamp,
        /// The root's last second.
        not_after: Timestamp,
        /// The instant asked about.
        at: Timestamp,
    } => "the root is valid from {not_before} to {not_after}, asked about {at}",
    /// The certificate was signed by an algorithm that is not accepted.
    "MC-3107" "algorithm-not-accepted" AlgorithmNotAccepted {
        /// The algorithm.
        found: String,
    } => "signature algorithm not accepted: expected RSA PKCS#1 v1.5 with SHA-256, SHA-384 or SHA-512, or ECDSA P-256/SHA-256 or P-384/SHA-384, found {found}",
    /// The key is too weak, too large or of an unknown kind.
    "MC-3108" "key-not-accepted" KeyNotAccepted {
        /// What is accepted.
        expected: &'static str,
        /// What was found.
        found: String,
    } => "key not accepted: expected {expected}, found {found}",
    /// The serial number is not positive or too long.
    "MC-3109" "serial-number" SerialNumber {
        /// What is wrong with it.
        found: &'static str,
    } => "serial number: expected a positive number of at most 20 octets, found {found}",
    /// The key usage is not that of this kind of certificate.
    "MC-3110" "key-usage" KeyUsage {
        /// The key usage wanted.
        expected: String,
        /// The key usage found.
        found: String,
    } => "key usage: expected {expected}, found {found}",
    /// The extended key usage is not that of this kind of certificate.
    "MC-3111" "extended-key-usage" ExtendedKeyUsage {
        /// What is wanted.
        expected: &'static str,
        /// Object identifiers found.
        found: String,
    } => "extended key usage: expected {expected}, found {found}",
    /// The certificate policy is not that of this kind of certificate.
    "MC-3112" "policy" Policy {
        /// Object identifiers accepted.
        expected: Vec<String>,
        /// Object identifiers found.
        found: Vec<String>,
    } => "certificate policy: expected one of {expected:?}, found {found:?}",
    /// A certification authority's certificate was presented as a holder's.
    "MC-3113" "is-authority" IsAuthority => "a certification authority's certificate was presented as a holder's",
    /// The reference to the issuer's key does not agree with the root.
    "MC-3114" "authority-key-identifier" AuthorityKeyIdentifier {
        /// What the root says.
        expected: String,
        /// What the certificate says.
        found: String,
    } => "authority key identifier: expected {expected}, found {found}",
    /// A critical extension that this library does not know, or that is never critical.
    "MC-3115" "unknown-critical-extension" UnknownCriticalExtension {
        /// Its object identifier.
        oid: String,
    } => "critical extension {oid}: unknown, or never critical",
    /// A certificate offered as a root cannot be one.
    "MC-3116" "unfit-root" UnfitRoot {
        /// What a root must have.
        expected: &'static str,
    } => "not fit as a root: expected {expected}",
    /// An extension that must be critical is not.
    "MC-3117" "not-critical" NotCritical {
        /// The extension.
        extension: &'static str,
    } => "{extension} must be critical",
    /// The issuer's name is not the name of the root whose key is referred to.
    "MC-3118" "issuer-name" IssuerName {
        /// The root's name.
        expected: String,
        /// The issuer's name in the certificate.
        found: String,
    } => "issuer: expected {expected}, found {found}",

    /// An extension that no certificate of the profile has and that others may judge otherwise.
    "MC-3119" "extension-not-allowed" ExtensionNotAllowed {
        /// Its object identifier.
        oid: String,
    } => "extension {oid} does not belong in such a certificate",

    // Possession.
    /// The signature over the message was not made by this certificate's key.
    "MC-3201" "possession" Possession => "the signature was not made by the certificate's key over this message",
    /// The signature has the wrong length or form.
    "MC-3202" "signature-form" SignatureForm {
        /// What is wanted.
        expected: String,
        /// What was found.
        found: String,
    } => "signature form: expected {expected}, found {found}",
    /// The scheme does not fit the certificate's key.
    "MC-3203" "scheme-mismatch" SchemeMismatch {
        /// The scheme asked for.
        scheme: String,
        /// The key.
        key: String,
    } => "{scheme} cannot be verified with {key}",

    // Holder attributes.
    /// The certificate carries no holder attributes.
    "MC-3301" "no-holder-attributes" NoHolderAttributes => "the certificate carries no holder attributes",
    /// A holder attribute has a value that it cannot have.
    "MC-3302" "holder-attribute" HolderAttribute {
        /// Its object identifier.
        oid: String,
        /// What is wanted.
        expected: &'static str,
    } => "holder attribute {oid}: expected {expected}",

    // Revocation.
    /// The certificate is revoked.
    "MC-3401" "revoked" Revoked {
        /// Since when.
        since: Timestamp,
        /// The reason code (RFC 5280 §5.3.1), if given.
        reason: Option<u8>,
    } => "revoked since {since}{because}" where because = because(*reason),
    /// Whether the certificate is revoked could not be learnt, and the policy wants to know.
    "MC-3402" "revocation-unknown" RevocationUnknown {
        /// Why.
        why: crate::revocation::Unknown,
    } => "revocation unknown: {why}",
    /// Reading the revocation list failed.
    "MC-3403" "revocation-input" RevocationInput {
        /// The operating system's kind of error.
        found: std::io::ErrorKind,
    } => "the revocation list could not be read: {found}",

    // Card-verifiable certificates and signed records.
    /// No known key issued the card-verifiable certificate.
    "MC-3501" "card-issuer-unknown" CardIssuerUnknown {
        /// The issuer's key identifier in hexadecimal.
        key_identifier: String,
    } => "card-verifiable certificate of an unknown issuer, key {key_identifier}",
    /// The card-verifiable certificate was not signed by the issuer that it names.
    "MC-3502" "card-certificate-signature" CardCertificateSignature => "the card-verifiable certificate is forged or altered",
    /// The signed record was not signed by the certified key.
    "MC-3503" "record-signature" RecordSignature => "the signed record is forged or altered",
    /// A record's digest does not agree with the signed one.
    "MC-3504" "record-digest" RecordDigest => "the record does not have the digest that was signed",
    /// Two records that must agree do not.
    "MC-3505" "record-disagreement" RecordDisagreement {
        /// What differs.
        part: &'static str,
    } => "the records disagree about {part}",
    /// The card did not prove that it holds the key.
    "MC-3506" "presence" Presence => "the card did not prove that it holds the key",
}

/// A revocation's reason in words, if one was given; codes without a name as they are.
fn because(reason: Option<u8>) -> String {
    match reason {
        None => String::new(),
        Some(code) => match crate::revocation::reason_name(code) {
            Some(name) => format!(" ({name})"),
            None => format!(" (reason {code})"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_in_the_block() {
        for (index, (code, name)) in CODES.iter().enumerate() {
            assert!(code.starts_with("MC-3") && code.len() == 7, "{code}");
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{name}"
            );
            for (other, other_name) in &CODES[index + 1..] {
                assert_ne!(code, other);
                assert_ne!(name, other_name);
            }
        }
    }

    #[test]
    fn a_revocation_says_its_reason_in_words() {
        let since = Timestamp::parse("2026-06-01T00:00:00Z").unwrap();
        for (reason, expected) in [
            (None, "revoked since 2026-06-01T00:00:00Z"),
            (
                Some(1),
                "revoked since 2026-06-01T00:00:00Z (keyCompromise)",
            ),
            (Some(7), "revoked since 2026-06-01T00:00:00Z (reason 7)"),
        ] {
            let error = Error::new(ErrorKind::Revoked { since, reason });
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn code_and_text_belong_together() {
        let error = Error::new(ErrorKind::Version { found: 1 });
        assert_eq!(error.code(), "MC-3004");
        assert_eq!(
            error.to_string(),
            "certificate version: expected 3, found 1"
        );
    }
}
