//! A card that the calling program carries commands to: its own reader, a phone, a virtual card.

use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;

use mynacard::card::{
    Command, Delivery, End, Limits, Response, Transport, TransportError, TransportErrorKind,
};
use zeroize::Zeroizing;

use crate::guard::callback;
use crate::input::{Versioned, ends};
use crate::owner::Owner;

/// What a transport function answers. Add `MYNACARD_TRANSPORT_NOT_SENT` where the command certainly did not reach the
/// card: only then the library may say that no PIN try was spent.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_transport_result {
    /// It worked.
    Ok = 0,
    /// There is no card.
    NoCard = 1,
    /// The card left.
    CardRemoved = 2,
    /// Somebody else reset the card.
    CardReset = 3,
    /// The reader is gone.
    ReaderRemoved = 4,
    /// The system's service for readers does not run.
    ServiceStopped = 5,
    /// Another program holds the card.
    Sharing = 6,
    /// Nothing came back in time.
    Timeout = 7,
    /// The holder or the program cancelled.
    Cancelled = 8,
    /// This transport cannot do it.
    Unsupported = 9,
    /// Anything else.
    Other = 10,
}

/// To be added to a `mynacard_transport_result`: the command certainly did not reach the card.
pub const MYNACARD_TRANSPORT_NOT_SENT: i32 = 0x100;

/// What becomes of the card when a dialogue ends.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_end {
    /// The card keeps its power.
    Leave = 0,
    /// The card loses its power, and with it everything that a PIN opened.
    PowerDown = 1,
}

/// A card behind functions of the calling program.
///
/// `begin`, `exchange` and `end` run on a thread of the library, one at a time, while the call that uses the card waits.
/// They must not throw or jump out, and must not keep the buffers they get. A command is given once: repeating it inside
/// could spend a second PIN try.
///
/// Of the library, callbacks (`destroy` too) may call what cannot fail or only frees and reads: `mynacard_cancel_cancel`,
/// `mynacard_cancel_is_cancelled`, `mynacard_version`, `mynacard_abi_version`, every `…_free`, the readers of an error
/// (`mynacard_error_…`), a buffer (`mynacard_buffer_…`) and the numbers of an answer (`mynacard_answer_validity`,
/// `mynacard_answer_count`, `mynacard_field_by_tag`, `mynacard_pin_length`). Everything else answers
/// `MYNACARD_STATUS_REENTRANT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_transport {
    /// `sizeof(mynacard_transport)`; set by `MYNACARD_TRANSPORT_INIT`.
    pub struct_size: usize,
    /// Handed to every function as it is.
    pub userdata: *mut c_void,
    /// Takes the card exclusively, powers it down and up. Required: without a cold start somebody else's PIN may still
    /// be open. Returns a `mynacard_transport_result`.
    pub begin: Option<unsafe extern "C" fn(userdata: *mut c_void) -> i32>,
    /// Sends a command and writes the answer with its two status bytes to `response`, at most `response_capacity`
    /// bytes, their number to `response_size`. `secret` is not 0 when the command holds a PIN or password: then neither
    /// log nor keep it; the library wipes the buffer on return. Required. Returns a `mynacard_transport_result`.
    pub exchange: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            command: *const u8,
            command_size: usize,
            secret: i32,
            response: *mut u8,
            response_capacity: usize,
            response_size: *mut usize,
        ) -> i32,
    >,
    /// Ends the dialogue; `how` is a `mynacard_end`. Required.
    pub end: Option<unsafe extern "C" fn(userdata: *mut c_void, how: i32)>,
    /// Called exactly once, when the card handle is gone and no call uses it any more, on whatever thread that happens: one
    /// of the library, the one that frees the card, or a finalizer's. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// The longest command in bytes; 0 for short commands only.
    pub max_command: usize,
    /// The longest answer in bytes, status bytes included; 0 for short answers only.
    pub max_response: usize,
}

// SAFETY: pointers, optional functions and numbers; the size comes first. Bytes of a C structure are one of this.
unsafe impl Versioned for mynacard_transport {
    const ENDS: &[usize] = ends!(max_response);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: std::ptr::null_mut(),
        begin: None,
        exchange: None,
        end: None,
        destroy: None,
        max_command: 0,
        max_response: 0,
    };
}

/// The functions as the library's own transport.
pub(crate) struct Callbacks {
    table: mynacard_transport,
    owner: Arc<Owner>,
    answer: Zeroizing<Vec<u8>>,
}

// SAFETY: the functions may be called from any thread, one at a time: their documentation says so.
unsafe impl Send for Callbacks {}

impl Callbacks {
    /// Takes the table over; `None` when a required function is missing (then nothing is taken over).
    pub(crate) fn new(table: mynacard_transport) -> Option<Self> {
        (table.begin.is_some() && table.exchange.is_some() && table.end.is_some()).then(|| Self {
            owner: Owner::new(table.userdata, table.destroy),
            table,
            answer: Zeroizing::new(Vec::new()),
        })
    }

    pub(crate) fn owner(&self) -> Arc<Owner> {
        Arc::clone(&self.owner)
    }
}

impl Transport for Callbacks {
    fn begin(&mut self) -> Result<(), TransportError> {
        let Some(begin) = self.table.begin else {
            return Err(missing());
        };
        // SAFETY: the program promises that the function may be called with its userdata until `destroy`.
        let result = callback(|| unsafe { begin(self.table.userdata) });
        translate(result)
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let Some(exchange) = self.table.exchange else {
            return Err(missing());
        };
        let frame = command.encode_within(self.limits())?;
        self.answer.clear();
        self.answer.resize(Limits::EXTENDED.max_response, 0);
        let capacity = self.answer.len();
        let mut size = 0_usize;
        let answer = self.answer.as_mut_ptr();
        let secret = i32::from(command.is_secret());
        // SAFETY: as above; the buffers live through the call and are as long as stated.
        let result = callback(|| unsafe {
            exchange(
                self.table.userdata,
                frame.as_ptr(),
                frame.len(),
                secret,
                answer,
                capacity,
                &raw mut size,
            )
        });
        let outcome = translate(result).and_then(|()| match self.answer.get(..size) {
            Some(received) => response.set(received),
            None => Err(TransportError::new(
                TransportErrorKind::TooLong,
                Delivery::Unknown,
            )),
        });
        zeroize::Zeroize::zeroize(&mut *self.answer);
        outcome
    }

    fn limits(&self) -> Limits {
        let or = |stated: usize, short: usize| if stated == 0 { short } else { stated };
        Limits {
            max_command: or(self.table.max_command, Limits::SHORT.max_command)
                .min(Limits::EXTENDED.max_command),
            max_response: or(self.table.max_response, Limits::SHORT.max_response)
                .min(Limits::EXTENDED.max_response),
        }
    }

    fn end(&mut self, how: End) {
        let how = if how == End::Leave {
            mynacard_end::Leave
        } else {
            mynacard_end::PowerDown
        };
        if let Some(end) = self.table.end {
            // SAFETY: as above.
            callback(|| unsafe { end(self.table.userdata, how as i32) });
        }
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks")
            .field("limits", &self.limits())
            .finish_non_exhaustive()
    }
}

fn missing() -> TransportError {
    TransportError::new(TransportErrorKind::Unsupported, Delivery::NotSent)
}

fn translate(result: i32) -> Result<(), TransportError> {
    use mynacard_transport_result as R;
    const RESULTS: &[(R, TransportErrorKind)] = &[
        (R::NoCard, TransportErrorKind::NoCard),
        (R::CardRemoved, TransportErrorKind::CardRemoved),
        (R::CardReset, TransportErrorKind::CardReset),
        (R::ReaderRemoved, TransportErrorKind::ReaderRemoved),
        (R::ServiceStopped, TransportErrorKind::ServiceStopped),
        (R::Sharing, TransportErrorKind::Sharing),
        (R::Timeout, TransportErrorKind::Timeout),
        (R::Cancelled, TransportErrorKind::Cancelled),
        (R::Unsupported, TransportErrorKind::Unsupported),
    ];
    if result == R::Ok as i32 {
        return Ok(());
    }
    let sent = result & !MYNACARD_TRANSPORT_NOT_SENT;
    let kind = RESULTS
        .iter()
        .find(|(known, _)| *known as i32 == sent)
        .map_or(TransportErrorKind::Other, |row| row.1);
    let delivery = if sent == result {
        Delivery::Unknown
    } else {
        Delivery::NotSent
    };
    Err(TransportError::new(kind, delivery))
}
