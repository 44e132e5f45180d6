//! PINs within a power session: counters, one VERIFY for one PIN, changes, and what each outcome leaves known.

use alloc::vec::Vec;

use super::{Card, ends};
use crate::apdu::{Command, StatusWord};
use crate::app::CounterPolicy;
use crate::error::{Error, ErrorKind, PinTry};
use crate::pin::{PinKind, Tries};
use crate::transport::{Delivery, Transport, TransportError};

impl<T: Transport + ?Sized> Card<'_, T> {
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

    /// As [`tries`](Self::tries), within the selected application only: another one would be left unawares.
    pub(crate) fn tries_here(&mut self, pin: PinKind) -> Result<Tries, Error> {
        if self.selected != Some(pin.application()) {
            return Err(self.error(ErrorKind::NotAllowed {
                why: "the PIN belongs to another application",
            }));
        }
        self.tries(pin)
    }

    /// The counters of every PIN and number; `None` where the card says that it lacks the application. Costs no try.
    ///
    /// # Errors
    /// Everything that ends a dialogue.
    pub fn every_counter(&mut self) -> Result<Vec<(PinKind, Option<Tries>)>, Error> {
        let mut counters = Vec::with_capacity(PinKind::ALL.len());
        for pin in PinKind::ALL {
            let tries = match self.tries(pin) {
                Ok(tries) => Some(tries),
                Err(error) => match *error.kind() {
                    ErrorKind::ApplicationMissing { status, .. }
                    | ErrorKind::NotMyNumberCard { status } => {
                        (!is_missing(status)).then_some(Tries::Unknown(status))
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
        let kind = match self.tries_here(pin)? {
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

    /// Whether this dialogue verified a PIN of the selected application.
    pub(crate) fn is_anything_verified(&self) -> bool {
        !self.verified.is_empty()
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
}

/// Whether this answer to a SELECT says that there is no such application, or a deactivated one; any other says nothing.
fn is_missing(status: StatusWord) -> bool {
    matches!(status.value(), 0x6A00..=0x6AFF | 0x6999 | 0x6283)
}
