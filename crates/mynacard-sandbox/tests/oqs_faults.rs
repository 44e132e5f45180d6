//! Bad days of the folder exchange: stuttering, late, doubled, broken and missing answers, a share that goes away, a stop, a
//! restart, two receipt computers.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod oqs_support;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use mynacard_auth::Cancel;
use mynacard_client::folder::{
    Event, Exchange, ExchangeEvent, ExchangeOptions, Existing, FaceFolder, FaceOptions, Outcome,
    PendingState, Unauthenticated,
};
use mynacard_eligibility::message::request::{Padding, bulk_query, download};
use mynacard_eligibility::message::{FileName, MessageKind};
use mynacard_eligibility::{FieldId as F, Validity};
use mynacard_sandbox::oqs::Fault;
use oqs_support::*;

const KIND: MessageKind = MessageKind::Query;

fn submit(exchange: &mut Exchange, identifier: &str) -> FileName {
    let id = exchange.next_id(KIND, today());
    exchange
        .submit(KIND, &id, &query_of(identifier, &taro()), NOW)
        .unwrap()
}

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn ten_thousand_exchanges_with_a_stuttering_terminal_lose_and_double_nothing() {
    const ALL: usize = 10_000;
    const AT_ONCE: usize = 250;
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    running.set_faults(&[
        Fault::None,
        Fault::Half {
            pause: 3 * MILLISECOND,
        },
        Fault::Slow {
            pieces: 7,
            pause: MILLISECOND,
        },
        Fault::Twice {
            pause: 5 * MILLISECOND,
        },
        Fault::Late(20 * MILLISECOND),
    ]);
    let mut exchange = computer(&share, "A");
    let (mut asked, mut seen) = (0, HashSet::new());
    // Only so that a loss ends the test: nothing is measured.
    let end = Instant::now() + Duration::from_secs(600);
    while seen.len() < ALL && Instant::now() < end {
        while asked < ALL && asked - seen.len() < AT_ONCE {
            // Finding a free id looks at all earlier ones; here they are numbered by the test.
            exchange
                .submit(
                    KIND,
                    &asked.to_string(),
                    &query_of(&asked.to_string(), &taro()),
                    NOW,
                )
                .unwrap();
            asked += 1;
        }
        let response = response(exchange.next(LONG, &never()));
        let identifier = response
            .header(F::ARBITRARY_FILE_IDENTIFIER)
            .unwrap()
            .trust_the_folder()
            .to_owned();
        assert_eq!(identifier, response.request.id);
        assert_eq!(response.outcome().trust_the_folder(), Outcome::Finished);
        exchange.acknowledge(&response.request).unwrap();
        assert!(seen.insert(identifier), "{:?} came twice", response.request);
    }
    assert!(exchange.next(SHORT, &never()).is_none());
    assert_eq!((seen.len(), running.taken().len()), (ALL, ALL));
    assert_eq!(running.taken().iter().collect::<HashSet<_>>().len(), ALL);
}

#[test]
fn every_fault_is_met_with_the_right_event() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    let mut exchange = computer(&share, "A");
    for fault in [
        Fault::Half {
            pause: 50 * MILLISECOND,
        },
        Fault::Slow {
            pieces: 5,
            pause: 20 * MILLISECOND,
        },
        Fault::Late(100 * MILLISECOND),
        Fault::Twice {
            pause: 50 * MILLISECOND,
        },
    ] {
        running.set_faults(&[fault]);
        let name = submit(&mut exchange, "whole");
        let whole = response(exchange.next(LONG, &never()));
        assert_eq!((&whole.request, whole.late), (&name, false));
        let answer = whole.answer().unwrap();
        assert_eq!(answer.peek().validity(), Some(Validity::Valid));
        // The second copy comes before and after the acknowledgement.
        assert!(exchange.next(SHORT, &never()).is_none(), "{fault:?}");
        exchange.acknowledge(&name).unwrap();
        assert!(exchange.next(SHORT, &never()).is_none(), "{fault:?}");
    }
    running.set_faults(&[Fault::ErrorFile]);
    let name = submit(&mut exchange, "error");
    let failed = response(exchange.next(LONG, &never()));
    assert_eq!(failed.outcome().trust_the_folder(), Outcome::Failed);
    assert_eq!(
        failed
            .header(F::ERROR_CODE)
            .map(Unauthenticated::trust_the_folder),
        Some("REF-5001")
    );
    assert_eq!(
        failed
            .header(F::ARBITRARY_FILE_IDENTIFIER)
            .map(Unauthenticated::trust_the_folder),
        Some("error")
    );
    exchange.acknowledge(&name).unwrap();
    drop(exchange);
    let impatient = ExchangeOptions {
        patience: 200 * MILLISECOND,
        ..options()
    };
    let mut exchange = computer_with(&share, "A", impatient);
    for (fault, code) in [(Fault::OtherIdentifier, "MC-6510"), (Fault::Cut, "MC-4002")] {
        running.set_faults(&[fault]);
        let name = submit(&mut exchange, "broken");
        match exchange.next(LONG, &never()) {
            Some(ExchangeEvent::Unreadable { request, error }) => {
                assert_eq!((request, error.code()), (name, code));
            }
            other => panic!("{other:?}"),
        }
        assert!(exchange.next(SHORT, &never()).is_none(), "said once");
    }
    running.set_faults(&[Fault::Silent]);
    let name = submit(&mut exchange, "silent");
    assert!(exchange.next(SHORT, &never()).is_none());
    exchange.abandon(&name).unwrap();
    assert_eq!(running.taken().len(), 8);
}

#[test]
fn an_answer_after_giving_up_is_late_and_after_pruning_nobodys() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    running.set_faults(&[Fault::Late(300 * MILLISECOND)]);
    let mut exchange = computer(&share, "A");
    let (late, pruned) = (
        submit(&mut exchange, "late"),
        submit(&mut exchange, "pruned"),
    );
    exchange.abandon(&late).unwrap();
    exchange.abandon(&pruned).unwrap();
    drop(exchange);
    // What was given up survives a restart too.
    let mut exchange = computer(&share, "A");
    let first = response(exchange.next(LONG, &never()));
    let second = response(exchange.next(LONG, &never()));
    assert!(first.late && second.late);
    exchange.acknowledge(&late).unwrap();
    exchange.prune(NOW + 1).unwrap();
    assert_eq!(exchange.requests().count(), 0);
    drop(exchange);
    let mut exchange = computer(&share, "A");
    assert!(exchange.next(SHORT, &never()).is_none());
    assert!(
        share
            .join("res")
            .join(pruned.response().to_string())
            .exists()
    );
}

#[test]
fn a_stop_ends_the_wait_and_loses_nothing() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    running.set_faults(&[Fault::Late(3000 * MILLISECOND)]);
    let mut exchange = computer(&share, "A");
    let name = submit(&mut exchange, "stop");
    let stop = Cancel::new();
    let other = stop.clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(50 * MILLISECOND);
        other.cancel();
    });
    // Without a timeout: only the stop can end it before the answer does.
    assert!(exchange.next(None, &stop).is_none());
    thread.join().unwrap();
    assert!(exchange.next(None, &stop).is_none(), "it stays stopped");
    assert_eq!(response(exchange.next(LONG, &never())).request, name);
}

#[test]
fn a_share_that_goes_away_in_the_middle_returns_with_the_answers() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    running.set_faults(&[Fault::None, Fault::Late(200 * MILLISECOND)]);
    let mut exchange = computer(&share, "A");
    let names = [submit(&mut exchange, "1"), submit(&mut exchange, "2")];
    let first = response(exchange.next(LONG, &never()));
    exchange.acknowledge(&first.request).unwrap();
    while running.taken().len() < 2 {
        std::thread::sleep(MILLISECOND);
    }
    let away = dir.path().join("away");
    fs::rename(&share, &away).unwrap();
    match exchange.next(LONG, &never()) {
        Some(ExchangeEvent::Unavailable(error)) => assert_eq!(error.code(), "MC-6501"),
        other => panic!("{other:?}"),
    }
    // Nothing can be asked meanwhile, and nothing is said twice.
    let id = exchange.next_id(KIND, today());
    let refused = exchange.submit(KIND, &id, &query_of("3", &taro()), NOW);
    assert_eq!(refused.unwrap_err().code(), "MC-6501");
    assert_eq!(exchange.requests().count(), 2);
    assert!(exchange.next(SHORT, &never()).is_none());
    // It also goes on from a start while the share is away.
    drop(exchange);
    let mut exchange = computer(&share, "A");
    let gone = exchange.next(LONG, &never());
    assert!(
        matches!(gone, Some(ExchangeEvent::Unavailable(_))),
        "{gone:?}"
    );
    fs::rename(&away, &share).unwrap();
    let back = exchange.next(LONG, &never());
    assert!(matches!(back, Some(ExchangeEvent::Available)), "{back:?}");
    let second = response(exchange.next(LONG, &never()));
    assert_eq!(
        HashSet::from([first.request, second.request.clone()]),
        HashSet::from(names)
    );
    exchange.acknowledge(&second.request).unwrap();
    assert!(exchange.next(SHORT, &never()).is_none());
    assert_eq!(running.taken().len(), 2, "nothing was asked twice");
}

#[test]
fn what_was_asked_survives_a_restart_at_every_stage_of_a_bulk_query() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    let queries = vec![taro(); 20];
    let upload = bulk_query(&sender("up"), today(), &queries, Padding::Spaces).unwrap();
    let id = computer(&share, "A").next_id(MessageKind::BulkQuery, today());
    let name = computer(&share, "A")
        .submit(MessageKind::BulkQuery, &id, &upload, NOW)
        .unwrap();
    // Each stage is a new start: seen but not acknowledged, acknowledged, asked again, seen.
    let number = {
        let accepted = response(computer(&share, "A").next(LONG, &never()));
        assert_eq!(accepted.request, name);
        accepted
            .reception_number()
            .unwrap()
            .trust_the_folder()
            .to_owned()
    };
    let again = response(computer(&share, "A").next(LONG, &never()));
    assert_eq!(
        again
            .reception_number()
            .map(Unauthenticated::trust_the_folder),
        Some(number.as_str())
    );
    computer(&share, "A").acknowledge(&name).unwrap();
    assert!(computer(&share, "A").next(SHORT, &never()).is_none());
    let fetch = download(&sender("down"), &number).unwrap();
    let kind = MessageKind::BulkQueryDownload;
    let fetched = computer(&share, "A")
        .submit(kind, "fetch", &fetch, NOW)
        .unwrap();
    let mut exchange = computer(&share, "A");
    let states: HashMap<String, PendingState> = exchange
        .requests()
        .map(|entry| (entry.request.clone(), entry.state))
        .collect();
    assert_eq!(states[&name.to_string()], PendingState::Done);
    assert_eq!(states[&fetched.to_string()], PendingState::Waiting);
    let result = response(exchange.next(LONG, &never()));
    assert_eq!((&result.request, result.people()), (&fetched, 20));
    assert_eq!(running.taken().len(), 2);
}

#[test]
fn two_receipt_computers_at_once_get_their_own_answers() {
    const EACH: usize = 60;
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    running.set_faults(&[
        Fault::None,
        Fault::Half {
            pause: 2 * MILLISECOND,
        },
    ]);
    let work = |who: &str, share: &Path| {
        let mut exchange = computer(share, who);
        let mut seen = HashSet::new();
        for number in 0..EACH {
            submit(&mut exchange, &format!("{who}{number}"));
        }
        while seen.len() < EACH {
            let response = response(exchange.next(LONG, &never()));
            let identifier = response
                .header(F::ARBITRARY_FILE_IDENTIFIER)
                .unwrap()
                .trust_the_folder();
            assert!(identifier.starts_with(who), "{who} got {identifier}");
            assert!(
                seen.insert(identifier.to_owned()),
                "{identifier} came twice"
            );
            exchange.acknowledge(&response.request).unwrap();
        }
        assert!(exchange.next(SHORT, &never()).is_none());
    };
    std::thread::scope(|scope| {
        for who in ["A", "B"] {
            let share = &share;
            scope.spawn(move || work(who, share));
        }
    });
    let taken = running.taken();
    assert_eq!(taken.len(), 2 * EACH);
    assert_eq!(taken.iter().collect::<HashSet<_>>().len(), taken.len());
}

#[test]
fn faces_from_a_stuttering_terminal_come_once_also_after_a_restart() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    running.set_faults(&[
        Fault::Half {
            pause: 30 * MILLISECOND,
        },
        Fault::None,
        Fault::Twice {
            pause: 20 * MILLISECOND,
        },
    ]);
    let options = FaceOptions {
        existing: Existing::Deliver,
        poll: 5 * MILLISECOND,
        ..FaceOptions::default()
    };
    let journal = dir.path().join("journal");
    let open = || FaceFolder::open_with_journal(share.join("face"), &journal, options).unwrap();
    let mut seen = Vec::new();
    for round in 0..6 {
        // A card is put on the reader while the receipt computer is down.
        let path = running.put_card("kyokai-self").unwrap();
        let mut faces = open();
        let Some(Event::Answer(face)) = faces.next(LONG, &never()) else {
            panic!("round {round}: no face");
        };
        assert_eq!(face.path, path, "round {round}");
        if round % 2 == 0 {
            // Not acknowledged: it comes again after the next start.
            drop(faces);
            faces = open();
            let again = faces.next(LONG, &never());
            assert!(matches!(again, Some(Event::Answer(again)) if again.path == path));
        }
        faces.acknowledge(&face.name).unwrap();
        assert!(faces.next(SHORT, &never()).is_none());
        seen.push(face.name);
    }
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 6);
}
