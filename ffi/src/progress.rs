//! The steps of a check, for a screen.

use std::ffi::c_void;
use std::sync::Arc;

use mynacard::auth::Step;

use crate::guard::callback;
use crate::input::{Versioned, ends};
use crate::owner::Owner;

/// Where a check stands.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_step {
    /// A new challenge is fetched; the card may wait.
    Renewing = 0,
    /// The certificate is read: the card must stay.
    ReadingCard = 1,
    /// The service proves itself to the card (visual check).
    Relaying = 2,
    /// The PIN goes to the card, or is typed on the reader's keypad.
    VerifyingPin = 3,
    /// The card signs.
    Signing = 4,
    /// The card may be taken away.
    CardDone = 5,
    /// The service is asked.
    AskingService = 6,
    /// The answer is here.
    Done = 7,
    /// A step that this version does not know.
    Other = 99,
}

/// A function that is told each step of a check (`mynacard_step`), on a thread of the library, one step at a time. It must
/// not wait, throw or jump out. Of the library it may call what a `mynacard_transport`'s functions may.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_progress {
    /// `sizeof(mynacard_progress)`; set by `MYNACARD_PROGRESS_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Told each step.
    pub step: Option<unsafe extern "C" fn(userdata: *mut c_void, step: i32)>,
    /// Called exactly once, when the desk is gone and no check uses it any more, on whatever thread that happens: one of
    /// the library, the one that frees desk or check, or a finalizer's. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: pointers and optional functions; the size comes first.
unsafe impl Versioned for mynacard_progress {
    const ENDS: &[usize] = ends!(destroy);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: std::ptr::null_mut(),
        step: None,
        destroy: None,
    };
}

/// The function, shared by the checks of a desk.
pub(crate) struct Progress {
    table: mynacard_progress,
    owner: Arc<Owner>,
}

// SAFETY: the function may be called from any thread: its documentation says so; checks of one desk never run at once.
unsafe impl Send for Progress {}
// SAFETY: as above.
unsafe impl Sync for Progress {}

impl Progress {
    pub(crate) fn new(table: mynacard_progress) -> Self {
        Self {
            owner: Owner::new(table.userdata, table.destroy),
            table,
        }
    }

    pub(crate) fn owner(&self) -> Arc<Owner> {
        Arc::clone(&self.owner)
    }

    pub(crate) fn tell(&self, step: Step) {
        if let Some(function) = self.table.step {
            // SAFETY: the program promises that the function may be called with its userdata until `destroy`.
            callback(|| unsafe { function(self.table.userdata, number(step) as i32) });
        }
    }
}

fn number(step: Step) -> mynacard_step {
    match step {
        Step::Renewing => mynacard_step::Renewing,
        Step::ReadingCard => mynacard_step::ReadingCard,
        Step::Relaying => mynacard_step::Relaying,
        Step::VerifyingPin => mynacard_step::VerifyingPin,
        Step::Signing => mynacard_step::Signing,
        Step::CardDone => mynacard_step::CardDone,
        Step::AskingService => mynacard_step::AskingService,
        Step::Done => mynacard_step::Done,
        _ => mynacard_step::Other,
    }
}
