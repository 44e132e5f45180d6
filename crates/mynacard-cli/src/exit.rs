//! Exit codes: one for each class of outcome, so that a script need not read the text.

use std::process::ExitCode;

use mynacard::guidance::Class;

/// What the process tells its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; for `check`: the service answered, whatever the answer says.
    Done,
    /// The card refused, or was not there.
    Card,
    /// The service, or another party, refused; for `cert verify`: the verdict is a refusal.
    Peer,
    /// A file or an answer was malformed.
    Input,
    /// The command was given something impossible (clap itself exits with 2 as well).
    Usage,
    /// Reader, line, disk or machine.
    Environment,
}

impl Exit {
    /// The number: 0, 10 card, 11 peer, 12 input, 2 usage, 14 environment.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 2,
            Self::Card => 10,
            Self::Peer => 11,
            Self::Input => 12,
            Self::Environment => 14,
        }
    }
}

impl From<Class> for Exit {
    fn from(class: Class) -> Self {
        match class {
            Class::Answer => Self::Done,
            Class::Card => Self::Card,
            Class::Peer => Self::Peer,
            Class::Input => Self::Input,
            Class::Caller => Self::Usage,
            _ => Self::Environment,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
