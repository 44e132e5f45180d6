//! The TLS configuration: ring given explicitly, own roots, the terminal's key.

use std::sync::Arc;

use mynacard_auth::{Error as AuthError, ServiceError, ServiceErrorKind, Terminal};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::endpoint::{Endpoint, TlsVersions};

/// What [`Endpoint`] and terminal say, as rustls wants it; no process-wide default is touched.
pub(super) fn config(
    endpoint: &Endpoint,
    terminal: Option<&Terminal>,
) -> Result<ClientConfig, ServiceError> {
    let mut roots = RootCertStore::empty();
    for root in &endpoint.roots {
        roots
            .add(CertificateDer::from(root.clone()))
            .map_err(unusable)?;
    }
    let versions: &[_] = match endpoint.versions {
        TlsVersions::Only13 => &[&rustls::version::TLS13],
        TlsVersions::From12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .map_err(unusable)?
        .with_root_certificates(roots);
    match terminal {
        None => Ok(builder.with_no_client_auth()),
        Some(terminal) => {
            let chain = std::iter::once(terminal.certificate())
                .chain(terminal.chain().iter().map(Vec::as_slice))
                .map(|der| CertificateDer::from(der.to_vec()))
                .collect();
            let key = terminal
                .key()
                .to_pkcs8()
                .map_err(|error: AuthError| unusable(error))?;
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.to_vec()));
            builder.with_client_auth_cert(chain, key).map_err(unusable)
        }
    }
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> ServiceError {
    ServiceError::new(ServiceErrorKind::Configuration).with_source(error)
}
