//! `GET /v1/info`: what this is, and what time it has.

use serde_json::json;

use super::{Call, Refusal, Reply};

pub(super) fn info(call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(json!({
        "service": crate::service::SERVICE,
        "environment": crate::service::ENVIRONMENT,
        "protocol": 1,
        "time": call.now,
    })
    .into())
}
