//! Roots of the caller's own that differ from a right one in one respect each, beside openssl: a root that makes openssl refuse
//! its leaf is refused here, as a root or with the leaf.

use super::*;
use crate::common::der::*;

#[test]
fn roots() {
    type Change = Box<dyn Fn(&mut Spec)>;
    let mut list: Vec<(String, Option<&str>, Change)> = Vec::new();
    let mut add = |name: &str, expected, change: Change| {
        list.push((name.to_owned(), expected, change));
    };
    let refused = |code: &'static str| Some(code);
    add("the right one", None, Box::new(|_| ()));
    add(
        "basicConstraints not critical",
        refused("MC-3116"),
        Box::new(|s| s.ext(BASIC_CONSTRAINTS).critical = vec![]),
    );
    add(
        "no basicConstraints",
        refused("MC-3116"),
        Box::new(|s| s.remove(BASIC_CONSTRAINTS)),
    );
    add(
        "CA:FALSE",
        refused("MC-3116"),
        Box::new(|s| s.ext(BASIC_CONSTRAINTS).value = seq(&[])),
    );
    add(
        "path length 0",
        None,
        Box::new(|s| s.ext(BASIC_CONSTRAINTS).value = seq(&[yes(), int(&[0])])),
    );
    add(
        "no keyUsage",
        refused("MC-3116"),
        Box::new(|s| s.remove(KEY_USAGE)),
    );
    add(
        "keyUsage cRLSign alone",
        refused("MC-3116"),
        Box::new(|s| s.ext(KEY_USAGE).value = bits(1, &[0x02])),
    );
    add(
        "keyUsage keyCertSign alone",
        None,
        Box::new(|s| s.ext(KEY_USAGE).value = bits(2, &[0x04])),
    );
    add(
        "keyUsage not critical",
        None,
        Box::new(|s| s.ext(KEY_USAGE).critical = vec![]),
    );
    add(
        "no subject key identifier",
        refused("MC-3116"),
        Box::new(|s| s.remove(SUBJECT_KEY)),
    );
    add(
        "critical subject key identifier",
        refused("MC-3115"),
        Box::new(|s| s.ext(SUBJECT_KEY).critical = yes()),
    );
    let key = tlv(0x80, &Key::p256(0x11).identifier());
    for (what, critical, expected) in [("critical ", true, refused("MC-3115")), ("", false, None)] {
        let value = seq(std::slice::from_ref(&key));
        add(
            &format!("{what}authority key identifier"),
            expected,
            Box::new(move |s| {
                let one = Ext::new(AUTHORITY_KEY, critical, value.clone());
                s.extensions.push(one);
            }),
        );
    }
    for (what, number, critical, expected) in [
        ("critical unknown extension", "1.2.3.4", true, "MC-3115"),
        ("nameConstraints of nothing", "2.5.29.30", false, "MC-3119"),
        (
            "policyConstraints of nothing",
            "2.5.29.36",
            false,
            "MC-3119",
        ),
        (
            "Netscape type of nothing",
            "2.16.840.1.113730.1.1",
            false,
            "MC-3119",
        ),
        ("proxy certificate", "1.3.6.1.5.5.7.1.14", false, "MC-3119"),
        (
            "address blocks of nothing",
            "1.3.6.1.5.5.7.1.7",
            false,
            "MC-3119",
        ),
        (
            "autonomous systems of nothing",
            "1.3.6.1.5.5.7.1.8",
            false,
            "MC-3119",
        ),
    ] {
        add(
            what,
            refused(expected),
            Box::new(move |s| s.extensions.push(Ext::new(number, critical, null()))),
        );
    }
    add(
        "subject empty",
        refused("MC-3001"),
        Box::new(|s| s.subject = seq(&[])),
    );
    add(
        "another issuer",
        refused("MC-3116"),
        Box::new(|s| s.issuer = name(&[("O", "x")])),
    );
    add(
        "another key",
        refused("MC-3116"),
        Box::new(|s| s.key = Key::p256(0x12).public_info()),
    );
    add(
        "version 1",
        refused("MC-3004"),
        Box::new(|s| s.version = vec![]),
    );
    add(
        "ended",
        refused("MC-3106"),
        Box::new(|s| s.validity = seq(&[utc("230101000000Z"), utc("261120235959Z")])),
    );
    add(
        "not begun",
        refused("MC-3106"),
        Box::new(|s| s.validity = seq(&[utc("261121000001Z"), utc("330101145959Z")])),
    );
    let mut wrong = Vec::new();
    for (name, expected, change) in &list {
        let authority = Authority::changed(Key::p256(0x11), Usage::Authentication, change);
        let leaf = authority.issue(&authority.leaf());
        let ours = TrustStore::empty()
            .with_root(&authority.certificate, authority.usage)
            .and_then(|store| {
                let leaf = Certificate::from_der(&leaf)?;
                store.verify_authentication(&leaf, now()).map(|_| ())
            });
        let found = ours.as_ref().err().map(Error::code);
        if found != *expected {
            wrong.push(format!("{name}: expected {expected:?}, found {ours:?}"));
        }
        let strict = |at| {
            openssl::verdicts(&authority.certificate, std::slice::from_ref(&leaf), at) == [true]
        };
        if openssl::available() {
            let theirs = strict(now().unix());
            eprintln!("{name}: {found:?}, openssl {theirs}");
            if ours.is_ok() && !theirs {
                wrong.push(format!("{name}: openssl refuses what we accept"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
