//! From records to XML, in the order of the sections.

use super::pull::is_name;
use super::{Element, Node, ROOT, XmlOptions, is_xml_char};
use crate::encoding::Place;
use crate::message::Message;
use crate::{Encoding, Error, ErrorKind, FieldId, Record, Unmappable};

/// XML, and the places where a text had to be changed; its `Debug` shows how many bytes, not which.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The document.
    pub bytes: Vec<u8>,
    /// Characters that were written as 〓 or as a reference.
    pub changed: Vec<Place>,
}

impl core::fmt::Debug for Written {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Written")
            .field("length", &self.bytes.len())
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}

pub(crate) fn write_message(message: &Message, options: &XmlOptions) -> Result<Written, Error> {
    let mut writer = XmlWriter::new(*options);
    writer.declaration();
    writer.open(ROOT, &message.attributes, 0)?;
    writer.line();
    let mut header = message.header.clone();
    if header.raw(FieldId::CHARACTER_CODE_IDENTIFIER).is_some() {
        header.insert(FieldId::CHARACTER_CODE_IDENTIFIER, options.encoding.code());
    }
    writer.record(&header, 1)?;
    writer.record(&message.body, 1)?;
    for element in &message.unknown {
        writer.unknown(element, 1)?;
    }
    writer.close(ROOT, 0)?;
    writer.finish()
}

/// Writes elements in one encoding.
#[derive(Debug)]
pub(super) struct XmlWriter {
    options: XmlOptions,
    written: Written,
}

impl XmlWriter {
    pub(super) fn new(options: XmlOptions) -> Self {
        XmlWriter {
            options,
            written: Written::default(),
        }
    }

    pub(super) fn declaration(&mut self) {
        let encoding = self.options.encoding;
        self.raw(&format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\" standalone=\"no\"?>\r\n"
        ));
    }

    /// The document so far, unless characters had to be refused.
    pub(super) fn finish(self) -> Result<Written, Error> {
        if self.options.unmappable == Unmappable::Refuse && !self.written.changed.is_empty() {
            return Err(ErrorKind::Unmappable {
                encoding: self.options.encoding,
                places: self.written.changed,
            }
            .into());
        }
        Ok(self.written)
    }

    pub(super) fn record(&mut self, record: &Record, level: usize) -> Result<(), Error> {
        let tag = record.section().tag();
        self.open(tag, &record.attributes, level)?;
        self.line();
        self.fields(record, level + 1)?;
        self.close(tag, level)
    }

    /// Everything inside a section.
    pub(super) fn fields(&mut self, record: &Record, level: usize) -> Result<(), Error> {
        let layout = record.section().layout();
        for &field in layout.fields {
            self.field(record, field, level)?;
            self.children(record, Some(field), level)?;
        }
        for (field, _) in record
            .values()
            .filter(|(field, _)| !layout.fields.contains(field))
        {
            self.field(record, field, level)?;
        }
        self.children(record, None, level)?;
        for element in &record.unknown {
            self.unknown(element, level)?;
        }
        Ok(())
    }

    fn children(
        &mut self,
        record: &Record,
        after: Option<FieldId>,
        level: usize,
    ) -> Result<(), Error> {
        for place in record
            .section()
            .layout()
            .children
            .iter()
            .filter(|place| place.after == after)
        {
            let mut nested = record.children(place.section).peekable();
            let inside = match place.list {
                Some(list) if nested.peek().is_some() => {
                    self.open(list, &[], level)?;
                    self.line();
                    level + 1
                }
                _ => level,
            };
            let any = nested.peek().is_some();
            for child in nested {
                self.record(child, inside)?;
            }
            if let (Some(list), true) = (place.list, any) {
                self.close(list, level)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, record: &Record, field: FieldId, level: usize) -> Result<(), Error> {
        let Some(text) = record.raw(field) else {
            return Ok(());
        };
        if text.is_empty() {
            self.indent(level);
            self.raw(&format!("<{}/>", field.tag()));
        } else {
            self.open(field.tag(), &[], level)?;
            self.text(text, Some(field), Position::Text)?;
            self.raw(&format!("</{}>", field.tag()));
        }
        self.line();
        Ok(())
    }

    pub(super) fn unknown(&mut self, element: &Element, level: usize) -> Result<(), Error> {
        self.indent(level);
        self.element(element, 0)?;
        self.line();
        Ok(())
    }

    /// Writes an element as it is: white space in it is content.
    fn element(&mut self, element: &Element, depth: usize) -> Result<(), Error> {
        if depth > super::MAX_DEPTH {
            return Err(ErrorKind::TooDeep {
                limit: super::MAX_DEPTH,
            }
            .into());
        }
        self.open(&element.tag, &element.attributes, 0)?;
        for node in &element.nodes {
            match node {
                Node::Text(text) => self.text(text, None, Position::Text)?,
                Node::Element(nested) => self.element(nested, depth + 1)?,
            }
        }
        self.name_between("</", &element.tag)?;
        self.raw(">");
        Ok(())
    }

    pub(super) fn open(
        &mut self,
        tag: &str,
        attributes: &[(String, String)],
        level: usize,
    ) -> Result<(), Error> {
        self.indent(level);
        self.name_between("<", tag)?;
        for (name, value) in attributes {
            self.name_between(" ", name)?;
            self.raw("=\"");
            self.text(value, None, Position::Attribute)?;
            self.raw("\"");
        }
        self.raw(">");
        Ok(())
    }

    pub(super) fn close(&mut self, tag: &str, level: usize) -> Result<(), Error> {
        self.indent(level);
        self.name_between("</", tag)?;
        self.raw(">");
        self.line();
        Ok(())
    }

    pub(super) fn line(&mut self) {
        self.raw("\r\n");
    }

    /// Two spaces a level.
    fn indent(&mut self, level: usize) {
        for _ in 0..level {
            self.raw("  ");
        }
    }

    /// Names allow no references, so an unmappable name is refused under every policy.
    fn name_between(&mut self, before: &str, name: &str) -> Result<(), Error> {
        if !is_name(name) {
            return Err(ErrorKind::MalformedXml {
                expected: "an element name",
            }
            .into());
        }
        self.raw(before);
        if name.is_ascii() {
            self.raw(name);
            return Ok(());
        }
        let encoded = self.options.encoding.encode(name, Unmappable::Refuse)?;
        self.written.bytes.extend_from_slice(&encoded.bytes);
        Ok(())
    }

    fn text(
        &mut self,
        text: &str,
        field: Option<FieldId>,
        position: Position,
    ) -> Result<(), Error> {
        let plain = |c: char| !matches!(c, '<' | '>' | '&' | '"' | '\r' | '\n' | '\t');
        let mut pending = String::new();
        let mut start = 0;
        for (index, character) in text.chars().enumerate() {
            if !is_xml_char(character) {
                let tag = field.map_or("an unknown element", FieldId::tag);
                return Err(ErrorKind::FieldInvalid {
                    tag,
                    rule: "free of control characters",
                }
                .into());
            }
            let escaped = match character {
                _ if plain(character) => None,
                '<' => Some("&lt;"),
                '>' => Some("&gt;"),
                '&' => Some("&amp;"),
                '\r' => Some("&#13;"),
                '"' if position == Position::Attribute => Some("&quot;"),
                '\n' if position == Position::Attribute => Some("&#10;"),
                '\t' if position == Position::Attribute => Some("&#9;"),
                _ => None,
            };
            match escaped {
                None => pending.push(character),
                Some(escaped) => {
                    self.run(&pending, start, field)?;
                    self.raw(escaped);
                    pending.clear();
                    start = index + 1;
                }
            }
        }
        self.run(&pending, start, field)
    }

    /// Writes characters that need no escape.
    fn run(&mut self, text: &str, start: usize, field: Option<FieldId>) -> Result<(), Error> {
        if self.options.encoding == Encoding::Utf8 || text.is_ascii() {
            self.raw(text);
            return Ok(());
        }
        // Refusals are collected over the whole document, so that the caller hears of all of them at once.
        let policy = match self.options.unmappable {
            Unmappable::Refuse => Unmappable::Replace,
            other => other,
        };
        let encoded = self.options.encoding.encode(text, policy)?;
        self.written.bytes.extend_from_slice(&encoded.bytes);
        let places = encoded.changed.into_iter().map(|place| Place {
            index: place.index + start,
            field,
            ..place
        });
        self.written.changed.extend(places);
        Ok(())
    }

    /// Writes ASCII, or text that is UTF-8 already.
    fn raw(&mut self, text: &str) {
        self.written.bytes.extend_from_slice(text.as_bytes());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Text,
    Attribute,
}
