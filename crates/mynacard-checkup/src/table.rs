//! Rows of text from CSV in either encoding or from a workbook, with everything bounded.

use crate::finding::{ListFinding, Rule};
use crate::{Error, ErrorKind, xlsx};
use core::cmp::Reverse;
use mynacard_eligibility::{Date, Encoding, fold};

/// The most bytes of a list's file.
pub const MAX_FILE: usize = 16 << 20;
/// The most rows of a list.
pub const MAX_ROWS: usize = 100_000;
/// The most columns of a list.
pub const MAX_COLUMNS: usize = 256;
/// The most cells of a list, the empty ones before a filled one included: a hundred thousand rows of the widest list.
pub const MAX_CELLS: usize = 2_000_000;
/// Headings are looked for in so many rows: titles and notes stand above them.
const HEADING_ROWS: usize = 30;
/// Headings take at most so many rows: groups above single columns.
const HEADING_HEIGHT: usize = 4;

/// Where a list comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// CSV in UTF-8, with or without a byte order mark, or in CP932.
    Csv(&'a [u8]),
    /// A workbook of Excel; its first sheet that has more of the headings than the number's.
    Xlsx(&'a [u8]),
}

/// A cell as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
}

/// A sheet: rows of cells, the first of the file first.
pub(crate) type Sheet = Vec<Vec<Cell>>;

/// Headings and their columns.
type Columns = Vec<(&'static str, usize)>;

/// How good a place for the headings is: how many there are, where they end, where they begin, how long the key's cell is.
type Rank = (usize, Reverse<usize>, usize, Reverse<usize>);

/// Sheets while they are filled; one number bounds the cells of all.
pub(crate) struct Filling {
    sheets: Vec<Sheet>,
    cells: usize,
}

/// A list below its headings.
pub(crate) struct Table {
    rows: Vec<(usize, Vec<Cell>)>,
    /// For each heading that was found, its column.
    columns: Columns,
    /// The lowest row of the headings, from one.
    heading_row: usize,
    /// The headings that no column has.
    missing: Vec<&'static str>,
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
            Source::Csv(bytes) => csv_rows(bytes)?,
            Source::Xlsx(bytes) => xlsx::sheets(bytes)?,
        };
        // A sheet of notes may name the key and nothing else.
        let mut bare = None;
        for sheet in sheets {
            match locate(sheet, key, headings) {
                Some(table) if table.columns.len() > 1 => return Ok(table),
                Some(table) => bare = bare.or(Some(table)),
                None => {}
            }
        }
        bare.ok_or_else(|| Error::new(ErrorKind::HeadingMissing { heading: key }))
    }

    /// The headings that no column has.
    pub(crate) fn missing(&self) -> impl Iterator<Item = ListFinding> {
        self.missing.iter().map(|&heading| ListFinding {
            row: self.heading_row,
            column: heading,
            rule: Rule::HeadingMissing,
        })
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
        mark_of(&cell.text).unwrap_or_else(|| {
            findings.push(ListFinding {
                row: self.number,
                column: heading,
                rule: Rule::UnknownMark,
            });
            Mark::None
        })
    }

    /// The text of the cell, unless it is a mark.
    pub(crate) fn words(&self, heading: &str) -> Option<String> {
        self.text(heading).filter(|text| mark_of(text).is_none())
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

fn mark_of(text: &str) -> Option<Mark> {
    Some(match text {
        "○" | "〇" | "◯" | "●" | "◎" | "O" | "o" | "Ｏ" | "ｏ" => Mark::Circle,
        "△" | "▲" => Mark::Triangle,
        "×" | "✕" | "-" | "－" | "ー" | "―" | "x" | "X" => Mark::None,
        _ => return None,
    })
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
///
/// Notes name headings too, so every cell that has the key is tried: where most headings are found is the list. Of as many the
/// first ones count (pages may repeat them), and within these the lowest row and the shortest cell.
fn locate(sheet: Sheet, key: &'static str, headings: &[(&'static str, &[&str])]) -> Option<Table> {
    let wanted = fold::compare_key(key);
    // The rows that may be headings are folded once, however many cells have the key.
    let top: Vec<Vec<String>> = sheet
        .iter()
        .take(HEADING_ROWS + HEADING_HEIGHT)
        .map(|row| {
            row.iter()
                .map(|cell| fold::compare_key(&cell.text))
                .collect()
        })
        .collect();
    let places = places(&top, headings);
    let mut best: Option<(Rank, Columns)> = None;
    for (row, cells) in top.iter().enumerate().take(HEADING_ROWS) {
        for (column, cell) in cells.iter().enumerate() {
            if !cell.contains(&wanted) {
                continue;
            }
            let end = row + height(&sheet, row, column);
            let columns = columns(
                (key, column),
                headings,
                places.get(row..end).unwrap_or_default(),
            );
            let rank = (columns.len(), Reverse(end), row, Reverse(cell.len()));
            if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                best = Some((rank, columns));
            }
        }
    }
    let ((_, Reverse(end), ..), columns) = best?;
    let missing = headings
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !columns.iter().any(|(found, _)| found == name))
        .collect();
    let rows = sheet
        .into_iter()
        .enumerate()
        .skip(end)
        .map(|(index, row)| (index + 1, row));
    Some(Table {
        rows: rows
            .filter(|(_, row)| row.iter().any(|cell| !cell.text.is_empty()))
            .collect(),
        columns,
        heading_row: end,
        missing,
    })
}

/// For each row, the column of each heading.
fn places(top: &[Vec<String>], headings: &[(&'static str, &[&str])]) -> Vec<Vec<Option<usize>>> {
    let spellings: Vec<Vec<String>> = headings
        .iter()
        .map(|(_, spellings)| spellings.iter().map(|one| fold::compare_key(one)).collect())
        .collect();
    let place = |row: &Vec<String>, spellings: &Vec<String>| {
        row.iter()
            .position(|cell| spellings.iter().any(|one| cell.starts_with(one)))
    };
    top.iter()
        .map(|row| spellings.iter().map(|one| place(row, one)).collect())
        .collect()
}

/// How many rows the headings take whose key stands there: up to the first row that has a number below it.
fn height(sheet: &Sheet, row: usize, column: usize) -> usize {
    let is_data = |row: &Vec<Cell>| {
        row.get(column).is_some_and(|cell| {
            fold::narrow(&cell.text)
                .bytes()
                .any(|byte| byte.is_ascii_digit())
        })
    };
    sheet
        .iter()
        .skip(row + 1)
        .take(HEADING_HEIGHT)
        .position(is_data)
        .unwrap_or(0)
        + 1
}

/// The columns of the headings in these rows, each for one heading.
fn columns(
    key: (&'static str, usize),
    headings: &[(&'static str, &[&str])],
    rows: &[Vec<Option<usize>>],
) -> Columns {
    let mut columns = vec![key];
    for (at, (name, _)) in headings.iter().enumerate() {
        // The lowest row names single columns, the rows above it groups of them.
        let found = rows
            .iter()
            .rev()
            .find_map(|row| row.get(at).copied().flatten());
        columns.extend(
            found
                .filter(|column| !columns.iter().any(|(_, taken)| taken == column))
                .map(|column| (*name, column)),
        );
    }
    columns
}

fn csv_rows(bytes: &[u8]) -> Result<Vec<Sheet>, Error> {
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
    let mut filling = Filling::new();
    filling.sheet();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    loop {
        // The reader passes over blank lines; a spreadsheet shows them as rows. A cell's own line breaks are none.
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        row += blank_lines(&text, start);
        let more = reader.read_record(&mut record).map_err(|error| {
            let row = Some(row as u64 + 1);
            Error::new(ErrorKind::Malformed { row }).caused_by(error)
        })?;
        if !more {
            return Ok(filling.into_sheets());
        }
        for (column, cell) in record.iter().enumerate().take(MAX_COLUMNS) {
            filling.put(row, column, cell.trim())?;
        }
        row += 1;
        if row > MAX_ROWS {
            return Err(too_many("rows", MAX_ROWS));
        }
    }
}

/// How many lines without any character begin at that byte, where a record has just ended.
fn blank_lines(text: &str, start: usize) -> usize {
    let mut rest = text.as_bytes().get(start..).unwrap_or_default();
    // The reader may stand between the two characters of the line end before.
    let before = start.checked_sub(1).and_then(|at| text.as_bytes().get(at));
    if let (Some(b'\r'), Some((b'\n', after))) = (before, rest.split_first()) {
        rest = after;
    }
    let mut lines = 0;
    while let Some((b'\r' | b'\n', after)) = rest.split_first() {
        rest = match rest {
            [b'\r', b'\n', after @ ..] => after,
            _ => after,
        };
        lines += 1;
    }
    lines
}

pub(crate) fn too_many(what: &'static str, limit: usize) -> Error {
    Error::new(ErrorKind::TooLarge {
        what,
        limit: limit as u64,
    })
}

impl Filling {
    pub(crate) fn new() -> Self {
        Filling {
            sheets: Vec::new(),
            cells: 0,
        }
    }

    /// Begins the next sheet.
    pub(crate) fn sheet(&mut self) {
        self.sheets.push(Sheet::new());
    }

    /// Puts a cell into the last sheet; rows and columns are counted from zero. An empty cell takes no place.
    pub(crate) fn put(&mut self, row: usize, column: usize, text: &str) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        // One cell at the far end of a sheet would make all the empty ones before it.
        if row >= MAX_ROWS {
            return Err(too_many("rows", MAX_ROWS));
        }
        if column >= MAX_COLUMNS {
            return Err(too_many("columns", MAX_COLUMNS));
        }
        let Some(sheet) = self.sheets.last_mut() else {
            return Ok(());
        };
        if sheet.len() <= row {
            sheet.resize_with(row + 1, Vec::new);
        }
        let Some(cells) = sheet.get_mut(row) else {
            return Ok(());
        };
        if cells.len() <= column {
            self.cells += column + 1 - cells.len();
            if self.cells > MAX_CELLS {
                return Err(too_many("cells", MAX_CELLS));
            }
            cells.resize_with(column + 1, Cell::default);
        }
        if let Some(place) = cells.get_mut(column) {
            text.clone_into(&mut place.text);
        }
        Ok(())
    }

    pub(crate) fn into_sheets(self) -> Vec<Sheet> {
        self.sheets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn rows(csv: &str, expected: &[&str]) {
        let sheet = csv_rows(csv.as_bytes()).unwrap().remove(0);
        let first: Vec<&str> = sheet
            .iter()
            .map(|row| row.first().map_or("", |cell| cell.text.as_str()))
            .collect();
        assert_eq!(first, expected, "{csv:?}");
    }

    #[test]
    fn rows_are_those_of_a_spreadsheet() {
        for end in ["\n", "\r\n", "\r"] {
            let csv = |text: &str| text.replace('\n', end);
            rows(&csv("a\nb"), &["a", "b"]);
            rows(&csv("a\n\nb\n\n\nc\n"), &["a", "", "b", "", "", "c"]);
            rows(&csv("\n\na"), &["", "", "a"]);
            rows(
                &csv("\"a\n\na\",1\nb\n\nc"),
                &[&csv("a\n\na"), "b", "", "c"],
            );
            rows(&csv("\"\n\"\n\n\"\"\na"), &["", "", "", "a"]);
        }
    }

    #[test]
    fn cells_are_counted_with_the_empty_ones_before_them() {
        let mut filling = Filling::new();
        filling.sheet();
        let full = MAX_CELLS / MAX_COLUMNS;
        for row in 0..full {
            filling.put(row, MAX_COLUMNS - 1, "x").unwrap();
            filling.put(row, 0, "x").unwrap();
        }
        let error = filling.put(full, MAX_COLUMNS - 1, "x").unwrap_err();
        assert_eq!(error.code(), "MC-7001");
        assert!(filling.put(full, MAX_COLUMNS, "").is_ok());
        for (row, column) in [(MAX_ROWS, 0), (0, MAX_COLUMNS)] {
            assert_eq!(filling.put(row, column, "x").unwrap_err().code(), "MC-7001");
        }
    }
}
