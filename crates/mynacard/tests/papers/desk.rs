//! What the papers take for granted: a service, an activated terminal, a card in a reader.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use mynacard::auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard::auth::{Cancel, Terminal, TermsAccepted, UserSettings};
use mynacard::client::https::{Endpoint, HttpsService};
use mynacard_sandbox::{Running, Sandbox};
use mynacard_sim::{VirtualCard, person, vpcd};

use crate::daemon::Daemon;

pub(crate) const PASSCODE: &str = "correct horse battery";

/// A sandbox, and a terminal of it in a vault.
pub(crate) struct Desk {
    pub(crate) sandbox: Running,
    pub(crate) authority: PathBuf,
    pub(crate) vault: PathBuf,
}

impl Desk {
    /// Activates a terminal and keeps everything in `folder`.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let sandbox = Sandbox::builder().start().unwrap();
        let (authority, vault) = (folder.join("CA.der"), folder.join("terminal.vault"));
        std::fs::write(&authority, sandbox.ca_certificate_der()).unwrap();
        let issued = sandbox.issue_activation().unwrap();
        let settings = UserSettings::new(
            &issued.institution_code,
            &issued.id,
            &issued.activation_code,
        )
        .unwrap();
        let endpoint = Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der());
        let mut newcomer = HttpsService::new(&endpoint, None).unwrap();
        let terminal =
            Terminal::activate(&mut newcomer, &settings, TermsAccepted, &Cancel::new()).unwrap();
        let passcode = Passcode::new(PASSCODE).unwrap();
        let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
        let mut kept = Vault::create(&vault, &unlock).unwrap();
        kept.store_terminal(&terminal).unwrap();
        kept.save().unwrap();
        Self {
            sandbox,
            authority,
            vault,
        }
    }
}

/// Puts a virtual card into the first slot of the daemon; it stays as long as the daemon.
pub(crate) fn insert(daemon: &Daemon) {
    let port = daemon.port();
    std::thread::spawn(move || {
        let mut card = VirtualCard::new(person("kyokai-self").unwrap(), SystemTime::now());
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // The reader goes away with its daemon, in the middle of whatever it did.
        let _ = vpcd::serve(&mut card, stream, |_, _| Ok(()));
    });
}

/// Waits for something that another program does.
pub(crate) fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !there() {
        assert!(Instant::now() < patience, "{what} did not appear");
        std::thread::sleep(Duration::from_millis(10));
    }
}
