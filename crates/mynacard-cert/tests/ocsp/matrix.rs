//! Answers that differ from a right one in one respect each.

use mynacard_cert::Usage;

use crate::common::der::*;
use crate::common::forge::*;
use crate::common::revoke::*;
use crate::{Cases, WHEN};

pub(crate) fn statuses(c: &mut Cases<'_>) {
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

pub(crate) fn times(c: &mut Cases<'_>) {
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
    c.single(
        "Stale",
        "next before this, both within the tolerance",
        |s| {
            s.this_update = generalized("20261121000400Z");
            s.next_update = next("20261120235800Z");
        },
    );
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

pub(crate) fn forms(c: &mut Cases<'_>) {
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

pub(crate) fn responders(c: &mut Cases<'_>) {
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
    for (what, number) in [
        ("authority key identifier", AUTHORITY_KEY),
        ("subject key identifier", SUBJECT_KEY),
    ] {
        c.delegate(untrusted, &format!("delegate of critical {what}"), |s| {
            s.ext(number).critical = yes();
        });
    }
    c.delegate(untrusted, "delegate of nameConstraints", |s| {
        s.extensions.push(Ext::new("2.5.29.30", false, null()));
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
    // The delegate stands second, after somebody whom nobody asks.
    let right = delegate(authority, &key);
    let mut answer = Ocsp::new(authority);
    answer.responder = tlv(0xA1, &right.subject);
    answer.certificates = vec![authority.certificate.clone(), authority.issue(&right)];
    c.bytes(
        "good",
        "delegate after another certificate",
        answer.sign(&key),
    );
    // A delegate who signs under somebody else's name.
    answer.responder = tlv(0xA1, &name(&[("CN", "x")]));
    c.bytes(untrusted, "delegate under another name", answer.sign(&key));
    // The holder's own certificate is no delegate's, though the root issued it.
    let leaf = authority.leaf();
    let mut answer = Ocsp::new(authority);
    answer.responder = tlv(0xA1, &leaf.subject);
    answer.certificates = vec![authority.issue(&leaf)];
    c.bytes(untrusted, "a holder as responder", answer.sign(&leaf_key()));
}
