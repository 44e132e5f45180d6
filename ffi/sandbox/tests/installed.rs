//! The installed libraries, used as somebody else's program would: by CMake and by pkg-config, shared and static, from a
//! folder with Japanese letters and spaces in its name, moved after it was installed.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{is_a_reception, libraries, root, run_alone, xtask};

/// An installed tree, and room for programs.
struct Installed {
    folder: tempfile::TempDir,
}

impl Installed {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("first");
        run_alone(
            xtask()
                .arg("ffi")
                .arg("--built")
                .arg(libraries())
                .arg("--install")
                .arg(&first),
        );
        let installed = Self { folder };
        std::fs::create_dir(installed.path("受付 の パソコン")).unwrap();
        std::fs::rename(first, installed.prefix()).unwrap();
        installed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn prefix(&self) -> PathBuf {
        self.path("受付 の パソコン/導入 先")
    }

    /// Runs a reception that was built with it.
    #[track_caller]
    fn is_a_reception(&self, program: &Path) {
        let exchange = self.path("受付 の パソコン/face");
        let _ = std::fs::remove_dir_all(&exchange);
        std::fs::create_dir(&exchange).unwrap();
        let mut program = Command::new(program);
        program
            .env("LD_LIBRARY_PATH", self.prefix().join("lib"))
            .arg(exchange);
        is_a_reception(&run_alone(&mut program));
    }
}

#[test]
fn a_program_finds_the_package_with_cmake() {
    let installed = Installed::new();
    for (name, linked) in [("共有 版", "OFF"), ("静的 版", "ON")] {
        let build = installed.path("受付 の パソコン").join(name);
        run_alone(
            Command::new("cmake")
                .arg("-S")
                .arg(root().join("examples/cpp"))
                .arg("-B")
                .arg(&build)
                .arg(format!("-DMYNACARD_STATIC={linked}"))
                .arg("-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
                .arg("-DCMAKE_PREFIX_PATH=".to_owned() + installed.prefix().to_str().unwrap()),
        );
        run_alone(Command::new("cmake").arg("--build").arg(&build));
        let program = build.join("reception");
        let needed = run_alone(Command::new("readelf").arg("-d").arg(&program));
        assert_eq!(
            needed.contains("[libmynacard.so.0]"),
            linked == "OFF",
            "{needed}"
        );
        installed.is_a_reception(&program);
    }
}

#[test]
fn another_minor_version_is_refused() {
    let installed = Installed::new();
    let place = installed.path("wanting");
    std::fs::create_dir(&place).unwrap();
    for (wanted, found) in [
        ("0.1", true),
        ("0.2", false),
        ("1.0", false),
        ("0.0", false),
    ] {
        let project = format!(
            "cmake_minimum_required(VERSION 3.16)\nproject(wanting NONE)\nfind_package(mynacard {wanted})\n\
             message(STATUS \"found: ${{mynacard_FOUND}}\")\n"
        );
        std::fs::write(place.join("CMakeLists.txt"), project).unwrap();
        let shown = run_alone(
            Command::new("cmake")
                .arg("-S")
                .arg(&place)
                .arg("-B")
                .arg(place.join(wanted))
                .arg("-DCMAKE_PREFIX_PATH=".to_owned() + installed.prefix().to_str().unwrap()),
        );
        assert_eq!(shown.contains("found: 1"), found, "{wanted}: {shown}");
    }
}

#[test]
fn a_program_finds_the_library_with_pkg_config() {
    let installed = Installed::new();
    let program = installed.path("受付 の パソコン/reception");
    let mut shell = Command::new("sh");
    shell
        .env("PKG_CONFIG_PATH", installed.prefix().join("lib/pkgconfig"))
        .env("SOURCE", root().join("examples/c/reception.c"))
        .env("PROGRAM", &program)
        // Pkg-config quotes what a shell would split.
        .args([
            "-ec",
            "flags=$(pkg-config --cflags --libs mynacard_sandbox)\n\
             eval cc -std=c11 -Wall -Wextra -Werror '\"$SOURCE\"' $flags -o '\"$PROGRAM\"'",
        ]);
    run_alone(&mut shell);
    installed.is_a_reception(&program);
    let version = run_alone(
        Command::new("pkg-config")
            .env("PKG_CONFIG_PATH", installed.prefix().join("lib/pkgconfig"))
            .args(["--modversion", "mynacard"]),
    );
    assert_eq!(version.trim(), env!("CARGO_PKG_VERSION"));
}
