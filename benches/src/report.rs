//! The dialogue's table of `REPORT.md`: what its rows say, apart from the instructions, the same on every machine.

use std::time::Duration;

use crate::clients::CLIENTS;
use crate::dialogue::{MODES, Mode, over_the_air};

/// The table's head, as it stands in the report.
pub const HEADER: &str =
    "| Client | exchanges | ms over the air | allocations | bytes at most | instructions |";

/// One client's check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who, and in which mode.
    pub name: String,
    /// Exchanges.
    pub exchanges: u32,
    /// Virtual time of all exchanges at 106 kbit/s.
    pub elapsed: Duration,
    /// Allocations, and the most bytes that were held at once; of this library's own dialogue only.
    pub allocated: Option<(u64, u64)>,
}

/// Every row: this library's modes, counted by `allocations`, then the other clients replayed.
///
/// # Errors
/// What the card refuses, the first answer that is another than the recorded one, what `allocations` returns.
pub fn rows(allocations: impl Fn(Mode) -> Result<(u64, u64), String>) -> Result<Vec<Row>, String> {
    let ours = MODES.into_iter().map(|mode| {
        let (exchanges, elapsed) = over_the_air(mode).map_err(|error| error.to_string())?;
        Ok(Row {
            name: format!("mynacard, {}", mode.name),
            exchanges,
            elapsed,
            allocated: Some(allocations(mode)?),
        })
    });
    let others = CLIENTS.iter().map(|client| {
        let cost = client.replay()?;
        Ok(Row {
            name: client.name.to_owned(),
            exchanges: cost.exchanges,
            elapsed: cost.elapsed,
            allocated: None,
        })
    });
    ours.chain(others).collect()
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
            "| {} | {} | {} | {count} | {bytes} |",
            self.name,
            self.exchanges,
            self.elapsed.as_millis()
        )
    }
}
