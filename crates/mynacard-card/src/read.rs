//! Reads transparent files in as few exchanges as the lengths allow (ISO/IEC 7816-4 §7.2.3), bounded in size and count.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::apdu::{Command, StatusWord};
use crate::card::{Card, GET_RESPONSE, append, count, get_response};
use crate::error::{Error, ErrorKind, FileProblem};
use crate::tlv::{Header, TlvError};
use crate::transport::{Delivery, Transport, TransportErrorKind};

/// A transparent file of an application.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    /// Its name in errors.
    pub(crate) name: &'static str,
    /// Its identifier; the low five bits are the short one.
    pub(crate) id: u16,
    /// Where its content ends.
    pub(crate) extent: Extent,
    /// The longest content that is believed.
    pub(crate) max: usize,
}

/// Where the content of a file ends; filler may follow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent {
    /// With the object of this tag.
    Object(u32),
    /// After this many bytes.
    Exactly(usize),
}

/// READs for one file at most: a card that answers with single bytes must come to an end.
const MAX_READS: usize = 4096;

/// Offsets have 15 bits.
const MAX_OFFSET: usize = 0x7FFF;

impl<T: Transport + ?Sized> Card<'_, T> {
    /// The content of a file, without filler. The selected application must be the file's.
    pub(crate) fn read(&mut self, file: &File) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut bytes = Zeroizing::new(Vec::new());
        let mut reads = 0;
        loop {
            let end = self.end(file, &bytes)?;
            if let Some(end) = end
                && bytes.len() >= end
            {
                bytes.truncate(end);
                return Ok(bytes);
            }
            let before = bytes.len();
            let piece = self.read_piece(file, end, &mut bytes, &mut reads);
            // What is not asked for the next time would lie in the buffer of answers until the dialogue ends.
            self.forget();
            piece?;
            if bytes.len() == before {
                let expected = end.unwrap_or(before + 1);
                let problem = FileProblem::Truncated {
                    expected,
                    found: before,
                };
                return Err(self.error(ErrorKind::MalformedFile {
                    file: file.name,
                    problem,
                }));
            }
        }
    }

    /// The content of a file as what it means; the bytes are wiped.
    pub(crate) fn read_as<R>(
        &mut self,
        file: &File,
        meaning: impl FnOnce(&[u8]) -> Result<R, FileProblem>,
    ) -> Result<R, Error> {
        let content = self.read(file)?;
        meaning(&content).map_err(|problem| {
            self.error(ErrorKind::MalformedFile {
                file: file.name,
                problem,
            })
        })
    }

    /// Where the content ends, once its header is there.
    fn end(&self, file: &File, bytes: &[u8]) -> Result<Option<usize>, Error> {
        let wrong = |problem| {
            Err(self.error(ErrorKind::MalformedFile {
                file: file.name,
                problem,
            }))
        };
        let expected = match file.extent {
            Extent::Exactly(length) => return Ok(Some(length)),
            Extent::Object(tag) => tag,
        };
        let header = match Header::read(bytes) {
            Ok(header) => header,
            Err(TlvError::Incomplete { .. }) => return Ok(None),
            Err(TlvError::Unreadable { at }) => return wrong(FileProblem::Encoding { at }),
        };
        if header.tag != expected {
            return wrong(FileProblem::UnexpectedObject {
                expected,
                found: header.tag,
            });
        }
        match header.total() {
            found if found > file.max => wrong(FileProblem::TooLong {
                found,
                max: file.max,
            }),
            total => Ok(Some(total)),
        }
    }

    /// One READ with what it may entail: 6Cxx, 61xx, the step back to short lengths.
    fn read_piece(
        &mut self,
        file: &File,
        end: Option<usize>,
        bytes: &mut Zeroizing<Vec<u8>>,
        reads: &mut usize,
    ) -> Result<(), Error> {
        let offset = bytes.len();
        let [high, low] = match u16::try_from(offset) {
            Ok(offset) if usize::from(offset) <= MAX_OFFSET => offset.to_be_bytes(),
            _ => {
                return Err(self.error(ErrorKind::LimitExceeded {
                    what: "bytes of offset",
                    limit: MAX_OFFSET,
                }));
            }
        };
        let [_, short_id] = (file.id & 0x1F).to_be_bytes();
        let read = match offset {
            0 => Command::new(0x00, 0xB0, 0x80 | short_id, 0x00),
            _ => Command::new(0x00, 0xB0, high, low),
        };
        let capacity = end.unwrap_or(0);
        let wanted = |block: u32| match end.map(|end| u32::try_from(end - offset)) {
            Some(Ok(rest)) => block.min(rest),
            _ => block,
        };
        let mut command = read.with_expected(wanted(self.block));
        let mut allowed = wanted(self.block);
        let mut corrected = false;
        loop {
            *reads += 1;
            if *reads > MAX_READS {
                return Err(self.error(ErrorKind::LimitExceeded {
                    what: "reads of one file",
                    limit: MAX_READS,
                }));
            }
            self.alive()?;
            let extended = command.needs_extended();
            let status = match self.attempt(&command) {
                Ok(status) => status,
                Err(error)
                    if extended && too_long_for_transport(error.kind(), error.delivery()) =>
                {
                    self.block = 256;
                    command = read.with_expected(wanted(self.block));
                    continue;
                }
                Err(error) => return Err(Error::transport(error, self.pin_try())),
            };
            match status {
                StatusWord::Success | StatusWord::EndOfFile | StatusWord::MoreData(_) => {
                    let found = bytes.len() - offset + self.data().len();
                    let expected = usize::try_from(allowed).unwrap_or(usize::MAX);
                    // More than was asked for, or a continuation that continues nothing.
                    if found > expected || (command.ins() == GET_RESPONSE && self.data().is_empty())
                    {
                        return Err(self.error(ErrorKind::MalformedAnswer {
                            command: "READ BINARY",
                            expected,
                            found,
                        }));
                    }
                    append(bytes, self.data(), capacity);
                    let StatusWord::MoreData(waiting) = status else {
                        return Ok(());
                    };
                    command = get_response(waiting);
                }
                StatusWord::WrongExpected(right) if !corrected => {
                    corrected = true;
                    allowed = allowed.max(count(right));
                    command = command.with_expected(count(right));
                }
                // Past the end: nothing more comes, and the caller knows whether that is too early.
                StatusWord::OffsetPastEnd if offset > 0 => return Ok(()),
                StatusWord::SecurityStatus => {
                    return Err(self.error(ErrorKind::PinNeeded { file: file.name }));
                }
                // So say some instead, as long as no PIN of the application is verified; in extended form it can mean the form.
                StatusWord::ConditionsOfUse
                    if !extended
                        && command.ins() != GET_RESPONSE
                        && !self.is_anything_verified() =>
                {
                    return Err(self.error(ErrorKind::PinNeeded { file: file.name }));
                }
                StatusWord::FileNotFound => return Err(self.refused(status)),
                _ if extended => {
                    log::debug!(
                        "card: extended READ refused ({:04X}), short lengths from here",
                        status.value()
                    );
                    self.block = 256;
                    command = read.with_expected(wanted(self.block));
                }
                _ => return Err(self.refused(status)),
            }
        }
    }

    fn refused(&self, status: StatusWord) -> Error {
        self.error(ErrorKind::Refused {
            command: "READ BINARY",
            status,
        })
    }
}

fn too_long_for_transport(kind: TransportErrorKind, delivery: Delivery) -> bool {
    delivery == Delivery::NotSent
        && matches!(
            kind,
            TransportErrorKind::TooLong | TransportErrorKind::Unsupported
        )
}
