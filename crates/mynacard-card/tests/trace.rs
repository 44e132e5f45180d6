//! A recorded dialogue runs again from its trace, and the trace holds nobody's data.
#![cfg(feature = "trace")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use mynacard_card::app::input_support::{InputSupport, Sex};
use mynacard_card::app::jpki::{CardKind, Jpki, Options};
use mynacard_card::trace::{Recorder, Replay, TraceError};
use mynacard_card::{
    Application, Command, Error, ErrorKind, Limits, Pin, Response, SignaturePassword, Transport,
    TransportErrorKind,
};
use std::collections::BTreeMap;
use std::error::Error as _;
use support::{FakeCard, File, JPKI, certificate, key, lost};

fn pin(digits: &[u8]) -> Pin {
    Pin::new(digits).ok().unwrap()
}

/// Records what `dialogue` does with the card.
fn record<R>(card: &mut FakeCard, dialogue: impl FnOnce(&mut dyn Transport) -> R) -> (R, String) {
    let mut trace = String::new();
    let mut recorder = Recorder::new(card, |line: &str| {
        assert!(!line.contains('\n'));
        trace.push_str(line);
        trace.push('\n');
    });
    let outcome = dialogue(&mut recorder);
    drop(recorder);
    (outcome, trace)
}

fn check(card: &mut dyn Transport, digits: &[u8]) -> Result<(Vec<u8>, Vec<u8>, u32), Error> {
    let mut jpki = Jpki::open(card, Options::default())?;
    let certificate = jpki.authentication_certificate()?;
    let signature = jpki.verify(pin(digits))?.sign(b"message")?;
    let exchanges = jpki.exchanges();
    Ok((certificate, signature, exchanges))
}

#[test]
fn a_check_runs_again_without_its_data() {
    for limits in [Limits::SHORT, Limits::EXTENDED] {
        let (recorded, trace) = record(&mut FakeCard::new(limits), |card| check(card, b"1234"));
        let (real, _, exchanges) = recorded.unwrap();
        assert_eq!(real, certificate(1590));
        let mut replay = Replay::read(&trace).unwrap();
        assert_eq!(replay.limits(), limits);
        let (masked, signature, again) = check(&mut replay, b"0000").unwrap();
        assert!(replay.is_finished());
        assert_eq!(again, exchanges);
        assert_eq!(
            (&masked[..4], &masked[4..], signature),
            (&real[..4], &[b'0'; 1586][..], vec![b'0'; 256])
        );
        assert!(!trace.contains("31323334"), "PIN in the trace");
        let content: String = real[4..10]
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        assert!(!trace.contains(&content));
    }
}

#[test]
fn failures_run_again_too() {
    let (recorded, trace) = record(&mut FakeCard::new(Limits::SHORT), |card| {
        check(card, b"9999")
    });
    let replayed = check(&mut Replay::read(&trace).unwrap(), b"0000").unwrap_err();
    assert_eq!(recorded.unwrap_err().kind(), replayed.kind());

    let gone = |_: usize, frame: &[u8]| {
        if frame.len() == 9 {
            lost(TransportErrorKind::CardRemoved)
        } else {
            None
        }
    };
    let (recorded, trace) = record(&mut FakeCard::hooked(Limits::SHORT, gone), |card| {
        check(card, b"1234")
    });
    assert_eq!(recorded.unwrap_err().code(), "MC-1007");
    assert_eq!(
        check(&mut Replay::read(&trace).unwrap(), b"0000")
            .unwrap_err()
            .code(),
        "MC-1007"
    );
}

#[test]
fn attributes_run_again_as_their_shape() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    let name = Application::InputSupport.name();
    let content = [
        &b"\xFF\x20\x32\xDF\x21\x08\x00\x0E\x00\x1A\x00\x26\x00\x31"[..],
        b"\xDF\x22\x09",
        "山田　".as_bytes(),
        b"\xDF\x23\x09",
        "東京都".as_bytes(),
        b"\xDF\x24\x0819800217\xDF\x25\x011\xFF\xFF\xFF",
    ]
    .concat();
    card.applications.insert(
        name.to_vec(),
        BTreeMap::from([(
            2,
            File {
                content,
                opens_with: vec![key(name, 0x11)],
            },
        )]),
    );
    card.pins.insert(key(name, 0x11), (b"1234".to_vec(), 3, 3));
    let dialogue = |card: &mut dyn Transport| {
        let mut app = InputSupport::open(card, Options::default()).unwrap();
        app.verify(pin(b"1234")).unwrap().attributes().unwrap()
    };
    let (real, trace) = record(&mut card, dialogue);
    assert_eq!(
        (
            real.name(),
            real.address(),
            real.birth_date().to_string().as_str()
        ),
        ("山田　", "東京都", "1980-02-17")
    );
    let masked = dialogue(&mut Replay::read(&trace).unwrap());
    assert_eq!(
        (masked.name(), masked.address()),
        ("000000000", "000000000")
    );
    assert_eq!(
        (
            masked.birth_date().to_string().as_str(),
            masked.sex() == Sex::Other(b'0')
        ),
        ("0000-00-00", true)
    );
    assert_eq!(masked.offset_table(), real.offset_table());
    for personal in ["E5B1B1E794B0", "E69DB1E4BAAC", "3139383030323137"] {
        assert!(!trace.contains(personal));
    }
}

#[test]
fn what_is_on_the_allow_list_is_recorded() {
    let mut card = FakeCard::new(Limits::SHORT);
    let mut token = vec![b' '; 160];
    token[..15].copy_from_slice(b"JPKIAPICCTOKEN2");
    token[80..96].copy_from_slice(b"SERIALSERIALSERI");
    let files = card.applications.get_mut(&JPKI[..]).unwrap();
    files.insert(
        6,
        File {
            content: token,
            opens_with: vec![],
        },
    );
    let dialogue = |card: &mut dyn Transport| {
        let mut jpki = Jpki::open(card, Options::default()).unwrap();
        let password = SignaturePassword::new(b"ABC123").ok().unwrap();
        let ca = jpki.authentication_ca_certificate().unwrap();
        let token = jpki.token_info().unwrap();
        let personal = jpki
            .signature_verify(password)
            .unwrap()
            .signature_certificate()
            .unwrap();
        (ca, token, personal)
    };
    let (real, trace) = record(&mut card, dialogue);
    let (ca, token, personal) = dialogue(&mut Replay::read(&trace).unwrap());
    assert_eq!(ca, real.0, "CA certificates are the same on many cards");
    assert_eq!(
        (token.kind(), token.serial.as_str()),
        (CardKind::MyNumberCard, "0000000000000000")
    );
    assert_eq!(personal[4..], [b'0'; 1754][..]);
    assert!(!trace.contains("414243313233"), "password in the trace");
}

#[test]
fn another_dialogue_than_the_recorded_one_is_told_where() {
    let (_, trace) = record(&mut FakeCard::new(Limits::SHORT), |card| {
        check(card, b"1234").unwrap()
    });
    let mut replay = Replay::read(&trace).unwrap();
    let mut jpki = Jpki::open(&mut replay, Options::default()).unwrap();
    let error = jpki.signature_ca_certificate().unwrap_err();
    assert_eq!(
        error.kind(),
        &ErrorKind::Transport {
            how: TransportErrorKind::Other
        }
    );
    let told = error
        .source()
        .unwrap()
        .source()
        .unwrap()
        .downcast_ref::<TraceError>();
    assert_eq!(
        told,
        Some(&TraceError::Diverged {
            line: 3,
            problem: "another command"
        })
    );
}

/// What stands for the hash of a My Number.
const HASH: &str = "C0FFEE11C0FFEE22C0FFEE33C0FFEE44C0FFEE55C0FFEE66C0FFEE77C0FFEE88";

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap())
        .collect()
}

/// Records commands and answers (hexadecimal), then a READ of what is the current file, which the card answers with [`HASH`].
#[track_caller]
fn nothing_shown_after(exchanges: &[(&str, &str)]) {
    let shown = |exchanges: &[(&str, &str)]| {
        let read = [("00B0000020", &*format!("{HASH}9000"))];
        let all: Vec<_> = exchanges.iter().chain(&read).collect();
        let answers: Vec<Vec<u8>> = all.iter().map(|(_, answer)| bytes(answer)).collect();
        let mut card = FakeCard::hooked(Limits::SHORT, move |at, _| Some(Ok(answers[at].clone())));
        record(&mut card, |card| {
            card.begin().unwrap();
            for (command, _) in all {
                let frame = bytes(command);
                let command = Command::decode(&frame).unwrap();
                card.exchange(&command, &mut Response::new()).unwrap();
            }
        })
        .1
        .contains(HASH)
    };
    assert!(!shown(exchanges), "{exchanges:?}");
    let there = [exchanges, &[SELECT_JPKI, SELECT_CA_CERTIFICATE]].concat();
    assert!(shown(&there), "the file on the list is recorded: {there:?}");
}

const SELECT_JPKI: (&str, &str) = ("00A4040C0AD392F000260100000001", "9000");
/// The file of which a trace holds every byte.
const SELECT_CA_CERTIFICATE: (&str, &str) = ("00A4020C02000B", "9000");

#[test]
fn a_refused_read_leaves_the_card_in_its_file() {
    for refusal in ["6982", "6700", "6A82", "6B00", "6C04", "6F00"] {
        nothing_shown_after(&[
            SELECT_JPKI,
            ("00A4020C02000A", "9000"),
            ("00B08B0004", refusal),
        ]);
    }
}

#[test]
fn a_selected_application_has_no_file_yet() {
    nothing_shown_after(&[
        ("00A4040C0AD3921000310001010408", "9000"),
        SELECT_CA_CERTIFICATE,
        SELECT_JPKI,
    ]);
}

#[test]
fn a_read_from_the_middle_moves_to_its_file_too() {
    nothing_shown_after(&[
        SELECT_JPKI,
        SELECT_CA_CERTIFICATE,
        ("00B08A0404", "010203049000"),
    ]);
}

#[test]
fn another_command_may_move_to_a_file_of_its_own() {
    for command in ["00B2031C04", "00B201FD04", "00200098", "00E2001C"] {
        nothing_shown_after(&[SELECT_JPKI, SELECT_CA_CERTIFICATE, (command, "9000")]);
    }
    nothing_shown_after(&[
        SELECT_JPKI,
        SELECT_CA_CERTIFICATE,
        ("00B2015404", "010203049000"),
    ]);
}

#[track_caller]
fn refused(line: &str, problem: &'static str) {
    let trace = format!("\n{{\"event\":\"end\",\"how\":\"leave\"}}\n{line}");
    assert_eq!(
        Replay::read(&trace).err(),
        Some(TraceError::Line { line: 3, problem })
    );
}

#[test]
fn lines_that_are_no_trace() {
    refused("nothing", "not a JSON object");
    refused("[]", "not a JSON object");
    refused("{}", "a text is missing");
    refused(r#"{"event":"dance"}"#, "unknown event");
    refused(r#"{"event":"begin","version":2}"#, "unknown version");
    refused(
        r#"{"event":"begin","version":1,"max_command":-1}"#,
        "a number is missing",
    );
    refused(
        r#"{"event":"exchange","header":"00A404"}"#,
        "header is not of four bytes",
    );
    refused(
        r#"{"event":"exchange","header":"00A4040"}"#,
        "hexadecimal text of odd length",
    );
    refused(
        r#"{"event":"exchange","header":"00A4040G"}"#,
        "not hexadecimal",
    );
    refused(
        r#"{"event":"exchange","header":"00A40400","lc":0,"le":4294967296}"#,
        "le too large",
    );
    let exchange = r#"{"event":"exchange","header":"00A40400","lc":0,"le":0,"#;
    refused(
        &format!("{exchange}\"status\":\"90\",\"answer\":[]}}"),
        "status is not of two bytes",
    );
    refused(
        &format!("{exchange}\"status\":\"9000\",\"answer\":[70000]}}"),
        "answer too long",
    );
    refused(
        &format!("{exchange}\"status\":\"9000\",\"answer\":[60000,60000]}}"),
        "answer too long",
    );
    refused(
        &format!("{exchange}\"status\":\"9000\",\"answer\":[-1]}}"),
        "answer too long",
    );
    refused(
        &format!("{exchange}\"status\":\"9000\",\"answer\":[null]}}"),
        "a part of the answer is neither text nor number",
    );
    refused(&format!("{exchange}\"status\":\"9000\"}}"), "no answer");
    refused(&format!("{exchange}\"error\":\"bored\"}}"), "unknown error");
    refused(
        &format!("{exchange}\"error\":\"timeout\",\"delivery\":\"maybe\"}}"),
        "unknown delivery",
    );
    assert!(Replay::read("").unwrap().is_finished());
    assert_eq!(TraceError::TooLong { limit: 1 }.code(), "MC-1024");
}
