//! Several counters share one desk.

use std::sync::Condvar;

use super::*;
use crate::service::{Confirmed, ServiceErrorKind};
use crate::{Challenge, CheckContext, Message, Proof, Request, ServiceError};

/// A service whose calls each wait until a second one is under way.
#[derive(Clone)]
struct Meeting {
    inside: Arc<(Mutex<usize>, Condvar)>,
    shares: bool,
}

impl EligibilityService for Meeting {
    fn challenge(
        &mut self,
        _: &CheckContext,
        _: SystemTime,
        _: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        let (inside, changed) = &*self.inside;
        let mut count = inside.lock().unwrap();
        *count += 1;
        changed.notify_all();
        let patience = if self.shares { 30_000 } else { 200 };
        let (_count, waited) = changed
            .wait_timeout_while(count, Duration::from_millis(patience), |count| *count < 2)
            .unwrap();
        Err(match waited.timed_out() {
            false => ServiceErrorKind::Maintenance.into(),
            true => ServiceErrorKind::Configuration.into(),
        })
    }

    fn message(&self, _: &Challenge, _: &Request, _: &[u8]) -> Result<Message, ServiceError> {
        Err(ServiceErrorKind::Configuration.into())
    }

    fn share(&self) -> Option<Box<dyn EligibilityService>> {
        self.shares.then(|| Box::new(self.clone()) as _)
    }

    fn confirm(&mut self, _: &Challenge, _: &Proof, _: &Cancel) -> Result<Confirmed, ServiceError> {
        Err(ServiceErrorKind::Configuration.into())
    }
}

/// How many of two counters' questions were under way together.
fn met(shares: bool) -> usize {
    let service = Meeting {
        inside: Arc::default(),
        shares,
    };
    let desk = Desk::new(Box::new(service), DeskSettings::new(trust()));
    let ask = || {
        let desk = desk.clone();
        std::thread::spawn(move || {
            let refused = desk.prepare(Purpose::Reception, now(), &Cancel::new());
            refused.unwrap_err().code()
        })
    };
    let counters = [ask(), ask()];
    let codes = counters.map(|counter| counter.join().unwrap());
    let maintenance = crate::Error::from(ServiceError::from(ServiceErrorKind::Maintenance)).code();
    codes.iter().filter(|code| **code == maintenance).count()
}

#[test]
fn no_counter_waits_for_anothers_network() {
    assert_eq!(met(true), 2);
}

/// The first goes alone and gives up; the second finds that it was there.
#[test]
fn where_the_service_cannot_be_shared_one_call_follows_the_other() {
    assert_eq!(met(false), 1);
}
