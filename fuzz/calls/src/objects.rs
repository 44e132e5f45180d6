//! Every handle that a sequence was given: whether it lives, and what freeing it must answer.

use std::ptr;

use mynacard_ffi::{self as ffi, mynacard_status as Status};

/// The kinds of handles, as the highest four bits of a handle say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Error = 1,
    Buffer = 2,
    Pin = 3,
    Cancel = 4,
    Card = 5,
    Answer = 6,
    Terminal = 7,
    Desk = 8,
    Check = 9,
    Folder = 10,
}

impl Kind {
    pub(crate) const ALL: [Kind; 10] = [
        Kind::Error,
        Kind::Buffer,
        Kind::Pin,
        Kind::Cancel,
        Kind::Card,
        Kind::Answer,
        Kind::Terminal,
        Kind::Desk,
        Kind::Check,
        Kind::Folder,
    ];

    fn of(handle: usize) -> Option<Kind> {
        let bits = handle >> (usize::BITS - 4);
        Self::ALL.into_iter().find(|kind| *kind as usize == bits)
    }

    /// Frees a handle as if it were of this kind.
    pub(crate) fn free(self, handle: usize) -> Status {
        match self {
            Kind::Error => ffi::mynacard_error_free(pointer(handle)),
            Kind::Buffer => ffi::mynacard_buffer_free(pointer(handle)),
            Kind::Pin => ffi::mynacard_pin_free(pointer(handle)),
            Kind::Cancel => ffi::mynacard_cancel_free(pointer(handle)),
            Kind::Card => ffi::mynacard_card_free(pointer(handle)),
            Kind::Answer => ffi::mynacard_answer_free(pointer(handle)),
            Kind::Terminal => ffi::mynacard_terminal_free(pointer(handle)),
            Kind::Desk => ffi::mynacard_desk_free(pointer(handle)),
            Kind::Check => ffi::mynacard_check_free(pointer(handle)),
            Kind::Folder => ffi::mynacard_folder_free(pointer(handle)),
        }
    }
}

/// A handle is a number that looks like a pointer.
pub(crate) fn pointer<T>(handle: usize) -> *mut T {
    ptr::without_provenance_mut(handle)
}

/// The place that a leaked object would never give back: many leaks would go beyond it, whatever inputs made them.
const PLACES: usize = 500;

/// The handles of a sequence in the order in which they came.
#[derive(Default)]
pub(crate) struct Objects(Vec<(usize, bool)>);

impl Objects {
    /// A handle that a call just gave.
    pub(crate) fn add(&mut self, expected: Kind, handle: usize) {
        assert_eq!(Kind::of(handle), Some(expected), "another kind of handle");
        assert!(
            self.0.iter().all(|(known, _)| *known != handle),
            "a handle that was given before"
        );
        let place = handle & (usize::MAX >> (usize::BITS / 2));
        assert!(place <= PLACES, "{expected:?}: objects that nobody freed");
        self.0.push((handle, true));
    }

    /// A handle, living or not, by an octet; NULL and inventions too.
    pub(crate) fn any(&self, choice: u8) -> usize {
        let newest_first = self.0.iter().rev();
        match choice {
            0 => 0,
            1 => 0x1234,
            2 => usize::MAX,
            3 => (Kind::Card as usize) << (usize::BITS - 4) | 0xFFFF,
            _ => newest_first
                .map(|(handle, _)| *handle)
                .nth(usize::from(choice - 4))
                .unwrap_or_default(),
        }
    }

    /// The newest living handle of a kind where the octet is even, else any.
    pub(crate) fn like(&self, kind: Kind, choice: u8) -> usize {
        if choice.is_multiple_of(2) {
            let mut living = self.0.iter().rev().filter(|(_, lives)| *lives);
            let mut right = living
                .by_ref()
                .filter(|(one, _)| Kind::of(*one) == Some(kind));
            let nth = usize::from(choice / 2 % 4);
            right.nth(nth).map_or(0, |(handle, _)| *handle)
        } else {
            self.any(choice / 2)
        }
    }

    pub(crate) fn lives(&self, handle: usize) -> bool {
        self.0.contains(&(handle, true))
    }

    /// Frees a handle as a kind: only its own kind may free a living one.
    pub(crate) fn free(&mut self, kind: Kind, handle: usize) {
        let right = self.lives(handle) && Kind::of(handle) == Some(kind);
        let status = kind.free(handle);
        let expected = if right || handle == 0 {
            Status::Ok
        } else {
            Status::InvalidHandle
        };
        assert_eq!(status, expected, "freeing {handle:#x} as {kind:?}");
        if right {
            self.0.retain(|(known, _)| *known != handle);
            self.0.push((handle, false));
        }
    }

    /// Frees whatever lives but the one that is kept, from either end; each a second time, which is an error.
    pub(crate) fn free_all(&mut self, kept: usize, newest_first: bool) {
        let mut living: Vec<usize> = self
            .0
            .iter()
            .filter(|(_, lives)| *lives)
            .map(|one| one.0)
            .collect();
        if newest_first {
            living.reverse();
        }
        for handle in living.into_iter().filter(|handle| *handle != kept) {
            let kind = Kind::of(handle).expect("it was given by a call");
            self.free(kind, handle);
            self.free(kind, handle);
        }
    }
}
