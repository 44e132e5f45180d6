//! Lists and answers about a certificate of the simulation, signed by its root, whose key is public knowledge.

use der::{Decode as _, Encode as _};
use mynacard_cert::{Timestamp, Usage};
use mynacard_sim::pki;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use x509_cert::ext::pkix::CrlDistributionPoints;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};

use super::harness::der::{generalized, octets, oid, seq, tlv, utc};
use super::harness::forge::{self, Authority, Key};
use super::harness::revoke::{self, List, Ocsp};

/// By name: a list and an answer that say good, that say revoked, and an answer of a delegate.
pub(crate) fn signed() -> Vec<(&'static str, Vec<u8>)> {
    let key: &[u8] =
        include_bytes!("../../../../crates/mynacard-sim/keys/user-authentication.key.der");
    let root = x509_cert::Certificate::from_der(pki::AUTHENTICATION_ROOT).expect("a root");
    let root = root.tbs_certificate();
    let authority = Authority {
        key: Key::Rsa(Box::new(
            rsa::PrivateKey::from_pkcs1_der(key).expect("a key"),
        )),
        name: root.subject().to_der().expect("it was read"),
        serial: root.serial_number().as_bytes().to_vec(),
        usage: Usage::Authentication,
        certificate: pki::AUTHENTICATION_ROOT.to_vec(),
    };
    let leaf = Leaf::new();
    let delegate = Key::p256(0x66);
    vec![
        ("list-good", leaf.list(&authority, false)),
        ("list-revoked", leaf.list(&authority, true)),
        ("ocsp-good", leaf.answer(&authority, false, None)),
        ("ocsp-revoked", leaf.answer(&authority, true, None)),
        (
            "ocsp-delegate",
            leaf.answer(&authority, false, Some(&delegate)),
        ),
        ("ocsp-try-later", seq(&[tlv(0x0A, &[3])])),
    ]
}

/// What identifies the certificate asked about.
struct Leaf {
    serial: Vec<u8>,
    point: Vec<u8>,
    /// An hour before the instant of the question, and a day after.
    this_update: String,
    next_update: String,
}

impl Leaf {
    fn new() -> Self {
        let verified = crate::files::verified();
        let der = verified.certificate().as_der();
        let read = x509_cert::Certificate::from_der(der).expect("a certificate");
        let signed = read.tbs_certificate();
        let mut extensions = signed.extensions().expect("extensions").iter();
        let points = extensions
            .find(|one| one.extn_id.to_string() == forge::DISTRIBUTION_POINTS)
            .map(|one| CrlDistributionPoints::from_der(one.extn_value.as_bytes()))
            .expect("distribution points")
            .expect("right ones");
        let point = points
            .0
            .iter()
            .find_map(|point| match &point.distribution_point {
                Some(DistributionPointName::FullName(names)) => match names.first() {
                    Some(GeneralName::DirectoryName(name)) => Some(name),
                    _ => None,
                },
                _ => None,
            })
            .expect("a directory name");
        let time = |seconds: i64| {
            let at = Timestamp::from_unix(verified.at().unix() + seconds).to_string();
            at.chars()
                .filter(|c| c.is_ascii_digit() || *c == 'Z')
                .collect()
        };
        Self {
            serial: signed.serial_number().as_bytes().to_vec(),
            point: point.to_der().expect("it was read"),
            this_update: time(-3_600),
            next_update: time(86_400),
        }
    }

    fn list(&self, authority: &Authority, revoked: bool) -> Vec<u8> {
        let mut list = List::new(authority);
        let short = |time: &str| utc(time.get(2..).expect("a year of four digits"));
        (list.this_update, list.next_update) = (short(&self.this_update), short(&self.next_update));
        list.ext(revoke::IDP).value = revoke::idp(&self.point, &[tlv(0x81, &[0xFF])]);
        list.extensions
            .retain(|one| one.oid != forge::AUTHORITY_KEY);
        if let (true, Some(entries)) = (revoked, &mut list.entries) {
            entries.push(revoke::entry(
                &self.serial,
                "260601000000Z",
                &[revoke::reason(4)],
            ));
        }
        list.sign(&authority.key)
    }

    fn answer(&self, authority: &Authority, revoked: bool, by: Option<&Key>) -> Vec<u8> {
        let mut answer = Ocsp::new(authority);
        answer.produced_at = generalized(&self.this_update);
        for single in &mut answer.singles {
            single.serial.clone_from(&self.serial);
            single.this_update = generalized(&self.this_update);
            single.next_update = tlv(0xA0, &generalized(&self.next_update));
            if revoked {
                single.says = revoke::revoked("20260601000000Z", Some(1));
            }
        }
        let Some(key) = by else {
            return answer.sign(&authority.key);
        };
        let spec = revoke::delegate(authority, key);
        answer.certificates = vec![authority.issue(&spec)];
        answer.responder = tlv(0xA2, &octets(&key.identifier()));
        answer.inner = seq(&[oid("1.2.840.10045.4.3.2")]);
        answer.algorithm = key.default_algorithm();
        answer.sign(key)
    }
}
