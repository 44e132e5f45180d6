//! The simulation's own PKI: JPKI's certificate profile under `O=MYNACARD-SIMULATION`, with keys that everybody knows.
//!
//! Leaf certificates are issued when a card is made, since "ends in thirty days" depends on the day; for one day they are
//! always the same bytes.

mod calendar;
pub(crate) mod der;
mod keys;
mod leaf;

pub use leaf::{authentication_certificate, signature_certificate};

pub(crate) use calendar::Day;
pub(crate) use keys::{CaKey, PersonKey, ca_key, person_key};

/// The root of user authentication certificates (利用者証明用), DER.
pub const AUTHENTICATION_ROOT: &[u8] = include_bytes!("../keys/user-authentication.cer");

/// The root of digital signature certificates (署名用), DER.
pub const SIGNATURE_ROOT: &[u8] = include_bytes!("../keys/digital-signature.cer");
