//! A virtual My Number Card with its own test PKI, in process or in a real reader through vpcd.
#![doc = include_str!("../data/NOTICE.md")]

mod card;
mod people;
pub mod pki;
pub mod vpcd;

pub use card::{
    Counter, Fault, Link, Logged, NotCounters, Profile, Quirk, VirtualCard, printed_number_b,
};
pub use people::{BirthDate, CertificateLife, Person, Sex, people, person};
