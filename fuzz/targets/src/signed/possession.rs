//! Proof of possession: whose key a certificate names proves it by its own schemes, and nobody else does.

use std::sync::OnceLock;

use mynacard_cert::{Certificate, KeyKind, Scheme};

use super::harness::forge::{self, Alg, Key};
use crate::errors::noted;

const MESSAGE: &[u8] = b"message";

const SCHEMES: [Scheme; 6] = [
    Scheme::RsaPkcs1Sha256,
    Scheme::RsaPkcs1Sha384,
    Scheme::RsaPkcs1Sha512,
    Scheme::RsaPssSha256,
    Scheme::EcdsaP256Sha256,
    Scheme::EcdsaP384Sha384,
];

/// Nothing that the input holds is a signature of the certificate's key: neither all of it nor, where the key is RSA, an end of it that
/// has the length of one. It is the card that says by which scheme it signed: here the last octet does, so that an input costs one power.
pub(crate) fn never_by(certificate: &Certificate, data: &[u8]) {
    let mut tried = SCHEMES.map(|scheme| (scheme, data)).to_vec();
    let beyond;
    if let KeyKind::Rsa { bits, .. } = certificate.key_kind() {
        let length = bits.div_ceil(8);
        let end = data.get(data.len().saturating_sub(length)..);
        let chosen = usize::from(data.last().copied().unwrap_or(0)) % 4;
        let scheme = SCHEMES.get(chosen).copied();
        tried.extend(scheme.zip(end));
        // A number beyond every modulus.
        beyond = vec![0xFF; length];
        tried.push((Scheme::RsaPkcs1Sha256, &beyond));
    }
    for (scheme, signature) in tried {
        let by = certificate.verify_possession_by(scheme, MESSAGE, signature);
        assert!(
            noted(by).is_err(),
            "{scheme}: a certificate is no signature"
        );
    }
}

/// A key whose private half is known here, and its signatures of the message.
struct Holder {
    /// As certificates name it.
    info: Vec<u8>,
    signatures: Vec<(Scheme, Vec<u8>)>,
}

/// The holders' keys of this target.
fn holders() -> &'static [Holder] {
    static HOLDERS: OnceLock<Vec<Holder>> = OnceLock::new();
    HOLDERS.get_or_init(|| {
        let large: &[u8] =
            include_bytes!("../../../../crates/mynacard-cert/tests/data/rsa-4096-other.p8");
        let rsa = [
            (Scheme::RsaPkcs1Sha256, Alg::RsaSha256),
            (Scheme::RsaPkcs1Sha384, Alg::RsaSha384),
            (Scheme::RsaPkcs1Sha512, Alg::RsaSha512),
        ];
        let p256 = [(Scheme::EcdsaP256Sha256, Alg::EcdsaSha256)];
        let p384 = [(Scheme::EcdsaP384Sha384, Alg::EcdsaSha384)];
        let all: [(Key, &[(Scheme, Alg)]); 4] = [
            (forge::leaf_key(), &p256),
            (Key::p384(0x33), &p384),
            (Key::rsa_other(), &rsa),
            (Key::rsa(large), &rsa),
        ];
        let holder = |(key, schemes): (Key, &[(Scheme, Alg)])| Holder {
            signatures: schemes
                .iter()
                .map(|(scheme, alg)| (*scheme, key.sign(*alg, MESSAGE)))
                .collect(),
            info: key.public_info(),
        };
        all.into_iter().map(holder).collect()
    })
}

/// The keys as certificates name them.
pub(super) fn keys() -> Vec<Vec<u8>> {
    let keys = holders().iter().map(|holder| holder.info.clone());
    keys.collect()
}

/// The holder of the key that a certificate names, given as SubjectPublicKeyInfo, proves it by each scheme of that key and by no other
/// one, for this message and for no other. The rest of the certificate says nothing about that: each holder's key is asked once.
pub(super) fn proven(certificate: &Certificate, key: &[u8]) {
    static ASKED: [OnceLock<()>; 4] = [const { OnceLock::new() }; 4];
    let mut known = holders().iter().zip(&ASKED);
    match known.find(|(holder, _)| holder.info == key) {
        Some((_, asked)) => asked.get_or_init(|| ask(certificate, key)),
        None => &ask(certificate, key),
    };
}

fn ask(certificate: &Certificate, key: &[u8]) {
    for holder in holders() {
        let own = holder.info == key;
        for (by, signature) in &holder.signatures {
            for scheme in SCHEMES {
                let found = certificate.verify_possession_by(scheme, MESSAGE, signature);
                assert_eq!(found.is_ok(), own && scheme == *by, "{scheme} for {by}");
                if let Ok(proof) = found {
                    assert_eq!(proof.scheme(), scheme);
                }
            }
            let other = certificate.verify_possession_by(*by, b"another message", signature);
            assert!(other.is_err(), "{by}: another message");
            if let Some(sides) = own.then(|| side_by_side(*by, signature)).flatten() {
                assert!(
                    certificate.verify_possession(MESSAGE, &sides).is_ok(),
                    "{by}: r ‖ s"
                );
            }
        }
    }
}

/// The numbers of an ECDSA signature side by side, as a card gives them.
fn side_by_side(scheme: Scheme, der: &[u8]) -> Option<Vec<u8>> {
    match scheme {
        Scheme::EcdsaP256Sha256 => {
            let signature = p256::ecdsa::Signature::from_der(der).ok()?;
            Some(signature.to_bytes().to_vec())
        }
        Scheme::EcdsaP384Sha384 => {
            let signature = p384::ecdsa::Signature::from_der(der).ok()?;
            Some(signature.to_bytes().to_vec())
        }
        _ => None,
    }
}
