//! A computer whose clock is wrong: named as that, not as a fault of the card or the service.

use crate::{Challenge, Error, ErrorKind, ServiceErrorKind};

/// From so many seconds on, an answer warns of it.
pub(super) const WARN: u64 = 120;
/// A service lets an operator's confirmation be off by about so much.
const CONFIRMATION: u64 = 60;
/// No certificate that is valid by the right clock fails by a clock that is less wrong.
const CERTIFICATE: u64 = 3600;

impl Challenge {
    /// The offset, if it is larger than `limit` seconds.
    pub(super) fn clock_off_by_more_than(&self, limit: u64) -> Option<i64> {
        self.clock_offset()
            .filter(|offset| offset.unsigned_abs() > limit)
    }

    /// The error as what it most likely is: with a clock that is far off, the clock's fault.
    pub(super) fn named_by_clock(&self, error: Error) -> Error {
        use mynacard_cert::ErrorKind as Cert;
        let limit = match error.kind() {
            ErrorKind::Service(service) if service.kind() == ServiceErrorKind::ChallengeExpired => {
                CONFIRMATION
            }
            ErrorKind::Certificate(certificate)
                if matches!(
                    certificate.kind(),
                    Cert::NotYetValid { .. } | Cert::RootNotValid { .. }
                ) =>
            {
                CERTIFICATE
            }
            ErrorKind::CertificateExpired => CERTIFICATE,
            _ => return error,
        };
        match self.clock_off_by_more_than(limit) {
            Some(seconds) => {
                let tries = error.pin_tries();
                Error::from(ErrorKind::ClockOff { seconds })
                    .with_tries(tries)
                    .with_source(error)
            }
            None => error,
        }
    }
}
