//! The audit trail of a terminal that was removed: its end is its last line, and it can be verified without the vault.

use std::process::Output;

use serde_json::Value;

use super::support::{Terminal, json, stdout};

fn removed(terminal: &Terminal) -> Value {
    let removed = terminal.run(&["--json", "terminal", "remove"], "");
    assert_eq!(removed.status.code(), Some(0), "{}", stdout(&removed));
    json(&removed)
}

fn verify(terminal: &Terminal, fingerprint: &str) -> Output {
    let arguments = ["--json", "audit", "verify", "--fingerprint", fingerprint];
    terminal.run(&arguments, "")
}

#[test]
fn the_trail_ends_with_the_removal_and_is_verified_without_the_vault() {
    let terminal = Terminal::activated();
    assert_eq!(terminal.check("1234").status.code(), Some(0));
    let told = removed(&terminal);
    let fingerprint = told["audit"]["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(told["audit"]["lines"], 4, "{told}");
    let events = ["file", "shown online-pin", "dropped ended", "removed"];
    assert_eq!(terminal.events(), events);
    assert!(!terminal.home().join("terminal.vault").exists());

    // Nobody is asked for a passcode: there is no vault.
    std::fs::write(terminal.folder.path().join("passcode"), "").unwrap();
    let (code, report) = terminal.verify();
    assert_eq!(
        (code, &report["whole"]),
        (Some(0), &true.into()),
        "{report}"
    );
    assert_eq!(report["fingerprint"], fingerprint.as_str());
    assert_eq!(report["fingerprint_fits"], Value::Null);
    let text = stdout(&terminal.run(&["audit", "verify"], ""));
    assert!(
        text.contains("控えた照合値（--fingerprint）と比べて"),
        "{text}"
    );
    let fits = verify(&terminal, &fingerprint.to_uppercase());
    assert_eq!(
        (fits.status.code(), &json(&fits)["fingerprint_fits"]),
        (Some(0), &true.into())
    );
    let other = verify(&terminal, &"0".repeat(64));
    assert_eq!(
        (other.status.code(), &json(&other)["whole"]),
        (Some(12), &false.into())
    );

    let whole = std::fs::read(terminal.trail()).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let cut = text.trim_end().rfind('\n').unwrap() + 1;
    let doubled = format!("{text}{}", &text[cut..]);
    for (changed, damage) in [
        (text.replace("online-pin", "online-pim"), "altered"),
        (text[..cut].to_owned(), "cut-off"),
        (doubled, "surplus"),
        (format!("{text}{{"), "surplus"),
    ] {
        std::fs::write(terminal.trail(), changed).unwrap();
        let (code, report) = terminal.verify();
        assert_eq!(code, Some(12), "{damage}: {report}");
        assert_eq!(report["findings"][0]["damage"], damage, "{report}");
    }
    std::fs::write(terminal.trail(), whole).unwrap();
    assert_eq!(terminal.verify().0, Some(0));
}

#[test]
fn a_terminal_registered_anew_goes_on_beside_the_closed_trail() {
    let terminal = Terminal::activated();
    let first = removed(&terminal)["audit"]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    let settings = terminal.sandbox.issue_activation().unwrap();
    assert_eq!(terminal.activate(&settings).status.code(), Some(0));
    assert_eq!(terminal.check("1234").status.code(), Some(0));
    let (code, report) = terminal.verify();
    assert_eq!((code, &report["lines"]), (Some(0), &3.into()), "{report}");
    assert_eq!(report["notes"], serde_json::json!([]), "{report}");
    assert_eq!(report["closed"][0]["fingerprint"], first.as_str());
    assert_eq!(verify(&terminal, &first).status.code(), Some(0));

    // The older trail's damage is told too.
    let whole = std::fs::read(terminal.trail()).unwrap();
    std::fs::write(terminal.trail(), b"").unwrap();
    let (code, report) = terminal.verify();
    assert_eq!(
        (code, &report["whole"]),
        (Some(12), &false.into()),
        "{report}"
    );
    std::fs::write(terminal.trail(), whole).unwrap();
    let second = removed(&terminal);
    assert_ne!(second["audit"]["fingerprint"], first.as_str());
    let (code, report) = terminal.verify();
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["closed"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_missing_after_a_removal_is_said_plainly() {
    let terminal = Terminal::activated();
    let note = removed(&terminal)["audit"]["note"]
        .as_str()
        .unwrap()
        .to_owned();
    let kept = std::fs::read_to_string(&note).unwrap();
    for damaged in [
        String::new(),
        kept.replace("\"audit_trail_closed\":1", "\"audit_trail_closed\":2"),
        kept.replace("\"count\":2", "\"count\":\"2\""),
        kept.replace("\"first\":1", "\"first\":2"),
    ] {
        assert_ne!(damaged, kept);
        std::fs::write(&note, damaged).unwrap();
        let (code, said) = terminal.verify();
        assert_eq!(
            (code, &said["error"]["code"]),
            (Some(14), &"MC-5402".into()),
            "{said}"
        );
    }
    std::fs::remove_file(&note).unwrap();
    let (_, said) = terminal.verify();
    assert_eq!(said["error"]["code"], "MC-5208", "{said}");
    let message = said["error"]["message"].as_str().unwrap();
    assert!(message.contains("closed-….json"), "{message}");

    // A trail whose head was lost before cannot be closed; the removal says so and goes on.
    let terminal = Terminal::activated();
    std::fs::remove_file(terminal.home().join("terminal.vault.audit")).unwrap();
    let told = removed(&terminal);
    assert_eq!(told["audit"]["not_closed"], "MC-5402", "{told}");
    assert!(!terminal.home().join("terminal.vault").exists());
}
