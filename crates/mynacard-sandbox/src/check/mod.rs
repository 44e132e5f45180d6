//! The check (資格確認): challenge, relay for the visual check, confirmation.

mod challenge;
mod confirm;
mod message;
mod proof;
mod relay;
mod request;

pub(crate) use challenge::challenge;
pub(crate) use confirm::confirm;
pub(crate) use relay::{start as relay_start, step as relay_step};
pub(crate) use request::Consent;

/// How the holder is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Pin,
    Visual,
}

impl Method {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "pin" => Some(Self::Pin),
            "visual" => Some(Self::Visual),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Visual => "visual",
        }
    }
}

/// The one operation that a challenge is issued for.
pub(crate) const OPERATION: &str = "check";
