//! Folder exchange with the 資格確認端末: `OQSComApp` shares `face`, `req` and `res`, and receipt computers read and write XML there.
//!
//! [`FaceFolder`] delivers what the card reader confirmed, each file once. Nothing here locks or deletes a file of the
//! terminal. Notifications over network shares get lost, so every folder is also polled; a file that is visible before it is
//! complete is read again until its XML closes.
//!
//! ```no_run
//! use mynacard_client::folder::{Event, FaceFolder, FaceOptions};
//!
//! let stop = mynacard_auth::Cancel::new();
//! let mut faces = FaceFolder::open(r"C:\OQS\face", FaceOptions::default());
//! while let Some(event) = faces.next(None, &stop) {
//!     if let Event::Answer(file) = event {
//!         println!("{}: {} result(s)", file.name, file.answer.peek().results().len());
//!     }
//! }
//! ```

mod archive;
mod error;
mod exchange;
mod face;
mod journal;
#[cfg(test)]
mod kill;
mod response;
mod seen;
mod step;
mod unauthenticated;
mod unread;
mod watch;

pub use archive::read_zip;
pub use error::{CODES, Error, ErrorKind};
pub use exchange::{Exchange, ExchangeEvent, ExchangeOptions, Folders};
pub use face::{Event, Existing, FaceFile, FaceFolder, FaceOptions, put_face};
pub use journal::{Pending, PendingState};
pub use mynacard_eligibility::message::FaceName;
pub use response::{Outcome, Password, Response};
pub use unauthenticated::Unauthenticated;
pub use watch::POLL;
