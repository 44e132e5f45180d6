//! Matching an answer with the patient record (カルテ): candidates, and a difference field by field.
//!
//! Nothing is picked automatically and nothing is corrected automatically. ● and 〓 in the answer stand for a character that
//! the service could not write: they match any one character, are shown as undecided, and are never proposed as a correction.
//!
//! ```
//! use mynacard_eligibility::matching::{Outcome, Patient, compare};
//! use mynacard_eligibility::{FieldId, Record, Section};
//!
//! let chart = Patient::new("0001").with(FieldId::NAME, "高橋 花");
//! let mut result = Record::new(Section::Confirmation);
//! result.insert(FieldId::NAME, "●橋　花");
//! let name = compare(&chart, &result).into_iter().find(|found| found.field == FieldId::NAME).expect("compared");
//! assert_eq!((name.outcome, name.proposal()), (Outcome::Undecided, None));
//! ```

mod candidates;
mod compare;

pub use candidates::{Candidates, candidates};
pub use compare::{Difference, Outcome, Weight, compare};

use crate::{Date, FieldId, Record};

/// A patient as the chart has her: whatever the vendor knows, in the vendor's own spelling. Its `Debug` shows no value of the chart.
#[derive(Clone, PartialEq, Eq)]
pub struct Patient {
    /// The vendor's key; comes back with the candidates.
    pub key: String,
    /// 照会番号: the chart number registered with the service, when one is.
    pub reference_number: Option<String>,
    record: Record,
}

impl core::fmt::Debug for Patient {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Patient")
            .field("key", &self.key)
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

impl Patient {
    /// A patient without any value yet.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Patient {
            key: key.into(),
            reference_number: None,
            record: Record::new(crate::Section::Confirmation),
        }
    }

    /// A value of the chart, in the form of the messages where it is a date or a code.
    #[must_use]
    pub fn with(mut self, field: FieldId, text: impl Into<String>) -> Self {
        self.record.insert(field, text);
        self
    }

    /// The chart number registered with the service.
    #[must_use]
    pub fn with_reference_number(mut self, number: impl Into<String>) -> Self {
        self.reference_number = Some(number.into());
        self
    }

    /// A value of the chart.
    #[must_use]
    pub fn text(&self, field: FieldId) -> Option<&str> {
        self.record.text(field)
    }

    /// The chart's limit category and other nested values.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    fn birth(&self) -> Option<Date> {
        self.record.date(FieldId::BIRTHDATE)
    }
}
