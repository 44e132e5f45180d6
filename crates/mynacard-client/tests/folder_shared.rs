//! One share, several receipt computers; requests that are written piece by piece; bounds of what is read.

#![cfg(feature = "folder")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_auth::Cancel;
use mynacard_client::folder::{
    ErrorKind, Exchange, ExchangeEvent, ExchangeOptions, Folders, Response, put_face,
};
use mynacard_eligibility::message::{FaceName, FileName, MessageKind};
use mynacard_eligibility::{
    BulkReader, BulkWriter, Date, Encoding, FieldId as F, Message, Record, Section, XmlOptions,
};
use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LONG: Option<Duration> = Some(Duration::from_secs(20));

fn never() -> Cancel {
    Cancel::new()
}

fn open(root: &Path, journal: &str, options: ExchangeOptions) -> Exchange {
    for name in ["req", "res"] {
        fs::create_dir_all(root.join(name)).unwrap();
    }
    Exchange::open(Folders::under(root, &root.join(journal)), options).unwrap()
}

fn options() -> ExchangeOptions {
    ExchangeOptions {
        poll: Duration::from_millis(2),
        patience: Duration::from_millis(50),
        ..ExchangeOptions::default()
    }
}

fn day() -> Date {
    Date::new(2026, 11, 20).unwrap()
}

fn message(identifier: &str) -> Message {
    let header = Record::builder(Section::Header)
        .set(F::ARBITRARY_FILE_IDENTIFIER, identifier)
        .build()
        .unwrap();
    Message::new(header, Record::new(Section::Body))
}

fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// Takes requests away and answers each with itself; gives the names.
fn terminal(root: &Path, stop: &Cancel) -> Vec<String> {
    let mut asked = Vec::new();
    while !stop.is_cancelled() {
        for file in fs::read_dir(root.join("req")).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            if let Some(request) = FileName::parse(&name) {
                let bytes = fs::read(file.path()).unwrap();
                fs::remove_file(file.path()).unwrap();
                fs::write(root.join("res").join(request.response().to_string()), bytes).unwrap();
                asked.push(name);
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    asked
}

const EACH: usize = 100;
const COMPUTERS: [&str; 3] = ["A", "B", "C"];

/// One receipt computer: asks again and again, starts anew in between, and gets only its own answers.
fn computer(root: &Path, who: &str) {
    let mut asked = 0;
    let mut seen = HashSet::new();
    while asked < EACH {
        // However slow the machine is, half an answer is not yet a broken one.
        let patient = ExchangeOptions {
            patience: Duration::from_secs(60),
            ..options()
        };
        let mut exchange = open(root, who, patient);
        for _ in 0..10 {
            let id = exchange.next_id(MessageKind::Query, day());
            let text = format!("{who}-{asked}");
            exchange
                .submit(MessageKind::Query, &id, &message(&text), 1)
                .unwrap();
            asked += 1;
        }
        while seen.len() < asked {
            match exchange.next(LONG, &never()) {
                Some(ExchangeEvent::Response(response)) => {
                    let text = response
                        .header(F::ARBITRARY_FILE_IDENTIFIER)
                        .unwrap()
                        .trust_the_folder();
                    assert!(text.starts_with(&format!("{who}-")), "{who} got {text}");
                    assert!(seen.insert(text.to_owned()), "{text} came twice");
                    exchange.acknowledge(&response.request).unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn three_computers_on_one_share_get_their_own_answers() {
    if let Some(root) = std::env::var_os("MYNACARD_SHARED_ROOT") {
        let who = std::env::var("MYNACARD_SHARED_WHO").unwrap();
        return computer(Path::new(&root), &who);
    }
    let dir = in_memory();
    for name in ["req", "res"] {
        fs::create_dir(dir.path().join(name)).unwrap();
    }
    let stop = Cancel::new();
    let (share, ended) = (dir.path().to_owned(), stop.clone());
    let thread = std::thread::spawn(move || terminal(&share, &ended));
    let children: Vec<_> = COMPUTERS
        .iter()
        .map(|who| {
            Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "three_computers_on_one_share_get_their_own_answers",
                ])
                .env("MYNACARD_SHARED_ROOT", dir.path())
                .env("MYNACARD_SHARED_WHO", who)
                .spawn()
                .unwrap()
        })
        .collect();
    let ended: Vec<bool> = children
        .into_iter()
        .map(|mut child| child.wait().unwrap().success())
        .collect();
    stop.cancel();
    let asked = thread.join().unwrap();
    assert_eq!(ended, [true; COMPUTERS.len()]);
    assert_eq!(asked.len(), EACH * COMPUTERS.len());
    assert_eq!(asked.iter().collect::<HashSet<_>>().len(), asked.len());
}

#[test]
fn a_journal_belongs_to_one_program_at_a_time_and_keeps_its_tag() {
    let dir = in_memory();
    let first = open(dir.path(), "A", options());
    let folders = Folders::under(dir.path(), &dir.path().join("A"));
    let error = Exchange::open(folders, options()).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("MC-6512", &ErrorKind::JournalInUse)
    );
    let id = first.next_id(MessageKind::Query, day());
    let other = open(dir.path(), "B", options()).next_id(MessageKind::Query, day());
    assert_ne!(id, other);
    drop(first);
    let again = open(dir.path(), "A", options()).next_id(MessageKind::Query, day());
    assert_eq!(id, again);
    // Long enough for a share that counts, short enough for the identifier in the file.
    assert!(id.len() <= 50 && id == id.to_lowercase(), "{id}");
}

#[test]
fn an_old_answer_is_not_taken_for_a_new_ones() {
    let dir = in_memory();
    let mut exchange = open(dir.path(), "A", options());
    let kind = MessageKind::BulkQueryDownload;
    let first = exchange.next_id(kind, day());
    let name = exchange.submit(kind, &first, &message("1"), 1).unwrap();
    let path = dir.path().join("res").join(name.response().to_string());
    fs::write(path.with_extension("zip"), "x").unwrap();
    fs::remove_file(dir.path().join("req").join(name.to_string())).unwrap();
    exchange.abandon(&name).unwrap();
    exchange.prune(2).unwrap();
    assert_eq!(exchange.requests().count(), 0, "abandoned ones go as well");
    assert_ne!(exchange.next_id(kind, day()), first);
    let error = exchange.submit(kind, &first, &message("2"), 3).unwrap_err();
    assert_eq!(error.code(), "MC-6508");
    let name = exchange.submit(kind, "other", &message("3"), 3).unwrap();
    exchange.prune(u64::MAX).unwrap();
    assert_eq!(
        exchange
            .requests()
            .map(|entry| entry.request.clone())
            .collect::<Vec<_>>(),
        [name.to_string()],
        "what is waited for stays"
    );
}

fn bulk(
    out: &mut dyn Write,
    people: usize,
    close: bool,
) -> Result<(), mynacard_eligibility::Error> {
    let options = XmlOptions {
        encoding: Encoding::ShiftJis,
        ..XmlOptions::default()
    };
    let mut writer = BulkWriter::start(
        out,
        &message("bulk").header,
        &Record::new(Section::Body),
        options,
    )?;
    for number in 0..people {
        let person = Record::builder(Section::Search)
            .set(F::INSURED_IDENTIFICATION_NUMBER, number.to_string())
            .build()?;
        writer.write(&person)?;
    }
    if close {
        writer.finish()?;
    }
    Ok(())
}

#[test]
fn a_message_written_piece_by_piece_is_sent_whole_or_not_at_all() {
    let dir = in_memory();
    let mut exchange = open(dir.path(), "A", options());
    let kind = MessageKind::BulkQuery;
    let name = exchange
        .submit_with(kind, "1", 1, |out| bulk(out, 5000, true))
        .unwrap();
    let file = fs::File::open(dir.path().join("req").join(name.to_string())).unwrap();
    let mut reader = BulkReader::open(file).unwrap();
    let mut people = 0;
    while reader.next_unit().unwrap().is_some() {
        people += 1;
    }
    assert_eq!(people, 5000);
    let kept = exchange.requests().next().unwrap();
    assert_eq!(kept.file_identifier.as_deref(), Some("bulk"));

    let half = exchange.submit_with(kind, "2", 1, |out| bulk(out, 5, false));
    assert_eq!(half.unwrap_err().code(), "MC-4002");
    let refused = exchange.submit_with(kind, "3", 1, |out| {
        bulk(out, 5, false)?;
        Record::builder(Section::Header)
            .set(F::SEGMENT_OF_RESULT, "x")
            .build()
            .map(drop)
    });
    assert_eq!(refused.unwrap_err().code(), "MC-4013");
    let used = exchange.submit_with(kind, "1", 1, |out| bulk(out, 1, true));
    assert_eq!(used.unwrap_err().code(), "MC-6508");
    assert_eq!(exchange.requests().count(), 1);
    assert_eq!(fs::read_dir(dir.path().join("req")).unwrap().count(), 1);
}

fn answered(
    root: &Path,
    options: ExchangeOptions,
    extension: &str,
    bytes: &[u8],
) -> Option<ExchangeEvent> {
    let mut exchange = open(root, "A", options);
    let id = exchange.next_id(MessageKind::BulkQueryDownload, day());
    let name = exchange
        .submit(MessageKind::BulkQueryDownload, &id, &message("bulk"), 1)
        .unwrap();
    let path = root.join("res").join(name.response().to_string());
    fs::write(path.with_extension(extension), bytes).unwrap();
    let event = exchange.next(LONG, &never());
    exchange.abandon(&name).unwrap();
    exchange.prune(u64::MAX).unwrap();
    event
}

fn zipped(files: usize, xml: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for number in 0..files {
        let name = if number == 0 {
            "a.xml".into()
        } else {
            format!("{number}.txt")
        };
        zip.start_file(name, deflated).unwrap();
        zip.write_all(if number == 0 { xml } else { b"x" }).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_read_has_bounds_plain_and_zipped() {
    let dir = in_memory();
    let mut xml = Vec::new();
    bulk(&mut xml, 6_000, true).unwrap();
    let at_most = |max_answer| ExchangeOptions {
        max_answer,
        ..options()
    };
    let length = xml.len() as u64;
    let bomb = zipped(1, &xml);
    assert!((bomb.len() as u64) < length / 10);
    for (extension, bytes) in [("xml", &xml), ("zip", &bomb)] {
        match answered(dir.path(), at_most(length), extension, bytes) {
            Some(ExchangeEvent::Response(response)) => assert_eq!(response.people(), 6_000),
            other => panic!("{other:?}"),
        }
        match answered(dir.path(), at_most(length - 1), extension, bytes) {
            Some(ExchangeEvent::Unreadable { error, .. }) => assert_eq!(
                error.kind(),
                &ErrorKind::FileTooLarge { limit: length - 1 },
                "{extension}"
            ),
            other => panic!("{other:?}"),
        }
    }
    for (files, accepted) in [(100, true), (101, false), (5000, false)] {
        match answered(dir.path(), options(), "zip", &zipped(files, &xml)) {
            Some(ExchangeEvent::Response(_)) => assert!(accepted, "{files}"),
            Some(ExchangeEvent::Unreadable { error, .. }) => {
                assert!(!accepted, "{files}");
                assert_eq!(error.code(), "MC-6504");
                assert!(error.to_string().contains("too many files"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn reading_stops_in_the_middle_plain_and_zipped() {
    let dir = in_memory();
    let mut xml = Vec::new();
    bulk(&mut xml, 6_000, true).unwrap();
    for (extension, bytes) in [("xml", &xml), ("zip", &zipped(1, &xml))] {
        let Some(ExchangeEvent::Response(response)) =
            answered(dir.path(), options(), extension, bytes)
        else {
            panic!("no answer");
        };
        let stop = Cancel::new();
        let mut seen = 0;
        let error = each(&response, &stop, &mut || {
            seen += 1;
            if seen == 5 {
                stop.cancel();
            }
        })
        .unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            ("MC-6513", &ErrorKind::Stopped)
        );
        assert!((5..5_900).contains(&seen), "{extension}: {seen}");
        let mut all = 0;
        each(&response, &never(), &mut || all += 1).unwrap();
        assert_eq!(all, 6_000);
    }
}

fn each(
    response: &Response,
    stop: &Cancel,
    seen: &mut dyn FnMut(),
) -> Result<(), mynacard_client::folder::Error> {
    response.each_person(stop, &mut |_, _| seen())
}

#[test]
fn of_several_face_files_of_one_name_one_is_put() {
    let dir = in_memory();
    for round in 0..20 {
        let name = FaceName {
            identifier: round.to_string(),
            time: None,
        };
        let put = |text: String| put_face(dir.path(), &name, text.as_bytes()).map(|_| text);
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|who| scope.spawn(move || put(format!("{who}"))))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let won: Vec<&String> = results.iter().flatten().collect();
        assert_eq!(won.len(), 1, "{results:?}");
        let written = fs::read_to_string(dir.path().join(name.file_name())).unwrap();
        assert_eq!(&written, won[0]);
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            assert_eq!(error.code(), "MC-6511");
        }
    }
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        20,
        "nothing else stays"
    );
}
