//! The folder `face`: what the card reader at the terminal confirmed, each file once.
//!
//! Without a journal "once" means once in the life of a [`FaceFolder`]: after a restart the files that are there are all old or
//! all new, as the caller chooses, and what came in between is skipped or comes again. With one
//! ([`FaceFolder::open_with_journal`]) each file is delivered until it is acknowledged, across restarts, and not after that.

use super::journal::sync_folder;
use super::seen::Seen;
use super::step::step;
use super::unauthenticated::Unauthenticated;
use super::unread::Unread;
use super::watch::{Directory, POLL, Stamp, Wake};
use super::{Error, ErrorKind};
use mynacard_auth::Cancel;
use mynacard_eligibility::Answer;
use mynacard_eligibility::message::FaceName;
use std::collections::{HashSet, VecDeque};
use std::io::{Read, Write};
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
    unread: Unread,
    ready: VecDeque<Event>,
    available: bool,
    primed: bool,
    seen: Option<Seen>,
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

/// What to do with files that are there when watching begins; with a journal, when it begins for the first time.
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

impl FaceFolder {
    /// Watches a folder, whether or not it is there at the moment.
    #[must_use]
    pub fn open(path: impl AsRef<Path>, options: FaceOptions) -> Self {
        let mut folder = Self::new(path.as_ref(), options);
        // Without a journal there is nothing that could fail.
        let _ = folder.prime();
        folder
    }

    /// Watches a folder, and keeps what was acknowledged in a folder of our own on a local disk. It may be the folder of an
    /// [`Exchange`](super::Exchange)'s journal too.
    ///
    /// # Errors
    /// The journal cannot be read or written, or another program has it open. A share that is away is no error.
    pub fn open_with_journal(
        path: impl AsRef<Path>,
        journal: impl AsRef<Path>,
        options: FaceOptions,
    ) -> Result<Self, Error> {
        let seen = Seen::open(journal.as_ref())?;
        let mut folder = Self::new(path.as_ref(), options);
        folder.primed |= seen.is_primed();
        folder.seen = Some(seen);
        if folder.primed {
            folder.mark_primed()?;
        }
        folder.prime()?;
        Ok(folder)
    }

    /// The caller has what the file says: with a journal it is not delivered again, now or after a restart.
    ///
    /// # Errors
    /// The journal failed; the file then comes again after a restart.
    pub fn acknowledge(&mut self, name: &str) -> Result<(), Error> {
        match &mut self.seen {
            Some(seen) => seen.keep([name]),
            None => Ok(()),
        }
    }

    fn new(path: &Path, options: FaceOptions) -> Self {
        FaceFolder {
            directory: Directory::new(path, options.poll),
            options,
            done: HashSet::new(),
            done_order: VecDeque::new(),
            unread: Unread::default(),
            ready: VecDeque::new(),
            available: true,
            primed: options.existing == Existing::Deliver,
            seen: None,
        }
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
    fn prime(&mut self) -> Result<(), Error> {
        if self.primed {
            return Ok(());
        }
        let Ok(entries) = self.directory.entries(&is_face) else {
            return Ok(());
        };
        if let Some(seen) = &mut self.seen {
            seen.keep(entries.iter().map(|entry| entry.name.as_str()))?;
        }
        step();
        self.mark_primed()?;
        for entry in entries {
            self.remember(entry.name);
        }
        self.primed = true;
        Ok(())
    }

    fn mark_primed(&mut self) -> Result<(), Error> {
        self.seen.as_mut().map_or(Ok(()), Seen::prime)
    }

    fn look(&mut self, stop: &Cancel) {
        if let Err(error) = self.prime() {
            // Said once; until it works nothing is delivered that might be old.
            if core::mem::replace(&mut self.available, false) {
                self.ready.push_back(Event::Unavailable(error));
            }
            return;
        }
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
            let known = self.seen.as_ref();
            if self.done.contains(&entry.name)
                || known.is_some_and(|seen| seen.contains(&entry.name))
            {
                continue;
            }
            if let Some(parts) = FaceName::parse(&entry.name) {
                self.read(entry.name, parts, entry.stamp);
            }
        }
    }

    fn read(&mut self, name: String, parts: FaceName, stamp: Stamp) {
        if self.unread.was_told(&name, stamp) {
            return;
        }
        let path = self.directory.path().join(&name);
        match read_answer(&path) {
            Ok(answer) => {
                self.unread.forget(&name);
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
                if self.unread.is_overdue(&name, stamp, self.options.patience) {
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
        self.unread.keep(|name| present.contains(name));
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

/// Puts a face file into a folder that receipt computers watch: whole or not at all, and never over another one. On a share that
/// gives files no second name (hard links), another program's file of the very same name can be replaced when it appears in the
/// very moment between looking and renaming; a name with an id of one's own avoids it.
///
/// # Errors
/// The folder is not available, or has a file of that name.
pub fn put_face(folder: &Path, name: &FaceName, xml: &[u8]) -> Result<PathBuf, Error> {
    let path = folder.join(name.file_name());
    let taken = path.try_exists();
    if taken.map_err(|error| Error::new(ErrorKind::FolderUnavailable).caused_by(error))? {
        return Err(Error::new(ErrorKind::AlreadyThere));
    }
    // Several programs may put files of the same name at once.
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|error| Error::new(ErrorKind::FolderUnavailable).caused_by(error.to_string()))?;
    let random = u64::from_le_bytes(random);
    let temporary = folder.join(format!("mynacard-{random:016x}-{}.tmp", name.file_name()));
    let placed = write_whole(&temporary, xml).and_then(|()| place(&temporary, &path));
    let done = placed.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::new(ErrorKind::AlreadyThere),
        _ => Error::new(ErrorKind::FolderUnavailable).caused_by(error),
    });
    if done.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    done.map(|()| path)
}

/// Gives a file its real name, which nobody may have. A second name refuses to replace; shares without such names look and rename.
fn place(temporary: &Path, path: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(temporary, path) {
        Ok(()) => {
            let _ = std::fs::remove_file(temporary);
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => rename_free(temporary, path)?,
    }
    sync_folder(path);
    Ok(())
}

/// Renames unless the name is taken: writing the file took its time since the first look.
fn rename_free(temporary: &Path, path: &Path) -> std::io::Result<()> {
    // A name that nobody can be asked about may be taken too.
    if path.try_exists()? {
        return Err(std::io::ErrorKind::AlreadyExists.into());
    }
    std::fs::rename(temporary, path)
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_share_without_second_names_replaces_nothing_either() {
        let folder = tempfile::tempdir().unwrap();
        let [new, taken, free] = ["new", "taken", "free"].map(|name| folder.path().join(name));
        std::fs::write(&new, "new").unwrap();
        std::fs::write(&taken, "old").unwrap();
        let error = rename_free(&new, &taken).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&taken).unwrap(), "old");
        rename_free(&new, &free).unwrap();
        assert_eq!(std::fs::read_to_string(&free).unwrap(), "new");
    }
}
