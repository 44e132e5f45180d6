//! The certificate that the stand-in shows, and how it may change under way.

use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use der::asn1::{Ia5String, OctetString};
use tokio_rustls::TlsAcceptor;
use x509_cert::ext::pkix::name::GeneralName;

use crate::authority::{Authority, EVER};
use crate::{Error, ErrorKind, tls};

/// Which certificate the next connections are shown; set by
/// [`Running::set_certificate`](crate::Running::set_certificate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ServerCertificate {
    /// A new one of the stand-in's own authority, valid at any time: an ordinary renewal.
    #[default]
    Renewed,
    /// One of another authority: somebody else answers under this address.
    OtherAuthority,
    /// One of the own authority that ended with the year 2000: what a client sees whose clock is far ahead.
    Ended,
    /// One of the own authority that begins in 2048: what a client sees whose clock is far behind.
    NotYetValid,
}

/// What connections are shown at the moment.
pub(crate) struct Face {
    names: Vec<GeneralName>,
    acceptor: RwLock<TlsAcceptor>,
}

/// The year 2000, in Unix seconds.
const LONG_AGO: (i64, i64) = (946_684_800, 978_307_199);
/// The year 2048.
const FAR_AHEAD: (i64, i64) = (2_461_449_600, 2_493_071_999);

impl Face {
    pub(crate) fn new(authority: &Authority, address: IpAddr) -> Result<Self, Error> {
        let names = names(address)?;
        let acceptor = RwLock::new(acceptor(authority, authority, &names, EVER)?);
        Ok(Self { names, acceptor })
    }

    /// For the next connection; those that stand keep what they were shown.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn change(&self, own: &Authority, to: ServerCertificate) -> Result<(), Error> {
        let acceptor = match to {
            ServerCertificate::Renewed => acceptor(own, own, &self.names, EVER)?,
            ServerCertificate::OtherAuthority => {
                acceptor(own, &Authority::generate()?, &self.names, EVER)?
            }
            ServerCertificate::Ended => acceptor(own, own, &self.names, LONG_AGO)?,
            ServerCertificate::NotYetValid => acceptor(own, own, &self.names, FAR_AHEAD)?,
        };
        *self
            .acceptor
            .write()
            .unwrap_or_else(PoisonError::into_inner) = acceptor;
        Ok(())
    }
}

fn acceptor(
    own: &Authority,
    issuer: &Authority,
    names: &[GeneralName],
    validity: (i64, i64),
) -> Result<TlsAcceptor, Error> {
    let identity = issuer.issue_server(names.to_vec(), validity)?;
    let config = tls::server_config(own, issuer, identity)?;
    Ok(TlsAcceptor::from(std::sync::Arc::new(config)))
}

fn names(address: IpAddr) -> Result<Vec<GeneralName>, Error> {
    let mut addresses = vec![
        vec![127, 0, 0, 1],
        std::net::Ipv6Addr::LOCALHOST.octets().to_vec(),
    ];
    let own = match address {
        IpAddr::V4(own) => own.octets().to_vec(),
        IpAddr::V6(own) => own.octets().to_vec(),
    };
    if !addresses.contains(&own) && !address.is_unspecified() {
        addresses.push(own);
    }
    let failed = |e: der::Error| Error::with_source(ErrorKind::Certificate("server's name"), e);
    let mut names = vec![GeneralName::DnsName(
        Ia5String::new("localhost").map_err(failed)?,
    )];
    for address in addresses {
        names.push(GeneralName::IpAddress(
            OctetString::new(address).map_err(failed)?,
        ));
    }
    Ok(names)
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Face").finish_non_exhaustive()
    }
}
