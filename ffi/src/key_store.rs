//! Vaults that a key of the operating system opens, instead of a passcode.

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, PoisonError, RwLock};

use mynacard::auth::vault::{KeyStore, Passcode, Stretching, Unlock};
use zeroize::Zeroizing;

use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{callback, guard};
use crate::input::{Versioned, ends, optional};
use crate::owner::Owner;
use crate::status::mynacard_status;

/// A store of the operating system that keeps keys for the program (DPAPI, a keychain, a TPM): vaults without a passcode are opened by
/// it, so that a terminal starts without anybody at it.
///
/// The function runs on a thread of the library while a call waits, several at once where several calls run. It must not throw or jump
/// out. Of the library it may call what a `mynacard_transport`'s functions may.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_key_store {
    /// `sizeof(mynacard_key_store)`; set by `MYNACARD_KEY_STORE_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Writes the 32 secret bytes of the vault with this id of 16 bytes to `key`: made at random when the id comes for the first time,
    /// the same ever after. Returns 0; anything else is an error of the call, and the vault stays closed. The library wipes its copy.
    /// Required.
    pub key: Option<
        unsafe extern "C" fn(userdata: *mut c_void, vault_id: *const u8, key: *mut u8) -> i32,
    >,
    /// Called exactly once, when another store took its place and no call uses it any more, on whatever thread that happens. May be
    /// NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: pointers and optional functions; the size comes first.
unsafe impl Versioned for mynacard_key_store {
    const ENDS: &[usize] = ends!(destroy);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: ptr::null_mut(),
        key: None,
        destroy: None,
    };
}

/// The program's store.
pub(crate) struct Store {
    table: mynacard_key_store,
    owner: Arc<Owner>,
}

// SAFETY: the function may be called from any thread, several at once: its documentation says so.
unsafe impl Send for Store {}
// SAFETY: as above.
unsafe impl Sync for Store {}

static STORE: RwLock<Option<Arc<Store>>> = RwLock::new(None);

impl KeyStore for Store {
    fn key(
        &self,
        vault: &[u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, Box<dyn std::error::Error + Send + Sync>> {
        let mut key = Zeroizing::new([0; 32]);
        let answered = self.table.key.map_or(-1, |function| {
            // SAFETY: the program promises that the function may be called with its userdata until `destroy`; both places live through
            // the call and are as long as documented.
            callback(|| unsafe { function(self.table.userdata, vault.as_ptr(), key.as_mut_ptr()) })
        });
        match answered {
            0 => Ok(key),
            other => Err(format!("the key store answered {other}").into()),
        }
    }
}

/// From now on every vault that is stored, opened or registered without a passcode (NULL with length 0) is opened by a key of this
/// store, in the whole process; NULL for none: then a passcode is wanted. The table is copied; its `destroy` is called when another one
/// took its place, and not at all when this call fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_key_store_set(
    store: *const mynacard_key_store,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as NULL or valid for as many bytes as it says.
        let table = unsafe { optional("store", store) }?;
        let former = match table {
            None => put(None),
            Some(table) if table.key.is_none() => return Err(Failure::null("store.key")),
            Some(table) => {
                let owner = Owner::new(table.userdata, table.destroy);
                let store = Arc::new(Store { table, owner });
                let owner = Arc::clone(&store.owner);
                Owner::taken_by(Some(&owner), || Ok(put(Some(store))))?
            }
        };
        drop(former);
        Ok(())
    })
}

/// Puts a store in its place; the former one is dropped by the caller, outside the lock.
fn put(store: Option<Arc<Store>>) -> Option<Arc<Store>> {
    std::mem::replace(
        &mut *STORE.write().unwrap_or_else(PoisonError::into_inner),
        store,
    )
}

/// What opens a vault: the passcode that was typed, or the store where none was.
pub(crate) enum Lock {
    Passcode(Passcode),
    Store(Arc<Store>),
}

impl Lock {
    pub(crate) fn of(passcode: &str) -> Result<Self, Failure> {
        let store = STORE.read().unwrap_or_else(PoisonError::into_inner).clone();
        match store.filter(|_| passcode.is_empty()) {
            Some(store) => Ok(Self::Store(store)),
            None => Ok(Self::Passcode(Passcode::new(passcode)?)),
        }
    }

    pub(crate) fn unlock(&self) -> Unlock<'_> {
        match self {
            Self::Passcode(passcode) => Unlock::Passcode(passcode, Stretching::default()),
            Self::Store(store) => Unlock::KeyStore(store.as_ref()),
        }
    }
}
