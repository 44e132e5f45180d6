//! A service's answer as bytes, without a network: for the fuzz targets alone, no part of the interface.

use super::call::understand;
use super::{home, service, wire};

/// Reads a body as each answer of the protocol in turn; how many it was.
pub fn understand_all(status: u16, body: &[u8]) -> usize {
    let environment = "sandbox";
    let read = [
        understand::<wire::Info>(environment, status, body).is_ok(),
        understand::<wire::Activated>(environment, status, body).is_ok(),
        understand::<wire::Challenge>(environment, status, body)
            .is_ok_and(|challenge| wire::from_base64(&challenge.nonce, "nonce").is_ok()),
        understand::<wire::Relay>(environment, status, body).is_ok(),
        understand(environment, status, body)
            .and_then(service::understand)
            .is_ok(),
    ];
    let others = home::understand_all(environment, status, body);
    read.into_iter().filter(|read| *read).count() + others
}
