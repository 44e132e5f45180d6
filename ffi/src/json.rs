//! JSON from the program, and to it.

use std::io;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zeroize::{Zeroize, Zeroizing};

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
pub(crate) fn hand_out(place: Out<*mut mynacard_buffer>, value: Value) -> Result<(), Failure> {
    place.write(buffer(value)?);
    Ok(())
}

/// A JSON document in a buffer. Many are about a person: nothing of it stays behind.
pub(crate) fn buffer(value: Value) -> Result<*mut mynacard_buffer, Failure> {
    buffer::hand_out(written(value))
}

/// A document as text, in memory that is wiped; what it was made of is wiped already.
pub(crate) fn written(mut value: Value) -> Zeroizing<Vec<u8>> {
    struct Length(usize);
    impl io::Write for Length {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    // Room for all of it at once: a buffer that grows leaves copies of itself.
    let mut length = Length(0);
    let _ = serde_json::to_writer(&mut length, &value);
    let mut text = Zeroizing::new(Vec::with_capacity(length.0));
    let _ = serde_json::to_writer(&mut *text, &value);
    wipe(&mut value);
    text
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
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
    fn a_document_is_written_into_room_that_was_there() {
        let value =
            json!({ "name": "医療　太郎", "all": [1, true, null, { "address": "\"東京" }] });
        let expected = value.to_string();
        let text = written(value);
        assert_eq!(text.as_slice(), expected.as_bytes());
        assert_eq!(text.capacity(), text.len());

        let mut value = json!({ "name": "医療　太郎", "all": ["東京"] });
        let places: Vec<_> = [&value["name"], &value["all"][0]]
            .map(|text| text.as_str().unwrap().as_bytes().as_ptr_range())
            .into();
        wipe(&mut value);
        assert_eq!(value, json!({ "name": "", "all": [""] }));
        for place in places {
            // SAFETY: the strings are empty now, and still hold the memory that they had.
            let left = unsafe {
                std::slice::from_raw_parts(place.start, place.end as usize - place.start as usize)
            };
            assert!(left.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_name_is_one_of_those_known() {
        let known = [("one", 1), ("two", 2)];
        assert_eq!(named("number", "two", &known).ok(), Some(2));
        let failure = named("number", "三", &known).unwrap_err();
        assert_eq!(failure.chain(), ["number: one of one, two"]);
    }
}
