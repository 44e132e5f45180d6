//! The chain at the most verbose log level: neither a PIN nor a person's data is in the log of any crate.
#![allow(clippy::unwrap_used)] // A test may stop here.

use std::fmt::Write as _;
use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};
use mynacard_chain::secrets::Search;

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
    assert_eq!(found(&Search::new(), &log), Vec::<String>::new());
}

#[test]
fn a_planted_secret_is_found() {
    let search = Search::new();
    assert!(search.len() > 1000, "{}", search.len());
    for harmless in [
        "sent 00 20 00 98 04 to 1234567x",
        "127.0.0.1:51234 answered 200 with 12345 bytes",
        "OQSsiquc01res_1234.xml was written",
        "TRACE mynacard_card::card: < 1234 bytes, 6765",
        "TRACE mynacard_card::card: < 0 bytes, 1234",
        "TRACE mynacard_card::card: > 00 B0 00 94, 0 bytes, 1234 expected",
    ] {
        assert_eq!(found(&search, harmless).len(), 0, "{harmless}");
    }
    for planted in [
        "pin=1234",
        "TRACE mynacard_card::card: 1234 was typed",
        "TRACE mynacard_auth::desk: < 1234 bytes, 6765",
        "pin_1234.",
        "00 20 00 98 04 31 32 33 34",
        "0020009804 31323334",
        "[49, 50, 51, 52]",
        "[0, 32, 49,50,51,52]",
        "[0x31, 0x32, 0x33, 0x34]",
        "医療　太郎",
        "Some(\"医療太郎\")",
        "ｲﾘｮｳ ﾀﾛｳ",
        "\\u533b\\u7642\\u3000\\u592a\\u90ce",
        "E5 8C BB E7 99 82 E3 80 80 E5 A4 AA E9 83 8E",
        "born 19800401",
        "password ABC123",
        "number 1234567",
        "symbol ２１７００２３",
        // The name in Shift_JIS, and behind one and two other bytes in Base64.
        "88 e3 97 c3 81 40 91 be 98 59",
        "LuWMu+eZguOAgOWkqumDjg==",
        "Li7ljLvnmYLjgIDlpKrpg44=",
    ] {
        assert!(!found(&search, planted).is_empty(), "{planted}");
    }
    let wide: Vec<u8> = "医療　太郎"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(!search.in_text(&wide).is_empty());
}

/// What a program made or was given is looked for too: as text, and a key as bytes.
#[test]
fn a_made_secret_is_found() {
    let key = [0xA5, 0x5A, 0xFF, 0x00, 0x81, 0x12, 0x34, 0x56, 0x78];
    let made = [
        b"correct horse battery".to_vec(),
        key.to_vec(),
        b"ab".to_vec(),
    ];
    let search = Search::with(&made.into());
    for planted in [
        "opened with correct horse battery",
        "63 6f 72 72 65 63 74 20 68 6f 72 73 65 20 62 61 74 74 65 72 79",
        "key a55aff008112345678",
        "[165, 90, 255, 0, 129, 18, 52, 86, 120]",
        "key pVr/AIESNFZ4",
    ] {
        assert!(!found(&search, planted).is_empty(), "{planted}");
        assert!(found(&Search::new(), planted).is_empty(), "{planted}");
    }
    assert!(found(&search, "ab, and a correct horse").is_empty());
}

fn found(search: &Search, log: &str) -> Vec<String> {
    search.in_text(log.as_bytes())
}
