//! A display for programs with windows.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// An X server without a screen, which ends with this value.
pub(crate) struct Display {
    server: Child,
    name: String,
}

impl Display {
    pub(crate) fn open() -> Self {
        // It picks a free number and says it, when it is ready, on its standard output.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1100x24"])
            .args(["-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("this test needs Xvfb: {error}"));
        let mut number = String::new();
        let said = BufReader::new(server.stdout.take().unwrap()).read_line(&mut number);
        let display = Self {
            server,
            name: format!(":{}", number.trim()),
        };
        assert!(said.unwrap() > 1, "Xvfb names no display");
        display
    }

    /// What `DISPLAY` names.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
