//! Seeds of certificates that differ in one thing from a right one: forms that no certificate of the simulation has.

use mynacard_cert::{Usage, policy};

use super::Seed;
use crate::signed::harness::der::{
    bits, generalized, int, name, null, octets, oid, seq, set, tlv, utc, utf8, yes,
};
use crate::signed::harness::forge::{self, Alg, Authority, Ext, HOLDER, Key, Spec};
use crate::signed::{authority, simulation};

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let mut add = |name: &str, der: Vec<u8>| seeds.push(("certificate", name.to_owned(), der));
    for (name, change) in FORMS {
        let authority = authority(Usage::Authentication);
        let mut spec = authority.leaf();
        change(&mut spec);
        add(&format!("form-{name}"), authority.issue(&spec));
    }
    for (name, key) in keys() {
        let authority = authority(Usage::Authentication);
        let mut spec = authority.leaf();
        spec.key = key;
        add(&format!("key-{name}"), authority.issue(&spec));
    }
    for (name, number, text) in [
        ("meiji", 4, "118890101"),
        ("taisho", 4, "219120730"),
        ("heisei", 4, "419890108"),
        ("reiwa", 4, "520190501"),
        ("no-era", 4, "019800217"),
        ("no-month", 4, "319800000"),
        ("month-13", 4, "319801301"),
        ("era-6", 4, "620300101"),
        ("short-birth", 4, "3198002"),
        ("female", 3, "2"),
        ("not-stated", 3, "3"),
        ("sex-unknown", 3, "9"),
        ("sex-5", 3, "5"),
        ("two-sexes", 3, "12"),
    ] {
        add(&format!("holder-{name}"), of_holder(&[(number, text)]));
    }
    for (name, change) in NAMES {
        let authority = authority(Usage::Signature);
        let mut spec = authority.leaf();
        change(&mut spec.ext(forge::SUBJECT_ALT_NAME).value);
        add(&format!("holder-{name}"), authority.issue(&spec));
    }
    for (name, change) in ROOTS {
        let authority = Authority::changed(Key::p256(0x22), Usage::Signature, change);
        add(&format!("offered-{name}"), authority.certificate);
    }
    let root = simulation::authority();
    for (name, change) in REFUSED {
        let mut spec = of_the_simulation(&root);
        change(&mut spec);
        add(&format!("signed-{name}"), root.issue(&spec));
    }
    for (name, change) in UNSIGNED {
        add(&format!("unsigned-{name}"), claimed(*change));
    }
    for (name, text) in [
        ("instant", "2026-11-21T00:00:00Z"),
        ("instant-date", "2026-11-21"),
        ("instant-letter", "2026-1a-21"),
        ("instant-marks", "2026/11/21"),
        ("instant-zone", "2026-11-21T00:00:00+"),
    ] {
        add(name, text.into());
    }
    add("one-octet", vec![0x30]);
    for (index, input) in crate::signed::of_known_keys().into_iter().enumerate() {
        seeds.push(("certificate_signed", format!("right-key-{index}"), input));
    }
}

type Change = fn(&mut Spec);
type NamesChange = fn(&mut Vec<u8>);
/// Of what stands in it, and of the signature.
type ClaimChange = fn(&mut Spec, &mut Vec<u8>);

/// What a leaf of the harness is changed in.
const FORMS: &[(&str, Change)] = &[
    ("generalized-2049", |spec| {
        spec.validity = seq(&[utc("251027013542Z"), generalized("20491231235959Z")]);
    }),
    ("generalized-2050", |spec| {
        spec.validity = seq(&[utc("251027013542Z"), generalized("20500101000000Z")]);
    }),
    ("version-129", |spec| {
        spec.version = tlv(0xA0, &int(&[0, 0x80]));
    }),
    ("null-with-content", |spec| {
        spec.outer = seq(&[oid("1.2.840.113549.1.1.11"), tlv(5, &[0])]);
    }),
    ("version-1", |spec| spec.version = tlv(0xA0, &int(&[0]))),
    ("serial-padded", |spec| spec.serial = vec![0xFF, 0x80]),
    ("sha384", |spec| {
        let algorithm = Alg::RsaSha384.identifier();
        (spec.inner, spec.outer) = (algorithm.clone(), algorithm);
    }),
    ("sha512", |spec| {
        let algorithm = Alg::RsaSha512.identifier();
        (spec.inner, spec.outer) = (algorithm.clone(), algorithm);
    }),
    ("empty-key-id", |spec| {
        spec.ext(forge::SUBJECT_KEY).value = octets(&[]);
    }),
    ("empty-purposes", |spec| {
        spec.ext(forge::EXTENDED_KEY_USAGE).value = seq(&[]);
    }),
    ("address-not-ascii", |spec| {
        spec.ext(forge::ISSUER_ALT_NAME).value = seq(&[tlv(0x86, &[0xE3])]);
    }),
    ("empty-point", |spec| {
        spec.ext(forge::DISTRIBUTION_POINTS).value = seq(&[seq(&[])]);
    }),
    ("subject-of-bits", |spec| {
        spec.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), bits(0, &[1])])])]);
    }),
    ("no-issuer", |spec| spec.issuer = seq(&[])),
    ("no-extension", |spec| {
        spec.raw_extensions = Some(tlv(0xA3, &seq(&[])));
    }),
    ("many-extensions", |spec| {
        let one = |number| Ext::new(&format!("1.2.3.{number}"), false, null());
        spec.extensions = (0..33).map(one).collect();
    }),
    ("no-usage", |spec| {
        spec.ext(forge::KEY_USAGE).value = bits(0, &[])
    }),
    ("unused-bits-of-nothing", |spec| {
        spec.ext(forge::KEY_USAGE).value = bits(3, &[]);
    }),
    ("path-length", |spec| {
        let value = seq(&[int(&[0])]);
        spec.extensions
            .push(Ext::new(forge::BASIC_CONSTRAINTS, true, value));
    }),
    ("policy-twice", |spec| {
        let policy = seq(&[oid(policy::AUTHENTICATION)]);
        spec.ext(forge::POLICIES).value = seq(&[policy.clone(), policy]);
    }),
    ("serial-without-issuer", |spec| {
        let value = seq(&[tlv(0x80, &[7; 20]), tlv(0x82, &[5])]);
        spec.ext(forge::AUTHORITY_KEY).value = value;
    }),
    ("names-of-all-types", |spec| {
        let other = |value: Vec<u8>| tlv(0xA0, &[oid("1.2.3.4"), tlv(0xA0, &value)].concat());
        let values = [int(&[5]), oid("1.2.3"), null(), bits(0, &[1]), yes()];
        let mut names: Vec<Vec<u8>> = values.map(other).to_vec();
        names.push(tlv(0x88, &[0x2A, 3]));
        spec.ext(forge::ISSUER_ALT_NAME).value = seq(&names);
    }),
    ("points-of-all-kinds", |spec| {
        let name = name(&[("C", "JP")]);
        let whole = |names: &[Vec<u8>]| tlv(0xA0, &tlv(0xA0, &names.concat()));
        let directory = tlv(0xA4, &name);
        let relative = seq(&[oid("2.5.4.3"), utf8("point")]);
        spec.ext(forge::DISTRIBUTION_POINTS).value = seq(&[
            seq(&[whole(&[tlv(0x86, b"http://crl.invalid")])]),
            seq(&[whole(std::slice::from_ref(&directory)), tlv(0x81, &[1, 6])]),
            seq(&[tlv(0xA0, &tlv(0xA1, &relative)), tlv(0xA2, &directory)]),
        ]);
    }),
    ("point-without-name", |spec| {
        let value = seq(&[seq(&[tlv(0xA0, &tlv(0xA0, &[]))])]);
        spec.ext(forge::DISTRIBUTION_POINTS).value = value;
    }),
    ("long-subject", |spec| {
        let part = set(&[seq(&[oid("2.5.4.3"), utf8("x")])]);
        spec.subject = seq(&vec![part; 33]);
    }),
    ("subject-of-all-types", |spec| {
        let part = |dotted, text| set(&[seq(&[oid(dotted), utf8(text)])]);
        spec.subject = seq(&[
            part("2.5.4.5", "1"),
            part("2.5.4.7", "L"),
            part("2.5.4.8", "ST"),
            part("2.5.4.12", "title"),
        ]);
    }),
];

/// Keys of kinds and sizes that the simulation does not give out; the numbers are nobody's.
fn keys() -> Vec<(&'static str, Vec<u8>)> {
    let number = |length: usize| int(&[&[0][..], &vec![0xC5; length]].concat());
    let rsa = |length, exponent: &[u8]| {
        let numbers = seq(&[number(length), int(exponent)]);
        seq(&[
            seq(&[oid("1.2.840.113549.1.1.1"), null()]),
            bits(0, &numbers),
        ])
    };
    vec![
        ("rsa-3072", rsa(384, &[1, 0, 1])),
        ("rsa-4096", rsa(512, &[1, 0, 1])),
        ("rsa-long", rsa(2049, &[1, 0, 1])),
        ("rsa-exponent", rsa(256, &[1; 9])),
        ("rsa-negative", rsa(256, &[0x80])),
        (
            "ed25519",
            seq(&[seq(&[oid("1.3.101.112")]), bits(0, &[7; 32])]),
        ),
        ("p384", Key::p384(0x33).public_info()),
    ]
}

/// What the names of a signature certificate's holder are changed in.
const NAMES: &[(&str, NamesChange)] = &[
    ("sex-in-ia5", |names| {
        let kind = oid("1.2.392.200149.8.5.5.3");
        *names = seq(&[tlv(0xA0, &[kind, tlv(0xA0, &tlv(0x16, b"1"))].concat())]);
    }),
    ("twice", |names| {
        *names = forge::holder(&[HOLDER, HOLDER].concat())
    }),
    // One mark more than the name has characters.
    ("marks", |names| {
        let marks =
            HOLDER.map(|(number, text)| (number, if number == 2 { "000001" } else { text }));
        *names = forge::holder(&marks);
    }),
];

/// A signature certificate whose holder has other attributes.
pub(crate) fn of_holder(others: &[(u8, &str)]) -> Vec<u8> {
    let authority = authority(Usage::Signature);
    let mut spec = authority.leaf();
    let changed = HOLDER.map(|(number, before)| {
        let other = others.iter().find(|(other, _)| *other == number);
        (number, other.map_or(before, |(_, text)| *text))
    });
    spec.ext(forge::SUBJECT_ALT_NAME).value = forge::holder(&changed);
    authority.issue(&spec)
}

/// What a file offers as a root: fit, or unfit in one thing.
const ROOTS: &[(&str, Change)] = &[
    ("fit", |_| ()),
    ("not-critical", |root| {
        root.ext(forge::BASIC_CONSTRAINTS).critical = Vec::new();
    }),
    ("signs-none", |root| {
        root.ext(forge::KEY_USAGE).value = bits(1, &[0x02]);
    }),
    ("without-key-id", |root| root.remove(forge::SUBJECT_KEY)),
    ("of-another", |root| {
        root.issuer = name(&[("C", "JP"), ("O", "ANOTHER")]);
    }),
    // By another hash than the certificate says, and than goes with its curve.
    ("sha384", |root| {
        let algorithm = Alg::EcdsaSha384.identifier();
        (root.inner, root.outer) = (algorithm.clone(), algorithm);
    }),
];

/// What the simulation's root signed although it must not be believed: each is refused for what it says, and for nothing else.
const REFUSED: &[(&str, Change)] = &[
    // A policy of production under a root of the simulation.
    ("mixed-hierarchies", |spec| {
        let policy = seq(&[seq(&[oid(policy::AUTHENTICATION)])]);
        spec.ext(forge::POLICIES).value = policy;
    }),
    ("two-policies", |spec| {
        let policy = |dotted| seq(&[oid(dotted)]);
        spec.ext(forge::POLICIES).value = seq(&[
            policy(policy::SIMULATION_AUTHENTICATION),
            policy(policy::AUTHENTICATION),
        ]);
    }),
    ("policy-not-critical", |spec| {
        spec.ext(forge::POLICIES).critical = Vec::new();
    }),
    ("usage-not-critical", |spec| {
        spec.ext(forge::KEY_USAGE).critical = Vec::new();
    }),
    ("constrained", |spec| {
        spec.extensions.push(Ext::new("2.5.29.30", false, seq(&[])));
    }),
    ("encipherment", |spec| {
        spec.ext(forge::KEY_USAGE).value = bits(5, &[0x20]);
    }),
    ("no-purpose", |spec| spec.remove(forge::EXTENDED_KEY_USAGE)),
    ("other-purpose", |spec| {
        spec.ext(forge::EXTENDED_KEY_USAGE).value = seq(&[oid("1.3.6.1.5.5.7.3.4")]);
    }),
    ("no-key-id", |spec| spec.remove(forge::AUTHORITY_KEY)),
    ("other-serial", |spec| {
        let mut authority = simulation::authority();
        authority.serial = vec![0x11];
        spec.ext(forge::AUTHORITY_KEY).value = authority.reference();
    }),
    ("other-issuer", |spec| {
        let mut authority = simulation::authority();
        authority.name = name(&[("C", "JP")]);
        spec.ext(forge::AUTHORITY_KEY).value = authority.reference();
    }),
    ("weak-key", |spec| {
        spec.key =
            include_bytes!("../../../../crates/mynacard-cert/tests/data/rsa-1024.spki").to_vec();
    }),
];

/// What says that the simulation issued it, and is not signed by it.
const UNSIGNED: &[(&str, ClaimChange)] = &[
    ("key-id-alone", |spec, _| {
        let key = simulation::authority().key.identifier();
        spec.ext(forge::AUTHORITY_KEY).value = seq(&[tlv(0x80, &key)]);
    }),
    ("short", |_, signature| signature.truncate(3)),
    // Greater than any modulus of its length.
    ("large", |_, signature| signature.fill(0xFF)),
];

fn claimed(change: ClaimChange) -> Vec<u8> {
    let mut spec = of_the_simulation(&simulation::authority());
    let mut signature = vec![1; 256];
    change(&mut spec, &mut signature);
    seq(&[spec.tbs(), spec.outer, bits(0, &signature)])
}

/// A right certificate under the simulation's policy, to be changed.
fn of_the_simulation(authority: &Authority) -> Spec {
    let mut spec = authority.leaf();
    let policy = oid(policy::SIMULATION_AUTHENTICATION);
    spec.ext(forge::POLICIES).value = seq(&[seq(&[policy])]);
    spec
}
