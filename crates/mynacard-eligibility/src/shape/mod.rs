//! Other shapes of an answer that receipt computers take: the app's screen text, CSV, FHIR.
//!
//! ```
//! use mynacard_eligibility::shape::{csv, fhir, screen};
//! use mynacard_eligibility::{Answer, FieldId, Record, Section};
//!
//! let answer = Answer::builder()
//!     .set(FieldId::QUALIFICATION_VALIDITY, "1")
//!     .result(Record::builder(Section::Confirmation).set(FieldId::INSURER_NUMBER, "01130012"))
//!     .build()?;
//! assert!(screen::write(&answer).contains("01130012"));
//! assert_eq!(fhir::bundle(&answer)["resourceType"], "Bundle");
//! assert_eq!(csv::neutral("=1+1"), "'=1+1"); // no cell that a spreadsheet would run
//! # Ok::<(), mynacard_eligibility::Error>(())
//! ```

pub mod csv;
pub mod fhir;
pub mod screen;
