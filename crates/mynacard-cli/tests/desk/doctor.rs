//! What the doctor says of time: a certificate that ends soon or has ended, a clock that is off; and what it can say without the
//! passcode.

use std::process::Command;
use std::time::{Duration, SystemTime};

use mynacard_sandbox::Sandbox;

use super::support::{Terminal, json, part};

const DAY: u64 = 86_400;
/// A terminal's certificate of the stand-in lives so many days.
const LIFE: u64 = 365;

/// A terminal that was activated so many days ago.
fn activated_before(days: u64) -> Terminal {
    let ago = Duration::from_secs(days * DAY);
    let clock = move || SystemTime::now().checked_sub(ago).unwrap();
    Terminal::activated_at(Sandbox::builder().clock(clock).start().unwrap())
}

#[test]
fn a_certificate_that_ends_soon_or_has_ended_is_named_with_its_mend() {
    for (days, state, mend) in [
        (LIFE - 40, "good", ""),
        (LIFE - 29, "care", "期限の前に更新してください。"),
        (LIFE - 1, "care", "期限の前に更新してください。"),
        (LIFE + 1, "bad", "mynacard terminal remove --forget"),
    ] {
        let terminal = activated_before(days);
        let (_, seen) = terminal.doctor(&[]);
        let certificate = part(&seen, "terminal-certificate");
        assert_eq!(certificate["state"], state, "{days}: {seen}");
        let told = certificate["mend"].as_str().unwrap();
        assert!(told.contains(mend), "{days}: {told}");
    }
}

#[test]
fn a_clock_that_is_off_is_named_on_either_side() {
    let terminal = Terminal::activated();
    for (ahead, state, way) in [
        (0, "good", ""),
        (-80, "care", "進んでいます"),
        (80, "care", "遅れています"),
        (-600, "bad", "進んでいます"),
        (600, "bad", "遅れています"),
    ] {
        terminal.sandbox.set_clock_ahead(ahead);
        let (code, seen) = terminal.doctor(&[]);
        let clock = part(&seen, "clock");
        assert_eq!(clock["state"], state, "{ahead}: {seen}");
        let found = clock["found"].as_str().unwrap();
        assert!(found.contains(way), "{ahead}: {found}");
        if state == "good" {
            continue;
        }
        assert!(clock["mend"].as_str().unwrap().contains("自動設定"));
        // Without a reader, which is another part's matter, a clock in care is no reason to stop.
        let others = seen["parts"].as_array().unwrap().iter();
        let bad = others.filter(|part| part["state"] == "bad").count();
        assert_eq!(code == Some(14), bad > 0, "{ahead}: {seen}");
    }
}

#[test]
fn without_the_passcode_everything_that_needs_none_is_looked_at() {
    let terminal = Terminal::activated();
    let before = terminal.sandbox.requests();
    let seen = Command::new(env!("CARGO_BIN_EXE_mynacard"))
        .args(["--json", "doctor", "--no-passcode", "--home"])
        .arg(terminal.home())
        .output()
        .unwrap();
    let seen = json(&seen);
    for name in ["folder", "vault"] {
        assert_eq!(part(&seen, name)["state"], "good", "{seen}");
    }
    let passcode = part(&seen, "passcode");
    assert_eq!(passcode["state"], "unknown");
    assert_eq!(passcode["found"], "入力を省きました。");
    let names: Vec<_> = seen["parts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|part| part["name"].as_str())
        .filter(|name| *name != "reader" && *name != "card")
        .collect();
    assert_eq!(names, ["folder", "vault", "passcode"]);
    assert_eq!(terminal.sandbox.requests(), before);
    // A guess that was never made counts for nobody.
    assert_eq!(terminal.check("1234").status.code(), Some(0));
}
