//! A pull parser of well-formed XML without DTDs: tags and text, bounded, with positions.

use super::input::Utf8Input;
use super::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_RECORD, MAX_TOKEN, is_xml_char, is_xml_text};
use crate::{Error, ErrorKind, Position};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use std::io::Read;

/// What comes next; the parser holds the name or text of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// An element opens: [`Pull::name`], [`Pull::attributes`].
    Start,
    /// The innermost element closes.
    End,
    /// A piece of text: [`Pull::text`]. An element's text may come in several.
    Text,
    /// The document is complete.
    Finished,
}

pub(super) struct Pull<R: Read> {
    reader: quick_xml::Reader<Utf8Input<R>>,
    buffer: Vec<u8>,
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    depth: usize,
    root_seen: bool,
    close_next: bool,
    /// Where the record began that [`MAX_RECORD`] bounds.
    mark: u64,
}

impl<R: Read> Pull<R> {
    pub(super) fn new(input: Utf8Input<R>) -> Self {
        let mut reader = quick_xml::Reader::from_reader(input);
        reader.config_mut().enable_all_checks(true);
        Pull {
            reader,
            buffer: Vec::new(),
            name: String::new(),
            attributes: Vec::new(),
            text: String::new(),
            depth: 0,
            root_seen: false,
            close_next: false,
            mark: 0,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn take_attributes(&mut self) -> Vec<(String, String)> {
        core::mem::take(&mut self.attributes)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn position(&self) -> Position {
        self.reader.get_ref().position()
    }

    pub(super) fn encoding(&self) -> crate::Encoding {
        self.reader.get_ref().encoding()
    }

    /// A record of its own begins; gives what to hand to [`Pull::leave`].
    pub(super) fn enter(&mut self) -> u64 {
        let consumed = self.reader.get_ref().consumed();
        let spent = consumed - self.mark;
        self.mark = consumed;
        spent
    }

    /// The record ended: what stands between records still counts together.
    pub(super) fn leave(&mut self, spent: u64) {
        self.mark = self.reader.get_ref().consumed().saturating_sub(spent);
    }

    pub(super) fn error(&self, kind: ErrorKind) -> Error {
        Error::from(kind).at(self.position())
    }

    pub(super) fn next(&mut self) -> Result<Token, Error> {
        if self.close_next {
            self.close_next = false;
            self.depth -= 1;
            return Ok(Token::End);
        }
        loop {
            if let Some(token) = self.event()? {
                return Ok(token);
            }
        }
    }

    fn event(&mut self) -> Result<Option<Token>, Error> {
        self.buffer.clear();
        self.reader.get_mut().allow(MAX_TOKEN);
        let event = self.reader.read_event_into(&mut self.buffer);
        let input = self.reader.get_ref();
        // What is refused as a whole is refused where it begins; what breaks off, where it breaks off.
        let fail = |kind: ErrorKind| Err(Error::from(kind).at(input.token_position()));
        let malformed = |expected| fail(ErrorKind::MalformedXml { expected });
        if input.consumed() - self.mark > MAX_RECORD as u64 {
            return fail(ErrorKind::TooLarge {
                what: "a record in bytes",
                limit: MAX_RECORD,
            });
        }
        let event = match event {
            Ok(event) => event,
            Err(error) => return Err(parser_error(error, input.at_end()).at(input.position())),
        };
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                if self.depth == 0 && self.root_seen {
                    return malformed("nothing after the root element");
                }
                if self.depth == MAX_DEPTH {
                    return fail(ErrorKind::TooDeep { limit: MAX_DEPTH });
                }
                if !is_name(start.name().0) {
                    return malformed("an element name");
                }
                self.name.clear();
                self.name.push_str(start.name().0);
                if start.attributes_raw().is_empty() {
                    self.attributes.clear();
                } else {
                    self.attributes =
                        attributes(start).map_err(|error| error.at(input.token_position()))?;
                }
                self.root_seen = true;
                self.depth += 1;
                self.close_next = matches!(event, Event::Empty(_));
                Ok(Some(Token::Start))
            }
            Event::End(_) => {
                // Unmatched end tags are refused by the parser, so the depth is not zero here.
                self.depth = self.depth.saturating_sub(1);
                Ok(Some(Token::End))
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                if self.depth == 0 {
                    return if is_space(&text) {
                        Ok(None)
                    } else {
                        malformed("markup outside the root element")
                    };
                }
                let closed = text.as_bytes().contains(&b'>') && text.contains("]]>");
                if closed || !is_xml_text(&text) {
                    return malformed("characters that XML allows");
                }
                self.text.clear();
                self.text.push_str(&text);
                Ok(Some(Token::Text))
            }
            Event::CData(text) if self.depth > 0 => {
                let text = text.xml10_content();
                if !is_xml_text(&text) {
                    return malformed("characters that XML allows");
                }
                self.text.clear();
                self.text.push_str(&text);
                Ok(Some(Token::Text))
            }
            Event::GeneralRef(reference) if self.depth > 0 => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) if is_xml_char(character) => character,
                    Ok(Some(_)) | Err(_) => return malformed("a character that XML allows"),
                    Ok(None) => match predefined(&reference) {
                        Some(character) => character,
                        None => return fail(ErrorKind::EntityRefused),
                    },
                };
                self.text.clear();
                self.text.push(character);
                Ok(Some(Token::Text))
            }
            Event::CData(_) | Event::GeneralRef(_) => malformed("markup outside the root element"),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Ok(None),
            Event::DocType(_) => fail(ErrorKind::DtdRefused),
            Event::Eof if self.root_seen && self.depth == 0 => Ok(Some(Token::Finished)),
            Event::Eof => fail(ErrorKind::IncompleteXml),
        }
    }
}

/// Whether a text is nothing but XML's own white space.
pub(super) fn is_space(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, Error> {
    let malformed = || {
        Error::from(ErrorKind::MalformedXml {
            expected: "attributes",
        })
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        // The parser compares the name of each with all before it.
        if attributes.len() == MAX_ATTRIBUTES {
            return Err(ErrorKind::TooLarge {
                what: "attributes of an element",
                limit: MAX_ATTRIBUTES,
            }
            .into());
        }
        let attribute = attribute.map_err(|_| malformed())?;
        if !is_name(attribute.key.0) || attribute.value.contains('<') {
            return Err(malformed());
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| Error::from(ErrorKind::EntityRefused))?;
        if !is_xml_text(&value) {
            return Err(malformed());
        }
        attributes.push((attribute.key.0.to_owned(), value.into_owned()));
    }
    Ok(attributes)
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

/// A name, generously: letters, digits and `_ : - .`, not beginning with a digit, `-` or `.`.
pub(super) fn is_name(name: &str) -> bool {
    let kind = |byte: u8| NAMES.get(usize::from(byte)).copied().unwrap_or_default();
    let mut bytes = name.bytes();
    if bytes.next().is_some_and(|first| kind(first) == 2) && bytes.all(|byte| kind(byte) > 0) {
        return true;
    }
    let start = |c: char| c.is_alphabetic() || c == '_' || c == ':';
    let mut characters = name.chars();
    characters.next().is_some_and(start)
        && characters.all(|c| start(c) || c.is_numeric() || c == '-' || c == '.')
}

/// Of ASCII: 2 begins a name, 1 goes on with it, 0 is for none, and everything else is looked at as characters.
#[allow(
    clippy::indexing_slicing,
    reason = "the loop ends before the table does"
)]
const NAMES: [u8; 128] = {
    let mut kinds = [0; 128];
    let mut byte = 0;
    while byte < 128_u8 {
        kinds[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b':' => 2,
            b'0'..=b'9' | b'-' | b'.' => 1,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// The parser's error as ours; its text may quote the input, so only its kind is kept.
fn parser_error(error: quick_xml::Error, at_end: bool) -> Error {
    use quick_xml::errors::{Error as Xml, IllFormedError as Ill, SyntaxError as Syntax};
    let kind = match error {
        Xml::Io(error) => {
            return match std::sync::Arc::try_unwrap(error) {
                Ok(error) => super::input::carried(error),
                Err(shared) => Error::from(ErrorKind::ReadFailed).caused_by(shared.to_string()),
            };
        }
        // The parser reports what is still open when the input ends.
        Xml::Syntax(Syntax::InvalidBangMarkup) => ErrorKind::MalformedXml {
            expected: "a comment or CDATA section",
        },
        Xml::Syntax(_) | Xml::IllFormed(Ill::MissingEndTag(_)) => ErrorKind::IncompleteXml,
        Xml::IllFormed(Ill::UnclosedReference) if at_end => ErrorKind::IncompleteXml,
        Xml::IllFormed(Ill::UnclosedReference) => ErrorKind::MalformedXml {
            expected: "a complete reference",
        },
        Xml::IllFormed(Ill::DoubleHyphenInComment) => ErrorKind::MalformedXml {
            expected: "no -- in a comment",
        },
        Xml::IllFormed(_) => ErrorKind::MalformedXml {
            expected: "matching tags",
        },
        _ => ErrorKind::MalformedXml { expected: "markup" },
    };
    kind.into()
}
