//! The other applications, read from the real files of a test card where the vectors are there, and from records made
//! here where no real ones are public.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::explicit_write)]

mod support;

use mynacard_card::app::card_face::{CardFace, OffsetTable, Sex};
use mynacard_card::app::common::Common;
use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::{Availability, CardKind, Jpki, Options};
use mynacard_card::{
    Application, BirthDate, Card, ErrorKind, FileProblem, LengthPolicy, Limits, NumberB, Pin,
    PinKind, SignaturePassword, StatusWord, Tries,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::{
    env, fs,
    io::{self, Write},
    path::PathBuf,
};
use support::{FakeCard, File, key, signature_of};

const TEXT: &[u8] = Application::InputSupport.name();
const FACE: &[u8] = Application::CardFace.name();
const NUMBER_B: &[u8] = b"55021720352285";

/// A file of the test card, or `None`, said aloud, without the variable; in CI nothing may be left out.
fn vector(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = env::var_os("MYNACARD_VECTORS") else {
        let in_ci = env::var("CI").is_ok_and(|value| value == "true");
        assert!(!in_ci, "MYNACARD_VECTORS is not set");
        // Straight to the stream: what the macros print of a passing test is swallowed.
        writeln!(io::stderr(), "skipped: MYNACARD_VECTORS is not set").unwrap();
        return None;
    };
    Some(fs::read(PathBuf::from(folder).join("testcard").join(name)).unwrap())
}

fn number_b() -> NumberB {
    let birth = BirthDate::gregorian(1980, 2, 17).ok().unwrap();
    NumberB::from_card(&birth, 2035, b"2285").ok().unwrap()
}

fn pin(digits: &[u8]) -> Pin {
    Pin::new(digits).ok().unwrap()
}

/// The input-support application of the test card.
fn text_card(limits: Limits) -> Option<FakeCard> {
    let mut card = FakeCard::new(limits);
    let (own, a, b) = (key(TEXT, 0x11), key(TEXT, 0x14), key(TEXT, 0x15));
    let mut files = BTreeMap::new();
    for (id, name, opens_with) in [
        (1, "text-0001-physical.bin", vec![a, own]),
        (2, "text-0002.bin", vec![b, own]),
        (3, "text-0003.bin", vec![a, b, own]),
        (4, "text-0004.bin", vec![]),
        (5, "text-0005.bin", vec![]),
        (6, "text-0006.bin", vec![a, b, own]),
        (7, "text-0007.bin", vec![a, b, own]),
    ] {
        let mut content = vector(name)?;
        content.extend([0xFF; 40]);
        files.insert(
            id,
            File {
                content,
                opens_with,
            },
        );
    }
    card.applications.insert(TEXT.to_vec(), files);
    card.pins.insert(own, (b"1234".to_vec(), 3, 3));
    card.pins.insert(b, (NUMBER_B.to_vec(), 10, 10));
    card.pins.insert(a, (b"000000000000".to_vec(), 10, 10));
    Some(card)
}

/// The modulus within a card-verifiable certificate or a public key: the 256 bytes after `91 82 01 00`.
fn modulus(bytes: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(4)
        .position(|window| window == [0x91, 0x82, 0x01, 0x00])
        .unwrap()
        + 4;
    bytes[at..at + 256].to_vec()
}

fn rsa_verifies(modulus: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey as RsaPublicKey};
    let key = RsaPublicKey::new(
        BoxedUint::from_be_slice_vartime(modulus),
        BoxedUint::from(65_537_u32),
    )
    .unwrap();
    let mut scheme = Pkcs1v15Sign::new_unprefixed();
    scheme.prefix = Box::new([
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ]);
    key.verify(scheme, digest, signature).is_ok()
}

#[test]
fn the_attributes_of_the_test_card() {
    for limits in [Limits::SHORT, Limits::EXTENDED] {
        let Some(mut card) = text_card(limits) else {
            return;
        };
        let mut app = InputSupport::open(&mut card, Options::default()).unwrap();
        let mut opened = app.verify_number_b(number_b()).unwrap();
        let person = opened.attributes().unwrap();
        // Where the parts lie, read off a dump of the file.
        let file = vector("text-0002.bin").unwrap();
        assert_eq!(person.name().as_bytes(), &file[0x11..0x20]);
        assert_eq!(person.address().as_bytes(), &file[0x23..0x59]);
        assert_eq!(
            person.birth_date().to_string().replace('-', "").as_bytes(),
            &file[0x5C..0x64]
        );
        assert!(person.sex() == Sex::Male);
        assert_eq!(person.offset_table(), OffsetTable::Agrees);
        assert_eq!(format!("{person:?}"), "Attributes(..)");
    }
}

#[test]
fn the_signature_of_the_test_cards_attributes_holds() {
    let Some(mut card) = text_card(Limits::EXTENDED) else {
        return;
    };
    let mut app = InputSupport::open(&mut card, Options::default()).unwrap();
    let key = modulus(&app.cv_certificate().unwrap());
    let mut opened = app.verify(pin(b"1234")).unwrap();
    let person = opened
        .verified_attributes(|digest, signature| rsa_verifies(&key, digest, signature))
        .unwrap();
    assert_eq!(person.name().chars().count(), 5);
    // What is lent is the digest over DF31 and DF32, and the signature, of the card's own file.
    let file = vector("text-0003.bin").unwrap();
    let lent = opened.verified_attributes(|digest, signature| {
        digest[..] == Sha256::digest(&file[5..75])[..] && signature == &file[80..336]
    });
    drop(lent.unwrap());
    let refused = opened.verified_attributes(|_, _| false).unwrap_err();
    assert_eq!(
        refused.kind(),
        &ErrorKind::NotAuthentic { file: "attributes" }
    );
    assert_eq!(refused.code(), "MC-1026");
}

#[test]
fn changed_attributes_are_not_authentic() {
    let Some(mut card) = text_card(Limits::EXTENDED) else {
        return;
    };
    let file = card
        .applications
        .get_mut(TEXT)
        .unwrap()
        .get_mut(&2)
        .unwrap();
    file.content[0x6B - 4] ^= 1; // the last digit of the birth date
    let mut app = InputSupport::open(&mut card, Options::default()).unwrap();
    let key = modulus(&app.cv_certificate().unwrap());
    let mut opened = app.verify(pin(b"1234")).unwrap();
    let error = opened
        .verified_attributes(|digest, signature| rsa_verifies(&key, digest, signature))
        .unwrap_err();
    assert_eq!(
        error.kind(),
        &ErrorKind::NotAuthentic { file: "attributes" }
    );
}

#[test]
fn the_file_of_the_my_number_is_never_read() {
    let Some(mut card) = text_card(Limits::SHORT) else {
        return;
    };
    let mut app = InputSupport::open(&mut card, Options::default()).unwrap();
    app.basic_data().unwrap();
    app.cv_certificate().unwrap();
    let mut opened = app.verify(pin(b"1234")).unwrap();
    opened.attributes().unwrap();
    let before = opened.verified_attributes(|_, _| true).map(drop);
    opened.card_key().unwrap();
    opened.session_key().unwrap();
    before.unwrap();
    app.finish();
    assert!(
        card.log
            .iter()
            .all(|frame| !(frame[1] == 0xB0 && frame[2] == 0x81)),
        "EF 0001 was read"
    );
    assert_eq!(
        card.log
            .iter()
            .filter(|frame| frame[1] == 0xB0 && frame[2] == 0x83)
            .count(),
        1,
        "EF 0003 once"
    );
}

#[test]
fn the_other_files_of_the_test_card() {
    let Some(mut card) = text_card(Limits::EXTENDED) else {
        return;
    };
    let mut app = InputSupport::open(&mut card, Options::default()).unwrap();
    let basic = app.basic_data().unwrap();
    assert_eq!(
        (basic.flags, basic.extended_length()),
        ([1, 3, 0x0E, 1], true)
    );
    assert_eq!(basic.key_id, [&b"6000034\x08\x05001"[..], &[0; 4]].concat());
    assert_eq!((basic.version, basic.municipality), (None, None));
    let certificate = app.cv_certificate().unwrap();
    assert_eq!(
        certificate,
        vector("text-0004.bin").unwrap(),
        "exact, without filler"
    );
    let mut opened = app.verify_number_b(number_b()).unwrap();
    let card_key = opened.card_key().unwrap();
    assert_eq!(card_key.record, vector("text-0007.bin").unwrap());
    assert_eq!(card_key.key.exponent, [1, 0, 1]);
    let digest = Sha256::digest(&card_key.signed);
    assert!(rsa_verifies(
        &modulus(&certificate),
        &digest,
        &card_key.signature
    ));
    let session = opened.session_key().unwrap();
    assert_eq!(
        (session.modulus, session.exponent),
        (modulus(&vector("text-0006.bin").unwrap()), vec![1, 0, 1])
    );
}

#[test]
fn the_certificates_of_the_test_card() {
    let Some(leaf) = vector("jpki-auth-cert.der") else {
        return;
    };
    let mut card = FakeCard::new(Limits::SHORT);
    let files = card.applications.get_mut(&support::JPKI[..]).unwrap();
    for (id, name) in [
        (0x0A, "jpki-auth-cert.der"),
        (0x0B, "jpki-auth-ca-cert.der"),
        (0x01, "jpki-sign-cert.der"),
        (0x02, "jpki-sign-ca-cert.der"),
    ] {
        let content = &mut files.get_mut(&id).unwrap().content;
        *content = vector(name).unwrap();
        content.resize(2048, 0xFF);
    }
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    assert_eq!(jpki.authentication_certificate().unwrap(), leaf);
    assert_eq!(
        jpki.authentication_ca_certificate().unwrap(),
        vector("jpki-auth-ca-cert.der").unwrap()
    );
    assert_eq!(
        jpki.signature_ca_certificate().unwrap(),
        vector("jpki-sign-ca-cert.der").unwrap()
    );
    let password = SignaturePassword::new(b"ABC123").ok().unwrap();
    let mut verified = jpki.signature_verify(password).unwrap();
    assert_eq!(
        verified.signature_certificate().unwrap(),
        vector("jpki-sign-cert.der").unwrap()
    );
}

fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let [a, b] = tag.to_be_bytes();
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[a, b, 0x82][..], &length, value].concat()
}

/// A card face: the objects that a real one has, the photo as long as asked for.
fn face_file(photo: usize) -> Vec<u8> {
    let parts = [
        (0xDF22, b"19800217".to_vec()),
        (0xDF23, b"1".to_vec()),
        (0xDF24, vec![0x24; 265]),
        (0xDF25, vec![0x25; 700]),
        (0xDF26, vec![0x26; 900]),
        (
            0xDF27,
            (0..photo).map(|i| u8::try_from(i % 253).unwrap()).collect(),
        ),
        (0xDF28, vec![0x28; 256]),
        (0xDF29, b"20351231".to_vec()),
        (0xDF2A, vec![0x2A; 200]),
    ];
    let mut at = 5 + 5 + 18;
    let (mut table, mut objects) = (Vec::new(), Vec::new());
    for (tag, value) in parts {
        let object = object(tag, &value);
        table.extend(u16::try_from(at).unwrap().to_be_bytes());
        at += object.len();
        objects.extend(object);
    }
    object(0xFF20, &[object(0xDF21, &table), objects].concat())
}

fn face_card(limits: Limits, face: Vec<u8>) -> FakeCard {
    let mut card = FakeCard::new(limits);
    let (birth, b, a) = (key(FACE, 0x11), key(FACE, 0x12), key(FACE, 0x13));
    let age = object(
        0xFF10,
        &[
            object(0xDF11, b"19800217"),
            object(0xDF12, &[7; 265]),
            object(0xDF13, &[8; 256]),
        ]
        .concat(),
    );
    let basic = [
        object(0xDF31, &[6, 3, 0x0E, 1]),
        object(0xDF32, &[9; 16]),
        object(0xDF33, &[2]),
        object(0xDF34, b"13101"),
        object(0xDF35, &[0; 272]),
    ];
    let basic = object(0xFF30, &basic.concat());
    let certificate = object(0x7F21, &[3; 563]);
    card.applications.insert(
        FACE.to_vec(),
        BTreeMap::from([
            (
                1,
                File {
                    content: age,
                    opens_with: vec![birth],
                },
            ),
            (
                2,
                File {
                    content: face,
                    opens_with: vec![a, b],
                },
            ),
            (
                3,
                File {
                    content: basic,
                    opens_with: vec![],
                },
            ),
            (
                4,
                File {
                    content: certificate,
                    opens_with: vec![],
                },
            ),
        ]),
    );
    card.pins.insert(birth, (b"550217".to_vec(), 10, 10));
    card.pins.insert(b, (NUMBER_B.to_vec(), 10, 10));
    card.pins.insert(a, (b"000000000000".to_vec(), 10, 10));
    card
}

#[test]
fn the_card_face() {
    for limits in [Limits::SHORT, Limits::EXTENDED] {
        let mut card = face_card(limits, face_file(7000));
        let mut app = CardFace::open(&mut card, Options::default()).unwrap();
        let basic = app.basic_data().unwrap();
        assert_eq!(
            (basic.version, basic.municipality.as_deref()),
            (Some(2), Some(&b"13101"[..]))
        );
        assert_eq!(app.cv_certificate().unwrap().len(), 568);
        let mut opened = app.verify_number_b(number_b()).unwrap();
        let face = opened.face().unwrap();
        assert_eq!(opened.presence_signature(b"here").unwrap().len(), 256);
        assert_eq!(
            (
                face.birth_date().to_string().as_str(),
                face.sex() == Sex::Male
            ),
            ("1980-02-17", true)
        );
        assert_eq!(
            (face.name_png().len(), face.address_png().len()),
            (700, 900)
        );
        assert_eq!(
            (face.photo_jpeg2000().len(), face.photo_jpeg2000()[300]),
            (7000, 47)
        );
        assert_eq!(face.unsigned_expiry().to_string(), "2035-12-31");
        assert_eq!(
            (face.unsigned_security_code_png().len(), face.signature()),
            (200, &[0x28; 256][..])
        );
        assert_eq!(face.record(), face_file(7000));
        assert_eq!(face.offset_table(), OffsetTable::Agrees);
        let hash = |parts: &[Vec<u8>]| Sha256::digest(parts.concat()).to_vec();
        let expected = [
            hash(&[
                object(0xDF22, b"19800217"),
                object(0xDF23, b"1"),
                object(0xDF24, &[0x24; 265]),
            ]),
            hash(&[object(0xDF25, &[0x25; 700]), object(0xDF26, &[0x26; 900])]),
            hash(&[object(0xDF27, face.photo_jpeg2000())]),
        ];
        assert_eq!(&face.digests()[..], expected.concat());
    }
}

#[test]
fn an_infants_face_without_a_photo() {
    let mut card = face_card(Limits::SHORT, face_file(0));
    let mut app = CardFace::open(&mut card, Options::default()).unwrap();
    assert!(
        app.verify_number_b(number_b())
            .unwrap()
            .face()
            .unwrap()
            .photo_jpeg2000()
            .is_empty()
    );
}

#[test]
fn the_age_record() {
    let mut card = face_card(Limits::SHORT, face_file(0));
    let mut app = CardFace::open(&mut card, Options::default()).unwrap();
    let birth = BirthDate::gregorian(1980, 2, 17).ok().unwrap();
    let record = app.verify_birth_date(birth).unwrap().age_record().unwrap();
    assert_eq!(record.birth_date().to_string(), "1980-02-17");
    assert_eq!(
        record.signed(),
        [object(0xDF11, b"19800217"), object(0xDF12, &[7; 265])].concat()
    );
    assert_eq!(
        (record.public_key(), record.signature()),
        (&[7; 265][..], &[8; 256][..])
    );
    let wrong = BirthDate::gregorian(1980, 2, 18).ok().unwrap();
    let error = app.verify_birth_date(wrong).err().unwrap();
    // The birth date was right before, so its counter answers 9000: our own session, and the wrong one costs a try.
    assert_eq!(
        error.kind(),
        &ErrorKind::WrongPin {
            pin: PinKind::CardFaceBirthDate,
            left: Some(9)
        }
    );
}

/// A record with its parts rearranged: what the reader says to it.
#[track_caller]
fn face_refused(change: impl FnOnce(&mut Vec<Vec<u8>>), expected: FileProblem) {
    let whole = face_file(10);
    let mut parts = Vec::new();
    let mut rest = &whole[5..];
    while !rest.is_empty() {
        let length = 5 + usize::from(u16::from_be_bytes([rest[3], rest[4]]));
        parts.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    change(&mut parts);
    let mut card = face_card(Limits::EXTENDED, object(0xFF20, &parts.concat()));
    let mut app = CardFace::open(&mut card, Options::default()).unwrap();
    let error = app.verify_number_b(number_b()).unwrap().face().unwrap_err();
    assert_eq!(
        error.kind(),
        &ErrorKind::MalformedFile {
            file: "card face",
            problem: expected
        }
    );
}

#[test]
fn records_with_doubled_reordered_unknown_or_missing_objects_are_refused() {
    let unexpected = |expected, found| FileProblem::UnexpectedObject { expected, found };
    face_refused(
        |parts| parts.insert(6, object(0xDF27, b"other")),
        unexpected(0xDF28, 0xDF27),
    );
    face_refused(|parts| parts.swap(1, 2), unexpected(0xDF22, 0xDF23));
    face_refused(
        |parts| parts.push(object(0xDF2B, b"")),
        unexpected(0, 0xDF2B),
    );
    face_refused(
        |parts| parts.insert(3, object(0xDF77, b"")),
        unexpected(0xDF24, 0xDF77),
    );
    face_refused(|parts| drop(parts.pop()), unexpected(0xDF2A, 0));
    face_refused(
        |parts| parts[1] = object(0xDF22, b"19801317"),
        FileProblem::Value { tag: 0xDF22 },
    );
    face_refused(
        |parts| parts[9].truncate(150),
        FileProblem::Encoding { at: 2216 },
    );
}

#[test]
fn the_common_application() {
    let mut card = FakeCard::new(Limits::SHORT);
    let content = b"\x01\x1C0123456789ABCDE1310120351231".to_vec();
    let name = Application::Common.name().to_vec();
    card.pins.insert(key(&name, 0x1C), (b"1234".to_vec(), 2, 3));
    card.applications.insert(
        name,
        BTreeMap::from([(
            1,
            File {
                content,
                opens_with: vec![],
            },
        )]),
    );
    let mut app = Common::open(&mut card, Options::default()).unwrap();
    assert_eq!(app.identity().unwrap().municipality(), "13101");
    assert_eq!(app.tries().unwrap(), Tries::Left(2));
    assert_eq!(app.exchanges(), 3);
}

#[test]
fn a_missing_application_is_told_from_a_foreign_card() {
    let mut card = FakeCard::new(Limits::SHORT);
    let error = CardFace::open(&mut card, Options::default()).err().unwrap();
    let status = StatusWord::FileNotFound;
    assert_eq!(
        error.kind(),
        &ErrorKind::ApplicationMissing {
            application: Application::CardFace,
            status
        }
    );
    assert_eq!(card.ended.len(), 1);
}

#[test]
fn a_counter_of_another_application_does_not_leave_this_one() {
    let mut card = face_card(Limits::SHORT, face_file(0));
    let mut app = CardFace::open(&mut card, Options::default()).unwrap();
    assert_eq!(
        app.tries(PinKind::CardFaceNumberB).unwrap(),
        Tries::Left(10)
    );
    assert_eq!(app.tries(PinKind::Signature).unwrap_err().code(), "MC-1025");
    assert_eq!(app.exchanges(), 2);
}

#[test]
fn several_applications_in_one_power_session() {
    let mut card = face_card(Limits::EXTENDED, face_file(100));
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    jpki.authentication_certificate().unwrap();
    let mut face = CardFace::select(jpki.into_card(), Options::default()).unwrap();
    face.verify_number_b(number_b()).unwrap().face().unwrap();
    let mut jpki = Jpki::select(face.into_card(), Options::default()).unwrap();
    jpki.verify(pin(b"1234")).unwrap().sign(b"message").unwrap();
    jpki.finish();
    assert_eq!((card.begun, card.ended.len()), (1, 1));
}

#[test]
fn an_application_that_is_selected_already_is_left_first() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    let jpki = Jpki::open(&mut card, Options::default()).unwrap();
    Jpki::select(jpki.into_card(), Options::default())
        .unwrap()
        .finish();
    let issuer = [
        &[0x00, 0xA4, 0x04, 0x0C, 0x07][..],
        Application::Issuer.name(),
    ]
    .concat();
    assert_eq!(card.log[1], issuer);
}

#[test]
fn every_counter_of_a_card() {
    let mut card = face_card(Limits::SHORT, face_file(0));
    let mut session = Card::power_up(&mut card, LengthPolicy::FromTransport).unwrap();
    let counters: BTreeMap<_, _> = session.every_counter().unwrap().into_iter().collect();
    session.finish();
    assert_eq!(counters[&PinKind::Signature], Some(Tries::Left(5)));
    assert_eq!(counters[&PinKind::CardFaceNumberB], Some(Tries::Left(10)));
    assert_eq!(counters[&PinKind::InputSupport], None);
    assert_eq!((counters.len(), card.verifies()), (10, 0));
}

#[test]
fn an_answer_that_is_no_answer_does_not_make_an_application_missing() {
    let missing = |word: u16| {
        let mut card = FakeCard::hooked(Limits::SHORT, move |_, frame| {
            (frame[1] == 0xA4 && frame[5..].starts_with(&TEXT[..4]))
                .then(|| Ok(word.to_be_bytes().to_vec()))
        });
        let mut session = Card::power_up(&mut card, LengthPolicy::FromTransport).unwrap();
        let counters: BTreeMap<_, _> = session.every_counter().unwrap().into_iter().collect();
        assert_eq!(counters[&PinKind::Signature], Some(Tries::Left(5)));
        counters[&PinKind::InputSupport]
    };
    for word in [0x6A82, 0x6A81, 0x6999, 0x6283] {
        assert_eq!(missing(word), None, "{word:04X}");
    }
    for word in [0x1234, 0x6985, 0x6E00, 0x63C2] {
        let told = Some(Tries::Unknown(word.into()));
        assert_eq!(missing(word), told, "{word:04X}");
    }
}

#[test]
fn a_card_that_says_no_to_extended_lengths_is_heeded() {
    let mut card = face_card(Limits::EXTENDED, face_file(300));
    let basic = &mut card
        .applications
        .get_mut(FACE)
        .unwrap()
        .get_mut(&3)
        .unwrap()
        .content;
    basic[11] = 0x01;
    let mut app = CardFace::open(&mut card, Options::default()).unwrap();
    assert!(!app.basic_data().unwrap().extended_length());
    app.verify_number_b(number_b()).unwrap().face().unwrap();
    app.finish();
    let extended = card
        .log
        .iter()
        .filter(|frame| frame[1] == 0xB0 && frame.len() == 7)
        .count();
    assert_eq!(extended, 1, "only the read of the basic data itself");
}

#[test]
fn token_information_and_availability() {
    let mut card = FakeCard::new(Limits::SHORT);
    let files = card.applications.get_mut(&support::JPKI[..]).unwrap();
    let mut token = vec![b' '; 160];
    token[..15].copy_from_slice(b"JPKIAPGPSETOKEN");
    files.insert(
        6,
        File {
            content: token,
            opens_with: vec![],
        },
    );
    files.insert(
        8,
        File {
            content: vec![0x8F, 0x8F, 0x00, 0xFF],
            opens_with: vec![],
        },
    );
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    assert_eq!(jpki.token_info().unwrap().kind(), CardKind::Android);
    assert_eq!(jpki.availability().unwrap(), Availability::Both);
}

#[test]
fn a_presence_signature_is_made_over_our_own_hash() {
    let mut card = face_card(Limits::SHORT, face_file(0));
    let mut app = CardFace::open(&mut card, Options::default()).unwrap();
    let signature = app.presence_signature(b"here").unwrap();
    app.finish();
    let frame = card.log.last().unwrap();
    assert_eq!(
        (&frame[..5], frame.len()),
        (&[0x80, 0x2A, 0x00, 0x00, 0x33][..], 5 + 51 + 1)
    );
    assert_eq!(frame[24..56], Sha256::digest(b"here")[..]);
    assert_eq!(signature, signature_of(&frame[5..56]));
}
