//! An answer file in `res`: XML, or XML in a ZIP, plain or AES.

use super::unauthenticated::Unauthenticated;
use super::{Error, ErrorKind};
use mynacard_eligibility::message::FileName;
use mynacard_eligibility::{Answer, BulkReader, BulkUnit, FieldId, Message};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More is not unpacked from a ZIP.
const MAX_UNPACKED: u64 = 4 << 30;
/// More files are not looked at in a ZIP.
const MAX_ENTRIES: usize = 1000;
/// Larger files are no single answers.
const MAX_SINGLE: u64 = 16 << 20;

/// The password of AES ZIPs, as it was set at the terminal; wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

/// A complete answer to one of our requests.
#[derive(Debug)]
pub struct Response {
    /// The request that it answers.
    pub request: FileName,
    /// The file that holds it.
    pub path: PathBuf,
    /// Whether it comes after the caller gave up.
    pub late: bool,
    pub(super) password: Option<Password>,
    /// The message without its people.
    rest: Message,
    people: usize,
}

impl Password {
    /// Takes the setting of the terminal.
    #[must_use]
    pub fn new(password: &str) -> Password {
        Password(Zeroizing::new(password.as_bytes().to_vec()))
    }
}

impl core::fmt::Debug for Password {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Password(..)")
    }
}

impl Response {
    /// Reads the whole file once, so that it is known to be complete.
    pub(super) fn open(
        request: FileName,
        path: &Path,
        password: Option<Password>,
        late: bool,
    ) -> Result<Response, Error> {
        let mut response = Response {
            request,
            path: path.to_owned(),
            late,
            password,
            rest: Message::default(),
            people: 0,
        };
        let mut people = 0;
        response.rest = response.stream(&mut |_, _| people += 1)?;
        response.people = people;
        Ok(response)
    }

    /// How many people (or chart numbers) a bulk answer has.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    /// A field of the header: the outcome (`SegmentOfResult`), an error, counts.
    #[must_use]
    pub fn header(&self, field: FieldId) -> Option<&str> {
        self.rest.header.text(field)
    }

    /// The number under which the result of an upload is fetched.
    #[must_use]
    pub fn reception_number(&self) -> Option<&str> {
        self.rest
            .header
            .text(FieldId::RECEPTION_NUMBER)
            .or_else(|| self.rest.body.text(FieldId::RECEPTION_NUMBER))
    }

    /// The one person's answer of a single query.
    ///
    /// # Errors
    /// The file changed since, or is too large for one person.
    pub fn answer(&self) -> Result<Unauthenticated<Answer>, Error> {
        let mut bytes = Vec::new();
        self.with_xml(&mut |xml| {
            xml.take(MAX_SINGLE + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| Error::new(ErrorKind::FileUnreadable).caused_by(error))?;
            Ok(())
        })?;
        if bytes.len() as u64 > MAX_SINGLE {
            return Err(Error::new(ErrorKind::FileTooLarge { limit: MAX_SINGLE }));
        }
        Ok(Unauthenticated::new(Answer::read_xml(&bytes)?))
    }

    /// Hands over a bulk answer person by person, with the header, in the memory of one.
    ///
    /// # Errors
    /// The file changed since.
    pub fn each_person(
        &self,
        each: &mut dyn FnMut(&Message, Unauthenticated<BulkUnit>),
    ) -> Result<(), Error> {
        self.stream(&mut |header, unit| each(header, Unauthenticated::new(unit)))
            .map(drop)
    }

    pub(super) fn file_identifier(&self) -> Option<&str> {
        self.header(FieldId::ARBITRARY_FILE_IDENTIFIER)
    }

    fn stream(&self, each: &mut dyn FnMut(&Message, BulkUnit)) -> Result<Message, Error> {
        let mut rest = Message::default();
        self.with_xml(&mut |xml| {
            let mut reader = BulkReader::open(xml)?;
            while let Some(unit) = reader.next_unit()? {
                each(reader.rest(), unit);
            }
            rest = reader.rest().clone();
            Ok(())
        })?;
        Ok(rest)
    }

    fn with_xml(
        &self,
        use_it: &mut dyn FnMut(&mut dyn Read) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let unreadable = |error| Error::new(ErrorKind::FileUnreadable).caused_by(error);
        let mut file = BufReader::new(File::open(&self.path).map_err(unreadable)?);
        if !self
            .path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
        {
            return use_it(&mut file);
        }
        let mut archive = zip::ZipArchive::new(file).map_err(zip_error)?;
        if archive.len() > MAX_ENTRIES {
            return Err(Error::new(ErrorKind::ZipRefused {
                what: "too many files",
            }));
        }
        let index = self.xml_entry(&archive)?;
        let encrypted = archive.by_index_raw(index).map_err(zip_error)?.encrypted();
        let entry = match (&self.password, encrypted) {
            (Some(password), true) => archive.by_index_decrypt(index, &password.0),
            (None, true) => return Err(Error::new(ErrorKind::ZipPassword { missing: true })),
            (_, false) => archive.by_index(index),
        };
        let mut limited = Limited {
            inner: entry.map_err(zip_error)?,
            left: MAX_UNPACKED,
        };
        use_it(&mut limited)
    }

    /// The XML named like the answer, else the only one.
    fn xml_entry<R>(&self, archive: &zip::ZipArchive<R>) -> Result<usize, Error>
    where
        R: Read + std::io::Seek,
    {
        let wanted = self.request.response().to_string().to_ascii_lowercase();
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

/// Refuses to unpack without end.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(out)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| std::io::Error::other("more than is unpacked"))?;
        Ok(read)
    }
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
