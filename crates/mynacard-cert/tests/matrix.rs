//! The mutation matrix of certificates: hundreds that differ from a right one in one respect each, our verdict beside that
//! of `openssl verify -x509_strict`. openssl is the floor: nothing that it refuses do we accept, and an unexpected success fails.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use std::collections::BTreeSet;

use common::der::*;
use common::forge::*;
use common::openssl;
use mynacard_cert::{Certificate, Error, Usage};

/// One certificate and what must come of it: a code, or acceptance.
struct Case {
    name: String,
    der: Vec<u8>,
    expected: Option<&'static str>,
}

struct Cases<'a> {
    authority: &'a Authority,
    list: Vec<Case>,
}

impl Cases<'_> {
    fn refuse(&mut self, code: &'static str, name: &str, change: impl FnOnce(&mut Spec)) {
        self.push(name, Some(code), change);
    }

    fn accept(&mut self, name: &str, change: impl FnOnce(&mut Spec)) {
        self.push(name, None, change);
    }

    fn push(&mut self, name: &str, expected: Option<&'static str>, change: impl FnOnce(&mut Spec)) {
        let mut spec = self.authority.leaf();
        change(&mut spec);
        self.bytes(name, expected, self.authority.issue(&spec));
    }

    fn bytes(&mut self, name: &str, expected: Option<&'static str>, der: Vec<u8>) {
        self.list.push(Case {
            name: name.to_owned(),
            der,
            expected,
        });
    }
}

fn verdict(authority: &Authority, der: &[u8]) -> Result<(), Error> {
    let certificate = Certificate::from_der(der)?;
    let store = authority.store();
    match authority.usage {
        Usage::Authentication => store.verify_authentication(&certificate, now()).map(|_| ()),
        Usage::Signature => store.verify_signature(&certificate, now()).map(|_| ()),
    }
}

/// About the end of a validity the two differ on purpose: the last second belongs to it (RFC 5280 §4.1.2.5), and an ended
/// certificate is a state of our verdict, because insurance can still be confirmed for some months.
const ENDS: [&str; 2] = ["ends this second", "ended last second"];

/// Runs all cases; returns the names that openssl accepts and we refuse.
#[track_caller]
fn run(authority: &Authority, list: &[Case]) -> BTreeSet<String> {
    let mut wrong = Vec::new();
    let ours: Vec<Result<(), Error>> = list
        .iter()
        .map(|case| verdict(authority, &case.der))
        .collect();
    for (case, ours) in list.iter().zip(&ours) {
        let found = ours.as_ref().err().map(Error::code);
        if found != case.expected {
            wrong.push(format!(
                "{}: expected {:?}, found {ours:?}",
                case.name, case.expected
            ));
        }
    }
    let mut beyond = BTreeSet::new();
    if openssl::available() {
        let all: Vec<Vec<u8>> = list.iter().map(|case| case.der.clone()).collect();
        let theirs = openssl::verdicts(&authority.certificate, &all, now().unix());
        for ((case, ours), theirs) in list.iter().zip(&ours).zip(theirs) {
            match (ours.is_ok(), theirs) {
                (true, false) if ENDS.contains(&case.name.as_str()) => {}
                (true, false) => {
                    wrong.push(format!("{}: openssl refuses what we accept", case.name))
                }
                (false, true) => {
                    beyond.insert(case.name.clone());
                }
                _ => {}
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        list.len(),
        wrong.join("\n")
    );
    beyond
}

fn spki(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// An RSA `SubjectPublicKeyInfo` from its parts.
fn rsa_info(algorithm: Vec<u8>, modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    seq(&[algorithm, bits(0, &seq(&[int(modulus), int(exponent)]))])
}

fn rsa_algorithm() -> Vec<u8> {
    seq(&[oid("1.2.840.113549.1.1.1"), null()])
}

fn modulus(octets: usize, last: u8) -> Vec<u8> {
    let mut modulus = vec![0xC5; octets];
    *modulus.last_mut().unwrap() = last;
    modulus.insert(0, 0);
    modulus
}

fn own_policy(authority: &Authority) -> &'static str {
    match authority.usage {
        Usage::Authentication => "1.2.392.200149.8.5.1.3.30",
        Usage::Signature => "1.2.392.200149.8.5.1.1.20",
    }
}

fn fields(c: &mut Cases<'_>) {
    c.accept("the right one", |_| ());
    // Version.
    c.refuse("MC-3004", "version 1", |s| s.version = vec![]);
    c.refuse("MC-3001", "version 1 written out", |s| {
        s.version = tlv(0xA0, &int(&[0]))
    });
    c.refuse("MC-3004", "version 2", |s| {
        s.version = tlv(0xA0, &int(&[1]))
    });
    c.refuse("MC-3004", "version 4", |s| {
        s.version = tlv(0xA0, &int(&[3]))
    });
    c.refuse("MC-3001", "version negative", |s| {
        s.version = tlv(0xA0, &int(&[0xFF]))
    });
    c.refuse("MC-3001", "version in two octets", |s| {
        s.version = tlv(0xA0, &int(&[0, 2]))
    });
    c.refuse("MC-3001", "version and more", |s| {
        s.version = tlv(0xA0, &[int(&[2]), null()].concat())
    });
    // Serial number.
    c.refuse("MC-3109", "serial zero", |s| s.serial = vec![0]);
    c.refuse("MC-3109", "serial negative", |s| s.serial = vec![0x80]);
    c.refuse("MC-3109", "serial minus one", |s| s.serial = vec![0xFF]);
    c.refuse("MC-3109", "serial of 21 octets", |s| {
        s.serial = vec![0x11; 21]
    });
    c.refuse("MC-3109", "serial of 21 octets with sign octet", |s| {
        s.serial = [vec![0], vec![0x91; 20]].concat()
    });
    c.accept("serial of 20 octets", |s| s.serial = vec![0x11; 20]);
    c.accept("serial one", |s| s.serial = vec![1]);
    c.refuse("MC-3001", "serial empty", |s| s.serial = vec![]);
    c.refuse("MC-3001", "serial not minimal", |s| {
        s.serial = vec![0, 0x22]
    });
    c.refuse("MC-3001", "serial negative not minimal", |s| {
        s.serial = vec![0xFF, 0x80]
    });
    // Names.
    c.refuse("MC-3101", "issuer unknown to the key", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "SOMEBODY")]);
        s.ext(AUTHORITY_KEY).value = seq(&[tlv(0x80, &[9; 20])]);
    });
    c.refuse("MC-3118", "issuer another name", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "SOMEBODY")])
    });
    c.refuse("MC-3001", "issuer empty", |s| s.issuer = seq(&[]));
    c.refuse("MC-3118", "issuer in another string type", |s| {
        let purpose = String::from_utf8_lossy(content(&s.issuer)).contains("authentication");
        let ou = if purpose {
            "JPKI for user authentication"
        } else {
            "JPKI for digital signature"
        };
        s.issuer = seq(&[
            set(&[seq(&[oid("2.5.4.6"), utf8("JP")])]),
            set(&[seq(&[oid("2.5.4.10"), utf8("MYNACARD-HARNESS")])]),
            set(&[seq(&[oid("2.5.4.11"), utf8(ou)])]),
        ]);
    });
    c.refuse("MC-3102", "issuer of the production hierarchy", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "JPKI")]);
    });
    c.refuse("MC-3102", "issuer of the test hierarchy", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "JPKI-TEST")])
    });
    c.refuse("MC-3102", "issuer of the simulation", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "MYNACARD-SIMULATION")]);
    });
    c.accept("subject of two localities", |s| {
        s.subject = name(&[("C", "JP"), ("L", "a"), ("L", "b"), ("CN", "1")])
    });
    c.refuse("MC-3001", "subject with an empty set", |s| {
        s.subject = seq(&[set(&[])])
    });
    c.refuse("MC-3001", "subject with bad UTF-8", |s| {
        s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), tlv(0x0C, &[0xFF, 0xFE])])])]);
    });
    c.refuse("MC-3001", "subject with a bad printable string", |s| {
        s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), tlv(0x13, b"a@b")])])]);
    });
    c.refuse("MC-3001", "subject with a set out of order", |s| {
        let (a, b) = (
            seq(&[oid("2.5.4.3"), utf8("a")]),
            seq(&[oid("2.5.4.3"), utf8("b")]),
        );
        s.subject = seq(&[set(&[b, a])]);
    });
    c.refuse("MC-3001", "subject with a repeated member", |s| {
        let a = seq(&[oid("2.5.4.3"), utf8("a")]);
        s.subject = seq(&[set(&[a.clone(), a])]);
    });
    c.accept("subject with a set of two", |s| {
        let (a, b) = (
            seq(&[oid("2.5.4.3"), utf8("a")]),
            seq(&[oid("2.5.4.3"), utf8("b")]),
        );
        s.subject = seq(&[set(&[a, b])]);
    });
    c.refuse("MC-3001", "subject with an attribute of three parts", |s| {
        s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), utf8("a"), null()])])]);
    });
    c.refuse("MC-3001", "subject of 33 parts", |s| {
        s.subject = name(&[("CN", "1"); 33])
    });
    // Unique identifiers.
    c.refuse("MC-3001", "issuer unique identifier", |s| {
        s.unique = tlv(0x81, &[0, 1])
    });
    c.refuse("MC-3001", "subject unique identifier", |s| {
        s.unique = tlv(0x82, &[0, 1])
    });
}

fn times(c: &mut Cases<'_>) {
    let validity = |from: Vec<u8>, to: Vec<u8>| move |s: &mut Spec| s.validity = seq(&[from, to]);
    let end = || utc("300217145959Z");
    c.accept("begins this second", validity(utc("261121000000Z"), end()));
    c.refuse(
        "MC-3105",
        "begins next second",
        validity(utc("261121000001Z"), end()),
    );
    c.refuse(
        "MC-3105",
        "begins in 2050",
        validity(
            generalized("20500101000000Z"),
            generalized("20510101000000Z"),
        ),
    );
    c.accept(
        "ends this second",
        validity(utc("251027013542Z"), utc("261121000000Z")),
    );
    c.accept(
        "ended last second",
        validity(utc("251027013542Z"), utc("261120235959Z")),
    );
    c.accept(
        "ends after 2050",
        validity(utc("251027013542Z"), generalized("20500101000000Z")),
    );
    c.refuse(
        "MC-3001",
        "generalized time before 2050",
        validity(utc("251027013542Z"), generalized("20300217145959Z")),
    );
    c.refuse(
        "MC-3001",
        "generalized time with a fraction",
        validity(utc("251027013542Z"), generalized("20500217145959.5Z")),
    );
    c.refuse(
        "MC-3001",
        "time with an offset",
        validity(utc("251027013542+0900"), end()),
    );
    c.refuse(
        "MC-3001",
        "time without seconds",
        validity(utc("2510270135Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "time without Z",
        validity(utc("251027013542"), end()),
    );
    c.refuse(
        "MC-3001",
        "thirteenth month",
        validity(utc("251327013542Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "day nought",
        validity(utc("251000013542Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "29 February of no leap year",
        validity(utc("250229013542Z"), end()),
    );
    c.refuse("MC-3001", "hour 24", validity(utc("251027240000Z"), end()));
    c.refuse(
        "MC-3001",
        "leap second",
        validity(utc("251027015960Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "letters in the time",
        validity(utc("2510270135a2Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "ends before it begins",
        validity(utc("251027013542Z"), utc("241027013542Z")),
    );
    c.refuse("MC-3001", "validity of one time", |s| {
        s.validity = seq(&[end()])
    });
    c.refuse("MC-3001", "validity of three times", |s| {
        s.validity = seq(&[utc("251027013542Z"), end(), end()])
    });
}

fn algorithms(c: &mut Cases<'_>) {
    let other = match c.authority.key.default_algorithm() {
        Alg::EcdsaSha256 => Alg::EcdsaSha384,
        Alg::EcdsaSha384 => Alg::EcdsaSha256,
        _ => Alg::RsaSha384,
    };
    c.refuse("MC-3005", "inner algorithm another", |s| {
        s.inner = other.identifier()
    });
    c.refuse("MC-3005", "outer algorithm another", |s| {
        s.outer = other.identifier()
    });
    c.refuse("MC-3107", "algorithm unknown", |s| {
        s.inner = seq(&[oid("1.2.3.4")]);
        s.outer = s.inner.clone();
    });
    c.refuse("MC-3107", "PSS", |s| {
        s.inner = Alg::RsaPss.identifier();
        s.outer = s.inner.clone();
    });
    let claim = |algorithm: Vec<u8>| {
        move |s: &mut Spec| {
            s.inner = algorithm.clone();
            s.outer = algorithm;
        }
    };
    c.refuse(
        "MC-3001",
        "RSA without NULL",
        claim(seq(&[oid("1.2.840.113549.1.1.11")])),
    );
    c.refuse(
        "MC-3001",
        "RSA with other parameters",
        claim(seq(&[oid("1.2.840.113549.1.1.11"), int(&[1])])),
    );
    c.refuse(
        "MC-3001",
        "RSA with more than NULL",
        claim(seq(&[oid("1.2.840.113549.1.1.11"), null(), null()])),
    );
    c.refuse(
        "MC-3001",
        "ECDSA with NULL",
        claim(seq(&[oid("1.2.840.10045.4.3.2"), null()])),
    );
    match c.authority.key {
        Key::P256(_) => {
            c.refuse("MC-3104", "P-256 with SHA-384", |s| {
                s.algorithm = Alg::EcdsaSha384;
                (s.inner, s.outer) = (Alg::EcdsaSha384.identifier(), Alg::EcdsaSha384.identifier());
            });
            c.refuse("MC-3104", "RSA claimed", claim(Alg::RsaSha256.identifier()));
        }
        Key::P384(_) => {}
        Key::Rsa(_) => {
            for algorithm in [Alg::RsaSha384, Alg::RsaSha512] {
                c.accept(&format!("{algorithm:?}"), |s| {
                    s.algorithm = algorithm;
                    (s.inner, s.outer) = (algorithm.identifier(), algorithm.identifier());
                });
            }
            for algorithm in [Alg::RsaSha1, Alg::RsaSha224] {
                c.refuse("MC-3107", &format!("{algorithm:?}"), |s| {
                    s.algorithm = algorithm;
                    (s.inner, s.outer) = (algorithm.identifier(), algorithm.identifier());
                });
            }
            c.refuse("MC-3104", "hash of another algorithm", |s| {
                s.algorithm = Alg::RsaSha384;
            });
            c.refuse(
                "MC-3104",
                "ECDSA claimed",
                claim(Alg::EcdsaSha256.identifier()),
            );
        }
    }
}

fn keys(c: &mut Cases<'_>) {
    for (name, file) in [
        ("RSA-2048", "rsa-2048.spki"),
        ("RSA-3072", "rsa-3072.spki"),
        ("RSA-4096", "rsa-4096.spki"),
    ] {
        c.accept(name, |s| s.key = spki(file));
    }
    c.accept("P-384 key", |s| s.key = Key::p384(0x55).public_info());
    for (name, file) in [
        ("RSA-1024", "rsa-1024.spki"),
        ("RSA-2047", "rsa-2047.spki"),
        ("RSA-4104", "rsa-4104.spki"),
        ("e = 3", "rsa-2048-e3.spki"),
        ("P-521", "p521.spki"),
        ("Ed25519", "ed25519.spki"),
    ] {
        c.refuse("MC-3108", name, |s| s.key = spki(file));
    }
    c.refuse("MC-3001", "explicit curve", |s| {
        s.key = spki("p256-explicit.spki")
    });
    let good = modulus(256, 0xC5);
    let cases: [(&str, &'static str, Vec<u8>); 16] = [
        ("e = 1", "MC-3108", rsa_info(rsa_algorithm(), &good, &[1])),
        (
            "e = 65535",
            "MC-3108",
            rsa_info(rsa_algorithm(), &good, &[0, 0xFF, 0xFF]),
        ),
        (
            "e even",
            "MC-3108",
            rsa_info(rsa_algorithm(), &good, &[1, 0, 2]),
        ),
        ("e = 0", "MC-3001", rsa_info(rsa_algorithm(), &good, &[0])),
        (
            "e negative",
            "MC-3001",
            rsa_info(rsa_algorithm(), &good, &[0x81, 0, 1]),
        ),
        (
            "e of nine octets",
            "MC-3108",
            rsa_info(rsa_algorithm(), &good, &[1, 0, 0, 0, 0, 0, 0, 0, 1]),
        ),
        (
            "e over 33 bits",
            "MC-3108",
            rsa_info(rsa_algorithm(), &good, &[2, 0, 0, 0, 1]),
        ),
        (
            "e not minimal",
            "MC-3001",
            rsa_info(rsa_algorithm(), &good, &[0, 1, 0, 1]),
        ),
        (
            "modulus even",
            "MC-3108",
            rsa_info(rsa_algorithm(), &modulus(256, 0xC4), &[1, 0, 1]),
        ),
        (
            "modulus negative",
            "MC-3001",
            rsa_info(rsa_algorithm(), &good[1..], &[1, 0, 1]),
        ),
        (
            "modulus not minimal",
            "MC-3001",
            rsa_info(
                rsa_algorithm(),
                &[&[0], good.as_slice()].concat(),
                &[1, 0, 1],
            ),
        ),
        (
            "modulus of 16384 bits",
            "MC-3108",
            rsa_info(rsa_algorithm(), &modulus(2048, 0xC5), &[1, 0, 1]),
        ),
        (
            "modulus beyond that",
            "MC-3001",
            rsa_info(rsa_algorithm(), &modulus(2049, 0xC5), &[1, 0, 1]),
        ),
        (
            "RSA key without NULL",
            "MC-3001",
            rsa_info(seq(&[oid("1.2.840.113549.1.1.1")]), &good, &[1, 0, 1]),
        ),
        (
            "RSA key with more",
            "MC-3001",
            seq(&[
                rsa_algorithm(),
                bits(0, &seq(&[int(&good), int(&[1, 0, 1]), null()])),
            ]),
        ),
        (
            "key with unused bits",
            "MC-3001",
            seq(&[
                rsa_algorithm(),
                bits(1, &seq(&[int(&good), int(&[1, 0, 1])])),
            ]),
        ),
    ];
    for (name, code, key) in cases {
        c.refuse(code, name, |s| s.key = key);
    }
    let ec = || seq(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]);
    let point = leaf_key().public_bits();
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    let mut off = point.clone();
    off[64] ^= 1;
    let hybrid = [&[6 + (point[64] & 1)], &point[1..]].concat();
    for (name, bytes) in [
        ("compressed point", compressed),
        ("point off the curve", off),
        ("hybrid point", hybrid),
        ("point at infinity", vec![0]),
        ("point empty", vec![]),
        ("point too long", [point.as_slice(), &[0]].concat()),
        ("point of zeros", [&[4][..], &[0; 64]].concat()),
    ] {
        c.refuse("MC-3108", name, |s| s.key = seq(&[ec(), bits(0, &bytes)]));
    }
    c.refuse("MC-3001", "EC key without curve", |s| {
        s.key = seq(&[seq(&[oid("1.2.840.10045.2.1")]), bits(0, &point)])
    });
}

fn extensions(c: &mut Cases<'_>) {
    let authority = c.authority;
    let usage = authority.usage;
    // keyUsage: every single bit, and some sets.
    for bit in 0..16_u8 {
        let octets: Vec<u8> = if bit < 8 {
            vec![0x80 >> bit]
        } else {
            vec![0, 0x80 >> (bit - 8)]
        };
        let right = usage == Usage::Authentication && bit == 0;
        let value = bits(7 - bit % 8, &octets);
        c.push(
            &format!("keyUsage bit {bit}"),
            if right { None } else { Some("MC-3110") },
            |s| s.ext(KEY_USAGE).value = value,
        );
    }
    let all = [
        (6, 0xC0),
        (5, 0xA0),
        (2, 0x84),
        (1, 0x86),
        (0, 0xFF),
        (5, 0xE0),
        (6, 0x40),
    ];
    for (unused, octet) in all {
        let right = usage == Usage::Signature && octet == 0xC0;
        c.push(
            &format!("keyUsage {octet:02X}"),
            if right { None } else { Some("MC-3110") },
            |s| {
                s.ext(KEY_USAGE).value = bits(unused, &[octet]);
            },
        );
    }
    c.refuse("MC-3110", "no keyUsage", |s| s.remove(KEY_USAGE));
    c.refuse("MC-3001", "keyUsage empty", |s| {
        s.ext(KEY_USAGE).value = bits(0, &[])
    });
    c.refuse("MC-3001", "keyUsage of zeros", |s| {
        s.ext(KEY_USAGE).value = bits(0, &[0])
    });
    c.refuse("MC-3001", "keyUsage with trailing zeros", |s| {
        s.ext(KEY_USAGE).value = bits(0, &[0x80])
    });
    c.refuse("MC-3001", "keyUsage with a trailing octet", |s| {
        s.ext(KEY_USAGE).value = bits(7, &[0x80, 0])
    });
    c.refuse("MC-3001", "keyUsage of three octets", |s| {
        s.ext(KEY_USAGE).value = bits(7, &[0x80, 0, 0x80])
    });
    c.refuse("MC-3001", "keyUsage not a bit string", |s| {
        s.ext(KEY_USAGE).value = octets(&[0x80])
    });
    c.refuse("MC-3001", "keyUsage and more", |s| {
        s.ext(KEY_USAGE).value.extend(null())
    });
    c.refuse("MC-3117", "keyUsage not critical", |s| {
        s.ext(KEY_USAGE).critical = vec![]
    });
    c.refuse("MC-3117", "policies not critical", |s| {
        s.ext(POLICIES).critical = vec![]
    });
    // basicConstraints.
    let constraints = |value: Vec<u8>| {
        move |s: &mut Spec| s.extensions.push(Ext::new(BASIC_CONSTRAINTS, true, value))
    };
    c.refuse("MC-3113", "CA:TRUE", constraints(seq(&[yes()])));
    c.refuse(
        "MC-3113",
        "CA:TRUE with path length 0",
        constraints(seq(&[yes(), int(&[0])])),
    );
    c.refuse("MC-3113", "CA:TRUE", |s| {
        s.extensions
            .push(Ext::new(BASIC_CONSTRAINTS, false, seq(&[yes()])));
    });
    c.accept("basicConstraints empty", constraints(seq(&[])));
    c.refuse(
        "MC-3001",
        "CA:FALSE written out",
        constraints(seq(&[vec![1, 1, 0]])),
    );
    c.refuse("MC-3001", "CA of 01", constraints(seq(&[vec![1, 1, 1]])));
    c.refuse(
        "MC-3001",
        "path length without CA",
        constraints(seq(&[int(&[0])])),
    );
    c.refuse(
        "MC-3001",
        "path length negative",
        constraints(seq(&[yes(), int(&[0xFF])])),
    );
    c.refuse(
        "MC-3001",
        "basicConstraints and more",
        constraints(seq(&[yes(), int(&[0]), null()])),
    );
    // Policies.
    let own = own_policy(authority);
    let policies = |list: &[&str]| seq(&list.iter().map(|p| seq(&[oid(p)])).collect::<Vec<_>>());
    c.accept("policy without qualifier", |s| {
        s.ext(POLICIES).value = policies(&[own])
    });
    c.refuse("MC-3112", "no policy", |s| s.remove(POLICIES));
    for (name, list) in [
        ("any policy", vec!["2.5.29.32.0"]),
        ("unknown policy", vec!["1.2.3.4"]),
        ("policy one longer", vec!["1.2.392.200149.8.5.1.3.30.1"]),
        ("policy one shorter", vec!["1.2.392.200149.8.5.1.3"]),
        ("two policies", vec![own, "1.2.3.4"]),
        ("two policies, the other first", vec!["1.2.3.4", own]),
    ] {
        c.refuse("MC-3112", name, |s| s.ext(POLICIES).value = policies(&list));
    }
    let (other_usage, test) = match usage {
        Usage::Authentication => ("1.2.392.200149.8.5.1.1.20", "1.2.392.200149.8.5.1.0.30"),
        Usage::Signature => ("1.2.392.200149.8.5.1.3.30", "1.2.392.200149.8.5.1.0.20"),
    };
    c.refuse("MC-3103", "policy of the other usage", |s| {
        s.ext(POLICIES).value = policies(&[other_usage])
    });
    c.refuse("MC-3102", "policy of the test hierarchy", |s| {
        s.ext(POLICIES).value = policies(&[test])
    });
    c.refuse("MC-3001", "policy twice", |s| {
        s.ext(POLICIES).value = policies(&[own, own])
    });
    c.refuse("MC-3001", "policies empty", |s| {
        s.ext(POLICIES).value = seq(&[])
    });
    c.refuse("MC-3001", "qualifiers empty", |s| {
        s.ext(POLICIES).value = seq(&[seq(&[oid(own), seq(&[])])])
    });
    c.refuse("MC-3001", "policy and more", |s| {
        s.ext(POLICIES).value = seq(&[seq(&[oid(own), null()])])
    });
    // Extended key usage.
    let eku = |list: &[&str]| seq(&list.iter().map(|p| oid(p)).collect::<Vec<_>>());
    let (client, server, any) = (CLIENT_AUTH, "1.3.6.1.5.5.7.3.1", "2.5.29.37.0");
    match usage {
        Usage::Authentication => {
            c.refuse("MC-3111", "no extended key usage", |s| {
                s.remove(EXTENDED_KEY_USAGE)
            });
            for (name, list) in [
                ("serverAuth", vec![server]),
                ("anyExtendedKeyUsage", vec![any]),
                ("ocspSigning", vec!["1.3.6.1.5.5.7.3.9"]),
            ] {
                c.refuse("MC-3111", name, |s| {
                    s.ext(EXTENDED_KEY_USAGE).value = eku(&list)
                });
            }
            c.accept("clientAuth among others", |s| {
                s.ext(EXTENDED_KEY_USAGE).value = eku(&[server, client])
            });
            c.refuse("MC-3001", "extended key usage empty", |s| {
                s.ext(EXTENDED_KEY_USAGE).value = seq(&[])
            });
            c.refuse("MC-3001", "extended key usage not a list", |s| {
                s.ext(EXTENDED_KEY_USAGE).value = oid(client)
            });
        }
        Usage::Signature => {
            for (name, list) in [
                ("clientAuth", vec![client]),
                ("serverAuth", vec![server]),
                ("any", vec![any]),
            ] {
                c.refuse("MC-3111", name, |s| {
                    s.extensions
                        .push(Ext::new(EXTENDED_KEY_USAGE, false, eku(&list)))
                });
            }
        }
    }
    key_references(c);
    unknown_and_repeated(c);
    // Other known extensions must have their form.
    for (name, number, value) in [
        ("alternative names empty", ISSUER_ALT_NAME, seq(&[])),
        (
            "alternative name of unknown kind",
            ISSUER_ALT_NAME,
            seq(&[tlv(0x8F, b"x")]),
        ),
        (
            "alternative name not ASCII",
            ISSUER_ALT_NAME,
            seq(&[tlv(0x82, &[0xE5])]),
        ),
        (
            "alternative name not a name",
            ISSUER_ALT_NAME,
            seq(&[tlv(0xA4, &null())]),
        ),
        ("distribution points empty", DISTRIBUTION_POINTS, seq(&[])),
        (
            "distribution point empty",
            DISTRIBUTION_POINTS,
            seq(&[seq(&[])]),
        ),
        (
            "distribution point without names",
            DISTRIBUTION_POINTS,
            seq(&[seq(&[tlv(0xA0, &tlv(0xA0, &[]))])]),
        ),
        (
            "distribution point of unknown kind",
            DISTRIBUTION_POINTS,
            seq(&[seq(&[tlv(0xA5, &[])])]),
        ),
        ("subject key empty", SUBJECT_KEY, octets(&[])),
        ("subject key not octets", SUBJECT_KEY, utf8("x")),
    ] {
        c.refuse("MC-3001", name, |s| s.ext(number).value = value);
    }
    c.refuse("MC-3001", "information access empty", |s| {
        s.extensions.retain(|e| e.oid != INFORMATION_ACCESS);
        s.extensions
            .push(Ext::new(INFORMATION_ACCESS, false, seq(&[])));
    });
    for (name, number) in [
        ("issuer names", ISSUER_ALT_NAME),
        ("distribution points", DISTRIBUTION_POINTS),
        ("subject key", SUBJECT_KEY),
    ] {
        c.accept(&format!("without {name}"), |s| s.remove(number));
    }
    c.accept("extensions in another order", |s| s.extensions.reverse());
}

fn key_references(c: &mut Cases<'_>) {
    let authority = c.authority;
    let key = || tlv(0x80, &authority.key.identifier());
    let issuer = || tlv(0xA1, &tlv(0xA4, &authority.name));
    let serial = || tlv(0x82, &authority.serial);
    let reference = |parts: &[Vec<u8>]| {
        let value = seq(parts);
        move |s: &mut Spec| s.ext(AUTHORITY_KEY).value = value
    };
    c.accept("key identifier alone", reference(&[key()]));
    c.refuse("MC-3114", "no authority key identifier", |s| {
        s.remove(AUTHORITY_KEY)
    });
    c.refuse("MC-3114", "authority key identifier empty", reference(&[]));
    c.refuse(
        "MC-3114",
        "issuer and serial alone",
        reference(&[issuer(), serial()]),
    );
    c.refuse(
        "MC-3101",
        "another key identifier",
        reference(&[tlv(0x80, &[7; 20]), issuer(), serial()]),
    );
    c.refuse(
        "MC-3101",
        "key identifier one bit off",
        reference(&[{
            let mut id = authority.key.identifier();
            id[19] ^= 1;
            tlv(0x80, &id)
        }]),
    );
    c.refuse(
        "MC-3101",
        "key identifier cut short",
        reference(&[tlv(0x80, &authority.key.identifier()[..19])]),
    );
    c.refuse(
        "MC-3101",
        "key identifier without content",
        reference(&[tlv(0x80, &[])]),
    );
    let other = name(&[("C", "JP"), ("O", "SOMEBODY")]);
    c.refuse(
        "MC-3114",
        "another issuer in the reference",
        reference(&[key(), tlv(0xA1, &tlv(0xA4, &other)), serial()]),
    );
    c.refuse(
        "MC-3114",
        "another serial in the reference",
        reference(&[key(), issuer(), tlv(0x82, &[0x05, 0x32])]),
    );
    c.refuse(
        "MC-3001",
        "serial of the reference not minimal",
        reference(&[key(), issuer(), tlv(0x82, &[0, 0x05, 0x31])]),
    );
    c.refuse(
        "MC-3001",
        "issuer without serial",
        reference(&[key(), issuer()]),
    );
    c.refuse(
        "MC-3001",
        "serial without issuer",
        reference(&[key(), serial()]),
    );
    c.refuse(
        "MC-3001",
        "reference out of order",
        reference(&[issuer(), serial(), key()]),
    );
    c.refuse(
        "MC-3001",
        "reference with more",
        reference(&[key(), tlv(0x83, &[1])]),
    );
    c.refuse(
        "MC-3001",
        "reference to two issuers",
        reference(&[
            key(),
            tlv(
                0xA1,
                &[tlv(0xA4, &authority.name), tlv(0xA4, &authority.name)].concat(),
            ),
            serial(),
        ]),
    );
}

fn unknown_and_repeated(c: &mut Cases<'_>) {
    let unknown = "1.2.3.4.5";
    c.accept("unknown extension", |s| {
        s.extensions.push(Ext::new(unknown, false, vec![1, 2, 3]))
    });
    c.refuse("MC-3115", "unknown critical extension", |s| {
        s.extensions.push(Ext::new(unknown, true, null()))
    });
    for (name, number) in [
        ("nameConstraints", "2.5.29.30"),
        ("policyConstraints", "2.5.29.36"),
        ("policyMappings", "2.5.29.33"),
        ("inhibitAnyPolicy", "2.5.29.54"),
        ("Netscape certificate type", "2.16.840.1.113730.1.1"),
        ("proxy certificate", "1.3.6.1.5.5.7.1.14"),
    ] {
        c.refuse("MC-3115", &format!("critical {name}"), |s| {
            s.extensions.push(Ext::new(number, true, bits(7, &[0x80])));
        });
    }
    c.refuse("MC-3001", "critical=FALSE written out", |s| {
        s.ext(SUBJECT_KEY).critical = vec![1, 1, 0]
    });
    c.refuse("MC-3001", "critical of 01", |s| {
        s.ext(KEY_USAGE).critical = vec![1, 1, 1]
    });
    c.refuse("MC-3001", "critical of two octets", |s| {
        s.ext(KEY_USAGE).critical = vec![1, 2, 0xFF, 0xFF]
    });
    c.refuse("MC-3006", "unknown extension twice", |s| {
        s.extensions.push(Ext::new(unknown, false, null()));
        s.extensions.push(Ext::new(unknown, false, null()));
    });
    let known: Vec<String> = c
        .authority
        .leaf()
        .extensions
        .iter()
        .map(|e| e.oid.clone())
        .collect();
    for number in known {
        c.refuse("MC-3006", &format!("{number} twice"), |s| {
            let copy = s.ext(&number).clone();
            s.extensions.push(copy);
        });
    }
    c.refuse("MC-3001", "33 extensions", |s| {
        for index in 0..33 {
            s.extensions
                .push(Ext::new(&format!("1.2.3.{index}"), false, null()));
        }
    });
    c.refuse("MC-3001", "no extension in the list", |s| {
        s.raw_extensions = Some(tlv(0xA3, &seq(&[])))
    });
    c.refuse("MC-3112", "no extensions", |s| {
        s.raw_extensions = Some(vec![])
    });
    c.refuse("MC-3001", "extensions twice", |s| {
        let list = tlv(
            0xA3,
            &seq(&s.extensions.iter().map(Ext::encode).collect::<Vec<_>>()),
        );
        s.raw_extensions = Some([list.clone(), list].concat());
    });
}

fn encodings(c: &mut Cases<'_>) {
    let authority = c.authority;
    let right = authority.issue(&authority.leaf());
    let spec = authority.leaf();
    let tbs = spec.tbs();
    let signature = authority.key.sign(spec.algorithm, &tbs);
    let whole =
        |tbs: &[u8], signature: Vec<u8>| seq(&[tbs.to_vec(), spec.outer.clone(), signature]);
    c.bytes(
        "a byte after the end",
        Some("MC-3002"),
        [right.as_slice(), &[0]].concat(),
    );
    c.bytes(
        "twice",
        Some("MC-3002"),
        [right.clone(), right.clone()].concat(),
    );
    c.bytes("nothing", Some("MC-3001"), vec![]);
    c.bytes(
        "length not minimal",
        Some("MC-3001"),
        long_tlv(0x30, content(&right)),
    );
    c.bytes(
        "indefinite length",
        Some("MC-3001"),
        [&[0x30, 0x80], content(&right), &[0, 0]].concat(),
    );
    c.bytes(
        "a fourth part",
        Some("MC-3001"),
        tlv(0x30, &[content(&right), &[5, 0]].concat()),
    );
    c.bytes(
        "signature with unused bits",
        Some("MC-3001"),
        whole(&tbs, bits(1, &signature)),
    );
    c.bytes(
        "signature as octets",
        Some("MC-3001"),
        whole(&tbs, octets(&signature)),
    );
    c.bytes(
        "signature empty",
        Some("MC-3104"),
        whole(&tbs, bits(0, &[])),
    );
    c.bytes(
        "signature cut short",
        Some("MC-3104"),
        whole(&tbs, bits(0, &signature[..signature.len() - 1])),
    );
    c.bytes(
        "signature longer",
        Some("MC-3104"),
        whole(&tbs, bits(0, &[signature.as_slice(), &[0]].concat())),
    );
    c.bytes(
        "signature with a leading zero",
        Some("MC-3104"),
        whole(&tbs, bits(0, &[&[0], signature.as_slice()].concat())),
    );
    c.bytes(
        "signature of zeros",
        Some("MC-3104"),
        whole(&tbs, bits(0, &vec![0; signature.len()])),
    );
    let mut changed = signature.clone();
    *changed.last_mut().unwrap() ^= 1;
    c.bytes(
        "signature one bit off",
        Some("MC-3104"),
        whole(&tbs, bits(0, &changed)),
    );
    let stranger = match authority.key {
        Key::Rsa(_) => Key::rsa_other(),
        Key::P384(_) => Key::p384(0x42),
        Key::P256(_) => Key::p256(0x42),
    };
    c.bytes(
        "signed by a stranger",
        Some("MC-3104"),
        whole(&tbs, bits(0, &stranger.sign(spec.algorithm, &tbs))),
    );
    // The signed part in BER, signed as it stands: the signature is right, the encoding has two forms.
    let sign = |tbs: Vec<u8>| whole(&tbs, bits(0, &authority.key.sign(spec.algorithm, &tbs)));
    c.bytes(
        "signed part with a long length",
        Some("MC-3001"),
        sign(long_tlv(0x30, content(&tbs))),
    );
    c.bytes(
        "signed part of indefinite length",
        Some("MC-3001"),
        sign([&[0x30, 0x80], content(&tbs), &[0, 0]].concat()),
    );
    c.bytes(
        "signed part with more",
        Some("MC-3001"),
        sign(tlv(0x30, &[content(&tbs), &[5, 0]].concat())),
    );
    for (name, old, new) in [
        (
            "subject with a long length",
            spec.subject.clone(),
            long_tlv(0x30, content(&spec.subject)),
        ),
        (
            "validity with a long length",
            spec.validity.clone(),
            long_tlv(0x30, content(&spec.validity)),
        ),
        (
            "algorithm with a long length",
            spec.inner.clone(),
            long_tlv(0x30, content(&spec.inner)),
        ),
        (
            "key with a long length",
            spec.key.clone(),
            long_tlv(0x30, content(&spec.key)),
        ),
        (
            "serial with a long length",
            int(&spec.serial),
            long_tlv(2, &spec.serial),
        ),
        ("serial as octets", int(&spec.serial), octets(&spec.serial)),
        (
            "subject as a set",
            spec.subject.clone(),
            tlv(0x31, content(&spec.subject)),
        ),
    ] {
        let at = tbs
            .windows(old.len())
            .position(|window| window == old)
            .unwrap();
        let inside = [&tbs[..at], &new, &tbs[at + old.len()..]].concat();
        let inside = tlv(0x30, &inside[tbs.len() - content(&tbs).len()..]);
        c.bytes(name, Some("MC-3001"), sign(inside));
    }
}

fn matrix(authority: &Authority) -> Vec<Case> {
    let mut cases = Cases {
        authority,
        list: Vec::new(),
    };
    fields(&mut cases);
    times(&mut cases);
    algorithms(&mut cases);
    keys(&mut cases);
    extensions(&mut cases);
    encodings(&mut cases);
    cases.list
}

#[test]
fn authentication_under_p256() {
    let authority = Authority::new(Key::p256(0x11), Usage::Authentication);
    let list = matrix(&authority);
    assert!(list.len() > 180, "{}", list.len());
    let beyond = run(&authority, &list);
    if openssl::available() {
        // What openssl is known to accept: were one of these missing, the case would no longer test what it says.
        for known in [
            "CA:TRUE",
            "no keyUsage",
            "no policy",
            "unknown policy",
            "serverAuth",
            "e = 3",
            "RSA-1024",
            "serial zero",
            "serial negative",
            "serial of 21 octets",
            "critical=FALSE written out",
            "generalized time before 2050",
            "keyUsage bit 8",
            "two policies",
            "policy of the test hierarchy",
        ] {
            assert!(
                beyond.contains(known),
                "openssl refuses {known}: {beyond:?}"
            );
        }
        eprintln!(
            "{} of {} cases: openssl accepts what we refuse",
            beyond.len(),
            list.len()
        );
    }
}

#[test]
fn signature_under_rsa() {
    let authority = Authority::new(Key::rsa_root(), Usage::Signature);
    let list = matrix(&authority);
    let beyond = run(&authority, &list);
    if openssl::available() {
        for known in ["RsaSha224", "clientAuth", "keyUsage bit 0"] {
            assert!(
                beyond.contains(known),
                "openssl refuses {known}: {beyond:?}"
            );
        }
    }
}

#[test]
fn authentication_under_p384() {
    let authority = Authority::new(Key::p384(0x33), Usage::Authentication);
    run(&authority, &matrix(&authority));
}
