//! The error object: everything that is known, owned by the caller.

use std::ffi::{CString, c_char};
use std::ptr;

use mynacard::Advice;
use mynacard::guidance::Language;

use crate::buffer::{self, mynacard_buffer};
use crate::failure::Failure;
use crate::guard::{run, value};
use crate::handle::Table;
use crate::input::{choice, out};
use crate::status::{mynacard_class, mynacard_status};
use crate::text;

/// Why a call failed. Free it with `mynacard_error_free`.
pub struct mynacard_error {
    _private: [u8; 0],
}

/// A text of an error.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_error_item {
    /// The sentence for the staff's screen.
    Message = 0,
    /// What staff do next.
    Next = 1,
    /// What staff may tell the patient; empty when it does not concern the patient.
    Patient = 2,
    /// What happened and what caused it, in English, for a log or a support call; without secrets and personal data.
    Detail = 3,
    /// The name of the file that the error is about, as `mynacard_folder_finish` takes it; empty where it is about none. It may repeat
    /// what another program put into the name, so it is no text for a log.
    Subject = 4,
}

/// A language of texts.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_language {
    /// 日本語.
    Japanese = 0,
    /// English.
    English = 1,
}

static ERRORS: Table<Held> = Table::new(1);

struct Held {
    failure: Failure,
    code: CString,
}

pub(crate) const LANGUAGES: &[(i32, Language)] = &[
    (mynacard_language::Japanese as i32, Language::Japanese),
    (mynacard_language::English as i32, Language::English),
];

/// Makes an error handle of a failure, where the caller wants one.
pub(crate) fn hand_out(place: *mut *mut mynacard_error, failure: Failure) {
    // SAFETY: every export that takes an error place documents it as NULL or valid.
    let Ok(place) = (unsafe { out("error", place) }) else {
        return;
    };
    let code = CString::new(failure.code()).unwrap_or_default();
    if let Ok(handle) = ERRORS.insert(Held { failure, code }) {
        place.write(handle);
    }
}

/// The status that the failed call returned; `MYNACARD_STATUS_INVALID_HANDLE` when the handle is none.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_error_status(error: *const mynacard_error) -> mynacard_status {
    value(mynacard_status::Panic, || match ERRORS.find(error) {
        Ok(held) => held.failure.status(),
        Err(failure) => failure.status(),
    })
}

/// Whose turn it is.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_error_class(error: *const mynacard_error) -> mynacard_class {
    value(mynacard_class::Library, || {
        ERRORS
            .find(error)
            .map_or(mynacard_class::Caller, |held| held.failure.class())
    })
}

/// The stable code, for example `MC-1003`: NUL-terminated ASCII that lives as long as the error. NULL when the handle is
/// none.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_error_code(error: *const mynacard_error) -> *const c_char {
    // The text stays where it is until the handle is freed: the table holds it.
    value(ptr::null(), || {
        ERRORS
            .find(error)
            .map_or(ptr::null(), |held| held.code.as_ptr())
    })
}

/// The PIN tries that are left; -1 where the error does not know.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_error_tries_left(error: *const mynacard_error) -> i32 {
    value(-1, || {
        let known = ERRORS
            .find(error)
            .ok()
            .and_then(|held| held.failure.tries_left());
        known.map_or(-1, i32::from)
    })
}

/// The card's status word, 0 to 0xFFFF; -1 where no word of the card is behind the error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_error_status_word(error: *const mynacard_error) -> i32 {
    value(-1, || {
        let known = ERRORS
            .find(error)
            .ok()
            .and_then(|held| held.failure.status_word());
        known.map_or(-1, i32::from)
    })
}

/// A text of the error (`mynacard_error_item`), in a language (`mynacard_language`) and an encoding
/// (`mynacard_encoding`); characters without place in the encoding become 〓.
///
/// `text` receives a buffer to be freed with `mynacard_buffer_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_error_text(
    error: *const mynacard_error,
    item: i32,
    language: i32,
    encoding: i32,
    text: *mut *mut mynacard_buffer,
) -> mynacard_status {
    run(ptr::null_mut(), || {
        // SAFETY: documented as valid or NULL.
        let place = unsafe { out("text", text) }?;
        let held = ERRORS.find(error)?;
        let language = choice("language", language, LANGUAGES)?;
        let sentence = sentence(&held.failure, item, language)?;
        let bytes = text::encode(&sentence, encoding, text::Unmappable::Replace)?;
        place.write(buffer::hand_out(bytes)?);
        Ok(())
    })
}

/// Frees an error; NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_error_free(error: *mut mynacard_error) -> mynacard_status {
    run(ptr::null_mut(), || {
        if error.is_null() {
            Ok(())
        } else {
            ERRORS.remove(error).map(drop)
        }
    })
}

fn sentence(failure: &Failure, item: i32, language: Language) -> Result<String, Failure> {
    const ITEMS: &[(i32, mynacard_error_item)] = &[
        (0, mynacard_error_item::Message),
        (1, mynacard_error_item::Next),
        (2, mynacard_error_item::Patient),
        (3, mynacard_error_item::Detail),
        (4, mynacard_error_item::Subject),
    ];
    let item = choice("item", item, ITEMS)?;
    if item == mynacard_error_item::Detail {
        return Ok(failure.chain().join(": "));
    }
    if item == mynacard_error_item::Subject {
        return Ok(failure.subject().unwrap_or_default().to_owned());
    }
    let advice = Advice::for_code(failure.code(), failure.tries_left(), language);
    Ok(match item {
        mynacard_error_item::Message => advice.staff,
        mynacard_error_item::Next => advice.next,
        _ => advice.patient,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the table says of a defect of this library or of the program that calls it.
    const DEFECT: &str = "プログラムに誤りがあります。";

    fn message(failure: &Failure) -> String {
        sentence(failure, 0, Language::Japanese).ok().unwrap()
    }

    #[test]
    fn only_a_defect_is_called_one() {
        use mynacard_status as S;
        for status in [
            S::Busy,
            S::Unmappable,
            S::Unsupported,
            S::MalformedPin,
            S::Caller,
            S::Card,
            S::WrongPin,
            S::PinBlocked,
            S::LastTry,
            S::OutcomeUnknown,
            S::NotMyNumberCard,
            S::CardGone,
            S::Environment,
            S::SeveralCards,
            S::Timeout,
            S::Cancelled,
        ] {
            let failure = Failure::new(status, "");
            let message = message(&failure);
            assert!(
                !message.is_empty() && message != DEFECT,
                "{status:?}: {message}"
            );
            let next = sentence(&failure, 1, Language::English).ok().unwrap();
            assert!(!next.is_empty(), "{status:?}");
        }
        for status in [
            S::InvalidArgument,
            S::InvalidHandle,
            S::Reentrant,
            S::StructSize,
            S::UnknownOption,
            S::InvalidText,
            S::Panic,
            S::Internal,
        ] {
            assert_eq!(message(&Failure::new(status, "")), DEFECT, "{status:?}");
        }
        assert_ne!(message(&Failure::foreign_session()), DEFECT);
    }
}
