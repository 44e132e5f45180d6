//! How a dialogue is led: what is asked before a PIN is sent, and in what pieces files are read.

use crate::app::jpki::Layout;
use crate::card::LengthPolicy;

/// How a dialogue is led. `Options::default()` is the safe choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether the counter is read before a PIN is sent.
    pub counter: CounterPolicy,
    /// How long the pieces are in which files are read.
    pub length: LengthPolicy,
    /// Where the JPKI application keeps what, and how its keys sign.
    pub layout: Layout,
}

impl Options {
    /// Reads the counter before a PIN and lets the transport choose lengths.
    pub const fn new() -> Self {
        Options {
            counter: CounterPolicy::READ_FIRST,
            length: LengthPolicy::FromTransport,
            layout: Layout::PRESENT,
        }
    }

    /// Chooses whether the counter is read before a PIN is sent.
    #[must_use]
    pub const fn with_counter(mut self, counter: CounterPolicy) -> Self {
        self.counter = counter;
        self
    }

    /// Chooses the lengths.
    #[must_use]
    pub const fn with_length(mut self, length: LengthPolicy) -> Self {
        self.length = length;
        self
    }

    /// Chooses the layout of the JPKI application.
    #[must_use]
    pub const fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }
}

/// Whether the counter is read before a PIN is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CounterPolicy {
    /// Reads it (one exchange more) and sends nothing to a blocked PIN, to a counter that the card will not tell, or
    /// into somebody else's session.
    ReadFirst {
        /// Also sends nothing when one try is left.
        refuse_at_one: bool,
    },
    /// Sends the PIN straight away: one exchange less, and nobody is warned before the last try.
    Skip,
}

impl CounterPolicy {
    /// The default: read first, and keep the last try.
    pub const READ_FIRST: CounterPolicy = CounterPolicy::ReadFirst {
        refuse_at_one: true,
    };
}

impl Default for CounterPolicy {
    fn default() -> Self {
        Self::READ_FIRST
    }
}
