//! The extensions of RFC 5280 §4.2 that JPKI certificates use; others survive by their object identifier.

use std::ops::Range;

use crate::asn1::{Fault, Reader, Tlv, oid, tag};
use crate::error::{Error, ErrorKind, Part};
use crate::name;

/// Most extensions in one certificate.
const MAX_EXTENSIONS: usize = 32;

/// What the extensions say; ranges point into the certificate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) list: Vec<Extension>,
    /// Bit 0 (digitalSignature) is the highest bit.
    pub(crate) key_usage: Option<u16>,
    pub(crate) authority: Option<BasicConstraints>,
    pub(crate) extended_key_usage: Vec<Range<usize>>,
    pub(crate) policies: Vec<Range<usize>>,
    pub(crate) subject_key_identifier: Option<Range<usize>>,
    pub(crate) authority_key_identifier: Option<AuthorityKeyIdentifier>,
    /// Content of the `GeneralNames`.
    pub(crate) subject_alt_name: Option<Range<usize>>,
    /// Directory names (content of the `Name`) of the distribution points.
    pub(crate) distribution_points: Vec<Range<usize>>,
    /// Addresses of OCSP responders.
    pub(crate) ocsp: Vec<Range<usize>>,
}

/// One extension, known or not.
#[derive(Clone, Debug)]
pub(crate) struct Extension {
    pub(crate) oid: Range<usize>,
    pub(crate) critical: bool,
}

/// The extensions that may be critical: what they say is judged. RFC 5280 wants the key identifiers, issuerAltName and
/// authorityInfoAccess never critical, and openssl refuses them so.
const MAY_BE_CRITICAL: [&[u8]; 6] = [
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::CERTIFICATE_POLICIES,
    oid::BASIC_CONSTRAINTS,
    oid::SUBJECT_ALT_NAME,
    oid::CRL_DISTRIBUTION_POINTS,
];

/// Extensions that change what a certificate is worth, are not judged here and stand in none of the profile: refused critical or
/// not, because whoever judges them may come to another verdict.
const NEVER: [&[u8]; 8] = [
    oid::NAME_CONSTRAINTS,
    oid::POLICY_MAPPINGS,
    oid::POLICY_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::PROXY_CERTIFICATE,
    oid::NETSCAPE_CERTIFICATE_TYPE,
    oid::ADDRESS_BLOCKS,
    oid::AUTONOMOUS_SYSTEMS,
];

/// `BasicConstraints`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BasicConstraints {
    pub(crate) is_authority: bool,
}

/// `AuthorityKeyIdentifier`.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthorityKeyIdentifier {
    pub(crate) key: Option<Range<usize>>,
    /// Content of the issuer's `Name`.
    pub(crate) issuer: Option<Range<usize>>,
    pub(crate) serial: Option<Range<usize>>,
}

impl Extensions {
    /// Whether the extension is present and critical.
    pub(crate) fn is_critical(&self, der: &[u8], wanted: &[u8]) -> bool {
        self.list
            .iter()
            .any(|e| e.critical && der.get(e.oid.clone()) == Some(wanted))
    }

    /// The first extension that is critical and may not be; positions count in `der`.
    pub(crate) fn misplaced_critical<'a>(&self, der: &'a [u8]) -> Option<&'a [u8]> {
        self.identifiers(der, |extension| extension.critical)
            .find(|kind| !MAY_BE_CRITICAL.contains(kind))
    }

    /// The first extension that no certificate of the profile has and that is not judged here.
    pub(crate) fn never_allowed<'a>(&self, der: &'a [u8]) -> Option<&'a [u8]> {
        self.identifiers(der, |_| true)
            .find(|kind| NEVER.contains(kind))
    }

    fn identifiers<'a>(
        &self,
        der: &'a [u8],
        which: impl Fn(&Extension) -> bool,
    ) -> impl Iterator<Item = &'a [u8]> {
        let chosen = self.list.iter().filter(move |extension| which(extension));
        chosen.filter_map(|extension| der.get(extension.oid.clone()))
    }

    /// Reads the content of `[3]`.
    pub(crate) fn read(explicit: &Tlv<'_>) -> Result<Self, Error> {
        let malformed = |fault| Error::malformed(Part::Certificate, fault);
        let mut outer = explicit.contents();
        let sequence = outer.expect(tag::SEQUENCE).map_err(malformed)?;
        outer.finish().map_err(malformed)?;
        let mut items = sequence.contents();
        if items.is_empty() {
            return Err(malformed(sequence.fault("empty list of extensions")));
        }
        let mut extensions = Self::default();
        let mut seen: Vec<&[u8]> = Vec::with_capacity(12);
        while !items.is_empty() {
            let (kind, critical, value) = one(&mut items).map_err(malformed)?;
            if seen.contains(&kind.value) {
                return Err(ErrorKind::DuplicateExtension {
                    oid: oid::dotted(kind.value),
                }
                .into());
            }
            if seen.len() == MAX_EXTENSIONS {
                return Err(malformed(kind.fault("too many extensions")));
            }
            seen.push(kind.value);
            extensions
                .understand(kind.value, &value)
                .map_err(malformed)?;
            extensions.list.push(Extension {
                oid: range(&kind),
                critical,
            });
        }
        Ok(extensions)
    }

    fn understand(&mut self, kind: &[u8], value: &Tlv<'_>) -> Result<(), Fault> {
        let mut content = value.contents();
        match kind {
            oid::KEY_USAGE => {
                let bits = content.named_bits()?;
                if bits == 0 {
                    return Err(value.fault("key usage without a bit"));
                }
                self.key_usage = Some(bits);
            }
            oid::BASIC_CONSTRAINTS => self.authority = Some(basic_constraints(&mut content)?),
            oid::EXTENDED_KEY_USAGE => {
                let list = nonempty(&mut content)?;
                let mut list = list.contents();
                while !list.is_empty() {
                    self.extended_key_usage.push(range(&list.oid()?));
                }
            }
            oid::CERTIFICATE_POLICIES => self.policies = policies(&mut content)?,
            oid::SUBJECT_KEY_IDENTIFIER => {
                let key = content.expect(tag::OCTET_STRING)?;
                if key.value.is_empty() {
                    return Err(key.fault("empty key identifier"));
                }
                self.subject_key_identifier = Some(range(&key));
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = Some(authority_key_identifier(&mut content)?);
            }
            oid::SUBJECT_ALT_NAME => {
                let names = nonempty(&mut content)?;
                check_general_names(names.contents())?;
                self.subject_alt_name = Some(range(&names));
            }
            oid::ISSUER_ALT_NAME => check_general_names(nonempty(&mut content)?.contents())?,
            oid::CRL_DISTRIBUTION_POINTS => {
                self.distribution_points = distribution_points(&mut content)?
            }
            oid::AUTHORITY_INFO_ACCESS => self.ocsp = information_access(&mut content)?,
            _ => return Ok(()),
        }
        content.finish()
    }
}

/// The content octets' place.
pub(crate) fn range(tlv: &Tlv<'_>) -> Range<usize> {
    let start = tlv.value_offset();
    start..start + tlv.value.len()
}

/// `Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`.
pub(crate) fn one<'a>(items: &mut Reader<'a>) -> Result<(Tlv<'a>, bool, Tlv<'a>), Fault> {
    let extension = items.expect(tag::SEQUENCE)?;
    let mut fields = extension.contents();
    let kind = fields.oid()?;
    let critical = fields.default_false()?;
    let value = fields.expect(tag::OCTET_STRING)?;
    fields.finish()?;
    Ok((kind, critical, value))
}

fn nonempty<'a>(content: &mut Reader<'a>) -> Result<Tlv<'a>, Fault> {
    let list = content.expect(tag::SEQUENCE)?;
    if list.value.is_empty() {
        Err(list.fault("empty list"))
    } else {
        Ok(list)
    }
}

fn basic_constraints(content: &mut Reader<'_>) -> Result<BasicConstraints, Fault> {
    let sequence = content.expect(tag::SEQUENCE)?;
    let mut fields = sequence.contents();
    let is_authority = fields.default_false()?;
    let path_length = if fields.is_empty() {
        None
    } else {
        Some(fields.small_integer()?)
    };
    fields.finish()?;
    if path_length.is_some() && !is_authority {
        return Err(sequence.fault("path length without authority"));
    }
    Ok(BasicConstraints { is_authority })
}

fn policies(content: &mut Reader<'_>) -> Result<Vec<Range<usize>>, Fault> {
    let mut list = nonempty(content)?.contents();
    let mut found: Vec<(&[u8], Range<usize>)> = Vec::new();
    while !list.is_empty() {
        let mut information = list.expect(tag::SEQUENCE)?.contents();
        let policy = information.oid()?;
        if !information.is_empty() {
            let mut qualifiers = nonempty(&mut information)?.contents();
            while !qualifiers.is_empty() {
                let mut qualifier = qualifiers.expect(tag::SEQUENCE)?.contents();
                qualifier.oid()?;
                qualifier.any()?;
                qualifier.finish()?;
            }
        }
        information.finish()?;
        if found.iter().any(|(other, _)| *other == policy.value) {
            return Err(policy.fault("policy appears twice"));
        }
        found.push((policy.value, range(&policy)));
    }
    Ok(found.into_iter().map(|(_, range)| range).collect())
}

pub(crate) fn authority_key_identifier(
    content: &mut Reader<'_>,
) -> Result<AuthorityKeyIdentifier, Fault> {
    let sequence = content.expect(tag::SEQUENCE)?;
    let mut fields = sequence.contents();
    let mut found = AuthorityKeyIdentifier::default();
    if let Some(key) = fields.optional(tag::context(0))? {
        found.key = Some(range(&key));
    }
    if let Some(names) = fields.optional(tag::context_constructed(1))? {
        let mut names = names.contents();
        let directory = names.expect(tag::context_constructed(4))?;
        names.finish()?;
        found.issuer = Some(directory_name(&directory)?);
    }
    if let Some(serial) = fields.optional(tag::context(2))? {
        crate::asn1::value::minimal_integer(&serial)?;
        found.serial = Some(range(&serial));
    }
    fields.finish()?;
    if found.issuer.is_some() != found.serial.is_some() {
        return Err(sequence.fault("issuer and serial number of the key only together"));
    }
    Ok(found)
}

/// The content of the `Name` in `[4] EXPLICIT Name`.
pub(crate) fn directory_name(explicit: &Tlv<'_>) -> Result<Range<usize>, Fault> {
    let mut content = explicit.contents();
    let name = content.expect(tag::SEQUENCE)?;
    content.finish()?;
    name::walk(name.contents(), |_, _, _| ())?;
    Ok(range(&name))
}

/// Every `GeneralName` in a list has the form of its kind.
fn check_general_names(mut names: Reader<'_>) -> Result<(), Fault> {
    while !names.is_empty() {
        let name = names.any()?;
        match name.tag {
            0xA0 => {
                let mut fields = name.contents();
                fields.oid()?;
                let value = fields.expect(tag::context_constructed(0))?;
                fields.finish()?;
                let mut content = value.contents();
                any_value(&content.any()?)?;
                content.finish()?;
            }
            0xA4 => {
                directory_name(&name)?;
            }
            0x81 | 0x82 | 0x86 => {
                if !name.value.is_ascii() {
                    return Err(name.fault("string with characters outside its type"));
                }
            }
            0x87 => {}
            0x88 => crate::asn1::value::identifier(&name)?,
            _ => return Err(name.fault("unexpected tag")),
        }
    }
    Ok(())
}

/// A value of any type: where the type is a universal one with a form of its own, it has that form.
fn any_value(value: &Tlv<'_>) -> Result<(), Fault> {
    let good = match value.tag {
        tag::INTEGER | tag::ENUMERATED => return crate::asn1::value::minimal_integer(value),
        tag::OID => return crate::asn1::value::identifier(value),
        tag::BOOLEAN => matches!(value.value, [0 | 0xFF]),
        tag::NULL => value.value.is_empty(),
        tag::BIT_STRING => matches!(value.value, [0, ..] | [1..=7, _, ..]),
        tag::OCTET_STRING | tag::SEQUENCE | tag::SET | 0x80.. => true,
        other => name::string(other, value.value).is_some(),
    };
    if good {
        Ok(())
    } else {
        Err(value.fault("value outside its type"))
    }
}

/// The names of points that cover all reasons and whose list the issuer itself signs; others cannot be used here.
fn distribution_points(content: &mut Reader<'_>) -> Result<Vec<Range<usize>>, Fault> {
    let mut list = nonempty(content)?.contents();
    let mut found = Vec::new();
    while !list.is_empty() {
        let point = list.expect(tag::SEQUENCE)?;
        if point.value.is_empty() {
            return Err(point.fault("empty distribution point"));
        }
        let mut fields = point.contents();
        let names = match fields.optional(tag::context_constructed(0))? {
            Some(name) => distribution_point_name(&name)?,
            None => Vec::new(),
        };
        let reasons = fields.optional(tag::context(1))?;
        if let Some(reasons) = &reasons {
            crate::asn1::value::named_bits(reasons)?;
        }
        let issuer = fields.optional(tag::context_constructed(2))?;
        if let Some(issuer) = &issuer {
            check_general_names(issuer.contents())?;
        }
        fields.finish()?;
        if reasons.is_none() && issuer.is_none() {
            found.extend(names);
        }
    }
    Ok(found)
}

/// Directory names in a `DistributionPointName` (content of the explicit tag). Addresses and relative names are checked
/// for form and left out: they are never followed.
pub(crate) fn distribution_point_name(explicit: &Tlv<'_>) -> Result<Vec<Range<usize>>, Fault> {
    let mut choice = explicit.contents();
    let name = choice.any()?;
    choice.finish()?;
    let mut found = Vec::new();
    match name.tag {
        0xA0 => {
            check_general_names(name.contents())?;
            let mut names = name.contents();
            if names.is_empty() {
                return Err(name.fault("empty list"));
            }
            while !names.is_empty() {
                let general = names.any()?;
                if general.tag == 0xA4 {
                    found.push(directory_name(&general)?);
                }
            }
        }
        0xA1 => name::relative(&name)?,
        _ => return Err(name.fault("unexpected tag")),
    }
    Ok(found)
}

fn information_access(content: &mut Reader<'_>) -> Result<Vec<Range<usize>>, Fault> {
    let mut list = nonempty(content)?.contents();
    let mut found = Vec::new();
    while !list.is_empty() {
        let description = list.expect(tag::SEQUENCE)?;
        let mut fields = description.contents();
        let method = fields.oid()?;
        check_general_names(fields)?;
        let location = fields.any()?;
        fields.finish()?;
        if method.value == oid::OCSP && location.tag == 0x86 {
            found.push(range(&location));
        }
    }
    Ok(found)
}
