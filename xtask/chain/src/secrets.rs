//! What nobody may read in a log: secrets and data of the synthetic people, in the spellings in which they could get there.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use mynacard_eligibility::{Encoding, Unmappable};
use mynacard_sim::{Person, people};
use serde_json::Value;

/// One spelling of one secret.
struct Spelling {
    /// What it says, for the report.
    meaning: String,
    bytes: Vec<u8>,
    /// Not as part of a longer run of letters or digits: a short number stands in many longer ones.
    word: bool,
}

/// Looks for all of them at once.
pub struct Search {
    spellings: Vec<Spelling>,
    engine: AhoCorasick,
}

/// The shortest number that is looked for: a shorter one is in every log by chance.
const SHORTEST_NUMBER: usize = 5;

/// Where the records of the card's exchanges begin.
const OF_THE_CARD: &[u8] = b" mynacard_card::card: ";

/// The shortest secret of a program's making that is looked for.
const SHORTEST_MADE: usize = 6;

/// Passcodes and passwords of tests that are words of the language, so that a log may say them anyway.
const WORDS: &[&str] = &["password", "passcode", "wrong passcode", "another one"];

impl Search {
    /// The secrets of all synthetic people.
    #[must_use]
    pub fn new() -> Self {
        Self::with(&BTreeSet::new())
    }

    /// These, and the secrets that programs made or were given: passcodes, passwords, activation codes, keys.
    ///
    /// # Panics
    /// Never: the patterns are far fewer than the engine takes.
    #[must_use]
    pub fn with(made: &BTreeSet<Vec<u8>>) -> Self {
        let mut secrets: BTreeSet<String> = people().iter().flat_map(of_card).collect();
        secrets.extend(of_insurance());
        let mut all: Vec<Spelling> = Vec::new();
        for made in made.iter().filter(|made| made.len() >= SHORTEST_MADE) {
            match std::str::from_utf8(made) {
                Ok(word) if WORDS.contains(&word) => {}
                Ok(text) => {
                    secrets.insert(text.to_owned());
                }
                Err(_) => all.extend(spellings_of_bytes("a key", "bytes", made)),
            }
        }
        all.extend(secrets.iter().flat_map(|secret| spellings(secret)));
        let mut by_bytes = BTreeMap::new();
        for spelling in all {
            by_bytes.entry(spelling.bytes.clone()).or_insert(spelling);
        }
        let spellings: Vec<Spelling> = by_bytes.into_values().collect();
        let engine = AhoCorasick::new(spellings.iter().map(|spelling| &spelling.bytes))
            .expect("some thousand short patterns");
        Self { spellings, engine }
    }

    /// How many spellings are looked for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spellings.len()
    }

    /// Whether nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spellings.is_empty()
    }

    /// The lines that hold a secret, each with what was found.
    #[must_use]
    pub fn in_text(&self, text: &[u8]) -> Vec<String> {
        let mut found = BTreeSet::new();
        for line in text.split(|byte| *byte == b'\n').collect::<BTreeSet<_>>() {
            for hit in self.engine.find_overlapping_iter(line) {
                let Some(spelling) = self.spellings.get(hit.pattern().as_usize()) else {
                    continue;
                };
                if !spelling.word || stands_alone(line, hit.start(), hit.end()) {
                    let line = String::from_utf8_lossy(line);
                    let shown: String = line.chars().take(300).collect();
                    found.insert(format!("{}: {shown}", spelling.meaning));
                }
            }
        }
        found.into_iter().collect()
    }
}

impl Default for Search {
    fn default() -> Self {
        Self::new()
    }
}

/// What a card and its holder know.
fn of_card(person: &Person) -> Vec<String> {
    let birth = person.birth();
    let (year, month, day) = (birth.year(), birth.month(), birth.day());
    let mut all = vec![
        person.name().to_owned(),
        person.kana().to_owned(),
        person.address().to_owned(),
        person.authentication_common_name(),
        person.signature_common_name(),
        format!("{year:04}{month:02}{day:02}"),
        format!("{year:04}-{month:02}-{day:02}"),
    ];
    all.extend(person.pin().map(str::to_owned));
    all.extend(person.signature_password().map(str::to_owned));
    // Names are written with and without the space between their parts.
    let joined: Vec<String> = [person.name(), person.kana()]
        .map(|name| name.replace(['\u{3000}', ' '], ""))
        .to_vec();
    all.extend(joined);
    all.retain(|secret| !secret.trim().is_empty());
    all
}

/// What the service tells of them: symbols and numbers, names and addresses as they stand in messages.
fn of_insurance() -> Vec<String> {
    const WHO: [&str; 7] = [
        "InsuredCardSymbol",
        "InsuredIdentificationNumber",
        "Name",
        "NameKana",
        "InsuredName",
        "Address",
        "NameOfOther",
    ];
    let data = include_str!("../../../crates/mynacard-sandbox/data/insurance.json");
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    let mut all = Vec::new();
    texts(&data, &mut |key, text| {
        let number = text.chars().all(char::is_numeric);
        if WHO.contains(&key) && (!number || text.chars().count() >= SHORTEST_NUMBER) {
            all.push(text.to_owned());
        }
    });
    all
}

fn texts(value: &Value, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text) => each(key, text),
                    None => texts(value, each),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, each)),
        _ => {}
    }
}

/// As text, as bytes, as hexadecimal, as lists of numbers and as Base64; in UTF-8, UTF-16 and Shift_JIS.
fn spellings(secret: &str) -> Vec<Spelling> {
    let short = secret.is_ascii();
    let mut all = vec![spelling(secret, "text", secret.as_bytes().to_vec(), short)];
    let escaped: String = secret
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    all.push(spelling(
        secret,
        "JSON escapes",
        escaped.into_bytes(),
        false,
    ));
    let mut encoded = vec![("UTF-8", secret.as_bytes().to_vec())];
    let wide =
        |bytes: fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    encoded.push(("UTF-16, low byte first", wide(u16::to_le_bytes)));
    encoded.push(("UTF-16, high byte first", wide(u16::to_be_bytes)));
    if let (false, Ok(sjis)) = (short, Encoding::ShiftJis.encode(secret, Unmappable::Refuse)) {
        encoded.push(("Shift_JIS", sjis.bytes));
    }
    for (name, bytes) in encoded {
        if name != "UTF-8" {
            all.push(spelling(secret, name, bytes.clone(), false));
        }
        all.extend(spellings_of_bytes(secret, name, &bytes));
    }
    all
}

/// Bytes that are no text in a log, as they could be shown there.
fn spellings_of_bytes(secret: &str, name: &str, bytes: &[u8]) -> Vec<Spelling> {
    let mut all = Vec::new();
    for (form, text) in written(bytes) {
        let form = format!("{name} {form}");
        all.push(spelling(secret, &form, text.into_bytes(), true));
    }
    if bytes.len() >= 9 {
        for text in base64(bytes) {
            let form = format!("{name} in Base64");
            all.push(spelling(secret, &form, text.into_bytes(), false));
        }
    }
    all
}

fn spelling(secret: &str, form: &str, bytes: Vec<u8>, word: bool) -> Spelling {
    Spelling {
        meaning: format!("{secret} ({form})"),
        bytes,
        word,
    }
}

/// Bytes as logs show them. The members of a longer list or dump are found too.
fn written(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let list = |between: &str, show: fn(&u8) -> String| {
        bytes.iter().map(show).collect::<Vec<_>>().join(between)
    };
    let upper: fn(&u8) -> String = |byte| format!("{byte:02X}");
    let lower: fn(&u8) -> String = |byte| format!("{byte:02x}");
    let mut all = vec![
        ("as numbers", list(", ", |byte| byte.to_string())),
        ("as numbers", list(",", |byte| byte.to_string())),
        ("in hexadecimal", list(", ", |byte| format!("0x{byte:02x}"))),
        ("in hexadecimal", list(", ", |byte| format!("0x{byte:02X}"))),
    ];
    for between in ["", " ", ":"] {
        all.push(("in hexadecimal", list(between, upper)));
        all.push(("in hexadecimal", list(between, lower)));
    }
    all
}

/// The characters that the bytes alone decide, wherever in the encoded text they begin.
fn base64(bytes: &[u8]) -> Vec<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |at: usize| {
        bytes
            .get(at / 8)
            .map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1))
    };
    [0, 2, 4]
        .into_iter()
        .map(|first| {
            let letters = (bytes.len() * 8 - first) / 6;
            let letter = |index: usize| {
                let value = (0..6).fold(0, |value, at| value << 1 | bit(first + index * 6 + at));
                char::from(LETTERS.get(value).copied().unwrap_or(b'='))
            };
            (0..letters).map(letter).collect()
        })
        .collect()
}

/// Whether no letter or digit stands before or behind, and it is neither the number of an exchanged file nor a length or a status word in
/// the card's own record: tests ask for every length and answer with every word, those included that look like a PIN.
fn stands_alone(line: &[u8], start: usize, end: usize) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let (before, after) = (
        line.get(..start).unwrap_or_default(),
        line.get(end..).unwrap_or_default(),
    );
    let numbers_a_file =
        (before.ends_with(b"req_") || before.ends_with(b"res_")) && after.starts_with(b".");
    let of_the_card = before
        .windows(OF_THE_CARD.len())
        .any(|words| words == OF_THE_CARD)
        && (after.starts_with(b" bytes, ")
            || after == b" expected"
            || before.ends_with(b" bytes, ") && after.is_empty());
    !part(before.last()) && !part(after.first()) && !numbers_a_file && !of_the_card
}
