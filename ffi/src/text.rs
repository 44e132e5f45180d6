//! Text as the caller's program wants it.

use zeroize::Zeroizing;

pub(crate) use mynacard::eligibility::Unmappable;
use mynacard::eligibility::{Encoding, ErrorKind};

use crate::buffer::TERMINATOR;
use crate::failure::Failure;
use crate::input::choice;
use crate::status::mynacard_status;

/// An encoding of text.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_encoding {
    /// UTF-8.
    Utf8 = 0,
    /// UTF-16, little-endian, without byte order mark: what C# and Win32 use.
    Utf16le = 1,
    /// Shift_JIS as Windows' code page 932 has it: what old receipt computers use.
    ShiftJis = 2,
}

/// What becomes of a character that has no place in the encoding.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_unmappable {
    /// The call fails with `MYNACARD_STATUS_UNMAPPABLE`.
    Refuse = 0,
    /// It becomes 〓.
    Replace = 1,
    /// It becomes `&#…;`, which only XML and HTML can carry.
    CharacterReference = 2,
}

/// Text in an encoding given as a number of [`mynacard_encoding`].
pub(crate) fn encode(
    text: &str,
    encoding: i32,
    unmappable: Unmappable,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    const ENCODINGS: &[(i32, mynacard_encoding)] = &[
        (0, mynacard_encoding::Utf8),
        (1, mynacard_encoding::Utf16le),
        (2, mynacard_encoding::ShiftJis),
    ];
    let bytes = match choice("encoding", encoding, ENCODINGS)? {
        mynacard_encoding::Utf8 => {
            let mut bytes = Vec::with_capacity(text.len() + TERMINATOR);
            bytes.extend_from_slice(text.as_bytes());
            bytes
        }
        mynacard_encoding::Utf16le => {
            // No character has more units than it has bytes in UTF-8.
            let mut bytes = Vec::with_capacity(2 * text.len() + TERMINATOR);
            bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        }
        mynacard_encoding::ShiftJis => match Encoding::ShiftJis.encode(text, unmappable) {
            Ok(encoded) => encoded.bytes,
            Err(error) if matches!(error.kind(), ErrorKind::Unmappable { .. }) => {
                // The error's own text names places, not characters of a person's name.
                return Err(Failure::new(
                    mynacard_status::Unmappable,
                    "a character has no place in Shift_JIS",
                ));
            }
            Err(error) => return Err(error.into()),
        },
    };
    Ok(Zeroizing::new(bytes))
}

/// A policy given as a number of [`mynacard_unmappable`].
pub(crate) fn unmappable(number: i32) -> Result<Unmappable, Failure> {
    const POLICIES: &[(i32, Unmappable)] = &[
        (mynacard_unmappable::Refuse as i32, Unmappable::Refuse),
        (mynacard_unmappable::Replace as i32, Unmappable::Replace),
        (
            mynacard_unmappable::CharacterReference as i32,
            Unmappable::CharacterReference,
        ),
    ];
    choice("unmappable", number, POLICIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn encoded(text: &str, encoding: i32, policy: Unmappable, expected: &[u8]) {
        assert_eq!(&**encode(text, encoding, policy).unwrap(), expected);
    }

    #[test]
    fn every_encoding() {
        encoded("医A", 0, Unmappable::Refuse, "医A".as_bytes());
        encoded("医A", 1, Unmappable::Refuse, &[0x3B, 0x53, 0x41, 0x00]);
        encoded("医A", 2, Unmappable::Refuse, &[0x88, 0xE3, 0x41]);
        encoded("𠮷", 2, Unmappable::Replace, &[0x81, 0xAC]);
        encoded("𠮷", 2, Unmappable::CharacterReference, b"&#134071;");
        let refused = encode("𠮷", 2, Unmappable::Refuse).unwrap_err();
        assert_eq!(refused.status(), mynacard_status::Unmappable);
        assert_eq!(
            encode("A", 3, Unmappable::Refuse).unwrap_err().status(),
            mynacard_status::InvalidArgument
        );
    }
}
