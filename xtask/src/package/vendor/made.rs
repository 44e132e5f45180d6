//! `BUILD.txt`: which compilers made each library and program of a package, and its SHA-256.

use std::fmt::Write as _;
use std::path::Path;

use crate::package::read;
use crate::run::Program;
use crate::windows::{self, Width};

/// Where cargo notes which compiler fills a target folder: the builds for Windows may have another one, and a folder of their own.
const NOTE: &str = ".rustc_info.json";

/// Who made a library.
pub(in crate::package) struct Compilers {
    rustc: String,
    cc: String,
}

impl Compilers {
    /// Of the builds for Windows.
    pub(in crate::package) fn of(width: Width) -> Result<Self, String> {
        Ok(Self {
            // Nowhere above it: what is noted there is another build's.
            rustc: rustc(&windows::folder().join(NOTE))?,
            cc: version(&format!("{}-gcc", width.prefix()))?,
        })
    }

    /// Of the builds for this system, which lie somewhere below `built`'s target folder.
    pub(in crate::package) fn of_this_system(built: &Path) -> Result<Self, String> {
        let note = built
            .ancestors()
            .map(|folder| folder.join(NOTE))
            .find(|note| note.is_file())
            .ok_or_else(|| format!("no {NOTE} of cargo's above {}", built.display()))?;
        Ok(Self {
            rustc: rustc(&note)?,
            cc: version("cc")?,
        })
    }
}

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

    /// One that cargo built: `inside` is its name in the package.
    pub(in crate::package) fn by_cargo(
        &mut self,
        inside: &str,
        file: &Path,
        by: &Compilers,
    ) -> Result<(), String> {
        self.add(inside, file, &[("rustc", &by.rustc), ("cc", &by.cc)])
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

fn rustc(note: &Path) -> Result<String, String> {
    noted(&read(note)?).ok_or_else(|| format!("{} names no compiler", note.display()))
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
