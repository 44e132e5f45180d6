//! Many checks by many terminals over real HTTPS: what is lost, what is doubled, how long a patient waits, what memory and
//! descriptors do.
//!
//! `cargo run --release -p mynacard-sandbox --example soak -- [CHECKS] [TERMINALS]` (100,000 and 16).
#![allow(clippy::print_stdout, clippy::expect_used, unreachable_pub)] // A program that prints; a stand-in that does not start ends it.

mod apart;
mod fleet;

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apart::StandIn;
use fleet::{Timed, fleet_of};
use mynacard_auth::Cancel;

/// Checks of one terminal alone, for the times that no queue is part of.
const ALONE: usize = 1_000;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let serves = arguments
        .next_if(|first| first == apart::STAND_IN)
        .is_some();
    let mut number = |otherwise| {
        arguments
            .next()
            .map_or(otherwise, |text| text.parse().expect("a number"))
    };
    if serves {
        return apart::serve(number(1));
    }
    let (checks, terminals) = (number(100_000), number(16));

    let mut stand_in = StandIn::start(terminals);
    let mut counters = fleet_of(&stand_in.url, &stand_in.root, &stand_in.settings);
    println!("{checks} checks, {terminals} terminals, one stand-in in another process");

    let first = counters.first_mut().expect("one terminal at least");
    let alone: Vec<Timed> = (0..ALONE.min(checks))
        .map(|_| first.check().expect("the line is good"))
        .collect();
    let mut trips: Vec<Duration> = (0..ALONE.min(checks))
        .map(|_| {
            let start = Instant::now();
            first
                .service
                .info(&Cancel::new())
                .expect("the line is good");
            start.elapsed()
        })
        .collect();
    let part = |part: fn(&Timed) -> Duration| alone.iter().map(part).collect::<Vec<_>>();
    println!(
        "\none terminal alone, {} checks                 p50       p99",
        alone.len()
    );
    row("tap to answer", &mut part(|timed| timed.whole));
    row(
        "  the card (its arithmetic, in process)",
        &mut part(|timed| timed.card),
    );
    row(
        "  the service (round trip and its work)",
        &mut part(|timed| timed.answer.times().service),
    );
    row("  ours: dialogue, verdict, message, proof", &mut part(ours));
    row("a round trip without any work (info)", &mut trips);
    let trip = trips.get(trips.len() / 2).copied().unwrap_or_default();
    row(
        "the floor: the card and one such round trip",
        &mut part(|timed| timed.card)
            .into_iter()
            .map(|card| card + trip)
            .collect::<Vec<_>>(),
    );
    let mut above: Vec<_> = alone
        .iter()
        .map(|timed| timed.whole.saturating_sub(timed.card + trip))
        .collect();
    row("above the floor: ours and the service's work", &mut above);
    let aim = |times: &mut Vec<Duration>, share: usize| {
        times.sort_unstable();
        let at = times.get(times.len().saturating_sub(1) * share / 100);
        match at.is_some_and(|time| *time <= Duration::from_millis(2)) {
            true => "met",
            false => "not met",
        }
    };
    let mut own = part(ours);
    println!(
        "the aim, no more than 2 ms: above the floor p50 {}, p99 {}; of our own p50 {}, p99 {}",
        aim(&mut above, 50),
        aim(&mut above, 99),
        aim(&mut own, 50),
        aim(&mut own, 99)
    );

    let (done, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let ids = Mutex::new(HashSet::with_capacity(checks));
    // Written to before the first sample, so that the measurement's own pages are not taken for growth.
    let mut waits = vec![Duration::MAX; checks];
    waits.clear();
    let waits = Mutex::new(waits);
    let samples = Mutex::new(vec![sample()]);
    let before = stand_in.counts();
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for counter in &mut counters {
            scope.spawn(|| {
                loop {
                    let turn = done.fetch_add(1, Ordering::Relaxed);
                    if turn >= checks {
                        break;
                    }
                    match counter.check() {
                        Ok(timed) => {
                            let id = u128::from_str_radix(timed.answer.check_id(), 16)
                                .expect("a check's id is 32 digits");
                            ids.lock().expect("no thread panics").insert(id);
                            waits.lock().expect("no thread panics").push(timed.whole);
                        }
                        Err(error) => {
                            println!("lost: {} {error}", error.code());
                            lost.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    if (turn + 1) % (checks / 10).max(1) == 0 {
                        samples.lock().expect("no thread panics").push(sample());
                    }
                }
            });
        }
    });
    let took = begin.elapsed();
    let (lost, named) = (
        lost.into_inner(),
        ids.into_inner().expect("no thread panics").len(),
    );
    let after = stand_in.counts();
    let known = usize::try_from(after.0 - before.0).unwrap_or(usize::MAX);
    println!(
        "\nall terminals at once: {:.0} checks a second",
        checks as f64 / took.as_secs_f64()
    );
    row(
        "tap to answer",
        &mut waits.into_inner().expect("no thread panics"),
    );
    println!("lost {lost}, doubled {}", known - named.min(known));
    println!("\nthe terminals' memory in KiB and descriptors, at each tenth");
    let samples = samples.into_inner().expect("no thread panics");
    for (memory, descriptors) in &samples {
        println!("  {memory:>8} {descriptors:>5}");
    }
    println!(
        "the stand-in's, which keeps every outcome: {} to {} KiB, {} to {} descriptors",
        before.1, after.1, before.2, after.2
    );
    // One connection for each terminal, and what a program may open meanwhile.
    let flat = is_flat(&samples) && after.2 <= before.2 + terminals as u64 + 4;
    if !flat {
        println!("FAILED: memory or descriptors grow");
    }
    if lost > 0 || known != checks || named != checks {
        println!("FAILED: {checks} checks, {named} answers, {known} at the service");
    } else if flat {
        return;
    }
    drop(stand_in);
    std::process::exit(1);
}

/// Says whether the terminals hold no more at the end than after the first tenth, beyond what an allocator may keep: 1 MiB, which
/// is ten bytes a check of a hundred thousand. What this program notes of each check has its memory from the beginning.
fn is_flat(samples: &[(u64, usize)]) -> bool {
    let (Some(early), Some(late)) = (samples.get(1), samples.last()) else {
        return false;
    };
    late.0 <= early.0 + 1024 && late.1 <= early.1 + 2
}

/// What is neither the card's nor the service's.
fn ours(timed: &Timed) -> Duration {
    timed
        .whole
        .saturating_sub(timed.card + timed.answer.times().service)
}

fn row(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: usize| {
        times
            .get(times.len().saturating_sub(1) * share / 100)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!("{name:<44} {:>7.3} ms {:>7.3} ms", at(50), at(99));
}

/// Resident memory in KiB, and open descriptors.
fn sample() -> (u64, usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().find_map(|line| {
        line.strip_prefix("VmRSS:")?
            .trim()
            .strip_suffix(" kB")?
            .parse()
            .ok()
    });
    let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (memory.unwrap_or(0), descriptors)
}
