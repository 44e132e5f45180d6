//! Who may sign what is on a card, as the program says it: no key of real cards is public.

use mynacard::cert::Hierarchy;
use mynacard::cert::record::{CardAuthorities, CardAuthority};
use serde::Deserialize;

use crate::failure::Failure;
use crate::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Authorities {
    hierarchy: String,
    keys: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    id: String,
    modulus: String,
    exponent: String,
}

/// More generations of keys than there will ever be.
const MOST: usize = 64;

/// The authorities of a JSON document.
pub(crate) fn read(bytes: &[u8]) -> Result<CardAuthorities, Failure> {
    const HIERARCHIES: &[(&str, Hierarchy)] = &[
        ("production", Hierarchy::Production),
        ("test", Hierarchy::JpkiTest),
        ("simulation", Hierarchy::Simulation),
    ];
    let asked: Authorities = json::ask("authorities", bytes)?;
    let hierarchy = json::named("authorities.hierarchy", &asked.hierarchy, HIERARCHIES)?;
    if asked.keys.len() > MOST {
        return Err(json::wrong("authorities.keys: too many"));
    }
    let mut known = CardAuthorities::new(hierarchy);
    for key in &asked.keys {
        let id = hex(&key.id)?
            .try_into()
            .map_err(|_| json::wrong("authorities.keys.id: sixteen bytes"))?;
        let authority =
            CardAuthority::new(hierarchy, id, &hex(&key.modulus)?, &hex(&key.exponent)?)?;
        known = known.with(authority)?;
    }
    Ok(known)
}

fn hex(text: &str) -> Result<Vec<u8>, Failure> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok())
        .collect();
    bytes
        .filter(|_| rest.is_empty())
        .ok_or_else(|| json::wrong("authorities.keys: hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::mynacard_status;

    #[test]
    fn what_is_no_key_is_refused() {
        let document = |hierarchy: &str, id: &str, modulus: &str| {
            format!(
                r#"{{"hierarchy":"{hierarchy}","keys":[{{"id":"{id}","modulus":"{modulus}","exponent":"010001"}}]}}"#
            )
        };
        let id = "00".repeat(16);
        let modulus = "C1".repeat(256);
        assert!(read(document("production", &id, &modulus).as_bytes()).is_ok());
        for (hierarchy, id, modulus) in [
            ("other", id.as_str(), modulus.as_str()),
            ("production", "00", &modulus),
            ("production", &id, "C"),
            ("production", &id, "XY"),
        ] {
            let failure = read(document(hierarchy, id, modulus).as_bytes()).unwrap_err();
            assert_eq!(failure.status(), mynacard_status::InvalidArgument);
        }
        let short = read(document("production", &id, "C1").as_bytes()).unwrap_err();
        assert!(short.code().starts_with("MC-3"), "{}", short.code());
    }
}
