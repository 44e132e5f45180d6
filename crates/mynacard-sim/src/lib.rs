//! A virtual My Number Card with its own test PKI, in process or in a real reader through vpcd.
//!
//! ```
//! use std::time::SystemTime;
//! use mynacard_sim::{VirtualCard, person, people};
//!
//! assert_eq!(people().len(), 38);
//! let mut card = VirtualCard::new(person("kyokai-self").expect("somebody"), SystemTime::now());
//! card.power_on();
//! let select = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
//! assert_eq!(card.transmit(&select), [0x90, 0x00]);
//! ```
//!
//! | for | look at |
//! |---|---|
//! | who there is: 38 synthetic people and their PINs | [`people`](people()), [`person`](person()), [`Person`] |
//! | a card of one of them | [`VirtualCard`], [`Profile`] |
//! | a habit of some cards, or a fault at an exchange | [`VirtualCard::with_quirk`], [`Quirk`], [`VirtualCard::with_fault`], [`Fault`] |
//! | tries: looked at, set, kept over a restart | [`Counter`], [`VirtualCard::counters`], [`VirtualCard::set_counters`], [`NotCounters`] |
//! | what was said, and how long it would take over the air | [`VirtualCard::log`], [`Logged`], [`Link`] |
//! | what is printed on the card (照合番号B) | [`printed_number_b`] |
//! | its certificates and who signs them | [`pki`], [`CertificateLife`] |
//! | the card in a real reader, for any program | [`vpcd`] |
//!
#![doc = include_str!("../data/NOTICE.md")]

mod card;
mod people;
pub mod pki;
pub mod vpcd;

pub use card::{
    Counter, Fault, Link, Logged, NotCounters, Profile, Quirk, VirtualCard, printed_number_b,
};
pub use people::{BirthDate, CertificateLife, Person, Sex, people, person};
