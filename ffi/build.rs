//! The names under which the library is shipped: `libmynacard.so.0` and `mynacard.dll`.

#[path = "build/shipped.rs"]
mod shipped;

fn main() {
    println!("cargo::rerun-if-changed=build/shipped.rs");
    shipped::shipped_as("mynacard", "Health insurance by My Number Card");
}
