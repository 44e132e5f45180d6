//! A file of counters, so that a card that is put into the reader again tomorrow remembers what was spent today.

use std::io;
use std::path::Path;

use mynacard_sim::VirtualCard;

/// Sets a card's counters as the file says; a file that is not there yet says nothing.
pub(crate) fn load(card: &mut VirtualCard, path: &Path) -> io::Result<()> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        text => card.set_counters(&text?).map_err(io::Error::other),
    }
}

/// Writes all counters, one a line; the file is whole at every moment.
pub(crate) fn store(card: &VirtualCard, path: &Path) -> io::Result<()> {
    let beside = path.with_extension("new");
    std::fs::write(&beside, card.counters())?;
    std::fs::rename(beside, path)
}
