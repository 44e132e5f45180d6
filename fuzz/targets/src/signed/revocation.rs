//! Revocation lists and OCSP answers: parts changed, signed anew by the right key or another, and asked.

use std::sync::OnceLock;

use der::{Decode as _, Encode as _};
use mynacard_cert::revocation::{
    ListPolicy, NoncePolicy, OcspPolicy, OcspResponse, Question, Revocation, RevocationPolicy,
    walk_list,
};
use mynacard_cert::{Authentication, Certificate, Timestamp, Usage, Verified, Warning};
use sha1::{Digest as _, Sha1};
use x509_cert::crl::CertificateList;

use super::harness::der::{bits, content, generalized, octets, oid, seq, tlv, utc};
use super::harness::forge::{self, Alg, Authority, Ext, Key};
use super::harness::revoke::{self, List, Ocsp};
use super::tree::{self, Node};
use crate::errors::noted;

/// The serial number of the leaf that all questions are about.
const SERIAL: [u8; 3] = [0x22, 0x7B, 0x13];

/// The nonce of the request.
const NONCE: [u8; 32] = [9; 32];

/// By how many seconds the clocks may differ, in the policies here.
const SKEW: i64 = 300;

fn leaf() -> &'static Verified<Authentication> {
    static LEAF: OnceLock<Verified<Authentication>> = OnceLock::new();
    LEAF.get_or_init(|| {
        let authority = super::authority(Usage::Authentication);
        let der = authority.issue(&authority.leaf());
        let certificate = Certificate::from_der(&der).expect("a right certificate");
        authority
            .store()
            .verify_authentication(&certificate, forge::now())
            .expect("a right certificate")
    })
}

/// The same leaf under the same key, whose certificate does not say that it may sign lists.
fn leaf_of_no_signer() -> &'static Verified<Authentication> {
    static LEAF: OnceLock<Verified<Authentication>> = OnceLock::new();
    LEAF.get_or_init(|| {
        let authority = Authority::changed(Key::p256(0x11), Usage::Authentication, |root| {
            root.ext(forge::KEY_USAGE).value = bits(2, &[0x04]);
        });
        authority
            .store()
            .verify_authentication(leaf().certificate(), forge::now())
            .expect("a right certificate")
    })
}

fn another_key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::p256(0x55))
}

/// Asks the list that the input makes of a right one; whether it answered good or revoked.
pub(crate) fn list(data: &[u8]) -> bool {
    let Some((&choices, changes)) = data.split_first() else {
        return false;
    };
    let authority = super::authority(Usage::Authentication);
    let mut right = List::new(authority);
    if choices & 1 != 0
        && let Some(entries) = &mut right.entries
    {
        let when = "260601000000Z";
        entries.push(revoke::entry(&SERIAL, when, &[revoke::reason(4)]));
    }
    let parts = seq(&[right.tbs(), right.outer.clone()]);
    let mut root = Node::read(&parts).expect("right DER");
    tree::change(&mut root, changes, &known_to_lists());
    let (other, by_another) = (another_key(), choices & 4 != 0);
    let key = if by_another { other } else { &authority.key };
    let der = super::sign_first(&root, key, Alg::EcdsaSha256);
    let policy = ListPolicy { skew: SKEW };
    let Ok(answer) = noted(walk_list(der.as_slice(), &leaf().question(), &policy)) else {
        return false;
    };
    applied(leaf(), &answer);
    let other = walk_list(der.as_slice(), &leaf_of_no_signer().question(), &policy);
    assert!(
        matches!(other, Ok(Revocation::Unknown(_))),
        "a list of a key that may not sign any was believed"
    );
    let revoked = match answer {
        Revocation::Good { .. } => false,
        Revocation::Revoked { .. } => true,
        _ => return false,
    };
    assert!(!by_another, "another key's list was believed");
    check_list(&der, revoked);
    true
}

/// What the verdict becomes by an answer: only "good" passes where it is required, and "revoked" passes where nobody minds it.
pub(crate) fn applied(verdict: &Verified<Authentication>, answer: &Revocation) {
    let passes = |policy| {
        let mut told = |_: &Question<'_>| answer.clone();
        noted(verdict.clone().check_revocation(&mut told, policy)).is_ok()
    };
    let (good, revoked) = (
        matches!(answer, Revocation::Good { .. }),
        matches!(answer, Revocation::Revoked { .. }),
    );
    assert_eq!(passes(RevocationPolicy::RequireGood), good);
    assert_eq!(passes(RevocationPolicy::RefuseRevoked), !revoked);
    // Reported, the answer stays with the verdict, and the desk is warned where nobody knows.
    let mut told = |_: &Question<'_>| answer.clone();
    let reported = verdict
        .clone()
        .check_revocation(&mut told, RevocationPolicy::Report)
        .expect("a report refuses nothing");
    assert_eq!(reported.revocation(), answer);
    let warnings = reported.warnings();
    let unknown = warnings.contains(&Warning::RevocationUnknown);
    assert_eq!(unknown, matches!(answer, Revocation::Unknown(_)));
    assert!(!warnings.contains(&Warning::RevocationNotAsked));
}

fn check_list(der: &[u8], revoked: bool) {
    let authority = super::authority(Usage::Authentication);
    // The walk passes over other entries' serial numbers of more than 20 octets, which the other parser refuses.
    let Ok(read) = CertificateList::<x509_cert::certificate::Rfc5280>::from_der(der) else {
        return;
    };
    let signed = &read.tbs_cert_list;
    assert_eq!(signed.signature, read.signature_algorithm);
    assert_eq!(
        signed.issuer.to_der().expect("it was read"),
        authority.name,
        "another issuer's list"
    );
    let now = forge::now().unix();
    let seconds = |time: &x509_cert::time::Time| {
        i64::try_from(time.to_unix_duration().as_secs()).expect("a time")
    };
    let next = signed.next_update.as_ref().expect("a next update");
    assert!(
        seconds(&signed.this_update) <= now + SKEW && seconds(next) >= now - SKEW,
        "a list out of its time"
    );
    let extensions = signed.crl_extensions.as_ref().expect("extensions");
    let mut own = false;
    for extension in extensions {
        let id = extension.extn_id.to_string();
        assert_ne!(id, revoke::DELTA, "a list of changes");
        if id == revoke::IDP {
            let value = extension.extn_value.as_bytes();
            let point = forge::point_name("Kiyose-shi");
            own = value.windows(point.len()).any(|part| part == point);
            let point = Node::read(value).expect("a distribution point");
            let flag = |tag: u8| {
                let mut parts = point.parts().iter();
                parts.any(|part| part.tag == tag && part.content() == [0xFF])
            };
            assert!(!flag(0x82) && !flag(0x84) && !flag(0x85), "another scope");
            assert!(
                point.parts().iter().all(|part| part.tag != 0x83),
                "some reasons only"
            );
        } else if extension.critical {
            let known = [revoke::CRL_NUMBER, forge::AUTHORITY_KEY];
            assert!(known.contains(&id.as_str()), "the critical {id}");
        }
    }
    assert!(own, "another municipality's list");
    let entries = signed.revoked_certificates.as_deref().unwrap_or_default();
    let listed = entries
        .iter()
        .any(|entry| entry.serial_number.as_bytes() == SERIAL);
    assert_eq!(listed, revoked, "the list says something else");
}

fn known_to_lists() -> Vec<Vec<u8>> {
    let other = forge::point_name("Hino-shi");
    let own = forge::point_name("Kiyose-shi");
    let mut all: Vec<Vec<u8>> = [
        Ext::new(revoke::IDP, true, revoke::idp(&other, &[])),
        Ext::new(revoke::IDP, true, revoke::idp(&own, &[tlv(0x84, &[0xFF])])),
        Ext::new(
            revoke::IDP,
            true,
            revoke::idp(&own, &[tlv(0x83, &[1, 0x40])]),
        ),
        Ext::new(revoke::DELTA, true, vec![2, 1, 7]),
        Ext::new("2.5.29.54", true, vec![2, 1, 0]),
        revoke::reason(8),
        Ext::new("2.5.29.29", true, seq(&[tlv(0xA4, &own)])),
    ]
    .iter()
    .map(Ext::encode)
    .collect();
    all.push(revoke::entry(&SERIAL, "260601000000Z", &[]));
    all.push(utc("261121000400Z"));
    all.push(utc("261120000000Z"));
    all.push(utc("261123000000Z"));
    all.push(generalized("20261122230000Z"));
    all.push(other);
    all.push(seq(&[]));
    all
}

/// Asks the OCSP answer that the input makes of a right one; whether it answered good or revoked.
pub(crate) fn ocsp(data: &[u8]) -> bool {
    let Some((&choices, changes)) = data.split_first() else {
        return false;
    };
    let authority = super::authority(Usage::Authentication);
    let mut right = Ocsp::new(authority);
    if choices & 1 != 0
        && let Some(single) = right.singles.first_mut()
    {
        single.says = revoke::revoked("20260601000000Z", Some(1));
    }
    if choices & 2 != 0 {
        right.nonce(&NONCE);
    }
    let delegate = Key::p256(0x66);
    let by_delegate = choices & 8 != 0;
    let mut appended = Vec::new();
    if by_delegate {
        right.responder = tlv(0xA2, &octets(&delegate.identifier()));
        let spec = revoke::delegate(authority, &delegate);
        // Half of the changes go to the delegate's certificate, which the authority signs.
        let mut parts = Node::read(&seq(&[spec.tbs(), spec.outer.clone()])).expect("right DER");
        let (first, _) = changes.split_at(changes.len() / 2);
        if choices & 16 != 0 {
            tree::change(&mut parts, first, &[]);
        }
        let certificate = super::sign_first(&parts, &authority.key, Alg::EcdsaSha256);
        appended = tlv(0xA0, &seq(&[certificate]));
    }
    let mut data = Node::read(&seq(&[right.data(), right.inner.clone()])).expect("right DER");
    let (_, second) = changes.split_at(if by_delegate { changes.len() / 2 } else { 0 });
    tree::change(&mut data, second, &known_to_answers());
    let (other, by_another) = (another_key(), choices & 4 != 0);
    let key = match (by_another, by_delegate) {
        (true, _) => other,
        (false, true) => &delegate,
        (false, false) => &authority.key,
    };
    let signed = super::sign_first(&data, key, Alg::EcdsaSha256);
    let basic = seq(&[content(&signed).to_vec(), appended]);
    let der = right.wrap(&basic);
    let Ok(response) = noted(OcspResponse::from_der(&der)) else {
        return false;
    };
    assert_eq!(response.as_der(), der, "an answer changed");
    let policy = OcspPolicy {
        nonce: if choices & 32 != 0 {
            NoncePolicy::Require
        } else {
            NoncePolicy::IfPresent
        },
        skew: SKEW,
        ..OcspPolicy::default()
    };
    let request = leaf().question().ocsp_request(Some(&NONCE));
    let answer = response.judge(&leaf().question(), Some(&request), &policy);
    applied(leaf(), &answer);
    let revoked = match answer {
        Revocation::Good { .. } => false,
        Revocation::Revoked { .. } => true,
        _ => return false,
    };
    assert!(!by_another, "another key's answer was believed");
    check_answer(&data, revoked, policy.nonce == NoncePolicy::Require);
    true
}

/// What the signed part says, read without the library.
fn check_answer(parts: &Node, revoked: bool, nonce: bool) {
    let authority = super::authority(Usage::Authentication);
    let data = parts.part(0).expect("a signed part");
    let list = |node: &&Node| node.tag == 0x30;
    let singles = data.parts().iter().find(list).expect("statuses");
    let sha1 = oid("1.3.14.3.2.26");
    let about: Vec<&Node> = singles
        .parts()
        .iter()
        .filter(|single| {
            let id = single.part(0).map(Node::parts).unwrap_or_default();
            let is = |at: usize, value: &[u8]| id.get(at).is_some_and(|n| n.content() == value);
            is(3, &SERIAL)
                && is(2, &authority.key.identifier())
                && is(1, &Sha1::digest(&authority.name))
                && id
                    .first()
                    .and_then(|hash| hash.part(0))
                    .is_some_and(|hash| hash.write() == sha1)
        })
        .collect();
    assert_eq!(about.len(), 1, "statuses of the certificate");
    let single = about.first().expect("one");
    let says = single.part(1).expect("a status");
    assert_eq!(
        says.tag,
        if revoked { 0xA1 } else { 0x80 },
        "says otherwise"
    );
    let time = |node: &Node| {
        let text = String::from_utf8(node.content()).expect("a time");
        let at = |range: std::ops::Range<usize>| text.get(range).expect("a time").to_owned();
        let iso = format!(
            "{}-{}-{}T{}:{}:{}Z",
            at(0..4),
            at(4..6),
            at(6..8),
            at(8..10),
            at(10..12),
            at(12..14)
        );
        Timestamp::parse(&iso).expect("a time").unix()
    };
    let now = forge::now().unix();
    assert!(time(single.part(2).expect("this update")) <= now + SKEW);
    let next = single.parts().iter().find(|part| part.tag == 0xA0);
    if let Some(next) = next {
        assert!(time(next.part(0).expect("next update")) >= now - SKEW);
    }
    let found = data.write().windows(NONCE.len()).any(|part| part == NONCE);
    assert!(found || !nonce, "no nonce");
}

fn known_to_answers() -> Vec<Vec<u8>> {
    let authority = super::authority(Usage::Authentication);
    let right = Ocsp::new(authority);
    let data = Node::read(&right.data()).expect("right DER");
    let mut all: Vec<Vec<u8>> = data.parts().iter().map(Node::write).collect();
    let mut other = right.clone();
    if let Some(single) = other.singles.first_mut() {
        single.serial = vec![1];
        single.says = revoke::revoked("20260601000000Z", None);
    }
    let other = Node::read(&other.data()).expect("right DER");
    let statuses = other.parts().iter().flat_map(Node::parts);
    all.extend(statuses.map(Node::write));
    all.push(tlv(0x82, &[]));
    all.push(revoke::revoked("20260601000000Z", Some(1)));
    all.push(generalized("20261121000400Z"));
    all.push(generalized("20261123000000Z"));
    all.push(tlv(0xA0, &generalized("20261120000000Z")));
    all.push(tlv(0xA0, &[2, 1, 0]));
    all.push(Ext::new("2.5.29.54", true, vec![2, 1, 0]).encode());
    all.push(Ext::new("1.3.6.1.5.5.7.48.1.2", false, octets(&[7; 32])).encode());
    all.push(bits(0, &[0]));
    all
}
