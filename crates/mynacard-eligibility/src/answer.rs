//! The answer to one query (資格確認結果): what the service says about one person.
//!
//! ```
//! use mynacard_eligibility::Validity;
//!
//! assert!(Validity::from_code("1").is_valid());
//! let later = Validity::from_code("9"); // a code that did not exist when this was written
//! assert_eq!((later.code(), later.is_valid()), ("9", false));
//! ```

use crate::message::FaceName;
use crate::xml::{Element, Written, XmlOptions};
use crate::{
    Date, DateTime, Error, ErrorKind, FieldId, Finding, Language, Message, Record, RecordBuilder,
    Section,
};
use core::ops::Deref;

/// The answer to one query, from the service or from a face file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    message: Message,
}

/// One insurance of an answer: the fields of `ResultOfQualificationConfirmation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation<'a>(&'a Record);

/// Whether the insurance is valid (資格有効性, table 006).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validity {
    /// 1 有効.
    Valid,
    /// 2 無効.
    Invalid,
    /// 3 無効（新しい資格あり）.
    InvalidNewerExists,
    /// 4 該当資格なし.
    NotFound,
    /// 5 複数該当.
    Several,
    /// 6 有効（未登録）, of 医療扶助.
    ValidUnregistered,
    /// A code that the table does not have.
    Other(String),
}

/// Makes an [`Answer`] by the rules of the interface; errors wait until it is built.
#[derive(Debug)]
pub struct AnswerBuilder {
    header: RecordBuilder,
    body: RecordBuilder,
    unknown: Vec<Element>,
}

impl Answer {
    /// Starts an answer whose values must keep the rules.
    #[must_use]
    pub fn builder() -> AnswerBuilder {
        AnswerBuilder {
            header: Record::builder(Section::Header),
            body: Record::builder(Section::Body),
            unknown: Vec::new(),
        }
    }

    /// Reads an answer or a face file in CP932 or UTF-8, as its declaration says.
    ///
    /// Unknown tags, codes and subtrees are kept and listed in [`Answer::findings`].
    ///
    /// # Errors
    /// Malformed, incomplete, too large or undecodable XML, with its position; another document than an answer.
    pub fn read_xml(bytes: &[u8]) -> Result<Answer, Error> {
        Ok(Answer {
            message: Message::read_xml(bytes)?,
        })
    }

    /// Writes the answer as XML, which is also the form of a face file.
    ///
    /// # Errors
    /// As [`Message::write_xml`].
    pub fn write_xml(&self, options: &XmlOptions) -> Result<Vec<u8>, Error> {
        Ok(self.write_xml_reporting(options)?.bytes)
    }

    /// As [`Answer::write_xml`], with the places where a character had to be replaced.
    ///
    /// # Errors
    /// As [`Message::write_xml`].
    pub fn write_xml_reporting(&self, options: &XmlOptions) -> Result<Written, Error> {
        self.message.write_xml(options)
    }

    /// The answer as a face file, which receipt computers read as if the terminal's own card reader had written it.
    ///
    /// The header is completed with what such a file states: a query by card that was finished. `identifier` stands in
    /// the file's name: ASCII letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// As [`Message::write_xml`]; an identifier with other characters.
    pub fn to_face_file(
        &self,
        identifier: &str,
        options: &XmlOptions,
    ) -> Result<(FaceName, Written), Error> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if identifier.len() > 100 || !identifier.chars().all(plain) {
            let rule = "at most 100 letters, digits, - and _";
            return Err(ErrorKind::FieldInvalid {
                tag: "the face file's identifier",
                rule,
            }
            .into());
        }
        let mut message = self.message.clone();
        let defaults = [
            (FieldId::REFERENCE_CLASSIFICATION, "1"),
            (FieldId::SEGMENT_OF_RESULT, "1"),
            (FieldId::CHARACTER_CODE_IDENTIFIER, options.encoding.code()),
        ];
        for (field, text) in defaults {
            if message.header.text(field).is_none() {
                message.header.insert(field, text);
            }
        }
        let name = FaceName {
            identifier: identifier.to_owned(),
            time: self.processed_at(),
        };
        Ok((name, message.write_xml(options)?))
    }

    /// The answer as JSON; the keys are the tags, [`Answer::from_json`] reads it back without loss.
    #[must_use]
    pub fn to_json(&self) -> String {
        crate::json::write(&self.message)
    }

    /// Reads the JSON of [`Answer::to_json`].
    ///
    /// # Errors
    /// [`crate::ErrorKind::MalformedJson`].
    pub fn from_json(json: &str) -> Result<Answer, Error> {
        Ok(Answer {
            message: crate::json::read(json)?,
        })
    }

    /// The answer as lines for people, dates in both calendars and codes in words.
    #[must_use]
    pub fn to_text(&self, language: Language) -> String {
        crate::text::write(&self.message, language)
    }

    /// Whether the insurance is valid; nothing when the service did not say.
    #[must_use]
    pub fn validity(&self) -> Option<Validity> {
        self.message
            .body
            .text(FieldId::QUALIFICATION_VALIDITY)
            .map(Validity::from_code)
    }

    /// Every insurance found, in the service's order.
    #[must_use]
    pub fn results(&self) -> Vec<Confirmation<'_>> {
        self.message
            .body
            .children(Section::Confirmation)
            .map(Confirmation)
            .collect()
    }

    /// A text of the header or the body.
    #[must_use]
    pub fn text(&self, field: FieldId) -> Option<&str> {
        self.message
            .header
            .text(field)
            .or_else(|| self.message.body.text(field))
    }

    /// The service's 処理結果コード, which also comes with success (the card's certificate ends soon).
    #[must_use]
    pub fn result_code(&self) -> Option<&str> {
        self.message.body.text(FieldId::PROCESSING_RESULT_CODE)
    }

    /// When the service made the answer.
    #[must_use]
    pub fn processed_at(&self) -> Option<DateTime> {
        self.message.header.time(FieldId::PROCESS_EXECUTION_TIME)
    }

    /// The day for which the insurance was confirmed.
    #[must_use]
    pub fn confirmed_for(&self) -> Option<Date> {
        self.message
            .header
            .date(FieldId::QUALIFICATION_CONFIRMATION_DATE)
    }

    /// What was unusual when it was read.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.message.findings()
    }

    /// The message under the answer.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }
}

impl From<Message> for Answer {
    fn from(message: Message) -> Self {
        Answer { message }
    }
}

impl From<Answer> for Message {
    fn from(answer: Answer) -> Self {
        answer.message
    }
}

impl AnswerBuilder {
    /// Puts a text into the header or the body, where it belongs.
    #[must_use]
    pub fn set(mut self, field: FieldId, text: impl Into<String>) -> Self {
        if Section::Header.layout().fields.contains(&field) {
            self.header = self.header.set(field, text);
        } else {
            self.body = self.body.set(field, text);
        }
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

    /// Adds an insurance.
    #[must_use]
    pub fn result(mut self, confirmation: RecordBuilder) -> Self {
        self.body = self.body.child(confirmation);
        self
    }

    /// Keeps an element that the field table does not know, in the body.
    #[must_use]
    pub fn unknown(mut self, element: Element) -> Self {
        self.unknown.push(element);
        self
    }

    /// The answer.
    ///
    /// # Errors
    /// The first rule that was broken: [`crate::ErrorKind::FieldMisplaced`] or [`crate::ErrorKind::FieldInvalid`].
    pub fn build(self) -> Result<Answer, Error> {
        let mut message = Message {
            header: self.header.build()?,
            body: self.body.build()?,
            ..Message::default()
        };
        message.body.unknown.extend(self.unknown);
        Ok(Answer { message })
    }
}

impl<'a> Confirmation<'a> {
    /// The record under it.
    #[must_use]
    pub fn record(self) -> &'a Record {
        self.0
    }

    /// The text of a field that is present and not empty.
    #[must_use]
    pub fn text(self, field: FieldId) -> Option<&'a str> {
        self.0.text(field)
    }

    /// 高齢受給者証.
    #[must_use]
    pub fn elderly(self) -> Option<&'a Record> {
        self.0.children(Section::Elderly).next()
    }

    /// 限度額適用認定証.
    #[must_use]
    pub fn limit(self) -> Option<&'a Record> {
        self.0.children(Section::Limit).next()
    }

    /// 特定疾病療養受療証.
    #[must_use]
    pub fn diseases(self) -> Vec<&'a Record> {
        self.0.children(Section::Disease).collect()
    }

    /// 医療券・調剤券.
    #[must_use]
    pub fn tickets(self) -> Vec<&'a Record> {
        self.0.children(Section::Ticket).collect()
    }
}

impl Deref for Confirmation<'_> {
    type Target = Record;

    fn deref(&self) -> &Record {
        self.0
    }
}

impl Validity {
    /// From the code of the message; total.
    #[must_use]
    pub fn from_code(code: &str) -> Validity {
        match code {
            "1" => Validity::Valid,
            "2" => Validity::Invalid,
            "3" => Validity::InvalidNewerExists,
            "4" => Validity::NotFound,
            "5" => Validity::Several,
            "6" => Validity::ValidUnregistered,
            other => Validity::Other(other.to_owned()),
        }
    }

    /// The code of the message.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Validity::Valid => "1",
            Validity::Invalid => "2",
            Validity::InvalidNewerExists => "3",
            Validity::NotFound => "4",
            Validity::Several => "5",
            Validity::ValidUnregistered => "6",
            Validity::Other(code) => code,
        }
    }

    /// Whether the insurance can be used: 1 or 6.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        matches!(self, Validity::Valid | Validity::ValidUnregistered)
    }
}
