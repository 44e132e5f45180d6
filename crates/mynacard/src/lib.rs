#![doc = include_str!("../README.md")]

pub mod guidance;
pub mod guide;

mod advice;

pub use advice::{Advice, Coded};
pub use mynacard_auth as auth;
pub use mynacard_card as card;
pub use mynacard_cert as cert;
pub use mynacard_checkup as checkup;
pub use mynacard_client as client;
pub use mynacard_eligibility as eligibility;
#[cfg(feature = "pcsc")]
pub use mynacard_pcsc as pcsc;
