//! A desk's day as its users have it: the reception screen, the audit trail, the doctor.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../activation/mod.rs"]
mod activation;
mod doctor;
mod interrupted;
mod photo;
#[cfg(target_os = "linux")]
mod pty;
mod removed;
mod setting;
mod support;

use std::io::{Read, Write};
use std::process::Child;

use mynacard_sandbox::Sandbox;
use serde_json::Value;

use support::{CLEAR, PASSCODE, Terminal, json, mode, part, stdout};

#[test]
fn what_happened_is_in_the_trail_and_damage_is_named_with_file_and_line() {
    let terminal = Terminal::activated();
    assert_eq!(terminal.check("1234").status.code(), Some(0));
    assert_eq!(terminal.check("9999").status.code(), Some(10));
    let events = [
        "file",
        "shown online-pin",
        "dropped ended",
        "refused MC-1003",
    ];
    assert_eq!(terminal.events(), events);
    let (code, report) = terminal.verify();
    assert_eq!((code, &report["whole"]), (Some(0), &Value::Bool(true)));
    assert_eq!(report["lines"], 4);

    let whole = std::fs::read(terminal.trail()).unwrap();
    let altered = String::from_utf8(whole.clone())
        .unwrap()
        .replace("online-pin", "online-pim");
    std::fs::write(terminal.trail(), altered).unwrap();
    let (code, report) = terminal.verify();
    assert_eq!(code, Some(12));
    let finding = &report["findings"][0];
    assert_eq!(finding["file"], "audit-000001.jsonl");
    assert_eq!(
        (&finding["line"], &finding["damage"]),
        (&2.into(), &"altered".into())
    );
    let text = stdout(&terminal.run(&["audit", "verify"], ""));
    assert!(
        text.contains("audit-000001.jsonl 2行目: 行が書き換えられています"),
        "{text}"
    );
    let text = stdout(&terminal.run(&["--lang", "en", "audit", "verify"], ""));
    assert!(
        text.contains("audit-000001.jsonl, line 2: the line was altered"),
        "{text}"
    );
    std::fs::write(terminal.trail(), &whole).unwrap();

    std::fs::remove_file(terminal.home().join("terminal.vault.audit")).unwrap();
    let (code, report) = terminal.verify();
    assert_eq!(
        (code, &report["findings"][0]["damage"]),
        (Some(12), &"no-head".into())
    );
    let refused = terminal.check("1234");
    assert_eq!(
        json(&refused)["error"]["code"],
        "MC-5402",
        "{}",
        stdout(&refused)
    );
    assert!(json(&refused).get("answer").is_none());
    let restarted = terminal.run(&["audit", "restart"], "");
    assert_eq!(restarted.status.code(), Some(0), "{}", stdout(&restarted));
    assert_eq!(terminal.check("1234").status.code(), Some(0));
    let (code, report) = terminal.verify();
    assert_eq!((code, &report["lines"]), (Some(0), &3.into()));
    assert_eq!(report["notes"][0]["note"], "earlier-files");
}

#[test]
fn a_terminal_that_opens_no_more_is_registered_anew_as_the_guidance_says() {
    let terminal = Terminal::activated();
    let vault = terminal.home().join("terminal.vault");
    let locks: [(&str, &dyn Fn()); 3] = [
        ("MC-5204", &|| {
            let counted = r#"{"failed":10,"last":0}"#;
            std::fs::write(terminal.home().join("terminal.vault.attempts"), counted).unwrap();
        }),
        ("MC-5205", &|| std::fs::write(&vault, b"damaged").unwrap()),
        ("MC-5202", &|| {
            std::fs::write(terminal.folder.path().join("passcode"), "another passcode").unwrap();
        }),
    ];
    for (round, (code, lock)) in locks.into_iter().enumerate() {
        assert_eq!(terminal.check("1234").status.code(), Some(0), "{code}");
        lock();
        let refused = json(&terminal.run(&["--json", "terminal", "show"], ""));
        assert_eq!(refused["error"]["code"], code);
        let next = refused["error"]["next"].as_str().unwrap();
        assert!(next.contains("mynacard terminal remove --forget"), "{next}");
        let (_, seen) = terminal.doctor(&[]);
        let named = seen["parts"].as_array().unwrap().iter();
        assert!(
            named
                .filter_map(|part| part["mend"].as_str())
                .any(|mend| mend.contains("terminal remove --forget")),
            "{seen}"
        );

        let forgotten = terminal.forget();
        assert_eq!(forgotten.status.code(), Some(0), "{}", stdout(&forgotten));
        assert!(!vault.exists());
        let kept = std::fs::read_dir(terminal.home()).unwrap();
        let kept = kept.filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with("terminal.vault.aside-")
        });
        assert_eq!(kept.count(), round + 1);
        let settings = terminal.sandbox.issue_activation().unwrap();
        let activated = terminal.activate(&settings);
        assert_eq!(activated.status.code(), Some(0), "{}", stdout(&activated));
    }
    assert_eq!(terminal.check("1234").status.code(), Some(0));
    assert_eq!(terminal.verify().0, Some(0));
    terminal.forget();
    assert_eq!(json(&terminal.forget())["error"]["code"], "MC-5208");
}

#[test]
fn what_a_full_disk_cannot_audit_is_not_shown() {
    let terminal = Terminal::activated();
    for _ in 0..3 {
        assert_eq!(terminal.check("1234").status.code(), Some(0));
    }
    let before = std::fs::read(terminal.trail()).unwrap();
    assert!(before.len() > 1024, "{}", before.len());
    // No file may grow beyond one block of 512 or 1024 bytes: for the trail the disk is full, for vault and head it is not.
    let arguments = [
        "--json",
        "check",
        "--virtual",
        "kyokai-self",
        "--pin-fd",
        "0",
    ];
    let mut child = terminal.start("trap '' XFSZ; ulimit -f 1;", &arguments);
    child.stdin.take().unwrap().write_all(b"1234").unwrap();
    let refused = child.wait_with_output().unwrap();
    let shown = json(&refused);
    assert_eq!(shown["error"]["code"], "MC-5401", "{shown}");
    assert_eq!(refused.status.code(), Some(14));
    let person = mynacard_sim::person("kyokai-self").unwrap();
    assert!(
        !stdout(&refused).contains(person.name()) && !stdout(&refused).contains("\"validity\"")
    );
    assert_eq!(std::fs::read(terminal.trail()).unwrap(), before);
    assert_eq!(terminal.check("1234").status.code(), Some(0));
    assert_eq!(terminal.verify().0, Some(0));
}

#[test]
fn checks_at_the_same_time_are_audited_one_after_the_other() {
    let terminal = Terminal::activated();
    let arguments = [
        "--json",
        "check",
        "--virtual",
        "kyokai-self",
        "--pin-fd",
        "0",
    ];
    let mut children: Vec<Child> = (0..3).map(|_| terminal.start("", &arguments)).collect();
    for child in &mut children {
        child.stdin.take().unwrap().write_all(b"1234").unwrap();
    }
    for child in children {
        let checked = child.wait_with_output().unwrap();
        assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    }
    let (code, report) = terminal.verify();
    assert_eq!((code, &report["lines"]), (Some(0), &7.into()));
}

#[test]
fn the_reception_screen_leaves_nothing_of_a_patient_to_the_next() {
    let terminal = Terminal::activated();
    assert_eq!(terminal.visual("on").status.code(), Some(0));
    let typed = "1\n1234\n\n\n9999\n\n2\n受付 花子\nyes\n\n2\nno\n\n3\n3\nq\n";
    let arguments = ["check", "--screen", "--virtual", "kyokai-self"];
    let day = terminal.run(&arguments, typed);
    let text = stdout(&day);
    assert_eq!(day.status.code(), Some(0), "{text}");
    assert!(day.stderr.is_empty());
    assert!(text.ends_with(CLEAR));
    let screens: Vec<&str> = text.split(CLEAR).collect();
    let name = mynacard_sim::person("kyokai-self").unwrap().name();
    let with_name = screens
        .iter()
        .filter(|screen| screen.contains(name))
        .count();
    assert_eq!(with_name, 2, "{text}");
    for screen in &screens {
        // What names the patient is an answer alone; the start and every other screen name nobody.
        assert!(
            !(screen.contains(name) && screen.contains("暗証番号で確認")),
            "{screen}"
        );
        // The synthetic insurance's own number begins like the PIN.
        let pin = screen.contains("9999") || screen.replace("1234567", "").contains("1234");
        assert!(!pin, "{screen}");
    }
    for told in [
        "カードを読み取っています。動かさないでください。",
        "カードをお取りください。",
        "資格を照会しています",
        "有効な資格が確認できました。",
        "暗証番号が違います。あと2回間違えるとロックされます。",
        "目視での確認が取れなかったため、中止しました。",
        "[Enter] 閉じる",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    let events = [
        "file",
        "setting on",
        "shown online-pin",
        "dropped closed",
        "refused MC-1003",
        "shown online-visual",
        "dropped closed",
        "refused not-confirmed",
        "proven eligibility-certificate",
    ];
    assert_eq!(terminal.events(), events);
    assert_eq!(terminal.verify().0, Some(0));
}

#[test]
fn an_answer_that_nobody_closes_goes_by_itself() {
    let terminal = Terminal::activated();
    let arguments = [
        "--lang",
        "en",
        "check",
        "--screen",
        "--keep",
        "1",
        "--virtual",
        "kyokai-self",
    ];
    let mut child = terminal.start("", &arguments);
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(b"1\n1234\n").unwrap();
    let mut seen = Vec::new();
    let mut screen = child.stdout.take().unwrap();
    let mut buffer = [0; 4096];
    // The start comes up a second time without a key.
    while String::from_utf8_lossy(&seen).matches("q  leave").count() < 2 {
        let read = screen.read(&mut buffer).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..read]);
    }
    assert_eq!(terminal.events()[2], "dropped timed-out");
    keys.write_all(b"q\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let text = String::from_utf8_lossy(&seen);
    assert!(text.contains("Valid insurance was confirmed."), "{text}");
}

/// The parts that a machine's reader has no say in.
fn without_reader(seen: &Value) -> Vec<(String, String)> {
    let text = |part: &Value, member: &str| part[member].as_str().unwrap_or_default().to_owned();
    seen["parts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|part| part["name"] != "reader" && part["name"] != "card")
        .map(|part| (text(part, "name"), text(part, "state")))
        .collect()
}

#[test]
fn the_doctor_names_what_is_wrong_and_its_mend() {
    let mut terminal = Terminal::activated();
    let (_, healthy) = terminal.doctor(&[]);
    let expected = [
        "folder",
        "vault",
        "passcode",
        "terminal-certificate",
        "audit",
        "service",
        "clock",
        "terminal-standing",
    ]
    .map(|name| (name.to_owned(), "good".to_owned()));
    assert_eq!(without_reader(&healthy), expected, "{healthy}");
    let reader = part(&healthy, "reader");
    if cfg!(feature = "pcsc") {
        assert_ne!(reader["state"], "unknown");
    } else {
        assert_eq!(reader["state"], "unknown");
        assert_eq!(
            reader["found"],
            "このプログラムはカードリーダー（PC/SC）なしで作られています。"
        );
    }

    mode(&terminal.home(), 0o777);
    mode(&terminal.home().join("terminal.vault"), 0o644);
    let oqs = terminal.folder.path().join("oqs");
    std::fs::create_dir_all(oqs.join("req")).unwrap();
    let (code, open) = terminal.doctor(&["--no-passcode", "--oqs", oqs.to_str().unwrap()]);
    // `--no-passcode` and a passcode exclude each other.
    assert_eq!((code, &open["error"]["code"]), (Some(2), &"usage".into()));
    let (code, open) = terminal.doctor(&["--oqs", oqs.to_str().unwrap()]);
    assert_eq!(code, Some(14));
    for name in ["folder", "vault", "oqs-folder"] {
        assert_eq!(part(&open, name)["state"], "bad", "{name}");
        assert_ne!(part(&open, name)["mend"], "", "{name}");
    }
    assert_eq!(
        part(&open, "oqs-folder")["found"],
        "開けないフォルダーがあります: res, face"
    );
    mode(&terminal.home(), 0o700);
    mode(&terminal.home().join("terminal.vault"), 0o600);

    let trail = std::fs::read(terminal.trail()).unwrap();
    std::fs::write(terminal.trail(), b"").unwrap();
    assert_eq!(part(&terminal.doctor(&[]).1, "audit")["state"], "bad");
    std::fs::write(terminal.trail(), trail).unwrap();

    let address = terminal.sandbox.url().to_owned();
    let gone = std::mem::replace(&mut terminal.sandbox, Sandbox::builder().start().unwrap());
    gone.stop();
    let (code, down) = terminal.doctor(&[]);
    assert_eq!(code, Some(14), "{address}");
    assert_eq!(part(&down, "service")["code"], "MC-6001");
    assert_eq!(part(&down, "clock")["state"], "unknown");

    std::fs::write(terminal.folder.path().join("passcode"), "not the passcode").unwrap();
    let (_, wrong) = terminal.doctor(&[]);
    assert_eq!(part(&wrong, "passcode")["code"], "MC-5202");
    terminal.doctor(&[]);
    terminal.doctor(&[]);
    let (_, held_up) = terminal.doctor(&[]);
    let found = part(&held_up, "passcode")["found"].as_str().unwrap();
    assert!(found.contains("秒は入力できません"), "{found}");
    std::fs::remove_file(terminal.home().join("terminal.vault")).unwrap();
    assert_eq!(part(&terminal.doctor(&[]).1, "vault")["code"], "MC-5208");
}

#[test]
fn the_bundle_for_support_names_nobody_and_no_place() {
    let terminal = Terminal::activated();
    assert_eq!(terminal.check("1234").status.code(), Some(0));
    assert_eq!(terminal.check("9999").status.code(), Some(10));
    let file = terminal.folder.path().join("bundle.json");
    let path = file.to_str().unwrap();
    let oqs = terminal.folder.path().join("share of nobody");
    terminal.doctor(&["--bundle", path, "--oqs", oqs.to_str().unwrap()]);
    let bundle = std::fs::read_to_string(&file).unwrap();
    let value: Value = serde_json::from_str(&bundle).unwrap();
    assert_eq!(part(&value, "audit")["facts"]["lines"], 4);
    assert_eq!(part(&value, "clock")["state"], "good");

    let mut secrets: Vec<String> = mynacard_sim::people()
        .iter()
        .flat_map(|person| {
            [
                person.name().to_owned(),
                person.kana().to_owned(),
                person.address().to_owned(),
                person.authentication_common_name(),
            ]
        })
        .collect();
    let institution = terminal.sandbox.issue_activation().unwrap();
    let trail = std::fs::read_to_string(terminal.trail()).unwrap();
    let taps: Vec<Value> = trail
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    secrets.extend(
        taps.iter()
            .flat_map(|line| [line["tap"].as_str(), line["check_id"].as_str()])
            .flatten()
            .map(str::to_owned),
    );
    secrets.extend([
        PASSCODE.to_owned(),
        "\"1234\"".to_owned(),
        "9999".to_owned(),
        terminal.code.clone(),
        institution.institution_code,
        terminal.folder.path().to_str().unwrap().to_owned(),
        "share of nobody".to_owned(),
        terminal.sandbox.url().to_owned(),
    ]);
    assert!(secrets.len() > 150, "{}", secrets.len());
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        assert!(!bundle.contains(secret.as_str()), "{secret} in {bundle}");
    }
    // A file that is there is left alone.
    let again = terminal.run(&["--json", "doctor", "--bundle", path], "");
    assert_eq!(json(&again)["error"]["code"], "file");
}
