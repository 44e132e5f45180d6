//! The C ABI of mynacard: one header (`include/mynacard.h`), one library, for C, C++ and C#.
//!
//! Every export runs in one guard: no panic leaves the library, a handle in use answers BUSY at once, a callback that
//! calls back answers REENTRANT, a freed handle is an error. Outputs are written only on success; the error object tells
//! code, class, sentences for staff in Japanese and English, and what is known of PIN tries.
//!
//! Rust programs use the crate `mynacard` instead.

#[cfg(not(panic = "unwind"))]
compile_error!(
    "the guard of every export catches panics, so this library needs panic = \"unwind\""
);

mod answer;
mod buffer;
mod cancel;
mod card;
mod desk;
mod error;
mod failure;
mod folder;
mod guard;
mod handle;
mod input;
mod owner;
mod pin;
mod progress;
mod readers;
mod service;
mod status;
mod stoppable;
mod terminal;
mod text;
mod transport;
mod version;

pub use answer::*;
pub use buffer::*;
pub use cancel::*;
pub use card::*;
pub use desk::*;
pub use error::*;
pub use folder::*;
pub use pin::*;
pub use progress::*;
pub use service::*;
pub use status::*;
pub use terminal::*;
pub use text::*;
pub use transport::*;
pub use version::*;
