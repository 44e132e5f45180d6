//! What is handed to others, unpacked into a folder with Japanese letters and spaces in its name, and used there with
//! nothing of this workspace: the ZIP for vendors without Rust, and the NuGet packages.
//!
//! `MYNACARD_QUICK=1` leaves it out and prints that it does.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

#[path = "vendor/package.rs"]
mod package;
#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::sdk::{Sdk, sdk};
use support::windows::{Built, Wine};
use support::{
    csharp_sources, is_a_csharp_reception, is_a_reception, libraries, root, run_alone, xtask,
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Both packages, packed once for all tests of this run.
fn packed(sdk: &Sdk) -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let built = libraries();
        let place = built.parent().unwrap().join("packed");
        // The programs that go with the libraries, as the tests build them.
        run_alone(
            Command::new(env!("CARGO"))
                .current_dir(root())
                .args([
                    "test",
                    "--workspace",
                    "--all-features",
                    "--no-run",
                    "--quiet",
                ])
                .args(["--test", "program", "--test", "bad_input"]),
        );
        run_alone(
            xtask()
                .args(["package", "vendor", "--debug", "--built"])
                .arg(&built)
                .arg("--netstandard")
                .arg(&sdk.netstandard)
                .arg("--out")
                .arg(&place),
        );
        place
    })
}

/// An unpacked package, and room for programs beside it.
struct Unpacked {
    folder: tempfile::TempDir,
}

impl Unpacked {
    fn new(archive: &Path) -> Self {
        let unpacked = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(unpacked.desk()).unwrap();
        run_alone(
            Command::new("unzip")
                .arg("-q")
                .arg(archive)
                .arg("-d")
                .arg(unpacked.desk()),
        );
        unpacked
    }

    fn desk(&self) -> PathBuf {
        self.folder.path().join("受付 の パソコン")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.desk().join(name)
    }

    /// An empty exchange folder.
    fn exchange(&self) -> PathBuf {
        let folder = self.path("face");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        folder
    }
}

#[test]
fn the_zip_is_enough_for_a_vendor() {
    const NAME: &str = "the_zip_is_enough_for_a_vendor";
    let (Some(sdk), Some(built)) = (sdk(NAME), Built::new(NAME)) else {
        return;
    };
    let unpacked = Unpacked::new(&packed(sdk).join(format!("mynacard-{VERSION}.zip")));
    let zip = unpacked.path(&format!("mynacard-{VERSION}"));
    for text in ["README.md", "README.ja.md"] {
        let text = std::fs::read_to_string(zip.join(text)).unwrap();
        assert!(
            text.contains(VERSION) && !text.contains("@VERSION@"),
            "{text}"
        );
    }
    the_paper_keeps_names_apart(&zip);
    in_c(&unpacked, &zip);
    in_csharp(&unpacked, &zip);
    on_windows(&zip, &built);
    let shown = run_alone(Command::new(zip.join("linux-x64/mynacard")).arg("--version"));
    assert!(shown.contains(VERSION), "{shown}");
    let shown = run_alone(Command::new(zip.join("linux-x64/mynacard-sandbox")).arg("openapi"));
    assert!(shown.contains("openapi"), "{shown}");
}

/// Whatever the paper compiles may lie beside the libraries.
fn the_paper_keeps_names_apart(zip: &Path) {
    for paper in ["README.md", "README.ja.md"] {
        let text = std::fs::read_to_string(zip.join(paper)).unwrap();
        let compiled = text.split_once("/out:").unwrap().1;
        let compiled = compiled.split_whitespace().next().unwrap().to_lowercase();
        for folder in ["win-x64", "win-x86"] {
            assert!(!zip.join(folder).join(&compiled).exists(), "{compiled}");
            names_are_apart(&[zip.join(folder)]);
        }
    }
}

fn in_c(unpacked: &Unpacked, zip: &Path) {
    let program = unpacked.path("reception");
    run_alone(
        Command::new("cc")
            .args([
                "-std=c11",
                "-D_DEFAULT_SOURCE",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-I",
            ])
            .arg(zip.join("include"))
            .arg(zip.join("samples/c/reception.c"))
            .arg("-L")
            .arg(zip.join("linux-x64"))
            .args(["-lmynacard", "-lmynacard_sandbox", "-lpthread", "-o"])
            .arg(&program),
    );
    is_a_reception(&run_alone(
        Command::new(&program)
            .env("LD_LIBRARY_PATH", zip.join("linux-x64"))
            .arg(unpacked.exchange()),
    ));
}

/// From the wrapper's source, as a vendor compiles it.
fn in_csharp(unpacked: &Unpacked, zip: &Path) {
    let sources = ["Mynacard", "Sandbox"]
        .map(|name| csharp_sources(&zip.join("dotnet").join(name)))
        .concat();
    let wrapper = unpacked.path("Mynacard.Net.dll");
    run_alone(
        Command::new("mcs")
            .args(["-langversion:7", "-target:library"])
            .arg(format!("-out:{}", wrapper.display()))
            .args(sources),
    );
    let program = consumer(
        unpacked,
        &zip.join("samples/csharp/Reception.cs"),
        &[wrapper],
        None,
    );
    is_a_csharp_reception(&run_alone(
        Command::new("mono")
            .env("LD_LIBRARY_PATH", zip.join("linux-x64"))
            .arg(program)
            .arg(unpacked.exchange()),
    ));
}

/// The sample in C#, compiled against a wrapper.
fn consumer(
    unpacked: &Unpacked,
    source: &Path,
    wrappers: &[PathBuf],
    reference: Option<&Path>,
) -> PathBuf {
    let program = unpacked.path("Reception.exe");
    let mut compiler = Command::new("mcs");
    compiler
        .args(["-langversion:7", "-warnaserror"])
        .arg(format!("-out:{}", program.display()))
        .args(wrappers.iter().map(|one| format!("-r:{}", one.display())))
        .arg(source);
    if let Some(reference) = reference {
        // The wrapper asks for 2.0, and this reference is 2.1: every runtime takes the newer one.
        compiler
            .args(["-nostdlib", "-noconfig", "-nowarn:1701"])
            .arg(format!("-r:{}", reference.display()));
    }
    run_alone(&mut compiler);
    program
}

/// By Visual C++'s import library, which MinGW's linker takes too; under Wine for 64 bits.
fn on_windows(zip: &Path, built: &Built) {
    for (prefix, folder) in [("x86_64", "win-x64"), ("i686", "win-x86")] {
        let libraries = zip.join(folder);
        let program = libraries.join("reception.exe");
        run_alone(
            Command::new(format!("{prefix}-w64-mingw32-gcc"))
                .args(["-Wall", "-Wextra", "-Werror", "-static-libgcc", "-I"])
                .arg(zip.join("include"))
                .arg(zip.join("samples/c/reception.c"))
                .arg("-o")
                .arg(&program)
                .args(["mynacard.lib", "mynacard_sandbox.lib"].map(|name| libraries.join(name))),
        );
        let headers = run_alone(
            Command::new(format!("{prefix}-w64-mingw32-objdump"))
                .arg("-p")
                .arg(&program),
        );
        for dll in ["mynacard.dll", "mynacard_sandbox.dll"] {
            assert!(
                headers.contains(&format!("DLL Name: {dll}\n")),
                "{folder}: {dll} in {headers}"
            );
        }
    }
    let wide = zip.join("win-x64");
    let wine = Wine::new(&wide, built);
    std::fs::create_dir(wide.join("face")).unwrap();
    let shown = wine.run(&["reception.exe", "face"]);
    assert!(
        shown.contains("医療　太郎") && shown.ends_with("done\r\n"),
        "{shown}"
    );
    let shown = wine.run(&["mynacard-sandbox.exe", "openapi"]);
    assert!(shown.contains("openapi"), "{shown}");
}

/// No two files that come to lie in one folder have names that Windows takes for one: the wrapper `Mynacard.Net.dll` and the
/// library `mynacard.dll` would be one file if the wrapper were called as its namespace is.
fn names_are_apart(folders: &[PathBuf]) {
    let mut names = BTreeSet::new();
    for folder in folders {
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(
                names.insert(name.to_lowercase()),
                "{name} is there twice in {folders:?}"
            );
        }
    }
    assert!(names.len() > 1, "{folders:?}");
}
