//! Ending a wait from another thread.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::system::Service;

/// Ends every wait it was given to, at once and for good; clones are the same handle.
///
/// It interrupts waiting (also the wait for another program to let go of the card), never a command that the card is working on.
///
/// ```
/// let stop = mynacard_pcsc::Stop::new();
/// let elsewhere = stop.clone();
/// std::thread::spawn(move || elsewhere.stop()).join().unwrap();
/// assert!(stop.is_stopped());
/// ```
#[derive(Clone, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Default)]
struct Shared {
    stopped: AtomicBool,
    waits: Mutex<Vec<Arc<dyn Service>>>,
}

impl Stop {
    /// A handle that nobody has used yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends all waits, now and later.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        let waits = self
            .0
            .waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for service in waits {
            service.interrupt();
        }
    }

    /// Whether [`Stop::stop`] was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Registers a wait until the guard is dropped.
    pub(crate) fn watch(&self, service: &Arc<dyn Service>) -> Watch<'_> {
        self.0
            .waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(service));
        Watch {
            stop: self,
            service: Arc::clone(service),
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stop").field(&self.is_stopped()).finish()
    }
}

pub(crate) struct Watch<'a> {
    stop: &'a Stop,
    service: Arc<dyn Service>,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let mut waits = self
            .stop
            .0
            .waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = waits.iter().position(|one| Arc::ptr_eq(one, &self.service)) {
            waits.swap_remove(index);
        }
    }
}
