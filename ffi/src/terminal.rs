//! A terminal (資格確認端末): activated once, kept in a vault.

use std::path::Path;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use mynacard::auth::service::VisualCheck;
use mynacard::auth::vault::{Unlock, Vault};
use mynacard::auth::{
    AuditEvent, AuditTrail, Cancel, Error, ErrorKind, ServiceErrorKind, Terminal, TermsAccepted,
    UserSettings, VisualSetting,
};
use serde_json::{Value, json};

use crate::buffer::mynacard_buffer;
use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker, run};
use crate::handle::{Table, alone};
use crate::input::{choice, optional, out, structure, text};
use crate::json;
use crate::key_store::Lock;
use crate::registration::discard;
use crate::service::{self, Way, mynacard_service};
use crate::status::mynacard_status;

/// An activated terminal; any number of desks may use it. One that was stored, opened or registered keeps its vault at hand.
pub struct mynacard_terminal {
    _private: [u8; 0],
}

/// What becomes of a terminal.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_terminal_action {
    /// A new certificate, kept before it is used. Desks that were opened before go on with the former one until the service has
    /// seen the new one: open them anew.
    Renew = 0,
    /// The terminal is one no longer: the service is told, the audit trail closed, the vault deleted.
    Remove = 1,
    /// 「目視確認で本人認証」 is switched on, where the institution may use it. Desks opened afterwards heed their own option.
    VisualOn = 2,
    /// It is switched off.
    VisualOff = 3,
}

static TERMINALS: Table<Held> = Table::new(7);

/// A terminal, and where it is kept.
struct Held {
    terminal: Mutex<Arc<Terminal>>,
    vault: Mutex<Option<Vault>>,
}

impl Held {
    fn now(&self) -> Arc<Terminal> {
        Arc::clone(&self.terminal.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

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
            let mut service = endpoint.service(None)?;
            Ok(Terminal::activate(
                &mut service,
                &settings,
                TermsAccepted,
                &stop,
            )?)
        })?;
        place.write(insert(activated, None)?);
        Ok(())
    })
}

/// Keeps the terminal in a new vault file under a passcode of at least eight characters, or, where it is NULL, under the key of
/// `mynacard_key_store_set`. A file that is there already is an error, but for the vault of this very terminal, which gets the new
/// passcode. After a failure (a full disk) the same call may be repeated. Where the place itself went away (a share), an empty file of
/// this call's may come back with it: the call then says that a vault exists, the handle keeps the terminal, and another path
/// takes it.
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
        let lock = Lock::of(passcode)?;
        let path = Path::new(path);
        let mut vault = alone(&held.vault)?;
        let vault = &mut *vault;
        on_worker(|| {
            let unlock = lock.unlock();
            if let Some(own) = vault.as_mut().filter(|own| own.path() == path) {
                return Ok(own.change_lock(&unlock)?);
            }
            // Looked at before anything is begun, and again by whoever creates: nobody else's vault is ever taken away below.
            match path.try_exists() {
                Ok(false) => {}
                Ok(true) => return Err(Error::from(ErrorKind::VaultExists).into()),
                Err(_) => return Err(Error::from(ErrorKind::VaultFile).into()),
            }
            let new = keep(path, &unlock, &held.now()).inspect_err(|error| {
                if !matches!(error.kind(), ErrorKind::VaultExists) {
                    discard(path);
                }
            })?;
            *vault = Some(new);
            Ok(())
        })
    })
}

/// A new vault with the terminal in it.
fn keep(path: &Path, unlock: &Unlock<'_>, terminal: &Terminal) -> Result<Vault, Error> {
    let mut vault = Vault::create(path, unlock)?;
    vault.store_terminal(terminal)?;
    Ok(vault)
}

/// Opens the terminal that is kept in a vault file; where the passcode is NULL, by the key of `mynacard_key_store_set`. Wrong passcodes make the next attempt wait, longer each time.
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
        let lock = Lock::of(passcode)?;
        let opened = on_worker(|| {
            let vault = Vault::open(Path::new(path), &lock.unlock(), SystemTime::now())?;
            Ok((vault.terminal()?, vault))
        })?;
        let (terminal, vault) = opened;
        place.write(insert(terminal, Some(vault))?);
        Ok(())
    })
}

/// What is known of the terminal, as JSON in UTF-8: `{"name":"…","institution":{"code":"…","name":"…","kind":"…"},
/// "visual_check_allowed":true,"visual_check":"off","kept":true,"not_after":1790000000}`; `visual_check` is null, and `kept` false,
/// for a terminal without a vault.
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
        let vault = alone(&held.vault)?;
        json::hand_out(place, known(&held.now(), vault.as_ref())?)
    })
}

/// Renews or removes a terminal, or switches its visual check: a `mynacard_terminal_action`. The terminal must have a vault
/// (`MYNACARD_STATUS_CALLER` otherwise).
///
/// `service` may be NULL for the visual check. `audit_folder` is where the terminal's audit trail is; empty where it has none:
/// then a switch is not audited and no trail is closed. `json` receives what `mynacard_terminal_json` tells, of a removed terminal
/// `{"terminal":"…","removed":true,"audit":{"lines":3,"fingerprint":"…","note":"…"}}`: note the fingerprint elsewhere. `audit` is
/// null where there was no trail, `{"not_closed":"MC-…"}` where it was damaged before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_terminal_manage(
    terminal: *mut mynacard_terminal,
    service: *const mynacard_service,
    action: i32,
    audit_folder: *const u8,
    audit_folder_size: usize,
    cancel: *const mynacard_cancel,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    use mynacard_terminal_action as A;
    const ACTIONS: &[(i32, A)] = &[
        (A::Renew as i32, A::Renew),
        (A::Remove as i32, A::Remove),
        (A::VisualOn as i32, A::VisualOn),
        (A::VisualOff as i32, A::VisualOff),
    ];
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0; the structure for as many as it says.
        let (options, audit) = unsafe {
            (
                optional("service", service)?,
                text("audit_folder", audit_folder, audit_folder_size)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let action = choice("action", action, ACTIONS)?;
        let held = TERMINALS.find(terminal)?;
        let mut kept = alone(&held.vault)?;
        let vault = kept.as_mut().ok_or_else(not_kept)?;
        let stop = signal(cancel)?;
        let audit = (!audit.is_empty()).then(|| Path::new(audit));
        // SAFETY: the structure's pointers are documented as valid.
        let endpoint = options.map(|options| unsafe { service::read(&options) });
        let endpoint = endpoint.transpose()?.map(|(endpoint, _)| endpoint);
        let needed = || endpoint.as_ref().ok_or_else(|| Failure::null("service"));
        let told = match action {
            A::Renew => {
                let endpoint = needed()?;
                let renewed = on_worker(|| {
                    let now = held.now();
                    let mut service = endpoint.service(Some(&now))?;
                    let renewed = now.renew(&mut service, &stop)?;
                    // Kept before it is used: the service takes the former certificate until it sees this one.
                    vault.store_terminal(&renewed)?;
                    Ok(renewed)
                })?;
                let renewed = Arc::new(renewed);
                *held.terminal.lock().unwrap_or_else(PoisonError::into_inner) =
                    Arc::clone(&renewed);
                known(&renewed, Some(vault))?
            }
            A::Remove => {
                let endpoint = needed()?;
                let told = on_worker(|| remove(&held.now(), vault, endpoint, audit, &stop))?;
                *kept = None;
                told
            }
            A::VisualOn | A::VisualOff => {
                let to = match action {
                    A::VisualOn => VisualSetting::On,
                    _ => VisualSetting::Off,
                };
                on_worker(|| switch(&held.now(), vault, to, audit))?;
                known(&held.now(), Some(vault))?
            }
        };
        json::hand_out(place, told)
    })
}

fn known(terminal: &Terminal, vault: Option<&Vault>) -> Result<Value, Failure> {
    let institution = terminal.institution();
    let not_after = terminal
        .not_after()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let visual = vault.map(Vault::visual_setting).transpose()?;
    Ok(json!({
        "name": terminal.name(),
        "institution": {
            "code": institution.code,
            "name": institution.name,
            "kind": institution.kind,
        },
        "visual_check_allowed": terminal.visual_check() == VisualCheck::Allowed,
        "visual_check": visual.map(VisualSetting::as_str),
        "kept": vault.is_some(),
        "not_after": not_after,
    }))
}

fn remove(
    terminal: &Terminal,
    vault: &Vault,
    endpoint: &Way,
    audit: Option<&Path>,
    stop: &Cancel,
) -> Result<Value, Failure> {
    let mut service = endpoint.service(Some(terminal))?;
    match terminal.remove(&mut service, stop) {
        Ok(()) => {}
        // Ended before, by the portal or by a removal whose answer got lost.
        Err(error)
            if matches!(error.kind(), ErrorKind::Service(service)
            if service.kind() == ServiceErrorKind::UnknownTerminal) => {}
        Err(error) => return Err(error.into()),
    }
    // Before the vault, whose key the trail needs, is gone.
    let trail = audit
        .map(|folder| AuditTrail::of(vault, folder))
        .transpose()?;
    let closed = match trail.flatten().map(|trail| trail.close(SystemTime::now())) {
        None => Value::Null,
        Some(Ok(closed)) => json!({
            "lines": closed.lines(),
            "fingerprint": closed.fingerprint(),
            "note": closed.note(),
        }),
        // It was damaged before, and stays as it is; what a full disk refuses can be repeated.
        Some(Err(error)) if matches!(error.kind(), ErrorKind::AuditHead) => {
            json!({ "not_closed": error.code() })
        }
        Some(Err(error)) => return Err(error.into()),
    };
    std::fs::remove_file(vault.path())
        .map_err(|_| Failure::from(Error::from(ErrorKind::VaultFile)))?;
    Ok(json!({ "terminal": terminal.name(), "removed": true, "audit": closed }))
}

/// What cannot be audited is not switched.
fn switch(
    terminal: &Terminal,
    vault: &mut Vault,
    to: VisualSetting,
    audit: Option<&Path>,
) -> Result<(), Failure> {
    to.permitted(terminal)?;
    let before = vault.visual_setting()?;
    if to == before {
        return Ok(());
    }
    let now = SystemTime::now;
    let trail = match audit {
        None => None,
        Some(folder) => Some(AuditTrail::open(vault, folder, now())?),
    };
    if let Some(trail) = &trail {
        trail.append(&AuditEvent::visual_switched(to, now()))?;
    }
    if let Err(error) = vault.store_visual_setting(to) {
        if let Some(trail) = &trail {
            trail.append(&AuditEvent::visual_switched(before, now()))?;
        }
        return Err(error.into());
    }
    Ok(())
}

fn not_kept() -> Failure {
    Failure::new(
        mynacard_status::Caller,
        "the terminal has no vault: store it first",
    )
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

/// Makes a terminal handle.
pub(crate) fn insert(
    terminal: Terminal,
    vault: Option<Vault>,
) -> Result<*mut mynacard_terminal, Failure> {
    TERMINALS.insert(Held {
        terminal: Mutex::new(Arc::new(terminal)),
        vault: Mutex::new(vault),
    })
}

/// The terminal behind a handle.
pub(crate) fn find(terminal: *const mynacard_terminal) -> Result<Arc<Terminal>, Failure> {
    Ok(TERMINALS.find(terminal)?.now())
}

/// Uses the terminal's vault, alone.
pub(crate) fn with_vault<T>(
    terminal: *const mynacard_terminal,
    use_it: impl FnOnce(&mut Vault) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let held = TERMINALS.find(terminal)?;
    let mut vault = alone(&held.vault)?;
    use_it(vault.as_mut().ok_or_else(not_kept)?)
}
