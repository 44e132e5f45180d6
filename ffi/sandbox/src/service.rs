//! A sandbox service in this process, on a free port of this machine.

use std::ffi::{CString, c_char, c_void};
use std::{ptr, slice};

use ::mynacard_sandbox::{Condition, Connection, Fault, Running, Sandbox, Trouble};

use crate::guard::{text, value};

/// A running sandbox service. Every answer of it says that it is a sandbox.
pub struct mynacard_sandbox {
    running: Running,
    url: CString,
}

/// What a portal hands out for one terminal (ユーザー設定情報), as NUL-terminated ASCII.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_sandbox_activation {
    /// Ten digits.
    pub institution_code: [c_char; 16],
    /// The terminal's ID.
    pub id: [c_char; 64],
    /// The code that works once.
    pub activation_code: [c_char; 160],
}

/// Starts a sandbox service; NULL when it cannot be started. It answers as often as it is asked: the trouble `too-many` refuses
/// when a program wants to see that.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_sandbox_start() -> *mut mynacard_sandbox {
    value(ptr::null_mut(), || {
        let without_limit = Sandbox::builder().challenges_per_minute(u32::MAX);
        // On a thread of its own, from which those of the service have that SIGPIPE ends no program.
        let started = std::thread::spawn(move || {
            without_pipe_signal();
            without_limit.start()
        });
        let Ok(Ok(running)) = started.join() else {
            return ptr::null_mut();
        };
        let Ok(url) = CString::new(running.url()) else {
            return ptr::null_mut();
        };
        Box::into_raw(Box::new(mynacard_sandbox { running, url }))
    })
}

fn without_pipe_signal() {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigSet, Signal};
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGPIPE);
        let _ = signals.thread_block();
    }
}

/// Its address, NUL-terminated; lives until it is stopped.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_sandbox_url(sandbox: Option<&mynacard_sandbox>) -> *const c_char {
    sandbox.map_or(ptr::null(), |sandbox| sandbox.url.as_ptr())
}

/// The authority that certifies it, DER; `size` receives the length. Lives until it is stopped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_root(
    sandbox: Option<&mynacard_sandbox>,
    size: *mut usize,
) -> *const u8 {
    value(ptr::null(), || {
        let Some(sandbox) = sandbox else {
            return ptr::null();
        };
        let root = sandbox.running.ca_certificate_der();
        if !size.is_null() {
            // SAFETY: documented as NULL or valid.
            unsafe { size.write(root.len()) };
        }
        root.as_ptr()
    })
}

/// Hands out an activation for a new terminal of an institution that may do visual checks: 0, or -1 when it cannot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_issue_activation(
    sandbox: Option<&mynacard_sandbox>,
    activation: *mut mynacard_sandbox_activation,
) -> i32 {
    value(-1, || {
        let Some(settings) = sandbox.and_then(|sandbox| sandbox.running.issue_activation().ok())
        else {
            return -1;
        };
        if activation.is_null() {
            return -1;
        }
        let filled = mynacard_sandbox_activation {
            institution_code: fill(&settings.institution_code),
            id: fill(&settings.id),
            activation_code: fill(&settings.activation_code),
        };
        // SAFETY: documented as valid.
        unsafe { activation.write(filled) };
        0
    })
}

/// From now on every answer gets lost on its way (1), or no longer (0): 0, or -1 for another number. The calls are carried out.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_sandbox_lose_answers(
    sandbox: Option<&mynacard_sandbox>,
    lose: i32,
) -> i32 {
    value(-1, || {
        let fault = match lose {
            0 => None,
            1 => Some(Fault::CutAfter(0)),
            _ => return -1,
        };
        let Some(sandbox) = sandbox else {
            return -1;
        };
        sandbox.running.set_fault(fault);
        0
    })
}

/// From now on the service has this trouble, beside those of another sort: `maintenance`, `timeout`, `too-many`, `cut`, `twice`,
/// `garbage`, `clock:-90` and so on (`mynacard-sandbox --help` lists them); `none` ends all but another certificate: 0, or -1 for a
/// name that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_suffer(
    sandbox: Option<&mynacard_sandbox>,
    trouble: *const c_char,
) -> i32 {
    value(-1, || {
        // SAFETY: documented as NULL or NUL-terminated.
        let (Some(sandbox), Some(name)) = (sandbox, unsafe { text(trouble) }) else {
            return -1;
        };
        if name == "none" {
            sandbox.running.set_fault(None);
            sandbox.running.set_condition(Condition::Normal);
            sandbox.running.set_clock_ahead(0);
            return 0;
        }
        let suffered = Trouble::parse(name).map(|trouble| sandbox.running.suffer(trouble));
        if matches!(suffered, Some(Ok(()))) {
            0
        } else {
            -1
        }
    })
}

/// As `mynacard.h` declares it; a test compares the two layouts.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(
    missing_docs,
    clippy::type_complexity,
    reason = "described in mynacard.h"
)]
pub struct mynacard_carrier {
    pub struct_size: usize,
    pub userdata: *mut c_void,
    pub carry: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const u8,
            usize,
            *const u8,
            usize,
            *const u8,
            usize,
            u32,
            *mut u8,
            usize,
            *mut usize,
            *mut u32,
        ) -> i32,
    >,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
}

/// Fills a table with a connection to the service in this process: 0, or -1 when there is no service. It speaks as the terminal that
/// was activated or renewed over it last.
///
/// Give the table to `mynacard_service`'s `carrier`; `mynacard_desk_open` calls its `destroy` in the end. Where no desk is opened with
/// it, call `destroy` yourself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_carrier(
    sandbox: Option<&mynacard_sandbox>,
    carrier: *mut mynacard_carrier,
) -> i32 {
    value(-1, || {
        let Some(sandbox) = sandbox else { return -1 };
        if carrier.is_null() {
            return -1;
        }
        let connection = Box::new(sandbox.running.connection());
        let table = mynacard_carrier {
            struct_size: size_of::<mynacard_carrier>(),
            userdata: Box::into_raw(connection).cast(),
            carry: Some(carry),
            destroy: Some(destroy),
        };
        // SAFETY: documented as valid.
        unsafe { carrier.write(table) };
        0
    })
}

/// Certainly not sent.
const NOT_SENT: i32 = 1;

unsafe extern "C" fn carry(
    userdata: *mut c_void,
    operation: *const u8,
    operation_size: usize,
    request: *const u8,
    request_size: usize,
    key: *const u8,
    key_size: usize,
    _timeout_ms: u32,
    response: *mut u8,
    response_capacity: usize,
    response_size: *mut usize,
    status: *mut u32,
) -> i32 {
    value(NOT_SENT, || {
        let bytes = |data: *const u8, size: usize| match size {
            0 => &[][..],
            // SAFETY: the library hands in buffers of these lengths, and NULL with 0.
            size => unsafe { slice::from_raw_parts(data, size) },
        };
        // SAFETY: the connection was boxed for the table and lives until `destroy`.
        let Some(connection) = (unsafe { userdata.cast::<Connection>().as_ref() }) else {
            return NOT_SENT;
        };
        let Ok(path) = std::str::from_utf8(bytes(operation, operation_size)) else {
            return NOT_SENT;
        };
        let key = std::str::from_utf8(bytes(key, key_size)).ok();
        let key = key.filter(|key| !key.is_empty());
        let (answered, body) = connection.carry(path, key, bytes(request, request_size));
        // SAFETY: the library hands in places that are valid, and a buffer of this capacity.
        unsafe {
            response_size.write(body.len());
            status.write(answered.into());
            if body.len() <= response_capacity {
                ptr::copy_nonoverlapping(body.as_ptr(), response, body.len());
            }
        }
        0
    })
}

unsafe extern "C" fn destroy(userdata: *mut c_void) {
    value((), || {
        if !userdata.is_null() {
            // SAFETY: the connection was boxed for the table, and nothing is called after this.
            drop(unsafe { Box::from_raw(userdata.cast::<Connection>()) });
        }
    });
}

/// Stops and frees a sandbox service; NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_sandbox_stop(sandbox: Option<Box<mynacard_sandbox>>) {
    value((), || {
        if let Some(sandbox) = sandbox {
            sandbox.running.stop();
        }
    });
}

/// Text in a field of fixed size; the last byte stays NUL.
fn fill<const N: usize>(text: &str) -> [c_char; N] {
    let mut field = [0; N];
    for (place, byte) in field.iter_mut().take(N.saturating_sub(1)).zip(text.bytes()) {
        *place = c_char::from_ne_bytes([byte]);
    }
    field
}
