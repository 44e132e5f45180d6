//! Calls with a lasting effect, delivered again: the identical request under the same key is answered as before.

use std::sync::PoisonError;

use serde_json::Value;

use crate::http::{Call, Content, Handler, Refusal, Reply};
use crate::{authority, hex};

/// Runs `work` at most once for a terminal's `Idempotency-Key`; without a key each delivery is a call of its own.
///
/// Deliveries that meet wait for each other. What is refused left nothing behind, and may be tried again under its key.
pub(super) fn once(call: &Call<'_>, name: &str, work: Handler) -> Result<Reply, Refusal> {
    if !call.headers.contains_key("idempotency-key") {
        return work(call);
    }
    let key = call
        .header("idempotency-key")
        .filter(|key| hex::is_hex(key, 32))
        .ok_or_else(|| Refusal::malformed("Idempotency-Key", "not 32 hexadecimal digits"))?;
    let terminal = call.terminal()?.id;
    let request = authority::sha256(&[name.as_bytes(), b"\0", call.body].concat());
    let service = call.service;
    let _one = service.keyed.lock().unwrap_or_else(PoisonError::into_inner);
    let earlier = service
        .store
        .in_transaction(|records| records.delivered(&terminal, key))
        .map_err(|e: rusqlite::Error| Refusal::from(e))?;
    match earlier {
        Some((before, outcome)) if before == request => {
            let outcome: Value = serde_json::from_str(&outcome).unwrap_or(Value::Null);
            Ok(outcome.into())
        }
        Some(_) => Err(Refusal::malformed(
            "Idempotency-Key",
            "used for another request",
        )),
        None => {
            let reply = work(call)?;
            if let Content::Document(outcome) = &reply.content {
                service
                    .store
                    .in_transaction(|records| {
                        let outcome = outcome.to_string();
                        records.keep_delivered(&terminal, key, &request, &outcome, call.now)
                    })
                    .map_err(|e: rusqlite::Error| Refusal::from(e))?;
            }
            Ok(reply)
        }
    }
}
