//! A terminal (資格確認端末): activated once, kept in a vault.

use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use mynacard::auth::service::VisualCheck;
use mynacard::auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard::auth::{Terminal, TermsAccepted, UserSettings};
use mynacard::client::https::HttpsService;

use crate::buffer::{self, mynacard_buffer};
use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker, run};
use crate::handle::Table;
use crate::input::{out, structure, text};
use crate::service::{self, mynacard_service};
use crate::status::mynacard_status;

/// An activated terminal. It never changes; any number of desks may use it.
pub struct mynacard_terminal {
    _private: [u8; 0],
}

static TERMINALS: Table<Terminal> = Table::new(7);

/// Activates a new terminal (初期登録) with what the portal handed out (ユーザー設定情報): institution code (ten digits), ID and
/// activation code, which works once. `terms_accepted` must be 1: somebody read and accepted the notice and terms
/// (お知らせ・利用規約) on the program's screen.
///
/// Keep the terminal with `mynacard_terminal_store` before anything else.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "three texts with their lengths")]
pub unsafe extern "C" fn mynacard_terminal_activate(
    service: *const mynacard_service,
    institution_code: *const u8,
    institution_code_size: usize,
    id: *const u8,
    id_size: usize,
    activation_code: *const u8,
    activation_code_size: usize,
    terms_accepted: i32,
    cancel: *const mynacard_cancel,
    terminal: *mut *mut mynacard_terminal,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0; the structure for as many as it says.
        let (options, institution_code, id, activation_code) = unsafe {
            (
                structure("service", service)?,
                text("institution_code", institution_code, institution_code_size)?,
                text("id", id, id_size)?,
                text("activation_code", activation_code, activation_code_size)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("terminal", terminal) }?;
        if terms_accepted != 1 {
            return Err(Failure::new(
                mynacard_status::InvalidArgument,
                "the terms were not accepted",
            ));
        }
        let stop = signal(cancel)?;
        // SAFETY: the structure's pointers are documented as valid.
        let (endpoint, _) = unsafe { service::read(&options) }?;
        let settings = UserSettings::new(institution_code, id, activation_code)?;
        let activated = on_worker(|| {
            let mut service = HttpsService::new(&endpoint, None)?;
            Ok(Terminal::activate(
                &mut service,
                &settings,
                TermsAccepted,
                &stop,
            )?)
        })?;
        place.write(TERMINALS.insert(activated)?);
        Ok(())
    })
}

/// Keeps the terminal in a new vault file under a passcode of at least eight characters. A file that is there already is
/// an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_terminal_store(
    terminal: *const mynacard_terminal,
    path: *const u8,
    path_size: usize,
    passcode: *const u8,
    passcode_size: usize,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let (path, passcode) = unsafe {
            (
                text("path", path, path_size)?,
                text("passcode", passcode, passcode_size)?,
            )
        };
        let held = TERMINALS.find(terminal)?;
        let passcode = Passcode::new(passcode)?;
        on_worker(|| {
            let unlock = Unlock::Passcode(&passcode, Stretching::default());
            Ok(Vault::create(Path::new(path), &unlock)?.store_terminal(&held)?)
        })
    })
}

/// Opens the terminal that is kept in a vault file. Wrong passcodes make the next attempt wait, longer each time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_terminal_open(
    path: *const u8,
    path_size: usize,
    passcode: *const u8,
    passcode_size: usize,
    terminal: *mut *mut mynacard_terminal,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let (path, passcode) = unsafe {
            (
                text("path", path, path_size)?,
                text("passcode", passcode, passcode_size)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("terminal", terminal) }?;
        let passcode = Passcode::new(passcode)?;
        let opened = on_worker(|| {
            let unlock = Unlock::Passcode(&passcode, Stretching::default());
            Ok(Vault::open(Path::new(path), &unlock, SystemTime::now())?.terminal()?)
        })?;
        place.write(TERMINALS.insert(opened)?);
        Ok(())
    })
}

/// What is known of the terminal, as JSON in UTF-8: `{"name":"…","institution":{"code":"…","name":"…","kind":"…"},
/// "visual_check_allowed":true,"not_after":1790000000}`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_terminal_json(
    terminal: *const mynacard_terminal,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let held = TERMINALS.find(terminal)?;
        let institution = held.institution();
        let not_after = held
            .not_after()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs());
        let known = serde_json::json!({
            "name": held.name(),
            "institution": {
                "code": institution.code,
                "name": institution.name,
                "kind": institution.kind,
            },
            "visual_check_allowed": held.visual_check() == VisualCheck::Allowed,
            "not_after": not_after,
        });
        place.write(buffer::hand_out(Zeroizing::new(
            known.to_string().into_bytes(),
        ))?);
        Ok(())
    })
}

/// Frees a terminal; desks that use it keep it. NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_terminal_free(terminal: *mut mynacard_terminal) -> mynacard_status {
    run(ptr::null_mut(), || {
        if terminal.is_null() {
            Ok(())
        } else {
            TERMINALS.remove(terminal).map(drop)
        }
    })
}

/// The terminal behind a handle.
pub(crate) fn find(terminal: *const mynacard_terminal) -> Result<Arc<Terminal>, Failure> {
    TERMINALS.find(terminal)
}
