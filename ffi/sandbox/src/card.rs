//! A virtual card as an ordinary table of transport functions.

use std::ffi::{CString, c_char, c_void};
use std::sync::OnceLock;
use std::time::SystemTime;
use std::{ptr, slice};

use mynacard_sim::{Person, VirtualCard, person, pki};

use crate::guard::{text, value};

/// As `mynacard.h` declares it; a test compares the two layouts.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "described in mynacard.h")]
pub struct mynacard_transport {
    pub struct_size: usize,
    pub userdata: *mut c_void,
    pub begin: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
    pub exchange: Option<
        unsafe extern "C" fn(*mut c_void, *const u8, usize, i32, *mut u8, usize, *mut usize) -> i32,
    >,
    pub end: Option<unsafe extern "C" fn(*mut c_void, i32)>,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub max_command: usize,
    pub max_response: usize,
}

const OK: i32 = 0;
const OTHER: i32 = 10;
/// The lengths that an extended command and answer have at most.
const LONGEST: (usize, usize) = (65_544, 65_538);

/// Fills a table with the functions of the virtual card of a person (`kyokai-self` and so on; `mynacard-sim people` lists
/// them): 0, or -1 when there is no such person. `extended` is 1 for a card and reader with extended lengths.
///
/// Give the table to `mynacard_card_from_transport`, which calls its `destroy` in the end; where that call fails, call
/// `destroy` yourself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_card(
    person: *const c_char,
    extended: i32,
    transport: *mut mynacard_transport,
) -> i32 {
    value(-1, || {
        // SAFETY: documented as NULL or NUL-terminated.
        let Some(card) = unsafe { text(person) }.and_then(find) else {
            return -1;
        };
        if transport.is_null() {
            return -1;
        }
        let card = VirtualCard::new(card, SystemTime::now()).with_extended(extended != 0);
        let (max_command, max_response) = if extended == 0 { (0, 0) } else { LONGEST };
        let table = mynacard_transport {
            struct_size: size_of::<mynacard_transport>(),
            userdata: Box::into_raw(Box::new(card)).cast(),
            begin: Some(begin),
            exchange: Some(exchange),
            end: Some(end),
            destroy: Some(destroy),
            max_command,
            max_response,
        };
        // SAFETY: documented as valid.
        unsafe { transport.write(table) };
        0
    })
}

/// The PIN of a person of the sandbox, NUL-terminated, at most eight characters, into `pin` of `size` bytes: 0, or -1
/// when there is no such person, no PIN, or no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_pin(
    person: *const c_char,
    pin: *mut c_char,
    size: usize,
) -> i32 {
    value(-1, || {
        // SAFETY: documented as NULL or NUL-terminated.
        let Some(known) = unsafe { text(person) }.and_then(find).and_then(Person::pin) else {
            return -1;
        };
        if pin.is_null() || size <= known.len() {
            return -1;
        }
        // SAFETY: documented as valid for `size` bytes, which is more than the PIN has.
        unsafe {
            ptr::copy_nonoverlapping(known.as_ptr().cast(), pin, known.len());
            pin.add(known.len()).write(0);
        }
        0
    })
}

/// What stands on the card of a person of the sandbox and opens its face (照合番号B), for `mynacard_card_face`: sixteen digits,
/// NUL-terminated, into `digits` of `size` bytes: 0, or -1 when there is no such person, or no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_number_b(
    person: *const c_char,
    digits: *mut c_char,
    size: usize,
) -> i32 {
    value(-1, || {
        // SAFETY: documented as NULL or NUL-terminated.
        let Some(person) = unsafe { text(person) }.and_then(find) else {
            return -1;
        };
        let number = mynacard_sim::printed_number_b(person, SystemTime::now());
        if digits.is_null() || size <= number.len() {
            return -1;
        }
        // SAFETY: documented as valid for `size` bytes, which is more than the number has.
        unsafe {
            ptr::copy_nonoverlapping(number.as_ptr().cast(), digits, number.len());
            digits.add(number.len()).write(0);
        }
        0
    })
}

/// The authority that signed what is on the virtual cards, as `mynacard_card_face` and `mynacard_card_attributes_json` take it:
/// JSON, NUL-terminated, lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_sandbox_authorities() -> *const c_char {
    static DOCUMENT: OnceLock<CString> = OnceLock::new();
    value(ptr::null(), || {
        let document = DOCUMENT.get_or_init(|| {
            let hex = |bytes: &[u8]| {
                bytes
                    .iter()
                    .map(|byte| format!("{byte:02X}"))
                    .collect::<String>()
            };
            let key = hex(&pki::CARD_VERIFIABLE_CA_KEY_ID);
            let modulus = hex(&pki::card_verifiable_ca_modulus());
            let text = format!(
                r#"{{"hierarchy":"simulation","keys":[{{"id":"{key}","modulus":"{modulus}","exponent":"010001"}}]}}"#
            );
            CString::new(text).unwrap_or_default()
        });
        document.as_ptr()
    })
}

pub(crate) fn find(id: &str) -> Option<&'static Person> {
    person(id)
}

unsafe extern "C" fn begin(userdata: *mut c_void) -> i32 {
    value(OTHER, || {
        // SAFETY: the table's functions get the card that was put into it.
        let Some(card) = (unsafe { userdata.cast::<VirtualCard>().as_mut() }) else {
            return OTHER;
        };
        card.power_off();
        card.power_on();
        OK
    })
}

unsafe extern "C" fn exchange(
    userdata: *mut c_void,
    command: *const u8,
    command_size: usize,
    _secret: i32,
    response: *mut u8,
    capacity: usize,
    response_size: *mut usize,
) -> i32 {
    value(OTHER, || {
        // SAFETY: as above; the buffers are as long as stated.
        let (card, command) = unsafe {
            (
                userdata.cast::<VirtualCard>().as_mut(),
                slice::from_raw_parts(command, command_size),
            )
        };
        let Some(card) = card else { return OTHER };
        let answer = card.transmit(command);
        if answer.len() > capacity {
            return OTHER;
        }
        // SAFETY: as above.
        unsafe {
            ptr::copy_nonoverlapping(answer.as_ptr(), response, answer.len());
            response_size.write(answer.len());
        }
        OK
    })
}

unsafe extern "C" fn end(userdata: *mut c_void, how: i32) {
    value((), || {
        // SAFETY: as above.
        if let Some(card) = unsafe { userdata.cast::<VirtualCard>().as_mut() }
            && how != 0
        {
            card.power_off();
        }
    });
}

unsafe extern "C" fn destroy(userdata: *mut c_void) {
    value((), || {
        if !userdata.is_null() {
            // SAFETY: the card was boxed for the table, and nothing is called after this.
            drop(unsafe { Box::from_raw(userdata.cast::<VirtualCard>()) });
        }
    });
}
