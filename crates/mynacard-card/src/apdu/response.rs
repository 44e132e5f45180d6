//! Response units: data and a status word (ISO/IEC 7816-4 §5.3).

use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroize;

use super::StatusWord;
use crate::transport::{Delivery, TransportError, TransportErrorKind};

/// The answer to a command: one buffer for a whole dialogue, wiped between answers and when dropped.
///
/// `Debug` shows the length and the status word only.
pub struct Response {
    data: Vec<u8>,
    status: StatusWord,
}

impl Response {
    /// The longest answer: 65,536 bytes and a status word.
    pub const MAX: usize = 65_538;

    /// An empty answer whose status word is `0000`, with room for a short one.
    pub fn new() -> Self {
        Response {
            data: Vec::with_capacity(256),
            status: StatusWord::Other(0),
        }
    }

    /// The bytes before the status word.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The status word.
    pub const fn status(&self) -> StatusWord {
        self.status
    }

    /// Replaces the content by `raw`: data followed by two bytes of status word.
    ///
    /// # Errors
    /// [`TransportErrorKind::MalformedResponse`] for fewer than two bytes, [`TransportErrorKind::TooLong`] for more than
    /// [`Response::MAX`]; the card has seen the command in both cases. The content is then empty.
    pub fn set(&mut self, raw: &[u8]) -> Result<(), TransportError> {
        self.clear();
        if raw.len() > Self::MAX {
            return Err(TransportError::new(
                TransportErrorKind::TooLong,
                Delivery::Unknown,
            ));
        }
        let Some((data, &[first, second])) = raw.split_last_chunk::<2>() else {
            return Err(TransportError::new(
                TransportErrorKind::MalformedResponse,
                Delivery::Unknown,
            ));
        };
        // The buffer was wiped above, so growing it leaves nothing behind.
        self.data.extend_from_slice(data);
        self.status = u16::from_be_bytes([first, second]).into();
        Ok(())
    }

    /// Wipes the content.
    pub fn clear(&mut self) {
        self.data.zeroize();
        self.status = StatusWord::Other(0);
    }
}

impl Default for Response {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.clear();
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Response({} bytes, {:04X})",
            self.data.len(),
            self.status.value()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, vec};

    #[test]
    fn data_and_status_are_split() {
        let mut response = Response::new();
        response.set(&[1, 2, 0x63, 0xC2]).unwrap();
        assert_eq!(
            (response.data(), response.status()),
            (&[1, 2][..], StatusWord::TriesLeft(2))
        );
        assert_eq!(format!("{response:?}"), "Response(2 bytes, 63C2)");
        response.set(&[0x90, 0x00]).unwrap();
        assert_eq!(
            (response.data(), response.status()),
            (&[][..], StatusWord::Success)
        );
    }

    #[test]
    fn bounds_leave_nothing_of_the_former_answer() {
        let mut response = Response::new();
        response.set(&vec![1; Response::MAX]).unwrap();
        for (raw, kind) in [
            (vec![], TransportErrorKind::MalformedResponse),
            (vec![0x90], TransportErrorKind::MalformedResponse),
            (vec![0; Response::MAX + 1], TransportErrorKind::TooLong),
        ] {
            response.set(&[1, 0x90, 0]).unwrap();
            let error = response.set(&raw).unwrap_err();
            assert_eq!((error.kind(), error.delivery()), (kind, Delivery::Unknown));
            assert_eq!((response.data().len(), response.status().value()), (0, 0));
        }
    }
}
