//! The NuGet packages, used as a program's project uses them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::papers;
use super::support::sdk::sdk;
use super::support::{is_a_csharp_reception, root, run_alone};
use super::{Unpacked, VERSION, consumer, names_are_apart, packed};

/// A package, its assembly and its library.
struct Kind {
    id: &'static str,
    assembly: &'static str,
    library: &'static str,
    /// What the documentation must tell of.
    member: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind {
        id: "mynacard",
        assembly: "Mynacard.Net",
        library: "mynacard",
        member: "M:Mynacard.Desk.Prepare",
    },
    Kind {
        id: "mynacard.sandbox",
        assembly: "Mynacard.Sandbox",
        library: "mynacard_sandbox",
        member: "M:Mynacard.Testing.Sandbox.Activate",
    },
];

#[test]
fn the_packages_are_enough_for_a_program() {
    const NAME: &str = "the_packages_are_enough_for_a_program";
    let Some(sdk) = sdk(NAME) else {
        return;
    };
    let packages = KINDS.map(|kind| {
        let unpacked = Unpacked::new(&packed(sdk).join(format!("{}.{VERSION}.nupkg", kind.id)));
        is_whole(&unpacked.desk(), &kind);
        let native =
            ["win-x64", "win-x86", "linux-x64"].map(|system| format!("runtimes/{system}/native"));
        papers::tell_what_made(&unpacked.desk(), &native.each_ref().map(String::as_str), 5);
        describes_itself(&unpacked, &kind);
        (unpacked, kind)
    });
    let unpacked = &packages[0].0;
    let sample = root().join("examples/csharp/Reception.cs");
    let natives = packages.each_ref().map(|(package, _)| {
        package
            .path("runtimes/linux-x64/native")
            .display()
            .to_string()
    });
    for (framework, sdk) in [("net48", None), ("netstandard2.0", Some(sdk))] {
        let wrappers = packages
            .each_ref()
            .map(|(package, kind)| package.path(&format!("lib/{framework}/{}.dll", kind.assembly)));
        // As a build copies them beside the program.
        for wrapper in &wrappers {
            std::fs::copy(
                wrapper,
                unpacked.path(wrapper.file_name().unwrap().to_str().unwrap()),
            )
            .unwrap();
        }
        let reference = sdk.map(|sdk| &*sdk.netstandard);
        let program = consumer(unpacked, &sample, &wrappers, reference);
        let mut runtime = match sdk {
            Some(sdk) => sdk.command(&program),
            None => {
                let mut mono = Command::new("mono");
                mono.arg(&program);
                mono
            }
        };
        is_a_csharp_reception(&run_alone(
            runtime
                .env("LD_LIBRARY_PATH", natives.join(":"))
                .arg(unpacked.exchange()),
        ));
        for system in ["win-x64", "win-x86", "linux-x64"] {
            let all = packages.each_ref().map(|(package, _)| {
                [
                    package.path(&format!("lib/{framework}")),
                    package.path(&format!("runtimes/{system}/native")),
                ]
            });
            names_are_apart(&all.concat());
        }
    }
    projects_copy_the_right_libraries(&packages);
}

/// Every part that NuGet reads is XML, every file has a type, and the licences are there.
fn is_whole(package: &Path, kind: &Kind) {
    let listed = run_alone(
        Command::new("find")
            .arg(package)
            .args(["-type", "f", "-printf", "%P\n"]),
    );
    let files: BTreeSet<&str> = listed.lines().collect();
    let (id, assembly, library) = (kind.id, kind.assembly, kind.library);
    for expected in [
        format!("{id}.nuspec"),
        "_rels/.rels".to_owned(),
        format!("build/net461/{id}.targets"),
        format!("lib/net48/{assembly}.dll"),
        format!("lib/net48/{assembly}.xml"),
        format!("lib/netstandard2.0/{assembly}.dll"),
        format!("lib/netstandard2.0/{assembly}.xml"),
        format!("runtimes/linux-x64/native/lib{library}.so"),
        format!("runtimes/win-x64/native/{library}.dll"),
        format!("runtimes/win-x86/native/{library}.dll"),
        "LICENSE-MIT".to_owned(),
        "LICENSE-APACHE".to_owned(),
        "README.md".to_owned(),
    ] {
        assert!(files.contains(&*expected), "{expected} is not in {files:?}");
    }
    let start = std::fs::read_to_string(package.join("_rels/.rels")).unwrap();
    assert!(
        start.contains(&format!("Target=\"/{id}.nuspec\"")),
        "{start}"
    );
    let types = std::fs::read_to_string(package.join("[Content_Types].xml")).unwrap();
    for file in &files {
        let name = file.rsplit('/').next().unwrap();
        let by_end = name
            .rsplit_once('.')
            .is_some_and(|(_, end)| types.contains(&format!("Extension=\"{end}\"")));
        let known = by_end || types.contains(&format!("PartName=\"/{file}\""));
        assert!(
            known || *file == "[Content_Types].xml",
            "{file} has no type"
        );
    }
    let xml: Vec<PathBuf> = files
        .iter()
        .filter(|file| {
            [".xml", ".nuspec", ".rels", ".targets"]
                .iter()
                .any(|end| file.ends_with(end))
        })
        .map(|file| package.join(file))
        .collect();
    assert_eq!(xml.len(), 6);
    run_alone(
        Command::new("python3")
            .args([
                "-c",
                "import sys, xml.dom.minidom as m; [m.parse(open(p, 'rb')) for p in sys.argv[1:]]",
            ])
            .args(xml),
    );
    let described =
        std::fs::read_to_string(package.join(format!("lib/net48/{assembly}.xml"))).unwrap();
    assert!(described.contains(kind.member), "{described}");
    for (system, start) in [("win-x64", 0x64), ("win-x86", 0x4c)] {
        let dll =
            std::fs::read(package.join(format!("runtimes/{system}/native/{library}.dll"))).unwrap();
        let header = usize::from(dll[0x3c]) + 256 * usize::from(dll[0x3d]);
        assert_eq!(
            dll[header..header + 5],
            [b'P', b'E', 0, 0, start],
            "{system}"
        );
    }
}

/// The assembly for netstandard 2.0 asks for that version, so that .NET Framework and old runtimes take it.
fn describes_itself(unpacked: &Unpacked, kind: &Kind) {
    let program = unpacked.path("Describe.exe");
    run_alone(
        Command::new("mcs")
            .arg(format!("-out:{}", program.display()))
            .arg(root().join("ffi/tests/nuget/Describe.cs")),
    );
    let library =
        |framework: &str| unpacked.path(&format!("lib/{framework}/{}.dll", kind.assembly));
    let describe =
        |framework| run_alone(Command::new("mono").arg(&program).arg(library(framework)));
    let own = format!("{} {VERSION}.0\nby ", kind.assembly);
    let (net48, standard) = (describe("net48"), describe("netstandard2.0"));
    assert!(
        net48.starts_with(&own) && net48.contains("needs mscorlib 4.0.0.0\n"),
        "{net48}"
    );
    assert!(!net48.contains("netstandard"), "{net48}");
    assert!(
        standard.starts_with(&own) && standard.contains("needs netstandard 2.0.0.0\n"),
        "{standard}"
    );
    // Whoever has a strong name may use only what has one: eight bytes of the key, in hexadecimal.
    for described in [net48, standard] {
        let token = described.lines().nth(1).unwrap();
        assert_eq!(token.matches('-').count(), 7, "{described}");
        for needed in described.lines().skip(2) {
            let ours = needed.starts_with("needs Mynacard.Net ");
            let frameworks = ["needs mscorlib ", "needs System", "needs netstandard "];
            let known = ours || frameworks.iter().any(|one| needed.starts_with(one));
            assert!(known, "{described}");
        }
    }
}

/// Project files for .NET Framework, built with the packages' own targets.
fn projects_copy_the_right_libraries(packages: &[(Unpacked, Kind); 2]) {
    let [(unpacked, _), (sandbox, _)] = packages;
    let project = unpacked.path("project");
    let loading = unpacked.path("Loading.exe");
    let wrapper = unpacked.path("Mynacard.Net.dll");
    std::fs::copy(unpacked.path("lib/net48/Mynacard.Net.dll"), &wrapper).unwrap();
    run_alone(
        Command::new("mcs")
            .arg(format!("-out:{}", loading.display()))
            .arg(format!("-r:{}", wrapper.display()))
            .arg(root().join("ffi/tests/csharp/Loading.cs")),
    );
    // From the unpacked package itself, as a forms designer loads the wrapper.
    let folder = unpacked.path("lib/net48");
    let taken = run_alone(Command::new("mono").arg(&loading).arg("found").arg(&folder));
    let taken: Vec<&str> = taken.lines().collect();
    assert_eq!(taken.len(), 2, "{taken:?}");
    for (line, (bits, system)) in taken.iter().zip([(32, "win-x86"), (64, "win-x64")]) {
        let library = unpacked.path(&format!("runtimes/{system}/native/mynacard.dll"));
        assert_eq!(*line, format!("{bits} {}", library.display()));
    }
    std::fs::create_dir(&project).unwrap();
    for source in [
        "ffi/tests/nuget/Reception.csproj",
        "examples/csharp/Reception.cs",
    ] {
        let source = root().join(source);
        std::fs::copy(&source, project.join(source.file_name().unwrap())).unwrap();
    }
    for (platform, wide, narrow) in [
        ("AnyCPU", true, true),
        ("x64", true, false),
        ("x86", false, true),
    ] {
        run_alone(
            Command::new("xbuild")
                .current_dir(&project)
                .args(["/nologo", "/verbosity:quiet"])
                .arg(format!("/p:Platform={platform}"))
                .arg(format!("/p:PACKAGE={}", unpacked.desk().display()))
                .arg(format!("/p:SANDBOX={}", sandbox.desk().display())),
        );
        let out = project.join("out").join(platform);
        assert!(out.join("Mynacard.Net.dll").exists());
        for (_, kind) in packages {
            for (system, expected) in [("win-x64", wide), ("win-x86", narrow)] {
                let copied = out.join(format!("runtimes/{system}/native/{}.dll", kind.library));
                assert_eq!(copied.exists(), expected, "{platform}: {system}");
            }
        }
        // And that is what the wrapper takes on Windows in a process of this width.
        let taken = run_alone(Command::new("mono").arg(&loading).arg("found").arg(&out));
        let mut takes = String::new();
        for (bits, system, expected) in [(32, "win-x86", narrow), (64, "win-x64", wide)] {
            if expected {
                let library = format!("runtimes/{system}/native/mynacard.dll");
                takes += &format!("{bits} {}\n", out.join(library).display());
            }
        }
        assert_eq!(taken, takes, "{platform}");
        names_are_apart(&[out]);
    }
    // The program finds the libraries that were copied beside it, and nothing else.
    is_a_csharp_reception(&run_alone(
        Command::new("mono")
            .env_remove("LD_LIBRARY_PATH")
            .arg(project.join("out/AnyCPU/Reception.exe"))
            .arg(unpacked.exchange()),
    ));
}
