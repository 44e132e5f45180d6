//! Reads the records of the 券面 applications: objects in their order, none unknown, none twice, so that what a signature
//! covers is what is shown.

use alloc::vec::Vec;

use crate::error::FileProblem;
use crate::tlv::{Header, Object, Objects, TlvError};

/// An RSA public key as cards write it: `90` exponent, `91` modulus.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RsaKey {
    /// The modulus, big-endian.
    pub modulus: Vec<u8>,
    /// The exponent, big-endian.
    pub exponent: Vec<u8>,
}

/// What a 券面 application says about itself, free to read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BasicData {
    /// Four bytes of flags.
    pub flags: [u8; 4],
    /// Identifier of the CA key that certified the application's own.
    pub key_id: Vec<u8>,
    /// Version of the record (card face only).
    pub version: Option<u8>,
    /// Municipality that issued the card, five digits (card face only).
    pub municipality: Option<Vec<u8>>,
}

/// The offset table at the head of a record. It is checked and never steered by; no signature covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OffsetTable {
    /// It points at the objects.
    Agrees,
    /// It points elsewhere.
    Differs,
}

/// The objects of one record, taken in order.
pub(crate) struct Record<'a> {
    /// The whole record, without the filler behind it.
    pub(crate) raw: &'a [u8],
    objects: Objects<'a>,
    /// Where the objects start within the file.
    base: usize,
}

impl<'a> Record<'a> {
    /// Opens the outer object. Nothing but the filler of its file may follow it.
    pub(crate) fn open(bytes: &'a [u8], expected: u32) -> Result<Self, FileProblem> {
        let outer = next(&mut Objects::new(bytes), expected, 0)?;
        only_filler(bytes, outer.raw.len())?;
        let base = outer.raw.len() - outer.value.len();
        Ok(Record {
            raw: outer.raw,
            objects: Objects::new(outer.value),
            base,
        })
    }

    /// The next object, which must have this tag. Its `at` counts from the start of the file.
    pub(crate) fn take(&mut self, expected: u32) -> Result<Object<'a>, FileProblem> {
        let mut object = next(&mut self.objects, expected, self.base)?;
        object.at += self.base;
        Ok(object)
    }

    /// The next object, whose value must have this length.
    pub(crate) fn take_exactly<const N: usize>(
        &mut self,
        expected: u32,
    ) -> Result<(Object<'a>, [u8; N]), FileProblem> {
        let object = self.take(expected)?;
        let value = object
            .value
            .try_into()
            .map_err(|_| FileProblem::Value { tag: expected })?;
        Ok((object, value))
    }

    /// Nothing may follow.
    pub(crate) fn end(mut self) -> Result<(), FileProblem> {
        match self.objects.next() {
            None => Ok(()),
            Some(Ok(object)) => Err(FileProblem::UnexpectedObject {
                expected: 0,
                found: object.tag,
            }),
            Some(Err(error)) => Err(encoding(error, self.base)),
        }
    }
}

/// What is stored behind the content, from `at`, is what a file is filled with: `00` or `FF`.
pub(crate) fn only_filler(bytes: &[u8], at: usize) -> Result<(), FileProblem> {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.iter().position(|byte| !matches!(byte, 0x00 | 0xFF)) {
        None => Ok(()),
        Some(further) => Err(FileProblem::Trailing { at: at + further }),
    }
}

fn next<'a>(
    objects: &mut Objects<'a>,
    expected: u32,
    base: usize,
) -> Result<Object<'a>, FileProblem> {
    match objects.next() {
        Some(Ok(object)) if object.tag == expected => Ok(object),
        Some(Ok(object)) => Err(FileProblem::UnexpectedObject {
            expected,
            found: object.tag,
        }),
        Some(Err(error)) => Err(encoding(error, base)),
        None => Err(FileProblem::UnexpectedObject { expected, found: 0 }),
    }
}

fn encoding(error: TlvError, base: usize) -> FileProblem {
    let (TlvError::Incomplete { at } | TlvError::Unreadable { at }) = error;
    FileProblem::Encoding { at: base + at }
}

impl OffsetTable {
    /// Compares 16-bit big-endian offsets with where the objects stand.
    pub(crate) fn check(table: &[u8], objects: &[Object<'_>]) -> Self {
        let (offsets, rest) = table.as_chunks::<2>();
        let told = offsets
            .iter()
            .map(|offset| usize::from(u16::from_be_bytes(*offset)));
        match rest.is_empty() && told.eq(objects.iter().map(|object| object.at)) {
            true => OffsetTable::Agrees,
            false => OffsetTable::Differs,
        }
    }
}

impl RsaKey {
    /// Reads the two objects of a public key.
    ///
    /// # Errors
    /// Other objects, or an empty number.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let mut record = Record {
            raw: bytes,
            objects: Objects::new(bytes),
            base: 0,
        };
        let mut number = |tag| match record.take(tag)?.value {
            [] => Err(FileProblem::Value { tag }),
            number => Ok(number.to_vec()),
        };
        let (exponent, modulus) = (number(0x90)?, number(0x91)?);
        record.end()?;
        Ok(RsaKey { modulus, exponent })
    }
}

impl BasicData {
    /// Reads the basic data of either application: `FF40 { DF41 … }` or `FF30 { DF31 … }`.
    ///
    /// # Errors
    /// Another outer object, or a part of the wrong length. Objects that are not known may follow: nothing signs them.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let outer = Header::read(bytes).map_err(|error| encoding(error, 0))?.tag;
        let inner = match outer {
            0xFF30 => 0xDF30,
            0xFF40 => 0xDF40,
            found => {
                return Err(FileProblem::UnexpectedObject {
                    expected: 0xFF30,
                    found,
                });
            }
        };
        let mut record = Record::open(bytes, outer)?;
        let (_, flags) = record.take_exactly(inner + 1)?;
        let key_id = record.take_exactly::<16>(inner + 2)?.1.to_vec();
        let (mut version, mut municipality) = (None, None);
        if outer == 0xFF30 {
            version = Some(u8::from_be_bytes(record.take_exactly(inner + 3)?.1));
            let (_, digits) = record.take_exactly::<5>(inner + 4)?;
            if !digits.iter().all(u8::is_ascii_digit) {
                return Err(FileProblem::Value { tag: inner + 4 });
            }
            municipality = Some(digits.to_vec());
        }
        Ok(BasicData {
            flags,
            key_id,
            version,
            municipality,
        })
    }

    /// Whether the card says that it takes extended lengths.
    pub const fn extended_length(&self) -> bool {
        let [_, lengths, _, _] = self.flags;
        lengths == 0x03
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const RECORD: &[u8] = b"\xFF\x10\x04\xDF\x11\x01A";

    fn open(behind: &[u8]) -> Result<usize, FileProblem> {
        let file: Vec<u8> = [RECORD, behind].concat();
        let mut record = Record::open(&file, 0xFF10)?;
        assert_eq!(record.take(0xDF11)?.value, b"A");
        let length = record.raw.len();
        record.end().map(|()| length)
    }

    #[test]
    fn filler_may_follow_a_record_and_nothing_else() {
        for filler in [&b""[..], b"\xFF", b"\x00\x00", &[0xFF; 500], b"\x00\xFF"] {
            assert_eq!(open(filler), Ok(RECORD.len()));
        }
        let trailing = |at| Err(FileProblem::Trailing { at });
        assert_eq!(open(b"A"), trailing(RECORD.len()));
        assert_eq!(open(b"\xFF\xFF\x01"), trailing(RECORD.len() + 2));
        // A second record is no filler either.
        assert_eq!(open(b"\xDF\x12\x01B"), trailing(RECORD.len()));
    }
}
