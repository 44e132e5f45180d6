//! The vocabulary of Japanese online health insurance eligibility (オンライン資格確認).
//!
//! One [field table](field::FIELDS) names every tag of the service's messages; the typed [`Answer`], its XML, JSON and
//! text all come from it. Nothing here touches a card, a network or a clock: bytes go in, values come out.
//!
//! ```
//! use mynacard_eligibility::{Answer, FieldId, Record, Section, Validity};
//!
//! # fn main() -> Result<(), mynacard_eligibility::Error> {
//! let answer = Answer::builder()
//!     .set(FieldId::PROCESSING_RESULT_STATUS, "1")
//!     .set(FieldId::QUALIFICATION_VALIDITY, "1")
//!     .result(Record::builder(Section::Confirmation).set(FieldId::NAME, "医療 太郎"))
//!     .build()?;
//! let xml = answer.write_xml(&Default::default())?;
//! let again = Answer::read_xml(&xml)?;
//! assert_eq!(again.validity(), Some(Validity::Valid));
//! # Ok(())
//! # }
//! ```
//!
//! | for | look at |
//! |---|---|
//! | what a service answered | [`Answer`], [`Validity`], [`Situation`], [`Record`] |
//! | which fields there are, and their codes | [`field`], [`code`], [`section`] |
//! | reading and writing XML, also 100,000 people at once | [`xml`], [`message`], [`encoding`] |
//! | CSV, FHIR, a screen's text | [`shape`] |
//! | insurer numbers, symbols, 枝番, check digits | [`identifier`] |
//! | eras and dates | [`date`] |
//! | the chart that belongs to an answer, and what differs | [`matching`], [`fold`] |
//! | what may serve as proof of insurance | [`evidence`] |
//! | what is odd in an answer | [`Finding`] |
#![forbid(unsafe_code)]

/// The examples of the README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

pub mod answer;
pub mod code;
pub mod date;
pub mod encoding;
mod error;
pub mod evidence;
pub mod field;
mod finding;
pub mod fold;
pub mod identifier;
mod json;
pub mod matching;
pub mod message;
mod record;
pub mod section;
pub mod shape;
mod situation;
mod text;
pub mod xml;

pub use answer::{Answer, AnswerBuilder, Confirmation, Validity};
pub use date::{Date, DateTime, Era};
pub use encoding::{Encoding, Unmappable};
pub use error::{CODES, Error, ErrorKind, Position};
pub use evidence::Evidence;
pub use field::{FIELDS, Field, FieldId};
pub use finding::{Finding, FindingKind};
pub use message::Message;
pub use record::{Record, RecordBuilder};
pub use section::Section;
pub use situation::Situation;
pub use text::Language;
pub use xml::{BulkReader, BulkUnit, BulkWriter, Changes, Element, Node, Written, XmlOptions};
