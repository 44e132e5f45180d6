//! BER-TLV of the card's files (ISO/IEC 7816-4 §5.2.2). Cards write some lengths in a longer form than needed; a signature
//! covers the headers as they were received, so that a changed form is another record.

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

/// The length and how many octets say it: at most three, since these files have less than 64 KiB.
fn length(bytes: &[u8]) -> Result<(usize, usize), &'static str> {
    match *bytes {
        [first, ..] if first < 0x80 => Ok((usize::from(first), 1)),
        [0x81, length, ..] => Ok((usize::from(length), 2)),
        [0x82, high, low, ..] => Ok((usize::from(u16::from_be_bytes([high, low])), 3)),
        [] | [0x81 | 0x82, ..] => Err("missing length"),
        _ => Err("length too long"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `FF40 { DF41; DF42; DF43 }` with the two lengths that a real card writes in three octets.
    #[test]
    fn lengths_longer_than_needed() {
        let file = [
            &[0xFF, 0x40, 0x82, 0x00, 0x9F][..],
            &[0xDF, 0x41, 0x04, 1, 3, 0x0E, 1, 0xDF, 0x42, 0x10],
            &[7; 16],
            &[0xDF, 0x43, 0x82, 0x00, 0x80],
            &[9; 128],
        ]
        .concat();
        assert_eq!(read(&file).unwrap(), [4, 16, 128]);
        for (at, with) in [(2, 0x80), (2, 0x83), (2, 0x81), (28 + 5, 0x84)] {
            let mut changed = file.clone();
            if let Some(octet) = changed.get_mut(at) {
                *octet = with;
            }
            assert!(read(&changed).is_err(), "{with:02X} at {at}");
        }
        for cut in 0..file.len() {
            assert!(read(file.get(..cut).unwrap()).is_err(), "cut at {cut}");
        }
    }

    /// EF 0005 of 券面入力補助AP, from a real card.
    #[test]
    fn basic_data_of_a_test_card() {
        let Some(folder) = std::env::var_os("MYNACARD_VECTORS") else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"));
            return;
        };
        let path = std::path::Path::new(&folder).join("testcard/text-0005.bin");
        assert_eq!(read(&std::fs::read(path).unwrap()).unwrap(), [4, 16, 128]);
    }

    fn read(file: &[u8]) -> Result<[usize; 3], Error> {
        let mut whole = Objects::new(file, Part::SignedRecord);
        let outer = whole.expect(0xFF40)?;
        whole.finish()?;
        let mut objects = whole.inside(&outer);
        let [one, two, three] = [0xDF41, 0xDF42, 0xDF43].map(|tag| objects.expect(tag));
        objects.finish()?;
        Ok([one?.value.len(), two?.value.len(), three?.value.len()])
    }
}
