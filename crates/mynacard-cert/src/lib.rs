//! JPKI certificates: parsing, pinned roots, verdicts and proofs of possession.
//!
//! [`Certificate::from_der`] reads one, [`TrustStore`] judges it, [`Verified`] is the proof that every check passed, and
//! [`Verified::verify_possession`] ties a card's signature to it. Nothing here reads a clock, a network or a card.
//!
//! ```
//! use mynacard_cert::{Certificate, Timestamp, TrustStore};
//!
//! fn is_acceptable(der: &[u8], now: Timestamp) -> Result<String, mynacard_cert::Error> {
//!     let certificate = Certificate::from_der(der)?;
//!     let verified = TrustStore::production().verify_authentication(&certificate, now)?;
//!     Ok(verified.certificate().serial_hex())
//! }
//!
//! assert_eq!(TrustStore::production().roots().count(), 6);
//! assert!(is_acceptable(b"no certificate", Timestamp::from_unix(0)).is_err());
//! ```
//!
//! | for | look at |
//! |---|---|
//! | what a certificate says | [`Certificate`], [`CertificateDescription`], [`HolderAttributes`] |
//! | whom to believe | [`TrustStore`], [`Root`], [`Hierarchy`] |
//! | whether it may be used today | [`Verified`], [`Warning`], [`Expiry`] |
//! | whether this card signed that message | [`Possession`], [`Scheme`] |
//! | lists and OCSP answers | [`revocation`] |
//! | signed records of the card's face | [`record`] |
//! | what a refusal means | [`Error`], [`ErrorKind`], [`CODES`] |

pub mod record;
pub mod revocation;

mod algorithm;
mod asn1;
mod certificate;
mod description;
mod error;
mod extension;
mod hex;
mod holder;
mod key;
mod name;
mod person;
mod pkcs1;
mod possession;
mod profile;
mod roots;
mod time;
mod trust;
mod verdict;
mod verify;

pub use algorithm::SignatureAlgorithm;
pub use certificate::{Certificate, MAX_CERTIFICATE};
pub use description::CertificateDescription;
pub use error::{CODES, Error, ErrorKind, Part};
pub use holder::{HolderAttributes, OtherName};
pub use key::KeyKind;
pub use person::{BirthDate, Era, Sex};
pub use possession::{Possession, Scheme};
pub use profile::{Authentication, Hierarchy, Purpose, Signature, Usage, policy};
pub use time::Timestamp;
pub use trust::{Root, TrustStore};
pub use verdict::{Expiry, Verified, Warning};
