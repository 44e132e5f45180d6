//! What the tests share: running other programs, and files that vanish.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    reason = "a test support module: each binary uses its part, and failing is its duty"
)]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// 2026-11-20 12:00 in Japan.
pub fn day() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_143_600)
}

/// Runs a program that the tests require; a missing program fails the test and says what to install.
#[track_caller]
pub fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("`{program}` did not start ({error}). These tests need it: apt-get install openssl pcscd libpcsclite-dev vsmartcard-vpcd opensc")
    })
}

/// Runs openssl, which must succeed, and returns what it printed.
#[track_caller]
pub fn openssl<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> String {
    let output = run("openssl", arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "openssl: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// A folder that is removed with the value.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder under target");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::File::create(&path)
            .and_then(|mut file| file.write_all(content))
            .expect("a file under target");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// DER as PEM, for those openssl commands that read nothing else.
pub fn pem(folder: &Folder, name: &str, der: &[u8]) -> PathBuf {
    let der = folder.write(&format!("{name}.der"), der);
    let path = folder.path().join(format!("{name}.pem"));
    openssl([
        "x509".as_ref(),
        "-inform".as_ref(),
        "DER".as_ref(),
        "-in".as_ref(),
        der.as_os_str(),
        "-out".as_ref(),
        path.as_os_str(),
    ]);
    path
}

/// Bytes from hexadecimal; blanks are ignored.
#[track_caller]
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let digits = String::from_utf8(digits).expect("ASCII");
    assert!(
        digits.len().is_multiple_of(2),
        "an odd number of digits: {text}"
    );
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

/// Upper-case hexadecimal without blanks.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
