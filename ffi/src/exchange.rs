//! Asking through the folders `req` and `res` of the 資格確認端末, and looking after what was asked.

use std::path::PathBuf;
use std::ptr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard::auth::Cancel;
use mynacard::client::folder::{
    Exchange, ExchangeOptions, FaceFolder, FaceOptions, Folders, Outcome, Password, PendingState,
    Response, Unauthenticated,
};
use mynacard::eligibility::message::FileName;
use mynacard::eligibility::{Encoding, FieldId};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::buffer::{self, mynacard_buffer};
use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::folder::{self, EXISTING, Watched, mynacard_folder};
use crate::guard::{guard, on_worker};
use crate::home::{Patients, mynacard_patients};
use crate::input::{Versioned, bytes, choice, ends, optional, out, structure, text};
use crate::json;
use crate::request;
use crate::status::mynacard_status;

/// The folders of an exchange, or a `face` folder with a journal. Pointers need to live only until the call returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_exchange {
    /// `sizeof(mynacard_exchange)`; set by `MYNACARD_EXCHANGE_INIT`.
    pub struct_size: usize,
    /// Where requests are written, on the terminal's share.
    pub req: *const u8,
    /// Its length.
    pub req_size: usize,
    /// Where answers appear, on the terminal's share.
    pub res: *const u8,
    /// Its length.
    pub res_size: usize,
    /// A folder of our own, on a local disk: what was asked, and what was taken, survives a restart there.
    pub journal: *const u8,
    /// Its length.
    pub journal_size: usize,
    /// The password of AES ZIPs, where the terminal is set to write them; NULL otherwise.
    pub zip_password: *const u8,
    /// Its length.
    pub zip_password_size: usize,
    /// 0 for requests in UTF-8, 1 for Shift_JIS.
    pub shift_jis: i32,
    /// Of a `face` folder: 1 to deliver the files that are there when it is watched for the first time, 0 to take them as old.
    pub existing: i32,
    /// A `face` folder to be watched, instead of `req` and `res`, which are NULL then; NULL for an exchange.
    pub face: *const u8,
    /// Its length.
    pub face_size: usize,
    /// How long a file that cannot be read must stay unchanged before it is told, in milliseconds; 0 for ten seconds.
    pub patience_ms: u32,
    /// Zero: a later version's option may stand here.
    pub reserved: u32,
    /// The most bytes of XML that an answer may have, unpacked; 0 for one GiB.
    pub max_answer: usize,
}

// SAFETY: pointers and numbers; the size comes first.
unsafe impl Versioned for mynacard_exchange {
    const ENDS: &[usize] = ends!(
        shift_jis,
        existing,
        face,
        face_size,
        patience_ms,
        reserved,
        max_answer
    );
    const DEFAULT: Self = Self {
        struct_size: 0,
        req: ptr::null(),
        req_size: 0,
        res: ptr::null(),
        res_size: 0,
        journal: ptr::null(),
        journal_size: 0,
        zip_password: ptr::null(),
        zip_password_size: 0,
        shift_jis: 0,
        existing: 0,
        face: ptr::null(),
        face_size: 0,
        patience_ms: 0,
        reserved: 0,
        max_answer: 0,
    };

    fn is_known(&self) -> bool {
        self.reserved == 0
    }
}

/// Opens an exchange of requests and answers with the 資格確認端末, or, where `face` is given, a `face` folder with a journal: each file
/// comes until `mynacard_folder_finish`, across restarts, and not after that. The handle serves `mynacard_folder_next` and
/// `mynacard_folder_free` as a `face` folder does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_exchange(
    exchange: *const mynacard_exchange,
    folder: *mut *mut mynacard_folder,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes as it says.
        let asked = unsafe { structure("exchange", exchange) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("folder", folder) }?;
        // SAFETY: the pointers of the structure are documented as NULL or valid for their lengths.
        let (req, res, journal, face, password) = unsafe {
            (
                text("exchange.req", asked.req, asked.req_size)?,
                text("exchange.res", asked.res, asked.res_size)?,
                text("exchange.journal", asked.journal, asked.journal_size)?,
                text("exchange.face", asked.face, asked.face_size)?,
                text(
                    "exchange.zip_password",
                    asked.zip_password,
                    asked.zip_password_size,
                )?,
            )
        };
        let missing = [req, res].map(str::is_empty);
        if journal.is_empty() || missing != [!face.is_empty(); 2] {
            return Err(Failure::new(
                mynacard_status::InvalidArgument,
                "exchange: a journal, and either req and res or face",
            ));
        }
        let existing = choice("exchange.existing", asked.existing, EXISTING)?;
        let encodings = [(0, Encoding::Utf8), (1, Encoding::ShiftJis)];
        let encoding = choice("exchange.shift_jis", asked.shift_jis, &encodings)?;
        let patience = match asked.patience_ms {
            0 => ExchangeOptions::default().patience,
            given => Duration::from_millis(given.into()),
        };
        let watched = on_worker(|| {
            if !face.is_empty() {
                let options = FaceOptions {
                    existing,
                    patience,
                    ..FaceOptions::default()
                };
                let opened = FaceFolder::open_with_journal(face, journal, options)?;
                return Ok(Watched::face(opened, true));
            }
            let mut options = ExchangeOptions {
                encoding,
                patience,
                zip_password: (!password.is_empty()).then(|| Password::new(password)),
                ..ExchangeOptions::default()
            };
            if asked.max_answer != 0 {
                options.max_answer = u64::try_from(asked.max_answer).unwrap_or(u64::MAX);
            }
            let folders = Folders {
                req: PathBuf::from(req),
                res: PathBuf::from(res),
                journal: PathBuf::from(journal),
            };
            Ok(Watched::exchange(Exchange::open(folders, options)?))
        })?;
        place.write(folder::insert(watched)?);
        Ok(())
    })
}

/// Asks the 資格確認端末: `name` receives the request's name, which comes back with the answer. `ask` says what is asked:
///
/// - `{"do":"query","institution":"1312345679","insurer":"06130488","symbol":"…","number":"…","branch":"01","birth":"19800217",
///   "day":"20261121","limit":true,"identifier":"…"}` (`OQSsiquc01`): the insurance behind a number. `symbol`, `branch` and
///   `identifier` where there are some; `day` is today where it is left out; `limit` is true when the patient agreed to show
///   限度額適用認定証等. Without `do` it is the same.
/// - `{"do":"bulk","institution":"…","day":"…","people":[{"insurer":"…","number":"…","birth":"…",…},…]}` (`OQSmuquc01`): many people,
///   each with the members of a query from `insurer` to `birth`, `limit` and `identifier`.
/// - `{"do":"consented","institution":"…","care":"visiting","by":"visit-date","from":"20261101","to":"20261130"}` (or `online`,
///   `consent-date`; today where `from` is left out, one day where `to` is): the patients who consented.
/// - `{"do":"assistance","institution":"…","month":"202611"}`: the people with 医療扶助 in a month, this one where it is left out.
/// - `{"do":"register","institution":"…","charts":[{"chart":"0001","insurer":"…","number":"…",…},…]}`: chart numbers (照会番号), one or
///   many.
/// - `{"do":"download","institution":"…","of":"bulk","reception_number":"…"}` (or `visiting`, `online`, `assistance`, `register`): the
///   result of one of the others, by the number that came with its answer.
///
/// All of them may have a `file_identifier`, which the answer repeats. `padding` of six-digit insurer numbers in `query` and `bulk` is
/// `spaces` (the usual) or `zeros`.
///
/// What was asked is in the journal when this returns, and is not forgotten. `MYNACARD_STATUS_CALLER` for a `face` folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_submit(
    folder: *mut mynacard_folder,
    ask: *const u8,
    ask_size: usize,
    name: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let ask = unsafe { bytes("ask", ask, ask_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("name", name) }?;
        // What is asked wrongly is told so, whatever the folder is.
        let (kind, message) = on_worker(|| request::read(ask))?;
        let day = json::today()?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let request = folder::with_exchange(folder, |exchange, _| {
            on_worker(|| {
                let id = exchange.next_id(kind, day);
                Ok(exchange.submit(kind, &id, &message, now)?)
            })
        })?;
        place.write(buffer::hand_out(Zeroizing::new(
            request.to_string().into_bytes(),
        ))?);
        Ok(())
    })
}

/// The program has the answer to a request, or what a face file says: it is not delivered again after a restart. With `give_up` 1 it is
/// waited for no longer. `MYNACARD_STATUS_CALLER` for a `face` folder without a journal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_finish(
    folder: *mut mynacard_folder,
    name: *const u8,
    name_size: usize,
    give_up: i32,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let name = unsafe { text("name", name, name_size) }?;
        let give_up = choice("give_up", give_up, &[(0, false), (1, true)])?;
        folder::finish(folder, name, give_up)
    })
}

/// What there is to do with an exchange beside asking.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum Manage {
    Requests,
    Prune { before: u64 },
    Read { name: String },
}

/// Looks after an exchange: `ask` says what is done.
///
/// - `{"do":"requests"}`: what was asked and not forgotten yet, also before a restart. `json` receives
///   `{"requests":[{"name":"…","file_identifier":null,"asked_at":1790000000,"state":"waiting"}]}` (`abandoned`, `done`).
/// - `{"do":"prune","before":1790000000}`: what is done or abandoned and was asked before a time (seconds since 1970) is forgotten:
///   without this the journal grows. `json` receives what is left, as above.
/// - `{"do":"read","name":"…"}`: an answer that `mynacard_folder_next` brought, until it is finished. `json` receives
///   `{"name":"…","outcome":"finished","late":false,"people":120,"reception_number":"…","error_code":null,"error_message":null}`
///   (`in-progress`, `failed`, `other`); `reception_number` fetches the result (`mynacard_folder_submit`). The people of the answer are
///   handed to `patients` one by one, in the memory of one; NULL where they are not wanted.
///
/// `patients` is NULL but for `read`. `MYNACARD_STATUS_CALLER` for a `face` folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_manage(
    folder: *mut mynacard_folder,
    ask: *const u8,
    ask_size: usize,
    patients: *const mynacard_patients,
    cancel: *const mynacard_cancel,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0; the structure for as many as it says.
        let (ask, table) = unsafe {
            (
                bytes("ask", ask, ask_size)?,
                optional("patients", patients)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let ask: Manage = json::ask("ask", ask)?;
        if table.is_some() && !matches!(ask, Manage::Read { .. }) {
            return Err(json::wrong("patients: to read, and then alone"));
        }
        let stop = signal(cancel)?;
        let told = folder::with_exchange(folder, |exchange, delivered| match ask {
            Manage::Requests => Ok(requests(exchange)),
            Manage::Prune { before } => on_worker(|| {
                exchange.prune(before)?;
                Ok(requests(exchange))
            }),
            Manage::Read { name } => {
                let response = FileName::parse(&name)
                    .and_then(|request| delivered.get(&request.to_string()))
                    .ok_or_else(|| {
                        Failure::new(mynacard_status::Caller, "no such answer was delivered")
                    })?;
                let patients = table.map(Patients::new).transpose()?;
                on_worker(move || {
                    if let Some(patients) = patients {
                        people(response, &patients, &stop)?;
                    }
                    Ok(summary(response))
                })
            }
        })?;
        json::hand_out(place, told)
    })
}

fn requests(exchange: &Exchange) -> Value {
    let requests = exchange.requests().map(|pending| {
        json!({
            "name": pending.request,
            "file_identifier": pending.file_identifier,
            "asked_at": pending.asked_at,
            "state": match pending.state {
                PendingState::Waiting => "waiting",
                PendingState::Abandoned => "abandoned",
                PendingState::Done => "done",
            },
        })
    });
    json!({ "requests": requests.collect::<Vec<_>>() })
}

fn people(response: &Response, patients: &Patients, stop: &Cancel) -> Result<(), Failure> {
    // The program's own signal is not given by a function that wants no more.
    let enough = Cancel::new();
    let inner = enough.clone();
    let _subscription = stop.on_cancel(move || inner.cancel());
    let read = response.each_person(&enough, &mut |message, unit| {
        if enough.is_cancelled() {
            return;
        }
        let unit = unit.peek();
        let answer = Zeroizing::new(unit.to_answer(&message.peek().header).to_json());
        let answer = serde_json::from_str::<Value>(&answer).unwrap_or(Value::Null);
        let person = json::written(json!({ "number": unit.number, "answer": answer }));
        if patients.hand(&person).is_break() {
            enough.cancel();
        }
    });
    match enough.is_cancelled() {
        true => Err(Failure::new(
            mynacard_status::Cancelled,
            "reading was stopped",
        )),
        false => Ok(read?),
    }
}

fn summary(response: &Response) -> Value {
    let text = |field| {
        response
            .header(field)
            .map(Unauthenticated::trust_the_folder)
    };
    let number = response.reception_number();
    json!({
        "name": response.request.to_string(),
        "outcome": match response.outcome().trust_the_folder() {
            Outcome::Finished => "finished",
            Outcome::InProgress => "in-progress",
            Outcome::Failed => "failed",
            _ => "other",
        },
        "late": response.late,
        "people": response.people(),
        "reception_number": number.map(Unauthenticated::trust_the_folder),
        "error_code": text(FieldId::ERROR_CODE),
        "error_message": text(FieldId::ERROR_MESSAGE),
    })
}
