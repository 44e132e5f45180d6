//! Traces as a vendor makes and mails them: recorded at the virtual card, without anybody's data, shown, replayed.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod activation;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use mynacard_sandbox::{Running, Sandbox};
use mynacard_sim::{Person, VirtualCard, person, pki};
use serde_json::Value;
use tempfile::TempDir;

const PIN: &str = "1234";

/// An activated terminal at a sandbox of its own.
struct Office {
    sandbox: Running,
    folder: TempDir,
}

impl Office {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::builder().start().unwrap();
        std::fs::write(folder.path().join("passcode"), "correct horse battery").unwrap();
        let authority = folder.path().join("authority.pem");
        std::fs::write(&authority, sandbox.ca_certificate_pem()).unwrap();
        let issued = sandbox.issue_activation().unwrap();
        let office = Self { folder, sandbox };
        let authority = authority.to_str().unwrap();
        let arguments = activation::arguments(office.sandbox.url(), authority, &issued);
        let arguments = [&["--json"], &arguments[..]].concat();
        let activated = office.run(&arguments, &issued.activation_code);
        assert_eq!(activated.status.code(), Some(0), "{activated:?}");
        office
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs with the passcode on descriptor 3 and the terminal's folder.
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg("exec 3<\"$0\"; exec \"$@\" --passcode-fd 3")
            .arg(self.file("passcode"))
            .arg(env!("CARGO_BIN_EXE_mynacard"))
            .args(arguments)
            .arg("--home")
            .arg(self.file("home"));
        fed(command, input)
    }

    /// A recorded check of this person with these further arguments.
    fn check(&self, id: &str, trace: &Path, more: &[&str], input: &str) -> Output {
        let trace = trace.to_str().unwrap();
        let check = ["--json", "check", "--virtual", id, "--trace", trace];
        self.run(&[&check[..], more].concat(), input)
    }
}

fn fed(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails before it reads closes its end; that is not the test's failure.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn mynacard(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mynacard"));
    command.args(arguments);
    fed(command, "")
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// What the replay of a trace says, and its exit code.
#[track_caller]
fn replayed(trace: &Path) -> (Value, Option<i32>) {
    let output = mynacard(&["--json", "trace", "replay", trace.to_str().unwrap()]);
    (json(&output), output.status.code())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Nothing in the trace is this person's: no PIN in a VERIFY, no part of her certificate, no number of her card.
#[track_caller]
fn holds_nobody(trace: &str, holder: &Person) {
    let certificate = pki::authentication_certificate(holder, SystemTime::now());
    let mut personal = vec![
        ("the PIN", hex(PIN.as_bytes())),
        ("the VERIFY", format!("0020009804{}", hex(PIN.as_bytes()))),
        (
            "the token's number",
            hex(format!("SIM{:010}", holder.number()).as_bytes()),
        ),
        (
            "the certificate's name",
            hex(holder.authentication_common_name().as_bytes()),
        ),
        ("the name", holder.name().to_owned()),
        ("the address", holder.address().to_owned()),
    ];
    // Behind its first header, eight octets at a time but where they are any certificate's.
    let key = certificate
        .windows(9)
        .position(|octets| *octets == [0x30, 0x82, 0x01, 0x0A, 0x02, 0x82, 0x01, 0x01, 0x00]);
    let key = key.unwrap() + 9;
    personal.extend(
        certificate[key..key + 256]
            .chunks(8)
            .map(|octets| ("the certificate's key", hex(octets))),
    );
    personal.push(("the certificate's serial number", hex(&certificate[8..20])));
    // What the input-support application's basic data says of somebody unknown (DF43).
    let mut card = VirtualCard::new(holder, SystemTime::now());
    card.power_on();
    card.transmit(b"\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08");
    let basic_data = card.transmit(b"\x00\xB0\x85\x00\x00");
    let header = basic_data
        .windows(5)
        .position(|octets| *octets == [0xDF, 0x43, 0x82, 0x00, 0x80]);
    let reference = header.unwrap() + 5;
    personal.extend(
        basic_data[reference..reference + 32]
            .chunks(8)
            .map(|octets| ("the reference in the basic data", hex(octets))),
    );
    for (what, secret) in personal {
        assert!(!trace.contains(&secret), "{what} is in\n{trace}");
    }
}

#[test]
fn a_check_is_recorded_without_its_person_and_runs_again() {
    let office = Office::open();
    let holder = person("kyokai-self").unwrap();
    for (name, more, exchanges) in [
        ("whole", &[][..], 5),
        ("short", &["--short"][..], 11),
        ("skip", &["--skip-counter"][..], 4),
        ("insist", &["--insist"][..], 5),
    ] {
        let file = office.file(name);
        let more = [&["--pin-fd", "0"][..], more].concat();
        let checked = office.check("kyokai-self", &file, &more, PIN);
        assert_eq!(checked.status.code(), Some(0), "{checked:?}");
        assert_eq!(json(&checked)["card_exchanges"], exchanges);

        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "others can read {name}");
        let trace = std::fs::read_to_string(&file).unwrap();
        let lines = trace.matches("\"event\":\"exchange\"").count();
        assert_eq!(lines, exchanges, "{trace}");
        holds_nobody(&trace, holder);

        let (told, code) = replayed(&file);
        assert_eq!(
            (&told["flow"], &told["outcome"]),
            (&"check".into(), &"done".into()),
            "{told}"
        );
        assert_eq!(
            (&told["deviation"], code),
            (&Value::Null, Some(0)),
            "{told}"
        );
    }
}

#[test]
fn what_went_wrong_goes_wrong_again() {
    let office = Office::open();
    let file = office.file("wrong");
    let wrong = office.check("kyokai-self", &file, &["--pin-fd", "0"], "9999");
    assert_eq!(json(&wrong)["error"]["code"], "MC-1003");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("39393939"));
    let (told, code) = replayed(&file);
    assert_eq!(
        (&told["outcome"], code),
        (&"MC-1003".into(), Some(0)),
        "{told}"
    );

    // A certificate that was refused ends the recorded dialogue; here it is masked, and nobody refuses it.
    let file = office.file("revoked");
    let refused = office.check("cert-expired", &file, &["--pin-fd", "0"], PIN);
    assert_ne!(refused.status.code(), Some(0), "{refused:?}");
    let (told, code) = replayed(&file);
    assert_eq!(
        (&told["deviation"], code),
        (&Value::Null, Some(0)),
        "{told}"
    );
    assert!(
        told["ended_by_program"].is_u64() || told["outcome"] == "done",
        "{told}"
    );
}

#[test]
fn a_visual_check_runs_again_with_its_relay() {
    let office = Office::open();
    let file = office.file("visual");
    let on = office.run(&["--json", "terminal", "visual", "on"], "");
    assert_eq!(on.status.code(), Some(0), "{on:?}");
    let more = ["--visual", "受付 花子", "--confirm-fd", "0"];
    let checked = office.check("kyokai-self", &file, &more, "yes\n");
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let trace = std::fs::read_to_string(&file).unwrap();
    assert!(!trace.contains("受付") && !trace.contains("花子"));
    holds_nobody(&trace, person("kyokai-self").unwrap());
    let (told, code) = replayed(&file);
    assert_eq!(
        (&told["outcome"], &told["deviation"], code),
        (&"done".into(), &Value::Null, Some(0)),
        "{told}\n{trace}"
    );
}

#[test]
fn a_status_is_recorded_shown_and_runs_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("status");
    let name = file.to_str().unwrap();
    let status = ["--json", "status", "--virtual", "kokuho", "--trace", name];
    let told = mynacard(&status);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    assert_eq!(json(&told)["authentication_tries"], 3);
    holds_nobody(
        &std::fs::read_to_string(&file).unwrap(),
        person("kokuho").unwrap(),
    );

    // The file stays as it is: a second recording needs a second name.
    let before = std::fs::read(&file).unwrap();
    let again = mynacard(&status);
    assert_eq!(again.status.code(), Some(14), "{again:?}");
    assert_eq!(json(&again)["error"]["code"], "file");
    assert_eq!(std::fs::read(&file).unwrap(), before);

    let shown = String::from_utf8(mynacard(&["trace", "show", name]).stdout).unwrap();
    for part in [
        "SELECT JPKI application",
        "READ BINARY of file 0006",
        "counter of file 0018",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let steps = json(&mynacard(&["--json", "trace", "show", name]));
    assert_eq!(
        steps["steps"].as_array().unwrap().len(),
        shown.lines().count()
    );
    assert_eq!(replayed(&file).0["flow"], "status");
}

#[test]
fn a_trace_that_was_changed_says_where_the_dialogue_leaves_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("status");
    let name = file.to_str().unwrap();
    let told = mynacard(&["status", "--virtual", "kokuho", "--trace", name]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let trace = std::fs::read_to_string(&file).unwrap();
    let line = trace
        .lines()
        .position(|line| line.contains("00200098"))
        .unwrap()
        + 1;

    // Another version of the program asked for something else there.
    std::fs::write(&file, trace.replace("00200098", "00200090")).unwrap();
    let (told, code) = replayed(&file);
    assert_eq!(
        (&told["deviation"]["line"], code),
        (&line.into(), Some(12)),
        "{told}"
    );
    assert_eq!(told["deviation"]["problem"], "another command");

    // A longer dialogue than this one's.
    let end = trace.lines().last().unwrap();
    std::fs::write(&file, format!("{trace}{end}\n")).unwrap();
    let (told, code) = replayed(&file);
    assert_eq!(
        (&told["deviation"]["problem"], code),
        (&"the dialogue has ended before".into(), Some(12))
    );

    // Something else altogether, and a trace that does not say what it is.
    for text in ["{}", "nothing\n", r#"{"event":"end","how":"leave"}"#] {
        std::fs::write(&file, text).unwrap();
        let refused = mynacard(&["--json", "trace", "replay", name]);
        assert_eq!(refused.status.code(), Some(12), "{text}: {refused:?}");
        assert_eq!(json(&refused)["error"]["code"], "content");
    }
}
