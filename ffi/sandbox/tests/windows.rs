//! The DLLs for Windows, built from Debian, 64 and 32 bits wide: the C and C++ programs with them under Wine, from a folder with
//! Japanese letters and spaces in its name; what they export and import.
//!
//! `MYNACARD_QUICK=1` leaves it out and prints that it does.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code)] // Shared with tests that need more of it.
mod support;

use support::windows::{Built, Width, Wine};
use support::{root, run_alone as run};

#[test]
fn programs_run_with_the_64_bit_dlls() {
    const NAME: &str = "programs_run_with_the_64_bit_dlls";
    if let Some(built) = Built::new(NAME) {
        programs_run(&built.wide, NAME);
    }
}

/// Many receipt computers are 32-bit processes.
#[test]
fn programs_run_with_the_32_bit_dlls() {
    const NAME: &str = "programs_run_with_the_32_bit_dlls";
    if let Some(built) = Built::new(NAME) {
        programs_run(&built.narrow, NAME);
    }
}

fn programs_run(width: &Width, test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("受付 の パソコン");
    std::fs::create_dir(&place).unwrap();
    width.lay_out(&place);
    let Some(wine) = Wine::new(&place, width, test) else {
        return;
    };
    let at = |name: &str| place.join(name);
    let compile = |compiler: &str, source: &str, program: &str, more: &[&str]| {
        run(width
            .tool(compiler)
            .args(["-Wall", "-Wextra", "-Werror", "-I"])
            .arg(root().join("include"))
            .arg(root().join(source))
            .arg("-o")
            .arg(at(program))
            .arg("-L")
            .arg(&place)
            .args(more)
            .args(["-lmynacard", "-lmynacard_sandbox", "-static-libgcc"])
            .args(["-Wl,-Bstatic", "-lstdc++", "-lpthread", "-Wl,-Bdynamic"]));
    };

    // By callbacks as transport, over HTTPS to the sandbox.
    compile("gcc", "examples/c/reception.c", "reception.exe", &[]);
    std::fs::create_dir(at("face-c")).unwrap();
    let shown = wine.run(&["reception.exe", "face-c"]);
    assert!(
        shown.contains("医療　太郎")
            && shown.contains("online-visual")
            && shown.ends_with("done\r\n"),
        "{shown}"
    );
    compile(
        "g++",
        "examples/cpp/reception.cpp",
        "reception-cpp.exe",
        &["-std=c++17", "-municode"],
    );
    std::fs::create_dir(at("顔 ファイル C++")).unwrap();
    let shown = wine.run(&["reception-cpp.exe", "顔 ファイル C++"]);
    assert!(
        shown.contains("MC-1003") && shown.contains("face file: 医療　太郎"),
        "{shown}"
    );
    compile("gcc", "ffi/tests/c/misuse.c", "misuse.exe", &[]);
    assert_eq!(wine.run(&["misuse.exe", "100"]).trim_end(), "done");
    compile("gcc", "ffi/tests/c/pointers.c", "pointers.exe", &[]);
    std::fs::create_dir(at("face-pointers")).unwrap();
    assert_eq!(
        wine.run(&["pointers.exe", "face-pointers"]).trim_end(),
        "done"
    );

    compile("gcc", "ffi/tests/c/surface.c", "surface.exe", &[]);
    std::fs::create_dir(at("face-surface")).unwrap();
    assert_eq!(
        wine.run(&["surface.exe", "face-surface"]).trim_end(),
        "done"
    );

    // Explorer and installers read the version; a DLL with threads must not be unloaded.
    compile(
        "gcc",
        "ffi/tests/windows/inspect.c",
        "inspect.exe",
        &["-lversion"],
    );
    let version = env!("CARGO_PKG_VERSION");
    let shown = wine.run(&["inspect.exe", "mynacard.dll", "mynacard_panic_on_purpose"]);
    assert!(
        shown.starts_with(&format!(
            "mynacard {version} mynacard.dll [Health insurance by My Number Card] {version}\r\n"
        )) && shown.ends_with("stays\r\n"),
        "{shown}"
    );
    let shown = wine.run(&["inspect.exe", "mynacard_sandbox.dll", "-"]);
    assert!(
        shown.starts_with(&format!("mynacard {version} mynacard_sandbox.dll [")),
        "{shown}"
    );
}

/// Both widths: the name inside, our symbols and no others, nothing but Windows to stand on.
#[test]
fn both_widths_export_and_import_the_same() {
    let Some(built) = Built::new("both_widths_export_and_import_the_same") else {
        return;
    };
    let symbols = std::fs::read_to_string(root().join("ffi/abi/symbols.txt")).unwrap();
    let symbols: Vec<&str> = symbols.lines().collect();
    for (width, format) in [(&built.wide, "pei-x86-64"), (&built.narrow, "pei-i386")] {
        let prefix = width.prefix;
        let headers = headers(width, "mynacard_ffi.dll");
        assert!(headers.contains(format), "{headers}");
        assert_eq!(exports(&headers), symbols, "{prefix}");
        let sandbox = self::headers(width, "mynacard_sandbox_ffi.dll");
        let others = exports(&sandbox);
        assert!(
            others.len() > 8
                && others
                    .iter()
                    .all(|name| name.starts_with("mynacard_sandbox_")),
            "{others:?}"
        );
        for (name, headers) in [
            ("mynacard.dll", &headers),
            ("mynacard_sandbox.dll", &sandbox),
        ] {
            let said = headers
                .lines()
                .any(|line| line.starts_with("Name ") && line.ends_with(name));
            assert!(said, "{prefix}: {name} has another name inside");
            let imports = imports(headers);
            assert!(
                imports.iter().any(|dll| dll == "bcryptprimitives.dll"),
                "{imports:?}"
            );
            let strange: Vec<_> = imports
                .iter()
                .filter(|dll| dll.starts_with("lib"))
                .collect();
            assert!(strange.is_empty(), "{prefix} {name} needs {strange:?}");
        }
    }
}

fn headers(width: &Width, dll: &str) -> String {
    run(width.tool("objdump").arg("-p").arg(width.folder.join(dll)))
}

/// The names in the export table, sorted as Windows wants them.
fn exports(headers: &str) -> Vec<&str> {
    let (_, table) = headers.split_once("[Ordinal/Name Pointer] Table").unwrap();
    table
        .lines()
        .skip(1)
        .map_while(|line| line.split_once(']'))
        .filter_map(|(_, rest)| rest.split_whitespace().last())
        .collect()
}

fn imports(headers: &str) -> Vec<String> {
    headers
        .lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(str::to_lowercase)
        .collect()
}
