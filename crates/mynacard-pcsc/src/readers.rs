//! The readers of this machine: listing them, waiting for a card, hot plug.

use std::ffi::CString;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::card::{Options, PcscCard};
use crate::error::{Error, ErrorKind};
use crate::reader::{Choice, Reader, choose, named};
use crate::service::Machine;
use crate::stop::Stop;
use crate::system::{Service, Slot, System, state};

/// The longest time one call to the service waits; a stop or a new reader that the service does not announce is seen
/// after this time at the latest.
const SLICE: Duration = Duration::from_millis(500);
/// How long to wait before asking again for a service that is not there.
const RETRY: Duration = Duration::from_millis(100);

/// The card readers of this machine.
///
/// Every call opens its own connection to the service, so a service that was stopped or restarted in between is no
/// matter. While a call waits, readers may come and go, and so may the service (Windows stops it when the last reader
/// is unplugged).
///
/// ```no_run
/// use mynacard_pcsc::{Choice, Options, Readers, Stop};
/// # fn main() -> Result<(), mynacard_pcsc::Error> {
/// let readers = Readers::new();
/// let reader = readers.wait_for_card(&Choice::OnlyCard, None, &Stop::new())?;
/// let mut card = readers.card(&reader, Options::default()); // a mynacard_card::Transport
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Readers {
    system: Arc<dyn System>,
}

impl Readers {
    /// The readers of this machine. Nothing is opened yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            system: Arc::new(Machine),
        }
    }

    #[cfg(test)]
    pub(crate) fn with_system(system: Arc<dyn System>) -> Self {
        Self { system }
    }

    /// The attached readers and what they hold.
    ///
    /// # Errors
    /// No service answers, or it fails.
    pub fn list(&self) -> Result<Vec<Reader>, Error> {
        let mut last = pcsc::Error::UnknownReader;
        for _ in 0..3 {
            let service = self.system.establish().map_err(service_error)?;
            match look(&*service) {
                Ok(readers) => return Ok(readers),
                // A reader left between the two questions, or the service was restarted.
                Err(error) => last = error,
            }
        }
        Err(service_error(last))
    }

    /// Waits until a reader of the choice holds a card; returns at once when one does. No timeout means for ever.
    ///
    /// # Errors
    /// Several readers with cards fit ([`ErrorKind::SeveralCards`] lists them); the wait was stopped; the time is over:
    /// then the kind says what was missing at the end (service, reader, the named reader, or only the card).
    pub fn wait_for_card(
        &self,
        choice: &Choice,
        timeout: Option<Duration>,
        stop: &Stop,
    ) -> Result<Reader, Error> {
        let mut seen = Sight::NoService;
        let result = self.watch(timeout, stop, |sight| {
            seen = sight.clone();
            match sight {
                Sight::NoService => Ok(None),
                Sight::Readers(readers) => choose(readers, choice),
            }
        });
        match result {
            Err(error) if *error.kind() == ErrorKind::WaitTimeout => Err(missing(seen, choice)),
            other => other,
        }
    }

    /// Waits until this reader holds no card, or is gone itself.
    ///
    /// # Errors
    /// The time is over, or the wait was stopped.
    pub fn wait_for_removal(
        &self,
        reader: &Reader,
        timeout: Option<Duration>,
        stop: &Stop,
    ) -> Result<(), Error> {
        self.watch(timeout, stop, |sight| {
            let there = match sight {
                Sight::NoService => false,
                Sight::Readers(readers) => readers
                    .iter()
                    .any(|one| one.raw == reader.raw && one.has_card()),
            };
            Ok((!there).then_some(()))
        })
    }

    /// Waits until readers or cards differ from what is known, and returns what is there then: hot plug.
    ///
    /// # Errors
    /// The time is over, or the wait was stopped.
    pub fn wait_for_change(
        &self,
        known: &[Reader],
        timeout: Option<Duration>,
        stop: &Stop,
    ) -> Result<Vec<Reader>, Error> {
        self.watch(timeout, stop, |sight| {
            let now = match sight {
                Sight::NoService => &[][..],
                Sight::Readers(readers) => readers,
            };
            Ok((now != known).then(|| now.to_vec()))
        })
    }

    /// The card in this reader. Nothing is opened before [`begin`](mynacard_card::Transport::begin).
    #[must_use]
    pub fn card(&self, reader: &Reader, options: Options) -> PcscCard {
        PcscCard::new(Arc::clone(&self.system), reader, options)
    }

    /// Shows `decide` what is there, again after every change, until it answers.
    fn watch<T>(
        &self,
        timeout: Option<Duration>,
        stop: &Stop,
        mut decide: impl FnMut(&Sight) -> Result<Option<T>, ErrorKind>,
    ) -> Result<T, Error> {
        let deadline = timeout.and_then(|timeout| self.system.now().checked_add(timeout));
        let mut watched: Option<Watched> = None;
        loop {
            if stop.is_stopped() {
                return Err(ErrorKind::WaitCancelled.into());
            }
            let sight = match &mut watched {
                Some(one) => match one.next(self.left(deadline).min(SLICE), stop) {
                    Ok(Look::Changed) => Sight::Readers(one.slots.iter().map(Reader::of).collect()),
                    Ok(Look::Unchanged { waited }) => {
                        if !waited {
                            self.system.pause(RETRY.min(self.left(deadline)));
                        }
                        self.check(deadline)?;
                        continue;
                    }
                    Err(error) => {
                        log::debug!("the smart card service failed while waiting: {error}");
                        watched = None;
                        Sight::NoService
                    }
                },
                None => match self.system.establish() {
                    Ok(service) => {
                        watched = Some(Watched::new(service));
                        continue;
                    }
                    Err(error) if is_absence(error) => Sight::NoService,
                    Err(error) => return Err(service_error(error)),
                },
            };
            if let Some(answer) = decide(&sight)? {
                return Ok(answer);
            }
            self.check(deadline)?;
            if matches!(sight, Sight::NoService) {
                self.system.pause(RETRY.min(self.left(deadline)));
            }
        }
    }

    fn left(&self, deadline: Option<Instant>) -> Duration {
        deadline.map_or(Duration::MAX, |deadline| {
            deadline.saturating_duration_since(self.system.now())
        })
    }

    fn check(&self, deadline: Option<Instant>) -> Result<(), Error> {
        if self.left(deadline).is_zero() {
            Err(ErrorKind::WaitTimeout.into())
        } else {
            Ok(())
        }
    }
}

impl Default for Readers {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

/// What a wait sees.
#[derive(Clone)]
enum Sight {
    NoService,
    Readers(Vec<Reader>),
}

/// The service during one wait, with what is known of each reader.
struct Watched {
    service: Arc<dyn Service>,
    slots: Vec<Slot>,
    /// The pseudo reader that announces new readers; `None` where the service does not know it.
    announcer: Option<Slot>,
    fresh: bool,
}

enum Look {
    Changed,
    Unchanged { waited: bool },
}

impl Watched {
    fn new(service: Arc<dyn Service>) -> Self {
        let announcer = Some(Slot::new(pcsc::PNP_NOTIFICATION().to_owned()));
        Self {
            service,
            slots: Vec::new(),
            announcer,
            fresh: true,
        }
    }

    /// Waits for a change, no longer than `time`.
    fn next(&mut self, time: Duration, stop: &Stop) -> Result<Look, pcsc::Error> {
        let relisted = self.relist()?;
        let mut asked = self.slots.clone();
        asked.extend(self.announcer.clone());
        let result = if asked.is_empty() {
            Err(pcsc::Error::NoReadersAvailable)
        } else {
            let _guard = stop.watch(&self.service);
            // A stop that came before the guard finds nobody to interrupt.
            if stop.is_stopped() {
                return Ok(Look::Unchanged { waited: true });
            }
            // Where everything has still to be seen, or readers came or went, only the present state is of interest.
            self.service.status_change(
                if self.fresh || relisted {
                    Duration::ZERO
                } else {
                    time
                },
                &mut asked,
            )
        };
        let news = self.announced(&asked);
        let waited = match result {
            Ok(()) => news,
            Err(pcsc::Error::Timeout | pcsc::Error::Cancelled) => !(self.fresh || relisted),
            Err(
                pcsc::Error::UnknownReader
                | pcsc::Error::ReaderUnavailable
                | pcsc::Error::NoReadersAvailable,
            ) => false,
            Err(error) => return Err(error),
        };
        let changed = self.learn(asked) || relisted || self.fresh;
        self.fresh = false;
        Ok(if changed {
            Look::Changed
        } else {
            Look::Unchanged { waited }
        })
    }

    /// Asks which readers there are; whether they are others than before.
    fn relist(&mut self) -> Result<bool, pcsc::Error> {
        let names = self.service.readers()?;
        let same = names.iter().eq(self.slots.iter().map(|slot| &slot.name));
        if !same {
            let mut old = std::mem::take(&mut self.slots);
            self.slots = names
                .into_iter()
                .map(|name| known(&mut old, name))
                .collect();
        }
        Ok(!same)
    }

    /// Whether the pseudo reader has something to say, so that the readers are to be listed again without a pause.
    fn announced(&self, seen: &[Slot]) -> bool {
        let now = seen.get(self.slots.len());
        matches!((&self.announcer, now), (Some(old), Some(now)) if now.seen & !state::CHANGED != old.known)
    }

    /// Takes over what was seen; whether a reader differs from what was known.
    fn learn(&mut self, seen: Vec<Slot>) -> bool {
        let mut seen = seen.into_iter();
        let mut changed = false;
        for (slot, mut now) in self.slots.iter_mut().zip(&mut seen) {
            now.known = now.seen & !state::CHANGED;
            changed |= now.known != slot.known;
            *slot = now;
        }
        self.announcer = seen
            .next()
            .filter(|slot| !slot.is(state::UNKNOWN))
            .map(|mut slot| {
                slot.known = slot.seen & !state::CHANGED;
                slot
            });
        changed
    }
}

fn known(old: &mut Vec<Slot>, name: CString) -> Slot {
    match old.iter().position(|slot| slot.name == name) {
        Some(index) => old.swap_remove(index),
        None => Slot::new(name),
    }
}

fn look(service: &dyn Service) -> Result<Vec<Reader>, pcsc::Error> {
    let mut slots: Vec<_> = service.readers()?.into_iter().map(Slot::new).collect();
    if !slots.is_empty() {
        match service.status_change(Duration::ZERO, &mut slots) {
            Ok(()) | Err(pcsc::Error::Timeout) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(slots.iter().map(Reader::of).collect())
}

fn missing(seen: Sight, choice: &Choice) -> Error {
    match (seen, choice) {
        (Sight::NoService, _) => ErrorKind::ServiceUnavailable,
        (Sight::Readers(readers), _) if readers.is_empty() => ErrorKind::NoReader,
        (Sight::Readers(readers), Choice::Named(name)) if named(&readers, name).is_empty() => {
            let found = readers
                .iter()
                .map(|reader| reader.name().to_owned())
                .collect();
            ErrorKind::UnknownReader {
                wanted: name.clone(),
                found,
            }
        }
        _ => ErrorKind::WaitTimeout,
    }
    .into()
}

/// Whether the error means that there is no service now, but may be one later.
pub(crate) fn is_absence(error: pcsc::Error) -> bool {
    use pcsc::Error as E;
    matches!(
        error,
        E::NoService
            | E::ServiceStopped
            | E::InvalidHandle
            | E::Shutdown
            | E::ServerTooBusy
            | E::CommError
    )
}

fn service_error(error: pcsc::Error) -> Error {
    Error::new(
        if is_absence(error) {
            ErrorKind::ServiceUnavailable
        } else {
            ErrorKind::Failure
        },
        error,
    )
}
