//! The most verbose log of every flow on every kind of card: headers, lengths and status words, and nothing that belongs to anybody.
#![allow(
    dead_code,
    clippy::panic,
    reason = "a test: failing is its duty, and it shares the flows with the one about faults"
)]

#[path = "faults/cards.rs"]
mod cards;
#[path = "faults/flows.rs"]
mod flows;
mod support;
#[path = "support/terminal.rs"]
mod terminal;

use std::sync::Mutex;

use mynacard_sim::person;
use support::to_hex;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Collect;

impl log::Log for Collect {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LINES
            .lock()
            .expect("no test panicked with it")
            .push(record.args().to_string());
    }

    fn flush(&self) {}
}

#[test]
fn no_flow_logs_a_secret_or_what_it_read() {
    log::set_logger(&Collect).expect("the only logger");
    log::set_max_level(log::LevelFilter::Trace);
    let mut flows = 0;
    for kind in cards::kinds() {
        let holder = person(kind.holder.id).expect("listed");
        for flow in &kind.flows {
            LINES.lock().expect("no test panicked with it").clear();
            let result = kind.run(flow, &mut kind.card.clone());
            let lines = LINES.lock().expect("no test panicked with it").clone();
            let case = format!("{}, {}", kind.name, flow.name);
            assert!(lines.len() > 3, "{case}: the log is on");

            let (year, month, day) = kind.holder.birth;
            let mut secrets: Vec<Vec<u8>> = [flows::PIN, flows::NEW_PIN, "WRONG1"]
                .into_iter()
                .chain([flows::PASSWORD, flows::NEW_PASSWORD])
                .chain([holder.name(), holder.address()])
                .map(|text| text.as_bytes().to_vec())
                .collect();
            secrets.push(format!("{year:04}{month:02}{day:02}").into_bytes());
            secrets.push(format!("{year:04}-{month:02}-{day:02}").into_bytes());
            // What came home, by its first bytes; short things are no more than a word of status.
            let came = result.into_iter().flatten();
            secrets.extend(
                came.filter(|found| found.len() >= 12)
                    .map(|found| found[..12].to_vec()),
            );
            let text = lines.join("\n");
            let packed = text.to_uppercase().replace([' ', ','], "");
            for secret in secrets {
                assert!(!packed.contains(&to_hex(&secret)), "{case}: {secret:02X?}");
                // As Rust shows bytes.
                let decimal: String = secret.iter().map(u8::to_string).collect();
                assert!(!packed.contains(&decimal), "{case}: {secret:02X?}");
                // Four digits can be a length; in hexadecimal they cannot.
                let plain = String::from_utf8(secret).unwrap_or_default();
                assert!(
                    plain.len() < 6 || !text.contains(&plain),
                    "{case}: {plain} in the log"
                );
            }
            flows += 1;
        }
    }
    assert!(flows > 200, "{flows} flows");
}
