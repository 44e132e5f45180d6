//! Lists and answers about a certificate of the simulation, signed by its root, whose key is public knowledge.

use der::{Decode as _, Encode as _};
use mynacard_cert::{Timestamp, Usage};
use mynacard_sim::pki;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use x509_cert::ext::pkix::CrlDistributionPoints;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};

use super::harness::der::{generalized, octets, oid, seq, tlv, utc};
use super::harness::forge::{self, Alg, Authority, Key};
use super::harness::revoke::{self, List, Ocsp};

/// By name: lists and answers that say good or revoked, by every algorithm and in every form in which they may.
pub(crate) fn signed() -> Vec<(&'static str, Vec<u8>)> {
    let about = About::new();
    let list = |revoked, algorithm: Alg| {
        let list = about.list(revoked, |list| {
            list.algorithm = algorithm;
            (list.inner, list.outer) = (algorithm.identifier(), algorithm.identifier());
        });
        list.sign(&about.authority.key)
    };
    let answer =
        |revoked, change: fn(&mut Ocsp)| about.answer(revoked, change).sign(&about.authority.key);
    vec![
        ("list-good", list(false, Alg::RsaSha256)),
        ("list-revoked", list(true, Alg::RsaSha256)),
        ("list-good-sha384", list(false, Alg::RsaSha384)),
        ("list-good-sha512", list(false, Alg::RsaSha512)),
        ("ocsp-good", answer(false, |_| ())),
        ("ocsp-revoked", answer(true, |_| ())),
        ("ocsp-delegate", about.by_delegate(&Key::p256(0x66), |_| ())),
        ("ocsp-try-later", seq(&[tlv(0x0A, &[3])])),
        (
            "ocsp-revoked-bare",
            answer(true, |answer| {
                each(answer, |one| {
                    one.says = revoke::revoked("20260601000000Z", None)
                });
            }),
        ),
        (
            "ocsp-good-no-next",
            answer(false, |answer| each(answer, |one| one.next_update.clear())),
        ),
        // Good to whoever asked without a nonce.
        (
            "ocsp-good-nonce",
            answer(false, |answer| answer.nonce(&[7; 32])),
        ),
        (
            "ocsp-good-no-null",
            answer(false, |answer| {
                each(answer, |one| one.hash = seq(&[oid("1.3.14.3.2.26")]));
            }),
        ),
    ]
}

/// Changes every status of an answer.
pub(crate) fn each(answer: &mut Ocsp, change: impl FnMut(&mut revoke::Single)) {
    answer.singles.iter_mut().for_each(change);
}

/// The simulation's root as an authority of the harness.
pub(crate) fn authority() -> Authority {
    let key: &[u8] =
        include_bytes!("../../../../crates/mynacard-sim/keys/user-authentication.key.der");
    let root = x509_cert::Certificate::from_der(pki::AUTHENTICATION_ROOT).expect("a root");
    let root = root.tbs_certificate();
    Authority {
        key: Key::Rsa(Box::new(
            rsa::PrivateKey::from_pkcs1_der(key).expect("a key"),
        )),
        name: root.subject().to_der().expect("it was read"),
        serial: root.serial_number().as_bytes().to_vec(),
        usage: Usage::Authentication,
        certificate: pki::AUTHENTICATION_ROOT.to_vec(),
    }
}

/// What identifies the certificate asked about, and who may say something about it.
pub(crate) struct About {
    pub(crate) authority: Authority,
    serial: Vec<u8>,
    pub(crate) point: Vec<u8>,
    at: Timestamp,
    end: Timestamp,
}

impl About {
    pub(crate) fn new() -> Self {
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
        Self {
            authority: authority(),
            serial: signed.serial_number().as_bytes().to_vec(),
            point: point.to_der().expect("it was read"),
            at: verified.at(),
            end: verified.certificate().not_after(),
        }
    }

    /// Seconds from the instant of the question, in the four-digit form.
    pub(crate) fn time(&self, seconds: i64) -> String {
        digits(self.at.plus_seconds(seconds))
    }

    /// Seconds from the end of the certificate.
    pub(crate) fn after_the_end(&self, seconds: i64) -> String {
        digits(self.end.plus_seconds(seconds))
    }

    /// An entry of the certificate.
    pub(crate) fn entry(&self, extensions: &[forge::Ext]) -> Vec<u8> {
        revoke::entry(&self.serial, "260601000000Z", extensions)
    }

    /// The serial number as an INTEGER.
    pub(crate) fn serial(&self) -> Vec<u8> {
        tlv(0x02, &self.serial)
    }

    /// A right list, changed: made an hour before the question, the next one a day after.
    pub(crate) fn list(&self, revoked: bool, change: impl FnOnce(&mut List)) -> List {
        let mut list = List::new(&self.authority);
        (list.this_update, list.next_update) = (
            utc(short(&self.time(-3_600))),
            utc(short(&self.time(86_400))),
        );
        list.ext(revoke::IDP).value = revoke::idp(&self.point, &[tlv(0x81, &[0xFF])]);
        list.extensions
            .retain(|one| one.oid != forge::AUTHORITY_KEY);
        if let (true, Some(entries)) = (revoked, &mut list.entries) {
            entries.push(self.entry(&[revoke::reason(4)]));
        }
        change(&mut list);
        list
    }

    /// A right answer, changed.
    pub(crate) fn answer(&self, revoked: bool, change: impl FnOnce(&mut Ocsp)) -> Ocsp {
        let mut answer = Ocsp::new(&self.authority);
        answer.produced_at = generalized(&self.time(-3_600));
        each(&mut answer, |single| {
            single.serial.clone_from(&self.serial);
            single.this_update = generalized(&self.time(-3_600));
            single.next_update = tlv(0xA0, &generalized(&self.time(86_400)));
            if revoked {
                single.says = revoke::revoked("20260601000000Z", Some(1));
            }
        });
        change(&mut answer);
        answer
    }

    /// A right answer by a delegate, whose certificate is changed and then issued.
    pub(crate) fn by_delegate(&self, key: &Key, change: impl FnOnce(&mut forge::Spec)) -> Vec<u8> {
        let mut spec = revoke::delegate(&self.authority, key);
        change(&mut spec);
        let answer = self.answer(false, |answer| {
            answer.certificates = vec![self.authority.issue(&spec)];
            answer.responder = tlv(0xA2, &octets(&key.identifier()));
            answer.inner = key.default_algorithm().identifier();
            answer.algorithm = key.default_algorithm();
        });
        answer.sign(key)
    }
}

fn digits(at: Timestamp) -> String {
    let text = at.to_string();
    text.chars()
        .filter(|c| c.is_ascii_digit() || *c == 'Z')
        .collect()
}

/// A time with two digits of the year.
pub(crate) fn short(time: &str) -> &str {
    time.get(2..).expect("a year of four digits")
}
