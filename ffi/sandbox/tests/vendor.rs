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

#[path = "vendor/block.rs"]
mod block;
#[path = "../../../crates/mynacard-pcsc/tests/pcscd/daemon.rs"]
#[allow(dead_code, reason = "shared with the reader crate's own tests")]
mod daemon;
#[path = "vendor/package.rs"]
mod package;
#[path = "vendor/papers.rs"]
mod papers;
#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use mynacard_sandbox::Sandbox;
use support::sdk::{Sdk, sdk};
use support::windows::{Built, Width, Wine};
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
        // A test that started itself once more, beside a daemon, has packed already.
        if std::env::var_os("MYNACARD_PCSCD_TEST_DIRECTORY").is_some() {
            return place;
        }
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
    in_cpp(&unpacked, &zip);
    in_csharp(&unpacked, &zip);
    projects(&unpacked, &zip);
    on_windows(&zip, &built.wide, "win-x64", NAME);
    on_windows(&zip, &built.narrow, "win-x86", NAME);
    in_cpp_on_windows(&unpacked, &zip, &built.wide, "win-x64", NAME);
    in_cpp_on_windows(&unpacked, &zip, &built.narrow, "win-x86", NAME);
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
            .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-I"])
            .arg(zip.join("include"))
            .arg(zip.join("samples/c/reception.c"))
            .arg("-L")
            .arg(zip.join("linux-x64"))
            .args(["-lmynacard", "-lmynacard_sandbox", "-o"])
            .arg(&program),
    );
    is_a_reception(&run_alone(
        Command::new(&program)
            .env("LD_LIBRARY_PATH", zip.join("linux-x64"))
            .arg(unpacked.exchange()),
    ));
}

/// By CMake, which finds the package in the unpacked ZIP.
fn in_cpp(unpacked: &Unpacked, zip: &Path) {
    let build = cmake(unpacked, zip, "linux", &[]);
    is_a_reception(&run_alone(
        Command::new(build.join("reception"))
            .env("LD_LIBRARY_PATH", zip.join("linux-x64"))
            .arg(unpacked.exchange()),
    ));
}

/// The sample in C++, built for one system; the folder with the program.
fn cmake(unpacked: &Unpacked, zip: &Path, name: &str, more: &[String]) -> PathBuf {
    let build = unpacked.path(&format!("組立 {name}"));
    run_alone(
        Command::new("cmake")
            .arg("-S")
            .arg(zip.join("samples/cpp"))
            .arg("-B")
            .arg(&build)
            .arg(format!("-DCMAKE_PREFIX_PATH={}", zip.display()))
            .arg("-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
            .args(more),
    );
    run_alone(Command::new("cmake").arg("--build").arg(&build));
    build
}

/// The samples' project files, as Visual Studio has them, with the wrapper's source in the program.
fn projects(unpacked: &Unpacked, zip: &Path) {
    for (sample, program) in [
        ("csharp/Reception.csproj", "Reception.exe"),
        ("winforms/ReceptionDesk.csproj", "ReceptionDesk.exe"),
    ] {
        let project = zip.join("samples").join(sample);
        let folder = project.parent().unwrap();
        for (platform, start) in [("x64", 0x64), ("x86", 0x4c)] {
            run_alone(
                Command::new("xbuild")
                    .current_dir(folder)
                    .args(["/nologo", "/verbosity:quiet"])
                    // Debian has no reference assemblies: the compiler takes its own.
                    .args([
                        "/p:TargetFrameworkVersion=v4.5",
                        "/p:NoCompilerStandardLib=false",
                    ])
                    .arg(format!("/p:Platform={platform}"))
                    .arg(&project),
            );
            let out = folder.join("bin").join(platform).join("Release");
            assert!(out.join(program).exists(), "{}", out.display());
            for library in ["mynacard.dll", "mynacard_sandbox.dll"] {
                assert_eq!(machine(&out.join(library)), start, "{platform} {library}");
            }
        }
    }
    let program = zip.join("samples/csharp/bin/x64/Release/Reception.exe");
    is_a_csharp_reception(&run_alone(
        Command::new("mono")
            .env("LD_LIBRARY_PATH", zip.join("linux-x64"))
            .arg(program)
            .arg(unpacked.exchange()),
    ));
    let settings = zip.join("samples/winforms/bin/x64/Release/desk.conf");
    assert!(settings.exists());
}

/// The first byte of the machine that a file of Windows is for.
fn machine(file: &Path) -> u8 {
    let bytes = std::fs::read(file).unwrap();
    let header = usize::from(bytes[0x3c]) + 256 * usize::from(bytes[0x3d]);
    assert_eq!(bytes[header..header + 4], [b'P', b'E', 0, 0]);
    bytes[header + 4]
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

/// By Visual C++'s import library, which MinGW's linker takes too; and the programs beside it, under Wine.
fn on_windows(zip: &Path, width: &Width, folder: &str, test: &str) {
    let libraries = zip.join(folder);
    let program = libraries.join("reception.exe");
    run_alone(
        width
            .tool("gcc")
            .args(["-Wall", "-Wextra", "-Werror", "-static-libgcc", "-I"])
            .arg(zip.join("include"))
            .arg(zip.join("samples/c/reception.c"))
            .arg("-o")
            .arg(&program)
            .args(["mynacard.lib", "mynacard_sandbox.lib"].map(|name| libraries.join(name))),
    );
    let headers = run_alone(width.tool("objdump").arg("-p").arg(&program));
    for dll in ["mynacard.dll", "mynacard_sandbox.dll"] {
        assert!(
            headers.contains(&format!("DLL Name: {dll}\n")),
            "{folder}: {dll} in {headers}"
        );
    }
    let Some(wine) = Wine::new(&libraries, width, test) else {
        return;
    };
    std::fs::create_dir(libraries.join("face")).unwrap();
    let shown = wine.run(&["reception.exe", "face"]);
    assert!(
        shown.contains("医療　太郎") && shown.ends_with("done\r\n"),
        "{shown}"
    );
    let shown = wine.run(&["mynacard-sandbox.exe", "openapi"]);
    assert!(shown.contains("openapi"), "{shown}");
    the_bridge(&wine, &libraries);
}

/// The C++ sample for Windows, by CMake with MinGW's compiler, run under Wine where it was built.
fn in_cpp_on_windows(unpacked: &Unpacked, zip: &Path, width: &Width, folder: &str, test: &str) {
    let compiler = width
        .tool("g++")
        .get_program()
        .to_string_lossy()
        .into_owned();
    let build = cmake(
        unpacked,
        zip,
        folder,
        &[
            "-DCMAKE_SYSTEM_NAME=Windows".to_owned(),
            format!("-DCMAKE_CXX_COMPILER={compiler}"),
        ],
    );
    let Some(wine) = Wine::new(&build, width, test) else {
        return;
    };
    std::fs::create_dir(build.join("顔 ファイル")).unwrap();
    let shown = wine.run(&["reception.exe", "顔 ファイル"]);
    assert!(
        shown.contains("医療　太郎") && shown.contains("face file"),
        "{shown}"
    );
}

/// Programs that load no DLL start the command and read its lines, here with a service outside of Wine.
fn the_bridge(wine: &Wine, folder: &Path) {
    let shown = wine.run(&["mynacard.exe", "--version"]);
    assert!(shown.contains(VERSION), "{shown}");
    let sandbox = Sandbox::builder().start().unwrap();
    let user = sandbox.issue_activation().unwrap();
    std::fs::write(folder.join("authority.pem"), sandbox.ca_certificate_pem()).unwrap();
    let activate = [
        "mynacard.exe",
        "--json",
        "terminal",
        "activate",
        "--accept-terms",
        "--service",
        sandbox.url(),
        "--ca",
        "authority.pem",
        "--institution",
        &user.institution_code,
        "--id",
        &user.id,
        "--code-fd",
        "0",
        "--passcode-fd",
        "0",
        "--home",
        "端末 の 鍵",
    ];
    let input = format!("{}\r\na long passcode\r\n", user.activation_code);
    let shown = wine.answers(&activate, &input);
    assert!(folder.join("端末 の 鍵").exists(), "{shown}");
    for (pin, last) in [("1234", "{\"result\":{"), ("9999", "{\"error\":{")] {
        let check = [
            "mynacard.exe",
            "--json",
            "check",
            "--progress",
            "--virtual",
            "kyokai-self",
            "--home",
            "端末 の 鍵",
            "--passcode-fd",
            "0",
            "--pin-fd",
            "0",
        ];
        let shown = wine.answers(&check, &format!("a long passcode\r\n{pin}\r\n"));
        let lines: Vec<&str> = shown.lines().collect();
        let steps: Vec<_> = lines
            .iter()
            .filter(|line| line.starts_with("{\"step\":\""))
            .collect();
        assert!(steps.len() + 1 == lines.len() && steps.len() > 1, "{shown}");
        assert!(lines.last().unwrap().starts_with(last), "{shown}");
        assert_eq!(shown.contains("医療　太郎"), pin == "1234", "{shown}");
        assert_eq!(shown.contains("MC-1003"), pin == "9999", "{shown}");
    }
    sandbox.stop();
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
