//! Kinds of information that a patient agrees to have shown.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

/// A kind of information beside the insurance (情報種別, table 036).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConsentKind {
    /// TKK: 特定健診情報.
    Checkups,
    /// YZK: 薬剤情報.
    Medicines,
    /// SRJ: 診療情報.
    Treatment,
    /// SHJ: 手術情報.
    Operations,
}

/// One or more kinds of information, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConsentKinds {
    /// Bit n stands for the n-th of [`ConsentKind::ALL`]; never zero.
    bits: u8,
}

impl ConsentKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Checkups,
        Self::Medicines,
        Self::Treatment,
        Self::Operations,
    ];

    /// The interface's code, for example `YZK`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Checkups => "TKK",
            Self::Medicines => "YZK",
            Self::Treatment => "SRJ",
            Self::Operations => "SHJ",
        }
    }

    /// The name for programs and command lines, for example `medicines`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checkups => "checkups",
            Self::Medicines => "medicines",
            Self::Treatment => "treatment",
            Self::Operations => "operations",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl ConsentKinds {
    /// These kinds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ConsentKinds`] when there is none, or one twice.
    pub fn of(kinds: impl IntoIterator<Item = ConsentKind>) -> Result<Self, Error> {
        let mut bits = 0;
        for kind in kinds {
            if bits & kind.bit() != 0 {
                return Err(ErrorKind::ConsentKinds.into());
            }
            bits |= kind.bit();
        }
        match bits {
            0 => Err(ErrorKind::ConsentKinds.into()),
            bits => Ok(Self { bits }),
        }
    }

    /// Each of them, in the order of [`ConsentKind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = ConsentKind> {
        ConsentKind::ALL
            .into_iter()
            .filter(move |kind| self.contains(*kind))
    }

    /// Says whether `kind` is among them.
    #[must_use]
    pub const fn contains(self, kind: ConsentKind) -> bool {
        self.bits & kind.bit() != 0
    }

    /// The first of these that `given` lacks.
    pub(crate) fn beyond(self, given: Option<Self>) -> Option<ConsentKind> {
        self.iter()
            .find(|kind| !given.is_some_and(|given| given.contains(*kind)))
    }
}

impl FromStr for ConsentKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text || kind.code() == text)
            .ok_or_else(|| ErrorKind::ConsentKinds.into())
    }
}

impl fmt::Display for ConsentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
