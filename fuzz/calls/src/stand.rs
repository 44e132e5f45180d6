//! The sandbox without its line, and a terminal that was activated at it over the C interface: made once, and anew after some inputs, so that
//! what they left behind does not add up.

use std::cell::RefCell;
use std::ptr;
use std::sync::Arc;

use mynacard_ffi::{self as ffi, mynacard_status as Status};
use mynacard_sandbox::{Connection, fuzzing};

use crate::objects::pointer;
use crate::tables::{Caller, carrier, service};

/// Inputs that one stand-in sees.
const INPUTS: u32 = 500;

struct Stand {
    connection: Arc<Connection>,
    terminal: usize,
    inputs: u32,
}

/// The connection, and the handle of a living terminal.
pub(crate) fn stand() -> (Arc<Connection>, usize) {
    thread_local!(static STAND: RefCell<Option<Stand>> = const { RefCell::new(None) });
    STAND.with_borrow_mut(|kept| {
        let old = kept.take();
        let used = old.filter(|stand| {
            let right = stand.inputs < INPUTS && lives(stand.terminal);
            if !right {
                ffi::mynacard_terminal_free(pointer(stand.terminal));
            }
            right
        });
        let mut stand = used.unwrap_or_else(open);
        stand.inputs += 1;
        let found = (Arc::clone(&stand.connection), stand.terminal);
        *kept = Some(stand);
        found
    })
}

fn lives(terminal: usize) -> bool {
    let mut json = ptr::null_mut();
    // SAFETY: the place is a variable, and no error is wanted.
    let status =
        unsafe { ffi::mynacard_terminal_json(pointer(terminal), &raw mut json, ptr::null_mut()) };
    ffi::mynacard_buffer_free(json);
    status == Status::Ok
}

fn open() -> Stand {
    let (connection, settings) = fuzzing::connection().expect("memory and a random source");
    let connection = Arc::new(connection);
    let caller = Caller::new(Arc::clone(&connection), &[]);
    let carrier = carrier(&caller);
    let service = service(&carrier);
    let mut terminal = ptr::null_mut();
    let (code, id, activation) = (
        settings.institution_code.as_bytes(),
        settings.id.as_bytes(),
        settings.activation_code.as_bytes(),
    );
    // SAFETY: every structure and text lives until the call returns, the place is a variable, and no error is wanted.
    let status = unsafe {
        ffi::mynacard_terminal_activate(
            &raw const service,
            code.as_ptr(),
            code.len(),
            id.as_ptr(),
            id.len(),
            activation.as_ptr(),
            activation.len(),
            1,
            ptr::null(),
            &raw mut terminal,
            ptr::null_mut(),
        )
    };
    assert_eq!(status, Status::Ok, "a right activation");
    assert_eq!(caller.destroyed(), 0, "only a desk takes a connection over");
    Stand {
        connection,
        terminal: terminal.addr(),
        inputs: 0,
    }
}
