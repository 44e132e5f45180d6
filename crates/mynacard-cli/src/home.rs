//! The terminal's folder: one vault, opened by a passcode, with the terminal's key and the service it belongs to.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mynacard::auth::vault::{self, Passcode, Stretching, Unlock, Vault};
use mynacard::auth::{
    Activation, AuditTrail, Error, ErrorKind, ServiceErrorKind, Terminal, TermsAccepted,
    UserSettings,
};
use mynacard::client::https::Endpoint;
use zeroize::Zeroizing;

use crate::args::HomeArguments;
use crate::failure::Failure;
use crate::secret;

const VAULT: &str = "terminal.vault";
const ADDRESS: &str = "service.address";
const AUTHORITY: &str = "service.authority";
const ACTIVATION: &str = "activation";
const NEW_PASSCODE: &str = "新しい起動用パスコード（8文字以上）/ new passcode: ";

/// What this terminal is and where it belongs.
pub(crate) struct Home {
    /// The activated terminal.
    pub(crate) terminal: Terminal,
    /// The service's address.
    pub(crate) address: String,
    /// The authority of the service's certificate, DER.
    pub(crate) authority: Vec<u8>,
    vault: Vault,
    path: PathBuf,
}

impl Home {
    /// The service's endpoint.
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::sandbox(&self.address, &self.authority)
    }

    /// Asks for the passcode and opens the vault.
    pub(crate) fn open(arguments: &HomeArguments) -> Result<Self, Failure> {
        let path = vault_path(arguments)?;
        // A file that is missing or broken is said before anybody types.
        Vault::state(&path, SystemTime::now())?;
        let passcode = passcode(arguments, "起動用パスコード / passcode: ")?;
        let vault = Vault::open(
            &path,
            &Unlock::Passcode(&passcode, Stretching::DEFAULT),
            SystemTime::now(),
        )?;
        let terminal = vault.terminal()?;
        let address = vault
            .entry(ADDRESS)
            .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let authority = vault.entry(AUTHORITY).map(<[u8]>::to_vec);
        match (address, authority) {
            (Some(address), Some(authority)) => Ok(Self {
                terminal,
                address,
                authority,
                vault,
                path,
            }),
            _ => Err(Failure::usage(format!(
                "{} names no service: activate the terminal again",
                path.display()
            ))),
        }
    }
}

impl Home {
    /// Where the registration is kept.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The opened vault, for what else is kept in it.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The same, to keep something in it.
    pub(crate) fn vault_mut(&mut self) -> &mut Vault {
        &mut self.vault
    }

    /// Asks for a new passcode and seals the vault with it; where there is no descriptor it is typed twice.
    pub(crate) fn change_passcode(&mut self, fd: Option<u32>) -> Result<(), Failure> {
        let new = passcode_from(fd, NEW_PASSCODE)?;
        if fd.is_none() {
            let again = passcode_from(fd, "もう一度 / once more: ")?;
            if !new.is_same(&again) {
                return Err(Failure::usage(
                    "the two new passcodes differ; the old one stays".to_owned(),
                ));
            }
        }
        self.vault
            .change_lock(&Unlock::Passcode(&new, Stretching::DEFAULT))?;
        Ok(())
    }

    /// Keeps another key and certificate of the same terminal.
    pub(crate) fn renewed(&mut self, terminal: Terminal) -> Result<(), Failure> {
        self.vault.store_terminal(&terminal)?;
        self.terminal = terminal;
        Ok(())
    }

    /// Removes the registration of a terminal that is one no longer.
    pub(crate) fn forget(self) -> Result<(), Failure> {
        std::fs::remove_file(&self.path).map_err(|error| Failure::file(&self.path, &error))
    }
}

/// Moves a registration that opens no more out of the way, with its count of wrong passcodes and its audit trail, which only
/// its own key proves; nothing is deleted. The names of what was moved.
pub(crate) fn set_aside(
    arguments: &HomeArguments,
    now: SystemTime,
) -> Result<Vec<PathBuf>, Failure> {
    let vault = vault_path(arguments)?;
    // A vault that is not there has nothing to be set aside: the guidance of MC-5208 says what to do.
    if !vault
        .try_exists()
        .map_err(|error| Failure::file(&vault, &error))?
    {
        return Err(Error::from(ErrorKind::VaultMissing).into());
    }
    let stamp = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let mut moved = Vec::new();
    // The vault last: were the power cut in between, the same command does the rest.
    let beside = [".attempts", ".audit"].map(|suffix| format!("{VAULT}{suffix}"));
    let beside = beside.iter().map(String::as_str).chain(["audit", VAULT]);
    let beside: Vec<PathBuf> = beside.map(|name| vault.with_file_name(name)).collect();
    // Two within a second are told apart by the next one's name.
    let free = |stamp: &u64| beside.iter().all(|from| !aside(from, *stamp).exists());
    let stamp = (stamp..).find(free).unwrap_or(stamp);
    for from in beside.iter().filter(|from| from.exists()) {
        let to = aside(from, stamp);
        std::fs::rename(from, &to).map_err(|error| Failure::file(from, &error))?;
        moved.push(to);
    }
    Ok(moved)
}

/// The name of a file that was set aside.
fn aside(from: &Path, stamp: u64) -> PathBuf {
    let mut name = from.as_os_str().to_owned();
    name.push(format!(".aside-{stamp}"));
    name.into()
}

/// A vault that waits for its terminal; made, with the registration in it, before the activation code is spent.
pub(crate) struct NewHome {
    vault: Vault,
    path: PathBuf,
    activation: Activation,
    resumed: bool,
}

impl NewHome {
    /// Creates the folder and a vault with the registration, so that a full disk or a wrong passcode costs no activation
    /// code; or opens the vault whose registration waits for its answer.
    pub(crate) fn create(
        arguments: &HomeArguments,
        settings: UserSettings,
    ) -> Result<Self, Failure> {
        let path = vault_path(arguments)?;
        if path.exists() {
            return Self::resume(arguments, path, &settings);
        }
        if let Some(folder) = path.parent() {
            vault::make_folder(folder).map_err(|error| Failure::file(folder, &error))?;
        }
        let activation = Activation::new(settings, TermsAccepted)?;
        let passcode = passcode(arguments, NEW_PASSCODE)?;
        let mut vault = Vault::create(&path, &Unlock::Passcode(&passcode, Stretching::DEFAULT))?;
        vault.set(ACTIVATION, &activation.to_secret_bytes()?);
        let new = Self {
            vault,
            path,
            activation,
            resumed: false,
        };
        match new.vault.save() {
            Ok(()) => Ok(new),
            Err(error) => {
                new.discard();
                Err(error.into())
            }
        }
    }

    fn resume(
        arguments: &HomeArguments,
        path: PathBuf,
        settings: &UserSettings,
    ) -> Result<Self, Failure> {
        let passcode = passcode(arguments, "起動用パスコード / passcode: ")?;
        let unlock = Unlock::Passcode(&passcode, Stretching::DEFAULT);
        let vault = Vault::open(&path, &unlock, SystemTime::now())?;
        let Some(waiting) = vault.entry(ACTIVATION) else {
            return Err(Error::from(ErrorKind::VaultExists).into());
        };
        let activation = Activation::from_secret_bytes(waiting)?;
        let (kept, typed) = (activation.settings(), settings);
        let same = kept.institution_code() == typed.institution_code()
            && kept.id() == typed.id()
            && kept.activation_code() == typed.activation_code();
        if !same {
            return Err(Failure::usage(format!(
                "the registration of {} waits for its answer here: give its activation code, or another folder",
                kept.id()
            )));
        }
        Ok(Self {
            vault,
            path,
            activation,
            resumed: true,
        })
    }

    /// The registration to be delivered.
    pub(crate) fn activation(&self) -> &Activation {
        &self.activation
    }

    /// Keeps the terminal.
    pub(crate) fn fill(
        mut self,
        terminal: Terminal,
        address: String,
        authority: Vec<u8>,
    ) -> Result<Home, Failure> {
        self.vault.set(ADDRESS, address.as_bytes());
        self.vault.set(AUTHORITY, &authority);
        self.vault.remove(ACTIVATION);
        self.vault.store_terminal(&terminal)?;
        // The audit trail begins with the terminal: one that is missing later was removed. Where it cannot begin now, the first
        // check begins it, and the terminal is not lost.
        let audit = self.path.with_file_name("audit");
        if let Err(error) = AuditTrail::begin(&mut self.vault, &audit, SystemTime::now()) {
            log::warn!("the audit trail begins with the first check: {error}");
        }
        Ok(Home {
            terminal,
            address,
            authority,
            vault: self.vault,
            path: self.path,
        })
    }

    /// After a failure: a registration that the service may have accepted stays, to be delivered again.
    pub(crate) fn failed(self, error: &Error) {
        use ServiceErrorKind as Kind;
        let stays = match error.kind() {
            // What the service says no to, it will not say yes to later.
            ErrorKind::Service(service) if service.code().starts_with("MC-61") => {
                self.resumed && service.is_transient()
            }
            ErrorKind::Service(service) => match service.kind() {
                Kind::AnswerLost | Kind::MalformedAnswer | Kind::TooLarge => true,
                _ => self.resumed,
            },
            _ => self.resumed,
        };
        if !stays {
            self.discard();
        }
    }

    fn discard(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            log::warn!("the empty vault stays behind: {error}");
        }
    }
}

fn passcode(arguments: &HomeArguments, prompt: &str) -> Result<Passcode, Failure> {
    passcode_from(arguments.passcode_fd, prompt)
}

fn passcode_from(fd: Option<u32>, prompt: &str) -> Result<Passcode, Failure> {
    let bytes = secret::read(prompt, fd).map_err(|error| Failure::secret("passcode", &error))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::usage("the passcode is not UTF-8 text".to_owned()))
        .map(|text| Zeroizing::new(text.to_owned()))?;
    Ok(Passcode::new(&text)?)
}

/// Where the vault is.
pub(crate) fn vault_path(arguments: &HomeArguments) -> Result<PathBuf, Failure> {
    Ok(folder(arguments)?.join(VAULT))
}

/// The terminal's folder.
pub(crate) fn folder(arguments: &HomeArguments) -> Result<PathBuf, Failure> {
    match &arguments.home {
        Some(folder) => Ok(folder.clone()),
        None => default_folder().ok_or_else(|| {
            Failure::usage("no folder for the terminal: give one with --home DIR".to_owned())
        }),
    }
}

/// `%LOCALAPPDATA%\mynacard` on Windows, `$XDG_DATA_HOME/mynacard` or `~/.local/share/mynacard` elsewhere.
fn default_folder() -> Option<PathBuf> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = if cfg!(windows) {
        from("LOCALAPPDATA")?
    } else {
        from("XDG_DATA_HOME").or_else(|| Some(from("HOME")?.join(".local").join("share")))?
    };
    Some(base.join("mynacard"))
}
