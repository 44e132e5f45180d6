//! The builds for Windows, and Wine to run them.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{run_alone, xtask};

/// Where the chores' builds for Windows are.
pub(crate) struct Built {
    pub(crate) wide: PathBuf,
    pub(crate) narrow: PathBuf,
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
        let mut folders = shown.lines().map(PathBuf::from);
        let mut next = || folders.next().unwrap();
        Some(Self {
            wide: next(),
            narrow: next(),
            stand_in: next(),
        })
    }

    /// Puts the 64-bit DLLs and their import libraries into a folder, under the names that they are shipped with.
    pub(crate) fn lay_out(&self, folder: &Path) {
        for name in ["mynacard", "mynacard_sandbox"] {
            let copy = |from: String, to: String| {
                std::fs::copy(self.wide.join(from), folder.join(to)).unwrap();
            };
            copy(format!("{name}_ffi.dll"), format!("{name}.dll"));
            copy(format!("lib{name}_ffi.dll.a"), format!("lib{name}.dll.a"));
        }
    }
}

/// A Wine of its own, in a folder that programs run in.
pub(crate) struct Wine {
    folder: PathBuf,
}

impl Wine {
    pub(crate) fn new(folder: &Path, built: &Built) -> Self {
        std::fs::copy(&built.stand_in, folder.join("bcryptprimitives.dll")).unwrap();
        Self {
            folder: folder.to_owned(),
        }
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
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

    /// Runs a program; returns what it printed; it must succeed.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        run_alone(self.command("wine").args(arguments))
    }
}

impl Drop for Wine {
    /// Wine's server outlives its programs; this one is ours alone, by its prefix.
    fn drop(&mut self) {
        let _ = self
            .command("/usr/lib/wine/wineserver")
            .arg("--kill")
            .output();
    }
}
