//! A web service over HTTPS: TLS 1.3, mutual TLS with the terminal's key, protocol version 1.
//!
//! ```no_run
//! use std::time::SystemTime;
//! use mynacard_auth::{Cancel, Terminal, TermsAccepted, UserSettings};
//! use mynacard_client::https::{Endpoint, HttpsService};
//!
//! let root = std::fs::read("ca.der")?;
//! let endpoint = Endpoint::sandbox("https://localhost:8443", &root);
//! let settings = UserSettings::new("1312345678", "W0000001", "ABCD-EFGH")?;
//! let stop = Cancel::new();
//!
//! let mut newcomer = HttpsService::new(&endpoint, None)?;
//! let terminal = Terminal::activate(&mut newcomer, &settings, TermsAccepted, &stop)?;
//! let service = HttpsService::new(&endpoint, Some(&terminal))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Requests run on a thread and a current-thread runtime of the service's own: a call may come from anywhere, also from inside an
//! asynchronous program, and the warm connection lives between calls. The thread ends with the last clone of the service.

mod breaker;
mod call;
mod carrier;
mod endpoint;
mod failure;
#[doc(hidden)]
pub mod fuzzing;
mod head;
mod home;
mod lines;
mod relay;
mod revocation;
mod service;
mod tls;
mod wire;
mod worker;

pub use carrier::{Carried, CarriedRequest, Carrier, NotCarried};
pub use endpoint::{Endpoint, Proxy, Timeouts, TlsVersions};
pub use relay::HttpsRelay;
pub use revocation::RevocationFetcher;
pub use service::{HttpsService, ServiceInfo};
