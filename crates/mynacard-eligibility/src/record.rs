//! A record: the fields of one section of a message, its nested sections, and whatever nobody knew.

use crate::section::Section;
use crate::xml::Element;
use crate::{Date, DateTime, Error, ErrorKind, FieldId};
use core::fmt;
use std::collections::BTreeMap;

/// One section with its values; what the field table does not know is kept whole.
///
/// Its `Debug` shows tags and lengths, never a person's data.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    section: Section,
    values: Vec<(FieldId, String)>,
    /// By section: found, numbered and added in the same time however many there are.
    pub(crate) children: BTreeMap<Section, Vec<Record>>,
    pub(crate) unknown: Vec<Element>,
    pub(crate) attributes: Vec<(String, String)>,
}

/// Makes a [`Record`] by the rules of the interface; errors wait until it is built.
#[derive(Debug)]
pub struct RecordBuilder {
    record: Record,
    error: Option<Error>,
}

impl Record {
    /// An empty section.
    #[must_use]
    pub fn new(section: Section) -> Self {
        Record {
            section,
            values: Vec::new(),
            children: BTreeMap::new(),
            unknown: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Starts a section whose values must keep the rules.
    #[must_use]
    pub fn builder(section: Section) -> RecordBuilder {
        RecordBuilder {
            record: Record::new(section),
            error: None,
        }
    }

    /// Which section it is.
    #[must_use]
    pub fn section(&self) -> Section {
        self.section
    }

    /// The text of a field that is present and not empty.
    #[must_use]
    pub fn text(&self, field: FieldId) -> Option<&str> {
        self.raw(field).filter(|text| !text.is_empty())
    }

    /// The text of a field as it stood in the message, also when it is empty.
    #[must_use]
    pub fn raw(&self, field: FieldId) -> Option<&str> {
        let at = self
            .values
            .binary_search_by_key(&field, |(id, _)| *id)
            .ok()?;
        self.values.get(at).map(|(_, text)| text.as_str())
    }

    /// The day of a field, when it is one.
    #[must_use]
    pub fn date(&self, field: FieldId) -> Option<Date> {
        self.text(field).and_then(Date::from_basic)
    }

    /// The time of a field, when it is one.
    #[must_use]
    pub fn time(&self, field: FieldId) -> Option<DateTime> {
        self.text(field).and_then(DateTime::from_basic)
    }

    /// Every field that is present, by number.
    pub fn values(&self) -> impl Iterator<Item = (FieldId, &str)> {
        self.values.iter().map(|(id, text)| (*id, text.as_str()))
    }

    /// The nested sections of one kind, in order.
    pub fn children(&self, section: Section) -> impl Iterator<Item = &Record> {
        self.children.get(&section).into_iter().flatten()
    }

    /// How many nested sections of one kind there are.
    pub(crate) fn count(&self, section: Section) -> usize {
        self.children.get(&section).map_or(0, Vec::len)
    }

    /// The elements that the field table does not know, whole.
    #[must_use]
    pub fn unknown(&self) -> &[Element] {
        &self.unknown
    }

    /// A field's value in words, dates in both calendars and codes with their label; nothing when it is absent or empty.
    #[must_use]
    pub fn shown(&self, field: FieldId, language: crate::Language) -> Option<String> {
        self.text(field)
            .map(|text| crate::text::value(field, text, language))
    }

    /// Puts a text in, without asking the rules; gives back the one that was there.
    pub fn insert(&mut self, field: FieldId, text: impl Into<String>) -> Option<String> {
        match self.values.binary_search_by_key(&field, |(id, _)| *id) {
            Ok(at) => self
                .values
                .get_mut(at)
                .map(|(_, old)| core::mem::replace(old, text.into())),
            Err(at) => {
                self.values.insert(at, (field, text.into()));
                None
            }
        }
    }

    /// Takes a text out.
    pub fn remove(&mut self, field: FieldId) -> Option<String> {
        let at = self
            .values
            .binary_search_by_key(&field, |(id, _)| *id)
            .ok()?;
        Some(self.values.remove(at).1)
    }

    /// Nests a section, without asking the rules.
    pub fn push(&mut self, child: Record) {
        self.children.entry(child.section).or_default().push(child);
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.section.tag());
        for (field, text) in &self.values {
            shown.field(
                field.tag(),
                &format_args!("{} characters", text.chars().count()),
            );
        }
        shown
            .field("children", &self.children)
            .field("unknown", &self.unknown)
            .finish()
    }
}

impl RecordBuilder {
    /// Puts a text in; it must belong to the section and keep its type's rule.
    #[must_use]
    pub fn set(mut self, field: FieldId, text: impl Into<String>) -> Self {
        let text = text.into();
        if !self.record.section.layout().fields.contains(&field) {
            self.refuse(ErrorKind::FieldMisplaced {
                tag: field.tag(),
                section: self.record.section.tag(),
            });
        } else if let Some(rule) = field.field().kind.broken_rule(&text) {
            self.refuse(ErrorKind::FieldInvalid {
                tag: field.tag(),
                rule,
            });
        } else if !crate::xml::is_xml_text(&text) {
            self.refuse(ErrorKind::FieldInvalid {
                tag: field.tag(),
                rule: "free of control characters",
            });
        }
        self.record.insert(field, text);
        self
    }

    /// Puts a text in when there is one.
    #[must_use]
    pub fn set_if(self, field: FieldId, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.set(field, text),
            None => self,
        }
    }

    /// Nests a section.
    #[must_use]
    pub fn child(mut self, child: RecordBuilder) -> Self {
        let section = child.record.section;
        if !self
            .record
            .section
            .layout()
            .children
            .iter()
            .any(|place| place.section == section)
        {
            self.refuse(ErrorKind::FieldMisplaced {
                tag: section.tag(),
                section: self.record.section.tag(),
            });
        }
        self.error = self.error.or(child.error);
        self.record.push(child.record);
        self
    }

    /// Keeps an element that the field table does not know.
    #[must_use]
    pub fn unknown(mut self, element: Element) -> Self {
        self.record.unknown.push(element);
        self
    }

    /// The record.
    ///
    /// # Errors
    /// The first rule that was broken: [`ErrorKind::FieldMisplaced`] or [`ErrorKind::FieldInvalid`].
    pub fn build(self) -> Result<Record, Error> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.record),
        }
    }

    fn refuse(&mut self, kind: ErrorKind) {
        self.error.get_or_insert_with(|| kind.into());
    }
}
