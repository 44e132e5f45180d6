//! Why a command failed: a coded error of the library, or a mistake in its use.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use mynacard::guidance::{Class, Language};
use mynacard::{Advice, Coded};

use crate::exit::Exit;

/// A command that did not reach its end.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    tries_left: Option<u8>,
    detail: String,
    /// Says the sentence for failures that have no code of the library.
    own: Option<Class>,
}

impl Failure {
    /// The command line asks for something impossible.
    pub(crate) fn usage(detail: String) -> Self {
        Self {
            code: "usage",
            tries_left: None,
            detail,
            own: Some(Class::Caller),
        }
    }

    /// A file cannot be read or written.
    pub(crate) fn file(file: &Path, error: &io::Error) -> Self {
        Self {
            code: "file",
            tries_left: None,
            detail: format!("{}: {error}", file.display()),
            own: Some(Class::Environment),
        }
    }

    /// A secret could not be read.
    pub(crate) fn secret(what: &str, error: &io::Error) -> Self {
        Self {
            code: "secret",
            tries_left: None,
            detail: format!("the {what} could not be read: {error}"),
            own: Some(Class::Environment),
        }
    }

    /// The demonstration itself does not work.
    #[cfg(feature = "demo")]
    pub(crate) fn demo(detail: &(impl ToString + ?Sized)) -> Self {
        Self {
            code: "demo",
            tries_left: None,
            detail: detail.to_string(),
            own: Some(Class::Environment),
        }
    }

    /// The standard output is gone.
    pub(crate) fn output(error: &io::Error) -> Self {
        Self {
            code: "output",
            tries_left: None,
            detail: error.to_string(),
            own: Some(Class::Environment),
        }
    }

    /// The technical sentence, with its causes.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What to tell staff.
    pub(crate) fn advice(&self, language: Language) -> Advice {
        let mut advice = Advice::for_code(self.code, self.tries_left, language);
        if let Some(class) = self.own {
            advice.class = class;
            advice.staff.clone_from(&self.detail);
        }
        advice
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.advice(Language::English).class.into()
    }
}

impl<E: Coded + StdError> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut detail = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            // Writing to a String cannot fail.
            let _ = write!(detail, ": {cause}");
            source = cause.source();
        }
        Self {
            code: error.code(),
            tries_left: error.tries_left(),
            detail,
            own: None,
        }
    }
}
