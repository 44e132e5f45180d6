//! Asking through `req` and `res`: what was asked survives a restart, and each answer comes once.
//!
//! A request is written under a temporary name, journalled, then renamed: at whatever moment the machine stops, it is either
//! not promised or there whole. An answer is delivered again after a restart until [`Exchange::acknowledge`].

use super::journal::{Journal, Pending, PendingState, sync_folder};
use super::response::{Password, Response};
use super::watch::{Directory, POLL, Stamp, Wake};
use super::{Error, ErrorKind};
use mynacard_auth::Cancel;
use mynacard_eligibility::message::{Direction, FileName, MessageKind};
use mynacard_eligibility::{Date, Encoding, FieldId, Message, Unmappable, XmlOptions};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The folders of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Where requests are written, on the terminal's share.
    pub req: PathBuf,
    /// Where answers appear, on the terminal's share.
    pub res: PathBuf,
    /// A folder of our own, on a local disk: the journal.
    pub journal: PathBuf,
}

/// How to exchange.
#[derive(Debug, Clone)]
pub struct ExchangeOptions {
    /// The encoding of requests.
    pub encoding: Encoding,
    /// How often to look when nothing was notified.
    pub poll: Duration,
    /// How long an unreadable answer must stay unchanged before it is reported.
    pub patience: Duration,
    /// The password of AES ZIPs, when the terminal is set to write them.
    pub zip_password: Option<Password>,
}

/// Asks, and waits for the answers.
#[derive(Debug)]
pub struct Exchange {
    folders: Folders,
    options: ExchangeOptions,
    journal: Journal,
    res: Directory,
    /// Answers that were delivered and not acknowledged yet.
    delivered: HashSet<String>,
    waiting: HashMap<String, Waiting>,
    ready: VecDeque<ExchangeEvent>,
    available: bool,
}

/// What happened in `res`.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExchangeEvent {
    /// A complete answer to one of our requests.
    Response(Box<Response>),
    /// An answer to one of our requests that cannot be read; it is reported again only when it changes.
    Unreadable {
        /// The request.
        request: FileName,
        /// Why.
        error: Error,
    },
    /// The folder went away; watching goes on.
    Unavailable(Error),
    /// The folder is back.
    Available,
}

#[derive(Debug)]
struct Waiting {
    stamp: Stamp,
    since: Instant,
    reported: bool,
}

impl Exchange {
    /// Opens the journal and finishes what a crash interrupted.
    ///
    /// # Errors
    /// The journal cannot be read or written. A share that is away is no error.
    pub fn open(folders: Folders, options: ExchangeOptions) -> Result<Exchange, Error> {
        let journal = Journal::open(&folders.journal)?;
        let res = Directory::new(&folders.res, options.poll);
        let exchange = Exchange {
            folders,
            options,
            journal,
            res,
            delivered: HashSet::new(),
            waiting: HashMap::new(),
            ready: VecDeque::new(),
            available: true,
        };
        exchange.finish_interrupted();
        Ok(exchange)
    }

    /// Writes a request. When this returns, it is on its way and is not forgotten.
    ///
    /// `now` is seconds since 1970. The id must be new; [`Exchange::next_id`] makes one.
    ///
    /// # Errors
    /// The id is malformed or was used; the message cannot be written in the encoding; the share or the journal failed. Nothing
    /// was asked then.
    pub fn submit(
        &mut self,
        kind: MessageKind,
        id: &str,
        message: &Message,
        now: u64,
    ) -> Result<FileName, Error> {
        let request =
            FileName::request(kind, id).ok_or_else(|| Error::new(ErrorKind::IdRefused))?;
        if self.journal.get(&request).is_some() {
            return Err(Error::new(ErrorKind::AlreadyAsked));
        }
        let xml = message
            .write_xml(&XmlOptions {
                encoding: self.options.encoding,
                unmappable: Unmappable::Refuse,
            })?
            .bytes;
        let place = self.folders.req.join(request.to_string());
        let temporary = self.temporary(&request.to_string());
        let unavailable = |error| Error::new(ErrorKind::FolderUnavailable).caused_by(error);
        if place.exists() {
            return Err(Error::new(ErrorKind::AlreadyAsked));
        }
        write_whole(&temporary, &xml).map_err(unavailable)?;
        // Before the journal promises it: what `finish_interrupted` looks for outlives a power cut.
        sync_folder(&temporary);
        self.journal.put(Pending {
            request: request.to_string(),
            file_identifier: message
                .header
                .text(FieldId::ARBITRARY_FILE_IDENTIFIER)
                .map(str::to_owned),
            asked_at: now,
            state: PendingState::Waiting,
        })?;
        // From here on a crash is mended by `finish_interrupted`.
        if let Err(error) = fs::rename(&temporary, &place) {
            self.journal.remove(&request.to_string())?;
            let _ = fs::remove_file(&temporary);
            return Err(unavailable(error));
        }
        sync_folder(&place);
        Ok(request)
    }

    /// An id that was not used yet, in the usual form: the day and a number of four digits.
    #[must_use]
    pub fn next_id(&self, kind: MessageKind, day: Date) -> String {
        let used: HashSet<&str> = self
            .journal
            .entries()
            .map(|entry| entry.request.as_str())
            .collect();
        let ids = (1..).map(|number: u32| format!("{}{number:04}", day.basic()));
        let mut free = ids.filter(|id| {
            FileName::request(kind, id)
                .is_some_and(|name| !used.contains(name.to_string().as_str()))
        });
        free.next().unwrap_or_default()
    }

    /// Every request in the journal.
    pub fn requests(&self) -> impl Iterator<Item = &Pending> {
        self.journal.entries()
    }

    /// The caller has the answer: it is not delivered again.
    ///
    /// # Errors
    /// The request is unknown, or the journal failed.
    pub fn acknowledge(&mut self, request: &FileName) -> Result<(), Error> {
        self.set_state(request, PendingState::Done)
    }

    /// The caller gives up; an answer that comes all the same is marked as late.
    ///
    /// # Errors
    /// The request is unknown, or the journal failed.
    pub fn abandon(&mut self, request: &FileName) -> Result<(), Error> {
        self.set_state(request, PendingState::Abandoned)
    }

    /// Forgets finished requests that were asked before a time; their ids may then be used again.
    ///
    /// # Errors
    /// The journal failed.
    pub fn prune(&mut self, before: u64) -> Result<(), Error> {
        let old = |entry: &&Pending| entry.asked_at < before && entry.state == PendingState::Done;
        let names: Vec<String> = self
            .journal
            .entries()
            .filter(old)
            .map(|entry| entry.request.clone())
            .collect();
        names.iter().try_for_each(|name| self.journal.remove(name))
    }

    /// Waits for the next event: nothing when `stop` says so or the time is over.
    pub fn next(&mut self, timeout: Option<Duration>, stop: &Cancel) -> Option<ExchangeEvent> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if stop.is_cancelled() {
                return None;
            }
            self.look(stop);
            if !self.ready.is_empty() {
                continue;
            }
            match self.res.wait(deadline, stop) {
                Wake::Look => {}
                Wake::Stopped | Wake::TimedOut => return None,
            }
        }
    }

    fn look(&mut self, stop: &Cancel) {
        let open = |name: &str| {
            let asked = request_of(name)
                .and_then(|request| self.journal.get(&request).map(|asked| asked.state));
            asked.is_some_and(|state| state != PendingState::Done)
        };
        let entries = match self.res.entries(&open) {
            Ok(entries) => entries,
            Err(error) => {
                if core::mem::replace(&mut self.available, false) {
                    let error = Error::new(ErrorKind::FolderUnavailable).caused_by(error);
                    self.ready.push_back(ExchangeEvent::Unavailable(error));
                }
                return;
            }
        };
        if !core::mem::replace(&mut self.available, true) {
            self.finish_interrupted();
            self.ready.push_back(ExchangeEvent::Available);
        }
        for entry in entries {
            if stop.is_cancelled() {
                return;
            }
            if let Some(request) = request_of(&entry.name) {
                self.read(request, &entry.name, entry.stamp);
            }
        }
    }

    fn read(&mut self, request: FileName, file: &str, stamp: Stamp) {
        let name = request.to_string();
        let Some(asked) = self
            .journal
            .get(&request)
            .filter(|asked| asked.state != PendingState::Done)
        else {
            // Another program's, or a duplicate of what the caller has.
            return;
        };
        let reported = self
            .waiting
            .get(file)
            .is_some_and(|waiting| waiting.reported && waiting.stamp == stamp);
        if reported || self.delivered.contains(&name) {
            return;
        }
        let late = asked.state == PendingState::Abandoned;
        let identifier = asked.file_identifier.clone();
        let password = self.options.zip_password.clone();
        let opened = Response::open(
            request.clone(),
            &self.folders.res.join(file),
            password,
            late,
        );
        let checked =
            opened.and_then(
                |response| match (identifier.as_deref(), response.file_identifier()) {
                    (Some(ours), Some(theirs)) if ours != theirs => {
                        Err(Error::new(ErrorKind::AnswersAnotherRequest))
                    }
                    _ => Ok(response),
                },
            );
        match checked {
            Ok(response) => {
                self.waiting.remove(file);
                self.delivered.insert(name);
                self.ready
                    .push_back(ExchangeEvent::Response(Box::new(response)));
            }
            Err(error) => {
                let now = Instant::now();
                let waiting = self.waiting.entry(file.to_owned()).or_insert(Waiting {
                    stamp,
                    since: now,
                    reported: false,
                });
                if waiting.stamp != stamp {
                    *waiting = Waiting {
                        stamp,
                        since: now,
                        reported: false,
                    };
                }
                if now.duration_since(waiting.since) >= self.options.patience {
                    waiting.reported = true;
                    self.ready
                        .push_back(ExchangeEvent::Unreadable { request, error });
                }
            }
        }
    }

    fn set_state(&mut self, request: &FileName, state: PendingState) -> Result<(), Error> {
        let entry = self
            .journal
            .get(request)
            .cloned()
            .ok_or_else(|| Error::new(ErrorKind::NotAsked))?;
        self.journal.put(Pending { state, ..entry })
    }

    /// Renames what was journalled but not renamed yet, and removes what was not journalled.
    fn finish_interrupted(&self) {
        for entry in self
            .journal
            .entries()
            .filter(|entry| entry.state == PendingState::Waiting)
        {
            let temporary = self.temporary(&entry.request);
            if temporary.exists() {
                // When it fails the share went away again: the next time it is back this is done once more.
                let _ = fs::rename(&temporary, self.folders.req.join(&entry.request));
            }
        }
        let Ok(files) = fs::read_dir(&self.folders.req) else {
            return;
        };
        for file in files.flatten() {
            let name = file.file_name().into_string().unwrap_or_default();
            let ours = name
                .strip_prefix(TEMPORARY)
                .and_then(|name| name.strip_suffix(".tmp"))
                .and_then(FileName::parse);
            if ours.is_some_and(|request| self.journal.get(&request).is_none()) {
                let _ = fs::remove_file(file.path());
            }
        }
    }

    fn temporary(&self, request: &str) -> PathBuf {
        self.folders.req.join(format!("{TEMPORARY}{request}.tmp"))
    }
}

/// What our temporary files in `req` begin with.
const TEMPORARY: &str = "mynacard-";

impl Folders {
    /// The usual folders under `C:\OQS`, and a journal.
    #[must_use]
    pub fn under(oqs: &Path, journal: &Path) -> Folders {
        Folders {
            req: oqs.join("req"),
            res: oqs.join("res"),
            journal: journal.to_owned(),
        }
    }
}

impl Default for ExchangeOptions {
    fn default() -> Self {
        ExchangeOptions {
            encoding: Encoding::ShiftJis,
            poll: POLL,
            patience: Duration::from_secs(10),
            zip_password: None,
        }
    }
}

/// The request that an answer file is named after.
fn request_of(file: &str) -> Option<FileName> {
    let (stem, extension) = file.rsplit_once('.')?;
    if !extension.eq_ignore_ascii_case("xml") && !extension.eq_ignore_ascii_case("zip") {
        return None;
    }
    let name = FileName::parse(&format!("{stem}.xml"))?;
    (name.direction == Direction::Response).then_some(FileName {
        direction: Direction::Request,
        ..name
    })
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
