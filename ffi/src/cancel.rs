//! Stopping a call from another thread.

use std::ptr;

use mynacard::auth::Cancel;

use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, is_stopped, run, value};
use crate::handle::Table;
use crate::input::out;
use crate::status::mynacard_status;

/// Stops waiting, network and the space between two card commands of every call it was given to, for good.
///
/// It may be used from any thread, also from a callback, and freed while calls still use it.
pub struct mynacard_cancel {
    _private: [u8; 0],
}

static CANCELS: Table<Cancel> = Table::new(4);

/// Makes a cancel handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_cancel_new(
    cancel: *mut *mut mynacard_cancel,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("cancel", cancel) }?;
        place.write(CANCELS.insert(Cancel::new())?);
        Ok(())
    })
}

/// Stops every call that was given this handle, and every later one.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_cancel_cancel(cancel: *const mynacard_cancel) -> mynacard_status {
    run(ptr::null_mut(), || {
        CANCELS.find(cancel)?.cancel();
        Ok(())
    })
}

/// 1 after `mynacard_cancel_cancel`, else 0.
///
/// NULL means the call itself, inside a function that carries (`mynacard_carrier`) or proves (`mynacard_pinless`): 1 when it was
/// stopped or its time is over, on the thread that the function was called on. Elsewhere NULL is 0.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_cancel_is_cancelled(cancel: *const mynacard_cancel) -> i32 {
    value(0, || {
        i32::from(match cancel.is_null() {
            true => is_stopped(),
            false => CANCELS
                .find(cancel)
                .is_ok_and(|cancel| cancel.is_cancelled()),
        })
    })
}

/// Frees a cancel handle; calls that use it go on. NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_cancel_free(cancel: *mut mynacard_cancel) -> mynacard_status {
    run(ptr::null_mut(), || {
        if cancel.is_null() {
            Ok(())
        } else {
            CANCELS.remove(cancel).map(drop)
        }
    })
}

/// The signal behind an optional handle.
pub(crate) fn signal(cancel: *const mynacard_cancel) -> Result<Cancel, Failure> {
    if cancel.is_null() {
        Ok(Cancel::new())
    } else {
        Ok((*CANCELS.find(cancel)?).clone())
    }
}
