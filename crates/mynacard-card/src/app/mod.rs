//! The applications of the card, one module each.
//!
//! ```
//! use mynacard_card::Application;
//!
//! let jpki = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
//! assert_eq!(Application::from_name(&jpki), Some(Application::Jpki));
//! assert_eq!(Application::from_name(&jpki[..9]), None); // a beginning is no application
//! ```

pub mod card_face;
pub mod common;
pub mod input_support;
pub mod jpki;
mod options;
mod person;
mod record;

use core::fmt;

pub use options::{CounterPolicy, Options};
pub(crate) use person::days;

/// An application on the card, selected by name (ISO/IEC 7816-4 §5.3.1, DF name).
///
/// A card also answers to the beginning of a name, so a successful SELECT does not prove the exact application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Application {
    /// 公的個人認証AP: certificates and keys.
    Jpki,
    /// 券面入力補助AP: the four attributes as text.
    InputSupport,
    /// 券面事項確認AP: the face of the card as signed images.
    CardFace,
    /// 住基AP: known here for its counter only.
    ResidentRegistry,
    /// 共通カードAP: serial number, municipality, expiry.
    Common,
    /// The GlobalPlatform issuer domain: selected to leave another application.
    Issuer,
}

impl Application {
    /// Every application that is known here.
    pub const ALL: [Self; 6] = [
        Self::Jpki,
        Self::InputSupport,
        Self::CardFace,
        Self::ResidentRegistry,
        Self::Common,
        Self::Issuer,
    ];

    /// The application with exactly this name (7 or 10 bytes); the beginning of a name is none.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The name by which it is selected.
    pub const fn name(self) -> &'static [u8] {
        match self {
            Application::Jpki => &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
            Application::InputSupport => {
                &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08]
            }
            Application::CardFace => &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02],
            Application::ResidentRegistry => {
                &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01]
            }
            Application::Common => &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00],
            Application::Issuer => &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00],
        }
    }
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Application::Jpki => "JPKI application",
            Application::InputSupport => "input-support application",
            Application::CardFace => "card-face application",
            Application::ResidentRegistry => "resident-registry application",
            Application::Common => "common-card application",
            Application::Issuer => "issuer domain",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_name_is_an_application_and_its_beginning_is_none() {
        for known in Application::ALL {
            assert_eq!(Application::from_name(known.name()), Some(known));
            let (_, beginning) = known.name().split_last().unwrap_or((&0, &[]));
            assert_eq!(Application::from_name(beginning), None);
        }
        assert_eq!(Application::from_name(&[]), None);
    }
}
