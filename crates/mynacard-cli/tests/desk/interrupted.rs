//! Ctrl-C, an ended session, a closed window: nothing of a patient stays on the screen, the answer's end is audited, and the
//! terminal shows again what is typed.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command};
use std::time::Duration;

use mynacard_sandbox::{Fault, Sandbox};

use super::support::{CLEAR, Terminal};

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn an_answer_goes_from_the_screen_and_into_the_trail_when_the_program_is_ended() {
    let name = mynacard_sim::person("kyokai-self").unwrap().name();
    for (at, stop) in ["INT", "TERM", "HUP"].into_iter().enumerate() {
        let terminal = Terminal::activated();
        let arguments = ["check", "--screen", "--virtual", "kyokai-self"];
        let mut child = terminal.start("", &arguments);
        let mut keys = child.stdin.take().unwrap();
        let mut screen = child.stdout.take().unwrap();
        keys.write_all(b"1\n1234\n").unwrap();
        let mut seen = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains("[Enter] 閉じる") {
            let read = screen.read(&mut buffer).unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&buffer[..read]);
        }
        assert!(String::from_utf8_lossy(&seen).contains(name));
        signal(&child, stop);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{stop}");
        let mut rest = String::new();
        screen.read_to_string(&mut rest).unwrap();
        assert!(rest.ends_with(CLEAR), "{stop} {at}: {rest:?}");
        let events = ["file", "shown online-pin", "dropped ended"];
        assert_eq!(terminal.events(), events, "{stop}");
        assert_eq!(terminal.verify().0, Some(0), "{stop}");
    }
}

#[test]
fn a_question_on_its_way_is_stopped_in_order_and_audited() {
    let terminal = Terminal::activated_at(Sandbox::builder().start().unwrap());
    terminal
        .sandbox
        .set_fault(Some(Fault::Latency(Duration::from_secs(60))));
    let before = terminal.sandbox.requests();
    let arguments = ["check", "--virtual", "kyokai-self", "--pin-fd", "0"];
    let child = terminal.start("", &arguments);
    while terminal.sandbox.requests() == before {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "INT");
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(terminal.events(), ["file", "refused MC-5003"]);
    terminal.sandbox.set_fault(None);
    assert_eq!(terminal.verify().0, Some(0));
}

#[cfg(target_os = "linux")]
mod at_a_terminal {
    use mynacard_sandbox::Fault;

    use crate::pty::Pty;
    use crate::support::{CLEAR, Terminal};

    const RECEPTION: [&str; 3] = ["check", "--virtual", "kyokai-self"];

    #[test]
    fn a_pin_that_is_being_typed_leaves_no_deaf_terminal() {
        for stop in [Some("TERM"), Some("INT"), None] {
            let terminal = Terminal::activated();
            let mut pty = Pty::start(&terminal, &RECEPTION);
            let usual = pty.modes();
            pty.until("> ");
            pty.type_in("1\n");
            pty.until("暗証番号（4桁）: ");
            pty.until_hidden();
            pty.type_in("12");
            match stop {
                Some(signal) => super::signal(pty.child(), signal),
                // Ctrl-C at such a prompt is a key like any other.
                None => pty.type_in("\x03"),
            }
            assert_eq!(pty.wait(), Some(130), "{stop:?}");
            assert_eq!(pty.modes(), usual, "{stop:?}");
            let seen = pty.rest();
            assert!(seen.ends_with(CLEAR), "{stop:?}: {seen:?}");
            let typed = seen.rsplit("暗証番号（4桁）: ").next().unwrap();
            assert!(!typed.contains("12"), "{stop:?}: {seen:?}");
            assert_eq!(terminal.events(), ["file"], "{stop:?}");
        }
    }

    #[test]
    fn ctrl_c_wipes_an_answer() {
        let terminal = Terminal::activated();
        let mut pty = Pty::start(&terminal, &RECEPTION);
        let usual = pty.modes();
        pty.until("> ");
        pty.type_in("1\n");
        pty.until("暗証番号（4桁）: ");
        pty.until_hidden();
        pty.type_in("1234\n");
        pty.until("[Enter] 閉じる ");
        pty.type_in("\x03");
        assert_eq!(pty.wait(), Some(130));
        assert_eq!(pty.modes(), usual);
        assert!(pty.rest().ends_with(CLEAR));
        let events = ["file", "shown online-pin", "dropped ended"];
        assert_eq!(terminal.events(), events);
    }

    #[test]
    fn a_lost_answer_is_asked_for_again_without_the_card() {
        let terminal = Terminal::activated();
        let mut pty = Pty::start(&terminal, &RECEPTION);
        let again = "カードはもう不要です。Enter でもう一度問い合わせ、n で中止します: ";
        for give_up in [false, true] {
            pty.until("> ");
            pty.type_in("1\n");
            pty.until("暗証番号（4桁）: ");
            pty.until_hidden();
            // The challenge is there; from now on no answer comes back whole.
            terminal.sandbox.set_fault(Some(Fault::CutAfter(20)));
            pty.type_in("1234\n");
            pty.until(again);
            pty.type_in("\n");
            pty.until(again);
            terminal.sandbox.set_fault(None);
            let checks = terminal.sandbox.checks().unwrap();
            pty.type_in(if give_up { "n\n" } else { "\n" });
            let seen = pty.until("[Enter] 閉じる ");
            assert_eq!(
                seen.contains("有効な資格が確認できました。"),
                !give_up,
                "{seen}"
            );
            assert_eq!(
                terminal.sandbox.checks().unwrap(),
                checks,
                "asking again made another check"
            );
            pty.type_in("\n");
        }
        pty.until("> ");
        pty.type_in("q\n");
        assert_eq!(pty.wait(), Some(0));
        let events = terminal.events();
        assert_eq!(
            events[..3],
            ["file", "shown online-pin", "dropped closed"],
            "{events:?}"
        );
        assert!(events[3].starts_with("refused MC-60"), "{events:?}");
        assert_eq!(events.len(), 4, "{events:?}");
    }

    /// How an answer of one check ends at a terminal: what is typed, what ends the program with, what the trail says.
    const ENDS: [(&str, i32, &str); 3] = [
        ("\n", 0, "dropped closed"),
        ("", 0, "dropped timed-out"),
        ("\x03", 130, "dropped ended"),
    ];

    fn keep(typed: &str) -> &'static str {
        if typed.is_empty() { "1" } else { "120" }
    }

    #[test]
    fn one_checks_answer_does_not_stay_on_the_terminal() {
        let name = mynacard_sim::person("kyokai-self").unwrap().name();
        for (typed, code, end) in ENDS {
            let terminal = Terminal::activated();
            assert_eq!(terminal.visual("on").status.code(), Some(0));
            let by_sight = [&RECEPTION[..], &["--visual", "受付", "--keep", keep(typed)]].concat();
            let mut pty = Pty::start(&terminal, &by_sight);
            pty.until("yes と入力してください: ");
            pty.type_in("yes\n");
            let seen = pty.until("[Enter] 閉じる ");
            assert!(seen.contains(name), "{seen}");
            pty.type_in(typed);
            assert_eq!(pty.wait(), Some(code), "{end}");
            let seen = pty.rest();
            assert!(seen.ends_with(CLEAR), "{end}: {seen:?}");
            let events = ["file", "setting on", "shown online-visual", end];
            assert_eq!(terminal.events(), events);
        }
    }

    #[test]
    fn a_consents_check_does_not_stay_on_the_terminal() {
        let name = mynacard_sim::person("kokuho").unwrap().name();
        for (typed, code, end) in ENDS {
            let terminal = Terminal::activated();
            let register = [
                "consent",
                "register",
                "--reference",
                "chart-1",
                "--care",
                "visiting",
                "--kinds",
                "medicines",
                "--virtual",
                "kokuho",
                "--keep",
                keep(typed),
            ];
            let mut pty = Pty::start(&terminal, &register);
            pty.until("PIN: ");
            pty.until_hidden();
            pty.type_in("1234\n");
            let seen = pty.until("[Enter] 閉じる ");
            assert!(seen.contains(name) && seen.contains("chart-1"), "{seen}");
            pty.type_in(typed);
            assert_eq!(pty.wait(), Some(code), "{end}");
            let seen = pty.rest();
            assert!(seen.ends_with(CLEAR), "{end}: {seen:?}");
            let events = terminal.events();
            assert_eq!(events.last().map(String::as_str), Some(end), "{events:?}");
        }
    }
}
