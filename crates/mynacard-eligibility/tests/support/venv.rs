//! A virtual environment of Python, made once however many tests and programs want it at the same moment.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// How often the packages are asked for: a mirror that is being brought up to date has them a moment later.
const ATTEMPTS: u64 = 4;

/// The Python of the environment `name` below `folder`, with the packages in it. `ready` says whether a Python has them
/// already; a lock on a file keeps out every other thread and program meanwhile.
///
/// # Panics
/// Without Python 3, venv or pip, or when the packages cannot be had.
#[track_caller]
pub(crate) fn environment(
    folder: &Path,
    name: &str,
    packages: &[&str],
    ready: impl Fn(&Path) -> bool,
) -> PathBuf {
    let venv = folder.join(name);
    let python = venv.join("bin/python");
    let lock = File::create(folder.join(format!("{name}.lock"))).unwrap();
    // Held until the file is closed, also when this test or the whole program ends.
    lock.lock().unwrap();
    if ready(&python) {
        return python;
    }
    if let Err(why) = run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&venv))
    {
        panic!("python3 with venv, this test needs it: {why}");
    }
    let mut last = String::new();
    for attempt in 0..ATTEMPTS {
        sleep(Duration::from_secs(5 * attempt));
        match run(Command::new(&python)
            .args(["-m", "pip", "install", "-q", "--disable-pip-version-check"])
            .args(packages))
        {
            Ok(()) => return python,
            Err(why) => last = why,
        }
    }
    panic!("{packages:?} for this test: {last}");
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
