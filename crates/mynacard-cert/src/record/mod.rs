//! What the 券面 applications of a card say, and who signed it: "this photo and this name are what the issuer signed, and
//! this card holds the key".
//!
//! The chain: a [`CardAuthority`] key signed the card's own certificate ([`CardAuthorities::verify`]); the key which that
//! certifies, [`RecordSigner`], signed the records; one record carries the card's key ([`CardKey`]), under which the card
//! proves its presence.
//!
//! Its limits: nothing ties these keys to the JPKI keys of the same card except one unbroken power session and equal birth
//! date and sex. A record proves what was issued, not that the holder is alive or that the card is still in force, and no revocation
//! is published. The My Number never reaches this crate, nor a digest of it.

mod attributes;
mod authority;
mod face;
mod key;
mod tlv;

pub use attributes::{AttributeSignature, Attributes};
pub use authority::{CardAuthorities, CardAuthority, RecordSigner};
pub use face::{AgeRecord, CardFace, UnsignedFace};
pub use key::{CardKey, Presence};
