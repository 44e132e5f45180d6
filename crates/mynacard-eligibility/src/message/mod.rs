//! A whole message of the interface: header and body, whatever kind it is.
//!
//! ```
//! use mynacard_eligibility::message::FaceName;
//!
//! let name = FaceName::parse("OQSsiquc01res_face_0001_20261120101500.xml").expect("a face file");
//! assert_eq!(name.file_name(), "OQSsiquc01res_face_0001_20261120101500.xml");
//! assert!(FaceName::parse("../OQSsiquc01res_face_0001_20261120101500.xml").is_none());
//! ```

mod face;
mod kind;
pub mod request;

pub use face::FaceName;
pub use kind::{Direction, FileName, MessageKind};

use crate::xml::{self, Element, Written, XmlOptions};
use crate::{Encoding, Error, Finding, Record, Section};

/// One message: the root `XmlMsg` with its `MessageHeader` and `MessageBody`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `MessageHeader`.
    pub header: Record,
    /// `MessageBody`.
    pub body: Record,
    /// The encoding that it was read in.
    pub encoding: Encoding,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) unknown: Vec<Element>,
    pub(crate) findings: Vec<Finding>,
}

impl Message {
    /// A message of a header and a body.
    #[must_use]
    pub fn new(header: Record, body: Record) -> Message {
        Message {
            header,
            body,
            ..Message::default()
        }
    }

    /// Reads any message that is not a bulk one, in CP932 or UTF-8.
    ///
    /// # Errors
    /// Malformed, incomplete, too large or undecodable XML, with its position; another document than a message.
    pub fn read_xml(bytes: &[u8]) -> Result<Message, Error> {
        xml::read_message(bytes)
    }

    /// Writes the message; the encoding is also stated in `CharacterCodeIdentifier`, when the header has it.
    ///
    /// # Errors
    /// Characters that the encoding does not have, under [`crate::Unmappable::Refuse`]; characters that XML does not have.
    pub fn write_xml(&self, options: &XmlOptions) -> Result<Written, Error> {
        xml::write_message(self, options)
    }

    /// What was unusual when it was read.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Elements beside header and body, whole.
    #[must_use]
    pub fn unknown(&self) -> &[Element] {
        &self.unknown
    }
}

impl Default for Message {
    fn default() -> Self {
        Message {
            header: Record::new(Section::Header),
            body: Record::new(Section::Body),
            encoding: Encoding::Utf8,
            attributes: Vec::new(),
            unknown: Vec::new(),
            findings: Vec::new(),
        }
    }
}
