//! The facility's side: each answer is compared with its question before anybody sees it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::ControlFlow;

use super::{
    BulkItem, BulkQuery, BulkState, CancelReason, Consent, ConsentedQuery, HomeService, Narrowing,
    ReceptionNumber, Reference, Registration, Requery, RequeryAnswer,
};
use crate::{Cancel, Error, ErrorKind};

/// Consents, requeries and bulk queries of one facility.
pub struct HomeDesk {
    service: Box<dyn HomeService>,
}

impl HomeDesk {
    /// A desk that asks `service`.
    #[must_use]
    pub fn new(service: Box<dyn HomeService>) -> Self {
        Self { service }
    }

    /// Registers the consents of a first visit.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`], [`ErrorKind::Cancelled`].
    pub fn register(
        &mut self,
        registration: &Registration,
        stop: &Cancel,
    ) -> Result<Consent, Error> {
        let consent = self.service.register(registration, stop)?;
        about(registration.reference(), consent)
    }

    /// One patient's consent and its state.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`], [`ErrorKind::Cancelled`].
    pub fn inquire(&mut self, reference: &Reference, stop: &Cancel) -> Result<Consent, Error> {
        let consent = self.service.inquire(reference, stop)?;
        about(reference, consent)
    }

    /// Leaves fewer kinds of information agreed to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`] also when the service kept other kinds,
    /// [`ErrorKind::Cancelled`].
    pub fn change(&mut self, narrowing: &Narrowing, stop: &Cancel) -> Result<Consent, Error> {
        let consent = self.service.change(narrowing, stop)?;
        if consent.kinds != narrowing.kinds() {
            return Err(differs("kinds of information"));
        }
        about(narrowing.reference(), consent)
    }

    /// Ends every consent of one patient.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`], [`ErrorKind::Cancelled`].
    pub fn cancel(
        &mut self,
        reference: &Reference,
        reason: CancelReason,
        stop: &Cancel,
    ) -> Result<Consent, Error> {
        let consent = self.service.cancel(reference, reason, stop)?;
        about(reference, consent)
    }

    /// Every consented patient of a period, by reference.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`] for a patient in another kind of care or one named twice,
    /// [`ErrorKind::Cancelled`].
    pub fn list(&mut self, query: &ConsentedQuery, stop: &Cancel) -> Result<Vec<Consent>, Error> {
        let mut consents: Vec<Consent> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut after = None;
        loop {
            if stop.is_cancelled() {
                return Err(ErrorKind::Cancelled.into());
            }
            let page = self.service.list(query, after.as_ref(), stop)?;
            // A page that repeats itself would never end.
            let fits = page.consents.iter().all(|consent| {
                consent.care == query.care() && seen.insert(consent.reference.clone())
            });
            if !fits || (page.consents.is_empty() && page.next.is_some()) {
                return Err(differs("list"));
            }
            consents.extend(page.consents);
            after = page.next;
            if after.is_none() {
                return Ok(consents);
            }
        }
    }

    /// The insurance of a visited patient, without her card.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`], [`ErrorKind::Cancelled`].
    pub fn requery(&mut self, query: &Requery, stop: &Cancel) -> Result<RequeryAnswer, Error> {
        let answered = self.service.requery(query, stop)?;
        query.accept(answered)
    }

    /// Submits a bulk query.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::Cancelled`].
    pub fn submit(&mut self, query: &BulkQuery, stop: &Cancel) -> Result<ReceptionNumber, Error> {
        Ok(self.service.submit(query, stop)?)
    }

    /// How far a bulk query is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::Cancelled`].
    pub fn poll(&mut self, number: &ReceptionNumber, stop: &Cancel) -> Result<BulkState, Error> {
        Ok(self.service.poll(number, stop)?)
    }

    /// Hands each patient of a bulk answer to `each`, until it breaks off; nothing is gathered.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::Cancelled`].
    pub fn download(
        &mut self,
        number: &ReceptionNumber,
        mut each: impl FnMut(BulkItem) -> ControlFlow<()>,
        stop: &Cancel,
    ) -> Result<BulkState, Error> {
        Ok(self.service.download(number, &mut each, stop)?)
    }
}

fn about(reference: &Reference, consent: Consent) -> Result<Consent, Error> {
    if consent.reference == *reference {
        Ok(consent)
    } else {
        Err(differs("patient reference"))
    }
}

fn differs(field: &'static str) -> Error {
    ErrorKind::EchoMismatch { field }.into()
}

impl fmt::Debug for HomeDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HomeDesk").finish_non_exhaustive()
    }
}
