//! Rows of text from CSV in either encoding or from a workbook, with everything bounded.

use crate::finding::{ListFinding, Rule};
use crate::{Error, ErrorKind, xlsx};
use mynacard_eligibility::{Date, Encoding, fold};

/// The most bytes of a list's file.
pub const MAX_FILE: usize = 16 << 20;
/// The most rows of a list.
pub const MAX_ROWS: usize = 100_000;
/// The most columns of a list.
pub const MAX_COLUMNS: usize = 256;
/// Headings are looked for in so many rows: titles and notes stand above them.
const HEADING_ROWS: usize = 30;
/// Headings take at most so many rows: groups above single columns.
const HEADING_HEIGHT: usize = 4;

/// Where a list comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// CSV in UTF-8, with or without a byte order mark, or in CP932.
    Csv(&'a [u8]),
    /// A workbook of Excel; its first sheet that has the headings.
    Xlsx(&'a [u8]),
}

/// A cell as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
}

/// A sheet: rows of cells, the first of the file first.
pub(crate) type Sheet = Vec<Vec<Cell>>;

/// A list below its headings.
pub(crate) struct Table {
    rows: Vec<(usize, Vec<Cell>)>,
    /// For each heading that was found, its column.
    columns: Vec<(&'static str, usize)>,
}

/// One row, by heading.
pub(crate) struct Row<'a> {
    /// The row of the file, from one.
    pub(crate) number: usize,
    cells: &'a [Cell],
    columns: &'a [(&'static str, usize)],
}

impl Table {
    /// Reads a list whose rows are told apart by the column `key`; `headings` are the others.
    pub(crate) fn read(
        source: Source<'_>,
        key: &'static str,
        headings: &[(&'static str, &[&str])],
    ) -> Result<Table, Error> {
        let sheets = match source {
            Source::Csv(bytes) => vec![csv_rows(bytes)?],
            Source::Xlsx(bytes) => xlsx::sheets(bytes)?,
        };
        let found = sheets
            .into_iter()
            .find_map(|sheet| locate(sheet, key, headings));
        found.ok_or_else(|| Error::new(ErrorKind::HeadingMissing { heading: key }))
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(number, cells)| Row {
            number: *number,
            cells,
            columns: &self.columns,
        })
    }
}

impl Row<'_> {
    pub(crate) fn cell(&self, heading: &str) -> Option<&Cell> {
        let (_, column) = self.columns.iter().find(|(name, _)| *name == heading)?;
        self.cells.get(*column).filter(|cell| !cell.text.is_empty())
    }

    pub(crate) fn text(&self, heading: &str) -> Option<String> {
        self.cell(heading).map(|cell| cell.text.clone())
    }

    /// Whether the cell has a ○; anything that is no mark is a finding.
    pub(crate) fn mark(&self, heading: &'static str, findings: &mut Vec<ListFinding>) -> Mark {
        let Some(cell) = self.cell(heading) else {
            return Mark::None;
        };
        match cell.text.as_str() {
            "○" | "〇" | "◯" | "●" | "◎" | "O" | "o" | "Ｏ" | "ｏ" => Mark::Circle,
            "△" | "▲" => Mark::Triangle,
            "×" | "✕" | "-" | "－" | "ー" | "―" | "x" | "X" => Mark::None,
            _ => {
                findings.push(ListFinding {
                    row: self.number,
                    column: heading,
                    rule: Rule::UnknownMark,
                });
                Mark::None
            }
        }
    }

    /// The number of the row, its lost zeros put back up to one of the lengths.
    pub(crate) fn number(
        &self,
        heading: &'static str,
        lengths: &[usize],
        findings: &mut Vec<ListFinding>,
    ) -> Option<String> {
        let cell = self.cell(heading)?;
        let mut note = |rule| {
            findings.push(ListFinding {
                row: self.number,
                column: heading,
                rule,
            })
        };
        if !cell.text.is_ascii() {
            note(Rule::Width);
        }
        let text = fold::narrow(&cell.text);
        let lost = lengths
            .iter()
            .find(|&&length| text.len() + 1 == length && !lengths.contains(&text.len()));
        if let Some(&length) = lost {
            note(Rule::LeadingZeroLost);
            return Some(format!("{text:0>length$}"));
        }
        Some(text)
    }

    pub(crate) fn date(
        &self,
        heading: &'static str,
        findings: &mut Vec<ListFinding>,
    ) -> Option<Date> {
        let text = self.text(heading)?;
        let date = read_date(&text);
        if date.is_none() {
            findings.push(ListFinding {
                row: self.number,
                column: heading,
                rule: Rule::Date,
            });
        }
        date
    }
}

/// What stands in a cell for marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    None,
    Circle,
    Triangle,
}

fn read_date(text: &str) -> Option<Date> {
    let narrow = fold::narrow(text.trim());
    if let Ok(date) = narrow.parse() {
        return Some(date);
    }
    let mut parts = narrow
        .split(['/', '.', '-', '年', '月', '日'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let date = Date::new(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    )?;
    (parts.next().is_none() && date.year() >= 1868).then_some(date)
}

/// Finds the headings; what is below them are the rows.
fn locate(sheet: Sheet, key: &'static str, headings: &[(&'static str, &[&str])]) -> Option<Table> {
    let plain = |cell: &Cell| fold::compare_key(&cell.text);
    let wanted = fold::compare_key(key);
    let top = sheet
        .iter()
        .take(HEADING_ROWS)
        .position(|row| row.iter().any(|cell| plain(cell).contains(&wanted)))?;
    let key_column = sheet
        .get(top)?
        .iter()
        .position(|cell| plain(cell).contains(&wanted))?;
    let is_data = |row: &Vec<Cell>| {
        row.get(key_column).is_some_and(|cell| {
            fold::narrow(&cell.text)
                .bytes()
                .any(|byte| byte.is_ascii_digit())
        })
    };
    let height = sheet
        .iter()
        .skip(top + 1)
        .take(HEADING_HEIGHT)
        .position(is_data)
        .unwrap_or(0)
        + 1;
    let heading_rows = sheet.get(top..top + height)?;
    let mut columns = vec![(key, key_column)];
    for (name, spellings) in headings {
        let matches = |cell: &Cell| {
            let cell = plain(cell);
            !cell.is_empty()
                && spellings
                    .iter()
                    .any(|spelling| cell.starts_with(&fold::compare_key(spelling)))
        };
        // The lowest row names single columns, the rows above it groups of them.
        let found = heading_rows
            .iter()
            .rev()
            .find_map(|row| row.iter().position(matches));
        columns.extend(
            found
                .filter(|column| !columns.iter().any(|(_, taken)| taken == column))
                .map(|column| (*name, column)),
        );
    }
    let rows = sheet
        .into_iter()
        .enumerate()
        .skip(top + height)
        .map(|(index, row)| (index + 1, row));
    Some(Table {
        rows: rows
            .filter(|(_, row)| row.iter().any(|cell| !cell.text.is_empty()))
            .collect(),
        columns,
    })
}

fn csv_rows(bytes: &[u8]) -> Result<Sheet, Error> {
    if bytes.len() > MAX_FILE {
        return Err(Error::new(ErrorKind::TooLarge {
            what: "bytes",
            limit: MAX_FILE as u64,
        }));
    }
    let text = Encoding::Utf8
        .decode(bytes)
        .or_else(|_| Encoding::ShiftJis.decode(bytes));
    let text = text.map_err(|error| Error::new(ErrorKind::Encoding).caused_by(error))?;
    let mut sheet = Sheet::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|error| {
            let row = error.position().map(csv::Position::line);
            Error::new(ErrorKind::Malformed { row }).caused_by(error)
        })?;
        if sheet.len() == MAX_ROWS {
            return Err(Error::new(ErrorKind::TooLarge {
                what: "rows",
                limit: MAX_ROWS as u64,
            }));
        }
        // Blank lines are no records: rows are counted as a spreadsheet shows them.
        if let Some(line) = record
            .position()
            .and_then(|position| usize::try_from(position.line()).ok())
        {
            while sheet.len() + 1 < line.min(MAX_ROWS) && !text.contains('"') {
                sheet.push(Vec::new());
            }
        }
        let cells = record.iter().take(MAX_COLUMNS).map(|text| Cell {
            text: text.trim().to_owned(),
        });
        sheet.push(cells.collect());
    }
    Ok(sheet)
}
