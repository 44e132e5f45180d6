//! The Debian packages that the tests use, and getting them there.

use std::thread::sleep;
use std::time::Duration;

use crate::run::Program;

/// A package, and a file whose presence says that it is there.
type Needed = (&'static str, &'static str);

/// To compile and test on this machine.
const HERE: &[Needed] = &[
    ("gcc", "/usr/bin/cc"),
    ("g++", "/usr/bin/c++"),
    ("pkg-config", "/usr/bin/pkg-config"),
    ("cmake", "/usr/bin/cmake"),
    ("make", "/usr/bin/make"),
    ("abigail-tools", "/usr/bin/abidw"),
    ("mono-xbuild", "/usr/bin/xbuild"),
    ("unzip", "/usr/bin/unzip"),
    ("libpcsclite-dev", "/usr/include/PCSC/winscard.h"),
    ("openssl", "/usr/bin/openssl"),
    ("pcscd", "/usr/sbin/pcscd"),
    (
        "vsmartcard-vpcd",
        "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    ),
    ("opensc", "/usr/bin/opensc-tool"),
    ("util-linux", "/usr/bin/unshare"),
    ("strace", "/usr/bin/strace"),
    ("valgrind", "/usr/bin/valgrind"),
    ("libc6-dbg", "/usr/lib/debug/.build-id"),
    ("binutils", "/usr/bin/objdump"),
    ("libssl-dev", "/usr/include/openssl/ssl.h"),
    ("mono-mcs", "/usr/bin/mcs"),
    ("mono-runtime", "/usr/bin/mono"),
    (
        "libmono-system-core4.0-cil",
        "/usr/lib/mono/4.5/System.Core.dll",
    ),
    (
        "libmono-system-windows-forms4.0-cil",
        "/usr/lib/mono/4.5/System.Windows.Forms.dll",
    ),
    ("xvfb", "/usr/bin/Xvfb"),
    (
        "fonts-noto-cjk",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    ),
    ("npm", "/usr/bin/npm"),
    ("python3", "/usr/bin/python3"),
    ("python3-venv", "/usr/lib/python3.11/ensurepip/__init__.py"),
];

/// To build for Windows and to run the result.
const WINDOWS: &[Needed] = &[
    ("gcc-mingw-w64-x86-64", "/usr/bin/x86_64-w64-mingw32-gcc"),
    ("g++-mingw-w64-x86-64", "/usr/bin/x86_64-w64-mingw32-g++"),
    ("gcc-mingw-w64-i686", "/usr/bin/i686-w64-mingw32-gcc"),
    ("g++-mingw-w64-i686", "/usr/bin/i686-w64-mingw32-g++"),
    ("rustc-web", "/usr/bin/rustc"),
    (
        "rust-web-src",
        "/usr/lib/rustlib/src/rust/library/Cargo.lock",
    ),
    ("wine", "/usr/bin/wine"),
    ("wine64", "/usr/lib/wine/wine64"),
    ("debootstrap", "/usr/sbin/debootstrap"),
];

/// The packages that are missing here.
pub(crate) fn missing(windows: bool) -> Vec<&'static str> {
    let needed = HERE.iter().chain(if windows { WINDOWS } else { &[] });
    needed
        .filter(|(_, file)| !std::path::Path::new(file).exists())
        .map(|(package, _)| *package)
        .collect()
}

/// Installs what is missing when this user may, else says the one line to type.
pub(crate) fn install(packages: &[&'static str]) -> Result<(), String> {
    let line = format!(
        "apt-get install --no-install-recommends --yes {}",
        packages.join(" ")
    );
    if !may_install() {
        return Err(format!("missing Debian packages: sudo {line}"));
    }
    let mut last = String::new();
    for attempt in 0..4 {
        if attempt > 0 {
            sleep(Duration::from_secs(5 * attempt));
        }
        // An old package list is the usual reason for a failure: renew it every time.
        match apt(&["update"]).and_then(|()| {
            let fixed = ["install", "--no-install-recommends", "--yes", "--quiet"];
            apt(&[&fixed, packages].concat())
        }) {
            Ok(()) => return Ok(()),
            Err(why) => last = why,
        }
    }
    Err(format!("{line}: {last}"))
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    let (succeeded, text) = Program::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .capture()?;
    if succeeded {
        return Ok(());
    }
    let lines: Vec<&str> = text.lines().collect();
    Err(lines
        .get(lines.len().saturating_sub(5)..)
        .unwrap_or_default()
        .join("\n"))
}

fn may_install() -> bool {
    let root = Program::new("id")
        .arg("-u")
        .capture()
        .is_ok_and(|(_, text)| text.trim() == "0");
    root && std::path::Path::new("/usr/bin/apt-get").exists()
}
