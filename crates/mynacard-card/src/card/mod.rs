//! One power session of a card: what was selected, what was verified, what may still be sent.
//!
//! A [`Card`] powers the card down when it begins and when it ends, also when dropped. Applications are opened on it
//! (see [`app`](crate::app)) and hand it back, so that several of them can be read in one unbroken session.
//!
//! ```
//! use mynacard_card::{Card, Error, LengthPolicy, PinKind, Transport, Tries};
//!
//! /// How every PIN of the card stands; costs no try.
//! fn status(card: &mut dyn Transport) -> Result<Vec<(PinKind, Option<Tries>)>, Error> {
//!     Card::power_up(card, LengthPolicy::FromTransport)?.every_counter()
//! }
//! ```

mod answer;
mod pin;

use alloc::vec::Vec;
use core::{fmt, num::NonZeroU16};

use crate::apdu::{Command, Response, StatusWord};
use crate::app::Application;
use crate::error::{Error, ErrorKind, PinTry};
use crate::pin::PinKind;
use crate::transport::{Delivery, End, Transport, TransportError, TransportErrorKind};

pub(crate) use answer::{GET_RESPONSE, append, count, get_response};

/// A card under power, exclusively ours.
pub struct Card<'t, T: Transport + ?Sized> {
    transport: &'t mut T,
    response: Response,
    /// Bytes asked for in one READ.
    pub(crate) block: u32,
    selected: Option<Application>,
    verified: Vec<PinKind>,
    exchanges: u32,
    pin_try: PinTry,
    over: bool,
    ended: bool,
}

/// How long the pieces are in which files are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LengthPolicy {
    /// As long as the transport carries; a READ that the card refuses is repeated in short form.
    #[default]
    FromTransport,
    /// Short lengths only, whatever the transport says.
    ShortOnly,
    /// At most this many bytes in one piece, and never more than the transport carries.
    AtMost(NonZeroU16),
}

impl<'t, T: Transport + ?Sized> Card<'t, T> {
    /// Powers the card down and up.
    ///
    /// # Errors
    /// No card, no reader, or somebody else holds the card.
    pub fn power_up(transport: &'t mut T, length: LengthPolicy) -> Result<Self, Error> {
        log::debug!("card: power down and up");
        transport
            .begin()
            .map_err(|error| Error::transport(error, PinTry::NotSpent))?;
        let carried = transport
            .limits()
            .max_response
            .saturating_sub(2)
            .clamp(1, 65_536);
        let carried = u32::try_from(carried).unwrap_or(65_536);
        let block = match length {
            LengthPolicy::FromTransport if transport.limits().extended() => carried,
            LengthPolicy::FromTransport | LengthPolicy::ShortOnly => carried.min(256),
            LengthPolicy::AtMost(most) => carried.min(u32::from(most.get())),
        };
        Ok(Card {
            transport,
            response: Response::new(),
            block,
            selected: None,
            verified: Vec::new(),
            exchanges: 0,
            pin_try: PinTry::NotSpent,
            over: false,
            ended: false,
        })
    }

    /// Commands exchanged so far.
    pub fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// What is known about the PIN try of this dialogue.
    pub fn pin_try(&self) -> PinTry {
        self.pin_try
    }

    /// Powers the card down; dropping does the same.
    pub fn finish(mut self) {
        self.power_down();
    }

    /// Selects an application. One that is selected already is left first: selecting it again would keep its session.
    pub(crate) fn select(&mut self, application: Application) -> Result<(), Error> {
        if self.selected == Some(application) {
            // A card without this domain stays where it is; the SELECT below decides.
            let _ = self.select_once(Application::Issuer)?;
        }
        let mut status = self.select_once(application)?;
        if status == StatusWord::NoDiagnosis {
            // Some cards answer so to whatever comes first after power-up.
            status = self.select_once(application)?;
        }
        match status {
            StatusWord::Success | StatusWord::MoreData(_) => Ok(()),
            StatusWord::NoDiagnosis => Err(self.error(ErrorKind::Refused {
                command: "SELECT",
                status,
            })),
            _ if application == Application::Jpki => {
                Err(self.error(ErrorKind::NotMyNumberCard { status }))
            }
            _ => Err(self.error(ErrorKind::ApplicationMissing {
                application,
                status,
            })),
        }
    }

    fn select_once(&mut self, application: Application) -> Result<StatusWord, Error> {
        let status =
            self.run(&Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(application.name()))?;
        if matches!(status, StatusWord::Success | StatusWord::MoreData(_)) {
            self.selected = Some(application);
            self.verified.clear();
        }
        Ok(status)
    }

    /// Heeds what the card says of itself: one that does not take extended lengths is asked in short ones.
    pub(crate) fn heed(&mut self, extended_length: bool) {
        if !extended_length {
            self.block = self.block.min(256);
        }
    }

    /// Sends a command; whatever the card answers is an `Ok`.
    pub(crate) fn run(&mut self, command: &Command<'_>) -> Result<StatusWord, Error> {
        self.alive()?;
        self.attempt(command)
            .map_err(|error| Error::transport(error, self.pin_try))
    }

    /// One exchange with its bookkeeping; the caller has asked [`alive`](Self::alive).
    pub(crate) fn attempt(&mut self, command: &Command<'_>) -> Result<StatusWord, TransportError> {
        let [cla, ins, p1, p2] = command.header();
        let (lc, le) = (command.data().len(), command.expected().unwrap_or(0));
        if command.is_secret() {
            // Not even how long a password is.
            log::trace!("> {cla:02X} {ins:02X} {p1:02X} {p2:02X}, secret, {le} expected");
        } else {
            log::trace!("> {cla:02X} {ins:02X} {p1:02X} {p2:02X}, {lc} bytes, {le} expected");
        }
        self.exchanges = self.exchanges.saturating_add(1);
        self.response.clear();
        let mut outcome = self.transport.exchange(command, &mut self.response);
        let found = self.response.data().len();
        if outcome.is_ok() && found > usize::try_from(le).unwrap_or(usize::MAX) {
            outcome = Err(TransportError::new(
                TransportErrorKind::MalformedResponse,
                Delivery::Unknown,
            ));
        }
        match outcome {
            Ok(()) => {
                let status = self.response.status();
                log::trace!("< {found} bytes, {:04X}", status.value());
                Ok(status)
            }
            Err(error) => {
                log::debug!("card: {error}");
                // Whatever came is no answer; a card or reader that sends a command back must not leave a PIN here.
                self.response.clear();
                self.over |= error.delivery() == Delivery::Unknown || ends(error.kind());
                Err(error)
            }
        }
    }

    /// Data of the last answer.
    pub(crate) fn data(&self) -> &[u8] {
        self.response.data()
    }

    /// Wipes the last answer.
    pub(crate) fn forget(&mut self) {
        self.response.clear();
    }

    pub(crate) fn alive(&self) -> Result<(), Error> {
        if self.over {
            Err(self.error(ErrorKind::DialogueOver))
        } else {
            Ok(())
        }
    }

    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.pin_try)
    }

    fn power_down(&mut self) {
        if !self.ended {
            self.ended = true;
            log::debug!("card: power down after {} exchanges", self.exchanges);
            self.transport.end(End::PowerDown);
        }
    }
}

impl<T: Transport + ?Sized> Drop for Card<'_, T> {
    fn drop(&mut self) {
        self.power_down();
    }
}

impl<T: Transport + ?Sized> fmt::Debug for Card<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("selected", &self.selected)
            .field("exchanges", &self.exchanges)
            .field("pin_try", &self.pin_try)
            .finish_non_exhaustive()
    }
}

/// Whether a transport error ends the dialogue even when the command was not sent.
fn ends(kind: TransportErrorKind) -> bool {
    !matches!(
        kind,
        TransportErrorKind::TooLong
            | TransportErrorKind::Unsupported
            | TransportErrorKind::Cancelled
    )
}
