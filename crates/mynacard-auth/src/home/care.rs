//! Kinds of care, and the facility's own name for a patient.

use std::fmt;
use std::str::FromStr;

use super::Consent;
use crate::{Error, ErrorKind, Purpose};

/// The kind of care that a consent is for (診療区分, table 028).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Care {
    /// 1: 外来診療等, by another route through the building or when the reader is broken.
    Outpatient,
    /// 2: 訪問診療等.
    Visiting,
    /// 3: オンライン診療等.
    Online,
}

/// A patient's number at the facility itself (照会番号): 1 to 50 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(String);

/// A patient of 訪問診療等: the only one who can be queried again without her card.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitingPatient(Reference);

impl Care {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Outpatient, Self::Visiting, Self::Online];

    /// The interface's code: `1`, `2` or `3`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Outpatient => "1",
            Self::Visiting => "2",
            Self::Online => "3",
        }
    }

    /// The name for programs and command lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outpatient => "outpatient",
            Self::Visiting => "visiting",
            Self::Online => "online",
        }
    }

    /// What the first visit's check is made for.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Outpatient => Purpose::Reception,
            Self::Visiting | Self::Online => Purpose::Visiting,
        }
    }
}

impl Reference {
    /// The most characters.
    pub const LONGEST: usize = 50;

    /// A reference as the facility's own records have it, without blanks around it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Reference`] when it is empty, longer than [`Self::LONGEST`] or holds control characters.
    pub fn new(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let fits = (1..=Self::LONGEST).contains(&text.chars().count())
            && !text.chars().any(char::is_control);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(ErrorKind::Reference.into())
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl VisitingPatient {
    /// A patient of whom the facility's own record says 訪問診療等.
    #[must_use]
    pub const fn on_record(reference: Reference) -> Self {
        Self(reference)
    }

    /// A patient of whom the service says so.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RequeryNotVisiting`] with the kind of care instead.
    pub fn of(consent: &Consent) -> Result<Self, Error> {
        match consent.care {
            Care::Visiting => Ok(Self(consent.reference.clone())),
            care => Err(ErrorKind::RequeryNotVisiting { care }.into()),
        }
    }

    /// Her number at the facility.
    #[must_use]
    pub const fn reference(&self) -> &Reference {
        &self.0
    }
}

impl FromStr for Care {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|care| care.as_str() == text || care.code() == text)
            .ok_or_else(|| ErrorKind::UnknownCare.into())
    }
}

impl fmt::Display for Care {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// A chart number names a person to whoever has the charts.
impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reference(..)")
    }
}

impl fmt::Debug for VisitingPatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitingPatient(..)")
    }
}
