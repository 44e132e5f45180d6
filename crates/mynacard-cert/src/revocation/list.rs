//! The certificate revocation list (RFC 5280 §5): walked once for one certificate, in bounded memory.

use std::io::{BufReader, Read};

use super::extensions::{each_of, each_tagged};
use super::stream::Stream;
use super::{Question, Revocation, Unknown};
use crate::algorithm::SignatureAlgorithm;
use crate::asn1::value::{named_bits, small};
use crate::asn1::{Fault, Reader, oid, tag};
use crate::certificate::Certificate;
use crate::error::{Error, Part};
use crate::extension::{AuthorityKeyIdentifier, authority_key_identifier, distribution_point_name};
use crate::key::Hash;
use crate::time::Timestamp;

/// Largest list that is walked, in bytes.
pub const MAX_LIST: u64 = 256 * 1024 * 1024;

/// Largest entry and largest other part of a list, in bytes: what is in memory at one time.
const MAX_ENTRY: usize = 1024;
const MAX_OTHER: usize = 16 * 1024;

/// How fresh a list must be.
#[derive(Clone, Copy, Debug)]
pub struct ListPolicy {
    /// By how many seconds the clocks may differ.
    pub skew: i64,
}

impl Default for ListPolicy {
    /// Five minutes.
    fn default() -> Self {
        Self { skew: 300 }
    }
}

/// Walks a list and answers the question by it. Nothing but unknown is answered before the end was reached and the list's
/// signature verified under the certificate's own root. The list must be complete (no delta), direct, for all reasons, and of the
/// certificate's own distribution point: each municipality has one, and a list of another says nothing.
///
/// # Errors
/// `Malformed`, `TrailingBytes`, `TooLarge`, `RevocationInput`.
pub fn walk_list<R: Read>(
    input: R,
    question: &Question<'_>,
    policy: &ListPolicy,
) -> Result<Revocation, Error> {
    let walked = walk(input, question.certificate().serial())?;
    match judge(&walked, question, policy) {
        Ok(answer) => Ok(answer),
        Err(why) => Ok(Revocation::Unknown(why)),
    }
}

/// What a walk remembers.
struct Walked {
    /// Of the signed part; `None` when the algorithm is not accepted.
    digest: Option<Vec<u8>>,
    algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    /// Content of the issuer's `Name`.
    issuer: Vec<u8>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    entry: Option<Entry>,
    repeated: bool,
    extensions: Extensions,
}

/// The entry of the certificate asked about.
#[derive(Clone, Copy)]
struct Entry {
    since: Timestamp,
    reason: Option<u8>,
}

#[derive(Default)]
struct Extensions {
    /// Content octets of the issuer's key identifier.
    key_identifier: Option<Vec<u8>>,
    /// Contents of the distribution point's directory names.
    points: Option<Vec<Vec<u8>>>,
    only_others: bool,
    partial: bool,
    indirect: bool,
    delta: bool,
    unknown_critical: bool,
}

fn judge(
    walked: &Walked,
    question: &Question<'_>,
    policy: &ListPolicy,
) -> Result<Revocation, Unknown> {
    let (issuer, extensions) = (question.issuer(), &walked.extensions);
    let Some(digest) = &walked.digest else {
        return Err(Unknown::AlgorithmNotAccepted);
    };
    if walked.issuer != issuer.subject_name() {
        return Err(Unknown::OtherIssuer);
    }
    if extensions
        .key_identifier
        .as_deref()
        .is_some_and(|key| Some(key) != issuer.subject_key_identifier())
    {
        return Err(Unknown::OtherIssuer);
    }
    if issuer
        .extensions()
        .key_usage
        .is_none_or(|bits| bits & CRL_SIGN == 0)
    {
        return Err(Unknown::IssuerMayNotSign);
    }
    if !issuer
        .key()
        .verifies_digest(&walked.algorithm, digest, &walked.signature)
    {
        return Err(Unknown::BadSignature);
    }
    check_scope(extensions, question.certificate())?;
    let at = question.at();
    if walked.this_update > at.plus_seconds(policy.skew) {
        return Err(Unknown::NotYet);
    }
    let Some(next_update) = walked.next_update else {
        return Err(Unknown::NoNextUpdate);
    };
    if next_update < walked.this_update
        || next_update < at.plus_seconds(policy.skew.saturating_neg())
    {
        return Err(Unknown::Stale);
    }
    if walked.repeated {
        return Err(Unknown::Ambiguous);
    }
    Ok(match walked.entry {
        Some(Entry { since, reason }) => Revocation::Revoked { since, reason },
        // RFC 5280 §3.3: an entry stays until one list after the certificate's end, and then it may go.
        None if walked.this_update > question.certificate().not_after() => {
            return Err(Unknown::MadeAfterTheEnd);
        }
        None => Revocation::Good {
            this_update: walked.this_update,
            next_update: walked.next_update,
        },
    })
}

/// keyUsage bit cRLSign, bit 0 highest.
const CRL_SIGN: u16 = 0x0200;

/// The list covers this certificate for every reason.
fn check_scope(extensions: &Extensions, certificate: &Certificate) -> Result<(), Unknown> {
    if extensions.unknown_critical {
        return Err(Unknown::UnknownCriticalExtension);
    }
    if extensions.delta {
        return Err(Unknown::Delta);
    }
    if extensions.indirect {
        return Err(Unknown::Indirect);
    }
    if extensions.partial {
        return Err(Unknown::PartialReasons);
    }
    if extensions.only_others {
        return Err(Unknown::OtherScope);
    }
    let own = &certificate.extensions().distribution_points;
    let listed = extensions.points.iter().flatten();
    let shared = listed
        .into_iter()
        .any(|name| own.iter().any(|range| certificate.slice(range) == name));
    if shared {
        Ok(())
    } else {
        Err(Unknown::OtherDistributionPoint)
    }
}

fn walk<R: Read>(input: R, serial: &[u8]) -> Result<Walked, Error> {
    let mut stream = Stream::new(BufReader::new(input), MAX_LIST);
    let outer = stream.head(MAX_LIST)?;
    expect(&stream, outer.tag)?;
    stream.begin_signed();
    let signed = stream.head(outer.end)?;
    expect(&stream, signed.tag)?;

    let version = stream.object(tag::INTEGER, signed.end, 4)?;
    if version != [tag::INTEGER, 1, 1] {
        return Err(stream.fault("version not 2"));
    }
    let algorithm_bytes = stream.object(tag::SEQUENCE, signed.end, MAX_OTHER)?;
    let algorithm = whole(&algorithm_bytes, |reader| {
        SignatureAlgorithm::read(&reader.any()?)
    })?;
    if let Some(hash) = Hash::of(&algorithm) {
        stream.hash_with(hash);
    }
    let issuer_bytes = stream.object(tag::SEQUENCE, signed.end, MAX_OTHER)?;
    let issuer = whole(&issuer_bytes, |reader| {
        let name = reader.any()?;
        crate::name::walk(name.contents(), |_, _, _| ())?;
        Ok(name.value.to_vec())
    })?;
    let head = stream.head(signed.end)?;
    let this_update = time(&stream.body(&head, 32)?)?;

    let mut next_update = None;
    let mut found = Found {
        serial,
        entry: None,
        repeated: false,
    };
    let mut extensions = Extensions::default();
    let mut stage = 0;
    while stream.offset() < signed.end {
        let head = stream.head(signed.end)?;
        // Each of the three optional parts once, in this order.
        let part = match head.tag {
            tag::UTC_TIME | tag::GENERALIZED_TIME => 1,
            tag::SEQUENCE => 2,
            0xA0 => 3,
            _ => return Err(stream.fault("unexpected tag")),
        };
        if part <= stage {
            return Err(stream.fault("part repeated or out of order"));
        }
        stage = part;
        match part {
            1 => next_update = Some(time(&stream.body(&head, 32)?)?),
            2 => {
                if stream.offset() == head.end {
                    return Err(stream.fault("empty list"));
                }
                while stream.offset() < head.end {
                    let entry = stream.object(tag::SEQUENCE, head.end, MAX_ENTRY)?;
                    whole(&entry, |reader| found.read(reader, &mut extensions))?;
                }
            }
            _ => {
                let bytes = stream.body(&head, MAX_OTHER)?;
                whole(&bytes, |reader| extensions.read(reader))?;
            }
        }
    }
    let digest = stream.end_signed();
    let outer_algorithm = stream.object(tag::SEQUENCE, outer.end, MAX_OTHER)?;
    if outer_algorithm != algorithm_bytes {
        return Err(stream.fault("signature algorithm inside and outside differ"));
    }
    let bits = stream.object(tag::BIT_STRING, outer.end, MAX_OTHER)?;
    let signature = whole(&bits, |reader| {
        reader.octet_aligned_bits().map(<[u8]>::to_vec)
    })?;
    if stream.offset() != outer.end {
        return Err(stream.fault("trailing bytes"));
    }
    stream.finish()?;
    let Found {
        entry, repeated, ..
    } = found;
    Ok(Walked {
        digest,
        algorithm,
        signature,
        issuer,
        this_update,
        next_update,
        entry,
        repeated,
        extensions,
    })
}

fn expect<R: Read>(stream: &Stream<R>, found: u8) -> Result<(), Error> {
    if found == tag::SEQUENCE {
        Ok(())
    } else {
        Err(stream.fault("unexpected tag"))
    }
}

/// Reads an object that was taken out of the stream; it must be used up.
fn whole<'a, T>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Fault>,
) -> Result<T, Error> {
    let mut reader = Reader::new(bytes);
    let value = read(&mut reader).and_then(|value| reader.finish().map(|()| value));
    value.map_err(|fault| Error::malformed(Part::RevocationList, fault))
}

fn time(bytes: &[u8]) -> Result<Timestamp, Error> {
    whole(bytes, |reader| reader.time())
}

/// Looks for one serial number while the entries pass.
struct Found<'a> {
    serial: &'a [u8],
    entry: Option<Entry>,
    repeated: bool,
}

impl Found<'_> {
    /// `SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`.
    fn read(&mut self, reader: &mut Reader<'_>, list: &mut Extensions) -> Result<(), Fault> {
        let entry = reader.any()?;
        let mut fields = entry.contents();
        let serial = fields.integer()?;
        let since = fields.time()?;
        let mut reason = None;
        if let Some(extensions) = fields.optional(tag::SEQUENCE)? {
            // As many as an entry has room for.
            each_of(&extensions, usize::MAX, |kind, critical, value| {
                // None but an entry's issuer is ever critical (RFC 5280 §5.3).
                list.unknown_critical |= critical && kind != oid::CERTIFICATE_ISSUER;
                let mut content = value.contents();
                match kind {
                    oid::REASON_CODE => {
                        reason = Some(small(&content.expect(tag::ENUMERATED)?)?);
                        content.finish()
                    }
                    oid::INVALIDITY_DATE => {
                        content.generalized_time()?;
                        content.finish()
                    }
                    oid::CERTIFICATE_ISSUER => {
                        list.indirect = true;
                        Ok(())
                    }
                    _ => Ok(()),
                }
            })?;
        }
        fields.finish()?;
        if serial.value == self.serial {
            self.repeated |= self.entry.is_some();
            self.entry = Some(Entry { since, reason });
        }
        Ok(())
    }
}

/// The extensions of a list that are critical (RFC 5280 §5.2); another one, or a number that claims to be, is not understood.
const MAY_BE_CRITICAL: [&[u8]; 2] = [oid::ISSUING_DISTRIBUTION_POINT, oid::DELTA_CRL_INDICATOR];

impl Extensions {
    /// The content of `[0]`.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let explicit = reader.any()?;
        each_tagged(&explicit, |kind, critical, value| {
            self.unknown_critical |= critical && !MAY_BE_CRITICAL.contains(&kind);
            let mut content = value.contents();
            match kind {
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    let AuthorityKeyIdentifier { key, .. } =
                        authority_key_identifier(&mut content)?;
                    // Positions count from the first octet of the object that `reader` was made of.
                    self.key_identifier = key
                        .and_then(|range| explicit.full.get(range))
                        .map(<[u8]>::to_vec);
                    content.finish()
                }
                oid::CRL_NUMBER => {
                    content.integer()?;
                    content.finish()
                }
                oid::ISSUING_DISTRIBUTION_POINT => {
                    self.read_point(&mut content, explicit.full)?;
                    content.finish()
                }
                oid::DELTA_CRL_INDICATOR => {
                    self.delta = true;
                    Ok(())
                }
                _ => Ok(()),
            }
        })
    }

    /// `IssuingDistributionPoint`.
    fn read_point(&mut self, content: &mut Reader<'_>, bytes: &[u8]) -> Result<(), Fault> {
        let sequence = content.expect(tag::SEQUENCE)?;
        let mut fields = sequence.contents();
        if let Some(name) = fields.optional(tag::context_constructed(0))? {
            let ranges = distribution_point_name(&name)?;
            self.points = Some(
                ranges
                    .into_iter()
                    .filter_map(|range| bytes.get(range))
                    .map(<[u8]>::to_vec)
                    .collect(),
            );
        }
        let only_holders = flag(&mut fields, 1)?;
        let only_authorities = flag(&mut fields, 2)?;
        if let Some(reasons) = fields.optional(tag::context(3))? {
            named_bits(&reasons)?;
            self.partial = true;
        }
        self.indirect |= flag(&mut fields, 4)?;
        let only_attributes = flag(&mut fields, 5)?;
        self.only_others = only_authorities || only_attributes;
        fields.finish()?;
        if only_holders && self.only_others {
            return Err(sequence.fault("scopes that exclude each other"));
        }
        Ok(())
    }
}

/// `[n] IMPLICIT BOOLEAN DEFAULT FALSE`.
fn flag(fields: &mut Reader<'_>, number: u8) -> Result<bool, Fault> {
    match fields.optional(tag::context(number))? {
        None => Ok(false),
        Some(tlv) if tlv.value == [0xFF] => Ok(true),
        Some(tlv) => Err(tlv.fault("boolean neither absent nor FF")),
    }
}
