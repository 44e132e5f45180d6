//! Seeds of what a vault holds: a terminal, a registration on its way, and each with one thing wrong.

use std::time::UNIX_EPOCH;

use mynacard_auth::service::{Activated, VisualCheck};
use mynacard_auth::{Institution, Terminal, TerminalKey};

use super::Seed;
use crate::signed::harness::der::{bits, int, octets, oid, seq, tlv, utc};

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let (pkcs8, other) = (pkcs8(1), pkcs8(2));
    let key = TerminalKey::from_pkcs8(&pkcs8).expect("a key in its range");
    let public = key.public_key_info().expect("it was read");
    let request = key.certificate_request().expect("it was read");
    let whole = terminal_of(VisualCheck::Allowed).to_secret_bytes();
    let whole = whole.expect("it was read").to_vec();
    let registration = |key: &[u8], number: &[u8], code: &[u8]| {
        [
            record(1, key),
            record(2, &request),
            record(3, number),
            record(4, code),
            record(5, b"W0000001"),
            record(6, b"ABCD-EFGH"),
        ]
        .concat()
    };
    let about = br#"{"name":"T","institution":{"code":"1310000001","name":"A","kind":"clinic"},"visual_check":true,"not_after":1}"#;
    let parts = |key: &[u8], certificate: &[u8], about: &[u8]| {
        [
            record(1, key),
            record(2, certificate),
            record(3, &record(0, b"0")),
            record(4, about),
        ]
        .concat()
    };
    let certificate = certificate(&public);
    for (name, bytes) in [
        ("terminal", whole.clone()),
        ("terminal-twice", [&whole[..], &whole].concat()),
        (
            "terminal-of-another-key",
            parts(&other, &certificate, about),
        ),
        ("terminal-without-key", parts(b"0", &certificate, about)),
        ("terminal-without-certificate", parts(&pkcs8, b"0", about)),
        ("terminal-nameless", parts(&pkcs8, &certificate, b"{}")),
        (
            "registration",
            registration(&pkcs8, &[7; 16], b"1310000001"),
        ),
        (
            "registration-short",
            registration(&pkcs8, &[7; 15], b"1310000001"),
        ),
        (
            "registration-elsewhere",
            registration(&pkcs8, &[7; 16], b"131000000"),
        ),
        (
            "registration-no-text",
            registration(&pkcs8, &[7; 16], b"\xFF"),
        ),
    ] {
        seeds.push(("vault", name.into(), bytes));
    }
}

/// A terminal of an institution that may check by sight, or may not.
pub(crate) fn terminal_of(visual_check: VisualCheck) -> Terminal {
    let key = TerminalKey::from_pkcs8(&pkcs8(1)).expect("a key in its range");
    let public = key.public_key_info().expect("it was read");
    let activated = Activated {
        terminal: "T1".into(),
        certificate: certificate(&public),
        chain: vec![vec![0x30, 0]],
        institution: Institution {
            code: "1310000001".into(),
            name: "A".into(),
            kind: "clinic".into(),
        },
        visual_check,
        not_after: UNIX_EPOCH,
    };
    Terminal::new(key, activated).expect("the certificate is for the key")
}

/// A private key on P-256, nobody's: its number is one octet, again and again (RFC 5958, RFC 5915).
fn pkcs8(octet: u8) -> Vec<u8> {
    let algorithm = seq(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]);
    let key = seq(&[int(&[1]), octets(&[octet; 32])]);
    seq(&[int(&[0]), algorithm, octets(&key)])
}

/// The least that is a certificate for a public key; nothing signed it.
fn certificate(public: &[u8]) -> Vec<u8> {
    let algorithm = || seq(&[oid("1.2.840.10045.4.3.2")]);
    let day = || utc("270101000000Z");
    let content = seq(&[
        tlv(0xA0, &int(&[2])),
        int(&[1]),
        algorithm(),
        seq(&[]),
        seq(&[day(), day()]),
        seq(&[]),
        public.to_vec(),
    ]);
    seq(&[content, algorithm(), bits(0, &[0])])
}

/// An entry of a vault's record: its tag, its length in four octets, its content.
fn record(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a seed is small");
    [&[tag][..], &length.to_be_bytes(), content].concat()
}
