//! The names under which the library is shipped: `libmynacard.so.0` and `mynacard.dll`, whatever cargo calls the file.

fn main() {
    shipped_as("mynacard");
}

/// The library says its own name, to programs that link it and to its import library.
fn shipped_as(name: &str) {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    match (target("OS").as_str(), target("ENV").as_str()) {
        ("linux", _) => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,lib{name}.so.0");
        }
        ("windows", "gnu") => {
            let folder = std::env::var("OUT_DIR").expect("cargo sets it");
            let definition = std::path::Path::new(&folder).join(format!("{name}.def"));
            std::fs::write(&definition, format!("LIBRARY {name}.dll\n")).expect("its own folder");
            println!("cargo::rustc-cdylib-link-arg={}", definition.display());
        }
        _ => {}
    }
}
