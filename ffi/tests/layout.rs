//! What programs were compiled against: exported symbols and the layout of structures, committed and compared.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::process::Command;

use mynacard_ffi::*;

fn compare(name: &str, now: &str) {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi").join(name);
    if std::env::var_os("MYNACARD_BLESS").is_some() {
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, now).unwrap();
    }
    let committed = std::fs::read_to_string(&place).unwrap_or_default();
    assert!(
        committed == now,
        "ffi/abi/{name} differs; if that is meant, MYNACARD_BLESS=1 cargo test -p mynacard-ffi. Now:\n{now}"
    );
}

fn library() -> PathBuf {
    let folder = std::env::current_exe()
        .unwrap()
        .parent()
        .unwrap()
        .to_owned();
    let library = folder.join("libmynacard_ffi.so");
    assert!(library.exists(), "{} is missing", library.display());
    library
}

#[test]
#[cfg(target_os = "linux")]
fn exactly_these_symbols_are_exported() {
    let output = Command::new("nm")
        .args([
            "--dynamic",
            "--defined-only",
            "--extern-only",
            "--format=posix",
        ])
        .arg(library())
        .output()
        .expect("nm, of the package binutils");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut symbols: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !name.contains("rust_eh_personality"))
        .collect();
    symbols.sort_unstable();
    assert!(
        symbols.iter().all(|name| name.starts_with("mynacard_")),
        "{symbols:?}"
    );
    assert!(symbols.len() <= 80, "{} exports", symbols.len());
    compare("symbols.txt", &(symbols.join("\n") + "\n"));
}

/// What is added later never stands where an older program left padding: no byte of a structure belongs to none of its members.
#[track_caller]
fn no_padding(structure: &str, size: usize, members: &[(&str, usize, usize)]) {
    let mut end = 0;
    for (name, offset, size) in members {
        assert_eq!(*offset, end, "{structure}: padding before {name}");
        end = offset + size;
    }
    assert_eq!(end, size, "{structure}: padding at its end");
}

fn size_of_member<T, M>(_: fn(&T) -> &M) -> usize {
    size_of::<M>()
}

macro_rules! layout {
    ($text:ident, $structure:ty { $($member:ident),* $(,)? }) => {
        no_padding(
            stringify!($structure),
            size_of::<$structure>(),
            &[$((
                stringify!($member),
                offset_of!($structure, $member),
                size_of_member(|all: &$structure| &all.$member),
            )),*],
        );
        let _ = writeln!($text, "{} {}", stringify!($structure), size_of::<$structure>());
        $(let _ = writeln!($text, "  {} {}", stringify!($member), offset_of!($structure, $member));)*
    };
}

#[test]
fn structures_keep_their_layout() {
    let mut text = String::new();
    layout!(
        text,
        mynacard_transport {
            struct_size,
            userdata,
            begin,
            exchange,
            end,
            destroy,
            max_command,
            max_response,
        }
    );
    layout!(
        text,
        mynacard_service {
            struct_size,
            url,
            url_size,
            root,
            root_size,
            name,
            name_size,
            environment,
            environment_size,
            trust,
            direct,
            allow_tls12,
            timeout_ms,
            carrier,
            test_roots,
            test_roots_size,
        }
    );
    layout!(
        text,
        mynacard_card_options {
            struct_size,
            lengths,
            keypad_timeout_ms
        }
    );
    layout!(
        text,
        mynacard_desk_options {
            struct_size,
            visual_check,
            refuse_expired,
            refuse_unknown_issuer,
            counter,
            audit_folder,
            audit_folder_size,
            audit,
            pinless,
            patience_ms,
            confirmation_life_ms,
        }
    );
    layout!(
        text,
        mynacard_progress {
            struct_size,
            userdata,
            step,
            destroy
        }
    );
    layout!(
        text,
        mynacard_ask {
            struct_size,
            purpose,
            method,
            limit_application,
            specific_diseases,
            consents,
            reserved,
        }
    );
    layout!(
        text,
        mynacard_audit {
            struct_size,
            userdata,
            event,
            destroy
        }
    );
    layout!(
        text,
        mynacard_patients {
            struct_size,
            userdata,
            patient,
            destroy
        }
    );
    layout!(
        text,
        mynacard_registration {
            struct_size,
            institution_code,
            institution_code_size,
            id,
            id_size,
            activation_code,
            activation_code_size,
            path,
            path_size,
            passcode,
            passcode_size,
            terms_accepted,
            reserved,
        }
    );
    layout!(
        text,
        mynacard_exchange {
            struct_size,
            req,
            req_size,
            res,
            res_size,
            journal,
            journal_size,
            zip_password,
            zip_password_size,
            shift_jis,
            existing,
            face,
            face_size,
            patience_ms,
            reserved,
            max_answer,
        }
    );
    layout!(
        text,
        mynacard_carrier {
            struct_size,
            userdata,
            carry,
            destroy
        }
    );
    layout!(
        text,
        mynacard_pinless {
            struct_size,
            userdata,
            next,
            destroy
        }
    );
    layout!(
        text,
        mynacard_log {
            struct_size,
            userdata,
            line,
            destroy,
            most,
            reserved,
        }
    );
    layout!(
        text,
        mynacard_key_store {
            struct_size,
            userdata,
            key,
            destroy
        }
    );
    compare(&format!("layout-{}.txt", usize::BITS), &text);
}

/// Many receipt computers run 32-bit processes. No such library is built here, but its header is compiled: the committed
/// table is what C programs see there, and `repr(C)` is the same layout.
#[test]
fn structures_keep_their_layout_in_32_bits() {
    let read = |name: &str| {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi").join(name);
        std::fs::read_to_string(place).unwrap()
    };
    let names = |table: &str| {
        let first = table.lines().map(|line| line.rsplit_once(' ').unwrap().0);
        first.map(str::to_owned).collect::<Vec<_>>()
    };
    let table = read("layout-32.txt");
    assert_eq!(
        names(&table),
        names(&read("layout-64.txt")),
        "the tables differ in their members"
    );

    let mut program = String::from("#include <stddef.h>\n#include \"mynacard.h\"\n");
    let mut structure = "";
    for line in table.lines() {
        let (name, value) = line.trim().split_once(' ').unwrap();
        let what = if line.starts_with(' ') {
            format!("offsetof({structure}, {name})")
        } else {
            structure = name;
            format!("sizeof({name})")
        };
        let _ = writeln!(program, "_Static_assert({what} == {value}, \"{what}\");");
    }
    compiles_in_32_bits(&program, true);
    let wrong = program.replacen(" == ", " == 1 + ", 1);
    compiles_in_32_bits(&wrong, false);
}

#[track_caller]
fn compiles_in_32_bits(program: &str, expected: bool) {
    const COMPILER: &str = "i686-w64-mingw32-gcc";
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("layout.c");
    std::fs::write(&source, program).unwrap();
    let output = Command::new(COMPILER)
        .args(["-std=c11", "-fsyntax-only", "-I"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../include"))
        .arg(&source)
        .output()
        .unwrap_or_else(|error| panic!("this test needs {COMPILER}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), expected, "{said}");
}
