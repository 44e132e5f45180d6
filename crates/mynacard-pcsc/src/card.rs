//! The card in one reader, as a [`Transport`].

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mynacard_card::{
    Command, Delivery, End, Limits, PinEntry, Response, StatusWord, Transport, TransportError,
    TransportErrorKind,
};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, ErrorKind};
use crate::part10::{self, Features};
use crate::reader::Reader;
use crate::readers::is_absence;
use crate::stop::Stop;
use crate::system::{Handle, Service, Slot, System, state};

/// How long to wait before trying again to take a card that another program holds.
const RETRY: Duration = Duration::from_millis(100);
/// Room for the longest answer: a buffer that is too small loses an answer that the card has given.
const ANSWER: usize = Limits::EXTENDED.max_response;

/// The card in one reader: exclusive, powered down at both ends of every dialogue.
///
/// [`begin`](Transport::begin) takes the card for this program alone. Windows itself talks to a card that has just been
/// inserted, so a refusal is retried until [`Options::sharing_deadline`]; nothing has been sent to the card then. Later
/// errors are never retried: each ends the session, and the card loses power.
pub struct PcscCard {
    system: Arc<dyn System>,
    reader: Reader,
    options: Options,
    service: Option<Arc<dyn Service>>,
    session: Option<Session>,
    limits: Limits,
    answer: Zeroizing<Vec<u8>>,
}

/// How a [`PcscCard`] behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How long `begin` tries to take a card that another program holds. Default: 5 s.
    pub sharing_deadline: Duration,
    /// The longest pause between two commands; after it the session is over. Default: 4.5 s, because Windows resets a
    /// card after 5 s of silence.
    pub longest_silence: Duration,
    /// How long commands and answers may be. Default: as the reader says.
    pub length: Length,
    /// How long the reader's keypad waits for the holder. Default: 30 s.
    pub keypad_timeout: Duration,
    /// Ends the wait for a card that another program holds.
    pub stop: Stop,
}

/// Which command and answer lengths a reader carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Length {
    /// What the reader's driver states (PC/SC part 10, dwMaxAPDUDataSize); short where it states nothing.
    #[default]
    FromReader,
    /// Short only.
    Short,
    /// Extended without limit, whatever the driver states. A reader that cannot will fail at the first long command.
    Extended,
}

struct Session {
    handle: Box<dyn Handle>,
    keypad: Option<u32>,
    last: Instant,
}

impl PcscCard {
    pub(crate) fn new(system: Arc<dyn System>, reader: &Reader, options: Options) -> Self {
        Self {
            system,
            reader: reader.clone(),
            options,
            service: None,
            session: None,
            limits: Limits::SHORT,
            answer: Zeroizing::new(Vec::new()),
        }
    }

    /// The reader's name.
    #[must_use]
    pub fn reader(&self) -> &str {
        self.reader.name()
    }

    /// Puts another handle in the place of [`Options::stop`], for the dialogues to come.
    pub fn stop_with(&mut self, stop: Stop) {
        self.options.stop = stop;
    }

    /// Whether the reader offers a keypad for the PIN. Known while a session is open.
    #[must_use]
    pub fn has_keypad(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.keypad.is_some())
    }

    /// Takes the card and powers it down and up, trying again while another program holds it.
    fn take(&mut self) -> Result<Box<dyn Handle>, TransportError> {
        let deadline = self.system.now().checked_add(self.options.sharing_deadline);
        let mut renewed = false;
        loop {
            if self.options.stop.is_stopped() {
                return Err(not_sent(
                    TransportErrorKind::Cancelled,
                    ErrorKind::WaitCancelled.into(),
                ));
            }
            let error = match self.try_take() {
                Ok(handle) => return Ok(handle),
                Err(error) => error,
            };
            if is_absence(error) {
                // The service was restarted since the last session: one new connection, then the error stands.
                self.service = None;
                if std::mem::replace(&mut renewed, true) {
                    return Err(self.refusal(error));
                }
                continue;
            }
            let left = deadline.map_or(Duration::MAX, |end| {
                end.saturating_duration_since(self.system.now())
            });
            if !is_passing(error) || left.is_zero() {
                return Err(self.refusal(error));
            }
            self.system.pause(RETRY.min(left));
        }
    }

    fn try_take(&mut self) -> Result<Box<dyn Handle>, pcsc::Error> {
        let service = match &self.service {
            Some(service) => service,
            None => self.service.insert(self.system.establish()?),
        };
        let mut handle = service.connect(&self.reader.raw)?;
        if let Err(error) = handle.power_cycle() {
            let _ = handle.close(false);
            return Err(error);
        }
        Ok(handle)
    }

    fn limits_of(&self, handle: &dyn Handle, features: Features) -> Limits {
        // T=0 has no extended lengths of its own.
        if !handle.block_protocol() {
            return Limits::SHORT;
        }
        match self.options.length {
            Length::Short => Limits::SHORT,
            Length::Extended => Limits::EXTENDED,
            Length::FromReader => stated_limits(handle, features),
        }
    }

    /// Refuses when no session is open, or it was silent for too long.
    fn check_session(&mut self) -> Result<(), TransportError> {
        let Some(session) = &self.session else {
            return Err(not_sent(
                TransportErrorKind::Other,
                ErrorKind::NoSession.into(),
            ));
        };
        if self.system.now().saturating_duration_since(session.last) <= self.options.longest_silence
        {
            return Ok(());
        }
        self.close(End::PowerDown);
        let allowed_ms =
            u64::try_from(self.options.longest_silence.as_millis()).unwrap_or(u64::MAX);
        Err(not_sent(
            TransportErrorKind::CardReset,
            ErrorKind::Silence { allowed_ms }.into(),
        ))
    }

    /// Ends the session after a failed call and says what is known.
    fn lost(&mut self, error: pcsc::Error) -> TransportError {
        let (kind, own) = self.classify(error, self.look_settled());
        self.close(End::PowerDown);
        if is_absence(error) {
            self.service = None;
        }
        let delivery = if is_local(error) {
            Delivery::NotSent
        } else {
            Delivery::Unknown
        };
        TransportError::new(kind, delivery).with_source(own)
    }

    /// Ends the session after bytes that are no answer. Some drivers hand out such when the card leaves the field.
    fn malformed(&mut self) -> TransportError {
        let gone = self
            .look_settled()
            .is_some_and(|slot| !slot.is(state::PRESENT));
        if gone {
            return self.lost(pcsc::Error::NoSmartcard);
        }
        self.close(End::PowerDown);
        TransportError::new(TransportErrorKind::MalformedResponse, Delivery::Unknown)
    }

    fn refusal(&mut self, error: pcsc::Error) -> TransportError {
        let (kind, own) = self.classify(error, self.look());
        let kind = if kind == TransportErrorKind::CardRemoved {
            TransportErrorKind::NoCard
        } else {
            kind
        };
        TransportError::new(kind, Delivery::NotSent).with_source(own)
    }

    /// What the service says of the reader after a failure. It polls the reader, so a card that has just left may still
    /// be reported for some hundred milliseconds.
    fn look_settled(&self) -> Option<Slot> {
        let mut seen = self.look();
        for _ in 0..6 {
            if seen.as_ref().is_none_or(|slot| !slot.is(state::PRESENT)) {
                break;
            }
            self.system.pause(RETRY);
            seen = self.look();
        }
        seen
    }

    /// What the service says of the reader now, where it says anything.
    fn look(&self) -> Option<Slot> {
        let service = self.service.as_ref()?;
        let readers = service.readers().ok()?;
        let mut slot = [Slot::new(self.reader.raw.clone())];
        if !readers.contains(&self.reader.raw) {
            slot[0].seen = state::UNKNOWN;
        } else if !matches!(
            service.status_change(Duration::ZERO, &mut slot),
            Ok(()) | Err(pcsc::Error::Timeout)
        ) {
            return None;
        }
        let [slot] = slot;
        Some(slot)
    }

    fn classify(&self, error: pcsc::Error, slot: Option<Slot>) -> (TransportErrorKind, Error) {
        use pcsc::Error as E;
        let reader = || self.reader.name().to_owned();
        let gone = (
            TransportErrorKind::ReaderRemoved,
            ErrorKind::ReaderRemoved { reader: reader() },
        );
        let removed = (
            TransportErrorKind::CardRemoved,
            ErrorKind::NoCard { reader: reader() },
        );
        let (kind, own) = match error {
            _ if is_absence(error) => (
                TransportErrorKind::ServiceStopped,
                ErrorKind::ServiceUnavailable,
            ),
            E::NoReadersAvailable | E::UnknownReader | E::ReaderUnavailable => gone,
            _ if slot.as_ref().is_some_and(|slot| slot.is(state::UNKNOWN)) => gone,
            E::RemovedCard | E::NoSmartcard => removed,
            _ if slot.as_ref().is_some_and(|slot| !slot.is(state::PRESENT)) => removed,
            E::SharingViolation => (
                TransportErrorKind::Sharing,
                ErrorKind::InUse { reader: reader() },
            ),
            E::ResetCard | E::UnpoweredCard => (TransportErrorKind::CardReset, ErrorKind::Failure),
            E::UnresponsiveCard | E::UnsupportedCard | E::ProtoMismatch => (
                TransportErrorKind::Other,
                ErrorKind::CardUnresponsive { reader: reader() },
            ),
            E::Timeout | E::WaitedTooLong => (TransportErrorKind::Timeout, ErrorKind::Failure),
            E::Cancelled | E::SystemCancelled | E::CancelledByUser => {
                (TransportErrorKind::Cancelled, ErrorKind::WaitCancelled)
            }
            E::InsufficientBuffer => (TransportErrorKind::TooLong, ErrorKind::Failure),
            _ => (TransportErrorKind::Other, ErrorKind::Failure),
        };
        (kind, Error::new(own, error))
    }

    fn close(&mut self, how: End) {
        self.answer.zeroize();
        if let Some(session) = self.session.take()
            && let Err(error) = session.handle.close(how == End::Leave)
        {
            log::debug!("SCardDisconnect failed: {error}");
        }
    }
}

impl Transport for PcscCard {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.close(End::PowerDown);
        let handle = self.take()?;
        let features = features(&*handle);
        self.limits = self.limits_of(&*handle, features);
        self.answer.resize(ANSWER, 0);
        self.session = Some(Session {
            handle,
            keypad: features.verify_pin,
            last: self.system.now(),
        });
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let frame = command.encode_within(self.limits)?;
        self.check_session()?;
        let Some(session) = &mut self.session else {
            return Err(not_sent(
                TransportErrorKind::Other,
                ErrorKind::NoSession.into(),
            ));
        };
        let result = session.handle.transmit(&frame, &mut self.answer);
        session.last = self.system.now();
        let length = match result {
            Ok(length) => length,
            Err(error) => return Err(self.lost(error)),
        };
        let stored = self.answer.get_mut(..length).map(|received| {
            let stored = response.set(received);
            received.zeroize();
            stored
        });
        match stored {
            Some(Ok(())) => Ok(()),
            _ => Err(self.malformed()),
        }
    }

    /// What the reader said when the session began; short before that.
    fn limits(&self) -> Limits {
        self.limits
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let seconds = u8::try_from(self.options.keypad_timeout.as_secs()).unwrap_or(u8::MAX);
        self.check_session()?;
        let description = part10::verify_pin_structure(request, seconds);
        let (Some(session), Some(description)) = (&mut self.session, description) else {
            return Err(not_sent(
                TransportErrorKind::Unsupported,
                ErrorKind::NoPinPad.into(),
            ));
        };
        let Some(keypad) = session.keypad else {
            return Err(not_sent(
                TransportErrorKind::Unsupported,
                ErrorKind::NoPinPad.into(),
            ));
        };
        let mut status = [0; 2];
        let result = session.handle.control(keypad, &description, &mut status);
        session.last = self.system.now();
        match result {
            Ok(2) => keypad_answer(u16::from_be_bytes(status)),
            Ok(_) => Err(self.malformed()),
            Err(error) => Err(self.lost(error)),
        }
    }

    fn end(&mut self, how: End) {
        self.close(how);
    }
}

impl Drop for PcscCard {
    fn drop(&mut self) {
        self.close(End::PowerDown);
    }
}

impl fmt::Debug for PcscCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PcscCard")
            .field("reader", &self.reader())
            .field("open", &self.session.is_some())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sharing_deadline: Duration::from_secs(5),
            longest_silence: Duration::from_millis(4500),
            length: Length::FromReader,
            keypad_timeout: Duration::from_secs(30),
            stop: Stop::new(),
        }
    }
}

fn not_sent(kind: TransportErrorKind, source: Error) -> TransportError {
    TransportError::new(kind, Delivery::NotSent).with_source(source)
}

fn features(handle: &dyn Handle) -> Features {
    let mut list = [0; 256];
    match handle.control(part10_control(), &[], &mut list) {
        Ok(length) => Features::read(list.get(..length).unwrap_or_default()),
        Err(_) => Features::default(),
    }
}

fn part10_control() -> u32 {
    u32::try_from(pcsc::ctl_code(part10::GET_FEATURE_REQUEST.into())).unwrap_or(0)
}

fn stated_limits(handle: &dyn Handle, features: Features) -> Limits {
    let mut properties = [0; 256];
    features
        .properties
        .and_then(|code| handle.control(code, &[], &mut properties).ok())
        .and_then(|length| part10::stated_limits(properties.get(..length)?))
        .unwrap_or(Limits::SHORT)
}

/// The statuses that PC/SC part 10 gives to the reader itself: the command was not sent. Others are the card's.
fn keypad_answer(status: u16) -> Result<StatusWord, TransportError> {
    match status {
        0x6400 => Err(not_sent(
            TransportErrorKind::Timeout,
            ErrorKind::PinPadRefused { status }.into(),
        )),
        0x6401 => Err(not_sent(
            TransportErrorKind::Cancelled,
            ErrorKind::PinPadRefused { status }.into(),
        )),
        0x6402 | 0x6403 | 0x6B80 => Err(not_sent(
            TransportErrorKind::Other,
            ErrorKind::PinPadRefused { status }.into(),
        )),
        card => Ok(StatusWord::from(card)),
    }
}

/// Whether waiting may help: another program holds the card, or the card is only just settling in the field.
fn is_passing(error: pcsc::Error) -> bool {
    use pcsc::Error as E;
    matches!(
        error,
        E::SharingViolation
            | E::ResetCard
            | E::UnpoweredCard
            | E::UnresponsiveCard
            | E::NotReady
            | E::NotTransacted
    )
}

/// Errors that the client's side of PC/SC gives before anything reaches the service.
fn is_local(error: pcsc::Error) -> bool {
    matches!(
        error,
        pcsc::Error::InvalidHandle | pcsc::Error::InvalidParameter | pcsc::Error::InvalidValue
    )
}
