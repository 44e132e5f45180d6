//! ZIP files: for vendors, and as NuGet wants them.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A ZIP that is being written. Every file has the same date, so that the same files make the same ZIP.
pub(crate) struct Archive {
    zip: ZipWriter<File>,
    /// The folder inside that everything goes to, with its slash, or nothing.
    folder: String,
    level: Option<i64>,
}

impl Archive {
    /// `quick` compresses little: for tests, whose libraries are large.
    pub(crate) fn create(place: &Path, folder: &str, quick: bool) -> Result<Self, String> {
        let file = File::create(place).map_err(|error| format!("{}: {error}", place.display()))?;
        Ok(Self {
            zip: ZipWriter::new(file),
            folder: folder.to_owned(),
            level: quick.then_some(1),
        })
    }

    fn options(&self, rights: u32) -> SimpleFileOptions {
        SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(self.level)
            .unix_permissions(rights)
            // Not the hour of writing, whatever another crate's choice of features makes the library do by itself.
            .last_modified_time(DateTime::default())
            .large_file(false)
    }

    pub(crate) fn bytes(&mut self, name: &str, bytes: &[u8], rights: u32) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        self.zip
            .start_file(format!("{}{name}", self.folder), self.options(rights))
            .map_err(|error| failed(&error))?;
        self.zip.write_all(bytes).map_err(|error| failed(&error))
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) -> Result<(), String> {
        self.bytes(name, text.as_bytes(), 0o644)
    }

    /// A file of this machine; a program keeps that it may be run.
    pub(crate) fn file(&mut self, name: &str, from: &Path) -> Result<(), String> {
        let bytes = std::fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
        let program = bytes.starts_with(b"\x7fELF") && !name.contains(".so");
        self.bytes(name, &bytes, if program { 0o755 } else { 0o644 })
    }

    /// Every file of a folder whose name ends so, deep down.
    pub(crate) fn folder(
        &mut self,
        name: &str,
        from: &Path,
        ends: &[&str],
    ) -> Result<usize, String> {
        let mut files = Vec::new();
        collect(from, from, &mut files)?;
        files.sort();
        let mut count = 0;
        for file in files {
            if ends.iter().any(|end| file.ends_with(end)) {
                self.file(&format!("{name}/{file}"), &from.join(&file))?;
                count += 1;
            }
        }
        if count == 0 {
            return Err(format!("nothing to pack in {}", from.display()));
        }
        Ok(count)
    }

    /// A symbolic link, for systems that have them.
    pub(crate) fn link(&mut self, name: &str, target: &str) -> Result<(), String> {
        self.zip
            .add_symlink(
                format!("{}{name}", self.folder),
                target,
                self.options(0o777),
            )
            .map_err(|error| format!("{name}: {error}"))
    }

    pub(crate) fn finish(self) -> Result<(), String> {
        self.zip
            .finish()
            .map(drop)
            .map_err(|error| error.to_string())
    }
}

/// The files under `folder`, named from `root`, with slashes; what compilers left there is not ours.
fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "bin" && name != "obj" {
                collect(root, &path, files)?;
            }
        } else if let Ok(inside) = path.strip_prefix(root) {
            files.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_make_the_same_archive_at_any_hour() {
        let above = std::env::temp_dir().join(format!("mynacard-archive-{}", std::process::id()));
        let (one, other) = (above.join("one"), above.join("other"));
        let archives = [
            (one, ["b.cs", "a.cs"], 0),
            (other, ["a.cs", "b.cs"], 1_000_000_000),
        ];
        let archives = archives.map(|(folder, names, age)| {
            std::fs::create_dir_all(&folder).unwrap();
            for name in names {
                std::fs::write(folder.join(name), name).unwrap();
                let file = File::options().write(true).open(folder.join(name)).unwrap();
                let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(age);
                file.set_modified(then).unwrap();
            }
            let place = folder.join("made.zip");
            let mut archive = Archive::create(&place, "inside/", false).unwrap();
            archive.text("README", "read me").unwrap();
            archive.folder("sources", &folder, &[".cs"]).unwrap();
            archive.link("link", "README").unwrap();
            archive.finish().unwrap();
            std::fs::read(place).unwrap()
        });
        assert!(archives[0] == archives[1]);
        // The first file's hour and day, in MS-DOS's form: midnight of the first day of 1980.
        assert_eq!(archives[0][10..14], [0, 0, 0x21, 0]);
        std::fs::remove_dir_all(&above).unwrap();
    }
}
