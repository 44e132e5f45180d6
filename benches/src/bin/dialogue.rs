//! `dialogue MODE N`: does a check with a recorded card N times, for callgrind to count; `dialogue floor N` compares and copies its bytes.
#![allow(clippy::print_stderr, reason = "a program says why it failed")]

use std::hint::black_box;
use std::process::ExitCode;

use mynacard_benches::dialogue::{FLOOR, MODES, Recorded, check};
use mynacard_card::Response;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, n] = arguments.as_slice() else {
        eprintln!("usage: dialogue MODE N");
        return ExitCode::from(2);
    };
    if let (FLOOR, Ok(n)) = (mode.as_str(), n.parse::<u32>()) {
        let [extended, ..] = MODES;
        let card = Recorded::new(extended).expect("the virtual card does a check");
        let mut response = Response::new();
        for _ in 0..n {
            black_box(card.bare(&mut response).expect("as recorded"));
        }
        return ExitCode::SUCCESS;
    }
    let mode = MODES.into_iter().find(|known| known.name == mode);
    let (Some(mode), Ok(n)) = (mode, n.parse::<u32>()) else {
        eprintln!("dialogue: no such mode or number");
        return ExitCode::from(2);
    };
    let mut card = Recorded::new(mode).expect("the virtual card does a check");
    for _ in 0..n {
        check(&mut card, mode).expect("as recorded");
    }
    ExitCode::SUCCESS
}
