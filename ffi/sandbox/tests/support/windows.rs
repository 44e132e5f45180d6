//! The builds for Windows, and Wine to run them.

#![allow(clippy::print_stdout)]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::{run_alone, xtask};

/// The chores' builds for Windows.
pub(crate) struct Built {
    pub(crate) wide: Width,
    pub(crate) narrow: Width,
}

/// What was built for one width.
pub(crate) struct Width {
    /// What MinGW's tools for it begin with.
    pub(crate) prefix: &'static str,
    /// Where the results are.
    pub(crate) folder: PathBuf,
    /// The DLL that Wine lacks.
    stand_in: PathBuf,
}

impl Built {
    /// Builds what is not up to date; nothing only under `MYNACARD_QUICK=1`.
    pub(crate) fn new(test: &str) -> Option<Self> {
        if std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1") {
            println!("left out because of MYNACARD_QUICK=1: {test}");
            return None;
        }
        let shown = run_alone(xtask().args(["windows", "--build"]));
        let mut places = shown.lines().map(PathBuf::from);
        let mut next = |prefix| Width {
            prefix,
            folder: places.next().unwrap(),
            stand_in: places.next().unwrap(),
        };
        Some(Self {
            wide: next("x86_64"),
            narrow: next("i686"),
        })
    }
}

impl Width {
    /// Puts the DLLs and their import libraries into a folder, under the names that they are shipped with.
    pub(crate) fn lay_out(&self, folder: &Path) {
        for name in ["mynacard", "mynacard_sandbox"] {
            let copy = |from: String, to: String| {
                std::fs::copy(self.folder.join(from), folder.join(to)).unwrap();
            };
            copy(format!("{name}_ffi.dll"), format!("{name}.dll"));
            copy(format!("lib{name}_ffi.dll.a"), format!("lib{name}.dll.a"));
        }
    }

    /// One of MinGW's tools for this width.
    pub(crate) fn tool(&self, name: &str) -> Command {
        Command::new(format!("{}-w64-mingw32-{name}", self.prefix))
    }
}

/// A script that runs programs under a 32-bit Wine. There is none where the mirror is away or this user is not root: then no 32-bit
/// program runs, only the DLLs' exports and imports are compared, which this says past the harness that keeps what passing tests
/// print. Anything else that goes wrong is a failure.
fn wine32(test: &str) -> Option<&'static Path> {
    static RUNNER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let runner = RUNNER.get_or_init(|| {
        let output = xtask().args(["windows", "--wine32"]).output().unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap().trim_end().into()),
            false => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(said.contains("lacking here: "), "{said}");
                Err(said)
            }
        }
    });
    match runner {
        Ok(runner) => Some(runner),
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "\nNOT RUN under Wine: {test}: {why}");
            None
        }
    }
}

/// A Wine of its own, in a folder that programs run in.
pub(crate) struct Wine {
    folder: PathBuf,
    narrow: Option<&'static Path>,
}

impl Wine {
    /// The Wine that is as wide as the programs; nothing where there is no 32-bit one, for `test` to go without.
    pub(crate) fn new(folder: &Path, width: &Width, test: &str) -> Option<Self> {
        let narrow = match width.prefix {
            "i686" => Some(wine32(test)?),
            _ => None,
        };
        std::fs::copy(&width.stand_in, folder.join("bcryptprimitives.dll")).unwrap();
        Some(Self {
            folder: folder.to_owned(),
            narrow,
        })
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env("WINEPREFIX", self.folder.join("wine"))
            .env("WINEDEBUG", "-all")
            .env("WINEARCH", "win64")
            // What a file's name means is the locale's matter; receipt computers have Japanese ones.
            .env("LC_ALL", "C.UTF-8")
            .env("DISPLAY", "");
        command
    }

    /// A program and its arguments, ready to run.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = match self.narrow {
            Some(runner) => {
                let mut command = Command::new(runner);
                command.arg(&self.folder).arg("wine");
                command
            }
            None => self.command("wine"),
        };
        command.args(arguments);
        command
    }

    /// Runs a program; returns what it printed; it must succeed.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        run_alone(&mut self.program(arguments))
    }

    /// The same with lines for its standard input, whether or not it succeeds.
    pub(crate) fn answers(&self, arguments: &[&str], input: &str) -> String {
        let mut child = self
            .program(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Wine {
    /// Wine's server outlives its programs; this one is ours alone, by its prefix. The 32-bit one went with its namespace.
    fn drop(&mut self) {
        if self.narrow.is_none() {
            let _ = self
                .command("/usr/lib/wine/wineserver")
                .arg("--kill")
                .output();
        }
    }
}
