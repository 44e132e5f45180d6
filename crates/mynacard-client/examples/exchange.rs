//! What one query through the folders costs on this side: submitted, its answer taken, acknowledged; beside the bare files.
//!
//! `cargo run --release --package mynacard-client --example exchange` prints a table for `benches/REPORT.md`. The terminal's own time is
//! not in it: its answer is written at once, by this program.
#![allow(clippy::print_stdout, clippy::expect_used)] // a program that prints what it measured

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use mynacard_auth::Cancel;
use mynacard_client::folder::{Exchange, ExchangeEvent, ExchangeOptions, Folders};
use mynacard_eligibility::identifier::{InstitutionCode, InsuredNumber, InsurerNumber};
use mynacard_eligibility::message::MessageKind;
use mynacard_eligibility::message::request::{self, Consent, Insured, Padding, Query, Sender};
use mynacard_eligibility::{Date, FieldId, Message, Record, Section, XmlOptions};

type Outcome<T> = Result<T, Box<dyn Error>>;

const QUERIES: usize = 200;

fn main() -> Outcome<()> {
    // Beside the program: on the disk, where a temporary folder may be memory.
    let program = std::env::current_exe()?;
    let dir = tempfile::tempdir_in(program.parent().ok_or("no folder")?)?;
    let root = dir.path();
    for name in ["req", "res", "bare"] {
        std::fs::create_dir(root.join(name))?;
    }
    let options = ExchangeOptions::default();
    let mut exchange = Exchange::open(Folders::under(root, &root.join("journal")), options)?;
    let (stop, wait) = (Cancel::new(), Some(Duration::from_secs(10)));
    let mut rows: [(&str, Vec<Duration>, Vec<Duration>); 3] = [
        ("a query submitted", Vec::new(), Vec::new()),
        ("its answer taken", Vec::new(), Vec::new()),
        ("acknowledged", Vec::new(), Vec::new()),
    ];
    let [submitted, taken, acknowledged] = &mut rows;
    for number in 0..QUERIES {
        let (id, query) = (exchange.next_id(MessageKind::Query, day()?), query(number)?);
        let bytes = query.write_xml(&XmlOptions::default())?.bytes;
        let now = u64::try_from(number)?;
        let request = time(&mut submitted.1, || {
            exchange.submit(MessageKind::Query, &id, &query, now)
        })?;
        time(&mut submitted.2, || synced(root, "request", &bytes))?;

        let reply = reply(&query)?;
        let name = request.response().to_string();
        let (place, bare) = (root.join("res").join(name), root.join("bare/answer"));
        std::fs::write(&place, &reply)?;
        std::fs::write(&bare, &reply)?;
        time(&mut taken.1, || match exchange.next(wait, &stop) {
            Some(ExchangeEvent::Response(response)) => Ok(response.answer().map(drop)?),
            other => Err(Box::<dyn Error>::from(format!("{other:?}"))),
        })?;
        time(&mut taken.2, || std::fs::read(&bare).map(drop))?;

        time(&mut acknowledged.1, || exchange.acknowledge(&request))?;
        time(&mut acknowledged.2, || synced(root, "note", b"done"))?;
    }
    println!("| what | µs, median | µs, of 99 in 100 | floor, µs | ÷ floor |");
    println!("|---|--:|--:|--:|--:|");
    for (name, mut ours, mut floor) in rows {
        let (here, late) = (at(&mut ours, 50), at(&mut ours, 99));
        let floor = at(&mut floor, 50);
        println!(
            "| {name} | {here:.0} | {late:.0} | {floor:.0} | {:.1} |",
            here / floor
        );
    }
    Ok(())
}

fn time<T>(times: &mut Vec<Duration>, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    times.push(begin.elapsed());
    done
}

/// Microseconds of the one that so many in a hundred are not slower than.
fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let place = times.get(times.len() * percent / 100);
    place.copied().unwrap_or_default().as_secs_f64() * 1e6
}

/// The bare file: written under another name, on the disk, renamed.
fn synced(root: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let (unfinished, place) = (root.join("bare/unfinished"), root.join("bare").join(name));
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(unfinished, place)?;
    File::open(root.join("bare"))?.sync_all()
}

fn day() -> Outcome<Date> {
    Ok(Date::new(2026, 11, 20).ok_or("a day")?)
}

fn query(number: usize) -> Outcome<Message> {
    let sender = Sender {
        institution: InstitutionCode::strict("0110113719")?,
        file_identifier: None,
    };
    let insured = Insured {
        insurer: InsurerNumber::strict("06130488")?,
        symbol: None,
        number: InsuredNumber::strict(&number.to_string())?,
        branch: None,
    };
    let query = Query {
        insured,
        birth: Date::new(1980, 4, 1).ok_or("a day")?,
        limit: Consent::NotGiven,
        identifier: None,
    };
    Ok(request::query(&sender, day()?, &query, Padding::Spaces)?)
}

/// What a terminal answers.
fn reply(request: &Message) -> Outcome<Vec<u8>> {
    let mut message = Message::new(request.header.clone(), Record::new(Section::Body));
    message.header.insert(FieldId::SEGMENT_OF_RESULT, "1");
    message.body.insert(FieldId::QUALIFICATION_VALIDITY, "1");
    Ok(message.write_xml(&XmlOptions::default())?.bytes)
}
