//! The stand-in in a process of its own, so that what the terminals' process holds is theirs alone.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_sandbox::UserSettings;
use serde_json::{Value, json};

use crate::fleet::stand_in;

/// What tells this program to be the stand-in.
pub const STAND_IN: &str = "--stand-in";

/// Is the stand-in: prints where it is and so many settings, then answers each line with its counts, until the lines end.
pub fn serve(terminals: usize) {
    let running = stand_in();
    let settings: Vec<_> = (0..terminals)
        .map(|_| running.issue_activation().expect("settings are handed out"))
        .collect();
    println!(
        "{}",
        json!({
            "url": running.url(),
            "root": STANDARD.encode(running.ca_certificate_der()),
            "settings": settings,
        })
    );
    for _ in std::io::stdin().lock().lines() {
        let (memory, descriptors) = crate::sample();
        let checks = running.checks().expect("the database answers");
        println!(
            "{}",
            json!({ "checks": checks, "memory": memory, "descriptors": descriptors })
        );
    }
}

/// The stand-in's process; dropping it ends it.
pub struct StandIn {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    pub url: String,
    pub root: Vec<u8>,
    pub settings: Vec<UserSettings>,
}

impl StandIn {
    pub fn start(terminals: usize) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .args([STAND_IN, &terminals.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the stand-in starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is ours")).lines();
        let said = parse(lines.next());
        let text = |name: &str| {
            said.get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            url: text("url"),
            root: STANDARD.decode(text("root")).expect("a certificate"),
            settings: serde_json::from_value(said.get("settings").cloned().unwrap_or_default())
                .expect("settings"),
            lines,
            child,
        }
    }

    /// Checks that it knows, its memory in KiB and its descriptors.
    pub fn counts(&mut self) -> (u64, u64, u64) {
        let input = self.child.stdin.as_mut().expect("its input is ours");
        writeln!(input).expect("the stand-in lives");
        let said = parse(self.lines.next());
        let number = |name: &str| said.get(name).and_then(Value::as_u64).unwrap_or_default();
        (number("checks"), number("memory"), number("descriptors"))
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parse(line: Option<std::io::Result<String>>) -> Value {
    let line = line.expect("the stand-in says").expect("a readable line");
    serde_json::from_str(&line).expect("a document")
}
