//! Seeds of lists and OCSP answers about a certificate of the simulation, signed by its root: each is right but for one thing, for which it
//! decides nothing.

use super::Seed;
use crate::signed::harness::der::{
    bits, content, generalized, int, null, octets, oid, seq, tlv, utc,
};
use crate::signed::harness::forge::{self, Alg, Ext, Key};
use crate::signed::harness::revoke::{self, List, Ocsp};
use crate::signed::simulation::{self, About, each, short};

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let about = About::new();
    let mut add = |name: &str, der: Vec<u8>| seeds.push(("revocation", name.to_owned(), der));
    for (name, der) in simulation::signed() {
        add(name, der);
    }
    for (name, change) in LISTS {
        let list = about.list(false, |list| change(&about, list));
        add(&format!("list-{name}"), list.sign(&about.authority.key));
    }
    for (name, change) in ANSWERS {
        let answer = about.answer(false, |answer| change(&about, answer));
        add(&format!("ocsp-{name}"), answer.sign(&about.authority.key));
    }
    add("one-octet", vec![0x30]);
    let right = about.list(false, |_| ());
    let whole = right.sign(&about.authority.key);
    let trailing = seq(&[content(&whole).to_vec(), null()]);
    add("list-trailing", trailing);
    // An algorithm of 24 kilobytes, that are not there.
    let large = [
        &[0x30, 0x83, 1, 0, 0, 0x30, 0x82, 0xF0, 0][..],
        &right.version,
    ];
    let large = [&large.concat()[..], &[0x30, 0x82, 0x60, 0x00]].concat();
    add("list-large", large);
    let of_another = Key::p256(0x66);
    let sha1 = about.by_delegate(&of_another, |spec| {
        let algorithm = Alg::RsaSha1.identifier();
        (spec.inner, spec.outer) = (algorithm.clone(), algorithm);
    });
    add("ocsp-delegate-sha1", sha1);
    // The key of its certificate is too short to verify anything.
    let info: &[u8] = include_bytes!("../../../../crates/mynacard-cert/tests/data/rsa-1024.spki");
    let key_bits = content(info)
        .get(15..)
        .map(content)
        .and_then(|bits| bits.get(1..));
    let key_bits = key_bits.expect("a SubjectPublicKeyInfo");
    let mut spec = revoke::delegate(&about.authority, &of_another);
    spec.key = info.to_vec();
    let answer = about.answer(false, |answer| {
        let hash = sha1_of(key_bits);
        answer.responder = tlv(0xA2, &octets(&hash));
        answer.certificates = vec![about.authority.issue(&spec)];
    });
    add("ocsp-delegate-weak", answer.sign(&about.authority.key));
}

fn sha1_of(bytes: &[u8]) -> Vec<u8> {
    use sha1::Digest as _;
    sha1::Sha1::digest(bytes).to_vec()
}

/// The statuses so many times.
fn times(answer: &mut Ocsp, count: usize) {
    let all = answer.singles.iter().cycle().take(count);
    answer.singles = all.cloned().collect();
}

type Change<T> = fn(&About, &mut T);

const LISTS: &[(&str, Change<List>)] = &[
    ("sha1", |_, list| {
        let algorithm = Alg::RsaSha1.identifier();
        (list.inner, list.outer) = (algorithm.clone(), algorithm);
    }),
    ("other-key", |_, list| {
        let value = seq(&[tlv(0x80, &[7; 20])]);
        list.extensions
            .push(Ext::new(forge::AUTHORITY_KEY, false, value));
    }),
    ("not-yet", |about, list| {
        list.this_update = utc(short(&about.time(3_600)));
    }),
    ("no-next", |_, list| list.next_update.clear()),
    ("backwards", |about, list| {
        list.next_update = utc(short(&about.time(-7_200)));
    }),
    ("says-twice", |about, list| {
        list.entries = Some(vec![about.entry(&[]), about.entry(&[revoke::reason(1)])]);
    }),
    ("after-the-end", |about, list| {
        list.this_update = utc(short(&about.after_the_end(3_600)));
        list.next_update = utc(short(&about.after_the_end(200_000)));
    }),
    ("delta", |_, list| {
        list.extensions
            .push(Ext::new(revoke::DELTA, true, int(&[7])));
    }),
    ("indirect", |about, list| {
        list.ext(revoke::IDP).value = revoke::idp(&about.point, &[tlv(0x84, &[0xFF])]);
    }),
    ("some-reasons", |about, list| {
        list.ext(revoke::IDP).value = revoke::idp(&about.point, &[tlv(0x83, &[1, 6])]);
    }),
    ("authorities", |about, list| {
        list.ext(revoke::IDP).value = revoke::idp(&about.point, &[tlv(0x82, &[0xFF])]);
    }),
    ("scopes", |about, list| {
        let both = [tlv(0x81, &[0xFF]), tlv(0x82, &[0xFF])];
        list.ext(revoke::IDP).value = revoke::idp(&about.point, &both);
    }),
    ("no-point", |_, list| {
        list.ext(revoke::IDP).value = seq(&[tlv(0x81, &[0xFF])]);
    }),
    ("entries-of-all-kinds", |about, list| {
        let date = generalized("20260601000000Z");
        let of_other = tlv(0xA4, &about.authority.name);
        let reason = Ext::new(revoke::REASON, false, tlv(0x0A, &[0, 0x80]));
        list.entries = Some(vec![
            about.entry(&[Ext::new(revoke::INVALIDITY, false, date), reason]),
            revoke::entry(
                &[1],
                "260601000000Z",
                &[Ext::new("2.5.29.29", true, seq(&[of_other]))],
            ),
        ]);
    }),
    ("entry-of-no-extension", |about, list| {
        let entry = seq(&[about.serial(), utc("260601000000Z"), seq(&[])]);
        list.entries = Some(vec![entry]);
    }),
    ("no-extension", |_, list| {
        list.next_update.extend(tlv(0xA0, &seq(&[])));
        (list.entries, list.extensions) = (None, Vec::new());
    }),
    ("extension-twice", |_, list| {
        list.extensions
            .push(Ext::new(revoke::CRL_NUMBER, false, int(&[7])));
    }),
    ("unknown-part", |_, list| list.next_update = null()),
    ("next-twice", |_, list| {
        list.next_update = list.next_update.repeat(2);
    }),
    ("no-entry", |_, list| list.entries = Some(Vec::new())),
];

const ANSWERS: &[(&str, Change<Ocsp>)] = &[
    ("sha1", |_, answer| answer.inner = Alg::RsaSha1.identifier()),
    ("says-twice", |_, answer| {
        times(answer, 2);
    }),
    ("not-yet", |about, answer| {
        let time = about.time(3_600);
        each(answer, |one| one.this_update = generalized(&time));
    }),
    ("old", |about, answer| {
        let time = about.time(-200_000);
        each(answer, |one| {
            one.this_update = generalized(&time);
            one.next_update.clear();
        });
    }),
    ("unknown", |_, answer| {
        each(answer, |one| one.says = vec![0x82, 0])
    }),
    ("critical", |_, answer| {
        let extension = Ext::new("1.2.3", true, null());
        each(answer, |one| {
            one.extensions = tlv(0xA1, &seq(&[extension.encode()]));
        });
    }),
    ("critical-for-all", |_, answer| {
        answer.extensions.push(Ext::new("1.2.3", true, null()));
    }),
    ("after-the-end", |about, answer| {
        let (this, next) = (about.after_the_end(3_600), about.after_the_end(200_000));
        answer.produced_at = generalized(&this);
        each(answer, |one| {
            one.this_update = generalized(&this);
            one.next_update = tlv(0xA0, &generalized(&next));
        });
    }),
    ("no-extension", |_, answer| {
        each(answer, |one| one.extensions = tlv(0xA1, &seq(&[])));
    }),
    ("extension-twice", |_, answer| {
        let extension = Ext::new("1.2.3", false, null()).encode();
        each(answer, |one| {
            one.extensions = tlv(0xA1, &seq(&[extension.clone(), extension.clone()]));
        });
    }),
    ("refused-with-answer", |_, answer| {
        answer.status = tlv(0x0A, &[1]);
    }),
    ("many-statuses", |_, answer| {
        times(answer, 65);
    }),
    ("many-certificates", |about, answer| {
        let one = revoke::delegate(&about.authority, &Key::p256(0x66));
        let one = seq(&[one.tbs(), one.outer, bits(0, &[1])]);
        answer.certificates = vec![one; 5];
    }),
    ("kind", |_, answer| {
        answer.kind = oid("1.3.6.1.5.5.7.48.1.2")
    }),
];
