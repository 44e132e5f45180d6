//! One handle that stops waiting, network and the space between two card exchanges.

use std::fmt;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

// The standard library's; a test that takes every interleaving in turn puts loom's in their place.
use crate::sync::{Arc, AtomicBool, Condvar, Mutex, MutexGuard, Ordering};

/// A stop signal; clones share it, and once cancelled it stays cancelled.
///
/// A command that the card already received is never abandoned half way: the signal is looked at before each exchange,
/// so that no PIN try is spent on an outcome that nobody reads.
#[derive(Clone, Default)]
pub struct Cancel {
    shared: Arc<Shared>,
    deadline: Option<Instant>,
}

/// Keeps a function registered with [`Cancel::on_cancel`]; dropping it takes the function back.
#[must_use = "dropping the subscription takes the function back at once"]
pub struct Subscription {
    shared: Arc<Shared>,
    id: u64,
}

type Action = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    actions: Mutex<Actions>,
    wake: Condvar,
}

#[derive(Default)]
struct Actions {
    next: u64,
    waiting: Vec<(u64, Action)>,
}

impl Cancel {
    /// A signal that nobody has given yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same signal, which counts as given from `end` on too; an earlier end that it has already stays.
    #[must_use]
    pub fn by(&self, end: Instant) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            deadline: Some(self.deadline.map_or(end, |sooner| sooner.min(end))),
        }
    }

    /// When this handle counts as given without anybody's doing.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Gives the signal; the second time it does nothing.
    pub fn cancel(&self) {
        let waiting = {
            let mut actions = self.shared.lock();
            self.shared.cancelled.store(true, Ordering::SeqCst);
            std::mem::take(&mut actions.waiting)
        };
        self.shared.wake.notify_all();
        for (_, action) in waiting {
            action();
        }
    }

    /// Says whether the signal was given, or this handle's time is over.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::SeqCst)
            || self.deadline.is_some_and(|end| Instant::now() >= end)
    }

    /// Waits up to `time` and says whether the signal was given.
    #[must_use]
    pub fn wait(&self, time: Duration) -> bool {
        let start = Instant::now();
        let mut actions = self.shared.lock();
        while !self.is_cancelled() {
            let Some(mut left) = time
                .checked_sub(start.elapsed())
                .filter(|left| !left.is_zero())
            else {
                return false;
            };
            if let Some(end) = self.deadline {
                left = left.min(end.saturating_duration_since(Instant::now()));
            }
            actions = self
                .shared
                .wake
                .wait_timeout(actions, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    /// Runs `action` when the signal is given, at once when it was given already.
    ///
    /// For layers that sleep in something of their own: a socket, a card reader's status change. The end of a
    /// [`Cancel::deadline`] runs nothing: such a layer sleeps no longer than until then.
    pub fn on_cancel(&self, action: impl FnOnce() + Send + 'static) -> Subscription {
        let mut actions = self.shared.lock();
        let id = actions.next;
        actions.next += 1;
        if self.is_cancelled() {
            drop(actions);
            action();
        } else {
            actions.waiting.push((id, Box::new(action)));
        }
        Subscription {
            shared: Arc::clone(&self.shared),
            id,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut actions = self.shared.lock();
        let taken: Vec<_> = actions
            .waiting
            .extract_if(.., |(id, _)| *id == self.id)
            .collect();
        drop(actions);
        drop(taken);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Actions> {
        self.actions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel")
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}
