//! The file that counts wrong passcodes beside a vault, as anybody may write it, and the clock, which anybody may set: what the vault says
//! of it is what it does, and nothing but a wrong key counts.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_auth::vault::{KeyStore, Passcode, Stretching, Unlock, Vault, VaultState};
use mynacard_auth::{Error as AuthError, ErrorKind};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::errors::noted;
use crate::service::{FixedKey, PASSCODE, file, forget};

/// An input that begins so is a count and a clock; no vault does.
pub(crate) const BEGIN: &[u8] = b"MNTRIES\x01";

/// Seconds to wait after so many failures, as the guide says.
const DELAYS: [u64; 10] = [0, 0, 0, 30, 60, 120, 240, 480, 960, 1800];

/// What stands at the count's place.
#[derive(Clone, Copy)]
enum Place<'a> {
    File(&'a [u8]),
    /// A file far longer than any count.
    Long,
    Folder,
    Nothing,
}

/// What stands there, the seconds of the clock, and the bytes of a file.
pub(crate) fn count(data: &[u8]) {
    let Some((&what, rest)) = data.split_first() else {
        return;
    };
    let Some((seconds, content)) = rest.split_first_chunk::<8>() else {
        return;
    };
    // What a clock can be set to.
    let seconds = u64::from_be_bytes(*seconds) % (1 << 40);
    let now = UNIX_EPOCH + Duration::from_secs(seconds);
    let place = match what % 4 {
        0 => Place::File(content),
        1 => Place::Long,
        2 => Place::Folder,
        _ => Place::Nothing,
    };
    let path = file();
    forget(&path);
    fs::write(&path, crate::seeds::vault()).expect("memory can be written to");
    let beside = path.with_extension("attempts");
    place.put(&beside);
    judge(&path, place, now, seconds);
    let _ = fs::remove_dir(&beside);
    forget(&path);
}

fn judge(path: &Path, place: Place<'_>, now: SystemTime, seconds: u64) {
    let said = noted(Vault::state(path, now));
    if let Some(expected) = place.expected(seconds) {
        assert_eq!(said.as_ref().ok(), Some(&expected), "another state");
    }
    // A key store that fails is no wrong passcode.
    let failed = noted(Vault::open(path, &Unlock::KeyStore(&NoKey), now));
    agree(&said, &failed.expect_err("opened without a key"), true);
    assert_eq!(
        Vault::state(path, now).ok(),
        said.as_ref().ok().copied(),
        "a failing key store was counted, or the clock forgave"
    );
    // A wrong key is.
    let guessed = noted(Vault::open(path, &Unlock::KeyStore(&OtherKey), now));
    agree(&said, &guessed.expect_err("opened with another key"), false);
    if let Ok(VaultState::Waiting { left }) = said {
        let failures = 11 - left;
        let delay = usize::try_from(failures)
            .ok()
            .and_then(|failures| DELAYS.get(failures));
        let expected = match delay {
            None => VaultState::Locked,
            Some(0) => VaultState::Waiting { left: left - 1 },
            Some(seconds) => VaultState::Delayed { seconds: *seconds },
        };
        assert_eq!(Vault::state(path, now).ok(), Some(expected), "not counted");
    }
    // The right key opens it where the count allows a try, and clears the count.
    let beside = path.with_extension("attempts");
    let _ = (fs::remove_file(&beside), fs::remove_dir(&beside));
    place.put(&beside);
    match noted(Vault::open(path, &Unlock::KeyStore(&FixedKey), now)) {
        Ok(_) => {
            assert!(matches!(said, Ok(VaultState::Waiting { .. })), "{said:?}");
            let after = Vault::state(path, now).ok();
            assert_eq!(after, Some(VaultState::Waiting { left: 10 }));
        }
        Err(error) => agree(&said, &error, true),
    }
}

/// What opening is refused with follows from what was said before; `untried`, when no key was tried.
fn agree(said: &Result<VaultState, AuthError>, error: &AuthError, untried: bool) {
    let right = match (said, error.kind()) {
        (Ok(VaultState::Waiting { left }), ErrorKind::WrongPasscode { left: after }) => {
            !untried && *after == left - 1
        }
        // The failing key store's own.
        (Ok(VaultState::Waiting { .. }), ErrorKind::VaultFile) => untried,
        (Ok(VaultState::Delayed { seconds }), ErrorKind::VaultWait { seconds: wait }) => {
            seconds == wait
        }
        (Ok(VaultState::Locked), ErrorKind::VaultLocked) => true,
        (Err(said), _) => said.code() == error.code(),
        _ => false,
    };
    assert!(right, "said {said:?}, then {error:?}");
}

impl Place<'_> {
    fn put(self, beside: &Path) {
        match self {
            Place::File(content) => fs::write(beside, content),
            Place::Long => fs::write(beside, vec![b' '; (1 << 20) + 1]),
            Place::Folder => fs::create_dir(beside),
            Place::Nothing => Ok(()),
        }
        .expect("memory can be written to");
    }

    /// An independent reading of a count as we write it; of anything else only what the library says itself is compared.
    fn expected(self, now: u64) -> Option<VaultState> {
        let Place::File(content) = self else {
            let nothing = matches!(self, Place::Nothing);
            return nothing.then_some(VaultState::Waiting { left: 10 });
        };
        let said: Value = serde_json::from_slice(content).ok()?;
        let number = |name: &str| said.get(name).and_then(Value::as_u64);
        let (failed, last) = (number("failed")?, number("last")?);
        let written = format!("{{\"failed\":{failed},\"last\":{last}}}");
        if written.as_bytes() != content {
            return None;
        }
        let failed = u32::try_from(failed).ok()?;
        let delay = usize::try_from(failed).ok().and_then(|f| DELAYS.get(f));
        Some(match delay {
            None => VaultState::Locked,
            // A clock set back makes no wait longer.
            Some(delay) => match delay.saturating_sub(now.saturating_sub(last)) {
                0 => VaultState::Waiting { left: 10 - failed },
                seconds => VaultState::Delayed { seconds },
            },
        })
    }
}

/// What the genuine vault keeps: an entry comes back, under another lock too, and the old one opens it no more. None takes its place.
pub(crate) fn kept(path: &Path, mut vault: Vault) {
    const NAME: &str = "entry";
    let long = [7; 5000];
    assert_eq!(vault.entry(NAME), None);
    vault.set(NAME, &long);
    vault.save().expect("memory can be written to");
    let none = noted(vault.terminal()).map_err(|error| error.code());
    assert!(matches!(none, Err("MC-5210")), "a terminal from nowhere");
    let passcode = Passcode::new(PASSCODE).expect("long enough");
    let by_passcode = Unlock::Passcode(&passcode, Stretching::FLOOR);
    let by_key = Unlock::KeyStore(&FixedKey);
    let whole = fs::read(path).ok();
    for another in [&by_key, &by_passcode] {
        let taken = noted(Vault::create(path, another)).map_err(|error| error.code());
        assert!(matches!(taken, Err("MC-5207")), "a vault over another");
        assert_eq!(fs::read(path).ok(), whole, "the first one changed");
    }
    for (right, wrong, change) in [
        (&by_key, &by_passcode, true),
        (&by_passcode, &by_key, false),
    ] {
        let refused = noted(Vault::open(path, wrong, UNIX_EPOCH));
        let refused = refused.expect_err("opened by another way than its own");
        assert!(matches!(refused.kind(), ErrorKind::VaultParameters));
        let mut again = Vault::open(path, right, UNIX_EPOCH).expect("its own way");
        assert_eq!(again.entry(NAME), Some(&long[..]), "another entry");
        assert_eq!(again.entry("other"), None);
        if change {
            again.change_lock(wrong).expect("memory can be written to");
        }
    }
}

/// A key store that is not there.
struct NoKey;

impl KeyStore for NoKey {
    fn key(&self, _: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, Box<dyn Error + Send + Sync>> {
        Err("no key store".into())
    }
}

/// One with another key.
struct OtherKey;

impl KeyStore for OtherKey {
    fn key(&self, _: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, Box<dyn Error + Send + Sync>> {
        Ok(Zeroizing::new([8; 32]))
    }
}
