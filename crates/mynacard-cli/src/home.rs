//! The terminal's folder: one vault, opened by a passcode, with the terminal's key and the service it belongs to.

use std::path::PathBuf;
use std::time::SystemTime;

use mynacard::auth::Terminal;
use mynacard::auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard::client::https::Endpoint;
use zeroize::Zeroizing;

use crate::args::HomeArguments;
use crate::failure::Failure;
use crate::secret;

const VAULT: &str = "terminal.vault";
const ADDRESS: &str = "service.address";
const AUTHORITY: &str = "service.authority";

/// What this terminal is and where it belongs.
pub(crate) struct Home {
    /// The activated terminal.
    pub(crate) terminal: Terminal,
    /// The service's address.
    pub(crate) address: String,
    /// The authority of the service's certificate, DER.
    pub(crate) authority: Vec<u8>,
}

impl Home {
    /// The service's endpoint.
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::sandbox(&self.address, &self.authority)
    }

    /// Asks for the passcode and opens the vault.
    pub(crate) fn open(arguments: &HomeArguments) -> Result<Self, Failure> {
        let path = vault_path(arguments)?;
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
            }),
            _ => Err(Failure::usage(format!(
                "{} names no service: activate the terminal again",
                path.display()
            ))),
        }
    }
}

/// A vault that waits for its terminal; made before the activation code is spent.
pub(crate) struct NewHome {
    vault: Vault,
    path: PathBuf,
}

impl NewHome {
    /// Creates the folder and the empty vault, so that a full disk or a wrong passcode costs no activation code.
    pub(crate) fn create(arguments: &HomeArguments) -> Result<Self, Failure> {
        let path = vault_path(arguments)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
        }
        let passcode = passcode(
            arguments,
            "新しい起動用パスコード（8文字以上）/ new passcode: ",
        )?;
        let vault = Vault::create(&path, &Unlock::Passcode(&passcode, Stretching::DEFAULT))?;
        Ok(Self { vault, path })
    }

    /// Keeps the terminal.
    pub(crate) fn fill(mut self, home: &Home) -> Result<PathBuf, Failure> {
        self.vault.store_terminal(&home.terminal)?;
        self.vault.set(ADDRESS, home.address.as_bytes());
        self.vault.set(AUTHORITY, &home.authority);
        self.vault.save()?;
        Ok(self.path)
    }

    /// Removes the empty vault after an activation that failed.
    pub(crate) fn discard(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            log::warn!("the empty vault stays behind: {error}");
        }
    }
}

fn passcode(arguments: &HomeArguments, prompt: &str) -> Result<Passcode, Failure> {
    let bytes = secret::read(prompt, arguments.passcode_fd)
        .map_err(|error| Failure::secret("passcode", &error))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::usage("the passcode is not UTF-8 text".to_owned()))
        .map(|text| Zeroizing::new(text.to_owned()))?;
    Ok(Passcode::new(&text)?)
}

fn vault_path(arguments: &HomeArguments) -> Result<PathBuf, Failure> {
    let folder = match &arguments.home {
        Some(folder) => folder.clone(),
        None => default_folder().ok_or_else(|| {
            Failure::usage("no folder for the terminal: give one with --home DIR".to_owned())
        })?,
    };
    Ok(folder.join(VAULT))
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
