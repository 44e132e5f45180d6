//! The reception desk: a check prepared before the tap, and done at it.

mod answer;
mod card;
mod clock;
mod deliver;
mod face;
mod judge;
mod ready;
mod settings;
mod tap;
mod undelivered;

pub use answer::{CheckedAnswer, Step, Times, Warning};
pub use ready::{Identity, Ready};
pub use settings::{DeskSettings, ExpiredCertificate, UnknownIssuer, VisualSetting};
pub use tap::Tap;
pub use undelivered::Undelivered;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::{Cancel, Challenge, CheckContext, EligibilityService, Error, ErrorKind, Method};

/// A reception desk: one service, one set of policies. Clones are the same desk.
///
/// ```no_run
/// use std::time::SystemTime;
/// use mynacard_auth::{Cancel, Desk, DeskSettings, EligibilityService, Error, Identity, Purpose};
/// use mynacard_card::{Pin, Transport};
/// use mynacard_cert::TrustStore;
///
/// fn reception(service: Box<dyn EligibilityService>, card: &mut dyn Transport) -> Result<(), Error> {
///     let desk = Desk::new(service, DeskSettings::new(TrustStore::production()));
///     let stop = Cancel::new();
///     let ready = desk.prepare(Purpose::Reception, SystemTime::now(), &stop)?; // before the tap
///     let pin = Pin::new(b"1234")?;
///     let checked = ready.check(card, Identity::Pin(pin), SystemTime::now(), &stop)?;
///     println!("check {} by {}", checked.check_id(), checked.evidence());
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    service: Mutex<Box<dyn EligibilityService>>,
    settings: DeskSettings,
    /// A challenge that no card has signed yet: the next tap may use it.
    spare: Mutex<Option<Challenge>>,
}

/// A challenge with less life than this is renewed before the tap.
const MARGIN: Duration = Duration::from_secs(20);

impl Desk {
    /// A desk that asks `service`.
    #[must_use]
    pub fn new(service: Box<dyn EligibilityService>, settings: DeskSettings) -> Self {
        let inner = Inner {
            service: Mutex::new(service),
            settings,
            spare: Mutex::new(None),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Gets everything ready before the tap: challenge and warm connection.
    ///
    /// The value may wait as long as it likes: [`Ready::check`] renews a challenge that ran out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::PurposeNotPermitted`] and [`ErrorKind::VisualCheckOff`] before anything is sent;
    /// [`ErrorKind::Service`]; [`ErrorKind::Cancelled`].
    pub fn prepare(
        &self,
        ask: impl Into<CheckContext>,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Ready, Error> {
        let ask = ask.into();
        let challenge = self.challenge(&ask, now, stop)?;
        Ok(Ready::new(self.clone(), challenge))
    }

    /// The desk's policies.
    #[must_use]
    pub fn settings(&self) -> &DeskSettings {
        &self.inner.settings
    }

    /// A challenge with life in it, left over or new.
    fn challenge(
        &self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, Error> {
        self.permit(ask)?;
        let spare = lock(&self.inner.spare).take();
        if let Some(spare) =
            spare.filter(|spare| spare.context() == ask && spare.lives(now, MARGIN))
        {
            return Ok(spare);
        }
        if stop.is_cancelled() {
            return Err(ErrorKind::Cancelled.into());
        }
        let challenge = self.served(|service| service.challenge(ask, now, stop))?;
        if challenge.context() == ask && challenge.lives(now, Duration::ZERO) {
            Ok(challenge)
        } else {
            Err(ErrorKind::ChallengeExpired.into())
        }
    }

    /// Gives back a challenge that no card signed.
    fn give_back(&self, challenge: Challenge) {
        *lock(&self.inner.spare) = Some(challenge);
    }

    fn permit(&self, ask: &CheckContext) -> Result<(), Error> {
        ask.permitted()?;
        match (ask.method(), self.inner.settings.visual) {
            (Method::Visual, VisualSetting::Off) => Err(ErrorKind::VisualCheckOff.into()),
            _ => Ok(()),
        }
    }

    /// One call to the service; without the lock where it can be shared, so that no counter waits for another's network.
    fn served<T>(&self, call: impl FnOnce(&mut dyn EligibilityService) -> T) -> T {
        let shared = lock(&self.inner.service).share();
        match shared {
            Some(mut own) => call(&mut *own),
            None => call(&mut **lock(&self.inner.service)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
