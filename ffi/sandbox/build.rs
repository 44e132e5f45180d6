//! The names under which the library is shipped: `libmynacard_sandbox.so.0` and `mynacard_sandbox.dll`.

#[path = "../build/shipped.rs"]
mod shipped;

fn main() {
    println!("cargo::rerun-if-changed=../build/shipped.rs");
    shipped::shipped_as(
        "mynacard_sandbox",
        "Virtual cards and a stand-in service, for tests of programs",
    );
}
