//! Faults on request reach the client as they are named, and end when they are taken back.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use common::{Caller, Card, IDEMPOTENCY, Terminal, confirmation};
use mynacard_sandbox::{Fault, Running, Sandbox};

/// Everything that arrives for a GET of `info`, and whether the end was a clean one.
fn read(running: &Running) -> (Vec<u8>, bool) {
    let mut stream = Caller::stranger(running).connect();
    stream
        .write_all(b"GET /v1/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut bytes = Vec::new();
    let clean = stream.read_to_end(&mut bytes).is_ok();
    (bytes, clean)
}

#[test]
fn a_line_is_cut_at_any_byte() {
    let running = Sandbox::builder().start().unwrap();
    let (whole, clean) = read(&running);
    assert!(clean && whole.len() > 100);
    for at in [0, 1, 9, whole.len() / 2, whole.len() - 1] {
        running.set_fault(Some(Fault::CutAfter(u64::try_from(at).unwrap())));
        let (part, clean) = read(&running);
        assert_eq!(part.len(), at);
        assert!(!clean, "cut after {at} bytes");
    }
    running.set_fault(None);
    assert_eq!(read(&running).0.len(), whole.len());
}

#[test]
fn an_answer_ends_with_a_farewell_at_any_byte() {
    let running = Sandbox::builder().start().unwrap();
    let whole = read(&running).0.len();
    for at in [0, 1, 9, whole / 2, whole - 1] {
        running.set_fault(Some(Fault::EndAfter(u64::try_from(at).unwrap())));
        let (part, clean) = read(&running);
        assert_eq!(part.len(), at);
        assert!(clean, "ended after {at} bytes");
    }
    running.set_fault(None);
    assert_eq!(read(&running).0.len(), whole);
}

#[test]
fn an_answer_is_late_or_trickles() {
    let running = Sandbox::builder().start().unwrap();
    let whole = read(&running).0.len();
    running.set_fault(Some(Fault::Latency(Duration::from_millis(300))));
    let started = Instant::now();
    assert_eq!(read(&running).0.len(), whole);
    assert!(started.elapsed() >= Duration::from_millis(300));
    running.set_fault(Some(Fault::Trickle {
        bytes: 16,
        pause: Duration::from_millis(10),
    }));
    let started = Instant::now();
    assert_eq!(read(&running).0.len(), whole);
    let pauses = u64::try_from(whole / 16 - 1).unwrap();
    assert!(started.elapsed() >= Duration::from_millis(10 * pauses));
}

#[test]
fn answers_are_replaced_by_what_proxies_say() {
    let running = Sandbox::builder().start().unwrap();
    let text = |fault| {
        running.set_fault(Some(fault));
        String::from_utf8_lossy(&read(&running).0).into_owned()
    };
    let error = text(Fault::ServerError);
    assert!(
        error.starts_with("HTTP/1.1 502") && error.contains("text/html"),
        "{error}"
    );
    let page = text(Fault::WrongContentType);
    assert!(
        page.contains("text/html") && page.contains("mynacard-sandbox"),
        "{page}"
    );
    let garbage = text(Fault::Garbage);
    assert!(
        garbage.starts_with("HTTP/1.1 200") && !garbage.contains("protocol"),
        "{garbage}"
    );
}

#[test]
fn a_confirmation_delivered_twice_is_answered_alike() {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 40);
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut Card::of("kyokai-self"));
    running.set_fault(Some(Fault::Twice));
    let answer = terminal.caller.confirm(IDEMPOTENCY, &body);
    answer.is(200, "REF-0000");
    running.set_fault(None);
    assert_eq!(
        terminal.caller.confirm(IDEMPOTENCY, &body).body,
        answer.body
    );
}

#[test]
fn deliveries_that_meet_are_one_check_with_one_answer() {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 42);
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut Card::of("kyokai-self"));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let deliver = || terminal.caller.confirm(IDEMPOTENCY, &body);
        let all: Vec<_> = (0..8).map(|_| scope.spawn(deliver)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for answer in &answers {
        answer.is(200, "REF-0000");
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(running.checks().unwrap(), 1);
}

#[test]
fn an_answer_lost_on_the_way_is_there_for_the_identical_request() {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 41);
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut Card::of("kyokai-self"));
    running.set_fault(Some(Fault::CutAfter(0)));
    let mut stream = terminal.caller.connect();
    let text = body.to_string();
    write!(
        stream,
        "POST /v1/confirm HTTP/1.1\r\nHost: x\r\nIdempotency-Key: {IDEMPOTENCY}\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
    .unwrap();
    let mut nothing = Vec::new();
    assert!(stream.read_to_end(&mut nothing).is_err() && nothing.is_empty());
    running.set_fault(None);
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(200, "REF-0000");
}
