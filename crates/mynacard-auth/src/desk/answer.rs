//! What a check brings home, and the steps on the way for a screen.

use std::fmt;
use std::time::{Duration, SystemTime};

use mynacard_cert::{Hierarchy, Timestamp};
use mynacard_eligibility::Answer;

use crate::service::{CertificateStatus, Outcome};
use crate::{CheckContext, Evidence, TapId};

/// A check that worked: the insurance, and what to keep with it. The library stores none of it.
pub struct CheckedAnswer {
    pub(super) outcome: Outcome,
    pub(super) evidence: Evidence,
    pub(super) check_id: String,
    pub(super) tap: TapId,
    pub(super) card_exchanges: u32,
    pub(super) warnings: Vec<Warning>,
    pub(super) certificate_status: CertificateStatus,
    pub(super) times: Times,
    pub(super) context: CheckContext,
}

/// Something to tell the patient beside the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The certificate ends within three months.
    EndsSoon {
        /// Its last second.
        until: Timestamp,
    },
    /// The certificate has ended; the service answered all the same.
    Expired {
        /// Its last second.
        since: Timestamp,
    },
    /// The certificate is from an authority that this program does not know.
    IssuerUnknown,
    /// The certificate is not from the production hierarchy: nobody's real card.
    NotProduction {
        /// Which hierarchy instead.
        hierarchy: Hierarchy,
    },
    /// This computer's clock differs from the service's by more than two minutes.
    ClockOff {
        /// Seconds; positive when this computer is ahead.
        seconds: i64,
    },
}

/// When a check was, and how long its parts took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// What the caller's clock said at the check.
    pub checked_at: SystemTime,
    /// What the service's clock said.
    pub processed_at: SystemTime,
    /// From the card's power-up to its power-down.
    pub card: Duration,
    /// From the proof on the line to the answer.
    pub service: Duration,
}

/// Where a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// A new challenge is fetched, since the old one ran out. The card may wait.
    Renewing,
    /// The certificate is read: the card must stay.
    ReadingCard,
    /// The service proves itself to the card (visual check).
    Relaying,
    /// The PIN goes to the card, or is typed on the pin pad.
    VerifyingPin,
    /// The card signs.
    Signing,
    /// The card may be taken away.
    CardDone,
    /// The service is asked.
    AskingService,
    /// The answer is here.
    Done,
}

impl CheckedAnswer {
    /// The insurance; `None` when the card is not yet registered as insurance card (利用登録).
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::NotRegistered => None,
        }
    }

    /// An answer without a check, for tests of what comes after.
    #[cfg(test)]
    pub(crate) fn sample(tap: TapId) -> Self {
        let never = SystemTime::UNIX_EPOCH;
        Self {
            outcome: Outcome::NotRegistered,
            evidence: Evidence::Online(crate::Query::Pin),
            check_id: "sample".into(),
            tap,
            card_exchanges: 0,
            warnings: Vec::new(),
            certificate_status: CertificateStatus::Good,
            times: Times {
                checked_at: never,
                processed_at: never,
                card: Duration::ZERO,
                service: Duration::ZERO,
            },
            context: CheckContext::new(crate::Purpose::Reception),
        }
    }

    /// The insurance by value.
    #[must_use]
    pub fn into_answer(self) -> Option<Answer> {
        match self.outcome {
            Outcome::Answered(answer) => Some(*answer),
            Outcome::NotRegistered => None,
        }
    }

    /// What came of the check.
    #[must_use]
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// How the insurance was established.
    #[must_use]
    pub const fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// The service's name for this check.
    #[must_use]
    pub fn check_id(&self) -> &str {
        &self.check_id
    }

    /// Our number of the tap.
    #[must_use]
    pub const fn tap(&self) -> TapId {
        self.tap
    }

    /// Commands that the card answered, from the power-up on.
    #[must_use]
    pub const fn card_exchanges(&self) -> u32 {
        self.card_exchanges
    }

    /// What to tell the patient beside the answer.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What the service says of the certificate.
    #[must_use]
    pub const fn certificate_status(&self) -> CertificateStatus {
        self.certificate_status
    }

    /// What was asked for.
    #[must_use]
    pub const fn context(&self) -> &CheckContext {
        &self.context
    }

    /// When it was, and how long it took.
    #[must_use]
    pub const fn times(&self) -> Times {
        self.times
    }
}

impl fmt::Debug for CheckedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedAnswer")
            .field("outcome", &self.outcome)
            .field("evidence", &self.evidence)
            .field("tap", &self.tap)
            .field("card_exchanges", &self.card_exchanges)
            .finish_non_exhaustive()
    }
}
