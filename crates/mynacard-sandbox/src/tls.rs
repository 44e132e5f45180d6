//! TLS 1.3 with client certificates: the handshake proves that the peer holds its key; who the
//! peer *is* the register decides, by the exact certificate (see [`service`](crate::service)).

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as TlsError, ServerConfig,
    SignatureScheme,
};

use crate::authority::{Authority, ServerIdentity};
use crate::{Error, ErrorKind};

/// The server's side: TLS 1.3 only, a client certificate offered but not demanded (`info` and
/// `activate` come without one). Terminals are asked for certificates of `authority`; the server's own is `issuer`'s.
pub(crate) fn server_config(
    authority: &Authority,
    issuer: &Authority,
    identity: ServerIdentity,
) -> Result<ServerConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = PossessionOnly {
        hints: vec![DistinguishedName::from(authority.distinguished_name()?)],
        provider: Arc::clone(&provider),
    };
    let chain = vec![
        CertificateDer::from(identity.certificate),
        CertificateDer::from(issuer.certificate().to_vec()),
    ];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|e| Error::with_source(ErrorKind::Certificate("TLS configuration"), e))?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(chain, key)
        .map_err(|e| Error::with_source(ErrorKind::Certificate("TLS configuration"), e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Lets any certificate through whose key signed this handshake. The register then knows the
/// terminal by the hash of its certificate, which is stricter than any chain, follows the
/// injected clock, and can tell a stranger REF-1001 instead of cutting the line.
#[derive(Debug)]
struct PossessionOnly {
    hints: Vec<DistinguishedName>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for PossessionOnly {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        if end_entity.len() > 8192 {
            return Err(TlsError::InvalidCertificate(CertificateError::BadEncoding));
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        // Never asked: the configuration speaks TLS 1.3 alone.
        Err(TlsError::General("TLS 1.3 only".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
