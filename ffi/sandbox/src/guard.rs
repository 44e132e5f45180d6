//! No panic leaves the library.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a call; a panic becomes the given value.
pub(crate) fn value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(fallback)
}

/// A NUL-terminated UTF-8 text.
///
/// # Safety
/// NULL, or a NUL-terminated text that lives during `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    (!text.is_null())
        .then(|| unsafe { CStr::from_ptr(text) })
        .and_then(|text| text.to_str().ok())
}
