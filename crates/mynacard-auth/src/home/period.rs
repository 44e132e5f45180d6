//! Days of consent or of visit, and the lists they select.

use mynacard_eligibility::Date;

use super::Care;
use crate::{Error, ErrorKind};

/// Days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: Date,
    to: Date,
}

/// Which day a list goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DateOf {
    /// The day of the consent.
    Consent,
    /// The day of the visit; in online and outpatient care that of the appointment.
    Visit,
}

/// The consented patients of one kind of care in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentedQuery {
    care: Care,
    by: DateOf,
    period: Period,
}

impl Period {
    /// From one day to another.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::PeriodReversed`].
    pub fn new(from: Date, to: Date) -> Result<Self, Error> {
        if to < from {
            return Err(ErrorKind::PeriodReversed.into());
        }
        Ok(Self { from, to })
    }

    /// One day.
    #[must_use]
    pub const fn day(day: Date) -> Self {
        Self { from: day, to: day }
    }

    /// The first day.
    #[must_use]
    pub const fn from(&self) -> Date {
        self.from
    }

    /// The last day.
    #[must_use]
    pub const fn to(&self) -> Date {
        self.to
    }
}

impl DateOf {
    /// The name on the wire and on command lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent-date",
            Self::Visit => "visit-date",
        }
    }
}

impl ConsentedQuery {
    /// The patients in `care` whose day of `by` lies in `period`.
    #[must_use]
    pub const fn new(care: Care, by: DateOf, period: Period) -> Self {
        Self { care, by, period }
    }

    /// The kind of care.
    #[must_use]
    pub const fn care(&self) -> Care {
        self.care
    }

    /// Which day counts.
    #[must_use]
    pub const fn by(&self) -> DateOf {
        self.by
    }

    /// The days.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }
}
