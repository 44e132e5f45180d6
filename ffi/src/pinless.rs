//! The visual check's relay through a function of the calling program.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use mynacard::auth::{Cancel, Challenge, Error, ErrorKind, Grant, GuardedCard, PinlessProvider};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::guard::stoppable_callback;
use crate::input::{Versioned, ends};
use crate::owner::Owner;

/// What a provider's function answers.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_pinless_result {
    /// The next command for the card is in the buffer.
    Command = 0,
    /// The provider proved itself; the service's grant is in the buffer.
    Done = 1,
    /// It ends without a grant. Any other number means the same.
    Refused = 2,
}

/// Somebody whom the card allows to sign without a PIN after proving who they are (目視確認), instead of the service's own relay.
/// Every command passes the library's guard before the card sees it: none that could spend a PIN try or sign is let through.
///
/// The function runs on a thread of the library during `mynacard_check_by_sight`, one at a time for each desk. It must not throw or
/// jump out. Of the library it may call what a `mynacard_transport`'s functions may.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_pinless {
    /// `sizeof(mynacard_pinless)`; set by `MYNACARD_PINLESS_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Asked for the next command, in steps from 1, with the card's answer to the one before (data and status word; NULL and 0 at the
    /// first step), until it has the grant: what it writes to `output` has at most `output_capacity` bytes, their number goes to
    /// `output_size`. `challenge` is the service's name for the challenge, UTF-8. Returns a `mynacard_pinless_result`. Required.
    ///
    /// A function that waits asks `mynacard_cancel_is_cancelled(NULL)` every now and then: 1 when the check was stopped. Then it
    /// returns `MYNACARD_PINLESS_RESULT_REFUSED` at once.
    pub next: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            challenge: *const u8,
            challenge_size: usize,
            step: u32,
            answer: *const u8,
            answer_size: usize,
            output: *mut u8,
            output_capacity: usize,
            output_size: *mut usize,
        ) -> i32,
    >,
    /// Called exactly once, when the desk and its checks are gone, on whatever thread that happens. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: pointers and optional functions; the size comes first.
unsafe impl Versioned for mynacard_pinless {
    const ENDS: &[usize] = ends!(destroy);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: ptr::null_mut(),
        next: None,
        destroy: None,
    };
}

/// More steps than any relay needs.
const MOST_STEPS: u32 = 16;
/// The longest short command with room, and more than a grant has.
const CAPACITY: usize = 4096;

/// The program's provider.
pub(crate) struct Provider {
    table: mynacard_pinless,
    owner: Arc<Owner>,
}

// SAFETY: the function may be called from any thread: its documentation says so; the checks of one desk never run at once.
unsafe impl Send for Provider {}
// SAFETY: as above.
unsafe impl Sync for Provider {}

impl Provider {
    /// Not taken over yet; an error when its function is missing.
    pub(crate) fn new(table: mynacard_pinless) -> Result<Self, Failure> {
        match table.next {
            None => Err(Failure::null("options.pinless: next")),
            Some(_) => Ok(Self {
                owner: Owner::new(table.userdata, table.destroy),
                table,
            }),
        }
    }

    pub(crate) fn owner(&self) -> Arc<Owner> {
        Arc::clone(&self.owner)
    }

    fn ask(
        &self,
        challenge: &str,
        step: u32,
        answer: &[u8],
        stop: &Cancel,
    ) -> Option<(i32, Zeroizing<Vec<u8>>)> {
        let next = self.table.next?;
        let mut output = Zeroizing::new(vec![0; CAPACITY]);
        let place = output.as_mut_ptr();
        let mut size = 0_usize;
        let (data, length) = match answer {
            [] => (ptr::null(), 0),
            answer => (answer.as_ptr(), answer.len()),
        };
        // SAFETY: the program promises that the function may be called with its userdata until `destroy`; the buffers live through the
        // call and are as long as stated.
        let result = stoppable_callback(stop, || unsafe {
            next(
                self.table.userdata,
                challenge.as_ptr(),
                challenge.len(),
                step,
                data,
                length,
                place,
                CAPACITY,
                &raw mut size,
            )
        });
        if size > CAPACITY {
            return None;
        }
        output.truncate(size);
        Some((result, output))
    }
}

/// A provider during one check.
pub(crate) struct Proving<'a>(pub(crate) &'a Provider);

impl PinlessProvider for Proving<'_> {
    fn prove(
        &mut self,
        challenge: &Challenge,
        card: &mut GuardedCard<'_>,
        stop: &Cancel,
    ) -> Result<Grant, Error> {
        // Who was stopped refuses for that reason.
        let ended = || {
            Error::from(match stop.is_cancelled() {
                true => ErrorKind::Cancelled,
                false => ErrorKind::RelayEnded,
            })
        };
        let mut answer = Zeroizing::new(Vec::new());
        for step in 1..=MOST_STEPS {
            if stop.is_cancelled() {
                return Err(ErrorKind::Cancelled.into());
            }
            let (result, output) = self
                .0
                .ask(challenge.id(), step, &answer, stop)
                .ok_or_else(ended)?;
            match result {
                0 => answer = Zeroizing::new(card.exchange(&output)?),
                1 => return Grant::new(&output).ok_or_else(ended),
                _ => break,
            }
        }
        Err(ended())
    }
}
