//! DER read piece by piece from a reader, in bounded memory, with a running hash over the signed part.

use std::io::Read;

use crate::asn1::Fault;
use crate::asn1::reader::header;
use crate::error::{Error, ErrorKind, Part};
use crate::key::Hash;

/// A reader of DER objects.
pub(super) struct Stream<R> {
    input: R,
    offset: u64,
    limit: u64,
    hash: Hashing,
}

enum Hashing {
    Off,
    /// The signed part has begun, its hash is not known yet.
    Pending(Vec<u8>),
    On(Hash),
}

/// The head of an object.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) tag: u8,
    /// Where its content ends.
    pub(super) end: u64,
    length: usize,
    octets: [u8; 6],
    count: usize,
}

impl<R: Read> Stream<R> {
    pub(super) fn new(input: R, limit: u64) -> Self {
        Self {
            input,
            offset: 0,
            limit,
            hash: Hashing::Off,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// An error that points at this position.
    pub(super) fn fault(&self, problem: &'static str) -> Error {
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        Error::malformed(Part::RevocationList, Fault { offset, problem })
    }

    /// From the next object on, everything counts for the signature.
    pub(super) fn begin_signed(&mut self) {
        self.hash = Hashing::Pending(Vec::new());
    }

    /// The hash is known: what was read since [`Self::begin_signed`] enters it.
    pub(super) fn hash_with(&mut self, mut hash: Hash) {
        if let Hashing::Pending(bytes) = &self.hash {
            hash.update(bytes);
        }
        self.hash = Hashing::On(hash);
    }

    /// The digest of the signed part, which ends here.
    pub(super) fn end_signed(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.hash, Hashing::Off) {
            Hashing::On(hash) => Some(hash.finish()),
            Hashing::Off | Hashing::Pending(_) => None,
        }
    }

    /// The head of the next object, which must end by `end`.
    pub(super) fn head(&mut self, end: u64) -> Result<Head, Error> {
        let mut octets = [0; 6];
        let (first, rest) = octets.split_at_mut(2);
        self.fill(first)?;
        let more = match first {
            [_, length] if *length > 0x80 => usize::from(*length & 0x7F),
            _ => 0,
        };
        let Some(more_octets) = rest.get_mut(..more) else {
            return Err(self.fault("length too long"));
        };
        self.fill(more_octets)?;
        let count = 2 + more;
        let bytes = octets.get(..count).unwrap_or_default();
        let (tag, length, _) = header(bytes).map_err(|problem| self.fault(problem))?;
        let own_end = self
            .offset
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if own_end > end {
            return Err(self.fault("length beyond the end"));
        }
        Ok(Head {
            tag,
            end: own_end,
            length,
            octets,
            count,
        })
    }

    /// The whole object of this head, at most `limit` bytes of it.
    pub(super) fn body(&mut self, head: &Head, limit: usize) -> Result<Vec<u8>, Error> {
        if head.length > limit {
            return Err(ErrorKind::TooLarge {
                part: Part::RevocationList,
                limit,
                found: head.length,
            }
            .into());
        }
        let mut bytes = head.octets.get(..head.count).unwrap_or_default().to_vec();
        let start = bytes.len();
        bytes.resize(start + head.length, 0);
        if let Some(content) = bytes.get_mut(start..) {
            self.fill(content)?;
        }
        Ok(bytes)
    }

    /// The next object, whole, with this tag.
    pub(super) fn object(&mut self, tag: u8, end: u64, limit: usize) -> Result<Vec<u8>, Error> {
        let head = self.head(end)?;
        if head.tag != tag {
            return Err(self.fault("unexpected tag"));
        }
        self.body(&head, limit)
    }

    /// The input must end here.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        let mut one = [0];
        match self.input.read(&mut one) {
            Ok(0) => Ok(()),
            Ok(_) => {
                let expected = usize::try_from(self.offset).unwrap_or(usize::MAX);
                let found = expected.saturating_add(1);
                Err(ErrorKind::TrailingBytes {
                    part: Part::RevocationList,
                    expected,
                    found,
                }
                .into())
            }
            Err(error) => Err(ErrorKind::RevocationInput {
                found: error.kind(),
            }
            .into()),
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        let after = self
            .offset
            .saturating_add(u64::try_from(buffer.len()).unwrap_or(u64::MAX));
        if after > self.limit {
            let (limit, found) = (self.limit, after);
            let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
            return Err(ErrorKind::TooLarge {
                part: Part::RevocationList,
                limit: number(limit),
                found: number(found),
            }
            .into());
        }
        match self.input.read_exact(buffer) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(self.fault("cut off"));
            }
            Err(error) => {
                return Err(ErrorKind::RevocationInput {
                    found: error.kind(),
                }
                .into());
            }
        }
        match &mut self.hash {
            Hashing::Off => {}
            Hashing::Pending(bytes) => bytes.extend_from_slice(buffer),
            Hashing::On(hash) => hash.update(buffer),
        }
        self.offset = after;
        Ok(())
    }
}
