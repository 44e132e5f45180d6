//! The stop signal with real threads and a real clock; `cancel_loom.rs` takes every interleaving.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mynacard_auth::Cancel;

#[test]
fn waiting_ends_with_the_signal_or_with_the_time() {
    let stop = Cancel::new();
    assert!(!stop.wait(Duration::from_millis(1)));
    let other = stop.clone();
    let start = Instant::now();
    let thread = std::thread::spawn(move || other.cancel());
    assert!(stop.wait(Duration::from_secs(60)));
    assert!(start.elapsed() < Duration::from_secs(30));
    thread.join().unwrap();
}

#[test]
fn a_handle_with_an_end_is_given_by_time_and_the_others_are_not() {
    let stop = Cancel::new();
    let soon = stop.by(Instant::now() + Duration::from_millis(50));
    let far = soon.by(Instant::now() + Duration::from_secs(3600));
    assert_eq!(far.deadline(), soon.deadline());
    assert_eq!(stop.deadline(), None);
    let start = Instant::now();
    assert!(soon.wait(Duration::from_secs(60)));
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(soon.is_cancelled() && far.is_cancelled() && !stop.is_cancelled());
    let later = stop.by(Instant::now() + Duration::from_secs(3600));
    assert!(!later.is_cancelled() && !later.wait(Duration::from_millis(1)));
    stop.cancel();
    assert!(later.is_cancelled());
}

#[test]
fn actions_run_once_and_dropped_ones_never() {
    let stop = Cancel::new();
    let count = Arc::new(AtomicU32::new(0));
    let add = |n: u32| {
        let count = Arc::clone(&count);
        move || {
            count.fetch_add(n, Ordering::SeqCst);
        }
    };
    let _kept = stop.on_cancel(add(1));
    drop(stop.on_cancel(add(10)));
    stop.cancel();
    stop.cancel();
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let _late = stop.on_cancel(add(100));
    assert_eq!(count.load(Ordering::SeqCst), 101);
}
