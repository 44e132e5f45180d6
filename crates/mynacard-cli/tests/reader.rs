//! The command at a real PC/SC daemon of its own, with the virtual card in the virtual reader.
#![cfg(all(target_os = "linux", feature = "pcsc"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod activation;
#[path = "../../mynacard-pcsc/tests/pcscd/daemon.rs"]
#[allow(dead_code, reason = "shared with the reader crate's own tests")]
mod daemon;

use std::io::Write;
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use daemon::{Daemon, inside};
use mynacard_sandbox::Sandbox;
use mynacard_sim::{VirtualCard, person, vpcd};
use serde_json::Value;

type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// Puts a virtual card into the first slot and listens to what it hears.
fn insert(daemon: &Daemon, id: &str) -> Heard {
    let heard = Heard::default();
    let (port, person, log) = (daemon.port(), person(id).unwrap(), Arc::clone(&heard));
    std::thread::spawn(move || {
        let mut card = VirtualCard::new(person, SystemTime::now());
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // The reader goes away with its daemon, in the middle of whatever it did.
        let _ = vpcd::serve(&mut card, stream, |command, _| {
            log.lock().unwrap().push(command.to_vec());
            Ok(())
        });
    });
    heard
}

fn mynacard(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mynacard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)))
}

/// VERIFY with data, of any key.
fn verifies(heard: &Heard) -> usize {
    heard
        .lock()
        .unwrap()
        .iter()
        .filter(|command| command.get(1) == Some(&0x20) && command.len() > 4)
        .count()
}

#[test]
fn readers_status_and_check_at_a_reader() {
    inside(
        "readers_status_and_check_at_a_reader",
        |daemon: &mut Daemon| {
            let heard = insert(daemon, "kyokai-self");

            let status = mynacard(&["--json", "status"], "");
            assert_eq!(status.status.code(), Some(0), "{}", json(&status));
            let status = json(&status);
            assert_eq!(
                (&status["card"], &status["authentication_tries"]),
                (&"my-number-card".into(), &3.into())
            );
            assert_eq!(verifies(&heard), 0, "status spent a PIN try");

            let readers = json(&mynacard(&["--json", "readers"], ""));
            assert_eq!(readers[0]["card"], true, "{readers}");

            let folder = tempfile::tempdir().unwrap();
            let home = folder.path().join("home");
            let home = home.to_str().unwrap();
            let seen = mynacard(&["--json", "doctor", "--no-passcode", "--home", home], "");
            let seen = json(&seen);
            let parts = seen["parts"].as_array().unwrap();
            let of = |name: &str| {
                parts
                    .iter()
                    .filter(|part| part["name"] == name)
                    .collect::<Vec<_>>()
            };
            let reader = of("reader");
            assert_eq!(reader[0]["state"], "good", "{seen}");
            let named = reader[0]["found"].as_str().unwrap();
            assert!(named.contains("Private PCD"), "{named}");
            let cards: Vec<_> = of("card")
                .iter()
                .map(|part| part["found"].as_str())
                .collect();
            assert_eq!(cards[0], Some("カードがあります。"), "{seen}");
            assert_eq!(
                cards.last(),
                Some(&Some("カードは置かれていません（確認のときに置きます）。")),
                "{seen}"
            );
            // A terminal that was never registered is named too.
            assert_eq!(of("vault")[0]["code"], "MC-5208", "{seen}");
            let heard_by_then = heard.lock().unwrap().len();
            mynacard(&["--json", "doctor", "--no-passcode", "--home", home], "");
            assert_eq!(
                heard.lock().unwrap().len(),
                heard_by_then,
                "the doctor read something of the card"
            );

            let sandbox = Sandbox::builder().start().unwrap();
            let authority = folder.path().join("authority.pem");
            std::fs::write(&authority, sandbox.ca_certificate_pem()).unwrap();
            let (home, passcode) = (folder.path().join("home"), folder.path().join("passcode"));
            std::fs::write(&passcode, "correct horse battery").unwrap();
            let terminal = |arguments: &[&str], input: &str| {
                let mut child = Command::new("sh")
                    .args(["-c", "exec 3<\"$0\"; exec \"$@\" --passcode-fd 3"])
                    .arg(&passcode)
                    .arg(env!("CARGO_BIN_EXE_mynacard"))
                    .args(arguments)
                    .arg("--home")
                    .arg(&home)
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap();
                let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
                child.wait_with_output().unwrap()
            };
            let issued = sandbox.issue_activation().unwrap();
            let authority = authority.to_str().unwrap();
            let arguments = activation::arguments(sandbox.url(), authority, &issued);
            let arguments = [&["--json"], &arguments[..]].concat();
            let activated = terminal(&arguments, &issued.activation_code);
            assert_eq!(activated.status.code(), Some(0), "{}", json(&activated));

            let check = [
                "--json",
                "check",
                "--reader",
                "Private PCD",
                "--pin-fd",
                "0",
            ];
            let unasked = terminal(&check, "1234");
            assert_eq!(
                json(&unasked)["error"]["code"],
                "MC-3102",
                "a simulated card passed as a real one"
            );
            assert_eq!(verifies(&heard), 0, "a card that cannot be used cost a try");

            let check = [&check[..], &["--accept-simulation"]].concat();
            let checked = terminal(&check, "1234");
            assert_eq!(checked.status.code(), Some(0), "{}", json(&checked));
            // The virtual reader's driver does not state its limits: short commands, until the caller knows better.
            assert_eq!(json(&checked)["card_exchanges"], 11);
            assert_eq!(verifies(&heard), 1);
            let extended = terminal(&[&check[..], &["--extended"]].concat(), "1234");
            assert_eq!(json(&extended)["card_exchanges"], 5);

            let wrong = json(&terminal(&check, "9999"));
            assert_eq!(
                wrong["error"]["staff"],
                "暗証番号が違います。あと2回間違えるとロックされます。"
            );
            assert_eq!(verifies(&heard), 3);

            // The last try is the caller's to spend.
            assert_eq!(json(&terminal(&check, "9999"))["error"]["tries_left"], 1);
            let kept = terminal(&check, "1234");
            assert_eq!(json(&kept)["error"]["code"], "MC-1004", "{}", json(&kept));
            assert_eq!(verifies(&heard), 4, "the last try was spent unasked");
            let insisted = terminal(&[&check[..], &["--insist"]].concat(), "1234");
            assert_eq!(insisted.status.code(), Some(0), "{}", json(&insisted));
            assert_eq!(verifies(&heard), 5);
        },
    );
}
