//! PINs and passwords: checked before a card sees them, never copied, never shown, wiped.
//!
//! ```
//! use mynacard_card::{ErrorKind, Pin};
//! assert!(Pin::new(b"1234").is_ok());
//! assert!(matches!(Pin::new(b"12345").err().unwrap().kind(), ErrorKind::MalformedPin { .. }));
//! ```
//!
//! A PIN cannot be printed (a stable rustdoc checks that this does not compile, and leaves the error's number unchecked; its first
//! line compiles above) and serves once:
//!
//! ```compile_fail,E0277
//! let pin = mynacard_card::Pin::new(b"1234").ok().unwrap();
//! println!("{pin:?}");
//! ```

mod number_b;

use alloc::boxed::Box;
use core::fmt;
use zeroize::Zeroizing;

use crate::apdu::StatusWord;
use crate::app::Application;
use crate::error::{Error, ErrorKind};
use crate::transport::{PinCharacters, PinEntry};

pub use number_b::{BirthDate, Era, NumberB};

/// A four-digit PIN (暗証番号): of the authentication key, the input-support or the common application.
///
/// It lives on the heap, so that moving it leaves no copy behind, and is wiped when dropped.
pub struct Pin(Zeroizing<Box<[u8]>>);

/// The signature password (署名用パスワード): 6 to 16 characters `A`–`Z`, `0`–`9`. Wiped when dropped.
pub struct SignaturePassword(Zeroizing<Box<[u8]>>);

/// What a counter query tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tries {
    /// That many tries are left, at least one.
    Left(u8),
    /// No try is left.
    Blocked,
    /// `9000`: no verification is needed now. Unless this dialogue verified the PIN, somebody else's session is open.
    Open,
    /// The card answered something that tells nothing.
    Unknown(StatusWord),
}

/// What is wrong with a PIN, without repeating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PinProblem {
    /// Too short or too long.
    #[error("between {min} and {max} characters expected")]
    Length {
        /// Fewest characters.
        min: u8,
        /// Most characters.
        max: u8,
    },
    /// A character that cannot occur.
    #[error("character not allowed")]
    Character,
    /// A new signature password needs a letter and a digit.
    #[error("at least one letter and one digit expected")]
    Mixture,
    /// Not a date, a year or a code that can stand on a card.
    #[error("not what is printed on a card")]
    Value,
}

/// Which PIN or password of which application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PinKind {
    /// 利用者証明用: the four digits asked for at the desk (JPKI, EF 0018).
    Authentication,
    /// 署名用: the signature password (JPKI, EF 001B).
    Signature,
    /// 券面入力補助用: four digits (EF 0011).
    InputSupport,
    /// 照合番号A of the input-support application (EF 0014). Its counter can be read; the number is never taken.
    InputSupportNumberA,
    /// 照合番号B of the input-support application (EF 0015).
    InputSupportNumberB,
    /// Birth date of the card-face application (EF 0011).
    CardFaceBirthDate,
    /// 照合番号B of the card-face application (EF 0012).
    CardFaceNumberB,
    /// 照合番号A of the card-face application (EF 0013). Its counter can be read; the number is never taken.
    CardFaceNumberA,
    /// 共通カードAP: four digits (EF 001C).
    Common,
    /// 住基AP: four digits (EF 001C; one source only).
    ResidentRegistry,
}

impl Pin {
    /// Takes exactly four ASCII digits.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedPin`]; nothing reaches a card.
    pub fn new(digits: &[u8]) -> Result<Self, Error> {
        check(PinKind::Authentication, digits)?;
        Ok(Pin(Zeroizing::new(digits.into())))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl SignaturePassword {
    /// Takes 6 to 16 characters `A`–`Z`, `0`–`9`. Lower case is refused, not raised: the holder must see what is sent.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedPin`]; nothing reaches a card.
    pub fn new(characters: &[u8]) -> Result<Self, Error> {
        check(PinKind::Signature, characters)?;
        Ok(SignaturePassword(Zeroizing::new(characters.into())))
    }

    /// What a new password must also have, and an old one may lack: a letter and a digit.
    pub(crate) fn check_new(&self) -> Result<(), Error> {
        if self.0.iter().any(u8::is_ascii_digit) && self.0.iter().any(u8::is_ascii_uppercase) {
            return Ok(());
        }
        Err(Error::early(ErrorKind::MalformedPin {
            pin: PinKind::Signature,
            problem: PinProblem::Mixture,
        }))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PinKind {
    /// Whether this is what stands on the card's face (照合番号A, 照合番号B, birth date) and no number that only its holder
    /// knows.
    pub const fn is_printed(self) -> bool {
        matches!(
            self,
            PinKind::InputSupportNumberA
                | PinKind::InputSupportNumberB
                | PinKind::CardFaceBirthDate
                | PinKind::CardFaceNumberA
                | PinKind::CardFaceNumberB
        )
    }

    /// Every kind, for a status display.
    ///
    /// Not among them: EF 0012 of the input-support application, with which every card is issued blocked. It opens no file, and
    /// its counter never moves.
    pub const ALL: [PinKind; 10] = [
        PinKind::Authentication,
        PinKind::Signature,
        PinKind::InputSupport,
        PinKind::InputSupportNumberA,
        PinKind::InputSupportNumberB,
        PinKind::CardFaceBirthDate,
        PinKind::CardFaceNumberB,
        PinKind::CardFaceNumberA,
        PinKind::Common,
        PinKind::ResidentRegistry,
    ];

    /// The application that holds it.
    pub const fn application(self) -> Application {
        match self {
            PinKind::Authentication | PinKind::Signature => Application::Jpki,
            PinKind::InputSupport | PinKind::InputSupportNumberA | PinKind::InputSupportNumberB => {
                Application::InputSupport
            }
            PinKind::CardFaceBirthDate | PinKind::CardFaceNumberB | PinKind::CardFaceNumberA => {
                Application::CardFace
            }
            PinKind::Common => Application::Common,
            PinKind::ResidentRegistry => Application::ResidentRegistry,
        }
    }

    /// Identifier of the file that holds it.
    pub const fn file_id(self) -> u16 {
        match self {
            PinKind::Authentication => 0x0018,
            PinKind::Signature => 0x001B,
            PinKind::InputSupport | PinKind::CardFaceBirthDate => 0x0011,
            PinKind::InputSupportNumberA => 0x0014,
            PinKind::InputSupportNumberB => 0x0015,
            PinKind::CardFaceNumberB => 0x0012,
            PinKind::CardFaceNumberA => 0x0013,
            PinKind::Common | PinKind::ResidentRegistry => 0x001C,
        }
    }

    /// Tries of a fresh card.
    pub const fn tries(self) -> u8 {
        match self {
            PinKind::Authentication
            | PinKind::InputSupport
            | PinKind::Common
            | PinKind::ResidentRegistry => 3,
            PinKind::Signature => 5,
            PinKind::InputSupportNumberA
            | PinKind::InputSupportNumberB
            | PinKind::CardFaceBirthDate
            | PinKind::CardFaceNumberB
            | PinKind::CardFaceNumberA => 10,
        }
    }

    /// Fewest and most characters.
    pub const fn lengths(self) -> (u8, u8) {
        match self {
            PinKind::Signature => (6, 16),
            PinKind::CardFaceBirthDate => (6, 6),
            PinKind::InputSupportNumberA | PinKind::CardFaceNumberA => (12, 12),
            PinKind::InputSupportNumberB | PinKind::CardFaceNumberB => (14, 14),
            _ => (4, 4),
        }
    }

    /// Which characters it consists of.
    pub const fn characters(self) -> PinCharacters {
        match self {
            PinKind::Signature => PinCharacters::UpperAlphanumeric,
            _ => PinCharacters::Digits,
        }
    }

    /// P2 of VERIFY and of the counter query: the short identifier of its file.
    pub(crate) const fn reference(self) -> u8 {
        0x80 | (self.file_id() & 0x1F) as u8
    }

    /// What a PIN pad must know to ask for it and to build the VERIFY.
    pub const fn entry(self) -> PinEntry {
        let (min, max) = self.lengths();
        PinEntry {
            kind: self,
            header: [0x00, 0x20, 0x00, self.reference()],
            min,
            max,
            characters: self.characters(),
        }
    }
}

impl fmt::Display for PinKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PinKind::Authentication => "authentication PIN",
            PinKind::Signature => "signature password",
            PinKind::InputSupport => "input-support PIN",
            PinKind::InputSupportNumberA => "input-support number A",
            PinKind::InputSupportNumberB => "input-support number B",
            PinKind::CardFaceBirthDate => "card-face birth date",
            PinKind::CardFaceNumberB => "card-face number B",
            PinKind::CardFaceNumberA => "card-face number A",
            PinKind::Common => "common-card PIN",
            PinKind::ResidentRegistry => "resident-registry PIN",
        })
    }
}

/// Refuses what no card can have under this name.
pub(crate) fn check(pin: PinKind, characters: &[u8]) -> Result<(), Error> {
    let (min, max) = pin.lengths();
    let allowed = |byte: &u8| match pin.characters() {
        PinCharacters::Digits => byte.is_ascii_digit(),
        PinCharacters::UpperAlphanumeric => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
    };
    let problem = if !(usize::from(min)..=usize::from(max)).contains(&characters.len()) {
        PinProblem::Length { min, max }
    } else if !characters.iter().all(allowed) {
        PinProblem::Character
    } else {
        return Ok(());
    };
    Err(Error::early(ErrorKind::MalformedPin { pin, problem }))
}
