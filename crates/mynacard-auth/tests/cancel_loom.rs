//! [`Cancel`](mynacard_auth::Cancel) in every interleaving of its threads, by loom: the very source of the library, on loom's
//! locks and atomics.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing
)] // the module is the library's

#[path = "../src/cancel.rs"]
mod cancel;

mod sync {
    pub(crate) use loom::sync::atomic::{AtomicBool, Ordering};
    pub(crate) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
}

use std::sync::atomic::{AtomicUsize as Count, Ordering::SeqCst};
use std::time::Duration;

use cancel::Cancel;
use loom::sync::atomic::AtomicUsize;
use loom::thread;
use sync::Arc;

/// Runs `scene` in every interleaving; how many there were.
fn every(scene: impl Fn() + Send + Sync + 'static) -> usize {
    let runs = std::sync::Arc::new(Count::new(0));
    let counted = std::sync::Arc::clone(&runs);
    loom::model(move || {
        counted.fetch_add(1, SeqCst);
        scene();
    });
    runs.load(SeqCst)
}

fn counter() -> (Arc<AtomicUsize>, impl FnOnce() + Send + 'static) {
    let count = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&count);
    (count, move || {
        own.fetch_add(1, SeqCst);
    })
}

#[test]
fn an_action_runs_exactly_once_however_registration_and_two_signals_meet() {
    let runs = every(|| {
        let stop = Cancel::new();
        let (count, action) = counter();
        let signals = [stop.clone(), stop.clone()].map(|stop| thread::spawn(move || stop.cancel()));
        let kept = stop.on_cancel(action);
        signals
            .into_iter()
            .for_each(|signal| signal.join().unwrap());
        assert_eq!(count.load(SeqCst), 1);
        assert!(stop.is_cancelled());
        drop(kept);
        assert_eq!(count.load(SeqCst), 1);
    });
    assert!(runs > 10, "{runs}");
}

#[test]
fn an_action_that_is_taken_back_runs_once_or_never_and_nobody_waits_for_ever() {
    let outcomes = std::sync::Arc::new([Count::new(0), Count::new(0)]);
    let seen = std::sync::Arc::clone(&outcomes);
    every(move || {
        let stop = Cancel::new();
        let (count, action) = counter();
        let kept = stop.on_cancel(action);
        let other = stop.clone();
        let signal = thread::spawn(move || other.cancel());
        drop(kept);
        signal.join().unwrap();
        seen[count.load(SeqCst)].fetch_add(1, SeqCst);
    });
    // Both happen: the race is a real one.
    assert!(outcomes.iter().all(|outcome| outcome.load(SeqCst) > 0));
}

#[test]
fn a_waiting_thread_always_wakes() {
    let runs = every(|| {
        let stop = Cancel::new();
        let other = stop.clone();
        let waiting = thread::spawn(move || other.wait(Duration::from_secs(3600)));
        stop.cancel();
        assert!(waiting.join().unwrap());
    });
    assert!(runs > 1, "{runs}");
}

#[test]
fn an_action_may_use_the_signal_itself() {
    every(|| {
        let stop = Cancel::new();
        let inside = stop.clone();
        let kept = stop.on_cancel(move || {
            assert!(inside.is_cancelled());
            // Registers, and is run at once: the lock is free while actions run.
            drop(inside.on_cancel(|| ()));
            inside.cancel();
        });
        let other = stop.clone();
        let signal = thread::spawn(move || other.cancel());
        stop.cancel();
        signal.join().unwrap();
        drop(kept);
    });
}
