//! OQSComApp on the 資格確認端末, as a stand-in: the folders `req`, `res` and `face`, answered from the synthetic people.
//!
//! Requests are taken away from `req` by their names, answers appear in `res` under the same id, cards that are "put on the
//! reader" appear in `face`. Every answer says that it is not the official system: in its result message, in its error message,
//! or both. [`Fault`]s write answers as a busy terminal on a bad network does.
//!
//! ```
//! use mynacard_sandbox::oqs::Terminal;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("mynacard-oqs-example-{}", std::process::id()));
//! let running = Terminal::under(&folder).start()?;      // makes req, res and face
//! let file = running.put_card("kyokai-self")?;          // what a receipt computer finds in face
//! assert!(file.starts_with(folder.join("face")));
//! running.stop();
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(())
//! # }
//! ```

mod bulk;
mod desk;
mod fault;
mod lookup;
mod reply;
mod running;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::{Error, Institution};

pub use fault::Fault;
pub use running::Running;

/// The settings of a terminal that is not running yet.
#[must_use = "a terminal does nothing until it is started"]
#[derive(Clone)]
pub struct Terminal {
    pub(crate) folder: PathBuf,
    pub(crate) institution: Option<Institution>,
    pub(crate) bulk_time: Duration,
    pub(crate) poll: Duration,
    pub(crate) packing: Packing,
    pub(crate) visiting: u32,
    pub(crate) online: u32,
    pub(crate) clock: crate::service::Clock,
}

/// How the results of bulk requests are packed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Packing {
    /// Plain XML.
    #[default]
    Xml,
    /// A ZIP with the XML in it.
    Zip,
    /// A ZIP encrypted with AES-256 under this password.
    AesZip(String),
}

impl Terminal {
    /// A terminal that shares the folders `req`, `res` and `face` in a folder, usually `C:\OQS`.
    pub fn under(folder: impl AsRef<Path>) -> Self {
        Self {
            folder: folder.as_ref().to_owned(),
            institution: None,
            bulk_time: Duration::from_secs(1),
            poll: Duration::from_millis(50),
            packing: Packing::default(),
            visiting: 5,
            online: 3,
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Answers only this institution; any ten-digit code by default.
    pub fn institution(mut self, institution: &Institution) -> Self {
        self.institution = Some(institution.clone());
        self
    }

    /// How long a bulk request is in progress (SegmentOfResult 2); a second by default.
    pub fn bulk_time(mut self, time: Duration) -> Self {
        self.bulk_time = time;
        self
    }

    /// How often `req` is looked at; every 50 milliseconds by default.
    pub fn poll(mut self, time: Duration) -> Self {
        self.poll = time;
        self
    }

    /// How the results of bulk requests are packed; not at all by default.
    pub fn packing(mut self, packing: Packing) -> Self {
        self.packing = packing;
        self
    }

    /// How many patients gave consent to 訪問診療等 and to オンライン診療等; 5 and 3 by default.
    ///
    /// They are called `V0000001` and `O0000001` and so on. The n-th gave consent n − 1 days ago, and her next visit is n − 1
    /// days ahead.
    pub fn consented(mut self, visiting: u32, online: u32) -> Self {
        self.visiting = visiting;
        self.online = online;
        self
    }

    /// Where "now" comes from; the system's clock by default.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Makes the folders where they are missing, and starts to answer on a thread of its own.
    ///
    /// # Errors
    /// When the folders or the thread cannot be made.
    pub fn start(self) -> Result<Running, Error> {
        Running::start(self)
    }
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal")
            .field("folder", &self.folder)
            .field("institution", &self.institution)
            .finish_non_exhaustive()
    }
}
