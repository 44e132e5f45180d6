//! Whatever a command that is no SELECT carries, no trace holds it: not its data, and not an answer that repeats it.
#![cfg(feature = "trace")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::Jpki;
use mynacard_card::trace::{Recorder, Replay};
use mynacard_card::{
    Application, Command, End, Limits, Options, Pin, Response, SignaturePassword, StatusWord,
    Transport, TransportError,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use support::{FakeCard, key};

/// Gives every command its own data back.
struct Echo;

impl Transport for Echo {
    fn begin(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        response.set(&[command.data(), &[0x90, 0x00]].concat())
    }
    fn end(&mut self, _: End) {}
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// SELECT, READ BINARY, READ RECORD and GET RESPONSE: what reads, and what it reads.
fn reads(ins: u8) -> bool {
    matches!(ins, 0xA4 | 0xB0 | 0xB2 | 0xC0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_data_of_a_command_is_recorded(
        cla: u8,
        ins in prop_oneof![
            4 => prop::sample::select(vec![0x20_u8, 0x21, 0x24, 0x25, 0x2A, 0x2C, 0x2D, 0x32, 0x82, 0x88, 0xA2, 0xD6, 0xDC]),
            1 => any::<u8>(),
        ].prop_filter("reads nothing", |ins| !reads(*ins)),
        p1: u8,
        p2: u8,
        data in prop::collection::vec(any::<u8>(), 4..300),
        secret: bool,
    ) {
        let mut trace = String::new();
        let mut recorder = Recorder::new(Echo, |line: &str| trace.push_str(line));
        let mut response = Response::new();
        recorder.begin().unwrap();
        // Where a whole file would be recorded: a CA certificate, from its beginning.
        for before in [
            Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(Application::Jpki.name()),
            Command::new(0x00, 0xB0, 0x8B, 0x00).with_expected(256),
        ] {
            recorder.exchange(&before, &mut response).unwrap();
        }
        let command = Command::new(cla, ins, p1, p2).with_data(&data);
        let command = if secret { command.secret() } else { command };
        recorder.exchange(&command, &mut response).unwrap();
        // What goes on from the answer is hidden like it.
        recorder.exchange(&Command::new(0x00, 0xC0, 0x00, 0x00).with_data(&data).with_expected(256), &mut response).unwrap();
        recorder.end(End::PowerDown);
        drop(recorder);
        let found = data.windows(4).find(|window| trace.contains(&hex(window)));
        prop_assert!(found.is_none(), "{:02X?} is in {}", found, trace);
    }

    #[test]
    fn a_select_that_is_marked_secret_or_too_long_for_a_name_is_not_recorded(data in prop::collection::vec(any::<u8>(), 4..40), secret: bool) {
        let mut trace = String::new();
        let mut recorder = Recorder::new(Echo, |line: &str| trace.push_str(line));
        let command = Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(&data);
        let command = if secret { command.secret() } else { command };
        recorder.exchange(&command, &mut Response::new()).unwrap();
        drop(recorder);
        prop_assert_eq!(trace.contains(&hex(&data)), !secret && data.len() <= 16);
    }
}

/// How long the signature password is, nobody learns from a trace; and a trace runs again with one of any length.
#[test]
fn passwords_of_all_lengths_leave_the_same_trace() {
    let dialogue = |card: &mut dyn Transport, password: &str| {
        let password = SignaturePassword::new(password.as_bytes()).ok().unwrap();
        let mut jpki = Jpki::open(card, Options::new()).unwrap();
        let outcome = jpki.signature_verify(password).map(drop);
        outcome.map_err(|error| error.code())
    };
    let recorded = |password: &str| {
        let mut trace = String::new();
        let mut recorder = Recorder::new(FakeCard::new(Limits::SHORT), |line: &str| {
            trace.push_str(line);
            trace.push('\n');
        });
        assert_eq!(dialogue(&mut recorder, password), Err("MC-1003"));
        drop(recorder);
        trace
    };
    let (short, long) = (recorded("WRONG6"), recorded("WRONGWRONGWRON16"));
    assert_eq!(short, long);
    let verify = r#""header":"0020009B","le":0,"status":"63C4""#;
    assert!(long.contains(verify), "{long}");

    for trace in [
        short.clone(),
        // As it was written once, with the length.
        short.replace(verify, &verify.replace(r#","le""#, r#","lc":6,"le""#)),
    ] {
        let mut replay = Replay::read(&trace).unwrap();
        assert_eq!(dialogue(&mut replay, "OTHER789"), Err("MC-1003"), "{trace}");
        assert!(replay.is_finished());
    }
    // A counter query is no VERIFY, nor the other way round.
    let query = r#""header":"0020009B","lc":0,"le":0"#;
    let unlike = [
        short.replace(query, r#""header":"0020009B","le":0"#),
        short.replace(verify, &verify.replace(r#","le""#, r#","lc":0,"le""#)),
    ];
    for trace in unlike {
        assert_ne!(trace, short);
        let mut replay = Replay::read(&trace).unwrap();
        assert_ne!(dialogue(&mut replay, "OTHER789"), Err("MC-1003"), "{trace}");
    }
}

/// Every function that sends a PIN or a new one, recorded: the lines of VERIFY and CHANGE hold header and status.
#[test]
fn every_pin_of_the_interface_stays_out_of_its_trace() {
    let mut card = FakeCard::new(Limits::SHORT);
    let support = Application::InputSupport.name();
    card.applications.insert(support.to_vec(), BTreeMap::new());
    card.pins
        .insert(key(support, 0x11), (b"8642".to_vec(), 3, 3));
    card.pad = Some(|_| Ok(StatusWord::Success));
    let mut trace = String::new();
    let mut recorder = Recorder::new(&mut card, |line: &str| {
        trace.push_str(line);
        trace.push('\n');
    });
    recorder.note("flow", "every \"PIN\"");
    let pin = |digits: &str| Pin::new(digits.as_bytes()).ok().unwrap();
    let password = |text: &str| SignaturePassword::new(text.as_bytes()).ok().unwrap();
    let open = Options::new;

    let mut jpki = Jpki::open(&mut recorder, open()).unwrap();
    let _ = jpki.verify(pin("9753")).err().unwrap();
    jpki.verify(pin("1234"))
        .unwrap()
        .change_pin(pin("5678"))
        .unwrap();
    jpki.signature_verify(password("ABC123"))
        .unwrap()
        .change_password(password("XYZ789"))
        .unwrap();
    jpki.verify_on_pin_pad().unwrap();
    jpki.finish();
    let mut app = InputSupport::open(&mut recorder, open()).unwrap();
    app.verify(pin("8642"))
        .unwrap()
        .change_pin(pin("2468"))
        .unwrap();
    app.finish();
    drop(recorder);

    let lines: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("\"header\":\"0020") || line.contains("\"header\":\"0024"))
        .collect();
    // Four VERIFYs with data and their counter queries, three changes, one pad with its query.
    assert_eq!(lines.len(), 4 * 2 + 3 + 2, "{trace}");
    for line in lines {
        assert!(!line.contains("\"data\""), "{line}");
        let length = line.contains("\"lc\"");
        assert!(!length || line.contains("\"lc\":0,"), "{line}");
        assert!(
            line.contains("\"answer\":[]") || line.contains("enter-pin"),
            "{line}"
        );
    }
    for secret in ["9753", "1234", "5678", "ABC123", "XYZ789", "8642", "2468"] {
        let secret = hex(secret.as_bytes());
        assert!(!trace.contains(&secret), "{secret} in {trace}");
    }
    let replay = Replay::read(&trace).unwrap();
    assert_eq!(replay.note("flow"), Some("every \"PIN\""));
    assert_eq!((replay.note("other"), replay.line()), (None, Some(2)));
}
