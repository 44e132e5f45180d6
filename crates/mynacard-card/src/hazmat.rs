//! Dangerous doors: signing what somebody else hashed, commands that somebody else composed.
//!
//! The authentication key signs whatever digest it is given, and its certificate serves logins elsewhere: a digest from
//! a remote party can be a login in the patient's name. Nothing on the paved path comes here with foreign data.
//!
//! ```
//! use mynacard_card::{Error, Transport, app::jpki::Jpki, hazmat};
//!
//! /// After a relay brought the card into the state that needs no PIN.
//! fn visual_check(jpki: &mut Jpki<'_, dyn Transport>, message: &[u8]) -> Result<Vec<u8>, Error> {
//!     hazmat::pinless(jpki).sign(message)
//! }
//! ```

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::apdu::{Command, StatusWord};
use crate::app::jpki::{Jpki, Verified};
use crate::error::{Error, ErrorKind};
use crate::transport::Transport;

/// Signs a digest that the caller vouches for. **Never one that came from outside.**
///
/// # Errors
/// As [`Verified::sign`].
pub fn sign_digest<T: Transport + ?Sized>(
    verified: &mut Verified<'_, '_, T>,
    digest: &[u8; 32],
) -> Result<Vec<u8>, Error> {
    verified.sign_digest(digest)
}

/// Signing without a PIN, after a relay has brought the card into the state that allows it (visual check, 目視確認).
///
/// The card decides: without that state it refuses with `6982`.
pub fn pinless<'j, 't, T: Transport + ?Sized>(jpki: &'j mut Jpki<'t, T>) -> Pinless<'j, 't, T> {
    Pinless { jpki }
}

/// The authentication key in a state that needs no PIN.
pub struct Pinless<'j, 't, T: Transport + ?Sized> {
    jpki: &'j mut Jpki<'t, T>,
}

impl<T: Transport + ?Sized> Pinless<'_, '_, T> {
    /// Hashes the message (SHA-256) and lets the authentication key sign it, once.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] with `6982` when the card is not in that state.
    pub fn sign(self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.jpki.sign_without_pin(message)
    }
}

/// What a card answered to a relayed command.
pub struct Answer {
    /// The data, wiped when dropped.
    pub data: Zeroizing<Vec<u8>>,
    /// The status word.
    pub status: StatusWord,
}

/// Sends one command composed elsewhere to the selected JPKI application. The caller must have an allow-list.
///
/// # Errors
/// [`ErrorKind::NotAllowed`], nothing sent, for VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER, for signing and for
/// any SELECT but of a file: PIN tries, signatures and the selected application belong to this crate's own bookkeeping.
pub fn exchange<T: Transport + ?Sized>(
    jpki: &mut Jpki<'_, T>,
    command: &Command<'_>,
) -> Result<Answer, Error> {
    let why = match (command.ins(), command.p1()) {
        (0x20 | 0x21 | 0x24 | 0x25 | 0x2C | 0x2D | 0x32, _) => "relayed command would touch a PIN",
        (0x2A | 0x88, _) => "relayed command would sign",
        (0xA4, p1) if p1 != 0x02 => "relayed command would select another application",
        _ => {
            let status = jpki.card.run(command)?;
            let data = Zeroizing::new(jpki.card.data().to_vec());
            return Ok(Answer { data, status });
        }
    };
    Err(jpki.card.error(ErrorKind::NotAllowed { why }))
}
