//! The chain at the most verbose log level: neither a PIN nor a person's data is in the log of any crate.
#![allow(clippy::unwrap_used)] // A test may stop here.

use std::fmt::Write as _;
use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};
use mynacard_sim::{Person, people};

static LOG: Keeper = Keeper(Mutex::new(String::new()));

/// Keeps everything that anybody logs, dependencies included.
struct Keeper(Mutex<String>);

impl Log for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let mut kept = self.0.lock().unwrap();
        writeln!(
            kept,
            "{} {}: {}",
            record.level(),
            record.target(),
            record.args()
        )
        .unwrap();
    }

    fn flush(&self) {}
}

#[test]
fn the_most_verbose_log_names_nobody_and_holds_no_pin() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let ended = mynacard_chain::run();
    let log = LOG.0.lock().unwrap();
    assert!(ended.is_ok(), "{ended:?}");
    for target in ["mynacard_card", "mynacard_chain"] {
        assert!(log.contains(target), "nothing was logged by {target}");
    }
    assert_eq!(secrets_in(&log), Vec::<String>::new());
}

#[test]
fn a_planted_secret_is_found() {
    assert_eq!(secrets_in("sent 00 20 00 98 04 to 1234567").len(), 0);
    for planted in [
        "pin=1234",
        "00 20 00 98 04 31 32 33 34",
        "0020009804 31323334",
        "[49, 50, 51, 52]",
        "医療　太郎",
        "password ABC123",
    ] {
        assert!(!secrets_in(planted).is_empty(), "{planted}");
    }
}

/// Lines that hold a secret of anybody, each with what was found.
fn secrets_in(log: &str) -> Vec<String> {
    let secrets: Vec<String> = people().iter().flat_map(secrets_of).collect();
    let mut found = Vec::new();
    for line in log.lines() {
        found.extend(
            secrets
                .iter()
                .filter(|secret| has_word(line, secret))
                .map(|secret| format!("{secret}: {}", line.chars().take(200).collect::<String>())),
        );
    }
    found.sort();
    found.dedup();
    found
}

/// What nobody may read in a log: as text, as bytes in hexadecimal, as a list of numbers.
fn secrets_of(person: &Person) -> Vec<String> {
    let mut all = vec![
        person.name().to_owned(),
        person.kana().to_owned(),
        person.address().to_owned(),
    ];
    all.extend([
        person.authentication_common_name(),
        person.signature_common_name(),
    ]);
    for secret in [person.pin(), person.signature_password(), Some("0000")]
        .into_iter()
        .flatten()
    {
        let bytes = secret.as_bytes();
        let hex = |between: &str| {
            bytes
                .iter()
                .map(|b| format!("{b:02X}"))
                .collect::<Vec<_>>()
                .join(between)
        };
        all.extend([
            secret.to_owned(),
            hex(""),
            hex(" "),
            hex(" ").to_lowercase(),
            format!("{bytes:?}"),
        ]);
    }
    all.retain(|secret| !secret.trim().is_empty());
    all
}

/// Whether the text holds the word, not as part of a longer run of letters or digits.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let part = |c: char| c.is_ascii_alphanumeric();
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        !(before.is_some_and(part) || after.is_some_and(part))
    })
}
