//! Waiting for a folder to change: by notification where it works, by polling always.

use mynacard_auth::Cancel;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

/// How often a folder is looked at even when nothing was notified.
pub const POLL: Duration = Duration::from_millis(500);
/// How long a stop may go unnoticed.
const SLICE: Duration = Duration::from_millis(50);

/// A folder that is looked at again and again.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    poll: Duration,
    watcher: Option<(notify::RecommendedWatcher, Receiver<()>)>,
}

/// A file as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) stamp: Stamp,
}

/// Changes when the file was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
}

/// Why waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// Look again.
    Look,
    /// The caller wants to stop.
    Stopped,
    /// The caller's time is over.
    TimedOut,
}

impl Directory {
    pub(super) fn new(path: &Path, poll: Duration) -> Self {
        Directory {
            path: path.to_owned(),
            poll,
            watcher: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The wanted files in the folder, by name. Only they are looked at closely: a share may hold thousands of others.
    pub(super) fn entries(&mut self, wanted: &dyn Fn(&str) -> bool) -> std::io::Result<Vec<Entry>> {
        let listing = std::fs::read_dir(&self.path).inspect_err(|_| self.watcher = None)?;
        self.subscribe();
        let mut entries = Vec::new();
        for entry in listing {
            let entry = entry?;
            let Some(name) = entry
                .file_name()
                .into_string()
                .ok()
                .filter(|name| wanted(name))
            else {
                continue;
            };
            // A file may vanish between listing and asking.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_file() {
                let stamp = Stamp {
                    len: metadata.len(),
                    modified: metadata.modified().ok(),
                };
                entries.push(Entry { name, stamp });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Waits until the folder should be looked at again.
    pub(super) fn wait(&mut self, deadline: Option<Instant>, stop: &Cancel) -> Wake {
        let next_look = Instant::now() + self.poll;
        loop {
            if stop.is_cancelled() {
                return Wake::Stopped;
            }
            let now = Instant::now();
            if deadline.is_some_and(|deadline| now >= deadline) {
                return Wake::TimedOut;
            }
            if now >= next_look {
                return Wake::Look;
            }
            let slice = SLICE
                .min(next_look - now)
                .min(deadline.map_or(SLICE, |deadline| deadline - now));
            match &self.watcher {
                Some((_, changes)) => match changes.recv_timeout(slice) {
                    Ok(()) => {
                        while changes.try_recv().is_ok() {}
                        return Wake::Look;
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => self.watcher = None,
                },
                None => {
                    let _ = stop.wait(slice);
                }
            }
        }
    }

    /// Asks for notifications; without them polling is all there is, which is enough.
    fn subscribe(&mut self) {
        if self.watcher.is_some() {
            return;
        }
        let (sender, receiver) = channel();
        let notify = move |event: notify::Result<notify::Event>| {
            // Our own reading is notified too; looking again because of it would never end.
            let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
            let ours = event.is_ok_and(|event| event.kind.is_access() && event.kind != written);
            if !ours {
                // Nobody listens any more once the folder was dropped.
                let _ = sender.send(());
            }
        };
        let watcher = notify::recommended_watcher(notify).and_then(|mut watcher| {
            watcher.watch(&self.path, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        self.watcher = watcher.ok().map(|watcher| (watcher, receiver));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Waits until the folder shows a file that is written while it waits; gives whether it was seen.
    fn seen(directory: &mut Directory, limit: Duration) -> bool {
        let file = directory.path().join("a.xml");
        let writer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            std::fs::write(file, "x").unwrap();
        });
        let deadline = Some(Instant::now() + limit);
        let seen = loop {
            match directory.wait(deadline, &Cancel::new()) {
                Wake::Look if directory.entries(&|_| true).unwrap().is_empty() => {}
                woken => break woken == Wake::Look,
            }
        };
        writer.join().unwrap();
        seen
    }

    #[test]
    fn a_notification_comes_long_before_the_next_look() {
        let folder = tempfile::tempdir().unwrap();
        let mut directory = Directory::new(folder.path(), Duration::from_secs(600));
        assert!(directory.entries(&|_| true).unwrap().is_empty());
        assert!(directory.watcher.is_some());
        assert!(seen(&mut directory, Duration::from_secs(60)));
    }

    #[test]
    fn lost_notifications_lose_no_file() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // Told of changes elsewhere only, as over a network that swallows them.
        let mut elsewhere = Directory::new(other.path(), POLL);
        elsewhere.subscribe();
        let mut directory = Directory::new(folder.path(), Duration::from_millis(20));
        directory.watcher = elsewhere.watcher.take();
        assert!(directory.watcher.is_some());
        assert!(seen(&mut directory, Duration::from_secs(60)));
    }
}
