//! Many terminals at once, and some that do not behave: nobody waits for another, the limit has a name.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, dead_code)] // helpers of tests; a part of them is the soak's

#[path = "../examples/soak/fleet.rs"]
mod fleet;

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

use fleet::{fleet, stand_in};
use mynacard_auth::{Cancel, CheckContext, EligibilityService as _, Purpose, ServiceErrorKind};
use mynacard_client::https::HttpsService;

#[test]
fn sixteen_terminals_at_once_lose_and_double_nothing() {
    const EACH: usize = 12;
    let running = stand_in();
    let mut counters = fleet(&running, 16);
    let ids: Vec<String> = std::thread::scope(|scope| {
        let started: Vec<_> = counters
            .iter_mut()
            .map(|counter| {
                scope.spawn(move || {
                    let check = |_| counter.check().unwrap().answer.check_id().to_owned();
                    (0..EACH).map(check).collect::<Vec<_>>()
                })
            })
            .collect();
        started
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (16 * EACH, 16 * EACH));
    assert_eq!(running.checks().unwrap() as usize, 16 * EACH);
}

#[test]
fn stalled_handshakes_block_nobody() {
    let running = stand_in();
    // Connections that never say a word, more than any institution has terminals.
    let silent: Vec<_> = (0..200)
        .map(|_| TcpStream::connect(running.address()).unwrap())
        .collect();
    let mut counters = fleet(&running, 2);
    for counter in &mut counters {
        counter.check().unwrap();
    }
    drop(silent);
}

#[test]
fn when_every_place_is_stalled_a_check_waits_no_longer_than_the_patience_and_is_answered() {
    const PLACES: usize = 8;
    let running = mynacard_sandbox::Sandbox::builder()
        .connections(PLACES)
        .patience(Duration::from_millis(600))
        .start()
        .unwrap();
    let mut counters = fleet(&running, 1);
    // Two rounds of connections without a word: whoever comes after them waits for both rounds to be given up.
    let silent: Vec<_> = (0..2 * PLACES)
        .map(|_| TcpStream::connect(running.address()).unwrap())
        .collect();
    let before = running.checks().unwrap();
    let begin = std::time::Instant::now();
    // A terminal that was not here before, so that its connection stands behind the silent ones.
    counters.extend(fleet(&running, 1));
    assert!(
        begin.elapsed() >= Duration::from_millis(600),
        "the places were not taken"
    );
    for counter in &mut counters {
        counter.check().unwrap();
    }
    assert_eq!(running.checks().unwrap(), before + 2);
    drop(silent);
}

#[test]
fn the_limit_is_found_and_named_and_the_next_minute_is_free() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    let offset = Arc::new(AtomicU64::new(0));
    let ahead = Arc::clone(&offset);
    let running = mynacard_sandbox::Sandbox::builder()
        .challenges_per_minute(5)
        .clock(move || SystemTime::now() + Duration::from_secs(ahead.load(Ordering::SeqCst)))
        .start()
        .unwrap();
    let [counter, other] = &fleet(&running, 2)[..] else {
        unreachable!("two were asked for")
    };
    let ask = |service: &HttpsService| {
        service.clone().challenge(
            &CheckContext::new(Purpose::Reception),
            SystemTime::now(),
            &Cancel::new(),
        )
    };
    let given = (0..50)
        .take_while(|_| ask(&counter.service).is_ok())
        .count();
    assert_eq!(given, 5);
    let error = ask(&counter.service).unwrap_err();
    assert_eq!(error.kind(), ServiceErrorKind::TooMany);
    let wait = error.reply().unwrap().retry_after.unwrap();
    assert!(wait <= Duration::from_secs(61), "{wait:?}");
    // Held back on this side now: the service is spared, and the other terminal is not concerned.
    let before = running.requests();
    assert_eq!(
        ask(&counter.service).unwrap_err().kind(),
        ServiceErrorKind::TooMany
    );
    assert_eq!(running.requests(), before);
    ask(&other.service).unwrap();
    offset.store(61, Ordering::SeqCst);
    ask(&other.service).unwrap();
}
