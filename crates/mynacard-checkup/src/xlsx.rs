//! Workbooks: unpacked size, rows and columns are capped before anything is kept.

use crate::table::{Filling, MAX_FILE, Sheet};
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
    let mut filling = Filling::new();
    for name in workbook.sheet_names().into_iter().take(MAX_SHEETS) {
        filling.sheet();
        sheet(&mut workbook, &name, &mut filling)?;
    }
    Ok(filling.into_sheets())
}

fn sheet(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    filling: &mut Filling,
) -> Result<(), Error> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(refused)?;
    while let Some(cell) = cells.next_cell().map_err(refused)? {
        let (row, column) = cell.get_position();
        if let Some(text) = to_text(cell.get_value()) {
            filling.put(row as usize, column as usize, &text)?;
        }
    }
    Ok(())
}

fn to_text(value: &DataRef<'_>) -> Option<String> {
    Some(match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => format!("{number}"),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::DateTime(time) => date(time.as_f64())?,
        DataRef::DateTimeIso(text) => text.chars().take(10).collect(),
        DataRef::Bool(value) => value.to_string(),
        _ => return None,
    })
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
