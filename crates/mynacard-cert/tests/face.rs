//! The card face and the age record, made here in the form that reference files describe: no real ones are at hand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use common::forge::{Authority, HOLDER, Key, SUBJECT_ALT_NAME};
use mynacard_cert::record::{AttributeSignature, CardAuthorities, CardAuthority, RecordSigner};
use mynacard_cert::{Certificate, Error, ErrorKind, Hierarchy, HolderAttributes, Sex, Usage};
use rsa::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};

type Private = Box<rsa::PrivateKey>;

fn private(key: Key) -> Private {
    match key {
        Key::Rsa(key) => key,
        _ => unreachable!(),
    }
}

/// One object with the shortest length.
fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut out = if tag > 0xFF {
        tag.to_be_bytes().to_vec()
    } else {
        vec![tag as u8]
    };
    match value.len() {
        n @ 0..=0x7F => out.push(n as u8),
        n @ 0x80..=0xFF => out.extend([0x81, n as u8]),
        n => out.extend([0x82, (n >> 8) as u8, n as u8]),
    }
    out.extend_from_slice(value);
    out
}

fn modulus(key: &Private) -> Vec<u8> {
    key.n().to_be_bytes_trimmed_vartime().to_vec()
}

fn key_value(key: &Private) -> Vec<u8> {
    [object(0x90, &[1, 0, 1]), object(0x91, &modulus(key))].concat()
}

fn sign(key: &Private, bytes: &[u8]) -> Vec<u8> {
    key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(bytes))
        .unwrap()
}

const AUTHORITY: [u8; 16] = *b"9000001\x08\x05001\0\0\0\0";

/// A card-verifiable certificate of the signer's key, with this key value.
fn certificate(authority: &Private, key: &[u8]) -> Vec<u8> {
    let body = [&AUTHORITY[..], b"1310161\x08\x05001\0\0\0\0", key].concat();
    let signature = sign(authority, &body);
    object(
        0x7F21,
        &[object(0x5F4E, &body), object(0x5F37, &signature)].concat(),
    )
}

fn pinned(identifier: [u8; 16], authority: &Private) -> CardAuthorities {
    let modulus = modulus(authority);
    let authority =
        CardAuthority::new(Hierarchy::Simulation, identifier, &modulus, &[1, 0, 1]).unwrap();
    CardAuthorities::new(Hierarchy::Simulation)
        .with(authority)
        .unwrap()
}

/// An authority, the record signer that it certified, and the signer's private key; the card's key is the authority's, to save one.
fn setting() -> (RecordSigner, Private, Private) {
    let (authority, signer) = (private(Key::rsa_root()), private(Key::rsa_other()));
    let verified = pinned(AUTHORITY, &authority)
        .verify(&certificate(&authority, &key_value(&signer)))
        .unwrap();
    (verified, signer, authority)
}

/// All sixteen bytes of the issuer's identifier count.
#[test]
fn the_issuer_is_named_by_every_byte() {
    let (authority, signer) = (private(Key::rsa_root()), private(Key::rsa_other()));
    let certificate = certificate(&authority, &key_value(&signer));
    for at in 0..16 {
        let mut other = AUTHORITY;
        other[at] ^= 1;
        let refusal = pinned(other, &authority).verify(&certificate).unwrap_err();
        assert!(
            matches!(refusal.kind(), ErrorKind::CardIssuerUnknown { .. }),
            "byte {at}: {refusal}"
        );
    }
}

/// The certified key is two numbers in their order, and nothing else, though the authority signed it.
#[test]
fn keys_that_an_authority_should_not_certify() {
    let (authority, signer) = (private(Key::rsa_root()), private(Key::rsa_other()));
    let (exponent, number) = (object(0x90, &[1, 0, 1]), object(0x91, &modulus(&signer)));
    let verify = |key: &[u8]| {
        pinned(AUTHORITY, &authority)
            .verify(&certificate(&authority, key))
            .map(|_| ())
            .map_err(|refusal| refusal.code())
    };
    assert_eq!(verify(&[&exponent[..], &number].concat()), Ok(()));
    for (what, key, code) in [
        ("more", [&exponent[..], &number, &[0]].concat(), "MC-3001"),
        (
            "twice",
            [&exponent[..], &number, &number].concat(),
            "MC-3001",
        ),
        ("reordered", [&number[..], &exponent].concat(), "MC-3001"),
        ("no modulus", exponent.clone(), "MC-3001"),
        (
            "e = 3",
            [&object(0x90, &[3])[..], &number].concat(),
            "MC-3108",
        ),
        (
            "e with a leading zero",
            [&object(0x90, &[0, 1, 0, 1])[..], &number].concat(),
            "MC-3108",
        ),
        (
            "a modulus of 2040 bits",
            [&exponent[..], &object(0x91, &modulus(&signer)[1..])].concat(),
            "MC-3108",
        ),
    ] {
        let found = verify(&key);
        assert_eq!(found, Err(code), "{what}");
    }
}

/// The face's objects DF22 to DF27, DF29 and DF2A by their values.
#[derive(Clone)]
struct Face {
    birth: Vec<u8>,
    sex: Vec<u8>,
    key: Vec<u8>,
    name: Vec<u8>,
    address: Vec<u8>,
    photo: Vec<u8>,
    expiry: Vec<u8>,
    code: Vec<u8>,
}

impl Face {
    fn new(card: &Private) -> Self {
        Self {
            birth: b"19800217".to_vec(),
            sex: b"1".to_vec(),
            key: key_value(card),
            name: vec![0x89; 200],
            address: vec![0x8A; 300],
            photo: vec![0x8B; 700],
            expiry: b"20300217".to_vec(),
            code: vec![0x8C; 90],
        }
    }

    fn objects(&self) -> [Vec<u8>; 6] {
        [
            object(0xDF22, &self.birth),
            object(0xDF23, &self.sex),
            object(0xDF24, &self.key),
            object(0xDF25, &self.name),
            object(0xDF26, &self.address),
            object(0xDF27, &self.photo),
        ]
    }

    fn sign(&self, key: &Private) -> Vec<u8> {
        let [birth, sex, card, name, address, photo] = self.objects();
        let digests =
            [[birth, sex, card].concat(), [name, address].concat(), photo].map(Sha256::digest);
        let head = [
            0x30, 0x71, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x60,
        ];
        let content = [&head[..], &digests.concat()].concat();
        key.sign(Pkcs1v15Sign::new_unprefixed(), &content).unwrap()
    }

    /// The file, with the objects in the order given (indices into DF22..DF2A).
    fn file(&self, signature: &[u8], order: &[usize]) -> Vec<u8> {
        let mut all: Vec<Vec<u8>> = self.objects().to_vec();
        all.extend([
            object(0xDF28, signature),
            object(0xDF29, &self.expiry),
            object(0xDF2A, &self.code),
        ]);
        let listed: Vec<Vec<u8>> = order.iter().map(|index| all[*index].clone()).collect();
        // FF20 82 hi lo, then DF21 12 and eighteen octets.
        let mut at = 5 + 3 + 18;
        let mut table = Vec::new();
        for object in &listed {
            table.extend((at as u16).to_be_bytes());
            at += object.len();
        }
        table.resize(18, 0);
        object(0xFF20, &[object(0xDF21, &table), listed.concat()].concat())
    }
}

const RIGHT: [usize; 9] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

#[test]
fn the_face_and_the_card_that_holds_its_key() {
    let (signer, key, card) = setting();
    let face = Face::new(&card);
    let (seen, unsigned) = signer
        .card_face(&face.file(&face.sign(&key), &RIGHT))
        .unwrap();
    assert_eq!(
        (seen.birth().to_string().as_str(), seen.sex()),
        ("1980-02-17", Sex::Male)
    );
    assert_eq!(
        (seen.name_png(), seen.address_png(), seen.photo_jp2()),
        (&face.name[..], &face.address[..], &face.photo[..])
    );
    assert_eq!(
        (unsigned.expiry, unsigned.security_code_png),
        (face.expiry, face.code)
    );
    assert_eq!(signer.hierarchy(), Hierarchy::Simulation);
    // The card proves that it holds the key of this face; another card does not.
    let challenge = b"fresh and ours";
    let presence = seen
        .key()
        .verify_presence(challenge, &sign(&card, challenge))
        .unwrap();
    assert_eq!(presence.key(), seen.key());
    for wrong in [
        sign(&key, challenge),
        sign(&card, b"an older one"),
        vec![0; 256],
        vec![],
    ] {
        assert_eq!(
            seen.key()
                .verify_presence(challenge, &wrong)
                .unwrap_err()
                .kind(),
            &ErrorKind::Presence
        );
    }
    assert_eq!(format!("{seen:?}"), "CardFace(..)");
}

#[test]
fn every_object_of_the_face_is_covered() {
    let (signer, key, card) = setting();
    let face = Face::new(&card);
    let signature = face.sign(&key);
    let forged = |change: &dyn Fn(&mut Face)| {
        let mut changed = face.clone();
        change(&mut changed);
        signer.card_face(&changed.file(&signature, &RIGHT))
    };
    let refused = |change: &dyn Fn(&mut Face)| forged(change).unwrap_err().kind().clone();
    assert_eq!(refused(&|f| f.birth[7] = b'8'), ErrorKind::RecordSignature);
    assert_eq!(refused(&|f| f.sex[0] = b'2'), ErrorKind::RecordSignature);
    assert_eq!(refused(&|f| f.key[260] ^= 2), ErrorKind::RecordSignature);
    assert_eq!(refused(&|f| f.name[0] ^= 1), ErrorKind::RecordSignature);
    assert_eq!(refused(&|f| f.address[0] ^= 1), ErrorKind::RecordSignature);
    assert_eq!(refused(&|f| f.photo[0] ^= 1), ErrorKind::RecordSignature);
    // A byte moved from the name to the address: the headers are hashed too.
    let moved = forged(&|f| {
        let byte = f.name.pop().unwrap();
        f.address.insert(0, byte);
    });
    assert!(moved.is_err());
    // These two are not signed, and the result says so by keeping them apart.
    assert!(forged(&|f| f.expiry = b"20990101".to_vec()).is_ok());
    assert!(forged(&|f| f.code = vec![1]).is_ok());
}

#[test]
fn the_objects_have_one_order() {
    let (signer, key, card) = setting();
    let face = Face::new(&card);
    let signature = face.sign(&key);
    assert!(signer.card_face(&face.file(&signature, &RIGHT)).is_ok());
    for left in 0..9 {
        let mut missing = RIGHT.to_vec();
        missing.remove(left);
        assert!(
            signer.card_face(&face.file(&signature, &missing)).is_err(),
            "without {left}"
        );
        let mut repeated = RIGHT.to_vec();
        repeated.insert(left, left);
        assert!(
            signer.card_face(&face.file(&signature, &repeated)).is_err(),
            "{left} twice"
        );
        for right in left + 1..9 {
            let mut swapped = RIGHT;
            swapped.swap(left, right);
            assert!(
                signer.card_face(&face.file(&signature, &swapped)).is_err(),
                "{left} and {right} swapped"
            );
        }
    }
    // The offset table must say where the objects are, though nobody looks there.
    let right = face.file(&signature, &RIGHT);
    for at in 8..26 {
        let mut changed = right.clone();
        changed[at] ^= 1;
        assert!(signer.card_face(&changed).is_err(), "offset table at {at}");
    }
}

fn none_accepted<T>(bytes: &[u8], read: impl Fn(&[u8]) -> Result<T, Error>) {
    assert!(read(bytes).is_ok());
    for at in 0..bytes.len() {
        for mask in [1, 2, 4, 8, 16, 32, 64, 128, 0xFF] {
            let mut changed = bytes.to_vec();
            changed[at] ^= mask;
            assert!(read(&changed).is_err(), "change at {at}");
        }
        let mut shorter = bytes.to_vec();
        shorter.remove(at);
        assert!(read(&shorter).is_err(), "deletion at {at}");
    }
    for at in 0..=bytes.len() {
        for byte in 0..=0xFF {
            let mut longer = bytes.to_vec();
            longer.insert(at, byte);
            assert!(read(&longer).is_err(), "insertion at {at}");
        }
    }
}

/// A length in more octets than it needs, as some cards write it.
fn long_object(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut out = tag.to_be_bytes().to_vec();
    out.push(0x82);
    out.extend((value.len() as u16).to_be_bytes());
    out.extend_from_slice(value);
    out
}

/// The signature is over the headers as they came: a longer length is read, and stays the one that was signed.
#[test]
fn lengths_longer_than_needed_are_signed_as_they_are() {
    let (signer, key, card) = setting();
    let record = |birth: &[u8], signed: &[u8]| {
        let holder = object(0xDF12, &key_value(&card));
        let signature = sign(&key, &[signed, &holder].concat());
        let objects = [birth, &holder, &object(0xDF13, &signature)].concat();
        long_object(0xFF10, &objects)
    };
    let (short, long) = (
        object(0xDF11, b"19800217"),
        long_object(0xDF11, b"19800217"),
    );
    let longer = record(&long, &long);
    assert!(signer.age_record(&longer).is_ok());
    assert!(signer.age_record(&record(&short, &short)).is_ok());
    for (shown, signed) in [(&short, &long), (&long, &short)] {
        assert_eq!(
            signer
                .age_record(&record(shown, signed))
                .unwrap_err()
                .kind(),
            &ErrorKind::RecordSignature
        );
    }
    none_accepted(&longer, |bytes| signer.age_record(bytes));
}

#[test]
fn no_neighbour_is_accepted() {
    let (signer, key, card) = setting();
    let objects = [
        object(0xDF11, b"19800217"),
        object(0xDF12, &key_value(&card)),
    ]
    .concat();
    let age = object(
        0xFF10,
        &[objects.clone(), object(0xDF13, &sign(&key, &objects))].concat(),
    );
    let read = signer.age_record(&age).unwrap();
    assert_eq!(read.birth().japanese(), "昭和55年2月17日");
    assert!(read.key().verify_presence(b"m", &sign(&card, b"m")).is_ok());
    none_accepted(&age, |bytes| signer.age_record(bytes));
    // Of the face everything up to and with the signature; the unsigned end is bound by the offset table alone.
    let mut face = Face::new(&card);
    (face.expiry, face.code, face.photo) = (vec![], vec![], vec![0x8B; 90]);
    none_accepted(&face.file(&face.sign(&key), &RIGHT), |bytes| {
        signer.card_face(bytes)
    });
}

/// Attributes that the signer's key signed, and that still are not in their one form.
#[test]
fn attributes_have_one_form() {
    let (signer, key, _) = setting();
    let signed = b"the two digests of EF 0003";
    let judge = |objects: &[Vec<u8>], shift: u16| {
        let mut at = 2 + 1 + 3 + 8;
        let mut table = Vec::new();
        for object in objects.iter().take(4) {
            table.extend((at as u16 + shift).to_be_bytes());
            at += object.len();
        }
        table.resize(8, 0);
        let record = object(0xFF20, &[object(0xDF21, &table), objects.concat()].concat());
        let lent = AttributeSignature {
            signed_digest: &Sha256::digest(signed).into(),
            attributes_digest: &Sha256::digest(objects.concat()).into(),
            signature: &sign(&key, signed),
        };
        let read = signer.attributes(&record, &lent);
        read.map(|read| read.name().to_owned())
            .map_err(|refusal| refusal.code())
    };
    let right = [
        object(0xDF22, "名　前".as_bytes()),
        object(0xDF23, "所".as_bytes()),
        object(0xDF24, b"19800217"),
        object(0xDF25, b"1"),
    ];
    assert_eq!(judge(&right, 0), Ok("名　前".to_owned()));
    assert_eq!(judge(&right, 1), Err("MC-3001"));
    let more = [&right[..], &[object(0xDF26, b"?")]].concat();
    assert_eq!(judge(&more, 0), Err("MC-3001"));
    let twice = [&right[..], &right[3..]].concat();
    assert_eq!(judge(&twice, 0), Err("MC-3001"));
    assert_eq!(judge(&right[..3], 0), Err("MC-3001"));
    for (at, value) in [(0, &[0xFF][..]), (2, b"19800230"), (3, b"12"), (3, b"")] {
        let mut changed = right.clone();
        changed[at] = object(0xDF22 + at as u16, value);
        assert_eq!(judge(&changed, 0), Err("MC-3001"), "{value:?}");
    }
}

/// One person by birth date and sex: nothing else ties a card's records to its certificates.
#[test]
fn records_and_certificate_of_one_person() {
    let (signer, key, card) = setting();
    let face = |birth: &[u8], sex: &[u8]| {
        let mut face = Face::new(&card);
        (face.birth, face.sex) = (birth.to_vec(), sex.to_vec());
        let file = face.file(&face.sign(&key), &RIGHT);
        signer.card_face(&file).unwrap().0
    };
    let authority = Authority::new(Key::p256(0x11), Usage::Signature);
    let holder = |birth: &str, sex: &str| {
        let mut attributes = HOLDER;
        (attributes[1].1, attributes[2].1) = (birth, sex);
        let mut leaf = authority.leaf();
        leaf.ext(SUBJECT_ALT_NAME).value = common::forge::holder(&attributes);
        let leaf = Certificate::from_der(&authority.issue(&leaf)).unwrap();
        leaf.holder_attributes_unverified().unwrap()
    };
    let agree = |birth: &[u8], sex: &[u8], holder: &HolderAttributes| {
        let agreed = face(birth, sex).agree_with_certificate(holder);
        agreed.map_err(|refusal| refusal.kind().clone())
    };
    let right = holder("319800217", "1");
    assert_eq!(agree(b"19800217", b"1", &right), Ok(()));
    let apart = |part| Err(ErrorKind::RecordDisagreement { part });
    assert_eq!(agree(b"19800218", b"1", &right), apart("the birth date"));
    assert_eq!(agree(b"19800217", b"2", &right), apart("the sex"));
    assert_eq!(
        agree(b"19800217", b"1", &holder("319800317", "1")),
        apart("the birth date")
    );
    assert_eq!(
        agree(b"19800217", b"1", &holder("319800217", "3")),
        apart("the sex")
    );
}

/// A signature over one digest does not pass for one over three, nor the reverse.
#[test]
fn the_two_forms_of_signature_are_apart() {
    let (signer, key, card) = setting();
    let face = Face::new(&card);
    let plain = sign(&key, &face.objects().concat());
    assert!(signer.card_face(&face.file(&plain, &RIGHT)).is_err());
    // Cards have 2048 bits, and no other length.
    for modulus in [vec![0xC1; 255], vec![0xC1; 257], vec![0xC1; 384]] {
        let made = CardAuthority::new(Hierarchy::Simulation, AUTHORITY, &modulus, &[1, 0, 1]);
        assert!(made.is_err(), "{}", modulus.len());
    }
    for exponent in [&[3][..], &[1, 0, 0], &[0, 1, 0, 1], &[]] {
        assert!(
            CardAuthority::new(Hierarchy::Simulation, AUTHORITY, &modulus(&card), exponent)
                .is_err(),
            "{exponent:?}"
        );
    }
}
