//! 居宅同意取得型: consents, and what they allow without the card.

use std::ffi::c_void;
use std::ops::ControlFlow;
use std::ptr;
use std::sync::Arc;

use mynacard::auth::home::{
    BulkItem, BulkQuery, CancelReason, Care, Consent, ConsentKind, ConsentKinds, ConsentState,
    ConsentedQuery, DateOf, HomeDesk, Period, ReceptionNumber, Reference, Registration, Requery,
    VisitingPatient,
};
use mynacard::auth::{Cancel, Extra};
use mynacard::cert::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::answer::{self, mynacard_answer};
use crate::buffer::mynacard_buffer;
use crate::cancel::{mynacard_cancel, signal};
use crate::desk::{self, mynacard_desk};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{callback, guard, on_worker};
use crate::handle::alone;
use crate::input::{Versioned, bytes, ends, out, structure, text};
use crate::json;
use crate::owner::Owner;
use crate::status::mynacard_status;

/// A function that is handed the patients of a bulk answer one by one, on a thread of the library, while the call waits. It must
/// not throw or jump out. Of the library it may call what a `mynacard_transport`'s functions may.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_patients {
    /// `sizeof(mynacard_patients)`; set by `MYNACARD_PATIENTS_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Handed one patient, JSON in UTF-8: `{"reference":"0001","answer":{…}}` with the answer as `mynacard_answer_write` writes it
    /// and `mynacard_answer_read` reads it, or `{"reference":"0001","error":"MC-6131"}`; of a folder's bulk answer
    /// `{"number":1,"answer":{…}}`, in the order of the file. Returns 0 to go on; anything else ends the call. Required.
    pub patient: Option<
        unsafe extern "C" fn(userdata: *mut c_void, json: *const u8, json_size: usize) -> i32,
    >,
    /// Called exactly once, before the call returns, once the function could have been called: not where the arguments were refused,
    /// the desk or folder is none or is busy. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: pointers and optional functions; the size comes first.
unsafe impl Versioned for mynacard_patients {
    const ENDS: &[usize] = ends!(destroy);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: ptr::null_mut(),
        patient: None,
        destroy: None,
    };
}

/// The program's function during one download.
pub(crate) struct Patients {
    table: mynacard_patients,
    _owner: Arc<Owner>,
}

// SAFETY: the function runs on a thread of the library: its documentation says so; the caller waits meanwhile.
unsafe impl Send for Patients {}

impl Patients {
    /// Takes the table over; an error when its function is missing.
    pub(crate) fn new(table: mynacard_patients) -> Result<Self, Failure> {
        if table.patient.is_none() {
            return Err(Failure::null("patients.patient"));
        }
        let owner = Owner::new(table.userdata, table.destroy);
        let _owner = Owner::taken_by(Some(&owner), || Ok(Arc::clone(&owner)))?;
        Ok(Self { table, _owner })
    }

    pub(crate) fn hand(&self, json: &[u8]) -> ControlFlow<()> {
        let stop = self.table.patient.map_or(1, |function| {
            // SAFETY: the program promises that the function may be called with its userdata until `destroy`; the text lives
            // through the call.
            callback(|| unsafe { function(self.table.userdata, json.as_ptr(), json.len()) })
        });
        match stop {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}

/// What a desk asks without a card in the reader.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum Ask {
    Register {
        reference: String,
        care: String,
        kinds: Vec<String>,
        visit: Option<String>,
    },
    Inquire {
        reference: String,
    },
    Change {
        reference: String,
        kinds: Vec<String>,
    },
    Cancel {
        reference: String,
        reason: String,
    },
    List {
        care: String,
        by: String,
        from: Option<String>,
        to: Option<String>,
    },
    Requery {
        reference: String,
        #[serde(default)]
        limit_application: bool,
        #[serde(default)]
        specific_diseases: bool,
    },
    Submit {
        care: String,
        by: String,
        from: Option<String>,
        to: Option<String>,
        #[serde(default)]
        limit_application: bool,
        #[serde(default)]
        specific_diseases: bool,
    },
    Poll {
        reception_number: String,
    },
}

/// Consents (居宅同意取得型), and what they allow without the card: `ask` says what is done.
///
/// - `{"do":"register","reference":"0001","care":"visiting","kinds":["medicines","treatment"],"visit":"20261121"}` after a check
///   whose `consents` the card signed: `checked` is its answer. `care` is `visiting`, `online` or `outpatient`, `kinds` are of
///   `checkups`, `medicines`, `treatment` and `operations`, `visit` is today where it is left out.
/// - `{"do":"inquire","reference":"0001"}`, `{"do":"change","reference":"0001","kinds":["medicines"]}` (fewer kinds only),
///   `{"do":"cancel","reference":"0001","reason":"patient"}` (or `institution`, `change-of-use`): one patient.
/// - `{"do":"list","care":"visiting","by":"visit-date","from":"20261101","to":"20261130"}` (or `consent-date`; today where `from` is
///   left out, one day where `to` is).
/// - `{"do":"requery","reference":"0001","limit_application":true,"specific_diseases":false}` (再照会): the insurance of a visited
///   patient, to `answer`.
/// - `{"do":"submit",…}` with the members of `list` and of `requery` (without `reference`), and
///   `{"do":"poll","reception_number":"…"}`: a bulk query, which `mynacard_desk_download` fetches.
///
/// `json` receives a consent, `{"reference":"0001","care":"visiting","kinds":["medicines"],"given_at":"…","visit_date":"20261121",
/// "ends_at":"…","state":"active","reason":null}` (`expired`, `cancelled`); of `list` `{"consents":[…]}`; of `requery`
/// `{"check_id":"…","reference":"0001","evidence":"online-requery","processed_at":"…"}`; of `submit` `{"reception_number":"…"}`; of
/// `poll` also `"state":"finished"` (`in-progress`, `failed`). `checked` is NULL but for `register`; `answer` may be NULL but for
/// `requery` and receives NULL with everything else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_desk_home(
    desk: *mut mynacard_desk,
    ask: *const u8,
    ask_size: usize,
    checked: *const mynacard_answer,
    cancel: *const mynacard_cancel,
    json: *mut *mut mynacard_buffer,
    answer: *mut *mut mynacard_answer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let ask = unsafe { bytes("ask", ask, ask_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let ask: Ask = json::ask("ask", ask)?;
        let registers = matches!(ask, Ask::Register { .. });
        if checked.is_null() == registers {
            return Err(json::wrong("checked: to register, and then alone"));
        }
        // SAFETY: documented as valid, or NULL.
        let answer = match (unsafe { out("answer", answer) }, &ask) {
            (Err(missing), Ask::Requery { .. }) => return Err(missing),
            (place, _) => place.ok(),
        };
        let checked = match registers {
            true => Some(answer::find_answer(checked)?),
            false => None,
        };
        let held = desk::find(desk)?;
        let _line = alone(&held.line)?;
        let stop = signal(cancel)?;
        let mut home = held.home();
        let told = on_worker(|| {
            let checked = checked.as_ref().map(|held| held.checked());
            done(&mut home, &ask, checked.flatten(), &stop)
        })?;
        let record = match told.answer {
            None => String::new(),
            Some(_) => told.json.to_string(),
        };
        let json = json::buffer(told.json)?;
        let handle = match told.answer {
            None => Ok(ptr::null_mut()),
            Some(answered) => answer::hand_out_requeried(answered, record, held.book.as_ref()),
        };
        let handle = handle.inspect_err(|_| {
            let _ = crate::buffer::mynacard_buffer_free(json);
        })?;
        if let Some(answer) = answer {
            answer.write(handle);
        }
        place.write(json);
        Ok(())
    })
}

/// Fetches a finished bulk query, patient by patient, in the memory of one. `json` receives `{"reception_number":"…",
/// "state":"finished","patients":120}`; a query that is in progress has no patients yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_desk_download(
    desk: *mut mynacard_desk,
    reception_number: *const u8,
    reception_number_size: usize,
    patients: *const mynacard_patients,
    cancel: *const mynacard_cancel,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0; the structure for as many as it says.
        let (number, table) = unsafe {
            (
                text("reception_number", reception_number, reception_number_size)?,
                structure("patients", patients)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        if table.patient.is_none() {
            return Err(Failure::null("patients.patient"));
        }
        let number = ReceptionNumber::new(number)?;
        let held = desk::find(desk)?;
        let _line = alone(&held.line)?;
        let stop = signal(cancel)?;
        let patients = Patients::new(table)?;
        let mut home = held.home();
        let (state, count) = on_worker(move || {
            let patients = patients;
            let mut count = 0_u64;
            let each = |item: BulkItem| {
                count += 1;
                patients.hand(&patient(&item))
            };
            let state = home.download(&number, each, &stop)?;
            Ok((
                json!({ "reception_number": number.as_str(), "state": state.as_str() }),
                count,
            ))
        })?;
        let mut told = state;
        if let Some(members) = told.as_object_mut() {
            members.insert("patients".to_owned(), json!(count));
        }
        json::hand_out(place, told)
    })
}

/// What came of it.
struct Done {
    json: Value,
    answer: Option<mynacard::auth::home::RequeryAnswer>,
}

impl From<Value> for Done {
    fn from(json: Value) -> Self {
        Self { json, answer: None }
    }
}

fn done(
    home: &mut HomeDesk,
    ask: &Ask,
    checked: Option<&mynacard::auth::CheckedAnswer>,
    stop: &Cancel,
) -> Result<Done, Failure> {
    Ok(match ask {
        Ask::Register {
            reference,
            care,
            kinds,
            visit,
        } => {
            let reference = Reference::new(reference)?;
            let visit = match visit {
                Some(text) => json::day("ask.visit", text)?,
                None => json::today()?,
            };
            let checked = checked.ok_or_else(|| {
                Failure::new(
                    mynacard_status::Caller,
                    "this answer is not of a check here",
                )
            })?;
            let registration =
                Registration::after(checked, reference, care_of(care)?, kinds_of(kinds)?, visit)?;
            consent(&home.register(&registration, stop)?).into()
        }
        Ask::Inquire { reference } => {
            consent(&home.inquire(&Reference::new(reference)?, stop)?).into()
        }
        Ask::Change { reference, kinds } => {
            let kinds = kinds_of(kinds)?;
            let narrowing = home
                .inquire(&Reference::new(reference)?, stop)?
                .narrowed(kinds)?;
            consent(&home.change(&narrowing, stop)?).into()
        }
        Ask::Cancel { reference, reason } => {
            const REASONS: &[(&str, CancelReason)] = &[
                ("institution", CancelReason::Institution),
                ("patient", CancelReason::Patient),
                ("change-of-use", CancelReason::ChangeOfUse),
            ];
            let reason = json::named("ask.reason", reason, REASONS)?;
            consent(&home.cancel(&Reference::new(reference)?, reason, stop)?).into()
        }
        Ask::List { care, by, from, to } => {
            let listed = home.list(&query(care, by, from.as_deref(), to.as_deref())?, stop)?;
            json!({ "consents": listed.iter().map(consent).collect::<Vec<_>>() }).into()
        }
        Ask::Requery {
            reference,
            limit_application,
            specific_diseases,
        } => {
            let reference = Reference::new(reference)?;
            // The service says first whether the patient is a visited one; nothing else is asked of the others.
            let found = home.inquire(&reference, stop)?;
            let mut requery = Requery::new(VisitingPatient::of(&found)?)?;
            for extra in extras(*limit_application, *specific_diseases) {
                requery = requery.with(extra);
            }
            let answered = home.requery(&requery, stop)?;
            let json = json!({
                "check_id": answered.check_id(),
                "reference": reference.as_str(),
                "evidence": answered.evidence().as_str(),
                "processed_at": Timestamp::from(answered.processed_at()).to_string(),
            });
            Done {
                json,
                answer: Some(answered),
            }
        }
        Ask::Submit {
            care,
            by,
            from,
            to,
            limit_application,
            specific_diseases,
        } => {
            let mut bulk = BulkQuery::new(query(care, by, from.as_deref(), to.as_deref())?);
            for extra in extras(*limit_application, *specific_diseases) {
                bulk = bulk.with(extra);
            }
            let number = home.submit(&bulk, stop)?;
            json!({ "reception_number": number.as_str() }).into()
        }
        Ask::Poll { reception_number } => {
            let number = ReceptionNumber::new(reception_number)?;
            let state = home.poll(&number, stop)?;
            json!({ "reception_number": number.as_str(), "state": state.as_str() }).into()
        }
    })
}

fn query(
    care: &str,
    by: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<ConsentedQuery, Failure> {
    let by = json::named(
        "ask.by",
        by,
        &[
            ("visit-date", DateOf::Visit),
            ("consent-date", DateOf::Consent),
        ],
    )?;
    let from = from.map_or_else(json::today, |text| json::day("ask.from", text))?;
    let to = to.map_or(Ok(from), |text| json::day("ask.to", text))?;
    Ok(ConsentedQuery::new(
        care_of(care)?,
        by,
        Period::new(from, to)?,
    ))
}

fn care_of(name: &str) -> Result<Care, Failure> {
    let all = [Care::Visiting, Care::Online, Care::Outpatient];
    json::named("ask.care", name, &all.map(|care| (care.as_str(), care)))
}

fn kinds_of(names: &[String]) -> Result<ConsentKinds, Failure> {
    let all = [
        ConsentKind::Checkups,
        ConsentKind::Medicines,
        ConsentKind::Treatment,
        ConsentKind::Operations,
    ];
    let known = all.map(|kind| (kind.as_str(), kind));
    let kinds = names
        .iter()
        .map(|name| json::named("ask.kinds", name, &known));
    Ok(ConsentKinds::of(kinds.collect::<Result<Vec<_>, _>>()?)?)
}

fn extras(limit_application: bool, specific_diseases: bool) -> impl Iterator<Item = Extra> {
    let limit = limit_application.then_some(Extra::LimitApplication);
    limit
        .into_iter()
        .chain(specific_diseases.then_some(Extra::SpecificDiseases))
}

fn consent(consent: &Consent) -> Value {
    let reason = match consent.state {
        ConsentState::Cancelled(reason) => reason.map(CancelReason::as_str),
        _ => None,
    };
    json!({
        "reference": consent.reference.as_str(),
        "care": consent.care.as_str(),
        "kinds": consent.kinds.iter().map(ConsentKind::as_str).collect::<Vec<_>>(),
        "given_at": Timestamp::from(consent.given_at).to_string(),
        "visit_date": consent.visit.basic(),
        "ends_at": Timestamp::from(consent.ends_at).to_string(),
        "state": consent.state.as_str(),
        "reason": reason,
    })
}

fn patient(item: &BulkItem) -> Zeroizing<Vec<u8>> {
    let reference = item.reference.as_str();
    match &item.outcome {
        Ok(answer) => {
            let answer = Zeroizing::new(answer.to_json());
            let answer = serde_json::from_str::<Value>(&answer).unwrap_or(Value::Null);
            json::written(json!({ "reference": reference, "answer": answer }))
        }
        Err(kind) => json::written(json!({ "reference": reference, "error": kind.code() })),
    }
}
