//! The mutation matrix of certificates: hundreds that differ from a right one in one respect each, our verdict beside that
//! of `openssl verify -x509_strict`. openssl is the floor: nothing that it refuses do we accept, and an unexpected success fails.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

#[path = "../common/mod.rs"]
mod common;
mod encodings;
mod extensions;
mod keys;
mod names_and_times;
mod roots;

use std::collections::BTreeSet;

use common::forge::*;

use common::openssl;

use mynacard_cert::{Certificate, Error, TrustStore, Usage};

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

fn matrix(authority: &Authority) -> Vec<Case> {
    let mut cases = Cases {
        authority,
        list: Vec::new(),
    };
    names_and_times::fields(&mut cases);
    names_and_times::times(&mut cases);
    keys::algorithms(&mut cases);
    keys::keys(&mut cases);
    extensions::extensions(&mut cases);
    encodings::encodings(&mut cases);
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
    eprintln!("{} of {} cases beyond openssl", beyond.len(), list.len());
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
    let list = matrix(&authority);
    let beyond = run(&authority, &list);
    eprintln!("{} of {} cases beyond openssl", beyond.len(), list.len());
}
