//! What an answer file holds: one person, or many, streamed.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use mynacard::eligibility::shape::screen;
use mynacard::eligibility::{Answer, BulkReader, BulkUnit, Encoding, Message, Section};

use crate::failure::Failure;
use crate::input;

/// The most that is read of one person's file.
const LONGEST: u64 = 16 << 20;
/// The most that is read of a file of many people: they are read one by one.
const LONGEST_BULK: u64 = 1 << 30;

/// What a file holds.
pub(super) enum Source {
    /// The answer about one person, and how many lines of a screen's text were no field.
    One(Box<Answer>, usize),
    /// People of a bulk answer.
    Many(Box<Many>),
}

/// A bulk answer that is being read.
pub(super) struct Many {
    reader: BulkReader<Box<dyn Read>>,
    first: Option<BulkUnit>,
}

impl Source {
    pub(super) fn open(file: &Path) -> Result<Self, Failure> {
        let opened = File::open(file).map_err(|error| Failure::file(file, &error))?;
        let mut start = Vec::new();
        let read = opened.take(64).read_to_end(&mut start);
        read.map_err(|error| Failure::file(file, &error))?;
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            // The marks of UTF-16 too: the XML reader says what is wrong with it.
            Some(b'<' | 0xFE | 0xFF) | None => Self::xml(file),
            Some(b'{') => {
                let bytes = input::read(file, LONGEST)?;
                let text = decode(file, &bytes, &[Encoding::Utf8])?;
                Ok(Self::One(Box::new(Answer::from_json(&text)?), 0))
            }
            Some(_) => {
                let bytes = input::read(file, LONGEST)?;
                let text = decode(file, &bytes, &[Encoding::Utf8, Encoding::ShiftJis])?;
                let read = screen::read(&text)?;
                Ok(Self::One(Box::new(read.answer), read.rest.len()))
            }
        }
    }

    fn xml(file: &Path) -> Result<Self, Failure> {
        let opened = File::open(file).map_err(|error| Failure::file(file, &error))?;
        let length = opened.metadata().map_or(0, |metadata| metadata.len());
        if length > LONGEST_BULK {
            return Err(Failure::content(
                file,
                &format!("longer than {LONGEST_BULK} bytes"),
            ));
        }
        let input: Box<dyn Read> = Box::new(BufReader::new(opened));
        let mut reader = BulkReader::open(input)?;
        let first = reader.next_unit()?;
        let is_bulk = first.as_ref().is_some_and(|unit| {
            matches!(
                unit.record.section(),
                Section::Unit | Section::RegistrationUnit
            )
        });
        // A bulk answer that holds nobody reads like a single one.
        if is_bulk {
            return Ok(Self::Many(Box::new(Many { reader, first })));
        }
        let answer = Answer::read_xml(&input::read(file, LONGEST)?)?;
        Ok(Self::One(Box::new(answer), 0))
    }
}

impl Many {
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
