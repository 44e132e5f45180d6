//! 居宅同意取得型 and a terminal's life, as their users call them: child processes against a sandbox.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod activation;

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use mynacard_sandbox::{Fault, Institution, Running, Sandbox, UserSettings};
use serde_json::Value;
use tempfile::TempDir;

/// A sandbox and a folder for a terminal.
struct Desk {
    sandbox: Running,
    folder: TempDir,
}

impl Desk {
    fn empty() -> Self {
        let desk = Self {
            sandbox: Sandbox::builder().start().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(desk.path("passcode"), "correct horse battery").unwrap();
        std::fs::write(desk.path("ca.pem"), desk.sandbox.ca_certificate_pem()).unwrap();
        desk
    }

    fn open() -> Self {
        let desk = Self::empty();
        let settings = desk.sandbox.issue_activation().unwrap();
        is(&desk.activate(&settings), 0);
        desk
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn activate(&self, settings: &UserSettings) -> Output {
        let authority = self.path("ca.pem");
        let arguments = activation::arguments(self.sandbox.url(), &authority, settings);
        let arguments = [&["--json"], &arguments[..]].concat();
        self.run(&arguments, &settings.activation_code)
    }

    /// Runs with this terminal's folder and the passcode on descriptor 3.
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.start(arguments);
        // A command that fails before it reads closes its end; that is not the test's failure.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs with an input that stays open and says nothing.
    fn run_waiting(&self, arguments: &[&str]) -> Output {
        let mut child = self.start(arguments);
        let keys = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(keys);
        output
    }

    fn start(&self, arguments: &[&str]) -> Child {
        Command::new("sh")
            .arg("-c")
            .arg("exec 3<\"$0\"; home=$1; shift; exec \"$@\" --passcode-fd 3 --home \"$home\"")
            .args([self.path("passcode"), self.path("home")])
            .arg(env!("CARGO_BIN_EXE_mynacard"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[&["--json"], arguments].concat(), "1234\n");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", stdout(&output)))
    }

    fn register(&self, reference: &str, care: &str, more: &[&str]) -> Value {
        let arguments = [
            "consent",
            "register",
            "--reference",
            reference,
            "--care",
            care,
            "--kinds",
            "medicines,treatment",
            "--virtual",
            "kokuho",
            "--pin-fd",
            "0",
        ];
        self.json(&[&arguments, more].concat())
    }

    fn has_vault(&self) -> bool {
        Path::new(&self.path("home"))
            .join("terminal.vault")
            .exists()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn is(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", stdout(output));
}

#[track_caller]
fn refused(value: &Value, code: &str) {
    assert_eq!(value["error"]["code"], code, "{value}");
}

#[test]
fn a_first_visit_registers_and_later_no_card_is_needed() {
    let desk = Desk::open();
    let registered = desk.register("chart-1", "visiting", &[]);
    assert_eq!(registered["state"], "active", "{registered}");
    assert_eq!(registered["check"]["evidence"], "online-pin");
    let asked = desk.json(&["requery", "--reference", "chart-1", "--limit-application"]);
    assert_eq!(asked["validity"], "1", "{asked}");
    assert_eq!(asked["evidence"], "online-requery");
    assert_eq!(asked["guidance"], "OK-0001");
    let shown = desk.run(&["requery", "--reference", "chart-1"], "");
    assert!(stdout(&shown).contains("国保　一郎"), "{}", stdout(&shown));

    let patient = ["--reference", "chart-1"];
    let fewer = [&["consent", "change", "--kinds", "YZK"][..], &patient].concat();
    assert_eq!(desk.json(&fewer)["kinds"], serde_json::json!(["medicines"]));
    let more = [
        &["consent", "change", "--kinds", "operations"][..],
        &patient,
    ]
    .concat();
    refused(&desk.json(&more), "MC-5504");
    let cancel = [&["consent", "cancel", "--reason", "patient"][..], &patient].concat();
    assert_eq!(desk.json(&cancel)["state"], "cancelled");
    let inquire = [&["consent", "inquire"][..], &patient].concat();
    assert_eq!(desk.json(&inquire)["reason"], "patient");
    refused(
        &desk.json(&["requery", "--reference", "chart-1"]),
        "MC-6133",
    );
}

#[test]
fn what_is_asked_without_a_card_is_in_the_audit_trail_and_else_not_shown() {
    let desk = Desk::open();
    desk.register("chart-1", "visiting", &[]);
    let patient = ["--reference", "chart-1"];
    desk.json(&[&["consent", "inquire"][..], &patient].concat());
    let asked = desk.json(&[&["requery"][..], &patient].concat());
    let id = asked["check_id"].as_str().unwrap().to_owned();
    desk.json(&["consent", "list", "--care", "visiting"]);
    refused(&desk.json(&["requery", "--reference", "nobody"]), "MC-6131");
    let submitted = desk.json(&["bulk", "submit", "--care", "visiting"]);
    let number = submitted["reception_number"].as_str().unwrap();
    while desk.json(&["bulk", "poll", number])["state"] == "in-progress" {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    is(&desk.run(&["--json", "bulk", "download", number], ""), 0);
    desk.json(&[&["consent", "change", "--kinds", "medicines"][..], &patient].concat());
    desk.json(&[&["consent", "cancel", "--reason", "patient"][..], &patient].concat());

    let trail = std::fs::read_to_string(desk.path("home/audit/audit-000001.jsonl")).unwrap();
    assert!(
        !trail.contains("chart-1") && !trail.contains("nobody"),
        "{trail}"
    );
    let events: Vec<Value> = trail
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said: Vec<(String, Value)> = events
        .iter()
        .filter(|event| event["event"] == "asked" || event["event"] == "refused")
        .map(|event| {
            let name = event["what"].as_str().or(event["code"].as_str());
            (name.unwrap().to_owned(), event["patients"].clone())
        })
        .collect();
    let expected = [
        ("registration", Some(1)),
        ("inquiry", Some(1)),
        ("inquiry", Some(1)),
        ("requery", Some(1)),
        ("list", Some(1)),
        ("MC-6131", None),
        ("bulk-query", None),
        ("bulk-answer", None),
        ("bulk-answer-end", Some(1)),
        ("inquiry", Some(1)),
        ("change", Some(1)),
        ("cancellation", Some(1)),
    ]
    .map(|(name, patients): (&str, Option<u64>)| (name.to_owned(), Value::from(patients)));
    assert_eq!(said, expected);
    assert!(events.iter().any(|event| event["check_id"] == id.as_str()));
    assert_eq!(desk.json(&["audit", "verify"])["whole"], true);

    // No head, no audit: nothing of a patient comes out.
    std::fs::remove_file(desk.path("home/terminal.vault.audit")).unwrap();
    for what in [
        &["requery", "--reference", "chart-1"][..],
        &["consent", "inquire", "--reference", "chart-1"],
        &["consent", "list", "--care", "visiting"],
        &["bulk", "download", number],
    ] {
        let shown = desk.run(&[&["--json"], what].concat(), "");
        let shown = stdout(&shown);
        assert!(shown.contains("MC-5402"), "{what:?}: {shown}");
        assert!(
            !shown.contains("chart-1") && !shown.contains("国保"),
            "{shown}"
        );
    }
}

#[test]
fn a_requerys_answer_is_closed_or_goes_by_itself_like_a_cards() {
    const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";
    let desk = Desk::open();
    desk.register("chart-1", "visiting", &[]);
    let requery = ["requery", "--reference", "chart-1"];
    let trail = || std::fs::read_to_string(desk.path("home/audit/audit-000001.jsonl")).unwrap();
    let before = trail().lines().count();
    for (keep, why) in [("120", "closed"), ("1", "timed-out")] {
        let screen = [&requery[..], &["--screen", "--keep", keep]].concat();
        // A key closes it; without one its time does, while the input stays open.
        let shown = match why {
            "closed" => desk.run(&screen, "\n"),
            _ => desk.run_waiting(&screen),
        };
        let text = stdout(&shown);
        assert_eq!(shown.status.code(), Some(0), "{text}");
        assert!(text.starts_with(CLEAR) && text.ends_with(CLEAR), "{text:?}");
        assert!(text.contains("有効な資格が確認できました。"), "{text}");
        assert!(text.contains("[Enter] 閉じる"), "{text}");
    }
    let answered = desk.json(&requery);
    let events: Vec<String> = trail()
        .lines()
        .skip(before)
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["event"] != "asked")
        .map(|event| {
            assert!(event["check_id"].is_string(), "{event}");
            let more = event["why"].as_str().or(event["evidence"].as_str());
            format!("{} {}", event["event"].as_str().unwrap(), more.unwrap())
        })
        .collect();
    let expected = [
        "shown online-requery",
        "dropped closed",
        "shown online-requery",
        "dropped timed-out",
        "shown online-requery",
        "dropped ended",
    ];
    assert_eq!(events, expected);
    let last = trail();
    let last = last.lines().last().unwrap();
    assert!(
        last.contains(answered["check_id"].as_str().unwrap()),
        "{last}"
    );
}

#[test]
fn what_cannot_be_registered_is_said_before_the_pin_is_asked() {
    let desk = Desk::open();
    let before = desk.sandbox.requests();
    let purpose = ["--purpose", "reception"];
    refused(&desk.register("a", "visiting", &purpose), "MC-5505");
    refused(&desk.register("a", "emergency", &[]), "MC-5510");
    refused(&desk.register("", "online", &[]), "MC-5501");
    let yesterday = ["--visit-date", "20200101"];
    refused(&desk.register("a", "online", &yesterday), "MC-5507");
    refused(
        &desk.register("a", "online", &["--kinds", "xyz"]),
        "MC-5502",
    );
    let reversed = ["--from", "20261102", "--to", "20261101", "--care", "online"];
    let list = [&["consent", "list"][..], &reversed].concat();
    refused(&desk.json(&list), "MC-5508");
    refused(&desk.json(&["bulk", "poll", "123"]), "MC-5509");
    refused(
        &desk.json(&["requery", "--reference", &"x".repeat(51)]),
        "MC-5501",
    );
    assert_eq!(desk.sandbox.requests(), before);
}

#[test]
fn appointments_are_listed_and_fetched_in_bulk() {
    let desk = Desk::open();
    assert_eq!(desk.register("o", "online", &[])["care"], "online");
    refused(&desk.json(&["requery", "--reference", "o"]), "MC-5503");
    let listed = desk.json(&["consent", "list", "--care", "online"]);
    assert_eq!(listed["consents"][0]["reference"], "o", "{listed}");
    let institution = Institution::default();
    desk.sandbox.enrol_patients(&institution, 20).unwrap();
    let submit = [
        "bulk",
        "submit",
        "--care",
        "visiting",
        "--by",
        "consent-date",
    ];
    let number = desk.json(&submit)["reception_number"].clone();
    let number = number.as_str().unwrap();
    while desk.json(&["bulk", "poll", number])["state"] == "in-progress" {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let lines = desk.run(&["--json", "bulk", "download", number], "");
    is(&lines, 0);
    let lines: Vec<Value> = stdout(&lines)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 20);
    assert_eq!(lines[6]["reference"], "P0000007");
    assert!(lines.iter().all(|line| line["answer"].is_object()));
    let nobody = "0".repeat(20);
    refused(&desk.json(&["bulk", "download", &nobody]), "MC-6131");
}

#[test]
fn a_terminal_is_renewed_and_removed() {
    let desk = Desk::open();
    let before = desk.json(&["terminal", "show"]);
    let renewed = desk.json(&["terminal", "renew"]);
    assert_eq!(renewed["terminal"], before["terminal"], "{renewed}");
    assert_eq!(desk.register("a", "online", &[])["state"], "active");
    assert_eq!(desk.json(&["terminal", "remove"])["removed"], true);
    assert!(!desk.has_vault());
    refused(&desk.json(&["terminal", "show"]), "MC-5208");
}

#[test]
fn a_passcode_is_changed_and_the_old_one_opens_nothing_more() {
    let desk = Desk::open();
    let change = ["--json", "terminal", "passcode", "--new-passcode-fd", "0"];
    let short = desk.run(&change, "seven77\n");
    assert!(stdout(&short).contains("MC-5201"), "{}", stdout(&short));
    is(&desk.run(&change, "another passcode\n"), 0);
    refused(&desk.json(&["terminal", "show"]), "MC-5202");
    std::fs::write(desk.path("passcode"), "another passcode").unwrap();
    assert_eq!(desk.json(&["terminal", "show"])["terminal"], "W0000001");
    assert_eq!(desk.json(&["audit", "verify"])["whole"], true);
}

#[test]
fn a_removal_whose_answer_got_lost_is_finished_by_the_next() {
    let desk = Desk::open();
    desk.sandbox.set_fault(Some(Fault::CutAfter(0)));
    refused(&desk.json(&["terminal", "remove"]), "MC-6013");
    assert!(desk.has_vault());
    desk.sandbox.set_fault(None);
    assert_eq!(desk.json(&["terminal", "remove"])["removed"], true);
    assert!(!desk.has_vault());
}

#[test]
fn an_activation_whose_answer_got_lost_is_finished_by_the_same_command() {
    let desk = Desk::empty();
    let settings = desk.sandbox.issue_activation().unwrap();
    desk.sandbox.set_fault(Some(Fault::CutAfter(0)));
    let lost = desk.activate(&settings);
    is(&lost, 14);
    assert!(stdout(&lost).contains("MC-6013") && desk.has_vault());
    desk.sandbox.set_fault(None);
    // Nobody finishes it with another code.
    let other = desk.sandbox.issue_activation().unwrap();
    is(&desk.activate(&other), 2);
    let finished = desk.activate(&settings);
    is(&finished, 0);
    assert_eq!(desk.register("a", "online", &[])["state"], "active");
    // A registered terminal is not overwritten.
    let again = desk.activate(&other);
    assert!(stdout(&again).contains("MC-5207"), "{}", stdout(&again));
}

#[test]
fn an_activation_that_was_refused_or_never_sent_leaves_nothing() {
    let desk = Desk::empty();
    let mut settings = desk.sandbox.issue_activation().unwrap();
    settings.activation_code = "GUESSED-CODE".into();
    let refused = desk.activate(&settings);
    assert!(stdout(&refused).contains("MC-6102"), "{}", stdout(&refused));
    assert!(!desk.has_vault());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("https://{}", port.local_addr().unwrap());
    drop(port);
    let authority = desk.path("ca.pem");
    let arguments = activation::arguments(&nobody, &authority, &settings);
    let arguments = [&["--json"], &arguments[..]].concat();
    let unsent = desk.run(&arguments, "ABCD-1234");
    assert!(stdout(&unsent).contains("MC-6001"), "{}", stdout(&unsent));
    assert!(!desk.has_vault());
}
