//! `kill -9` at random moments while a receipt computer asks, receives and acknowledges: nothing lost, nothing doubled.

#![cfg(all(unix, feature = "folder"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use mynacard_auth::Cancel;
use mynacard_client::folder::{Exchange, ExchangeEvent, ExchangeOptions, Folders, PendingState};
use mynacard_eligibility::message::{FileName, MessageKind};
use mynacard_eligibility::{Date, FieldId as F, Message, Record, Section, XmlOptions};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROOT: &str = "MYNACARD_FOLDER_KILL";
const TEST: &str = "killing_at_random_moments_loses_and_doubles_nothing";
const ROUNDS: u32 = 40;

fn open(root: &Path) -> Exchange {
    let options = ExchangeOptions {
        poll: Duration::from_millis(2),
        ..ExchangeOptions::default()
    };
    Exchange::open(Folders::under(root, &root.join("journal")), options).unwrap()
}

fn log(root: &Path, line: &str) {
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.join("log"))
        .unwrap();
    // One write: a process that is killed has written all of it or nothing.
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Asks and takes in, five at a time, until it is killed; with `last`, until everything asked was taken in.
fn work(root: &Path, last: bool) {
    let mut exchange = open(root);
    let day = Date::new(2026, 11, 20).unwrap();
    loop {
        let open = exchange
            .requests()
            .filter(|entry| entry.state == PendingState::Waiting)
            .count();
        if last && open == 0 {
            return;
        }
        if !last && open < 5 {
            let id = exchange.next_id(MessageKind::Query, day);
            let header = Record::builder(Section::Header)
                .set(F::ARBITRARY_FILE_IDENTIFIER, &id)
                .build()
                .unwrap();
            let message = Message::new(header, Record::new(Section::Body));
            let name = exchange
                .submit(MessageKind::Query, &id, &message, 1)
                .unwrap();
            log(root, &format!("promised {name}"));
            continue;
        }
        match exchange.next(Some(Duration::from_secs(20)), &Cancel::new()) {
            Some(ExchangeEvent::Response(response)) => {
                log(root, &format!("seen {}", response.request));
                exchange.acknowledge(&response.request).unwrap();
                log(root, &format!("acknowledged {}", response.request));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Takes requests away and answers in two pieces; counts how often each was asked.
fn terminal(root: &Path, stop: &Cancel) -> HashMap<String, usize> {
    let mut asked: HashMap<String, usize> = HashMap::new();
    while !stop.is_cancelled() {
        for file in fs::read_dir(root.join("req")).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            let Some(request) = FileName::parse(&name) else {
                continue;
            };
            let message = Message::read_xml(&fs::read(file.path()).unwrap())
                .expect("a request is never half written");
            fs::remove_file(file.path()).unwrap();
            *asked.entry(name).or_default() += 1;
            let bytes = message.write_xml(&XmlOptions::default()).unwrap().bytes;
            let (first, rest) = bytes.split_at(bytes.len() / 2);
            let path = root.join("res").join(request.response().to_string());
            let mut out = fs::File::create(path).unwrap();
            out.write_all(first).unwrap();
            std::thread::sleep(Duration::from_millis(1));
            out.write_all(rest).unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    asked
}

fn child(root: &Path, last: bool) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", TEST, "--nocapture"])
        .env(ROOT, root)
        .env("MYNACARD_FOLDER_LAST", if last { "1" } else { "0" })
        .stdout(Stdio::null());
    command
}

#[test]
fn killing_at_random_moments_loses_and_doubles_nothing() {
    if let Some(root) = std::env::var_os(ROOT) {
        let last = std::env::var("MYNACARD_FOLDER_LAST").unwrap() == "1";
        return work(Path::new(&root), last);
    }
    let dir = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap();
    let root = dir.path();
    for name in ["req", "res"] {
        fs::create_dir(root.join(name)).unwrap();
    }
    let stop = Cancel::new();
    let (share, ended) = (root.to_owned(), stop.clone());
    let thread = std::thread::spawn(move || terminal(&share, &ended));
    let lines = || fs::read_to_string(root.join("log")).map_or(0, |text| text.lines().count());
    let mut random = u64::from(std::process::id()) | 1;
    for _ in 0..ROUNDS {
        let before = lines();
        let mut child = child(root, false).stderr(Stdio::null()).spawn().unwrap();
        // Not before it did something, however slow the machine is.
        let patience = Instant::now() + Duration::from_secs(60);
        while lines() == before && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_micros(random % 30_000));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "it ended by itself");
    }
    assert!(child(root, true).status().unwrap().success());
    stop.cancel();
    let asked = thread.join().unwrap();
    check(root, &asked);
}

fn check(root: &Path, asked: &HashMap<String, usize>) {
    let text = fs::read_to_string(root.join("log")).unwrap();
    let mut story: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in text.lines() {
        let (what, name) = line.split_once(' ').unwrap();
        story.entry(name).or_default().push(what);
    }
    let mut doubled = 0;
    for (name, what) in &story {
        assert_eq!(asked.get(*name), Some(&1), "{name} was asked once");
        let seen = what.iter().filter(|&&what| what == "seen").count();
        let after = what.iter().skip_while(|&&what| what != "acknowledged");
        assert!(seen > 0, "{name} was lost");
        assert_eq!(
            after.count().min(2),
            usize::from(what.contains(&"acknowledged")),
            "{name} came after it was acknowledged: {what:?}"
        );
        doubled += seen - 1;
    }
    assert_eq!(
        story.len(),
        asked.len(),
        "everything that was asked was seen"
    );
    // An answer comes twice only where a kill stood between seeing and acknowledging it.
    assert!(doubled <= ROUNDS as usize, "{doubled}");
    assert!(asked.len() > ROUNDS as usize, "{}", asked.len());
    let states: Vec<PendingState> = open(root).requests().map(|entry| entry.state).collect();
    assert_eq!(states.len(), asked.len());
    assert!(states.iter().all(|state| *state == PendingState::Done));
    assert_eq!(fs::read_dir(root.join("req")).unwrap().count(), 0);
}
