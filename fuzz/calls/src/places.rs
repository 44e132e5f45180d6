//! Places for results and structures of every size, as C would hand them in.

use std::ptr;

use mynacard_ffi::{self as ffi, mynacard_status as Status};

use crate::objects::pointer;

/// What stands in a place for a result before the call: nobody's handle.
pub(crate) const UNTOUCHED: usize = 0x5A5A_5A50;

/// Places for an error and for results; some of them NULL, as the octet says.
pub(crate) struct Places {
    pub(crate) error: usize,
    pub(crate) out: [usize; 4],
    pub(crate) nulls: u8,
}

impl Places {
    pub(crate) fn new(nulls: u8) -> Self {
        Self {
            error: UNTOUCHED,
            out: [UNTOUCHED; 4],
            nulls,
        }
    }

    pub(crate) fn error(&mut self) -> *mut *mut ffi::mynacard_error {
        match self.nulls & 1 {
            0 => (&raw mut self.error).cast(),
            _ => ptr::null_mut(),
        }
    }

    pub(crate) fn out<T>(&mut self, place: usize) -> *mut *mut T {
        // A place that is NULL is rare: most calls are to go on.
        match (self.out.get_mut(place), self.nulls >> 4 == 0xF) {
            (Some(slot), false) => ptr::from_mut(slot).cast(),
            _ => ptr::null_mut(),
        }
    }
}

/// A structure with a size that its octet chooses, and room behind it for sizes of later versions.
#[repr(C)]
pub(crate) struct Sized<T> {
    pub(crate) value: T,
    later: [u8; 16],
}

impl<T> Sized<T> {
    pub(crate) fn new(value: T, choice: u8) -> Self {
        let mut sized = Self {
            value,
            later: [0; 16],
        };
        let whole = size_of::<T>();
        let size = match choice {
            240 => 0,
            241 => 8,
            242 => whole - 8,
            243 => whole + 16,
            244 => {
                sized.later = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
                whole + 16
            }
            245 => usize::MAX,
            246 => (64 << 10) + 1,
            _ => whole,
        };
        // SAFETY: every structure of the interface begins with `size_t struct_size`.
        unsafe { (&raw mut sized.value).cast::<usize>().write(size) };
        sized
    }

    pub(crate) fn get(&self, choice: u8) -> *const T {
        match choice {
            247 => ptr::null(),
            _ => ptr::from_ref(self).cast(),
        }
    }
}

/// Calls a function of the interface.
macro_rules! call {
    ($name:ident($($argument:expr),* $(,)?)) => {
        // SAFETY: every pointer is NULL, a handle, a place or structure of this function, or a text that lives as long as the input; a
        // length beyond memory is refused before anything is read.
        unsafe { ffi::$name($($argument),*) }
    };
}

pub(crate) use call;

/// A buffer is as long as it says, and two zeros follow.
pub(crate) fn whole(handle: usize) {
    let size = ffi::mynacard_buffer_size(pointer(handle));
    let data = ffi::mynacard_buffer_data(pointer(handle));
    assert!(!data.is_null());
    // SAFETY: the buffer lives, is as long as it says, and the library ends every buffer with two zero bytes.
    let bytes = unsafe { std::slice::from_raw_parts(data, size + 2) };
    assert!(bytes.ends_with(&[0, 0]));
}

/// An error says what the call said, has a code and sentences, and knows nothing that cannot be.
pub(crate) fn complete(handle: usize, status: Status) {
    assert_eq!(ffi::mynacard_error_status(pointer(handle)), status);
    let code = ffi::mynacard_error_code(pointer(handle));
    assert!(!code.is_null(), "{status:?} without a code");
    // SAFETY: NUL-terminated, and the error lives.
    let code = unsafe { std::ffi::CStr::from_ptr(code) };
    assert!(
        code.to_str().is_ok_and(|code| code.starts_with("MC-")),
        "{status:?} without a code"
    );
    crate::note(&code.to_string_lossy());
    for item in 0..4 {
        for language in 0..2 {
            let mut text = ptr::null_mut();
            let said = call!(mynacard_error_text(
                pointer(handle),
                item,
                language,
                0,
                &raw mut text
            ));
            assert_eq!(said, Status::Ok, "{code:?}, item {item}");
            let size = ffi::mynacard_buffer_size(text);
            assert!(
                size > 0 || item == 1 || item == 2,
                "{code:?}: item {item} is empty"
            );
            whole(text.addr());
            ffi::mynacard_buffer_free(text);
        }
    }
}
