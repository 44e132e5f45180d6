//! The one shape in which the stand-in says no.

use serde_json::{Value, json};

use crate::{Code, Error};

/// A refused call: code, and what helps its reader to mend it.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: Code,
    status: u16,
    field: Option<String>,
    detail: Option<String>,
    retry_after: Option<u32>,
}

impl Refusal {
    pub(crate) fn new(code: Code) -> Self {
        Self {
            code,
            status: code.status(),
            field: None,
            detail: None,
            retry_after: None,
        }
    }

    /// REF-4001 naming the field and what is wrong with it.
    pub(crate) fn malformed(field: impl Into<String>, detail: &'static str) -> Self {
        Self::new(Code::Malformed).field(field).detail(detail)
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same code under an HTTP status of its own (unknown path, wrong method).
    pub(crate) fn status_instead(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn seconds(&self) -> Option<u32> {
        self.retry_after
    }

    pub(crate) fn body(&self) -> Value {
        let english = match &self.detail {
            Some(detail) => format!("{}: {detail}", self.code.english()),
            None => self.code.english().to_owned(),
        };
        json!({
            "sandbox": true,
            "code": self.code.as_str(),
            "message_ja": self.code.japanese(),
            "message_en": english,
            "field": self.field,
            "retry_after": self.retry_after,
        })
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

// A failure of the stand-in itself looks like maintenance from outside; its own log says more.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        log::error!("{error}: {:?}", std::error::Error::source(&error));
        Self::new(Code::Maintenance).retry_after(60)
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Error::from(error).into()
    }
}
