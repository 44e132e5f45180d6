//! A sandbox with an activated terminal, and what it is asked.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use mynacard_sandbox::{Running, Sandbox, UserSettings};
use serde_json::Value;
use tempfile::TempDir;

use crate::activation;

pub(crate) const PASSCODE: &str = "correct horse battery";
pub(crate) const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// A sandbox with an activated terminal in a folder of its own.
pub(crate) struct Terminal {
    pub(crate) sandbox: Running,
    pub(crate) folder: TempDir,
    pub(crate) code: String,
}

impl Terminal {
    pub(crate) fn activated() -> Self {
        Self::activated_at(Sandbox::builder().start().unwrap())
    }

    /// A terminal of a sandbox with a clock or register of its own.
    pub(crate) fn activated_at(sandbox: Running) -> Self {
        let settings = sandbox.issue_activation().unwrap();
        Self::activated_with(sandbox, &settings)
    }

    pub(crate) fn activated_with(sandbox: Running, settings: &UserSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("passcode"), PASSCODE).unwrap();
        let authority = folder.path().join("authority.pem");
        std::fs::write(&authority, sandbox.ca_certificate_pem()).unwrap();
        let terminal = Self {
            folder,
            code: settings.activation_code.clone(),
            sandbox,
        };
        let activated = terminal.activate(settings);
        assert_eq!(activated.status.code(), Some(0), "{}", stdout(&activated));
        terminal
    }

    pub(crate) fn activate(&self, settings: &UserSettings) -> Output {
        let authority = self.folder.path().join("authority.pem");
        let authority = authority.to_str().unwrap();
        let arguments = activation::arguments(self.sandbox.url(), authority, settings);
        self.run(&arguments, &settings.activation_code)
    }

    pub(crate) fn forget(&self) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mynacard"))
            .args(["--json", "terminal", "remove", "--forget", "--home"])
            .arg(self.home())
            .output()
            .unwrap()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn start(&self, before: &str, arguments: &[&str]) -> Child {
        Command::new("sh")
            .arg("-c")
            .arg(format!(
                "exec 3<\"$0\"; {before} exec \"$@\" --passcode-fd 3 --home \"$MYNACARD_TEST_HOME\""
            ))
            .arg(self.folder.path().join("passcode"))
            .arg(env!("CARGO_BIN_EXE_mynacard"))
            .args(arguments)
            .env("MYNACARD_TEST_HOME", self.home())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.start("", arguments);
        // A command that fails before it reads closes its end; that is not the test's failure.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    pub(crate) fn check(&self, pin: &str) -> Output {
        let arguments = [
            "--json",
            "check",
            "--virtual",
            "kyokai-self",
            "--pin-fd",
            "0",
        ];
        self.run(&arguments, pin)
    }

    pub(crate) fn verify(&self) -> (Option<i32>, Value) {
        let verified = self.run(&["--json", "audit", "verify"], "");
        (verified.status.code(), json(&verified))
    }

    pub(crate) fn trail(&self) -> PathBuf {
        self.home().join("audit").join("audit-000001.jsonl")
    }

    /// The events of the trail: name and what tells most.
    pub(crate) fn events(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.trail()).unwrap();
        text.lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                let more = ["why", "code", "evidence", "to"].map(|member| line[member].as_str());
                let more = more.into_iter().flatten().next().unwrap_or_default();
                format!("{} {more}", line["event"].as_str().unwrap())
                    .trim()
                    .to_owned()
            })
            .collect()
    }

    /// Switches 「目視確認で本人認証」.
    pub(crate) fn visual(&self, to: &str) -> Output {
        self.run(&["--json", "terminal", "visual", to], "")
    }

    pub(crate) fn doctor(&self, more: &[&str]) -> (Option<i32>, Value) {
        let arguments = [&["--json", "doctor"], more].concat();
        let seen = self.run(&arguments, "");
        (seen.status.code(), json(&seen))
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let errors = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {}{errors}", stdout(output))
    })
}

pub(crate) fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
pub(crate) fn part<'v>(seen: &'v Value, name: &str) -> &'v Value {
    let parts = seen["parts"].as_array().unwrap();
    let mut named = parts.iter().filter(|part| part["name"] == name);
    named.next().unwrap_or_else(|| panic!("{name} in {seen}"))
}
