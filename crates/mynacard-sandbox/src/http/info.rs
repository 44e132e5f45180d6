//! `GET /v1/info`: what this is, and what time it has.

use serde_json::{Value, json};

use super::{Call, Refusal};

pub(super) fn info(call: &Call<'_>) -> Result<Value, Refusal> {
    Ok(json!({
        "service": crate::service::SERVICE,
        "environment": crate::service::ENVIRONMENT,
        "protocol": 1,
        "time": call.now,
    }))
}
