//! A power cut after each call: what a file system may then hold, by what was flushed and what was not.
//!
//! Contents that were not flushed (`fsync` of the file) may be missing; names that were not flushed (`fsync` of the folder)
//! may be the old ones. Both or neither: four worlds after each call, and two more in which a half of what was not flushed is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::strace::Call;

type Content = Vec<u8>;

#[derive(Clone, Default)]
struct File {
    flushed: Content,
    present: Content,
}

/// What became of the contents.
#[derive(Clone, Copy)]
enum Kept {
    Flushed,
    Half,
    All,
}

impl File {
    fn found(&self, kept: Kept) -> Content {
        match kept {
            Kept::Flushed => self.flushed.clone(),
            Kept::All => self.present.clone(),
            // Appended bytes arrive from the front; a file cut shorter is cut, or it is not.
            Kept::Half => match self.present.strip_prefix(&self.flushed[..]) {
                Some(new) => [&self.flushed, &new[..new.len() / 2]].concat(),
                None => self.present.clone(),
            },
        }
    }
}

/// A folder tree in memory, as the calls so far left it.
#[derive(Clone, Default)]
struct Disk {
    files: Vec<File>,
    flushed: BTreeMap<PathBuf, usize>,
    present: BTreeMap<PathBuf, usize>,
    /// Folders that were made and whose own names were not flushed: what is in them may be gone with them.
    loose: BTreeSet<PathBuf>,
    open: BTreeMap<i64, Opened>,
}

#[derive(Clone)]
enum Opened {
    File(usize),
    Folder(PathBuf),
}

/// One thing that may be found after the power is back.
pub type World = BTreeMap<PathBuf, Content>;

/// Every world that a cut during or after `calls` may leave; the last element says which are possible once all was done.
pub fn worlds(root: &Path, before: &World, calls: &[Call]) -> (BTreeSet<World>, BTreeSet<World>) {
    let mut disk = Disk::default();
    for (path, content) in before {
        disk.files.push(File {
            flushed: content.clone(),
            present: content.clone(),
        });
        disk.present.insert(path.clone(), disk.files.len() - 1);
    }
    disk.flushed = disk.present.clone();
    let mut all = disk.views();
    for call in calls {
        disk.apply(root, call);
        all.extend(disk.views());
    }
    (all, disk.views())
}

impl Disk {
    fn views(&self) -> BTreeSet<World> {
        let loose = |path: &PathBuf| path.ancestors().any(|folder| self.loose.contains(folder));
        let mut firm = self.flushed.clone();
        firm.retain(|path, _| !loose(path));
        let view = |names: &BTreeMap<PathBuf, usize>, kept| -> World {
            names
                .iter()
                .map(|(path, file)| (path.clone(), self.files[*file].found(kept)))
                .collect()
        };
        [&firm, &self.present]
            .into_iter()
            .flat_map(|names| [Kept::Flushed, Kept::Half, Kept::All].map(|kept| view(names, kept)))
            .collect()
    }

    fn apply(&mut self, root: &Path, call: &Call) {
        if call.result < 0 {
            return;
        }
        let inside = |path: Option<PathBuf>| path.filter(|path| path.starts_with(root));
        match call.name.as_str() {
            "openat" => {
                let Some(path) = inside(call.path(0)) else {
                    self.open.remove(&call.result);
                    return;
                };
                let opened = match self.present.get(&path) {
                    Some(file) => Opened::File(*file),
                    None if call.says("O_CREAT") => {
                        self.files.push(File::default());
                        self.present.insert(path, self.files.len() - 1);
                        Opened::File(self.files.len() - 1)
                    }
                    None => Opened::Folder(path),
                };
                if let Opened::File(file) = opened
                    && call.says("O_TRUNC")
                {
                    self.files[file].present.clear();
                }
                self.open.insert(call.result, opened);
            }
            "write" => {
                let opened = call.descriptor().and_then(|fd| self.open.get(&fd));
                if let Some(Opened::File(file)) = opened {
                    let count = usize::try_from(call.result).unwrap();
                    let bytes = call.string(0).unwrap();
                    self.files[*file].present.extend(&bytes[..count]);
                }
            }
            "fsync" | "fdatasync" => match call.descriptor().and_then(|fd| self.open.get(&fd)) {
                Some(Opened::File(file)) => {
                    let file = &mut self.files[*file];
                    file.flushed.clone_from(&file.present);
                }
                Some(Opened::Folder(folder)) => {
                    let here = |path: &PathBuf| path.parent() == Some(folder);
                    self.loose.retain(|path| !here(path));
                    self.flushed.retain(|path, _| !here(path));
                    let now = self.present.iter().filter(|(path, _)| here(path));
                    self.flushed
                        .extend(now.map(|(path, file)| (path.clone(), *file)));
                }
                None => {}
            },
            "mkdir" | "mkdirat" => {
                if let Some(path) = inside(call.path(0)) {
                    self.loose.insert(path);
                }
            }
            "rename" | "renameat" | "renameat2" => {
                let (from, to) = (inside(call.path(0)).unwrap(), inside(call.path(1)).unwrap());
                let file = self.present.remove(&from).unwrap();
                self.present.insert(to, file);
            }
            "link" | "linkat" => {
                let (from, to) = (inside(call.path(0)).unwrap(), inside(call.path(1)).unwrap());
                let file = self.present[&from];
                self.present.insert(to, file);
            }
            "ftruncate" => {
                let opened = call.descriptor().and_then(|fd| self.open.get(&fd));
                if let Some(Opened::File(file)) = opened {
                    let length = call.arguments.rsplit(',').next().unwrap();
                    let length = length.trim().parse().unwrap();
                    self.files[*file].present.resize(length, 0);
                }
            }
            "unlink" | "unlinkat" => {
                if let Some(path) = inside(call.path(0)) {
                    self.present.remove(&path);
                }
            }
            "flock" => {}
            // A call that changes files in a way this disk does not know: whoever makes it teaches it here.
            other => panic!("{other} is not known to the disk"),
        }
    }
}
