//! The files that the exchange and the watched folder keep for themselves, and those that lie beside them on the share: whatever a crash, a
//! repair or somebody with the disk made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mynacard_auth::Cancel;
use mynacard_client::folder::{
    Error, Event, Exchange, ExchangeEvent, ExchangeOptions, Existing, FaceFolder, FaceName,
    FaceOptions, Folders, put_face,
};
use mynacard_eligibility::message::{Direction, FileName, MessageKind};
use mynacard_eligibility::{Date, Encoding, Message};

use crate::errors::{note, noted};
use crate::{pieces, service};

/// The folders of an input's files; its first letter says which one.
const FOLDERS: [(u8, &str); 4] = [
    (b'j', "journal"),
    (b'q', "req"),
    (b's', "res"),
    (b'f', "face"),
];

/// What lies above the folders and is none of theirs.
const OWN: (&str, &[u8]) = ("own.json", b"mine");

/// Where a folder is while it is away; no input's file can have that name.
const AWAY: &str = "away";

/// Files of an input.
const FILES: usize = 12;

/// Opens what lies there, reads every event, answers some, and does so again: what was promised is kept, and nothing outside is touched.
pub(crate) fn files(data: &[u8]) {
    let root = service::file().with_file_name("journals");
    let _ = fs::remove_dir_all(&root);
    for (_, folder) in FOLDERS {
        fs::create_dir_all(root.join(folder)).expect("memory can be written to");
    }
    fs::write(root.join(OWN.0), OWN.1).expect("memory can be written to");
    let Some((&choices, rest)) = data.split_first() else {
        return;
    };
    let mut parts = pieces(rest);
    for _ in 0..FILES {
        let (Some(name), Some(content)) = (parts.next(), parts.next()) else {
            break;
        };
        if let Some(path) = place(&root, name) {
            let _ = fs::write(path, content);
        }
    }
    exchange(&root);
    watched(&root, choices & 1 == 0);
    untouched(&root);
    let _ = fs::remove_dir_all(&root);
}

/// Where a file of that name goes: into one of the folders.
fn place(root: &Path, name: &[u8]) -> Option<PathBuf> {
    let (letter, name) = name.split_first()?;
    let (_, folder) = FOLDERS.iter().find(|(of, _)| of == letter)?;
    let name = std::str::from_utf8(name).ok()?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let fits = (1..=160).contains(&name.len()) && !["lock", "faces.lock"].contains(&name);
    (fits && name.chars().all(plain) && name != "." && name != "..")
        .then(|| root.join(folder).join(name))
}

fn open(root: &Path) -> Result<Exchange, Error> {
    let options = ExchangeOptions {
        encoding: Encoding::Utf8,
        patience: Duration::ZERO,
        max_answer: 1 << 16,
        ..ExchangeOptions::default()
    };
    let folders = Folders::under(root, &root.join("journal"));
    noted(Exchange::open(folders, options))
}

/// What is asked, with how far it is.
fn asked(exchange: &Exchange) -> BTreeMap<String, String> {
    let state = |state| format!("{state:?}");
    let requests = exchange.requests();
    requests
        .map(|entry| (entry.request.clone(), state(entry.state)))
        .collect()
}

/// The requests of which an event tells, in the events' order.
fn events(exchange: &mut Exchange) -> Vec<FileName> {
    let mut all = Vec::new();
    while let Some(event) = exchange.next(Some(Duration::ZERO), &Cancel::new()) {
        match event {
            ExchangeEvent::Response(response) => {
                let _ = (format!("{response:?}"), response.people());
                all.push(response.request.clone());
            }
            ExchangeEvent::Unreadable { request, error } => {
                note(&error);
                all.push(request);
            }
            other => unreachable!("the folders are there: {other:?}"),
        }
        assert!(all.len() <= 2 * FILES, "events without end");
    }
    all
}

fn exchange(root: &Path) {
    let Ok(mut exchange) = open(root) else {
        return;
    };
    let second = open(root).map_err(|error| error.code());
    assert!(matches!(second, Err("MC-6512")), "one journal, two owners");
    let before = asked(&exchange);
    strange(&mut exchange);
    assert_eq!(asked(&exchange), before, "somebody else changed it");
    for name in before.keys() {
        let parsed = FileName::parse(name).expect("an entry is about a request");
        assert!(parsed.direction == Direction::Request && parsed.to_string() == *name);
    }
    let told = events(&mut exchange);
    changed(&mut exchange, &told, &root.join("res"));
    for (at, request) in told.iter().enumerate() {
        assert!(before.contains_key(&request.to_string()), "not asked");
        let done = if at % 2 == 0 {
            exchange.acknowledge(request)
        } else {
            exchange.abandon(request)
        };
        assert!(noted(done).is_ok(), "it was asked");
    }
    let day = Date::new(2026, 11, 20).expect("a day");
    let id = exchange.next_id(MessageKind::Query, day);
    let message = Message::read_xml(b"<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>");
    let message = message.expect("a message");
    let request = exchange.submit(MessageKind::Query, &id, &message, 9);
    let request = noted(request).expect("a new id, and memory can be written to");
    assert_eq!(
        code(exchange.submit(MessageKind::Query, &id, &message, 9)),
        "MC-6508"
    );
    assert_eq!(
        code(exchange.submit(MessageKind::Query, "face_1", &message, 9)),
        "MC-6507"
    );
    let half = |to: &mut dyn std::io::Write| {
        to.write_all(b"<XmlMsg>").expect("memory can be written to");
        Ok(())
    };
    let other = exchange.next_id(MessageKind::Query, day);
    assert_eq!(
        code(exchange.submit_with(MessageKind::Query, &other, 9, half)),
        "MC-4002"
    );
    let whole = |to: &mut dyn std::io::Write| {
        to.write_all(b"<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>")
            .expect("memory can be written to");
        Ok(())
    };
    let other = noted(exchange.submit_with(MessageKind::BulkQuery, "w-1", 9, whole));
    // An input may have asked with that id.
    assert!(other.is_ok_and(|_| true) || before.contains_key("OQSmuquc01req_w-1.xml"));
    away(&mut exchange, root, &message);
    let kept = asked(&exchange);
    assert!(kept.len() > before.len() && kept.contains_key(&request.to_string()));
    drop(exchange);

    let mut exchange = open(root).expect("what was written can be read");
    assert_eq!(asked(&exchange), kept, "another journal after a restart");
    assert!(root.join("req").join(request.to_string()).is_file());
    let again: BTreeSet<String> = events(&mut exchange)
        .iter()
        .map(ToString::to_string)
        .collect();
    for done in told.iter().step_by(2) {
        // Acknowledged last of all: two files may answer one request, in two spellings.
        let name = done.to_string();
        let state = kept.get(&name).map(String::as_str);
        assert!(
            state != Some("Done") || !again.contains(&name),
            "told twice"
        );
    }
    let pruned = noted(exchange.prune(u64::MAX));
    assert!(pruned.is_ok(), "memory can be written to");
    let left = asked(&exchange);
    assert!(
        left.values().all(|state| state == "Waiting") && left.contains_key(&request.to_string())
    );
    drop(exchange);
    let exchange = open(root).expect("what was written can be read");
    assert_eq!(asked(&exchange), left, "another journal after forgetting");
}

/// What nobody asked can be neither finished nor given up.
fn strange(exchange: &mut Exchange) {
    let request = FileName::parse("OQSsiquc01req_of-another.xml").expect("a name");
    if !asked(exchange).contains_key(&request.to_string()) {
        for refused in [exchange.acknowledge(&request), exchange.abandon(&request)] {
            assert_eq!(code(refused), "MC-6509");
        }
    }
}

/// What was told of as unreadable is told of again when it changes, and nothing else is.
fn changed(exchange: &mut Exchange, told: &[FileName], res: &Path) {
    for request in told {
        let path = res.join(request.response().to_string());
        if let Ok(mut bytes) = fs::read(&path) {
            bytes.push(b'<');
            fs::write(&path, bytes).expect("memory can be written to");
        }
    }
    for again in events(exchange) {
        assert!(told.contains(&again), "another one changed");
    }
    let stop = Cancel::new();
    stop.cancel();
    assert!(exchange.next(None, &stop).is_none(), "told after the stop");
}

/// The code of an error that must be.
fn code<T>(refused: Result<T, Error>) -> &'static str {
    refused.map_or_else(|error| note(&error), |_| "accepted")
}

/// The share goes away and comes back: both are told once, and nothing is asked in between.
fn away(exchange: &mut Exchange, root: &Path, message: &Message) {
    let moved = |from: &str, to: &str| {
        fs::rename(root.join(from), root.join(to)).expect("memory can be written to");
    };
    let day = Date::new(2026, 11, 21).expect("a day");
    let id = exchange.next_id(MessageKind::Query, day);
    for folder in ["req", "res"] {
        moved(folder, AWAY);
        let told = exchange.next(Some(Duration::ZERO), &Cancel::new());
        if let (Some(ExchangeEvent::Unavailable(error)), "res") = (&told, folder) {
            note(error);
        } else {
            assert!(told.is_none() && folder == "req", "{told:?}");
        }
        let refused = exchange.submit(MessageKind::Query, &id, message, 9);
        assert_eq!(code(refused), "MC-6501");
        moved(AWAY, folder);
        let told = exchange.next(Some(Duration::ZERO), &Cancel::new());
        let back = matches!(&told, Some(ExchangeEvent::Available));
        assert!(
            back == (folder == "res") && (back || told.is_none()),
            "{told:?}"
        );
    }
}

/// The names of the files of which the watched folder tells.
fn told(folder: &mut FaceFolder) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(event) = folder.next(Some(Duration::ZERO), &Cancel::new()) {
        match event {
            Event::Answer(file) => {
                let _ = format!("{file:?}");
                all.push(file.name.clone());
            }
            Event::Unreadable { error, .. } => {
                note(&error);
            }
            other => unreachable!("the folder is there: {other:?}"),
        }
        assert!(all.len() <= FILES, "events without end");
    }
    all
}

fn watched(root: &Path, deliver: bool) {
    let options = FaceOptions::default();
    let mut without = FaceFolder::open(root.join("face"), options);
    assert!(told(&mut without).is_empty(), "what lay there is old");
    assert!(
        without.acknowledge("anything").is_ok(),
        "no journal, nothing fails"
    );
    let open = |existing| {
        let options = FaceOptions {
            existing,
            patience: Duration::ZERO,
            ..FaceOptions::default()
        };
        let opened =
            FaceFolder::open_with_journal(root.join("face"), root.join("journal"), options);
        noted(opened).ok()
    };
    let existing = match deliver {
        true => Existing::Deliver,
        false => Existing::Skip,
    };
    let Some(mut folder) = open(existing) else {
        return;
    };
    let first = told(&mut folder);
    let (kept, left): (Vec<_>, Vec<_>) = first.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    for (_, name) in &kept {
        assert!(noted(folder.acknowledge(name)).is_ok());
    }
    drop(folder);
    // What was acknowledged does not come again, and the rest does: the folder was opened before, so none of it is old.
    let mut folder = open(Existing::Skip).expect("what was written can be read");
    let names = |all: &[(usize, &String)]| -> Vec<String> {
        all.iter().map(|(_, name)| (*name).clone()).collect()
    };
    let again = told(&mut folder);
    assert!(
        names(&kept).iter().all(|name| !again.contains(name)),
        "told twice"
    );
    assert!(names(&left).iter().all(|name| again.contains(name)), "lost");
    put(root, &mut folder);
    gone(root, &mut folder);
}

/// The share goes away and comes back, and nothing is told of twice; an unreadable file is told of again when it changes.
fn gone(root: &Path, folder: &mut FaceFolder) {
    let [here, away] = ["face", AWAY].map(|name| root.join(name));
    for (from, to) in [(&here, &away), (&away, &here)] {
        fs::rename(from, to).expect("memory can be written to");
        let event = folder.next(Some(Duration::ZERO), &Cancel::new());
        match &event {
            Some(Event::Unavailable(error)) => {
                note(error);
            }
            _ => assert!(matches!(event, Some(Event::Available)), "{event:?}"),
        }
    }
    let listed = fs::read_dir(&here).expect("memory can be read");
    for path in listed.filter_map(|entry| Some(entry.ok()?.path())) {
        let mut bytes = fs::read(&path).unwrap_or_default();
        bytes.insert(0, b'<');
        fs::write(&path, bytes).expect("memory can be written to");
    }
    let _ = told(folder);
    let stop = Cancel::new();
    stop.cancel();
    assert!(folder.next(None, &stop).is_none(), "told after the stop");
}

/// A new file is told of, once, and no second one takes its place.
fn put(root: &Path, folder: &mut FaceFolder) {
    let name = FaceName::parse("OQSsiquc01res_face_put_20261120093000000.xml").expect("a name");
    let xml = b"<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>";
    let new = put_face(&root.join("face"), &name, xml);
    match noted(new) {
        Ok(path) => {
            assert_eq!(fs::read(&path).ok().as_deref(), Some(&xml[..]));
            assert_eq!(told(folder), [name.file_name()]);
            let again = put_face(&root.join("face"), &name, b"another");
            assert_eq!(noted(again).map_err(|error| error.code()), Err("MC-6511"));
            assert_eq!(fs::read(&path).ok().as_deref(), Some(&xml[..]));
        }
        // An input's file has the name.
        Err(error) => assert_eq!(error.code(), "MC-6511"),
    }
}

/// Nothing but the folders and the own file lies there, and that one is as it was.
fn untouched(root: &Path) {
    let listed = fs::read_dir(root).expect("memory can be read");
    let found: BTreeSet<String> = listed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let mut expected: BTreeSet<String> =
        FOLDERS.iter().map(|(_, name)| (*name).to_owned()).collect();
    expected.insert(OWN.0.to_owned());
    assert_eq!(found, expected, "outside the folders");
    let own = fs::read(root.join(OWN.0)).expect("memory can be read");
    assert_eq!(own, OWN.1, "somebody else's file");
}
