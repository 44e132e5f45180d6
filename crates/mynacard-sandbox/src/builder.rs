//! How a stand-in is set up.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::service::{Limits, Service};
use crate::store::Store;
use crate::{Error, Running};

/// The stand-in service. It exists to be built: see [`Sandbox::builder`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Sandbox;

impl Sandbox {
    /// A stand-in on a free port of the loopback interface, with everything in memory.
    pub fn builder() -> Builder {
        Builder {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            database: None,
            limits: Limits::default(),
            clock: Arc::new(SystemTime::now),
        }
    }
}

/// The settings of a stand-in that is not running yet.
#[must_use = "a builder does nothing until it is started"]
#[derive(Clone)]
pub struct Builder {
    address: IpAddr,
    port: u16,
    database: Option<PathBuf>,
    limits: Limits,
    clock: crate::service::Clock,
}

impl Builder {
    /// The port; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address to listen on; the loopback interface by default.
    pub fn address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// A database file that outlives the process, with the authority's key in it; memory by
    /// default.
    pub fn database(mut self, file: impl AsRef<Path>) -> Self {
        self.database = Some(file.as_ref().to_owned());
        self
    }

    /// Where "now" comes from; the system's clock by default.
    ///
    /// It decides about challenges, activation codes and certificates of cards and terminals.
    /// The server's own TLS certificate is valid whatever it says.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// How long an activation code works; 14 days by default.
    pub fn activation_life(mut self, life: Duration) -> Self {
        self.limits.activation_life = life;
        self
    }

    /// How long a challenge works; 120 seconds by default.
    pub fn challenge_life(mut self, life: Duration) -> Self {
        self.limits.challenge_life = life;
        self
    }

    /// How many challenges a terminal gets in a minute before REF-5003; 600 by default.
    pub fn challenges_per_minute(mut self, challenges: u32) -> Self {
        self.limits.challenges_per_minute = challenges;
        self
    }

    /// How long the portal takes to confirm an application; no time by default. (The official
    /// portals take three to five working days.)
    pub fn application_time(mut self, time: Duration) -> Self {
        self.limits.application_time = time;
        self
    }

    /// How long a bulk query is in progress (SegmentOfResult 2); a second by default.
    pub fn bulk_time(mut self, time: Duration) -> Self {
        self.limits.bulk_time = time;
        self
    }

    /// How long a handshake, the head of a request and its body may each take; 10 seconds by
    /// default.
    pub fn patience(mut self, time: Duration) -> Self {
        self.limits.patience = time;
        self
    }

    /// How many connections are served at once, those in their handshake among them; 512 by default. More wait in the
    /// kernel's queue until one ends, which none can put off for longer than [`patience`](Self::patience) without a word.
    pub fn connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// Starts to serve, on a thread with a runtime of its own.
    ///
    /// # Errors
    /// When the database cannot be opened, no certificate can be made, or the port is taken.
    pub fn start(self) -> Result<Running, Error> {
        let store = Store::open(self.database.as_deref())?;
        let service = Arc::new(Service::new(store, self.limits, self.clock)?);
        Running::start(service, self.address, self.port)
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .field("port", &self.port)
            .field("database", &self.database)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
