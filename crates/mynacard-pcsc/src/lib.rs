//! My Number Cards in PC/SC readers: a [`mynacard_card::Transport`].
//!
//! [`Readers`] lists the readers and waits for a card; [`PcscCard`] is the card in one of them. Commands, files and PINs
//! are the business of `mynacard-card`; this crate adds what only a reader can know: who else holds the card, how long a
//! command may be, whether there is a keypad, and what became of a card that is suddenly gone.
//!
//! ```no_run
//! use std::time::Duration;
//! use mynacard_card::app::jpki::Jpki;
//! use mynacard_pcsc::{Choice, Options, Readers, Stop};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let readers = Readers::new();
//! let stop = Stop::new(); // another thread may call stop.stop()
//! let reader = readers.wait_for_card(&Choice::OnlyCard, Some(Duration::from_secs(60)), &stop)?;
//! let mut card = readers.card(&reader, Options::default());
//! let mut jpki = Jpki::open(&mut card, Default::default())?;
//! let certificate = jpki.authentication_certificate()?;
//! # Ok(()) }
//! ```
//!
//! | for | look at |
//! |---|---|
//! | which readers there are, and what they hold | [`Readers::list`], [`Reader`], [`Occupancy`] |
//! | waiting for a card, for its removal, for any change | [`Readers::wait_for_card`], [`Readers::wait_for_removal`], [`Readers::wait_for_change`], [`Choice`] |
//! | the card in a reader, for `mynacard-card` | [`Readers::card`], [`PcscCard`], [`Options`] |
//! | how long commands may be | [`Length`] |
//! | a reader with a keypad of its own | [`PcscCard::has_keypad`] |
//! | a button that ends waiting | [`Stop`] |
//! | what went wrong | [`Error`], [`ErrorKind`], [`CODES`] |

mod card;
mod error;
mod part10;
mod reader;
mod readers;
mod service;
mod stop;
mod system;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub use card::{Length, Options, PcscCard};
pub use error::{CODES, Error, ErrorKind};
pub use reader::{Choice, Occupancy, Reader};
pub use readers::Readers;
pub use stop::Stop;
