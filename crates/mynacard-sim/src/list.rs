//! The list of people for humans (a table) and for programs (JSON).

use std::fmt::Write as _;

use mynacard_sim::{CertificateLife, Person, people};
use serde_json::{Value, json};

/// One line a person, columns by width as a terminal shows them.
pub(crate) fn table() -> String {
    let mut text = String::new();
    let mut line = |id: &str, pin: &str, password: &str, birth: &str, name: &str, about: &str| {
        let name = padded(&shortened(name), 18);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{id:<18} {pin:<5} {password:<8} {birth:<10} {name} {about}"
        );
    };
    line("id", "PIN", "password", "born", "name", "for");
    for person in people() {
        let name = person.name();
        let pin = person.pin().unwrap_or("-");
        let password = person.signature_password().unwrap_or("-");
        line(
            person.id(),
            pin,
            password,
            &person.birth().to_string(),
            name,
            person.about_en(),
        );
    }
    text.push_str("Synthetic people; PINs and keys are public knowledge.");
    text
}

/// An object with all people.
pub(crate) fn json() -> String {
    let people: Vec<Value> = people().iter().map(one).collect();
    format!("{:#}", json!({ "simulation": true, "people": people }))
}

fn one(person: &Person) -> Value {
    json!({
        "id": person.id(),
        "number": person.number(),
        "name": person.name(),
        "kana": person.kana(),
        "birth": person.birth().to_string(),
        "sex": person.sex().digit().to_string(),
        "address": person.address(),
        "pin": person.pin(),
        "pin_tries": person.authentication_tries(),
        "signature_password": person.signature_password(),
        "signature_password_tries": person.signature_tries(),
        "authentication_common_name": person.authentication_common_name(),
        "signature_common_name": person.signature_common_name(),
        "certificate": life(person.certificate()),
        "photo": person.has_photo(),
        "about_ja": person.about_ja(),
        "about_en": person.about_en(),
    })
}

fn life(life: CertificateLife) -> &'static str {
    match life {
        CertificateLife::Valid => "valid",
        CertificateLife::EndsSoon => "ends-soon",
        CertificateLife::Ended => "ended",
        CertificateLife::Expired => "expired",
        CertificateLife::Revoked => "revoked",
        _ => "other",
    }
}

/// Nine characters at most, the last an ellipsis where something is left out.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 9 {
        return name.to_owned();
    }
    name.chars().take(8).chain(['…']).collect()
}

/// Kanji and kana take two columns.
fn padded(text: &str, columns: usize) -> String {
    let width: usize = text
        .chars()
        .map(|letter| {
            if letter.is_ascii() || letter == '…' {
                1
            } else {
                2
            }
        })
        .sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(width)))
}
