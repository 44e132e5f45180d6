//! The verdict on the card's certificate, before any PIN.

use std::time::SystemTime;

use mynacard_cert::{Certificate, ErrorKind as CertErrorKind, Expiry, Hierarchy, Timestamp};

use super::answer::Warning;
use super::settings::{DeskSettings, ExpiredCertificate, UnknownIssuer};
use crate::{Error, ErrorKind};

/// A certificate that the desk's policies let pass.
pub(super) struct Judged {
    pub(super) certificate: Certificate,
    pub(super) warnings: Vec<Warning>,
    /// Who vouches for it, if anybody known.
    pub(super) hierarchy: Option<Hierarchy>,
}

impl DeskSettings {
    /// Judges the certificate at `now`: another hierarchy, a signature certificate and a forgery are always refused.
    pub(super) fn judge(&self, der: &[u8], now: SystemTime) -> Result<Judged, Error> {
        let certificate = Certificate::from_der(der)?;
        let at = Timestamp::from(now);
        let mut warnings = Vec::new();
        let mut vouching = None;
        match self.hierarchy(&certificate, at) {
            Ok(hierarchy) => {
                vouching = Some(hierarchy);
                if hierarchy != Hierarchy::Production {
                    warnings.push(Warning::NotProduction { hierarchy });
                }
            }
            Err(error) if matches!(error.kind(), CertErrorKind::IssuerUnknown { .. }) => {
                if self.unknown_issuer == UnknownIssuer::Refuse {
                    return Err(Error::from(ErrorKind::CertificateIssuerUnknown).with_source(error));
                }
                warnings.push(Warning::IssuerUnknown);
            }
            Err(error) => return Err(error.into()),
        }
        match Expiry::of(&certificate, at) {
            Expiry::Expired { .. } if self.expired == ExpiredCertificate::Refuse => {
                return Err(ErrorKind::CertificateExpired.into());
            }
            Expiry::Expired { since } => warnings.push(Warning::Expired { since }),
            Expiry::EndsSoon { until } => warnings.push(Warning::EndsSoon { until }),
            Expiry::Valid { .. } => {}
        }
        Ok(Judged {
            certificate,
            warnings,
            hierarchy: vouching,
        })
    }

    /// The hierarchy that vouches for it. A root may have ended together with what it issued: then the certificate is
    /// judged at its own end, and counts as ended.
    fn hierarchy(
        &self,
        certificate: &Certificate,
        at: Timestamp,
    ) -> Result<Hierarchy, mynacard_cert::Error> {
        match self.trust.verify_authentication(certificate, at) {
            Err(error)
                if matches!(error.kind(), CertErrorKind::RootNotValid { .. })
                    && certificate.not_after() < at =>
            {
                self.trust
                    .verify_authentication(certificate, certificate.not_after())
            }
            verdict => verdict,
        }
        .map(|verified| verified.hierarchy())
    }
}
