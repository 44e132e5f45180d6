//! One file, encrypted under a passcode, that holds a terminal's key and whatever else must not lie open.
//!
//! ```
//! use std::time::SystemTime;
//! use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("terminal.vault");
//! let passcode = Passcode::new("correct horse")?;
//! let mut vault = Vault::create(&path, &Unlock::Passcode(&passcode, Stretching::FLOOR))?;
//! vault.set("note", b"kept");
//! vault.save()?;
//!
//! let vault = Vault::open(&path, &Unlock::Passcode(&passcode, Stretching::FLOOR), SystemTime::now())?;
//! assert_eq!(vault.entry("note"), Some(&b"kept"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **What guessing costs an offline thief.** The default stretching fills 64 MiB three times for each guess: measured, 0.23 s of
//! processor time on one core of an AMD EPYC server. Reckoned with 0.1 s, for a thief whose program is faster: eight random
//! lower-case letters (2 × 10¹¹) take one core some 660 years, and a thousand cores eight months; eight digits take one core
//! four months. So: a passcode from a dictionary is no passcode. The growing delays and the lock stop a guesser at the desk, not
//! one who copied the file.

mod attempts;
pub(crate) mod file;
mod format;
pub(crate) mod record;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

pub use attempts::VaultState;
pub use file::make_folder;
pub use format::Stretching;

use crate::{Error, ErrorKind, Terminal, VisualSetting};

/// The passcode of a vault (起動用パスコード): at least eight characters, wiped when dropped.
pub struct Passcode {
    text: Zeroizing<String>,
}

/// A store of the operating system that keeps a key for us (DPAPI, Keychain, a TPM).
pub trait KeyStore {
    /// The 32 secret bytes of the vault with this id: made at the first call, the same ever after.
    ///
    /// # Errors
    ///
    /// Whatever the store says; it becomes the source of [`ErrorKind::VaultFile`].
    fn key(
        &self,
        vault: &[u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, Box<dyn std::error::Error + Send + Sync>>;
}

/// What opens a vault.
#[non_exhaustive]
pub enum Unlock<'a> {
    /// A passcode; the stretching is used for new files, an existing file names its own.
    Passcode(&'a Passcode, Stretching),
    /// A key of the operating system.
    KeyStore(&'a dyn KeyStore),
}

/// An opened vault: named entries, written back as a whole.
pub struct Vault {
    path: PathBuf,
    lock: format::Lock,
    entries: Vec<(String, Zeroizing<Vec<u8>>)>,
}

const TERMINAL: &str = "terminal";
const VISUAL: &str = "setting.visual-check";

impl Passcode {
    /// The passcode as typed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::PasscodeLength`] below 8 characters or above 1,024 bytes.
    pub fn new(text: &str) -> Result<Self, Error> {
        if text.chars().count() < 8 || text.len() > 1024 {
            return Err(ErrorKind::PasscodeLength.into());
        }
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
        })
    }

    /// Whether both were typed alike; for a new passcode that is asked for twice.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Vault {
    /// Creates an empty vault and its file, readable by its owner alone.
    ///
    /// On Windows the file inherits the folder's permissions: put it into the user's own profile.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultExists`], [`ErrorKind::VaultFile`], [`ErrorKind::VaultParameters`], [`ErrorKind::OutOfMemory`].
    pub fn create(path: &Path, unlock: &Unlock<'_>) -> Result<Self, Error> {
        if path.try_exists().map_err(file::failed)? {
            return Err(ErrorKind::VaultExists.into());
        }
        let lock = format::Lock::new(unlock)?;
        let vault = Self {
            path: path.to_owned(),
            lock,
            entries: Vec::new(),
        };
        vault.save()?;
        attempts::forget(path)?;
        Ok(vault)
    }

    /// Opens a vault. After three wrong passcodes each further attempt must wait, longer each time; after ten the vault is
    /// locked. Both survive a restart. What fails before the passcode is tried counts as no attempt.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongPasscode`], [`ErrorKind::VaultWait`], [`ErrorKind::VaultLocked`], [`ErrorKind::VaultMissing`],
    /// [`ErrorKind::VaultMalformed`], [`ErrorKind::VaultParameters`], [`ErrorKind::VaultFile`], [`ErrorKind::OutOfMemory`].
    pub fn open(path: &Path, unlock: &Unlock<'_>, now: SystemTime) -> Result<Self, Error> {
        let (sealed, _held) = file::hold(path)?;
        let header = format::Header::parse(&sealed)?;
        let attempt = attempts::begin(path, now)?;
        let lock = match header.unlock(unlock) {
            Ok(lock) => lock,
            // No passcode was found wrong: a failing key store or too little memory must never lock a terminal.
            Err(error) => {
                attempt.take_back(path)?;
                return Err(error);
            }
        };
        let Some(plain) = lock.open(&sealed) else {
            return Err(ErrorKind::WrongPasscode {
                left: attempt.left(),
            }
            .into());
        };
        attempts::forget(path)?;
        let entries = parse_entries(&plain).ok_or(ErrorKind::VaultMalformed)?;
        Ok(Self {
            path: path.to_owned(),
            lock,
            entries,
        })
    }

    /// Whether a passcode may be tried now; tries none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultMissing`], [`ErrorKind::VaultMalformed`], [`ErrorKind::VaultFile`].
    pub fn state(path: &Path, now: SystemTime) -> Result<VaultState, Error> {
        format::Header::parse(&file::read(path)?)?;
        attempts::state(path, now)
    }

    /// The bytes kept under `name`.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&[u8]> {
        self.entries
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_slice())
    }

    /// Keeps `value` under `name`, in memory until [`Self::save`].
    pub fn set(&mut self, name: &str, value: &[u8]) {
        self.remove(name);
        self.entries
            .push((name.to_owned(), Zeroizing::new(value.to_vec())));
    }

    /// Forgets what is kept under `name`, in memory until [`Self::save`].
    pub fn remove(&mut self, name: &str) {
        self.entries.retain(|(n, _)| n != name);
    }

    /// Writes the vault: a new file beside the old one, flushed, then renamed over it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultFile`]; the old file is whole then.
    pub fn save(&self) -> Result<(), Error> {
        let mut records = record::Writer::new();
        for (name, value) in &self.entries {
            records.add(1, name.as_bytes()).add(2, value);
        }
        file::replace(&self.path, &self.lock.seal(&records.finish())?)
    }

    /// Changes what opens the vault and writes it.
    ///
    /// # Errors
    ///
    /// As [`Self::create`]; on failure the old passcode keeps working.
    pub fn change_lock(&mut self, unlock: &Unlock<'_>) -> Result<(), Error> {
        let old = std::mem::replace(&mut self.lock, format::Lock::new(unlock)?);
        self.save().inspect_err(|_| self.lock = old)
    }

    /// Where the vault is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The terminal kept here.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultEntry`] when there is none, [`ErrorKind::TerminalMalformed`].
    pub fn terminal(&self) -> Result<Terminal, Error> {
        let bytes = self
            .entry(TERMINAL)
            .ok_or(ErrorKind::VaultEntry { name: TERMINAL })?;
        Terminal::from_secret_bytes(bytes)
    }

    /// Keeps the terminal and writes the vault.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultFile`].
    pub fn store_terminal(&mut self, terminal: &Terminal) -> Result<(), Error> {
        self.set(TERMINAL, &terminal.to_secret_bytes()?);
        self.save()
    }

    /// The setting 「目視確認で本人認証」 of the terminal kept here: off until somebody switches it on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultEntry`] when the entry is neither on nor off.
    pub fn visual_setting(&self) -> Result<VisualSetting, Error> {
        match self.entry(VISUAL) {
            None | Some(b"off") => Ok(VisualSetting::Off),
            Some(b"on") => Ok(VisualSetting::On),
            Some(_) => Err(ErrorKind::VaultEntry { name: VISUAL }.into()),
        }
    }

    /// Switches 「目視確認で本人認証」 and writes the vault. Whoever opened the vault may; on only where the institution may use
    /// the visual check.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VisualCheckNotAllowed`], [`ErrorKind::VaultFile`]: the setting stays as it was. For a vault without a
    /// terminal as [`Self::terminal`].
    pub fn store_visual_setting(&mut self, setting: VisualSetting) -> Result<(), Error> {
        setting.permitted(&self.terminal()?)?;
        let before = self.entry(VISUAL).map(<[u8]>::to_vec);
        self.set(VISUAL, setting.as_str().as_bytes());
        self.save().inspect_err(|_| match before {
            Some(before) => self.set(VISUAL, &before),
            None => self.remove(VISUAL),
        })
    }
}

fn parse_entries(plain: &[u8]) -> Option<Vec<(String, Zeroizing<Vec<u8>>)>> {
    let records = record::read(plain)?;
    let (pairs, []) = records.as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|pair| match pair {
            [(1, name), (2, value)] => Some((
                std::str::from_utf8(name).ok()?.to_owned(),
                Zeroizing::new(value.to_vec()),
            )),
            _ => None,
        })
        .collect()
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passcode").finish_non_exhaustive()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Unlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passcode(..) => "Passcode(..)",
            Self::KeyStore(_) => "KeyStore(..)",
        })
    }
}

#[cfg(test)]
mod tests;
