//! The public interface of each published library: what was there stays, other people's types stay out, threads may share it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use cargo_metadata::{Metadata, Package};
use public_api::Builder;

use crate::arrows::published;
use crate::run::cargo;
use crate::stage::Checks;
use crate::workspace;

/// Crates whose types may stand in our signatures: the language's own, and what the field speaks anyway.
const NAMED: &[&str] = &[
    "core",
    "alloc",
    "std",
    "apdu",
    "apdu_core",
    "der",
    "p256",
    "pcsc",
    "reqwest",
    "rsa",
    "serde",
    "serde_core",
    "thiserror",
    "x509_cert",
];

/// The only other items that name somebody else's type, by a piece of each, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "zeroize::Zeroizing<",
        "bytes that are wiped when their owner drops them",
    ),
    (
        "-> serde_json::value::Value",
        "a FHIR document has no other form",
    ),
    (
        "rusqlite::error::Error",
        "the stand-in, which no release links",
    ),
];

/// What one thread alone may hold, or what may only move: everything else is `Send` and `Sync`.
const ONE_THREAD: &[&str] = &[
    "!core::marker::Send for mynacard_auth::Identity<'a>",
    "!core::marker::Send for mynacard_auth::pinless::GuardedCard<'a>",
    "!core::marker::Send for mynacard_auth::vault::Unlock<'a>",
    "!core::marker::Sync for mynacard_auth::Identity<'a>",
    "!core::marker::Sync for mynacard_auth::Ready",
    "!core::marker::Sync for mynacard_auth::Screen",
    "!core::marker::Sync for mynacard_auth::home::HomeDesk",
    "!core::marker::Sync for mynacard_auth::pinless::GuardedCard<'a>",
    "!core::marker::Sync for mynacard_auth::vault::Unlock<'a>",
    "!core::marker::Sync for mynacard_client::folder::Exchange",
    "!core::marker::Sync for mynacard_client::folder::FaceFolder",
    "!core::marker::Sync for mynacard_pcsc::PcscCard",
];

/// The interfaces as rustdoc sees them, compared with `xtask/api`; `MYNACARD_BLESS=1` writes them anew.
pub(crate) fn stage(checks: &mut Checks) -> Result<(), String> {
    let libraries = libraries(&workspace::metadata()?);
    describe()?;
    let mut alone = BTreeSet::new();
    for library in &libraries {
        let json = workspace::target()
            .join("doc")
            .join(format!("{library}.json"));
        let items = items(&json, true)?;
        let here = workspace::root()
            .join("xtask/api")
            .join(format!("{library}.txt"));
        if std::env::var_os("MYNACARD_BLESS").is_some_and(|value| value == "1") {
            let text: String = items.iter().map(|item| format!("{item}\n")).collect();
            std::fs::write(&here, text).map_err(|error| format!("{}: {error}", here.display()))?;
        }
        let committed = std::fs::read_to_string(&here)
            .map_err(|error| format!("{}: {error}", here.display()))?;
        let Difference { gone, new } = difference(&committed, &items);
        for item in &new {
            println!("new in {library}, not yet in xtask/api: {item}");
        }
        let mut found = strangers(library, &items);
        let gone = gone.into_iter();
        found.extend(gone.map(|item| format!("{library}: gone or changed: {item}")));
        let breaking = breaking(&committed, &new).into_iter();
        found.extend(breaking.map(|item| format!("{library}: new, and breaks others: {item}")));
        judge(checks, found);
        alone.extend(items_of_one_thread(&json)?);
    }
    let expected: BTreeSet<String> = ONE_THREAD.iter().map(|item| (*item).to_owned()).collect();
    judge(
        checks,
        alone
            .symmetric_difference(&expected)
            .map(|item| format!("threads: {item}"))
            .collect(),
    );
    Ok(())
}

fn judge(checks: &mut Checks, found: Vec<String>) {
    if found.is_empty() {
        checks.pass();
    }
    found.into_iter().for_each(|why| checks.fail(why));
}

/// The published packages that are libraries; the C library's interface is its header.
fn libraries(metadata: &Metadata) -> Vec<String> {
    let is_library = |package: &&Package| package.targets.iter().any(|target| target.is_lib());
    let mut names: Vec<_> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| published(package) && package.name != "mynacard-ffi")
        .filter(is_library)
        .map(|package| package.name.replace('-', "_"))
        .collect();
    names.sort();
    names
}

/// Has rustdoc write what it knows as JSON. That form is not stable yet: rustdoc, and nobody else, is told to allow it.
fn describe() -> Result<(), String> {
    let wrapper = workspace::target().join("rustdoc-json");
    let text = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n";
    let failed = |error: std::io::Error| format!("{}: {error}", wrapper.display());
    std::fs::write(&wrapper, text).map_err(failed)?;
    workspace::executable(&wrapper).map_err(failed)?;
    // The whole workspace, as the stage `doc` does it: another choice would resolve other features and build everything anew.
    cargo()
        .args(["doc", "--workspace", "--all-features", "--no-deps", "--lib"])
        .env("RUSTDOC", &wrapper)
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json")
        .go()
}

/// The public items of one description, one line each.
fn items(json: &PathBuf, plain: bool) -> Result<Vec<String>, String> {
    let api = Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(plain)
        .omit_auto_derived_impls(plain)
        .build()
        .map_err(|error| format!("{}: {error}", json.display()))?;
    let mut items: Vec<_> = api.items().map(ToString::to_string).collect();
    items.sort();
    items.dedup();
    Ok(items)
}

/// The types of one description that are not `Send` or not `Sync`.
fn items_of_one_thread(json: &PathBuf) -> Result<BTreeSet<String>, String> {
    Ok(items(json, false)?
        .iter()
        .filter_map(|item| {
            let at = item.find("!core::marker::S")?;
            item.get(at..).map(str::to_owned)
        })
        .filter(|item| item.contains("::Send for") || item.contains("::Sync for"))
        .collect())
}

/// What a library had and has no more, and what it has since.
struct Difference {
    gone: Vec<String>,
    new: Vec<String>,
}

fn difference(committed: &str, items: &[String]) -> Difference {
    let before: BTreeSet<&str> = committed.lines().collect();
    let now: BTreeSet<&str> = items.iter().map(String::as_str).collect();
    Difference {
        gone: before
            .difference(&now)
            .map(|item| (*item).to_owned())
            .collect(),
        new: now
            .difference(&before)
            .map(|item| (*item).to_owned())
            .collect(),
    }
}

/// Additions that break somebody all the same: a function of a trait that others implement (it may have a body, which these lines do not
/// tell), a variant of an enum that others match whole, a field of a struct that others write whole.
fn breaking(committed: &str, new: &[String]) -> Vec<String> {
    let had = |start: String| {
        committed.lines().any(|line| {
            line.strip_prefix(&start).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(": ") || rest.starts_with('<')
            })
        })
    };
    let is_breaking = |item: &&String| {
        let Some(rest) = item.strip_prefix("pub ") else {
            return false;
        };
        let (of_trait, rest) = match rest.strip_prefix("fn ") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let path = rest.split(|c| !is_path(c)).next().unwrap_or_default();
        let Some((owner, _)) = path.trim_end_matches(':').rsplit_once("::") else {
            return false;
        };
        if of_trait {
            return had(format!("pub trait {owner}"));
        }
        // A struct with no public part is never written by others.
        let open = had(format!("pub enum {owner}")) || had(format!("pub struct {owner}"));
        let parts = format!("pub {owner}::");
        open && committed.lines().any(|line| line.starts_with(&parts))
    };
    new.iter().filter(is_breaking).cloned().collect()
}

/// Items whose signatures name a crate that no reader has to know.
fn strangers(library: &str, items: &[String]) -> Vec<String> {
    let excepted = |item: &str| EXCEPTIONS.iter().any(|(piece, _)| item.contains(piece));
    let foreign = |item: &&String| {
        crates(item).any(|name| !NAMED.contains(&name) && !name.starts_with("mynacard"))
    };
    items
        .iter()
        .filter(foreign)
        .filter(|item| !excepted(item))
        .map(|item| format!("{library}: names somebody else's type: {item}"))
        .collect()
}

/// The crates that an item's line names: the first word of each path.
fn crates(item: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    item.split(move |c| !is_word(c))
        .filter_map(|path| path.split_once("::"))
        .map(|(first, _)| first)
        .filter(|first| first.starts_with(|c: char| c.is_ascii_lowercase()))
        // A conversion is shown as a function of the primitive type.
        .filter(|first| {
            !matches!(
                *first,
                "u8" | "u16" | "u32" | "u64" | "i32" | "i64" | "usize" | "str"
            )
        })
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
    fn what_the_committed_lists_hold_is_missed_when_it_changes() {
        let folder = workspace::root().join("xtask/api");
        for library in libraries(&workspace::metadata().unwrap()) {
            let committed = std::fs::read_to_string(folder.join(format!("{library}.txt"))).unwrap();
            let mut items: Vec<String> = committed.lines().map(str::to_owned).collect();
            let function = items
                .iter()
                .position(|item| item.contains("pub fn "))
                .unwrap();
            items[function].push_str(" // another answer");
            let Difference { gone, new } = difference(&committed, &items);
            assert_eq!((gone.len(), new.len()), (1, 1), "{library}");
        }
    }

    #[test]
    fn an_addition_that_breaks_others_is_found() {
        let committed = "#[non_exhaustive] pub enum a::Grows\npub enum a::Whole\npub a::Grows::One\npub a::Whole::One\n\
            pub struct a::Shut\npub struct a::Open<T>\npub a::Open::x: u8\npub trait a::Reader: core::marker::Send\n\
            pub fn a::Reader::read(&self)\npub fn a::Shut::new() -> a::Shut\n";
        let new = [
            "pub a::Grows::Two",
            "pub a::Whole::Two(u8)",
            "pub a::Shut::x: u8",
            "pub a::Open::y: u8",
            "pub fn a::Reader::write(&self)",
            "pub fn a::Shut::old() -> a::Shut",
            "pub enum a::More",
            "pub a::More::One",
            "pub fn a::free()",
        ]
        .map(str::to_owned);
        assert_eq!(
            breaking(committed, &new),
            [
                "pub a::Whole::Two(u8)",
                "pub a::Open::y: u8",
                "pub fn a::Reader::write(&self)"
            ]
        );
    }

    #[test]
    fn a_strangers_type_is_found_wherever_it_stands() {
        let lines = [
            "pub fn mynacard_a::f(&self, core::option::Option<tokio::time::Instant>)",
            "pub fn mynacard_a::g(&dyn serde::Serialize) -> std::io::Result<u8>",
            "pub fn u16::from(mynacard_a::Word) -> u16",
        ]
        .map(str::to_owned);
        let found = strangers("mynacard_a", &lines);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("tokio"), "{found:?}");
    }
}
