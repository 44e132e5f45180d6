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

use alloc::vec::Vec;
use core::{fmt, mem, num::NonZeroU16};
use zeroize::Zeroizing;

use crate::apdu::{Command, Response, StatusWord};
use crate::app::{Application, CounterPolicy, jpki::KeyAlgorithm};
use crate::error::{Error, ErrorKind, PinTry};
use crate::pin::{PinKind, Tries};
use crate::transport::{Delivery, End, Transport, TransportError, TransportErrorKind};

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

/// GET RESPONSEs for one answer at most.
const MAX_CHAIN: usize = 512;

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

    /// How many tries are left for a PIN: a VERIFY without data, which costs none.
    ///
    /// # Errors
    /// Everything that ends a dialogue, and a card without the application.
    pub fn tries(&mut self, pin: PinKind) -> Result<Tries, Error> {
        if self.selected != Some(pin.application()) {
            self.select(pin.application())?;
        }
        let status = self.run(&Command::new(0x00, 0x20, 0x00, pin.reference()))?;
        Ok(match status {
            StatusWord::Success => Tries::Open,
            StatusWord::TriesLeft(0) | StatusWord::Blocked | StatusWord::ReferenceDataUnusable => {
                Tries::Blocked
            }
            StatusWord::TriesLeft(left) => Tries::Left(left),
            other => Tries::Unknown(other),
        })
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

    /// The counters of every PIN and number; `None` where the card lacks the application. Costs no try.
    ///
    /// # Errors
    /// Everything that ends a dialogue.
    pub fn every_counter(&mut self) -> Result<Vec<(PinKind, Option<Tries>)>, Error> {
        let mut counters = Vec::with_capacity(PinKind::ALL.len());
        for pin in PinKind::ALL {
            let tries = match self.tries(pin) {
                Ok(tries) => Some(tries),
                Err(error) => match error.kind() {
                    ErrorKind::ApplicationMissing { .. } | ErrorKind::NotMyNumberCard { .. } => {
                        None
                    }
                    _ => return Err(error),
                },
            };
            counters.push((pin, tries));
        }
        Ok(counters)
    }

    /// Asks whatever the policy wants asked before a PIN is sent.
    pub(crate) fn ready_for(&mut self, pin: PinKind, policy: CounterPolicy) -> Result<(), Error> {
        let CounterPolicy::ReadFirst { refuse_at_one } = policy else {
            return Ok(());
        };
        let kind = match self.tries(pin)? {
            Tries::Left(1) if refuse_at_one => ErrorKind::OneTryLeft { pin },
            Tries::Left(_) => return Ok(()),
            Tries::Open if self.verified.contains(&pin) => return Ok(()),
            Tries::Open => {
                self.over = true;
                ErrorKind::ForeignSession { pin }
            }
            Tries::Blocked => ErrorKind::PinBlocked { pin },
            Tries::Unknown(status) => ErrorKind::Refused {
                command: "counter query",
                status,
            },
        };
        Err(self.error(kind))
    }

    /// Sends a PIN, once. The caller has asked for the counter if it wants to.
    pub(crate) fn verify(&mut self, pin: PinKind, characters: &[u8]) -> Result<(), Error> {
        let command = Command::new(0x00, 0x20, 0x00, pin.reference())
            .with_data(characters)
            .secret();
        self.alive()?;
        let answer = self.attempt(&command);
        self.settle_verify(pin, answer)
    }

    /// Lets the holder type the PIN on the reader's pad, once.
    pub(crate) fn verify_on_pad(&mut self, pin: PinKind) -> Result<(), Error> {
        self.alive()?;
        self.exchanges = self.exchanges.saturating_add(1);
        let answer = self.transport.enter_pin(&pin.entry());
        if let Err(error) = &answer {
            self.over |= error.delivery() == Delivery::Unknown || ends(error.kind());
        }
        self.settle_verify(pin, answer)
    }

    fn settle_verify(
        &mut self,
        pin: PinKind,
        answer: Result<StatusWord, TransportError>,
    ) -> Result<(), Error> {
        let (kind, pin_try) = match answer {
            Ok(StatusWord::Success) => {
                log::debug!("card: {pin} accepted");
                self.pin_try = PinTry::Accepted;
                self.verified.push(pin);
                return Ok(());
            }
            Ok(
                StatusWord::TriesLeft(0) | StatusWord::Blocked | StatusWord::ReferenceDataUnusable,
            ) => (ErrorKind::PinBlocked { pin }, PinTry::Spent),
            Ok(StatusWord::TriesLeft(left)) => (
                ErrorKind::WrongPin {
                    pin,
                    left: Some(left),
                },
                PinTry::Spent,
            ),
            Ok(StatusWord::VerificationFailed) => {
                (ErrorKind::WrongPin { pin, left: None }, PinTry::Spent)
            }
            Ok(other) => (
                ErrorKind::PinOutcomeUnknown {
                    pin,
                    status: Some(other),
                },
                PinTry::Unknown,
            ),
            Err(error) if error.delivery() == Delivery::NotSent => {
                return Err(Error::transport(error, self.pin_try));
            }
            Err(error) => {
                self.pin_try = PinTry::Unknown;
                self.over = true;
                let kind = ErrorKind::PinOutcomeUnknown { pin, status: None };
                return Err(Error::new(kind, PinTry::Unknown).with_source(error));
            }
        };
        log::debug!("card: {pin} not accepted");
        self.verified.retain(|held| *held != pin);
        self.pin_try = pin_try;
        // After an answer that settles nothing, the counter must be read before anything else: in a new dialogue.
        self.over |= pin_try == PinTry::Unknown;
        Err(self.error(kind))
    }

    /// Gives the card another PIN, once; the old one was verified in this dialogue.
    pub(crate) fn change(&mut self, pin: PinKind, new: &[u8]) -> Result<(), Error> {
        let id = pin.file_id().to_be_bytes();
        let status = self.run(&Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(&id))?;
        if !status.is_success() {
            return Err(self.error(ErrorKind::Refused {
                command: "SELECT",
                status,
            }));
        }
        let command = Command::new(0x00, 0x24, 0x01, 0x80).with_data(new).secret();
        match self.attempt(&command) {
            Ok(StatusWord::Success) => Ok(()),
            // The checking errors of ISO/IEC 7816-4 §5.6: the card did not do it.
            Ok(status) if matches!(status.value() >> 8, 0x67..=0x6B | 0x6D | 0x6E) => Err(self
                .error(ErrorKind::Refused {
                    command: "CHANGE REFERENCE DATA",
                    status,
                })),
            Ok(status) => {
                self.over = true;
                Err(self.error(ErrorKind::ChangeOutcomeUnknown {
                    pin,
                    status: Some(status),
                }))
            }
            Err(error) if error.delivery() == Delivery::NotSent => {
                Err(Error::transport(error, self.pin_try))
            }
            Err(error) => {
                self.over = true;
                Err(self
                    .error(ErrorKind::ChangeOutcomeUnknown { pin, status: None })
                    .with_source(error))
            }
        }
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

    /// Heeds what the card says of itself: one that does not take extended lengths is asked in short ones.
    pub(crate) fn heed(&mut self, extended_length: bool) {
        if !extended_length {
            self.block = self.block.min(256);
        }
    }

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
        log::trace!("> {cla:02X} {ins:02X} {p1:02X} {p2:02X}, {lc} bytes, {le} expected");
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
                self.over |= error.delivery() == Delivery::Unknown || ends(error.kind());
                Err(error)
            }
        }
    }

    /// Data of the last answer.
    pub(crate) fn data(&self) -> &[u8] {
        self.response.data()
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

/// Whether a transport error ends the dialogue even when the command was not sent.
fn ends(kind: TransportErrorKind) -> bool {
    !matches!(
        kind,
        TransportErrorKind::TooLong
            | TransportErrorKind::Unsupported
            | TransportErrorKind::Cancelled
    )
}
