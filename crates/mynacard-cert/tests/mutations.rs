//! Every single-byte change, insertion and deletion in a certificate is refused; and whatever our reader accepts as DER
//! re-encodes to the same bytes in an independent implementation.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use common::forge::{Authority, Key, now};
use common::{vector, vectors};
use der::{Decode as _, Encode as _};
use mynacard_cert::{Certificate, Timestamp, TrustStore, Usage};

/// Calls `each` with every string that is one change of one byte, one deletion or one insertion away.
fn each_neighbour(
    bytes: &[u8],
    changes: &[u8],
    insertions: &[u8],
    mut each: impl FnMut(&[u8], &str, usize),
) {
    let mut changed = bytes.to_vec();
    for at in 0..bytes.len() {
        for mask in changes {
            changed[at] = bytes[at] ^ mask;
            each(&changed, "change", at);
        }
        changed[at] = bytes[at];
    }
    for at in 0..bytes.len() {
        let mut shorter = bytes.to_vec();
        shorter.remove(at);
        each(&shorter, "deletion", at);
    }
    let mut longer = Vec::with_capacity(bytes.len() + 1);
    for at in 0..=bytes.len() {
        for byte in insertions {
            longer.clear();
            longer.extend_from_slice(&bytes[..at]);
            longer.push(*byte);
            longer.extend_from_slice(&bytes[at..]);
            each(&longer, "insertion", at);
        }
    }
}

/// Every bit, and a few at once.
const MASKS: [u8; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 0xFF, 0x55, 0x0F];

fn all_bytes() -> Vec<u8> {
    (0..=255).collect()
}

#[track_caller]
fn none_accepted(
    store: &TrustStore,
    der: &[u8],
    usage: Usage,
    at: Timestamp,
    changes: &[u8],
    insertions: &[u8],
) {
    let accepted = |der: &[u8]| match (Certificate::from_der(der), usage) {
        (Ok(certificate), Usage::Authentication) => {
            store.verify_authentication(&certificate, at).is_ok()
        }
        (Ok(certificate), Usage::Signature) => store.verify_signature(&certificate, at).is_ok(),
        (Err(_), _) => false,
    };
    assert!(accepted(der), "the original is accepted");
    each_neighbour(der, changes, insertions, |der, what, at| {
        assert!(!accepted(der), "accepted after a {what} at {at}");
    });
}

#[test]
fn no_neighbour_of_a_real_authentication_certificate_is_accepted() {
    let Some(v) = vectors() else { return };
    let store = TrustStore::jpki_test(&[&vector(&v, "roots/test/authca-test-2023.cer")]).unwrap();
    let leaf = vector(&v, "testcard/jpki-auth-cert.der");
    none_accepted(
        &store,
        &leaf,
        Usage::Authentication,
        now(),
        &MASKS,
        &all_bytes(),
    );
}

#[test]
fn no_neighbour_of_a_real_signature_certificate_is_accepted() {
    let Some(v) = vectors() else { return };
    let store = TrustStore::jpki_test(&[&vector(&v, "roots/test/signca-test-2024.cer")]).unwrap();
    let leaf = vector(&v, "testcard/jpki-sign-cert.der");
    none_accepted(&store, &leaf, Usage::Signature, now(), &MASKS, &all_bytes());
}

#[test]
fn no_neighbour_of_an_ecdsa_certificate_is_accepted() {
    let authority = Authority::new(Key::p256(0x11), Usage::Authentication);
    let leaf = authority.issue(&authority.leaf());
    none_accepted(
        &authority.store(),
        &leaf,
        Usage::Authentication,
        now(),
        &MASKS,
        &all_bytes(),
    );
}

/// The root of a store is not judged by a signature of somebody else: whoever offers a changed one must not get it in.
#[test]
fn no_neighbour_of_a_root_becomes_a_root() {
    let root = TrustStore::production()
        .roots()
        .next()
        .unwrap()
        .certificate()
        .as_der()
        .to_vec();
    assert!(
        TrustStore::empty()
            .with_root(&root, Usage::Authentication)
            .is_ok()
    );
    each_neighbour(&root, &[1, 0x80, 0xFF], &[0, 0xFF], |der, what, at| {
        assert!(
            TrustStore::empty()
                .with_root(der, Usage::Authentication)
                .is_err(),
            "accepted after a {what} at {at}"
        );
    });
}

/// What our reader accepts has one encoding: an independent reader and writer gives the same bytes back, or does not read it.
#[test]
fn what_is_read_reencodes_to_itself() {
    let authority = Authority::new(Key::p256(0x11), Usage::Signature);
    let mut originals = vec![
        authority.issue(&authority.leaf()),
        authority.certificate.clone(),
    ];
    originals.extend(
        TrustStore::production()
            .roots()
            .map(|root| root.certificate().as_der().to_vec()),
    );
    if let Some(v) = vectors() {
        for name in [
            "jpki-auth-cert.der",
            "jpki-sign-cert.der",
            "jpki-auth-ca-cert-2019.der",
            "jpki-sign-ca-cert.der",
        ] {
            originals.push(vector(&v, &format!("testcard/{name}")));
        }
    }
    let (mut read, mut agreed) = (0, 0);
    let mut compare = |der: &[u8]| {
        if Certificate::from_der(der).is_ok() {
            read += 1;
            if let Ok(other) = x509_cert::Certificate::from_der(der) {
                agreed += 1;
                assert_eq!(other.to_der().unwrap(), der);
            }
        }
    };
    for original in &originals {
        compare(original);
        each_neighbour(
            original,
            &[1, 2, 4, 8, 16, 32, 64, 128],
            &[0, 1, 5, 0x30, 0x80, 0xFF],
            |der, _, _| compare(der),
        );
    }
    assert!(
        agreed * 10 > read * 9 && agreed > 1000,
        "{agreed} of {read}"
    );
}
