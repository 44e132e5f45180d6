//! The stand-in's inside: register, authority, clock, people.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::authority::Authority;
use crate::store::Store;
use crate::{Condition, Error, Fault, Institution, UserSettings, home, random};

/// The service's identity, as it stands in the signed message.
pub(crate) const SERVICE: &str = "mynacard-sandbox";
/// The environment, as it stands in the signed message.
pub(crate) const ENVIRONMENT: &str = "sandbox";

/// Where "now" comes from.
pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) authority: Authority,
    pub(crate) limits: Limits,
    clock: Clock,
    condition: Mutex<Condition>,
    fault: Mutex<Option<Fault>>,
    requests: AtomicU64,
    clock_ahead: AtomicI64,
    /// Held while a call with an idempotency key is carried out.
    pub(crate) keyed: Mutex<()>,
}

/// How long things live and how many there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) activation_life: Duration,
    pub(crate) challenge_life: Duration,
    pub(crate) challenges_per_minute: u32,
    pub(crate) application_time: Duration,
    pub(crate) bulk_time: Duration,
    /// For a handshake, a request's head, and its body.
    pub(crate) patience: Duration,
    /// At once; more wait in the kernel's queue.
    pub(crate) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            activation_life: Duration::from_secs(14 * 86_400),
            challenge_life: Duration::from_secs(120),
            challenges_per_minute: 600,
            application_time: Duration::ZERO,
            bulk_time: Duration::from_secs(1),
            patience: Duration::from_secs(10),
            connections: 512,
        }
    }
}

impl Service {
    pub(crate) fn new(store: Store, limits: Limits, clock: Clock) -> Result<Self, Error> {
        let authority = match (store.kept("ca-key")?, store.kept("ca-certificate")?) {
            (Some(key), Some(certificate)) => Authority::restore(&key, &certificate)?,
            _ => {
                let made = Authority::generate()?;
                store.keep("ca-key", &made.key()?)?;
                store.keep("ca-certificate", made.certificate())?;
                made
            }
        };
        Ok(Self {
            store,
            authority,
            limits,
            clock,
            condition: Mutex::new(Condition::Normal),
            fault: Mutex::new(None),
            requests: AtomicU64::new(0),
            clock_ahead: AtomicI64::new(0),
            keyed: Mutex::new(()),
        })
    }

    /// Unix seconds by the injected clock.
    pub(crate) fn now(&self) -> i64 {
        let since = (self.clock)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_secs())
            .unwrap_or(i64::MAX / 2)
            .saturating_add(self.clock_ahead.load(Ordering::SeqCst))
    }

    pub(crate) fn set_clock_ahead(&self, seconds: i64) {
        self.clock_ahead.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn condition(&self) -> Condition {
        *self
            .condition
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_condition(&self, condition: Condition) {
        *self
            .condition
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = condition;
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// Enters an institution and hands out the settings of one terminal of it.
    pub(crate) fn issue_activation(
        &self,
        institution: &Institution,
    ) -> Result<UserSettings, Error> {
        let code = random::activation_code()?;
        let expires = self.now() + seconds(self.limits.activation_life);
        let id = self.store.in_transaction(|records| {
            records.put_institution(institution)?;
            records.add_activation(&institution.code, &code, expires)
        })?;
        Ok(UserSettings {
            institution_code: institution.code.clone(),
            id,
            activation_code: code,
        })
    }

    /// Enters an institution and synthetic patients that it visits.
    pub(crate) fn enrol_patients(
        &self,
        institution: &Institution,
        count: u32,
    ) -> Result<(), Error> {
        let now = self.now();
        self.store.in_transaction(|records| {
            records.put_institution(institution)?;
            for kept in home::synthetic(count, now) {
                records.put_consent(&institution.code, &kept)?;
            }
            Ok(())
        })
    }
}

/// Whole seconds of a duration.
pub(crate) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 2)
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
