//! Asking through `req` and `res`: what was asked survives a restart, and each answer comes once.
//!
//! A request is written under a temporary name, journalled, then renamed: at whatever moment the machine stops, it is either
//! not promised or there whole. An answer is delivered again after a restart until [`Exchange::acknowledge`].
//!
//! Several receipt computers may share one terminal: each has a journal of its own, whose random tag stands in the names of
//! its temporary files and in the ids of [`Exchange::next_id`].

use super::journal::{Journal, Pending, PendingState, sync_folder};
use super::response::{Password, Response};
use super::step::step;
use super::unread::Unread;
use super::watch::{Directory, POLL, Stamp, Wake};
use super::{Error, ErrorKind};
use mynacard_auth::Cancel;
use mynacard_eligibility::message::{Direction, FileName, MessageKind};
use mynacard_eligibility::{
    BulkReader, Date, Encoding, Error as DataError, FieldId, Message, Unmappable, XmlOptions,
};
use std::collections::{HashSet, VecDeque};
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
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
    /// The most bytes of XML that an answer may have, unpacked.
    pub max_answer: u64,
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
    unread: Unread,
    ready: VecDeque<ExchangeEvent>,
    available: bool,
    /// Whether `req` still has to be tidied up after the last run.
    interrupted: bool,
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

impl Exchange {
    /// Opens the journal and finishes what a crash interrupted.
    ///
    /// # Errors
    /// The journal cannot be read or written. A share that is away is no error.
    pub fn open(folders: Folders, options: ExchangeOptions) -> Result<Exchange, Error> {
        let journal = Journal::open(&folders.journal)?;
        let res = Directory::new(&folders.res, options.poll);
        let mut exchange = Exchange {
            folders,
            options,
            journal,
            res,
            delivered: HashSet::new(),
            unread: Unread::default(),
            ready: VecDeque::new(),
            available: true,
            interrupted: true,
        };
        exchange.finish_interrupted();
        Ok(exchange)
    }

    /// Writes a request. When this returns, it is on its way and is not forgotten; should the share go away in the last moment,
    /// it is sent as soon as [`Exchange::next`] finds the share again.
    ///
    /// `now` is seconds since 1970. The id must be new on the whole share; [`Exchange::next_id`] makes one.
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
        let xml = message
            .write_xml(&XmlOptions {
                encoding: self.options.encoding,
                unmappable: Unmappable::Refuse,
            })?
            .bytes;
        let identifier = message.header.text(FieldId::ARBITRARY_FILE_IDENTIFIER);
        let request = self.new_request(kind, id)?;
        let temporary = self.temporary(&request.to_string());
        write_whole(&temporary, &mut |file| file.write_all(&xml))
            .map_err(|error| discarded(&temporary, unavailable(error)))?;
        self.send(request, temporary, identifier.map(str::to_owned), now)
    }

    /// As [`Exchange::submit`], for a message that is written piece by piece, such as a bulk query of very many people with a
    /// [`BulkWriter`](mynacard_eligibility::BulkWriter). What was written is read again before it is sent.
    ///
    /// # Errors
    /// As [`Exchange::submit`]; what `write` returns; what it wrote is no complete message.
    pub fn submit_with(
        &mut self,
        kind: MessageKind,
        id: &str,
        now: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<(), DataError>,
    ) -> Result<FileName, Error> {
        let request = self.new_request(kind, id)?;
        let temporary = self.temporary(&request.to_string());
        let mut write = Some(write);
        let mut refused = None;
        let written = write_whole(&temporary, &mut |file| {
            let mut buffered = BufWriter::new(file);
            if let Some(write) = write.take() {
                refused = write(&mut buffered).err();
            }
            buffered.flush()
        });
        let checked = match (refused, written) {
            (Some(error), _) => Err(Error::from(error)),
            (None, Err(error)) => Err(unavailable(error)),
            (None, Ok(())) => identifier_of(&temporary),
        };
        let identifier = checked.map_err(|error| discarded(&temporary, error))?;
        self.send(request, temporary, identifier, now)
    }

    /// A name that nobody asked with, as far as journal and share tell.
    fn new_request(&self, kind: MessageKind, id: &str) -> Result<FileName, Error> {
        let request =
            FileName::request(kind, id).ok_or_else(|| Error::new(ErrorKind::IdRefused))?;
        if self.journal.get(&request).is_some() {
            return Err(Error::new(ErrorKind::AlreadyAsked));
        }
        match self.is_on_share(&request) {
            Some(false) => Ok(request),
            // An answer that lies there already would be taken for the new one's.
            Some(true) => Err(Error::new(ErrorKind::AlreadyAsked)),
            None => Err(Error::new(ErrorKind::FolderUnavailable)),
        }
    }

    /// Whether a request or its answer is on the share; nothing when the share does not say.
    fn is_on_share(&self, request: &FileName) -> Option<bool> {
        let answer = self.folders.res.join(request.response().to_string());
        let places = [
            self.folders.req.join(request.to_string()),
            answer.with_extension("zip"),
            answer,
        ];
        let found = places.map(|place| there(&place));
        match found.contains(&Some(true)) {
            true => Some(true),
            false => (!found.contains(&None)).then_some(false),
        }
    }

    /// Journals a request that was written under its temporary name, and gives it its real one.
    fn send(
        &mut self,
        request: FileName,
        temporary: PathBuf,
        file_identifier: Option<String>,
        now: u64,
    ) -> Result<FileName, Error> {
        let place = self.folders.req.join(request.to_string());
        // Before the journal promises it: what `finish_interrupted` looks for outlives a power cut.
        sync_folder(&temporary);
        let entry = Pending {
            request: request.to_string(),
            file_identifier,
            asked_at: now,
            state: PendingState::Waiting,
        };
        self.journal
            .put(entry)
            .map_err(|error| discarded(&temporary, error))?;
        // From here on a crash is mended by `finish_interrupted`.
        step();
        if let Err(error) = fs::rename(&temporary, &place) {
            // Over a network a rename may be carried out and its reply get lost.
            match (there(&temporary), there(&place)) {
                (Some(true), _) | (Some(false), Some(false)) => {
                    self.journal.remove(&request.to_string())?;
                    return Err(discarded(&temporary, unavailable(error)));
                }
                (Some(false), Some(true)) => {}
                // The share went away in this moment: the journal keeps its promise when it is back.
                _ => self.interrupted = true,
            }
        }
        step();
        sync_folder(&place);
        Ok(request)
    }

    /// An id that was not used yet: the day, a number of four digits, and the journal's tag, which no other receipt computer
    /// on the share has. While the share is away only the journal is asked, and [`Exchange::submit`] refuses.
    #[must_use]
    pub fn next_id(&self, kind: MessageKind, day: Date) -> String {
        let tag = self.journal.tag();
        let mut ids = (1..).map(|number: u32| format!("{}{number:04}-{tag}", day.basic()));
        let free = ids.find(|id| {
            FileName::request(kind, id).is_some_and(|name| {
                self.journal.get(&name).is_none() && self.is_on_share(&name) != Some(true)
            })
        });
        free.unwrap_or_default()
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

    /// Forgets finished and abandoned requests that were asked before a time. An answer to one of them is another program's
    /// from then on; requests that are still waited for stay.
    ///
    /// # Errors
    /// The journal failed.
    pub fn prune(&mut self, before: u64) -> Result<(), Error> {
        let old =
            |entry: &&Pending| entry.asked_at < before && entry.state != PendingState::Waiting;
        let names: Vec<String> = self
            .journal
            .entries()
            .filter(old)
            .map(|entry| entry.request.clone())
            .collect();
        names.iter().try_for_each(|name| {
            self.delivered.remove(name);
            self.journal.remove(name)
        })
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
            self.interrupted = true;
            self.ready.push_back(ExchangeEvent::Available);
        }
        if self.interrupted {
            self.finish_interrupted();
        }
        for entry in entries {
            if stop.is_cancelled() {
                return;
            }
            if let Some(request) = request_of(&entry.name) {
                self.read(request, &entry.name, entry.stamp, stop);
            }
        }
    }

    fn read(&mut self, request: FileName, file: &str, stamp: Stamp, stop: &Cancel) {
        let name = request.to_string();
        let Some(asked) = self
            .journal
            .get(&request)
            .filter(|asked| asked.state != PendingState::Done)
        else {
            // Another program's, or a duplicate of what the caller has.
            return;
        };
        if self.unread.was_told(file, stamp) || self.delivered.contains(&name) {
            return;
        }
        let late = asked.state == PendingState::Abandoned;
        let identifier = asked.file_identifier.clone();
        let password = self.options.zip_password.clone();
        let opened = Response::open(
            request.clone(),
            &self.folders.res.join(file),
            password,
            self.options.max_answer,
            late,
            stop,
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
                self.unread.forget(file);
                self.delivered.insert(name);
                self.ready
                    .push_back(ExchangeEvent::Response(Box::new(response)));
            }
            // Nothing is wrong with the file: it is read the next time.
            Err(error) if *error.kind() == ErrorKind::Stopped => {}
            Err(error) => {
                if self.unread.is_overdue(file, stamp, self.options.patience) {
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

    /// Renames what was journalled but not renamed yet, and removes what was not journalled. Tried again until the share lets it.
    fn finish_interrupted(&mut self) {
        let mut finished = true;
        for entry in self
            .journal
            .entries()
            .filter(|entry| entry.state == PendingState::Waiting)
        {
            let temporary = self.temporary(&entry.request);
            match there(&temporary) {
                Some(true) => {
                    step();
                    let place = self.folders.req.join(&entry.request);
                    finished &= fs::rename(&temporary, place).is_ok();
                }
                Some(false) => {}
                None => finished = false,
            }
        }
        let Ok(files) = fs::read_dir(&self.folders.req) else {
            return;
        };
        for file in files {
            let Ok(file) = file else {
                finished = false;
                continue;
            };
            let name = file.file_name().into_string().unwrap_or_default();
            let ours = name
                .strip_prefix(&self.temporary_prefix())
                .and_then(|name| name.strip_suffix(".tmp"))
                .and_then(FileName::parse);
            let waited_for = |request: &FileName| {
                let entry = self.journal.get(request);
                entry.is_some_and(|entry| entry.state == PendingState::Waiting)
            };
            if ours.is_some_and(|request| !waited_for(&request)) {
                step();
                finished &= fs::remove_file(file.path()).is_ok();
            }
        }
        self.interrupted = !finished;
    }

    fn temporary(&self, request: &str) -> PathBuf {
        let prefix = self.temporary_prefix();
        self.folders.req.join(format!("{prefix}{request}.tmp"))
    }

    /// What our temporary files in `req` begin with, and nobody else's.
    fn temporary_prefix(&self) -> String {
        format!("mynacard-{}-", self.journal.tag())
    }
}

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
            max_answer: 1 << 30,
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

/// Whether a file is there; nothing when the share does not say. "Not found" counts only beside a folder that is found: so do
/// shares answer that are away.
fn there(path: &Path) -> Option<bool> {
    match path.try_exists() {
        Ok(true) => Some(true),
        Ok(false) => matches!(path.parent()?.try_exists(), Ok(true)).then_some(false),
        Err(_) => None,
    }
}

fn write_whole(
    path: &Path,
    write: &mut dyn FnMut(&mut File) -> std::io::Result<()>,
) -> std::io::Result<()> {
    // What lies there was left by a program that was killed, or put there by somebody who may write into the folder: a link, say,
    // to a file of ours. It is not written through.
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    step();
    let mut file = File::create_new(path)?;
    step();
    write(&mut file)?;
    step();
    file.sync_all()
}

/// Reads a request that was just written to its end; gives its 任意のファイル識別子.
fn identifier_of(path: &Path) -> Result<Option<String>, Error> {
    let mut reader = BulkReader::open(BufReader::new(File::open(path).map_err(unavailable)?))?;
    while reader.next_unit()?.is_some() {}
    let header = &reader.rest().header;
    let identifier = header.text(FieldId::ARBITRARY_FILE_IDENTIFIER);
    Ok(identifier.map(str::to_owned))
}

fn unavailable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::FolderUnavailable).caused_by(error)
}

/// The error, after what was written in vain is away. Where that fails, the next tidying does it.
fn discarded(temporary: &Path, error: Error) -> Error {
    let _ = fs::remove_file(temporary);
    error
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_that_somebody_put_into_the_folder_is_not_written_through() {
        let root = tempfile::tempdir().unwrap();
        let [own, temporary] = ["own", "mynacard-1-a.xml.tmp"].map(|name| root.path().join(name));
        fs::write(&own, "mine").unwrap();
        std::os::unix::fs::symlink(&own, &temporary).unwrap();
        write_whole(&temporary, &mut |file| file.write_all(b"a question")).unwrap();
        assert_eq!(fs::read(&own).unwrap(), b"mine");
        assert!(!temporary.is_symlink());
        assert_eq!(fs::read(&temporary).unwrap(), b"a question");
        // What a killed program left there is no hindrance.
        write_whole(&temporary, &mut |file| file.write_all(b"another")).unwrap();
        assert_eq!(fs::read(&temporary).unwrap(), b"another");
    }

    #[test]
    fn a_share_that_goes_away_while_sending_forgets_nothing() {
        let root = tempfile::tempdir().unwrap();
        let [req, away] = ["req", "away"].map(|name| root.path().join(name));
        for folder in [&req, &root.path().join("res")] {
            fs::create_dir(folder).unwrap();
        }
        let folders = Folders::under(root.path(), &root.path().join("journal"));
        let mut exchange = Exchange::open(folders, ExchangeOptions::default()).unwrap();
        let kind = MessageKind::Query;
        let request = FileName::request(kind, "1").unwrap();
        let temporary = exchange.temporary(&request.to_string());
        fs::write(&temporary, "<XmlMsg/>").unwrap();

        fs::rename(&req, &away).unwrap();
        let sent = exchange.send(request.clone(), temporary.clone(), None, 0);
        assert_eq!(sent.unwrap(), request);
        assert_eq!(exchange.requests().count(), 1);
        assert!(
            exchange
                .next(Some(Duration::ZERO), &Cancel::new())
                .is_none()
        );
        fs::rename(&away, &req).unwrap();
        assert!(
            exchange
                .next(Some(Duration::ZERO), &Cancel::new())
                .is_none()
        );
        assert!(!temporary.exists() && req.join(request.to_string()).exists());
        assert!(!exchange.interrupted);

        // A share that is away, or half of it, says of no name that it is free.
        for folder in ["req", "res"] {
            let [place, away] = [folder, "away"].map(|name| root.path().join(name));
            fs::rename(&place, &away).unwrap();
            for id in ["1", "3"] {
                let asked = exchange.new_request(kind, id).unwrap_err();
                let expected = if id == "1" { "MC-6508" } else { "MC-6501" };
                assert_eq!(asked.code(), expected, "{folder}");
            }
            assert!(
                !exchange
                    .next_id(kind, Date::new(2026, 11, 20).unwrap())
                    .is_empty()
            );
            fs::rename(&away, &place).unwrap();
        }
        exchange.new_request(kind, "3").unwrap();

        // Where the folder is there and the file certainly is not, nothing was asked.
        let other = FileName::request(kind, "2").unwrap();
        let temporary = exchange.temporary(&other.to_string());
        exchange.send(other, temporary, None, 0).unwrap_err();
        assert_eq!(exchange.requests().count(), 1);
    }
}
