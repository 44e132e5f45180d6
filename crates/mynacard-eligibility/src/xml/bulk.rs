//! Bulk messages, person by person: 100,000 people in the memory of one.

use super::pull::Token;
use super::read::RecordReader;
use super::write::XmlWriter;
use super::{ROOT, XmlOptions};
use crate::encoding::Place;
use crate::{Error, ErrorKind, FieldId, Finding, FindingKind, Message, Record, Section};
use std::io::{Read, Write};

/// Reads a bulk message without ever holding more than one person of it.
///
/// ```
/// # fn main() -> Result<(), mynacard_eligibility::Error> {
/// # let file: &[u8] = b"<XmlMsg><MessageHeader/><MessageBody><BulkConfirmUnit/></MessageBody></XmlMsg>";
/// let mut reader = mynacard_eligibility::BulkReader::open(file)?;
/// while let Some(unit) = reader.next_unit()? {
///     println!("{}: {} insurance(s)", unit.number, unit.results().count());
/// }
/// println!("{} finding(s) beside the people", reader.rest().findings().len());
/// # Ok(())
/// # }
/// ```
pub struct BulkReader<R: Read> {
    reader: RecordReader<R>,
    rest: Message,
    state: State,
    /// Whether header and body came already: the first of each counts.
    seen: [bool; 2],
    count: usize,
}

/// One person (or chart number) of a bulk message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkUnit {
    /// Which one, from one.
    pub number: usize,
    /// What the message says.
    pub record: Record,
    /// What is unusual about it.
    pub findings: Vec<Finding>,
}

/// Writes a bulk message person by person.
#[derive(Debug)]
pub struct BulkWriter<W: Write> {
    out: W,
    options: XmlOptions,
    changed: Changes,
    count: usize,
    /// What of the body stands before the people.
    before: Record,
    header_written: bool,
}

/// Where characters had to be changed in a bulk message: the first places, and how many more there were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The first places, at most [`Changes::NAMED`]: which unit, from one, and where in it. The unit of what stands before the
    /// people is zero.
    pub places: Vec<(usize, Place)>,
    /// How many more characters were changed.
    pub more: usize,
}

impl Changes {
    /// So many places are named.
    pub const NAMED: usize = 1000;

    /// Whether everything was written as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many characters were changed.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places.len() + self.more
    }

    fn add(&mut self, unit: usize, places: Vec<Place>) {
        let all = places.len();
        let room = Self::NAMED.saturating_sub(self.places.len());
        let named = places.into_iter().take(room).map(|place| (unit, place));
        self.places.extend(named);
        self.more += all.saturating_sub(room);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Message,
    Body,
    Finished,
}

const UNITS: [Section; 4] = [
    Section::Unit,
    Section::RegistrationUnit,
    Section::Search,
    Section::Registration,
];

impl<R: Read> BulkReader<R> {
    /// Reads up to the message's root element.
    ///
    /// # Errors
    /// As [`Message::read_xml`].
    pub fn open(input: R) -> Result<Self, Error> {
        let mut reader = RecordReader::open(input)?;
        let attributes = reader.root()?;
        let encoding = reader.pull.encoding();
        let rest = Message {
            attributes,
            encoding,
            ..Message::default()
        };
        Ok(BulkReader {
            reader,
            rest,
            state: State::Message,
            seen: [false, false],
            count: 0,
        })
    }

    /// The next person; nothing when the message is complete.
    ///
    /// # Errors
    /// As [`Message::read_xml`]; people that were read before stay valid.
    pub fn next_unit(&mut self) -> Result<Option<BulkUnit>, Error> {
        loop {
            match self.state {
                State::Finished => return Ok(None),
                State::Message => self.part()?,
                State::Body => {
                    if let Some(unit) = self.member()? {
                        return Ok(Some(unit));
                    }
                }
            }
        }
    }

    /// The header, once it was read: services write it first.
    pub fn header(&self) -> &Record {
        &self.rest.header
    }

    /// Everything beside the people; complete after the last one.
    pub fn rest(&self) -> &Message {
        &self.rest
    }

    fn part(&mut self) -> Result<(), Error> {
        let reader = &mut self.reader;
        match reader.pull.next()? {
            Token::Start => {
                let [header, body] = &mut self.seen;
                let name = reader.pull.name();
                let (is_header, is_body) =
                    (name == Section::Header.tag(), name == Section::Body.tag());
                if is_header && !core::mem::replace(header, true) {
                    self.rest.header = reader.record(Section::Header)?;
                    reader.check_encoding(&self.rest.header);
                } else if is_body && !core::mem::replace(body, true) {
                    self.rest.body.attributes = reader.pull.take_attributes();
                    reader.enter_path(Section::Body);
                    self.state = State::Body;
                } else {
                    let kind = if is_header || is_body {
                        FindingKind::Duplicate
                    } else {
                        FindingKind::UnknownTag
                    };
                    let element = reader.unknown(kind)?;
                    self.rest.unknown.push(element);
                }
            }
            Token::Text => reader.stray_text(),
            Token::End => {
                reader.finish()?;
                self.state = State::Finished;
            }
            Token::Finished => return Err(reader.pull.error(ErrorKind::IncompleteXml)),
        }
        self.rest.findings.append(&mut self.reader.findings);
        Ok(())
    }

    fn member(&mut self) -> Result<Option<BulkUnit>, Error> {
        let reader = &mut self.reader;
        match reader.pull.next()? {
            Token::Start => match UNITS
                .into_iter()
                .find(|section| section.tag() == reader.pull.name())
            {
                Some(section) => {
                    self.count += 1;
                    let spent = reader.pull.enter();
                    let record = reader.numbered_record(section, self.count)?;
                    reader.pull.leave(spent);
                    let findings = core::mem::take(&mut reader.findings);
                    return Ok(Some(BulkUnit {
                        number: self.count,
                        record,
                        findings,
                    }));
                }
                None => reader.member(&mut self.rest.body)?,
            },
            Token::Text => reader.stray_text(),
            Token::End => {
                reader.leave_path();
                self.state = State::Message;
            }
            Token::Finished => return Err(reader.pull.error(ErrorKind::IncompleteXml)),
        }
        self.rest.findings.append(&mut self.reader.findings);
        Ok(None)
    }
}

impl BulkUnit {
    /// The insurances of the person.
    pub fn results(&self) -> impl Iterator<Item = &Record> {
        self.record.children(Section::Confirmation)
    }

    /// The person's answer alone, with the bulk message's header.
    #[must_use]
    pub fn to_answer(&self, header: &Record) -> crate::Answer {
        let mut message = Message {
            header: header.clone(),
            findings: self.findings.clone(),
            ..Message::default()
        };
        for (field, text) in self.record.values() {
            message.body.insert(field, text);
        }
        for child in self.record.children.values().flatten() {
            message.body.push(child.clone());
        }
        message.body.unknown.clone_from(&self.record.unknown);
        message.into()
    }
}

impl<W: Write> BulkWriter<W> {
    /// Writes everything that stands before the people.
    ///
    /// # Errors
    /// As [`Message::write_xml`], or the sink failed.
    pub fn start(
        out: W,
        header: &Record,
        body: &Record,
        options: XmlOptions,
    ) -> Result<Self, Error> {
        Self::begin(out, &[], Some(header), body, options)
    }

    /// As [`BulkWriter::start`], with everything that [`BulkReader::rest`] knows before the first person, the root's attributes
    /// too; [`BulkWriter::finish_with`] writes what it knows after the last.
    ///
    /// # Errors
    /// As [`BulkWriter::start`].
    pub fn start_message(out: W, rest: &Message, options: XmlOptions) -> Result<Self, Error> {
        let header = Some(&rest.header).filter(|header| **header != Record::new(Section::Header));
        Self::begin(out, &rest.attributes, header, &rest.body, options)
    }

    fn begin(
        out: W,
        attributes: &[(String, String)],
        header: Option<&Record>,
        body: &Record,
        options: XmlOptions,
    ) -> Result<Self, Error> {
        let mut writer = XmlWriter::new(options);
        writer.declaration();
        writer.open(ROOT, attributes, 0)?;
        writer.line();
        if let Some(header) = header {
            write_header(&mut writer, header, options)?;
        }
        writer.open(Section::Body.tag(), &body.attributes, 1)?;
        writer.line();
        writer.fields(body, 2)?;
        let mut bulk = BulkWriter {
            out,
            options,
            changed: Changes::default(),
            count: 0,
            before: body.clone(),
            header_written: header.is_some(),
        };
        bulk.put(writer)?;
        Ok(bulk)
    }

    /// Writes one person: a `BulkConfirmUnit`, a `BulkRegistrationUnit`, or one query of a request.
    ///
    /// # Errors
    /// As [`Message::write_xml`]; nothing of the person was written then. Or the sink failed.
    pub fn write(&mut self, unit: &Record) -> Result<(), Error> {
        if !UNITS.contains(&unit.section()) {
            return Err(ErrorKind::FieldMisplaced {
                tag: unit.section().tag(),
                section: Section::Body.tag(),
            }
            .into());
        }
        let mut writer = XmlWriter::new(self.options);
        writer.record(unit, 2)?;
        self.count += 1;
        self.put(writer)
    }

    /// Closes the message; gives the sink and where characters had to be changed.
    ///
    /// # Errors
    /// The sink failed.
    pub fn finish(self) -> Result<(W, Changes), Error> {
        self.end(None)
    }

    /// As [`BulkWriter::finish`], after everything that stood behind the people: fields and unknown elements of the body, unknown
    /// elements of the message, a header that came late. `rest` is [`BulkReader::rest`] after the last person.
    ///
    /// # Errors
    /// As [`Message::write_xml`], or the sink failed.
    pub fn finish_with(self, rest: &Message) -> Result<(W, Changes), Error> {
        self.end(Some(rest))
    }

    fn end(mut self, rest: Option<&Message>) -> Result<(W, Changes), Error> {
        let mut writer = XmlWriter::new(self.options);
        if let Some(rest) = rest {
            writer.fields(&beyond(&rest.body, &self.before), 2)?;
        }
        writer.close(Section::Body.tag(), 1)?;
        if let Some(rest) = rest {
            if !self.header_written {
                write_header(&mut writer, &rest.header, self.options)?;
            }
            for element in &rest.unknown {
                writer.unknown(element, 1)?;
            }
        }
        writer.close(ROOT, 0)?;
        self.put(writer)?;
        self.out
            .flush()
            .map_err(|error| Error::from(ErrorKind::WriteFailed).caused_by(error))?;
        Ok((self.out, self.changed))
    }

    fn put(&mut self, writer: XmlWriter) -> Result<(), Error> {
        let written = writer.finish()?;
        self.changed.add(self.count, written.changed);
        self.out
            .write_all(&written.bytes)
            .map_err(|error| Error::from(ErrorKind::WriteFailed).caused_by(error))
    }
}

fn write_header(writer: &mut XmlWriter, header: &Record, options: XmlOptions) -> Result<(), Error> {
    let mut header = header.clone();
    if header.raw(FieldId::CHARACTER_CODE_IDENTIFIER).is_some() {
        header.insert(FieldId::CHARACTER_CODE_IDENTIFIER, options.encoding.code());
    }
    writer.record(&header, 1)
}

/// What a body has beyond an earlier state of itself; it only grows.
fn beyond(body: &Record, before: &Record) -> Record {
    let mut late = Record::new(Section::Body);
    for (field, text) in body.values() {
        if before.raw(field).is_none() {
            late.insert(field, text);
        }
    }
    for (section, children) in &body.children {
        for child in children.iter().skip(before.count(*section)) {
            late.push(child.clone());
        }
    }
    let unknown = body.unknown.iter().skip(before.unknown.len());
    late.unknown = unknown.cloned().collect();
    late
}
