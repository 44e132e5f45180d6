//! Other people's clients: what they said to the virtual card in one check (`traces/record.sh`), said to it again.

use std::time::Duration;

use crate::dialogue::card;

/// A client and its recorded check.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// Name and version.
    pub name: &'static str,
    trace: &'static str,
}

/// The clients, the cheapest first.
pub const CLIENTS: [Client; 4] = [
    Client {
        name: "myna-card 3.3.4",
        trace: include_str!("../traces/myna-card-3.3.4.apdu"),
    },
    Client {
        name: "jpki 0.4.3",
        trace: include_str!("../traces/jpki-0.4.3.apdu"),
    },
    Client {
        name: "OpenSC 0.23, two programs, driver named",
        trace: include_str!("../traces/opensc-0.23-driver-named.apdu"),
    },
    Client {
        name: "OpenSC 0.23, two programs",
        trace: include_str!("../traces/opensc-0.23.apdu"),
    },
];

/// What a replayed check cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Exchanges.
    pub exchanges: u32,
    /// Time over the air.
    pub elapsed: Duration,
}

impl Client {
    /// Says the recorded commands to a fresh card; the answers must be the recorded ones.
    ///
    /// # Errors
    /// A line that is not hexadecimal, or the first command that the card now answers otherwise.
    pub fn replay(&self) -> Result<Cost, String> {
        let mut card = card();
        card.power_on();
        let mut lines = self.trace.lines();
        while let Some(command) = lines.next() {
            let answer = lines.next().unwrap_or_default();
            let (Some(command), Some(answer)) = (bytes(command, "> "), bytes(answer, "< ")) else {
                return Err(format!("{}: not a trace at {command:?}", self.name));
            };
            if card.transmit(&command) != answer {
                let number = card.exchanges();
                return Err(format!("{}: another answer to command {number}", self.name));
            }
        }
        Ok(Cost {
            exchanges: card.exchanges(),
            elapsed: card.elapsed(),
        })
    }
}

fn bytes(line: &str, mark: &str) -> Option<Vec<u8>> {
    let digits = line.strip_prefix(mark)?.as_bytes();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
