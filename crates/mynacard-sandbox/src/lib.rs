//! A stand-in for the eligibility web service, for tests: HTTPS, SQLite, synthetic people.
//!
//! The official service's protocol is not public; this one speaks a small protocol of its own
//! (`openapi.yaml` beside this source) and says in every answer that it is a sandbox. Nobody in
//! it exists, its certificate authorities' keys are public knowledge, and its codes `REF-nnnn`
//! imitate nobody's.
//!
//! ```
//! use mynacard_sandbox::Sandbox;
//!
//! # fn main() -> Result<(), mynacard_sandbox::Error> {
//! let running = Sandbox::builder().start()?;            // a free port, everything in memory
//! let settings = running.issue_activation()?;           // ユーザー設定情報 for one terminal
//! assert!(running.url().starts_with("https://127.0.0.1:"));
//! assert!(settings.id.starts_with('W'));
//! running.stop();                                       // dropping it does the same
//! # Ok(())
//! # }
//! ```
//!
//! | for | look at |
//! |---|---|
//! | a service for one test | [`Sandbox::builder`], [`Builder`], [`Running`] |
//! | the same without a line, in one process | [`Running::connection`], [`Connection`] |
//! | what a terminal is registered with | [`Running::issue_activation`], [`UserSettings`] |
//! | the institutions that it knows, and what they may ask | [`Institution`], [`InstitutionKind`], [`Purpose`] |
//! | what the service pretends | [`Condition`] |
//! | a bad day of the line, the service or its certificate | [`Trouble`], [`Fault`], [`ServerCertificate`] |
//! | OQSComApp's folders | [`oqs`] |
//! | the protocol | [`OPENAPI`], [`routes`], [`Code`] |
//! | what went wrong in the stand-in itself | [`Error`], [`ErrorKind`] |

mod answer;
mod authority;
mod builder;
mod calendar;
mod carried;
mod check;
mod code;
mod condition;
mod csr;
mod error;
mod face;
mod fault;
#[doc(hidden)]
pub mod fuzzing;
mod hex;
mod home;
mod http;
mod institution;
mod listener;
pub mod oqs;
mod people;
mod portal;
mod random;
mod running;
mod service;
mod store;
mod tls;
mod trouble;

/// The protocol's description in OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("../openapi.yaml");

pub use builder::{Builder, Sandbox};
pub use carried::Connection;
pub use code::Code;
pub use condition::Condition;
pub use error::{Error, ErrorKind};
pub use face::ServerCertificate;
pub use fault::Fault;
pub use http::routes;
pub use institution::{Institution, InstitutionKind, Purpose, UserSettings};
pub use running::Running;
pub use trouble::Trouble;
