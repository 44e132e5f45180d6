//! The JPKI application byte by byte: what is answered, what is refused, and with which word.

use std::time::Duration;

use mynacard_sim::{VirtualCard, person, pki};
use sha2::{Digest as _, Sha256};

mod support;
#[path = "support/terminal.rs"]
mod terminal;
use support::{Folder, day, hex, openssl, pem, to_hex};
use terminal::Terminal;

const SELECT: &str = "00A4040C0A D392F000260100000001";
const PIN: &str = "0020009804 31323334";
const PASSWORD: &str = "0020009B06 414243313233";

fn powered(id: &str) -> VirtualCard {
    let mut card = VirtualCard::new(person(id).expect("listed"), day());
    card.power_on();
    card
}

/// Sends each command and compares the answer in hexadecimal; a last `*` stands for any data before the status word.
#[track_caller]
fn talk(card: &mut VirtualCard, dialogue: &[(&str, &str)]) {
    for (command, expected) in dialogue {
        let answer = to_hex(&card.transmit(&hex(command)));
        match expected.strip_prefix('*') {
            Some(status) => assert!(
                answer.len() > 4 && answer.ends_with(status),
                "{command} -> {answer}, not {expected}"
            ),
            None => assert_eq!(&answer, expected, "to {command}"),
        }
    }
}

fn digest_info(message: &[u8]) -> String {
    format!(
        "3031300D060960864801650304020105000420{}",
        to_hex(&Sha256::digest(message))
    )
}

#[test]
fn refusals_have_the_right_words() {
    talk(
        &mut powered("kyokai-self"),
        &[
            // Nothing is selected.
            ("00A4020C02000A", "6A82"),
            ("00B0000000", "6986"),
            ("00B08A0000", "6A82"),
            ("00200080", "6986"),
            ("0084000010", "*9000"),
            // Applications and instructions that the card does not have.
            ("00A4040C07 A0000000041010", "6A82"),
            ("00A4040C00", "6700"),
            ("00A40400 05 D392F00027", "6A82"),
            ("00A40410 05 D392F00026", "6A86"),
            ("00A4000C023F00", "6A86"),
            ("00CA006E00", "6A88"),
            ("80CA9F7F00", "6D00"),
            ("80B0000000", "6D00"),
            ("00D0000001FF", "6D00"),
            ("002C008000", "6D00"),
            ("0140000000", "6881"),
            ("10A4040C00", "6884"),
            ("A0A40000023F00", "6E00"),
            ("FF00000000", "6E00"),
            ("00", "6700"),
            ("00B000", "6700"),
            ("00A4040C0AD392", "6700"),
            // A prefix selects, too.
            ("00A4040C05 D392F00026", "9000"),
            (
                "00A4040005 D392F00026 00",
                "6F0C840AD392F0002601000000019000",
            ),
            (SELECT, "9000"),
            // Files.
            ("00B0000000", "6986"),
            ("00A4020C020099", "6A82"),
            ("00A4020C0100", "6700"),
            ("00B0850000", "6A82"),
            ("00B0CA0000", "6A86"),
            ("00B08A00", "6700"),
            ("00B0970000", "6981"),
            ("00B0980000", "6981"),
            ("00A4020C02000A", "9000"),
            ("00B0000004", "308206329000"),
            ("00B0070000", "*9000"),
            ("00B007FF10", "FF6282"),
            ("00B0080000", "6B00"),
            ("00B07FFF01", "6B00"),
            // References.
            ("00200080", "6981"),
            ("00200085", "6A82"),
            ("00200118", "6A86"),
            ("00200018", "6A86"),
            ("0020009800", "6700"),
            ("00200098", "63C3"),
            ("0020009B", "63C5"),
            ("00200080", "63C5"),
            // Keys without their PIN, and with impossible input.
            ("802A00970131 00", "6982"),
            ("802A009A0131 00", "6982"),
            ("802A01970131 00", "6982"),
            ("802A06970131 00", "6A86"),
            ("802A00B70131 00", "6A86"),
            ("802A008A0131 00", "6981"),
            ("802A0085013100", "6A82"),
            ("002A00970131 00", "6D00"),
            ("00B0810000", "6982"),
            ("0024019804 35363738", "6982"),
        ],
    );
}

#[test]
fn commands_with_a_verified_pin() {
    let mut card = powered("kyokai-self");
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            (PIN, "9000"),
            ("00200098", "63C3"),
            ("802A009733 00", "6700"),
            ("802A009700", "6700"),
            ("802A0097013180", "6C00"),
            ("802A00970131", "6700"),
            (&format!("802A0097F6{}00", "31".repeat(246)), "6700"),
            (&format!("802A0097F5{}00", "31".repeat(245)), "*9000"),
            ("802A009A0131 00", "6982"),
            // Selecting the same application again keeps the session; a PIN entered wrong ends it.
            (SELECT, "9000"),
            ("802A00970131 00", "*9000"),
            ("0020009804 39393939", "63C2"),
            ("802A00970131 00", "6982"),
            (PIN, "9000"),
            ("00200098", "63C3"),
        ],
    );
    card.power_off();
    assert_eq!(
        card.transmit(&hex(SELECT)),
        Vec::<u8>::new(),
        "no power, no answer"
    );
    card.power_on();
    talk(
        &mut card,
        &[
            ("802A00970131 00", "6A82"),
            (SELECT, "9000"),
            ("802A00970131 00", "6982"),
            ("00200098", "63C3"),
        ],
    );
}

#[test]
fn three_wrong_pins_block_and_the_block_outlives_the_power() {
    let mut card = powered("kyokai-self");
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            ("0020009804 30303030", "63C2"),
            ("0020009805 3132333400", "63C1"),
        ],
    );
    card.power_off();
    card.power_on();
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            ("00200098", "63C1"),
            ("0020009804 30303030", "63C0"),
            (PIN, "6984"),
            ("00200098", "63C0"),
            ("802A00970131 00", "6982"),
            ("0020009B", "63C5"),
        ],
    );
    assert_eq!(
        (card.authentication_tries(), card.signature_tries()),
        (0, 5)
    );
    talk(
        &mut powered("pin-blocked"),
        &[(SELECT, "9000"), ("00200098", "63C0"), (PIN, "6984")],
    );
    talk(
        &mut powered("no-pin"),
        &[
            (SELECT, "9000"),
            ("00200098", "63C0"),
            (PIN, "6984"),
            (PASSWORD, "6984"),
        ],
    );
}

#[test]
fn a_right_pin_restores_the_counter() {
    let mut card = powered("kyokai-self");
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            ("0020009804 30303030", "63C2"),
            (PIN, "9000"),
        ],
    );
    assert_eq!(card.authentication_tries(), 3);
    assert_eq!(
        card.log()
            .iter()
            .filter(|entry| entry.presents_pin())
            .count(),
        2
    );
}

#[test]
fn a_pin_changes_and_the_old_one_is_wrong_from_then_on() {
    let mut card = powered("kyokai-self");
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            (PIN, "9000"),
            ("0024019804 3132333A", "6A80"),
            ("0024019805 3132333435", "6A80"),
            ("0024009804 35363738", "6A86"),
            ("0024019804 35363738", "9000"),
            (PIN, "63C2"),
            ("0020009804 35363738", "9000"),
            (PASSWORD, "9000"),
            ("0024019B06 616263313233", "6A80"),
            ("0024019B07 58595A31323334", "9000"),
            (PASSWORD, "63C4"),
            ("0020009B07 58595A31323334", "9000"),
        ],
    );
}

#[test]
fn the_signature_certificate_wants_its_password() {
    let mut card = powered("kyokai-self");
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            (PIN, "9000"),
            ("00B0810000", "6982"),
            (PASSWORD, "9000"),
        ],
    );
    let answer = card.transmit(&hex("00B08100000000"));
    let certificate = pki::signature_certificate(person("kyokai-self").expect("listed"), day());
    assert_eq!(answer[..certificate.len()], certificate);
    assert!(
        answer[certificate.len()..answer.len() - 2]
            .iter()
            .all(|byte| *byte == 0xFF),
        "filler follows"
    );
    talk(
        &mut powered("infant"),
        &[
            (SELECT, "9000"),
            ("00B0880003", "8F00009000"),
            ("00B0810000", "6982"),
        ],
    );
}

#[test]
fn extended_length_is_refused_where_the_reader_has_none() {
    let mut card = powered("kyokai-self");
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            ("00B08A00000000", "*9000"),
            ("00B08A00000632", "*9000"),
        ],
    );
    let mut card =
        VirtualCard::new(person("kyokai-self").expect("listed"), day()).with_extended(false);
    card.power_on();
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            ("00B08A00000000", "6700"),
            ("00B08A0000", "*9000"),
        ],
    );
}

#[test]
fn openssl_accepts_the_signatures_of_both_keys() {
    let folder = Folder::new("signatures");
    let person = person("kyokai-self").expect("listed");
    let message = b"message to be signed";
    let path = folder.write("message", message);
    let cases = [
        (PIN, "97", pki::authentication_certificate(person, day())),
        (PASSWORD, "9A", pki::signature_certificate(person, day())),
    ];
    for (verify, key, certificate) in cases {
        let mut card = powered("kyokai-self");
        talk(&mut card, &[(SELECT, "9000"), (verify, "9000")]);
        let mut signature =
            card.transmit(&hex(&format!("802A00{key}33{}00", digest_info(message))));
        assert_eq!(signature.split_off(256), [0x90, 0x00]);
        assert_openssl_verifies(&folder, &certificate, &signature, &path);
    }
}

#[track_caller]
fn assert_openssl_verifies(
    folder: &Folder,
    certificate: &[u8],
    signature: &[u8],
    message: &std::path::Path,
) {
    let certificate = pem(folder, "certificate", certificate);
    let key = openssl([
        "x509",
        "-in",
        certificate.to_str().expect("UTF-8"),
        "-noout",
        "-pubkey",
    ]);
    let key = folder.write("key.pem", key.as_bytes());
    let signature = folder.write("signature", signature);
    let path = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    let text = openssl([
        "dgst".to_owned(),
        "-sha256".to_owned(),
        "-verify".to_owned(),
        path(&key),
        "-signature".to_owned(),
        path(&signature),
        path(message),
    ]);
    assert!(text.contains("Verified OK"), "{text}");
}

#[test]
fn the_same_card_on_the_same_day_answers_the_same_bytes() {
    let run = || {
        let mut card = powered("kokuho");
        [
            SELECT,
            "00B08A00000000",
            "0084000010",
            "0084000010",
            PIN,
            "802A00970131 00",
        ]
        .map(|command| to_hex(&card.transmit(&hex(command))))
    };
    let (first, second) = (run(), run());
    assert_eq!(first, second);
    assert_ne!(first[2], first[3], "two challenges of one card differ");
}

#[test]
fn the_stand_in_for_pinless_authentication_allows_one_signature() {
    let terminal = Terminal::new();
    let mut card = powered("no-pin");
    let sign = format!("802A009733{}00", digest_info(b"message"));
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            (&sign, "6982"),
            ("00A4020C020016", "9000"),
        ],
    );
    talk(&mut card, &[(&terminal.present(), "9000")]);
    let challenge = card.transmit(&hex("0084000010"));
    talk(&mut card, &[(&terminal.answer(&challenge[..16]), "9000")]);
    talk(&mut card, &[(&sign, "*9000"), (&sign, "6982")]);
}

#[test]
fn pinless_authentication_refuses_what_is_not_quite_right() {
    let terminal = Terminal::new();
    let sign = format!("802A009733{}00", digest_info(b"message"));
    let mut card = powered("no-pin");
    let mut forged = terminal.present();
    forged.replace_range(28..30, "58");
    talk(
        &mut card,
        &[
            (SELECT, "9000"),
            (&terminal.present(), "6986"),
            ("00A4020C02000A", "9000"),
            (&terminal.present(), "6985"),
            ("00A4020C020016", "9000"),
            (&forged, "6300"),
            ("80A206C10131", "6700"),
            ("80A201C10131", "6A86"),
            (&terminal.answer(&[0; 16]), "6985"),
            (&terminal.present(), "9000"),
            (&terminal.answer(&[0; 16]), "6985"),
        ],
    );
    // An answer to another challenge, and a grant that the next SELECT takes back.
    talk(
        &mut card,
        &[(&terminal.present(), "9000"), ("0084000010", "*9000")],
    );
    talk(
        &mut card,
        &[
            (&terminal.answer(&[0; 16]), "6300"),
            (&sign, "6982"),
            ("00A4020C020016", "9000"),
        ],
    );
    talk(&mut card, &[(&terminal.present(), "9000")]);
    let challenge = card.transmit(&hex("0084000010"));
    let answer = terminal.answer(&challenge[..16]);
    talk(
        &mut card,
        &[
            (&answer, "9000"),
            (SELECT, "9000"),
            (&sign, "6982"),
            ("00A4020C020016", "9000"),
        ],
    );
    talk(
        &mut card,
        &[
            (&terminal.present(), "9000"),
            (&answer, "6985"),
            (&sign, "6982"),
        ],
    );
}

#[test]
fn the_terminal_ca_is_the_sandboxs() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../mynacard-sandbox/data/terminal-ca.pub.der"
    );
    let key = std::fs::read(path).expect("the terminal CA's public key lies in the sandbox's data");
    let mut card = powered("kyokai-self");
    card.transmit(&hex(SELECT));
    assert!(card.transmit(&hex("00B09600000000")).starts_with(&key));
}

#[test]
fn tomorrow_is_another_day() {
    let person = person("cert-ended").expect("listed");
    let mut cards =
        [day(), day() + Duration::from_secs(86_400)].map(|at| VirtualCard::new(person, at));
    let answers = cards.each_mut().map(|card| {
        card.power_on();
        card.transmit(&hex(SELECT));
        card.transmit(&hex("00B08A00000000"))
    });
    assert_ne!(answers[0], answers[1]);
}
