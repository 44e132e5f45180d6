//! The requery (再照会): the insurance of a visited patient without her card.

use std::fmt;
use std::time::SystemTime;

use mynacard_eligibility::{Answer, FieldId};

use super::{Reference, VisitingPatient};
use crate::context::Extras;
use crate::request::random_bytes;
use crate::{Error, ErrorKind, Evidence, Extra, Query};

/// One requery.
#[derive(Clone)]
pub struct Requery {
    id: [u8; 16],
    patient: VisitingPatient,
    extras: Extras,
}

/// A service's answer to a requery, before its echoes were compared.
pub struct Requeried {
    /// The insurance.
    pub answer: Box<Answer>,
    /// The service's name for this query.
    pub check_id: String,
    /// The number it echoed.
    pub request_id: Vec<u8>,
    /// The reference it echoed.
    pub reference: Reference,
    /// When it processed the query, by its own clock.
    pub processed_at: SystemTime,
}

/// The insurance of the patient that was asked about. The library stores none of it.
pub struct RequeryAnswer {
    answer: Box<Answer>,
    check_id: String,
    processed_at: SystemTime,
}

impl Requery {
    /// A query about `patient` that shows the insurance and what she agreed to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoRandomness`].
    pub fn new(patient: VisitingPatient) -> Result<Self, Error> {
        Ok(Self {
            id: random_bytes()?,
            patient,
            extras: Extras::NONE,
        })
    }

    /// The same, showing `extra` too.
    #[must_use]
    pub const fn with(mut self, extra: Extra) -> Self {
        self.extras = self.extras.with(extra);
        self
    }

    /// The query's random number, echoed by the service.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// Whom it is about.
    #[must_use]
    pub const fn patient(&self) -> &VisitingPatient {
        &self.patient
    }

    /// Says whether `extra` is asked for.
    #[must_use]
    pub const fn asks_for(&self, extra: Extra) -> bool {
        self.extras.contains(extra)
    }

    /// The answer, if it is one to this query: number and reference, also the one inside the message.
    pub(super) fn accept(&self, answered: Requeried) -> Result<RequeryAnswer, Error> {
        let mine = self.patient.reference();
        let inside = answered
            .answer
            .results()
            .iter()
            .filter_map(|result| result.text(FieldId::REFERENCE_NUMBER))
            .all(|reference| reference == mine.as_str());
        for (field, same) in [
            ("request number", answered.request_id == self.id),
            ("patient reference", answered.reference == *mine && inside),
        ] {
            if !same {
                return Err(ErrorKind::EchoMismatch { field }.into());
            }
        }
        Ok(RequeryAnswer {
            answer: answered.answer,
            check_id: answered.check_id,
            processed_at: answered.processed_at,
        })
    }
}

impl RequeryAnswer {
    /// An answer without a query, for tests of what comes after.
    #[cfg(test)]
    pub(crate) fn sample(answer: &Answer, check_id: String) -> Self {
        Self {
            answer: Box::new(answer.clone()),
            check_id,
            processed_at: SystemTime::UNIX_EPOCH,
        }
    }

    /// The insurance.
    #[must_use]
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The insurance by value.
    #[must_use]
    pub fn into_answer(self) -> Answer {
        *self.answer
    }

    /// The service's name for this query.
    #[must_use]
    pub fn check_id(&self) -> &str {
        &self.check_id
    }

    /// When the service processed it, by its own clock.
    #[must_use]
    pub const fn processed_at(&self) -> SystemTime {
        self.processed_at
    }

    /// How the insurance was established.
    #[must_use]
    pub const fn evidence(&self) -> Evidence {
        Evidence::Online(Query::Requery)
    }
}

impl fmt::Debug for Requery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requery").finish_non_exhaustive()
    }
}

impl fmt::Debug for Requeried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requeried").finish_non_exhaustive()
    }
}

impl fmt::Debug for RequeryAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequeryAnswer").finish_non_exhaustive()
    }
}
