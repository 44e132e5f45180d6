//! Encodings that DER forbids, and signatures.

use crate::Cases;
use crate::common::der::*;
use crate::common::forge::*;

pub(crate) fn encodings(c: &mut Cases<'_>) {
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
    c.refuse("MC-3003", "more than 32 KiB", |s| {
        s.extensions
            .push(Ext::new("1.2.3", false, octets(&vec![0; 33 * 1024])));
    });
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
