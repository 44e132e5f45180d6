//! The one error of this crate, its kinds and its codes (block MC-4xxx).

use core::fmt;

/// Every code this crate returns, with its kebab-case name.
pub const CODES: &[(&str, &str)] = &[
    ("MC-4001", "malformed-xml"),
    ("MC-4002", "incomplete-xml"),
    ("MC-4003", "dtd-refused"),
    ("MC-4004", "entity-refused"),
    ("MC-4005", "too-deep"),
    ("MC-4006", "too-large"),
    ("MC-4007", "encoding-unsupported"),
    ("MC-4008", "encoding-invalid-bytes"),
    ("MC-4009", "characters-unmappable"),
    ("MC-4010", "unexpected-message"),
    ("MC-4011", "malformed-json"),
    ("MC-4012", "field-misplaced"),
    ("MC-4013", "field-invalid"),
    ("MC-4014", "read-failed"),
    ("MC-4015", "write-failed"),
    ("MC-4020", "identifier-empty"),
    ("MC-4021", "identifier-length"),
    ("MC-4022", "identifier-character"),
    ("MC-4023", "identifier-check-digit"),
    ("MC-4024", "identifier-prefix"),
];

/// Why data of the insurance vocabulary could not be read or written.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    position: Option<Position>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong; no kind carries a person's data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not well-formed XML.
    MalformedXml {
        /// What the grammar wanted here.
        expected: &'static str,
    },
    /// The XML ends before its root element closes: a half-written file looks like this.
    IncompleteXml,
    /// A document type declaration; none of the messages has one.
    DtdRefused,
    /// A reference to an entity that XML itself does not define.
    EntityRefused,
    /// Elements nested deeper than any message needs.
    TooDeep {
        /// The most levels that are read.
        limit: usize,
    },
    /// A part is larger than any message needs.
    TooLarge {
        /// Which part.
        what: &'static str,
        /// The most that is read, in the part's unit.
        limit: usize,
    },
    /// An encoding that the interface does not use.
    EncodingUnsupported {
        /// The declared or detected name, shortened; its length alone when it is not ASCII.
        found: String,
    },
    /// Bytes that the declared encoding does not have.
    InvalidBytes {
        /// The encoding that was declared.
        encoding: crate::Encoding,
    },
    /// Characters that the target encoding cannot write, under the policy `Refuse`.
    Unmappable {
        /// The target encoding.
        encoding: crate::Encoding,
        /// Where they stand.
        places: Vec<crate::encoding::Place>,
    },
    /// Well-formed, but another document than the one asked for.
    UnexpectedMessage {
        /// What the caller asked to read.
        expected: &'static str,
        /// The name found in its place, shortened; its length alone when it is not ASCII.
        found: String,
    },
    /// Not the JSON of this crate.
    MalformedJson {
        /// What was wanted.
        expected: &'static str,
    },
    /// A field was put where the message has no place for it.
    FieldMisplaced {
        /// The field's tag.
        tag: &'static str,
        /// The section's tag.
        section: &'static str,
    },
    /// A value that the field's type does not allow.
    FieldInvalid {
        /// The field's tag.
        tag: &'static str,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// A text is not the identifier it should be; the source says which and why.
    Identifier {
        /// The code of the broken rule.
        code: &'static str,
    },
    /// The source of the bytes failed.
    ReadFailed,
    /// The sink of the bytes failed.
    WriteFailed,
}

/// Where in a text: both counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The character in the line.
    pub column: u64,
}

impl Error {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Where, when the input has lines.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The stable code, one of [`CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::MalformedXml { .. } => "MC-4001",
            ErrorKind::IncompleteXml => "MC-4002",
            ErrorKind::DtdRefused => "MC-4003",
            ErrorKind::EntityRefused => "MC-4004",
            ErrorKind::TooDeep { .. } => "MC-4005",
            ErrorKind::TooLarge { .. } => "MC-4006",
            ErrorKind::EncodingUnsupported { .. } => "MC-4007",
            ErrorKind::InvalidBytes { .. } => "MC-4008",
            ErrorKind::Unmappable { .. } => "MC-4009",
            ErrorKind::UnexpectedMessage { .. } => "MC-4010",
            ErrorKind::MalformedJson { .. } => "MC-4011",
            ErrorKind::FieldMisplaced { .. } => "MC-4012",
            ErrorKind::FieldInvalid { .. } => "MC-4013",
            ErrorKind::Identifier { code } => code,
            ErrorKind::ReadFailed => "MC-4014",
            ErrorKind::WriteFailed => "MC-4015",
        }
    }

    pub(crate) fn new(kind: ErrorKind) -> Self {
        Error {
            kind,
            position: None,
            source: None,
        }
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.position.get_or_insert(position);
        self
    }

    pub(crate) fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// What is repeated of a foreign name: no more than a tag or an encoding needs, and nothing that could be a person's name.
pub(crate) fn shown(found: &str) -> String {
    if found.is_ascii() {
        found.chars().take(40).collect()
    } else {
        format!("{} characters, not all ASCII", found.chars().count())
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Error::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::MalformedXml { expected } => write!(f, "malformed XML, expected {expected}"),
            ErrorKind::IncompleteXml => f.write_str("the XML ends before its root element closes"),
            ErrorKind::DtdRefused => f.write_str("document type declarations are refused"),
            ErrorKind::EntityRefused => {
                f.write_str("reference to an entity that XML does not define")
            }
            ErrorKind::TooDeep { limit } => write!(f, "elements nested deeper than {limit}"),
            ErrorKind::TooLarge { what, limit } => write!(f, "{what} larger than {limit}"),
            ErrorKind::EncodingUnsupported { found } => {
                write!(f, "encoding {found:?} is neither UTF-8 nor Shift_JIS")
            }
            ErrorKind::InvalidBytes { encoding } => {
                write!(f, "bytes that {encoding} does not have")
            }
            ErrorKind::Unmappable { encoding, places } => {
                write!(
                    f,
                    "{} character(s) that {encoding} cannot write",
                    places.len()
                )
            }
            ErrorKind::UnexpectedMessage { expected, found } => {
                write!(f, "expected {expected}, found {found:?}")
            }
            ErrorKind::MalformedJson { expected } => {
                write!(f, "malformed JSON, expected {expected}")
            }
            ErrorKind::FieldMisplaced { tag, section } => {
                write!(f, "{section} has no place for {tag}")
            }
            ErrorKind::FieldInvalid { tag, rule } => write!(f, "{tag} must be {rule}"),
            ErrorKind::Identifier { .. } => f.write_str("not a valid identifier"),
            ErrorKind::ReadFailed => f.write_str("the input could not be read"),
            ErrorKind::WriteFailed => f.write_str("the output could not be written"),
        }?;
        match self.position {
            Some(Position { line, column }) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{IdentifierKind, validate};

    #[test]
    fn every_code_is_listed_and_every_listed_code_is_used() {
        let kinds = [
            ErrorKind::MalformedXml { expected: "" },
            ErrorKind::IncompleteXml,
            ErrorKind::DtdRefused,
            ErrorKind::EntityRefused,
            ErrorKind::TooDeep { limit: 0 },
            ErrorKind::TooLarge { what: "", limit: 0 },
            ErrorKind::EncodingUnsupported {
                found: String::new(),
            },
            ErrorKind::InvalidBytes {
                encoding: crate::Encoding::Utf8,
            },
            ErrorKind::Unmappable {
                encoding: crate::Encoding::ShiftJis,
                places: vec![],
            },
            ErrorKind::UnexpectedMessage {
                expected: "",
                found: String::new(),
            },
            ErrorKind::MalformedJson { expected: "" },
            ErrorKind::FieldMisplaced {
                tag: "",
                section: "",
            },
            ErrorKind::FieldInvalid { tag: "", rule: "" },
            ErrorKind::ReadFailed,
            ErrorKind::WriteFailed,
        ];
        let identifiers = [
            (IdentifierKind::InsurerNumber, ""),
            (IdentifierKind::InsurerNumber, "1"),
            (IdentifierKind::InsurerNumber, "x"),
            (IdentifierKind::InsurerNumber, "138017"),
            (IdentifierKind::InvoiceNumber, "1"),
        ];
        let codes = kinds.into_iter().map(|kind| Error::new(kind).code());
        let mut codes: Vec<&str> = codes
            .chain(
                identifiers
                    .iter()
                    .filter_map(|(kind, text)| validate(*kind, text).code),
            )
            .collect();
        codes.sort_unstable();
        assert_eq!(
            codes,
            CODES.iter().map(|(code, _)| *code).collect::<Vec<_>>()
        );
    }

    #[test]
    fn no_error_shows_a_character_of_what_was_read_or_written() {
        use crate::{Answer, Encoding, Unmappable};
        // Not in Shift_JIS: the first character of a name.
        let refused = Encoding::ShiftJis
            .encode("\u{20bb7}野", Unmappable::Refuse)
            .unwrap_err();
        let replaced = Encoding::ShiftJis
            .encode("\u{20bb7}AB", Unmappable::Replace)
            .unwrap();
        let root = Answer::read_xml("<秘密>x</秘密>".as_bytes()).unwrap_err();
        let declared =
            Answer::read_xml("<?xml version=\"1.0\" encoding=\"秘密\"?><XmlMsg/>".as_bytes())
                .unwrap_err();
        assert_eq!(
            [refused.code(), root.code(), declared.code()],
            ["MC-4009", "MC-4010", "MC-4007"]
        );
        for shown in [
            format!("{refused:?} {refused}"),
            format!("{replaced:?}"),
            format!("{root:?} {root}"),
            format!("{declared:?} {declared}"),
        ] {
            assert!(shown.is_ascii(), "{shown}");
            assert!(
                !shown.contains("20bb7") && !shown.contains("65, 66"),
                "{shown}"
            );
        }
        let misplaced = Answer::read_xml(b"<Elsewhere/>").unwrap_err();
        assert!(misplaced.to_string().contains("Elsewhere"), "{misplaced}");
    }

    #[test]
    fn what_is_shown_for_debugging_holds_no_person() {
        let answer = crate::Answer::read_xml(
            "<XmlMsg><MessageBody><ResultList><ResultOfQualificationConfirmation><Name>秘密</Name><New>秘密</New>\
             </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>"
                .as_bytes(),
        )
        .unwrap();
        let number = crate::identifier::InsuredNumber::strict("秘密").unwrap();
        let written = answer.write_xml_reporting(&Default::default()).unwrap();
        assert!(format!("{written:?}").starts_with("Written { length: "));
        let report = validate(IdentifierKind::InsuredNumber, "秘密");
        let shown = format!("{answer:?} {number:?} {written:?} {report:?}");
        assert!(
            !shown.contains("秘密") && shown.contains("Name: 2 characters"),
            "{shown}"
        );
    }
}
