//! `kill -9` at every step: a child process of these tests is killed at one point after the other, then started again.
//!
//! What a receipt computer promised, saw and acknowledged is in a log that it writes itself, outside of journal and share.

use super::{Event, Exchange, ExchangeEvent, ExchangeOptions, Existing, FaceFolder, FaceOptions};
use super::{Folders, PendingState};
use mynacard_auth::Cancel;
use mynacard_eligibility::message::{FileName, MessageKind};
use mynacard_eligibility::{Date, FieldId as F, Message, Record, Section, XmlOptions};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const ROOT: &str = "MYNACARD_KILL_ROOT";
const AT: &str = "MYNACARD_KILL_AT";
const ASKED: usize = 3;

/// Passes one point, or is killed there.
pub(super) fn step() {
    static PASSED: AtomicUsize = AtomicUsize::new(0);
    static END: OnceLock<Option<usize>> = OnceLock::new();
    let end = END.get_or_init(|| std::env::var(AT).ok()?.parse().ok());
    if end.is_some_and(|end| PASSED.fetch_add(1, Ordering::SeqCst) + 1 == end) {
        let _ = Command::new("kill")
            .args(["-9", &std::process::id().to_string()])
            .status();
        // Where there is no such command.
        std::process::abort();
    }
}

/// A folder in memory, where there is one: processes are killed here, not the machine.
fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// Runs one of these tests in a process of its own; says whether it came to its end.
fn child(test: &str, root: &Path, at: Option<usize>) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", &format!("folder::kill::{test}"), "--nocapture"])
        .env(ROOT, root)
        .env_remove(AT)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if let Some(at) = at {
        command.env(AT, at.to_string());
    }
    let output = command.output().unwrap();
    // No code: it was killed. Any other end than success is a bug of the child.
    assert!(
        output.status.success() || (at.is_some() && output.status.code().is_none()),
        "{:?}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output.status.success()
}

fn log(root: &Path, line: &str) {
    let path = root.join("log");
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn logged(root: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(root.join("log")).unwrap_or_default();
    let split = |line: &str| {
        let (what, name) = line.split_once(' ').unwrap();
        (what.to_owned(), name.to_owned())
    };
    text.lines().map(split).collect()
}

/// Each name was seen, once or (where the first time was not acknowledged) twice, and never after it was acknowledged.
#[track_caller]
fn check_log(root: &Path, names: &[String], at: usize) {
    let log = logged(root);
    for name in names {
        let mine: Vec<&str> = log
            .iter()
            .filter(|(what, of)| of == name && matches!(what.as_str(), "seen" | "acknowledged"))
            .map(|(what, _)| what.as_str())
            .collect();
        // An acknowledgement may be kept and the process killed before it wrote so into its log.
        let expected: [&[&str]; 3] = [
            &["seen", "acknowledged"],
            &["seen", "seen", "acknowledged"],
            &["seen"],
        ];
        assert!(
            expected.contains(&mine.as_slice()),
            "killed at {at}: {name}: {mine:?}"
        );
    }
    for (what, name) in &log {
        assert!(
            what == "finished" || names.contains(name),
            "killed at {at}: {what} {name}"
        );
    }
}

fn exchange(root: &Path) -> Exchange {
    let options = ExchangeOptions {
        poll: Duration::from_millis(2),
        ..ExchangeOptions::default()
    };
    Exchange::open(Folders::under(root, &root.join("journal")), options).unwrap()
}

fn request(number: usize) -> Message {
    let header = Record::builder(Section::Header)
        .set(F::ARBITRARY_FILE_IDENTIFIER, number.to_string())
        .build()
        .unwrap();
    Message::new(header, Record::new(Section::Body))
}

/// The receipt computer: asks three times, gives one up, takes the answers in, and tidies up.
fn ask_and_receive(root: &Path) {
    let mut exchange = exchange(root);
    let day = Date::new(2026, 11, 20).unwrap();
    while !logged(root).iter().any(|(what, _)| what == "finished") {
        let asked = exchange.requests().count();
        if asked < ASKED {
            let id = exchange.next_id(MessageKind::Query, day);
            let message = request(asked);
            let name = if asked == 1 {
                let bytes = message.write_xml(&XmlOptions::default()).unwrap().bytes;
                let write = |out: &mut dyn Write| {
                    out.write_all(&bytes).unwrap();
                    Ok(())
                };
                exchange.submit_with(MessageKind::Query, &id, 1, write)
            } else {
                exchange.submit(MessageKind::Query, &id, &message, 1)
            };
            let name = name.unwrap();
            log(root, &format!("promised {name}"));
            if asked == 2 {
                exchange.abandon(&name).unwrap();
            }
            continue;
        }
        if exchange
            .requests()
            .all(|entry| entry.state == PendingState::Done)
        {
            log(root, "finished all");
            break;
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
    exchange.prune(u64::MAX).unwrap();
}

/// The terminal: takes each request away and answers it in two pieces.
fn terminal(root: &Path, stop: &Cancel) -> Vec<String> {
    let mut asked = Vec::new();
    while !stop.is_cancelled() {
        for file in fs::read_dir(root.join("req")).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            let Some(request) = FileName::parse(&name) else {
                continue;
            };
            let bytes = fs::read(file.path()).unwrap();
            Message::read_xml(&bytes).expect("a request is never half written");
            asked.push(name);
            fs::remove_file(file.path()).unwrap();
            let path = root.join("res").join(request.response().to_string());
            let (first, rest) = bytes.split_at(bytes.len() / 2);
            let mut out = fs::File::create(path).unwrap();
            out.write_all(first).unwrap();
            std::thread::sleep(Duration::from_millis(2));
            out.write_all(rest).unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    asked
}

fn files(folder: PathBuf) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().flatten();
    names
        .map(|file| file.file_name().into_string().unwrap())
        .collect()
}

#[test]
#[cfg(unix)]
fn an_exchange_killed_at_any_step_loses_and_doubles_nothing() {
    const TEST: &str = "an_exchange_killed_at_any_step_loses_and_doubles_nothing";
    if let Some(root) = std::env::var_os(ROOT) {
        return ask_and_receive(Path::new(&root));
    }
    let mut killed = 0;
    for at in 1.. {
        let dir = in_memory();
        let root = dir.path();
        for name in ["req", "res"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let stop = Cancel::new();
        let (share, ended) = (root.to_owned(), stop.clone());
        let thread = std::thread::spawn(move || terminal(&share, &ended));
        let ended = child(TEST, root, Some(at));
        if !ended {
            // Another receipt computer starts on the same share meanwhile, and tidies up after itself only.
            let other = Folders::under(root, &root.join("other"));
            drop(Exchange::open(other, ExchangeOptions::default()).unwrap());
            assert!(child(TEST, root, None));
        }
        stop.cancel();
        let asked = thread.join().unwrap();
        let mut counts: HashMap<&String, usize> = HashMap::new();
        for name in &asked {
            *counts.entry(name).or_default() += 1;
        }
        assert!(
            counts.len() == ASKED && asked.len() == ASKED,
            "killed at {at}: {asked:?}"
        );
        check_log(root, &asked, at);
        assert_eq!(files(root.join("req")), [""; 0], "killed at {at}");
        let mut journal = files(root.join("journal"));
        journal.sort();
        assert_eq!(journal, ["lock", "tag"], "killed at {at}");
        if ended {
            break;
        }
        killed += 1;
    }
    assert!(killed > 50, "{killed}");
}

fn face(root: &Path, name: &str) {
    let bytes = request(1).write_xml(&XmlOptions::default()).unwrap().bytes;
    fs::write(root.join("face").join(name), bytes).unwrap();
}

fn take_faces(root: &Path, existing: Existing) {
    let options = FaceOptions {
        existing,
        poll: Duration::from_millis(2),
        ..FaceOptions::default()
    };
    let mut faces =
        FaceFolder::open_with_journal(root.join("face"), root.join("journal"), options).unwrap();
    while let Some(event) = faces.next(Some(Duration::from_millis(60)), &Cancel::new()) {
        match event {
            Event::Answer(file) => {
                log(root, &format!("seen {}", file.name));
                faces.acknowledge(&file.name).unwrap();
                log(root, &format!("acknowledged {}", file.name));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
#[cfg(unix)]
fn a_face_folder_killed_at_any_step_loses_and_doubles_nothing() {
    const TEST: &str = "a_face_folder_killed_at_any_step_loses_and_doubles_nothing";
    if let Some(root) = std::env::var_os(ROOT) {
        return take_faces(Path::new(&root), Existing::Deliver);
    }
    let mut killed = 0;
    for at in 1.. {
        let dir = in_memory();
        let root = dir.path();
        fs::create_dir(root.join("face")).unwrap();
        let names: Vec<String> = (1..=4)
            .map(|number| format!("OQSsiquc01res_face_{number}_20261120093000.xml"))
            .collect();
        names[..3].iter().for_each(|name| face(root, name));
        let ended = child(TEST, root, Some(at));
        face(root, &names[3]);
        assert!(child(TEST, root, None));
        check_log(root, &names, at);
        assert!(child(TEST, root, None));
        check_log(root, &names, at);
        if ended {
            break;
        }
        killed += 1;
    }
    assert!(killed > 10, "{killed}");
}

#[test]
#[cfg(unix)]
fn old_faces_stay_old_wherever_the_first_start_was_killed() {
    const TEST: &str = "old_faces_stay_old_wherever_the_first_start_was_killed";
    if let Some(root) = std::env::var_os(ROOT) {
        return take_faces(Path::new(&root), Existing::Skip);
    }
    let (mut delivered, mut killed) = (0, 0);
    for at in 1.. {
        let dir = in_memory();
        let root = dir.path();
        fs::create_dir(root.join("face")).unwrap();
        let old = "OQSsiquc01res_face_1_20261120093000.xml".to_owned();
        let new = "OQSsiquc01res_face_2_20261120093000.xml".to_owned();
        face(root, &old);
        let ended = child(TEST, root, Some(at));
        let journal = fs::read_to_string(root.join("journal/faces")).unwrap_or_default();
        face(root, &new);
        assert!(child(TEST, root, None));
        // Where the first start did not come to know what is old, the second one asks anew.
        if journal.lines().any(|line| line == "primed") {
            check_log(root, std::slice::from_ref(&new), at);
            delivered += 1;
        } else {
            assert_eq!(logged(root), [], "killed at {at}");
        }
        if ended {
            break;
        }
        killed += 1;
    }
    assert!(delivered > 1 && killed > 5, "{delivered} {killed}");
}
