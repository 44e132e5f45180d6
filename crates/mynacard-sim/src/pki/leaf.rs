//! Issuing the two certificates of a card, object by object as the real test card's are built.

use std::time::SystemTime;

use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, PrivateKey as RsaPrivateKey};
use sha1::Digest as _;

use super::der::{
    bits, context, implicit, integer, null, octets, oid, printable, sequence, set, tlv, truth, utf8,
};
use super::{CaKey, Day, PersonKey, ca_key, p384_key, person_key};
use crate::people::{CertificateLife, Person};

/// The user authentication certificate (利用者証明用電子証明書) of a person on a day: no name, no address in it.
#[must_use]
pub fn authentication_certificate(person: &Person, at: SystemTime) -> Vec<u8> {
    authentication(
        person,
        at,
        &SubjectKey::rsa(&person_key(person, PersonKey::Authentication)),
    )
}

/// The same for a key on P-384, as the next card is announced to have; its issuer is still the RSA root.
#[must_use]
pub fn authentication_certificate_p384(person: &Person, at: SystemTime) -> Vec<u8> {
    authentication(
        person,
        at,
        &SubjectKey::p384(&p384_key(person, PersonKey::Authentication)),
    )
}

/// The digital signature certificate (署名用電子証明書): name, birth date, sex and address are in it.
#[must_use]
pub fn signature_certificate(person: &Person, at: SystemTime) -> Vec<u8> {
    signature(
        person,
        at,
        &SubjectKey::rsa(&person_key(person, PersonKey::Signature)),
    )
}

/// The same for a key on P-384.
#[must_use]
pub fn signature_certificate_p384(person: &Person, at: SystemTime) -> Vec<u8> {
    signature(
        person,
        at,
        &SubjectKey::p384(&p384_key(person, PersonKey::Signature)),
    )
}

fn authentication(person: &Person, at: SystemTime, key: &SubjectKey) -> Vec<u8> {
    let issuer = Issuer::AUTHENTICATION;
    let subject = name(&[(C, "JP"), (CN, &person.authentication_common_name())]);
    let extensions = vec![
        extension("2.5.29.15", true, &bits(7, &[0x80])),
        extension("2.5.29.37", false, &sequence(&[oid("1.3.6.1.5.5.7.3.2")])),
        policies("1.2.392.200149.8.5.1.0.30"),
        issuer.alternative_name(),
        issuer.distribution_point(person),
        extension(
            "1.3.6.1.5.5.7.1.1",
            false,
            &sequence(&[sequence(&[
                oid("1.3.6.1.5.5.7.48.1"),
                implicit(6, b"http://ocsp.sim.invalid"),
            ])]),
        ),
    ];
    issuer.issue(person, at, 0x22_0000, &subject, key, extensions)
}

fn signature(person: &Person, at: SystemTime, key: &SubjectKey) -> Vec<u8> {
    let issuer = Issuer::SIGNATURE;
    let subject = name(&[
        (C, "JP"),
        (L, person.prefecture()),
        (L, person.city()),
        (CN, &person.signature_common_name()),
    ]);
    let extensions = vec![
        extension("2.5.29.15", true, &bits(6, &[0xC0])),
        extension("2.5.29.17", false, &attributes(person)),
        policies("1.2.392.200149.8.5.1.0.20"),
        issuer.alternative_name(),
        issuer.distribution_point(person),
    ];
    issuer.issue(person, at, 0x1E_0000, &subject, key, extensions)
}

/// The subject alternative name, its values in the card's order 1, 4, 3, 5, 2, 6.
fn attributes(person: &Person) -> Vec<u8> {
    let birth = person.birth();
    let born = format!(
        "{}{:04}{:02}{:02}",
        birth.era().0,
        birth.year(),
        birth.month(),
        birth.day()
    );
    let values = [
        (1, person.name().to_owned()),
        (4, born),
        (3, person.sex().digit().to_string()),
        (5, person.address().to_owned()),
        (2, person.name_substituted()),
        (6, person.address_substituted()),
    ];
    let names = values.map(|(number, value)| {
        let kind = oid(&format!("1.2.392.200149.8.5.5.{number}"));
        context(0, &[kind, context(0, &utf8(&value))].concat())
    });
    sequence(&names)
}

/// A hierarchy's constant parts.
struct Issuer {
    key: CaKey,
    serial: [u8; 2],
    unit: &'static str,
    unit_ja: &'static str,
}

impl Issuer {
    const AUTHENTICATION: Self = Self {
        key: CaKey::Authentication,
        serial: [0x53, 0xA1],
        unit: "JPKI for user authentication",
        unit_ja: "公的個人認証サービス利用者証明用",
    };
    const SIGNATURE: Self = Self {
        key: CaKey::Signature,
        serial: [0x53, 0xD1],
        unit: "JPKI for digital signature",
        unit_ja: "公的個人認証サービス署名用",
    };

    fn name(&self) -> Vec<u8> {
        name(&[
            (C, "JP"),
            (O, ORGANIZATION),
            (OU, self.unit),
            (OU, "Japan Agency for Local Authority Information Systems"),
        ])
    }

    fn alternative_name(&self) -> Vec<u8> {
        let directory = name(&[
            (C, "JP"),
            (O, "公的個人認証サービス"),
            (OU, self.unit_ja),
            (OU, "地方公共団体情報システム機構"),
        ]);
        extension("2.5.29.18", false, &sequence(&[context(4, &directory)]))
    }

    fn distribution_point(&self, person: &Person) -> Vec<u8> {
        let directory = name(&[
            (C, "JP"),
            (O, ORGANIZATION),
            (OU, self.unit),
            (OU, "CRL Distribution Points"),
            (OU, person.prefecture()),
            (CN, &format!("{} CRLDP", person.city())),
        ]);
        let point = sequence(&[context(0, &context(0, &context(4, &directory)))]);
        extension("2.5.29.31", false, &sequence(&[point]))
    }

    fn issue(
        &self,
        person: &Person,
        at: SystemTime,
        serials: u32,
        subject: &[u8],
        key: &SubjectKey,
        mut extensions: Vec<Vec<u8>>,
    ) -> Vec<u8> {
        let ca = ca_key(self.key);
        let authority = [
            implicit(0, &key_identifier(&ca)),
            context(1, &context(4, &self.name())),
            implicit(2, &self.serial),
        ];
        extensions.push(extension("2.5.29.35", false, &sequence(&authority)));
        extensions.push(extension("2.5.29.14", false, &octets(&key.identifier)));
        let algorithm = sequence(&[oid("1.2.840.113549.1.1.11"), null()]);
        let (first, last) = validity(person, at);
        let tbs = sequence(&[
            context(0, &integer(&[2])),
            integer(&(serials + u32::from(person.number())).to_be_bytes()),
            algorithm.clone(),
            self.name(),
            sequence(&[first.asn1("013542"), last.asn1("145959")]),
            subject.to_vec(),
            key.info.clone(),
            context(3, &sequence(&extensions)),
        ]);
        let signature = ca
            .sign(
                Pkcs1v15Sign::new::<sha2::Sha256>(),
                &sha2::Sha256::digest(&tbs),
            )
            .expect("a 2048-bit key signs a SHA-256 digest");
        sequence(&[tbs, algorithm, bits(0, &signature)])
    }
}

const ORGANIZATION: &str = "MYNACARD-SIMULATION";
const C: &str = "2.5.4.6";
const L: &str = "2.5.4.7";
const O: &str = "2.5.4.10";
const OU: &str = "2.5.4.11";
const CN: &str = "2.5.4.3";

fn name(parts: &[(&str, &str)]) -> Vec<u8> {
    let parts: Vec<_> = parts
        .iter()
        .map(|(kind, value)| {
            let value = if *kind == C {
                printable(value)
            } else {
                utf8(value)
            };
            set(&sequence(&[oid(kind), value]))
        })
        .collect();
    sequence(&parts)
}

fn extension(kind: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(kind)];
    if critical {
        parts.push(truth());
    }
    parts.push(octets(value));
    sequence(&parts)
}

fn policies(policy: &str) -> Vec<u8> {
    let statement = sequence(&[
        oid("1.3.6.1.5.5.7.2.1"),
        tlv(0x16, b"http://sim.invalid/cps"),
    ]);
    extension(
        "2.5.29.32",
        true,
        &sequence(&[sequence(&[oid(policy), sequence(&[statement])])]),
    )
}

/// The key that a certificate is about: its SubjectPublicKeyInfo and its identifier.
struct SubjectKey {
    info: Vec<u8>,
    identifier: [u8; 20],
}

impl SubjectKey {
    fn rsa(key: &RsaPrivateKey) -> Self {
        let algorithm = sequence(&[oid("1.2.840.113549.1.1.1"), null()]);
        Self {
            info: sequence(&[algorithm, bits(0, &public_key(key))]),
            identifier: key_identifier(key),
        }
    }

    fn p384(key: &p384::ecdsa::SigningKey) -> Self {
        let point = key.verifying_key().to_sec1_point(false);
        let algorithm = sequence(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")]);
        Self {
            info: sequence(&[algorithm, bits(0, point.as_bytes())]),
            identifier: sha1::Sha1::digest(point.as_bytes()).into(),
        }
    }
}

/// `RSAPublicKey` of PKCS#1.
fn public_key(key: &RsaPrivateKey) -> Vec<u8> {
    sequence(&[
        integer(&key.n().to_be_bytes()),
        integer(&key.e().to_be_bytes()),
    ])
}

fn key_identifier(key: &RsaPrivateKey) -> [u8; 20] {
    sha1::Sha1::digest(public_key(key)).into()
}

/// First and last day: issued four hundred days ago and valid to the fifth birthday after it, unless the person is about the end.
pub(crate) fn validity(person: &Person, at: SystemTime) -> (Day, Day) {
    let today = Day::in_japan(at);
    let last = match person.certificate() {
        CertificateLife::EndsSoon => today.plus(30),
        CertificateLife::Ended => today.plus(-30),
        CertificateLife::Expired => today.plus(-400),
        CertificateLife::Valid | CertificateLife::Revoked => {
            let birth = person.birth();
            let born = Day::new(i64::from(birth.year()), birth.month(), birth.day());
            let first = today.plus(-400).max(born.plus(30));
            return (first, first.fifth_birthday(birth.month(), birth.day()));
        }
    };
    (last.plus(-1800), last)
}
