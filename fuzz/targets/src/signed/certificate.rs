//! Holders' certificates: parts changed, signed anew by a root that the store has, judged.

use std::sync::OnceLock;

use der::{Decode as _, Encode as _};
use mynacard_cert::{Certificate, Hierarchy, Purpose, TrustStore, Usage, Verified};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, ExtendedKeyUsage,
};

use super::harness::der::{bits, oid, seq, tlv};
use super::harness::forge::{self, Alg, Authority, Ext, Key};
use super::possession;
use super::tree::{self, Node};
use crate::errors::noted;

/// A policy that the caller adds.
const ADDED_POLICY: &str = "1.2.392.200149.8.5.9.1";

/// Judges what the input makes of a right certificate; whether it was accepted.
pub(crate) fn judged(data: &[u8]) -> bool {
    let Some((&choices, changes)) = data.split_first() else {
        return false;
    };
    let usage = if choices & 1 == 0 {
        Usage::Authentication
    } else {
        Usage::Signature
    };
    let authority = super::authority(usage);
    let (der, long) = issued(authority, changes, choices & 4 != 0);
    let Ok(certificate) = noted(Certificate::from_der(&der)) else {
        return false;
    };
    assert!(!long, "a length in more octets than it needs was read");
    assert_eq!(certificate.as_der(), der, "a certificate changed");
    let mut store = store();
    let mut policies = vec![policy(usage)];
    if choices & 2 != 0 {
        store = store
            .with_policy(Hierarchy::Custom, usage, ADDED_POLICY)
            .expect("an object identifier");
        policies.push(ADDED_POLICY);
    }
    prove(&certificate, &der);
    let authentication = noted(store.verify_authentication(&certificate, forge::now()));
    let signature = noted(store.verify_signature(&certificate, forge::now()));
    assert!(
        authentication.is_err() || signature.is_err(),
        "one certificate for both purposes"
    );
    match (usage, authentication, signature) {
        (Usage::Authentication, Ok(verified), _) => check(&verified, &der, authority, &policies),
        (Usage::Signature, _, Ok(verified)) => check(&verified, &der, authority, &policies),
        (_, Err(_), Err(_)) => return false,
        _ => unreachable!("a root gave a verdict for what it is not trusted with"),
    }
    assert!(choices & 4 == 0, "another key's signature was accepted");
    true
}

/// Where another parser finds a key, its holder proves it, and nobody else does.
fn prove(certificate: &Certificate, der: &[u8]) {
    let Ok(read) = x509_cert::Certificate::from_der(der) else {
        return;
    };
    let key = read.tbs_certificate().subject_public_key_info();
    possession::proven(certificate, &key.to_der().expect("it was read"));
}

fn store() -> TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    let both = || {
        super::authority(Usage::Authentication)
            .store()
            .and(super::authority(Usage::Signature).store())
    };
    STORE.get_or_init(both).clone()
}

fn policy(usage: Usage) -> &'static str {
    match usage {
        Usage::Authentication => mynacard_cert::policy::AUTHENTICATION,
        Usage::Signature => mynacard_cert::policy::SIGNATURE,
    }
}

/// The certificate with its changes, signed over what came of them; whether a length in it is longer than DER allows.
fn issued(authority: &Authority, changes: &[u8], by_another: bool) -> (Vec<u8>, bool) {
    let (right, known) = right(authority);
    let mut root = right.clone();
    tree::change(&mut root, changes, known);
    let key = if by_another {
        &Key::p256(0x55)
    } else {
        &authority.key
    };
    let long = root.has_long_length();
    (super::sign_first(&root, key, Alg::EcdsaSha256), long)
}

/// What a certificate is before its changes, and what these may put in.
fn right(authority: &Authority) -> &'static (Node, Vec<Vec<u8>>) {
    static RIGHT: [OnceLock<(Node, Vec<Vec<u8>>)>; 2] = [const { OnceLock::new() }; 2];
    let [authentication, signature] = &RIGHT;
    let cell = match authority.usage {
        Usage::Authentication => authentication,
        Usage::Signature => signature,
    };
    cell.get_or_init(|| {
        let spec = authority.leaf();
        let parts = seq(&[spec.tbs(), spec.outer]);
        (Node::read(&parts).expect("right DER"), known(authority))
    })
}

/// Inputs that make right certificates of every key whose holder is known: seeds.
pub(crate) fn of_known_keys() -> Vec<Vec<u8>> {
    let (right, known) = right(super::authority(Usage::Authentication));
    // subjectPublicKeyInfo: the seventh part of the signed one.
    let place = right.number(&[0, 6]).expect("a whole certificate");
    let keys = possession::keys().into_iter();
    keys.map(|key| {
        let index = known.iter().position(|one| *one == key);
        let index = index.and_then(|index| u8::try_from(index).ok());
        vec![0, 6, place, index.expect("every key is known")]
    })
    .collect()
}

/// Inputs that take away, double or replace each extension of a right certificate, or add what is known, by what is wrong: seeds.
pub(crate) fn of_wrong_extensions() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (choices, usage) in [(0, Usage::Authentication), (1, Usage::Signature)] {
        let (right, known) = right(super::authority(usage));
        let signed = right.part(0).expect("the signed part");
        // The last part of the signed one, in a tag of its own.
        let last = signed.parts().len() - 1;
        let list = signed.part(last).and_then(|tagged| tagged.part(0));
        for (at, extension) in list.expect("extensions").parts().iter().enumerate() {
            let place = right.number(&[0, last, 0, at]).expect("it is there");
            let mut add = |what: &str, change: [u8; 2], operand: u8| {
                let [kind, place] = change;
                let input = vec![choices, kind, place, operand, 0];
                all.push((format!("extension-{choices}-{at}-{what}"), input));
            };
            add("absent", [2, place], 0);
            add("twice", [3, place], 0);
            add("long", [9, place], 0);
            for (index, other) in (0_u8..).zip(known) {
                let other = Node::read(other);
                let kind = |node: &Node| node.part(0).map(Node::write);
                if other.is_some_and(|other| kind(&other) == kind(extension)) {
                    add(&format!("other-{index}"), [6, place], index);
                }
                if at == 0 {
                    add(&format!("with-{index}"), [5, place], index);
                }
            }
        }
    }
    all
}

/// Extensions and keys that a certificate must not have, or only one of.
fn known(authority: &Authority) -> Vec<Vec<u8>> {
    let policies = |dotted: &str| seq(&[seq(&[oid(dotted)])]);
    let mut all: Vec<Vec<u8>> = [
        Ext::new(forge::BASIC_CONSTRAINTS, true, seq(&[vec![1, 1, 0xFF]])),
        Ext::new(forge::BASIC_CONSTRAINTS, true, seq(&[])),
        Ext::new(forge::KEY_USAGE, true, bits(1, &[0x06])),
        Ext::new(forge::KEY_USAGE, true, bits(7, &[0x80])),
        Ext::new(forge::KEY_USAGE, true, bits(6, &[0xC0])),
        Ext::new(forge::KEY_USAGE, false, bits(7, &[0x80])),
        Ext::new(forge::POLICIES, true, policies(ADDED_POLICY)),
        Ext::new(
            forge::POLICIES,
            true,
            policies(policy(Usage::Authentication)),
        ),
        Ext::new(forge::POLICIES, true, policies(policy(Usage::Signature))),
        Ext::new("2.5.29.54", true, vec![2, 1, 0]),
        Ext::new("2.5.29.54", false, vec![2, 1, 0]),
    ]
    .iter()
    .map(Ext::encode)
    .collect();
    all.push(oid(ADDED_POLICY));
    all.push(seq(&[oid(ADDED_POLICY)]));
    all.push(oid(forge::CLIENT_AUTH));
    all.push(tlv(0xA0, &[2, 1, 2]));
    all.push(authority.name.clone());
    all.push(authority.key.public_info());
    all.push(vec![1, 1, 0]);
    all.push(vec![1, 1, 0xFF]);
    all.push(vec![5, 0]);
    all.extend(possession::keys());
    all
}

/// Every property of the verdict that another parser can confirm.
fn check<P: Purpose>(verified: &Verified<P>, der: &[u8], authority: &Authority, policies: &[&str]) {
    assert_eq!(verified.hierarchy(), Hierarchy::Custom);
    // What x509-cert cannot read it cannot confirm: it wants more of parts that the verdict does not rest on.
    let Ok(read) = x509_cert::Certificate::from_der(der) else {
        return;
    };
    assert_eq!(
        read.to_der().expect("it was read"),
        der,
        "accepted, but not distinguished encoding"
    );
    let signed = read.tbs_certificate();
    assert_eq!(signed.version(), x509_cert::Version::V3);
    let serial = signed.serial_number().as_bytes();
    assert!(
        (1..=20).contains(&serial.len())
            && serial.first().is_some_and(|first| *first < 0x80)
            && serial.iter().any(|octet| *octet != 0),
        "serial number {serial:?}"
    );
    assert_eq!(signed.signature(), read.signature_algorithm());
    let encoded = |value: &dyn Fn() -> der::Result<Vec<u8>>| value().expect("it was read");
    assert_eq!(encoded(&|| signed.issuer().to_der()), authority.name);
    assert_eq!(
        encoded(&|| read.signature_algorithm().to_der()),
        authority.key.default_algorithm().identifier()
    );
    let begins = signed.validity().not_before.to_unix_duration().as_secs();
    assert!(i64::try_from(begins).expect("a time") <= forge::now().unix());
    extensions::<P>(&read, authority, policies);
}

fn extensions<P: Purpose>(read: &x509_cert::Certificate, authority: &Authority, policies: &[&str]) {
    let all = read.tbs_certificate().extensions().expect("extensions");
    for (index, extension) in all.iter().enumerate() {
        let id = extension.extn_id.to_string();
        assert!(
            !extension.critical || MAY_BE_CRITICAL.contains(&id.as_str()),
            "the critical extension {id} was accepted"
        );
        assert!(
            !NEVER.contains(&id.as_str()),
            "the extension {id} was accepted"
        );
        let again = all.iter().skip(index + 1);
        assert!(
            again
                .clone()
                .all(|other| other.extn_id != extension.extn_id),
            "the extension {id} stands there twice"
        );
    }
    let find = |id: &str| all.iter().find(|one| one.extn_id.to_string() == id);
    let usage = find(forge::KEY_USAGE).expect("key usage");
    let expected: &[u8] = match P::USAGE {
        Usage::Authentication => &[3, 2, 7, 0x80],
        Usage::Signature => &[3, 2, 6, 0xC0],
    };
    assert!(usage.critical && usage.extn_value.as_bytes() == expected);
    let found = find(forge::POLICIES).expect("policies");
    assert!(found.critical, "the policy is not critical");
    if let Ok(list) = CertificatePolicies::from_der(found.extn_value.as_bytes()) {
        let named: Vec<String> = list
            .0
            .iter()
            .map(|policy| policy.policy_identifier.to_string())
            .collect();
        assert!(
            matches!(named.as_slice(), [one] if policies.contains(&one.as_str())),
            "policies {named:?}"
        );
    }
    if let Some(basic) = find(forge::BASIC_CONSTRAINTS) {
        let basic = BasicConstraints::from_der(basic.extn_value.as_bytes());
        assert!(
            !basic.is_ok_and(|basic| basic.ca),
            "an authority was accepted as a holder"
        );
    }
    let extended = find(forge::EXTENDED_KEY_USAGE);
    match P::USAGE {
        Usage::Authentication => {
            let extended = extended.expect("an extended key usage");
            if let Ok(list) = ExtendedKeyUsage::from_der(extended.extn_value.as_bytes()) {
                assert!(list.0.iter().any(|id| id.to_string() == forge::CLIENT_AUTH));
            }
        }
        Usage::Signature => assert!(extended.is_none(), "a purpose beside signing"),
    }
    let reference = find(forge::AUTHORITY_KEY).expect("the authority's key identifier");
    let Ok(reference) = AuthorityKeyIdentifier::from_der(reference.extn_value.as_bytes()) else {
        return;
    };
    let key = reference.key_identifier.expect("a key identifier");
    assert_eq!(key.as_bytes(), authority.key.identifier());
    if let Some(serial) = reference.authority_cert_serial_number {
        assert_eq!(serial.as_bytes(), authority.serial);
    }
}

/// Extensions that may be critical; openssl refuses every other that is.
const MAY_BE_CRITICAL: &[&str] = &[
    forge::KEY_USAGE,
    forge::EXTENDED_KEY_USAGE,
    forge::POLICIES,
    forge::BASIC_CONSTRAINTS,
    forge::SUBJECT_ALT_NAME,
    forge::DISTRIBUTION_POINTS,
];

/// Extensions that openssl judges and the verdict does not: constraints of names and policies, proxies, the Netscape type,
/// addresses and their systems (RFC 3779).
const NEVER: &[&str] = &[
    "2.5.29.30",
    "2.5.29.33",
    "2.5.29.36",
    "2.5.29.54",
    "1.3.6.1.5.5.7.1.14",
    "2.16.840.1.113730.1.1",
    "1.3.6.1.5.5.7.1.7",
    "1.3.6.1.5.5.7.1.8",
];
