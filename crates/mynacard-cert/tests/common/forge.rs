//! A signing harness: an authority of our own, and certificates that differ from a right one in whatever is asked.
//!
//! Whoever fuzzes signed structures uses it too: what the fuzzer changes is signed anew, and the check is never stubbed.

use mynacard_cert::{Timestamp, TrustStore, Usage};
use p256::ecdsa::signature::Signer as _;
use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha384, Sha512};

use super::der::*;

/// The instant that all tests ask about: 2026-11-21.
pub(crate) const NOW: &str = "2026-11-21T00:00:00Z";

pub(crate) fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

/// A signing key.
pub(crate) enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
}

/// A signature algorithm for [`Key::sign`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alg {
    EcdsaSha256,
    EcdsaSha384,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    RsaSha1,
    RsaSha224,
    RsaPss,
}

impl Alg {
    pub(crate) fn identifier(self) -> Vec<u8> {
        match self {
            Alg::EcdsaSha256 => seq(&[oid("1.2.840.10045.4.3.2")]),
            Alg::EcdsaSha384 => seq(&[oid("1.2.840.10045.4.3.3")]),
            Alg::RsaSha256 => seq(&[oid("1.2.840.113549.1.1.11"), null()]),
            Alg::RsaSha384 => seq(&[oid("1.2.840.113549.1.1.12"), null()]),
            Alg::RsaSha512 => seq(&[oid("1.2.840.113549.1.1.13"), null()]),
            Alg::RsaSha1 => seq(&[oid("1.2.840.113549.1.1.5"), null()]),
            Alg::RsaSha224 => seq(&[oid("1.2.840.113549.1.1.14"), null()]),
            Alg::RsaPss => {
                let sha256 = seq(&[oid("2.16.840.1.101.3.4.2.1"), null()]);
                let mgf = seq(&[oid("1.2.840.113549.1.1.8"), sha256.clone()]);
                seq(&[
                    oid("1.2.840.113549.1.1.10"),
                    seq(&[tlv(0xA0, &sha256), tlv(0xA1, &mgf), tlv(0xA2, &int(&[32]))]),
                ])
            }
        }
    }
}

impl Key {
    /// A P-256 key from one repeated octet.
    pub(crate) fn p256(seed: u8) -> Self {
        Key::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(crate) fn p384(seed: u8) -> Self {
        Key::P384(p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap())
    }

    /// One of the checked-in RSA keys.
    pub(crate) fn rsa(der: &[u8]) -> Self {
        use rsa::pkcs8::DecodePrivateKey as _;
        Key::Rsa(Box::new(rsa::PrivateKey::from_pkcs8_der(der).unwrap()))
    }

    pub(crate) fn rsa_root() -> Self {
        Self::rsa(include_bytes!("../data/rsa-2048-root.p8"))
    }

    pub(crate) fn rsa_other() -> Self {
        Self::rsa(include_bytes!("../data/rsa-2048-other.p8"))
    }

    pub(crate) fn default_algorithm(&self) -> Alg {
        match self {
            Key::P256(_) => Alg::EcdsaSha256,
            Key::P384(_) => Alg::EcdsaSha384,
            Key::Rsa(_) => Alg::RsaSha256,
        }
    }

    /// The key bits of the `SubjectPublicKeyInfo`.
    pub(crate) fn public_bits(&self) -> Vec<u8> {
        match self {
            Key::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Key::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Key::Rsa(key) => {
                use rsa::traits::PublicKeyParts as _;
                let positive = |mut bytes: Vec<u8>| {
                    if bytes[0] >= 0x80 {
                        bytes.insert(0, 0);
                    }
                    int(&bytes)
                };
                let exponent: Vec<u8> = vec![1, 0, 1];
                seq(&[
                    positive(key.n().to_be_bytes_trimmed_vartime().to_vec()),
                    positive(exponent),
                ])
            }
        }
    }

    pub(crate) fn public_info(&self) -> Vec<u8> {
        let algorithm = match self {
            Key::P256(_) => seq(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]),
            Key::P384(_) => seq(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")]),
            Key::Rsa(_) => seq(&[oid("1.2.840.113549.1.1.1"), null()]),
        };
        seq(&[algorithm, bits(0, &self.public_bits())])
    }

    /// SHA-1 of the key bits: the usual key identifier.
    pub(crate) fn identifier(&self) -> Vec<u8> {
        Sha1::digest(self.public_bits()).to_vec()
    }

    pub(crate) fn sign(&self, algorithm: Alg, message: &[u8]) -> Vec<u8> {
        use p256::ecdsa::signature::hazmat::PrehashSigner as _;
        match (self, algorithm) {
            (Key::P256(key), Alg::EcdsaSha256) => {
                let signature: p256::ecdsa::DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }
            (Key::P256(key), Alg::EcdsaSha384) => {
                let signature: p256::ecdsa::DerSignature =
                    key.sign_prehash(&Sha384::digest(message)).unwrap();
                signature.as_bytes().to_vec()
            }
            (Key::P384(key), Alg::EcdsaSha384) => {
                let signature: p384::ecdsa::DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }
            (Key::P384(key), Alg::EcdsaSha256) => {
                // SHA-256 zero-padded on the left is what a truncating ECDSA would sign; any signature will do here.
                let signature: p384::ecdsa::DerSignature = key
                    .sign_prehash(&Sha256::digest(message))
                    .or_else(|_| key.sign_prehash(&Sha384::digest(message)))
                    .unwrap();
                signature.as_bytes().to_vec()
            }
            (Key::Rsa(key), _) => {
                use rsa::Pkcs1v15Sign as Pad;
                match algorithm {
                    Alg::RsaSha256 => key.sign(Pad::new::<Sha256>(), &Sha256::digest(message)),
                    Alg::RsaSha384 => key.sign(Pad::new::<Sha384>(), &Sha384::digest(message)),
                    Alg::RsaSha512 => key.sign(Pad::new::<Sha512>(), &Sha512::digest(message)),
                    Alg::RsaSha1 => key.sign(Pad::new::<Sha1>(), &Sha1::digest(message)),
                    Alg::RsaSha224 => {
                        key.sign(Pad::new::<sha2::Sha224>(), &sha2::Sha224::digest(message))
                    }
                    other => panic!("{other:?} with RSA"),
                }
                .unwrap()
            }
            (_, algorithm) => panic!("{algorithm:?} with this key"),
        }
    }

    /// PKCS#8, for openssl.
    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        use p256::pkcs8::EncodePrivateKey as _;
        match self {
            Key::P256(key) => key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
            Key::P384(key) => key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
            Key::Rsa(key) => rsa::pkcs8::EncodePrivateKey::to_pkcs8_der(key.as_ref())
                .unwrap()
                .as_bytes()
                .to_vec(),
        }
    }
}

/// One extension; `critical` holds the encoded BOOLEAN, if any.
#[derive(Clone)]
pub(crate) struct Ext {
    pub(crate) oid: String,
    pub(crate) critical: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Ext {
    pub(crate) fn new(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self {
            oid: oid.to_owned(),
            critical: if critical { yes() } else { Vec::new() },
            value,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        seq(&[oid(&self.oid), self.critical.clone(), octets(&self.value)])
    }
}

pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub(crate) const POLICIES: &str = "2.5.29.32";
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const SUBJECT_KEY: &str = "2.5.29.14";
pub(crate) const AUTHORITY_KEY: &str = "2.5.29.35";
pub(crate) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(crate) const ISSUER_ALT_NAME: &str = "2.5.29.18";
pub(crate) const DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub(crate) const INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
pub(crate) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// Everything in a certificate, as encoded pieces that a test may replace.
#[derive(Clone)]
pub(crate) struct Spec {
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) inner: Vec<u8>,
    pub(crate) outer: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) validity: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) unique: Vec<u8>,
    pub(crate) extensions: Vec<Ext>,
    /// Replaces the whole `[3]`.
    pub(crate) raw_extensions: Option<Vec<u8>>,
    pub(crate) algorithm: Alg,
}

impl Spec {
    pub(crate) fn ext(&mut self, oid: &str) -> &mut Ext {
        self.extensions.iter_mut().find(|e| e.oid == oid).unwrap()
    }

    pub(crate) fn remove(&mut self, oid: &str) {
        let before = self.extensions.len();
        self.extensions.retain(|e| e.oid != oid);
        assert_eq!(before, self.extensions.len() + 1);
    }

    /// The signed part.
    pub(crate) fn tbs(&self) -> Vec<u8> {
        let extensions = self.raw_extensions.clone().unwrap_or_else(|| {
            tlv(
                0xA3,
                &seq(&self.extensions.iter().map(Ext::encode).collect::<Vec<_>>()),
            )
        });
        seq(&[
            self.version.clone(),
            int(&self.serial),
            self.inner.clone(),
            self.issuer.clone(),
            self.validity.clone(),
            self.subject.clone(),
            self.key.clone(),
            self.unique.clone(),
            extensions,
        ])
    }
}

/// An authority of the test's own.
pub(crate) struct Authority {
    pub(crate) key: Key,
    pub(crate) name: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) usage: Usage,
    pub(crate) certificate: Vec<u8>,
}

impl Authority {
    /// With the usual root certificate.
    pub(crate) fn new(key: Key, usage: Usage) -> Self {
        Self::changed(key, usage, |_| ())
    }

    /// With a root certificate that differs.
    pub(crate) fn changed(key: Key, usage: Usage, change: impl FnOnce(&mut Spec)) -> Self {
        let purpose = match usage {
            Usage::Authentication => "JPKI for user authentication",
            Usage::Signature => "JPKI for digital signature",
        };
        let name = name(&[("C", "JP"), ("O", "MYNACARD-HARNESS"), ("OU", purpose)]);
        let serial = vec![0x05, 0x31];
        let mut spec = Spec {
            version: tlv(0xA0, &int(&[2])),
            serial: serial.clone(),
            inner: key.default_algorithm().identifier(),
            outer: key.default_algorithm().identifier(),
            issuer: name.clone(),
            validity: seq(&[utc("230101000000Z"), utc("330101145959Z")]),
            subject: name.clone(),
            key: key.public_info(),
            unique: Vec::new(),
            extensions: vec![
                Ext::new(KEY_USAGE, true, bits(1, &[0x06])),
                Ext::new(BASIC_CONSTRAINTS, true, seq(&[yes()])),
                Ext::new(SUBJECT_KEY, false, octets(&key.identifier())),
            ],
            raw_extensions: None,
            algorithm: key.default_algorithm(),
        };
        change(&mut spec);
        let tbs = spec.tbs();
        let signature = key.sign(spec.algorithm, &tbs);
        let certificate = seq(&[tbs, spec.outer, bits(0, &signature)]);
        Self {
            key,
            name,
            serial,
            usage,
            certificate,
        }
    }

    /// A store that believes this authority alone.
    pub(crate) fn store(&self) -> TrustStore {
        TrustStore::empty()
            .with_root(&self.certificate, self.usage)
            .unwrap()
    }

    /// A right leaf of the profile, to be changed.
    pub(crate) fn leaf(&self) -> Spec {
        let signature = self.usage == Usage::Signature;
        let (usage, policy) = match self.usage {
            Usage::Authentication => (bits(7, &[0x80]), "1.2.392.200149.8.5.1.3.30"),
            Usage::Signature => (bits(6, &[0xC0]), "1.2.392.200149.8.5.1.1.20"),
        };
        let cps = seq(&[
            oid("1.3.6.1.5.5.7.2.1"),
            tlv(0x16, b"http://cps.invalid/cps.html"),
        ]);
        let mut extensions = vec![Ext::new(KEY_USAGE, true, usage)];
        if signature {
            extensions.push(Ext::new(SUBJECT_ALT_NAME, false, holder(&HOLDER)));
        } else {
            extensions.push(Ext::new(
                EXTENDED_KEY_USAGE,
                false,
                seq(&[oid(CLIENT_AUTH)]),
            ));
        }
        extensions.push(Ext::new(
            POLICIES,
            true,
            seq(&[seq(&[oid(policy), seq(&[cps])])]),
        ));
        extensions.push(Ext::new(
            ISSUER_ALT_NAME,
            false,
            seq(&[tlv(
                0xA4,
                &name(&[("C", "JP"), ("O", "公的個人認証サービス")]),
            )]),
        ));
        extensions.push(Ext::new(
            DISTRIBUTION_POINTS,
            false,
            distribution_point(&point_name("Kiyose-shi")),
        ));
        if !signature {
            let location = tlv(0x86, b"http://ocsp.invalid");
            extensions.push(Ext::new(
                INFORMATION_ACCESS,
                false,
                seq(&[seq(&[oid("1.3.6.1.5.5.7.48.1"), location])]),
            ));
        }
        extensions.push(Ext::new(AUTHORITY_KEY, false, self.reference()));
        extensions.push(Ext::new(
            SUBJECT_KEY,
            false,
            octets(&leaf_key().identifier()),
        ));
        Spec {
            version: tlv(0xA0, &int(&[2])),
            serial: vec![0x22, 0x7B, 0x13],
            inner: self.key.default_algorithm().identifier(),
            outer: self.key.default_algorithm().identifier(),
            issuer: self.name.clone(),
            validity: seq(&[utc("251027013542Z"), utc("300217145959Z")]),
            subject: name(&[("C", "JP"), ("CN", "HARNESS0000000001A")]),
            key: leaf_key().public_info(),
            unique: Vec::new(),
            extensions,
            raw_extensions: None,
            algorithm: self.key.default_algorithm(),
        }
    }

    /// Key identifier, issuer and serial number of this authority's certificate.
    pub(crate) fn reference(&self) -> Vec<u8> {
        seq(&[
            tlv(0x80, &self.key.identifier()),
            tlv(0xA1, &tlv(0xA4, &self.name)),
            tlv(0x82, &self.serial),
        ])
    }

    /// Signs what the specification says.
    pub(crate) fn issue(&self, spec: &Spec) -> Vec<u8> {
        let tbs = spec.tbs();
        let signature = self.key.sign(spec.algorithm, &tbs);
        seq(&[tbs, spec.outer.clone(), bits(0, &signature)])
    }
}

/// The key of every leaf that does not say otherwise.
pub(crate) fn leaf_key() -> Key {
    Key::p256(0x77)
}

pub(crate) fn point_name(municipality: &str) -> Vec<u8> {
    let point = format!("{municipality} CRLDP");
    name(&[
        ("C", "JP"),
        ("O", "MYNACARD-HARNESS"),
        ("OU", "CRL Distribution Points"),
        ("OU", "Tokyo-to"),
        ("CN", &point),
    ])
}

/// `CRLDistributionPoints` with one directory name.
pub(crate) fn distribution_point(name: &[u8]) -> Vec<u8> {
    seq(&[seq(&[tlv(0xA0, &tlv(0xA0, &tlv(0xA4, name)))])])
}

pub(crate) const HOLDER: [(u8, &str); 6] = [
    (1, "試験　太郎"),
    (4, "319800217"),
    (3, "1"),
    (5, "東京都千代田区霞が関１丁目２番３号"),
    (2, "00000"),
    (6, "00000000000000000"),
];

/// Holder attributes as `GeneralNames`.
pub(crate) fn holder(attributes: &[(u8, &str)]) -> Vec<u8> {
    let one = |(number, text): &(u8, &str)| {
        let kind = oid(&format!("1.2.392.200149.8.5.5.{number}"));
        tlv(0xA0, &[kind, tlv(0xA0, &utf8(text))].concat())
    };
    seq(&attributes.iter().map(one).collect::<Vec<_>>())
}
