//! Is this text that number?

use mynacard::eligibility::identifier::{IdentifierKind, validate};
use serde_json::{Value, json};

use crate::buffer::mynacard_buffer;
use crate::error::mynacard_error;
use crate::guard::guard;
use crate::input::{self, out};
use crate::json;
use crate::status::mynacard_status;

/// Judges a number as staff typed it: insurer, insured, institution, ticket and so on, by its `kind` (`insurer-number`,
/// `institution-code`, …). A number that is none is no error: `valid` says so.
///
/// `json` receives `{"kind":"insurer-number","valid":true,"value":"138016","renderings":[["spaces","  138016"],
/// ["zeros","00138016"]],"findings":[],"code":null,"error":null}`; `value` is null where the text cannot be one, `code` and
/// `error` say why `valid` is false. With empty `kind` and `text` it receives every kind:
/// `[{"kind":"insurer-number","label_ja":"保険者番号"}]`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_identifier_json(
    kind: *const u8,
    kind_size: usize,
    text: *const u8,
    text_size: usize,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let (kind, text) = unsafe {
            (
                input::text("kind", kind, kind_size)?,
                input::text("text", text, text_size)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        if kind.is_empty() && text.is_empty() {
            return json::hand_out(place, kinds());
        }
        let kind = IdentifierKind::from_name(kind).ok_or_else(|| json::wrong("kind: unknown"))?;
        let report = serde_json::to_value(validate(kind, text))
            .map_err(|_| json::wrong("text: cannot be judged"))?;
        json::hand_out(place, report)
    })
}

fn kinds() -> Value {
    let all = IdentifierKind::ALL.into_iter();
    let all = all.map(|kind| json!({ "kind": kind.name(), "label_ja": kind.label_ja() }));
    Value::Array(all.collect())
}
