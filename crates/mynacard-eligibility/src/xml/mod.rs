//! The XML of the messages: bounded reading from a stream, and writing.
//!
//! ```
//! use mynacard_eligibility::{Answer, XmlOptions};
//!
//! let unread = Answer::read_xml(b"<XmlMsg>").expect_err("it breaks off");
//! assert!(unread.code().starts_with("MC-4"));
//! assert!(XmlOptions::default().encoding == mynacard_eligibility::Encoding::Utf8);
//! ```

mod bulk;
pub(crate) mod input;
mod pull;
mod read;
mod write;

use crate::{Encoding, Unmappable};
use core::fmt;

pub use bulk::{BulkReader, BulkUnit, BulkWriter, Changes};
pub(crate) use read::read_message;
pub use write::Written;
pub(crate) use write::write_message;

/// The root element of every message.
pub const ROOT: &str = "XmlMsg";
/// The most levels of elements that are read.
pub const MAX_DEPTH: usize = 64;
/// The most bytes (as UTF-8) of one text, tag or comment.
pub const MAX_TOKEN: usize = 1 << 20;
/// The most attributes of an element; no message needs any.
pub const MAX_ATTRIBUTES: usize = 256;
/// The most bytes (as UTF-8) of one person's record, and of a message without people.
pub const MAX_RECORD: usize = 8 << 20;

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct XmlOptions {
    /// The encoding; the declaration and `CharacterCodeIdentifier` say so too.
    pub encoding: Encoding,
    /// What to do with characters that it does not have.
    pub unmappable: Unmappable,
}

/// An element that the field table does not know, whole. Its `Debug` shows tags and lengths only.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// Its tag, with its prefix.
    pub tag: String,
    /// Its attributes, in order.
    pub attributes: Vec<(String, String)>,
    /// What it holds, in order.
    pub nodes: Vec<Node>,
}

/// A part of an unknown element.
#[derive(Clone, PartialEq, Eq)]
pub enum Node {
    /// Text, unescaped.
    Text(String),
    /// An element.
    Element(Element),
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(&self.tag)
            .field("nodes", &self.nodes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Text(text) => write!(f, "{} characters", text.chars().count()),
            Node::Element(element) => element.fmt(f),
        }
    }
}

/// Whether XML 1.0 can carry the character.
pub(crate) fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}
