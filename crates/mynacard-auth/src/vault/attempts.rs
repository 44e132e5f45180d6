//! Growing delays and a lock after wrong passcodes, kept in a small file beside the vault.
//!
//! An attempt is written down as failed before the passcode is tried, so that ending the program does not save one.
//! Who can delete this file could as well copy the vault and guess elsewhere: the stretching is the answer to that.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::file;
use crate::{Error, ErrorKind};

/// Wrong passcodes until the vault is locked.
const LOCKED_AT: u32 = 10;

#[derive(Serialize, Deserialize, Clone, Copy, Default)]
struct Attempts {
    failed: u32,
    last: u64,
}

impl Attempts {
    fn left(self) -> u32 {
        LOCKED_AT.saturating_sub(self.failed)
    }

    /// Seconds that must pass after this many failures.
    fn delay(self) -> u64 {
        match self.failed {
            0..=2 => 0,
            n => (30 << (n - 3).min(6)).min(1800),
        }
    }

    /// Seconds that are left of the delay. A clock set back does not shorten it, nor does it make it longer than one delay.
    fn wait(self, now: u64) -> u64 {
        self.delay().saturating_sub(now.saturating_sub(self.last))
    }
}

/// An attempt that is written down as failed, until it is known better.
pub(super) struct Attempt {
    before: Attempts,
    counted: Attempts,
}

impl Attempt {
    /// How many attempts are left when this one was wrong.
    pub(super) fn left(&self) -> u32 {
        self.counted.left()
    }

    /// Uncounts an attempt in which no passcode was tried.
    pub(super) fn take_back(self, vault: &Path) -> Result<(), Error> {
        match self.before.failed {
            0 => forget(vault),
            _ => write(&file::beside(vault, ".attempts"), self.before),
        }
    }
}

/// Whether a passcode may be tried now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VaultState {
    /// A passcode may be tried.
    Waiting {
        /// How many attempts are left before the vault locks.
        left: u32,
    },
    /// After wrong passcodes the next one has to wait.
    Delayed {
        /// For so many seconds.
        seconds: u64,
    },
    /// Too many wrong passcodes.
    Locked,
}

/// The state at `now`; counts no attempt.
pub(super) fn state(vault: &Path, now: SystemTime) -> Result<VaultState, Error> {
    let so_far = read(&file::beside(vault, ".attempts"))?;
    Ok(match so_far.wait(seconds(now)) {
        _ if so_far.failed >= LOCKED_AT => VaultState::Locked,
        0 => VaultState::Waiting {
            left: so_far.left(),
        },
        seconds => VaultState::Delayed { seconds },
    })
}

/// Counts one more attempt as failed, or says that it must wait.
pub(super) fn begin(vault: &Path, now: SystemTime) -> Result<Attempt, Error> {
    let path = file::beside(vault, ".attempts");
    let so_far = read(&path)?;
    if so_far.failed >= LOCKED_AT {
        return Err(ErrorKind::VaultLocked.into());
    }
    let now = seconds(now);
    let wait = so_far.wait(now);
    if wait > 0 {
        if now < so_far.last {
            write(
                &path,
                Attempts {
                    last: now,
                    ..so_far
                },
            )?;
        }
        return Err(ErrorKind::VaultWait { seconds: wait }.into());
    }
    let counted = Attempts {
        failed: so_far.failed + 1,
        last: now,
    };
    write(&path, counted)?;
    Ok(Attempt {
        before: so_far,
        counted,
    })
}

/// Forgets all failures: the passcode was right.
pub(super) fn forget(vault: &Path) -> Result<(), Error> {
    let path = file::beside(vault, ".attempts");
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        // A power cut must not bring a count back that was forgotten.
        removed => removed
            .and_then(|()| file::sync_folder(&path))
            .map_err(file::failed),
    }
}

fn read(path: &Path) -> Result<Attempts, Error> {
    match file::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).map_err(|_| ErrorKind::VaultMalformed)?),
        Err(error) if matches!(error.kind(), ErrorKind::VaultMissing) => Ok(Attempts::default()),
        Err(error) => Err(error),
    }
}

fn seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

fn write(path: &Path, attempts: Attempts) -> Result<(), Error> {
    let bytes = serde_json::to_vec(&attempts).map_err(|_| ErrorKind::VaultFile)?;
    file::replace(path, &bytes)
}
