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
        (LIFE - 29, "care", "「mynacard terminal renew」"),
        (LIFE - 1, "care", "「mynacard terminal renew」"),
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
    for (ahead, visual, state, way) in [
        (0, "off", "good", ""),
        (-80, "off", "care", "進んでいます"),
        (80, "off", "care", "遅れています"),
        (-600, "off", "bad", "進んでいます"),
        (600, "off", "bad", "遅れています"),
        // An operator's confirmation from more than a minute ahead is refused.
        (0, "on", "good", ""),
        (-80, "on", "bad", "進んでいます"),
        (80, "on", "care", "遅れています"),
    ] {
        assert_eq!(terminal.visual(visual).status.code(), Some(0));
        terminal.sandbox.set_clock_ahead(ahead);
        let (code, seen) = terminal.doctor(&[]);
        let clock = part(&seen, "clock");
        assert_eq!(clock["state"], state, "{ahead}: {seen}");
        let found = clock["found"].as_str().unwrap();
        assert!(found.contains(way), "{ahead}: {found}");
        if state == "good" {
            continue;
        }
        let mend = clock["mend"].as_str().unwrap();
        assert!(
            mend.contains("自動設定") && mend.contains("60秒を超えて進んでいる"),
            "{mend}"
        );
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

/// Before the registration: nothing is broken, and nobody is asked for a passcode that opens nothing.
#[test]
fn a_terminal_that_is_not_registered_yet_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("terminal");
    let say = |arguments: &[&str]| {
        let seen = Command::new(env!("CARGO_BIN_EXE_mynacard"))
            .arg("--json")
            .args(arguments)
            .arg("--home")
            .arg(&home)
            // Whoever asks for a passcode finds nobody, and says that.
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        json(&seen)
    };
    let seen = say(&["doctor"]);
    assert_eq!(part(&seen, "folder")["state"], "care", "{seen}");
    assert_eq!(part(&seen, "folder")["found"], "まだありません。");
    assert_eq!(part(&seen, "vault")["code"], "MC-5208");
    let seen = say(&["check", "--virtual", "kyokai-self"]);
    assert_eq!(seen["error"]["code"], "MC-5208", "{seen}");
}
