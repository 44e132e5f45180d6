//! Bytes of either encoding as a bounded stream of UTF-8 that knows its line and column.

use crate::{Encoding, Error, ErrorKind, Position};
use std::io::{self, BufRead, Read};

const CHUNK: usize = 16 << 10;
/// A declaration ends within so many bytes, or there is none.
const DECLARATION: usize = 1024;

/// A reader of UTF-8 over bytes of a known encoding; `consume` keeps count of lines and columns.
pub(crate) struct Utf8Input<R> {
    inner: R,
    encoding: Encoding,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    raw_start: usize,
    raw_end: usize,
    text: Vec<u8>,
    text_start: usize,
    text_end: usize,
    ended: bool,
    failed: Option<ErrorKind>,
    /// Of the first byte of `text`; where one stands inside is counted only when somebody asks.
    position: Position,
    token: Mark,
    /// Bytes that may still be consumed before [`Utf8Input::allow`] is called again.
    allowance: usize,
    consumed: u64,
}

/// Where the token began that [`Utf8Input::allow`] let pass.
#[derive(Clone, Copy)]
enum Mark {
    /// At this byte of `text`.
    Here(usize),
    /// In a text that is gone.
    Before(Position),
}

/// Travels through `io::Error`, so that a parser above hands it back.
#[derive(Debug)]
struct Carried(ErrorKind);

impl<R: Read> Utf8Input<R> {
    /// Finds the encoding by byte order mark and declaration; UTF-8 without either, as XML has it.
    pub(crate) fn detect(mut inner: R) -> Result<Self, Error> {
        let mut raw = vec![0; CHUNK];
        let mut end = 0;
        while end < DECLARATION {
            match inner.read(raw.get_mut(end..DECLARATION).unwrap_or_default()) {
                Ok(0) => break,
                Ok(more) => end += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from(ErrorKind::ReadFailed).caused_by(error)),
            }
        }
        let encoding = detect(raw.get(..end).unwrap_or_default())?;
        Ok(Self::start(inner, encoding, raw, end))
    }

    /// Takes the encoding as given.
    pub(crate) fn with_encoding(inner: R, encoding: Encoding) -> Self {
        let mut input = Self::start(inner, encoding, vec![0; CHUNK], 0);
        input.allowance = usize::MAX;
        input
    }

    fn start(inner: R, encoding: Encoding, raw: Vec<u8>, raw_end: usize) -> Self {
        Utf8Input {
            inner,
            encoding,
            decoder: encoding.decoder(),
            raw,
            raw_start: 0,
            raw_end,
            // Three bytes of UTF-8 for one of the code page at most.
            text: vec![0; 3 * CHUNK],
            text_start: 0,
            text_end: 0,
            ended: false,
            failed: None,
            position: Position { line: 1, column: 1 },
            token: Mark::Here(0),
            allowance: super::MAX_TOKEN,
            consumed: 0,
        }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(crate) fn position(&self) -> Position {
        self.position_at(self.text_start)
    }

    /// Where the token began that was let pass last.
    pub(crate) fn token_position(&self) -> Position {
        match self.token {
            Mark::Here(at) => self.position_at(at),
            Mark::Before(position) => position,
        }
    }

    fn position_at(&self, at: usize) -> Position {
        after(self.position, self.text.get(..at).unwrap_or_default())
    }

    /// Bytes of UTF-8 consumed so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Whether everything was consumed.
    pub(crate) fn at_end(&self) -> bool {
        self.ended && self.text_start == self.text_end
    }

    /// Lets one more token pass, which begins here.
    pub(crate) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes;
        self.token = Mark::Here(self.text_start);
    }

    /// The error behind one of this reader's `io::Error`s, with the position.
    pub(crate) fn error(&self, error: io::Error) -> Error {
        carried(error).at(self.position())
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.text_start == self.text_end {
            if let Some(kind) = &self.failed {
                return Err(io::Error::other(Carried(kind.clone())));
            }
            if self.ended {
                return Ok(());
            }
            if self.raw_start == self.raw_end {
                self.raw_start = 0;
                self.raw_end = match self.inner.read(&mut self.raw) {
                    Ok(read) => read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                        self.raw_end = 0;
                        continue;
                    }
                    Err(error) => {
                        self.raw_end = 0;
                        return Err(error);
                    }
                };
            }
            self.token = Mark::Before(self.token_position());
            self.position = self.position_at(self.text_end);
            (self.text_start, self.text_end) = (0, 0);
            let raw = self
                .raw
                .get(self.raw_start..self.raw_end)
                .unwrap_or_default();
            let last = raw.is_empty();
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(raw, &mut self.text, last);
            self.raw_start += read;
            self.text_end = written;
            match result {
                encoding_rs::DecoderResult::InputEmpty => self.ended = last,
                encoding_rs::DecoderResult::OutputFull => {}
                encoding_rs::DecoderResult::Malformed(..) => {
                    // A character that the end of the input cuts is an unfinished file, not a wrong byte.
                    self.failed = Some(match last {
                        true => ErrorKind::IncompleteXml,
                        false => ErrorKind::InvalidBytes {
                            encoding: self.encoding,
                        },
                    });
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> BufRead for Utf8Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()?;
        let available = self
            .text
            .get(self.text_start..self.text_end)
            .unwrap_or_default();
        if self.allowance == 0 && !available.is_empty() {
            return Err(io::Error::other(Carried(ErrorKind::TooLarge {
                what: "a text or tag in bytes",
                limit: super::MAX_TOKEN,
            })));
        }
        Ok(available.get(..self.allowance).unwrap_or(available))
    }

    fn consume(&mut self, count: usize) {
        let end = self.text_start.saturating_add(count).min(self.text_end);
        let passed = end.saturating_sub(self.text_start);
        self.allowance = self.allowance.saturating_sub(passed);
        self.consumed += passed as u64;
        self.text_start = end;
    }
}

impl<R: Read> Read for Utf8Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = Read::read(&mut self.fill_buf()?, out)?;
        self.consume(read);
        Ok(read)
    }
}

/// Where one stands after these bytes of UTF-8.
fn after(start: Position, passed: &[u8]) -> Position {
    let lines = count(passed, |byte| byte == b'\n');
    let since = match lines {
        0 => passed,
        _ => passed
            .rsplit(|&byte| byte == b'\n')
            .next()
            .unwrap_or_default(),
    };
    let characters = count(since, |byte| byte & 0xC0 != 0x80);
    Position {
        line: start.line + lines,
        column: characters + if lines == 0 { start.column } else { 1 },
    }
}

/// How many bytes are of a kind; in pieces whose number fits a byte, so that many are counted in one step.
fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> u64 {
    let piece = |piece: &[u8]| piece.iter().map(|byte| u8::from(is(*byte))).sum::<u8>();
    bytes.chunks(255).map(|bytes| u64::from(piece(bytes))).sum()
}

/// What an `io::Error` carries: one of our kinds, or a failure of the reader below.
pub(crate) fn carried(error: io::Error) -> Error {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Carried>())
    {
        Some(Carried(kind)) => kind.clone().into(),
        None => Error::from(ErrorKind::ReadFailed).caused_by(error),
    }
}

fn detect(start: &[u8]) -> Result<Encoding, Error> {
    let unsupported = |found: &str, position| {
        let found = crate::error::shown(found);
        Err(Error::from(ErrorKind::EncodingUnsupported { found }).at(position))
    };
    if start.starts_with(&[0xFE, 0xFF])
        || start.starts_with(&[0xFF, 0xFE])
        || start.starts_with(&[0, b'<'])
        || start.starts_with(b"<\0")
    {
        return unsupported("UTF-16", Position { line: 1, column: 1 });
    }
    let (marked, start) = match start.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (true, rest),
        None => (false, start),
    };
    let Some((name, position)) = declared_encoding(start) else {
        return Ok(Encoding::Utf8);
    };
    match Encoding::from_name(&name) {
        Some(Encoding::ShiftJis) if marked => {
            unsupported("Shift_JIS after a UTF-8 byte order mark", position)
        }
        Some(encoding) => Ok(encoding),
        None => unsupported(&name, position),
    }
}

/// The encoding that the declaration names, and where the name stands.
fn declared_encoding(start: &[u8]) -> Option<(String, Position)> {
    let end = start.windows(2).position(|pair| pair == b"?>")?;
    let declaration = String::from_utf8_lossy(start.get(..end)?).into_owned();
    let value = declaration
        .strip_prefix("<?xml")?
        .split_once("encoding")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let value = value.get(1..)?;
    let before = declaration.get(..declaration.len() - value.len())?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let position = Position {
        line: before.matches('\n').count() as u64 + 1,
        column: line.chars().count() as u64 + 1,
    };
    Some((value.split(quote).next()?.to_owned(), position))
}

impl core::fmt::Display for Carried {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the input breaks a limit or its encoding")
    }
}

impl std::error::Error for Carried {}
