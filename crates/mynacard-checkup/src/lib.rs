//! Health checkups (特定健診): contract lists, tickets and enrolment.
//!
//! One question is answered here: *is this visitor enrolled with an insurer that has a contract with us, what does the
//! contract cover, and does the ticket she brings still agree?* Whatever proves the insurance: an online check, or a screen,
//! notice or 資格確認書 that staff look at ([`Evidence`](mynacard_eligibility::Evidence)).
//!
//! ```
//! use mynacard_checkup::{InsurerList, Service, Source, check};
//! use mynacard_eligibility::evidence::{Evidence, Query};
//! use mynacard_eligibility::{Answer, Date, FieldId, Record, Section};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let csv = "保険者番号,委託元保険者名,特定健康診査,特定保健指導\n138016,千代田区,○,\n";
//! let list = InsurerList::read(Source::Csv(csv.as_bytes()))?;
//! let answer = Answer::builder()
//!     .set(FieldId::QUALIFICATION_VALIDITY, "1")
//!     .result(Record::builder(Section::Confirmation).set(FieldId::INSURER_NUMBER, "  138016"))
//!     .build()?;
//! let today = Date::new(2026, 11, 20).ok_or("a date")?;
//! let proof = Evidence::Online(Query::FaceReader);
//! let enrolments = check(&answer, proof, &list, None, Service::Checkup, today);
//! assert!(enrolments[0].is_accepted());
//! # Ok(())
//! # }
//! ```
//!
//! | for | look at |
//! |---|---|
//! | the question, and what came of it | [`check`], [`Service`], [`Enrolment`], [`Verdict`] |
//! | which insurers have a contract, and for what | [`InsurerList`], [`Contract`] |
//! | which institutions do checkups, and how | [`InstitutionList`], [`Institution`], [`Detail`], [`Setting`] |
//! | where a list comes from: CSV or a workbook, and its bounds | [`Source`], [`MAX_FILE`], [`MAX_ROWS`], [`MAX_COLUMNS`], [`MAX_CELLS`] |
//! | what is odd in a list | [`ListFinding`], [`Rule`] |
//! | the ticket (受診券), and whether it agrees | [`Ticket`], [`Comparison`], [`Missing`] |
//! | what may prove the insurance | [`mynacard_eligibility::evidence`] |
//! | what a refusal means | [`Error`], [`ErrorKind`], [`CODES`] |
#![forbid(unsafe_code)]

/// The examples of the README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

mod enrolment;
mod error;
mod finding;
mod institutions;
mod insurers;
mod table;
mod ticket;
mod xlsx;

pub use enrolment::{Comparison, Enrolment, Missing, Service, Verdict, check};
pub use error::{CODES, Error, ErrorKind};
pub use finding::{ListFinding, Rule};
pub use institutions::{Detail, Institution, InstitutionList, Setting};
pub use insurers::{Contract, InsurerList};
pub use table::{MAX_CELLS, MAX_COLUMNS, MAX_FILE, MAX_ROWS, Source};
pub use ticket::Ticket;
