//! Workbooks: unpacked size, rows and columns are capped before anything is kept.

use crate::table::{Cell, MAX_COLUMNS, MAX_FILE, MAX_ROWS, Sheet};
use crate::{Error, ErrorKind};
use calamine::{DataRef, Reader, Xlsx};
use mynacard_eligibility::Date;
use std::io::{Cursor, Read};

/// The most bytes that a workbook unpacks to.
const MAX_UNPACKED: u64 = 64 << 20;
/// The most files in a workbook.
const MAX_PARTS: usize = 1000;
/// The most sheets that are looked at.
const MAX_SHEETS: usize = 32;

/// Every sheet of a workbook.
pub(crate) fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Error> {
    if bytes.len() > MAX_FILE {
        return Err(Error::new(ErrorKind::TooLarge {
            what: "bytes",
            limit: MAX_FILE as u64,
        }));
    }
    weigh(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(refused)?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names().into_iter().take(MAX_SHEETS) {
        sheets.push(sheet(&mut workbook, &name)?);
    }
    Ok(sheets)
}

fn sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Sheet, Error> {
    let mut rows = Sheet::new();
    let mut cells = workbook.worksheet_cells_reader(name).map_err(refused)?;
    while let Some(cell) = cells.next_cell().map_err(refused)? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        let Some(cell) = to_cell(cell.get_value()) else {
            continue;
        };
        // One cell at the far end of a sheet would make all the empty ones before it.
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(Error::new(ErrorKind::TooLarge {
                what: "rows or columns",
                limit: MAX_ROWS as u64,
            }));
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        if let Some(row) = rows.get_mut(row) {
            if row.len() <= column {
                row.resize_with(column + 1, Cell::default);
            }
            if let Some(place) = row.get_mut(column) {
                *place = cell;
            }
        }
    }
    Ok(rows)
}

fn to_cell(value: &DataRef<'_>) -> Option<Cell> {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => format!("{number}"),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::DateTime(time) => date(time.as_f64())?,
        DataRef::DateTimeIso(text) => text.chars().take(10).collect(),
        DataRef::Bool(value) => value.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(Cell { text })
}

/// A day counted from 1899-12-30, as spreadsheets count since their leap year bug.
fn date(serial: f64) -> Option<String> {
    let first = Date::new(1899, 12, 30)?;
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation)] // bounded just above
    let days = serial.floor() as i32;
    first.plus_days(days).map(|date| date.to_string())
}

/// Unpacks every part into nothing, to know what the workbook would take: sizes in its directory may lie.
fn weigh(bytes: &[u8]) -> Result<(), Error> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(refused)?;
    let too_large = || {
        Error::new(ErrorKind::TooLarge {
            what: "unpacked bytes",
            limit: MAX_UNPACKED,
        })
    };
    if archive.len() > MAX_PARTS {
        return Err(too_large());
    }
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(refused)?;
        let size =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(refused)?;
        left = left.checked_sub(size).ok_or_else(too_large)?;
    }
    Ok(())
}

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::WorkbookRefused).caused_by(error)
}
