//! 共通カードAP, the common-card application: serial number, municipality and expiry of the card.
//!
//! ```
//! use mynacard_card::{Error, Options, Transport, app::common::{CardIdentity, Common}};
//!
//! fn identity(card: &mut dyn Transport) -> Result<CardIdentity, Error> {
//!     Common::open(card, Options::default())?.identity() // serial(), municipality(), expiry()
//! }
//! ```

use core::fmt;

use super::person::CardDate;
use super::record::only_filler;
use super::{Application, Options};
use crate::apdu::Command;
use crate::card::Card;
use crate::error::{Error, ErrorKind, FileProblem};
use crate::pin::{PinKind, Tries};
use crate::tlv::Objects;
use crate::transport::Transport;

/// The common-card application of a card under power; dropping it powers the card down.
#[derive(Debug)]
pub struct Common<'t, T: Transport + ?Sized> {
    card: Card<'t, T>,
}

/// What identifies the card (EF 0001, record 1). The serial number leads to a person: `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct CardIdentity {
    serial: [u8; 15],
    municipality: [u8; 5],
    expiry: CardDate,
}

const RECORD: &str = "card identity";

impl<'t, T: Transport + ?Sized> Common<'t, T> {
    /// Powers the card down and up and selects the application.
    ///
    /// # Errors
    /// [`ErrorKind::ApplicationMissing`] when the SELECT is refused; whatever the transport reports.
    pub fn open(transport: &'t mut T, options: Options) -> Result<Self, Error> {
        Self::select(Card::power_up(transport, options.length)?)
    }

    /// Selects the application on a card that is under power already, after another application.
    ///
    /// # Errors
    /// As [`Common::open`]; the card is powered down then.
    pub fn select(mut card: Card<'t, T>) -> Result<Self, Error> {
        card.select(Application::Common)?;
        Ok(Common { card })
    }

    /// Serial number, municipality and expiry; free.
    ///
    /// # Errors
    /// A refused READ RECORD, a malformed record, a transport that fails.
    pub fn identity(&mut self) -> Result<CardIdentity, Error> {
        // Record 1 of the file with short identifier 1.
        let read = Command::new(0x00, 0xB2, 0x01, 0x01 << 3 | 0x04).with_expected(256);
        let record = self.card.call("READ RECORD", &read, 256)?;
        CardIdentity::read(&record).map_err(|problem| {
            self.card.error(ErrorKind::MalformedFile {
                file: RECORD,
                problem,
            })
        })
    }

    /// Tries left of the application's PIN. Costs none.
    ///
    /// # Errors
    /// A transport that fails.
    pub fn tries(&mut self) -> Result<Tries, Error> {
        self.card.tries_here(PinKind::Common)
    }

    /// Commands exchanged so far.
    pub fn exchanges(&self) -> u32 {
        self.card.exchanges()
    }

    /// Powers the card down; dropping does the same.
    pub fn finish(self) {
        self.card.finish();
    }

    /// Hands the card back, still under power, for another application.
    pub fn into_card(self) -> Card<'t, T> {
        self.card
    }
}

impl CardIdentity {
    /// Reads the record: `01 1C`, fifteen characters of serial number, five digits of municipality, eight of expiry.
    /// Filler may follow.
    ///
    /// # Errors
    /// Another object or length, characters that are none, a date that is none.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let wrong = FileProblem::Value { tag: 0x01 };
        let object = match Objects::new(bytes).next() {
            Some(Ok(object)) if object.tag == 0x01 => object,
            Some(Ok(object)) => {
                return Err(FileProblem::UnexpectedObject {
                    expected: 0x01,
                    found: object.tag,
                });
            }
            Some(Err(_)) => return Err(FileProblem::Encoding { at: 0 }),
            None => {
                return Err(FileProblem::UnexpectedObject {
                    expected: 0x01,
                    found: 0,
                });
            }
        };
        only_filler(bytes, object.raw.len())?;
        let (serial, rest) = object.value.split_first_chunk::<15>().ok_or(wrong)?;
        let (municipality, expiry) = rest.split_first_chunk::<5>().ok_or(wrong)?;
        if !serial.iter().all(u8::is_ascii_graphic) || !municipality.iter().all(u8::is_ascii_digit)
        {
            return Err(wrong);
        }
        let expiry = CardDate::read(expiry).ok_or(wrong)?;
        Ok(CardIdentity {
            serial: *serial,
            municipality: *municipality,
            expiry,
        })
    }

    /// Serial number of the card, 製造番号.
    pub fn serial(&self) -> &str {
        core::str::from_utf8(&self.serial).unwrap_or_default()
    }

    /// Code of the municipality that issued the card.
    pub fn municipality(&self) -> &str {
        core::str::from_utf8(&self.municipality).unwrap_or_default()
    }

    /// When the card expires.
    pub const fn expiry(&self) -> CardDate {
        self.expiry
    }
}

impl fmt::Debug for CardIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardIdentity(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_field_by_field() {
        let record = b"\x01\x1C0123456789ABCDE1310120351231\xFF\xFF";
        let identity = CardIdentity::read(record).unwrap();
        assert_eq!(
            (identity.serial(), identity.municipality()),
            ("0123456789ABCDE", "13101")
        );
        assert_eq!(std::format!("{}", identity.expiry()), "2035-12-31");
        let wrong = Err(FileProblem::Value { tag: 1 });
        assert_eq!(
            CardIdentity::read(b"\x01\x1C0123456789ABCDE1310120351331"),
            wrong
        );
        assert_eq!(
            CardIdentity::read(b"\x01\x1B0123456789ABCDE131012035123"),
            wrong
        );
        assert_eq!(
            CardIdentity::read(b"\x01\x1C012345"),
            Err(FileProblem::Encoding { at: 0 })
        );
        let other = FileProblem::UnexpectedObject {
            expected: 1,
            found: 2,
        };
        assert_eq!(CardIdentity::read(b"\x02\x00"), Err(other));
        assert_eq!(
            CardIdentity::read(b"\x01\x1C0123456789ABCDE1310120351231\xFF1"),
            Err(FileProblem::Trailing { at: 31 })
        );
    }
}
