//! From a failed request to the kind of its failure.

use std::error::Error as StdError;
use std::{fmt, io};

use mynacard_auth::{ServiceError, ServiceErrorKind};
use rustls::{AlertDescription, CertificateError};

/// Why a body could not be understood; the text itself, another party's and perhaps personal, is not repeated.
#[derive(Debug)]
pub(super) struct NotUnderstood {
    pub(super) what: &'static str,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The error that stands for a failed request.
pub(super) fn from_reqwest(error: reqwest::Error) -> ServiceError {
    let kind = kind_of(&error);
    ServiceError::new(kind).with_source(error.without_url())
}

/// The error that stands for JSON of another shape than the protocol's.
pub(super) fn from_json(error: &serde_json::Error) -> ServiceError {
    let what = match error.classify() {
        serde_json::error::Category::Io => "reading failed",
        serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Data => "not the expected members",
        serde_json::error::Category::Eof => "JSON that ends early",
    };
    malformed(what, error.line(), error.column())
}

/// The error for a named part that cannot be right.
pub(super) fn malformed(what: &'static str, line: usize, column: usize) -> ServiceError {
    ServiceError::new(ServiceErrorKind::MalformedAnswer).with_source(NotUnderstood {
        what,
        line,
        column,
    })
}

fn kind_of(error: &reqwest::Error) -> ServiceErrorKind {
    if error.is_builder() {
        return ServiceErrorKind::Configuration;
    }
    let mut broken = false;
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return kind_of_tls(tls);
        }
        broken |= error
            .downcast_ref::<io::Error>()
            .is_some_and(is_broken_line);
        cause = inside(error);
    }
    match () {
        () if error.is_timeout() => ServiceErrorKind::Timeout,
        () if broken => ServiceErrorKind::Unreachable,
        () if error.is_decode() || speaks_no_http(error) => ServiceErrorKind::MalformedAnswer,
        () => ServiceErrorKind::Unreachable,
    }
}

/// The next cause; an [`io::Error`] hides what it wraps from `source()`.
fn inside<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn is_broken_line(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(
        error.kind(),
        K::UnexpectedEof
            | K::ConnectionReset
            | K::ConnectionAborted
            | K::BrokenPipe
            | K::NotConnected
    )
}

fn kind_of_tls(error: &rustls::Error) -> ServiceErrorKind {
    use AlertDescription as Alert;
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => ServiceErrorKind::ServerNotValidNow,
        rustls::Error::InvalidCertificate(_) => ServiceErrorKind::UntrustedServer,
        rustls::Error::AlertReceived(
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError,
        ) => ServiceErrorKind::TerminalRefused,
        _ => ServiceErrorKind::Tls,
    }
}

/// hyper's own errors are not in reqwest's public types; their words are stable enough to tell noise from silence.
fn speaks_no_http(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if text.starts_with("invalid HTTP") || text.starts_with("message head is too large") {
            return true;
        }
        cause = error.source();
    }
    false
}

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, 0) => f.write_str(self.what),
            (line, column) => write!(f, "{} at line {line}, column {column}", self.what),
        }
    }
}

impl StdError for NotUnderstood {}

#[cfg(test)]
mod tests {
    use super::*;
    use ServiceErrorKind as K;

    /// A terminal whose certificate ended or was taken back is told so, and not that the line is bad.
    #[test]
    fn who_refuses_whom_is_told() {
        let alert = rustls::Error::AlertReceived;
        let wrong = rustls::Error::InvalidCertificate;
        for (error, kind) in [
            (
                alert(AlertDescription::CertificateExpired),
                K::TerminalRefused,
            ),
            (
                alert(AlertDescription::CertificateRevoked),
                K::TerminalRefused,
            ),
            (alert(AlertDescription::UnknownCA), K::TerminalRefused),
            (
                alert(AlertDescription::CertificateRequired),
                K::TerminalRefused,
            ),
            (alert(AlertDescription::HandshakeFailure), K::Tls),
            (alert(AlertDescription::ProtocolVersion), K::Tls),
            (wrong(CertificateError::Expired), K::ServerNotValidNow),
            (wrong(CertificateError::NotValidYet), K::ServerNotValidNow),
            (wrong(CertificateError::UnknownIssuer), K::UntrustedServer),
            (wrong(CertificateError::NotValidForName), K::UntrustedServer),
        ] {
            assert_eq!(kind_of_tls(&error), kind, "{error:?}");
        }
    }
}
