//! What was asked, kept on the receipt computer's own disk so that it survives a restart.
//!
//! One small file for each request, written under a temporary name, flushed and renamed. It holds the names of files and a
//! time, no person's data. A tag of random characters tells this journal's files from those of other receipt computers on the
//! same share; a lock keeps a second program out.

use super::step::step;
use super::{Error, ErrorKind};
use mynacard_eligibility::message::{Direction, FileName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A request that was written, or is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The request file's name.
    pub request: String,
    /// 任意のファイル識別子 of the request, which the answer must repeat.
    pub file_identifier: Option<String>,
    /// When it was asked, in seconds since 1970.
    pub asked_at: u64,
    /// How far it is.
    pub state: PendingState,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PendingState {
    /// Written; the answer is awaited.
    Waiting,
    /// The caller gave up; an answer that comes all the same is reported as late.
    Abandoned,
    /// The caller has the answer.
    Done,
}

/// The journal's folder and its entries, by request file name in lower case.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    entries: BTreeMap<String, Pending>,
    tag: String,
    /// Given back to the system when the process ends, however it ends.
    _lock: Lock,
}

/// The file that holds the tag.
const TAG: &str = "tag";

impl Journal {
    pub(super) fn open(folder: &Path) -> Result<Journal, Error> {
        make_folder(folder).map_err(failed)?;
        let lock = lock(&folder.join("lock"))?;
        let mut entries = BTreeMap::new();
        for file in fs::read_dir(folder).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("json") => {
                    let entry = entry(&path)?;
                    entries.insert(key(&entry.request), entry);
                }
                // An entry that was not finished was never promised.
                Some("new") => fs::remove_file(&path).map_err(failed)?,
                _ => {}
            }
        }
        Ok(Journal {
            tag: tag(folder)?,
            folder: folder.to_owned(),
            entries,
            _lock: lock,
        })
    }

    /// Eight characters that no other journal has.
    pub(super) fn tag(&self) -> &str {
        &self.tag
    }

    pub(super) fn get(&self, request: &FileName) -> Option<&Pending> {
        self.entries.get(&key(&request.to_string()))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Pending> {
        self.entries.values()
    }

    /// Keeps an entry; when this returns, it survives a crash.
    pub(super) fn put(&mut self, entry: Pending) -> Result<(), Error> {
        let path = self.folder.join(format!("{}.json", entry.request));
        write_durably(
            &path,
            &path.with_extension("new"),
            &serde_json::to_vec(&entry).unwrap_or_default(),
        )
        .map_err(failed)?;
        self.entries.insert(key(&entry.request), entry);
        Ok(())
    }

    pub(super) fn remove(&mut self, request: &str) -> Result<(), Error> {
        step();
        let path = self.folder.join(format!("{request}.json"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => {
                sync_folder(&path);
                self.entries.remove(&key(request));
                Ok(())
            }
        }
    }
}

/// Reads an entry. It names the request that its file is named after: in another's place it would be lost when that one is forgotten, and a
/// path instead of a name would lead the tidying elsewhere.
fn entry(path: &Path) -> Result<Pending, Error> {
    let file = path.file_stem().unwrap_or_default().to_string_lossy();
    let damaged = |why: String| {
        let what = format!("the entry {file:?} is damaged: {why}");
        Error::new(ErrorKind::JournalFailed).caused_by(what)
    };
    let bytes = fs::read(path).map_err(failed)?;
    let entry: Pending =
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let its_own = FileName::parse(&entry.request).is_some_and(|name| {
        name.direction == Direction::Request
            && name.to_string() == entry.request
            && key(&file) == key(&entry.request)
    });
    match its_own {
        true => Ok(entry),
        false => Err(damaged(format!("it is about {:?}", entry.request))),
    }
}

/// A folder is ours as long as this is kept.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    /// Closing would not do: a program that another thread starts at this moment has the open file too, until it runs.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Takes the lock that is in a file, or says that somebody else has it.
pub(super) fn lock(path: &Path) -> Result<Lock, Error> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::new(ErrorKind::JournalInUse)),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_durably(path: &Path, temporary: &Path, bytes: &[u8]) -> std::io::Result<()> {
    step();
    let mut file = File::create(temporary)?;
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    file.write_all(first)?;
    step();
    file.write_all(rest)?;
    step();
    file.sync_all()?;
    drop(file);
    step();
    fs::rename(temporary, path)?;
    step();
    sync_folder(path);
    Ok(())
}

/// Makes a rename last; where folders cannot be flushed (Windows, some shares) the file system does it by itself.
pub(super) fn sync_folder(path: &Path) {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return,
    };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Makes a folder and those above it that are missing; their names last, as far as [`sync_folder`] goes.
pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let missing = folder.ancestors().take_while(|folder| !folder.is_dir());
    let missing: Vec<&Path> = missing.collect();
    fs::create_dir_all(folder)?;
    for made in missing.iter().rev() {
        sync_folder(made);
    }
    Ok(())
}

pub(super) fn failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::JournalFailed).caused_by(error)
}

/// The journal's tag, made when it is first opened: lower case, because file names may lose the difference.
fn tag(folder: &Path) -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let path = folder.join(TAG);
    if let Ok(text) = fs::read_to_string(&path)
        && text.len() == 8
        && text.bytes().all(|byte| LETTERS.contains(&byte))
    {
        return Ok(text);
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|error| Error::new(ErrorKind::JournalFailed).caused_by(error.to_string()))?;
    let text: String = random
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte & 31)))
        .map(|&letter| char::from(letter))
        .collect();
    write_durably(&path, &folder.join("tag.new"), text.as_bytes()).map_err(failed)?;
    Ok(text)
}

fn key(request: &str) -> String {
    request.to_ascii_lowercase()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A program that is being started has every open file until it runs.
    #[test]
    fn a_lock_that_is_given_back_is_free_though_the_file_is_still_open_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = lock(&path).unwrap();
        let refused = lock(&path).unwrap_err();
        assert_eq!(*refused.kind(), ErrorKind::JournalInUse);
        let elsewhere = held.0.try_clone().unwrap();
        drop(held);
        lock(&path).unwrap();
        drop(elsewhere);
    }
    #[test]
    fn an_entry_that_is_damaged_or_names_another_file_is_named_and_nothing_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        let own = folder.path().join("own.json");
        fs::write(&own, "mine").unwrap();
        let name = "OQSsiquc01req_1.xml";
        let entry = |request: &str| {
            format!(
                r#"{{"request":{request:?},"file_identifier":null,"asked_at":0,"state":"done"}}"#
            )
        };
        fs::create_dir(&journal).unwrap();
        let path = journal.join(format!("{name}.json"));
        fs::write(&path, entry(name)).unwrap();
        assert_eq!(Journal::open(&journal).unwrap().entries().count(), 1);
        for (content, told) in [
            (entry("../own"), r#"it is about "../own""#),
            (entry("OQSsiquc01req_2.xml"), "req_2.xml"),
            (entry("OQSsiquc01res_1.xml"), "res_1.xml"),
            (entry("oqssiquc01req_1.xml"), "oqssiquc01req_1.xml"),
            (entry(name).split_at(40).0.to_owned(), "EOF"),
            (String::new(), "EOF"),
        ] {
            fs::write(&path, &content).unwrap();
            let error = Journal::open(&journal).unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::JournalFailed);
            let why = std::error::Error::source(&error).unwrap().to_string();
            assert!(why.contains(name) && why.contains(told), "{why}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::read(&own).unwrap(), b"mine");
    }
}
