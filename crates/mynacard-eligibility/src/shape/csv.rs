//! CSV for spreadsheets: one row for each insurance, columns from the field table, no cell that a spreadsheet would run.
//!
//! ```
//! use mynacard_eligibility::shape::csv::{self, CsvOptions, Headings};
//! use mynacard_eligibility::{Encoding, Unmappable};
//!
//! let options = CsvOptions { encoding: Encoding::Utf8, unmappable: Unmappable::Refuse, headings: Headings::Tags };
//! let table = csv::write(&[], &options)?;
//! assert!(table.bytes.starts_with(&[0xEF, 0xBB, 0xBF])); // spreadsheets want the mark
//! # Ok::<(), mynacard_eligibility::Error>(())
//! ```

use crate::encoding::Place;
use crate::section::Occurs;
use crate::xml::Written;
use crate::{Answer, Encoding, Error, ErrorKind, FieldId, Language, Record, Section, Unmappable};

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// UTF-8 with a byte order mark, or CP932.
    pub encoding: Encoding,
    /// What to do with characters that it does not have; CSV has no character references, so that policy replaces.
    pub unmappable: Unmappable,
    /// What the first row says.
    pub headings: Headings,
}

/// What the first row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Headings {
    /// The tags, for programs.
    #[default]
    Tags,
    /// Labels, for people.
    Labels(Language),
}

/// One column: where its text comes from.
#[derive(Debug, Clone, Copy)]
struct Column {
    section: Section,
    /// Which occurrence of the section.
    index: usize,
    field: FieldId,
}

/// The most columns of a table: spreadsheets have no more.
pub const MAX_COLUMNS: usize = 16_384;

/// Writes answers; one without any insurance is a row too.
///
/// # Errors
/// Characters that the encoding does not have, under [`Unmappable::Refuse`]: their places are counted over the whole text.
/// Sections that repeat so often that they need more than [`MAX_COLUMNS`].
pub fn write(answers: &[Answer], options: &CsvOptions) -> Result<Written, Error> {
    let columns = columns(answers)?;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let failed = |error: csv::Error| Error::from(ErrorKind::WriteFailed).caused_by(error);
    writer
        .write_record(
            columns
                .iter()
                .map(|column| heading(column, options.headings)),
        )
        .map_err(failed)?;
    for answer in answers {
        let results = answer.results();
        let rows: Vec<Option<&Record>> = match results.as_slice() {
            [] => vec![None],
            results => results.iter().map(|result| Some(result.record())).collect(),
        };
        for row in rows {
            let cells = columns
                .iter()
                .map(|column| neutral(cell(answer, row, column).unwrap_or_default()));
            writer.write_record(cells).map_err(failed)?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::from(ErrorKind::WriteFailed).caused_by(error.into_error()))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Error::from(ErrorKind::WriteFailed).caused_by(error))?;
    encode(&text, options)
}

/// A cell that no spreadsheet takes for a formula: an apostrophe before `= + - @`, tab and line ends, in both widths.
#[must_use]
pub fn neutral(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '−') => {
            format!("'{text}")
        }
        _ => text.to_owned(),
    }
}

fn encode(text: &str, options: &CsvOptions) -> Result<Written, Error> {
    let policy = match options.unmappable {
        Unmappable::CharacterReference => Unmappable::Replace,
        other => other,
    };
    let encoded = options.encoding.encode(text, policy)?;
    let mut bytes = match options.encoding {
        Encoding::Utf8 => vec![0xEF, 0xBB, 0xBF],
        Encoding::ShiftJis => Vec::new(),
    };
    bytes.extend_from_slice(&encoded.bytes);
    let changed: Vec<Place> = encoded.changed;
    Ok(Written { bytes, changed })
}

/// Every field of header, body and insurance; repeated sections as often as the answer with the most has them.
fn columns(answers: &[Answer]) -> Result<Vec<Column>, Error> {
    let mut columns: Vec<Column> = Vec::new();
    let mut add = |section: Section, index: usize| {
        if columns.len() + section.layout().fields.len() > MAX_COLUMNS {
            let (what, limit) = ("columns", MAX_COLUMNS);
            return Err(Error::from(ErrorKind::TooLarge { what, limit }));
        }
        columns.extend(section.layout().fields.iter().map(|&field| Column {
            section,
            index,
            field,
        }));
        Ok(())
    };
    add(Section::Header, 0)?;
    add(Section::Body, 0)?;
    add(Section::Confirmation, 0)?;
    for child in Section::Confirmation.layout().children {
        let most = match child.section.layout().occurs {
            Occurs::Once => 1,
            Occurs::Many => {
                let results = answers.iter().flat_map(Answer::results);
                results
                    .map(|result| result.record().children(child.section).count())
                    .max()
                    .unwrap_or(0)
            }
        };
        for index in 0..most {
            add(child.section, index)?;
        }
    }
    Ok(columns)
}

fn heading(column: &Column, headings: Headings) -> String {
    let field = column.field.field();
    let name = match headings {
        Headings::Tags => field.tag,
        Headings::Labels(Language::Japanese) => field.label_ja,
        Headings::Labels(Language::English) => field.label_en,
    };
    match column.section.layout().occurs {
        Occurs::Many if column.section != Section::Confirmation => {
            format!("{name}[{}]", column.index + 1)
        }
        _ if column.section == Section::Body => format!("{}/{name}", Section::Body.tag()),
        _ => name.to_owned(),
    }
}

fn cell<'a>(answer: &'a Answer, row: Option<&'a Record>, column: &Column) -> Option<&'a str> {
    let record = match column.section {
        Section::Header => &answer.message().header,
        Section::Body => &answer.message().body,
        Section::Confirmation => row?,
        nested => row?.children(nested).nth(column.index)?,
    };
    record.text(column.field)
}
