//! Bulk: the insurance of every consented patient of a period, accepted now, ready later.

use std::fmt;

use mynacard_eligibility::Answer;

use super::{ConsentedQuery, Reference};
use crate::context::Extras;
use crate::{Error, ErrorKind, Extra, ServiceErrorKind};

/// What a bulk query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkQuery {
    patients: ConsentedQuery,
    extras: Extras,
}

/// The service's number for a bulk query (ReceptionNumber): twenty digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReceptionNumber(String);

/// How far a bulk query is (SegmentOfResult, table 003).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BulkState {
    /// 1: ready, or downloaded.
    Finished,
    /// 2: ask again later.
    InProgress,
    /// 9: it failed; submit it anew.
    Failed,
}

/// One patient of a bulk answer.
pub struct BulkItem {
    /// The facility's number for the patient.
    pub reference: Reference,
    /// The insurance, or why there is none for this patient.
    pub outcome: Result<Box<Answer>, ServiceErrorKind>,
}

impl BulkQuery {
    /// The insurance of these patients, with what they agreed to.
    #[must_use]
    pub const fn new(patients: ConsentedQuery) -> Self {
        Self {
            patients,
            extras: Extras::NONE,
        }
    }

    /// The same, showing `extra` too.
    #[must_use]
    pub const fn with(mut self, extra: Extra) -> Self {
        self.extras = self.extras.with(extra);
        self
    }

    /// Whom it is about.
    #[must_use]
    pub const fn patients(&self) -> &ConsentedQuery {
        &self.patients
    }

    /// Says whether `extra` is asked for.
    #[must_use]
    pub const fn asks_for(&self, extra: Extra) -> bool {
        self.extras.contains(extra)
    }
}

impl ReceptionNumber {
    /// A number as it was handed out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReceptionNumber`] when it is not twenty digits.
    pub fn new(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ErrorKind::ReceptionNumber.into())
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BulkState {
    /// The state with this code of the interface.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "1" => Some(Self::Finished),
            "2" => Some(Self::InProgress),
            "9" => Some(Self::Failed),
            _ => None,
        }
    }

    /// The name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::InProgress => "in-progress",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Debug for BulkItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkItem")
            .field("answered", &self.outcome.is_ok())
            .finish_non_exhaustive()
    }
}
