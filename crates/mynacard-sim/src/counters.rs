//! A file of counters, so that a card that is put into the reader again tomorrow remembers what was spent today.

use std::io;
use std::path::Path;

use mynacard_sim::{Counter, VirtualCard};

/// Sets a card's counters as the file says; a file that is not there yet says nothing.
pub(crate) fn load(card: &mut VirtualCard, path: &Path) -> io::Result<()> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for line in text.lines() {
        let (counter, left) = parse(line)
            .ok_or_else(|| io::Error::other(format!("not a line of counters: {line:?}")))?;
        card.set_tries(counter, left);
    }
    Ok(())
}

/// Writes all counters, one a line; the file is whole at every moment.
pub(crate) fn store(card: &VirtualCard, path: &Path) -> io::Result<()> {
    let text: String = Counter::ALL
        .into_iter()
        .map(|counter| format!("{} {}\n", counter.name(), card.tries(counter)))
        .collect();
    let beside = path.with_extension("new");
    std::fs::write(&beside, text)?;
    std::fs::rename(beside, path)
}

fn parse(line: &str) -> Option<(Counter, u8)> {
    let (name, left) = line.split_once(' ')?;
    Some((Counter::by_name(name)?, left.parse().ok()?))
}
