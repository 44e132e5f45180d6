//! Output of variable length.

use std::ptr;

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::guard::{run, value};
use crate::handle::Table;
use crate::status::mynacard_status;

/// Bytes that the library made and the caller frees. They are wiped then: most of them are about a person.
pub struct mynacard_buffer {
    _private: [u8; 0],
}

static BUFFERS: Table<Held> = Table::new(2);

struct Held {
    /// The bytes and two zeros, so that text can be used as a C string in every encoding.
    bytes: Zeroizing<Vec<u8>>,
}

/// Room for the two zeros that [`hand_out`] appends: bytes that have it are not copied once more.
pub(crate) const TERMINATOR: usize = 2;

/// Makes a buffer handle.
pub(crate) fn hand_out(mut bytes: Zeroizing<Vec<u8>>) -> Result<*mut mynacard_buffer, Failure> {
    if bytes.capacity() - bytes.len() < TERMINATOR {
        // Not by growing, which would leave what stood there unwiped.
        let mut roomy = Zeroizing::new(Vec::with_capacity(bytes.len() + TERMINATOR));
        roomy.extend_from_slice(&bytes);
        bytes = roomy;
    }
    bytes.extend_from_slice(&[0; TERMINATOR]);
    BUFFERS.insert(Held { bytes })
}

/// The bytes, followed by two zero bytes that do not count; valid until the buffer is freed. NULL when the handle is none.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_buffer_data(buffer: *const mynacard_buffer) -> *const u8 {
    value(ptr::null(), || {
        BUFFERS
            .find(buffer)
            .map_or(ptr::null(), |held| held.bytes.as_ptr())
    })
}

/// The number of bytes; 0 when the handle is none.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_buffer_size(buffer: *const mynacard_buffer) -> usize {
    value(0, || {
        BUFFERS
            .find(buffer)
            .map_or(0, |held| held.bytes.len().saturating_sub(TERMINATOR))
    })
}

/// Wipes and frees a buffer; NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_buffer_free(buffer: *mut mynacard_buffer) -> mynacard_status {
    run(ptr::null_mut(), || {
        if buffer.is_null() {
            Ok(())
        } else {
            BUFFERS.remove(buffer).map(drop)
        }
    })
}
