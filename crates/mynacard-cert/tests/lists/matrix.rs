//! Lists that differ from a right one in one respect each.

use crate::common::der::*;
use crate::common::forge::*;
use crate::common::revoke::*;
use crate::{Case, Cases, SERIAL, WHEN};

/// Good here for the five minutes by which clocks may differ.
const TOLERANCE: [&str; 2] = ["made five minutes from now", "next one five minutes ago"];

pub(crate) fn matrix(authority: &Authority) -> Vec<Case> {
    let mut c = Cases {
        authority,
        all: Vec::new(),
    };
    c.add("good", "not on the list", |_| ());
    c.add("good", "no entries", |l| l.entries = None);
    c.add("MC-3001", "an empty list written out", |l| {
        l.entries = Some(vec![])
    });
    // Entries.
    c.add("revoked", "on the list", |l| {
        l.entries = Some(vec![entry(&SERIAL, WHEN, &[])])
    });
    c.add("revoked", "first of three", |l| {
        l.entries
            .as_mut()
            .unwrap()
            .insert(0, entry(&SERIAL, WHEN, &[]))
    });
    c.add("revoked", "last of three", |l| {
        l.entries.as_mut().unwrap().push(entry(&SERIAL, WHEN, &[]))
    });
    for code in [0, 1, 2, 3, 4, 5, 6, 8, 9, 10] {
        c.add(&format!("revoked {code}"), &format!("reason {code}"), |l| {
            l.entries = Some(vec![entry(&SERIAL, WHEN, &[reason(code)])]);
        });
    }
    c.add("revoked 1", "with an invalidity date", |l| {
        let date = Ext::new(INVALIDITY, false, generalized("20260101000000Z"));
        l.entries = Some(vec![entry(&SERIAL, WHEN, &[reason(1), date])]);
    });
    c.add("Ambiguous", "twice on the list", |l| {
        l.entries = Some(vec![
            entry(&SERIAL, WHEN, &[reason(1)]),
            entry(&SERIAL, WHEN, &[reason(4)]),
        ]);
    });
    c.add(
        "UnknownCriticalExtension",
        "critical extension of an entry",
        |l| {
            l.entries = Some(vec![entry(&[5], WHEN, &[Ext::new("1.2.3", true, null())])]);
        },
    );
    for (what, extension) in [
        ("reason", Ext::new(REASON, true, tlv(0x0A, &[1]))),
        (
            "invalidity date",
            Ext::new(INVALIDITY, true, generalized("20260101000000Z")),
        ),
    ] {
        c.add(
            "UnknownCriticalExtension",
            &format!("critical {what} of another entry"),
            |l| l.entries = Some(vec![entry(&[5], WHEN, &[extension])]),
        );
    }
    for (what, number) in [("number", CRL_NUMBER), ("key identifier", AUTHORITY_KEY)] {
        c.add(
            "UnknownCriticalExtension",
            &format!("critical {what}"),
            |l| {
                l.ext(number).critical = yes();
            },
        );
    }
    c.add("good", "distribution point not critical", |l| {
        l.ext(IDP).critical = vec![];
    });
    c.add("good", "other extension of an entry", |l| {
        l.entries = Some(vec![entry(&[5], WHEN, &[Ext::new("1.2.3", false, null())])]);
    });
    c.add("Indirect", "entry of another issuer", |l| {
        let issuer = Ext::new("2.5.29.29", true, seq(&[tlv(0xA4, &name(&[("O", "X")]))]));
        l.entries = Some(vec![entry(&[5], WHEN, &[issuer])]);
    });
    for (what, bad) in [
        ("reason twice", entry(&[5], WHEN, &[reason(1), reason(1)])),
        (
            "reason of two octets",
            entry(&[5], WHEN, &[Ext::new(REASON, false, tlv(0x0A, &[1, 1]))]),
        ),
        (
            "reason an integer",
            entry(&[5], WHEN, &[Ext::new(REASON, false, int(&[1]))]),
        ),
        ("serial not minimal", entry(&[0, 5], WHEN, &[])),
        ("serial empty", entry(&[], WHEN, &[])),
        ("time without Z", entry(&[5], "260601000000", &[])),
        ("no time", seq(&[int(&[5])])),
        (
            "a fourth part",
            seq(&[int(&[5]), utc(WHEN), seq(&[reason(1).encode()]), null()]),
        ),
        ("extensions empty", seq(&[int(&[5]), utc(WHEN), seq(&[])])),
        ("not a sequence", set(&[int(&[5]), utc(WHEN)])),
        (
            "a long length",
            long_tlv(0x30, &[int(&[5]), utc(WHEN)].concat()),
        ),
    ] {
        c.add("MC-3001", &format!("entry: {what}"), |l| {
            l.entries = Some(vec![bad])
        });
    }
    c.add("MC-3003", "entry of more than a kilobyte", |l| {
        l.entries = Some(vec![entry(
            &[5],
            WHEN,
            &[Ext::new("1.2.3", false, octets(&[0; 1100]))],
        )]);
    });
    // Times.
    c.add("good", "made five minutes from now", |l| {
        l.this_update = utc("261121000500Z")
    });
    c.add("NotYet", "made later than that", |l| {
        l.this_update = utc("261121000501Z")
    });
    c.add("good", "next one five minutes ago", |l| {
        l.next_update = utc("261120235500Z")
    });
    c.add("Stale", "next one before that", |l| {
        l.next_update = utc("261120235459Z")
    });
    c.add("Stale", "next one before this one", |l| {
        l.next_update = utc("261120225959Z")
    });
    c.add(
        "Stale",
        "next one before this one, both within the tolerance",
        |l| {
            l.this_update = utc("261121000400Z");
            l.next_update = utc("261120235800Z");
        },
    );
    c.add("NoNextUpdate", "no word about the next one", |l| {
        l.next_update = vec![]
    });
    c.add("good", "next one after 2050", |l| {
        l.next_update = generalized("20500101000000Z")
    });
    c.add("MC-3001", "generalized time before 2050", |l| {
        l.next_update = generalized("20261122230000Z")
    });
    c.add("MC-3001", "three times", |l| {
        l.next_update = [utc("261122230000Z"), utc("261122230000Z")].concat()
    });
    // Issuer and scope.
    c.add("OtherIssuer", "another issuer's name", |l| {
        l.issuer = name(&[("C", "JP"), ("O", "SOMEBODY")])
    });
    c.add("OtherIssuer", "another key of the same name", |l| {
        l.ext(AUTHORITY_KEY).value = seq(&[tlv(0x80, &[7; 20])])
    });
    c.add("good", "no key identifier", |l| {
        l.extensions.retain(|e| e.oid != AUTHORITY_KEY)
    });
    c.add("OtherDistributionPoint", "another municipality", |l| {
        l.ext(IDP).value = idp(&point_name("Hino-shi"), &[])
    });
    c.add("OtherDistributionPoint", "no distribution point", |l| {
        l.extensions.retain(|e| e.oid != IDP)
    });
    c.add(
        "OtherDistributionPoint",
        "distribution point without name",
        |l| {
            l.ext(IDP).value = seq(&[tlv(0x81, &[0xFF])]);
        },
    );
    c.add(
        "OtherDistributionPoint",
        "distribution point as an address",
        |l| {
            l.ext(IDP).value = seq(&[tlv(0xA0, &tlv(0xA0, &tlv(0x86, b"http://x.invalid")))]);
        },
    );
    c.add("good", "distribution point alone", |l| {
        l.ext(IDP).value = idp(&point_name("Kiyose-shi"), &[])
    });
    c.add("good", "one of two names", |l| {
        let names = [
            tlv(0xA4, &point_name("Hino-shi")),
            tlv(0xA4, &point_name("Kiyose-shi")),
        ]
        .concat();
        l.ext(IDP).value = seq(&[tlv(0xA0, &tlv(0xA0, &names))]);
    });
    let point = || point_name("Kiyose-shi");
    c.add("OtherScope", "authorities only", |l| {
        l.ext(IDP).value = idp(&point(), &[tlv(0x82, &[0xFF])])
    });
    c.add("OtherScope", "attribute certificates only", |l| {
        l.ext(IDP).value = idp(&point(), &[tlv(0x85, &[0xFF])])
    });
    c.add("PartialReasons", "some reasons only", |l| {
        l.ext(IDP).value = idp(&point(), &[tlv(0x83, &[6, 0x40])])
    });
    c.add("Indirect", "indirect", |l| {
        l.ext(IDP).value = idp(&point(), &[tlv(0x84, &[0xFF])])
    });
    for (what, bad) in [
        (
            "holders and authorities only",
            idp(&point(), &[tlv(0x81, &[0xFF]), tlv(0x82, &[0xFF])]),
        ),
        ("default written out", idp(&point(), &[tlv(0x81, &[0])])),
        ("flag of 01", idp(&point(), &[tlv(0x81, &[1])])),
        (
            "out of order",
            idp(&point(), &[tlv(0x84, &[0xFF]), tlv(0x81, &[0xFF])]),
        ),
        ("unknown field", idp(&point(), &[tlv(0x86, &[0xFF])])),
        ("and more", [idp(&point(), &[]), null()].concat()),
    ] {
        c.add("MC-3001", &format!("distribution point: {what}"), |l| {
            l.ext(IDP).value = bad
        });
    }
    c.add("Delta", "delta", |l| {
        l.extensions.push(Ext::new(DELTA, true, int(&[6])))
    });
    c.add("Delta", "delta not critical", |l| {
        l.extensions.push(Ext::new(DELTA, false, int(&[6])))
    });
    c.add(
        "UnknownCriticalExtension",
        "unknown critical extension",
        |l| l.extensions.push(Ext::new("1.2.3", true, null())),
    );
    c.add("good", "unknown extension", |l| {
        l.extensions.push(Ext::new("1.2.3", false, null()))
    });
    c.add("MC-3001", "extension twice", |l| {
        let copy = l.ext(CRL_NUMBER).clone();
        l.extensions.push(copy);
    });
    c.add("MC-3001", "critical=FALSE written out", |l| {
        l.ext(CRL_NUMBER).critical = vec![1, 1, 0]
    });
    c.add("MC-3001", "number not minimal", |l| {
        l.ext(CRL_NUMBER).value = int(&[0, 7])
    });
    c.add("OtherDistributionPoint", "no extensions", |l| {
        l.extensions.clear()
    });
    // Form.
    c.add("MC-3001", "version 1", |l| l.version = vec![]);
    c.add("MC-3001", "version 3", |l| l.version = int(&[2]));
    c.add("MC-3001", "inner algorithm another", |l| {
        l.inner = Alg::EcdsaSha384.identifier()
    });
    c.add("MC-3001", "outer algorithm another", |l| {
        l.outer = Alg::EcdsaSha384.identifier()
    });
    for (what, expected, identifier) in [
        (
            "unknown algorithm",
            "AlgorithmNotAccepted",
            seq(&[oid("1.2.3")]),
        ),
        (
            "SHA-1",
            "AlgorithmNotAccepted",
            seq(&[oid("1.2.840.10045.4.1")]),
        ),
        ("RSA claimed", "BadSignature", Alg::RsaSha256.identifier()),
        (
            "ECDSA with NULL",
            "MC-3001",
            seq(&[oid("1.2.840.10045.4.3.2"), null()]),
        ),
    ] {
        c.add(expected, what, |l| {
            (l.inner, l.outer) = (identifier.clone(), identifier)
        });
    }
    let right = List::new(authority);
    c.bytes(
        "BadSignature",
        "signed by a stranger",
        right.sign(&Key::p256(0x42)),
    );
    let signed = right.sign(&authority.key);
    c.bytes(
        "MC-3002",
        "a byte after the end",
        [signed.as_slice(), &[0]].concat(),
    );
    c.bytes("MC-3001", "cut off", signed[..signed.len() - 1].to_vec());
    c.bytes("MC-3001", "nothing", vec![]);
    c.bytes("MC-3001", "a long length", long_tlv(0x30, content(&signed)));
    c.bytes(
        "MC-3001",
        "indefinite length",
        [&[0x30, 0x80], content(&signed), &[0, 0]].concat(),
    );
    c.bytes(
        "MC-3001",
        "a fourth part",
        tlv(0x30, &[content(&signed), &[5, 0]].concat()),
    );
    c.bytes(
        "MC-3001",
        "length of nine octets",
        [&[0x30, 0x89][..], &[1; 9]].concat(),
    );
    c.bytes(
        "MC-3001",
        "more than 256 MiB",
        [&[0x30, 0x84, 0x20, 0, 0, 0][..], &[0; 8]].concat(),
    );
    // The signed part says that it ends before its last object does; signed as it stands.
    let mut short = right.tbs();
    let [0x30, 0x82, _, low, ..] = short.as_mut_slice() else {
        panic!("a list of more than 255 octets");
    };
    *low -= 5;
    let signature = bits(0, &authority.key.sign(right.algorithm, &short));
    c.bytes(
        "MC-3001",
        "signed part shorter than its content",
        seq(&[short, right.outer.clone(), signature]),
    );
    for case in &mut c.all {
        // Allowed differences of the clocks: openssl has none.
        case.floor = !TOLERANCE.contains(&case.name.as_str());
    }
    c.all
}
