//! Proof of possession: Project Wycheproof's vectors, forged paddings, wrong schemes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use common::der::*;
use common::forge::*;
use common::openssl::{self, Folder};
use mynacard_cert::{Certificate, ErrorKind, Scheme, Usage};
use rsa::Pkcs1v15Sign;
use sha2::{Digest as _, Sha256};
use wycheproof::{TestResult, ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

/// A certificate around any key.
fn certificate(key: &[u8]) -> Certificate {
    let authority = Authority::new(Key::p256(0x11), Usage::Authentication);
    let mut leaf = authority.leaf();
    leaf.key = key.to_vec();
    Certificate::from_der(&authority.issue(&leaf)).unwrap()
}

/// How many of a set's valid signatures verified; none of the others may.
#[derive(Default)]
struct Tally {
    verified: usize,
    refused: usize,
}

impl Tally {
    #[track_caller]
    fn count(
        &mut self,
        certificate: &Certificate,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
        result: &TestResult,
        id: usize,
    ) {
        let found = certificate.verify_possession_by(scheme, message, signature);
        match (result, &found) {
            (TestResult::Valid, Ok(_)) => self.verified += 1,
            // A key that is not accepted (exponent 3) verifies nothing, not even what is right.
            (TestResult::Valid, Err(error))
                if matches!(error.kind(), ErrorKind::KeyNotAccepted { .. }) => {}
            (TestResult::Valid, Err(error)) => {
                panic!("test {id}: a right signature is refused: {error}")
            }
            // "Acceptable" is a missing NULL and the like: exact comparison refuses it.
            (_, Ok(_)) => panic!("test {id}: a wrong signature is accepted"),
            (_, Err(_)) => self.refused += 1,
        }
    }
}

#[test]
fn wycheproof_pkcs1() {
    use rsa_pkcs1_verify::TestName::*;
    let mut all = Tally::default();
    for (name, scheme) in [
        (Rsa2048Sha256, Scheme::RsaPkcs1Sha256),
        (Rsa3072Sha256, Scheme::RsaPkcs1Sha256),
        (Rsa4096Sha256, Scheme::RsaPkcs1Sha256),
        (Rsa2048Sha384, Scheme::RsaPkcs1Sha384),
        (Rsa2048Sha512, Scheme::RsaPkcs1Sha512),
        (Rsa4096Sha512, Scheme::RsaPkcs1Sha512),
    ] {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let certificate = certificate(group.der.as_ref());
            for test in group.tests {
                all.count(
                    &certificate,
                    scheme,
                    test.msg.as_ref(),
                    test.sig.as_ref(),
                    &test.result,
                    test.tc_id,
                );
            }
        }
    }
    assert!(
        all.verified > 40 && all.refused > 1000,
        "{} {}",
        all.verified,
        all.refused
    );
}

#[test]
fn wycheproof_pss() {
    use rsa_pss_verify::TestName::*;
    let mut all = Tally::default();
    for name in [
        RsaPss2048Sha256Mgf1SaltLen32,
        RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32,
    ] {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let certificate = certificate(group.der.as_ref());
            for test in group.tests {
                all.count(
                    &certificate,
                    Scheme::RsaPssSha256,
                    test.msg.as_ref(),
                    test.sig.as_ref(),
                    &test.result,
                    test.tc_id,
                );
            }
        }
    }
    assert!(
        all.verified > 150 && all.refused > 100,
        "{} {}",
        all.verified,
        all.refused
    );
    // Another salt length or another hash is another scheme.
    for name in [
        RsaPss2048Sha256Mgf1SaltLen0,
        RsaPss2048Sha256Mgf1Sha1_20,
        RsaPss2048Sha384Mgf1SaltLen48,
    ] {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let certificate = certificate(group.der.as_ref());
            // The wrong ones of such a set include some that are right for our parameters.
            for test in group
                .tests
                .into_iter()
                .filter(|test| test.result == TestResult::Valid)
            {
                let found = certificate.verify_possession_by(
                    Scheme::RsaPssSha256,
                    test.msg.as_ref(),
                    test.sig.as_ref(),
                );
                assert!(found.is_err(), "test {}", test.tc_id);
            }
        }
    }
}

#[test]
fn wycheproof_ecdsa() {
    use ecdsa::TestName::*;
    let mut all = Tally::default();
    for (name, scheme) in [
        (EcdsaSecp256r1Sha256, Scheme::EcdsaP256Sha256),
        (EcdsaSecp384r1Sha384, Scheme::EcdsaP384Sha384),
        // The two numbers side by side, as a card gives them.
        (EcdsaSecp256r1Sha256P1363, Scheme::EcdsaP256Sha256),
        (EcdsaSecp384r1Sha384P1363, Scheme::EcdsaP384Sha384),
    ] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let certificate = certificate(group.der.as_ref());
            for test in group.tests {
                all.count(
                    &certificate,
                    scheme,
                    test.msg.as_ref(),
                    test.sig.as_ref(),
                    &test.result,
                    test.tc_id,
                );
            }
        }
    }
    assert!(
        all.verified > 500 && all.refused > 700,
        "{} {}",
        all.verified,
        all.refused
    );
}

fn rsa_certificate() -> (Certificate, Box<rsa::PrivateKey>) {
    let key = Key::rsa_other();
    let certificate = certificate(&key.public_info());
    match key {
        Key::Rsa(key) => (certificate, key),
        _ => unreachable!(),
    }
}

const MESSAGE: &[u8] = b"a message that this side built";

/// DigestInfo variants that lax verifiers accept.
#[test]
fn forged_digest_infos() {
    let (certificate, key) = rsa_certificate();
    let hash = Sha256::digest(MESSAGE).to_vec();
    let sha256 = oid("2.16.840.1.101.3.4.2.1");
    let info = |algorithm: Vec<u8>, digest: Vec<u8>| seq(&[algorithm, digest]);
    let sign = |content: &[u8]| key.sign(Pkcs1v15Sign::new_unprefixed(), content).unwrap();
    let right = info(seq(&[sha256.clone(), null()]), octets(&hash));
    assert!(
        certificate
            .verify_possession(MESSAGE, &sign(&right))
            .is_ok()
    );
    for (name, forged) in [
        (
            "no NULL",
            info(seq(std::slice::from_ref(&sha256)), octets(&hash)),
        ),
        (
            "parameters other than NULL",
            info(seq(&[sha256.clone(), int(&[0])]), octets(&hash)),
        ),
        (
            "NULL with content",
            info(seq(&[sha256.clone(), vec![5, 1, 0]]), octets(&hash)),
        ),
        (
            "two NULLs",
            info(seq(&[sha256.clone(), null(), null()]), octets(&hash)),
        ),
        (
            "SHA-1's identifier",
            info(seq(&[oid("1.3.14.3.2.26"), null()]), octets(&hash)),
        ),
        ("bytes after the digest", [right.clone(), vec![0]].concat()),
        (
            "bytes inside, after the digest",
            seq(&[seq(&[sha256.clone(), null()]), octets(&hash), null()]),
        ),
        ("a long outer length", long_tlv(0x30, content(&right))),
        (
            "a long inner length",
            info(
                long_tlv(0x30, &[sha256.clone(), null()].concat()),
                octets(&hash),
            ),
        ),
        (
            "a long digest length",
            info(seq(&[sha256.clone(), null()]), long_tlv(4, &hash)),
        ),
        ("the digest alone", hash.clone()),
        (
            "a bit string",
            info(seq(&[sha256.clone(), null()]), bits(0, &hash)),
        ),
        (
            "a digest cut short",
            info(seq(&[sha256.clone(), null()]), octets(&hash[..31])),
        ),
        (
            "a digest with a leading zero",
            info(
                seq(&[sha256.clone(), null()]),
                octets(&[&[0], hash.as_slice()].concat()),
            ),
        ),
        ("nothing", Vec::new()),
    ] {
        assert_eq!(
            certificate
                .verify_possession(MESSAGE, &sign(&forged))
                .unwrap_err()
                .kind(),
            &ErrorKind::Possession,
            "{name}"
        );
    }
}

/// Paddings that lax verifiers accept, made with the raw private key operation.
#[test]
fn forged_paddings() {
    if !openssl::available() {
        return;
    }
    let (certificate, _) = rsa_certificate();
    let folder = Folder::new();
    folder.write_pem("key.pem", "PRIVATE KEY", &Key::rsa_other().pkcs8());
    let raw = |block: &[u8]| {
        assert_eq!(block.len(), 256);
        folder.write("block.bin", block);
        folder.must(&[
            "pkeyutl",
            "-decrypt",
            "-inkey",
            "key.pem",
            "-in",
            "block.bin",
            "-pkeyopt",
            "rsa_padding_mode:none",
        ])
    };
    let hash = Sha256::digest(MESSAGE).to_vec();
    let info = seq(&[seq(&[oid("2.16.840.1.101.3.4.2.1"), null()]), octets(&hash)]);
    let block = |kind: u8, fill: u8, padding: usize, separator: u8, tail: usize| {
        let mut block = vec![0, kind];
        block.extend(vec![fill; padding]);
        block.push(separator);
        block.extend_from_slice(&info);
        block.extend(vec![0xAB; tail]);
        block
    };
    let full = 256 - 3 - info.len();
    assert!(
        certificate
            .verify_possession(MESSAGE, &raw(&block(1, 0xFF, full, 0, 0)))
            .is_ok()
    );
    let mut holed = block(1, 0xFF, full, 0, 0);
    holed[100] = 0xFE;
    let mut separated = block(1, 0xFF, full, 0, 0);
    separated[50] = 0;
    for (name, forged) in [
        ("rubbish after the digest", block(1, 0xFF, 8, 0, full - 8)),
        ("little padding and rubbish", block(1, 0xFF, 0, 0, full)),
        ("block type 0", block(0, 0, full, 0, 0)),
        ("block type 2", block(2, 0xFF, full, 0, 0)),
        ("padding of zeros", block(1, 0, full, 0, 0)),
        ("no separator", block(1, 0xFF, full, 0xFF, 0)),
        ("one byte of the padding", holed),
        ("an early separator", separated),
    ] {
        let found = certificate.verify_possession(MESSAGE, &raw(&forged));
        assert_eq!(found.unwrap_err().kind(), &ErrorKind::Possession, "{name}");
    }
}

#[test]
fn lengths_and_ranges() {
    let (certificate, key) = rsa_certificate();
    let right = key
        .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(MESSAGE))
        .unwrap();
    assert_eq!(
        certificate
            .verify_possession(MESSAGE, &right)
            .unwrap()
            .scheme(),
        Scheme::RsaPkcs1Sha256
    );
    for wrong in [
        &right[1..],
        &right[..255],
        &[&[0], right.as_slice()].concat(),
        &[right.as_slice(), &[0]].concat(),
        &[],
    ] {
        let refusal = certificate.verify_possession(MESSAGE, wrong).unwrap_err();
        assert!(
            matches!(refusal.kind(), ErrorKind::SignatureForm { .. }),
            "{refusal}"
        );
    }
    // Not smaller than the modulus.
    assert!(
        certificate
            .verify_possession(MESSAGE, &[0xFF; 256])
            .is_err()
    );
    assert!(certificate.verify_possession(MESSAGE, &[0; 256]).is_err());
    let mut one = [0; 256];
    one[255] = 1;
    assert!(certificate.verify_possession(MESSAGE, &one).is_err());
    assert_eq!(
        certificate
            .verify_possession(b"another message", &right)
            .unwrap_err()
            .kind(),
        &ErrorKind::Possession
    );
    for at in 0..256 {
        let mut changed = right.clone();
        changed[at] ^= 1;
        assert!(
            certificate.verify_possession(MESSAGE, &changed).is_err(),
            "{at}"
        );
    }
}

#[test]
fn schemes_fit_keys() {
    let certificates = [
        certificate(&Key::p256(0x21).public_info()),
        certificate(&Key::p384(0x21).public_info()),
        rsa_certificate().0,
    ];
    let schemes = [
        Scheme::RsaPkcs1Sha256,
        Scheme::RsaPkcs1Sha384,
        Scheme::RsaPkcs1Sha512,
        Scheme::RsaPssSha256,
        Scheme::EcdsaP256Sha256,
        Scheme::EcdsaP384Sha384,
    ];
    let mut fitting = 0;
    for certificate in &certificates {
        for scheme in schemes {
            let refusal = certificate
                .verify_possession_by(scheme, MESSAGE, &[0; 256])
                .unwrap_err();
            match refusal.kind() {
                ErrorKind::SchemeMismatch { .. } => {}
                ErrorKind::Possession => fitting += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(fitting, 1 + 1 + 4);
    // The scheme that goes without saying.
    let ec = Key::p384(0x21);
    let signature = ec.sign(Alg::EcdsaSha384, MESSAGE);
    assert_eq!(
        certificates[1]
            .verify_possession(MESSAGE, &signature)
            .unwrap()
            .scheme(),
        Scheme::EcdsaP384Sha384
    );
    let ec = Key::p256(0x21);
    let signature = ec.sign(Alg::EcdsaSha256, MESSAGE);
    assert_eq!(
        certificates[0]
            .verify_possession(MESSAGE, &signature)
            .unwrap()
            .scheme(),
        Scheme::EcdsaP256Sha256
    );
}

/// openssl signs, we verify.
#[test]
fn signatures_of_openssl() {
    if !openssl::available() {
        return;
    }
    let folder = Folder::new();
    folder.write("message", MESSAGE);
    let pss: &[&str] = &[
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:32",
    ];
    for (key, scheme, options) in [
        (Key::rsa_other(), Scheme::RsaPkcs1Sha256, &["-sha256"][..]),
        (Key::rsa_other(), Scheme::RsaPkcs1Sha384, &["-sha384"]),
        (Key::rsa_other(), Scheme::RsaPkcs1Sha512, &["-sha512"]),
        (
            Key::rsa_other(),
            Scheme::RsaPssSha256,
            &[&["-sha256"], pss].concat(),
        ),
        (Key::p256(0x21), Scheme::EcdsaP256Sha256, &["-sha256"]),
        (Key::p384(0x21), Scheme::EcdsaP384Sha384, &["-sha384"]),
    ] {
        folder.write_pem("key.pem", "PRIVATE KEY", &key.pkcs8());
        let mut arguments = vec!["dgst", "-sign", "key.pem", "-out", "signature"];
        arguments.extend(options);
        arguments.push("message");
        folder.must(&arguments);
        let signature = std::fs::read(folder.path().join("signature")).unwrap();
        let certificate = certificate(&key.public_info());
        assert!(
            certificate
                .verify_possession_by(scheme, MESSAGE, &signature)
                .is_ok(),
            "{scheme}"
        );
        assert!(
            certificate
                .verify_possession_by(scheme, b"other", &signature)
                .is_err(),
            "{scheme}"
        );
    }
}
