//! What was asked, kept on the receipt computer's own disk so that it survives a restart.
//!
//! One small file for each request, written under a temporary name, flushed and renamed. It holds the names of files and a
//! time, no person's data.

use super::{Error, ErrorKind};
use mynacard_eligibility::message::FileName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
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
}

impl Journal {
    pub(super) fn open(folder: &Path) -> Result<Journal, Error> {
        let failed = |error| Error::new(ErrorKind::JournalFailed).caused_by(error);
        fs::create_dir_all(folder).map_err(failed)?;
        let mut entries = BTreeMap::new();
        for file in fs::read_dir(folder).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("json") => {
                    let bytes = fs::read(&path).map_err(failed)?;
                    let entry: Pending = serde_json::from_slice(&bytes)
                        .map_err(|error| Error::new(ErrorKind::JournalFailed).caused_by(error))?;
                    entries.insert(key(&entry.request), entry);
                }
                // An entry that was not finished was never promised.
                Some("new") => fs::remove_file(&path).map_err(failed)?,
                _ => {}
            }
        }
        Ok(Journal {
            folder: folder.to_owned(),
            entries,
        })
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
        .map_err(|error| Error::new(ErrorKind::JournalFailed).caused_by(error))?;
        self.entries.insert(key(&entry.request), entry);
        Ok(())
    }

    pub(super) fn remove(&mut self, request: &str) -> Result<(), Error> {
        match fs::remove_file(self.folder.join(format!("{request}.json"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::new(ErrorKind::JournalFailed).caused_by(error))
            }
            _ => {
                self.entries.remove(&key(request));
                Ok(())
            }
        }
    }
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_durably(path: &Path, temporary: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(temporary, path)?;
    sync_folder(path);
    Ok(())
}

/// Makes a rename last; where folders cannot be flushed (Windows, some shares) the file system does it by itself.
pub(super) fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

fn key(request: &str) -> String {
    request.to_ascii_lowercase()
}
