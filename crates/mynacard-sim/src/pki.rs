//! The simulation's own PKI: JPKI's certificate profile under `O=MYNACARD-SIMULATION`, with keys that everybody knows.
//!
//! Leaf certificates are issued when a card is made, since "ends in thirty days" depends on the day; for one day they are
//! always the same bytes.
//!
//! ```
//! use std::time::SystemTime;
//! use mynacard_sim::{person, pki};
//!
//! let der = pki::authentication_certificate(person("kyokai-self").expect("somebody"), SystemTime::now());
//! assert_eq!(der.first(), Some(&0x30));
//! ```

mod calendar;
pub(crate) mod der;
mod keys;
mod leaf;

pub use leaf::{
    authentication_certificate, authentication_certificate_p384, signature_certificate,
    signature_certificate_p384,
};

pub(crate) use calendar::Day;
pub(crate) use keys::{CaKey, PersonKey, ca_key, p384_key, person_key};
pub(crate) use leaf::validity;

/// The id of the key that issues card-verifiable certificates in the simulation. Real ids begin with 5 (production) or 6 (test).
pub const CARD_VERIFIABLE_CA_KEY_ID: [u8; 16] = *b"9000001\x08\x05001\0\0\0\0";

/// The modulus of that key, 256 bytes; its exponent is 65537.
#[must_use]
pub fn card_verifiable_ca_modulus() -> Vec<u8> {
    use rsa::traits::PublicKeyParts as _;
    ca_key(CaKey::CardVerifiable).n().to_be_bytes().into_vec()
}

/// The root of user authentication certificates (利用者証明用), DER.
pub const AUTHENTICATION_ROOT: &[u8] = include_bytes!("../keys/user-authentication.cer");

/// The root of digital signature certificates (署名用), DER.
pub const SIGNATURE_ROOT: &[u8] = include_bytes!("../keys/digital-signature.cer");
