//! Every fault and bad day that the stand-in can play, between tap and answer.

use std::time::Duration;

use mynacard_sandbox::{Condition, Fault, ServerCertificate};

use super::*;

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    Fault(Fault),
    Condition(Condition),
}

impl Trouble {
    fn begin(self, sandbox: &Running) {
        match self {
            Self::Fault(fault) => sandbox.set_fault(Some(fault)),
            Self::Condition(condition) => sandbox.set_condition(condition),
        }
    }

    fn end(sandbox: &Running) {
        sandbox.set_fault(None);
        sandbox.set_condition(Condition::Normal);
    }
}

#[test]
fn after_each_fault_both_sides_agree_and_the_proof_gets_its_answer() {
    use Trouble::{Condition as C, Fault as F};
    let soon = Duration::from_millis(1);
    let troubles = [
        (F(Fault::Latency(Duration::from_secs(3))), "MC-6013"),
        (F(Fault::CutAfter(0)), "MC-6013"),
        (F(Fault::CutAfter(1)), "MC-6013"),
        (F(Fault::CutAfter(900)), "MC-6013"),
        (F(Fault::EndAfter(0)), "MC-6013"),
        (F(Fault::EndAfter(40)), "MC-6013"),
        (F(Fault::EndAfter(900)), "MC-6013"),
        (
            F(Fault::Trickle {
                bytes: 1,
                pause: soon * 20,
            }),
            "MC-6013",
        ),
        (F(Fault::ServerError), "MC-6013"),
        (F(Fault::WrongContentType), "MC-6007"),
        (F(Fault::Garbage), "MC-6007"),
        (F(Fault::BrokenMessage), "MC-6012"),
        (C(Condition::Maintenance { retry_after: 1 }), "MC-6151"),
        (C(Condition::Timeout), "MC-6152"),
        (C(Condition::TooMany { retry_after: 1 }), "MC-6153"),
    ];
    let mut terminals = Terminals::open_with(Timeouts {
        connect: Duration::from_secs(20),
        answer: Duration::from_secs(1),
        whole: Duration::from_secs(2),
    });
    for (trouble, code) in troubles {
        let case = format!("{trouble:?}");
        let before = terminals.sandbox.checks().unwrap();
        let ready = terminals.ready();
        trouble.begin(&terminals.sandbox);
        let error = terminals.tap(ready).unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            (code, PinTries::Accepted),
            "{case}: {error:?}"
        );
        let made = terminals.sandbox.checks().unwrap() - before;
        match trouble {
            // Refused at the door: the challenge is not spent.
            C(_) => assert_eq!(made, 0, "{case}"),
            F(_) => assert_eq!(made, 1, "{case}"),
        }
        Trouble::end(&terminals.sandbox);
        let answer = error
            .into_undelivered()
            .unwrap_or_else(|| panic!("{case}: no proof"))
            .deliver(SystemTime::now(), &Cancel::new())
            .unwrap_or_else(|error| panic!("{case}: {error:?}"));
        terminals.one_more(before, &answer, &case);
        // A wait that was asked for holds back new questions, not proofs.
        std::thread::sleep(match trouble {
            C(_) => Duration::from_secs(2),
            F(_) => Duration::ZERO,
        });
    }
    // No fault, seen from here: delivered twice, and still one check.
    let before = terminals.sandbox.checks().unwrap();
    let ready = terminals.ready();
    terminals.sandbox.set_fault(Some(Fault::Twice));
    let answer = terminals.tap(ready).unwrap();
    terminals.one_more(before, &answer, "twice");
    let line = format!(
        "faults of the list: {} cases, lost 0, doubled 0\n",
        terminals.cases
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

#[test]
fn a_proof_of_yesterday_is_not_sent_and_one_that_the_service_forgot_is_refused() {
    let mut terminals = Terminals::open();
    for (ours, theirs, code) in [(121, 0, "MC-5017"), (0, 121, "MC-6121")] {
        let before = terminals.sandbox.checks().unwrap();
        let ready = terminals.ready();
        terminals.line.arm(Way::ToTerminal, 0, After::Dead);
        let error = terminals.tap(ready).unwrap_err();
        terminals.line.mend();
        terminals.sandbox.set_clock_ahead(theirs);
        let now = SystemTime::now() + Duration::from_secs(ours);
        let late = error
            .into_undelivered()
            .unwrap()
            .deliver(now, &Cancel::new())
            .unwrap_err();
        assert_eq!((late.code(), late.pin_tries()), (code, PinTries::Accepted));
        assert!(late.undelivered().is_none());
        terminals.sandbox.set_clock_ahead(0);
        // The service did its part the first time, and not once more.
        assert_eq!(terminals.sandbox.checks().unwrap(), before + 1);
    }
}

#[test]
fn a_certificate_that_changes_under_way_is_a_renewal_a_stranger_or_a_wrong_clock() {
    use ServerCertificate as S;
    let mut terminals = Terminals::open();
    terminals.lengths();
    for (shown, code) in [
        (S::OtherAuthority, "MC-6004"),
        (S::Ended, "MC-6014"),
        (S::NotYetValid, "MC-6014"),
    ] {
        let before = terminals.sandbox.checks().unwrap();
        let ready = terminals.ready();
        terminals.sandbox.set_certificate(shown).unwrap();
        // The warm connection is cut before a byte of the request: the next one meets the other certificate.
        terminals.line.arm(Way::ToService, 0, After::Back);
        let error = terminals.tap(ready).unwrap_err();
        // Whether the first delivery arrived is not known on this side.
        assert_eq!(error.code(), "MC-6013", "{shown:?}: {error:?}");
        let proof = error.into_undelivered().unwrap();
        let error = proof
            .deliver(SystemTime::now(), &Cancel::new())
            .unwrap_err();
        assert_eq!(error.code(), code, "{shown:?}: {error:?}");
        assert_eq!(terminals.sandbox.checks().unwrap(), before, "{shown:?}");
        terminals.sandbox.set_certificate(S::Renewed).unwrap();
        let answer = terminals.check(|_| ()).unwrap();
        terminals.one_more(before, &answer, "renewed");
    }
}

#[test]
fn a_service_whose_clock_differs_is_named_with_the_answer() {
    let mut terminals = Terminals::open();
    for (ahead, warned) in [(0, false), (100, false), (500, true), (-500, true)] {
        terminals.sandbox.set_clock_ahead(ahead);
        let answer = terminals.check(|_| ()).unwrap();
        let warning = answer.warnings().iter().find_map(|warning| match warning {
            Warning::ClockOff { seconds } => Some(*seconds),
            _ => None,
        });
        assert_eq!(warning.is_some(), warned, "{ahead}");
        assert!(warning.is_none_or(|seconds| (seconds + ahead).abs() <= 2));
    }
}
