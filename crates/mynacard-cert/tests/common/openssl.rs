//! The command `openssl`, as a second opinion.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::prelude::{BASE64_STANDARD, Engine as _};

/// Whether the command is there. In CI and where the test vectors are named it must be.
pub(crate) fn available() -> bool {
    let found = Command::new("openssl")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        assert!(
            std::env::var_os("MYNACARD_VECTORS").is_none() && !super::in_ci(),
            "the command openssl is missing"
        );
        eprintln!("skipped: the command openssl is missing");
    }
    found
}

/// A folder of this test's own, removed at the end.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// DER as PEM.
    pub(crate) fn write_pem(&self, name: &str, label: &str, der: &[u8]) -> PathBuf {
        self.write(name, pem(label, der).as_bytes())
    }

    /// Runs openssl in this folder.
    pub(crate) fn openssl(&self, arguments: &[&str]) -> Output {
        Command::new("openssl")
            .current_dir(self.path())
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The same; it must succeed.
    #[track_caller]
    pub(crate) fn must(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.openssl(arguments);
        assert!(
            output.status.success(),
            "openssl {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// openssl's strict verdict on many certificates under one root, at one instant (unix seconds).
pub(crate) fn verdicts(root: &[u8], leaves: &[Vec<u8>], at: i64) -> Vec<bool> {
    let folder = Folder::new();
    folder.write_pem("root.pem", "CERTIFICATE", root);
    let names: Vec<String> = (0..leaves.len())
        .map(|index| format!("leaf{index}.pem"))
        .collect();
    for (name, leaf) in names.iter().zip(leaves) {
        folder.write_pem(name, "CERTIFICATE", leaf);
    }
    let at = at.to_string();
    let mut arguments = vec![
        "verify",
        "-x509_strict",
        "-no-CApath",
        "-no-CAstore",
        "-CAfile",
        "root.pem",
        "-attime",
        &at,
    ];
    arguments.extend(names.iter().map(String::as_str));
    let output = folder.openssl(&arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    names
        .iter()
        .map(|name| text.lines().any(|line| line == format!("{name}: OK")))
        .collect()
}
