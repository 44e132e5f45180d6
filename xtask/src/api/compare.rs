//! Two lists of one library, an older and a newer one: what is gone, and what came and breaks somebody all the same.
//!
//! A changed line is gone and new, and whatever is gone breaks somebody: most of what cargo-semver-checks looks for is nothing else. What
//! it knows besides are additions, and those that a list can show are here.

use std::collections::BTreeSet;

use super::listing::{bare, path};

/// What a library had and has no more, and what it has since.
pub(super) struct Difference {
    pub(super) gone: Vec<String>,
    pub(super) new: Vec<String>,
}

pub(super) fn difference(committed: &str, items: &[String]) -> Difference {
    let before: BTreeSet<&str> = committed.lines().collect();
    let now: BTreeSet<&str> = items.iter().map(String::as_str).collect();
    let of = |some: &mut dyn Iterator<Item = &&str>| some.map(|item| (*item).to_owned()).collect();
    Difference {
        // That a type could not be shared by threads is no loss; that it can be by some only is told by the new line.
        gone: of(&mut before
            .difference(&now)
            .filter(|item| !item.starts_with("auto: "))),
        new: of(&mut now.difference(&before)),
    }
}

/// The additions that break somebody who uses what there was, or implements it.
pub(super) fn breaking(committed: &str, new: &[String]) -> Vec<String> {
    let before = Before::new(committed);
    let breaks = |item: &&String| before.is_broken_by(item, new);
    new.iter().filter(breaks).cloned().collect()
}

/// The older list, by kinds.
#[derive(Default)]
struct Before<'a> {
    traits: BTreeSet<&'a str>,
    types: BTreeSet<&'a str>,
    /// Those that others may match without a last arm.
    enums: BTreeSet<&'a str>,
    /// Those whose fields others may name all.
    whole: BTreeSet<&'a str>,
    variants: BTreeSet<&'a str>,
    /// What has variants or public fields.
    with_parts: BTreeSet<&'a str>,
}

impl<'a> Before<'a> {
    fn new(committed: &'a str) -> Self {
        let mut before = Self::default();
        for line in committed.lines() {
            if let Some(path) = line.strip_prefix("whole: ") {
                before.whole.insert(path);
            }
            if let Some(rest) = bare(line).strip_prefix("pub ") {
                before.take(path(line), rest, may_grow(line));
            }
        }
        before
    }

    /// Takes one item in: its path, its line from there on where `pub` ends, and whether it may grow.
    fn take(&mut self, path: &'a str, rest: &'a str, may_grow: bool) {
        if let Some(after) = rest.strip_prefix(path) {
            let is_field = after.starts_with(": ");
            if let Some((owner, _)) = path.rsplit_once("::") {
                self.with_parts.insert(owner);
            }
            if !is_field && !may_grow {
                self.variants.insert(path);
            }
            return;
        }
        match rest.split(' ').next().unwrap_or_default() {
            "trait" => drop(self.traits.insert(path)),
            "unsafe" if rest.starts_with("unsafe trait ") => drop(self.traits.insert(path)),
            "enum" => {
                self.types.insert(path);
                if !may_grow {
                    self.enums.insert(path);
                }
            }
            "struct" | "union" => {
                self.types.insert(path);
                // A tuple's fields stand in its own line.
                if rest.contains("(pub ") || rest.contains(", pub ") {
                    self.with_parts.insert(path);
                }
            }
            _ => {}
        }
    }

    fn is_broken_by(&self, item: &str, new: &[String]) -> bool {
        if let Some(path) = item.strip_prefix("braces: ") {
            return self.variants.contains(path);
        }
        if let Some(line) = item.strip_prefix("auto: ") {
            return self.types.contains(of_type(line));
        }
        if let Some(made) = made_of_copies(item) {
            return self.types.contains(made);
        }
        if item.starts_with("impl") && item.contains(" core::ops::drop::Drop for ") {
            // Nobody can move a field out of it any more.
            return self.with_parts.contains(of_type(item));
        }
        let path = path(item);
        let Some(rest) = bare(item).strip_prefix("pub ") else {
            return false;
        };
        let Some((owner, _)) = path.rsplit_once("::") else {
            return false;
        };
        if rest.starts_with(path) {
            return self.enums.contains(owner)
                || self.whole.contains(owner)
                || self.variants.contains(owner);
        }
        self.traits.contains(owner) && !new.contains(&format!("provided: {path}"))
    }
}

/// Whether variants or fields may come, because nobody may count on having all of them.
fn may_grow(line: &str) -> bool {
    let attributes = line.strip_suffix(bare(line)).unwrap_or_default();
    attributes.contains("#[non_exhaustive]")
}

/// The type that a line of an implementation is about.
fn of_type(line: &str) -> &str {
    let (_, rest) = line.rsplit_once(" for ").unwrap_or_default();
    rest.split(['<', ' ']).next().unwrap_or_default()
}

/// A type that is copied now: a closure that took it borrows it since.
fn made_of_copies(item: &str) -> Option<&str> {
    let is_copy = item.starts_with("impl") && item.contains(" core::marker::Copy for ");
    is_copy.then(|| of_type(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_found_and_what_comes_is_told() {
        let items = ["pub fn a::f()".to_owned(), "pub fn a::h()".to_owned()];
        let Difference { gone, new } = difference("pub fn a::f()\npub fn a::g()\n", &items);
        assert_eq!(
            (gone, new),
            (
                vec!["pub fn a::g()".to_owned()],
                vec!["pub fn a::h()".to_owned()]
            )
        );
    }

    #[test]
    fn a_changed_signature_is_gone_and_new() {
        let committed =
            "pub fn a::f(&self, u8) -> bool\nimpl core::clone::Clone for a::S\npub a::E::One\n";
        let items = ["pub fn a::f(&self, u16) -> bool".to_owned()];
        let Difference { gone, new } = difference(committed, &items);
        assert_eq!(gone.len(), 3, "{gone:?}");
        assert_eq!(new, items);
    }

    #[test]
    fn an_addition_that_breaks_others_is_found() {
        let committed = "#[non_exhaustive] pub enum a::Grows\npub enum a::Whole\npub a::Grows::One\npub a::Whole::One\n\
            #[repr(u8)] pub enum a::Number\npub a::Number::One = 1\npub a::Whole::Three\npub a::Whole::Three::x: u8\n\
            pub struct a::Shut\npub struct a::Open<T>\npub a::Open::x: u8\nwhole: a::Open\npub trait a::Reader: core::marker::Send\n\
            pub fn a::Reader::read(&self)\npub fn a::Shut::new() -> a::Shut\npub unsafe trait a::Sharp\n";
        let new = [
            "pub a::Grows::Two",
            "pub a::Whole::Two(u8)",
            "#[non_exhaustive] pub a::Number::Two = 2",
            "pub a::Whole::Three::y: (u8, u8)",
            "pub a::Shut::x: u8",
            "pub a::Open::y: fn(u8)",
            "pub fn a::Reader::write(&self)",
            "pub async fn a::Reader::later(&self)",
            "pub const unsafe fn a::Sharp::cut(&self)",
            "pub type a::Reader::Item: core::fmt::Debug",
            "pub const a::Reader::SIZE: usize",
            "pub const a::Reader::OTHER: usize",
            "provided: a::Reader::OTHER",
            "pub fn a::Shut::old() -> a::Shut",
            "pub const a::Shut::SIZE: usize",
            "pub enum a::More",
            "pub a::More::One",
            "pub fn a::free()",
        ]
        .map(str::to_owned);
        assert_eq!(
            breaking(committed, &new),
            [
                "pub a::Whole::Two(u8)",
                "#[non_exhaustive] pub a::Number::Two = 2",
                "pub a::Whole::Three::y: (u8, u8)",
                "pub a::Open::y: fn(u8)",
                "pub fn a::Reader::write(&self)",
                "pub async fn a::Reader::later(&self)",
                "pub const unsafe fn a::Sharp::cut(&self)",
                "pub type a::Reader::Item: core::fmt::Debug",
                "pub const a::Reader::SIZE: usize",
            ]
        );
    }
}
