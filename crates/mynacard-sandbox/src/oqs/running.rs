//! The terminal at work: it looks into `req`, and writes into `res` and `face` when the time has come.

use std::collections::{HashMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, UNIX_EPOCH};

use mynacard_eligibility::message::{Direction, FileName};
use mynacard_eligibility::{BulkReader, Encoding, ErrorKind as DataErrorKind, FieldId as F};

use super::desk::{Desk, card};
use super::fault::{Fault, Part};
use super::{Terminal, reply};
use crate::calendar::stamp;
use crate::{Error, ErrorKind};

/// A request that is still incomplete after so long is refused.
const HALF: Duration = Duration::from_millis(500);
/// How soon a write that failed is tried again: the share may be away.
const AGAIN: Duration = Duration::from_millis(20);

/// A terminal that answers. Dropping it stops it and waits for its thread; what was not written by then never is.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    folder: PathBuf,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    desk: Desk,
    stopped: bool,
    /// Each answer suffers the next of them.
    faults: Vec<Fault>,
    answered: usize,
    /// The requests that were taken away, in order.
    taken: Vec<String>,
    due: Vec<Due>,
    faces: u32,
}

/// A part of an answer that is written when its time has come.
struct Due {
    at: Instant,
    path: PathBuf,
    part: Part,
}

impl Running {
    pub(super) fn start(settings: Terminal) -> Result<Self, Error> {
        let folder = settings.folder.clone();
        for name in ["req", "res", "face"] {
            fs::create_dir_all(folder.join(name))
                .map_err(|error| Error::with_source(ErrorKind::Folder, error))?;
        }
        let poll = settings.poll;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                desk: Desk::new(settings),
                stopped: false,
                faults: Vec::new(),
                answered: 0,
                taken: Vec::new(),
                due: Vec::new(),
                faces: 0,
            }),
            changed: Condvar::new(),
        });
        let (work, share) = (Arc::clone(&shared), folder.clone());
        let thread = std::thread::Builder::new()
            .name("mynacard-oqs".to_owned())
            .spawn(move || work.run(&share, poll))
            .map_err(|error| Error::with_source(ErrorKind::Runtime, error))?;
        Ok(Self {
            shared,
            thread: Some(thread),
            folder,
        })
    }

    /// Lets the answers from now on suffer these faults in turn; none with an empty list.
    pub fn set_faults(&self, faults: &[Fault]) {
        let mut state = self.shared.lock();
        state.faults = faults.to_vec();
        state.answered = 0;
    }

    /// The names of the requests that were taken away, in order.
    pub fn taken(&self) -> Vec<String> {
        self.shared.lock().taken.clone()
    }

    /// Puts the card of a synthetic person on the terminal's reader: a face file appears, after whatever fault is next.
    ///
    /// Gives the place of the file.
    ///
    /// # Errors
    /// There is nobody of that id, or the card is not registered as an insurance card.
    pub fn put_card(&self, id: &str) -> Result<PathBuf, Error> {
        let person = card(id).ok_or_else(|| Error::new(ErrorKind::Person(id.to_owned())))?;
        let mut state = self.shared.lock();
        let now = state.now();
        let message = state.desk.face(person, now)?;
        let written = reply::Reply::One(Box::new(message))
            .write(Encoding::ShiftJis)
            .map_err(|error| Error::with_source(ErrorKind::Data(id.to_owned()), error))?;
        let path = loop {
            state.faces += 1;
            let name = format!("OQSsiquc01res_face_{:05}_{}.xml", state.faces, stamp(now));
            let path = self.folder.join("face").join(name);
            if !path.exists() {
                break path;
            }
        };
        let fault = state.next_fault();
        state.schedule(fault, &path, &written);
        self.shared.changed.notify_all();
        Ok(path)
    }

    /// Stops answering and waits for the thread.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the terminal's thread panicked");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn run(&self, folder: &Path, poll: Duration) {
        let mut desk = Inbox::default();
        let mut next_look = Instant::now();
        loop {
            if Instant::now() >= next_look {
                desk.look(self, folder);
                next_look = Instant::now() + poll;
            }
            let mut state = self.lock();
            if state.stopped {
                return;
            }
            state.write_due();
            let next = state.due.iter().map(|due| due.at.max(Instant::now())).min();
            let until = next.map_or(next_look, |next| next.min(next_look));
            let wait = until.saturating_duration_since(Instant::now());
            if !wait.is_zero() {
                drop(self.changed.wait_timeout(state, wait));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of the files in `req` that could not be taken yet.
#[derive(Default)]
struct Inbox {
    half: HashMap<String, Instant>,
    /// Taken, but not yet out of the folder.
    taken: HashSet<String>,
}

impl Inbox {
    fn look(&mut self, shared: &Shared, folder: &Path) {
        let Ok(listing) = fs::read_dir(folder.join("req")) else {
            return;
        };
        let mut names: Vec<String> = listing
            .flatten()
            .filter_map(|file| file.file_name().into_string().ok())
            .collect();
        names.sort();
        self.half.retain(|name, _| names.contains(name));
        self.taken.retain(|name| names.binary_search(name).is_ok());
        for text in names {
            let request = FileName::parse(&text)
                .filter(|name| name.direction == Direction::Request && !self.taken.contains(&text));
            if let Some(request) = request {
                self.take(shared, folder, &text, &request);
            }
        }
    }

    fn take(&mut self, shared: &Shared, folder: &Path, text: &str, request: &FileName) {
        let path = folder.join("req").join(text);
        // It may be gone again, or still be written.
        let Ok(bytes) = fs::read(&path) else {
            return;
        };
        if is_half(&bytes) {
            let since = *self
                .half
                .entry(text.to_owned())
                .or_insert_with(Instant::now);
            if since.elapsed() < HALF {
                return;
            }
        }
        let mut state = shared.lock();
        state.taken.push(text.to_owned());
        state.answer(folder, request, &bytes);
        // Many requests at once must not hold up what is half written.
        state.write_due();
        drop(state);
        if fs::remove_file(&path).is_err() {
            self.taken.insert(text.to_owned());
        }
    }
}

impl State {
    fn now(&self) -> i64 {
        let since = (self.desk.settings.clock)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX / 2)
    }

    fn answer(&mut self, folder: &Path, request: &FileName, bytes: &[u8]) {
        let now = self.now();
        let fault = self.next_fault();
        let mut answered = match fault {
            Fault::ErrorFile => Desk::refuse(bytes, now),
            _ => self.desk.answer(request, bytes, now),
        };
        if fault == Fault::OtherIdentifier {
            let header = answered.reply.header_mut();
            header.insert(F::ARBITRARY_FILE_IDENTIFIER, "another");
        }
        let name = request.response().to_string();
        let packing = if answered.is_bulk_result {
            self.desk.settings.packing.clone()
        } else {
            super::Packing::Xml
        };
        let written = answered
            .reply
            .write(answered.encoding)
            .map_err(|error| error.to_string())
            .and_then(|xml| reply::pack(xml, &name, &packing).map_err(|error| error.to_string()));
        match written {
            Ok((bytes, extension)) => {
                let path = folder.join("res").join(name).with_extension(extension);
                self.schedule(fault, &path, &bytes);
            }
            Err(error) => log::error!("an answer could not be written: {error}"),
        }
    }

    fn next_fault(&mut self) -> Fault {
        let turn = self.answered.checked_rem(self.faults.len());
        self.answered += 1;
        turn.and_then(|turn| self.faults.get(turn).copied())
            .unwrap_or(Fault::None)
    }

    fn schedule(&mut self, fault: Fault, path: &Path, bytes: &[u8]) {
        let now = Instant::now();
        for part in fault.parts(bytes) {
            self.due.push(Due {
                at: now + part.after,
                path: path.to_owned(),
                part,
            });
        }
    }

    /// Writes what is due. What fails is tried again; what follows it in the same file waits.
    fn write_due(&mut self) {
        let now = Instant::now();
        let mut waiting: HashSet<PathBuf> = HashSet::new();
        let mut left = Vec::new();
        for mut due in core::mem::take(&mut self.due) {
            let is_next = !waiting.contains(&due.path);
            if is_next && due.at <= now {
                if write(&due).is_ok() {
                    continue;
                }
                due.at = now + AGAIN;
            }
            waiting.insert(due.path.clone());
            left.push(due);
        }
        self.due = left;
    }
}

fn write(due: &Due) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    if due.part.anew {
        options.create(true).write(true).truncate(true);
    } else {
        options.append(true);
    }
    options.open(&due.path)?.write_all(&due.part.bytes)
}

/// Whether a request was not written to its end yet.
fn is_half(bytes: &[u8]) -> bool {
    let read = BulkReader::open(bytes).and_then(|mut reader| {
        while reader.next_unit()?.is_some() {}
        Ok(())
    });
    read.is_err_and(|error| *error.kind() == DataErrorKind::IncompleteXml)
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
