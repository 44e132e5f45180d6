//! RSA signatures beside the crate `rsa` and OpenSSL: the same ones are accepted, and the same keys.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod common;

use common::der::*;
use common::forge::*;
use common::openssl::{self, Folder};
use mynacard_cert::{Certificate, Error, ErrorKind, Scheme, Usage};
use proptest::prelude::*;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey as RsaPrivateKey, PublicKey as RsaPublicKey};
use sha2::{Digest as _, Sha256, Sha512};

const MESSAGE: &[u8] = b"a message that this side built";

/// A certificate around any key.
fn certificate(info: &[u8]) -> Certificate {
    read_certificate(info).unwrap()
}

fn read_certificate(info: &[u8]) -> Result<Certificate, Error> {
    let authority = Authority::new(Key::p256(0x11), Usage::Authentication);
    let mut leaf = authority.leaf();
    leaf.key = info.to_vec();
    Certificate::from_der(&authority.issue(&leaf))
}

/// `SubjectPublicKeyInfo` of any two numbers.
fn info(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let number = |magnitude: &[u8]| {
        let zeros = magnitude.iter().take_while(|octet| **octet == 0).count();
        let mut octets = magnitude[zeros..].to_vec();
        if octets.first().is_none_or(|first| *first >= 0x80) {
            octets.insert(0, 0);
        }
        int(&octets)
    };
    let algorithm = seq(&[oid("1.2.840.113549.1.1.1"), null()]);
    let key = seq(&[number(modulus), number(exponent)]);
    seq(&[algorithm, bits(0, &key)])
}

/// A private key with everybody who verifies under it.
struct Opinions {
    key: Box<RsaPrivateKey>,
    certificate: Certificate,
    folder: Option<Folder>,
}

impl Opinions {
    fn new(key: Key) -> Self {
        let info = key.public_info();
        let folder = openssl::available().then(Folder::new);
        if let Some(folder) = &folder {
            folder.write_pem("key.pem", "PUBLIC KEY", &info);
            folder.write("digest", &Sha256::digest(MESSAGE));
        }
        let Key::Rsa(key) = key else { unreachable!() };
        Self {
            key,
            certificate: certificate(&info),
            folder,
        }
    }

    fn length(&self) -> usize {
        self.key.size()
    }

    /// A right signature over anything that stands after the padding.
    fn sign(&self, content: &[u8]) -> Vec<u8> {
        let unprefixed = Pkcs1v15Sign::new_unprefixed();
        self.key.sign(unprefixed, content).unwrap()
    }

    /// All three say so.
    #[track_caller]
    fn say(&self, name: &str, signature: &[u8], expected: bool) {
        let ours = self.certificate.verify_possession(MESSAGE, signature);
        assert_eq!(ours.is_ok(), expected, "{name}: {ours:?}");
        let digest = Sha256::digest(MESSAGE);
        let crates = RsaPublicKey::from(&*self.key)
            .verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature)
            .is_ok();
        assert_eq!(crates, expected, "{name}, the crate");
        if let Some(folder) = &self.folder {
            folder.write("signature", signature);
            // Not `dgst`, which does not read what stands after the modulus's length.
            let verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem"];
            let over = ["-sigfile", "signature", "-in", "digest"];
            let by = ["-pkeyopt", "digest:sha256"];
            let output = folder.openssl(&[&verify[..], &over, &by].concat());
            assert_eq!(output.status.success(), expected, "{name}, OpenSSL");
        }
    }
}

fn digest_info(digest: &[u8], parameters: &[Vec<u8>]) -> Vec<u8> {
    let mut algorithm = vec![oid("2.16.840.1.101.3.4.2.1")];
    algorithm.extend_from_slice(parameters);
    seq(&[seq(&algorithm), octets(digest)])
}

/// `one` plus or minus `other`, in as many octets as `one` has; `None` when it does not fit.
fn sum(one: &[u8], other: &[u8], minus: bool) -> Option<Vec<u8>> {
    let mut carry = 0;
    let mut octets: Vec<u8> = one
        .iter()
        .rev()
        .zip(other.iter().rev())
        .map(|(one, other)| {
            let (one, other) = (i32::from(*one), i32::from(*other));
            let value = if minus { one - other } else { one + other } + carry;
            carry = value >> 8;
            (value & 0xFF) as u8
        })
        .collect();
    octets.reverse();
    (carry == 0).then_some(octets)
}

fn three_opinions(key: Key) {
    let opinions = Opinions::new(key);
    let digest = Sha256::digest(MESSAGE);
    let right = opinions.sign(&digest_info(&digest, &[null()]));
    opinions.say("right", &right, true);

    let length = opinions.length();
    let modulus = opinions.key.n().to_be_bytes_trimmed_vartime().to_vec();
    let (zero, mut one) = (vec![0; length], vec![0; length]);
    one[length - 1] = 1;
    let less = |number: &[u8]| sum(number, &one, true).unwrap();
    opinions.say("0", &zero, false);
    opinions.say("1", &one, false);
    opinions.say("n - 1", &less(&modulus), false);
    opinions.say("n", &modulus, false);
    opinions.say("n + 1", &sum(&modulus, &one, false).unwrap(), false);
    opinions.say("all ones", &vec![0xFF; length], false);
    opinions.say("-s", &sum(&modulus, &right, true).unwrap(), false);
    // The same number modulo n: what is not smaller than the modulus is no signature.
    if let Some(again) = sum(&right, &modulus, false) {
        opinions.say("s + n", &again, false);
    }
    opinions.say("a zero before", &[&[0], right.as_slice()].concat(), false);
    opinions.say("a zero after", &[right.as_slice(), &[0]].concat(), false);
    opinions.say("without its first octet", &right[1..], false);
    opinions.say("without its last octet", &right[..length - 1], false);
    opinions.say("nothing", &[], false);
    for at in [0, 1, length / 2, length - 1] {
        let mut changed = right.clone();
        changed[at] ^= 0x10;
        opinions.say("a bit", &changed, false);
    }

    let content = digest_info(&digest, &[null()]);
    for (name, content) in [
        ("without NULL", digest_info(&digest, &[])),
        ("two NULLs", digest_info(&digest, &[null(), null()])),
        (
            "another digest",
            digest_info(&Sha256::digest(b""), &[null()]),
        ),
        ("another hash", {
            let algorithm = seq(&[oid("2.16.840.1.101.3.4.2.3"), null()]);
            seq(&[algorithm, octets(&Sha512::digest(MESSAGE))])
        }),
        ("something after", [content.as_slice(), &[0]].concat()),
        ("no DigestInfo", digest.to_vec()),
        ("nothing", Vec::new()),
    ] {
        opinions.say(name, &opinions.sign(&content), false);
    }
}

#[test]
fn three_opinions_of_2048_bits() {
    three_opinions(Key::rsa_other());
}

#[test]
fn three_opinions_of_4096_bits() {
    three_opinions(Key::rsa(include_bytes!("data/rsa-4096-other.p8")));
}

/// A signature may begin with zeros, and stays as long as the modulus.
#[test]
fn a_signature_that_begins_with_zero() {
    let opinions = Opinions::new(Key::rsa_root());
    let mut found = 0;
    for number in 0..2_000_u32 {
        let message = number.to_be_bytes();
        let signature = opinions.sign(&digest_info(&Sha256::digest(message), &[null()]));
        if signature[0] == 0 {
            let possession = |signature: &[u8]| {
                let found = opinions.certificate.verify_possession(&message, signature);
                found.is_ok()
            };
            assert!(possession(&signature));
            assert!(!possession(&signature[1..]));
            found += 1;
            if found == 2 {
                return;
            }
        }
    }
    panic!("{found} of 2000 began with zero");
}

/// What the crate makes of a key, and what of a signature under it; the library's own bounds are narrower.
fn crates_opinion(modulus: &[u8], exponent: u64, signature: &[u8]) -> Option<bool> {
    let modulus = BoxedUint::from_be_slice_vartime(modulus);
    if !(2048..=4096).contains(&modulus.bit_width_vartime()) || exponent < 65_537 {
        return None;
    }
    let key = RsaPublicKey::new(modulus, BoxedUint::from(exponent)).ok()?;
    let digest = Sha256::digest(MESSAGE);
    let padding = Pkcs1v15Sign::new::<Sha256>();
    Some(key.verify(padding, &digest, signature).is_ok())
}

fn our_opinion(modulus: &[u8], exponent: u64, signature: &[u8]) -> Option<bool> {
    let certificate = match read_certificate(&info(modulus, &exponent.to_be_bytes())) {
        Ok(certificate) => certificate,
        // Zero is no part of a key (RFC 8017 §3.1): such a certificate is not read at all.
        Err(_) if exponent == 0 || modulus.iter().all(|octet| *octet == 0) => return None,
        Err(error) => panic!("{error}"),
    };
    match certificate.verify_possession_by(Scheme::RsaPkcs1Sha256, MESSAGE, signature) {
        Ok(_) => Some(true),
        Err(error) if matches!(error.kind(), ErrorKind::KeyNotAccepted { .. }) => None,
        Err(_) => Some(false),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Any two numbers as a key, any octets as a signature: never a panic, and the crate's opinion.
    #[test]
    fn any_key(
        length in prop_oneof![Just(256_usize), Just(512), Just(384), Just(257), Just(0), 0..600_usize],
        octets in proptest::collection::vec(any::<u8>(), 1200),
        full: bool,
        odd: bool,
        exponent in prop_oneof![Just(65_537_u64), Just(0), Just(3), Just(65_539), any::<u64>(), 0..100_000_u64],
        difference in -1..=1_i32,
    ) {
        let mut modulus = octets[..length].to_vec();
        if let Some(first) = modulus.first_mut() {
            *first |= u8::from(full) << 7;
        }
        if let Some(last) = modulus.last_mut() {
            *last = *last & 0xFE | u8::from(odd);
        }
        let wanted = (length as i32 + difference).max(0) as usize;
        let signature = &octets[600..][..wanted.min(600)];
        prop_assert_eq!(
            our_opinion(&modulus, exponent, signature),
            crates_opinion(&modulus, exponent, signature)
        );
    }

    /// Any signature with any change, under a real key.
    #[test]
    fn any_signature(message: [u8; 8], at in 0..256_usize, mask: u8) {
        let key = Key::rsa_other();
        let certificate = certificate(&key.public_info());
        let mut signature = key.sign(Alg::RsaSha256, &message);
        prop_assert!(certificate.verify_possession(&message, &signature).is_ok());
        signature[at] ^= mask;
        prop_assert_eq!(certificate.verify_possession(&message, &signature).is_ok(), mask == 0);
    }
}
