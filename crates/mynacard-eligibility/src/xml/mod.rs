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

/// Whether XML 1.0 can carry every character of the text.
pub(crate) fn is_xml_text(text: &str) -> bool {
    // Without a way out of the loop, so that many bytes are looked at in one step.
    let control = |byte: u8| (byte < 0x20) & !matches!(byte, b'\t' | b'\n' | b'\r');
    let controls = text.bytes().fold(false, |any, byte| any | control(byte));
    // U+FFFE and U+FFFF differ in the last bit.
    !controls && !holds(text, *b"\xEF\xBF\xBF", 1)
}

/// Whether a text holds `●` or `〓`, which stand for a character that somebody could not write.
pub(crate) fn has_placeholder(text: &str) -> bool {
    holds(text, *b"\xE2\x97\x8F", 0) || holds(text, *b"\xE3\x80\x93", 0)
}

/// Whether a character of three bytes stands in the text, whatever the bits of `any` are in its last one. Searches for a text stop at every
/// byte that many kanji have too; this does not.
fn holds(text: &str, character: [u8; 3], any: u8) -> bool {
    let [first, second, third] = character;
    let after = |count| text.as_bytes().get(count..).unwrap_or_default();
    let places = after(0).iter().zip(after(1)).zip(after(2));
    let other = |((a, b), c): ((&u8, &u8), &u8)| (a ^ first) | (b ^ second) | ((c | any) ^ third);
    places.map(other).fold(u8::MAX, u8::min) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_of_characters() {
        // An interpreter gets a part of them.
        let all = ('\0'..='\u{FFFF}').step_by(if cfg!(miri) { 251 } else { 1 });
        let all = all.chain(['●', '〓', '\u{FFFF}', '\u{1FFFE}', '\u{20B9F}', char::MAX]);
        for c in all {
            let text = format!("氏{c}ﾀ");
            assert_eq!(is_xml_text(&text), is_xml_char(c), "{:X}", u32::from(c));
            assert_eq!(
                has_placeholder(&text),
                matches!(c, '●' | '〓'),
                "{:X}",
                u32::from(c)
            );
        }
        assert!(is_xml_text("") && !has_placeholder(""));
        assert!(!is_xml_text("\u{FFFE}") && has_placeholder("〓"));
    }
}
