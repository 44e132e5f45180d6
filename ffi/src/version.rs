//! Which library this is.

use std::ffi::c_char;

use crate::error::mynacard_error;
use crate::guard::guard;
use crate::status::mynacard_status;

/// The version of the library that this header belongs to.
pub const MYNACARD_VERSION: &str = "0.1.0";
/// The version of the ABI that this header describes. It grows when a program built against an older header would break.
pub const MYNACARD_ABI_VERSION: u32 = 1;

/// The version of the library that is running: NUL-terminated ASCII that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The ABI of the library that is running; compare it with `MYNACARD_ABI_VERSION` before anything else.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_abi_version() -> u32 {
    MYNACARD_ABI_VERSION
}

/// Panics inside the library on purpose, so that a program can try how it treats `MYNACARD_STATUS_PANIC`.
#[unsafe(no_mangle)]
#[allow(clippy::panic, reason = "it is what the function is for")]
pub unsafe extern "C" fn mynacard_panic_on_purpose(
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || panic!("on purpose"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn header_and_library_agree() {
        // SAFETY: the function returns a NUL-terminated constant.
        let running = unsafe { CStr::from_ptr(mynacard_version()) };
        assert_eq!(running.to_str(), Ok(MYNACARD_VERSION));
        assert_eq!(mynacard_abi_version(), MYNACARD_ABI_VERSION);
    }
}
