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
#![doc = include_str!("../data/NOTICE.md")]

mod card;
mod people;
pub mod pki;
pub mod vpcd;

pub use card::{
    Counter, Fault, Link, Logged, NotCounters, Profile, Quirk, VirtualCard, printed_number_b,
};
pub use people::{BirthDate, CertificateLife, Person, Sex, people, person};
