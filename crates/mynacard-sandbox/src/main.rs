//! `mynacard-sandbox serve`.

fn main() {}
