//! The command as its users call it: a child process, its two outputs and its exit code.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod activation;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mynacard_sandbox::{Running, Sandbox};
use serde_json::Value;
use tempfile::TempDir;

const PASSCODE: &str = "correct horse battery";

/// Runs `mynacard` with these arguments and standard input.
fn mynacard(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mynacard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails before it reads closes its end; that is not the test's failure.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {}{}",
            stdout(output),
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

/// A sandbox with an activated terminal in a folder of its own.
struct Terminal {
    sandbox: Running,
    folder: TempDir,
    passcode: PathBuf,
}

impl Terminal {
    fn activated() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let terminal = Self {
            sandbox: Sandbox::builder().start().unwrap(),
            passcode: folder.path().join("passcode"),
            folder,
        };
        std::fs::write(&terminal.passcode, PASSCODE).unwrap();
        std::fs::write(terminal.authority(), terminal.sandbox.ca_certificate_pem()).unwrap();
        let activated = terminal.activate(&terminal.sandbox.issue_activation().unwrap(), "home");
        assert_eq!(activated.status.code(), Some(0), "{}", stdout(&activated));
        terminal
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    fn home(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn activate(&self, settings: &mynacard_sandbox::UserSettings, home: &str) -> Output {
        let authority = self.authority();
        let authority = authority.to_str().unwrap();
        let arguments = activation::arguments(self.sandbox.url(), authority, settings);
        self.activate_with(&arguments, settings, home)
    }

    fn activate_with(
        &self,
        arguments: &[&str],
        settings: &mynacard_sandbox::UserSettings,
        home: &str,
    ) -> Output {
        let home = self.home(home);
        let more = ["--json", "--log", "trace", "--home", &home];
        self.shell(&[arguments, &more].concat(), &settings.activation_code)
    }

    /// Runs with the passcode on descriptor 3.
    fn shell(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg("exec 3<\"$0\"; exec \"$@\" --passcode-fd 3")
            .arg(&self.passcode)
            .arg(env!("CARGO_BIN_EXE_mynacard"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn check(&self, person: &str, pin: &str, more: &[&str]) -> Output {
        let home = self.home("home");
        let mut arguments = vec![
            "--json",
            "check",
            "--virtual",
            person,
            "--pin-fd",
            "0",
            "--home",
            &home,
        ];
        arguments.extend_from_slice(more);
        self.shell(&arguments, pin)
    }
}

#[cfg(unix)]
#[test]
fn a_terminal_is_activated_and_checks_a_patient() {
    let terminal = Terminal::activated();
    let checked = terminal.check("kyokai-self", "1234\n", &[]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    let value = json(&checked);
    assert_eq!(value["validity"], "1");
    assert_eq!(value["card_exchanges"], 5);
    assert_eq!(value["evidence"], "online-pin");
    assert_eq!(value["warnings"][0], "not-production");
    assert_eq!(value["guidance"][0]["code"], "OK-0001");

    for (more, exchanges) in [
        (&["--skip-counter"][..], 4),
        (&["--short"][..], 11),
        (&["--short", "--skip-counter"][..], 10),
    ] {
        assert_eq!(
            json(&terminal.check("kyokai-self", "1234\n", more))["card_exchanges"],
            exchanges,
            "{more:?}"
        );
    }
}

/// For programs that start the command and read line by line: steps, and the result or the error in the last line.
#[cfg(unix)]
#[test]
fn a_program_reads_the_check_line_by_line() {
    let lines = |shown: &Output| -> Vec<Value> {
        let text = stdout(shown);
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line} in {text}")))
            .collect()
    };
    let terminal = Terminal::activated();
    let shown = terminal.check("kyokai-self", "1234\n", &["--progress"]);
    assert_eq!(shown.status.code(), Some(0), "{}", stdout(&shown));
    let told = lines(&shown);
    let (last, steps) = told.split_last().unwrap();
    let names: Vec<_> = steps.iter().map(|step| &step["step"]).collect();
    assert_eq!(
        names,
        [
            "reading-card",
            "verifying-pin",
            "signing",
            "card-done",
            "asking-service",
            "done"
        ]
    );
    assert_eq!(steps[3]["text"], "カードをお取りください。");
    assert_eq!(last["result"]["validity"], "1");

    let shown = terminal.check("kyokai-self", "9999\n", &["--progress"]);
    assert_eq!(shown.status.code(), Some(10));
    let told = lines(&shown);
    assert_eq!(told.last().unwrap()["error"]["code"], "MC-1003");
    assert!(told.len() > 1);

    let misused = mynacard(&["check", "--virtual", "kyokai-self", "--progress"], "");
    assert_eq!(misused.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_wrong_pin_and_a_malformed_one_tell_staff_what_to_do() {
    let terminal = Terminal::activated();
    let wrong = terminal.check("kyokai-self", "9999", &[]);
    assert_eq!(wrong.status.code(), Some(10));
    let error = &json(&wrong)["error"];
    assert_eq!(error["code"], "MC-1003");
    assert_eq!(error["tries_left"], 2);
    assert_eq!(
        error["staff"],
        "暗証番号が違います。あと2回間違えるとロックされます。"
    );
    assert_eq!(error["instead"][0], "目視確認");

    let malformed = terminal.check("kyokai-self", "12345", &[]);
    assert_eq!(malformed.status.code(), Some(2));
    assert_eq!(json(&malformed)["error"]["code"], "MC-1006");
}

#[cfg(unix)]
#[test]
fn a_visual_check_wants_the_operators_word_and_no_pin() {
    let terminal = Terminal::activated();
    let home = terminal.home("home");
    let check = |word: &str| {
        let arguments = [
            "--json",
            "check",
            "--virtual",
            "kyokai-self",
            "--visual",
            "受付 花子",
            "--confirm-fd",
            "0",
            "--home",
            &home,
        ];
        terminal.shell(&arguments, word)
    };
    let off = check("yes\n");
    assert_eq!(off.status.code(), Some(2), "{}", stdout(&off));
    assert_eq!(json(&off)["error"]["code"], "MC-5024");
    let on = ["--json", "terminal", "visual", "on", "--home", &home];
    let on = terminal.shell(&on, "");
    assert_eq!(json(&on)["visual_check"], "on", "{}", stdout(&on));
    for word in ["", "no\n", "はい\n"] {
        let refused = check(word);
        assert_eq!(
            refused.status.code(),
            Some(2),
            "{word:?}: {}",
            stdout(&refused)
        );
        assert_eq!(json(&refused)["error"]["code"], "not-confirmed");
    }
    let checked = check("yes\n");
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    assert_eq!(json(&checked)["evidence"], "online-visual");
}

#[cfg(unix)]
#[test]
fn nothing_is_registered_before_the_terms_are_accepted() {
    let terminal = Terminal::activated();
    let settings = terminal.sandbox.issue_activation().unwrap();
    let authority = terminal.authority();
    let authority = authority.to_str().unwrap();
    let arguments = activation::unaccepted(terminal.sandbox.url(), authority, &settings);
    let unread = terminal.activate_with(&arguments, &settings, "second");
    assert_eq!(unread.status.code(), Some(2), "{}", stdout(&unread));
    assert!(!Path::new(&terminal.home("second")).exists());
    let read = terminal.activate(&settings, "second");
    assert_eq!(read.status.code(), Some(0), "the code was used up");
}

#[cfg(unix)]
#[test]
fn a_used_code_and_a_wrong_passcode_are_named() {
    let terminal = Terminal::activated();
    let settings = terminal.sandbox.issue_activation().unwrap();
    assert_eq!(
        terminal.activate(&settings, "second").status.code(),
        Some(0)
    );
    let again = terminal.activate(&settings, "third");
    assert_eq!(again.status.code(), Some(11));
    assert_eq!(json(&again)["error"]["code"], "MC-6102");
    assert!(
        !Path::new(&terminal.home("third"))
            .join("terminal.vault")
            .exists(),
        "a vault without a terminal stays"
    );

    std::fs::write(&terminal.passcode, "not the passcode").unwrap();
    let closed = terminal.check("kyokai-self", "1234", &[]);
    assert_eq!(closed.status.code(), Some(2));
    assert_eq!(json(&closed)["error"]["code"], "MC-5202");
}

#[cfg(unix)]
#[test]
fn identity_alone_is_refused_before_anything_is_asked() {
    let terminal = Terminal::activated();
    let refused = terminal.check("kyokai-self", "1234", &["--purpose", "identity-only"]);
    assert_eq!(json(&refused)["error"]["code"], "MC-5001");
}

#[cfg(unix)]
#[test]
fn the_most_verbose_log_shows_no_secret_and_nobody() {
    let terminal = Terminal::activated();
    let person = mynacard_sim::person("kyokai-self").unwrap();
    let checked = terminal.check("kyokai-self", "1234", &["--log", "trace"]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    let log = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(log.contains("mynacard"), "the log is empty: {log}");
    // The PIN as it was typed: four digits that are no part of a longer number.
    let mut words = log.split(|letter: char| !letter.is_ascii_alphanumeric());
    assert!(!words.any(|word| word == "1234"), "{log}");
    let settings = terminal.sandbox.issue_activation().unwrap();
    let activated = terminal.activate(&settings, "another");
    let told = String::from_utf8_lossy(&activated.stderr).into_owned();
    assert!(told.contains("mynacard"), "the log is empty: {told}");
    for secret in [PASSCODE, &settings.activation_code] {
        assert!(!told.contains(secret), "{secret} is in the log");
    }
    // VERIFY with its data, in hexadecimal and as bytes, and what identifies a person.
    for secret in [
        "31323334",
        "31, 32, 33, 34",
        "49, 50, 51, 52",
        PASSCODE,
        "SIM0000000001A",
        "1234567",
        person.address(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    for part in person
        .name()
        .split('\u{3000}')
        .chain(person.kana().split_whitespace())
    {
        assert!(!log.contains(part), "{part} is in the log");
    }
}

#[test]
fn the_demonstration_shows_every_step() {
    let shown = mynacard(&["--json", "demo"], "");
    assert_eq!(shown.status.code(), Some(0), "{}", stdout(&shown));
    let steps = json(&shown)["steps"].as_array().unwrap().clone();
    let named = |name: &str| steps.iter().filter(|step| step["step"] == name).count();
    assert_eq!(
        (
            named("activate"),
            named("pin"),
            named("visual"),
            named("wrong-pin")
        ),
        (1, 1, 1, 1)
    );
    let kinds: std::collections::BTreeSet<_> = steps
        .iter()
        .filter_map(|step| step["check"]["guidance"][0]["code"].as_str())
        .collect();
    assert!(kinds.len() >= 5, "kinds of answer: {kinds:?}");
}

#[test]
fn guidance_is_printed_as_a_document_in_both_languages() {
    let japanese = stdout(&mynacard(&["guidance"], ""));
    assert!(japanese.contains("## MC-1003") && japanese.contains("目視確認"));
    let english = stdout(&mynacard(&["guidance", "MC-1003", "--lang", "en"], ""));
    assert!(english.contains("Wrong PIN") && !english.contains("暗証番号が違います"));
    assert_eq!(
        mynacard(&["guidance", "MC-0000"], "").status.code(),
        Some(2)
    );
}

#[test]
fn certificates_are_shown_and_judged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("leaf.der");
    let card = mynacard_sim::person("kyokai-self").unwrap();
    std::fs::write(
        &file,
        mynacard_sim::pki::authentication_certificate(card, std::time::SystemTime::now()),
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let shown = json(&mynacard(&["--json", "cert", "show", file], ""));
    assert_eq!(shown["claimed_hierarchy"], "simulation");
    let verified = mynacard(
        &[
            "--json",
            "cert",
            "verify",
            file,
            "--hierarchy",
            "simulation",
        ],
        "",
    );
    assert_eq!(json(&verified)["verdict"], "verified");
    let refused = mynacard(&["--json", "cert", "verify", file], "");
    assert_eq!(refused.status.code(), Some(11));
    assert_eq!(json(&refused)["error"]["code"], "MC-3102");
    let signature = mynacard(
        &[
            "--json",
            "cert",
            "verify",
            file,
            "--hierarchy",
            "simulation",
            "--for",
            "signature",
        ],
        "",
    );
    assert_eq!(json(&signature)["error"]["code"], "MC-3103");
    let expired = mynacard(
        &[
            "--json",
            "cert",
            "verify",
            file,
            "--hierarchy",
            "simulation",
            "--at",
            "2034-01-01",
        ],
        "",
    );
    assert_eq!(expired.status.code(), Some(0), "{}", stdout(&expired));
    assert!(json(&expired)["warnings"].to_string().contains("ended"));
}

/// A real test card's certificates, with the right one of two roots of the same name and with the wrong one.
#[test]
fn a_real_test_card_gets_its_verdict() {
    let Some(vectors) = std::env::var_os("MYNACARD_VECTORS").map(PathBuf::from) else {
        let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!in_ci, "MYNACARD_VECTORS is not set");
        println!("skipped: MYNACARD_VECTORS is not set");
        return;
    };
    let leaf = vectors.join("testcard/jpki-auth-cert.der");
    let root = |name: &str| vectors.join("roots/test").join(name);
    let verify = |root: &Path| {
        mynacard(
            &[
                "--json",
                "cert",
                "verify",
                leaf.to_str().unwrap(),
                "--hierarchy",
                "jpki-test",
                "--root",
                root.to_str().unwrap(),
            ],
            "",
        )
    };
    let right = verify(&root("authca-test-2023.cer"));
    assert_eq!(right.status.code(), Some(0), "{}", stdout(&right));
    assert_eq!(json(&right)["hierarchy"], "JPKI test");
    let wrong = verify(&root("authca-test-2019.cer"));
    assert_eq!(json(&wrong)["error"]["code"], "MC-3101");
    let unasked = mynacard(&["--json", "cert", "verify", leaf.to_str().unwrap()], "");
    assert_eq!(json(&unasked)["error"]["code"], "MC-3102");
}

#[test]
fn face_files_are_printed_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let answer = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><XmlMsg><MessageHeader>\
        <SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>\
        <QualificationValidity>1</QualificationValidity></MessageBody></XmlMsg>";
    std::fs::write(
        folder
            .path()
            .join("OQSsiquc01res_face_1_20261120101500.xml"),
        answer,
    )
    .unwrap();
    std::fs::write(folder.path().join("other.xml"), "<a/>").unwrap();
    let watched = mynacard(
        &[
            "--json",
            "oqs",
            "watch",
            "--once",
            folder.path().to_str().unwrap(),
        ],
        "",
    );
    assert_eq!(watched.status.code(), Some(0), "{}", stdout(&watched));
    let lines: Vec<_> = stdout(&watched).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(line["file"], "OQSsiquc01res_face_1_20261120101500.xml");
}

#[test]
fn broken_and_half_written_face_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    for (name, content, code) in [
        (
            "OQSsiquc01res_face_1_20261120101500.xml",
            "<XmlMsg><MessageHeader>",
            "MC-4002",
        ),
        (
            "OQSsiquc01res_face_2_20261120101500.xml",
            "<XmlMsg><a></b></XmlMsg>",
            "MC-4001",
        ),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
        let watched = mynacard(&["--json", "oqs", "watch", "--once", path], "");
        assert_eq!(watched.status.code(), Some(12), "{name}");
        let line: Value = serde_json::from_str(&stdout(&watched)).unwrap();
        assert_eq!(
            (&line["file"], &line["error"]["code"]),
            (&name.into(), &code.into())
        );
        assert!(
            line["error"]["staff"]
                .as_str()
                .is_some_and(|text| text.ends_with('。'))
        );
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
}

#[test]
fn wrong_use_is_named_and_has_its_own_exit_code() {
    let missing = mynacard(&["cert", "show", "/nonexistent"], "");
    assert_eq!(missing.status.code(), Some(14));
    assert!(stdout(&missing).contains("/nonexistent"));
    let person = mynacard(&["check", "--virtual", "nobody"], "");
    assert_eq!(person.status.code(), Some(2));
    assert!(
        stdout(&person).contains("kyokai-self"),
        "{}",
        stdout(&person)
    );
}

#[test]
fn an_answer_is_converted_to_every_shape() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer.xml");
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><XmlMsg><MessageHeader>\
        <SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody><QualificationValidity>1</QualificationValidity>\
        <ResultList><ResultOfQualificationConfirmation><InsurerNumber>01130012</InsurerNumber><Name>医療　髙子</Name>\
        </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";
    std::fs::write(&file, xml).unwrap();
    let file = file.to_str().unwrap();
    let convert = |file: &str, shape: &str| {
        let converted = mynacard(&["oqs", "convert", file, "--to", shape], "");
        assert_eq!(
            converted.status.code(),
            Some(0),
            "{shape}: {}",
            stdout(&converted)
        );
        converted.stdout
    };
    for (shape, found) in [
        ("xml-utf8", "<InsurerNumber>01130012</InsurerNumber>"),
        ("json", "01130012"),
        ("text", "医療　髙子"),
        ("screen", "氏名：医療　髙子"),
        ("csv", "01130012"),
        ("fhir", "JP_Insurance_memberID"),
    ] {
        let text = String::from_utf8(convert(file, shape)).unwrap();
        assert!(text.contains(found), "{shape}: {text}");
    }
    // 髙 as Windows writes it: FBFC, not EEE0.
    let sjis = convert(file, "xml-sjis");
    assert!(sjis.windows(2).any(|pair| pair == [0xFB, 0xFC]));
    let back = folder.path().join("back.xml");
    std::fs::write(&back, sjis).unwrap();
    assert_eq!(
        convert(back.to_str().unwrap(), "text"),
        convert(file, "text")
    );
}

#[test]
fn a_typed_number_is_judged_with_rule_and_place() {
    let right = mynacard(
        &["--json", "validate", "insurer-number", "０６１３－０４８８"],
        "",
    );
    assert_eq!(right.status.code(), Some(0), "{}", stdout(&right));
    assert_eq!(json(&right)["value"], "06130488");
    let wrong = mynacard(&["--json", "validate", "insurer-number", "06130489"], "");
    assert_eq!(wrong.status.code(), Some(12));
    assert_eq!(json(&wrong)["code"], "MC-4023");
    let kind = mynacard(&["validate", "my-number", "1"], "");
    assert_eq!(kind.status.code(), Some(2));
    assert!(stdout(&kind).contains("insurer-number"));
    // Swapped arguments: what was typed as the number is printed nowhere.
    let swapped = mynacard(&["validate", "9876543", "insured-number"], "");
    let printed = format!(
        "{}{}",
        stdout(&swapped),
        String::from_utf8_lossy(&swapped.stderr)
    );
    assert_eq!(swapped.status.code(), Some(2));
    assert!(!printed.contains("9876543"), "{printed}");
    let japanese = mynacard(&["validate", "insurer-number", "06130489"], "");
    let printed = stdout(&japanese);
    assert!(
        printed.contains("保険者番号: 06130489") && printed.contains("検証番号"),
        "{printed}"
    );
    let english = mynacard(
        &["--lang", "en", "validate", "insurer-number", "06130489"],
        "",
    );
    assert!(stdout(&english).is_ascii(), "{}", stdout(&english));
}

#[test]
fn every_kind_of_number_is_judged() {
    let table = [
        ("insurer-number", "138016", "138017"),
        ("institution-code", "0110113719", "0110113718"),
        ("checkup-institution-number", "5521111111", "5521111112"),
        ("online-code", "1234567890", "123456789"),
        ("public-payer-number", "12131009", "1213100x"),
        ("public-recipient-number", "1234566", "123456"),
        ("insured-symbol", "千代田", " "),
        ("insured-number", "1234567", " "),
        ("branch-number", "01", "1"),
        ("late-elderly-number", "12345678", "1234567"),
        ("invoice-number", "T7000012050002", "7000012050002"),
        ("postal-code", "100-0013", "100-001"),
        ("phone-number", "03-1234-5678", "13-1234-5678"),
        ("ticket-number", "26100000001", "2610000000"),
    ];
    let kinds: Vec<&str> = mynacard::eligibility::identifier::IdentifierKind::ALL
        .iter()
        .map(|kind| kind.name())
        .collect();
    assert_eq!(table.map(|(kind, ..)| kind).to_vec(), kinds);
    for (kind, right, wrong) in table {
        let judged = mynacard(&["--json", "validate", kind, right], "");
        assert_eq!(judged.status.code(), Some(0), "{kind}: {}", stdout(&judged));
        assert_eq!(json(&judged)["value"], right, "{kind}");
        let refused = mynacard(&["--json", "validate", kind, wrong], "");
        assert_eq!(refused.status.code(), Some(12), "{kind}");
        let code = json(&refused)["code"].as_str().unwrap().to_owned();
        assert!(code.starts_with("MC-402"), "{kind}: {code}");
    }
}
