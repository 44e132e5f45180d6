//! The caller stops the check, at each of its steps: what is known then is true.

use std::sync::{Arc, Mutex};

use mynacard_auth::Step;

use super::*;

const STEPS: [Step; 6] = [
    Step::ReadingCard,
    Step::VerifyingPin,
    Step::Signing,
    Step::CardDone,
    Step::AskingService,
    Step::Done,
];

#[test]
fn a_stop_at_any_step_leaves_a_known_pin_and_at_most_one_check() {
    let mut terminals = Terminals::open();
    let mut met = Vec::new();
    for step in STEPS {
        let before = terminals.sandbox.checks().unwrap();
        let stop = Cancel::new();
        let (signal, seen) = (stop.clone(), Arc::new(Mutex::new(false)));
        let noted = Arc::clone(&seen);
        let ready = terminals.ready().with_progress(move |now| {
            if now == step {
                *noted.lock().unwrap() = true;
                signal.cancel();
            }
        });
        let outcome = terminals.tap_until(ready, &stop);
        assert!(*seen.lock().unwrap(), "{step:?} is met");
        let after = terminals.sandbox.checks().unwrap();
        match outcome {
            Ok(answer) => {
                met.push((step, "answered"));
                terminals.one_more(before, &answer, &format!("{step:?}"));
            }
            Err(error) => {
                assert_eq!(error.code(), "MC-5003", "{step:?}");
                let verified = !matches!(step, Step::ReadingCard | Step::VerifyingPin);
                let expected = match verified {
                    true => PinTries::Accepted,
                    false => PinTries::Untouched,
                };
                assert_eq!(error.pin_tries(), expected, "{step:?}");
                met.push((step, "stopped"));
                match error.into_undelivered() {
                    // Signed: the caller may think again.
                    Some(proof) => {
                        let answer = proof.deliver(SystemTime::now(), &Cancel::new()).unwrap();
                        terminals.one_more(before, &answer, &format!("{step:?}"));
                    }
                    None => assert_eq!(after, before, "{step:?}"),
                }
            }
        }
        // The card is free for the next check.
        let before = terminals.sandbox.checks().unwrap();
        let answer = terminals.check(|_| ()).unwrap();
        terminals.one_more(before, &answer, "the next one");
    }
    assert_eq!(
        met.iter().filter(|(_, how)| *how == "answered").count(),
        1,
        "{met:?}"
    );
}

/// The same by sight: nothing is known of a PIN, for none was near.
#[test]
fn a_stop_at_any_step_of_a_visual_check_leaves_at_most_one_check() {
    let mut terminals = Terminals::open();
    let steps = [
        (Step::Relaying, false),
        (Step::Signing, false),
        (Step::AskingService, true),
        (Step::Done, true),
    ];
    for (step, signed) in steps {
        let before = terminals.sandbox.checks().unwrap();
        let stop = Cancel::new();
        let signal = stop.clone();
        // Reading the card and its end are steps of the tap before it too.
        let ready = terminals.ready_by_eye().with_progress(move |now| {
            if now == step {
                signal.cancel();
            }
        });
        let outcome = terminals.by_eye(ready, |_| (), &stop);
        let proof = match outcome {
            Ok(answer) => {
                assert_eq!(step, Step::Done);
                terminals.one_more(before, &answer, "done");
                continue;
            }
            Err(error) => {
                assert_eq!(
                    (error.code(), error.pin_tries()),
                    ("MC-5003", PinTries::Untouched),
                    "{step:?}"
                );
                error.into_undelivered()
            }
        };
        assert_eq!(proof.is_some(), signed, "{step:?}");
        match proof {
            Some(proof) => {
                let answer = proof.deliver(SystemTime::now(), &Cancel::new()).unwrap();
                terminals.one_more(before, &answer, &format!("{step:?}"));
            }
            None => assert_eq!(terminals.sandbox.checks().unwrap(), before, "{step:?}"),
        }
    }
    let before = terminals.sandbox.checks().unwrap();
    let ready = terminals.ready_by_eye();
    let answer = terminals.by_eye(ready, |_| (), &Cancel::new()).unwrap();
    terminals.one_more(before, &answer, "the next one");
}

#[test]
fn a_stop_while_the_challenge_is_renewed_reaches_no_card() {
    let mut terminals = Terminals::open();
    let stop = Cancel::new();
    let signal = stop.clone();
    let mut ready = terminals.ready().with_progress(move |now| {
        if now == Step::Renewing {
            signal.cancel();
        }
    });
    let later = SystemTime::now() + Duration::from_secs(600);
    let error = ready.refresh(later, &stop).unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-5003", PinTries::Untouched)
    );
    assert!(terminals.card.log().is_empty());
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    let late = ready.check(&mut terminals.card, pin, later, &stop);
    assert_eq!(late.unwrap_err().code(), "MC-5003");
    assert!(terminals.card.log().is_empty());
    assert_eq!(terminals.sandbox.checks().unwrap(), 0);
}

#[test]
fn a_stop_while_the_service_thinks_is_heard_at_once_and_the_proof_is_kept() {
    let mut terminals = Terminals::open();
    let before = terminals.sandbox.checks().unwrap();
    let ready = terminals.ready();
    terminals
        .sandbox
        .set_fault(Some(mynacard_sandbox::Fault::Latency(Duration::from_secs(
            15,
        ))));
    let stop = Cancel::new();
    let (signal, arrived) = (stop.clone(), terminals.sandbox.requests());
    let error = std::thread::scope(|scope| {
        let sandbox = &terminals.sandbox;
        scope.spawn(move || {
            while sandbox.requests() == arrived {
                std::thread::sleep(Duration::from_millis(5));
            }
            signal.cancel();
        });
        let pin = Identity::Pin(Pin::new(b"1234").unwrap());
        ready
            .check(&mut terminals.card, pin, SystemTime::now(), &stop)
            .unwrap_err()
    });
    assert_eq!(error.code(), "MC-5003");
    terminals.sandbox.set_fault(None);
    let proof = error.into_undelivered().unwrap();
    let answer = proof.deliver(SystemTime::now(), &Cancel::new()).unwrap();
    terminals.one_more(before, &answer, "stopped while the service thought");
}
