//! What a service can send: answers, relayed commands; and what lies in files that others can write.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use mynacard_auth::pinless::Guard;
use mynacard_auth::vault::{KeyStore, Passcode, Stretching, Unlock, Vault};
use mynacard_auth::{Activation, ErrorKind, ServiceErrorKind, Terminal};
use mynacard_client::https::fuzzing::understand_all;

use crate::errors::{note, noted};
use crate::{download, head, pieces, tries};

/// The body of an HTTP answer; the first byte chooses the status. Or its head alone, or a download, line by line.
pub(crate) fn answer(data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else {
        return;
    };
    match choice {
        download::BEGIN => return download::read(body),
        head::BEGIN => return head::read(body),
        _ => {}
    }
    let statuses = [200, 400, 401, 403, 404, 409, 422, 429, 500, 503];
    let status = statuses
        .get(usize::from(choice))
        .copied()
        .unwrap_or(u16::from(choice));
    let answers = understand_all(status, body);
    // What another reader finds in the body, where it reads all of it: what the library does not look for may be no text at all.
    let body = serde_json::from_slice::<serde_json::Value>(body).ok();
    let of_the_sandbox = body
        .as_ref()
        .is_none_or(|body| body.get("sandbox") == Some(&true.into()));
    let code = body.as_ref().and_then(|body| body.get("code")?.as_str());
    for answer in answers {
        let Err(error) = answer else {
            assert!(status == 200, "a refusal was taken for an answer");
            let object = body.as_ref().is_none_or(serde_json::Value::is_object);
            assert!(object, "what is no object was taken for an answer");
            assert!(
                of_the_sandbox,
                "another service's answer was taken for the sandbox's"
            );
            continue;
        };
        note(&error);
        // A refusal is one that this service wrote, and says why.
        if let Some(reply) = error.reply() {
            assert!(status != 200 && of_the_sandbox);
            if let Some(code) = code {
                assert_eq!(error.kind(), ServiceErrorKind::from_reference(code));
            }
            let texts = [&reply.code, &reply.message_ja, &reply.message_en];
            for text in texts.into_iter().chain(&reply.field) {
                assert!(text.chars().count() <= 300 && !text.contains(char::is_control));
            }
        }
    }
}

/// Commands that a relay sends to the card: nothing but the four allowed ones passes, and no signature.
pub(crate) fn relay(data: &[u8]) {
    let mut guard = Guard::new();
    let mut passed = 0;
    for pair in pieces(data).take(64).collect::<Vec<_>>().chunks(2) {
        let [command, response] = pair else { break };
        let Ok(admitted) = noted(guard.admit(command)) else {
            continue;
        };
        passed += 1;
        let sent = admitted.command();
        let allowed = [
            [0x00, 0xA4, 0x02, 0x0C],
            [0x80, 0xA2, 0x06, 0xC1],
            [0x00, 0x84, 0x00, 0x00],
            [0x80, 0xA2, 0x00, 0xC1],
        ];
        assert!(
            allowed.contains(&sent.header()),
            "the relay sent {:02X?}",
            sent.header()
        );
        assert!(
            sent.ins() != 0xA4 || sent.data() == [0x00, 0x16],
            "the relay selected another file"
        );
        assert!(!sent.is_secret());
        let proven = guard.is_proven();
        let _ = format!("{guard:?}{admitted:?}");
        let _ = noted(guard.answered(&admitted, response));
        assert!(
            !guard.is_proven() || proven || response.ends_with(&[0x90, 0x00]),
            "proven without the card's word"
        );
    }
    assert!(passed <= 8, "{passed} commands in one relay");
}

/// A vault's file, opened with a key of the operating system: any bytes are refused in their own way. Or what it holds, or the count of wrong
/// passcodes beside it.
pub(crate) fn vault(data: &[u8]) {
    if let Some(rest) = data.strip_prefix(tries::BEGIN) {
        return tries::count(rest);
    }
    if let Ok(terminal) = noted(Terminal::from_secret_bytes(data)) {
        let again = terminal.to_secret_bytes().expect("it was read");
        let again = Terminal::from_secret_bytes(&again).expect("what we write, we read");
        assert_eq!(again.certificate(), terminal.certificate());
    }
    if let Ok(registration) = noted(Activation::from_secret_bytes(data)) {
        let again = registration.to_secret_bytes().expect("it was read");
        let again = Activation::from_secret_bytes(&again).expect("what we write, we read");
        assert_eq!(again.idempotency_key(), registration.idempotency_key());
        assert_eq!(again.settings().id(), registration.settings().id());
    }
    let path = file();
    if std::fs::write(&path, data).is_ok() {
        let opened = noted(Vault::open(&path, &Unlock::KeyStore(&FixedKey), UNIX_EPOCH));
        assert_eq!(
            opened.is_ok(),
            data == crate::seeds::vault(),
            "another vault than ours was opened"
        );
        match opened {
            Ok(vault) => tries::kept(&path, vault),
            // What names another way to its key is no wrong key.
            Err(error) => assert_eq!(
                path.with_extension("attempts").exists(),
                matches!(error.kind(), ErrorKind::WrongPasscode { .. }),
                "what was counted as a try"
            ),
        }
    }
    forget(&path);
}

/// A vault's file, opened with a passcode as staff type it, at the least stretching that is accepted. Whether it opened.
///
/// Files that ask for more than that and stay within the ceiling are read up to the guess: it would take seconds each.
pub(crate) fn vault_passcode(data: &[u8]) -> bool {
    let path = file();
    if std::fs::write(&path, data).is_err() {
        return false;
    }
    let passcode = Passcode::new(PASSCODE).expect("long enough");
    let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
    let state = Vault::state(&path, UNIX_EPOCH);
    // Memory, passes and lanes of the header, as a file with a passcode has them.
    let least = crate::seeds::vault_with_passcode().get(9..21);
    let asks_for_more = data.get(8) == Some(&1) && state.is_ok() && data.get(9..21) != least;
    let opened = !asks_for_more && {
        let opened = noted(Vault::open(&path, &unlock, UNIX_EPOCH));
        let whole = data == crate::seeds::vault_with_passcode();
        assert_eq!(opened.is_ok(), whole, "another vault than ours was opened");
        if let Err(error) = &opened {
            let own = ["MC-5202", "MC-5205", "MC-5206"];
            assert!(own.contains(&error.code()), "refused with {}", error.code());
            assert!(
                state.is_ok() || error.code() != "MC-5202",
                "a guess at no vault"
            );
        }
        if whole {
            let another = Passcode::new("wrong battery").expect("long enough");
            let guess = Unlock::Passcode(&another, Stretching::FLOOR);
            let refused = noted(Vault::open(&path, &guess, UNIX_EPOCH)).err();
            assert!(
                refused.is_some_and(|error| error.code() == "MC-5202"),
                "another passcode opened it, or spoiled it"
            );
        }
        whole
    };
    forget(&path);
    opened
}

/// What opens the checked-in vault.
pub(crate) const PASSCODE: &str = "correct horse";

/// Removes the vault and what stands beside it: the next input has all its attempts.
pub(crate) fn forget(path: &std::path::Path) {
    let Some(folder) = path.parent() else { return };
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return;
    };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry
            .file_name()
            .to_str()
            .is_some_and(|other| other.starts_with(name))
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A path of this thread alone, in memory where the system has such a folder.
pub(crate) fn file() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    // Who starts the program may name a folder, and clears it away: libFuzzer ends without leaving its loop.
    let folder = match std::env::var_os("MYNACARD_FUZZ_FOLDER") {
        Some(named) => PathBuf::from(named),
        None if memory.is_dir() => memory,
        None => std::env::temp_dir(),
    };
    let thread: String = format!("{:?}", std::thread::current().id())
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let folder = folder.join(format!("mynacard-fuzz-{}-{thread}", std::process::id()));
    let _ = std::fs::create_dir_all(&folder);
    folder.join("vault")
}

/// A key store that always has the same key.
pub(crate) struct FixedKey;

impl KeyStore for FixedKey {
    fn key(
        &self,
        _: &[u8; 16],
    ) -> Result<zeroize::Zeroizing<[u8; 32]>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(zeroize::Zeroizing::new([7; 32]))
    }
}
