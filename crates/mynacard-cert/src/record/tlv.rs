//! BER-TLV of the card's files (ISO/IEC 7816-4 §5.2.2) with the one length form that signed records use.

use crate::asn1::Fault;
use crate::error::{Error, Part};

/// One object.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) value: &'a [u8],
    /// Header and value.
    pub(super) full: &'a [u8],
    /// Offset of the header in the file.
    pub(super) offset: usize,
}

/// Walks the objects of a record in their one order.
#[derive(Clone)]
pub(super) struct Objects<'a> {
    rest: &'a [u8],
    offset: usize,
    part: Part,
}

impl<'a> Objects<'a> {
    pub(super) fn new(bytes: &'a [u8], part: Part) -> Self {
        Self {
            rest: bytes,
            offset: 0,
            part,
        }
    }

    /// The objects inside one.
    pub(super) fn inside(&self, object: &Object<'a>) -> Self {
        let offset = object.offset + (object.full.len() - object.value.len());
        Self {
            rest: object.value,
            offset,
            part: self.part,
        }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// An error that points at this position.
    pub(super) fn fault(&self, problem: &'static str) -> Error {
        Error::malformed(
            self.part,
            Fault {
                offset: self.offset,
                problem,
            },
        )
    }

    /// The next object, which must have this tag: a missing, repeated, reordered or unknown object is refused, so that what
    /// was hashed is what is shown.
    pub(super) fn expect(&mut self, tag: u16) -> Result<Object<'a>, Error> {
        let [high, low] = tag.to_be_bytes();
        let rest = if high == 0 {
            self.rest.strip_prefix(&[low])
        } else {
            self.rest.strip_prefix(&[high, low])
        };
        let rest = rest.ok_or_else(|| self.fault("missing, unexpected or reordered object"))?;
        let (length, octets) = length(rest).map_err(|problem| self.fault(problem))?;
        let header = self.rest.len() - rest.len() + octets;
        let total = header + length;
        let full = self
            .rest
            .get(..total)
            .ok_or_else(|| self.fault("length beyond the end"))?;
        let object = Object {
            value: full.get(header..).unwrap_or_default(),
            full,
            offset: self.offset,
        };
        self.rest = self.rest.get(total..).unwrap_or_default();
        self.offset += total;
        Ok(object)
    }

    /// The next object, whose value has a fixed length.
    pub(super) fn expect_sized<const N: usize>(&mut self, tag: u16) -> Result<[u8; N], Error> {
        let before = self.clone();
        let object = self.expect(tag)?;
        object
            .value
            .try_into()
            .map_err(|_| before.fault("value of the wrong length"))
    }

    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.fault("trailing bytes"))
        }
    }
}

/// The length and how many octets say it: shortest form, at most three octets, since these files have less than 64 KiB.
fn length(bytes: &[u8]) -> Result<(usize, usize), &'static str> {
    match *bytes {
        [first, ..] if first < 0x80 => Ok((usize::from(first), 1)),
        [0x81, length, ..] if length >= 0x80 => Ok((usize::from(length), 2)),
        [0x82, high, low, ..] if high != 0 => Ok((usize::from(u16::from_be_bytes([high, low])), 3)),
        [0x81, _, ..] | [0x82, _, _, ..] => Err("length not minimal"),
        [] | [0x81 | 0x82, ..] => Err("missing length"),
        _ => Err("length too long"),
    }
}
