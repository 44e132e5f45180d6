//! A 32-bit Wine, to run the 32-bit DLLs: Debian's other architecture in a folder of its own, below the target folder.
//!
//! Programs run there in namespaces of their own, so that nothing of them, no mount and no server of Wine's, outlives them.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::run::Program;
use crate::workspace;

/// What the folder holds besides the smallest Debian.
const INCLUDE: &str = "--include=wine,wine32";

/// How often the mirror is asked, and how many seconds long each time.
const ATTEMPTS: u64 = 2;
const PATIENCE: &str = "420";

/// How an error begins that says what this machine lacks: a mirror that answers, or a user who is root. Any other is a fault here.
pub(crate) const LACKING: &str = "lacking here: ";

/// `wine32 FOLDER PROGRAM ARGUMENTS…`, with FOLDER as the working folder: the folder above it is all of this machine that the
/// program sees.
const RUNNER: &str = r#"#!/bin/sh
root='@ROOT@'
folder=$(realpath "$1") || exit 97
shift
exec unshare --mount --pid --fork --kill-child -- sh -c '
    mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/tmp" && mount --bind "$1" "$0/mnt" || exit 97
    root=$0 place=/mnt/$2
    shift 2
    chroot "$root" env --chdir="$place" HOME=/root WINEPREFIX="$place/wine" WINEARCH=win32 WINEDEBUG=-all DISPLAY= LC_ALL=C.UTF-8 "$@"
    exit $?
' "$root" "$(dirname "$folder")" "$(basename "$folder")" "$@"
"#;

/// A script that runs programs under a 32-bit Wine; or why there is none here.
pub(crate) fn runner() -> Result<PathBuf, String> {
    let system = crate::windows::folder();
    let root = system.join(format!("i386-{}", release()?));
    if !root.exists() {
        make(&root)?;
    }
    let text = RUNNER.replace("@ROOT@", &root.display().to_string());
    let place = crate::windows::made_aside(&system, "wine32", |script| {
        std::fs::write(script, text).map_err(|error| format!("{}: {error}", script.display()))?;
        Program::new("chmod").arg("755").arg(script).go()
    })?;
    let probe = Program::new(&place)
        .arg(workspace::root())
        .arg("true")
        .capture()?;
    match probe {
        (true, _) => Ok(place),
        (false, said) => Err(format!(
            "namespaces for a 32-bit Wine: {}",
            said.trim().replace('\n', "; ")
        )),
    }
}

/// Fetches it; a folder that is there is whole.
fn make(root: &Path) -> Result<(), String> {
    let (_, user) = Program::new("id").arg("-u").capture()?;
    if user.trim() != "0" {
        return Err(format!("{LACKING}a 32-bit Wine is made by root only"));
    }
    // Every test asks: a mirror that was away a moment ago is not waited for again.
    let failed = root.with_extension("failed");
    let lately = |file: &Path| {
        let age = std::fs::metadata(file)
            .ok()?
            .modified()
            .ok()?
            .elapsed()
            .ok()?;
        (age < Duration::from_secs(3600)).then(|| std::fs::read_to_string(file).unwrap_or_default())
    };
    if let Some(why) = lately(&failed) {
        return Err(why);
    }
    let own = root.with_extension(std::process::id().to_string());
    let mut last = String::new();
    for attempt in 0..ATTEMPTS {
        sleep(Duration::from_secs(10 * attempt));
        // What it mounts on its way goes with it, however it ends.
        let (succeeded, text) = Program::new("timeout")
            .args(["--kill-after=10", PATIENCE, "unshare", "--mount", "--fork"])
            .args(["--kill-child", "--", "debootstrap"])
            .args(["--arch=i386", "--variant=minbase", INCLUDE])
            .arg(release()?)
            .arg(&own)
            .capture()?;
        if succeeded {
            // Half of its size are the packages that it was made of.
            let _ = std::fs::remove_dir_all(own.join("var/cache/apt/archives"));
            return std::fs::rename(&own, root)
                .map_err(|error| format!("{}: {error}", root.display()));
        }
        last = text.lines().last().unwrap_or_default().to_owned();
        let _ = std::fs::remove_dir_all(&own);
    }
    let why = format!("{LACKING}debootstrap, {ATTEMPTS} times: {last}");
    let _ = std::fs::write(failed, &why);
    Err(why)
}

/// This machine's Debian: its keys sign the same release of the other architecture.
fn release() -> Result<String, String> {
    let text = std::fs::read_to_string("/etc/os-release")
        .map_err(|error| format!("/etc/os-release: {error}"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(|name| name.trim_matches('"').to_owned())
        .ok_or_else(|| "/etc/os-release names no release".into())
}
