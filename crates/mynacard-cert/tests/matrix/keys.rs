//! Signature algorithms and keys.

use crate::Cases;
use crate::common::der::*;
use crate::common::forge::*;

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

pub(crate) fn algorithms(c: &mut Cases<'_>) {
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

pub(crate) fn keys(c: &mut Cases<'_>) {
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
