//! OCSP answers: a matrix of differences beside `openssl ocsp`, and a real `openssl ocsp` responder.
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

fn statuses(c: &mut Cases<'_>) {
    let authority = c.authority;
    c.add("good", "good", |_| ());
    c.single("revoked", "revoked without a reason", |s| {
        s.says = revoked(WHEN, None)
    });
    for reason in [0, 1, 2, 3, 4, 5, 6, 8, 9, 10] {
        c.single(
            &format!("revoked {reason}"),
            &format!("revoked for {reason}"),
            |s| s.says = revoked(WHEN, Some(reason)),
        );
    }
    c.single("ResponderDoesNotKnow", "unknown", |s| {
        s.says = vec![0x82, 0]
    });
    for (what, says) in [
        ("good with content", vec![0x80, 1, 0]),
        ("good constructed", vec![0xA0, 0]),
        ("unknown with content", vec![0x82, 1, 0]),
        ("revoked without a time", tlv(0xA1, &[])),
        (
            "revoked with more",
            tlv(0xA1, &[generalized(WHEN), null()].concat()),
        ),
        ("revoked at a UTC time", tlv(0xA1, &utc("260601000000Z"))),
        (
            "revoked for an integer",
            tlv(0xA1, &[generalized(WHEN), tlv(0xA0, &int(&[1]))].concat()),
        ),
        ("a fourth kind", vec![0x83, 0]),
    ] {
        c.single("MC-3001", what, |s| s.says = says);
    }
    // CertID.
    c.single("good", "hash algorithm without parameters", |s| {
        s.hash = seq(&[oid("1.3.14.3.2.26")])
    });
    c.single("OtherCertificate", "SHA-256 in the identifier", |s| {
        s.hash = seq(&[oid("2.16.840.1.101.3.4.2.1"), null()])
    });
    c.single("MC-3001", "hash algorithm with other parameters", |s| {
        s.hash = seq(&[oid("1.3.14.3.2.26"), int(&[1])])
    });
    c.single("OtherCertificate", "another serial", |s| {
        s.serial = vec![0x22, 0x7B, 0x14]
    });
    c.single("MC-3001", "serial not minimal", |s| {
        s.serial = vec![0, 0x22, 0x7B, 0x13]
    });
    c.single("OtherCertificate", "another issuer's name", |s| {
        s.name_hash[0] ^= 1
    });
    c.single("OtherCertificate", "another issuer's key", |s| {
        s.key_hash[0] ^= 1
    });
    c.single("OtherCertificate", "issuer's key cut short", |s| {
        s.key_hash.truncate(19)
    });
    c.add("OtherCertificate", "no status", |a| a.singles.clear());
    c.add("good", "another status before", |a| {
        let mut other = Single::new(authority);
        other.serial = vec![1];
        other.says = revoked(WHEN, None);
        a.singles.insert(0, other);
    });
    c.add("Ambiguous", "good and revoked", |a| {
        let mut other = Single::new(authority);
        other.says = revoked(WHEN, None);
        a.singles.push(other);
    });
    c.add("MC-3001", "65 statuses", |a| {
        a.singles = vec![Single::new(authority); 65]
    });
    let critical =
        |critical: bool| tlv(0xA1, &seq(&[Ext::new("1.2.3", critical, null()).encode()]));
    c.single(
        "UnknownCriticalExtension",
        "critical extension of a status",
        |s| s.extensions = critical(true),
    );
    c.single("good", "extension of a status", |s| {
        s.extensions = critical(false)
    });
    c.single("MC-3001", "no extension in the status's list", |s| {
        s.extensions = tlv(0xA1, &seq(&[]))
    });
}

fn times(c: &mut Cases<'_>) {
    let next = |time: &str| tlv(0xA0, &generalized(time));
    c.single("good", "made in five minutes", |s| {
        s.this_update = generalized("20261121000500Z")
    });
    c.single("NotYet", "made later", |s| {
        s.this_update = generalized("20261121000501Z")
    });
    c.add("NotYet", "produced later", |a| {
        a.produced_at = generalized("20261121000501Z")
    });
    c.single("good", "next five minutes ago", |s| {
        s.next_update = next("20261120235500Z")
    });
    c.single("Stale", "next before that", |s| {
        s.next_update = next("20261120235459Z")
    });
    c.single("Stale", "next before this", |s| {
        s.next_update = next("20261120225959Z")
    });
    c.single("good", "no next, fresh", |s| s.next_update = vec![]);
    c.single("Stale", "no next, old", |s| {
        s.next_update = vec![];
        s.this_update = generalized("20261119000000Z");
    });
    c.single("MC-3001", "this update a UTC time", |s| {
        s.this_update = utc("261120230000Z")
    });
    c.single("MC-3001", "this update with a fraction", |s| {
        s.this_update = generalized("20261120230000.5Z")
    });
    c.single("MC-3001", "next update not tagged", |s| {
        s.next_update = generalized("20261121230000Z")
    });
    c.single("MC-3001", "next update twice", |s| {
        s.next_update = [next("20261121230000Z"), next("20261121230000Z")].concat()
    });
    c.add("MC-3001", "produced at a UTC time", |a| {
        a.produced_at = utc("261120230000Z")
    });
    c.add("MC-3001", "produced on no day", |a| {
        a.produced_at = generalized("20261131230000Z")
    });
}

fn forms(c: &mut Cases<'_>) {
    let authority = c.authority;
    for status in [1, 2, 3, 5, 6] {
        c.bytes(
            &format!("refused {status}"),
            &format!("status {status}"),
            seq(&[tlv(0x0A, &[status])]),
        );
    }
    c.bytes(
        "MC-3001",
        "successful without an answer",
        seq(&[tlv(0x0A, &[0])]),
    );
    c.add("MC-3001", "an answer with a refusal", |a| {
        a.status = tlv(0x0A, &[1])
    });
    c.add("MC-3001", "status an integer", |a| a.status = int(&[0]));
    c.add("MC-3001", "status negative", |a| {
        a.status = tlv(0x0A, &[0xFF])
    });
    c.add("MC-3001", "another kind of answer", |a| {
        a.kind = oid("1.2.3")
    });
    c.add("MC-3001", "version 1 written out", |a| {
        a.version = tlv(0xA0, &int(&[0]))
    });
    c.add("MC-3001", "version 2", |a| {
        a.version = tlv(0xA0, &int(&[1]))
    });
    c.add("UnknownCriticalExtension", "critical extension", |a| {
        a.extensions.push(Ext::new("1.2.3", true, null()))
    });
    c.add("good", "extension", |a| {
        a.extensions.push(Ext::new("1.2.3", false, null()))
    });
    c.add("MC-3001", "extension twice", |a| {
        a.extensions = vec![Ext::new("1.2.3", false, null()); 2]
    });
    c.add("good", "nonce that nobody asked for", |a| a.nonce(&[1; 32]));
    c.add("MC-3001", "nonce not octets", |a| {
        a.extensions
            .push(Ext::new("1.3.6.1.5.5.7.48.1.2", false, int(&[1])))
    });
    let right = Ocsp::new(authority);
    let signed = right.sign(&authority.key);
    c.bytes(
        "MC-3002",
        "a byte after the end",
        [signed.as_slice(), &[0]].concat(),
    );
    c.bytes("MC-3001", "cut off", signed[..signed.len() - 1].to_vec());
    c.bytes("MC-3001", "nothing", vec![]);
    c.bytes("MC-3001", "a long length", long_tlv(0x30, content(&signed)));
    c.bytes("MC-3003", "more than 64 KiB", vec![0x30; 65 * 1024]);
    let basic = right.basic(&authority.key);
    c.bytes(
        "MC-3001",
        "a byte after the inner end",
        right.wrap(&[basic.as_slice(), &[0]].concat()),
    );
    c.bytes(
        "MC-3001",
        "inner indefinite length",
        right.wrap(&[&[0x30, 0x80], content(&basic), &[0, 0]].concat()),
    );
    c.bytes(
        "MC-3001",
        "inner long length",
        right.wrap(&long_tlv(0x30, content(&basic))),
    );
    let data = right.data();
    let with = |algorithm: Vec<u8>, signature: Vec<u8>| {
        right.wrap(&seq(&[data.clone(), algorithm, signature]))
    };
    let signature = authority.key.sign(right.algorithm, &data);
    c.bytes(
        "BadSignature",
        "signature empty",
        with(right.inner.clone(), bits(0, &[])),
    );
    c.bytes(
        "BadSignature",
        "signature longer",
        with(
            right.inner.clone(),
            bits(0, &[signature.as_slice(), &[0]].concat()),
        ),
    );
    c.bytes(
        "MC-3001",
        "signature with unused bits",
        with(right.inner.clone(), bits(1, &signature)),
    );
    c.bytes(
        "AlgorithmNotAccepted",
        "unknown algorithm",
        with(seq(&[oid("1.2.3")]), bits(0, &signature)),
    );
    c.bytes(
        "BadSignature",
        "another algorithm",
        with(Alg::RsaSha256.identifier(), bits(0, &signature)),
    );
    c.bytes(
        "MC-3001",
        "algorithm with NULL",
        with(
            seq(&[oid("1.2.840.10045.4.3.2"), null()]),
            bits(0, &signature),
        ),
    );
    c.bytes(
        "BadSignature",
        "signed by a stranger",
        right.sign(&Key::p256(0x42)),
    );
}

fn responders(c: &mut Cases<'_>) {
    let authority = c.authority;
    let key_hash = |key: &Key| tlv(0xA2, &octets(&key.identifier()));
    c.add("good", "issuer named by key", |a| {
        a.responder = key_hash(&authority.key)
    });
    c.add("UntrustedResponder", "responder of an unknown name", |a| {
        a.responder = tlv(0xA1, &name(&[("CN", "x")]))
    });
    c.add("UntrustedResponder", "responder of an unknown key", |a| {
        a.responder = key_hash(&Key::p256(0x42))
    });
    c.add("MC-3001", "responder of a third kind", |a| {
        a.responder = tlv(0xA3, &octets(&[1]))
    });
    c.add("MC-3001", "responder's name not a name", |a| {
        a.responder = tlv(0xA1, &seq(&[null()]))
    });
    c.add("good", "the issuer's certificate beside", |a| {
        a.certificates = vec![authority.certificate.clone()]
    });
    c.add("MC-3001", "five certificates", |a| {
        a.certificates = vec![authority.certificate.clone(); 5]
    });
    c.add("MC-3001", "a certificate that is none", |a| {
        a.certificates = vec![seq(&[null()])]
    });
    c.delegate("good", "delegate", |_| ());
    c.delegate("good", "delegate without keyUsage", |s| s.remove(KEY_USAGE));
    let untrusted = "UntrustedResponder";
    c.delegate(untrusted, "delegate without key identifier", |s| {
        s.remove(AUTHORITY_KEY)
    });
    c.delegate(untrusted, "delegate without OCSPSigning", |s| {
        s.remove(EXTENDED_KEY_USAGE)
    });
    c.delegate(untrusted, "delegate for clients", |s| {
        s.ext(EXTENDED_KEY_USAGE).value = seq(&[oid(CLIENT_AUTH)])
    });
    c.delegate(untrusted, "delegate for anything", |s| {
        s.ext(EXTENDED_KEY_USAGE).value = seq(&[oid("2.5.29.37.0")])
    });
    c.delegate(untrusted, "delegate that may not sign", |s| {
        s.ext(KEY_USAGE).value = bits(5, &[0x20])
    });
    c.delegate(untrusted, "delegate that is an authority", |s| {
        s.extensions
            .push(Ext::new(BASIC_CONSTRAINTS, true, seq(&[yes()])));
    });
    c.delegate(untrusted, "delegate of unknown critical extension", |s| {
        s.extensions.push(Ext::new("1.2.3", true, null()));
    });
    c.delegate(untrusted, "delegate ended", |s| {
        s.validity = seq(&[utc("250101000000Z"), utc("261120235959Z")])
    });
    c.delegate(untrusted, "delegate not begun", |s| {
        s.validity = seq(&[utc("261121000001Z"), utc("300101000000Z")])
    });
    c.delegate(untrusted, "delegate of another issuer's name", |s| {
        s.issuer = name(&[("O", "SOMEBODY")])
    });
    c.delegate(untrusted, "delegate of another key", |s| {
        s.ext(AUTHORITY_KEY).value = seq(&[tlv(0x80, &[7; 20])])
    });
    c.delegate(untrusted, "delegate with a weak key", |s| {
        s.inner = seq(&[oid("1.2.3")]);
        s.outer = s.inner.clone();
    });
    // A delegate that somebody else appointed, under the same name.
    let key = Key::p256(0x66);
    let stranger = Authority::new(Key::p256(0x42), Usage::Authentication);
    let mut spec = delegate(&stranger, &key);
    // Even the reference to the key is that of the right one.
    spec.ext(AUTHORITY_KEY).value = authority.reference();
    let mut answer = Ocsp::new(authority);
    answer.responder = tlv(0xA1, &spec.subject);
    answer.certificates = vec![stranger.issue(&spec)];
    c.bytes(
        untrusted,
        "delegate appointed by a namesake",
        answer.sign(&key),
    );
    // Right delegate, wrong signer.
    answer.certificates = vec![authority.issue(&delegate(authority, &key))];
    c.bytes(
        "BadSignature",
        "delegate who did not sign",
        answer.sign(&Key::p256(0x43)),
    );
    // The holder's own certificate is no delegate's, though the root issued it.
    let leaf = authority.leaf();
    let mut answer = Ocsp::new(authority);
    answer.responder = tlv(0xA1, &leaf.subject);
    answer.certificates = vec![authority.issue(&leaf)];
    c.bytes(untrusted, "a holder as responder", answer.sign(&leaf_key()));
}

#[test]
fn the_matrix() {
    let authority = authority();
    let verified = verified(&authority);
    let mut cases = Cases {
        authority: &authority,
        all: Vec::new(),
    };
    statuses(&mut cases);
    times(&mut cases);
    forms(&mut cases);
    responders(&mut cases);
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
    assert_eq!(
        cache.insert(&verified.question(), forged),
        Revocation::Unknown(Unknown::BadSignature)
    );
    assert!(cache.is_empty());
    assert!(matches!(
        cache.insert(&verified.question(), answer.clone()),
        Revocation::Good { .. }
    ));
    cache.insert(&verified.question(), answer);
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

/// `openssl ocsp` as responder: it reads our request and answers from a register.
#[test]
fn a_responder_of_openssl() {
    if !openssl::available() {
        return;
    }
    let authority = Authority::new(Key::rsa_root(), Usage::Authentication);
    // The responder stamps the real time: so does this test, which is about the two sides understanding each other.
    let at = mynacard_cert::Timestamp::from(std::time::SystemTime::now());
    let mut spec = authority.leaf();
    spec.validity = seq(&[utc("251027013542Z"), utc("491231235959Z")]);
    let leaf = Certificate::from_der(&authority.issue(&spec)).unwrap();
    let long_root = Authority::changed(Key::rsa_root(), Usage::Authentication, |s| {
        s.validity = seq(&[utc("230101000000Z"), utc("491231235959Z")]);
    });
    let verified = long_root.store().verify_authentication(&leaf, at).unwrap();
    let key = Key::rsa_other();
    let mut appointed = delegate(&authority, &key);
    appointed.validity = seq(&[utc("251027013542Z"), utc("491231235959Z")]);
    let mut pretender = appointed.clone();
    pretender.ext(EXTENDED_KEY_USAGE).value = seq(&[oid(CLIENT_AUTH)]);

    let folder = Folder::new();
    folder.write_pem("root.pem", "CERTIFICATE", &long_root.certificate);
    folder.write_pem("root.key", "PRIVATE KEY", &authority.key.pkcs8());
    folder.write_pem("delegate.pem", "CERTIFICATE", &authority.issue(&appointed));
    folder.write_pem("pretender.pem", "CERTIFICATE", &authority.issue(&pretender));
    folder.write_pem("delegate.key", "PRIVATE KEY", &key.pkcs8());
    let request = verified.question().ocsp_request(Some(&[9; 32]));
    folder.write("request.der", request.as_der());
    let respond = |register: &str, signer: &str, signer_key: &str, more: &[&str]| {
        folder.write("index.txt", register.as_bytes());
        let mut arguments = vec![
            "ocsp",
            "-index",
            "index.txt",
            "-CA",
            "root.pem",
            "-rsigner",
            signer,
            "-rkey",
            signer_key,
            "-reqin",
            "request.der",
            "-respout",
            "answer.der",
        ];
        arguments.extend(more);
        folder.must(&arguments);
        std::fs::read(folder.path().join("answer.der")).unwrap()
    };
    let strict = OcspPolicy {
        nonce: NoncePolicy::Require,
        ..OcspPolicy::default()
    };
    let said = |answer: &[u8], request: &OcspRequest| {
        word(&ask(&verified, answer, Some(request), &strict))
    };

    let valid = "V\t491231235959Z\t\t227B13\tunknown\t/CN=x\n";
    for (signer, key, more) in [
        ("root.pem", "root.key", &[][..]),
        ("root.pem", "root.key", &["-resp_key_id"]),
        ("root.pem", "root.key", &["-resp_no_certs", "-ndays", "1"]),
        ("delegate.pem", "delegate.key", &[]),
        (
            "delegate.pem",
            "delegate.key",
            &["-resp_key_id", "-nmin", "5", "-rmd", "sha512"],
        ),
    ] {
        let answer = respond(valid, signer, key, more);
        assert_eq!(said(&answer, &request), "good", "{signer} {more:?}");
        let other = verified.question().ocsp_request(Some(&[8; 32]));
        assert_eq!(said(&answer, &other), "NonceMismatch");
    }
    assert_eq!(
        said(
            &respond(valid, "pretender.pem", "delegate.key", &[]),
            &request
        ),
        "UntrustedResponder"
    );
    let answer = respond(valid, "delegate.pem", "delegate.key", &["-resp_no_certs"]);
    assert_eq!(said(&answer, &request), "UntrustedResponder");
    assert_eq!(
        said(
            &respond(valid, "root.pem", "root.key", &["-rmd", "sha1"]),
            &request
        ),
        "AlgorithmNotAccepted"
    );
    assert_eq!(
        said(&respond("", "root.pem", "root.key", &[]), &request),
        "ResponderDoesNotKnow"
    );
    for (reason, expected) in [
        ("", "revoked"),
        (",unspecified", "revoked 0"),
        (",keyCompromise", "revoked 1"),
        (",CACompromise", "revoked 2"),
        (",affiliationChanged", "revoked 3"),
        (",superseded", "revoked 4"),
        (",cessationOfOperation", "revoked 5"),
        (",certificateHold", "revoked 6"),
        (",removeFromCRL", "revoked 8"),
    ] {
        let register = format!("R\t491231235959Z\t260601000000Z{reason}\t227B13\tunknown\t/CN=x\n");
        assert_eq!(
            said(
                &respond(&register, "delegate.pem", "delegate.key", &[]),
                &request
            ),
            expected,
            "{reason}"
        );
    }
    // The answer to somebody else's question.
    let mut other = authority.leaf();
    other.serial = vec![0x22, 0x7B, 0x14];
    other.validity = spec.validity.clone();
    let other = Certificate::from_der(&authority.issue(&other)).unwrap();
    let other = long_root.store().verify_authentication(&other, at).unwrap();
    let answer = respond(valid, "root.pem", "root.key", &[]);
    assert_eq!(
        word(&ask(&other, &answer, Some(&request), &strict)),
        "OtherCertificate"
    );
}
