//! OCSP answers: a matrix of differences beside `openssl ocsp`, and a real `openssl ocsp` responder.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

#[path = "../common/mod.rs"]
mod common;
mod matrix;
mod responder;

use common::der::*;

use common::forge::*;

use common::openssl::{self, Folder};

use common::revoke::*;

use mynacard_cert::revocation::{
    NoncePolicy, OcspCache, OcspPolicy, OcspRequest, OcspResponse, Revocation, RevocationPolicy,
    RevocationSource, Unknown,
};

use mynacard_cert::{Authentication, Certificate, Error, Usage, Verified};

fn authority() -> Authority {
    Authority::new(Key::p256(0x11), Usage::Authentication)
}

fn verified(authority: &Authority) -> Verified<Authentication> {
    let leaf = Certificate::from_der(&authority.issue(&authority.leaf())).unwrap();
    authority
        .store()
        .verify_authentication(&leaf, now())
        .unwrap()
}

fn ask(
    verified: &Verified<Authentication>,
    answer: &[u8],
    request: Option<&OcspRequest>,
    policy: &OcspPolicy,
) -> Result<Revocation, Error> {
    Ok(OcspResponse::from_der(answer)?.judge(&verified.question(), request, policy))
}

struct Case {
    name: String,
    answer: Vec<u8>,
    expected: String,
}

struct Cases<'a> {
    authority: &'a Authority,
    all: Vec<Case>,
}

const WHEN: &str = "20260601000000Z";

impl Cases<'_> {
    fn add(&mut self, expected: &str, name: &str, change: impl FnOnce(&mut Ocsp)) {
        let mut answer = Ocsp::new(self.authority);
        change(&mut answer);
        let answer = answer.sign(&self.authority.key);
        self.bytes(expected, name, answer);
    }

    fn single(&mut self, expected: &str, name: &str, change: impl FnOnce(&mut Single)) {
        self.add(expected, name, |a| change(&mut a.singles[0]));
    }

    /// By a delegate whose certificate differs, and which names itself by its name.
    fn delegate(&mut self, expected: &str, name: &str, change: impl FnOnce(&mut Spec)) {
        let key = Key::p256(0x66);
        let mut spec = delegate(self.authority, &key);
        change(&mut spec);
        let certificate = self.authority.issue(&spec);
        let mut answer = Ocsp::new(self.authority);
        answer.responder = tlv(0xA1, &spec.subject);
        answer.certificates = vec![certificate];
        let answer = answer.sign(&key);
        self.bytes(expected, name, answer);
    }

    fn bytes(&mut self, expected: &str, name: &str, answer: Vec<u8>) {
        self.all.push(Case {
            name: name.to_owned(),
            answer,
            expected: expected.to_owned(),
        });
    }
}

#[test]
fn the_matrix() {
    let authority = authority();
    let verified = verified(&authority);
    let mut cases = Cases {
        authority: &authority,
        all: Vec::new(),
    };
    matrix::statuses(&mut cases);
    matrix::times(&mut cases);
    matrix::forms(&mut cases);
    matrix::responders(&mut cases);
    assert!(cases.all.len() > 95, "{}", cases.all.len());
    let mut wrong = Vec::new();
    let folder = Folder::new();
    let asked = openssl::available();
    folder.write_pem("root.pem", "CERTIFICATE", &authority.certificate);
    folder.write_pem("leaf.pem", "CERTIFICATE", verified.certificate().as_der());
    let at = now().unix().to_string();
    let (mut both, mut beyond) = (0, 0);
    for case in &cases.all {
        let found = word(&ask(&verified, &case.answer, None, &OcspPolicy::default()));
        if found != case.expected {
            wrong.push(format!(
                "{}: expected {}, found {found}",
                case.name, case.expected
            ));
        }
        if !asked {
            continue;
        }
        folder.write("answer.der", &case.answer);
        // The responder's times are compared with the real clock, which is nobody's business here: a wide tolerance.
        let arguments = [
            "ocsp",
            "-respin",
            "answer.der",
            "-issuer",
            "root.pem",
            "-cert",
            "leaf.pem",
            "-CAfile",
            "root.pem",
            "-no-CApath",
            "-no-CAstore",
            "-attime",
            &at,
            "-no_nonce",
            "-validity_period",
            "1000000000",
            "-x509_strict",
        ];
        let output = folder.openssl(&arguments);
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let theirs = out.contains("leaf.pem: good")
            && err.contains("Response verify OK")
            && output.status.success();
        match (found == "good", theirs) {
            (true, true) => both += 1,
            (true, false) => wrong.push(format!(
                "{}: openssl does not say good: {out} {err}",
                case.name
            )),
            (false, true) => beyond += 1,
            (false, false) => {}
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.all.len(),
        wrong.join("\n")
    );
    if asked {
        eprintln!(
            "{} cases: {both} good to both, {beyond} to openssl alone",
            cases.all.len()
        );
        assert!(both >= 8 && beyond >= 5, "{both} {beyond}");
    }
}

#[test]
fn no_neighbour_of_an_answer_is_believed() {
    let authority = authority();
    let verified = verified(&authority);
    let key = Key::p256(0x66);
    let spec = delegate(&authority, &key);
    let mut answer = Ocsp::new(&authority);
    answer.singles[0].says = revoked(WHEN, Some(1));
    answer.responder = tlv(0xA1, &spec.subject);
    answer.certificates = vec![authority.issue(&spec)];
    let answer = answer.sign(&key);
    let policy = OcspPolicy::default();
    let believed = |bytes: &[u8]| {
        !matches!(
            ask(&verified, bytes, None, &policy),
            Err(_) | Ok(Revocation::Unknown(_))
        )
    };
    assert!(believed(&answer));
    for at in 0..answer.len() {
        for mask in [1, 0x80, 0xFF] {
            let mut changed = answer.clone();
            changed[at] ^= mask;
            assert!(!believed(&changed), "change at {at}");
        }
        let mut shorter = answer.clone();
        shorter.remove(at);
        assert!(!believed(&shorter), "deletion at {at}");
    }
    for at in 0..=answer.len() {
        for byte in [0, 0x30, 0xFF] {
            let mut longer = answer.clone();
            longer.insert(at, byte);
            assert!(!believed(&longer), "insertion at {at}");
        }
    }
}

#[test]
fn nonces() {
    let authority = authority();
    let verified = verified(&authority);
    let question = verified.question();
    let (mine, replayed) = (
        question.ocsp_request(Some(&[1; 32])),
        question.ocsp_request(Some(&[2; 32])),
    );
    let without = question.ocsp_request(None);
    let mut old = Ocsp::new(&authority);
    old.singles[0].next_update = Vec::new();
    old.singles[0].this_update = generalized("20261101000000Z");
    let plain = old.sign(&authority.key);
    old.nonce(&[1; 32]);
    let echoing = old.sign(&authority.key);
    let (lax, strict) = (
        OcspPolicy::default(),
        OcspPolicy {
            nonce: NoncePolicy::Require,
            ..OcspPolicy::default()
        },
    );
    let said = |answer: &[u8], request: Option<&OcspRequest>, policy: &OcspPolicy| {
        word(&ask(&verified, answer, request, policy))
    };
    // An old status without a promised next one is fresh only by its nonce.
    assert_eq!(said(&echoing, Some(&mine), &lax), "good");
    assert_eq!(said(&echoing, Some(&mine), &strict), "good");
    assert_eq!(said(&echoing, Some(&replayed), &lax), "NonceMismatch");
    assert_eq!(said(&echoing, Some(&replayed), &strict), "NonceMismatch");
    assert_eq!(said(&echoing, Some(&without), &lax), "Stale");
    assert_eq!(said(&echoing, None, &strict), "NonceMissing");
    assert_eq!(said(&plain, Some(&mine), &strict), "NonceMissing");
    assert_eq!(said(&plain, Some(&mine), &lax), "Stale");
    let fresh = Ocsp::new(&authority).sign(&authority.key);
    assert_eq!(said(&fresh, Some(&mine), &lax), "good");
    assert_eq!(said(&fresh, Some(&mine), &strict), "NonceMissing");
}

#[test]
fn answers_are_kept_for_their_life() {
    let authority = authority();
    let verified = verified(&authority);
    let mut cache = OcspCache::new(2, OcspPolicy::default());
    assert_eq!(
        cache.ask(&verified.question()),
        Revocation::Unknown(Unknown::NoAnswer)
    );
    let answer = OcspResponse::from_der(&Ocsp::new(&authority).sign(&authority.key)).unwrap();
    let forged = OcspResponse::from_der(&Ocsp::new(&authority).sign(&Key::p256(0x42))).unwrap();
    let request = verified.question().ocsp_request(None);
    assert_eq!(
        cache.insert(&verified.question(), &request, forged),
        Revocation::Unknown(Unknown::BadSignature)
    );
    assert!(cache.is_empty());
    assert!(matches!(
        cache.insert(&verified.question(), &request, answer.clone()),
        Revocation::Good { .. }
    ));
    cache.insert(&verified.question(), &request, answer);
    assert_eq!(cache.len(), 1);
    assert!(
        verified
            .clone()
            .check_revocation(&mut cache, RevocationPolicy::RequireGood)
            .is_ok()
    );
    // Two days later the same answer is too old, and is thrown away.
    let later = now().plus_seconds(2 * 86_400);
    let later = authority
        .store()
        .verify_authentication(verified.certificate(), later)
        .unwrap();
    assert_eq!(
        cache.ask(&later.question()),
        Revocation::Unknown(Unknown::Stale)
    );
    assert!(cache.is_empty());
}

/// An answer to another request is not kept, and one without a nonce only where the policy does not want one. What was kept
/// is not asked for a nonce again.
#[test]
fn the_nonce_counts_when_an_answer_comes_in() {
    let authority = authority();
    let verified = verified(&authority);
    let question = verified.question();
    let (mine, other) = (
        question.ocsp_request(Some(&[1; 32])),
        question.ocsp_request(Some(&[2; 32])),
    );
    let answer = |change: &dyn Fn(&mut Ocsp)| {
        let mut answer = Ocsp::new(&authority);
        change(&mut answer);
        OcspResponse::from_der(&answer.sign(&authority.key)).unwrap()
    };
    let (plain, echoing) = (answer(&|_| ()), answer(&|a| a.nonce(&[1; 32])));
    for nonce in [NoncePolicy::IfPresent, NoncePolicy::Require] {
        let policy = OcspPolicy {
            nonce,
            ..OcspPolicy::default()
        };
        let mut cache = OcspCache::new(2, policy);
        assert_eq!(
            cache.insert(&question, &other, echoing.clone()),
            Revocation::Unknown(Unknown::NonceMismatch)
        );
        assert!(cache.is_empty());
        let without = cache.insert(&question, &mine, plain.clone());
        if nonce == NoncePolicy::Require {
            assert_eq!(without, Revocation::Unknown(Unknown::NonceMissing));
            assert!(cache.is_empty());
        } else {
            assert!(matches!(without, Revocation::Good { .. }));
        }
        cache.insert(&question, &mine, echoing.clone());
        assert_eq!(cache.len(), 1);
        assert!(matches!(cache.ask(&question), Revocation::Good { .. }));
    }
    // Fresh by its nonce alone: right now, and not kept.
    let old = answer(&|a| {
        a.nonce(&[1; 32]);
        a.singles[0].next_update = Vec::new();
        a.singles[0].this_update = generalized("20261101000000Z");
    });
    let mut cache = OcspCache::new(2, OcspPolicy::default());
    assert!(matches!(
        cache.insert(&question, &mine, old),
        Revocation::Good { .. }
    ));
    assert!(cache.is_empty());
}

/// Two certificates of one issuer, and one serial number of two issuers, are kept apart; the oldest answer makes room.
#[test]
fn answers_are_kept_for_their_certificate() {
    let (one, two) = (
        authority(),
        Authority::new(Key::p256(0x12), Usage::Authentication),
    );
    let issued = |authority: &Authority, serial: u8| {
        let mut spec = authority.leaf();
        spec.serial = vec![0x22, 0x7B, serial];
        let leaf = Certificate::from_der(&authority.issue(&spec)).unwrap();
        let verified = authority.store().verify_authentication(&leaf, now());
        let mut answer = Ocsp::new(authority);
        answer.singles[0].serial = spec.serial;
        let answer = OcspResponse::from_der(&answer.sign(&authority.key)).unwrap();
        (verified.unwrap(), answer)
    };
    let all = [issued(&one, 0x13), issued(&one, 0x14), issued(&two, 0x13)];
    let mut cache = OcspCache::new(3, OcspPolicy::default());
    let mut small = OcspCache::new(2, OcspPolicy::default());
    for (verified, answer) in &all {
        let question = verified.question();
        assert_eq!(cache.ask(&question), Revocation::Unknown(Unknown::NoAnswer));
        let request = question.ocsp_request(None);
        cache.insert(&question, &request, answer.clone());
        small.insert(&question, &request, answer.clone());
    }
    assert_eq!((cache.len(), small.len()), (3, 2));
    for (index, (verified, _)) in all.iter().enumerate() {
        let question = verified.question();
        assert!(matches!(cache.ask(&question), Revocation::Good { .. }));
        let left = matches!(small.ask(&question), Revocation::Good { .. });
        assert_eq!(left, index > 0, "{index}");
    }
    let (verified, answer) = &all[0];
    let request = verified.question().ocsp_request(None);
    let mut none = OcspCache::new(0, OcspPolicy::default());
    none.insert(&verified.question(), &request, answer.clone());
    assert!(none.is_empty());
}

/// An older answer that arrives again takes nothing back, and of two made at once the one that says revoked is kept.
#[test]
fn the_later_answer_is_kept() {
    let authority = authority();
    let verified = verified(&authority);
    let question = verified.question();
    let request = question.ocsp_request(None);
    let answer = |time: &str, says: Option<Vec<u8>>| {
        let mut answer = Ocsp::new(&authority);
        answer.singles[0].this_update = generalized(time);
        if let Some(says) = says {
            answer.singles[0].says = says;
        }
        OcspResponse::from_der(&answer.sign(&authority.key)).unwrap()
    };
    let gone = || Some(revoked("20260601000000Z", Some(1)));
    let (early, late) = ("20261120220000Z", "20261120230000Z");
    for (name, first, second, stays_revoked) in [
        (
            "older good",
            answer(late, gone()),
            answer(early, None),
            true,
        ),
        (
            "good as old",
            answer(late, gone()),
            answer(late, None),
            true,
        ),
        (
            "later good",
            answer(early, gone()),
            answer(late, None),
            false,
        ),
        (
            "revoked as old",
            answer(late, None),
            answer(late, gone()),
            true,
        ),
        (
            "later revoked",
            answer(early, None),
            answer(late, gone()),
            true,
        ),
        (
            "older revoked",
            answer(late, None),
            answer(early, gone()),
            false,
        ),
    ] {
        let mut cache = OcspCache::new(2, OcspPolicy::default());
        cache.insert(&question, &request, first);
        cache.insert(&question, &request, second);
        assert_eq!(cache.len(), 1, "{name}");
        let kept = matches!(cache.ask(&question), Revocation::Revoked { .. });
        assert_eq!(kept, stays_revoked, "{name}");
    }
    // What is too old to decide gives way, whatever it said.
    let mut cache = OcspCache::new(2, OcspPolicy::default());
    cache.insert(&question, &request, answer(late, gone()));
    let later = authority
        .store()
        .verify_authentication(verified.certificate(), now().plus_seconds(2 * 86_400))
        .unwrap();
    let mut fresh = Ocsp::new(&authority);
    fresh.singles[0].this_update = generalized("20261122230000Z");
    fresh.singles[0].next_update = tlv(0xA0, &generalized("20261123230000Z"));
    let fresh = OcspResponse::from_der(&fresh.sign(&authority.key)).unwrap();
    cache.insert(&later.question(), &request, fresh);
    assert!(matches!(
        cache.ask(&later.question()),
        Revocation::Good { .. }
    ));
}

/// After a certificate's end its issuer need not say any more that it was revoked.
#[test]
fn good_after_the_certificates_end_is_unknown() {
    let authority = authority();
    let leaf = |end: &str| {
        let mut spec = authority.leaf();
        spec.validity = seq(&[utc("251027013542Z"), utc(end)]);
        let leaf = Certificate::from_der(&authority.issue(&spec)).unwrap();
        authority
            .store()
            .verify_authentication(&leaf, now())
            .unwrap()
    };
    let ask = |end: &str, says: Option<Vec<u8>>| {
        let mut answer = Ocsp::new(&authority);
        if let Some(says) = says {
            answer.singles[0].says = says;
        }
        let answer = OcspResponse::from_der(&answer.sign(&authority.key)).unwrap();
        answer.judge(&leaf(end).question(), None, &OcspPolicy::default())
    };
    // The answer was made at 23:00:00.
    assert!(matches!(
        ask("261120230000Z", None),
        Revocation::Good { .. }
    ));
    assert_eq!(
        ask("261120225959Z", None),
        Revocation::Unknown(Unknown::MadeAfterTheEnd)
    );
    let gone = revoked("20260601000000Z", Some(1));
    assert!(matches!(
        ask("261120225959Z", Some(gone)),
        Revocation::Revoked { .. }
    ));
}

/// A serial number identifies a person.
#[test]
fn debug_shows_no_serial_number() {
    let authority = authority();
    let mut spec = authority.leaf();
    spec.serial = vec![0x61, 0x62, 0x63, 0x64, 0x65];
    let leaf = Certificate::from_der(&authority.issue(&spec)).unwrap();
    let verified = authority
        .store()
        .verify_authentication(&leaf, now())
        .unwrap();
    let question = verified.question();
    let request = question.ocsp_request(Some(&[0x6E; 32]));
    let mut answer = Ocsp::new(&authority);
    answer.singles[0].serial = spec.serial;
    let answer = OcspResponse::from_der(&answer.sign(&authority.key)).unwrap();
    let mut cache = OcspCache::new(2, OcspPolicy::default());
    cache.insert(&question, &request, answer.clone());
    assert_eq!(cache.len(), 1);
    for shown in [
        format!("{request:?}"),
        format!("{cache:?}"),
        format!("{answer:?}"),
        format!("{question:?}"),
        format!("{verified:?}"),
        format!("{leaf:?}"),
        format!("{:?}", leaf.describe()),
    ] {
        for secret in ["6162636465", "97, 98, 99", "abcde", "HARNESS0000000001A"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
