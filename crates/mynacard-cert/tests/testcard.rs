//! The certificates of a real JPKI test card: parsed, shown, judged under the right one of two roots with the same name.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use common::{vector, vectors};
use mynacard_cert::{Certificate, ErrorKind, Expiry, Hierarchy, Timestamp, TrustStore, Usage};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[test]
fn leaves_verify_under_the_right_root_of_two() {
    let Some(v) = vectors() else { return };
    let read = |name: &str| vector(&v, name);
    let auth = Certificate::from_der(&read("testcard/jpki-auth-cert.der")).unwrap();
    let sign = Certificate::from_der(&read("testcard/jpki-sign-cert.der")).unwrap();
    let now = at("2026-11-21");
    let right = TrustStore::jpki_test(&[
        &read("roots/test/authca-test-2023.cer"),
        &read("roots/test/signca-test-2024.cer"),
    ])
    .unwrap();
    let wrong = TrustStore::jpki_test(&[
        &read("roots/test/authca-test-2019.cer"),
        &read("roots/test/signca-test-2019.cer"),
    ])
    .unwrap();
    // The order of the roots must not matter.
    for store in [
        right.clone(),
        right.clone().and(wrong.clone()),
        wrong.clone().and(right.clone()),
    ] {
        let verified = store.verify_authentication(&auth, now).unwrap();
        assert_eq!(verified.hierarchy(), Hierarchy::JpkiTest);
        assert_eq!(verified.root().certificate().serial_hex(), "218887");
        assert_eq!(
            verified.expiry(),
            Expiry::Valid {
                until: at("2030-02-17T14:59:59Z")
            }
        );
        let verified = store.verify_signature(&sign, now).unwrap();
        assert_eq!(verified.root().certificate().serial_hex(), "1ea8a8");
    }
    let unknown =
        |error: mynacard_cert::Error| matches!(error.kind(), ErrorKind::IssuerUnknown { .. });
    assert!(unknown(
        wrong.verify_authentication(&auth, now).unwrap_err()
    ));
    assert!(unknown(wrong.verify_signature(&sign, now).unwrap_err()));
}

#[test]
fn usages_and_hierarchies_are_not_mixed() {
    let Some(v) = vectors() else { return };
    let read = |name: &str| vector(&v, name);
    let auth = Certificate::from_der(&read("testcard/jpki-auth-cert.der")).unwrap();
    let sign = Certificate::from_der(&read("testcard/jpki-sign-cert.der")).unwrap();
    let now = at("2026-11-21");
    let store = TrustStore::jpki_test(&[
        &read("roots/test/authca-test-2023.cer"),
        &read("roots/test/signca-test-2024.cer"),
    ])
    .unwrap();
    assert_eq!(
        store.verify_authentication(&sign, now).unwrap_err().kind(),
        &ErrorKind::WrongUsage {
            expected: Usage::Authentication,
            found: Usage::Signature
        }
    );
    assert_eq!(
        store.verify_signature(&auth, now).unwrap_err().kind(),
        &ErrorKind::WrongUsage {
            expected: Usage::Signature,
            found: Usage::Authentication
        }
    );
    for (store, expected) in [
        (TrustStore::production(), Hierarchy::Production),
        (TrustStore::simulation(), Hierarchy::Simulation),
    ] {
        let found = Hierarchy::JpkiTest;
        let refusal = ErrorKind::WrongHierarchy {
            expected: vec![expected],
            found,
        };
        assert_eq!(
            store.verify_authentication(&auth, now).unwrap_err().kind(),
            &refusal
        );
        assert_eq!(
            store.verify_signature(&sign, now).unwrap_err().kind(),
            &refusal
        );
    }
}

#[test]
fn the_instant_decides() {
    let Some(v) = vectors() else { return };
    let read = |name: &str| vector(&v, name);
    let auth = Certificate::from_der(&read("testcard/jpki-auth-cert.der")).unwrap();
    let store = TrustStore::jpki_test(&[&read("roots/test/authca-test-2023.cer")]).unwrap();
    let end = at("2030-02-17T14:59:59Z");
    let expiry = |time: &str| {
        store
            .verify_authentication(&auth, at(time))
            .unwrap()
            .expiry()
    };
    assert_eq!(expiry("2025-10-27T01:35:42Z"), Expiry::Valid { until: end });
    assert_eq!(expiry("2029-11-17T14:59:58Z"), Expiry::Valid { until: end });
    assert_eq!(
        expiry("2029-11-17T14:59:59Z"),
        Expiry::EndsSoon { until: end }
    );
    assert_eq!(
        expiry("2030-02-17T14:59:59Z"),
        Expiry::EndsSoon { until: end }
    );
    assert_eq!(
        expiry("2030-02-17T15:00:00Z"),
        Expiry::Expired { since: end }
    );
    assert!(matches!(
        store
            .verify_authentication(&auth, at("2025-10-27T01:35:41Z"))
            .unwrap_err()
            .kind(),
        ErrorKind::NotYetValid { .. }
    ));
    // The root's own ends, which lie outside those of this leaf on one side only.
    assert!(
        store
            .verify_authentication(&auth, at("2033-03-22T14:59:59Z"))
            .is_ok()
    );
    for outside in ["2033-03-22T15:00:00Z", "2023-03-23T02:05:01Z"] {
        let refusal = store.verify_authentication(&auth, at(outside)).unwrap_err();
        assert!(
            matches!(refusal.kind(), ErrorKind::RootNotValid { .. }),
            "{refusal}"
        );
    }
}

#[test]
fn fields_are_shown() {
    let Some(v) = vectors() else { return };
    let auth = Certificate::from_der(&vector(&v, "testcard/jpki-auth-cert.der")).unwrap();
    let shown = auth.describe();
    assert_eq!(shown.subject, "C=JP, CN=997794E9AGCIEG13221003A");
    assert_eq!(shown.serial, "227b13");
    assert_eq!(shown.not_after, "2030-02-17T14:59:59Z");
    assert_eq!(shown.key, "RSA 2048 bits, exponent 65537");
    assert_eq!(shown.key_usage, "digitalSignature");
    assert_eq!(shown.policies, ["1.2.392.200149.8.5.1.0.30"]);
    assert_eq!(shown.ocsp, ["http://test-ocspauthnorm.jpki.go.jp"]);
    assert_eq!(shown.claimed_hierarchy, Some(Hierarchy::JpkiTest));
    assert_eq!(shown.claimed_usage, Some(Usage::Authentication));
    assert_eq!(
        shown.distribution_points,
        [
            "C=JP, O=JPKI-TEST, OU=JPKI for user authentication, OU=CRL Distribution Points, OU=Tokyo-to, CN=Kiyose-shi CRLDP"
        ]
    );
    assert_eq!(shown.length, 1590);
    // Neither name nor number in what a log would show.
    assert!(!format!("{auth:?}").contains("997794E9"));
}
