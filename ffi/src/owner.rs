//! The calling program's userdata, while the library has it: `destroy` is called once, or not at all when nothing was
//! taken over.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;
use crate::guard::callback;

/// What a callback table says about its end.
pub(crate) type Destroy = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// Calls `destroy` when the last user is gone, once the library has taken the userdata over.
pub(crate) struct Owner {
    userdata: *mut c_void,
    destroy: Destroy,
    taken: AtomicBool,
}

// SAFETY: the header says that `destroy` may run on any thread; the pointer is only handed to it.
unsafe impl Send for Owner {}
// SAFETY: as above.
unsafe impl Sync for Owner {}

impl Owner {
    /// Not taken over yet.
    pub(crate) fn new(userdata: *mut c_void, destroy: Destroy) -> Arc<Self> {
        Arc::new(Self {
            userdata,
            destroy,
            taken: AtomicBool::new(false),
        })
    }

    /// Takes the userdata over if `insert` succeeds. Until then nothing that is dropped calls `destroy`: after a
    /// failure the userdata is the program's own.
    pub(crate) fn taken_by<T>(
        owner: Option<&Arc<Self>>,
        insert: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        Self::all_taken_by(owner.map_or(&[], std::slice::from_ref), insert)
    }

    /// The same for several tables of one call.
    pub(crate) fn all_taken_by<T>(
        owners: &[Arc<Self>],
        insert: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let inserted = insert()?;
        for owner in owners {
            owner.taken.store(true, Ordering::Release);
        }
        Ok(inserted)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy.filter(|_| *self.taken.get_mut()) {
            // SAFETY: the program promises that it may be called with its userdata; nothing is called after this.
            callback(|| unsafe { destroy(self.userdata) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::mynacard_status;
    use std::sync::atomic::AtomicU32;

    unsafe extern "C" fn count(userdata: *mut c_void) {
        // SAFETY: the tests hand in a counter that outlives the owner.
        unsafe { &*userdata.cast::<AtomicU32>() }.fetch_add(1, Ordering::SeqCst);
    }

    #[test]
    fn destroy_runs_once_and_only_for_what_was_taken_over() {
        let calls = AtomicU32::new(0);
        let userdata = (&raw const calls).cast_mut().cast::<c_void>();
        let owner = Owner::new(userdata, Some(count));
        let inside = Arc::clone(&owner);
        let refused = Owner::taken_by(Some(&owner), || {
            drop(inside);
            Err::<(), _>(Failure::new(mynacard_status::Internal, "full"))
        });
        drop(owner);
        assert!(refused.is_err());
        assert_eq!(calls.load(Ordering::SeqCst), 0);

        let owner = Owner::new(userdata, Some(count));
        let inside = Owner::taken_by(Some(&owner), || Ok(Arc::clone(&owner))).unwrap();
        drop(owner);
        assert_eq!(calls.load(Ordering::SeqCst), 0);
        drop(inside);
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
}
