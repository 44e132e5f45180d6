//! The visual check's relay: a service that proves itself to the card, through a guard.
//!
//! The official sequence is not public. What the guard lets through is the stand-in of this project's sandbox; a real provider's
//! commands would be one more table here.
//!
//! ```
//! use mynacard_auth::pinless::Guard;
//!
//! // Whatever a relay sends is decided by a table; what is not in it does not reach the card.
//! let mut guard = Guard::new();
//! assert!(guard.admit(&[0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34]).is_err()); // VERIFY
//! ```

mod guard;

pub use guard::{Guard, GuardedCommand};

use std::fmt;

use crate::{Cancel, Challenge, Error, Grant};

/// Somebody whom the card allows to sign without a PIN after proving who they are.
pub trait PinlessProvider {
    /// Proves itself to the card, command by command, and returns the service's grant.
    ///
    /// The card was powered down before and holds no PIN status.
    ///
    /// # Errors
    ///
    /// The service's refusal, the guard's refusal, or the card's.
    fn prove(
        &mut self,
        challenge: &Challenge,
        card: &mut GuardedCard<'_>,
        stop: &Cancel,
    ) -> Result<Grant, Error>;
}

/// The card as a relay sees it: every command passes the [`Guard`] and is encoded anew.
pub struct GuardedCard<'a> {
    guard: Guard,
    exchange: &'a mut Exchange<'a>,
}

type Exchange<'a> = dyn FnMut(&GuardedCommand) -> Result<Vec<u8>, Error> + 'a;

impl<'a> GuardedCard<'a> {
    /// A guarded card over `exchange`, which returns data and status word.
    pub(crate) fn new(exchange: &'a mut Exchange<'a>) -> Self {
        Self {
            guard: Guard::new(),
            exchange,
        }
    }

    /// Sends the relay's command if the guard lets it pass, and returns the card's data and status word.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RelayRefused`](crate::ErrorKind::RelayRefused) with the rule that it broke: nothing was sent then. The card's
    /// transport error otherwise.
    pub fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, Error> {
        let command = self.guard.admit(command)?;
        let response = (self.exchange)(&command)?;
        self.guard.answered(&command, &response)?;
        Ok(response)
    }

    pub(crate) fn is_proven(&self) -> bool {
        self.guard.is_proven()
    }
}

impl fmt::Debug for GuardedCard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedCard")
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}
