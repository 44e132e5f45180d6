//! A PIN on its way from the keyboard to the card, digit by digit or at once.

use std::ptr;
use std::sync::Mutex;

use zeroize::{Zeroize, Zeroizing};

use mynacard::card::Pin;

use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, run, value};
use crate::handle::{Table, alone};
use crate::input::{bytes, out};
use crate::status::mynacard_status;

/// The four-digit PIN of one check. It lives outside the caller's strings and is wiped when it is used or freed.
pub struct mynacard_pin {
    _private: [u8; 0],
}

static PINS: Table<Mutex<Digits>> = Table::new(3);

/// More than any PIN has: what is typed too much is refused at the check, not dropped.
const ROOM: usize = 16;

#[derive(Default)]
struct Digits {
    typed: Zeroizing<[u8; ROOM]>,
    length: usize,
}

impl Digits {
    fn push(&mut self, digit: u8) -> Result<(), Failure> {
        let place = self.typed.get_mut(self.length).ok_or_else(malformed)?;
        *place = digit;
        self.length += 1;
        Ok(())
    }
}

/// Makes an empty PIN, to be filled digit by digit, or a filled one from ASCII digits (NULL and 0 for an empty one).
///
/// The caller wipes its own copy of the digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_pin_new(
    digits: *const u8,
    digits_size: usize,
    pin: *mut *mut mynacard_pin,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let digits = unsafe { bytes("digits", digits, digits_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("pin", pin) }?;
        // Filled where it stays: a filled one that moved in would leave its digits on the stack.
        let handle: *mut mynacard_pin = PINS.insert(Mutex::new(Digits::default()))?;
        if let Err(failure) = fill(handle, digits) {
            PINS.remove(handle)?;
            return Err(failure);
        }
        place.write(handle);
        Ok(())
    })
}

/// Adds one digit, `'0'` to `'9'`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_pin_push(
    pin: *mut mynacard_pin,
    digit: u8,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        if !digit.is_ascii_digit() {
            return Err(malformed());
        }
        let held = PINS.find(pin)?;
        let mut digits = alone(&held)?;
        digits.push(digit)
    })
}

/// Takes the last digit back; all of them when `all` is not 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_pin_erase(
    pin: *mut mynacard_pin,
    all: i32,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        let held = PINS.find(pin)?;
        let mut digits = alone(&held)?;
        let kept = if all != 0 {
            0
        } else {
            digits.length.saturating_sub(1)
        };
        digits.length = kept;
        if let Some(rest) = digits.typed.get_mut(kept..) {
            rest.zeroize();
        }
        Ok(())
    })
}

/// How many digits there are, for the dots on a screen; 0 when the handle is none or in use.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_pin_length(pin: *const mynacard_pin) -> usize {
    value(0, || {
        PINS.find(pin)
            .and_then(|held| alone(&held).map(|digits| digits.length))
            .unwrap_or(0)
    })
}

/// Wipes and frees a PIN; NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_pin_free(pin: *mut mynacard_pin) -> mynacard_status {
    run(ptr::null_mut(), || {
        if pin.is_null() {
            Ok(())
        } else {
            PINS.remove(pin).map(drop)
        }
    })
}

fn fill(pin: *const mynacard_pin, digits: &[u8]) -> Result<(), Failure> {
    let held = PINS.find(pin)?;
    let mut own = alone(&held)?;
    digits.iter().try_for_each(|digit| own.push(*digit))
}

/// The PIN for one check; the handle is empty afterwards, so that no try is spent twice by accident.
pub(crate) fn take(pin: *mut mynacard_pin) -> Result<Pin, Failure> {
    let held = PINS.find(pin)?;
    let mut digits = alone(&held)?;
    let result = digits.typed.get(..digits.length).map(Pin::new);
    digits.typed.zeroize();
    digits.length = 0;
    result.ok_or_else(malformed)?.map_err(Failure::from)
}

fn malformed() -> Failure {
    Failure::new(mynacard_status::MalformedPin, "a PIN has four digits")
}
