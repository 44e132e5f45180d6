//! JSON from the program, and to it.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use mynacard::eligibility::{Date, DateTime};
use mynacard::guidance::{Guidance, Text};

use crate::buffer::{self, mynacard_buffer};
use crate::failure::Failure;
use crate::input::Out;
use crate::status::mynacard_status;

/// What a program asks for: one JSON object whose members are all known.
///
/// What is wrong with it is told by its place alone: the parser's own sentence would repeat a value.
pub(crate) fn ask<T: DeserializeOwned>(name: &'static str, bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        wrong(format!(
            "{name}: not the JSON expected, line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

/// A member that is well-formed JSON and all the same nothing that can be asked for.
pub(crate) fn wrong(what: impl Into<String>) -> Failure {
    Failure::new(mynacard_status::InvalidArgument, what)
}

/// A member that is one of a few names.
pub(crate) fn named<T: Copy>(
    member: &'static str,
    name: &str,
    known: &[(&str, T)],
) -> Result<T, Failure> {
    known
        .iter()
        .find(|(one, _)| *one == name)
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            wrong(format!("{member}: one of {}", names.join(", ")))
        })
}

/// A day written YYYYMMDD.
pub(crate) fn day(member: &'static str, text: &str) -> Result<Date, Failure> {
    Date::from_basic(text).ok_or_else(|| wrong(format!("{member}: a day is written YYYYMMDD")))
}

/// Today in Japan.
pub(crate) fn today() -> Result<Date, Failure> {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(DateTime::in_japan)
        .map(|now| now.date)
        .ok_or_else(|| Failure::new(mynacard_status::Environment, "this clock is not set"))
}

/// Writes a JSON document to the place for it.
pub(crate) fn hand_out(place: Out<*mut mynacard_buffer>, value: &Value) -> Result<(), Failure> {
    place.write(buffer(value)?);
    Ok(())
}

/// A JSON document in a buffer.
pub(crate) fn buffer(value: &Value) -> Result<*mut mynacard_buffer, Failure> {
    buffer::hand_out(Zeroizing::new(value.to_string().into_bytes()))
}

/// A sentence in both languages.
pub(crate) fn both(text: Text) -> Value {
    json!({ "ja": text.ja, "en": text.en })
}

/// What staff are told of a code, without its other proofs.
pub(crate) fn advice(entry: &Guidance) -> Value {
    json!({
        "code": entry.code,
        "staff": both(entry.staff),
        "next": both(entry.next),
        "patient": both(entry.patient),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Person {
        #[expect(dead_code)]
        age: u8,
    }

    #[test]
    fn what_is_wrong_is_told_without_the_value() {
        for text in [r#"{"age":"医療太郎"}"#, r#"{"age":1,"医療太郎":2}"#, "{"] {
            let failure = ask::<Person>("ask", text.as_bytes()).err().unwrap();
            assert_eq!(failure.status(), mynacard_status::InvalidArgument);
            let said = failure.chain().join(" ");
            assert!(said.contains("line 1 column"), "{said}");
            assert!(!said.contains("医療"), "{said}");
        }
        assert!(ask::<Person>("ask", br#"{"age":1}"#).is_ok());
    }

    #[test]
    fn a_name_is_one_of_those_known() {
        let known = [("one", 1), ("two", 2)];
        assert_eq!(named("number", "two", &known).ok(), Some(2));
        let failure = named("number", "三", &known).unwrap_err();
        assert_eq!(failure.chain(), ["number: one of one, two"]);
    }
}
