//! The public interface of each published library: what was there stays, other people's types stay out, threads may share it.

mod compare;
mod listing;
#[cfg(test)]
mod semver;

use std::collections::BTreeSet;

use cargo_metadata::{Metadata, Package};

use crate::arrows::published;
use crate::run::cargo;
use crate::stage::Checks;
use crate::workspace;

use compare::{Difference, breaking, difference};

/// Crates whose types may stand in our signatures: the language's own, and what the field speaks anyway.
const NAMED: &[&str] = &["core", "alloc", "std", "apdu_core", "serde_core"];

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
    let metadata = workspace::metadata()?;
    describe()?;
    let mut all = Vec::new();
    for package in libraries(&metadata) {
        let library = package.name.replace('-', "_");
        let json = workspace::target()
            .join("doc")
            .join(format!("{library}.json"));
        let mut items = listing::lines(&json)?;
        items.extend(promises(package));
        items.sort();
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
        let mut found = strangers(&library, &items);
        let gone = gone.into_iter();
        found.extend(gone.map(|item| format!("{library}: gone or changed: {item}")));
        let breaking = breaking(&committed, &new).into_iter();
        found.extend(breaking.map(|item| format!("{library}: new, and breaks others: {item}")));
        judge(checks, found);
        all.extend(items);
    }
    let alone: BTreeSet<&str> = all.iter().filter_map(|item| of_one_thread(item)).collect();
    let expected: BTreeSet<&str> = ONE_THREAD.iter().copied().collect();
    judge(
        checks,
        alone
            .symmetric_difference(&expected)
            .map(|item| format!("threads: {item}"))
            .collect(),
    );
    judge(checks, idle(NAMED, EXCEPTIONS, &all));
    Ok(())
}

/// What the manifest promises: which compiler is enough, and what may be chosen.
fn promises(package: &Package) -> Vec<String> {
    let features = package.features.keys();
    let mut lines: Vec<_> = features.map(|name| format!("feature: {name}")).collect();
    let default = package.features.get("default").into_iter().flatten();
    lines.extend(default.map(|name| format!("feature: {name}, by default")));
    let compiler = package.rust_version.as_ref();
    lines.extend(compiler.map(|version| format!("rust: {version}")));
    lines
}

fn judge(checks: &mut Checks, found: Vec<String>) {
    if found.is_empty() {
        checks.pass();
    }
    found.into_iter().for_each(|why| checks.fail(why));
}

/// The published packages that are libraries; the C library's interface is its header.
fn libraries(metadata: &Metadata) -> Vec<&Package> {
    let is_library = |package: &&Package| package.targets.iter().any(|target| target.is_lib());
    let mut libraries: Vec<_> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| published(package) && package.name != "mynacard-ffi")
        .filter(is_library)
        .collect();
    libraries.sort_by(|one, other| one.name.cmp(&other.name));
    libraries
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

/// Which type is not `Send` or not `Sync` by this line.
fn of_one_thread(item: &str) -> Option<&str> {
    let at = item.strip_prefix("auto: ")?.find("!core::marker::S")?;
    item.get("auto: ".len() + at..)
        .filter(|rest| rest.contains("::Send for") || rest.contains("::Sync for"))
}

/// What is allowed and no signature has: nobody would notice when one came to have it.
fn idle(named: &[&str], exceptions: &[(&str, &str)], items: &[String]) -> Vec<String> {
    let named = named
        .iter()
        .filter(|name| !items.iter().any(|item| crates(item).any(|of| of == **name)));
    let pieces = exceptions
        .iter()
        .map(|(piece, _)| piece)
        .filter(|piece| !items.iter().any(|item| item.contains(**piece)));
    named
        .chain(pieces)
        .map(|what| format!("allowed in xtask/src/api.rs, and in no signature: {what}"))
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
    fn what_the_committed_lists_hold_is_missed_when_it_changes() {
        let folder = workspace::root().join("xtask/api");
        let metadata = workspace::metadata().unwrap();
        for library in libraries(&metadata) {
            let file = format!("{}.txt", library.name.replace('-', "_"));
            let committed = std::fs::read_to_string(folder.join(file)).unwrap();
            let mut items: Vec<String> = committed.lines().map(str::to_owned).collect();
            let function = items
                .iter()
                .position(|item| item.contains("pub fn "))
                .unwrap();
            items[function].push_str(" // another answer");
            let Difference { gone, new } = difference(&committed, &items);
            assert_eq!((gone.len(), new.len()), (1, 1), "{}", library.name);
        }
    }

    #[test]
    fn a_strangers_type_is_found_wherever_it_stands() {
        let lines = [
            "pub fn mynacard_a::f(&self, core::option::Option<tokio::time::Instant>)",
            "pub fn mynacard_a::g(&dyn serde_core::ser::Serialize) -> std::io::Result<u8>",
            "pub fn u16::from(mynacard_a::Word) -> u16",
        ]
        .map(str::to_owned);
        let found = strangers("mynacard_a", &lines);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("tokio"), "{found:?}");
    }

    #[test]
    fn what_is_allowed_for_nothing_is_found() {
        let items = ["pub fn a::f(der::Tag) -> b::Wiped<u8>".to_owned()];
        let (both, pieces) = (["der", "pcsc"], [("b::Wiped<", ""), ("b::Other", "")]);
        let found = idle(&both, &pieces, &items);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].ends_with(": pcsc") && found[1].ends_with(": b::Other"),
            "{found:?}"
        );
    }

    #[test]
    fn a_type_of_one_thread_is_read() {
        let line = "auto: impl<'a> !core::marker::Sync for a::S<'a>";
        assert_eq!(
            of_one_thread(line),
            Some("!core::marker::Sync for a::S<'a>")
        );
        assert_eq!(
            of_one_thread("auto: impl !core::marker::Unpin for a::S"),
            None
        );
        let conditional =
            "auto: impl<T> core::marker::Sync for a::S<T> where T: core::marker::Sync";
        assert_eq!(of_one_thread(conditional), None);
    }

    #[test]
    fn what_a_manifest_promises_is_in_the_list() {
        let metadata = workspace::metadata().unwrap();
        let mut libraries = libraries(&metadata).into_iter();
        let front = libraries
            .find(|package| package.name == "mynacard")
            .unwrap();
        let lines = promises(front);
        for line in ["feature: pcsc", "feature: https, by default"] {
            assert!(lines.contains(&line.to_owned()), "{lines:?}");
        }
        assert!(
            lines.iter().any(|line| line.starts_with("rust: 1.")),
            "{lines:?}"
        );
    }
}
