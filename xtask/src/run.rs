//! Running other programs: echoed, timed out, their test results counted.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::workspace;

/// One program to run, in the workspace's root unless said otherwise.
pub(crate) struct Program {
    command: Command,
    line: String,
}

/// How a program ended, and what its test harnesses said on the way.
pub(crate) struct Ran {
    pub(crate) succeeded: bool,
    pub(crate) tests: Tests,
    pub(crate) line: String,
}

/// Sums over the `test result:` lines of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

/// The cargo that runs this program, so that a `+toolchain` is kept.
pub(crate) fn cargo() -> Program {
    Program::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Program {
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Program {
        let name = name.as_ref();
        let shown = Path::new(name)
            .file_name()
            .unwrap_or(name)
            .to_string_lossy()
            .into_owned();
        // CI has no one to interrupt a hanging child; at a terminal a child in its own group would miss Ctrl-C.
        let mut command = if in_ci() {
            let mut command = Command::new("timeout");
            command.args(["--kill-after=10", "4200"]).arg(name);
            command
        } else {
            Command::new(name)
        };
        command.current_dir(workspace::root());
        // Cargo's own variables describe xtask, not the packages that the child builds.
        for (key, _) in std::env::vars_os() {
            let name = key.to_string_lossy();
            // A test that calls a chore has OUT_DIR besides: some build scripts run again when it changes.
            if ["CARGO_PKG_", "CARGO_MANIFEST_"]
                .iter()
                .any(|start| name.starts_with(start))
                || name == "OUT_DIR"
            {
                command.env_remove(key);
            }
        }
        Program {
            command,
            line: shown,
        }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Program {
        let argument = argument.as_ref();
        let shown = argument.to_string_lossy();
        self.line.push(' ');
        self.line.push_str(&shown);
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> Program {
        arguments.into_iter().fold(self, Program::arg)
    }

    pub(crate) fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Program {
        self.command.env(key, value);
        self
    }

    /// In another folder than the workspace's root.
    pub(crate) fn within(mut self, folder: &Path) -> Program {
        self.command.current_dir(folder);
        self
    }

    /// Runs with all streams inherited; an error names the command.
    pub(crate) fn go(mut self) -> Result<(), String> {
        let status = self
            .command
            .status()
            .map_err(|error| format!("{}: {error}", self.line))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{} failed ({status})", self.line))
        }
    }

    /// Runs, passes the output on as it comes and counts the tests in it.
    pub(crate) fn run(mut self) -> Result<Ran, String> {
        println!("$ {}", self.line);
        self.command.stdin(Stdio::null()).stdout(Stdio::piped());
        let failed = |error: std::io::Error| format!("{}: {error}", self.line);
        let mut child = self.command.spawn().map_err(failed)?;
        let mut tests = Tests::default();
        if let Some(output) = child.stdout.take() {
            let mut here = std::io::stdout();
            for line in BufReader::new(output).split(b'\n') {
                let line = line.map_err(failed)?;
                tests.read(&String::from_utf8_lossy(&line));
                let _ = here.write_all(&line).and_then(|()| here.write_all(b"\n"));
            }
        }
        let status = child.wait().map_err(failed)?;
        Ok(Ran {
            succeeded: status.success(),
            tests,
            line: self.line,
        })
    }

    /// Runs quietly: whether it succeeded, and all that it printed.
    pub(crate) fn capture(mut self) -> Result<(bool, String), String> {
        let output = self
            .command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", self.line))?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ok((output.status.success(), text))
    }
}

impl Tests {
    /// Takes one line of output in: a harness's closing line counts, every other line is nothing.
    pub(crate) fn read(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in counts.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(count), Some(what)) = (
                words.next().and_then(|n| n.parse::<u32>().ok()),
                words.next(),
            ) else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }
}

/// Whether this run is CI's, where nothing may be left out in silence.
pub(crate) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_harness_lines_only() {
        let mut tests = Tests::default();
        tests.read("running 3 tests");
        tests.read("test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.31s");
        tests.read("test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        assert_eq!(
            tests,
            Tests {
                passed: 17,
                failed: 1,
                skipped: 2
            }
        );
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = Program::new("false").arg("--really").go().unwrap_err();
        assert!(error.starts_with("false --really failed"), "{error}");
    }
}
