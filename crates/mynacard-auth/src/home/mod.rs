//! 居宅同意取得型: consents given with the card at a first visit, and what they allow afterwards.
//!
//! A patient of home visits (訪問診療等) is queried again without her card; patients of online care and outpatients are listed
//! and fetched in bulk by the day of their appointment or of their consent. The types keep these apart: only a
//! [`VisitingPatient`] can be queried again, and a [`Registration`] is made from the check whose card signed the consents.
//!
//! ```
//! use mynacard_auth::home::{Care, ConsentKind, ConsentKinds, Reference};
//! use mynacard_auth::{CheckContext, Purpose};
//!
//! // Before the first visit's tap: what the patient agrees to is signed by her card.
//! let kinds = ConsentKinds::of([ConsentKind::Medicines, ConsentKind::Treatment])?;
//! let ask = CheckContext::new(Care::Visiting.purpose()).consenting(kinds);
//! assert_eq!(ask.purpose(), Purpose::Visiting);
//! assert!(Reference::new("").is_err());
//! # Ok::<(), mynacard_auth::Error>(())
//! ```

mod bulk;
mod care;
mod consent;
mod desk;
mod kinds;
mod period;
mod requery;

pub use bulk::{BulkItem, BulkQuery, BulkState, ReceptionNumber};
pub use care::{Care, Reference, VisitingPatient};
pub use consent::{CancelReason, Consent, ConsentPage, ConsentState, Narrowing, Registration};
pub use desk::HomeDesk;
pub use kinds::{ConsentKind, ConsentKinds};
pub use period::{ConsentedQuery, DateOf, Period};
pub use requery::{Requeried, Requery, RequeryAnswer};

use std::ops::ControlFlow;

use crate::{Cancel, ServiceError};

/// A service that keeps a facility's consents.
pub trait ConsentService: Send {
    /// Keeps what the patient agreed to.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn register(
        &mut self,
        registration: &Registration,
        stop: &Cancel,
    ) -> Result<Consent, ServiceError>;

    /// One patient's consent and its state.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn inquire(&mut self, reference: &Reference, stop: &Cancel) -> Result<Consent, ServiceError>;

    /// Leaves fewer kinds of information agreed to.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn change(&mut self, narrowing: &Narrowing, stop: &Cancel) -> Result<Consent, ServiceError>;

    /// Ends every consent of one patient.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn cancel(
        &mut self,
        reference: &Reference,
        reason: CancelReason,
        stop: &Cancel,
    ) -> Result<Consent, ServiceError>;

    /// A page of the facility's consents, behind `after`.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn list(
        &mut self,
        query: &ConsentedQuery,
        after: Option<&Reference>,
        stop: &Cancel,
    ) -> Result<ConsentPage, ServiceError>;
}

/// A service that answers without the card, under a consent.
pub trait RequeryService: Send {
    /// The insurance of a visited patient.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn requery(&mut self, query: &Requery, stop: &Cancel) -> Result<Requeried, ServiceError>;
}

/// A service that answers for many consented patients at once.
pub trait BulkService: Send {
    /// Accepts a query.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn submit(&mut self, query: &BulkQuery, stop: &Cancel)
    -> Result<ReceptionNumber, ServiceError>;

    /// How far it is.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it.
    fn poll(&mut self, number: &ReceptionNumber, stop: &Cancel) -> Result<BulkState, ServiceError>;

    /// Hands each patient's answer to `each` as it arrives, until it breaks off; nothing is gathered. With
    /// [`BulkState::InProgress`] there was none yet.
    ///
    /// # Errors
    ///
    /// The service's refusal, or what stood between us and it: also when fewer arrive than were announced.
    fn download(
        &mut self,
        number: &ReceptionNumber,
        each: &mut dyn FnMut(BulkItem) -> ControlFlow<()>,
        stop: &Cancel,
    ) -> Result<BulkState, ServiceError>;
}

/// Everything that 居宅同意取得型 asks of a service.
pub trait HomeService: ConsentService + RequeryService + BulkService {}

impl<S: ConsentService + RequeryService + BulkService> HomeService for S {}

#[cfg(test)]
mod tests;
