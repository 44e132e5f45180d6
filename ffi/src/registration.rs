//! Initial registration (初期登録) whose answer may get lost.

use std::io;
use std::path::Path;
use std::ptr;
use std::time::SystemTime;

use mynacard::auth::vault::Vault;
use mynacard::auth::{
    Activation, Cancel, Error, ErrorKind, ServiceErrorKind, Terminal, TermsAccepted, UserSettings,
};

use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker};
use crate::input::{Versioned, ends, out, structure, text};
use crate::key_store::Lock;
use crate::service::{self, Way, mynacard_service};
use crate::status::mynacard_status;
use crate::terminal::{self, mynacard_terminal};

/// What the portal handed out (ユーザー設定情報), and where the terminal is kept. Pointers need to live only until the call returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_registration {
    /// `sizeof(mynacard_registration)`; set by `MYNACARD_REGISTRATION_INIT`.
    pub struct_size: usize,
    /// The institution's code, ten digits.
    pub institution_code: *const u8,
    /// Its length.
    pub institution_code_size: usize,
    /// The terminal's ID.
    pub id: *const u8,
    /// Its length.
    pub id_size: usize,
    /// The activation code, which works once.
    pub activation_code: *const u8,
    /// Its length.
    pub activation_code_size: usize,
    /// The vault file.
    pub path: *const u8,
    /// Its length.
    pub path_size: usize,
    /// The vault's passcode, at least eight characters; NULL for the key of `mynacard_key_store_set`.
    pub passcode: *const u8,
    /// Its length.
    pub passcode_size: usize,
    /// 1: somebody read and accepted the notice and terms (お知らせ・利用規約) on the program's screen.
    pub terms_accepted: i32,
    /// Zero: a later version's option may stand here.
    pub reserved: u32,
}

// SAFETY: pointers and numbers; the size comes first.
unsafe impl Versioned for mynacard_registration {
    const ENDS: &[usize] = ends!(terms_accepted, reserved);
    const DEFAULT: Self = Self {
        struct_size: 0,
        institution_code: ptr::null(),
        institution_code_size: 0,
        id: ptr::null(),
        id_size: 0,
        activation_code: ptr::null(),
        activation_code_size: 0,
        path: ptr::null(),
        path_size: 0,
        passcode: ptr::null(),
        passcode_size: 0,
        terms_accepted: 0,
        reserved: 0,
    };

    fn is_known(&self) -> bool {
        self.reserved == 0
    }
}

/// The vault's entries, as the command line has them.
const ADDRESS: &str = "service.address";
const AUTHORITY: &str = "service.authority";
const ACTIVATION: &str = "activation";

/// Activates a new terminal (初期登録) and keeps it: what `mynacard_terminal_activate` and `mynacard_terminal_store` do, but the
/// registration is in the vault before the activation code is spent. Where the answer gets lost, the same call delivers the same
/// registration again, and the service answers it as before; a full disk costs no code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_terminal_register(
    service: *const mynacard_service,
    registration: *const mynacard_registration,
    cancel: *const mynacard_cancel,
    terminal: *mut *mut mynacard_terminal,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: the structures are documented as valid for as many bytes as they say, and their pointers too.
        let (way, asked) = unsafe {
            let (way, _) = service::read(&structure("service", service)?)?;
            (way, structure("registration", registration)?)
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("terminal", terminal) }?;
        if asked.terms_accepted != 1 {
            return Err(Failure::new(
                mynacard_status::InvalidArgument,
                "the terms were not accepted",
            ));
        }
        // SAFETY: the pointers of the structure are documented as NULL or valid for their lengths.
        let (institution_code, id, activation_code, path, passcode) = unsafe {
            (
                text(
                    "registration.institution_code",
                    asked.institution_code,
                    asked.institution_code_size,
                )?,
                text("registration.id", asked.id, asked.id_size)?,
                text(
                    "registration.activation_code",
                    asked.activation_code,
                    asked.activation_code_size,
                )?,
                text("registration.path", asked.path, asked.path_size)?,
                text("registration.passcode", asked.passcode, asked.passcode_size)?,
            )
        };
        let settings = UserSettings::new(institution_code, id, activation_code)?;
        let lock = Lock::of(passcode)?;
        let stop = signal(cancel)?;
        let (activated, vault) =
            on_worker(|| register(&way, settings, Path::new(path), &lock, &stop))?;
        place.write(terminal::insert(activated, Some(vault))?);
        Ok(())
    })
}

fn register(
    way: &Way,
    settings: UserSettings,
    path: &Path,
    lock: &Lock,
    stop: &Cancel,
) -> Result<(Terminal, Vault), Failure> {
    let unlock = lock.unlock();
    let mut service = way.service(None)?;
    let resumed = path
        .try_exists()
        .map_err(|_| Error::from(ErrorKind::VaultFile))?;
    let (mut vault, activation) = if resumed {
        waiting(Vault::open(path, &unlock, SystemTime::now())?, &settings)?
    } else {
        let activation = Activation::new(settings, TermsAccepted)?;
        let mut vault = Vault::create(path, &unlock)?;
        vault.set(ACTIVATION, &activation.to_secret_bytes()?);
        if let Err(error) = vault.save() {
            discard(path);
            return Err(error.into());
        }
        (vault, activation)
    };
    let terminal = match activation.deliver(&mut service, stop) {
        Ok(terminal) => terminal,
        Err(error) => {
            if !stays(&error, resumed) {
                discard(path);
            }
            return Err(error.into());
        }
    };
    let (address, authority) = way.kept();
    vault.set(ADDRESS, address.as_bytes());
    vault.set(AUTHORITY, authority);
    vault.remove(ACTIVATION);
    vault.store_terminal(&terminal)?;
    Ok((terminal, vault))
}

/// A registration that waits for its answer.
fn waiting(vault: Vault, typed: &UserSettings) -> Result<(Vault, Activation), Failure> {
    let Some(bytes) = vault.entry(ACTIVATION) else {
        return Err(Error::from(ErrorKind::VaultExists).into());
    };
    let activation = Activation::from_secret_bytes(bytes)?;
    let kept = activation.settings();
    let same = kept.institution_code() == typed.institution_code()
        && kept.id() == typed.id()
        && kept.activation_code() == typed.activation_code();
    match same {
        true => Ok((vault, activation)),
        false => Err(Failure::new(
            mynacard_status::Caller,
            "another registration waits for its answer in this vault",
        )),
    }
}

/// Whether the service may have accepted the registration, which is then delivered again.
fn stays(error: &Error, resumed: bool) -> bool {
    use ServiceErrorKind as Kind;
    match error.kind() {
        // What the service says no to, it will not say yes to later.
        ErrorKind::Service(service) if service.code().starts_with("MC-61") => {
            resumed && service.is_transient()
        }
        ErrorKind::Service(service) => match service.kind() {
            Kind::AnswerLost | Kind::MalformedAnswer | Kind::TooLarge => true,
            _ => resumed,
        },
        _ => resumed,
    }
}

/// Takes a vault away that was begun and could not be finished.
pub(crate) fn discard(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            log::warn!("the empty vault stays behind: {}", error.kind());
        }
        _ => {}
    }
}
