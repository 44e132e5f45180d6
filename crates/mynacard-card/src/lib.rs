//! The My Number Card (個人番号カード): ISO/IEC 7816-4 commands, its applications and their PINs.
//!
//! Anything that can carry a command to a card is a [`Transport`]; [`app::jpki::Jpki`] speaks to the application that
//! identifies a patient. The crate is `no_std` (with `alloc`), knows no reader, no network and no clock, and never
//! spends a PIN try that nobody asked for.
//!
//! ```
//! use mynacard_card::{Error, Pin, Transport, app::jpki::{Jpki, Options}};
//!
//! fn identify(card: &mut dyn Transport, pin: &[u8], message: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
//!     let mut jpki = Jpki::open(card, Options::default())?;   // powers the card down and up, selects the application
//!     let certificate = jpki.authentication_certificate()?;   // judge it here: so far no PIN try is at stake
//!     let signature = jpki.verify(Pin::new(pin)?)?.sign(message)?;
//!     jpki.finish();                                          // powers down; dropping it does the same
//!     Ok((certificate, signature))
//! }
//! ```
//!
//! | for | look at |
//! |---|---|
//! | a reader, a phone, a stack of one's own | [`Transport`], [`transport`] |
//! | certificates and signatures | [`app::jpki`] |
//! | name and address as text, as the holder allows | [`app::input_support`] |
//! | the printed face and the photo, with their signatures | [`app::card_face`] |
//! | PINs, passwords, 照合番号B: typed once, wiped | [`pin`] |
//! | what went wrong, and what is known of the tries | [`Error`], [`error`] |
//! | a dialogue as a file that can be mailed | [`trace`] |
//! | commands and status words themselves | [`apdu`], [`tlv`], [`Card`] |
//! | signing raw digests, if nothing else will do | [`hazmat`] |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

/// The examples of the README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

pub mod apdu;
pub mod app;
pub mod card;
pub mod error;
pub mod hazmat;
pub mod pin;
mod read;
pub mod tlv;
#[cfg(feature = "trace")]
pub mod trace;
pub mod transport;

pub use apdu::{Command, DecodeError, EncodeError, Frame, LengthForm, Response, StatusWord};
pub use app::{Application, CounterPolicy, Options};
pub use card::{Card, LengthPolicy};
pub use error::{CODES, Error, ErrorKind, FileProblem, PinTry};
pub use pin::{BirthDate, Era, NumberB, Pin, PinKind, PinProblem, SignaturePassword, Tries};
pub use transport::{
    Delivery, End, Limits, PinCharacters, PinEntry, Transport, TransportError, TransportErrorKind,
};
