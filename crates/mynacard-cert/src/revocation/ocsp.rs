//! The OCSP response (RFC 6960 §4.2): read strictly, judged for one question.

use std::fmt;
use std::ops::Range;

use sha1::{Digest as _, Sha1};

use super::ocsp_form::malformed;
use super::request::{OcspRequest, issuer_hashes};
use super::{Question, Revocation, Unknown};
use crate::algorithm::SignatureAlgorithm;
use crate::asn1::value::small;
use crate::asn1::{Reader, oid, tag};
use crate::certificate::Certificate;
use crate::error::{Error, ErrorKind, Part};
use crate::time::Timestamp;
use crate::verify;

/// Largest response that is read, in bytes.
pub const MAX_OCSP_RESPONSE: usize = 64 * 1024;

/// A response, read but not believed: [`Self::judge`] answers a question by it.
#[derive(Clone)]
pub struct OcspResponse {
    der: Box<[u8]>,
    status: u8,
    body: Option<Body>,
}

#[derive(Clone)]
pub(super) struct Body {
    pub(super) signed: Range<usize>,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) signature: Range<usize>,
    pub(super) responder: Responder,
    pub(super) produced_at: Timestamp,
    pub(super) statuses: Vec<Status>,
    pub(super) nonce: Option<Range<usize>>,
    pub(super) unknown_critical: bool,
    pub(super) certificates: Vec<Certificate>,
}

#[derive(Clone)]
pub(super) enum Responder {
    /// Content of the `Name`.
    Name(Range<usize>),
    KeyHash(Range<usize>),
}

#[derive(Clone)]
pub(super) struct Status {
    pub(super) sha1: bool,
    pub(super) name_hash: Range<usize>,
    pub(super) key_hash: Range<usize>,
    pub(super) serial: Range<usize>,
    pub(super) says: Says,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Option<Timestamp>,
    pub(super) unknown_critical: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Says {
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

    /// When the status of this certificate was right and whether it is revoked: of two answers the greater counts.
    pub(super) fn standing(&self, question: &Question<'_>) -> Option<(Timestamp, bool)> {
        let status = self.find(self.body.as_ref()?, question).ok()?;
        let revoked = matches!(status.says, Says::Revoked { .. });
        Some((status.this_update, revoked))
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
            // As with lists: the issuer need no longer say it. A responder that keeps what it knows beyond the end may promise so by
            // an archive cutoff (RFC 6960 §4.4.4); that promise is not read here.
            Says::Good if status.this_update > question.certificate().not_after() => {
                Err(Unknown::MadeAfterTheEnd)
            }
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
        && verify::check_extension_list(delegate).is_ok()
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
