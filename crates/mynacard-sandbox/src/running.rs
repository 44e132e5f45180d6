//! A stand-in that serves, until it is stopped or dropped.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::oneshot;

use crate::face::Face;
use crate::service::Service;
use crate::{
    Condition, Error, ErrorKind, Fault, Institution, ServerCertificate, UserSettings, http,
    listener,
};

/// A running stand-in. Dropping it stops it and waits for its thread.
#[derive(Debug)]
pub struct Running {
    url: String,
    address: SocketAddr,
    service: Arc<Service>,
    face: Arc<Face>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start(service: Arc<Service>, address: IpAddr, port: u16) -> Result<Self, Error> {
        let face = Arc::new(Face::new(&service.authority, address)?);
        let listener = std::net::TcpListener::bind((address, port))
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .map_err(|e| Error::with_source(ErrorKind::Listen, e))?;
        let address = listener
            .local_addr()
            .map_err(|e| Error::with_source(ErrorKind::Listen, e))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::with_source(ErrorKind::Runtime, e))?;
        let (stop, stopped) = oneshot::channel();
        let router = http::router(&service);
        let faults = Arc::clone(&service);
        let shown = Arc::clone(&face);
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)
                .map_err(|e| Error::with_source(ErrorKind::Listen, e))?
        };
        let thread = std::thread::Builder::new()
            .name("mynacard-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(listener::serve(listener, shown, router, faults, stopped))
            })
            .map_err(|e| Error::with_source(ErrorKind::Runtime, e))?;
        Ok(Self {
            url: format!("https://{address}"),
            address,
            service,
            face,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address to call, without the base path `/v1`: `https://127.0.0.1:port`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of its authority in DER: what a client has to trust, and nothing else.
    pub fn ca_certificate_der(&self) -> &[u8] {
        self.service.authority.certificate()
    }

    /// The same certificate as PEM text.
    pub fn ca_certificate_pem(&self) -> String {
        let text = STANDARD.encode(self.ca_certificate_der());
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        let mut rest = text.as_str();
        while !rest.is_empty() {
            // Base64 is ASCII: every index is a character boundary.
            let (line, tail) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = tail;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }

    /// Hands out the settings of one more terminal of the [default institution](Institution).
    ///
    /// # Errors
    /// When the database fails.
    pub fn issue_activation(&self) -> Result<UserSettings, Error> {
        self.issue_activation_for(&Institution::default())
    }

    /// Hands out the settings of one more terminal of an institution, entering the institution
    /// in the register first, or renewing what the register knows of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn issue_activation_for(&self, institution: &Institution) -> Result<UserSettings, Error> {
        self.service.issue_activation(institution)
    }

    /// Enters `count` synthetic patients of visiting care (訪問診療等) whom the institution may
    /// query without their card, referred to as `P0000001` and so on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn enrol_patients(&self, institution: &Institution, count: u32) -> Result<(), Error> {
        self.service.enrol_patients(institution, count)
    }

    /// Pretends a bad day, or ends one, for every call from now on.
    pub fn set_condition(&self, condition: Condition) {
        self.service.set_condition(condition);
    }

    /// Spoils every answer from now on, or (with `None`) no longer.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.service.set_fault(fault);
    }

    /// Shows the next connections another certificate; those that stand keep theirs.
    ///
    /// # Errors
    /// When no certificate can be made.
    pub fn set_certificate(&self, certificate: ServerCertificate) -> Result<(), Error> {
        self.face.change(&self.service.authority, certificate)
    }

    /// Sets the stand-in's clock so many seconds ahead of the builder's (negative: behind), from now on.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.service.set_clock_ahead(seconds);
    }

    /// How many requests to calls of the protocol have arrived so far, whatever came of them.
    pub fn requests(&self) -> u64 {
        self.service.requests()
    }

    /// How many checks with an insurance have been answered, since yesterday at most; a repeated delivery is no second one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn checks(&self) -> Result<u32, Error> {
        self.service
            .store
            .in_transaction(|records| Ok(records.answered(None)?))
    }

    /// Says whether this is the id of one of these checks.
    ///
    /// # Errors
    /// When the database fails.
    pub fn knows_check(&self, id: &str) -> Result<bool, Error> {
        self.service
            .store
            .in_transaction(|records| Ok(records.answered(Some(id))? == 1))
    }

    pub(crate) fn service(&self) -> Arc<Service> {
        Arc::clone(&self.service)
    }

    /// Stops serving, cuts open connections and waits for the thread.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // The receiver is gone when the thread has ended already.
        let _ = self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the sandbox's thread panicked");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
