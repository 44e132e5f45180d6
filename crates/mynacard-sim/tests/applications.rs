//! The applications beside JPKI: who opens which file, what the files hold, and that their signatures hold before openssl.
#![allow(
    clippy::indexing_slicing,
    reason = "a test: an answer of another length fails it"
)]

use std::io::Write as _;

use mynacard_sim::{BirthDate, VirtualCard, person, pki};
use sha2::{Digest as _, Sha256};

mod support;
use support::{Folder, day, hex, openssl, to_hex};

const INPUT_SUPPORT: &str = "00A4040C0A D3921000310001010408";
const CARD_FACE: &str = "00A4040C0A D3921000310001010402";
const COMMON: &str = "00A4040C0A D3921000310001010100";
const REGISTRY: &str = "00A4040C0A D3921000310001010401";
const JPKI: &str = "00A4040C0A D392F000260100000001";
const MANAGER: &str = "00A4040C07 A0000001510000";

const PIN: &str = "0020009104 31323334";
const CODE_A: &str = "393939393939393030303139";
const CODE_B: &str = "3535303430313230333534303136";

fn powered(id: &str) -> VirtualCard {
    let mut card = VirtualCard::new(person(id).expect("listed"), day());
    card.power_on();
    card
}

#[track_caller]
fn send(card: &mut VirtualCard, command: &str) -> (Vec<u8>, u16) {
    let mut answer = card.transmit(&hex(command));
    let status = answer.split_off(answer.len() - 2);
    (answer, u16::from_be_bytes([status[0], status[1]]))
}

/// Selects the application, presents what opens the file, and reads it whole.
#[track_caller]
fn read(card: &mut VirtualCard, application: &str, verify: Option<&str>, short_id: u8) -> Vec<u8> {
    assert_eq!(send(card, application).1, 0x9000);
    if let Some(verify) = verify {
        assert_eq!(send(card, verify).1, 0x9000, "{verify}");
    }
    let (data, status) = send(card, &format!("00B0{:02X}00000000", 0x80 | short_id));
    assert_eq!(status, 0x9000);
    data
}

#[test]
fn the_log_tells_who_goes_to_the_my_number() {
    for (application, file, other) in [(INPUT_SUPPORT, 1, 2), (CARD_FACE, 5, 1)] {
        for (id, expected) in [(file, true), (other, false), (4, false)] {
            for command in [
                format!("00B0{:02X}0000", 0x80 | id),
                format!("00A4020C02{id:04X}"),
            ] {
                let mut card = powered("kyokai-self");
                send(&mut card, application);
                send(&mut card, &command);
                let told = card.log().last().expect("two commands").is_in_my_number();
                assert_eq!(told, expected, "{application}: {command}");
                // Selecting something else leaves it.
                send(&mut card, JPKI);
                assert!(!card.log().last().expect("three").is_in_my_number());
            }
        }
    }
}

#[test]
fn each_key_opens_its_files_and_no_other() {
    let a = |reference| format!("002000{reference}0C {CODE_A}");
    let b = |reference| format!("002000{reference}0E {CODE_B}");
    let birth = "0020009106 353530343031";
    let support = [
        (None, vec![4, 5]),
        (Some(PIN.to_owned()), vec![1, 2, 3, 4, 5, 6, 7]),
        (Some(a("94")), vec![1, 3, 4, 5, 6, 7]),
        (Some(b("95")), vec![2, 3, 4, 5, 6, 7]),
    ];
    let face = [
        (None, vec![3, 4]),
        (Some(birth.to_owned()), vec![1, 3, 4]),
        (Some(b("92")), vec![2, 3, 4]),
        (Some(a("93")), vec![2, 3, 4, 5]),
    ];
    for (application, cases) in [(INPUT_SUPPORT, support), (CARD_FACE, face)] {
        for (verify, open) in cases {
            let mut card = powered("kyokai-self");
            send(&mut card, application);
            if let Some(verify) = &verify {
                assert_eq!(send(&mut card, verify).1, 0x9000, "{verify}");
            }
            for id in 1..=7 {
                let status = send(&mut card, &format!("00B08{id}0000")).1;
                let expected = match (open.contains(&id), application == CARD_FACE && id > 5) {
                    (_, true) => 0x6A82,
                    (true, _) => 0x9000,
                    (false, _) => 0x6982,
                };
                assert_eq!(
                    status, expected,
                    "file {id} of {application} after {verify:?}"
                );
            }
        }
    }
}

#[test]
fn counters_are_those_of_each_key() {
    let mut card = powered("kyokai-self");
    let counters = [
        (
            INPUT_SUPPORT,
            vec![
                ("91", 0x63C3),
                ("92", 0x63C0),
                ("94", 0x63CA),
                ("95", 0x63CA),
            ],
        ),
        (
            CARD_FACE,
            vec![("91", 0x63CA), ("92", 0x63CA), ("93", 0x63CA)],
        ),
        (COMMON, vec![("9C", 0x63C3)]),
        (REGISTRY, vec![("9C", 0x63C3)]),
    ];
    for (application, references) in counters {
        assert_eq!(send(&mut card, application).1, 0x9000);
        for (reference, expected) in references {
            assert_eq!(
                send(&mut card, &format!("002000{reference}")).1,
                expected,
                "{application} {reference}"
            );
        }
    }
    assert_eq!(send(&mut card, MANAGER).1, 0x9000);
    assert_eq!(send(&mut card, "00B0810000").1, 0x6A82);
}

#[test]
fn leaving_an_application_ends_what_was_verified_in_it() {
    let mut card = powered("kyokai-self");
    send(&mut card, INPUT_SUPPORT);
    send(&mut card, PIN);
    assert_eq!(send(&mut card, "00B0820000").1, 0x9000);
    send(&mut card, JPKI);
    send(&mut card, INPUT_SUPPORT);
    assert_eq!(send(&mut card, "00B0820000").1, 0x6982);
    send(&mut card, JPKI);
    assert_eq!(
        send(&mut card, "802A00970131 00").1,
        0x6982,
        "a PIN of another application opens nothing here"
    );
}

#[test]
fn attributes_hold_name_address_birth_and_sex() {
    let file = read(&mut powered("kyokai-self"), INPUT_SUPPORT, Some(PIN), 2);
    let holder = person("kyokai-self").expect("listed");
    let text = String::from_utf8_lossy(&file);
    assert!(
        text.contains(holder.name())
            && text.contains(holder.address())
            && text.contains("19800401")
    );
    assert_eq!(file[..2], [0xFF, 0x20]);
    assert_eq!(
        u16::from_be_bytes([file[6], file[7]]),
        14,
        "the first object follows the table"
    );
}

/// A file by its short id, the test card's own, what opens it, and from where to where the two differ.
type Vector = (
    u8,
    &'static str,
    Option<&'static str>,
    &'static [(usize, usize)],
);

/// The real test card's own files, for the same person. They lie outside the project.
#[test]
fn unsigned_files_of_the_test_cards_person_are_byte_equal() {
    let Some(vectors) = std::env::var_os("MYNACARD_VECTORS") else {
        let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!in_ci, "MYNACARD_VECTORS is not set");
        // Straight to the stream: what the macros print of a passing test is swallowed.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: MYNACARD_VECTORS names no folder of test vectors"
        );
        return;
    };
    let vector = |name: &str| {
        let path = std::path::Path::new(&vectors).join("testcard").join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let holder = person("kyokai-self")
        .expect("listed")
        .clone()
        .with_name("黒桐　幹也")
        .with_address("東京都清瀬市観布子南１２－７－２０２")
        .with_municipality("13221")
        .with_birth(BirthDate::try_from("1980-02-17".to_owned()).expect("a date"));
    let mut card = VirtualCard::new(&holder, day());
    card.power_on();
    // Every byte but these: the My Number and its digest, ids of the issuers' keys, keys, signatures.
    let cases: [Vector; 7] = [
        (1, "text-0001-physical.bin", Some(PIN), &[(3, 15)]),
        (2, "text-0002.bin", Some(PIN), &[]),
        (3, "text-0003.bin", Some(PIN), &[(8, 40), (80, 336)]),
        (4, "text-0004.bin", None, &[(10, 26), (51, 307), (312, 568)]),
        (5, "text-0005.bin", None, &[(15, 31), (36, 68)]),
        (6, "text-0006.bin", Some(PIN), &[(13, 269)]),
        (7, "text-0007.bin", Some(PIN), &[(19, 275), (280, 536)]),
    ];
    for (short_id, name, verify, differs) in cases {
        let ours = read(&mut card.clone(), INPUT_SUPPORT, verify, short_id);
        let theirs = vector(name);
        assert_eq!(masked(&ours, differs), masked(&theirs, differs), "{name}");
        // What is left out is really the other card's: nothing of it was copied.
        for (from, to) in differs {
            assert_ne!(ours[*from..*to], theirs[*from..*to], "{name}");
        }
    }
}

/// Hexadecimal with some bytes hidden.
fn masked(bytes: &[u8], hidden: &[(usize, usize)]) -> String {
    let is_hidden = |at| hidden.iter().any(|(from, to)| (*from..*to).contains(&at));
    let one = |(at, byte): (usize, &u8)| match is_hidden(at) {
        true => "..".to_owned(),
        false => format!("{byte:02X}"),
    };
    bytes.iter().enumerate().map(one).collect()
}

#[test]
fn signatures_verify_up_to_the_simulations_own_authority() {
    let mut card = powered("kokuho");
    for (application, short_id) in [(INPUT_SUPPORT, 4), (CARD_FACE, 4)] {
        let certificate = read(&mut card, application, None, short_id);
        // 7F21 82xxxx { 5F4E 820129 <297 bytes>; 5F37 820100 <256 bytes> }
        assert_eq!(certificate.len(), 568);
        assert_eq!(certificate[10..26], pki::CARD_VERIFIABLE_CA_KEY_ID);
        assert_eq!(
            certificate[26..33],
            if application == CARD_FACE {
                *b"1410432"
            } else {
                *b"1410431"
            }
        );
        assert_verifies(
            &pki::card_verifiable_ca_modulus(),
            &certificate[10..307],
            &certificate[312..],
        );
        let bare = send(&mut card, "00CA7F21000000");
        assert_eq!(
            (bare.0.as_slice(), bare.1),
            (&certificate[5..], 0x9000),
            "GET DATA leaves the template out"
        );
        let modulus = &certificate[51..307];
        if application == INPUT_SUPPORT {
            let file = read(&mut card, application, Some(PIN), 3);
            let (digests, signature) = (&file[5..75], &file[80..]);
            assert_verifies(modulus, digests, signature);
            let number = read(&mut card, application, Some(PIN), 1);
            assert_eq!(digests[3..35], *Sha256::digest(number));
            let attributes = read(&mut card, application, Some(PIN), 2);
            let after_table = attributes
                .windows(2)
                .position(|tag| tag == [0xDF, 0x22])
                .expect("the name");
            assert_eq!(digests[38..], *Sha256::digest(&attributes[after_table..]));
            let key = read(&mut card, application, Some(PIN), 7);
            assert_verifies(modulus, &key[5..275], &key[280..]);
        }
    }
    let age = read(&mut card, CARD_FACE, Some("0020009106 343331313033"), 1);
    assert_eq!(age[..2], [0xFF, 0x10]);
    let certificate = read(&mut card, CARD_FACE, None, 4);
    assert_verifies(
        &certificate[51..307],
        &age[5..age.len() - 261],
        &age[age.len() - 256..],
    );
}

#[test]
fn the_card_proves_its_presence_without_a_pin() {
    for application in [INPUT_SUPPORT, CARD_FACE] {
        let mut card = powered("kyokai-self");
        send(&mut card, application);
        let info = format!(
            "3031300D060960864801650304020105000420{}",
            to_hex(&Sha256::digest(b"challenge"))
        );
        let (signature, status) = send(&mut card, &format!("802A000033{info}00"));
        assert_eq!((signature.len(), status), (256, 0x9000));
        let key = read(&mut card, INPUT_SUPPORT, Some(PIN), 7);
        assert_verifies(&key[19..275], b"challenge", &signature);
    }
    let mut card = powered("kyokai-self");
    for application in [COMMON, JPKI] {
        send(&mut card, application);
        assert_eq!(send(&mut card, "802A00000131 00").1, 0x6A88);
    }
}

#[test]
fn the_common_card_tells_serial_municipality_and_expiry() {
    let mut card = powered("kyokai-self");
    send(&mut card, COMMON);
    assert_eq!(
        send(&mut card, "00B2010C00"),
        (b"\x01\x1C9900000000000011310120350401".to_vec(), 0x9000)
    );
    assert_eq!(send(&mut card, "00A4020C020001").1, 0x9000);
    assert_eq!(send(&mut card, "00B2010400").0.len(), 30);
    assert_eq!(send(&mut card, "00B2010405").1, 0x6C1E);
    assert_eq!(send(&mut card, "00B2020400").1, 0x6A83);
    assert_eq!(
        send(&mut card, "00B0000000").1,
        0x6981,
        "records are not read as binary"
    );
    assert_eq!(send(&mut card, "0020009C04 31323334").1, 0x9000);
    assert_eq!(send(&mut card, "0024019C04 35363738").1, 0x6D00);
    assert_eq!(send(&mut card, "8032009C04 35363738").1, 0x9000);
    assert_eq!(send(&mut card, "0020009C04 31323334").1, 0x63C2);
}

#[test]
fn an_infants_card_has_no_photo() {
    let tag = |id: &str| {
        let mut card = powered(id);
        send(&mut card, CARD_FACE);
        let birth = person(id).expect("listed").birth();
        let key = format!("{:02}{:02}{:02}", birth.era().1, birth.month(), birth.day());
        let code = format!(
            "{:04}",
            (u32::from(person(id).expect("listed").number()) * 2731 + 1285) % 10_000
        );
        let found = (2026..2040).find_map(|year| {
            let digits = format!("{key}{year}{code}");
            let mut attempt = card.clone();
            let verify = format!("002000920E{}", to_hex(digits.as_bytes()));
            (send(&mut attempt, &verify).1 == 0x9000)
                .then(|| send(&mut attempt, "00B08200000000").0)
        });
        found.expect("a year of expiry")
    };
    let photo = |file: &[u8]| {
        // The sixth of nine offsets, behind the headers of file and table.
        let at = usize::from(u16::from_be_bytes([file[18], file[19]]));
        assert_eq!(file[at..at + 2], [0xDF, 0x27]);
        file[at + 2]
    };
    assert_eq!(photo(&tag("infant")), 0);
    assert_eq!(photo(&tag("kyokai-self")), 0x82);
}

/// RSASSA-PKCS1-v1_5 with SHA-256 before openssl, under a modulus of 256 bytes and the exponent 65537.
#[track_caller]
fn assert_verifies(modulus: &[u8], signed: &[u8], signature: &[u8]) {
    let folder = Folder::new(&format!("cv-{}", to_hex(&Sha256::digest(signature)[..4])));
    let header = hex("30820122300D06092A864886F70D01010105000382010F003082010A0282010100");
    let key = folder.write(
        "key.der",
        &[header.as_slice(), modulus, &hex("0203010001")].concat(),
    );
    let (data, signature) = (
        folder.write("data", signed),
        folder.write("signature", signature),
    );
    let text = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    let arguments = ["dgst", "-sha256", "-keyform", "DER", "-verify"].map(String::from);
    let said = openssl(arguments.into_iter().chain([
        text(&key),
        "-signature".to_owned(),
        text(&signature),
        text(&data),
    ]));
    assert!(said.contains("Verified OK"), "{said}");
}
