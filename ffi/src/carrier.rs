//! The calling program's own connection to the service.

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use mynacard::auth::Cancel;
use mynacard::client::https::{Carried, CarriedRequest, Carrier, NotCarried};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::guard::stoppable_callback;
use crate::input::{Versioned, ends};
use crate::owner::Owner;

/// What a connection's function answers.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_carried {
    /// The answer is in the buffer, whatever it says.
    Answered = 0,
    /// The request certainly did not reach the service: only then the library may say that nothing was done.
    NotSent = 1,
    /// The request may have reached the service, and no answer came. Any other number means the same.
    Lost = 2,
}

/// A connection of the calling program to the service, instead of HTTPS: a line of its own, a relay, a test. Who is at the other end
/// is the program's affair then; what the service says is checked as always.
///
/// The function runs on a thread of the library while a call waits, one at a time for each desk. It must not throw or jump out. Of
/// the library it may call what a `mynacard_transport`'s functions may.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(clippy::type_complexity, reason = "a C function's own parameters")]
pub struct mynacard_carrier {
    /// `sizeof(mynacard_carrier)`; set by `MYNACARD_CARRIER_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Carries a request and waits for the answer, `timeout_ms` at most: `operation` says what is asked (`/v1/challenge`), `request` is
    /// JSON, NULL and 0 for a question without any. A request with a `key` may come again, and is still one request. The body of the
    /// answer goes to `response`, at most `response_capacity` bytes, its length to `response_size`, its status, as HTTP has it (200 for
    /// an answer), to `response_status`. Returns a `mynacard_carried`. Required.
    ///
    /// A function that waits asks `mynacard_cancel_is_cancelled(NULL)` every now and then: 1 when nobody waits for the answer any more.
    /// Then it returns at once, `MYNACARD_CARRIED_LOST` where the request may be on its way.
    pub carry: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            operation: *const u8,
            operation_size: usize,
            request: *const u8,
            request_size: usize,
            key: *const u8,
            key_size: usize,
            timeout_ms: u32,
            response: *mut u8,
            response_capacity: usize,
            response_size: *mut usize,
            response_status: *mut u32,
        ) -> i32,
    >,
    /// Called exactly once for each desk that was opened with it, when the desk and its checks are gone, on whatever thread that
    /// happens; by no other call. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: pointers and optional functions; the size comes first.
unsafe impl Versioned for mynacard_carrier {
    const ENDS: &[usize] = ends!(destroy);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: ptr::null_mut(),
        carry: None,
        destroy: None,
    };
}

/// The program's connection.
pub(crate) struct Connection {
    table: mynacard_carrier,
    owner: Arc<Owner>,
    /// One request at a time.
    line: Mutex<()>,
}

// SAFETY: the function may be called from any thread, one at a time: its documentation says so, and the lock sees to it.
unsafe impl Send for Connection {}
// SAFETY: as above.
unsafe impl Sync for Connection {}

impl Connection {
    /// Not taken over yet; an error when its function is missing.
    pub(crate) fn new(table: mynacard_carrier) -> Result<Self, Failure> {
        match table.carry {
            None => Err(Failure::null("service.carrier: carry")),
            Some(_) => Ok(Self {
                owner: Owner::new(table.userdata, table.destroy),
                table,
                line: Mutex::new(()),
            }),
        }
    }

    pub(crate) fn owner(&self) -> Arc<Owner> {
        Arc::clone(&self.owner)
    }
}

impl Carrier for Connection {
    fn carry(&self, request: &CarriedRequest<'_>, stop: &Cancel) -> Result<Carried, NotCarried> {
        let Some(carry) = self.table.carry else {
            return Err(NotCarried::NotSent);
        };
        let _line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let part = |bytes: Option<&[u8]>| match bytes {
            Some(bytes) if !bytes.is_empty() => (bytes.as_ptr(), bytes.len()),
            _ => (ptr::null(), 0),
        };
        let (body, body_size) = part(request.body);
        let (key, key_size) = part(request.idempotency_key.map(str::as_bytes));
        let patience = u32::try_from(request.patience.as_millis()).unwrap_or(u32::MAX);
        let mut answer = Zeroizing::new(vec![0; request.longest]);
        let place = answer.as_mut_ptr();
        let (mut size, mut status) = (0_usize, 0_u32);
        // SAFETY: the program promises that the function may be called with its userdata until `destroy`; the buffers live through the
        // call and are as long as stated.
        let result = stoppable_callback(stop, || unsafe {
            carry(
                self.table.userdata,
                request.path.as_ptr(),
                request.path.len(),
                body,
                body_size,
                key,
                key_size,
                patience,
                place,
                request.longest,
                &raw mut size,
                &raw mut status,
            )
        });
        match result {
            0 => {
                let body = answer.get(..size).ok_or(NotCarried::TooLarge)?.to_vec();
                // A status that HTTP does not have is no answer of the protocol.
                let status = u16::try_from(status).map_err(|_| NotCarried::Lost)?;
                Ok(Carried { status, body })
            }
            1 => Err(NotCarried::NotSent),
            _ => Err(NotCarried::Lost),
        }
    }
}
