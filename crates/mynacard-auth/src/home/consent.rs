//! A consent from the first visit to its end.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use mynacard_eligibility::{Date, DateTime};

use super::{Care, ConsentKinds, Reference};
use crate::{CheckedAnswer, Error, ErrorKind};

/// What a facility registers after the first visit's check.
#[derive(Clone)]
pub struct Registration {
    check_id: String,
    reference: Reference,
    care: Care,
    kinds: ConsentKinds,
    visit: Date,
}

/// A consent as the service keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Consent {
    /// The facility's number for the patient.
    pub reference: Reference,
    /// The kind of care.
    pub care: Care,
    /// What may be shown.
    pub kinds: ConsentKinds,
    /// When it was given.
    pub given_at: SystemTime,
    /// The day of the visit or appointment.
    pub visit: Date,
    /// When it ends, unless a requery continues it.
    pub ends_at: SystemTime,
    /// How it stands.
    pub state: ConsentState,
}

/// How a consent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsentState {
    /// It holds.
    Active,
    /// Its time is over.
    Expired,
    /// It was cancelled, for a reason where the service names one.
    Cancelled(Option<CancelReason>),
}

/// Why every consent of a patient ends (同意失効理由, table 031).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelReason {
    /// 1: by the institution.
    Institution,
    /// 2: by the patient.
    Patient,
    /// 3: 利用形態の変更.
    ChangeOfUse,
}

/// A consent that shall hold for fewer kinds of information.
#[derive(Clone)]
pub struct Narrowing {
    reference: Reference,
    kinds: ConsentKinds,
}

/// A page of consents.
#[derive(Debug, Clone, Default)]
pub struct ConsentPage {
    /// The consents, by reference.
    pub consents: Vec<Consent>,
    /// Behind which reference the next page begins; nothing at the end.
    pub next: Option<Reference>,
}

impl Registration {
    /// The consents of the patient whose card was checked, to be kept under `reference`.
    ///
    /// # Errors
    ///
    /// Before anything is sent: [`ErrorKind::ConsentWithoutInsurance`] when the card is not yet registered as insurance
    /// card, [`ErrorKind::ConsentNotGiven`] for a kind that was not in the signed request,
    /// [`ErrorKind::CareNeedsPurpose`] for home visits after a check for something else, [`ErrorKind::VisitInPast`].
    pub fn after(
        checked: &CheckedAnswer,
        reference: Reference,
        care: Care,
        kinds: ConsentKinds,
        visit: Date,
    ) -> Result<Self, Error> {
        let context = checked.context();
        if checked.answer().is_none() {
            return Err(ErrorKind::ConsentWithoutInsurance.into());
        }
        if let Some(kind) = kinds.beyond(context.consents()) {
            return Err(ErrorKind::ConsentNotGiven { kind }.into());
        }
        if care == Care::Visiting && context.purpose() != care.purpose() {
            return Err(ErrorKind::CareNeedsPurpose { care }.into());
        }
        if in_japan(checked.times().processed_at).is_some_and(|today| visit < today) {
            return Err(ErrorKind::VisitInPast.into());
        }
        Ok(Self {
            check_id: checked.check_id().to_owned(),
            reference,
            care,
            kinds,
            visit,
        })
    }

    /// The service's name for the check that the card signed.
    #[must_use]
    pub fn check_id(&self) -> &str {
        &self.check_id
    }

    /// The facility's number for the patient.
    #[must_use]
    pub const fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The kind of care.
    #[must_use]
    pub const fn care(&self) -> Care {
        self.care
    }

    /// What may be shown.
    #[must_use]
    pub const fn kinds(&self) -> ConsentKinds {
        self.kinds
    }

    /// The day of the visit or appointment.
    #[must_use]
    pub const fn visit(&self) -> Date {
        self.visit
    }
}

impl Consent {
    /// This consent for `kinds` alone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ConsentNotGiven`] for a kind that is not agreed to: more needs the patient's card again.
    pub fn narrowed(&self, kinds: ConsentKinds) -> Result<Narrowing, Error> {
        match kinds.beyond(Some(self.kinds)) {
            Some(kind) => Err(ErrorKind::ConsentNotGiven { kind }.into()),
            None => Ok(Narrowing {
                reference: self.reference.clone(),
                kinds,
            }),
        }
    }
}

impl Narrowing {
    /// Whose consent.
    #[must_use]
    pub const fn reference(&self) -> &Reference {
        &self.reference
    }

    /// What may still be shown.
    #[must_use]
    pub const fn kinds(&self) -> ConsentKinds {
        self.kinds
    }
}

impl ConsentState {
    /// The name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

impl CancelReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Institution, Self::Patient, Self::ChangeOfUse];

    /// The interface's code: `1`, `2` or `3`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Institution => "1",
            Self::Patient => "2",
            Self::ChangeOfUse => "3",
        }
    }

    /// The name for programs and command lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Institution => "institution",
            Self::Patient => "patient",
            Self::ChangeOfUse => "change-of-use",
        }
    }

    /// The reason with this code of the interface.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// The day in Japan.
fn in_japan(time: SystemTime) -> Option<Date> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    let seconds = i64::try_from(since.as_secs()).ok()?;
    DateTime::in_japan(seconds).map(|time| time.date)
}

// Neither the chart number nor what the patient agreed to belongs in a log.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("care", &self.care)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent")
            .field("care", &self.care)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Narrowing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Narrowing").finish_non_exhaustive()
    }
}
