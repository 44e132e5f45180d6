//! The page of all codes is what the table says.

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

fn page() -> String {
    let mut text = String::from(
        "Every code of the library, and what staff are told, from the same table as the program's.\n\n\
         A code is never used again for something else. `{n}` stands for a number that is known only then. Class: who has to act. Other proofs: what else\n\
         establishes the insurance now, best first. `mynacard guidance` prints all sentences, also those for the patient, and in English.\n",
    );
    let mut written = 0;
    for (block, title) in BLOCKS {
        let entries: Vec<_> = guidance::all()
            .filter(|entry| entry.code.starts_with(block))
            .collect();
        assert!(!entries.is_empty(), "no code begins with {block}");
        written += entries.len();
        write!(
            text,
            "\n# {title}\n\n| code | class | staff are told | next | other proofs |\n|---|---|---|---|---|\n"
        )
        .expect("a text grows");
        entries.iter().for_each(|entry| row(&mut text, entry));
    }
    // The one entry that is no code.
    let word = guidance::for_code(guidance::NOT_CONFIRMED).expect("in the table");
    text.push_str("\n# What staff decide themselves\n\n| word | class | staff are told | next | other proofs |\n|---|---|---|---|---|\n");
    row(&mut text, word);
    assert_eq!(
        written + 1,
        guidance::all().count(),
        "a code is in no block"
    );
    text
}

fn row(text: &mut String, entry: &Guidance) {
    let proofs: Vec<_> = entry
        .instead
        .iter()
        .map(|proof| guidance::label(*proof).raw(Language::Japanese))
        .collect();
    let cells = [
        entry.staff.raw(Language::Japanese),
        entry.next.raw(Language::Japanese),
        &proofs.join("、"),
    ];
    assert!(cells.iter().all(|cell| !cell.contains(['|', '\n'])));
    let [staff, next, proofs] = cells;
    writeln!(
        text,
        "| {} | {} | {staff} | {next} | {proofs} |",
        entry.code, entry.class
    )
    .expect("a text grows");
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
