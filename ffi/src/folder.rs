//! The folder in which the 資格確認端末 leaves face files.

use std::ptr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use mynacard::client::folder::{Event, Existing, FaceFolder, FaceOptions};

use crate::answer::{self, mynacard_answer};
use crate::buffer::{self, mynacard_buffer};
use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker, run};
use crate::handle::{Table, alone};
use crate::input::{choice, out, text};
use crate::status::mynacard_status;

/// A watched `face` folder. One call uses it at a time.
pub struct mynacard_folder {
    _private: [u8; 0],
}

static FOLDERS: Table<Mutex<FaceFolder>> = Table::new(10);

/// Watches a folder, whether or not it is there at the moment. `existing` is 1 to deliver the files that are there
/// already, 0 to take them as old.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_open(
    path: *const u8,
    path_size: usize,
    existing: i32,
    folder: *mut *mut mynacard_folder,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let path = unsafe { text("path", path, path_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("folder", folder) }?;
        let existing = choice(
            "existing",
            existing,
            &[(0, Existing::Skip), (1, Existing::Deliver)],
        )?;
        let options = FaceOptions {
            existing,
            ..FaceOptions::default()
        };
        let opened = on_worker(|| Ok(FaceFolder::open(path, options)))?;
        place.write(FOLDERS.insert(Mutex::new(opened))?);
        Ok(())
    })
}

/// Waits for the next face file, each once, never half. `name` receives the file's name, UTF-8, and may be NULL.
///
/// `MYNACARD_STATUS_TIMEOUT` and `MYNACARD_STATUS_CANCELLED` as in every wait; `MYNACARD_STATUS_ENVIRONMENT` when the
/// folder went away and `MYNACARD_STATUS_INPUT` for a file that is no answer: call again, watching goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_next(
    folder: *mut mynacard_folder,
    timeout_ms: i64,
    cancel: *const mynacard_cancel,
    answer: *mut *mut mynacard_answer,
    name: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("answer", answer) }?;
        let held = FOLDERS.find(folder)?;
        let mut watched = alone(&held)?;
        let watched = &mut *watched;
        let stop = signal(cancel)?;
        let timeout = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let file = on_worker(|| {
            loop {
                let left = end.map(|end| end.saturating_duration_since(Instant::now()));
                match watched.next(left, &stop) {
                    Some(Event::Answer(file)) => return Ok(file),
                    Some(Event::Unreadable { error, .. } | Event::Unavailable(error)) => {
                        return Err(Failure::from(error));
                    }
                    Some(_) => {}
                    None if stop.is_cancelled() => {
                        return Err(Failure::new(
                            mynacard_status::Cancelled,
                            "waiting was cancelled",
                        ));
                    }
                    None => {
                        return Err(Failure::new(
                            mynacard_status::Timeout,
                            "no file came in time",
                        ));
                    }
                }
            }
        })?;
        let file_name = Zeroizing::new(file.name.clone().into_bytes());
        let handle = answer::hand_out(file.answer.trust_the_folder())?;
        // SAFETY: documented as NULL or valid.
        if let Ok(place) = unsafe { out("name", name) } {
            place.write(buffer::hand_out(file_name)?);
        }
        place.write(handle);
        Ok(())
    })
}

/// Stops watching; NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_folder_free(folder: *mut mynacard_folder) -> mynacard_status {
    run(ptr::null_mut(), || {
        if folder.is_null() {
            Ok(())
        } else {
            FOLDERS.remove(folder).map(drop)
        }
    })
}
