//! Answers that come in pieces (61xx), with a corrected length (6Cxx), or as a signature.

use alloc::vec::Vec;
use core::mem;
use zeroize::Zeroizing;

use super::Card;
use crate::apdu::{Command, StatusWord};
use crate::app::jpki::KeyAlgorithm;
use crate::error::{Error, ErrorKind};
use crate::transport::Transport;

/// GET RESPONSEs for one answer at most.
const MAX_CHAIN: usize = 512;

impl<T: Transport + ?Sized> Card<'_, T> {
    /// Sends a command that may be repeated and collects its whole answer (61xx, 6Cxx), at most `max` bytes.
    pub(crate) fn call(
        &mut self,
        name: &'static str,
        command: &Command<'_>,
        max: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut answer = Zeroizing::new(Vec::new());
        let mut status = self.run(command)?;
        if let StatusWord::WrongExpected(right) = status {
            status = self.run(&command.with_expected(count(right)))?;
        }
        for _ in 0..MAX_CHAIN {
            let found = answer.len() + self.response.data().len();
            if found > max {
                return Err(self.error(ErrorKind::MalformedAnswer {
                    command: name,
                    expected: max,
                    found,
                }));
            }
            append(&mut answer, self.response.data(), max);
            match status {
                StatusWord::Success => return Ok(answer),
                StatusWord::MoreData(waiting) => status = self.run(&get_response(waiting))?,
                status => {
                    return Err(self.error(ErrorKind::Refused {
                        command: name,
                        status,
                    }));
                }
            }
        }
        Err(self.error(ErrorKind::LimitExceeded {
            what: "pieces of one answer",
            limit: MAX_CHAIN,
        }))
    }

    /// Lets the selected application's key sign a message without a PIN.
    pub(crate) fn presence_signature(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let algorithm = KeyAlgorithm::RsaPkcs1Sha256;
        self.compute_signature(algorithm, 0x00, &algorithm.input(message))
    }

    /// COMPUTE DIGITAL SIGNATURE with the key that `reference` names.
    pub(crate) fn compute_signature(
        &mut self,
        algorithm: KeyAlgorithm,
        reference: u8,
        input: &[u8],
    ) -> Result<Vec<u8>, Error> {
        const NAME: &str = "COMPUTE DIGITAL SIGNATURE";
        let expected = algorithm.longest();
        let command = Command::new(0x80, 0x2A, 0x00, reference)
            .with_data(input)
            .with_expected(256);
        let mut signature = self.call(NAME, &command, 256)?;
        if !algorithm.fits(&signature) {
            let found = signature.len();
            return Err(self.error(ErrorKind::MalformedAnswer {
                command: NAME,
                expected,
                found,
            }));
        }
        Ok(mem::take(&mut *signature))
    }
}

/// Instruction of GET RESPONSE.
pub(crate) const GET_RESPONSE: u8 = 0xC0;

/// GET RESPONSE for the bytes that 61xx announces.
pub(crate) fn get_response(waiting: u8) -> Command<'static> {
    Command::new(0x00, GET_RESPONSE, 0x00, 0x00).with_expected(count(waiting))
}

/// The length that 61xx and 6Cxx tell in one byte.
pub(crate) fn count(byte: u8) -> u32 {
    if byte == 0 { 256 } else { u32::from(byte) }
}

/// Appends without leaving an unwiped copy behind: a full buffer is replaced by one of at least `capacity` bytes.
pub(crate) fn append(buffer: &mut Zeroizing<Vec<u8>>, data: &[u8], capacity: usize) {
    let needed = buffer.len() + data.len();
    if buffer.capacity() < needed {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(capacity)));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
    buffer.extend_from_slice(data);
}
