//! A copy of the workspace in which something is changed on purpose.

use std::path::{Path, PathBuf};

use crate::workspace;

/// The repository's files in that folder; files that did not change are left alone, so that nothing is built twice.
pub(crate) fn of_the_workspace(copy: &Path) -> Result<PathBuf, String> {
    let files = workspace::files()?;
    clear(copy, copy, &files)?;
    for file in files {
        let (from, to) = (workspace::root().join(&file), copy.join(&file));
        let Ok(bytes) = std::fs::read(&from) else {
            continue;
        };
        if std::fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        write(&to, &bytes)?;
    }
    Ok(copy.to_owned())
}

/// Writes a file, and the folders that it needs.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, bytes))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// In `text` the one place of `from` becomes `to`.
pub(crate) fn changed(text: &str, from: &str, to: &str) -> Result<String, String> {
    match text.matches(from).count() {
        1 => Ok(text.replacen(from, to, 1)),
        count => Err(format!("{from:?} stands there {count} times")),
    }
}

/// Takes out of the copy what the repository no longer has.
fn clear(copy: &Path, folder: &Path, files: &[PathBuf]) -> Result<(), String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            clear(copy, &path, files)?;
        } else if let Ok(file) = path.strip_prefix(copy)
            && !(files.iter().any(|known| known == file) && workspace::root().join(file).exists())
        {
            std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}
