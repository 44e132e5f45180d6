//! Revocation lists: a matrix of differences beside `openssl verify -crl_check`, and lists that `openssl ca` makes.
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
mod register;

use common::der::*;

use common::forge::*;

use common::openssl::{self, Folder};

use common::revoke::*;

use mynacard_cert::revocation::{
    ListPolicy, Revocation, RevocationPolicy, Unknown, reason_name, walk_list,
};

use mynacard_cert::{Authentication, Certificate, Error, ErrorKind, Timestamp, Usage, Verified};

fn authority() -> Authority {
    Authority::new(Key::p256(0x11), Usage::Authentication)
}

fn verified(authority: &Authority, change: impl FnOnce(&mut Spec)) -> Verified<Authentication> {
    let mut spec = authority.leaf();
    change(&mut spec);
    let leaf = Certificate::from_der(&authority.issue(&spec)).unwrap();
    authority
        .store()
        .verify_authentication(&leaf, now())
        .unwrap()
}

fn ask(verified: &Verified<Authentication>, list: &[u8]) -> Result<Revocation, Error> {
    walk_list(list, &verified.question(), &ListPolicy::default())
}

struct Case {
    name: String,
    list: Vec<u8>,
    expected: String,
    /// Whether openssl is asked: it reads the real clock or does not know what is asked here.
    floor: bool,
}

struct Cases<'a> {
    authority: &'a Authority,
    all: Vec<Case>,
}

impl Cases<'_> {
    fn add(&mut self, expected: &str, name: &str, change: impl FnOnce(&mut List)) {
        let mut list = List::new(self.authority);
        change(&mut list);
        let list = list.sign(&self.authority.key);
        self.bytes(expected, name, list);
    }

    fn bytes(&mut self, expected: &str, name: &str, list: Vec<u8>) {
        self.all.push(Case {
            name: name.to_owned(),
            list,
            expected: expected.to_owned(),
            floor: true,
        });
    }
}

const SERIAL: [u8; 3] = [0x22, 0x7B, 0x13];

const WHEN: &str = "260601000000Z";

#[test]
fn the_matrix() {
    let authority = authority();
    let verified = verified(&authority, |_| ());
    let cases = matrix::matrix(&authority);
    assert!(cases.len() > 85, "{}", cases.len());
    let mut wrong = Vec::new();
    let folder = Folder::new();
    let asked = openssl::available();
    folder.write_pem("root.pem", "CERTIFICATE", &authority.certificate);
    folder.write_pem("leaf.pem", "CERTIFICATE", verified.certificate().as_der());
    let at = now().unix().to_string();
    let (mut both, mut beyond) = (0, 0);
    for case in &cases {
        let found = word(&ask(&verified, &case.list));
        if found != case.expected {
            wrong.push(format!(
                "{}: expected {}, found {found}",
                case.name, case.expected
            ));
        }
        if !asked || !case.floor {
            continue;
        }
        folder.write_pem("list.pem", "X509 CRL", &case.list);
        let arguments = [
            "verify",
            "-x509_strict",
            "-crl_check",
            "-no-CApath",
            "-no-CAstore",
            "-CAfile",
            "root.pem",
            "-CRLfile",
            "list.pem",
            "-attime",
            &at,
            "leaf.pem",
        ];
        let theirs = folder.openssl(&arguments).status.success();
        match (found == "good", theirs) {
            (true, true) => both += 1,
            (true, false) => wrong.push(format!("{}: openssl does not say good", case.name)),
            (false, true) => beyond += 1,
            (false, false) => {}
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    if asked {
        eprintln!(
            "{} cases: {both} good to both, {beyond} to openssl alone",
            cases.len()
        );
        assert!(both >= 6 && beyond >= 10, "{both} {beyond}");
    }
}

#[test]
fn no_neighbour_of_a_list_is_believed() {
    let authority = authority();
    let verified = verified(&authority, |_| ());
    let mut list = List::new(&authority);
    list.entries
        .as_mut()
        .unwrap()
        .push(entry(&SERIAL, WHEN, &[reason(1)]));
    let list = list.sign(&authority.key);
    assert_eq!(word(&ask(&verified, &list)), "revoked 1");
    let believed =
        |bytes: &[u8]| !matches!(ask(&verified, bytes), Err(_) | Ok(Revocation::Unknown(_)));
    for at in 0..list.len() {
        for mask in [1, 0x80, 0xFF] {
            let mut changed = list.clone();
            changed[at] ^= mask;
            assert!(!believed(&changed), "change at {at}");
        }
        let mut shorter = list.clone();
        shorter.remove(at);
        assert!(!believed(&shorter), "deletion at {at}");
    }
    for at in 0..=list.len() {
        for byte in [0, 0x30, 0xFF] {
            let mut longer = list.clone();
            longer.insert(at, byte);
            assert!(!believed(&longer), "insertion at {at}");
        }
    }
}

#[test]
fn root_that_may_not_sign_lists() {
    let authority = Authority::changed(Key::p256(0x11), Usage::Authentication, |s| {
        s.ext(KEY_USAGE).value = bits(2, &[0x04]);
    });
    let verified = verified(&authority, |_| ());
    assert_eq!(
        word(&ask(&verified, &List::new(&authority).sign(&authority.key))),
        "IssuerMayNotSign"
    );
}

#[test]
fn leaf_whose_points_cannot_be_used() {
    let authority = authority();
    let list = List::new(&authority).sign(&authority.key);
    let name = tlv(0xA0, &tlv(0xA0, &tlv(0xA4, &point_name("Kiyose-shi"))));
    for point in [
        seq(&[seq(&[name.clone(), tlv(0x81, &[6, 0x40])])]),
        seq(&[seq(&[name, tlv(0xA2, &tlv(0xA4, &authority.name))])]),
    ] {
        let verified = verified(&authority, |s| s.ext(DISTRIBUTION_POINTS).value = point);
        assert_eq!(word(&ask(&verified, &list)), "OtherDistributionPoint");
    }
    let verified = verified(&authority, |s| s.remove(DISTRIBUTION_POINTS));
    assert_eq!(word(&ask(&verified, &list)), "OtherDistributionPoint");
}

#[test]
fn policies() {
    let authority = authority();
    let verified = verified(&authority, |_| ());
    let mut list = List::new(&authority);
    list.entries = Some(vec![entry(&SERIAL, WHEN, &[reason(1)])]);
    let list = list.sign(&authority.key);
    let since = Timestamp::parse("2026-06-01T00:00:00Z").unwrap();
    let mut revoked = |question: &mynacard_cert::revocation::Question<'_>| {
        walk_list(list.as_slice(), question, &ListPolicy::default()).unwrap()
    };
    let mut unknown =
        |_: &mynacard_cert::revocation::Question<'_>| Revocation::Unknown(Unknown::NoAnswer);
    for policy in [
        RevocationPolicy::RequireGood,
        RevocationPolicy::RefuseRevoked,
    ] {
        let refusal = verified
            .clone()
            .check_revocation(&mut revoked, policy)
            .unwrap_err();
        assert_eq!(
            refusal.kind(),
            &ErrorKind::Revoked {
                since,
                reason: Some(1)
            }
        );
    }
    let reported = verified
        .clone()
        .check_revocation(&mut revoked, RevocationPolicy::Report)
        .unwrap();
    assert_eq!(
        reported.revocation(),
        &Revocation::Revoked {
            since,
            reason: Some(1)
        }
    );
    assert!(
        verified
            .clone()
            .check_revocation(&mut unknown, RevocationPolicy::RequireGood)
            .is_err()
    );
    // A source that did not ask is no answer either.
    let mut silent = |_: &mynacard_cert::revocation::Question<'_>| Revocation::NotAsked;
    let why = |policy| {
        let asked = verified.clone().check_revocation(&mut silent, policy);
        asked.err().map(|refusal| refusal.kind().clone())
    };
    assert_eq!(
        [
            RevocationPolicy::RequireGood,
            RevocationPolicy::RefuseRevoked,
            RevocationPolicy::Report
        ]
        .map(why),
        [
            Some(ErrorKind::RevocationUnknown {
                why: Unknown::NoAnswer
            }),
            None,
            None
        ]
    );
    let passed = verified
        .check_revocation(&mut unknown, RevocationPolicy::RefuseRevoked)
        .unwrap();
    assert!(
        passed
            .warnings()
            .contains(&mynacard_cert::Warning::RevocationUnknown)
    );
    assert_eq!(reason_name(6), Some("certificateHold"));
}

/// Four megabytes that come in small pieces: nothing but one entry is held at a time.
#[test]
fn a_large_list_is_walked_in_pieces() {
    struct Pieces<'a>(&'a [u8]);
    impl std::io::Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(self.0.len()).min(7);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }
    let authority = authority();
    let verified = verified(&authority, |_| ());
    let mut list = List::new(&authority);
    let other = |n: u32| entry(&[&[0x31], &n.to_be_bytes()[1..]].concat(), WHEN, &[]);
    list.entries = Some((0..200_000).map(other).collect());
    let walk = |list: &List| {
        let bytes = list.sign(&authority.key);
        assert!(bytes.len() > 4_000_000);
        word(&walk_list(
            Pieces(&bytes),
            &verified.question(),
            &ListPolicy::default(),
        ))
    };
    assert_eq!(walk(&list), "good");
    list.entries
        .as_mut()
        .unwrap()
        .push(entry(&SERIAL, WHEN, &[reason(4)]));
    assert_eq!(walk(&list), "revoked 4");
}

/// A reader that fails is an error of its own, not an answer.
#[test]
fn a_reader_that_fails() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let authority = authority();
    let verified = verified(&authority, |_| ());
    let refusal = walk_list(Broken, &verified.question(), &ListPolicy::default()).unwrap_err();
    assert_eq!(
        refusal.kind(),
        &ErrorKind::RevocationInput {
            found: std::io::ErrorKind::ConnectionReset
        }
    );
}

/// A list made after a certificate's end need no longer name it (RFC 5280 §3.3).
#[test]
fn a_list_made_after_the_certificates_end() {
    let authority = authority();
    let ended = |end: &str| {
        verified(&authority, |s| {
            s.validity = seq(&[utc("251027013542Z"), utc(end)]);
        })
    };
    let list = List::new(&authority);
    let without = list.sign(&authority.key);
    let mut with = list;
    with.entries = Some(vec![entry(&SERIAL, WHEN, &[reason(1)])]);
    let with = with.sign(&authority.key);
    // The lists were made at 23:00:00.
    for (end, expected) in [
        ("261120230001Z", "good"),
        ("261120230000Z", "good"),
        ("261120225959Z", "MadeAfterTheEnd"),
        ("260501000000Z", "MadeAfterTheEnd"),
    ] {
        let verified = ended(end);
        assert_eq!(word(&ask(&verified, &without)), expected, "{end}");
        assert_eq!(word(&ask(&verified, &with)), "revoked 1", "{end}");
        let policy = verified.clone().check_revocation(
            &mut |question: &mynacard_cert::revocation::Question<'_>| {
                walk_list(without.as_slice(), question, &ListPolicy::default()).unwrap()
            },
            RevocationPolicy::RequireGood,
        );
        assert_eq!(policy.is_ok(), expected == "good", "{end}");
    }
}
