//! What happened at the desk, written down: in the library's own trail, and to a function of the program.

use std::collections::VecDeque;
use std::ffi::c_void;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use mynacard::auth::audit::{ClosedTrail, Finding, Note, Report};
use mynacard::auth::{Audit, AuditEvent, AuditTrail, Error, ErrorKind};
use serde_json::{Value, json};

use crate::buffer::mynacard_buffer;
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{callback, guard, on_worker};
use crate::input::{Versioned, ends, out, text};
use crate::json;
use crate::owner::Owner;
use crate::status::mynacard_status;
use crate::terminal::{self, mynacard_terminal};

/// A function that keeps each audit event of a desk, before the answer that it is about is handed out. It runs on the thread of
/// the call that it belongs to, several at once where several calls run. It must not throw or jump out. Of the library it may
/// call what a `mynacard_transport`'s functions may.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_audit {
    /// `sizeof(mynacard_audit)`; set by `MYNACARD_AUDIT_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Told each event, one JSON object in UTF-8: `{"at":1790000000,"event":"shown","tap":"…","check_id":"…",
    /// "evidence":"online-pin"}`. It names no person, card, PIN or insurance. Returns 0 when the event is kept; anything else is an
    /// error of the call, and the answer is not handed out. Required.
    pub event: Option<
        unsafe extern "C" fn(userdata: *mut c_void, json: *const u8, json_size: usize) -> i32,
    >,
    /// Called exactly once, when the desk, its checks and its answers are gone, on whatever thread that happens. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: pointers and optional functions; the size comes first.
unsafe impl Versioned for mynacard_audit {
    const ENDS: &[usize] = ends!(destroy);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: std::ptr::null_mut(),
        event: None,
        destroy: None,
    };
}

/// The program's function.
pub(crate) struct Told {
    table: mynacard_audit,
    owner: Arc<Owner>,
}

// SAFETY: the function may be called from any thread, also several at once: its documentation says so.
unsafe impl Send for Told {}
// SAFETY: as above.
unsafe impl Sync for Told {}

impl Told {
    /// Takes the table over; an error when its function is missing.
    pub(crate) fn new(table: mynacard_audit) -> Result<Self, Failure> {
        match table.event {
            None => Err(Failure::null("audit.event")),
            Some(_) => Ok(Self {
                owner: Owner::new(table.userdata, table.destroy),
                table,
            }),
        }
    }

    pub(crate) fn owner(&self) -> Arc<Owner> {
        Arc::clone(&self.owner)
    }

    fn tell(&self, event: &AuditEvent) -> Result<(), Failure> {
        let json = event.to_json();
        let kept = self.table.event.map_or(1, |function| {
            // SAFETY: the program promises that the function may be called with its userdata until `destroy`; the text lives
            // through the call.
            callback(|| unsafe { function(self.table.userdata, json.as_ptr(), json.len()) })
        });
        match kept {
            0 => Ok(()),
            _ => Err(Error::from(ErrorKind::Audit).into()),
        }
    }
}

/// Where a desk writes down what happens.
pub(crate) struct Book {
    trail: Option<AuditTrail>,
    told: Option<Told>,
}

impl Book {
    /// Nothing where a desk has neither.
    pub(crate) fn of(trail: Option<AuditTrail>, told: Option<Told>) -> Option<Arc<Self>> {
        (trail.is_some() || told.is_some()).then(|| Arc::new(Self { trail, told }))
    }

    /// Writes an event down; what cannot be is an error.
    pub(crate) fn record(&self, event: &AuditEvent) -> Result<(), Failure> {
        if let Some(trail) = &self.trail {
            trail.append(event)?;
        }
        self.told.as_ref().map_or(Ok(()), |told| told.tell(event))
    }
}

/// A book among those who write into it.
pub(crate) struct Shared(pub(crate) Arc<Book>);

impl Audit for Shared {
    fn record(
        &mut self,
        event: &AuditEvent,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0
            .record(event)
            .map_err(|failure| failure.chain().join(": ").into())
    }
}

/// The longest line of a trail.
const LONGEST_LINE: u64 = 4096;
/// So many events are listed at most.
const MOST_EVENTS: usize = 100_000;

/// Verifies the audit trail in a folder, and lists its newest events, as JSON in UTF-8. `terminal` has the key of its trail; NULL
/// reads trails of removed terminals alone, whose notes hold theirs.
///
/// `json` receives `{"whole":true,"files":1,"lines":3,"fingerprint":"…","findings":[{"file":"audit-000001.jsonl","line":2,
/// "damage":"altered","lines":null}],"more":0,"notes":[{"note":"torn","bytes":7}],"events":[{"n":3,"at":1790000000,
/// "event":"shown",…}],"closed":[…]}`: `whole` is false when anything was removed, cut off, rewritten or moved; `events` are the
/// `newest` ones as they stand there, whether or not they are whole; each of `closed` has the same members and `note`, the file
/// that proves it. Where no trail was begun, `lines` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_audit_json(
    terminal: *const mynacard_terminal,
    folder: *const u8,
    folder_size: usize,
    newest: u32,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let folder = unsafe { text("folder", folder, folder_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let folder = Path::new(folder);
        let trail = match terminal.is_null() {
            true => None,
            false => terminal::with_vault(terminal, |vault| Ok(AuditTrail::of(vault, folder)?))?,
        };
        let told = on_worker(|| tell(trail.as_ref(), folder, newest))?;
        json::hand_out(place, told)
    })
}

fn tell(trail: Option<&AuditTrail>, folder: &Path, newest: u32) -> Result<Value, Failure> {
    let mut whole = true;
    let closed = ClosedTrail::all(folder)?
        .iter()
        .map(|closed| {
            let report = closed.verify()?;
            whole &= report.is_whole();
            let mut told = as_json(&report);
            put(&mut told, "note", json!(closed.note()));
            Ok(told)
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut told = match trail {
        None => {
            json!({ "files": 0, "lines": 0, "fingerprint": null, "findings": [], "more": 0, "notes": [] })
        }
        Some(trail) => {
            let report = trail.verify()?;
            whole &= report.is_whole();
            as_json(&report)
        }
    };
    put(&mut told, "whole", json!(whole));
    put(&mut told, "events", json!(events(folder, newest)?));
    put(&mut told, "closed", json!(closed));
    Ok(told)
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// What a trail looks like.
pub(crate) fn as_json(report: &Report) -> Value {
    let finding = |finding: &Finding| {
        json!({
            "file": finding.file,
            "line": finding.line,
            "damage": finding.damage.as_str(),
            "lines": finding.damage.lines(),
        })
    };
    let note = |note: &Note| match note {
        Note::NotCounted => json!({ "note": "not-counted" }),
        Note::Torn { bytes } => json!({ "note": "torn", "bytes": bytes }),
        Note::EarlierFiles { files } => json!({ "note": "earlier-files", "files": files }),
        _ => json!({ "note": "other" }),
    };
    json!({
        "whole": report.is_whole(),
        "files": report.files,
        "lines": report.lines,
        "fingerprint": report.fingerprint,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "more": report.more,
        "notes": report.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

/// The newest lines of the trail's files, oldest first, without the values of the chain.
fn events(folder: &Path, newest: u32) -> Result<VecDeque<Value>, Failure> {
    let most = usize::try_from(newest)
        .unwrap_or(MOST_EVENTS)
        .min(MOST_EVENTS);
    let unreadable = |_: std::io::Error| Failure::from(Error::from(ErrorKind::Audit));
    let mut files = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(VecDeque::new()),
        entries => entries
            .map_err(unreadable)?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with("audit-") && name.ends_with(".jsonl"))
            .collect::<Vec<_>>(),
    };
    files.sort_unstable();
    let mut found = VecDeque::new();
    // From the last file backwards: most of the time it has enough.
    for name in files.iter().rev() {
        let room = most.saturating_sub(found.len());
        if room == 0 {
            break;
        }
        let mut lines = BufReader::new(fs::File::open(folder.join(name)).map_err(unreadable)?);
        let mut of_this = VecDeque::new();
        loop {
            let mut line = Vec::new();
            let read = lines
                .by_ref()
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut line);
            if read.map_err(unreadable)? == 0 {
                break;
            }
            // A line that is none is a finding of the report.
            let Ok(Value::Object(mut event)) = serde_json::from_slice::<Value>(&line) else {
                continue;
            };
            event.remove("chain");
            if of_this.len() == room {
                of_this.pop_front();
            }
            of_this.push_back(Value::Object(event));
        }
        of_this.append(&mut found);
        found = of_this;
    }
    Ok(found)
}
