//! Which face files the receipt computer has taken in, kept on its own disk.
//!
//! One line for each, appended and flushed: the SHA-256 of the file's name in lower case, because nobody says what terminals
//! put into the name. A line that a crash cut off was never promised.

use super::journal::{Lock, failed, lock, make_folder, sync_folder, write_durably};
use super::step::step;
use super::{Error, ErrorKind};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

/// So many names are kept, the latest: years of them.
const MAX_KEPT: usize = 200_000;
const FILE: &str = "faces";
/// The line after which files that were there at the beginning are known.
const PRIMED: &str = "primed";

/// The journal of face files.
#[derive(Debug)]
pub(super) struct Seen {
    file: File,
    /// Where the last whole line ends.
    end: u64,
    /// A write failed, and what it left behind is still there.
    torn: bool,
    names: HashSet<String>,
    primed: bool,
    _lock: Lock,
}

impl Seen {
    pub(super) fn open(folder: &Path) -> Result<Seen, Error> {
        make_folder(folder).map_err(failed)?;
        let lock = lock(&folder.join("faces.lock"))?;
        let path = folder.join(FILE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(failed)?,
        };
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let text = std::str::from_utf8(bytes.get(..whole.map_or(0, |end| end + 1)).unwrap_or(&[]))
            .map_err(|error| Error::new(ErrorKind::JournalFailed).caused_by(error))?;
        let primed = text.lines().any(|line| line == PRIMED);
        let lines: Vec<&str> = text.lines().filter(|line| line.len() == 64).collect();
        let surplus = lines.len() > 2 * MAX_KEPT;
        let kept = lines
            .get(if surplus { lines.len() - MAX_KEPT } else { 0 }..)
            .unwrap_or_default();
        let names = kept.iter().map(|&line| line.to_owned()).collect();
        if surplus || text.len() != bytes.len() {
            let mut text: String = kept.iter().map(|line| format!("{line}\n")).collect();
            if primed {
                text.push_str(&format!("{PRIMED}\n"));
            }
            write_durably(&path, &folder.join("faces.tmp"), text.as_bytes()).map_err(failed)?;
        }
        // Not for appending alone: what a failed write leaves behind is cut off again, which Windows refuses then.
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        // Its name must outlive a power cut, for every line in it does.
        sync_folder(&path);
        let end = file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Seen {
            file,
            end,
            torn: false,
            names,
            primed,
            _lock: lock,
        })
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.names.contains(&line(name))
    }

    /// Whether files that were there at the beginning are known.
    pub(super) fn is_primed(&self) -> bool {
        self.primed
    }

    /// Keeps names; when this returns, they survive a crash.
    pub(super) fn keep<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Error> {
        let lines: Vec<String> = names
            .into_iter()
            .map(line)
            .filter(|line| !self.names.contains(line))
            .collect();
        if !lines.is_empty() {
            self.append(&format!("{}\n", lines.join("\n")))?;
        }
        self.names.extend(lines);
        Ok(())
    }

    /// Says that files that were there at the beginning are known.
    pub(super) fn prime(&mut self) -> Result<(), Error> {
        if !self.primed {
            self.append(&format!("{PRIMED}\n"))?;
        }
        self.primed = true;
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), Error> {
        if self.torn {
            self.cut()?;
        }
        let written = self.write(text);
        match written {
            Ok(()) => self.end += text.len() as u64,
            Err(_) => {
                self.torn = true;
                // Should this fail too, the next line does not begin before it worked.
                let _ = self.cut();
            }
        }
        written
    }

    /// Takes away what a failed write left: half a line would swallow the next one.
    fn cut(&mut self) -> Result<(), Error> {
        self.file.set_len(self.end).map_err(failed)?;
        self.file.seek(SeekFrom::Start(self.end)).map_err(failed)?;
        self.torn = false;
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), Error> {
        let (first, rest) = text.as_bytes().split_at(text.len() / 2);
        step();
        self.file.write_all(first).map_err(failed)?;
        step();
        self.file.write_all(rest).map_err(failed)?;
        step();
        self.file.sync_data().map_err(failed)?;
        step();
        Ok(())
    }
}

fn line(name: &str) -> String {
    Sha256::digest(name.to_ascii_lowercase())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_swallows_no_later_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let mut seen = Seen::open(folder.path()).unwrap();
        seen.keep(["a.xml"]).unwrap();
        // A write that fails after half of it, on a disk that cannot even be cut.
        let real = std::mem::replace(&mut seen.file, File::open(&path).unwrap());
        let mut other = OpenOptions::new().append(true).open(&path).unwrap();
        other.write_all(&line("b.xml").as_bytes()[..32]).unwrap();
        drop(other);
        assert!(seen.keep(["b.xml"]).is_err());
        assert!(!seen.contains("b.xml"));
        assert!(seen.keep(["b.xml"]).is_err());
        seen.file = real;
        seen.keep(["c.xml"]).unwrap();
        seen.prime().unwrap();
        drop(seen);

        let seen = Seen::open(folder.path()).unwrap();
        let known = ["a.xml", "b.xml", "c.xml"].map(|name| seen.contains(name));
        assert_eq!((known, seen.is_primed()), ([true, false, true], true));
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 2 * 65 + PRIMED.len() + 1);
    }
}
