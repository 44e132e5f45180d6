//! `BUILD.txt`: which compilers made each library and program of a package, and its SHA-256.

use std::fmt::Write as _;
use std::path::Path;

use crate::package::read;
use crate::run::Program;

/// The text, as it is being written.
pub(in crate::package) struct Made {
    text: String,
}

impl Made {
    pub(in crate::package) const NAME: &'static str = "BUILD.txt";

    pub(in crate::package) fn new(version: &str) -> Self {
        let text = format!("mynacard {version}: what made each library and program\n");
        Self { text }
    }

    pub(in crate::package) fn text(&self) -> &str {
        &self.text
    }

    /// One that cargo built, with the C compiler that it linked with: `inside` is its name in the package.
    pub(in crate::package) fn by_cargo(
        &mut self,
        inside: &str,
        file: &Path,
        cc: &str,
    ) -> Result<(), String> {
        let rustc = rustc(file)?;
        let cc = version(cc)?;
        self.add(inside, file, &[("rustc", &rustc), ("cc", &cc)])
    }

    /// An assembly of .NET.
    pub(in crate::package) fn by_mcs(&mut self, inside: &str, file: &Path) -> Result<(), String> {
        let mcs = version("mcs")?;
        self.add(inside, file, &[("mcs", &mcs)])
    }

    fn add(&mut self, inside: &str, file: &Path, by: &[(&str, &str)]) -> Result<(), String> {
        let _ = write!(self.text, "\n{inside}\n");
        for (name, version) in by {
            let _ = writeln!(self.text, "  {name:<6}  {version}");
        }
        let (succeeded, said) = Program::new("sha256sum").arg("--").arg(file).capture()?;
        match said.split_whitespace().next() {
            // A name with odd letters has a mark before the sum.
            Some(sum) if succeeded => {
                let _ = writeln!(self.text, "  sha256  {}", sum.trim_start_matches('\\'));
                Ok(())
            }
            _ => Err(format!("sha256sum {}: {said}", file.display())),
        }
    }
}

/// What a compiler says of itself, in one line.
fn version(compiler: &str) -> Result<String, String> {
    let (succeeded, said) = Program::new(compiler).arg("--version").capture()?;
    match said.lines().next() {
        Some(line) if succeeded => Ok(line.to_owned()),
        _ => Err(format!("{compiler} --version: {said}")),
    }
}

/// The compiler that filled the folder where a file was built, as cargo noted it there: the builds for Windows have another one.
fn rustc(file: &Path) -> Result<String, String> {
    let note = file
        .ancestors()
        .map(|folder| folder.join(".rustc_info.json"))
        .find(|note| note.is_file())
        .ok_or_else(|| {
            format!(
                "cargo left no note of its compiler above {}",
                file.display()
            )
        })?;
    noted(&read(&note)?).ok_or_else(|| format!("{} names no compiler", note.display()))
}

/// The line of `rustc -vV` among the answers that cargo keeps.
fn noted(note: &str) -> Option<String> {
    let (_, answer) = note.split_once("\"stdout\":\"rustc ")?;
    let (line, _) = answer.split_once("\\n")?;
    Some(format!("rustc {line}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_compiler_stands_in_cargos_note() {
        let note = r#"{"outputs":{"1":{"stdout":"___\nlib.rlib\n"},"2":{"stdout":"rustc 1.95.0 (5 2026)\nbinary: rustc\n"}}}"#;
        assert_eq!(super::noted(note).as_deref(), Some("rustc 1.95.0 (5 2026)"));
        assert_eq!(super::noted("{}"), None);
    }
}
