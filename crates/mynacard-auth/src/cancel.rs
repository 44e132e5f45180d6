//! One handle that stops waiting, network and the space between two card exchanges.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A stop signal; clones share it, and once cancelled it stays cancelled.
///
/// A command that the card already received is never abandoned half way: the signal is looked at before each exchange,
/// so that no PIN try is spent on an outcome that nobody reads.
#[derive(Clone, Default)]
pub struct Cancel {
    shared: Arc<Shared>,
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

    /// Says whether the signal was given.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::SeqCst)
    }

    /// Waits up to `time` and says whether the signal was given.
    #[must_use]
    pub fn wait(&self, time: Duration) -> bool {
        let start = Instant::now();
        let mut actions = self.shared.lock();
        while !self.is_cancelled() {
            let Some(left) = time
                .checked_sub(start.elapsed())
                .filter(|left| !left.is_zero())
            else {
                return false;
            };
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
    /// For layers that sleep in something of their own: a socket, a card reader's status change.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[test]
    fn waiting_ends_with_the_signal_or_with_the_time() {
        let stop = Cancel::new();
        assert!(!stop.wait(Duration::from_millis(1)));
        let other = stop.clone();
        let start = Instant::now();
        let thread = std::thread::spawn(move || other.cancel());
        assert!(stop.wait(Duration::from_secs(60)));
        assert!(start.elapsed() < Duration::from_secs(30));
        thread.join().unwrap();
    }

    #[test]
    fn actions_run_once_and_dropped_ones_never() {
        let stop = Cancel::new();
        let count = Arc::new(AtomicU32::new(0));
        let add = |n: u32| {
            let count = Arc::clone(&count);
            move || {
                count.fetch_add(n, Ordering::SeqCst);
            }
        };
        let _kept = stop.on_cancel(add(1));
        drop(stop.on_cancel(add(10)));
        stop.cancel();
        stop.cancel();
        assert_eq!(count.load(Ordering::SeqCst), 1);
        let _late = stop.on_cancel(add(100));
        assert_eq!(count.load(Ordering::SeqCst), 101);
    }
}
