//! Every flow of the library, every exchange of it, every fault of card, reader and service there: a typed error that says what is known, and nothing else.
//!
//! The card decides whether that is true: by its own log of what reached it, and by its counters.
#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test: failing is its duty, and an index beyond a pair of cards fails it"
)]

mod after;
mod cards;
mod flows;
mod judge;
mod matrix;
mod readers;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/terminal.rs"]
mod terminal;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cards::{Kind, kinds, used};
use flows::Flow;
use judge::Case;
use mynacard_sim::Fault;

/// Tries one flow on one kind of card with every fault at every exchange; returns the number of cases.
fn exhaust(kind: &Kind, flow: &Flow) -> usize {
    let card = used(&kind.card);
    let mut clean = card.clone();
    let right = kind.run(flow, &mut clean);
    let ends = right.as_ref().err().map_or("", mynacard_card::Error::code);
    assert_eq!(ends, flow.ends, "{}, {}: {right:?}", kind.name, flow.name);
    let mut cases = 0;
    for (other, stranger) in kind.others().iter().zip(["", " with another PIN"]) {
        let elsewhere = kind.run_other(flow, &mut used(other));
        let other_used = used(other);
        for (exchange, command) in (1..=clean.exchanges()).zip(clean.log()) {
            for fault in Fault::ALL {
                if fault != Fault::OtherCard && !stranger.is_empty() {
                    continue;
                }
                let name = format!(
                    "{}, {}, exchange {exchange} of {} ({:02X?}), {}{}",
                    kind.name,
                    flow.name,
                    clean.exchanges(),
                    command.header(),
                    fault.name(),
                    if fault == Fault::OtherCard {
                        stranger
                    } else {
                        ""
                    }
                );
                let mut faulty = card
                    .clone()
                    .with_other_card(other_used.clone())
                    .with_fault(exchange, fault);
                let run = AssertUnwindSafe(|| kind.run(flow, &mut faulty));
                let Ok(result) = catch_unwind(run) else {
                    panic!("{name}: a panic");
                };
                let case = Case {
                    name: &name,
                    flow,
                    exchange,
                    fault,
                    command: *command,
                    result: &result,
                    clean: [&right, &elsewhere],
                    before: [&card, &other_used],
                    full: [&kind.card, other],
                    after: &faulty,
                };
                case.judge();
                cases += 1;
            }
        }
    }
    cases
}

/// Cases by flow and by card.
type Counts = BTreeMap<(&'static str, &'static str), usize>;

fn exhaust_all(kinds: &[Kind]) -> Counts {
    let work: Vec<(&Kind, &Flow)> = kinds
        .iter()
        .flat_map(|kind| kind.flows.iter().map(move |flow| (kind, flow)))
        .collect();
    let (next, counts) = (AtomicUsize::new(0), Mutex::new(Counts::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((kind, flow)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let cases = exhaust(kind, flow) + readers::exhaust(kind, flow);
                    let mut counts = counts.lock().expect("no thread panicked with it");
                    counts.insert((flow.name, kind.name), cases);
                }
            });
        }
    });
    counts.into_inner().expect("no thread panicked with it")
}

#[test]
fn every_fault_at_every_exchange_of_every_flow() {
    let counts = exhaust_all(&kinds());
    let all: usize = counts.values().sum();
    let mut table = format!("\nfaults: {all} cases (flow x exchange x fault), all judged\n");
    let by = |name: fn(&(&'static str, &'static str)) -> &'static str| {
        let mut sums = BTreeMap::new();
        for (key, cases) in &counts {
            *sums.entry(name(key)).or_insert(0) += cases;
        }
        sums
    };
    for (heading, sums) in [("flow", by(|key| key.0)), ("card", by(|key| key.1))] {
        let _ = writeln!(table, "  by {heading}:");
        for (name, cases) in sums {
            let _ = writeln!(table, "{cases:>8} {name}");
        }
    }
    // Straight to the stream: what the macros print of a passing test is swallowed.
    let _ = std::io::stdout().lock().write_all(table.as_bytes());
    assert!(all >= 40_000, "{all} cases only");
    assert_eq!(by(|key| key.0).len(), 30, "flows");
    assert_eq!(by(|key| key.1).len(), 15, "kinds of cards");
}

#[test]
fn short_lengths_extended_ones_and_every_habit_bring_home_the_same() {
    let mut first: BTreeMap<&str, (flows::Spoils, &str)> = BTreeMap::new();
    let mut compared = 0;
    let kinds = kinds();
    for kind in kinds.iter().filter(|kind| kind.is_plastic()) {
        for flow in kind.flows.iter().filter(|flow| flow.ends.is_empty()) {
            let spoils = kind
                .run(flow, &mut kind.card.clone())
                .unwrap_or_else(|error| panic!("{}, {}: {error:?}", kind.name, flow.name));
            let (expected, one) = first
                .entry(flow.name)
                .or_insert_with(|| (spoils.clone(), kind.name));
            assert!(
                spoils == *expected,
                "{}: {one} and {} differ",
                flow.name,
                kind.name
            );
            compared += usize::from(*one != kind.name);
        }
    }
    assert!(compared > 100, "{compared} comparisons");
}
