//! The page of all codes is what the table says.

// The names of every layer are on it.
#![cfg(all(feature = "pcsc", feature = "https", feature = "folder"))]
#![allow(clippy::panic, reason = "a test fails by panicking")]

mod lists;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mynacard::guidance::{self, Class, Guidance, Language};

/// What a code's first digit says of where it comes from.
const BLOCKS: &[(&str, &str)] = &[
    ("MC-1", "The card"),
    ("MC-2", "The reader"),
    ("MC-3", "The certificate"),
    ("MC-4", "Insurance data"),
    ("MC-5", "The check and the terminal"),
    ("MC-60", "The line and the service"),
    ("MC-61", "What the service refuses"),
    ("MC-65", "The exchange folder"),
    ("MC-7", "Checkups (特定健診)"),
    ("MC-9", "The C interface"),
    ("OK-", "Answers to read with care"),
];

/// What the calling program did, where staff are only told that a program has a defect: for whoever mends it.
const PROGRAM: &[(&str, &str)] = &[
    (
        "MC-9001",
        "An argument was wrong: a pointer that may not be NULL, a length, a number outside its enumeration.",
    ),
    (
        "MC-9002",
        "A handle was freed, is of another type, or never was one.",
    ),
    (
        "MC-9003",
        "Another thread is still in a call with this handle; only cancelling works meanwhile.",
    ),
    (
        "MC-9004",
        "A callback called back into the library with more than cancelling, freeing or reading.",
    ),
    (
        "MC-9005",
        "A structure's `struct_size` is of no version, or a newer structure sets options that this library does not know.",
    ),
    (
        "MC-9006",
        "Text was not UTF-8, or not of the form that the call asks for.",
    ),
    (
        "MC-9007",
        "An encoding without the answer's characters was asked for, and refusal instead of a replacement.",
    ),
    (
        "MC-9008",
        "This build of the library lacks what was called, as a library without PC/SC does.",
    ),
    ("MC-9009", "The program used the cancel handle: no defect."),
    (
        "MC-9010",
        "The system gave no memory, no thread or no random bytes.",
    ),
    (
        "MC-9011",
        "The time that the call was given is over: no defect.",
    ),
    (
        "MC-9012",
        "A call came out of its order: a check used twice, a confirmation without a tap, nothing left to be delivered.",
    ),
    (
        "MC-9099",
        "A defect of the library itself: free the handles of the call, and report it with what led there.",
    ),
];

/// The names of the codes, as the crates and the C interface list them.
fn names() -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = lists::codes()
        .map(|(code, name)| (code.to_owned(), name.to_owned()))
        .collect();
    // The C interface lies above this crate: its list is read where it is written.
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ffi/src/failure.rs");
    let source = std::fs::read_to_string(place).expect("the C interface's list");
    let (_, list) = source.split_once("const CODES").expect("a list of codes");
    let (list, _) = list.split_once("];").expect("the list's end");
    for line in list.lines().filter(|line| line.contains("(\"MC-9")) {
        let mut words = line.split('"').skip(1).step_by(2);
        let (code, name) = (words.next().expect("a code"), words.next().expect("a name"));
        names.insert(code.to_owned(), name.to_owned());
    }
    names
}

fn page() -> String {
    let names = names();
    let mut text = String::from(
        "Every code of the library, its name, and what staff are told, from the same table as the program's.\n\n\
         A code is never used again for something else. `{n}` stands for a number that is known only then. Class: who has to act. Other proofs: what else\n\
         establishes the insurance now, best first. `mynacard guidance` prints all sentences, also those for the patient; what staff are told stands\n\
         here in English as well. Names are for logs and support; programs match codes.\n",
    );
    let mut written = 0;
    for (block, title) in BLOCKS {
        let entries: Vec<_> = guidance::all()
            .filter(|entry| entry.code.starts_with(block))
            .collect();
        assert!(!entries.is_empty(), "no code begins with {block}");
        written += entries.len();
        let of_programs = *block == "MC-9";
        let mut columns = vec!["code"];
        columns.extend(block.starts_with("MC-").then_some("name"));
        columns.push("class");
        columns.extend(of_programs.then_some("what the program did"));
        columns.extend(["staff are told", "in English", "next", "other proofs"]);
        heading(&mut text, title, &columns);
        for entry in entries {
            let name = block.starts_with("MC-").then(|| {
                let name = names.get(entry.code);
                name.unwrap_or_else(|| panic!("{} has no name", entry.code))
                    .as_str()
            });
            let did = of_programs.then(|| {
                let row = PROGRAM.iter().find(|(code, _)| *code == entry.code);
                row.unwrap_or_else(|| panic!("nothing is said of {}", entry.code))
                    .1
            });
            row(&mut text, entry, name, did);
        }
    }
    // The one entry that is no code.
    let word = guidance::for_code(guidance::NOT_CONFIRMED).expect("in the table");
    let columns = [
        "word",
        "class",
        "staff are told",
        "in English",
        "next",
        "other proofs",
    ];
    heading(&mut text, "What staff decide themselves", &columns);
    row(&mut text, word, None, None);
    assert_eq!(
        written + 1,
        guidance::all().count(),
        "a code is in no block"
    );
    text
}

fn heading(text: &mut String, title: &str, columns: &[&str]) {
    let ruler = "---|".repeat(columns.len());
    let columns = columns.join(" | ");
    write!(text, "\n# {title}\n\n| {columns} |\n|{ruler}\n").expect("a text grows");
}

fn row(text: &mut String, entry: &Guidance, name: Option<&str>, did: Option<&str>) {
    let proofs: Vec<_> = entry
        .instead
        .iter()
        .map(|proof| guidance::label(*proof).raw(Language::Japanese))
        .collect();
    let (class, proofs) = (entry.class.to_string(), proofs.join("、"));
    let mut cells = vec![entry.code];
    cells.extend(name);
    cells.push(&class);
    cells.extend(did);
    cells.extend([
        entry.staff.raw(Language::Japanese),
        entry.staff.raw(Language::English),
        entry.next.raw(Language::Japanese),
        &proofs,
    ]);
    assert!(cells.iter().all(|cell| !cell.contains(['|', '\n'])));
    writeln!(text, "| {} |", cells.join(" | ")).expect("a text grows");
}

#[test]
fn every_code_of_the_c_interface_says_what_the_program_did() {
    let codes = guidance::all().map(|entry| entry.code);
    let of_programs: Vec<_> = codes.filter(|code| code.starts_with("MC-9")).collect();
    let said: Vec<_> = PROGRAM.iter().map(|(code, _)| *code).collect();
    assert_eq!(said, of_programs);
    let mut sentences: Vec<_> = PROGRAM.iter().map(|(_, sentence)| *sentence).collect();
    assert!(sentences.iter().all(|sentence| sentence.ends_with('.')));
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(sentences.len(), PROGRAM.len());
}

#[test]
fn the_page_is_the_table() {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/codes.md");
    let page = page();
    if std::env::var_os("MYNACARD_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(place, &page).expect("the page is written");
    }
    let committed = std::fs::read_to_string(place).expect("the page");
    let differing = committed
        .lines()
        .zip(page.lines())
        .find(|(old, new)| old != new);
    assert!(
        committed == page,
        "{place} is not what the table says (MYNACARD_BLESS=1 writes it anew): {differing:?}"
    );
    assert_eq!(mynacard::guide::CODES_PAGE, page);
}

#[test]
fn every_class_but_none_is_explained_by_its_name() {
    let page = page();
    for class in [
        Class::Card,
        Class::Peer,
        Class::Input,
        Class::Caller,
        Class::Environment,
        Class::Answer,
    ] {
        assert!(page.contains(&format!("| {class} |")), "{class}");
    }
}
