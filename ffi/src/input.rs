//! What C hands in: checked pointers, lengths, text, numbers and structures.

use std::slice;

use crate::failure::Failure;
use crate::status::mynacard_status;

/// Structures larger than this are not from any version of this header.
const LARGEST_STRUCTURE: usize = 64 << 10;

/// The bytes at a pointer; NULL is allowed with length 0.
///
/// # Safety
/// The pointer is NULL, or valid for `length` bytes during `'a`.
pub(crate) unsafe fn bytes<'a>(
    name: &'static str,
    data: *const u8,
    length: usize,
) -> Result<&'a [u8], Failure> {
    match (data.is_null(), length) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(Failure::null(name)),
        (false, length) if length > isize::MAX.unsigned_abs() => Err(Failure::new(
            mynacard_status::InvalidArgument,
            format!("{name}: length"),
        )),
        // SAFETY: the caller vouches for the bytes; the length fits an object.
        (false, length) => Ok(unsafe { slice::from_raw_parts(data, length) }),
    }
}

/// UTF-8 text at a pointer.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn text<'a>(
    name: &'static str,
    data: *const u8,
    length: usize,
) -> Result<&'a str, Failure> {
    // SAFETY: the same promise.
    let bytes = unsafe { bytes(name, data, length) }?;
    std::str::from_utf8(bytes)
        .map_err(|_| Failure::new(mynacard_status::InvalidText, format!("{name}: not UTF-8")))
}

/// A place for a result, checked before any work is done.
pub(crate) struct Out<T>(*mut T);

/// # Safety
/// The pointer is NULL, or valid and aligned for writing a `T` until the call ends.
pub(crate) unsafe fn out<T>(name: &'static str, place: *mut T) -> Result<Out<T>, Failure> {
    if place.is_null() {
        Err(Failure::null(name))
    } else {
        Ok(Out(place))
    }
}

impl<T> Out<T> {
    /// Writes the result; only successful calls come here.
    pub(crate) fn write(self, value: T) {
        // SAFETY: `out` got the promise; no reference to the place exists, so two places may even be the same.
        unsafe { self.0.write(value) }
    }
}

/// A structure that begins with `size_t struct_size`.
///
/// # Safety
/// `T` is `repr(C)`, begins with that member, and any bytes that C code wrote to it are a `T`.
pub(crate) unsafe trait Versioned: Copy {
    /// The end of the last member of its first version, and of every member that was added since: between two of them a size would
    /// cut a member in two. No byte of the structure belongs to none of its members, so that what is added later never stands where
    /// an older program left padding.
    const ENDS: &'static [usize];
    /// What members have that the caller's version lacks.
    const DEFAULT: Self;

    /// Whether what is reserved is nothing.
    fn is_known(&self) -> bool {
        true
    }
}

/// The end of a member of a structure.
pub(crate) const fn end<T, M>(offset: usize, _member: fn(&T) -> &M) -> usize {
    offset + size_of::<M>()
}

/// The ends of the members named, in their order.
macro_rules! ends {
    ($($member:ident),+ $(,)?) => {
        &[$($crate::input::end(::std::mem::offset_of!(Self, $member), |all: &Self| &all.$member)),+]
    };
}
pub(crate) use ends;

/// Reads a structure of the caller's version.
///
/// # Safety
/// The pointer is NULL, or valid for as many bytes as its first member says.
pub(crate) unsafe fn structure<T: Versioned>(
    name: &'static str,
    data: *const T,
) -> Result<T, Failure> {
    if data.is_null() {
        return Err(Failure::null(name));
    }
    // SAFETY: every version begins with `size_t struct_size`.
    let size = unsafe { data.cast::<usize>().read_unaligned() };
    if size > LARGEST_STRUCTURE || (size < size_of::<T>() && !T::ENDS.contains(&size)) {
        return Err(Failure::new(
            mynacard_status::StructSize,
            format!("{name}: struct_size {size}"),
        ));
    }
    let known = size_of::<T>().min(size);
    let mut value = T::DEFAULT;
    // SAFETY: both are valid for `known` bytes and do not overlap; the result is a `T` by the trait's promise.
    unsafe {
        data.cast::<u8>()
            .copy_to_nonoverlapping((&raw mut value).cast::<u8>(), known)
    };
    // SAFETY: the caller's structure is as long as it says.
    let newer = unsafe { slice::from_raw_parts(data.cast::<u8>().add(known), size - known) };
    if newer.iter().any(|byte| *byte != 0) || !value.is_known() {
        return Err(Failure::new(
            mynacard_status::UnknownOption,
            format!("{name}: options of a newer version"),
        ));
    }
    Ok(value)
}

/// The same where NULL means the defaults.
///
/// # Safety
/// As for [`structure`].
pub(crate) unsafe fn optional<T: Versioned>(
    name: &'static str,
    data: *const T,
) -> Result<Option<T>, Failure> {
    if data.is_null() {
        return Ok(None);
    }
    // SAFETY: the same promise.
    unsafe { structure(name, data) }.map(Some)
}

/// A number from C as one of an enumeration.
pub(crate) fn choice<T>(name: &'static str, number: i32, known: &[(i32, T)]) -> Result<T, Failure>
where
    T: Copy,
{
    known
        .iter()
        .find(|(value, _)| *value == number)
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| {
            Failure::new(
                mynacard_status::InvalidArgument,
                format!("{name}: {number} is unknown"),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Options {
        struct_size: usize,
        first: u64,
        later: u64,
    }

    // SAFETY: integers only, the size first.
    unsafe impl Versioned for Options {
        const ENDS: &[usize] = ends!(first, later);
        const DEFAULT: Self = Self {
            struct_size: 0,
            first: 1,
            later: 2,
        };
    }

    #[track_caller]
    fn read(words: &[u64], expected: Result<(u64, u64), mynacard_status>) {
        // SAFETY: each case is as long as it says, or too short to be read further than its first member.
        let result = unsafe { structure("options", words.as_ptr().cast::<Options>()) };
        let result = result
            .map(|options| (options.first, options.later))
            .map_err(|failure| failure.status());
        assert_eq!(result, expected);
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn older_and_newer_structures() {
        read(&[16, 7], Ok((7, 2)));
        read(&[24, 7, 8], Ok((7, 8)));
        read(&[32, 7, 8, 0], Ok((7, 8)));
        read(&[32, 7, 8, 1], Err(mynacard_status::UnknownOption));
        read(&[20, 7, 8], Err(mynacard_status::StructSize));
        read(&[15], Err(mynacard_status::StructSize));
        read(&[0], Err(mynacard_status::StructSize));
        read(&[u64::MAX], Err(mynacard_status::StructSize));
    }

    #[test]
    fn the_last_member_ends_with_its_structure() {
        macro_rules! whole {
            ($($structure:ty),* $(,)?) => {$(
                let ends = <$structure as Versioned>::ENDS;
                assert_eq!(ends.last(), Some(&size_of::<$structure>()), stringify!($structure));
                assert!(ends.is_sorted(), stringify!($structure));
            )*};
        }
        whole!(
            crate::mynacard_ask,
            crate::mynacard_audit,
            crate::mynacard_card_options,
            crate::mynacard_carrier,
            crate::mynacard_desk_options,
            crate::mynacard_exchange,
            crate::mynacard_key_store,
            crate::mynacard_log,
            crate::mynacard_patients,
            crate::mynacard_pinless,
            crate::mynacard_progress,
            crate::mynacard_registration,
            crate::mynacard_service,
            crate::mynacard_transport,
        );
    }

    #[test]
    fn lengths_and_nulls() {
        // SAFETY: nothing is read: the pointers are NULL or the lengths impossible.
        unsafe {
            assert_eq!(bytes("data", std::ptr::null(), 0).ok(), Some(&[][..]));
            let status = |failure: Failure| failure.status();
            assert_eq!(
                bytes("data", std::ptr::null(), 1).map_err(status),
                Err(mynacard_status::InvalidArgument)
            );
            let long = bytes("data", [1].as_ptr(), usize::MAX);
            assert_eq!(long.map_err(status), Err(mynacard_status::InvalidArgument));
            let latin = text("data", [0xE9].as_ptr(), 1);
            assert_eq!(latin.map_err(status), Err(mynacard_status::InvalidText));
        }
    }
}
