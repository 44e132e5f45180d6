//! From XML to records, by the field table and the sections.

use super::input::Utf8Input;
use super::pull::{Pull, Token, is_space};
use super::{Element, Node, ROOT, has_placeholder};
use crate::field::Kind;
use crate::identifier::{InstitutionCode, InsurerNumber, Remark};
use crate::message::Message;
use crate::section::{Child, Occurs};
use crate::{Error, ErrorKind, FieldId, Finding, FindingKind, Record, Section};
use std::io::Read;

/// Reads one whole message that is not a bulk one.
pub(crate) fn read_message(input: impl Read) -> Result<Message, Error> {
    let mut reader = RecordReader::open(input)?;
    let mut message = Message {
        attributes: reader.root()?,
        ..Message::default()
    };
    let mut seen = [false, false];
    loop {
        match reader.pull.next()? {
            Token::Start => {
                let section = [Section::Header, Section::Body]
                    .into_iter()
                    .find(|section| section.tag() == reader.pull.name());
                match (section, seen) {
                    (Some(Section::Header), [false, _]) => {
                        seen[0] = true;
                        message.header = reader.record(Section::Header)?;
                    }
                    (Some(Section::Body), [_, false]) => {
                        seen[1] = true;
                        message.body = reader.record(Section::Body)?;
                    }
                    (known, _) => {
                        let kind = if known.is_some() {
                            FindingKind::Duplicate
                        } else {
                            FindingKind::UnknownTag
                        };
                        let element = reader.unknown(kind)?;
                        message.unknown.push(element);
                    }
                }
            }
            Token::Text => reader.stray_text(),
            Token::End => break,
            Token::Finished => return Err(reader.pull.error(ErrorKind::IncompleteXml)),
        }
    }
    if seen == [false, false] {
        let expected = "MessageHeader or MessageBody";
        return Err(reader.pull.error(ErrorKind::UnexpectedMessage {
            expected,
            found: String::new(),
        }));
    }
    reader.finish()?;
    reader.check_encoding(&message.header);
    message.encoding = reader.pull.encoding();
    message.findings = reader.findings;
    Ok(message)
}

/// Reads records and notes what is unusual in them.
pub(super) struct RecordReader<R: Read> {
    pub(super) pull: Pull<R>,
    pub(super) findings: Vec<Finding>,
    /// Open elements and which occurrence each is.
    path: Vec<(&'static str, usize)>,
}

impl<R: Read> RecordReader<R> {
    pub(super) fn open(input: R) -> Result<Self, Error> {
        Ok(RecordReader {
            pull: Pull::new(Utf8Input::detect(input)?),
            findings: Vec::new(),
            path: Vec::new(),
        })
    }

    /// Steps into the root element; gives its attributes.
    pub(super) fn root(&mut self) -> Result<Vec<(String, String)>, Error> {
        match self.pull.next()? {
            Token::Start if self.pull.name() == ROOT => Ok(self.pull.take_attributes()),
            _ => {
                let found = crate::error::shown(self.pull.name());
                Err(self.pull.error(ErrorKind::UnexpectedMessage {
                    expected: ROOT,
                    found,
                }))
            }
        }
    }

    /// Nothing may follow the root element.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        match self.pull.next()? {
            Token::Finished => Ok(()),
            _ => Err(self.pull.error(ErrorKind::MalformedXml {
                expected: "nothing after the root element",
            })),
        }
    }

    /// Steps into a section whose members the caller reads one by one.
    pub(super) fn enter_path(&mut self, section: Section) {
        self.path.push((section.tag(), 1));
    }

    /// Steps out of it.
    pub(super) fn leave_path(&mut self) {
        self.path.pop();
    }

    /// Reads the section whose element was just opened.
    pub(super) fn record(&mut self, section: Section) -> Result<Record, Error> {
        self.numbered_record(section, 1)
    }

    pub(super) fn numbered_record(
        &mut self,
        section: Section,
        number: usize,
    ) -> Result<Record, Error> {
        let mut record = Record::new(section);
        record.attributes = self.pull.take_attributes();
        self.path.push((section.tag(), number));
        loop {
            match self.pull.next()? {
                Token::Start => self.member(&mut record)?,
                Token::Text => self.stray_text(),
                Token::End => break,
                Token::Finished => return Err(self.pull.error(ErrorKind::IncompleteXml)),
            }
        }
        for field in section.layout().required {
            if record.text(*field).is_none() {
                self.note(FindingKind::Missing, Some(*field), "");
            }
        }
        self.path.pop();
        Ok(record)
    }

    /// Reads the element that was just opened inside a section.
    pub(super) fn member(&mut self, record: &mut Record) -> Result<(), Error> {
        // No section has the tag of a field (tested), and most members are fields.
        let name = self.pull.name();
        if let Some(field) = FieldId::from_tag(name) {
            return self.field(record, field);
        }
        let layout = record.section().layout();
        if let Some(child) = layout
            .children
            .iter()
            .find(|child| child.section.tag() == name)
        {
            return self.child(record, child);
        }
        if let Some(child) = layout
            .children
            .iter()
            .find(|child| list_tag(child) == Some(name))
        {
            return self.list(record, child);
        }
        match alias(name) {
            Some(field) => {
                let found = name.to_owned();
                self.note(FindingKind::Alias, Some(field), &found);
                self.field(record, field)
            }
            None => {
                let element = self.unknown(FindingKind::UnknownTag)?;
                record.unknown.push(element);
                Ok(())
            }
        }
    }

    fn child(&mut self, record: &mut Record, child: &Child) -> Result<(), Error> {
        let before = record.count(child.section);
        if child.section.layout().occurs == Occurs::Once && before > 0 {
            let element = self.unknown(FindingKind::Duplicate)?;
            record.unknown.push(element);
            return Ok(());
        }
        let nested = self.numbered_record(child.section, before + 1)?;
        record.push(nested);
        Ok(())
    }

    fn list(&mut self, record: &mut Record, child: &Child) -> Result<(), Error> {
        let list = list_tag(child).unwrap_or_default();
        let attributes = self.pull.take_attributes();
        let mut strangers = Vec::new();
        loop {
            match self.pull.next()? {
                Token::Start if self.pull.name() == child.section.tag() => {
                    self.child(record, child)?
                }
                Token::Start => {
                    strangers.push(Node::Element(self.unknown(FindingKind::UnknownTag)?))
                }
                Token::Text => self.stray_text(),
                Token::End => break,
                Token::Finished => return Err(self.pull.error(ErrorKind::IncompleteXml)),
            }
        }
        if !attributes.is_empty() {
            self.note(FindingKind::Attribute, None, list);
        }
        if !strangers.is_empty() {
            record.unknown.push(Element {
                tag: list.to_owned(),
                attributes: Vec::new(),
                nodes: strangers,
            });
        }
        Ok(())
    }

    fn field(&mut self, record: &mut Record, field: FieldId) -> Result<(), Error> {
        // The name is only kept where it is another than the table's.
        let alias = (self.pull.name() != field.tag()).then(|| self.pull.name().to_owned());
        let tag = || alias.unwrap_or_else(|| field.tag().to_owned());
        let attributes = self.pull.take_attributes();
        let mut text = String::new();
        loop {
            match self.pull.next()? {
                Token::Text => text.push_str(self.pull.text()),
                Token::End => break,
                Token::Start => {
                    self.note(FindingKind::Structured, Some(field), "");
                    let mut element = Element {
                        tag: tag(),
                        attributes,
                        nodes: Vec::new(),
                    };
                    if !text.is_empty() {
                        element.nodes.push(Node::Text(text));
                    }
                    element.nodes.push(Node::Element(self.element()?));
                    self.fill(&mut element)?;
                    record.unknown.push(element);
                    return Ok(());
                }
                Token::Finished => return Err(self.pull.error(ErrorKind::IncompleteXml)),
            }
        }
        if record.raw(field).is_some() {
            self.note(FindingKind::Duplicate, Some(field), "");
            record.unknown.push(Element {
                tag: tag(),
                attributes,
                nodes: vec![Node::Text(text)],
            });
            return Ok(());
        }
        if !attributes.is_empty() {
            self.note(FindingKind::Attribute, Some(field), "");
        }
        if !record.section().layout().fields.contains(&field) {
            self.note(FindingKind::Misplaced, Some(field), "");
        }
        self.inspect(field, &text);
        record.insert(field, text);
        Ok(())
    }

    fn inspect(&mut self, field: FieldId, text: &str) {
        let kind = field.field().kind;
        if kind.broken_rule(text).is_some() {
            let finding = if matches!(kind, Kind::Code(_)) {
                FindingKind::UnknownCode
            } else {
                FindingKind::Form
            };
            self.note(finding, Some(field), "");
        }
        let remarks = match kind {
            Kind::InsurerNumber => InsurerNumber::parse(text).map(|parsed| parsed.findings),
            Kind::InstitutionCode => InstitutionCode::parse(text).map(|parsed| parsed.findings),
            _ => Ok(Vec::new()),
        };
        for remark in remarks.unwrap_or_default() {
            match remark {
                Remark::CheckDigit { .. } => self.note(FindingKind::CheckDigit, Some(field), ""),
                Remark::UnknownPrefecture(_) | Remark::UnknownLaw(_) => {
                    self.note(FindingKind::UnknownPrefix, Some(field), "")
                }
                _ => {}
            }
        }
        if matches!(kind, Kind::Text | Kind::Kana) && has_placeholder(text) {
            self.note(FindingKind::Placeholder, Some(field), "");
        }
    }

    /// Keeps the element that was just opened, whole.
    pub(super) fn unknown(&mut self, kind: FindingKind) -> Result<Element, Error> {
        let name = self.pull.name().to_owned();
        self.note(kind, FieldId::from_tag(&name), &name);
        self.element()
    }

    fn element(&mut self) -> Result<Element, Error> {
        let mut element = Element {
            tag: self.pull.name().to_owned(),
            attributes: self.pull.take_attributes(),
            nodes: Vec::new(),
        };
        self.fill(&mut element)?;
        Ok(element)
    }

    /// Reads an element's content up to its end. The depth is bounded by the parser.
    fn fill(&mut self, element: &mut Element) -> Result<(), Error> {
        loop {
            match self.pull.next()? {
                Token::Text => match element.nodes.last_mut() {
                    Some(Node::Text(text)) => text.push_str(self.pull.text()),
                    _ => element.nodes.push(Node::Text(self.pull.text().to_owned())),
                },
                Token::Start => {
                    let nested = self.element()?;
                    element.nodes.push(Node::Element(nested));
                }
                Token::End => return Ok(()),
                Token::Finished => return Err(self.pull.error(ErrorKind::IncompleteXml)),
            }
        }
    }

    pub(super) fn stray_text(&mut self) {
        if !is_space(self.pull.text()) {
            self.note(FindingKind::StrayText, None, "");
        }
    }

    pub(super) fn check_encoding(&mut self, header: &Record) {
        let field = FieldId::CHARACTER_CODE_IDENTIFIER;
        if header
            .text(field)
            .is_some_and(|code| code != self.pull.encoding().code())
        {
            self.note(
                FindingKind::EncodingDisagrees,
                Some(field),
                Section::Header.tag(),
            );
        }
    }

    fn note(&mut self, kind: FindingKind, field: Option<FieldId>, found: &str) {
        let mut path = String::new();
        for (tag, number) in &self.path {
            path.push_str(tag);
            if *number > 1
                || matches!(
                    *tag,
                    "ResultOfQualificationConfirmation" | "BulkConfirmUnit"
                )
            {
                path.push_str(&format!("[{number}]"));
            }
            path.push('/');
        }
        // A tag of the table, else the found one, shortened: tags are no personal data, but they may be garbage.
        match field {
            Some(field) if found.is_empty() || found == field.tag() => path.push_str(field.tag()),
            _ => path.extend(found.chars().take(60)),
        }
        self.findings.push(Finding {
            kind,
            path: path.trim_end_matches('/').to_owned(),
            field,
        });
    }
}

/// The list element around a section. A person of a bulk message has the insurances without one, as we write them; the list that
/// stands around them in a single answer is read there too.
fn list_tag(child: &Child) -> Option<&'static str> {
    let around = |place: &&Child| place.section == child.section;
    let in_answer = || Section::Body.layout().children.iter().find(around)?.list;
    child.list.or_else(in_answer)
}

/// Spellings of single implementers.
fn alias(tag: &str) -> Option<FieldId> {
    Some(match tag {
        "PharmaceuticalInfoConsFlg" | "PharmaceuticalsInfoConsFlg" => {
            FieldId::PHARMACISTS_INFO_CONS_FLG
        }
        "PharmaceuticalInfoConsTime" | "PharmaceuticalsInfoConsTime" => {
            FieldId::PHARMACISTS_INFO_CONS_TIME
        }
        "PharmaceuticalInfoAvailableTime" | "PharmaceuticalsInfoAvailableTime" => {
            FieldId::PHARMACISTS_INFO_AVAILABLE_TIME
        }
        _ => return None,
    })
}
