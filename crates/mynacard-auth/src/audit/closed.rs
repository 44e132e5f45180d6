//! A trail whose terminal was removed: what proves it without the vault.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chain::{self, Key};
use super::head::{Head, Written, failed};
use super::verify::{self, Report};
use crate::vault::file;
use crate::{Error, ErrorKind};

/// A trail to which nothing is added any more, by the note `closed-000001.json` that its end left beside its files (named by
/// the first of them).
///
/// The note holds how many lines there are, the last one's link and the key of the chain. **The key is no secret from then on**:
/// whoever can write into the folder could make other lines and another note. What proves the lines is the
/// [fingerprint](Self::fingerprint), noted elsewhere at the removal: no other lines lead to it under any key that fits.
pub struct ClosedTrail {
    folder: PathBuf,
    head: Head,
    lines: Key,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// What this file is; the only value so far.
    audit_trail_closed: u8,
    end: Written,
    key: String,
}

/// A note is far shorter.
const LARGEST: u64 = 4096;

impl ClosedTrail {
    /// The closed trails in `folder`, oldest first; none where no terminal was removed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`] when the folder or a note cannot be read, [`ErrorKind::AuditHead`] when a note is not one.
    pub fn all(folder: &Path) -> Result<Vec<Self>, Error> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?.file_name();
            found.extend(entry.to_str().and_then(number));
        }
        found.sort_unstable();
        found
            .into_iter()
            .map(|first| Self::read(folder, first))
            .collect()
    }

    fn read(folder: &Path, first: u32) -> Result<Self, Error> {
        let path = folder.join(name(first));
        let length = fs::metadata(&path).map_err(failed)?.len();
        if length > LARGEST {
            return Err(ErrorKind::AuditHead.into());
        }
        let bytes = zeroize::Zeroizing::new(fs::read(&path).map_err(failed)?);
        let kept = serde_json::from_slice::<Kept>(&bytes)
            .map_err(|error| Error::from(ErrorKind::AuditHead).with_source(error))?;
        let head = Head::of(kept.end).filter(|head| head.first == first);
        match (kept.audit_trail_closed, head, Key::of_revealed(&kept.key)) {
            (1, Some(head), Some(lines)) => Ok(Self {
                folder: folder.to_owned(),
                head,
                lines,
            }),
            _ => Err(ErrorKind::AuditHead.into()),
        }
    }

    /// Leaves the note.
    pub(super) fn write(folder: &Path, head: Head, lines: Key) -> Result<Self, Error> {
        let kept = Kept {
            audit_trail_closed: 1,
            end: head.written(),
            key: lines.revealed().to_string(),
        };
        let mut text =
            serde_json::to_string(&kept).map_err(|error| failed(io::Error::other(error)))?;
        text.push('\n');
        file::write_whole(&folder.join(name(head.first)), text.as_bytes()).map_err(failed)?;
        Ok(Self {
            folder: folder.to_owned(),
            head,
            lines,
        })
    }

    /// Reads its files and names what was removed, cut off, rewritten, moved or added since.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`] when files cannot be read; damage is no error but in the report.
    pub fn verify(&self) -> Result<Report, Error> {
        verify::run_closed(&self.folder, &self.lines, &self.head)
    }

    /// How many lines it has.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.head.count
    }

    /// The last line's link, in digits: note it elsewhere.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        chain::hex(&self.head.link)
    }

    /// Where the note is.
    #[must_use]
    pub fn note(&self) -> PathBuf {
        self.folder.join(name(self.head.first))
    }
}

fn name(first: u32) -> String {
    format!("closed-{first:06}.json")
}

fn number(found: &str) -> Option<u32> {
    let digits = found.strip_prefix("closed-")?.strip_suffix(".json")?;
    digits.parse().ok().filter(|number| name(*number) == found)
}

impl fmt::Debug for ClosedTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClosedTrail")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
