//! Reading a vault whole, and replacing it so that a power cut leaves the old or the new one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind};

/// A vault is a few kilobytes; more than this is not one.
const LARGEST: u64 = 1 << 20;

pub(super) fn failed(error: io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::VaultMissing,
        _ => ErrorKind::VaultFile,
    };
    Error::from(kind).with_source(error)
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    read_whole(&File::open(path).map_err(failed)?)
}

/// A vault's bytes, and the vault itself held against every other opener: two guesses never count as one.
pub(super) fn hold(path: &Path) -> Result<(Vec<u8>, File), Error> {
    let file = File::open(path).map_err(failed)?;
    match file.lock() {
        // A file system without locks: the attempts are still counted, one program at a time.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
        other => other.map_err(failed)?,
    }
    Ok((read_whole(&file)?, file))
}

fn read_whole(file: &File) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(ErrorKind::VaultMalformed.into());
    }
    Ok(bytes)
}

/// Writes `bytes` beside `path`, flushes them and renames the new file over the old one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_whole(path, bytes).map_err(|error| Error::from(ErrorKind::VaultFile).with_source(error))
}

/// As [`replace`], with the system's own error.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = beside(path, ".new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = owner_only().write(true).create_new(true).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, path)?;
    sync_folder(path)
}

/// `path` with something appended to its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Options that make a new file its owner's alone.
#[cfg(unix)]
pub(crate) fn owner_only() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
pub(crate) fn owner_only() -> OpenOptions {
    OpenOptions::new()
}

/// Makes a folder, and those above it that are missing, its owner's alone (mode 0700 on Unix); their names outlive a power cut.
/// One that is there stays as it is.
///
/// # Errors
///
/// The system's own.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folder(parent)?;
    }
    match builder().create(folder) {
        // Another program was faster, and may not have flushed it yet.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !folder.is_dir() => {
            return Err(error);
        }
        _ => {}
    }
    sync_folder(folder)
}

#[cfg(unix)]
fn builder() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn builder() -> fs::DirBuilder {
    fs::DirBuilder::new()
}

/// Makes the new name in the folder of `path` outlive a power cut.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
