//! The accept loop: every connection and its handshake in a task of their own, bounded in number
//! and time, so that a stalled client blocks nobody.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use crate::authority::sha256;
use crate::face::Face;
use crate::fault::Line;
use crate::service::Service;

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    /// SHA-256 of the client's certificate, when it showed one and proved its key.
    pub(crate) certificate_sha256: Option<[u8; 32]>,
}

/// Serves until told to stop; whatever is open then is dropped with the runtime.
pub(crate) async fn serve(
    listener: TcpListener,
    face: Arc<Face>,
    router: Router,
    service: Arc<Service>,
    mut stop: oneshot::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(
        service.limits.connections.clamp(1, Semaphore::MAX_PERMITS),
    ));
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            _ = &mut stop => return,
        };
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => return,
        };
        let (Ok(place), Ok((stream, _))) = (place, stream) else {
            // Out of file descriptors, most likely: let some connections end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, router) = (face.acceptor(), router.clone());
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            connection(stream, acceptor, router, service).await;
            drop(place);
        });
    }
}

async fn connection(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    router: Router,
    faults: Arc<Service>,
) {
    // Small answers should leave at once; without it they still arrive.
    let _ = stream.set_nodelay(true);
    let patience = faults.limits.patience;
    let handshake = tokio::time::timeout(patience, acceptor.accept(stream)).await;
    let Ok(Ok(stream)) = handshake else {
        log::debug!("a handshake failed or stalled");
        return;
    };
    let peer = Peer {
        certificate_sha256: stream
            .get_ref()
            .1
            .peer_certificates()
            .and_then(|chain| chain.first())
            .map(|certificate| sha256(certificate)),
    };
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.clone().call(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(Line::new(stream, faults)), service)
        .await;
    if served.is_err() {
        log::debug!("a connection ended early");
    }
}
