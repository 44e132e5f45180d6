//! The facility's side: each answer is compared with its question before anybody sees it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::ControlFlow;
use std::time::SystemTime;

use super::{
    BulkItem, BulkQuery, BulkState, CancelReason, Consent, ConsentedQuery, HomeService, Narrowing,
    ReceptionNumber, Reference, Registration, Requery, RequeryAnswer,
};
use crate::audit::not_kept;
use crate::{Asked, Audit, AuditEvent, AuditKind, Cancel, Error, ErrorKind, ServiceError};

/// Consents, requeries and bulk queries of one facility.
///
/// With [`Self::audited`] every answer and every refusal is written down before it is handed out, without the patient's
/// reference; what cannot be written down is not handed out.
pub struct HomeDesk {
    service: Box<dyn HomeService>,
    audit: Option<Book>,
}

/// Where it is written down, and when that is.
struct Book {
    audit: Box<dyn Audit>,
    clock: fn() -> SystemTime,
}

impl HomeDesk {
    /// A desk that asks `service` and keeps no audit trail: the caller does.
    #[must_use]
    pub fn new(service: Box<dyn HomeService>) -> Self {
        Self {
            service,
            audit: None,
        }
    }

    /// A desk that asks `service` and writes down what was asked, at the time that `clock` tells.
    ///
    /// Every call can then fail with [`ErrorKind::Audit`] too; what it changed at the service stays changed.
    #[must_use]
    pub fn audited(
        service: Box<dyn HomeService>,
        audit: Box<dyn Audit>,
        clock: fn() -> SystemTime,
    ) -> Self {
        Self {
            service,
            audit: Some(Book { audit, clock }),
        }
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
        let consent = self.service.register(registration, stop);
        let consent = about(registration.reference(), consent);
        self.one(Asked::Registration, consent)
    }

    /// One patient's consent and its state.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`], [`ErrorKind::Cancelled`].
    pub fn inquire(&mut self, reference: &Reference, stop: &Cancel) -> Result<Consent, Error> {
        let consent = about(reference, self.service.inquire(reference, stop));
        self.one(Asked::Inquiry, consent)
    }

    /// Leaves fewer kinds of information agreed to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`] also when the service kept other kinds,
    /// [`ErrorKind::Cancelled`].
    pub fn change(&mut self, narrowing: &Narrowing, stop: &Cancel) -> Result<Consent, Error> {
        let changed = self.service.change(narrowing, stop);
        let changed = about(narrowing.reference(), changed).and_then(|consent| {
            if consent.kinds == narrowing.kinds() {
                Ok(consent)
            } else {
                Err(differs("kinds of information"))
            }
        });
        self.one(Asked::Change, changed)
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
        let consent = about(reference, self.service.cancel(reference, reason, stop));
        self.one(Asked::Cancellation, consent)
    }

    /// Every consented patient of a period, by reference.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::EchoMismatch`] for a patient in another kind of care or one named twice,
    /// [`ErrorKind::Cancelled`].
    pub fn list(&mut self, query: &ConsentedQuery, stop: &Cancel) -> Result<Vec<Consent>, Error> {
        let listed = self.every_page(query, stop);
        let patients = |listed: &Vec<Consent>| (None, Some(count(listed.len())));
        self.written(Asked::List, listed, patients)
    }

    fn every_page(&mut self, query: &ConsentedQuery, stop: &Cancel) -> Result<Vec<Consent>, Error> {
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
        let answered = self.service.requery(query, stop).map_err(Error::from);
        let answered = answered.and_then(|answered| query.accept(answered));
        self.written(Asked::Requery, answered, |answered| {
            (Some(answered.check_id().to_owned()), Some(1))
        })
    }

    /// Submits a bulk query.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::Cancelled`].
    pub fn submit(&mut self, query: &BulkQuery, stop: &Cancel) -> Result<ReceptionNumber, Error> {
        let number = self.service.submit(query, stop).map_err(Error::from);
        self.written(Asked::BulkQuery, number, |_| (None, None))
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
        self.written(Asked::BulkAnswer, Ok(()), |()| (None, None))?;
        let mut patients = 0;
        let mut counted = |item| {
            patients += 1;
            each(item)
        };
        let state = self.service.download(number, &mut counted, stop);
        let state = state.map_err(Error::from);
        self.written(Asked::BulkAnswerEnd, state, |_| (None, Some(patients)))
    }

    fn one(&mut self, what: Asked, consent: Result<Consent, Error>) -> Result<Consent, Error> {
        self.written(what, consent, |_| (None, Some(1)))
    }

    /// What came of a call, once it is written down.
    fn written<T>(
        &mut self,
        what: Asked,
        found: Result<T, Error>,
        told: impl FnOnce(&T) -> (Option<String>, Option<u64>),
    ) -> Result<T, Error> {
        let Some(book) = &mut self.audit else {
            return found;
        };
        let now = (book.clock)();
        let event = match &found {
            Err(error) => AuditEvent::refused(error, now),
            Ok(found) => {
                let (check_id, patients) = told(found);
                let asked = AuditKind::Asked {
                    what,
                    check_id,
                    patients,
                };
                AuditEvent::new(now, asked)
            }
        };
        book.audit.record(&event).map_err(not_kept)?;
        found
    }
}

fn count(patients: usize) -> u64 {
    u64::try_from(patients).unwrap_or(u64::MAX)
}

fn about(reference: &Reference, consent: Result<Consent, ServiceError>) -> Result<Consent, Error> {
    let consent = consent?;
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
