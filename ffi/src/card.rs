//! A card: in a reader of this machine, or behind functions of the calling program.

use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use mynacard::auth::Cancel;
use mynacard::card::app::jpki::{Jpki, Options as JpkiOptions};
use mynacard::card::trace::{Recorder, Replay};
use mynacard::card::{Transport, Tries};
use zeroize::Zeroizing;

use crate::buffer::{self, mynacard_buffer};
use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker, run};
use crate::handle::{Table, alone};
use crate::input::{Versioned, choice, ends, optional, out, structure, text};
use crate::owner::Owner;
use crate::readers;
use crate::status::mynacard_status;
use crate::stoppable::Stoppable;
use crate::transport::{Callbacks, mynacard_transport};

/// A card that checks can be made with. One call uses it at a time.
pub struct mynacard_card {
    _private: [u8; 0],
}

/// Which command and answer lengths a reader carries. An extended dialogue has 5 exchanges, a short one 11.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_lengths {
    /// What the reader's driver states; short where it states nothing.
    AsTheReaderSays = 0,
    /// Short only.
    Short = 1,
    /// Extended, whatever the driver states: for a reader that is known to carry it. One that cannot fails at the first
    /// long command.
    Extended = 2,
}

/// How a card in a reader is spoken to; zeros are the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_card_options {
    /// `sizeof(mynacard_card_options)`; set by `MYNACARD_CARD_OPTIONS_INIT`.
    pub struct_size: usize,
    /// A `mynacard_lengths`.
    pub lengths: i32,
    /// How long the reader's keypad waits for the holder, in milliseconds; 0 for 30 seconds.
    pub keypad_timeout_ms: u32,
}

// SAFETY: numbers; the size comes first.
unsafe impl Versioned for mynacard_card_options {
    const ENDS: &[usize] = ends!(keypad_timeout_ms);
    const DEFAULT: Self = Self {
        struct_size: 0,
        lengths: 0,
        keypad_timeout_ms: 0,
    };
}

const LENGTHS: &[(i32, mynacard_lengths)] = &[
    (
        mynacard_lengths::AsTheReaderSays as i32,
        mynacard_lengths::AsTheReaderSays,
    ),
    (mynacard_lengths::Short as i32, mynacard_lengths::Short),
    (
        mynacard_lengths::Extended as i32,
        mynacard_lengths::Extended,
    ),
];

static CARDS: Table<Mutex<Held>> = Table::new(5);

/// A card, and what is written down of its dialogues.
pub(crate) struct Held {
    source: Source,
    pub(crate) recording: Option<Arc<Recording>>,
}

/// Where a card is.
pub(crate) enum Source {
    Callbacks(Callbacks),
    /// A recording that is led again.
    Trace(Box<Replay>),
    #[cfg(feature = "pcsc")]
    Reader(Box<mynacard::pcsc::PcscCard>),
}

/// The lines of a recording, about nobody.
#[derive(Default)]
pub(crate) struct Recording(Mutex<Zeroizing<String>>);

/// More than the longest day of one card; what comes after it is left out.
const LONGEST_RECORDING: usize = 64 << 20;

impl Recording {
    fn write(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() + line.len() < LONGEST_RECORDING {
            lines.push_str(line);
            lines.push('\n');
        }
    }

    /// What was written down.
    pub(crate) fn lines(&self) -> Zeroizing<Vec<u8>> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Zeroizing::new(lines.as_bytes().to_vec())
    }
}

/// Makes a card handle.
pub(crate) fn insert(source: Source) -> Result<*mut mynacard_card, Failure> {
    let recording = None;
    CARDS.insert(Mutex::new(Held { source, recording }))
}

/// The card behind a handle.
pub(crate) fn find(card: *const mynacard_card) -> Result<Arc<Mutex<Held>>, Failure> {
    CARDS.find(card)
}

/// Waits for a card in a reader of this machine.
///
/// `reader` is the reader's name or a part of it; empty for the only reader that holds a card (several are
/// `MYNACARD_STATUS_SEVERAL_CARDS`). `options` may be NULL. `timeout_ms` below 0 waits for ever, 0 only looks. `cancel`
/// may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_wait(
    reader: *const u8,
    reader_size: usize,
    options: *const mynacard_card_options,
    timeout_ms: i64,
    cancel: *const mynacard_cancel,
    card: *mut *mut mynacard_card,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let reader = unsafe { text("reader", reader, reader_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("card", card) }?;
        // SAFETY: documented as NULL or valid for as many bytes as it says.
        let options =
            unsafe { optional("options", options) }?.unwrap_or(mynacard_card_options::DEFAULT);
        let lengths = choice("options.lengths", options.lengths, LENGTHS)?;
        let stop = signal(cancel)?;
        let found = on_worker(|| {
            readers::wait_for_card(
                reader,
                lengths,
                options.keypad_timeout_ms,
                timeout_ms,
                &stop,
            )
        })?;
        place.write(insert(found)?);
        Ok(())
    })
}

/// Waits until the card has left its reader. A card behind functions of the program is never in a reader: it answers at
/// once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_wait_removed(
    card: *mut mynacard_card,
    timeout_ms: i64,
    cancel: *const mynacard_cancel,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        let held = CARDS.find(card)?;
        let held = alone(&held)?;
        let stop = signal(cancel)?;
        readers::wait_until_removed(&held.source, timeout_ms, &stop)
    })
}

/// Makes a card of functions of the calling program. The table is copied; its `destroy` is called when the card is gone,
/// and not at all when this call fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_from_transport(
    transport: *const mynacard_transport,
    card: *mut *mut mynacard_card,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes as it says.
        let table = unsafe { structure("transport", transport) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("card", card) }?;
        let callbacks = Callbacks::new(table)
            .ok_or_else(|| Failure::null("transport: begin, exchange or end"))?;
        let owner = callbacks.owner();
        let source = Source::Callbacks(callbacks);
        place.write(Owner::taken_by(Some(&owner), || insert(source))?);
        Ok(())
    })
}

/// How many tries the authentication PIN has left; 0 when it is blocked. Spends none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_tries_left(
    card: *mut mynacard_card,
    cancel: *const mynacard_cancel,
    tries_left: *mut i32,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("tries_left", tries_left) }?;
        let stop = signal(cancel)?;
        let tries = with_card(card, &stop, |card| {
            let mut card = Stoppable::new(card, &stop);
            let mut jpki = Jpki::open(&mut card, JpkiOptions::default())?;
            Ok(jpki.authentication_tries()?)
        })?;
        place.write(match tries {
            Tries::Left(left) => i32::from(left),
            Tries::Blocked => 0,
            Tries::Open => return Err(Failure::foreign_session()),
            Tries::Unknown(word) => return Err(Failure::refused(word.into())),
            _ => return Err(Failure::new(mynacard_status::Internal, "unknown tries")),
        });
        Ok(())
    })
}

/// The holder's authentication certificate (利用者証明用電子証明書), DER. Needs no PIN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_certificate(
    card: *mut mynacard_card,
    cancel: *const mynacard_cancel,
    certificate: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("certificate", certificate) }?;
        let stop = signal(cancel)?;
        let der = with_card(card, &stop, |card| {
            let mut card = Stoppable::new(card, &stop);
            let mut jpki = Jpki::open(&mut card, JpkiOptions::default())?;
            Ok(jpki.authentication_certificate()?)
        })?;
        place.write(buffer::hand_out(Zeroizing::new(der))?);
        Ok(())
    })
}

/// The readers of this machine and what they hold, as JSON in UTF-8:
/// `[{"name":"…","card":true,"state":"card"}]`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_readers_json(
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let list = on_worker(readers::list)?;
        place.write(buffer::hand_out(Zeroizing::new(list.into_bytes()))?);
        Ok(())
    })
}

/// Frees a card: it is powered down, at the end of the call that uses it. NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_card_free(card: *mut mynacard_card) -> mynacard_status {
    run(ptr::null_mut(), || {
        if card.is_null() {
            Ok(())
        } else {
            CARDS.remove(card).map(drop)
        }
    })
}

/// Runs a dialogue with a card, alone, on a thread with room.
pub(crate) fn with_card<T: Send>(
    card: *mut mynacard_card,
    stop: &Cancel,
    dialogue: impl FnOnce(&mut (dyn Transport + Send)) -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    with_card_and(card, stop, || Ok(()), |card, ()| dialogue(card))
}

/// The same with something that is taken only once the card is ours: a PIN is not lost to a card that is busy.
pub(crate) fn with_card_and<P: Send, T: Send>(
    card: *mut mynacard_card,
    stop: &Cancel,
    take: impl FnOnce() -> Result<P, Failure>,
    dialogue: impl FnOnce(&mut (dyn Transport + Send), P) -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let held = CARDS.find(card)?;
    let mut alone = alone(&held)?;
    let Held { source, recording } = &mut *alone;
    let recording = recording.as_ref().map(Arc::clone);
    let taken = take()?;
    #[cfg(not(feature = "pcsc"))]
    let _ = stop;
    on_worker(move || match source {
        Source::Callbacks(callbacks) => {
            recorded(callbacks, recording, |card| dialogue(card, taken))
        }
        Source::Trace(replay) => recorded(&mut **replay, recording, |card| dialogue(card, taken)),
        #[cfg(feature = "pcsc")]
        Source::Reader(card) => readers::stoppable(card, stop, |card| {
            recorded(card, recording, |card| dialogue(card, taken))
        }),
    })
}

/// Leads a dialogue, and writes it down where somebody wants it.
fn recorded<T>(
    card: &mut (dyn Transport + Send),
    recording: Option<Arc<Recording>>,
    dialogue: impl FnOnce(&mut (dyn Transport + Send)) -> Result<T, Failure>,
) -> Result<T, Failure> {
    match recording {
        None => dialogue(card),
        Some(recording) => {
            let mut recorder = Recorder::new(card, move |line: &str| recording.write(line));
            dialogue(&mut recorder)
        }
    }
}

#[cfg(not(feature = "pcsc"))]
pub(crate) fn unsupported<T>() -> Result<T, Failure> {
    Err(Failure::new(
        mynacard_status::Unsupported,
        "this build has no card readers",
    ))
}
