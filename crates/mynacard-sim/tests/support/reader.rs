//! A private pcscd with a virtual card in its reader, in a mount namespace of its own: nothing outside sees it, and it sees no
//! reader of this machine.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test support module: failing is its duty"
)]

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use super::Folder;

/// What is installed with `apt-get install` for these tests.
const PACKAGES: &str = "pcscd libpcsclite-dev vsmartcard-vpcd opensc";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// Brings up reader and card, waits until the card is seen, runs the caller's commands, takes everything down.
const SCRIPT: &str = r#"
set -u
mount -t tmpfs tmpfs /run && mkdir /run/pcscd || exit 98
pcscd --foreground --config "$FOLDER/conf" >"$FOLDER/pcscd.log" 2>&1 & reader=$!
"$SIM" vpcd --port "$PORT" --trace "$FOLDER/trace" $CARD >"$FOLDER/card.log" 2>&1 & card=$!
trap 'kill $card $reader 2>/dev/null; wait' EXIT
tries=0
until opensc-tool -l 2>/dev/null | grep -q ' Yes '; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ]; then cat "$FOLDER/pcscd.log" "$FOLDER/card.log" >&2; exit 99; fi
    sleep 0.05
done
cd "$FOLDER"
eval "$COMMANDS"
"#;

/// What the commands said, and what the card heard meanwhile.
pub struct Session {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
    /// Commands and answers, hexadecimal.
    pub trace: Vec<(String, String)>,
    /// The folder in which the commands ran.
    pub folder: Folder,
}

impl Session {
    /// Runs shell commands beside a reader that holds this card (`--person …` and further options of `mynacard-sim vpcd`).
    #[track_caller]
    pub fn run(name: &str, card: &str, commands: &str) -> Self {
        require_tools();
        let folder = Folder::new(name);
        let port = free_port();
        std::fs::create_dir_all(folder.path().join("conf")).expect("a folder under target");
        let configuration = format!(
            "FRIENDLYNAME \"Private PCD\"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:04X}\n"
        );
        folder.write("conf/vpcd", configuration.as_bytes());
        let mut unshare = Command::new("unshare");
        unshare
            .args(if is_root() {
                ["-m", "sh", "-c"]
            } else {
                ["-rm", "sh", "-c"]
            })
            .arg(SCRIPT);
        unshare
            .env("PATH", search_path())
            .env("FOLDER", folder.path())
            .env("SIM", env!("CARGO_BIN_EXE_mynacard-sim"))
            .env("PORT", port.to_string())
            .env("CARD", card)
            .env("COMMANDS", commands);
        let output = unshare
            .output()
            .expect("unshare starts; it was found before");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(98) => panic!("no mount namespace on this machine (unshare -rm): {stderr}"),
            Some(99) => panic!("pcscd did not see the card within ten seconds: {stderr}"),
            _ => {}
        }
        Self {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr,
            trace: read_trace(&folder.path().join("trace")),
            folder,
        }
    }

    /// Fails with everything that was said unless the last command succeeded.
    #[track_caller]
    pub fn assert_success(&self) -> &Self {
        assert!(self.success, "{}{}", self.stdout, self.stderr);
        self
    }

    /// A file that the commands left in their folder.
    #[track_caller]
    pub fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap_or_else(|error| {
            panic!("no file {name} ({error}): {}{}", self.stdout, self.stderr)
        })
    }

    /// How many commands the card heard whose hexadecimal begins like this.
    pub fn count(&self, beginning: &str) -> usize {
        self.trace
            .iter()
            .filter(|(command, _)| command.starts_with(beginning))
            .count()
    }
}

/// Whether a quick run leaves these tests out; says so when it does.
pub fn left_out() -> bool {
    let quick = std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1");
    if quick {
        println!("skipped: MYNACARD_QUICK=1 leaves out the tests that start a reader");
    }
    quick
}

#[track_caller]
fn require_tools() {
    let path = search_path();
    for tool in [
        "pcscd",
        "opensc-tool",
        "pkcs15-tool",
        "pkcs11-tool",
        "unshare",
    ] {
        let found = std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
        assert!(
            found,
            "`{tool}` is not on the PATH. These tests need it: apt-get install {PACKAGES}"
        );
    }
    assert!(
        Path::new(DRIVER).exists(),
        "{DRIVER} is missing. These tests need it: apt-get install {PACKAGES}"
    );
}

/// The PATH, and where pcscd lies, which is on the administrator's PATH only.
fn search_path() -> std::ffi::OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/sbin");
    path
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}

/// A port for the first slot, with the next one free as well for the second.
fn free_port() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind(("0.0.0.0", 0)).expect("a free port");
        let port = first.local_addr().expect("bound").port();
        if port < u16::MAX && TcpListener::bind(("0.0.0.0", port + 1)).is_ok() {
            return port;
        }
    }
    panic!("no two free ports side by side");
}

#[track_caller]
fn read_trace(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).expect("the card wrote a trace");
    let lines: Vec<&str> = text.lines().collect();
    lines
        .chunks(2)
        .map(|pair| match pair {
            [command, answer] => {
                let command = command.strip_prefix("> ").expect("a command line");
                (
                    command.to_owned(),
                    answer
                        .strip_prefix("< ")
                        .expect("an answer line")
                        .to_owned(),
                )
            }
            _ => panic!("half an exchange at the end of the trace"),
        })
        .collect()
}
