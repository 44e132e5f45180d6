//! Trust stores: which roots get in, which of several is chosen, and that hierarchies and usages are never mixed.
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
use mynacard_cert::{
    Certificate, ErrorKind, Expiry, Hierarchy, Timestamp, TrustStore, Usage, Warning, policy,
};

const A: Usage = Usage::Authentication;

fn leaf(authority: &Authority, change: impl FnOnce(&mut Spec)) -> Certificate {
    let mut spec = authority.leaf();
    change(&mut spec);
    Certificate::from_der(&authority.issue(&spec)).unwrap()
}

/// What a root must have: a published advisory about another JPKI tool is about just these.
#[test]
fn certificates_that_are_no_roots() {
    let refused = |name: &str, change: &dyn Fn(&mut Spec)| {
        let authority = Authority::changed(Key::p256(0x11), A, |s| change(s));
        let refusal = TrustStore::empty().with_root(&authority.certificate, A);
        assert!(refusal.is_err(), "{name}");
        refusal.unwrap_err().kind().clone()
    };
    let unfit = |name: &str, change: &dyn Fn(&mut Spec)| {
        assert!(
            matches!(refused(name, change), ErrorKind::UnfitRoot { .. }),
            "{name}"
        );
    };
    unfit("no basicConstraints", &|s| s.remove(BASIC_CONSTRAINTS));
    unfit("CA:FALSE", &|s| s.ext(BASIC_CONSTRAINTS).value = seq(&[]));
    unfit("no keyUsage", &|s| s.remove(KEY_USAGE));
    unfit("may sign lists only", &|s| {
        s.ext(KEY_USAGE).value = bits(1, &[0x02])
    });
    unfit("no key identifier", &|s| s.remove(SUBJECT_KEY));
    unfit("another issuer", &|s| s.issuer = name(&[("O", "x")]));
    unfit("another key", &|s| s.key = Key::p256(0x12).public_info());
    let code = |name: &str, code: &str, change: &dyn Fn(&mut Spec)| {
        let authority = Authority::changed(Key::p256(0x11), A, |s| change(s));
        let refusal = TrustStore::empty().with_root(&authority.certificate, A);
        assert_eq!(refusal.unwrap_err().code(), code, "{name}");
    };
    code("unknown critical extension", "MC-3115", &|s| {
        s.extensions.push(Ext::new("1.2.3", true, null()))
    });
    code("serial zero", "MC-3109", &|s| s.serial = vec![0]);
    code("a curve that is not accepted", "MC-3108", &|s| {
        s.key = include_bytes!("data/p521.spki").to_vec();
    });
    code("an algorithm that is not accepted", "MC-3107", &|s| {
        s.inner = seq(&[oid("1.2.3")]);
        s.outer = s.inner.clone();
    });
    refused("of the simulation", &|s| {
        s.subject = name(&[("C", "JP"), ("O", "MYNACARD-SIMULATION")]);
        s.issuer = s.subject.clone();
    });
    refused("of the test hierarchy", &|s| {
        s.subject = name(&[("C", "JP"), ("O", "JPKI-TEST")]);
        s.issuer = s.subject.clone();
    });
    // A holder's certificate is none.
    let authority = Authority::new(Key::p256(0x11), A);
    let holder = leaf(&authority, |_| ());
    assert!(TrustStore::empty().with_root(holder.as_der(), A).is_err());
}

#[test]
fn an_empty_store_knows_nobody() {
    let authority = Authority::new(Key::p256(0x11), A);
    let found = TrustStore::empty().verify_authentication(&leaf(&authority, |_| ()), now());
    // No policy is accepted either: the more specific refusal.
    assert!(matches!(
        found.unwrap_err().kind(),
        ErrorKind::Policy { .. } | ErrorKind::WrongHierarchy { .. }
    ));
}

#[test]
fn the_key_identifier_chooses_among_namesakes() {
    let (one, two) = (
        Authority::new(Key::p256(0x11), A),
        Authority::new(Key::p384(0x22), A),
    );
    assert_eq!(one.name, two.name);
    for store in [one.store().and(two.store()), two.store().and(one.store())] {
        for authority in [&one, &two] {
            let verified = store
                .verify_authentication(&leaf(authority, |_| ()), now())
                .unwrap();
            assert_eq!(
                verified.root().certificate().as_der(),
                authority.certificate
            );
            assert_eq!(verified.hierarchy(), Hierarchy::Custom);
        }
    }
    let refusal = one
        .store()
        .verify_authentication(&leaf(&two, |_| ()), now())
        .unwrap_err();
    assert!(
        matches!(refusal.kind(), ErrorKind::IssuerUnknown { .. }),
        "{refusal}"
    );
    // A root can be taken out again.
    let digest = Certificate::from_der(&two.certificate).unwrap().sha256();
    let store = one.store().and(two.store()).without_root(&digest);
    assert!(
        store
            .verify_authentication(&leaf(&one, |_| ()), now())
            .is_ok()
    );
    assert!(
        store
            .verify_authentication(&leaf(&two, |_| ()), now())
            .is_err()
    );
}

/// A root of the test hierarchy says so in its name, and says what it is for.
#[test]
fn roots_of_the_test_hierarchy() {
    let named = |organisation: &str, unit: &str| {
        Authority::changed(Key::p256(0x11), A, |s| {
            s.subject = name(&[("C", "JP"), ("O", organisation), ("OU", unit)]);
            s.issuer = s.subject.clone();
        })
        .certificate
    };
    let right = named("JPKI-TEST", "JPKI for user authentication");
    let store = TrustStore::jpki_test(&[&right]).unwrap();
    let root = store.roots().next().unwrap();
    assert_eq!((root.hierarchy(), root.usage()), (Hierarchy::JpkiTest, A));
    for (organisation, unit) in [
        ("JPKI", "JPKI for user authentication"),
        ("JPKI-TEST2", "JPKI for user authentication"),
        ("SOMEBODY", "JPKI for user authentication"),
        ("JPKI-TEST", "JPKI"),
        ("JPKI-TEST", "user authentication, digital signature"),
    ] {
        let refusal = TrustStore::jpki_test(&[&right, &named(organisation, unit)]).unwrap_err();
        assert!(
            matches!(refusal.kind(), ErrorKind::UnfitRoot { .. }),
            "{organisation}, {unit}: {refusal}"
        );
    }
}

/// One root may serve both usages when the caller says so twice; said twice of one usage it stands there once.
#[test]
fn one_root_for_both_usages() {
    let authority = Authority::new(Key::p256(0x11), A);
    let one = || TrustStore::empty().with_root(&authority.certificate, A);
    let both = one()
        .unwrap()
        .with_root(&authority.certificate, Usage::Signature)
        .unwrap();
    assert_eq!(both.roots().count(), 2);
    assert_eq!(one().unwrap().and(one().unwrap()).roots().count(), 1);
    let signature = Authority {
        usage: Usage::Signature,
        ..Authority::new(Key::p256(0x11), A)
    };
    let certificate = leaf(&signature, |_| ());
    assert!(both.verify_signature(&certificate, now()).is_ok());
    assert!(both.verify_authentication(&certificate, now()).is_err());
    // A pinned root offered again stays what it is.
    let pinned = TrustStore::production();
    let der = pinned
        .roots()
        .next()
        .unwrap()
        .certificate()
        .as_der()
        .to_vec();
    let usage = pinned.roots().next().unwrap().usage();
    let again = pinned.with_root(&der, usage).unwrap();
    assert_eq!(again.roots().count(), 6);
    assert!(
        again
            .roots()
            .all(|root| root.hierarchy() == Hierarchy::Production)
    );
}

/// A key identifier is whatever a root says it is: every root that fits is tried, in whatever order they stand.
#[test]
fn namesakes_with_one_key_identifier_are_all_tried() {
    let claim = |seed: u8| {
        Authority::changed(Key::p256(seed), A, |s| {
            s.ext(SUBJECT_KEY).value = octets(&[7; 20]);
        })
    };
    let (one, two) = (claim(0x11), claim(0x12));
    let issued = |authority: &Authority| {
        leaf(authority, |s| {
            s.ext(AUTHORITY_KEY).value = seq(&[tlv(0x80, &[7; 20])]);
        })
    };
    for store in [one.store().and(two.store()), two.store().and(one.store())] {
        for authority in [&one, &two] {
            let verified = store
                .verify_authentication(&issued(authority), now())
                .unwrap();
            assert_eq!(
                verified.root().certificate().as_der(),
                authority.certificate
            );
        }
        assert_eq!(
            store
                .verify_authentication(&issued(&claim(0x13)), now())
                .unwrap_err()
                .kind(),
            &ErrorKind::CertificateSignature
        );
    }
}

/// A root that was issued anew for the same key: the one that is valid is found. When none is, what is said is about the root
/// that signed, not about a stranger beside it.
#[test]
fn a_root_issued_anew_for_its_key() {
    let until = |from: &str, to: &str| {
        Authority::changed(Key::p256(0x11), A, |s| {
            s.validity = seq(&[utc(from), utc(to)]);
        })
    };
    let old = until("150101000000Z", "251019145959Z");
    let new = until("230101000000Z", "330101145959Z");
    let certificate = leaf(&old, |s| {
        s.ext(AUTHORITY_KEY).value = seq(&[tlv(0x80, &old.key.identifier())]);
    });
    for store in [old.store().and(new.store()), new.store().and(old.store())] {
        let verified = store.verify_authentication(&certificate, now()).unwrap();
        assert_eq!(verified.root().certificate().as_der(), new.certificate);
    }
    let stranger = Authority::changed(Key::p256(0x12), A, |s| {
        s.ext(SUBJECT_KEY).value = octets(&old.key.identifier());
    });
    for store in [
        old.store().and(stranger.store()),
        stranger.store().and(old.store()),
    ] {
        let refusal = store
            .verify_authentication(&certificate, now())
            .unwrap_err();
        assert!(
            matches!(refusal.kind(), ErrorKind::RootNotValid { .. }),
            "{refusal}"
        );
    }
}

#[test]
fn roots_are_trusted_for_one_usage() {
    let authority = Authority::new(Key::p256(0x11), A);
    let certificate = leaf(&authority, |_| ());
    let wrong = TrustStore::empty()
        .with_root(&authority.certificate, Usage::Signature)
        .unwrap();
    assert_eq!(
        wrong
            .verify_authentication(&certificate, now())
            .unwrap_err()
            .kind(),
        &ErrorKind::WrongUsage {
            expected: A,
            found: Usage::Signature
        }
    );
    // Two roots of the two usages with one name: the usage decides, not the order.
    let name = |usage| {
        let root = |s: &mut Spec| {
            s.subject = name(&[("C", "JP"), ("O", "SAME")]);
            s.issuer = s.subject.clone();
        };
        let mut authority =
            Authority::changed(Key::p256(if usage == A { 0x11 } else { 0x12 }), usage, root);
        authority.name = name(&[("C", "JP"), ("O", "SAME")]);
        authority
    };
    let (a, s) = (name(A), name(Usage::Signature));
    let store = s.store().and(a.store());
    assert!(
        store
            .verify_authentication(&leaf(&a, |_| ()), now())
            .is_ok()
    );
    assert!(store.verify_signature(&leaf(&s, |_| ()), now()).is_ok());
    // A leaf that the signature root issued with an authentication profile.
    let mixed = Authority {
        usage: A,
        ..name(Usage::Signature)
    };
    let refusal = store
        .verify_authentication(&leaf(&mixed, |_| ()), now())
        .unwrap_err();
    assert!(
        matches!(refusal.kind(), ErrorKind::IssuerUnknown { .. }),
        "{refusal}"
    );
}

/// The root's validity, both ends inclusive.
#[test]
fn the_root_must_be_valid_too() {
    let authority = Authority::changed(Key::p256(0x11), A, |s| {
        s.validity = seq(&[utc("261121000000Z"), utc("261122000000Z")]);
    });
    let certificate = leaf(&authority, |s| {
        s.validity = seq(&[utc("250101000000Z"), utc("300101000000Z")])
    });
    let judge = |time: &str| {
        authority
            .store()
            .verify_authentication(&certificate, Timestamp::parse(time).unwrap())
    };
    assert!(judge("2026-11-21T00:00:00Z").is_ok());
    assert!(judge("2026-11-22T00:00:00Z").is_ok());
    for outside in ["2026-11-20T23:59:59Z", "2026-11-22T00:00:01Z"] {
        assert!(matches!(
            judge(outside).unwrap_err().kind(),
            ErrorKind::RootNotValid { .. }
        ));
    }
}

#[test]
fn policies_are_data() {
    let authority = Authority::new(Key::p256(0x11), A);
    let phone = leaf(&authority, |s| {
        s.ext(POLICIES).value = seq(&[seq(&[oid("1.2.392.200149.8.5.1.3.31")])])
    });
    assert!(matches!(
        authority
            .store()
            .verify_authentication(&phone, now())
            .unwrap_err()
            .kind(),
        ErrorKind::Policy { .. }
    ));
    let store = authority
        .store()
        .with_policy(Hierarchy::Custom, A, "1.2.392.200149.8.5.1.3.31")
        .unwrap();
    assert!(store.verify_authentication(&phone, now()).is_ok());
    // A policy of another hierarchy does not help a root of this one.
    let store = authority
        .store()
        .with_policy(Hierarchy::Production, A, "1.2.392.200149.8.5.1.3.31")
        .unwrap();
    assert!(store.verify_authentication(&phone, now()).is_err());
    assert!(
        authority
            .store()
            .with_policy(Hierarchy::Custom, A, "no identifier")
            .is_err()
    );
}

/// A store of both hierarchies still does not let one's policy pass under the other's root.
#[test]
fn hierarchies_are_not_mixed_inside_one_store() {
    let authority = Authority::new(Key::p256(0x11), A);
    let store = authority.store().and(TrustStore::simulation());
    let mixed = leaf(&authority, |s| {
        s.ext(POLICIES).value = seq(&[seq(&[oid(policy::SIMULATION_AUTHENTICATION)])])
    });
    assert_eq!(
        store
            .verify_authentication(&mixed, now())
            .unwrap_err()
            .kind(),
        &ErrorKind::WrongHierarchy {
            expected: vec![Hierarchy::Custom],
            found: Hierarchy::Simulation
        }
    );
}

#[test]
fn warnings_stand_beside_the_result() {
    let authority = Authority::new(Key::p256(0x11), A);
    let judge = |to: &str| {
        let certificate = leaf(&authority, |s| {
            s.validity = seq(&[utc("251027013542Z"), utc(to)])
        });
        authority
            .store()
            .verify_authentication(&certificate, now())
            .unwrap()
    };
    let until = |text: &str| Timestamp::parse(text).unwrap();
    let soon = judge("270220145959Z");
    assert_eq!(
        soon.expiry(),
        Expiry::EndsSoon {
            until: until("2027-02-20T14:59:59Z")
        }
    );
    assert!(soon.warnings().contains(&Warning::EndsSoon {
        until: until("2027-02-20T14:59:59Z")
    }));
    let ended = judge("261020145959Z");
    assert!(ended.warnings().contains(&Warning::Expired {
        since: until("2026-10-20T14:59:59Z")
    }));
    assert!(ended.warnings().contains(&Warning::NotProduction {
        hierarchy: Hierarchy::Custom
    }));
    assert!(ended.warnings().contains(&Warning::RevocationNotAsked));
    assert_eq!(
        judge("270221145959Z").expiry(),
        Expiry::Valid {
            until: until("2027-02-21T14:59:59Z")
        }
    );
}

/// Production certificates of every generation are judged under the right root; here by what can be had without one: a leaf that
/// names a production root but was not signed by it is forged, one that names an unknown key is of an unknown issuer.
#[test]
fn forged_is_not_unknown() {
    let authority = Authority::new(Key::rsa_root(), A);
    let store = TrustStore::production();
    for root in store.roots().filter(|root| root.usage() == A) {
        let key = root
            .certificate()
            .describe()
            .subject_key_identifier
            .unwrap();
        let key: Vec<u8> = (0..key.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap())
            .collect();
        let issuer = name(&[
            ("C", "JP"),
            ("O", "JPKI"),
            ("OU", "JPKI for user authentication"),
            ("OU", "Japan Agency for Local Authority Information Systems"),
        ]);
        let inside = Timestamp::from_unix(root.certificate().not_before().unix() + 1);
        let claim = |key: &[u8]| {
            leaf(&authority, |s| {
                s.issuer = issuer.clone();
                s.ext(AUTHORITY_KEY).value = seq(&[tlv(0x80, key)]);
            })
        };
        assert_eq!(
            store
                .verify_authentication(&claim(&key), inside)
                .unwrap_err()
                .kind(),
            &ErrorKind::CertificateSignature
        );
        let refusal = store
            .verify_authentication(&claim(&[7; 20]), inside)
            .unwrap_err();
        assert!(
            matches!(refusal.kind(), ErrorKind::IssuerUnknown { .. }),
            "{refusal}"
        );
    }
}
