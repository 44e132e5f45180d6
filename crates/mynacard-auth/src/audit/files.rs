//! The trail's files, `audit-000001.jsonl` and on, and their lines, read with bounds.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest line in bytes, its end included.
pub(super) const LONGEST: usize = 4096;

/// The name of the file with this number.
pub(super) fn name(number: u32) -> String {
    format!("audit-{number:06}.jsonl")
}

/// The path of the file with this number.
pub(super) fn path(folder: &Path, number: u32) -> PathBuf {
    folder.join(name(number))
}

/// The numbers of the files in `folder`, in order; a folder that is not there has none.
pub(super) fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let found = entry?.file_name();
        let number = found.to_str().and_then(|found| {
            let digits = found.strip_prefix("audit-")?.strip_suffix(".jsonl")?;
            digits.parse().ok().filter(|number| name(*number) == found)
        });
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// A piece of a file, up to the end of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A line, without its end.
    Line(Vec<u8>),
    /// What stands after the last end of a line.
    Torn(Vec<u8>),
    /// A line beyond [`LONGEST`], passed over.
    TooLong,
}

/// Reads a file piece by piece and counts its bytes.
pub(super) struct Pieces {
    file: BufReader<File>,
}

impl Pieces {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufReader::new(File::open(path)?),
        })
    }

    pub(super) fn of(file: File) -> Self {
        Self {
            file: BufReader::new(file),
        }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        let mut bytes = Vec::new();
        let most = LONGEST as u64;
        self.file
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut bytes)?;
        Ok(match bytes.pop() {
            None => None,
            Some(b'\n') => Some(Piece::Line(bytes)),
            Some(last) if bytes.len() + 1 < LONGEST => {
                bytes.push(last);
                Some(Piece::Torn(bytes))
            }
            Some(_) => {
                self.file.skip_until(b'\n')?;
                Some(Piece::TooLong)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_torn_pieces_and_endless_ones_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(folder.path(), 7);
        let endless = "x".repeat(3 * LONGEST);
        std::fs::write(&path, format!("one\n\n{endless}\ntwo\nthr")).unwrap();
        let mut pieces = Pieces::open(&path).unwrap();
        let expected = [
            Piece::Line(b"one".to_vec()),
            Piece::Line(vec![]),
            Piece::TooLong,
            Piece::Line(b"two".to_vec()),
            Piece::Torn(b"thr".to_vec()),
        ];
        for piece in expected {
            assert_eq!(pieces.next().unwrap(), Some(piece));
        }
        assert_eq!(pieces.next().unwrap(), None);
    }

    #[test]
    fn only_names_that_we_write_count() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "audit-000002.jsonl",
            "audit-000001.jsonl",
            "audit-1.jsonl",
            "audit-000003.jsonl.bak",
            "audit-+00004.jsonl",
            "audit-1000000.jsonl",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(numbers(folder.path()).unwrap(), [1, 2, 1_000_000]);
        assert!(numbers(&folder.path().join("none")).unwrap().is_empty());
    }
}
