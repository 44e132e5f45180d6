//! Every octet of every file, changed: a value or a typed error, within a bound, and never a verified value that is another.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod support;

use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::common::Common;
use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::Jpki;
use mynacard_card::{
    Application, BirthDate, Error, ErrorKind, FileProblem, Limits, NumberB, Options, Pin,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use support::{FakeCard, File, key};

/// A file, where it is, and how the library reads it.
struct Case {
    application: Application,
    file: u16,
    read: fn(&mut FakeCard) -> Result<String, Error>,
    /// What is read is verified: success is the truth.
    verified: bool,
}

/// Tag, length of three octets as real cards write it, value.
fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let tag = tag.to_be_bytes();
    let tag = if tag[0] == 0 { &tag[1..] } else { &tag[..] };
    let length = (value.len() as u16).to_be_bytes();
    [tag, &[0x82], &length, value].concat()
}

/// As [`object`], followed by filler.
fn file(tag: u16, objects: &[Vec<u8>]) -> Vec<u8> {
    [object(tag, &objects.concat()), vec![0xFF; 40]].concat()
}

fn table(tag: u16, outer: usize, objects: &[Vec<u8>]) -> Vec<u8> {
    let mut at = outer + 5 + 2 * objects.len();
    let mut offsets = Vec::new();
    for object in objects {
        offsets.extend((at as u16).to_be_bytes());
        at += object.len();
    }
    object(tag, &offsets)
}

fn patterned(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|i| (i * 7) as u8 ^ seed).collect()
}

fn rsa_key() -> Vec<u8> {
    [
        object(0x90, &[1, 0, 1]),
        object(0x91, &patterned(256, 0x91)),
    ]
    .concat()
}

const SIGNATURE: u8 = 0x33;
const MY_NUMBER_HASH: [u8; 32] = [7; 32];

fn attributes() -> Vec<Vec<u8>> {
    vec![
        object(0xDF22, "山田　花子".as_bytes()),
        object(0xDF23, "東京都千代田区霞が関".as_bytes()),
        object(0xDF24, b"19800401"),
        object(0xDF25, b"2"),
    ]
}

/// What the signature in EF 0003 covers.
fn digests() -> Vec<u8> {
    let digest: [u8; 32] = Sha256::digest(attributes().concat()).into();
    [object(0xDF31, &MY_NUMBER_HASH), object(0xDF32, &digest)].concat()
}

fn card() -> FakeCard {
    let mut card = FakeCard::new(Limits::EXTENDED);
    let mut add = |application: Application, files: Vec<(u16, Vec<u8>, Vec<u16>)>| {
        let name = application.name();
        let files: BTreeMap<u16, File> = files
            .into_iter()
            .map(|(id, content, opens_with)| {
                let opens_with = opens_with.into_iter().map(|pin| key(name, pin)).collect();
                (
                    id,
                    File {
                        content,
                        opens_with,
                    },
                )
            })
            .collect();
        card.applications
            .entry(name.to_vec())
            .or_default()
            .extend(files);
    };
    let certificate = object(0x7F21, &patterned(560, 0x21));
    let mut support = attributes();
    support.insert(0, table(0xDF21, 5, &attributes()));
    let face = vec![
        object(0xDF22, b"19800401"),
        object(0xDF23, b"2"),
        object(0xDF24, &rsa_key()),
        object(0xDF25, &patterned(40, 0x25)),
        object(0xDF26, &patterned(50, 0x26)),
        object(0xDF27, &patterned(60, 0x27)),
        object(0xDF28, &patterned(256, 0x28)),
        object(0xDF29, b"20350401"),
        object(0xDF2A, &patterned(30, 0x2A)),
    ];
    let face = [vec![table(0xDF21, 5, &face)], face].concat();
    add(
        Application::Jpki,
        vec![
            (6, [&b"JPKIAPICCTOKEN2"[..], &[b' '; 145]].concat(), vec![]),
            (8, vec![0x8F, 0x8F, 0x00], vec![]),
        ],
    );
    add(
        Application::InputSupport,
        vec![
            (2, file(0xFF20, &support), vec![0x11]),
            (
                3,
                file(
                    0xFF30,
                    &[digests(), object(0xDF33, &patterned(256, SIGNATURE))],
                ),
                vec![0x11],
            ),
            (4, certificate.clone(), vec![]),
            (
                5,
                file(
                    0xFF40,
                    &[object(0xDF41, &[1, 3, 14, 1]), object(0xDF42, &[4; 16])],
                ),
                vec![],
            ),
            (6, file(0xA1, &[rsa_key()]), vec![0x11]),
            (
                7,
                file(
                    0xFF50,
                    &[
                        object(0xDF51, &rsa_key()),
                        object(0xDF52, &patterned(256, 0x52)),
                    ],
                ),
                vec![0x11],
            ),
        ],
    );
    add(
        Application::CardFace,
        vec![
            (
                1,
                file(
                    0xFF10,
                    &[
                        object(0xDF11, b"19800401"),
                        object(0xDF12, &rsa_key()),
                        object(0xDF13, &patterned(256, 0x13)),
                    ],
                ),
                vec![0x11],
            ),
            (2, file(0xFF20, &face), vec![0x12]),
            (
                3,
                file(
                    0xFF30,
                    &[
                        object(0xDF31, &[6, 3, 14, 1]),
                        object(0xDF32, &[3; 16]),
                        object(0xDF33, &[1]),
                        object(0xDF34, b"13101"),
                        object(0xDF35, &patterned(272, 0x35)),
                    ],
                ),
                vec![],
            ),
            (4, certificate, vec![]),
        ],
    );
    let identity = b"\x01\x1C0123456789ABCDE1310120351231".to_vec();
    add(Application::Common, vec![(1, identity, vec![])]);
    let support = Application::InputSupport.name();
    let face = Application::CardFace.name();
    for (pin, value) in [
        (key(support, 0x11), "1234"),
        (key(face, 0x11), "550401"),
        (key(face, 0x12), "55040120354016"),
    ] {
        card.pins.insert(pin, (value.into(), 9, 9));
    }
    card
}

fn pin() -> Pin {
    Pin::new(b"1234").ok().unwrap()
}

fn birth() -> BirthDate {
    BirthDate::gregorian(1980, 4, 1).ok().unwrap()
}

fn attributes_verified(card: &mut FakeCard) -> Result<String, Error> {
    let mut app = InputSupport::open(card, Options::new())?;
    let signed: [u8; 32] = Sha256::digest(digests()).into();
    let read = app
        .verify(pin())?
        .verified_attributes(|digest, signature| {
            *digest == signed && signature == patterned(256, SIGNATURE)
        })?;
    Ok(format!(
        "{} {} {} {}",
        read.name(),
        read.address(),
        read.birth_date(),
        char::from(match read.sex() {
            mynacard_card::app::input_support::Sex::Female => b'2',
            _ => b'?',
        })
    ))
}

const CASES: &[Case] = &[
    Case {
        application: Application::Jpki,
        file: 0x0A,
        read: |card| {
            Jpki::open(card, Options::new())?
                .authentication_certificate()
                .map(shown)
        },
        verified: false,
    },
    Case {
        application: Application::Jpki,
        file: 6,
        read: |card| {
            let info = Jpki::open(card, Options::new())?.token_info()?;
            Ok(format!("{:?}", info.kind()))
        },
        verified: false,
    },
    Case {
        application: Application::Jpki,
        file: 8,
        read: |card| {
            let found = Jpki::open(card, Options::new())?.availability()?;
            Ok(format!("{found:?}"))
        },
        verified: false,
    },
    Case {
        application: Application::InputSupport,
        file: 2,
        read: attributes_verified,
        verified: true,
    },
    Case {
        application: Application::InputSupport,
        file: 3,
        read: attributes_verified,
        verified: true,
    },
    Case {
        application: Application::InputSupport,
        file: 4,
        read: |card| {
            InputSupport::open(card, Options::new())?
                .cv_certificate()
                .map(shown)
        },
        verified: false,
    },
    Case {
        application: Application::InputSupport,
        file: 5,
        read: |card| {
            let data = InputSupport::open(card, Options::new())?.basic_data()?;
            Ok(format!("{data:?}"))
        },
        verified: false,
    },
    Case {
        application: Application::InputSupport,
        file: 6,
        read: |card| {
            let mut app = InputSupport::open(card, Options::new())?;
            app.verify(pin())?
                .session_key()
                .map(|key| shown(key.modulus))
        },
        verified: false,
    },
    Case {
        application: Application::InputSupport,
        file: 7,
        read: |card| {
            let mut app = InputSupport::open(card, Options::new())?;
            app.verify(pin())?.card_key().map(|key| shown(key.record))
        },
        verified: false,
    },
    Case {
        application: Application::CardFace,
        file: 1,
        read: |card| {
            let mut app = CardFace::open(card, Options::new())?;
            let age = app.verify_birth_date(birth())?.age_record()?;
            Ok(shown(age.record().to_vec()))
        },
        verified: false,
    },
    Case {
        application: Application::CardFace,
        file: 2,
        read: |card| {
            let mut app = CardFace::open(card, Options::new())?;
            let number = NumberB::from_card(&birth(), 2035, b"4016")?;
            let face = app.verify_number_b(number)?.face()?;
            Ok(shown(face.record().to_vec()))
        },
        verified: false,
    },
    Case {
        application: Application::CardFace,
        file: 3,
        read: |card| {
            let data = CardFace::open(card, Options::new())?.basic_data()?;
            Ok(format!("{data:?}"))
        },
        verified: false,
    },
    Case {
        application: Application::CardFace,
        file: 4,
        read: |card| {
            CardFace::open(card, Options::new())?
                .cv_certificate()
                .map(shown)
        },
        verified: false,
    },
    Case {
        application: Application::Common,
        file: 1,
        read: |card| {
            let identity = Common::open(card, Options::new())?.identity()?;
            Ok(identity.serial().to_owned())
        },
        verified: false,
    },
];

fn shown(bytes: Vec<u8>) -> String {
    format!("{} bytes, {:02X?}", bytes.len(), Sha256::digest(bytes))
}

fn content<'c>(card: &'c mut FakeCard, case: &Case) -> &'c mut Vec<u8> {
    let files = card.applications.get_mut(case.application.name()).unwrap();
    &mut files.get_mut(&case.file).unwrap().content
}

#[test]
fn every_octet_of_every_file_changed() {
    let (mut cases, mut refused) = (0, 0);
    for case in CASES {
        let mut card = card();
        let truth = (case.read)(&mut card).unwrap();
        let length = content(&mut card, case).len();
        for at in 0..length {
            // Tags and lengths of the beginning in every spelling, the rest bit by bit.
            let some = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7F, 0xFF];
            let all: Vec<u8> = (1..=0xFF).collect();
            for change in if at < 8 { &all[..] } else { &some[..] } {
                content(&mut card, case)[at] ^= change;
                card.log.clear();
                let found = (case.read)(&mut card);
                content(&mut card, case)[at] ^= change;
                let name = format!(
                    "file {:04X} of the {}, octet {at} ^ {change:02X}",
                    case.file, case.application
                );
                assert!(card.log.len() < 50, "{name}: {} exchanges", card.log.len());
                assert!(card.verifies() <= 1, "{name}: {} PINs", card.verifies());
                match found {
                    Ok(found) => assert!(
                        !case.verified || found == truth,
                        "{name}: verified, and another value"
                    ),
                    Err(error) => {
                        let typed = matches!(
                            error.kind(),
                            ErrorKind::MalformedFile { .. }
                                | ErrorKind::MalformedAnswer { .. }
                                | ErrorKind::NotAuthentic { .. }
                        );
                        assert!(typed, "{name}: {error:?}");
                        refused += 1;
                    }
                }
                cases += 1;
            }
        }
    }
    println!("{cases} changes, {refused} of them refused");
    assert!(cases > 80_000 && refused > 20_000, "{cases}, {refused}");
}

/// Cut anywhere, a file says where it ended; with more behind it than filler it says where that is.
#[test]
fn every_file_cut_at_every_octet() {
    let mut cases = 0;
    for case in CASES {
        let mut card = card();
        let whole = content(&mut card, case).clone();
        for end in 0..whole.len() {
            *content(&mut card, case) = whole[..end].to_vec();
            card.log.clear();
            if let Err(error) = (case.read)(&mut card) {
                let told = matches!(
                    error.kind(),
                    ErrorKind::MalformedFile {
                        problem: FileProblem::Truncated { .. }
                            | FileProblem::Encoding { .. }
                            | FileProblem::UnexpectedObject { .. },
                        ..
                    } | ErrorKind::Refused { .. }
                );
                assert!(told, "{:04X} cut at {end}: {error:?}", case.file);
            } else {
                // Only filler is missing.
                assert!(
                    whole[end..].iter().all(|byte| *byte == 0xFF),
                    "{:04X} cut at {end} is whole",
                    case.file
                );
            }
            assert!(card.log.len() < 50);
            cases += 1;
        }
    }
    println!("{cases} cuts");
    assert!(cases > 5000, "{cases} cases only");
}
