//! The folders of the 資格確認端末: face files that it leaves, and answers to what was asked.

use std::collections::HashMap;
use std::ptr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use mynacard::auth::Cancel;
use mynacard::client::folder::{
    Event, Exchange, ExchangeEvent, Existing, FaceFolder, FaceName, FaceOptions, Response,
    Unauthenticated,
};
use mynacard::eligibility::Answer;
use mynacard::eligibility::message::{FileName, MessageKind};

use crate::answer::{self, mynacard_answer};
use crate::buffer::{self, mynacard_buffer};
use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker, run};
use crate::handle::{Table, alone};
use crate::input::{choice, out, text};
use crate::json;
use crate::status::mynacard_status;

/// A watched `face` folder, or an exchange of requests and answers. One call uses it at a time.
pub struct mynacard_folder {
    _private: [u8; 0],
}

/// What becomes of files that are there already.
pub(crate) const EXISTING: &[(i32, Existing)] = &[(0, Existing::Skip), (1, Existing::Deliver)];

static FOLDERS: Table<Mutex<Watched>> = Table::new(10);

/// What is watched.
pub(crate) enum Watched {
    Face {
        folder: Box<FaceFolder>,
        /// Whether what was taken is kept.
        journal: bool,
    },
    Exchange {
        exchange: Box<Exchange>,
        /// Answers that were delivered and are not finished yet, by their request.
        delivered: HashMap<String, Response>,
    },
}

impl Watched {
    pub(crate) fn face(folder: FaceFolder, journal: bool) -> Self {
        Self::Face {
            folder: Box::new(folder),
            journal,
        }
    }

    pub(crate) fn exchange(exchange: Exchange) -> Self {
        Self::Exchange {
            exchange: Box::new(exchange),
            delivered: HashMap::new(),
        }
    }
}

/// Makes a folder handle.
pub(crate) fn insert(watched: Watched) -> Result<*mut mynacard_folder, Failure> {
    FOLDERS.insert(Mutex::new(watched))
}

/// Uses an exchange, alone.
pub(crate) fn with_exchange<T>(
    folder: *const mynacard_folder,
    use_it: impl FnOnce(&mut Exchange, &mut HashMap<String, Response>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let held = FOLDERS.find(folder)?;
    let mut watched = alone(&held)?;
    match &mut *watched {
        Watched::Exchange {
            exchange,
            delivered,
        } => use_it(exchange, delivered),
        Watched::Face { .. } => Err(Failure::new(
            mynacard_status::Caller,
            "a face folder takes no requests",
        )),
    }
}

/// The program has what the file says, or waits for it no longer: it does not come again, nor after a restart.
pub(crate) fn finish(
    folder: *const mynacard_folder,
    name: &str,
    give_up: bool,
) -> Result<(), Failure> {
    let held = FOLDERS.find(folder)?;
    let mut watched = alone(&held)?;
    let watched = &mut *watched;
    on_worker(|| match watched {
        Watched::Face { journal: false, .. } => Err(Failure::new(
            mynacard_status::Caller,
            "this face folder has no journal",
        )),
        Watched::Face { folder, .. } => match FaceName::parse(name) {
            None => Err(json::wrong("name: of no face file")),
            Some(_) => Ok(folder.acknowledge(name)?),
        },
        Watched::Exchange {
            exchange,
            delivered,
        } => {
            let request =
                FileName::parse(name).ok_or_else(|| json::wrong("name: of no request"))?;
            match give_up {
                true => exchange.abandon(&request)?,
                false => exchange.acknowledge(&request)?,
            }
            delivered.remove(&request.to_string());
            Ok(())
        }
    })
}

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
        let existing = choice("existing", existing, EXISTING)?;
        let options = FaceOptions {
            existing,
            ..FaceOptions::default()
        };
        let opened = on_worker(|| Ok(FaceFolder::open(path, options)))?;
        place.write(insert(Watched::face(opened, false))?);
        Ok(())
    })
}

/// Waits for the next face file, or for the next answer of an exchange, each once, never half. `name` receives the name of the file,
/// of an exchange that of the request (`mynacard_folder_submit`), UTF-8, and may be NULL. `answer` receives NULL where the request was
/// no single query: `mynacard_folder_manage` reads what came.
///
/// `MYNACARD_STATUS_TIMEOUT` and `MYNACARD_STATUS_CANCELLED` as in every wait; `MYNACARD_STATUS_ENVIRONMENT` when the
/// folder went away and `MYNACARD_STATUS_INPUT` for a file that is no answer: call again, watching goes on. Which file, or which
/// request's answer, the error tells (`MYNACARD_ERROR_ITEM_SUBJECT`): `mynacard_folder_finish` gives it up.
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
        let (file_name, answer) = on_worker(|| {
            loop {
                let left = end.map(|end| end.saturating_duration_since(Instant::now()));
                if let Some(file) = look(watched, left, &stop)? {
                    return Ok(file);
                }
            }
        })?;
        let file_name = Zeroizing::new(file_name.into_bytes());
        let handle = answer.map_or(Ok(ptr::null_mut()), answer::hand_out)?;
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

/// The next answer with its name; nothing where something else happened that is no error.
fn look(
    watched: &mut Watched,
    left: Option<Duration>,
    stop: &Cancel,
) -> Result<Option<(String, Option<Answer>)>, Failure> {
    let over = || match stop.is_cancelled() {
        true => Failure::new(mynacard_status::Cancelled, "waiting was cancelled"),
        false => Failure::new(mynacard_status::Timeout, "no file came in time"),
    };
    match watched {
        Watched::Face { folder, .. } => match folder.next(left, stop) {
            Some(Event::Answer(file)) => {
                let answer = file.answer.trust_the_folder();
                Ok(Some((file.name, Some(answer))))
            }
            Some(Event::Unreadable { name, error }) => Err(Failure::from(error).about(name)),
            Some(Event::Unavailable(error)) => Err(error.into()),
            Some(_) => Ok(None),
            None => Err(over()),
        },
        Watched::Exchange {
            exchange,
            delivered,
        } => match exchange.next(left, stop) {
            Some(ExchangeEvent::Response(response)) => {
                let name = response.request.to_string();
                let answer = match response.request.kind {
                    MessageKind::Query => Some(response.answer()),
                    _ => None,
                };
                delivered.insert(name.clone(), *response);
                let answer = answer.transpose();
                let answer = answer.map_err(|error| Failure::from(error).about(&name))?;
                Ok(Some((name, answer.map(Unauthenticated::trust_the_folder))))
            }
            Some(ExchangeEvent::Unreadable { error, request }) => {
                Err(Failure::from(error).about(request.to_string()))
            }
            Some(ExchangeEvent::Unavailable(error)) => Err(error.into()),
            Some(_) => Ok(None),
            None => Err(over()),
        },
    }
}
