//! The two encodings of the messages, UTF-8 and Shift_JIS (always Windows' code page 932), and what to do with characters
//! that the second one does not have.
//!
//! Policies for Shift_JIS, all of them Windows' code page 932:
//!
//! | character | reading | writing |
//! |---|---|---|
//! | characters with two codes (髙 FBFC, ≒ 81E0, Ⅰ 8754) | either code | the code that Windows writes |
//! | 8160, 817C, 8161, 8191, 8192, 81CA | ～ － ∥ ￠ ￡ ￢, as Windows | these, and 〜 − ‖ ¢ £ ¬ at the same places |
//! | 外字 F040–F9FC | U+E000–U+E757 | back to the same codes |
//! | ¥ (00A5), ‾ (203E) | do not occur | unmappable: Windows would write a backslash and a tilde |
//! | single bytes 80, A0, FD–FF | refused | unmappable |
//! | everything else | refused | unmappable: refused, 〓, or a reference, as the caller says |
//!
//! ```
//! use mynacard_eligibility::{Encoding, Unmappable};
//!
//! assert_eq!(Encoding::ShiftJis.decode(&[0x88, 0xE3, 0x97, 0xC3])?, "医療");
//! assert!(Encoding::ShiftJis.encode("鷗", Unmappable::Refuse).is_err()); // never a silent `?`
//! # Ok::<(), mynacard_eligibility::Error>(())
//! ```

mod cp932;

use crate::{Error, ErrorKind};
use core::fmt;

/// An encoding of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// Shift_JIS as Windows' code page 932 has it, with the user-defined characters (外字) of F040–F9FC.
    ShiftJis,
}

/// What to do with a character that the encoding does not have; never silently `?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unmappable {
    /// Refuse, with the positions.
    #[default]
    Refuse,
    /// Write 〓 and report the positions.
    Replace,
    /// Write a numeric character reference such as `&#40800;`; only XML can carry it.
    CharacterReference,
}

/// Where a character stands in a text that was written; its `Debug` does not show the character, which may be of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The field whose text it is, in a message.
    pub field: Option<crate::FieldId>,
    /// The character's place in the text, counted from zero in characters.
    pub index: usize,
    /// The character.
    pub character: char,
}

/// Bytes, and the places where the text had to be changed; its `Debug` shows how many bytes, not which.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Encoded {
    /// The text in the encoding.
    pub bytes: Vec<u8>,
    /// Characters that were written as 〓 or as a reference.
    pub changed: Vec<Place>,
}

impl Encoding {
    /// The name in an XML declaration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::ShiftJis => "Shift_JIS",
        }
    }

    /// The encoding that a declaration names, in any of the names used for it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Encoding> {
        let name = name.trim().to_ascii_lowercase().replace(['_', '-'], "");
        match name.as_str() {
            "utf8" => Some(Encoding::Utf8),
            "shiftjis" | "sjis" | "xsjis" | "mskanji" | "windows31j" | "cswindows31j" | "cp932"
            | "ms932" | "xmscp932" => Some(Encoding::ShiftJis),
            _ => None,
        }
    }

    /// The value of `CharacterCodeIdentifier`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Encoding::Utf8 => "0",
            Encoding::ShiftJis => "1",
        }
    }

    /// Writes a text under a policy.
    ///
    /// # Errors
    /// [`ErrorKind::Unmappable`] with every place, under [`Unmappable::Refuse`].
    pub fn encode(self, text: &str, policy: Unmappable) -> Result<Encoded, Error> {
        let mut encoded = Encoded {
            bytes: Vec::with_capacity(text.len()),
            changed: Vec::new(),
        };
        if self == Encoding::Utf8 {
            encoded.bytes.extend_from_slice(text.as_bytes());
            return Ok(encoded);
        }
        for (index, character) in text.chars().enumerate() {
            if cp932::push(&mut encoded.bytes, character) {
                continue;
            }
            encoded.changed.push(Place {
                field: None,
                index,
                character,
            });
            match policy {
                Unmappable::Refuse => {}
                Unmappable::Replace => encoded.bytes.extend_from_slice(cp932::GETA),
                Unmappable::CharacterReference => {
                    encoded
                        .bytes
                        .extend_from_slice(format!("&#{};", u32::from(character)).as_bytes());
                }
            }
        }
        if policy == Unmappable::Refuse && !encoded.changed.is_empty() {
            return Err(ErrorKind::Unmappable {
                encoding: self,
                places: encoded.changed,
            }
            .into());
        }
        Ok(encoded)
    }

    /// Reads a whole text; a byte order mark of UTF-8 is dropped.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidBytes`] with the position of the first byte that the encoding does not have.
    pub fn decode(self, bytes: &[u8]) -> Result<String, Error> {
        let mut text = String::new();
        let mut input = crate::xml::input::Utf8Input::with_encoding(bytes, self);
        std::io::Read::read_to_string(&mut input, &mut text).map_err(|error| {
            match input.error(error) {
                // A character cut by the end of the input.
                error if *error.kind() == ErrorKind::IncompleteXml => {
                    let invalid = Error::from(ErrorKind::InvalidBytes { encoding: self });
                    error.position().map_or_else(
                        || Error::from(ErrorKind::InvalidBytes { encoding: self }),
                        |at| invalid.at(at),
                    )
                }
                error => error,
            }
        })?;
        Ok(text)
    }

    pub(crate) fn decoder(self) -> encoding_rs::Decoder {
        match self {
            Encoding::Utf8 => encoding_rs::UTF_8.new_decoder_with_bom_removal(),
            Encoding::ShiftJis => encoding_rs::SHIFT_JIS.new_decoder_without_bom_handling(),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("field", &self.field)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded")
            .field("length", &self.bytes.len())
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_is_refused_replaced_or_spelt_out_as_asked() {
        let encode = |policy| Encoding::ShiftJis.encode("a𠮷b", policy);
        let refused = encode(Unmappable::Refuse).unwrap_err();
        let ErrorKind::Unmappable { places, .. } = refused.kind() else {
            panic!("{refused:?}");
        };
        assert_eq!(places.len(), 1);
        assert_eq!((places[0].index, places[0].character), (1, '𠮷'));
        let replaced = encode(Unmappable::Replace).unwrap();
        assert_eq!(replaced.bytes, [b'a', 0x81, 0xAC, b'b']);
        assert_eq!(replaced.changed.len(), 1);
        let spelt = encode(Unmappable::CharacterReference).unwrap();
        assert_eq!(spelt.bytes, b"a&#134071;b");
    }
}
