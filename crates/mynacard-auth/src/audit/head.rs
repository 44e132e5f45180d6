//! The head of the trail: how many lines there are and what the last one's link is, kept beside the vault and sealed with a key
//! of its own. It is what shows that the trail's end was cut off.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::chain::{self, BEGINNING, Key, Link};
use crate::vault::file;
use crate::{Error, ErrorKind};

/// Where the trail stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The trail's first file.
    pub(super) first: u32,
    /// The file that is written to.
    pub(super) file: u32,
    /// When that file was begun, in seconds.
    pub(super) since: u64,
    /// How long it is, in bytes.
    pub(super) length: u64,
    /// How many lines the whole trail has.
    pub(super) count: u64,
    /// The last line's link.
    pub(super) link: Link,
}

/// The same as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    first: u32,
    file: u32,
    since: u64,
    length: u64,
    count: u64,
    last: String,
}

impl Head {
    pub(super) fn read(path: &Path, key: &Key) -> Result<Self, Error> {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::from(ErrorKind::AuditHead).with_source(error));
            }
            bytes => bytes.map_err(failed)?,
        };
        Self::parse(&bytes, key).ok_or_else(|| ErrorKind::AuditHead.into())
    }

    pub(super) fn write(&self, path: &Path, key: &Key) -> Result<(), Error> {
        let mut open = serde_json::to_string(&self.written())
            .map_err(|error| failed(io::Error::other(error)))?;
        open.pop();
        let (mut line, _) = key.seal(&BEGINNING, &open);
        line.push('\n');
        file::write_whole(path, line.as_bytes()).map_err(failed)
    }

    pub(super) fn written(&self) -> Written {
        Written {
            first: self.first,
            file: self.file,
            since: self.since,
            length: self.length,
            count: self.count,
            last: chain::hex(&self.link),
        }
    }

    fn parse(bytes: &[u8], key: &Key) -> Option<Self> {
        let (open, link) = chain::split(bytes.strip_suffix(b"\n")?)?;
        if !key.fits(&BEGINNING, open, &link) {
            return None;
        }
        Self::of(serde_json::from_str(&format!("{open}}}")).ok()?)
    }

    pub(super) fn of(written: Written) -> Option<Self> {
        Some(Self {
            first: written.first,
            file: written.file,
            since: written.since,
            length: written.length,
            count: written.count,
            link: chain::unhex(&written.last)?,
        })
    }
}

/// The trail could not be kept.
pub(super) fn failed(error: io::Error) -> Error {
    Error::from(ErrorKind::Audit).with_source(error)
}
