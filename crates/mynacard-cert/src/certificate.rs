//! `Certificate` (RFC 5280 §4.1): read once, the received bytes kept.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::algorithm::SignatureAlgorithm;
use crate::asn1::{Fault, Reader, oid, tag};
use crate::error::{Error, ErrorKind, Part};
use crate::extension::{Extensions, range};
use crate::key::{KeyKind, PublicKey};
use crate::name;
use crate::time::Timestamp;

/// Largest certificate that is read, in bytes. Real ones have some 1300 to 1800.
pub const MAX_CERTIFICATE: usize = 32 * 1024;

/// A certificate in strict DER. Nothing about it is trusted until a [`TrustStore`](crate::TrustStore) says so.
///
/// ```
/// # fn main() -> Result<(), mynacard_cert::Error> {
/// # let bytes = mynacard_cert::TrustStore::production().roots().next().unwrap().certificate().as_der().to_vec();
/// use mynacard_cert::Certificate;
/// let certificate = Certificate::from_der(&bytes)?;
/// println!("{} until {}", certificate.issuer(), certificate.not_after());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Certificate(Arc<Fields>);

pub(crate) struct Fields {
    der: Box<[u8]>,
    signed: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    common_name: Option<Range<usize>>,
    issuer_organization: Option<Range<usize>>,
    not_before: Timestamp,
    not_after: Timestamp,
    key_info: Range<usize>,
    key: PublicKey,
    algorithm: SignatureAlgorithm,
    signature: Range<usize>,
    pub(crate) extensions: Extensions,
}

impl Certificate {
    /// Reads one certificate. What has more than one encoding is refused, so is anything after its end.
    ///
    /// # Errors
    /// `Malformed`, `TrailingBytes`, `TooLarge`, `Version`, `AlgorithmMismatch`, `DuplicateExtension`.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        if der.len() > MAX_CERTIFICATE {
            return Err(ErrorKind::TooLarge {
                part: Part::Certificate,
                limit: MAX_CERTIFICATE,
                found: der.len(),
            }
            .into());
        }
        Fields::read(der).map(|fields| Self(Arc::new(fields)))
    }

    /// The bytes received.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of the bytes received.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.as_der()).into()
    }

    /// First second of the validity.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// Last second of the validity.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// The serial number's content octets in lower-case hexadecimal. It identifies a person: keep it out of logs.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        crate::hex::encode(self.serial())
    }

    /// The subject's name, `C=JP, CN=…`.
    #[must_use]
    pub fn subject(&self) -> String {
        name::display(self.subject_name())
    }

    /// The issuer's name, `C=JP, O=JPKI, …`.
    #[must_use]
    pub fn issuer(&self) -> String {
        name::display(self.issuer_name())
    }

    /// The subject's last common name: a number-like identifier, not the holder's name.
    #[must_use]
    pub fn subject_common_name(&self) -> Option<&str> {
        let range = self.0.common_name.clone()?;
        std::str::from_utf8(self.slice(&range)).ok()
    }

    /// The algorithm of the issuer's signature.
    #[must_use]
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.0.algorithm
    }

    /// Kind and size of the holder's key.
    #[must_use]
    pub fn key_kind(&self) -> KeyKind {
        self.0.key.kind()
    }

    /// The `SubjectPublicKeyInfo` as received.
    #[must_use]
    pub fn public_key_info(&self) -> &[u8] {
        self.slice(&self.0.key_info)
    }

    /// Addresses of OCSP responders (authority information access). Fetch from them only after a verdict: before that they
    /// are a stranger's wish.
    pub fn ocsp_addresses(&self) -> impl Iterator<Item = &str> {
        self.extensions()
            .ocsp
            .iter()
            .filter_map(|range| std::str::from_utf8(self.slice(range)).ok())
    }

    /// Names of the distribution points where the issuer publishes revocations (one per municipality).
    pub fn distribution_points(&self) -> impl Iterator<Item = String> {
        self.extensions()
            .distribution_points
            .iter()
            .map(|range| name::display(self.slice(range)))
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    pub(crate) fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }

    pub(crate) fn serial(&self) -> &[u8] {
        self.slice(&self.0.serial)
    }

    /// Content of the issuer's `Name`.
    pub(crate) fn issuer_name(&self) -> &[u8] {
        self.slice(&self.0.issuer)
    }

    /// Content of the subject's `Name`.
    pub(crate) fn subject_name(&self) -> &[u8] {
        self.slice(&self.0.subject)
    }

    pub(crate) fn issuer_organization(&self) -> Option<&str> {
        let range = self.0.issuer_organization.clone()?;
        std::str::from_utf8(self.slice(&range)).ok()
    }

    /// The signed bytes exactly as received.
    pub(crate) fn signed_part(&self) -> &[u8] {
        self.slice(&self.0.signed)
    }

    pub(crate) fn signature(&self) -> &[u8] {
        self.slice(&self.0.signature)
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.0.key
    }

    /// The octets of the subject's key without the bit string's header (what OCSP hashes).
    pub(crate) fn key_bits(&self) -> &[u8] {
        let mut info = Reader::new(self.public_key_info());
        let bits = info.expect(tag::SEQUENCE).and_then(|info| {
            let mut fields = info.contents();
            fields.expect(tag::SEQUENCE)?;
            fields.octet_aligned_bits()
        });
        bits.unwrap_or_default()
    }

    pub(crate) fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions()
            .subject_key_identifier
            .as_ref()
            .map(|range| self.slice(range))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.as_der() == other.as_der()
    }
}

impl Eq for Certificate {}

/// Shows no name and no number: they identify a person.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("length", &self.as_der().len())
            .field("key", &self.key_kind())
            .field("not_after", &self.not_after())
            .finish_non_exhaustive()
    }
}

impl Fields {
    fn read(der: &[u8]) -> Result<Self, Error> {
        let malformed = |fault: Fault| Error::malformed(Part::Certificate, fault);
        let mut whole = Reader::new(der);
        let certificate = whole.expect(tag::SEQUENCE).map_err(malformed)?;
        if whole.finish().is_err() {
            let expected = certificate.full.len();
            return Err(ErrorKind::TrailingBytes {
                part: Part::Certificate,
                expected,
                found: der.len(),
            }
            .into());
        }
        let mut outer = certificate.contents();
        let signed = outer.expect(tag::SEQUENCE).map_err(malformed)?;
        let algorithm = outer.expect(tag::SEQUENCE).map_err(malformed)?;
        let signature = outer.octet_aligned_bits().map_err(malformed)?;
        outer.finish().map_err(malformed)?;

        let mut fields = signed.contents();
        version(&mut fields)?;
        let serial = fields.integer().map_err(malformed)?;
        let inner_algorithm = fields.expect(tag::SEQUENCE).map_err(malformed)?;
        let parsed_algorithm = SignatureAlgorithm::read(&algorithm).map_err(malformed)?;
        if inner_algorithm.full != algorithm.full {
            let inner = SignatureAlgorithm::read(&inner_algorithm).map_err(malformed)?;
            return Err(ErrorKind::AlgorithmMismatch {
                inner: inner.to_string(),
                outer: parsed_algorithm.to_string(),
            }
            .into());
        }
        let issuer = fields.expect(tag::SEQUENCE).map_err(malformed)?;
        let validity = fields.expect(tag::SEQUENCE).map_err(malformed)?;
        let subject = fields.expect(tag::SEQUENCE).map_err(malformed)?;
        let key_info = fields.expect(tag::SEQUENCE).map_err(malformed)?;
        // issuerUniqueID and subjectUniqueID ([1], [2]) must not be used (RFC 5280 §4.1.2.8).
        let extensions = fields
            .optional(tag::context_constructed(3))
            .map_err(malformed)?;
        fields.finish().map_err(malformed)?;

        for (name, problem) in [
            (&issuer, "empty issuer name"),
            (&subject, "empty subject name"),
        ] {
            if name.value.is_empty() {
                return Err(malformed(name.fault(problem)));
            }
        }
        let mut issuer_organization = None;
        name::walk(issuer.contents(), |kind, string_tag, value| {
            if kind == oid::ORGANIZATION && name::string(string_tag, value).is_some() {
                issuer_organization = place(der, value);
            }
        })
        .map_err(malformed)?;
        let mut common_name = None;
        name::walk(subject.contents(), |kind, string_tag, value| {
            if kind == oid::COMMON_NAME && name::string(string_tag, value).is_some() {
                common_name = place(der, value);
            }
        })
        .map_err(malformed)?;

        let mut times = validity.contents();
        let not_before = times.time().map_err(malformed)?;
        let not_after = times.time().map_err(malformed)?;
        times.finish().map_err(malformed)?;
        if not_after < not_before {
            return Err(malformed(validity.fault("validity ends before it begins")));
        }

        Ok(Self {
            signed: whole_range(&signed),
            serial: range(&serial),
            issuer: range(&issuer),
            subject: range(&subject),
            common_name,
            issuer_organization,
            not_before,
            not_after,
            key_info: whole_range(&key_info),
            key: PublicKey::read(key_info.contents()).map_err(malformed)?,
            algorithm: parsed_algorithm,
            signature: place(der, signature).unwrap_or_default(),
            extensions: extensions
                .map(|e| Extensions::read(&e))
                .transpose()?
                .unwrap_or_default(),
            der: der.into(),
        })
    }
}

fn version(fields: &mut Reader<'_>) -> Result<(), Error> {
    let malformed = |fault| Error::malformed(Part::Certificate, fault);
    let Some(explicit) = fields
        .optional(tag::context_constructed(0))
        .map_err(malformed)?
    else {
        return Err(ErrorKind::Version { found: 1 }.into());
    };
    let mut content = explicit.contents();
    let version = content.small_integer().map_err(malformed)?;
    content.finish().map_err(malformed)?;
    match version {
        2 => Ok(()),
        0 => Err(malformed(explicit.fault("default value encoded"))),
        other => Err(ErrorKind::Version {
            found: u16::from(other) + 1,
        }
        .into()),
    }
}

fn whole_range(tlv: &crate::asn1::Tlv<'_>) -> Range<usize> {
    tlv.offset..tlv.offset + tlv.full.len()
}

/// Where a slice of `der` begins and ends.
fn place(der: &[u8], part: &[u8]) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(der.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= der.len()).then_some(start..end)
}
