//! The steps of a check, for a screen.

use std::ffi::c_void;
use std::mem::offset_of;

use mynacard::auth::Step;

use crate::guard::callback;
use crate::input::Versioned;

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

/// A function that is told each step of a check (`mynacard_step`), on a thread of the library. It must not wait, nor call
/// the library but for `mynacard_cancel_cancel`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_progress {
    /// `sizeof(mynacard_progress)`; set by `MYNACARD_PROGRESS_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Told each step.
    pub step: Option<unsafe extern "C" fn(userdata: *mut c_void, step: i32)>,
    /// Called exactly once, when the desk is gone and no check uses it any more. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: pointers and optional functions; the size comes first.
unsafe impl Versioned for mynacard_progress {
    const FIRST: usize = offset_of!(Self, destroy) + size_of::<usize>();
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: std::ptr::null_mut(),
        step: None,
        destroy: None,
    };
}

/// The function, shared by the checks of a desk.
pub(crate) struct Progress(mynacard_progress);

// SAFETY: the function may be called from any thread: its documentation says so; checks of one desk never run at once.
unsafe impl Send for Progress {}
// SAFETY: as above.
unsafe impl Sync for Progress {}

impl Progress {
    pub(crate) fn new(table: mynacard_progress) -> Self {
        Self(table)
    }

    pub(crate) fn tell(&self, step: Step) {
        if let Some(function) = self.0.step {
            // SAFETY: the program promises that the function may be called with its userdata until `destroy`.
            callback(|| unsafe { function(self.0.userdata, number(step) as i32) });
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(destroy) = self.0.destroy {
            // SAFETY: as above, and nothing is called after this.
            callback(|| unsafe { destroy(self.0.userdata) });
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
