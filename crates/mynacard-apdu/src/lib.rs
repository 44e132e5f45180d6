//! Lets every handler written for the crate [`apdu`] serve as a `mynacard-card` transport.
//!
//! A handler of that crate may answer "not enough buffer, repeat the command"; a repeated VERIFY would spend a second
//! PIN try. So it always gets room for the longest answer there is, and when it asks all the same, the command is not
//! repeated: the outcome is unknown. Commands are written by `mynacard-card`, whose extended lengths are right.
//!
//! ```
//! use apdu::core::HandlerInCtx;
//! use mynacard_apdu::{HandlerTransport, Power};
//! use mynacard_card::app::jpki::{Jpki, Options};
//!
//! /// A reader with a card that knows nothing.
//! struct Reader;
//!
//! impl Reader {
//!     fn power(&mut self, _on: bool) {}
//! }
//!
//! impl HandlerInCtx<()> for Reader {
//!     fn handle_in_ctx(&self, _ctx: (), _command: &[u8], response: &mut [u8]) -> apdu::core::Result {
//!         response[..2].copy_from_slice(&[0x6D, 0x00]);
//!         Ok(2)
//!     }
//! }
//!
//! let mut transport = HandlerTransport::new(Reader, |reader: &mut Reader, power| {
//!     reader.power(false);
//!     if power == Power::Cycle {
//!         reader.power(true);
//!     }
//!     Ok(())
//! });
//! let error = Jpki::open(&mut transport, Options::default()).err().unwrap();
//! assert_eq!(error.code(), "MC-1001"); // not a My Number Card
//! ```
//!
//! | for | look at |
//! |---|---|
//! | a handler that can switch its card off and on | [`HandlerTransport::new`], [`Power`] |
//! | a handler that cannot: one dialogue, at the caller's word | [`HandlerTransport::trusting_that_the_card_is_cold`], [`Once`] |
//! | how long commands and answers may be | [`HandlerTransport::with_limits`], [`Limits`] |
//! | what is done with it then | [`mynacard_card::app::jpki::Jpki`] |
#![forbid(unsafe_code)]

/// The examples of the README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

use apdu::core::{HandleError, HandlerInCtx};
use mynacard_card::{
    Command, Delivery, End, Limits, Response, Transport, TransportError, TransportErrorKind,
};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// A handler together with a way to power its card down and up, which the crate [`apdu`] does not know.
pub struct HandlerTransport<H, P> {
    handler: H,
    power: P,
    limits: Limits,
    /// Room for the longest answer; never reallocated, wiped after every exchange.
    answer: Zeroizing<Vec<u8>>,
}

/// What to do with the power of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Power {
    /// Down, then up: a cold reset, exclusive from here on.
    Cycle,
    /// Down: the dialogue has ended.
    Down,
}

impl<H, P> HandlerTransport<H, P>
where
    H: HandlerInCtx<()>,
    P: FnMut(&mut H, Power) -> Result<(), TransportError>,
{
    /// Wraps a handler. `power` must really take the card's power away: security status survives everything else.
    ///
    /// Short lengths only, until [`with_limits`](Self::with_limits) says more.
    pub fn new(handler: H, power: P) -> Self {
        HandlerTransport {
            handler,
            power,
            limits: Limits::SHORT,
            answer: Zeroizing::new(vec![0; Response::MAX]),
        }
    }

    /// States what the handler's reader carries.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The handler back.
    pub fn into_inner(self) -> H {
        self.handler
    }
}

/// A power switch for handlers without one: see [`HandlerTransport::trusting_that_the_card_is_cold`].
pub type NoPower<H> = fn(&mut H, Power) -> Result<(), TransportError>;

/// A handler that serves for one dialogue: see [`HandlerTransport::trusting_that_the_card_is_cold`].
pub struct Once<H> {
    inner: HandlerTransport<H, NoPower<H>>,
    used: bool,
}

impl<H: HandlerInCtx<()>> HandlerTransport<H, NoPower<H>> {
    /// Wraps a handler that cannot take the card's power away.
    ///
    /// **Whoever calls this answers for it that the card was just put under power and that it loses power afterwards**,
    /// as with a phone held to the reader for one command sequence. It serves for one dialogue; a second one is refused,
    /// because the first one's security status would still be there.
    pub fn trusting_that_the_card_is_cold(handler: H) -> Once<H> {
        Once {
            inner: HandlerTransport::new(handler, |_, _| Ok(())),
            used: false,
        }
    }
}

impl<H, P> Transport for HandlerTransport<H, P>
where
    H: HandlerInCtx<()>,
    P: FnMut(&mut H, Power) -> Result<(), TransportError>,
{
    fn begin(&mut self) -> Result<(), TransportError> {
        (self.power)(&mut self.handler, Power::Cycle)
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let frame = command.encode_within(self.limits)?;
        let unknown = |kind| TransportError::new(kind, Delivery::Unknown);
        let answer = Wiped(&mut self.answer);
        match self.handler.handle_in_ctx((), &frame, answer.0) {
            Ok(length) => match answer.0.get(..length) {
                Some(raw) => response.set(raw),
                None => Err(unknown(TransportErrorKind::MalformedResponse)),
            },
            // Never repeated: the card has acted already.
            Err(HandleError::NotEnoughBuffer(_)) => Err(unknown(TransportErrorKind::TooLong)),
            // The handler's own words stay out of ours: they may hold what was sent.
            Err(HandleError::Nfc(_)) => Err(unknown(TransportErrorKind::Other)),
        }
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn end(&mut self, how: End) {
        if how == End::PowerDown {
            // Nothing can be done about a card that is gone: it has no power either.
            let _ = (self.power)(&mut self.handler, Power::Down);
        }
    }
}

/// The buffer of one exchange, wiped behind it even when the handler panics: some write the command into it first.
struct Wiped<'a>(&'a mut [u8]);

impl Drop for Wiped<'_> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<H: HandlerInCtx<()>> Once<H> {
    /// States what the handler's reader carries.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.inner = self.inner.with_limits(limits);
        self
    }

    /// The handler back.
    pub fn into_inner(self) -> H {
        self.inner.into_inner()
    }
}

impl<H: HandlerInCtx<()>> Transport for Once<H> {
    fn begin(&mut self) -> Result<(), TransportError> {
        if std::mem::replace(&mut self.used, true) {
            return Err(TransportError::new(
                TransportErrorKind::Unsupported,
                Delivery::NotSent,
            ));
        }
        self.inner.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        self.inner.exchange(command, response)
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn end(&mut self, how: End) {
        self.inner.end(how);
    }
}

impl<H, P> fmt::Debug for HandlerTransport<H, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerTransport")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl<H> fmt::Debug for Once<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once")
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}
