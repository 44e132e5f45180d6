//! BER-TLV objects as cards store them (ISO/IEC 7816-4 §6.3, ISO/IEC 8825-1): lengths need not be minimal, must be definite.
//!
//! ```
//! use mynacard_card::tlv::{Header, Objects};
//! assert_eq!(Header::read(&[0xDF, 0x22, 0x82, 0x00, 0x01, b'x'])?, Header { tag: 0xDF22, header: 5, value: 1 });
//! let object = Objects::new(&[0x90, 0x01, 0x07]).next().unwrap()?;
//! assert_eq!((object.tag, object.value), (0x90, &[7][..]));
//! # Ok::<(), mynacard_card::tlv::TlvError>(())
//! ```

/// Tag and lengths of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// The tag, one to three bytes, as written.
    pub tag: u32,
    /// Bytes of tag and length field.
    pub header: usize,
    /// Bytes of the value.
    pub value: usize,
}

/// One object within the bytes that hold it. No `Debug`: values can be personal data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// The tag, as written.
    pub tag: u32,
    /// The value.
    pub value: &'a [u8],
    /// The whole object: what a signature covers.
    pub raw: &'a [u8],
    /// Where the object starts.
    pub at: usize,
}

/// The objects that stand one after the other in a byte string; stops after the first error.
#[derive(Clone)]
pub struct Objects<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Why bytes are not an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TlvError {
    /// The bytes end within tag, length or value.
    #[error("object ends early at offset {at}")]
    Incomplete {
        /// Where the object starts.
        at: usize,
    },
    /// A tag of more than three bytes, an indefinite length, or a length of more than four bytes.
    #[error("unreadable tag or length at offset {at}")]
    Unreadable {
        /// Where the object starts.
        at: usize,
    },
}

impl Header {
    /// The longest header: three bytes of tag, five of length.
    pub const MAX: usize = 8;

    /// Reads tag and length at the beginning of `bytes`; the value need not be there.
    ///
    /// # Errors
    /// [`TlvError::Incomplete`] when more bytes could complete it.
    pub fn read(bytes: &[u8]) -> Result<Header, TlvError> {
        let mut rest = bytes.iter().copied();
        let mut next = || rest.next().ok_or(TlvError::Incomplete { at: 0 });
        let unreadable = Err(TlvError::Unreadable { at: 0 });

        let first = next()?;
        let (mut tag, mut header) = (u32::from(first), 1);
        if first & 0x1F == 0x1F {
            loop {
                let byte = next()?;
                header += 1;
                if header > 3 {
                    return unreadable;
                }
                tag = tag << 8 | u32::from(byte);
                if byte & 0x80 == 0 {
                    break;
                }
            }
        }
        let length = next()?;
        header += 1;
        let value = match length {
            0..=0x7F => usize::from(length),
            0x81..=0x84 => {
                let mut value = 0_u32;
                for _ in 0x80..length {
                    value = value << 8 | u32::from(next()?);
                    header += 1;
                }
                match usize::try_from(value) {
                    Ok(value) => value,
                    Err(_) => return unreadable,
                }
            }
            _ => return unreadable,
        };
        Ok(Header { tag, header, value })
    }

    /// Bytes of the whole object; saturates, so that no length can wrap around.
    pub const fn total(self) -> usize {
        self.header.saturating_add(self.value)
    }
}

impl<'a> Objects<'a> {
    /// Walks these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Objects { bytes, at: 0 }
    }

    fn read(&self) -> Result<Object<'a>, TlvError> {
        let at = self.at;
        let bytes = self.bytes.get(at..).unwrap_or_default();
        let header = Header::read(bytes).map_err(|error| match error {
            TlvError::Incomplete { .. } => TlvError::Incomplete { at },
            TlvError::Unreadable { .. } => TlvError::Unreadable { at },
        })?;
        let incomplete = TlvError::Incomplete { at };
        let raw = bytes.get(..header.total()).ok_or(incomplete)?;
        let value = raw.get(header.header..).ok_or(incomplete)?;
        Ok(Object {
            tag: header.tag,
            value,
            raw,
            at,
        })
    }
}

impl<'a> Iterator for Objects<'a> {
    type Item = Result<Object<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let object = self.read();
        self.at = match &object {
            Ok(object) => object.at + object.raw.len(),
            Err(_) => self.bytes.len(),
        };
        Some(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[track_caller]
    fn header(bytes: &[u8], expected: Result<(u32, usize, usize), TlvError>) {
        assert_eq!(
            Header::read(bytes),
            expected.map(|(tag, header, value)| Header { tag, header, value })
        );
    }

    #[test]
    fn headers_of_real_files() {
        header(&[0x30, 0x82, 0x06, 0x32], Ok((0x30, 4, 1586)));
        header(&[0xFF, 0x20, 0x65], Ok((0xFF20, 3, 101)));
        header(&[0x7F, 0x21, 0x82, 0x02, 0x33], Ok((0x7F21, 5, 563)));
        header(&[0xFF, 0x40, 0x82, 0x00, 0x9F], Ok((0xFF40, 5, 159))); // not minimal, as real cards write it
    }

    #[test]
    fn lengths_at_their_edges() {
        header(&[0x04, 0x7F], Ok((4, 2, 127)));
        header(&[0x04, 0x81, 0x80], Ok((4, 3, 128)));
        header(
            &[0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            Ok((4, 6, 0xFFFF_FFFF)),
        );
        header(&[0x04, 0x80], Err(TlvError::Unreadable { at: 0 }));
        header(
            &[0x04, 0x85, 0, 0, 0, 0, 1],
            Err(TlvError::Unreadable { at: 0 }),
        );
        header(&[0x04, 0xFF], Err(TlvError::Unreadable { at: 0 }));
        header(&[0xDF, 0x81, 0x02, 0x00], Ok((0xDF_8102, 4, 0)));
        header(
            &[0xDF, 0x81, 0x82, 0x02, 0x00],
            Err(TlvError::Unreadable { at: 0 }),
        );
    }

    #[test]
    fn every_beginning_of_a_header_is_incomplete() {
        let whole = [0xDF, 0x22, 0x82, 0x01, 0x00];
        for end in 0..whole.len() {
            header(&whole[..end], Err(TlvError::Incomplete { at: 0 }));
        }
    }

    #[test]
    fn objects_end_at_the_first_error() {
        let objects: Vec<_> = Objects::new(&[0x90, 1, 7, 0x91, 2, 8, 8, 0x92, 9]).collect();
        assert_eq!(objects.len(), 3);
        assert!(
            objects[0]
                .as_ref()
                .is_ok_and(|o| (o.tag, o.value, o.raw) == (0x90, &[7], &[0x90, 1, 7]))
        );
        assert!(
            objects[1]
                .as_ref()
                .is_ok_and(|o| (o.tag, o.at) == (0x91, 3))
        );
        assert_eq!(
            objects[2].as_ref().err(),
            Some(&TlvError::Incomplete { at: 7 })
        );
    }
}
