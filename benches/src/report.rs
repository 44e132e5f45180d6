//! Tables of `REPORT.md`. What the dialogue's rows say is, apart from the instructions, the same on every machine.

use std::time::Duration;

use mynacard_card::Error;

use crate::clients::CLIENTS;
use crate::clock::Nanoseconds;
use crate::dialogue::{FLOOR, MODES, Mode, floor, over_the_air};

/// The table's head, as it stands in the report.
pub const HEADER: &str = "| Client | exchanges | ms over the air | ours ÷ this | ÷ floor | allocations | bytes at most | instructions |";

/// One client's check.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Who, and in which mode.
    pub name: String,
    /// Exchanges.
    pub exchanges: u32,
    /// Virtual time of all exchanges at 106 kbit/s.
    pub elapsed: Duration,
    /// This library's shortest as a multiple of it.
    pub ours: f64,
    /// It as a multiple of the floor's.
    pub times_floor: f64,
    /// Allocations, and the most bytes that were held at once; of this library's own dialogue only.
    pub allocated: Option<(u64, u64)>,
}

/// Every row: this library's modes, counted by `allocations`, then the other clients replayed, then the floor.
///
/// # Errors
/// What the card refuses, the first answer that is another than the recorded one, what `allocations` returns.
pub fn rows(allocations: impl Fn(Mode) -> Result<(u64, u64), String>) -> Result<Vec<Row>, String> {
    let said = |error: Error| error.to_string();
    let floor = floor().map_err(said)?;
    let costs = MODES
        .into_iter()
        .map(|mode| Ok((mode, over_the_air(mode).map_err(said)?)))
        .collect::<Result<Vec<_>, String>>()?;
    let shortest = costs.first().map_or(floor, |(_, (_, elapsed))| *elapsed);
    let ours_to = |elapsed: Duration| shortest.as_secs_f64() / elapsed.as_secs_f64();
    let times_floor = |elapsed: Duration| elapsed.as_secs_f64() / floor.as_secs_f64();
    let ours = costs.iter().map(|&(mode, (exchanges, elapsed))| {
        Ok(Row {
            name: format!("mynacard, {}", mode.name),
            exchanges,
            elapsed,
            ours: ours_to(elapsed),
            times_floor: times_floor(elapsed),
            allocated: Some(allocations(mode)?),
        })
    });
    let others = CLIENTS.iter().map(|client| {
        let cost = client.replay()?;
        Ok(Row {
            name: client.name.to_owned(),
            exchanges: cost.exchanges,
            elapsed: cost.elapsed,
            ours: ours_to(cost.elapsed),
            times_floor: times_floor(cost.elapsed),
            allocated: None,
        })
    });
    let least = Row {
        name: FLOOR.to_owned(),
        exchanges: 1,
        elapsed: floor,
        ours: ours_to(floor),
        times_floor: 1.0,
        allocated: None,
    };
    ours.chain(others).chain([Ok(least)]).collect()
}

impl Row {
    /// The row without its last cell, as it stands in the report.
    #[must_use]
    pub fn cells(&self) -> String {
        let (count, bytes) = self
            .allocated
            .map_or(("–".to_owned(), "–".to_owned()), |(count, bytes)| {
                (count.to_string(), bytes.to_string())
            });
        format!(
            "| {} | {} | {} | {:.2} | {:.2} | {count} | {bytes} |",
            self.name,
            self.exchanges,
            self.elapsed.as_millis(),
            self.ours,
            self.times_floor
        )
    }
}

/// The head of a table of one task by several libraries.
pub const PEERS_HEADER: &str = "\
| Task | By | ns, fastest | ns, median | ours ÷ this | ÷ floor | instructions | ours ÷ this | ÷ floor |
|---|---|--:|--:|--:|--:|--:|--:|--:|";

/// One library's share of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerRow {
    task: String,
    who: String,
    time: Nanoseconds,
    count: u64,
    /// Ours as a multiple of this, then this as a multiple of the floor; of the time and of the count.
    ratios: [f64; 4],
}

impl PeerRow {
    /// The rows of a task: ours is the first, the floor the last.
    #[must_use]
    pub fn of_task(task: &str, who: &[&str], times: &[Nanoseconds], counts: &[u64]) -> Vec<Self> {
        let (Some(our_time), Some(floor_time)) = (times.first(), times.last()) else {
            return Vec::new();
        };
        let (Some(our_count), Some(floor_count)) = (counts.first(), counts.last()) else {
            return Vec::new();
        };
        let ratio = |of: u64, to: u64| of as f64 / to as f64;
        let row = |((who, time), count): ((&&str, &Nanoseconds), &u64)| Self {
            task: task.to_owned(),
            who: (*who).to_owned(),
            time: *time,
            count: *count,
            ratios: [
                ratio(our_time.fastest, time.fastest),
                ratio(time.fastest, floor_time.fastest),
                ratio(*our_count, *count),
                ratio(*count, *floor_count),
            ],
        };
        who.iter().zip(times).zip(counts).map(row).collect()
    }

    /// The row as it stands in the report.
    #[must_use]
    pub fn cells(&self) -> String {
        let [time_ours, time_floor, count_ours, count_floor] = self.ratios;
        format!(
            "| {} | {} | {} | {} | {time_ours:.2} | {time_floor:.2} | {} | {count_ours:.2} | {count_floor:.2} |",
            self.task, self.who, self.time.fastest, self.time.median, self.count
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_ours_and_to_the_floor() {
        let time = |fastest| Nanoseconds {
            fastest,
            median: fastest + 1,
        };
        let times = [time(300), time(600), time(100)];
        let rows = PeerRow::of_task("read", &["we", "they", "floor"], &times, &[30, 15, 10]);
        let cells: Vec<String> = rows.iter().map(PeerRow::cells).collect();
        assert_eq!(
            cells,
            [
                "| read | we | 300 | 301 | 1.00 | 3.00 | 30 | 1.00 | 3.00 |",
                "| read | they | 600 | 601 | 0.50 | 6.00 | 15 | 2.00 | 1.50 |",
                "| read | floor | 100 | 101 | 3.00 | 1.00 | 10 | 3.00 | 1.00 |",
            ]
        );
    }
}
