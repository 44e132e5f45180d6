//! The XML of an answer file, plain or in a ZIP: no more of it than was allowed, and no longer than the caller wants.

use super::response::Password;
use super::{Error, ErrorKind};
use mynacard_auth::Cancel;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// More files are not looked at in a ZIP.
const MAX_ENTRIES: u64 = 100;

/// Where an answer's XML comes from.
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    /// What the XML is called in a ZIP that holds several files.
    pub(super) name: &'a str,
    pub(super) password: Option<&'a Password>,
    /// The most bytes of XML.
    pub(super) limit: u64,
    pub(super) stop: &'a Cancel,
}

impl Source<'_> {
    pub(super) fn read(
        &self,
        use_it: &mut dyn FnMut(&mut dyn Read) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.stop.is_cancelled() {
            return Err(Error::new(ErrorKind::Stopped));
        }
        let file = BufReader::new(File::open(self.path).map_err(unreadable)?);
        let zipped = self
            .path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
        if zipped {
            self.unpack(file, use_it)
        } else {
            self.guard(file, use_it)
        }
    }

    pub(super) fn unpack(
        &self,
        mut file: BufReader<File>,
        use_it: &mut dyn FnMut(&mut dyn Read) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // The directory is read into memory: how long it says it is has to be known before.
        if listed(&mut file)
            .map_err(unreadable)?
            .is_some_and(|entries| entries > MAX_ENTRIES)
        {
            return Err(Error::new(ErrorKind::ZipRefused {
                what: "too many files",
            }));
        }
        let mut archive = zip::ZipArchive::new(file).map_err(zip_error)?;
        let index = self.xml_entry(&archive)?;
        let encrypted = archive.by_index_raw(index).map_err(zip_error)?.encrypted();
        let entry = match (self.password, encrypted) {
            (Some(password), true) => archive.by_index_decrypt(index, password.bytes()),
            (None, true) => return Err(Error::new(ErrorKind::ZipPassword { missing: true })),
            (_, false) => archive.by_index(index),
        };
        self.guard(entry.map_err(zip_error)?, use_it)
    }

    fn guard(
        &self,
        inner: impl Read,
        use_it: &mut dyn FnMut(&mut dyn Read) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let ended = Cell::new(None);
        let mut guarded = Guarded {
            inner,
            left: self.limit,
            stop: self.stop,
            ended: &ended,
        };
        let done = use_it(&mut guarded);
        match ended.take() {
            Some(Ended::Stopped) => Err(Error::new(ErrorKind::Stopped)),
            Some(Ended::Full) => Err(Error::new(ErrorKind::FileTooLarge { limit: self.limit })),
            None => done,
        }
    }

    /// The XML named like the answer, else the only one.
    fn xml_entry<R>(&self, archive: &zip::ZipArchive<R>) -> Result<usize, Error>
    where
        R: Read + Seek,
    {
        let wanted = self.name.to_ascii_lowercase();
        let mut found = Vec::new();
        for index in 0..archive.len() {
            let name = archive
                .name_for_index(index)
                .transpose()
                .map_err(zip_error)?
                .unwrap_or_default();
            let base = name
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            if base == wanted {
                return Ok(index);
            }
            found.extend(base.ends_with(".xml").then_some(index));
        }
        match found.as_slice() {
            [only] => Ok(*only),
            [] => Err(Error::new(ErrorKind::ZipRefused { what: "no XML" })),
            _ => Err(Error::new(ErrorKind::ZipRefused {
                what: "several XML files, none named like the answer",
            })),
        }
    }
}

/// Reads the XML in a ZIP that lies anywhere, plain or AES: of a file of several, the one called as the ZIP is. No more than
/// `limit` bytes of it, and until `stop`.
///
/// # Errors
/// [`ErrorKind::ZipPassword`] without the password of an AES ZIP or with another one, [`ErrorKind::ZipRefused`],
/// [`ErrorKind::FileTooLarge`], [`ErrorKind::Stopped`], an unreadable file; or what `use_it` returns.
pub fn read_zip<T, E: From<Error>>(
    path: &Path,
    password: Option<&Password>,
    limit: u64,
    stop: &Cancel,
    use_it: impl FnOnce(&mut dyn Read) -> Result<T, E>,
) -> Result<T, E> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let source = Source {
        path,
        name: &format!("{stem}.xml"),
        password,
        limit,
        stop,
    };
    let file = BufReader::new(File::open(path).map_err(unreadable)?);
    let (mut use_it, mut used) = (Some(use_it), None);
    source.unpack(file, &mut |xml| {
        used = use_it.take().map(|use_it| use_it(xml));
        Ok(())
    })?;
    used.unwrap_or_else(|| Err(Error::new(ErrorKind::FileUnreadable).into()))
}

/// Why reading ended early.
#[derive(Debug, Clone, Copy)]
enum Ended {
    Stopped,
    Full,
}

/// Refuses to read without end, and stops when it is told to.
struct Guarded<'a, R> {
    inner: R,
    left: u64,
    stop: &'a Cancel,
    ended: &'a Cell<Option<Ended>>,
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let end = |why, text| {
            self.ended.set(Some(why));
            Err(std::io::Error::other(text))
        };
        if self.stop.is_cancelled() {
            return end(Ended::Stopped, "stopped");
        }
        let read = self.inner.read(out)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return end(Ended::Full, "more than is read"),
        }
        Ok(read)
    }
}

/// How many files the directory at the end of a ZIP says it lists; nothing where there is no such directory.
fn listed(file: &mut (impl Read + Seek)) -> std::io::Result<Option<u64>> {
    // The record of 22 bytes ends with a comment of at most 65,535.
    const LONGEST: u64 = 22 + 65_535;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
    let mut end = Vec::new();
    file.take(LONGEST).read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    let records: Vec<(u64, bool)> = end
        .windows(22)
        .enumerate()
        .filter(|(_, record)| record.starts_with(b"PK\x05\x06"))
        .filter_map(|(at, record)| {
            let number = |range: std::ops::Range<usize>| {
                Some(u16::from_le_bytes(record.get(range)?.try_into().ok()?))
            };
            let fits = at + 22 + usize::from(number(20..22)?) == end.len();
            // 65535 says that the number stands elsewhere, in 64 bits: too many as well.
            Some((u64::from(number(10..12)?), fits))
        })
        .collect();
    // Packed data may look like a record by chance; one whose comment ends with the file is meant.
    let meant = records.iter().any(|(_, fits)| *fits);
    let most = records
        .iter()
        .filter(|(_, fits)| *fits || !meant)
        .map(|(entries, _)| *entries)
        .max();
    Ok(most)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::FileUnreadable).caused_by(error)
}

fn zip_error(error: zip::result::ZipError) -> Error {
    use zip::result::ZipError;
    match error {
        ZipError::InvalidPassword => Error::new(ErrorKind::ZipPassword { missing: false }),
        ZipError::Io(error) => Error::new(ErrorKind::FileUnreadable).caused_by(error),
        // The directory of a ZIP stands at its end: without it the file is not complete yet, or is none.
        other => Error::new(ErrorKind::ZipRefused {
            what: "not a complete ZIP",
        })
        .caused_by(other),
    }
}
