//! Dialogues as JSON lines: recorded without anybody's data, replayed as a [`Transport`].
//!
//! A vendor mails a trace, and her case runs again here. What is recorded byte for byte is on an allow-list: headers,
//! lengths, status words, SELECTs, and files that are the same on many cards. Everything else is masked when it is
//! recorded: tags and lengths stay, so that the same code runs, values become the character `0`. PINs and what is signed
//! are not recorded at all, and of PINs and passwords not even the length. Other lengths remain, among them those of name
//! and address.
//!
//! ```
//! use mynacard_card::{Pin, Transport, app::jpki::{Jpki, Options}, trace::{Recorder, Replay}};
//!
//! fn case(card: &mut dyn Transport) -> String {
//!     let mut trace = String::new();
//!     let mut recorder = Recorder::new(card, |line: &str| {
//!         trace.push_str(line);
//!         trace.push('\n');
//!     });
//!     let _ = Jpki::open(&mut recorder, Options::default()).and_then(|mut jpki| jpki.authentication_certificate());
//!     trace
//! }
//!
//! let trace = r#"{"event":"begin","version":1,"max_command":261,"max_response":258}
//! {"event":"exchange","header":"00A4040C","lc":10,"data":"D392F000260100000001","le":0,"status":"6A82","answer":[]}
//! {"event":"end","how":"power-down"}"#;
//! let mut replay = Replay::read(trace)?;
//! assert_eq!(Jpki::open(&mut replay, Options::default()).err().unwrap().code(), "MC-1001");
//! assert!(replay.is_finished());
//! # Ok::<(), mynacard_card::trace::TraceError>(())
//! ```
//!
//! [`Transport`]: crate::Transport

mod mask;
mod names;
mod record;
mod replay;

pub use record::Recorder;
pub use replay::Replay;

/// Version of the format, in every `begin` line.
pub(crate) const VERSION: u64 = 1;

/// Why a trace cannot be read or does not fit the dialogue. Code `MC-1024`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// A line that is not one of a trace.
    #[error("line {line} of the trace: {problem}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More lines than are read.
    #[error("trace of more than {limit} lines")]
    TooLong {
        /// The bound.
        limit: usize,
    },
    /// The dialogue does something else than the trace.
    #[error("dialogue leaves the trace at line {line}: {problem}")]
    Diverged {
        /// The line, from 1.
        line: usize,
        /// How.
        problem: &'static str,
    },
}

impl TraceError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        "MC-1024"
    }
}
