//! Small libraries before and after a change, described by rustdoc itself: each change that breaks somebody is found, and no other.
//!
//! The rows follow the lints of cargo-semver-checks that a library like these can meet.

use std::path::Path;

use super::compare::{breaking, difference};
use super::listing::lines;
use crate::run::Program;

/// A name, what there was, and what there is.
type Change = (&'static str, &'static str, &'static str);

const BREAKING: &[Change] = &[
    (
        "derive_gone",
        "#[derive(Clone, Debug)] pub struct S(u8);",
        "#[derive(Debug)] pub struct S(u8);",
    ),
    (
        "default_gone",
        "#[derive(Default)] pub struct S(u8);",
        "pub struct S(u8);",
    ),
    (
        "copy_came",
        "#[derive(Clone)] pub struct S(u8);",
        "#[derive(Clone, Copy)] pub struct S(u8);",
    ),
    (
        "drop_came",
        "pub struct S { pub x: Vec<u8>, y: u8 }",
        "pub struct S { pub x: Vec<u8>, y: u8 } impl Drop for S { fn drop(&mut self) {} }",
    ),
    (
        "send_lost",
        "pub struct S { x: Box<u8> }",
        "pub struct S { x: std::rc::Rc<u8> }",
    ),
    (
        "unwind_safe_lost",
        "pub struct S { x: Box<u8> }",
        "pub struct S { x: Box<dyn Fn() + Send + Sync> }",
    ),
    (
        "unpin_lost",
        "pub struct S { x: Box<u8> }",
        "pub struct S { x: std::marker::PhantomPinned }",
    ),
    (
        "send_for_some",
        "pub struct S<T>(Box<u8>, std::marker::PhantomData<fn() -> T>);",
        "pub struct S<T>(Box<u8>, std::marker::PhantomData<T>);",
    ),
    ("variant", "pub enum E { A }", "pub enum E { A, B }"),
    (
        "variant_of_a_number",
        "#[repr(u8)] pub enum E { A = 1 }",
        "#[repr(u8)] pub enum E { A = 1, B = 2 }",
    ),
    (
        "field_of_a_variant",
        "pub enum E { A { x: u8 } }",
        "pub enum E { A { x: u8, y: u8 } }",
    ),
    (
        "part_of_a_variant",
        "pub enum E { A(u8) }",
        "pub enum E { A(u8, u8) }",
    ),
    (
        "variant_with_braces",
        "#[non_exhaustive] pub enum E { A }",
        "#[non_exhaustive] pub enum E { A {} }",
    ),
    (
        "variants_renumbered",
        "#[non_exhaustive] pub enum E { A, B }",
        "#[non_exhaustive] pub enum E { B, A }",
    ),
    (
        "fieldless_renumbered",
        "#[non_exhaustive] pub enum E { A(), B {}, C }",
        "#[non_exhaustive] pub enum E { A(), C, B {} }",
    ),
    (
        "variants_reordered",
        "#[derive(PartialEq, PartialOrd)] pub enum E { A(u8), B(u8) }",
        "#[derive(PartialEq, PartialOrd)] pub enum E { B(u8), A(u8) }",
    ),
    (
        "fields_reordered",
        "#[derive(PartialEq, PartialOrd)] pub struct S { pub x: u8, pub y: u8 }",
        "#[derive(PartialEq, PartialOrd)] pub struct S { pub y: u8, pub x: u8 }",
    ),
    (
        "no_number_any_more",
        "#[non_exhaustive] pub enum E { A }",
        "#[non_exhaustive] pub enum E { A, B { x: u8 } }",
    ),
    (
        "number_changed",
        "pub enum E { A = 1 }",
        "pub enum E { A = 2 }",
    ),
    (
        "enum_may_grow",
        "pub enum E { A }",
        "#[non_exhaustive] pub enum E { A }",
    ),
    (
        "struct_may_grow",
        "pub struct S { pub x: u8 }",
        "#[non_exhaustive] pub struct S { pub x: u8 }",
    ),
    (
        "repr_gone",
        "#[repr(transparent)] pub struct S(pub u8);",
        "pub struct S(pub u8);",
    ),
    (
        "field",
        "pub struct S { pub x: u8 }",
        "pub struct S { pub x: u8, pub y: u8 }",
    ),
    (
        "private_field",
        "pub struct S { pub x: u8 }",
        "pub struct S { pub x: u8, y: u8 }",
    ),
    (
        "private_field_of_nothing",
        "pub struct S {}",
        "pub struct S { x: u8 }",
    ),
    (
        "field_hidden",
        "pub struct S { pub x: u8, y: u8 }",
        "pub struct S { x: u8, y: u8 }",
    ),
    ("unit_with_braces", "pub struct S;", "pub struct S {}"),
    (
        "unit_may_grow",
        "pub struct S;",
        "#[non_exhaustive] pub struct S;",
    ),
    (
        "tuple_with_braces",
        "pub struct S(pub u8);",
        "pub struct S { pub x: u8 }",
    ),
    (
        "trait_function",
        "pub trait T { fn f(&self) {} }",
        "pub trait T { fn f(&self) {} fn g(&self); }",
    ),
    (
        "trait_unsafe_function",
        "pub trait T {}",
        "pub trait T { unsafe fn g(&self); }",
    ),
    ("trait_type", "pub trait T {}", "pub trait T { type X; }"),
    (
        "trait_constant",
        "pub trait T {}",
        "pub trait T { const X: u8; }",
    ),
    (
        "body_gone",
        "pub trait T { fn f(&self) {} }",
        "pub trait T { fn f(&self); }",
    ),
    (
        "value_gone",
        "pub trait T { const X: u8 = 1; }",
        "pub trait T { const X: u8; }",
    ),
    (
        "behind_dyn_no_more",
        "pub trait T { fn f(&self) {} }",
        "pub trait T { fn f(&self) {} fn g() {} }",
    ),
    ("supertrait", "pub trait T {}", "pub trait T: Send {}"),
    (
        "sealed",
        "pub trait T {}",
        "mod p { pub trait Sealed {} } pub trait T: p::Sealed {}",
    ),
    ("trait_unsafe", "pub trait T {}", "pub unsafe trait T {}"),
    (
        "bound",
        "pub fn f<A: Clone>(a: A) { drop(a) }",
        "pub fn f<A: Clone + Send>(a: A) { drop(a) }",
    ),
    (
        "bound_of_an_impl",
        "pub struct S<A>(pub A); impl<A> S<A> { pub fn f(&self) {} }",
        "pub struct S<A>(pub A); impl<A: Clone> S<A> { pub fn f(&self) {} }",
    ),
    (
        "generic",
        "pub fn f(a: &str) { drop(a.to_owned()) }",
        "pub fn f<A: AsRef<str>>(a: A) { drop(a.as_ref().to_owned()) }",
    ),
    (
        "lifetime",
        "pub struct S(pub u8);",
        "pub struct S<'a>(pub &'a u8);",
    ),
    ("constant_no_more", "pub const fn f() {}", "pub fn f() {}"),
    ("unsafe_came", "pub fn f() {}", "pub unsafe fn f() {}"),
    (
        "receiver",
        "pub struct S(u8); impl S { pub fn f(&self) {} }",
        "pub struct S(u8); impl S { pub fn f(&mut self) {} }",
    ),
    (
        "doc_hidden",
        "pub fn f() {}",
        "#[doc(hidden)] pub fn f() {}",
    ),
    (
        "another_name",
        "mod p { pub fn f() {} } pub use p::f;",
        "mod p { pub fn f() {} } pub use p::f as g;",
    ),
    (
        "static_type",
        "pub static X: u8 = 1;",
        "pub static X: u16 = 1;",
    ),
];

const HARMLESS: &[Change] = &[
    (
        "derive_came",
        "pub struct S(u8);",
        "#[derive(Clone, Debug, Default, PartialEq)] pub struct S(u8);",
    ),
    (
        "sync_came",
        "pub struct S { x: std::rc::Rc<u8> }",
        "pub struct S { x: Box<u8> }",
    ),
    (
        "variant_of_what_grows",
        "#[non_exhaustive] pub enum E { A, B(u8) }",
        "#[non_exhaustive] pub enum E { A, B(u8), C { x: u8 } }",
    ),
    (
        "last_number_of_what_grows",
        "#[non_exhaustive] pub enum E { A }",
        "#[non_exhaustive] pub enum E { A, B }",
    ),
    (
        "field_of_what_has_others",
        "pub struct S { pub x: u8, y: u8 }",
        "pub struct S { pub x: u8, y: u8, pub z: u8, w: u8 }",
    ),
    (
        "private_fields_reordered",
        "pub struct S { x: u8, y: u8 }",
        "pub struct S { y: u8, x: u8 }",
    ),
    (
        "function_with_a_body",
        "pub trait T { fn f(&self); }",
        "pub trait T { fn f(&self); fn g(&self) {} }",
    ),
    (
        "constant_with_a_value",
        "pub trait T: Sized {}",
        "pub trait T: Sized { const X: u8 = 1; }",
    ),
    (
        "body_came",
        "pub trait T { fn f(&self); }",
        "pub trait T { fn f(&self) {} }",
    ),
    (
        "constant_function_and_value",
        "pub struct S(u8);",
        "pub struct S(u8); impl S { pub const X: u8 = 1; pub fn f(&self) {} }",
    ),
    (
        "new_type_of_one_thread",
        "",
        "pub struct S { x: std::rc::Rc<u8> } pub trait T { fn f(&self); } pub enum E { A }",
    ),
    (
        "drop_of_what_nobody_takes_apart",
        "pub struct S { x: Vec<u8> }",
        "pub struct S { x: Vec<u8> } impl Drop for S { fn drop(&mut self) {} }",
    ),
    (
        "names_of_arguments",
        "pub fn f(a: u8) { drop(a) }",
        "pub fn f(b: u8) { drop(b) }",
    ),
];

#[test]
fn what_breaks_is_found_and_nothing_else() {
    let folder = std::env::temp_dir().join(format!("mynacard-semver-{}", std::process::id()));
    let changes = || BREAKING.iter().chain(HARMLESS);
    let before = describe(
        &folder,
        "before",
        changes().map(|(name, text, _)| (*name, *text)),
    );
    let after = describe(
        &folder,
        "after",
        changes().map(|(name, _, text)| (*name, *text)),
    );
    let committed: String = before.iter().map(|line| format!("{line}\n")).collect();
    let difference = difference(&committed, &after);
    let mut found = breaking(&committed, &difference.new);
    found.extend(difference.gone);
    for (name, _, _) in BREAKING {
        let here = format!("a::{name}::");
        let is_found = found.iter().any(|line| line.contains(&here));
        assert!(is_found, "{name} is not found");
    }
    for (name, _, _) in HARMLESS {
        let here = format!("a::{name}::");
        let line = found.iter().find(|line| line.contains(&here));
        assert_eq!(line, None, "{name} breaks nobody");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Has rustdoc describe a library that has each of these as a module of its own.
fn describe<'a>(
    folder: &Path,
    when: &str,
    modules: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<String> {
    let folder = folder.join(when);
    std::fs::create_dir_all(&folder).unwrap();
    let source = folder.join("a.rs");
    let text: String = modules
        .map(|(name, text)| format!("pub mod {name} {{ {text} }}\n"))
        .collect();
    std::fs::write(&source, text).unwrap();
    let (succeeded, said) = Program::new("rustdoc")
        .args([
            "--crate-name",
            "a",
            "--edition",
            "2024",
            "--cap-lints",
            "allow",
        ])
        .args([
            "-Z",
            "unstable-options",
            "--output-format",
            "json",
            "--out-dir",
        ])
        .arg(&folder)
        .arg(&source)
        .env("RUSTC_BOOTSTRAP", "1")
        .capture()
        .unwrap();
    assert!(succeeded, "{said}");
    lines(&folder.join("a.json")).unwrap()
}
