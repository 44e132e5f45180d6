//! The cursor: tag, minimal definite length, value.

/// Why the bytes are not what the structure asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Offset from the first byte that was handed in.
    pub(crate) offset: usize,
    /// What is wrong, as a lowercase phrase.
    pub(crate) problem: &'static str,
}

/// One tag-length-value object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    pub(crate) tag: u8,
    /// The content octets.
    pub(crate) value: &'a [u8],
    /// Header and content.
    pub(crate) full: &'a [u8],
    /// Offset of the header.
    pub(crate) offset: usize,
}

impl<'a> Tlv<'a> {
    /// Offset of the first content octet.
    pub(crate) fn value_offset(&self) -> usize {
        self.offset + (self.full.len() - self.value.len())
    }

    /// Reads the content as a series of objects.
    pub(crate) fn contents(&self) -> Reader<'a> {
        Reader {
            rest: self.value,
            offset: self.value_offset(),
        }
    }

    /// A fault that points at this object.
    pub(crate) fn fault(&self, problem: &'static str) -> Fault {
        Fault {
            offset: self.offset,
            problem,
        }
    }
}

/// Walks a series of objects; never looks past the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            offset: 0,
        }
    }

    /// Reads `bytes` which begin at `offset` of something larger.
    pub(crate) fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self {
            rest: bytes,
            offset,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// A fault at the present position.
    pub(crate) fn fault(&self, problem: &'static str) -> Fault {
        Fault {
            offset: self.offset,
            problem,
        }
    }

    /// The tag of the next object, if there is one.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next object, whatever its tag.
    pub(crate) fn any(&mut self) -> Result<Tlv<'a>, Fault> {
        let (tag, length, header) = header(self.rest).map_err(|problem| self.fault(problem))?;
        let total = header
            .checked_add(length)
            .ok_or(self.fault("length beyond the end"))?;
        let full = self
            .rest
            .get(..total)
            .ok_or(self.fault("length beyond the end"))?;
        let tlv = Tlv {
            tag,
            value: full.get(header..).unwrap_or_default(),
            full,
            offset: self.offset,
        };
        self.rest = self.rest.get(total..).unwrap_or_default();
        self.offset += total;
        Ok(tlv)
    }

    /// The next object, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, Fault> {
        match self.peek() {
            Some(found) if found == tag => self.any(),
            Some(_) => Err(self.fault("unexpected tag")),
            None => Err(self.fault("missing object")),
        }
    }

    /// The next object if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Fault> {
        if self.peek() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Nothing may be left.
    pub(crate) fn finish(&self) -> Result<(), Fault> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.fault("trailing bytes"))
        }
    }
}

/// Reads the identifier and length octets: tag, content length, header length.
pub(crate) fn header(bytes: &[u8]) -> Result<(u8, usize, usize), &'static str> {
    let (&tag, rest) = bytes.split_first().ok_or("missing object")?;
    if tag & 0x1F == 0x1F {
        return Err("multi-byte tag");
    }
    let (&first, rest) = rest.split_first().ok_or("missing length")?;
    if first < 0x80 {
        return Ok((tag, usize::from(first), 2));
    }
    let count = usize::from(first & 0x7F);
    if count == 0 {
        return Err("indefinite length");
    }
    if count > 4 {
        return Err("length too long");
    }
    let octets = rest.get(..count).ok_or("missing length")?;
    let mut length = 0_u32;
    for &octet in octets {
        length = (length << 8) | u32::from(octet);
    }
    let minimal = match count {
        1 => length >= 0x80,
        2 => length >= 0x100,
        3 => length >= 0x1_0000,
        _ => length >= 0x100_0000,
    };
    if !minimal {
        return Err("length not minimal");
    }
    let length = usize::try_from(length).map_err(|_| "length too long")?;
    Ok((tag, length, 2 + count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(bytes: &[u8], problem: &str) {
        assert_eq!(Reader::new(bytes).any().unwrap_err().problem, problem);
    }

    #[test]
    fn lengths_have_one_form() {
        refused(&[], "missing object");
        refused(&[0x30], "missing length");
        refused(&[0x30, 0x80, 0, 0], "indefinite length");
        refused(&[0x30, 0x81, 0x7F], "length not minimal");
        refused(&[0x30, 0x82, 0x00, 0xFF], "length not minimal");
        refused(&[0x30, 0x83, 0x00, 0xFF, 0xFF], "length not minimal");
        refused(&[0x30, 0x84, 0x00, 0xFF, 0xFF, 0xFF], "length not minimal");
        refused(&[0x30, 0x85, 1, 0, 0, 0, 0], "length too long");
        refused(
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            "length beyond the end",
        );
        refused(&[0x1F, 0x81, 0x01], "multi-byte tag");
    }

    #[test]
    fn offsets_point_into_the_whole() {
        let bytes = [0x30, 0x05, 0x02, 0x01, 0x05, 0x02, 0x05];
        let outer = Reader::new(&bytes).expect(tag_sequence()).unwrap();
        let mut inner = outer.contents();
        assert_eq!(inner.any().unwrap().offset, 2);
        assert_eq!(
            inner.any().unwrap_err(),
            Fault {
                offset: 5,
                problem: "length beyond the end"
            }
        );
    }

    fn tag_sequence() -> u8 {
        crate::asn1::tag::SEQUENCE
    }
}
