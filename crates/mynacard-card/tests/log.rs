//! The most verbose log shows headers and lengths, never a byte of a PIN or of an answer.

#![allow(clippy::unwrap_used)]

mod support;

use mynacard_card::app::jpki::{Jpki, Options};
use mynacard_card::{Limits, Pin, SignaturePassword};
use std::sync::Mutex;
use support::FakeCard;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Collect;

impl log::Log for Collect {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        LINES.lock().unwrap().push(record.args().to_string());
    }
    fn flush(&self) {}
}

#[test]
fn no_pin_and_no_answer_is_logged() {
    log::set_logger(&Collect).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let mut card = FakeCard::new(Limits::SHORT);
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    let certificate = jpki.authentication_certificate().unwrap();
    let _ = jpki.verify(Pin::new(b"8642").ok().unwrap()).err().unwrap();
    jpki.verify(Pin::new(b"1234").ok().unwrap())
        .unwrap()
        .sign(b"message")
        .unwrap();
    jpki.signature_verify(SignaturePassword::new(b"ABC123").ok().unwrap())
        .unwrap()
        .signature_certificate()
        .unwrap();
    jpki.finish();

    let lines = LINES.lock().unwrap();
    assert!(lines.len() > 40, "the log is on: {} lines", lines.len());
    assert!(
        lines
            .iter()
            .any(|line| line == "> 00 20 00 98, secret, 0 expected")
    );
    // The signature password: not even its length.
    assert!(
        lines
            .iter()
            .any(|line| line == "> 00 20 00 9B, secret, 0 expected")
    );
    assert!(
        lines
            .iter()
            .all(|line| !line.starts_with("> 00 20") || !line.contains(" 6 bytes"))
    );
    assert!(lines.iter().any(|line| line == "< 0 bytes, 63C2"));
    let all = lines.join("\n").to_uppercase().replace([' ', ','], "");
    for secret in ["8642", "1234", "ABC123"] {
        // As text, in hexadecimal, and as Rust shows bytes.
        let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
        let decimal: String = secret.bytes().map(|byte| byte.to_string()).collect();
        for spelling in [secret, &hex, &decimal] {
            assert!(!all.contains(spelling), "{spelling} in the log");
        }
    }
    let hex: String = certificate[4..12]
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    assert!(!all.contains(&hex), "certificate in the log");
}
