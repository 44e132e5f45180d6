//! The sandbox service and the virtual card for the tests of C, C++ and C# programs.
//!
//! It hands out what a program gives to `mynacard` anyway: an address, a certificate, an activation code, a table of
//! transport functions. Nothing in it is a real service, a real card or a real person.

mod card;
mod guard;
mod reader;
mod service;

pub use card::*;
pub use reader::*;
pub use service::*;
