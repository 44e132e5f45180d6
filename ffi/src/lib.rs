//! The C ABI of mynacard: one header (`include/mynacard.h`), one library, for C, C++ and C#.
//!
//! Every export runs in one guard: no panic leaves the library, a handle in use answers BUSY at once, a callback that
//! calls back answers REENTRANT, a freed handle is an error. Outputs are written only on success; the error object tells
//! code, class, sentences for staff in Japanese and English, and what is known of PIN tries.
//!
//! Rust programs use the crate `mynacard` instead. This is what every other program does first:
//!
//! ```
//! // Another number: the header is not of this library.
//! assert_eq!(mynacard_ffi::mynacard_abi_version(), mynacard_ffi::MYNACARD_ABI_VERSION);
//! ```
//!
//! | part of the header | what |
//! |---|---|
//! | `mynacard_terminal_…`, `mynacard_desk_…`, `mynacard_check_…` | from activation and vault to a check, by PIN, keypad or sight; consents |
//! | `mynacard_readers_json`, `mynacard_card_…`, `mynacard_pin_…` | readers of the system, or three functions of the program; secrets |
//! | `mynacard_answer_…`, `mynacard_field_by_tag`, `mynacard_fields_json` | what came back: field by field, or as JSON, XML, CSV, FHIR and text |
//! | `mynacard_error_…`, `mynacard_guidance_json`, `mynacard_doctor_json` | what went wrong, and what to tell whom |
//! | `mynacard_folder_…` | the folder exchange with OQSComApp |
//! | `mynacard_checkup_json`, `mynacard_identifier_json`, `mynacard_certificate_json` | 特定健診, numbers with their check digits, certificates |
//! | `mynacard_cancel_…`, `mynacard_buffer_…`, `mynacard_log_set`, `mynacard_audit_json` | a button that stops, bytes to free, the log, the audit trail |

#[cfg(not(panic = "unwind"))]
compile_error!(
    "the guard of every export catches panics, so this library needs panic = \"unwind\""
);

mod answer;
mod ask;
mod audit;
mod authorities;
mod buffer;
mod cancel;
mod card;
mod carrier;
mod certificate;
mod checkup;
mod desk;
mod doctor;
mod error;
mod exchange;
mod failure;
mod folder;
mod guard;
mod guidance;
mod handle;
mod home;
mod identifier;
mod input;
mod json;
mod key_store;
mod loaded;
mod logging;
mod matching;
mod owner;
mod pem;
mod person;
mod pin;
mod pinless;
mod progress;
mod readers;
mod registration;
mod request;
mod service;
mod shape;
mod status;
mod stoppable;
mod terminal;
mod text;
mod trace;
mod transport;
mod version;

pub use answer::*;
pub use ask::*;
pub use audit::*;
pub use buffer::*;
pub use cancel::*;
pub use card::*;
pub use carrier::*;
pub use certificate::*;
pub use checkup::*;
pub use desk::*;
pub use doctor::*;
pub use error::*;
pub use exchange::*;
pub use folder::*;
pub use guidance::*;
pub use home::*;
pub use identifier::*;
pub use key_store::*;
pub use logging::*;
pub use matching::*;
pub use person::*;
pub use pin::*;
pub use pinless::*;
pub use progress::*;
pub use registration::*;
pub use service::*;
pub use shape::*;
pub use status::*;
pub use terminal::*;
pub use text::*;
pub use trace::*;
pub use transport::*;
pub use version::*;
