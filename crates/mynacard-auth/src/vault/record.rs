//! Tagged, length-prefixed records in one wiped buffer.

use zeroize::Zeroizing;

/// Collects records into a buffer that is wiped when dropped, and whenever it has to grow.
pub(crate) struct Writer {
    bytes: Zeroizing<Vec<u8>>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            bytes: Zeroizing::new(Vec::with_capacity(4096)),
        }
    }

    /// Adds a record: tag, four-byte length, bytes.
    pub(crate) fn add(&mut self, tag: u8, value: &[u8]) -> &mut Self {
        let needed = self.bytes.len() + 5 + value.len();
        if needed > self.bytes.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed * 2));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        let length = u32::try_from(value.len()).expect("a record is far below 4 GiB");
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        self
    }

    pub(crate) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }
}

/// The records of `bytes`, or nothing when they do not end exactly there.
pub(crate) fn read(mut bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut records = Vec::new();
    while let Some((&tag, rest)) = bytes.split_first() {
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (value, rest) = rest.split_at_checked(length)?;
        records.push((tag, value));
        bytes = rest;
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_round_trip_and_truncation_is_seen() {
        let mut writer = Writer::new();
        writer.add(1, b"one").add(2, &[7; 9000]).add(1, b"");
        let bytes = writer.finish();
        assert_eq!(
            read(&bytes).unwrap(),
            [(1, &b"one"[..]), (2, &[7; 9000]), (1, b"")]
        );
        for end in [1, 4, 7, bytes.len() - 1] {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
        assert_eq!(read(&[]), Some(vec![]));
    }
}
