//! The few PC/SC calls this crate makes, as traits, so that tests can stand in for the service, the readers and the clock.

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Where contexts come from, and time.
pub(crate) trait System: Send + Sync {
    /// SCardEstablishContext.
    fn establish(&self) -> Result<Arc<dyn Service>, pcsc::Error>;
    /// The clock that deadlines and silences are measured with.
    fn now(&self) -> Instant;
    /// Lets time pass.
    fn pause(&self, time: Duration);
}

/// One context. Calls on one context wait for each other, so every card has a context of its own.
pub(crate) trait Service: Send + Sync {
    /// SCardListReaders; no reader is an empty list.
    fn readers(&self) -> Result<Vec<CString>, pcsc::Error>;
    /// SCardGetStatusChange: returns when one of the slots differs from what is known, or `Timeout`.
    fn status_change(&self, timeout: Duration, slots: &mut [Slot]) -> Result<(), pcsc::Error>;
    /// SCardCancel: ends a `status_change` of another thread.
    fn interrupt(&self);
    /// SCardConnect, exclusive, T=0 or T=1.
    fn connect(&self, reader: &CStr) -> Result<Box<dyn Handle>, pcsc::Error>;
}

/// One connection to a card.
pub(crate) trait Handle: Send {
    /// SCardReconnect with power down and up, exclusive.
    fn power_cycle(&mut self) -> Result<(), pcsc::Error>;
    /// Whether the card and the reader agreed on T=1, the protocol that knows extended lengths.
    fn block_protocol(&self) -> bool;
    /// SCardTransmit; the number of bytes received.
    fn transmit(&self, command: &[u8], response: &mut [u8]) -> Result<usize, pcsc::Error>;
    /// SCardControl; the number of bytes received.
    fn control(&self, code: u32, input: &[u8], output: &mut [u8]) -> Result<usize, pcsc::Error>;
    /// SCardDisconnect.
    fn close(self: Box<Self>, leave_powered: bool) -> Result<(), pcsc::Error>;
}

/// What is known of one reader, and what is seen now (SCARD_READERSTATE).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) name: CString,
    /// State bits in the lower half, event counter in the upper: what the caller knows.
    pub(crate) known: u32,
    /// The same, as reported.
    pub(crate) seen: u32,
    pub(crate) atr: Vec<u8>,
}

/// State bits (the same on every platform).
pub(crate) mod state {
    pub(crate) const CHANGED: u32 = 0x02;
    pub(crate) const UNKNOWN: u32 = 0x04;
    pub(crate) const UNAVAILABLE: u32 = 0x08;
    pub(crate) const PRESENT: u32 = 0x20;
    pub(crate) const EXCLUSIVE: u32 = 0x80;
    pub(crate) const IN_USE: u32 = 0x100;
    pub(crate) const MUTE: u32 = 0x200;
}

impl Slot {
    /// A slot of which nothing is known.
    pub(crate) fn new(name: CString) -> Self {
        Self {
            name,
            known: 0,
            seen: 0,
            atr: Vec::new(),
        }
    }

    pub(crate) fn is(&self, bits: u32) -> bool {
        self.seen & bits != 0
    }
}
