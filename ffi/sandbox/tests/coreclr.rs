//! The .NET wrapper against the reference assembly of netstandard, and the example in C# on CoreCLR.
//!
//! `MYNACARD_DOTNET` names the `dotnet` of an SDK 3.1 or newer; without it the SDK 3.1 is fetched by npm, once, into the
//! target folder. `MYNACARD_QUICK=1` leaves this out and prints that it does.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../../crates/mynacard-pcsc/tests/pcscd/daemon.rs"]
mod daemon;
mod support;

use daemon::inside;
use support::sdk::sdk;
use support::{is_a_csharp_reception, root, run, through_the_reader};

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
    let shown = run(program.arg(root().join("ffi/abi/symbols.txt")));
    assert!(shown.contains(" imports, 9 delegates"), "{shown}");
}
