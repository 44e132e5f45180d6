//! What the benches share: the check as a dialogue, other clients' dialogues, and how instructions and times are measured.

pub mod better;
pub mod callgrind;
pub mod clients;
pub mod clock;
pub mod dialogue;
pub mod machine;
pub mod report;
pub mod sizes;
