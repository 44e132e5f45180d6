//! Command units: four cases, short and extended lengths (ISO/IEC 7816-4 §5.2).

use alloc::vec::Vec;
use core::{fmt, ops::Deref};
use zeroize::Zeroizing;

use crate::transport::{Delivery, Limits, TransportError, TransportErrorKind};

/// A command for a card: header, data and the number of bytes expected back.
///
/// The value borrows its data and is not serialised until a transport calls [`Command::encode`]; its `Debug` shows
/// header and lengths only.
#[derive(Clone, Copy)]
pub struct Command<'a> {
    header: [u8; 4],
    data: &'a [u8],
    expected: Option<u32>,
    secret: bool,
}

/// How lengths are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LengthForm {
    /// One byte each: at most 255 bytes of data and 256 bytes back.
    Short,
    /// Three bytes (or two, after data): at most 65,535 bytes of data and 65,536 bytes back.
    Extended,
}

/// A serialised command, wiped when dropped. `Debug` shows header and length only.
pub struct Frame(Zeroizing<Vec<u8>>);

/// Why a command has no serialised form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// More data than the length field can say.
    #[error("command data of {found} bytes, at most {max} fit")]
    DataTooLong {
        /// Bytes given.
        found: usize,
        /// Bytes that fit this form.
        max: usize,
    },
    /// An expected length outside 1..=256 (short) or 1..=65,536 (extended).
    #[error("expected length {found} outside 1..={max}")]
    ExpectedOutOfRange {
        /// The length asked for.
        found: u32,
        /// The largest that this form can say.
        max: u32,
    },
}

/// Why bytes are not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Fewer than the four bytes of a header.
    #[error("command of {found} bytes, at least 4 expected")]
    NoHeader {
        /// Bytes given.
        found: usize,
    },
    /// The length field does not fit the bytes that follow.
    #[error("length field of the command does not fit its {found} bytes")]
    Length {
        /// Bytes given.
        found: usize,
    },
}

impl<'a> Command<'a> {
    /// A command without data that expects nothing back (case 1).
    pub const fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Command {
            header: [cla, ins, p1, p2],
            data: &[],
            expected: None,
            secret: false,
        }
    }

    /// Adds data (cases 3 and 4). Empty data leaves the command without a length field.
    #[must_use]
    pub const fn with_data(mut self, data: &'a [u8]) -> Self {
        self.data = data;
        self
    }

    /// Expects up to this many bytes back, 1 to 65,536 (cases 2 and 4).
    #[must_use]
    pub const fn with_expected(mut self, expected: u32) -> Self {
        self.expected = Some(expected);
        self
    }

    /// Marks the data as a secret: a transport keeps no copy, a trace records none of it.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Class byte.
    pub const fn cla(&self) -> u8 {
        self.header[0]
    }

    /// Instruction byte.
    pub const fn ins(&self) -> u8 {
        self.header[1]
    }

    /// First parameter.
    pub const fn p1(&self) -> u8 {
        self.header[2]
    }

    /// Second parameter.
    pub const fn p2(&self) -> u8 {
        self.header[3]
    }

    /// The four header bytes.
    pub const fn header(&self) -> [u8; 4] {
        self.header
    }

    /// Command data, possibly secret: see [`Command::is_secret`].
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Bytes expected back at most (Ne); `None` when none are.
    pub const fn expected(&self) -> Option<u32> {
        self.expected
    }

    /// Whether the data is a PIN or password.
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether the short form cannot say this command.
    pub const fn needs_extended(&self) -> bool {
        let long_answer = match self.expected {
            Some(expected) => expected > 256,
            None => false,
        };
        long_answer || self.data.len() > 255
    }

    /// Serialises into a buffer of exactly the right capacity, so that no copy is left behind.
    ///
    /// # Errors
    /// When the form cannot say the length of the data or the expected length.
    pub fn encode(&self, form: LengthForm) -> Result<Frame, EncodeError> {
        let (max_data, max_expected) = match form {
            LengthForm::Short => (255, 256),
            LengthForm::Extended => (65_535, 65_536),
        };
        if self.data.len() > max_data {
            return Err(EncodeError::DataTooLong {
                found: self.data.len(),
                max: max_data,
            });
        }
        if let Some(found) = self.expected
            && !(1..=max_expected).contains(&found)
        {
            return Err(EncodeError::ExpectedOutOfRange {
                found,
                max: max_expected,
            });
        }
        let mut frame = Zeroizing::new(Vec::with_capacity(4 + 3 + self.data.len() + 3));
        frame.extend_from_slice(&self.header);
        // 256 and 65,536 are written as zero: the low bytes of the number are its encoding.
        let [.., lc_high, lc_low] = self.data.len().to_be_bytes();
        let expected = self.expected.map(u32::to_be_bytes);
        match form {
            LengthForm::Short => {
                if !self.data.is_empty() {
                    frame.push(lc_low);
                    frame.extend_from_slice(self.data);
                }
                frame.extend(expected.map(|[_, _, _, low]| low));
            }
            LengthForm::Extended => {
                if !self.data.is_empty() {
                    frame.extend_from_slice(&[0, lc_high, lc_low]);
                    frame.extend_from_slice(self.data);
                }
                if let Some([_, _, high, low]) = expected {
                    if self.data.is_empty() {
                        frame.push(0);
                    }
                    frame.extend_from_slice(&[high, low]);
                }
            }
        }
        Ok(Frame(frame))
    }

    /// Serialises for a transport with these limits: short whenever that can say it, extended otherwise.
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLong`], not sent, when the command needs more than the limits allow.
    pub fn encode_within(&self, limits: Limits) -> Result<Frame, TransportError> {
        let form = if self.needs_extended() {
            LengthForm::Extended
        } else {
            LengthForm::Short
        };
        let too_long = || TransportError::new(TransportErrorKind::TooLong, Delivery::NotSent);
        if form == LengthForm::Extended && !limits.extended() {
            return Err(too_long());
        }
        let frame = self
            .encode(form)
            .map_err(|error| too_long().with_source(error))?;
        if frame.len() > limits.max_command {
            return Err(too_long());
        }
        Ok(frame)
    }

    /// Reads a serialised command of either form, as a card or a relay receives it.
    ///
    /// # Errors
    /// When there is no header or a length field does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let wrong = DecodeError::Length { found: bytes.len() };
        let Some((&[cla, ins, p1, p2], body)) = bytes.split_first_chunk::<4>() else {
            return Err(DecodeError::NoHeader { found: bytes.len() });
        };
        let command = Command::new(cla, ins, p1, p2);
        match *body {
            [] => Ok(command),
            [le] => Ok(command.with_expected(short_expected(le))),
            [0, high, low] => Ok(command.with_expected(extended_expected(high, low))),
            [0, high, low, ref rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([high, low]));
                match rest.split_at_checked(lc) {
                    Some((data, [])) if lc > 0 => Ok(command.with_data(data)),
                    Some((data, &[high, low])) if lc > 0 => Ok(command
                        .with_data(data)
                        .with_expected(extended_expected(high, low))),
                    _ => Err(wrong),
                }
            }
            [lc, ref rest @ ..] => match rest.split_at_checked(usize::from(lc)) {
                Some((data, [])) if lc > 0 => Ok(command.with_data(data)),
                Some((data, &[le])) if lc > 0 => {
                    Ok(command.with_data(data).with_expected(short_expected(le)))
                }
                _ => Err(wrong),
            },
        }
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header;
        write!(
            f,
            "Command({cla:02X} {ins:02X} {p1:02X} {p2:02X}, {} bytes of data",
            self.data.len()
        )?;
        match self.expected {
            Some(expected) => write!(f, ", {expected} expected)"),
            None => f.write_str(")"),
        }
    }
}

impl Deref for Frame {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.first_chunk::<4>() {
            Some([cla, ins, p1, p2]) => {
                write!(
                    f,
                    "Frame({cla:02X} {ins:02X} {p1:02X} {p2:02X}, {} bytes)",
                    self.0.len()
                )
            }
            None => write!(f, "Frame({} bytes)", self.0.len()),
        }
    }
}

fn short_expected(le: u8) -> u32 {
    if le == 0 { 256 } else { u32::from(le) }
}

fn extended_expected(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        le => u32::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, vec};

    #[track_caller]
    fn encodes(command: Command<'_>, form: LengthForm, expected: &[u8]) {
        let frame = command.encode(form).unwrap();
        assert_eq!(&frame[..], expected);
        let back = Command::decode(expected).unwrap();
        assert_eq!(
            (back.header, back.data, back.expected),
            (command.header, command.data, command.expected)
        );
    }

    #[test]
    fn the_four_cases_in_short_form() {
        let command = Command::new(0x00, 0x20, 0x00, 0x98);
        encodes(command, LengthForm::Short, &[0x00, 0x20, 0x00, 0x98]);
        encodes(
            command.with_expected(1),
            LengthForm::Short,
            &[0, 0x20, 0, 0x98, 1],
        );
        encodes(
            command.with_expected(255),
            LengthForm::Short,
            &[0, 0x20, 0, 0x98, 255],
        );
        encodes(
            command.with_expected(256),
            LengthForm::Short,
            &[0, 0x20, 0, 0x98, 0],
        );
        encodes(
            command.with_data(&[7, 8]),
            LengthForm::Short,
            &[0, 0x20, 0, 0x98, 2, 7, 8],
        );
        encodes(
            command.with_data(&[7]).with_expected(256),
            LengthForm::Short,
            &[0, 0x20, 0, 0x98, 1, 7, 0],
        );
    }

    #[test]
    fn the_four_cases_in_extended_form() {
        let command = Command::new(0x00, 0xB0, 0x8A, 0x00);
        encodes(command, LengthForm::Extended, &[0, 0xB0, 0x8A, 0]);
        encodes(
            command.with_expected(65_536),
            LengthForm::Extended,
            &[0, 0xB0, 0x8A, 0, 0, 0, 0],
        );
        encodes(
            command.with_expected(256),
            LengthForm::Extended,
            &[0, 0xB0, 0x8A, 0, 0, 1, 0],
        );
        encodes(
            command.with_expected(65_535),
            LengthForm::Extended,
            &[0, 0xB0, 0x8A, 0, 0, 0xFF, 0xFF],
        );
        encodes(
            command.with_data(&[9]),
            LengthForm::Extended,
            &[0, 0xB0, 0x8A, 0, 0, 0, 1, 9],
        );
        encodes(
            command.with_data(&[9]).with_expected(256),
            LengthForm::Extended,
            &[0, 0xB0, 0x8A, 0, 0, 0, 1, 9, 1, 0],
        );
        encodes(
            command.with_data(&[9]).with_expected(65_536),
            LengthForm::Extended,
            &[0, 0xB0, 0x8A, 0, 0, 0, 1, 9, 0, 0],
        );
    }

    #[test]
    fn edges_of_the_length_fields() {
        let command = Command::new(0, 0xD6, 0, 0);
        let (largest_short, largest) = (vec![1; 255], vec![1; 65_535]);
        assert_eq!(
            command
                .with_data(&largest_short)
                .encode(LengthForm::Short)
                .unwrap()
                .len(),
            4 + 1 + 255
        );
        assert_eq!(
            command
                .with_data(&largest)
                .encode(LengthForm::Extended)
                .unwrap()
                .len(),
            4 + 3 + 65_535
        );
        let over = vec![1; 65_536];
        assert_eq!(
            command.with_data(&over).encode(LengthForm::Extended).err(),
            Some(EncodeError::DataTooLong {
                found: 65_536,
                max: 65_535
            })
        );
        assert_eq!(
            command
                .with_data(&over[..256])
                .encode(LengthForm::Short)
                .err(),
            Some(EncodeError::DataTooLong {
                found: 256,
                max: 255
            })
        );
        for (found, form, max) in [
            (0, LengthForm::Short, 256),
            (257, LengthForm::Short, 256),
            (0, LengthForm::Extended, 65_536),
            (65_537, LengthForm::Extended, 65_536),
        ] {
            let wrong = command.with_expected(found).encode(form).err();
            assert_eq!(wrong, Some(EncodeError::ExpectedOutOfRange { found, max }));
        }
    }

    #[test]
    fn limits_choose_the_form() {
        let read = Command::new(0, 0xB0, 0x8A, 0).with_expected(65_536);
        let refused = read.encode_within(Limits::SHORT).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.delivery()),
            (TransportErrorKind::TooLong, Delivery::NotSent)
        );
        assert_eq!(read.encode_within(Limits::EXTENDED).unwrap().len(), 7);
        assert_eq!(
            read.with_expected(256)
                .encode_within(Limits::EXTENDED)
                .unwrap()
                .len(),
            5
        );
        assert_eq!(
            read.with_expected(0)
                .encode_within(Limits::EXTENDED)
                .unwrap_err()
                .kind(),
            TransportErrorKind::TooLong
        );
    }

    #[test]
    fn malformed_commands_are_refused() {
        assert_eq!(
            Command::decode(&[0, 0x20, 0]).err(),
            Some(DecodeError::NoHeader { found: 3 })
        );
        for body in [
            &[2, 1][..],
            &[1, 1, 1, 1],
            &[0, 0],
            &[0, 0, 2, 1],
            &[0, 0, 0, 1],
            &[0, 0, 1, 9, 1],
            &[0, 0, 0, 0, 0],
        ] {
            let bytes = [&[0, 0x20, 0, 0x98][..], body].concat();
            assert_eq!(
                Command::decode(&bytes).err(),
                Some(DecodeError::Length { found: bytes.len() }),
                "{body:?}"
            );
        }
    }

    #[test]
    fn debug_shows_no_data() {
        let verify = Command::new(0, 0x20, 0, 0x98).with_data(b"9876").secret();
        let frame = verify.encode(LengthForm::Short).unwrap();
        assert_eq!(
            format!("{verify:?}"),
            "Command(00 20 00 98, 4 bytes of data)"
        );
        assert_eq!(format!("{frame:?}"), "Frame(00 20 00 98, 9 bytes)");
    }
}
