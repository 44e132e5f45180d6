//! Other shapes of an answer that receipt computers take: the app's screen text, CSV, FHIR.

pub mod csv;
pub mod fhir;
pub mod screen;
