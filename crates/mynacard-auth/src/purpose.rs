//! What a check is for; a request names its purpose.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

/// Why the insurance of this person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Insurance confirmation at reception (受付での資格確認).
    Reception,
    /// A checkup institution confirms enrolment with the contracting insurer (特定健診・特定保健指導).
    Checkup,
    /// 人間ドック, where the contract with the insurer needs it.
    ContractCheckup,
    /// 助産所: 出産育児一時金等の直接支払制度, also at a home birth.
    Midwifery,
    /// Visiting and online care (訪問診療等, オンライン診療等).
    Visiting,
    /// Identity alone: **not permitted**, kept so that asking for it gets the right error and advice.
    IdentityOnly,
}

impl Purpose {
    /// Every purpose, the refused one last.
    pub const ALL: [Self; 6] = [
        Self::Reception,
        Self::Checkup,
        Self::ContractCheckup,
        Self::Midwifery,
        Self::Visiting,
        Self::IdentityOnly,
    ];

    /// The name on the wire and in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reception => "reception",
            Self::Checkup => "checkup",
            Self::ContractCheckup => "contract-checkup",
            Self::Midwifery => "midwifery",
            Self::Visiting => "visiting",
            Self::IdentityOnly => "identity-only",
        }
    }

    /// The purpose again when the system may be asked for it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::PurposeNotPermitted`] for [`Purpose::IdentityOnly`]: for that, showing the card itself is enough.
    pub fn permitted(self) -> Result<Self, Error> {
        match self {
            Self::IdentityOnly => Err(ErrorKind::PurposeNotPermitted { purpose: self }.into()),
            other => Ok(other),
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or_else(|| ErrorKind::UnknownPurpose.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.as_str().parse::<Purpose>().unwrap(), purpose);
        }
        assert_eq!(
            "Reception".parse::<Purpose>().unwrap_err().code(),
            "MC-5002"
        );
    }

    #[test]
    fn only_identity_alone_is_refused() {
        let refused: Vec<_> = Purpose::ALL
            .into_iter()
            .filter(|p| p.permitted().is_err())
            .collect();
        assert_eq!(refused, [Purpose::IdentityOnly]);
        assert_eq!(
            Purpose::IdentityOnly.permitted().unwrap_err().code(),
            "MC-5001"
        );
    }
}
