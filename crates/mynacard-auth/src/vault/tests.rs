use std::time::{Duration, UNIX_EPOCH};

use super::*;

const NOW: Duration = Duration::from_secs(1_790_000_000);

struct Fixture {
    folder: tempfile::TempDir,
    passcode: Passcode,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self {
            folder: tempfile::tempdir().unwrap(),
            passcode: Passcode::new("eight chars").unwrap(),
        };
        let mut vault = Vault::create(&fixture.path(), &fixture.unlock()).unwrap();
        vault.set("secret", b"PATTERNED-SECRET");
        vault.save().unwrap();
        fixture
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn unlock(&self) -> Unlock<'_> {
        Unlock::Passcode(&self.passcode, Stretching::FLOOR)
    }

    fn open(&self) -> Result<Vault, Error> {
        Vault::open(&self.path(), &self.unlock(), UNIX_EPOCH + NOW)
    }

    fn open_wrong(&self, seconds: u64) -> Error {
        let wrong = Passcode::new("wrong passcode").unwrap();
        let now = UNIX_EPOCH + NOW + Duration::from_secs(seconds);
        Vault::open(
            &self.path(),
            &Unlock::Passcode(&wrong, Stretching::FLOOR),
            now,
        )
        .unwrap_err()
    }
}

#[test]
fn passcodes_are_counted_in_characters() {
    assert_eq!(Passcode::new("1234567").unwrap_err().code(), "MC-5201");
    assert_eq!(
        Passcode::new("パスコード七字").unwrap_err().code(),
        "MC-5201"
    );
    assert!(Passcode::new("パスコードは八字").is_ok());
    assert!(Passcode::new(&"x".repeat(1025)).is_err());
}

#[test]
fn entries_come_back_and_the_file_shows_none_of_them() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.open().unwrap().entry("secret"),
        Some(&b"PATTERNED-SECRET"[..])
    );
    let bytes = std::fs::read(fixture.path()).unwrap();
    assert!(!bytes.windows(9).any(|window| window == b"PATTERNED"));
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_and_nothing_is_left_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new();
    let mode = std::fs::metadata(fixture.path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(fixture.folder.path()).unwrap().count(), 1);
}

/// Behind the header's first part stand salt and nonce; under one key a nonce that comes again gives the text away.
#[test]
fn no_salt_and_no_nonce_comes_again() {
    let bytes =
        |path: &Path, range: std::ops::Range<usize>| std::fs::read(path).unwrap()[range].to_vec();
    let (one, other) = (Fixture::new(), Fixture::new());
    let salt = |fixture: &Fixture| bytes(&fixture.path(), 21..37);
    assert_ne!(salt(&one), salt(&other));
    let vault = one.open().unwrap();
    let mut nonces = std::collections::BTreeSet::new();
    for _ in 0..3 {
        vault.save().unwrap();
        assert!(nonces.insert(bytes(&one.path(), 37..49)));
    }
}

#[test]
fn any_altered_byte_is_noticed() {
    let fixture = Fixture::new();
    let whole = std::fs::read(fixture.path()).unwrap();
    // One byte of each header field, the ciphertext and the tag; memory only upwards within the bounds.
    for at in [0, 7, 8, 11, 16, 20, 21, 37, 49, whole.len() - 1] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        std::fs::write(fixture.path(), &altered).unwrap();
        let error = fixture.open().unwrap_err();
        assert!(
            ["MC-5202", "MC-5205", "MC-5206"].contains(&error.code()),
            "{at}: {error}"
        );
        attempts::forget(&fixture.path()).unwrap();
    }
    for end in [0, 8, 48, 49, 64, whole.len() - 1] {
        std::fs::write(fixture.path(), &whole[..end]).unwrap();
        fixture.open().unwrap_err();
        attempts::forget(&fixture.path()).unwrap();
    }
    std::fs::write(fixture.path(), &whole).unwrap();
    fixture.open().unwrap();
}

#[test]
fn parameters_outside_the_bounds_are_refused_before_any_work() {
    let fixture = Fixture::new();
    let whole = std::fs::read(fixture.path()).unwrap();
    for (at, value) in [
        (9, 1024_u32),
        (9, u32::MAX),
        (13, 1),
        (13, 17),
        (17, 0),
        (17, 5),
    ] {
        let mut altered = whole.clone();
        altered[at..at + 4].copy_from_slice(&value.to_be_bytes());
        std::fs::write(fixture.path(), &altered).unwrap();
        assert_eq!(
            fixture.open().unwrap_err().code(),
            "MC-5206",
            "{at} {value}"
        );
    }
    assert!(Stretching::new(256 * 1024, 16, 4).is_ok());
}

#[test]
fn wrong_passcodes_wait_longer_and_longer_and_lock_at_last() {
    let fixture = Fixture::new();
    let mut seconds = 0;
    for (left, delay) in [
        (9, 0),
        (8, 0),
        (7, 30),
        (6, 60),
        (5, 120),
        (4, 240),
        (3, 480),
        (2, 960),
        (1, 1800),
    ] {
        let error = fixture.open_wrong(seconds);
        assert!(
            matches!(error.kind(), ErrorKind::WrongPasscode { left: l } if *l == left),
            "{error}"
        );
        let state = Vault::state(
            &fixture.path(),
            UNIX_EPOCH + NOW + Duration::from_secs(seconds),
        );
        let expected = match delay {
            0 => VaultState::Waiting { left },
            seconds => VaultState::Delayed { seconds },
        };
        assert_eq!(state.unwrap(), expected);
        if delay > 0 {
            let early = fixture.open_wrong(seconds + delay - 1);
            assert!(
                matches!(early.kind(), ErrorKind::VaultWait { seconds: 1 }),
                "{early}"
            );
        }
        seconds += delay;
    }
    assert_eq!(fixture.open_wrong(seconds).code(), "MC-5202");
    assert_eq!(fixture.open_wrong(seconds + 1_000_000).code(), "MC-5204");
    assert_eq!(fixture.open().unwrap_err().code(), "MC-5204");
    let state = Vault::state(&fixture.path(), UNIX_EPOCH + NOW).unwrap();
    assert_eq!(state, VaultState::Locked);
}

#[test]
fn the_right_passcode_forgets_the_wrong_ones_and_a_clock_set_back_saves_no_wait() {
    let fixture = Fixture::new();
    fixture.open_wrong(0);
    fixture.open_wrong(0);
    fixture.open().unwrap();
    for _ in 0..3 {
        assert_eq!(fixture.open_wrong(1_000).code(), "MC-5202");
    }
    let back = fixture.open().unwrap_err();
    assert!(
        matches!(back.kind(), ErrorKind::VaultWait { seconds: 30 }),
        "{back}"
    );
    // The wait counts from the clock as it is now.
    assert_eq!(fixture.open_wrong(29).code(), "MC-5203");
    assert_eq!(fixture.open_wrong(30).code(), "MC-5202");
}

#[test]
fn a_changed_passcode_replaces_the_old_one() {
    let fixture = Fixture::new();
    let new = Passcode::new("another one").unwrap();
    let unlock = Unlock::Passcode(&new, Stretching::FLOOR);
    fixture.open().unwrap().change_lock(&unlock).unwrap();
    assert_eq!(fixture.open().unwrap_err().code(), "MC-5202");
    let vault = Vault::open(&fixture.path(), &unlock, UNIX_EPOCH + NOW).unwrap();
    assert!(vault.entry("secret").is_some());
}

#[test]
fn a_key_store_opens_its_vault_and_no_passcode_does() {
    struct Store;
    impl KeyStore for Store {
        fn key(
            &self,
            vault: &[u8; 16],
        ) -> Result<Zeroizing<[u8; 32]>, Box<dyn std::error::Error + Send + Sync>> {
            let mut key = [9; 32];
            key[..16].copy_from_slice(vault);
            Ok(Zeroizing::new(key))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let mut vault = Vault::create(&path, &Unlock::KeyStore(&Store)).unwrap();
    vault.set("a", b"b");
    vault.save().unwrap();
    let now = UNIX_EPOCH + NOW;
    assert!(
        Vault::open(&path, &Unlock::KeyStore(&Store), now)
            .unwrap()
            .entry("a")
            .is_some()
    );
    let passcode = Passcode::new("eight chars").unwrap();
    let refused =
        Vault::open(&path, &Unlock::Passcode(&passcode, Stretching::FLOOR), now).unwrap_err();
    assert_eq!(refused.code(), "MC-5206");
}

#[test]
fn what_fails_before_the_passcode_is_tried_counts_as_no_attempt() {
    struct Failing;
    impl KeyStore for Failing {
        fn key(
            &self,
            _: &[u8; 16],
        ) -> Result<Zeroizing<[u8; 32]>, Box<dyn std::error::Error + Send + Sync>> {
            Err("the store is locked".into())
        }
    }
    struct Store([u8; 32]);
    impl KeyStore for Store {
        fn key(
            &self,
            _: &[u8; 16],
        ) -> Result<Zeroizing<[u8; 32]>, Box<dyn std::error::Error + Send + Sync>> {
            Ok(Zeroizing::new(self.0))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let now = UNIX_EPOCH + NOW;
    Vault::create(&path, &Unlock::KeyStore(&Store([9; 32]))).unwrap();
    let passcode = Passcode::new("eight chars").unwrap();
    let refused = |left| {
        for _ in 0..11 {
            let failing = Vault::open(&path, &Unlock::KeyStore(&Failing), now).unwrap_err();
            assert_eq!(failing.code(), "MC-5209");
            let method = Unlock::Passcode(&passcode, Stretching::FLOOR);
            assert_eq!(
                Vault::open(&path, &method, now).unwrap_err().code(),
                "MC-5206"
            );
            assert_eq!(
                Vault::state(&path, now).unwrap(),
                VaultState::Waiting { left }
            );
        }
    };
    refused(10);
    let wrong = Vault::open(&path, &Unlock::KeyStore(&Store([8; 32])), now).unwrap_err();
    assert_eq!(wrong.code(), "MC-5202");
    // What was counted before stays counted.
    refused(9);
    Vault::open(&path, &Unlock::KeyStore(&Store([9; 32])), now).unwrap();
    assert_eq!(
        Vault::state(&path, now).unwrap(),
        VaultState::Waiting { left: 10 }
    );
}

#[test]
fn missing_and_existing_files_have_errors_of_their_own() {
    let fixture = Fixture::new();
    assert_eq!(
        Vault::create(&fixture.path(), &fixture.unlock())
            .unwrap_err()
            .code(),
        "MC-5207"
    );
    let nowhere = fixture.folder.path().join("nowhere");
    assert_eq!(
        Vault::open(&nowhere, &fixture.unlock(), UNIX_EPOCH + NOW)
            .unwrap_err()
            .code(),
        "MC-5208"
    );
    assert_eq!(
        fixture.open().unwrap().terminal().unwrap_err().code(),
        "MC-5210"
    );
}

#[test]
fn guesses_at_the_same_time_are_counted_one_by_one() {
    let fixture = Fixture::new();
    let codes: Vec<&str> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| fixture.open_wrong(0).code()))
            .collect();
        guesses
            .into_iter()
            .map(|guess| guess.join().unwrap())
            .collect()
    });
    assert_eq!(
        codes.iter().filter(|code| **code == "MC-5202").count(),
        3,
        "{codes:?}"
    );
    assert_eq!(
        codes.iter().filter(|code| **code == "MC-5203").count(),
        1,
        "{codes:?}"
    );
}

/// Argon2id's own words for the same file, without this module: what a thief must run for each guess.
fn as_a_thief(stolen: &[u8], guess: &[u8]) -> Option<Vec<u8>> {
    use chacha20poly1305::aead::{Aead as _, Payload};
    use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};
    let number = |at: usize| u32::from_be_bytes(stolen[at..at + 4].try_into().unwrap());
    let params = argon2::Params::new(number(9), number(13), number(17), Some(32)).unwrap();
    let mut key = [0; 32];
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(guess, &stolen[21..37], &mut key)
        .unwrap();
    let nonce: [u8; 12] = stolen[37..49].try_into().unwrap();
    let payload = Payload {
        msg: &stolen[49..],
        aad: &stolen[..49],
    };
    ChaCha20Poly1305::new(&Key::from(key))
        .decrypt(&Nonce::from(nonce), payload)
        .ok()
}

#[test]
fn a_stolen_vault_gives_nothing_without_the_passcode() {
    let fixture = Fixture::new();
    let stolen = std::fs::read(fixture.path()).unwrap();
    // The thief is not held up by our delays, and pays the whole stretching for each guess.
    for guess in ["password", "12345678", "eight char", "eight chars "] {
        assert_eq!(as_a_thief(&stolen, guess.as_bytes()), None, "{guess}");
    }
    let plain = as_a_thief(&stolen, b"eight chars").unwrap();
    assert!(
        plain
            .windows(16)
            .any(|window| window == b"PATTERNED-SECRET")
    );
    // No cheaper key: less memory, fewer passes or another salt open nothing.
    for at in [9 + 3, 13 + 3, 21, 36, 37] {
        let mut cheaper = stolen.clone();
        cheaper[at] ^= 1;
        assert_eq!(as_a_thief(&cheaper, b"eight chars"), None, "{at}");
    }
    // The copy elsewhere opens with the passcode alone, and with none of the attempts here.
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("vault");
    std::fs::write(&copy, &stolen).unwrap();
    fixture.open_wrong(0);
    let now = UNIX_EPOCH + NOW;
    let waiting = VaultState::Waiting { left: 10 };
    assert_eq!(Vault::state(&copy, now).unwrap(), waiting);
    let opened = Vault::open(&copy, &fixture.unlock(), now).unwrap();
    assert_eq!(opened.entry("secret"), Some(&b"PATTERNED-SECRET"[..]));
}

#[test]
fn a_changed_passcode_leaves_nothing_of_the_old_one() {
    let fixture = Fixture::new();
    let before = std::fs::read(fixture.path()).unwrap();
    let new = Passcode::new("another one").unwrap();
    let unlock = Unlock::Passcode(&new, Stretching::FLOOR);
    fixture.open().unwrap().change_lock(&unlock).unwrap();
    let after = std::fs::read(fixture.path()).unwrap();
    assert_ne!(before[21..37], after[21..37], "the salt is new");
    assert_eq!(as_a_thief(&after, b"eight chars"), None);
    assert!(as_a_thief(&after, b"another one").is_some());
}

#[cfg(unix)]
#[test]
fn what_counts_the_attempts_is_the_owners_alone_too() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new();
    fixture.open_wrong(0);
    let path = file::beside(&fixture.path(), ".attempts");
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
