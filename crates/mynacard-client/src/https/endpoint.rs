//! Where a service is, what it must say it is, and how long we wait for it.

use std::time::Duration;

/// A service's address and identity.
///
/// Service and environment names are *ours*: they go into the signed message, and a service that claims other ones is refused.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub(super) url: String,
    pub(super) roots: Vec<Vec<u8>>,
    pub(super) service: String,
    pub(super) environment: String,
    pub(super) versions: TlsVersions,
    pub(super) proxy: Proxy,
    pub(super) timeouts: Timeouts,
}

/// Which versions of TLS are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TlsVersions {
    /// TLS 1.3 alone.
    #[default]
    Only13,
    /// TLS 1.2 too, where that is unavoidable.
    From12,
}

/// How the service is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Proxy {
    /// As the operating system and its environment variables say.
    #[default]
    System,
    /// Straight.
    Direct,
}

/// How long each part of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Connection and TLS handshake.
    pub connect: Duration,
    /// From the request to the answer's first line.
    pub answer: Duration,
    /// The whole call.
    pub whole: Duration,
}

impl Endpoint {
    /// A service at `url` (`https://host[:port]`) whose certificate comes from one of `roots` (DER).
    #[must_use]
    pub fn new(url: &str, roots: &[&[u8]], service: &str, environment: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            roots: roots.iter().map(|root| root.to_vec()).collect(),
            service: service.to_owned(),
            environment: environment.to_owned(),
            versions: TlsVersions::default(),
            proxy: Proxy::default(),
            timeouts: Timeouts::default(),
        }
    }

    /// A sandbox of this project, reached without a proxy.
    #[must_use]
    pub fn sandbox(url: &str, root: &[u8]) -> Self {
        Self::new(url, &[root], "mynacard-sandbox", "sandbox").with_proxy(Proxy::Direct)
    }

    /// The same with other TLS versions.
    #[must_use]
    pub fn with_tls(mut self, versions: TlsVersions) -> Self {
        self.versions = versions;
        self
    }

    /// The same by another way.
    #[must_use]
    pub fn with_proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = proxy;
        self
    }

    /// The same with other patience.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The authorities that may certify the service, DER.
    pub fn roots(&self) -> impl Iterator<Item = &[u8]> {
        self.roots.iter().map(Vec::as_slice)
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(20),
            whole: Duration::from_secs(30),
        }
    }
}
