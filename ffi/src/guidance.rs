//! What staff are told, as a table.

use mynacard::guidance::{self, Guidance};
use serde_json::{Value, json};

use crate::buffer::mynacard_buffer;
use crate::error::mynacard_error;
use crate::guard::guard;
use crate::input::{out, text};
use crate::json;
use crate::status::mynacard_status;

/// The sentences of one code (`MC-1003` of an error, `OK-0001` of an answer, `not-confirmed`), or of every code where `code` is
/// empty: `[{"code":"MC-1003","class":"card","staff":{"ja":"…","en":"…"},"next":{…},"patient":{…},
/// "instead":["online-visual"]}]`. `{n}` in a sentence stands for a number: the PIN tries left, the seconds of a clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_guidance_json(
    code: *const u8,
    code_size: usize,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let code = unsafe { text("code", code, code_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let rows: Vec<Value> = if code.is_empty() {
            guidance::all().map(row).collect()
        } else {
            let found = guidance::for_code(code).ok_or_else(|| json::wrong("code: unknown"))?;
            vec![row(found)]
        };
        json::hand_out(place, Value::Array(rows))
    })
}

fn row(entry: &Guidance) -> Value {
    let mut row = json::advice(entry);
    let instead: Vec<_> = entry.instead.iter().map(|proof| proof.as_str()).collect();
    if let Some(members) = row.as_object_mut() {
        members.insert("class".to_owned(), json!(entry.class.to_string()));
        members.insert("instead".to_owned(), json!(instead));
    }
    row
}
