//! Revocation: good, revoked, or unknown, which is never good.

use std::fmt;

use crate::time::Timestamp;

/// What is known about the revocation of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// Nobody asked.
    NotAsked,
    /// Not revoked, says an answer of this life.
    Good {
        /// When the answer was right.
        this_update: Timestamp,
        /// When a newer one is available.
        next_update: Option<Timestamp>,
    },
    /// Revoked.
    Revoked {
        /// Since when.
        since: Timestamp,
        /// The reason code (RFC 5280 §5.3.1), if given.
        reason: Option<u8>,
    },
    /// Could not be learnt.
    Unknown(Unknown),
}

/// Why revocation is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unknown {
    /// No answer could be had.
    NoAnswer,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unknown::NoAnswer => "no answer could be had",
        })
    }
}
