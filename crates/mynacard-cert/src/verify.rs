//! The checks of a verdict, in the order that lets the most specific refusal win.

use std::sync::Arc;

use crate::algorithm::SignatureAlgorithm;
use crate::asn1::oid;
use crate::certificate::Certificate;
use crate::error::{Error, ErrorKind};
use crate::name;
use crate::profile::{Hierarchy, Purpose, Usage};
use crate::time::Timestamp;
use crate::trust::{Root, TrustStore};
use crate::verdict::Verified;

/// keyUsage bits, bit 0 highest.
const DIGITAL_SIGNATURE: u16 = 0x8000;
const NON_REPUDIATION: u16 = 0x4000;
const KEY_CERT_SIGN: u16 = 0x0400;

/// Judges a holder's certificate: first what it says about itself, then who issued it, then when.
pub(crate) fn verify<P: Purpose>(
    store: &TrustStore,
    leaf: &Certificate,
    at: Timestamp,
) -> Result<Verified<P>, Error> {
    check_algorithm(leaf)?;
    leaf.key().accept()?;
    check_serial(leaf)?;
    check_extension_list(leaf)?;
    check_not_authority(leaf)?;
    check_issuer_is_accepted(store, leaf, P::USAGE)?;
    let hierarchies = policy_hierarchies(store, leaf, P::USAGE)?;
    check_key_usage(leaf, P::USAGE)?;
    check_extended_key_usage(leaf, P::USAGE)?;
    let root = find_root(store, leaf, P::USAGE, &hierarchies, at)?;
    check_begun(leaf, at)?;
    Ok(Verified::new(leaf.clone(), root, at))
}

/// The algorithm is one of the table, with the curve that belongs to its hash.
fn check_algorithm(certificate: &Certificate) -> Result<(), Error> {
    match certificate.signature_algorithm() {
        SignatureAlgorithm::Other(found) => Err(ErrorKind::AlgorithmNotAccepted {
            found: found.clone(),
        }
        .into()),
        _ => Ok(()),
    }
}

/// RFC 5280 §4.1.2.2: positive, at most 20 octets.
fn check_serial(certificate: &Certificate) -> Result<(), Error> {
    let serial = certificate.serial();
    let found = match serial {
        [0] => "zero",
        [first, ..] if *first >= 0x80 => "a negative number",
        _ if serial.len() > 20 => "more than 20 octets",
        _ => return Ok(()),
    };
    Err(ErrorKind::SerialNumber { found }.into())
}

/// Nothing critical but what may be, and nothing that is never there. Holders' certificates, roots and OCSP delegates alike.
pub(crate) fn check_extension_list(certificate: &Certificate) -> Result<(), Error> {
    let (extensions, der) = (certificate.extensions(), certificate.as_der());
    if let Some(kind) = extensions.misplaced_critical(der) {
        let oid = oid::dotted(kind);
        return Err(ErrorKind::UnknownCriticalExtension { oid }.into());
    }
    if let Some(kind) = extensions.never_allowed(der) {
        let oid = oid::dotted(kind);
        return Err(ErrorKind::ExtensionNotAllowed { oid }.into());
    }
    Ok(())
}

/// basicConstraints absent or FALSE: the depth is one.
fn check_not_authority(leaf: &Certificate) -> Result<(), Error> {
    if leaf
        .extensions()
        .authority
        .is_some_and(|constraints| constraints.is_authority)
    {
        return Err(ErrorKind::IsAuthority.into());
    }
    Ok(())
}

/// Exactly one policy, of the wanted usage; the hierarchies that issue under it.
fn policy_hierarchies(
    store: &TrustStore,
    leaf: &Certificate,
    usage: Usage,
) -> Result<Vec<Hierarchy>, Error> {
    let found: Vec<&[u8]> = leaf
        .extensions()
        .policies
        .iter()
        .map(|range| leaf.slice(range))
        .collect();
    let accepted = accepted_hierarchies(store);
    let expected = || {
        let of_usage = store
            .policies()
            .iter()
            .filter(|(h, u, _)| *u == usage && accepted.contains(h));
        let mut list: Vec<String> = of_usage.map(|(_, _, octets)| oid::dotted(octets)).collect();
        list.dedup();
        list
    };
    let refuse = || {
        let found = found.iter().map(|octets| oid::dotted(octets)).collect();
        Err(ErrorKind::Policy {
            expected: expected(),
            found,
        }
        .into())
    };
    let [policy] = found.as_slice() else {
        return refuse();
    };
    let known = || {
        store
            .policies()
            .iter()
            .filter(|(_, _, octets)| octets.as_slice() == *policy)
    };
    let hierarchies: Vec<Hierarchy> = known()
        .filter(|(h, u, _)| *u == usage && accepted.contains(h))
        .map(|(h, _, _)| *h)
        .collect();
    if hierarchies.is_empty() {
        if let Some((_, other, _)) = known().find(|(_, u, _)| *u != usage) {
            return Err(ErrorKind::WrongUsage {
                expected: usage,
                found: *other,
            }
            .into());
        }
        if let Some((other, _, _)) = known().find(|(h, _, _)| *h != Hierarchy::Custom) {
            return Err(ErrorKind::WrongHierarchy {
                expected: accepted,
                found: *other,
            }
            .into());
        }
        return refuse();
    }
    if !leaf
        .extensions()
        .is_critical(leaf.as_der(), oid::CERTIFICATE_POLICIES)
    {
        return Err(ErrorKind::NotCritical {
            extension: "certificatePolicies",
        }
        .into());
    }
    Ok(hierarchies)
}

/// keyUsage is critical and exactly that of the profile.
fn check_key_usage(leaf: &Certificate, usage: Usage) -> Result<(), Error> {
    let expected = match usage {
        Usage::Authentication => DIGITAL_SIGNATURE,
        Usage::Signature => DIGITAL_SIGNATURE | NON_REPUDIATION,
    };
    let found = leaf.extensions().key_usage;
    if found != Some(expected) {
        let found = found.map_or_else(|| "none".to_owned(), key_usage_names);
        return Err(ErrorKind::KeyUsage {
            expected: key_usage_names(expected),
            found,
        }
        .into());
    }
    if !leaf.extensions().is_critical(leaf.as_der(), oid::KEY_USAGE) {
        return Err(ErrorKind::NotCritical {
            extension: "keyUsage",
        }
        .into());
    }
    Ok(())
}

/// clientAuth for authentication, nothing for signatures.
fn check_extended_key_usage(leaf: &Certificate, usage: Usage) -> Result<(), Error> {
    let list: Vec<&[u8]> = leaf
        .extensions()
        .extended_key_usage
        .iter()
        .map(|range| leaf.slice(range))
        .collect();
    let (good, expected) = match usage {
        Usage::Authentication => (list.contains(&oid::CLIENT_AUTH), "clientAuth"),
        Usage::Signature => (list.is_empty(), "none"),
    };
    if good {
        return Ok(());
    }
    let found = match list.as_slice() {
        [] => "none".to_owned(),
        list => list
            .iter()
            .map(|octets| oid::dotted(octets))
            .collect::<Vec<_>>()
            .join(", "),
    };
    Err(ErrorKind::ExtendedKeyUsage { expected, found }.into())
}

/// A certificate whose issuer's name belongs to a hierarchy that the store does not accept, or to the roots of the other
/// usage, is refused for that, not for an unknown issuer.
fn check_issuer_is_accepted(
    store: &TrustStore,
    leaf: &Certificate,
    usage: Usage,
) -> Result<(), Error> {
    let named = |root: &&Arc<Root>| root.certificate().subject_name() == leaf.issuer_name();
    if store
        .shared_roots()
        .iter()
        .filter(named)
        .any(|root| root.usage() == usage)
    {
        return Ok(());
    }
    if let Some(other) = store.shared_roots().iter().find(named) {
        return Err(ErrorKind::WrongUsage {
            expected: usage,
            found: other.usage(),
        }
        .into());
    }
    let accepted = accepted_hierarchies(store);
    match leaf
        .issuer_organization()
        .and_then(Hierarchy::of_organization)
    {
        Some(found) if !accepted.contains(&found) => Err(ErrorKind::WrongHierarchy {
            expected: accepted,
            found,
        }
        .into()),
        _ => Ok(()),
    }
}

/// All generations share one name: the key identifier chooses. A key identifier is only a claim, and a root may be issued
/// anew for the same key: every root that fits is tried.
fn find_root(
    store: &TrustStore,
    leaf: &Certificate,
    usage: Usage,
    hierarchies: &[Hierarchy],
    at: Timestamp,
) -> Result<Arc<Root>, Error> {
    let reference = leaf.extensions().authority_key_identifier.as_ref();
    let Some(key) = reference
        .and_then(|reference| reference.key.as_ref())
        .map(|range| leaf.slice(range))
    else {
        let expected = "the issuer's key identifier".to_owned();
        return Err(ErrorKind::AuthorityKeyIdentifier {
            expected,
            found: "none".to_owned(),
        }
        .into());
    };
    let of_key = || {
        let roots = store
            .shared_roots()
            .iter()
            .filter(|root| root.usage() == usage);
        roots.filter(|root| root.certificate().subject_key_identifier() == Some(key))
    };
    let mut refusal: Option<(bool, Error)> = None;
    for root in of_key().filter(|root| root.certificate().subject_name() == leaf.issuer_name()) {
        match check_root(leaf, root, hierarchies, at) {
            Ok(()) => return Ok(Arc::clone(root)),
            Err(why) => {
                // Of several, the word of the root that did sign counts; else that of the first.
                let signed = check_signature(leaf, root).is_ok();
                if refusal.as_ref().is_none_or(|(before, _)| signed && !before) {
                    refusal = Some((signed, why));
                }
            }
        }
    }
    if let Some((_, why)) = refusal {
        return Err(why);
    }
    if let Some(namesake) = of_key().next() {
        let expected = namesake.certificate().subject();
        return Err(ErrorKind::IssuerName {
            expected,
            found: leaf.issuer(),
        }
        .into());
    }
    Err(ErrorKind::IssuerUnknown {
        issuer: leaf.issuer(),
        key_identifier: crate::hex::encode(key),
    }
    .into())
}

/// Whether this root issued the certificate, and could.
fn check_root(
    leaf: &Certificate,
    root: &Root,
    hierarchies: &[Hierarchy],
    at: Timestamp,
) -> Result<(), Error> {
    check_reference(leaf, root)?;
    check_same_hierarchy(hierarchies, root)?;
    check_root_validity(root, at)?;
    check_signature(leaf, root)
}

/// Where the certificate also names the issuer of the root and the root's serial number, both agree.
fn check_reference(leaf: &Certificate, root: &Root) -> Result<(), Error> {
    let reference = leaf.extensions().authority_key_identifier.as_ref();
    let mismatch = |expected: String, found: String| {
        Err(ErrorKind::AuthorityKeyIdentifier { expected, found }.into())
    };
    if let Some(issuer) = reference.and_then(|reference| reference.issuer.as_ref()) {
        let issuer = leaf.slice(issuer);
        if issuer != root.certificate().issuer_name() {
            return mismatch(root.certificate().issuer(), name::display(issuer));
        }
    }
    if let Some(serial) = reference.and_then(|reference| reference.serial.as_ref()) {
        let serial = leaf.slice(serial);
        if serial != root.certificate().serial() {
            return mismatch(root.certificate().serial_hex(), crate::hex::encode(serial));
        }
    }
    Ok(())
}

/// A policy of one hierarchy under a root of another is a mixture.
fn check_same_hierarchy(policy: &[Hierarchy], root: &Root) -> Result<(), Error> {
    match policy.first() {
        Some(found) if !policy.contains(&root.hierarchy()) => Err(ErrorKind::WrongHierarchy {
            expected: vec![root.hierarchy()],
            found: *found,
        }
        .into()),
        _ => Ok(()),
    }
}

fn check_root_validity(root: &Root, at: Timestamp) -> Result<(), Error> {
    let (not_before, not_after) = (
        root.certificate().not_before(),
        root.certificate().not_after(),
    );
    if (not_before..=not_after).contains(&at) {
        return Ok(());
    }
    Err(ErrorKind::RootNotValid {
        not_before,
        not_after,
        at,
    }
    .into())
}

/// Over the bytes as received.
fn check_signature(leaf: &Certificate, root: &Root) -> Result<(), Error> {
    let key = root.certificate().key();
    if key.verifies(
        leaf.signature_algorithm(),
        leaf.signed_part(),
        leaf.signature(),
    ) {
        return Ok(());
    }
    Err(ErrorKind::CertificateSignature.into())
}

fn check_begun(leaf: &Certificate, at: Timestamp) -> Result<(), Error> {
    let not_before = leaf.not_before();
    if at < not_before {
        Err(ErrorKind::NotYetValid { not_before, at }.into())
    } else {
        Ok(())
    }
}

/// A certificate that the caller offers as a root: a self-signed authority that can sign certificates.
pub(crate) fn fit_as_root(certificate: &Certificate) -> Result<(), Error> {
    check_algorithm(certificate)?;
    certificate.key().accept()?;
    check_serial(certificate)?;
    check_extension_list(certificate)?;
    let unfit = |expected| Err(ErrorKind::UnfitRoot { expected }.into());
    let extensions = certificate.extensions();
    if !extensions
        .authority
        .is_some_and(|constraints| constraints.is_authority)
    {
        return unfit("basicConstraints CA:TRUE");
    }
    // RFC 5280 §4.2.1.9.
    if !extensions.is_critical(certificate.as_der(), oid::BASIC_CONSTRAINTS) {
        return unfit("basicConstraints critical");
    }
    if extensions
        .key_usage
        .is_none_or(|bits| bits & KEY_CERT_SIGN == 0)
    {
        return unfit("keyUsage keyCertSign");
    }
    if extensions.subject_key_identifier.is_none() {
        return unfit("a subject key identifier");
    }
    if certificate.issuer_name() != certificate.subject_name() {
        return unfit("issuer and subject the same");
    }
    if !certificate.key().verifies(
        certificate.signature_algorithm(),
        certificate.signed_part(),
        certificate.signature(),
    ) {
        return unfit("its own signature");
    }
    Ok(())
}

/// The hierarchies of the store's roots, each once.
fn accepted_hierarchies(store: &TrustStore) -> Vec<Hierarchy> {
    let mut list = Vec::new();
    for root in store.shared_roots() {
        if !list.contains(&root.hierarchy()) {
            list.push(root.hierarchy());
        }
    }
    list
}

/// The names of keyUsage bits.
pub(crate) fn key_usage_names(bits: u16) -> String {
    const NAMES: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];
    let set = NAMES
        .iter()
        .enumerate()
        .filter(|(index, _)| bits & (0x8000 >> index) != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}
