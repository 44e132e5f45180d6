//! The command `mynacard`.
fn main() {}
