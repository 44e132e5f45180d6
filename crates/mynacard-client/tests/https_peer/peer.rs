//! A server that answers every connection with the same bytes, over TLS or not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) const ROOT: &[u8] = include_bytes!("pki/root.der");
pub(crate) const OTHER_ROOT: &[u8] = include_bytes!("pki/other.der");
const SERVER: &[u8] = include_bytes!("pki/server.der");
const KEY: &[u8] = include_bytes!("pki/server.pk8");

/// The threads end with the test program.
pub(crate) struct Peer {
    url: String,
}

impl Peer {
    /// Reads a request, writes `raw` and closes.
    pub(crate) fn answering(raw: Vec<u8>) -> Self {
        Self::tls(move |stream| {
            if request(stream) {
                let _: Result<(), _> = stream.write_all(&raw).and_then(|()| stream.flush());
            }
        })
    }

    /// Reads a request and says nothing.
    pub(crate) fn silent() -> Self {
        Self::tls(|stream| {
            request(stream);
            std::thread::sleep(Duration::from_secs(60));
        })
    }

    /// Reads a request and writes `raw` byte by byte, slowly.
    pub(crate) fn dripping(raw: Vec<u8>) -> Self {
        Self::tls(move |stream| {
            request(stream);
            for byte in &raw {
                if stream
                    .write_all(&[*byte])
                    .and_then(|()| stream.flush())
                    .is_err()
                {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        })
    }

    /// Speaks no TLS.
    pub(crate) fn plain(raw: Vec<u8>) -> Self {
        Self::serve(move |mut stream| {
            let mut buffer = [0; 512];
            let _: Result<usize, _> = stream.read(&mut buffer);
            let _: Result<(), _> = stream.write_all(&raw);
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Answers as [`Peer::answering`] does, and speaks TLS 1.2 at most.
    pub(crate) fn old(raw: Vec<u8>) -> Self {
        Self::speaking(&rustls::version::TLS12, move |stream| {
            if request(stream) {
                let _: Result<(), _> = stream.write_all(&raw);
            }
        })
    }

    /// Wants a certificate of the terminal, and says so to one that has none.
    pub(crate) fn demanding() -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(ROOT)).unwrap();
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        Self::verifying(
            builder.build().unwrap(),
            &rustls::version::TLS13,
            |stream| {
                // The handshake fails here, and its alert is sent; what the client has sent meanwhile is read, so that no reset takes the alert away.
                request(stream);
                let _: Result<(), _> = stream.flush();
                let _: Result<u64, _> = std::io::copy(&mut stream.sock, &mut std::io::sink());
            },
        )
    }

    fn tls(
        act: impl Fn(&mut StreamOwned<ServerConnection, TcpStream>) + Send + Sync + 'static,
    ) -> Self {
        Self::speaking(&rustls::version::TLS13, act)
    }

    fn speaking(
        version: &'static rustls::SupportedProtocolVersion,
        act: impl Fn(&mut StreamOwned<ServerConnection, TcpStream>) + Send + Sync + 'static,
    ) -> Self {
        Self::verifying(Arc::new(NoClientAuth), version, act)
    }

    fn verifying(
        clients: Arc<dyn ClientCertVerifier>,
        version: &'static rustls::SupportedProtocolVersion,
        act: impl Fn(&mut StreamOwned<ServerConnection, TcpStream>) + Send + Sync + 'static,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![CertificateDer::from(SERVER)],
                PrivateKeyDer::try_from(KEY).unwrap(),
            )
            .unwrap();
        let config = Arc::new(config);
        Self::serve(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            act(&mut stream);
            stream.conn.send_close_notify();
            let _: Result<(), _> = stream.flush();
        })
    }

    fn serve(act: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "https://127.0.0.1:{}",
            listener.local_addr().unwrap().port()
        );
        let act = Arc::new(act);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let act = Arc::clone(&act);
                std::thread::spawn(move || act(stream));
            }
        });
        Self { url }
    }
}

/// Reads to the end of a request's head; says whether it came.
fn request(stream: &mut impl Read) -> bool {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => head.extend_from_slice(&buffer[..count]),
            _ => return false,
        }
    }
    true
}
