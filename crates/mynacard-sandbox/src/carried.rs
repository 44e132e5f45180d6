//! The stand-in without its line: requests come in and answers go out as bytes, for clients that bring a connection of their own.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::Running;
use crate::authority::sha256;
use crate::http::{Content, ROUTES, carried};
use crate::listener::Peer;
use crate::service::Service;

/// A connection in the same process. It speaks as the terminal that was activated or renewed over it last: what mutual TLS proves
/// on a line, is taken for granted here.
pub struct Connection {
    service: Arc<Service>,
    terminal: Mutex<Option<[u8; 32]>>,
}

impl Running {
    /// Another way in than the address, without TLS and without faults of a line.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection::to(self.service())
    }
}

impl Connection {
    pub(crate) fn to(service: Arc<Service>) -> Self {
        Self {
            service,
            terminal: Mutex::new(None),
        }
    }

    /// The status and the body that a request is answered with; 404 for a path that is none.
    #[must_use]
    pub fn carry(&self, path: &str, idempotency_key: Option<&str>, body: &[u8]) -> (u16, Vec<u8>) {
        let Some(entry) = ROUTES.iter().find(|entry| entry.route.path == path) else {
            return (404, b"{\"sandbox\":true,\"code\":\"REF-4001\"}".to_vec());
        };
        let mut headers = HeaderMap::new();
        if let Some(value) = idempotency_key.and_then(|key| HeaderValue::from_str(key).ok()) {
            headers.insert("idempotency-key", value);
        }
        let peer = Peer {
            certificate_sha256: *self.terminal(),
        };
        self.service.count_request();
        let (status, content) = carried(&self.service, entry, peer, &headers, body);
        match content {
            Content::Lines(lines) => {
                let text: String = lines.map(|line| line + "\n").collect();
                (status, text.into_bytes())
            }
            Content::Document(mut document) => {
                let certificate = document.get("certificate").and_then(Value::as_str);
                let certificate = certificate.and_then(|text| STANDARD.decode(text).ok());
                if let Some(certificate) = certificate {
                    *self.terminal() = Some(sha256(&certificate));
                }
                if let Some(members) = document.as_object_mut() {
                    members.insert("sandbox".to_owned(), Value::Bool(true));
                }
                (status, document.to_string().into_bytes())
            }
        }
    }

    fn terminal(&self) -> std::sync::MutexGuard<'_, Option<[u8; 32]>> {
        self.terminal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
