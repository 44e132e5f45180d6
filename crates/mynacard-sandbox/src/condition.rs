//! The state the stand-in pretends to be in, so that a client's bad days can be rehearsed.

/// What the stand-in pretends; set by [`Running::set_condition`](crate::Running::set_condition).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Condition {
    /// Everything works.
    #[default]
    Normal,
    /// Every call but `info` is refused with REF-5001 and this `Retry-After` in seconds.
    Maintenance {
        /// Seconds after which to try again.
        retry_after: u32,
    },
    /// Every call but `info` is refused with REF-5002, as if something behind had timed out.
    Timeout,
    /// Every call but `info` is refused with REF-5003 and this `Retry-After` in seconds.
    TooMany {
        /// Seconds after which to try again.
        retry_after: u32,
    },
    /// The issuer's revocation status cannot be had: every confirmation ends in REF-2007.
    RevocationUnknown,
}
