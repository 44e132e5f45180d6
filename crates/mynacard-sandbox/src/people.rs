//! The synthetic people's insurance, read from `data/insurance.json`. Nobody of them exists.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// One person as the register of insurance knows her.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) id: String,
    // The copy that has to agree with the card's side; a test compares them.
    #[allow(dead_code)]
    name: String,
    #[allow(dead_code)]
    kana: String,
    #[allow(dead_code)]
    birth: String,
    #[allow(dead_code)]
    sex: String,
    #[allow(dead_code)]
    address: String,
    /// Whether the card is registered as an insurance card (利用登録).
    #[serde(default = "yes")]
    pub(crate) registered: bool,
    #[serde(default)]
    pub(crate) revocation: Revocation,
    /// 資格有効性, table 006.
    pub(crate) validity: String,
    /// 処方箋発行形態, table 017.
    #[serde(default)]
    pub(crate) prescription: Option<String>,
    pub(crate) results: Vec<Insurance>,
}

/// What the issuer would say about the card's certificate.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub(crate) enum Revocation {
    Revoked {
        reason: String,
    },
    #[default]
    Good,
}

/// Fields by their tag; a text that begins with `@` is reckoned from the day of the check.
pub(crate) type Texts = BTreeMap<String, String>;

/// One insurance of a person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Insurance {
    pub(crate) fields: Texts,
    /// 高齢受給者証.
    #[serde(default)]
    pub(crate) elderly: Option<Texts>,
    /// 限度額適用認定証, shown where the patient agrees.
    #[serde(default)]
    pub(crate) limit: Option<Texts>,
    /// She never agrees, whatever the terminal says.
    #[serde(default)]
    pub(crate) withholds: bool,
    /// 特定疾病療養受療証, shown where the patient agrees.
    #[serde(default)]
    pub(crate) diseases: Vec<Texts>,
    /// 医療券・調剤券.
    #[serde(default)]
    pub(crate) tickets: Vec<Texts>,
    /// 地方公費, in an element that the field table does not know.
    #[serde(default)]
    pub(crate) local: Option<Local>,
}

/// A local public expense (地方公費): its numbers need not keep any check digit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Local {
    pub(crate) payer: String,
    pub(crate) recipient: String,
}

/// Everybody, in the order of the numbers that the cards' common names carry.
pub(crate) fn all() -> &'static [Person] {
    static PEOPLE: OnceLock<Vec<Person>> = OnceLock::new();
    PEOPLE.get_or_init(|| read().expect("data/insurance.json is compiled in and a test reads it"))
}

/// The person whose authentication certificate bears this common name: `SIM`, ten digits, `A`.
pub(crate) fn by_common_name(name: &str) -> Option<&'static Person> {
    let digits = name.strip_prefix("SIM")?.strip_suffix('A')?;
    if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    by_number(digits.parse().ok()?)
}

/// The person of this number, from 1.
pub(crate) fn by_number(number: i64) -> Option<&'static Person> {
    all().get(usize::try_from(number.checked_sub(1)?).ok()?)
}

impl Person {
    /// Her number, from 1.
    pub(crate) fn number(&self) -> i64 {
        let index = all().iter().position(|person| person.id == self.id);
        index
            .and_then(|index| i64::try_from(index + 1).ok())
            .unwrap_or(0)
    }
}

fn read() -> Result<Vec<Person>, serde_json::Error> {
    #[derive(Deserialize)]
    struct File {
        people: Vec<Person>,
    }
    serde_json::from_str::<File>(include_str!("../data/insurance.json")).map(|file| file.people)
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_reads_and_numbers_find_people() {
        assert_eq!(all().len(), 38);
        assert_eq!(by_common_name("SIM0000000001A").unwrap().id, "kyokai-self");
        assert_eq!(by_common_name("SIM0000000038A").unwrap().id, "checkup-b");
        for name in [
            "SIM0000000000A",
            "SIM0000000039A",
            "SIM0000000001S",
            "SIM1A",
            "",
            "SIM+000000001A",
        ] {
            assert!(by_common_name(name).is_none(), "{name}");
        }
    }

    #[test]
    fn one_certificate_is_revoked_and_one_card_not_registered() {
        let revoked: Vec<_> = all()
            .iter()
            .filter(|person| person.revocation != Revocation::Good)
            .map(|person| person.id.as_str())
            .collect();
        assert_eq!(revoked, ["cert-revoked"]);
        let unregistered: Vec<_> = all()
            .iter()
            .filter(|person| !person.registered)
            .map(|person| person.id.as_str())
            .collect();
        assert_eq!(unregistered, ["unregistered"]);
    }
}
