//! Reads a trail from its first line and names where it is not what was written.

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use super::chain::{self, BEGINNING, Key, Link};
use super::files::{self, Piece, Pieces};
use super::head::{Head, failed};
use crate::{Error, ErrorKind};

/// What a trail looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Files read.
    pub files: usize,
    /// Lines that are in the chain.
    pub lines: u64,
    /// The last of them, as a value to compare with one noted elsewhere.
    pub fingerprint: String,
    /// What was done to it, in the files' order; at most [`Report::MOST_FINDINGS`].
    pub findings: Vec<Finding>,
    /// Findings beyond these.
    pub more: u64,
    /// What is unusual and no damage.
    pub notes: Vec<Note>,
}

/// A place and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file's name, or `head`.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong.
    pub damage: Damage,
}

/// What was done to a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Damage {
    /// The line is not what was written.
    Altered,
    /// There is no line of a trail here.
    NotALine,
    /// Lines before this one were removed.
    Missing {
        /// How many.
        lines: u64,
    },
    /// The line or the file belongs elsewhere.
    OutOfPlace,
    /// The end was cut off.
    CutOff {
        /// How many lines.
        lines: u64,
    },
    /// Something was added after the end.
    Surplus,
    /// The head counts fewer lines than there are: an older one was put back.
    HeadOlder {
        /// How many lines it does not count.
        lines: u64,
    },
    /// The head counts as many lines, but another last one.
    HeadDiffers,
    /// The head is missing or was altered.
    NoHead,
}

/// Something unusual that no damage explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// The last line is whole and not counted yet: the program or the machine stopped between line and head.
    NotCounted,
    /// The last line was not written whole, and not counted.
    Torn {
        /// Its bytes.
        bytes: u64,
    },
    /// Files of an earlier trail, whose key is gone: not verified.
    EarlierFiles {
        /// How many.
        files: usize,
    },
}

impl Report {
    /// So many findings are named; further ones are counted.
    pub const MOST_FINDINGS: usize = 1000;

    /// Says whether nothing was removed, cut off, rewritten or moved.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }
}

/// What is read of a line whose link fits, and guessed of one whose link does not.
#[derive(Deserialize)]
struct Line {
    n: u64,
    event: String,
    #[serde(default)]
    file: Option<u32>,
}

/// Reads the files of a trail that was closed: to its end nothing belongs, and files after its last one are another trail's.
pub(super) fn run_closed(folder: &Path, key: &Key, head: &Head) -> Result<Report, Error> {
    let mut numbers = files::numbers(folder).map_err(failed)?;
    numbers.retain(|number| (head.first..=head.file).contains(number));
    let mut walk = walk(folder, key, Some(head), &numbers)?;
    // A line that no head counts: of a living trail a power cut explains it.
    let added = |note: &Note| matches!(note, Note::NotCounted | Note::Torn { .. });
    if walk.report.notes.iter().any(added) {
        walk.report.notes.retain(|note| !added(note));
        walk.find(&files::name(head.file), 0, Damage::Surplus);
    }
    let length = std::fs::metadata(files::path(folder, head.file)).map(|file| file.len());
    if walk.report.is_whole() && length.ok() != Some(head.length) {
        walk.find("head", 0, Damage::HeadDiffers);
    }
    Ok(walk.report)
}

/// Reads the files of `folder`.
pub(super) fn run(folder: &Path, key: &Key, head: Result<Head, Error>) -> Result<Report, Error> {
    let head = match head {
        Ok(head) => Some(head),
        Err(error) if matches!(error.kind(), ErrorKind::AuditHead) => None,
        Err(error) => return Err(error),
    };
    let numbers = files::numbers(folder).map_err(failed)?;
    let first = head.as_ref().map_or(0, |head| head.first);
    let (earlier, ours): (Vec<_>, Vec<_>) = numbers.into_iter().partition(|n| *n < first);
    let mut report = walk(folder, key, head.as_ref(), &ours)?.report;
    if !earlier.is_empty() {
        let files = earlier.len();
        report.notes.insert(0, Note::EarlierFiles { files });
    }
    Ok(report)
}

fn walk<'a>(
    folder: &Path,
    key: &'a Key,
    head: Option<&'a Head>,
    ours: &[u32],
) -> Result<Walk<'a>, Error> {
    let first = head.map_or(0, |head| head.first);
    let mut walk = Walk::new(key, head);
    if head.is_none() {
        walk.find("head", 0, Damage::NoHead);
    }
    walk.report.files = ours.len();
    let mut place = (files::name(first.max(1)), 1);
    for (index, number) in ours.iter().enumerate() {
        let is_last = index + 1 == ours.len();
        place = walk.file(folder, *number, is_last).map_err(failed)?;
    }
    walk.end(&place.0, place.1);
    Ok(walk)
}

struct Walk<'a> {
    key: &'a Key,
    head: Option<&'a Head>,
    /// The links that the next line may be chained to: one, unless something was found.
    before: Vec<Link>,
    /// The next line's number.
    next: u64,
    /// The line before was not one: what follows it cannot be judged.
    lost: bool,
    /// Whole lines that the head does not count, and the first one's place.
    beyond: u64,
    beyond_at: Option<(String, u64)>,
    report: Report,
}

impl<'a> Walk<'a> {
    fn new(key: &'a Key, head: Option<&'a Head>) -> Self {
        Self {
            key,
            head,
            before: vec![BEGINNING],
            next: 1,
            lost: false,
            beyond: 0,
            beyond_at: None,
            report: Report {
                files: 0,
                lines: 0,
                fingerprint: chain::hex(&BEGINNING),
                findings: Vec::new(),
                more: 0,
                notes: Vec::new(),
            },
        }
    }

    /// Reads one file and returns the place after its last line.
    fn file(
        &mut self,
        folder: &Path,
        number: u32,
        is_last: bool,
    ) -> std::io::Result<(String, u64)> {
        let name = files::name(number);
        // A power cut leaves something behind the last counted line only: in its file, or in the one that was being begun.
        let is_next = self
            .head
            .is_none_or(|head| head.file.checked_add(1) == Some(number));
        let may_be_torn = is_last && (is_next || self.head.is_some_and(|h| h.file == number));
        let mut pieces = Pieces::open(&files::path(folder, number))?;
        let mut at = 1;
        while let Some(piece) = pieces.next()? {
            match piece {
                // No JSON holds a zero byte, and a disk that lost power may.
                Piece::Line(line) if may_be_torn && line.contains(&0) => {
                    self.torn(&name, at, line.len() + 1);
                }
                Piece::Line(line) => self.line(&name, number, at, &line),
                Piece::TooLong => self.not_a_line(&name, at),
                Piece::Torn(line) if may_be_torn => self.torn(&name, at, line.len()),
                Piece::Torn(_) => self.not_a_line(&name, at),
            }
            at += 1;
        }
        if at == 1 && !(is_last && is_next) {
            self.find(&name, 0, Damage::NotALine);
        } else if at == 1 && self.beyond > 0 {
            // A file is begun when every line before it is counted.
            self.find(&name, 0, Damage::Surplus);
        }
        Ok((name, at))
    }

    fn line(&mut self, name: &str, number: u32, at: u64, line: &[u8]) {
        let Some((open, link)) = chain::split(line) else {
            return self.not_a_line(name, at);
        };
        let read: Option<Line> = serde_json::from_str(&format!("{open}}}")).ok();
        let fits = |before: &Link| self.key.fits(before, open, &link);
        if self.before.iter().any(fits) {
            self.before = vec![link];
            self.lost = false;
            self.in_chain(name, number, at, read, &link);
            return;
        }
        let claimed = read.map(|line| line.n);
        let damage = match claimed {
            _ if self.counted() => Damage::Surplus,
            Some(n) if n > self.next => Damage::Missing {
                lines: n - self.next,
            },
            Some(n) if n < self.next => Damage::OutOfPlace,
            _ => Damage::Altered,
        };
        if !(self.lost && damage == Damage::Altered) {
            self.find(name, at, damage);
        }
        self.lost = false;
        // The next line may be chained to what was here: the text or the link alone may have been changed.
        let computed = self.before.last().map(|before| self.key.link(before, open));
        self.before.truncate(MOST_GUESSES);
        self.before.extend(computed.into_iter().chain([link]));
        if damage != Damage::OutOfPlace {
            self.next = claimed
                .unwrap_or(self.next)
                .max(self.next)
                .saturating_add(1);
        }
    }

    /// A line whose link fits: nobody else can have made it.
    fn in_chain(&mut self, name: &str, number: u32, at: u64, line: Option<Line>, link: &Link) {
        self.report.lines += 1;
        self.report.fingerprint = chain::hex(link);
        let Some(line) = line else {
            return self.find(name, at, Damage::NotALine);
        };
        let begins = line.event == "file";
        if begins != (at == 1) || (begins && line.file != Some(number)) {
            self.find(name, at, Damage::OutOfPlace);
        }
        if let Some(head) = self.head {
            if line.n == head.count && *link != head.link {
                self.find("head", 0, Damage::HeadDiffers);
            }
            if line.n > head.count {
                self.beyond += 1;
                self.beyond_at.get_or_insert((name.to_owned(), at));
            }
        }
        self.next = line.n.saturating_add(1);
    }

    /// What stands after the last end of a line.
    fn torn(&mut self, name: &str, at: u64, bytes: usize) {
        let again = |note: &Note| matches!(note, Note::Torn { .. });
        let first = self.beyond == 0 && !self.report.notes.iter().any(again);
        if self.counted() && first {
            let bytes = bytes as u64;
            self.report.notes.push(Note::Torn { bytes });
        } else if self.counted() {
            self.find(name, at, Damage::Surplus);
        } else if let Some(head) = self.head {
            let lines = self.missing(head);
            self.find(name, at, Damage::CutOff { lines });
            self.next = head.count.saturating_add(1);
        } else {
            self.find(name, at, Damage::NotALine);
        }
    }

    fn not_a_line(&mut self, name: &str, at: u64) {
        let damage = if self.counted() {
            Damage::Surplus
        } else {
            Damage::NotALine
        };
        self.find(name, at, damage);
        self.lost = true;
        self.next = self.next.saturating_add(1);
    }

    /// Compares what was read with the head.
    fn end(&mut self, name: &str, after: u64) {
        let Some(head) = self.head else { return };
        let lines = self.missing(head);
        if lines > 0 {
            self.find(name, after, Damage::CutOff { lines });
        }
        match self.beyond {
            0 => {}
            1 => self.report.notes.push(Note::NotCounted),
            lines => self.find("head", 0, Damage::HeadOlder { lines }),
        }
    }

    /// How many lines the head counts that were not passed. What the note of a closed trail says may be any number.
    fn missing(&self, head: &Head) -> u64 {
        head.count.saturating_sub(self.next.saturating_sub(1))
    }

    /// Says whether all lines that the head counts were passed.
    fn counted(&self) -> bool {
        self.head.is_some_and(|head| self.next > head.count)
    }

    fn find(&mut self, file: &str, line: u64, damage: Damage) {
        if self.report.findings.len() < Report::MOST_FINDINGS {
            let file = file.to_owned();
            self.report.findings.push(Finding { file, line, damage });
        } else {
            self.report.more += 1;
        }
    }
}

/// Links that are kept for a line after damage.
const MOST_GUESSES: usize = 8;

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.damage),
            line => write!(f, "{}, line {line}: {}", self.file, self.damage),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered => f.write_str("the line was altered"),
            Self::NotALine => f.write_str("not a line of the trail"),
            Self::Missing { lines } => write!(f, "{lines} lines before it were removed"),
            Self::OutOfPlace => f.write_str("the line belongs elsewhere"),
            Self::CutOff { lines } => write!(f, "the last {lines} lines were cut off"),
            Self::Surplus => f.write_str("something was added after the end"),
            Self::HeadOlder { lines } => write!(f, "the head does not count {lines} lines"),
            Self::HeadDiffers => f.write_str("the head names another last line"),
            Self::NoHead => f.write_str("the head is missing or was altered"),
        }
    }
}

impl Damage {
    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::NotALine => "not-a-line",
            Self::Missing { .. } => "missing",
            Self::OutOfPlace => "out-of-place",
            Self::CutOff { .. } => "cut-off",
            Self::Surplus => "surplus",
            Self::HeadOlder { .. } => "head-older",
            Self::HeadDiffers => "head-differs",
            Self::NoHead => "no-head",
        }
    }

    /// How many lines it concerns, where that is known.
    #[must_use]
    pub const fn lines(self) -> Option<u64> {
        match self {
            Self::Missing { lines } | Self::CutOff { lines } | Self::HeadOlder { lines } => {
                Some(lines)
            }
            _ => None,
        }
    }
}
