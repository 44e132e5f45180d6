//! Handles: numbers that look like pointers, so that a freed, foreign or invented one is an error and not corruption.

use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::failure::Failure;
use crate::status::mynacard_status;

/// Bits of a handle, from the top: kind, generation, place + 1. Never zero, never a pointer anybody could have.
const KIND_BITS: u32 = 4;
const PLACE_BITS: u32 = usize::BITS / 2;
const GENERATION_BITS: u32 = usize::BITS - PLACE_BITS - KIND_BITS;
const MOST: usize = (1 << PLACE_BITS) - 2;

/// All living objects of one kind.
pub(crate) struct Table<T> {
    kind: usize,
    most: usize,
    places: Mutex<Places<T>>,
}

struct Places<T> {
    entries: Vec<Entry<T>>,
    free: Vec<usize>,
}

struct Entry<T> {
    generation: usize,
    object: Option<Arc<T>>,
}

impl<T> Table<T> {
    pub(crate) const fn new(kind: usize) -> Self {
        Self::with_room(kind, MOST)
    }

    const fn with_room(kind: usize, most: usize) -> Self {
        Self {
            kind,
            most,
            places: Mutex::new(Places {
                entries: Vec::new(),
                free: Vec::new(),
            }),
        }
    }

    /// Takes an object in and names it.
    pub(crate) fn insert<C>(&self, object: T) -> Result<*mut C, Failure> {
        let mut places = self.lock();
        let place = match places.free.pop() {
            Some(place) => place,
            None if places.entries.len() >= self.most => {
                return Err(Failure::new(mynacard_status::Internal, "too many handles"));
            }
            None => {
                places.entries.push(Entry {
                    generation: 0,
                    object: None,
                });
                places.entries.len() - 1
            }
        };
        let Some(entry) = places.entries.get_mut(place) else {
            return Err(Failure::new(mynacard_status::Internal, "handle table"));
        };
        entry.object = Some(Arc::new(object));
        let name = (self.kind << (usize::BITS - KIND_BITS))
            | (entry.generation << PLACE_BITS)
            | (place + 1);
        Ok(ptr::without_provenance_mut(name))
    }

    /// The object of this name. It lives on while the caller holds it, even when it is freed meanwhile.
    pub(crate) fn find<C>(&self, handle: *const C) -> Result<Arc<T>, Failure> {
        if handle.is_null() {
            return Err(Failure::null("handle"));
        }
        let (place, generation) = self.parts(handle.addr()).ok_or_else(invalid)?;
        let places = self.lock();
        let entry = places
            .entries
            .get(place)
            .filter(|entry| entry.generation == generation)
            .ok_or_else(invalid)?;
        entry.object.clone().ok_or_else(invalid)
    }

    /// Forgets the name; the object goes when the last call that uses it ends.
    pub(crate) fn remove<C>(&self, handle: *const C) -> Result<Arc<T>, Failure> {
        let (place, generation) = self.parts(handle.addr()).ok_or_else(invalid)?;
        let mut places = self.lock();
        let entry = places
            .entries
            .get_mut(place)
            .filter(|entry| entry.generation == generation)
            .ok_or_else(invalid)?;
        let object = entry.object.take().ok_or_else(invalid)?;
        entry.generation += 1;
        // A place whose generations are used up is not used again, so that no name ever comes back.
        if entry.generation < 1 << GENERATION_BITS {
            places.free.push(place);
        }
        Ok(object)
    }

    fn parts(&self, name: usize) -> Option<(usize, usize)> {
        let kind = name >> (usize::BITS - KIND_BITS);
        let generation = (name >> PLACE_BITS) & ((1 << GENERATION_BITS) - 1);
        let place = (name & ((1 << PLACE_BITS) - 1)).checked_sub(1)?;
        (kind == self.kind).then_some((place, generation))
    }

    fn lock(&self) -> MutexGuard<'_, Places<T>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The object for this call alone, or BUSY at once: waiting would freeze a program's screen.
pub(crate) fn alone<T>(object: &Mutex<T>) -> Result<MutexGuard<'_, T>, Failure> {
    match object.try_lock() {
        Ok(inside) => Ok(inside),
        // A panic inside an earlier call has left it half done.
        Err(TryLockError::Poisoned(_)) => Err(Failure::new(
            mynacard_status::Panic,
            "an earlier call with this handle panicked",
        )),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::new(mynacard_status::Busy, "the handle is in use"))
        }
    }
}

fn invalid() -> Failure {
    Failure::new(
        mynacard_status::InvalidHandle,
        "freed, foreign or invented handle",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    struct opaque;

    fn status<T>(result: Result<T, Failure>) -> mynacard_status {
        result
            .err()
            .map_or(mynacard_status::Ok, |failure| failure.status())
    }

    #[test]
    fn a_freed_or_foreign_handle_is_an_error() {
        let table = Table::new(1);
        let other: Table<u8> = Table::new(2);
        let one: *mut opaque = table.insert("one").unwrap();
        assert_eq!(*table.find(one).unwrap(), "one");
        assert_eq!(status(other.find(one)), mynacard_status::InvalidHandle);
        table.remove(one).unwrap();
        assert_eq!(status(table.remove(one)), mynacard_status::InvalidHandle);
        let two: *mut opaque = table.insert("two").unwrap();
        assert_ne!(one, two, "the place is used again, the name is not");
        assert_eq!(status(table.find(one)), mynacard_status::InvalidHandle);
        assert_eq!(*table.find(two).unwrap(), "two");
        assert_eq!(
            status(table.find(ptr::without_provenance::<opaque>(0x1234))),
            mynacard_status::InvalidHandle
        );
        assert_eq!(
            status(table.find(ptr::null::<opaque>())),
            mynacard_status::InvalidArgument
        );
    }

    #[test]
    fn a_full_table_refuses() {
        let table = Table::with_room(1, 1);
        let one: *mut opaque = table.insert("one").unwrap();
        let two: Result<*mut opaque, _> = table.insert("two");
        assert_eq!(status(two), mynacard_status::Internal);
        table.remove(one).unwrap();
        let _: *mut opaque = table.insert("three").unwrap();
    }

    #[test]
    fn a_free_during_a_call_is_deferred() {
        let table = Table::new(1);
        let handle: *mut opaque = table.insert(String::from("alive")).unwrap();
        let used = table.find(handle).unwrap();
        drop(table.remove(handle).unwrap());
        assert_eq!(*used, "alive");
    }

    #[test]
    fn busy_is_said_at_once() {
        let object = Mutex::new(());
        let _inside = alone(&object).unwrap();
        assert_eq!(status(alone(&object)), mynacard_status::Busy);
    }
}
