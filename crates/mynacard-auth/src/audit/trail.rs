//! The writer: one line, flushed, then the head. What was not written whole is not counted.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{error, fmt};

use serde_json::json;

use super::chain::{self, BEGINNING, Key};
use super::closed::ClosedTrail;
use super::files::{self, LONGEST, Piece, Pieces};
use super::head::{Head, failed};
use super::verify::{self, Report};
use crate::request::random_bytes;
use crate::vault::{Vault, file};
use crate::{Audit, AuditEvent, AuditKind, Error, ErrorKind};

/// The audit trail in files: JSON lines, numbered and chained with a key from the vault, over all files.
///
/// Every event is flushed to the disk before the call returns; what cannot be is an error, and then the
/// [`Screen`](crate::Screen) shows nothing. Any number of programs on one machine may write: a lock beside the vault puts
/// them in order. The head (how many lines, and the last one's link) lies beside the vault, sealed with another key.
///
/// **After a power cut.** A line is written first and the head after it, so at most the one line that was being written is not
/// counted yet. If it is whole it is taken over; if it is torn it is cut off. Either is written down as `recovered`. Somebody who
/// cuts this one line off leaves no trace, but no answer was shown for it: the call had not returned. All lines before it are
/// counted.
///
/// **What it does not show.** Who can write to both folders can put back an older copy of files *and* head. Against that, note
/// [`Report::lines`] and [`Report::fingerprint`] elsewhere now and then, and compare.
///
/// Files are never removed: 100 checks a day make about 12 MB a year.
pub struct AuditTrail {
    folder: PathBuf,
    beside: PathBuf,
    lines: Key,
    heads: Key,
    rotation: Rotation,
}

/// When a new file is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Beyond this many bytes.
    pub bytes: u64,
    /// Beyond this age, by the callers' clock.
    pub age: Duration,
}

/// The vault's entry.
const SECRET: &str = "audit.secret";

/// How the end of the files differs from the head.
enum End {
    AsCounted,
    /// One whole line more: the head was not written after it.
    OneMore {
        file: u32,
        length: u64,
        line: Line,
    },
    /// A line that was not written whole.
    Torn {
        file: u32,
        bytes: u64,
    },
    /// Anything else: somebody changed it. The next file goes on from the head.
    Damaged,
}

struct Line {
    link: chain::Link,
}

impl AuditTrail {
    /// The trail of this vault's terminal in `folder`; begun now if the vault has none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`], [`ErrorKind::VaultFile`], [`ErrorKind::NoRandomness`], [`ErrorKind::VaultEntry`] when the
    /// vault's entry cannot be right. A head that is missing shows at the first event.
    pub fn open(vault: &mut Vault, folder: &Path, now: SystemTime) -> Result<Self, Error> {
        match Self::of(vault, folder)? {
            Some(trail) => Ok(trail),
            None => Self::begin(vault, folder, now),
        }
    }

    /// The trail of this vault's terminal in `folder`, if one was begun.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultEntry`] when the vault's entry cannot be right.
    pub fn of(vault: &Vault, folder: &Path) -> Result<Option<Self>, Error> {
        let Some(secret) = vault.entry(SECRET) else {
            return Ok(None);
        };
        let secret = secret
            .try_into()
            .map_err(|_| ErrorKind::VaultEntry { name: SECRET })?;
        Ok(Some(Self::with_secret(vault, folder, secret)))
    }

    /// Begins a trail with a new key, after files that are there already: at the activation, and by an administrator after the
    /// head was lost. Files of an earlier trail stay and cannot be verified any more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`], [`ErrorKind::VaultFile`], [`ErrorKind::NoRandomness`].
    pub fn begin(vault: &mut Vault, folder: &Path, now: SystemTime) -> Result<Self, Error> {
        let secret = zeroize::Zeroizing::new(random_bytes::<32>()?);
        let trail = Self::with_secret(vault, folder, &secret);
        file::make_folder(folder).map_err(failed)?;
        let held = trail.hold()?;
        let last = files::numbers(folder).map_err(failed)?.last().copied();
        let first = last.unwrap_or(0).checked_add(1).ok_or(ErrorKind::Audit)?;
        let nothing = Head {
            first,
            file: first,
            since: 0,
            length: 0,
            count: 0,
            link: BEGINNING,
        };
        trail.next_file(&nothing, first, seconds(now), None)?;
        drop(held);
        // Last, so that a vault with the entry always has its head.
        vault.set(SECRET, &*secret);
        vault.save()?;
        Ok(trail)
    }

    fn with_secret(vault: &Vault, folder: &Path, secret: &[u8; 32]) -> Self {
        Self {
            folder: folder.to_owned(),
            beside: vault.path().to_owned(),
            lines: Key::derive(secret, "mynacard audit trail: lines, version 1"),
            heads: Key::derive(secret, "mynacard audit trail: head, version 1"),
            rotation: Rotation::default(),
        }
    }

    /// The same with other times of rotation.
    #[must_use]
    pub fn with_rotation(mut self, rotation: Rotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// Where the files are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads all files and names what was removed, cut off, rewritten or moved.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`] when files cannot be read; damage is no error but in the report.
    pub fn verify(&self) -> Result<Report, Error> {
        let _held = self.hold()?;
        let head = Head::read(&self.head(), &self.heads);
        verify::run(&self.folder, &self.lines, head)
    }

    /// Ends the trail of a terminal that is removed: the last line says so, and beside the files a note is left with which
    /// they can be read and verified once the vault and its keys are gone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`], [`ErrorKind::AuditHead`].
    pub fn close(self, now: SystemTime) -> Result<ClosedTrail, Error> {
        self.append(&AuditEvent::new(now, AuditKind::Removed))?;
        let _held = self.hold()?;
        let head = Head::read(&self.head(), &self.heads)?;
        ClosedTrail::write(&self.folder, head, self.lines)
    }

    /// Writes an event down; what [`Audit::record`] does, with this crate's own error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`], [`ErrorKind::AuditHead`].
    pub fn append(&self, event: &AuditEvent) -> Result<(), Error> {
        let _held = self.hold()?;
        let mut head = Head::read(&self.head(), &self.heads)?;
        let now = seconds(event.at());
        let mut recovered = None;
        match self.end(&head)? {
            End::AsCounted => {}
            End::OneMore { file, length, line } => {
                head = Head {
                    file,
                    length,
                    count: head.count + 1,
                    link: line.link,
                    since: if file == head.file { head.since } else { now },
                    ..head
                };
                self.write_head(&head)?;
                recovered = Some(json!({ "at": now, "event": "recovered", "lines": 1 }));
            }
            End::Torn { file, bytes } if file == head.file => {
                self.cut(&head).map_err(failed)?;
                recovered = Some(json!({ "at": now, "event": "recovered", "bytes": bytes }));
            }
            End::Torn { file, bytes } => {
                let note = (bytes > 0).then_some(("recovered_bytes", bytes));
                head = self.next_file(&head, file, now, note)?;
            }
            End::Damaged => {
                let last = files::numbers(&self.folder)
                    .map_err(failed)?
                    .last()
                    .copied();
                let next = last.unwrap_or(0).max(head.file).checked_add(1);
                let next = next.ok_or(ErrorKind::Audit)?;
                head = self.next_file(&head, next, now, Some(("after_damage", 1)))?;
            }
        }
        if self.rotation.is_due(&head, now) {
            let next = head.file.checked_add(1).ok_or(ErrorKind::Audit)?;
            head = self.next_file(&head, next, now, None)?;
        }
        if let Some(recovered) = recovered {
            head = self.write(&head, &recovered.to_string())?;
        }
        self.write(&head, &event.to_json()).map(drop)
    }

    /// Begins a file with a line that says which one it is.
    fn next_file(
        &self,
        head: &Head,
        number: u32,
        now: u64,
        note: Option<(&str, u64)>,
    ) -> Result<Head, Error> {
        let path = files::path(&self.folder, number);
        let begin = || {
            // What is there is empty or torn: the head knows of nothing in it.
            let begun = file::owner_only()
                .write(true)
                .create(true)
                .truncate(true)
                .open(&path)?;
            begun.sync_all()?;
            file::sync_folder(&path)
        };
        begin().map_err(failed)?;
        let mut event = json!({ "at": now, "event": "file", "file": number });
        if let (Some((name, value)), Some(members)) = (note, event.as_object_mut()) {
            members.insert(name.to_owned(), value.into());
        }
        let empty = Head {
            file: number,
            since: now,
            length: 0,
            ..head.clone()
        };
        self.write(&empty, &event.to_string())
    }

    /// Writes one line and then the head; on failure the file is as before, as far as the disk allows.
    fn write(&self, head: &Head, object: &str) -> Result<Head, Error> {
        let count = head.count.checked_add(1).ok_or(ErrorKind::Audit)?;
        let members = object
            .strip_prefix('{')
            .and_then(|object| object.strip_suffix('}'))
            .ok_or(ErrorKind::Audit)?;
        let (mut line, link) = self
            .lines
            .seal(&head.link, &format!("{{\"n\":{count},{members}"));
        line.push('\n');
        if line.len() > LONGEST {
            let long = format!("an event of {} bytes, at most {LONGEST}", line.len());
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, long)));
        }
        let after = Head {
            length: head.length + line.len() as u64,
            count,
            link,
            ..head.clone()
        };
        let append = || {
            let path = files::path(&self.folder, head.file);
            let mut file = File::options().append(true).open(path)?;
            file.write_all(line.as_bytes())?;
            file.sync_data()
        };
        append()
            .map_err(failed)
            .and_then(|()| self.write_head(&after))
            .inspect_err(|_| {
                // The head that stands decides: it may have been renamed before its flush failed, and then counts the line.
                match Head::read(&self.head(), &self.heads) {
                    Ok(stands) if stands == *head => {
                        if let Err(error) = self.cut(head) {
                            log::warn!(
                                "the audit trail keeps a line that was not counted: {error}"
                            );
                        }
                    }
                    _ => log::warn!("the audit trail may count a line whose keeping failed"),
                }
            })?;
        Ok(after)
    }

    /// Cuts off what the head does not count.
    fn cut(&self, head: &Head) -> io::Result<()> {
        let file = File::options()
            .write(true)
            .open(files::path(&self.folder, head.file))?;
        file.set_len(head.length)?;
        file.sync_all()
    }

    /// How the files end, compared with the head.
    fn end(&self, head: &Head) -> Result<End, Error> {
        let last = files::numbers(&self.folder)
            .map_err(failed)?
            .last()
            .copied();
        let path = files::path(&self.folder, head.file);
        let length = match fs::metadata(&path) {
            Ok(found) if found.is_file() => found.len(),
            _ => return Ok(End::Damaged),
        };
        let next = head.file.checked_add(1);
        match last {
            Some(last) if last == head.file => self.beyond(head, head.file, head.length, length),
            Some(last) if Some(last) == next && length == head.length => {
                let length = fs::metadata(files::path(&self.folder, last))
                    .map_err(failed)?
                    .len();
                self.beyond(head, last, 0, length)
            }
            _ => Ok(End::Damaged),
        }
    }

    /// What stands in the file `number` between `counted` and its end.
    fn beyond(&self, head: &Head, number: u32, counted: u64, length: u64) -> Result<End, Error> {
        let Some(bytes) = length.checked_sub(counted) else {
            return Ok(End::Damaged);
        };
        if bytes == 0 {
            return Ok(if number == head.file {
                End::AsCounted
            } else {
                End::Torn {
                    file: number,
                    bytes,
                }
            });
        }
        let read = || {
            use std::io::Seek as _;
            let mut file = File::open(files::path(&self.folder, number))?;
            file.seek(io::SeekFrom::Start(counted))?;
            let mut pieces = Pieces::of(file);
            Ok((pieces.next()?, pieces.next()?))
        };
        Ok(match read().map_err(failed)? {
            (Some(Piece::Torn(_)), None) => End::Torn {
                file: number,
                bytes,
            },
            // No JSON holds a zero byte, and a disk that lost power may.
            (Some(Piece::Line(line)), None) if line.contains(&0) => End::Torn {
                file: number,
                bytes,
            },
            (Some(Piece::Line(line)), None) => match chain::split(&line) {
                Some((open, link)) if self.lines.fits(&head.link, open, &link) => End::OneMore {
                    file: number,
                    length,
                    line: Line { link },
                },
                _ => End::Damaged,
            },
            _ => End::Damaged,
        })
    }

    fn head(&self) -> PathBuf {
        file::beside(&self.beside, ".audit")
    }

    fn write_head(&self, head: &Head) -> Result<(), Error> {
        head.write(&self.head(), &self.heads)
    }

    /// Holds the trail against every other program; the head itself is replaced, so that the lock lies beside it.
    fn hold(&self) -> Result<File, Error> {
        let hold = || {
            let path = file::beside(&self.beside, ".audit.lock");
            let file = file::owner_only()
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)?;
            match file.lock() {
                // A file system without locks: one program at a time.
                Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
                Err(error) => Err(error),
                Ok(()) => Ok(file),
            }
        };
        hold().map_err(failed)
    }
}

impl Audit for AuditTrail {
    fn record(&mut self, event: &AuditEvent) -> Result<(), Box<dyn error::Error + Send + Sync>> {
        Ok(self.append(event)?)
    }
}

impl Rotation {
    fn is_due(self, head: &Head, now: u64) -> bool {
        head.length >= self.bytes || now.saturating_sub(head.since) >= self.age.as_secs()
    }
}

impl Default for Rotation {
    /// 8 MiB or 31 days.
    fn default() -> Self {
        Self {
            bytes: 8 << 20,
            age: Duration::from_secs(31 * 86_400),
        }
    }
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

impl fmt::Debug for AuditTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditTrail")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
