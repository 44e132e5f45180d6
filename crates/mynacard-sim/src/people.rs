//! The simulated people, read from `data/people.json`: who they are, what their card holds, which PINs they know.

mod facts;

use std::sync::OnceLock;

use serde::Deserialize;

pub use facts::{BirthDate, CertificateLife, Sex};

/// One synthetic person. Nobody of this name lives at this address.
///
/// ```
/// let person = mynacard_sim::person("kyokai-self").expect("the list holds her");
/// assert_eq!(person.pin(), Some("1234"));
/// assert_eq!(person.authentication_common_name(), "SIM0000000001A");
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    #[serde(skip)]
    number: u16,
    id: String,
    name: String,
    kana: String,
    birth: BirthDate,
    sex: Sex,
    municipality: String,
    #[serde(skip)]
    place: Place,
    address: String,
    pin: Option<String>,
    signature_password: Option<String>,
    about_ja: String,
    about_en: String,
    #[serde(default)]
    certificate: CertificateLife,
    #[serde(default)]
    authentication_tries: Option<u8>,
    #[serde(default = "yes")]
    photo: bool,
    #[serde(default)]
    name_substituted: Option<String>,
}

/// All people, in the order of their numbers.
///
/// # Panics
///
/// Never: the list is compiled in and a test reads it.
#[must_use]
pub fn people() -> &'static [Person] {
    static PEOPLE: OnceLock<Vec<Person>> = OnceLock::new();
    PEOPLE.get_or_init(|| read().expect("data/people.json is compiled in and a test reads it"))
}

/// The person of this id, such as `kyokai-self`.
#[must_use]
pub fn person(id: &str) -> Option<&'static Person> {
    people().iter().find(|person| person.id == id)
}

impl Person {
    /// The number from 1 that the common names carry.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The id by which tests and programs name this person.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Name as on the card; its parts are separated by U+3000.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name in full-width katakana. The card does not hold it.
    #[must_use]
    pub fn kana(&self) -> &str {
        &self.kana
    }

    /// The same keys and PINs under another name.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self.name_substituted = None;
        self
    }

    /// The same person elsewhere.
    #[must_use]
    pub fn with_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// The same person with a card of another municipality, by its five digits. The names in Latin letters stay as they are.
    #[must_use]
    pub fn with_municipality(mut self, code: &str) -> Self {
        code.clone_into(&mut self.municipality);
        self
    }

    /// The same person born on another day.
    #[must_use]
    pub fn with_birth(mut self, birth: BirthDate) -> Self {
        self.birth = birth;
        self
    }

    /// The same person with another PIN.
    #[must_use]
    pub fn with_pin(mut self, pin: &str) -> Self {
        self.pin = Some(pin.to_owned());
        self
    }

    /// Date of birth.
    #[must_use]
    pub fn birth(&self) -> BirthDate {
        self.birth
    }

    /// Sex as registered.
    #[must_use]
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// Address as on the card.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Five-digit code of the municipality (市区町村コード) that issued the card.
    #[must_use]
    pub fn municipality(&self) -> &str {
        &self.municipality
    }

    /// Prefecture in Latin letters, as JPKI writes it: `Tokyo-to`.
    #[must_use]
    pub fn prefecture(&self) -> &str {
        &self.place.prefecture
    }

    /// Municipality in Latin letters, as JPKI writes it: `Chiyoda-ku`.
    #[must_use]
    pub fn city(&self) -> &str {
        &self.place.city
    }

    /// The four digits of the user authentication PIN; none on a card that never had one (顔認証マイナンバーカード).
    #[must_use]
    pub fn pin(&self) -> Option<&str> {
        self.pin.as_deref()
    }

    /// The password of the signature key; none where no signature certificate was issued.
    #[must_use]
    pub fn signature_password(&self) -> Option<&str> {
        self.signature_password.as_deref()
    }

    /// Tries left for the PIN when the card is handed out: three, unless the person is about a blocked PIN.
    #[must_use]
    pub fn authentication_tries(&self) -> u8 {
        if self.pin.is_none() {
            0
        } else {
            self.authentication_tries.unwrap_or(3)
        }
    }

    /// Tries left for the signature password when the card is handed out.
    #[must_use]
    pub fn signature_tries(&self) -> u8 {
        if self.signature_password.is_none() {
            0
        } else {
            5
        }
    }

    /// Where in its life the certificate stands on the day of the test.
    #[must_use]
    pub fn certificate(&self) -> CertificateLife {
        self.certificate
    }

    /// Whether the card shows a photo; an infant's does not.
    #[must_use]
    pub fn has_photo(&self) -> bool {
        self.photo
    }

    /// One digit per character of the name: 1 where the register's character was substituted.
    #[must_use]
    pub fn name_substituted(&self) -> String {
        self.name_substituted
            .clone()
            .unwrap_or_else(|| "0".repeat(self.name.chars().count()))
    }

    /// One digit per character of the address, likewise.
    #[must_use]
    pub fn address_substituted(&self) -> String {
        "0".repeat(self.address.chars().count())
    }

    /// What this person is for, in Japanese.
    #[must_use]
    pub fn about_ja(&self) -> &str {
        &self.about_ja
    }

    /// What this person is for, in English.
    #[must_use]
    pub fn about_en(&self) -> &str {
        &self.about_en
    }

    /// Common name in the user authentication certificate.
    #[must_use]
    pub fn authentication_common_name(&self) -> String {
        format!("SIM{:010}A", self.number)
    }

    /// Common name in the digital signature certificate.
    #[must_use]
    pub fn signature_common_name(&self) -> String {
        format!("SIM{:010}S", self.number)
    }
}

/// Prefecture and municipality in Latin letters.
#[derive(Debug, Clone, Default, Deserialize)]
struct Place {
    prefecture: String,
    city: String,
}

fn yes() -> bool {
    true
}

fn read() -> Result<Vec<Person>, serde_json::Error> {
    #[derive(Deserialize)]
    struct File {
        municipalities: std::collections::BTreeMap<String, Place>,
        people: Vec<Person>,
    }
    let mut file: File = serde_json::from_str(include_str!("../data/people.json"))?;
    for (person, number) in file.people.iter_mut().zip(1..) {
        person.number = number;
        person.place = file
            .municipalities
            .get(&person.municipality)
            .cloned()
            .ok_or_else(|| {
                serde::de::Error::custom("a municipality that the file does not name")
            })?;
    }
    Ok(file.people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_38_people_are_there_with_unique_ids() {
        let mut ids: Vec<_> = people().iter().map(Person::id).collect();
        assert_eq!(ids.len(), 38);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 38);
    }

    #[test]
    fn flags_of_substitution_match_the_name_length() {
        for person in people() {
            assert_eq!(
                person.name_substituted().len(),
                person.name().chars().count(),
                "{}",
                person.id()
            );
        }
    }
}
