//! What carries commands to a card: a reader, a phone, a virtual card, a recorded trace.
//!
//! ```
//! use mynacard_card::{Command, End, Limits, Response, Transport, TransportError};
//!
//! /// A card that knows nothing.
//! struct Blank;
//!
//! impl Transport for Blank {
//!     fn begin(&mut self) -> Result<(), TransportError> {
//!         Ok(()) // a real transport powers the card down and up here
//!     }
//!     fn exchange(&mut self, command: &Command<'_>, response: &mut Response) -> Result<(), TransportError> {
//!         let _frame = command.encode_within(self.limits())?; // what a reader would be given
//!         response.set(&[0x6D, 0x00])
//!     }
//!     fn end(&mut self, _how: End) {}
//! }
//!
//! let refused = mynacard_card::app::jpki::Jpki::open(&mut Blank, Default::default()).err().unwrap();
//! assert_eq!(refused.code(), "MC-1001"); // not a My Number Card
//! ```

use alloc::boxed::Box;
use core::{error, fmt};

use crate::apdu::{Command, Response, StatusWord};
use crate::pin::PinKind;

/// Anything that can be a card.
///
/// A dialogue calls [`begin`](Transport::begin), then exchanges, then [`end`](Transport::end). After an error other than
/// "not sent" the dialogue exchanges nothing more. A transport never repeats a command by itself: a repeated VERIFY
/// spends a PIN try.
pub trait Transport {
    /// Takes exclusive access and powers the card down and up again (a cold reset), so that nobody's security status
    /// survives. It has no default: each transport must say how. After an error nothing is left open, and `end` is
    /// not called.
    ///
    /// # Errors
    /// No card, no reader, or somebody else holds the card.
    fn begin(&mut self) -> Result<(), TransportError>;

    /// Sends one command and stores its answer with [`Response::set`].
    ///
    /// # Errors
    /// Says in [`TransportError::delivery`] whether the card can have seen the command. A card that was reset since
    /// `begin` is an error ([`TransportErrorKind::CardReset`]), never a silent reconnection.
    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError>;

    /// The longest command and answer that reader and driver carry. Default: short lengths only.
    fn limits(&self) -> Limits {
        Limits::SHORT
    }

    /// Lets the holder type the PIN on the reader's own pad, which sends the VERIFY once.
    ///
    /// # Errors
    /// The default has no pad: [`TransportErrorKind::Unsupported`], not sent. A holder who cancels is
    /// [`TransportErrorKind::Cancelled`], not sent.
    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let _ = request;
        Err(TransportError::new(
            TransportErrorKind::Unsupported,
            Delivery::NotSent,
        ))
    }

    /// Ends the dialogue. It cannot fail: a card that is gone has lost its security status anyway.
    fn end(&mut self, how: End);
}

/// What becomes of the card when a dialogue ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// Access is given back, the card keeps power and security status: only for a dialogue that verified nothing.
    Leave,
    /// The card loses power, and with it every security status.
    PowerDown,
}

/// The longest command and answer that a transport carries, in bytes, headers and status words included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Longest serialised command.
    pub max_command: usize,
    /// Longest answer, status word included.
    pub max_response: usize,
}

impl Limits {
    /// Short lengths: 255 bytes of data, 256 bytes back.
    pub const SHORT: Limits = Limits {
        max_command: 4 + 1 + 255 + 1,
        max_response: 256 + 2,
    };
    /// Extended lengths without further limit.
    pub const EXTENDED: Limits = Limits {
        max_command: 4 + 3 + 65_535 + 2,
        max_response: 65_536 + 2,
    };

    /// Whether answers longer than the short form's can be carried.
    pub const fn extended(self) -> bool {
        self.max_response > Self::SHORT.max_response
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::SHORT
    }
}

/// What a reader with a PIN pad needs to know to ask for a PIN and to build the VERIFY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PinEntry {
    /// Which PIN the holder is asked for.
    pub kind: PinKind,
    /// Header of the VERIFY; the pad adds Lc and the characters in ASCII, left-justified, without padding.
    pub header: [u8; 4],
    /// Fewest characters.
    pub min: u8,
    /// Most characters.
    pub max: u8,
    /// What may be typed.
    pub characters: PinCharacters,
}

/// Characters of a PIN or password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinCharacters {
    /// `0` to `9`.
    Digits,
    /// `A` to `Z` and `0` to `9`.
    UpperAlphanumeric,
}

/// A command that got no usable answer.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    delivery: Delivery,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// There is no card.
    NoCard,
    /// The card left during the dialogue.
    CardRemoved,
    /// The card was reset by somebody else or by the system.
    CardReset,
    /// The reader is gone or there is none.
    ReaderRemoved,
    /// The system's smart-card service does not run.
    ServiceStopped,
    /// Somebody else holds the card.
    Sharing,
    /// Nothing came back in time.
    Timeout,
    /// The caller or the holder cancelled.
    Cancelled,
    /// What came back is no answer.
    MalformedResponse,
    /// Command or answer is longer than can be carried.
    TooLong,
    /// The transport cannot do this.
    Unsupported,
    /// Anything else; see the source.
    Other,
}

/// Whether the card can have seen a command. Only [`Delivery::NotSent`] permits "no try was spent".
///
/// Complete by definition: there is no third state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The command certainly did not reach the card.
    NotSent,
    /// The card may have acted on it.
    Unknown,
}

impl TransportError {
    /// An error without a cause of its own.
    pub const fn new(kind: TransportErrorKind, delivery: Delivery) -> Self {
        TransportError {
            kind,
            delivery,
            source: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the card can have seen the command.
    pub const fn delivery(&self) -> Delivery {
        self.delivery
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::NoCard => "no card",
            TransportErrorKind::CardRemoved => "card removed",
            TransportErrorKind::CardReset => "card reset by another program or the system",
            TransportErrorKind::ReaderRemoved => "no reader",
            TransportErrorKind::ServiceStopped => "smart-card service not running",
            TransportErrorKind::Sharing => "card in use by another program",
            TransportErrorKind::Timeout => "no answer in time",
            TransportErrorKind::Cancelled => "cancelled",
            TransportErrorKind::MalformedResponse => "malformed answer",
            TransportErrorKind::TooLong => "command or answer too long for the transport",
            TransportErrorKind::Unsupported => "not supported by the transport",
            TransportErrorKind::Other => "transport failure",
        })?;
        match self.delivery {
            Delivery::NotSent => f.write_str(" (command not sent)"),
            Delivery::Unknown => f.write_str(" (card may have acted)"),
        }
    }
}

impl error::Error for TransportError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn error::Error + 'static))
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn begin(&mut self) -> Result<(), TransportError> {
        (**self).begin()
    }
    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        (**self).exchange(command, response)
    }
    fn limits(&self) -> Limits {
        (**self).limits()
    }
    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        (**self).enter_pin(request)
    }
    fn end(&mut self, how: End) {
        (**self).end(how);
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn begin(&mut self) -> Result<(), TransportError> {
        (**self).begin()
    }
    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        (**self).exchange(command, response)
    }
    fn limits(&self) -> Limits {
        (**self).limits()
    }
    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        (**self).enter_pin(request)
    }
    fn end(&mut self, how: End) {
        (**self).end(how);
    }
}
