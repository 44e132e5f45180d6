//! A virtual My Number Card with its own test PKI, in process or in a real reader through vpcd.
#![doc = include_str!("../data/NOTICE.md")]

mod people;
pub mod pki;

pub use people::{BirthDate, CertificateLife, Person, Sex, people, person};
