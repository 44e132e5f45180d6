//! The answer: immutable, read field by field or whole.

use std::ptr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use mynacard::auth::home::RequeryAnswer;
use mynacard::auth::service::CertificateStatus;
use mynacard::auth::{AuditEvent, CheckedAnswer, DropReason, Warning};
use mynacard::eligibility::{Answer, FieldId, Record, Validity};
use mynacard::guidance;

use crate::audit::Book;
use crate::buffer::{self, mynacard_buffer};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, run, value};
use crate::handle::Table;
use crate::input::{bytes, choice, out};
use crate::json;
use crate::shape;
use crate::status::mynacard_status;
use crate::text;

/// What the service, or a face file, says about one person. It never changes; any number of threads may read it.
pub struct mynacard_answer {
    _private: [u8; 0],
}

/// Whether the insurance is valid (資格有効性).
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_validity {
    /// The answer does not say.
    Unstated = 0,
    /// 有効.
    Valid = 1,
    /// 無効.
    Invalid = 2,
    /// 無効（新しい資格あり）.
    InvalidNewerExists = 3,
    /// 該当資格なし.
    NotFound = 4,
    /// 複数該当.
    Several = 5,
    /// 有効（未登録）, of 医療扶助.
    ValidUnregistered = 6,
    /// The card is not yet registered as insurance card (利用登録), so there is no answer to read.
    NotRegistered = 7,
    /// A code that this version does not know; read the field itself.
    Other = 99,
}

/// A whole answer as one document.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_format {
    /// JSON in UTF-8; the keys are the tags of the interface.
    Json = 0,
    /// XML in UTF-8, the form of a face file.
    XmlUtf8 = 1,
    /// XML in Shift_JIS; characters without place there become character references.
    XmlShiftJis = 2,
    /// Lines for people, in Japanese, UTF-8.
    TextJapanese = 3,
    /// Lines for people, in English, UTF-8.
    TextEnglish = 4,
    /// The screen of マイナ資格確認アプリ as text, UTF-8.
    Screen = 5,
    /// CSV with a heading of tags, UTF-8 with a byte order mark; one row for each insurance.
    CsvUtf8 = 6,
    /// The same in Shift_JIS; characters without place there become 〓.
    CsvShiftJis = 7,
    /// A FHIR R4 bundle with a Coverage for each insurance, JSON.
    Fhir = 8,
    /// What the answer means for the desk, JSON: `{"situation":"lost","on":"20261001","reason":"03","newer":false,
    /// "code":null,"count":null,"guidance":{"code":"OK-0002","staff":{"ja":"…","en":"…"},"next":{…},"patient":{…}}}`; the
    /// situation is `valid`, `insurer-changed`, `lost`, `not-found`, `several`, `failed`, `in-progress` or `unknown`.
    Situation = 9,
}

static ANSWERS: Table<Held> = Table::new(6);

/// An answer, and where it comes from.
pub(crate) struct Held {
    what: What,
    /// What to keep with the answer, where a check or a requery brought it.
    check: Option<Zeroizing<String>>,
    /// Where it is written down that the answer left the screen.
    book: Option<Arc<Book>>,
}

enum What {
    File(Box<Answer>),
    Checked(Box<CheckedAnswer>),
    Requeried(Box<RequeryAnswer>),
}

impl Held {
    /// The insurance; an error for a card that is not registered.
    pub(crate) fn answer(&self) -> Result<&Answer, Failure> {
        self.known().ok_or_else(|| {
            Failure::new(
                mynacard_status::Caller,
                "the card is not registered: there is no answer",
            )
        })
    }

    /// The check that brought it, where one at this desk did.
    pub(crate) fn checked(&self) -> Option<&CheckedAnswer> {
        match &self.what {
            What::Checked(checked) => Some(checked),
            _ => None,
        }
    }

    fn known(&self) -> Option<&Answer> {
        match &self.what {
            What::File(answer) => Some(answer),
            What::Checked(checked) => checked.answer(),
            What::Requeried(answered) => Some(answered.answer()),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(book) = &self.book else { return };
        let now = SystemTime::now();
        let event = match &self.what {
            What::File(_) => return,
            What::Checked(checked) => AuditEvent::dropped(checked, DropReason::Closed, now),
            What::Requeried(answered) => {
                AuditEvent::requery_dropped(answered, DropReason::Closed, now)
            }
        };
        // The answer is gone whatever the trail says.
        if let Err(failure) = book.record(&event) {
            log::error!("{}", failure.chain().join(": "));
        }
    }
}

/// Makes an answer handle of a file.
pub(crate) fn hand_out(answer: Answer) -> Result<*mut mynacard_answer, Failure> {
    ANSWERS.insert(Held {
        what: What::File(Box::new(answer)),
        check: None,
        book: None,
    })
}

/// Makes an answer handle of a check: what cannot be audited is not shown.
pub(crate) fn hand_out_checked(
    checked: CheckedAnswer,
    book: Option<&Arc<Book>>,
) -> Result<*mut mynacard_answer, Failure> {
    if let Some(book) = book {
        book.record(&AuditEvent::shown(&checked, SystemTime::now()))?;
    }
    let check = Some(Zeroizing::new(check_json(&checked)));
    ANSWERS.insert(Held {
        what: What::Checked(Box::new(checked)),
        check,
        book: book.map(Arc::clone),
    })
}

/// Makes an answer handle of a requery; `check` is what to keep with it.
pub(crate) fn hand_out_requeried(
    answered: RequeryAnswer,
    check: String,
    book: Option<&Arc<Book>>,
) -> Result<*mut mynacard_answer, Failure> {
    if let Some(book) = book {
        book.record(&AuditEvent::requery_shown(&answered, SystemTime::now()))?;
    }
    ANSWERS.insert(Held {
        what: What::Requeried(Box::new(answered)),
        check: Some(Zeroizing::new(check)),
        book: book.map(Arc::clone),
    })
}

/// The answer behind a handle.
pub(crate) fn find_answer(answer: *const mynacard_answer) -> Result<Arc<Held>, Failure> {
    ANSWERS.find(answer)
}

/// Reads an answer or a face file (`OQSsiquc01res_face_….xml`), in Shift_JIS or UTF-8 as its declaration says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_answer_from_xml(
    xml: *const u8,
    xml_size: usize,
    answer: *mut *mut mynacard_answer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let xml = unsafe { bytes("xml", xml, xml_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("answer", answer) }?;
        // On the caller's thread: the depth is bounded, and a thread of its own would cost a quarter of the reading.
        place.write(hand_out(Answer::read_xml(xml)?)?);
        Ok(())
    })
}

/// Whether the insurance is valid.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_answer_validity(answer: *const mynacard_answer) -> mynacard_validity {
    value(mynacard_validity::Unstated, || {
        let Ok(held) = ANSWERS.find(answer) else {
            return mynacard_validity::Unstated;
        };
        let Some(answer) = held.known() else {
            return mynacard_validity::NotRegistered;
        };
        match answer.validity() {
            None => mynacard_validity::Unstated,
            Some(Validity::Valid) => mynacard_validity::Valid,
            Some(Validity::Invalid) => mynacard_validity::Invalid,
            Some(Validity::InvalidNewerExists) => mynacard_validity::InvalidNewerExists,
            Some(Validity::NotFound) => mynacard_validity::NotFound,
            Some(Validity::Several) => mynacard_validity::Several,
            Some(Validity::ValidUnregistered) => mynacard_validity::ValidUnregistered,
            Some(_) => mynacard_validity::Other,
        }
    })
}

/// How many insurances the answer holds; 0 when the handle is none.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_answer_count(answer: *const mynacard_answer) -> usize {
    value(0, || {
        let held = ANSWERS.find(answer).ok();
        held.and_then(|held| held.known().map(|answer| answer.results().len()))
            .unwrap_or(0)
    })
}

/// The text of a field, by its number (`mynacard_field_by_tag`), as it stands in the message: of the header and body with `index` -1, else of
/// that insurance, nested sections (高齢受給者証 and so on) included. `text` receives NULL where the field is absent or
/// empty. `encoding` is a `mynacard_encoding`, `unmappable` a `mynacard_unmappable`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_answer_text(
    answer: *const mynacard_answer,
    index: i32,
    field: u16,
    encoding: i32,
    unmappable: i32,
    text: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("text", text) }?;
        let held = ANSWERS.find(answer)?;
        let field = FieldId::from_number(field).ok_or_else(|| {
            Failure::new(mynacard_status::InvalidArgument, "field: unknown number")
        })?;
        let unmappable = text::unmappable(unmappable)?;
        let found = held
            .known()
            .map(|answer| find(answer, index, field))
            .transpose()?
            .flatten();
        let encoded = found
            .map(|found| text::encode(found, encoding, unmappable))
            .transpose()?;
        place.write(encoded.map_or(Ok(ptr::null_mut()), buffer::hand_out)?);
        Ok(())
    })
}

/// The whole answer in a format (`mynacard_format`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_answer_write(
    answer: *const mynacard_answer,
    format: i32,
    document: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    const FORMATS: &[(i32, mynacard_format)] = &[
        (0, mynacard_format::Json),
        (1, mynacard_format::XmlUtf8),
        (2, mynacard_format::XmlShiftJis),
        (3, mynacard_format::TextJapanese),
        (4, mynacard_format::TextEnglish),
        (5, mynacard_format::Screen),
        (6, mynacard_format::CsvUtf8),
        (7, mynacard_format::CsvShiftJis),
        (8, mynacard_format::Fhir),
        (9, mynacard_format::Situation),
    ];
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("document", document) }?;
        let held = ANSWERS.find(answer)?;
        let format = choice("format", format, FORMATS)?;
        let answer = held.answer()?;
        place.write(buffer::hand_out(shape::write(answer, format)?)?);
        Ok(())
    })
}

/// What to keep with the answer, as JSON in UTF-8: `{"check_id":"…","tap":"…","evidence":"online-pin",
/// "registered":true,"card_exchanges":5,"certificate":"good","warnings":["ends-soon"],"checked_at":…,"processed_at":…,
/// "card_ms":…,"service_ms":…,"guidance":[{"code":"OK-0001","staff":{"ja":"…","en":"…"},"next":{…},"patient":{…}}]}`; times are
/// unix seconds. Of a requery it has `check_id`, `reference`, `evidence` and `processed_at`. `json` receives NULL when the answer
/// came from a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_answer_check_json(
    answer: *const mynacard_answer,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let held = ANSWERS.find(answer)?;
        let text = held
            .check
            .as_ref()
            .map(|check| Zeroizing::new(check.as_bytes().to_vec()));
        place.write(text.map_or(Ok(ptr::null_mut()), buffer::hand_out)?);
        Ok(())
    })
}

/// The number of the field with this XML tag, for example `Name`; 0 where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_field_by_tag(tag: *const u8, tag_size: usize) -> u16 {
    value(0, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let tag = unsafe { crate::input::text("tag", tag, tag_size) };
        tag.ok()
            .and_then(FieldId::from_tag)
            .map_or(0, FieldId::number)
    })
}

/// The table of all fields as JSON in UTF-8: `[{"number":1,"tag":"…","label_ja":"…","label_en":"…"}]`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_fields_json(
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let rows = mynacard::eligibility::FIELDS.iter().map(|field| {
            serde_json::json!({
                "number": field.id.number(),
                "tag": field.tag,
                "label_ja": field.label_ja,
                "label_en": field.label_en,
            })
        });
        let table = serde_json::Value::Array(rows.collect()).to_string();
        place.write(buffer::hand_out(Zeroizing::new(table.into_bytes()))?);
        Ok(())
    })
}

/// Frees an answer: it left the screen, and where the desk is audited that is written down. NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_answer_free(answer: *mut mynacard_answer) -> mynacard_status {
    run(ptr::null_mut(), || {
        if answer.is_null() {
            Ok(())
        } else {
            ANSWERS.remove(answer).map(drop)
        }
    })
}

fn check_json(checked: &CheckedAnswer) -> String {
    let seconds = |time: SystemTime| {
        time.duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    };
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let warnings: Vec<_> = checked
        .warnings()
        .iter()
        .map(|warning| match warning {
            Warning::EndsSoon { .. } => "ends-soon",
            Warning::Expired { .. } => "expired",
            Warning::IssuerUnknown => "issuer-unknown",
            Warning::NotProduction { .. } => "not-production",
            Warning::ClockOff { .. } => "clock-off",
            _ => "other",
        })
        .collect();
    let certificate = match checked.certificate_status() {
        CertificateStatus::Good => "good",
        CertificateStatus::EndsSoon => "ends-soon",
        CertificateStatus::Ended => "ended",
        _ => "other",
    };
    let tap: String = checked
        .tap()
        .to_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let times = checked.times();
    serde_json::json!({
        "check_id": checked.check_id(),
        "tap": tap,
        "evidence": checked.evidence().as_str(),
        "registered": checked.answer().is_some(),
        "card_exchanges": checked.card_exchanges(),
        "certificate": certificate,
        "warnings": warnings,
        "checked_at": seconds(times.checked_at),
        "processed_at": seconds(times.processed_at),
        "card_ms": milliseconds(times.card),
        "service_ms": milliseconds(times.service),
        "guidance": guidance::for_answer(checked)
            .into_iter()
            .map(json::advice)
            .collect::<Vec<_>>(),
    })
    .to_string()
}

fn find(answer: &Answer, index: i32, field: FieldId) -> Result<Option<&str>, Failure> {
    if index == -1 {
        return Ok(answer.text(field));
    }
    let result = usize::try_from(index)
        .ok()
        .and_then(|index| answer.results().get(index).copied())
        .ok_or_else(|| {
            Failure::new(mynacard_status::InvalidArgument, "index: no such insurance")
        })?;
    Ok(within(result.record(), field))
}

/// The field in a record or the first of its nested sections that has it.
fn within(record: &Record, field: FieldId) -> Option<&str> {
    record.text(field).or_else(|| {
        mynacard::eligibility::Section::ALL
            .iter()
            .flat_map(|section| record.children(*section))
            .find_map(|child| within(child, field))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Unknown elements inside an insurance, so many levels deep with the known ones.
    fn nested(depth: usize) -> String {
        let known = ["XmlMsg", "MessageBody", "ResultOfQualificationConfirmation"];
        let names = known.into_iter().chain(std::iter::repeat("X")).take(depth);
        let names: Vec<_> = names.collect();
        let open = names.iter().map(|name| format!("<{name}>"));
        let close = names.iter().rev().map(|name| format!("</{name}>"));
        open.chain(close).collect()
    }

    fn read(message: &str) -> (mynacard_status, *mut mynacard_answer) {
        let mut answer = ptr::null_mut();
        // SAFETY: the bytes and the place live during the call.
        let status = unsafe {
            mynacard_answer_from_xml(
                message.as_ptr(),
                message.len(),
                &raw mut answer,
                ptr::null_mut(),
            )
        };
        (status, answer)
    }

    /// Reading and writing stay on the caller's thread, whose stack may be a quarter of what Windows gives its main one.
    #[test]
    fn the_deepest_answer_needs_little_stack() {
        let work = || {
            assert_ne!(read(&nested(65)).0, mynacard_status::Ok);
            let (status, answer) = read(&nested(64));
            assert_eq!(status, mynacard_status::Ok);
            for format in 0..=9 {
                let mut document = ptr::null_mut();
                // SAFETY: as above.
                let written = unsafe {
                    mynacard_answer_write(answer, format, &raw mut document, ptr::null_mut())
                };
                assert_eq!(written, mynacard_status::Ok, "{format}");
                assert_eq!(buffer::mynacard_buffer_free(document), mynacard_status::Ok);
            }
            assert_eq!(mynacard_answer_free(answer), mynacard_status::Ok);
        };
        let small = thread::Builder::new().stack_size(256 << 10);
        small.spawn(work).unwrap().join().unwrap();
    }
}
