//! Files that could not be read yet: each is told of once it stayed as it was for a while, and again when it changes.

use super::watch::Stamp;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The files, by name.
#[derive(Debug, Default)]
pub(super) struct Unread(HashMap<String, Waiting>);

#[derive(Debug)]
struct Waiting {
    stamp: Stamp,
    since: Instant,
    told: bool,
}

impl Unread {
    /// Whether the file was told of as it is now.
    pub(super) fn was_told(&self, name: &str, stamp: Stamp) -> bool {
        let waiting = self.0.get(name);
        waiting.is_some_and(|waiting| waiting.told && waiting.stamp == stamp)
    }

    /// The file cannot be read as it is now: whether it was so for long enough to be told of.
    pub(super) fn is_overdue(&mut self, name: &str, stamp: Stamp, patience: Duration) -> bool {
        let now = Instant::now();
        let new = || Waiting {
            stamp,
            since: now,
            told: false,
        };
        let waiting = self.0.entry(name.to_owned()).or_insert_with(new);
        if waiting.stamp != stamp {
            *waiting = new();
        }
        waiting.told = now.duration_since(waiting.since) >= patience;
        waiting.told
    }

    /// The file was read.
    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Forgets the files that are gone.
    pub(super) fn keep(&mut self, present: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| present(name));
    }
}
