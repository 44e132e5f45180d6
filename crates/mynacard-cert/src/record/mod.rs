//! What the 券面 applications of a card say, and who signed it: "this photo and this name are what the issuer signed, and
//! this card holds the key".
//!
//! The chain: a [`CardAuthority`] key signed the card's own certificate ([`CardAuthorities::verify`]); the key which that
//! certifies, [`RecordSigner`], signed the records; one record carries the card's key ([`CardKey`]), under which the card
//! proves its presence.
//!
//! This crate carries no authority's key: the caller holds them, as the operator received them, and says which hierarchy they
//! belong to. A key is its identifier (16 bytes, all of which count) and two numbers; real cards are of
//! [`Hierarchy::Production`](crate::Hierarchy::Production), test cards of
//! [`Hierarchy::JpkiTest`](crate::Hierarchy::JpkiTest), and one set never holds both.
//!
//! ```
//! use mynacard_cert::{Hierarchy, record::{CardAuthorities, CardAuthority}};
//!
//! // From the caller's own store; a new generation is one more entry.
//! # let stored: [([u8; 16], [u8; 256], [u8; 3]); 1] = [(*b"1234567\x08\x05001\0\0\0\x01", [0xC1; 256], [1, 0, 1])];
//! let mut authorities = CardAuthorities::new(Hierarchy::Production);
//! for (key_identifier, modulus, exponent) in &stored {
//!     let authority = CardAuthority::new(Hierarchy::Production, *key_identifier, modulus, exponent)?;
//!     authorities = authorities.with(authority)?;
//! }
//! # assert!(authorities.verify(&[]).is_err());
//! # Ok::<(), mynacard_cert::Error>(())
//! ```
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
