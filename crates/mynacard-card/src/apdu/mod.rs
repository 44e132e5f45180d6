//! ISO/IEC 7816-4 §5: command and response units and the status words that end them.
//!
//! ```
//! use mynacard_card::apdu::{Command, LengthForm};
//! let read = Command::new(0x00, 0xB0, 0x8A, 0x00).with_expected(65_536);
//! assert_eq!(&read.encode(LengthForm::Extended)?[..], [0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00]);
//! # Ok::<(), mynacard_card::apdu::EncodeError>(())
//! ```

mod command;
mod response;
mod status_word;

pub use command::{Command, DecodeError, EncodeError, Frame, LengthForm};
pub use response::Response;
pub use status_word::StatusWord;
