//! An answer file in `res`: XML, or XML in a ZIP, plain or AES.

use super::archive::Source;
use super::unauthenticated::Unauthenticated;
use super::{Error, ErrorKind};
use mynacard_auth::Cancel;
use mynacard_eligibility::message::FileName;
use mynacard_eligibility::{Answer, BulkReader, BulkUnit, FieldId, Message};
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Larger files are no single answers.
const MAX_SINGLE: u64 = 16 << 20;

/// The password of AES ZIPs, as it was set at the terminal; wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

/// A complete answer to one of our requests; like everything in a shared folder, nothing proves who wrote it.
#[derive(Debug)]
pub struct Response {
    /// The request that it answers.
    pub request: FileName,
    /// The file that holds it.
    pub path: PathBuf,
    /// Whether it comes after the caller gave up.
    pub late: bool,
    password: Option<Password>,
    limit: u64,
    /// The message without its people.
    rest: Message,
    people: usize,
}

/// How the file says the request went (処理結果区分, table 003).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// 1: finished.
    Finished,
    /// 2: in progress; fetch it again, with a new request, later.
    InProgress,
    /// 9: failed; the header's `ErrorCode` and `ErrorMessage` say why.
    Failed,
    /// Another value, or none.
    Other,
}

impl Password {
    /// Takes the setting of the terminal.
    #[must_use]
    pub fn new(password: &str) -> Password {
        Password(Zeroizing::new(password.as_bytes().to_vec()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
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
        limit: u64,
        late: bool,
        stop: &Cancel,
    ) -> Result<Response, Error> {
        let mut response = Response {
            request,
            path: path.to_owned(),
            late,
            password,
            limit,
            rest: Message::default(),
            people: 0,
        };
        let mut people = 0;
        response.rest = response.stream(stop, &mut |_, _| people += 1)?;
        response.people = people;
        Ok(response)
    }

    /// How the file says the request went.
    #[must_use]
    pub fn outcome(&self) -> Unauthenticated<Outcome> {
        let segment = self.rest.header.text(FieldId::SEGMENT_OF_RESULT);
        Unauthenticated::new(match segment {
            Some("1") => Outcome::Finished,
            Some("2") => Outcome::InProgress,
            Some("9") => Outcome::Failed,
            _ => Outcome::Other,
        })
    }

    /// How many people (or chart numbers) a bulk answer has, as they were counted in the file.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    /// A field of the header: the outcome (`SegmentOfResult`), an error, counts.
    #[must_use]
    pub fn header(&self, field: FieldId) -> Option<Unauthenticated<&str>> {
        self.rest.header.text(field).map(Unauthenticated::new)
    }

    /// The number under which the result of an upload is fetched.
    #[must_use]
    pub fn reception_number(&self) -> Option<Unauthenticated<&str>> {
        let (header, body) = (&self.rest.header, &self.rest.body);
        let number = header
            .text(FieldId::RECEPTION_NUMBER)
            .or_else(|| body.text(FieldId::RECEPTION_NUMBER));
        number.map(Unauthenticated::new)
    }

    /// The one person's answer of a single query.
    ///
    /// # Errors
    /// The file changed since, or is too large for one person.
    pub fn answer(&self) -> Result<Unauthenticated<Answer>, Error> {
        let mut bytes = Vec::new();
        let mut whole = |xml: &mut dyn Read| {
            xml.read_to_end(&mut bytes)
                .map_err(|error| Error::new(ErrorKind::FileUnreadable).caused_by(error))?;
            Ok(())
        };
        self.with_xml(self.limit.min(MAX_SINGLE), &Cancel::new(), &mut whole)?;
        Ok(Unauthenticated::new(Answer::read_xml(&bytes)?))
    }

    /// Hands over a bulk answer person by person, with the header, in the memory of one.
    ///
    /// # Errors
    /// The file changed since, or `stop` said so; the people handed over before stay valid.
    pub fn each_person(
        &self,
        stop: &Cancel,
        each: &mut dyn FnMut(Unauthenticated<&Message>, Unauthenticated<BulkUnit>),
    ) -> Result<(), Error> {
        self.stream(stop, &mut |header, unit| {
            each(Unauthenticated::new(header), Unauthenticated::new(unit));
        })
        .map(drop)
    }

    pub(super) fn file_identifier(&self) -> Option<&str> {
        self.rest.header.text(FieldId::ARBITRARY_FILE_IDENTIFIER)
    }

    fn stream(
        &self,
        stop: &Cancel,
        each: &mut dyn FnMut(&Message, BulkUnit),
    ) -> Result<Message, Error> {
        let mut rest = Message::default();
        self.with_xml(self.limit, stop, &mut |xml| {
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
        limit: u64,
        stop: &Cancel,
        use_it: &mut dyn FnMut(&mut dyn Read) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let source = Source {
            path: &self.path,
            name: &self.request.response().to_string(),
            password: self.password.as_ref(),
            limit,
            stop,
        };
        source.read(use_it)
    }
}
