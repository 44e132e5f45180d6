//! Token information of the JPKI application: a PKCS#11 `CK_TOKEN_INFO` with 32-bit big-endian numbers.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::FileProblem;

/// What the JPKI application says about itself (EF 0006, 160 bytes).
///
/// The serial number identifies the holder's card: `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// Label, padding cut.
    pub label: String,
    /// Manufacturer, padding cut.
    pub manufacturer: String,
    /// Model, padding cut.
    pub model: String,
    /// Serial number, padding cut.
    pub serial: String,
    /// `CK_TOKEN_INFO` flags.
    pub flags: u32,
}

/// What kind of thing holds the JPKI application, told by the token's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CardKind {
    /// The plastic Individual Number Card (`JPKIAPICCTOKEN2`).
    MyNumberCard,
    /// The former Basic Resident Registration card, 住基カード (`JPKIAPICCTOKEN`).
    ResidentRegistryCard,
    /// An Android phone (`JPKIAPGPSETOKEN`): the authentication certificate opens only after the PIN.
    Android,
    /// An iPhone (`JPKIAPIOSTOKEN`): it authenticates its holder itself.
    IPhone,
    /// A label that is not known.
    Other,
}

impl TokenInfo {
    /// Length of the file.
    pub(crate) const LENGTH: usize = 160;

    /// Reads the file; what follows its fields is not looked at.
    ///
    /// # Errors
    /// [`FileProblem::Truncated`] when it is shorter than 160 bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let whole = bytes.first_chunk().and_then(Self::parts);
        whole.ok_or(FileProblem::Truncated {
            expected: Self::LENGTH,
            found: bytes.len(),
        })
    }

    fn parts(bytes: &[u8; Self::LENGTH]) -> Option<Self> {
        let (label, rest) = bytes.split_first_chunk::<32>()?;
        let (manufacturer, rest) = rest.split_first_chunk::<32>()?;
        let (model, rest) = rest.split_first_chunk::<16>()?;
        let (serial, rest) = rest.split_first_chunk::<16>()?;
        let (flags, _) = rest.split_first_chunk::<4>()?;
        Some(TokenInfo {
            label: text(label),
            manufacturer: text(manufacturer),
            model: text(model),
            serial: text(serial),
            flags: u32::from_be_bytes(*flags),
        })
    }

    /// The kind that the label tells.
    pub fn kind(&self) -> CardKind {
        match self.label.as_str() {
            "JPKIAPICCTOKEN2" => CardKind::MyNumberCard,
            "JPKIAPICCTOKEN" => CardKind::ResidentRegistryCard,
            "JPKIAPGPSETOKEN" => CardKind::Android,
            "JPKIAPIOSTOKEN" => CardKind::IPhone,
            _ => CardKind::Other,
        }
    }
}

impl fmt::Debug for TokenInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenInfo")
            .field("label", &self.label)
            .field("flags", &self.flags)
            .finish_non_exhaustive()
    }
}

/// Padded text; whatever is not printable ASCII becomes `?`.
fn text(padded: &[u8]) -> String {
    let end = padded
        .iter()
        .rposition(|byte| !matches!(byte, b' ' | 0))
        .map_or(0, |last| last + 1);
    let shown: Vec<u8> = padded
        .iter()
        .take(end)
        .map(|byte| {
            if matches!(byte, b' '..=b'~') {
                *byte
            } else {
                b'?'
            }
        })
        .collect();
    String::from_utf8(shown).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, vec};

    fn token(label: &[u8]) -> Vec<u8> {
        let mut bytes = vec![b' '; TokenInfo::LENGTH];
        bytes[..label.len()].copy_from_slice(label);
        bytes[32..36].copy_from_slice(b"JPKI");
        bytes[80..96].copy_from_slice(b"0123456789ABCDE\0");
        bytes[96..100].copy_from_slice(&[0, 0, 4, 0x0D]);
        bytes
    }

    #[test]
    fn labels_tell_kinds() {
        for (label, kind) in [
            (&b"JPKIAPICCTOKEN2"[..], CardKind::MyNumberCard),
            (b"JPKIAPICCTOKEN", CardKind::ResidentRegistryCard),
            (b"JPKIAPICCTOKEN\0\0", CardKind::ResidentRegistryCard),
            (b"JPKIAPGPSETOKEN", CardKind::Android),
            (b"JPKIAPIOSTOKEN", CardKind::IPhone),
            (b"JPKIAPSOMETHING", CardKind::Other),
        ] {
            assert_eq!(TokenInfo::read(&token(label)).unwrap().kind(), kind);
        }
    }

    #[test]
    fn fields_are_trimmed_and_the_serial_stays_out_of_debug() {
        let info = TokenInfo::read(&token(b"JPKIAPICCTOKEN2")).unwrap();
        assert_eq!(
            (info.manufacturer.as_str(), info.model.as_str(), info.flags),
            ("JPKI", "", 0x040D)
        );
        assert_eq!(info.serial, "0123456789ABCDE");
        assert!(!format!("{info:?}").contains("0123456789"));
        for length in [0, 99, 159] {
            let problem = FileProblem::Truncated {
                expected: 160,
                found: length,
            };
            assert_eq!(TokenInfo::read(&vec![b' '; length]), Err(problem));
        }
    }
}
