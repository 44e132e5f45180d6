//! What an answer file holds: one person, or many, streamed; plain, or in a ZIP as terminals write them.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use clap::Args;
use mynacard::auth::Cancel;
use mynacard::client::folder::{self, Password, read_zip};
use mynacard::eligibility::shape::screen;
use mynacard::eligibility::{Answer, BulkReader, BulkUnit, Encoding, Message, Section};

use crate::failure::Failure;
use crate::{input, secret};

/// The most that is read of one person's file.
const LONGEST: u64 = 16 << 20;
/// The most that is read of a file of many people: they are read one by one.
const LONGEST_BULK: u64 = 1 << 30;

/// Where the password of an AES ZIP comes from.
#[derive(Debug, Args)]
pub(crate) struct ZipArguments {
    /// Read the password of an AES ZIP from this open file descriptor instead of the terminal.
    #[arg(long, value_name = "N")]
    zip_password_fd: Option<u32>,
}

/// An answer file, which may be read more than once.
pub(super) struct AnswerFile<'a> {
    path: &'a Path,
    form: Form,
}

/// What the file looks like from outside.
enum Form {
    Xml,
    Json,
    Screen,
    /// A ZIP with XML in it; the password, where it wants one.
    Zip(Option<Password>),
}

/// What a file holds.
pub(super) enum Source<'a> {
    /// The answer about one person, and how many lines of a screen's text were no field.
    One(Box<Answer>, usize),
    /// People of a bulk answer.
    Many(Box<Many<'a>>),
}

/// A bulk answer that is being read.
pub(super) struct Many<'a> {
    reader: BulkReader<&'a mut dyn Read>,
    first: Option<BulkUnit>,
}

impl<'a> AnswerFile<'a> {
    /// Looks what the file is, and asks for the password of a ZIP that wants one.
    pub(super) fn open(path: &'a Path, zip: &ZipArguments) -> Result<Self, Failure> {
        let opened = File::open(path).map_err(|error| Failure::file(path, &error))?;
        let mut start = Vec::new();
        let read = opened.take(64).read_to_end(&mut start);
        read.map_err(|error| Failure::file(path, &error))?;
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
        let form = match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            // Its first file, or the end of an empty one.
            _ if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") => {
                Form::Zip(password(path, zip)?)
            }
            // The marks of UTF-16 too: the XML reader says what is wrong with it.
            Some(b'<' | 0xFE | 0xFF) | None => Form::Xml,
            Some(b'{') => Form::Json,
            Some(_) => Form::Screen,
        };
        Ok(Self { path, form })
    }

    /// Reads it from the beginning.
    pub(super) fn read<T>(
        &self,
        use_it: impl FnOnce(Source<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let file = self.path;
        match self.form {
            Form::Xml | Form::Zip(_) => self.xml(use_it),
            Form::Json => {
                let bytes = input::read(file, LONGEST)?;
                let text = decode(file, &bytes, &[Encoding::Utf8])?;
                use_it(Source::One(Box::new(Answer::from_json(&text)?), 0))
            }
            Form::Screen => {
                let bytes = input::read(file, LONGEST)?;
                let text = decode(file, &bytes, &[Encoding::Utf8, Encoding::ShiftJis])?;
                let read = screen::read(&text)?;
                use_it(Source::One(Box::new(read.answer), read.rest.len()))
            }
        }
    }

    fn xml<T>(&self, use_it: impl FnOnce(Source<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let is_bulk = self.with_xml(LONGEST_BULK, |xml| {
            // A bulk answer that holds nobody reads like a single one.
            Ok(Many::open(xml)?.first.is_some_and(|unit| {
                matches!(
                    unit.record.section(),
                    Section::Unit | Section::RegistrationUnit
                )
            }))
        })?;
        if is_bulk {
            return self.with_xml(LONGEST_BULK, |xml| {
                use_it(Source::Many(Box::new(Many::open(xml)?)))
            });
        }
        let answer = self.with_xml(LONGEST, |xml| {
            let mut bytes = Vec::new();
            xml.take(LONGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| Failure::file(self.path, &error))?;
            Ok(Answer::read_xml(&bytes)?)
        })?;
        use_it(Source::One(Box::new(answer), 0))
    }

    /// The XML, at most `limit` bytes of it.
    fn with_xml<T>(
        &self,
        limit: u64,
        use_it: impl FnOnce(&mut dyn Read) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Form::Zip(password) = &self.form {
            return read_zip(self.path, password.as_ref(), limit, &Cancel::new(), use_it);
        }
        let file = self.path;
        let opened = File::open(file).map_err(|error| Failure::file(file, &error))?;
        let length = opened.metadata().map_or(0, |metadata| metadata.len());
        if length > limit {
            return Err(Failure::content(
                file,
                &format!("longer than {limit} bytes"),
            ));
        }
        use_it(&mut BufReader::new(opened))
    }
}

/// The password, when the ZIP does not open without.
fn password(file: &Path, arguments: &ZipArguments) -> Result<Option<Password>, Failure> {
    let without = read_zip(file, None, LONGEST_BULK, &Cancel::new(), |_| {
        Ok::<_, folder::Error>(())
    });
    match without {
        Ok(()) => return Ok(None),
        Err(error) if *error.kind() == folder::ErrorKind::ZipPassword { missing: true } => {}
        Err(error) => return Err(Failure::from(error).in_file(file)),
    }
    let typed = secret::read(
        "ZIPのパスワード / password of the ZIP: ",
        arguments.zip_password_fd,
    );
    let typed = typed.map_err(|error| Failure::secret("password of the ZIP", &error))?;
    let text = std::str::from_utf8(&typed)
        .map_err(|_| Failure::usage("the password of the ZIP is not UTF-8 text".to_owned()))?;
    Ok(Some(Password::new(text)))
}

impl<'a> Many<'a> {
    fn open(xml: &'a mut dyn Read) -> Result<Self, Failure> {
        let mut reader = BulkReader::open(xml)?;
        let first = reader.next_unit()?;
        Ok(Self { reader, first })
    }

    /// The message around the people, as far as it was read: services write the header first.
    pub(super) fn message(&self) -> &Message {
        self.reader.rest()
    }

    /// The next person.
    pub(super) fn next(&mut self) -> Result<Option<BulkUnit>, Failure> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => Ok(self.reader.next_unit()?),
        }
    }

    /// The next person's answer alone.
    pub(super) fn next_answer(&mut self) -> Result<Option<(usize, Answer)>, Failure> {
        let next = self.next()?;
        Ok(next.map(|unit| (unit.number, unit.to_answer(&self.message().header))))
    }
}

/// The text in the first encoding that has all of it.
fn decode(file: &Path, bytes: &[u8], encodings: &[Encoding]) -> Result<String, Failure> {
    let mut texts = encodings
        .iter()
        .filter_map(|encoding| encoding.decode(bytes).ok());
    texts
        .next()
        .ok_or_else(|| Failure::content(file, "neither XML, nor JSON, nor text"))
}
