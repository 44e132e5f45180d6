//! The folder `face`: what the card reader at the terminal confirmed, each file once.

use super::journal::write_durably;
use super::unauthenticated::Unauthenticated;
use super::watch::{Directory, POLL, Stamp, Wake};
use super::{Error, ErrorKind};
use mynacard_auth::Cancel;
use mynacard_eligibility::Answer;
use mynacard_eligibility::message::FaceName;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Larger files are no answers.
const MAX_FILE: u64 = 16 << 20;
/// So many names of files that are gone are remembered, for shares that come and go.
const MAX_REMEMBERED: usize = 100_000;

/// Watches a `face` folder.
#[derive(Debug)]
pub struct FaceFolder {
    directory: Directory,
    options: FaceOptions,
    /// Names that were delivered or skipped.
    done: HashSet<String>,
    done_order: VecDeque<String>,
    /// Files that could not be read yet.
    waiting: HashMap<String, Waiting>,
    ready: VecDeque<Event>,
    available: bool,
    primed: bool,
}

/// How to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceOptions {
    /// What to do with files that are there already.
    pub existing: Existing,
    /// How often to look when nothing was notified.
    pub poll: Duration,
    /// How long an unreadable file must stay unchanged before it is reported.
    pub patience: Duration,
}

/// What to do with files that are there when watching begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// They are old.
    #[default]
    Skip,
    /// They are delivered, oldest name first.
    Deliver,
}

/// What happened in the folder.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A complete answer.
    Answer(Box<FaceFile>),
    /// A file that is no answer; it is reported again only when it changes.
    Unreadable {
        /// The file's name.
        name: String,
        /// Why.
        error: Error,
    },
    /// The folder went away; watching goes on.
    Unavailable(Error),
    /// The folder is back.
    Available,
}

/// A face file, read.
#[derive(Debug)]
pub struct FaceFile {
    /// Its name.
    pub name: String,
    /// Its place.
    pub path: PathBuf,
    /// The parts of its name.
    pub parts: FaceName,
    /// What it says.
    pub answer: Unauthenticated<Answer>,
}

#[derive(Debug)]
struct Waiting {
    stamp: Stamp,
    since: Instant,
    reported: bool,
}

impl FaceFolder {
    /// Watches a folder, whether or not it is there at the moment.
    #[must_use]
    pub fn open(path: impl AsRef<Path>, options: FaceOptions) -> Self {
        let mut folder = FaceFolder {
            directory: Directory::new(path.as_ref(), options.poll),
            options,
            done: HashSet::new(),
            done_order: VecDeque::new(),
            waiting: HashMap::new(),
            ready: VecDeque::new(),
            available: true,
            primed: options.existing == Existing::Deliver,
        };
        folder.prime();
        folder
    }

    /// Waits for the next event: nothing when `stop` says so or the time is over.
    pub fn next(&mut self, timeout: Option<Duration>, stop: &Cancel) -> Option<Event> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if stop.is_cancelled() {
                return None;
            }
            self.look(stop);
            if !self.ready.is_empty() {
                continue;
            }
            match self.directory.wait(deadline, stop) {
                Wake::Look => {}
                Wake::Stopped | Wake::TimedOut => return None,
            }
        }
    }

    /// Takes the files that are there already as delivered, once the folder can be listed.
    fn prime(&mut self) {
        if self.primed {
            return;
        }
        if let Ok(entries) = self.directory.entries(&is_face) {
            for entry in entries {
                self.remember(entry.name);
            }
            self.primed = true;
        }
    }

    fn look(&mut self, stop: &Cancel) {
        self.prime();
        let entries = match self.directory.entries(&is_face) {
            Ok(entries) => entries,
            Err(error) => {
                if core::mem::replace(&mut self.available, false) {
                    let error = Error::new(ErrorKind::FolderUnavailable).caused_by(error);
                    self.ready.push_back(Event::Unavailable(error));
                }
                return;
            }
        };
        if !core::mem::replace(&mut self.available, true) {
            self.ready.push_back(Event::Available);
        }
        self.forget(&entries.iter().map(|entry| entry.name.as_str()).collect());
        for entry in entries {
            if stop.is_cancelled() {
                return;
            }
            if self.done.contains(&entry.name) {
                continue;
            }
            if let Some(parts) = FaceName::parse(&entry.name) {
                self.read(entry.name, parts, entry.stamp);
            }
        }
    }

    fn read(&mut self, name: String, parts: FaceName, stamp: Stamp) {
        let reported = self
            .waiting
            .get(&name)
            .is_some_and(|waiting| waiting.reported && waiting.stamp == stamp);
        if reported {
            return;
        }
        let path = self.directory.path().join(&name);
        match read_answer(&path) {
            Ok(answer) => {
                self.waiting.remove(&name);
                self.remember(name.clone());
                let file = FaceFile {
                    name,
                    path,
                    parts,
                    answer: Unauthenticated::new(answer),
                };
                self.ready.push_back(Event::Answer(Box::new(file)));
            }
            Err(error) => {
                let now = Instant::now();
                let waiting = self.waiting.entry(name.clone()).or_insert(Waiting {
                    stamp,
                    since: now,
                    reported: false,
                });
                if waiting.stamp != stamp {
                    *waiting = Waiting {
                        stamp,
                        since: now,
                        reported: false,
                    };
                }
                if now.duration_since(waiting.since) >= self.options.patience {
                    waiting.reported = true;
                    self.ready.push_back(Event::Unreadable { name, error });
                }
            }
        }
    }

    fn remember(&mut self, name: String) {
        if self.done.insert(name.clone()) {
            self.done_order.push_back(name);
        }
    }

    /// Forgets names that are gone, the oldest first, when there are too many: files that are present stay known.
    fn forget(&mut self, present: &HashSet<&str>) {
        self.waiting
            .retain(|name, _| present.contains(name.as_str()));
        let mut excess = self
            .done_order
            .len()
            .saturating_sub(MAX_REMEMBERED + present.len());
        self.done_order.retain(|name| {
            let drop = excess > 0 && !present.contains(name.as_str());
            if drop {
                excess -= 1;
                self.done.remove(name);
            }
            !drop
        });
    }
}

impl Default for FaceOptions {
    fn default() -> Self {
        FaceOptions {
            existing: Existing::default(),
            poll: POLL,
            patience: Duration::from_secs(10),
        }
    }
}

/// Puts a face file into a folder that receipt computers watch: whole or not at all, and never over another one.
///
/// # Errors
/// The folder is not available, or has a file of that name.
pub fn put_face(folder: &Path, name: &FaceName, xml: &[u8]) -> Result<PathBuf, Error> {
    let path = folder.join(name.file_name());
    if path.exists() {
        return Err(Error::new(ErrorKind::AlreadyThere));
    }
    let temporary = folder.join(format!("mynacard-{}.tmp", name.file_name()));
    write_durably(&path, &temporary, xml)
        .map_err(|error| Error::new(ErrorKind::FolderUnavailable).caused_by(error))?;
    Ok(path)
}

fn is_face(name: &str) -> bool {
    FaceName::parse(name).is_some()
}

fn read_answer(path: &Path) -> Result<Answer, Error> {
    let unreadable = |error| Error::new(ErrorKind::FileUnreadable).caused_by(error);
    // The standard library opens files shared for reading, writing and deleting on Windows too.
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Error::new(ErrorKind::FileTooLarge { limit: MAX_FILE }));
    }
    Ok(Answer::read_xml(&bytes)?)
}
