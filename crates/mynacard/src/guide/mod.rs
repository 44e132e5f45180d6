//! Pages to read: recipes, a guide for vendors, phones, every code, and a comparison with other programs.
//!
//! | page | for |
//! |---|---|
//! | [`cookbook`] | "how do I …?", each answer a few lines that run |
//! | [`vendors`], [`vendors_ja`] (日本語) | who brings this into a receipt computer: from the sandbox to the real service |
//! | [`phones`] | Android and iPhone as the reader |
//! | [`codes`] | every code with what staff are told |
//! | [`comparison`] | what other public programs do with the same card |
//!
//! The modules hold no code. Their examples are run by the tests, like all others.
//!
//! ```
//! // Whatever a page says of a code comes from the same table that the library uses.
//! let entry = mynacard::guidance::for_code("MC-1004").expect("in the table");
//! assert!(mynacard::guide::CODES_PAGE.contains(entry.staff.ja));
//! ```

/// The page [`codes`] as text, for a program that shows or prints it.
pub const CODES_PAGE: &str = include_str!("codes.md");

#[doc = include_str!("cookbook.md")]
pub mod cookbook {}

#[doc = include_str!("vendors.md")]
pub mod vendors {}

#[doc = include_str!("vendors.ja.md")]
pub mod vendors_ja {}

#[doc = include_str!("phones.md")]
pub mod phones {}

#[doc = include_str!("codes.md")]
pub mod codes {}

#[doc = include_str!("comparison.md")]
pub mod comparison {}
