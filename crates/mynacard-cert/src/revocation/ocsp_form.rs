//! The form of an OCSP response (RFC 6960 §4.2.1), read strictly.

use super::extensions::each_tagged;
use super::ocsp::{Body, Responder, Says, Status};
use crate::algorithm::SignatureAlgorithm;
use crate::asn1::time::generalized_time;
use crate::asn1::value::small;
use crate::asn1::{Fault, Tlv, oid, tag};
use crate::certificate::Certificate;
use crate::error::{Error, Part};
use crate::extension::range;
use crate::name;

/// Most statuses and most certificates in one response.
const MAX_STATUSES: usize = 64;
const MAX_CERTIFICATES: usize = 4;

pub(super) fn malformed(fault: Fault) -> Error {
    Error::malformed(Part::OcspResponse, fault)
}

impl Body {
    /// Reads `[0] { OCSP_BASIC, OCTET STRING { BasicOCSPResponse } }`.
    pub(super) fn read(explicit: &Tlv<'_>) -> Result<Self, Error> {
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
            each_tagged(&extensions, |kind, critical, value| {
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
            each_tagged(&extensions, |_, critical, _| {
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
