//! The signing harness of the certificates' own tests: an authority whose key is known, and right specimens of what it signs.
#![allow(
    dead_code,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)] // written for tests, which may stop anywhere; nothing in it reads an input

#[path = "../../../../crates/mynacard-cert/tests/common/der.rs"]
pub(crate) mod der;
#[path = "../../../../crates/mynacard-cert/tests/common/forge.rs"]
pub(crate) mod forge;
#[path = "../../../../crates/mynacard-cert/tests/common/revoke.rs"]
pub(crate) mod revoke;
