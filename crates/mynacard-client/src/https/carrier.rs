//! Another connection than HTTPS: one that the calling program has already.

use std::time::Duration;

use mynacard_auth::Cancel;

/// A connection of the calling program: it carries the protocol's requests to the service and brings its answers, as bytes.
///
/// Who the service is, and that nobody listens, is the program's own affair then; what the service says is checked as always:
/// its name, its environment, the echoes of every answer.
pub trait Carrier: Send + Sync {
    /// Carries one request, and waits for its answer.
    ///
    /// # Errors
    ///
    /// [`NotCarried::NotSent`] only where the request certainly did not reach the service: otherwise it may have done what it was
    /// asked.
    fn carry(&self, request: &CarriedRequest<'_>, stop: &Cancel) -> Result<Carried, NotCarried>;
}

/// A request of the protocol.
#[derive(Clone, Copy)]
pub struct CarriedRequest<'a> {
    /// What is asked, for example `/v1/challenge`.
    pub path: &'a str,
    /// JSON; nothing for a question without one.
    pub body: Option<&'a [u8]>,
    /// Delivered again under the same key it is still one request.
    pub idempotency_key: Option<&'a str>,
    /// How long to wait for the answer.
    pub patience: Duration,
    /// The longest answer that is read, in bytes.
    pub longest: usize,
}

/// An answer of the protocol.
#[derive(Clone, PartialEq, Eq)]
pub struct Carried {
    /// 200 for an answer, another number for a refusal, as over HTTP.
    pub status: u16,
    /// JSON, or JSON lines.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotCarried {
    /// The request certainly did not reach the service.
    NotSent,
    /// The request may have reached the service, and no answer came.
    Lost,
    /// The answer is longer than allowed.
    TooLarge,
}

impl std::fmt::Debug for CarriedRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CarriedRequest")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carried")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
