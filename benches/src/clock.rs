//! Times of several candidates for one task, measured in turns so that a busy machine slows all of them alike.

use std::time::Instant;

/// Nanoseconds of one repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nanoseconds {
    /// Of the fastest round: what the task costs when nothing disturbs it.
    pub fastest: u64,
    /// Of the round in the middle.
    pub median: u64,
}

/// Runs every candidate `repetitions` times in each of `rounds`, one candidate after the other.
pub fn in_turns(
    rounds: u32,
    repetitions: u32,
    candidates: &mut [&mut dyn FnMut()],
) -> Vec<Nanoseconds> {
    let mut found: Vec<Vec<u64>> = candidates.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (candidate, times) in candidates.iter_mut().zip(&mut found) {
            let begin = Instant::now();
            for _ in 0..repetitions {
                candidate();
            }
            let each = begin.elapsed().as_nanos() / u128::from(repetitions.max(1));
            times.push(u64::try_from(each).unwrap_or(u64::MAX));
        }
    }
    let summary = |mut times: Vec<u64>| {
        times.sort_unstable();
        Nanoseconds {
            fastest: times.first().copied().unwrap_or_default(),
            median: times.get(times.len() / 2).copied().unwrap_or_default(),
        }
    };
    found.into_iter().map(summary).collect()
}
