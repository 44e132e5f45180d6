//! The exchange: nothing lost, nothing doubled, never half a file, whatever the terminal, the share and the power do.

#![cfg(feature = "folder")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_auth::Cancel;
use mynacard_client::folder::{
    Exchange, ExchangeEvent, ExchangeOptions, Folders, Password, PendingState, Response,
    Unauthenticated,
};
use mynacard_eligibility::identifier::{InstitutionCode, InsuredNumber, InsurerNumber};
use mynacard_eligibility::message::request::{self, Consent, Insured, Padding, Query, Sender};
use mynacard_eligibility::message::{FileName, MessageKind};
use mynacard_eligibility::{
    BulkWriter, Date, Encoding, FieldId as F, Message, Record, Section, Validity, XmlOptions,
};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const SHORT: Option<Duration> = Some(Duration::from_millis(100));
const LONG: Option<Duration> = Some(Duration::from_secs(10));

fn never() -> Cancel {
    Cancel::new()
}

fn options() -> ExchangeOptions {
    ExchangeOptions {
        poll: Duration::from_millis(10),
        patience: Duration::from_millis(200),
        ..ExchangeOptions::default()
    }
}

fn open(root: &Path) -> Exchange {
    for name in ["req", "res"] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    Exchange::open(Folders::under(root, &root.join("journal")), options()).unwrap()
}

fn day() -> Date {
    Date::new(2026, 11, 20).unwrap()
}

fn query(identifier: &str) -> Message {
    let sender = Sender {
        institution: InstitutionCode::strict("0110113719").unwrap(),
        file_identifier: Some(identifier.into()),
    };
    let insured = Insured {
        insurer: InsurerNumber::strict("06130488").unwrap(),
        symbol: None,
        number: InsuredNumber::strict(identifier).unwrap(),
        branch: None,
    };
    let query = Query {
        insured,
        birth: Date::new(1980, 4, 1).unwrap(),
        limit: Consent::NotGiven,
        identifier: None,
    };
    request::query(&sender, day(), &query, Padding::Spaces).unwrap()
}

/// What the terminal answers to a request.
fn reply(request: &Message) -> Vec<u8> {
    let mut message = Message::new(request.header.clone(), Record::new(Section::Body));
    message.header.insert(F::SEGMENT_OF_RESULT, "1");
    message.body.insert(F::QUALIFICATION_VALIDITY, "1");
    message
        .write_xml(&XmlOptions {
            encoding: Encoding::ShiftJis,
            ..Default::default()
        })
        .unwrap()
        .bytes
}

fn answer(root: &Path, name: &FileName, bytes: &[u8]) {
    std::fs::write(root.join("res").join(name.response().to_string()), bytes).unwrap();
}

#[track_caller]
fn response(event: Option<ExchangeEvent>) -> Response {
    match event {
        Some(ExchangeEvent::Response(response)) => *response,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_comes_once_and_again_only_after_a_restart_without_acknowledgement() {
    let dir = tempfile::tempdir().unwrap();
    let mut exchange = open(dir.path());
    let id = exchange.next_id(MessageKind::Query, day());
    let (number, tag) = id.split_once('-').unwrap();
    assert_eq!((number, tag.len()), ("202611200001", 8));
    let name = exchange
        .submit(MessageKind::Query, &id, &query("q1"), 100)
        .unwrap();
    assert_eq!(
        exchange.next_id(MessageKind::Query, day()),
        format!("202611200002-{tag}")
    );
    assert_eq!(
        exchange
            .submit(MessageKind::Query, &id, &query("q1"), 100)
            .unwrap_err()
            .code(),
        "MC-6508"
    );
    assert_eq!(
        exchange
            .submit(MessageKind::Query, "a/b", &query("q1"), 100)
            .unwrap_err()
            .code(),
        "MC-6507"
    );
    let written =
        Message::read_xml(&std::fs::read(dir.path().join("req").join(name.to_string())).unwrap())
            .unwrap();
    assert_eq!(
        (written.encoding, &written.body),
        (Encoding::ShiftJis, &query("q1").body)
    );
    assert_eq!(
        std::fs::read_dir(dir.path().join("req")).unwrap().count(),
        1,
        "no temporary file stays"
    );

    assert!(exchange.next(SHORT, &never()).is_none());
    answer(dir.path(), &name, &reply(&query("q1")));
    let first = response(exchange.next(LONG, &never()));
    assert_eq!(
        (
            &first.request,
            first.late,
            first
                .header(F::SEGMENT_OF_RESULT)
                .map(Unauthenticated::trust_the_folder)
        ),
        (&name, false, Some("1"))
    );
    assert_eq!(
        first.answer().unwrap().peek().validity(),
        Some(Validity::Valid)
    );
    assert!(exchange.next(SHORT, &never()).is_none());
    drop(exchange);

    let mut exchange = open(dir.path());
    assert_eq!(response(exchange.next(LONG, &never())).request, name);
    exchange.acknowledge(&name).unwrap();
    drop(exchange);
    let mut exchange = open(dir.path());
    assert!(exchange.next(SHORT, &never()).is_none());
    assert_eq!(
        exchange
            .requests()
            .map(|entry| entry.state)
            .collect::<Vec<_>>(),
        [PendingState::Done]
    );
    exchange.prune(101).unwrap();
    assert_eq!(exchange.requests().count(), 0);
}

#[test]
fn a_name_is_taken_while_its_answer_is_awaited_also_when_the_terminal_took_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut exchange = open(dir.path());
    let name = exchange
        .submit(MessageKind::Query, "1", &query("q1"), 1)
        .unwrap();
    std::fs::remove_file(dir.path().join("req").join(name.to_string())).unwrap();
    let again = exchange.submit(MessageKind::Query, "1", &query("q2"), 2);
    assert_eq!(again.unwrap_err().code(), "MC-6508");
    answer(dir.path(), &name, &reply(&query("q1")));
    assert_eq!(response(exchange.next(LONG, &never())).request, name);
}

#[test]
fn an_answer_that_still_grows_is_waited_for_longer_than_the_patience() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let patient = ExchangeOptions {
        patience: Duration::from_secs(3),
        ..options()
    };
    let folders = Folders::under(dir.path(), &dir.path().join("journal"));
    let mut exchange = Exchange::open(folders, patient).unwrap();
    let name = exchange
        .submit(MessageKind::Query, "1", &query("q1"), 1)
        .unwrap();
    let bytes = reply(&query("q1"));
    let step = Some(Duration::from_millis(400));
    for tenths in 1..10 {
        answer(dir.path(), &name, &bytes[..bytes.len() * tenths / 10]);
        let told = exchange.next(step, &never());
        assert!(told.is_none(), "{tenths}: {told:?}");
    }
    answer(dir.path(), &name, &bytes);
    assert_eq!(response(exchange.next(LONG, &never())).request, name);
}

#[test]
fn late_foreign_wrong_and_broken_answers() {
    let dir = tempfile::tempdir().unwrap();
    let mut exchange = open(dir.path());
    let name = exchange
        .submit(MessageKind::Query, "1", &query("q1"), 1)
        .unwrap();
    exchange.abandon(&name).unwrap();
    answer(
        dir.path(),
        &FileName::request(MessageKind::Query, "9").unwrap(),
        &reply(&query("q9")),
    );
    assert!(
        exchange.next(SHORT, &never()).is_none(),
        "another program's answer"
    );
    answer(dir.path(), &name, &reply(&query("q1")));
    assert!(response(exchange.next(LONG, &never())).late);

    let wrong = exchange
        .submit(MessageKind::Query, "2", &query("q2"), 1)
        .unwrap();
    answer(dir.path(), &wrong, &reply(&query("other")));
    assert!(
        matches!(exchange.next(LONG, &never()), Some(ExchangeEvent::Unreadable { error, .. }) if error.code() == "MC-6510")
    );
    let bytes = reply(&query("q2"));
    answer(dir.path(), &wrong, &bytes[..bytes.len() / 2]);
    assert!(
        matches!(exchange.next(LONG, &never()), Some(ExchangeEvent::Unreadable { error, .. }) if error.code() == "MC-4002")
    );
    answer(dir.path(), &wrong, &bytes);
    assert_eq!(response(exchange.next(LONG, &never())).request, wrong);
    assert_eq!(
        exchange
            .acknowledge(&FileName::request(MessageKind::Query, "7").unwrap())
            .unwrap_err()
            .code(),
        "MC-6509"
    );
}

#[test]
fn a_share_that_is_away_is_said_and_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let mut exchange = Exchange::open(
        Folders::under(&dir.path().join("share"), &dir.path().join("journal")),
        options(),
    )
    .unwrap();
    assert_eq!(
        exchange
            .submit(MessageKind::Query, "1", &query("q1"), 1)
            .unwrap_err()
            .code(),
        "MC-6501"
    );
    assert_eq!(
        exchange.requests().count(),
        0,
        "what was not written was not asked"
    );
    assert!(matches!(
        exchange.next(LONG, &never()),
        Some(ExchangeEvent::Unavailable(_))
    ));
    for name in ["req", "res"] {
        std::fs::create_dir_all(dir.path().join("share").join(name)).unwrap();
    }
    assert!(matches!(
        exchange.next(LONG, &never()),
        Some(ExchangeEvent::Available)
    ));
    exchange
        .submit(MessageKind::Query, "1", &query("q1"), 1)
        .unwrap();
}

fn bulk(people: usize) -> Vec<u8> {
    let header = Record::builder(Section::Header)
        .set(F::RECEPTION_NUMBER, "R-1")
        .build()
        .unwrap();
    let options = XmlOptions {
        encoding: Encoding::ShiftJis,
        ..Default::default()
    };
    let mut writer =
        BulkWriter::start(Vec::new(), &header, &Record::new(Section::Body), options).unwrap();
    for index in 0..people {
        writer
            .write(
                &Record::builder(Section::Unit)
                    .set(F::REFERENCE_NUMBER, index.to_string())
                    .build()
                    .unwrap(),
            )
            .unwrap();
    }
    writer.finish().unwrap().0
}

fn zipped(entry: &str, xml: &[u8], password: Option<&str>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    match password {
        Some(password) => zip
            .start_file(
                entry,
                plain.with_aes_encryption(zip::AesMode::Aes256, password),
            )
            .unwrap(),
        None => zip.start_file(entry, plain).unwrap(),
    }
    zip.write_all(xml).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn bulk_answers_come_plain_or_in_zips() {
    let dir = tempfile::tempdir().unwrap();
    let mut exchange = open(dir.path());
    let kind = MessageKind::BulkQueryDownload;
    let sender = Sender {
        institution: InstitutionCode::strict("0110113719").unwrap(),
        file_identifier: None,
    };
    let download = request::download(&sender, "R-1").unwrap();
    let put = |name: &FileName, extension: &str, bytes: &[u8]| {
        let file = name.response().to_string().replace(".xml", extension);
        std::fs::write(dir.path().join("res").join(file), bytes).unwrap();
    };
    let people = |response: &Response| {
        let mut seen = Vec::new();
        response
            .each_person(&never(), &mut |message, unit| {
                assert_eq!(message.peek().header.text(F::RECEPTION_NUMBER), Some("R-1"));
                seen.push(
                    unit.peek()
                        .record
                        .text(F::REFERENCE_NUMBER)
                        .unwrap()
                        .to_owned(),
                );
            })
            .unwrap();
        assert_eq!(
            (
                seen.len(),
                response.people(),
                response
                    .reception_number()
                    .map(Unauthenticated::trust_the_folder)
            ),
            (50, 50, Some("R-1"))
        );
        assert!(
            seen.iter()
                .enumerate()
                .all(|(index, number)| *number == index.to_string())
        );
    };

    let name = exchange.submit(kind, "1", &download, 1).unwrap();
    put(&name, ".xml", &bulk(50));
    people(&response(exchange.next(LONG, &never())));
    let name = exchange.submit(kind, "2", &download, 1).unwrap();
    let bytes = zipped("folder/result.xml", &bulk(50), None);
    put(&name, ".zip", &bytes[..bytes.len() - 10]);
    assert!(exchange.next(SHORT, &never()).is_none(), "half a ZIP");
    put(&name, ".zip", &bytes);
    people(&response(exchange.next(LONG, &never())));

    let name = exchange.submit(kind, "3", &download, 1).unwrap();
    put(&name, ".zip", &zipped("x.xml", &bulk(50), Some("himitsu")));
    match exchange.next(LONG, &never()) {
        Some(ExchangeEvent::Unreadable { error, .. }) => {
            assert_eq!(
                (error.code(), error.to_string().contains("zip_password")),
                ("MC-6505", true)
            );
        }
        other => panic!("{other:?}"),
    }
    let with = |password: &str| {
        let options = ExchangeOptions {
            zip_password: Some(Password::new(password)),
            ..options()
        };
        let mut exchange = Exchange::open(
            Folders::under(dir.path(), &dir.path().join("journal")),
            options,
        )
        .unwrap();
        for done in ["1", "2"] {
            exchange
                .acknowledge(&FileName::request(kind, done).unwrap())
                .unwrap();
        }
        exchange
    };
    drop(exchange);
    assert!(
        matches!(with("falsch").next(LONG, &never()), Some(ExchangeEvent::Unreadable { error, .. }) if error.code() == "MC-6505")
    );
    let mut exchange = with("himitsu");
    people(&response(exchange.next(LONG, &never())));
    let name = exchange.submit(kind, "4", &download, 1).unwrap();
    put(&name, ".zip", &zipped("readme.txt", b"x", None));
    assert!(
        matches!(exchange.next(LONG, &never()), Some(ExchangeEvent::Unreadable { error, .. }) if error.code() == "MC-6504")
    );
}

/// A terminal that takes requests away and writes answers in pieces, some twice.
fn terminal(root: &Path, stop: &Cancel) -> usize {
    let mut answered = 0;
    while !stop.is_cancelled() {
        let mut idle = true;
        for file in std::fs::read_dir(root.join("req")).unwrap().flatten() {
            let Some(name) = file.file_name().to_str().and_then(FileName::parse) else {
                continue;
            };
            idle = false;
            let request = Message::read_xml(&std::fs::read(file.path()).unwrap())
                .expect("a request is never half written");
            std::fs::remove_file(file.path()).unwrap();
            let bytes = reply(&request);
            let path = root.join("res").join(name.response().to_string());
            let mut out = std::fs::File::create(&path).unwrap();
            let (first, rest) = bytes.split_at(answered * 13 % bytes.len());
            out.write_all(first).unwrap();
            if answered % 97 == 0 {
                std::thread::sleep(Duration::from_millis(15));
            }
            out.write_all(rest).unwrap();
            if answered % 50 == 0 {
                std::fs::write(&path, &bytes).unwrap();
            }
            answered += 1;
        }
        if idle {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    answered
}

/// A folder whose flushing costs nothing, where there is one: this test is about order, the killing one about the disk.
fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

#[test]
fn ten_thousand_exchanges_with_a_stuttering_terminal() {
    const ALL: usize = 10_000;
    const AT_ONCE: usize = 250;
    let dir = in_memory();
    let mut exchange = open(dir.path());
    let stop = Cancel::new();
    let (root, ended) = (dir.path().to_owned(), stop.clone());
    let thread = std::thread::spawn(move || terminal(&root, &ended));
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (mut asked, mut open_requests) = (0, 0);
    let end = Instant::now() + Duration::from_secs(300);
    while seen.len() < ALL && Instant::now() < end {
        while asked < ALL && open_requests < AT_ONCE {
            exchange
                .submit(
                    MessageKind::Query,
                    &asked.to_string(),
                    &query(&asked.to_string()),
                    1,
                )
                .unwrap();
            asked += 1;
            open_requests += 1;
        }
        match exchange.next(Some(Duration::from_secs(5)), &never()) {
            Some(ExchangeEvent::Response(response)) => {
                let identifier = response
                    .header(F::ARBITRARY_FILE_IDENTIFIER)
                    .unwrap()
                    .trust_the_folder()
                    .to_owned();
                assert_eq!(identifier, response.request.id);
                *seen.entry(identifier).or_default() += 1;
                exchange.acknowledge(&response.request).unwrap();
                open_requests -= 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(exchange.next(SHORT, &never()).is_none());
    stop.cancel();
    assert_eq!(thread.join().unwrap(), ALL);
    assert_eq!(seen.len(), ALL);
    assert!(seen.values().all(|&count| count == 1));
}

#[test]
fn a_notification_brings_the_answer_long_before_the_next_look() {
    let root = tempfile::tempdir().unwrap();
    open(root.path());
    let slow = ExchangeOptions {
        poll: Duration::from_secs(600),
        ..options()
    };
    let folders = Folders::under(root.path(), &root.path().join("journal"));
    let mut exchange = Exchange::open(folders, slow).unwrap();
    let message = query("1");
    let request = exchange
        .submit(MessageKind::Query, "1", &message, 0)
        .unwrap();
    assert!(exchange.next(SHORT, &never()).is_none());
    let answer = root.path().join("res").join(request.response().to_string());
    let terminal = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        std::fs::write(answer, reply(&message)).unwrap();
    });
    let event = exchange.next(Some(Duration::from_secs(60)), &never());
    terminal.join().unwrap();
    assert!(
        matches!(event, Some(ExchangeEvent::Response(response)) if response.request == request)
    );
}
