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

macro_rules! layout {
    ($text:ident, $structure:ty { $($member:ident),* $(,)? }) => {
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
            specific_diseases
        }
    );
    compare(&format!("layout-{}.txt", usize::BITS), &text);
}
