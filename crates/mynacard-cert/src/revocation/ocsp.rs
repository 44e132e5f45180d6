//! The OCSP response (RFC 6960 §4.2): read strictly, judged for one question.

use std::fmt;
use std::ops::Range;

use sha1::{Digest as _, Sha1};

use super::request::{OcspRequest, issuer_hashes};
use super::{Question, Revocation, Unknown};
use crate::algorithm::SignatureAlgorithm;
use crate::asn1::time::generalized_time;
use crate::asn1::value::small;
use crate::asn1::{Fault, Reader, Tlv, oid, tag};
use crate::certificate::Certificate;
use crate::error::{Error, ErrorKind, Part};
use crate::extension::{one, range};
use crate::name;
use crate::time::Timestamp;

/// Largest response that is read, in bytes.
pub const MAX_OCSP_RESPONSE: usize = 64 * 1024;

/// Most statuses and most certificates in one response.
const MAX_STATUSES: usize = 64;
const MAX_CERTIFICATES: usize = 4;

/// A response, read but not believed: [`Self::judge`] answers a question by it.
#[derive(Clone)]
pub struct OcspResponse {
    der: Box<[u8]>,
    status: u8,
    body: Option<Body>,
}

#[derive(Clone)]
struct Body {
    signed: Range<usize>,
    algorithm: SignatureAlgorithm,
    signature: Range<usize>,
    responder: Responder,
    produced_at: Timestamp,
    statuses: Vec<Status>,
    nonce: Option<Range<usize>>,
    unknown_critical: bool,
    certificates: Vec<Certificate>,
}

#[derive(Clone)]
enum Responder {
    /// Content of the `Name`.
    Name(Range<usize>),
    KeyHash(Range<usize>),
}

#[derive(Clone)]
struct Status {
    sha1: bool,
    name_hash: Range<usize>,
    key_hash: Range<usize>,
    serial: Range<usize>,
    says: Says,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    unknown_critical: bool,
}

#[derive(Clone, Copy)]
enum Says {
    Good,
    Revoked {
        since: Timestamp,
        reason: Option<u8>,
    },
    Unknown,
}

/// Whether an answer must repeat the request's nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoncePolicy {
    /// It must.
    Require,
    /// If it carries one, it must be the request's; without one, the answer's age decides. Responders that prepare their
    /// answers ahead cannot repeat a nonce.
    IfPresent,
}

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug)]
pub struct OcspPolicy {
    /// About the nonce.
    pub nonce: NoncePolicy,
    /// Oldest answer that is accepted when it says nothing about the next one, in seconds.
    pub max_age: i64,
    /// By how many seconds the clocks may differ.
    pub skew: i64,
}

impl Default for OcspPolicy {
    /// A nonce if present, one day, five minutes.
    fn default() -> Self {
        Self {
            nonce: NoncePolicy::IfPresent,
            max_age: 86_400,
            skew: 300,
        }
    }
}

impl OcspResponse {
    /// Reads one response.
    ///
    /// # Errors
    /// `Malformed`, `TrailingBytes`, `TooLarge`.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        if der.len() > MAX_OCSP_RESPONSE {
            let (part, limit, found) = (Part::OcspResponse, MAX_OCSP_RESPONSE, der.len());
            return Err(ErrorKind::TooLarge { part, limit, found }.into());
        }
        let mut whole = Reader::new(der);
        let response = whole.expect(tag::SEQUENCE).map_err(malformed)?;
        if whole.finish().is_err() {
            let (part, expected, found) = (Part::OcspResponse, response.full.len(), der.len());
            return Err(ErrorKind::TrailingBytes {
                part,
                expected,
                found,
            }
            .into());
        }
        let mut fields = response.contents();
        let status = fields
            .expect(tag::ENUMERATED)
            .and_then(|status| small(&status))
            .map_err(malformed)?;
        let bytes = fields
            .optional(tag::context_constructed(0))
            .map_err(malformed)?;
        fields.finish().map_err(malformed)?;
        if bytes.is_some() != (status == 0) {
            return Err(malformed(
                response.fault("an answer exactly when the status is successful"),
            ));
        }
        let body = bytes.map(|bytes| Body::read(&bytes)).transpose()?;
        Ok(Self {
            der: der.into(),
            status,
            body,
        })
    }

    /// The bytes received.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Answers the question by this response. `request` is the one that was sent, if its nonce is still known. No answer
    /// but unknown is given before the signature verified under the certificate's own root, or under a certificate which that
    /// root issued for OCSP signing.
    #[must_use]
    pub fn judge(
        &self,
        question: &Question<'_>,
        request: Option<&OcspRequest>,
        policy: &OcspPolicy,
    ) -> Revocation {
        let Some(body) = &self.body else {
            return Revocation::Unknown(Unknown::ResponderRefused(self.status));
        };
        match self.judge_body(body, question, request, policy) {
            Ok(answer) => answer,
            Err(why) => Revocation::Unknown(why),
        }
    }

    fn judge_body(
        &self,
        body: &Body,
        question: &Question<'_>,
        request: Option<&OcspRequest>,
        policy: &OcspPolicy,
    ) -> Result<Revocation, Unknown> {
        self.check_signature(body, question)?;
        let status = self.find(body, question)?;
        if body.unknown_critical || status.unknown_critical {
            return Err(Unknown::UnknownCriticalExtension);
        }
        let fresh_by_nonce = self.check_nonce(body, request, policy)?;
        check_times(body, status, question.at(), policy, fresh_by_nonce)?;
        match status.says {
            Says::Good => Ok(Revocation::Good {
                this_update: status.this_update,
                next_update: status.next_update,
            }),
            Says::Revoked { since, reason } => Ok(Revocation::Revoked { since, reason }),
            Says::Unknown => Err(Unknown::ResponderDoesNotKnow),
        }
    }

    fn check_signature(&self, body: &Body, question: &Question<'_>) -> Result<(), Unknown> {
        if matches!(body.algorithm, SignatureAlgorithm::Other(_)) {
            return Err(Unknown::AlgorithmNotAccepted);
        }
        let issuer = question.issuer();
        let signed_by = |signer: &Certificate| {
            signer.key().verifies(
                &body.algorithm,
                self.slice(&body.signed),
                self.slice(&body.signature),
            )
        };
        if self.is_responder(body, issuer) {
            return if signed_by(issuer) {
                Ok(())
            } else {
                Err(Unknown::BadSignature)
            };
        }
        let Some(delegate) = body
            .certificates
            .iter()
            .find(|certificate| self.is_responder(body, certificate))
        else {
            return Err(Unknown::UntrustedResponder);
        };
        check_delegate(delegate, question)?;
        if signed_by(delegate) {
            Ok(())
        } else {
            Err(Unknown::BadSignature)
        }
    }

    fn is_responder(&self, body: &Body, certificate: &Certificate) -> bool {
        match &body.responder {
            Responder::Name(name) => self.slice(name) == certificate.subject_name(),
            Responder::KeyHash(hash) => {
                let found: [u8; 20] = Sha1::digest(certificate.key_bits()).into();
                self.slice(hash) == found
            }
        }
    }

    fn find<'a>(&self, body: &'a Body, question: &Question<'_>) -> Result<&'a Status, Unknown> {
        let (name_hash, key_hash) = issuer_hashes(question.issuer());
        let mut about = body.statuses.iter().filter(|status| {
            status.sha1
                && self.slice(&status.name_hash) == name_hash
                && self.slice(&status.key_hash) == key_hash
                && self.slice(&status.serial) == question.certificate().serial()
        });
        match (about.next(), about.next()) {
            (Some(status), None) => Ok(status),
            (Some(_), Some(_)) => Err(Unknown::Ambiguous),
            (None, _) => Err(Unknown::OtherCertificate),
        }
    }

    /// Whether the answer is fresh because it repeats the nonce.
    fn check_nonce(
        &self,
        body: &Body,
        request: Option<&OcspRequest>,
        policy: &OcspPolicy,
    ) -> Result<bool, Unknown> {
        let sent = request.and_then(OcspRequest::nonce);
        match (sent, body.nonce.as_ref().map(|range| self.slice(range))) {
            (Some(sent), Some(found)) if sent == found => Ok(true),
            (Some(_), Some(_)) => Err(Unknown::NonceMismatch),
            _ if policy.nonce == NoncePolicy::Require => Err(Unknown::NonceMissing),
            _ => Ok(false),
        }
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for OcspResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OcspResponse")
            .field("status", &self.status)
            .field("length", &self.der.len())
            .finish_non_exhaustive()
    }
}

/// A delegate: the same root issued it, for this, and it is valid now.
fn check_delegate(delegate: &Certificate, question: &Question<'_>) -> Result<(), Unknown> {
    let (issuer, extensions) = (question.issuer(), delegate.extensions());
    let appointed = delegate.issuer_name() == issuer.subject_name()
        && extensions
            .extended_key_usage
            .iter()
            .any(|range| delegate.slice(range) == oid::OCSP_SIGNING)
        && extensions.key_usage.is_none_or(|bits| bits & 0x8000 != 0)
        && !extensions
            .authority
            .is_some_and(|constraints| constraints.is_authority)
        && !extensions
            .list
            .iter()
            .any(|extension| extension.critical && !extension.known)
        && (delegate.not_before()..=delegate.not_after()).contains(&question.at())
        && names_key_of(delegate, issuer)
        && issuer.key().verifies(
            delegate.signature_algorithm(),
            delegate.signed_part(),
            delegate.signature(),
        );
    if appointed {
        Ok(())
    } else {
        Err(Unknown::UntrustedResponder)
    }
}

/// The delegate's reference to its issuer's key is to this issuer.
fn names_key_of(delegate: &Certificate, issuer: &Certificate) -> bool {
    let reference = delegate.extensions().authority_key_identifier.as_ref();
    let key = reference
        .and_then(|reference| reference.key.as_ref())
        .map(|range| delegate.slice(range));
    key.is_some() && key == issuer.subject_key_identifier()
}

fn check_times(
    body: &Body,
    status: &Status,
    at: Timestamp,
    policy: &OcspPolicy,
    fresh_by_nonce: bool,
) -> Result<(), Unknown> {
    let latest = at.plus_seconds(policy.skew);
    let earliest = at.plus_seconds(policy.skew.saturating_neg());
    if status.this_update > latest || body.produced_at > latest {
        return Err(Unknown::NotYet);
    }
    match status.next_update {
        Some(next) if next < status.this_update || next < earliest => Err(Unknown::Stale),
        Some(_) => Ok(()),
        None if fresh_by_nonce || status.this_update.plus_seconds(policy.max_age) >= earliest => {
            Ok(())
        }
        None => Err(Unknown::Stale),
    }
}

fn malformed(fault: Fault) -> Error {
    Error::malformed(Part::OcspResponse, fault)
}

impl Body {
    /// Reads `[0] { OCSP_BASIC, OCTET STRING { BasicOCSPResponse } }`.
    fn read(explicit: &Tlv<'_>) -> Result<Self, Error> {
        let basic = basic(explicit).map_err(malformed)?;
        let mut fields = basic.contents();
        let signed = fields.expect(tag::SEQUENCE).map_err(malformed)?;
        let algorithm = fields.expect(tag::SEQUENCE).map_err(malformed)?;
        let signature_offset = fields;
        let signature = fields.octet_aligned_bits().map_err(malformed)?;
        let mut list = fields
            .optional(tag::context_constructed(0))
            .map_err(malformed)?;
        fields.finish().map_err(malformed)?;
        let mut certificates = Vec::new();
        if let Some(list) = list.take() {
            let mut outer = list.contents();
            let mut items = outer.expect(tag::SEQUENCE).map_err(malformed)?.contents();
            outer.finish().map_err(malformed)?;
            while !items.is_empty() {
                if certificates.len() == MAX_CERTIFICATES {
                    return Err(malformed(items.fault("too many certificates")));
                }
                let item = items.expect(tag::SEQUENCE).map_err(malformed)?;
                certificates.push(Certificate::from_der(item.full)?);
            }
        }
        let mut body = Self::read_signed(&signed).map_err(malformed)?;
        let bits = { signature_offset }.any().map_err(malformed)?;
        let end = bits.offset + bits.full.len();
        body.signature = end - signature.len()..end;
        body.algorithm = SignatureAlgorithm::read(&algorithm).map_err(malformed)?;
        body.certificates = certificates;
        Ok(body)
    }

    /// Reads `ResponseData`.
    fn read_signed(signed: &Tlv<'_>) -> Result<Self, Fault> {
        let mut fields = signed.contents();
        // version [0] DEFAULT v1 is never encoded; what is there instead fails as an unexpected tag.
        let responder = fields.any()?;
        let mut inside = responder.contents();
        let responder = match responder.tag {
            0xA1 => {
                let name = inside.expect(tag::SEQUENCE)?;
                name::walk(name.contents(), |_, _, _| ())?;
                Responder::Name(range(&name))
            }
            0xA2 => Responder::KeyHash(range(&inside.expect(tag::OCTET_STRING)?)),
            _ => return Err(responder.fault("unexpected tag")),
        };
        inside.finish()?;
        let produced_at = fields.generalized_time()?;
        let list = fields.expect(tag::SEQUENCE)?;
        let mut items = list.contents();
        let mut statuses = Vec::new();
        while !items.is_empty() {
            if statuses.len() == MAX_STATUSES {
                return Err(items.fault("too many statuses"));
            }
            statuses.push(Status::read(&items.expect(tag::SEQUENCE)?)?);
        }
        let mut nonce = None;
        let mut unknown_critical = false;
        if let Some(extensions) = fields.optional(tag::context_constructed(1))? {
            each_extension(&extensions, |kind, critical, value| {
                if kind == oid::OCSP_NONCE {
                    let mut content = value.contents();
                    nonce = Some(range(&content.expect(tag::OCTET_STRING)?));
                    content.finish()?;
                } else {
                    unknown_critical |= critical;
                }
                Ok(())
            })?;
        }
        fields.finish()?;
        Ok(Self {
            signed: signed.offset..signed.offset + signed.full.len(),
            algorithm: SignatureAlgorithm::Other(String::new()),
            signature: 0..0,
            responder,
            produced_at,
            statuses,
            nonce,
            unknown_critical,
            certificates: Vec::new(),
        })
    }
}

fn basic<'a>(explicit: &Tlv<'a>) -> Result<Tlv<'a>, Fault> {
    let mut outer = explicit.contents();
    let bytes = outer.expect(tag::SEQUENCE)?;
    outer.finish()?;
    let mut fields = bytes.contents();
    let kind = fields.oid()?;
    if kind.value != oid::OCSP_BASIC {
        return Err(kind.fault("not a basic response"));
    }
    let octets = fields.expect(tag::OCTET_STRING)?;
    fields.finish()?;
    let mut content = octets.contents();
    let basic = content.expect(tag::SEQUENCE)?;
    content.finish()?;
    Ok(basic)
}

impl Status {
    /// Reads `SingleResponse`.
    fn read(single: &Tlv<'_>) -> Result<Self, Fault> {
        let mut fields = single.contents();
        let mut identifier = fields.expect(tag::SEQUENCE)?.contents();
        let mut algorithm = identifier.expect(tag::SEQUENCE)?.contents();
        let hash = algorithm.oid()?;
        if !algorithm.is_empty() {
            algorithm.null()?;
            algorithm.finish()?;
        }
        let name_hash = range(&identifier.expect(tag::OCTET_STRING)?);
        let key_hash = range(&identifier.expect(tag::OCTET_STRING)?);
        let serial = range(&identifier.integer()?);
        identifier.finish()?;
        let says = says(&fields.any()?)?;
        let this_update = fields.generalized_time()?;
        let next_update = match fields.optional(tag::context_constructed(0))? {
            Some(explicit) => {
                let mut content = explicit.contents();
                let time = content.generalized_time()?;
                content.finish()?;
                Some(time)
            }
            None => None,
        };
        let mut unknown_critical = false;
        if let Some(extensions) = fields.optional(tag::context_constructed(1))? {
            each_extension(&extensions, |_, critical, _| {
                unknown_critical |= critical;
                Ok(())
            })?;
        }
        fields.finish()?;
        let sha1 = hash.value == oid::SHA1;
        Ok(Self {
            sha1,
            name_hash,
            key_hash,
            serial,
            says,
            this_update,
            next_update,
            unknown_critical,
        })
    }
}

/// `CertStatus`.
fn says(status: &Tlv<'_>) -> Result<Says, Fault> {
    match (status.tag, status.value) {
        (0x80, []) => Ok(Says::Good),
        (0x82, []) => Ok(Says::Unknown),
        (0xA1, _) => {
            let mut fields = status.contents();
            let since = generalized_time(&fields.expect(tag::GENERALIZED_TIME)?)?;
            let reason = match fields.optional(tag::context_constructed(0))? {
                Some(explicit) => {
                    let mut content = explicit.contents();
                    let reason = small(&content.expect(tag::ENUMERATED)?)?;
                    content.finish()?;
                    Some(reason)
                }
                None => None,
            };
            fields.finish()?;
            Ok(Says::Revoked { since, reason })
        }
        _ => Err(status.fault("unexpected tag")),
    }
}

/// Every extension of an explicitly tagged list, each at most once.
fn each_extension<'a>(
    explicit: &Tlv<'a>,
    mut each: impl FnMut(&'a [u8], bool, &Tlv<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut outer = explicit.contents();
    let list = outer.expect(tag::SEQUENCE)?;
    outer.finish()?;
    let mut items = list.contents();
    let mut seen: Vec<&[u8]> = Vec::new();
    if items.is_empty() {
        return Err(list.fault("empty list of extensions"));
    }
    while !items.is_empty() {
        let (kind, critical, value) = one(&mut items)?;
        if seen.contains(&kind.value) || seen.len() == 32 {
            return Err(kind.fault("extension appears twice, or too many"));
        }
        seen.push(kind.value);
        each(kind.value, critical, &value)?;
    }
    Ok(())
}
