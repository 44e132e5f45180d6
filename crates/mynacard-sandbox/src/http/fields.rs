//! A JSON object taken apart member by member, so that every complaint names its field.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{hex, http::Refusal};

/// The members of an object that nobody has taken yet.
pub(crate) struct Fields {
    members: Map<String, Value>,
    prefix: String,
}

impl Fields {
    /// Parses an object; `prefix` goes before its members' names in complaints.
    pub(crate) fn parse(bytes: &[u8], prefix: &str) -> Result<Self, Refusal> {
        let name = if prefix.is_empty() { "body" } else { prefix };
        let Unambiguous(value) = serde_json::from_slice(bytes)
            .map_err(|_| Refusal::malformed(name, "not a JSON document without repeated names"))?;
        Self::new(value, prefix)
    }

    fn new(value: Value, prefix: &str) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => Ok(Self {
                members,
                prefix: prefix.to_owned(),
            }),
            _ => Err(Refusal::malformed(
                if prefix.is_empty() { "body" } else { prefix },
                "not a JSON object",
            )),
        }
    }

    /// The full name of a member, as complaints give it.
    pub(crate) fn name(&self, member: &str) -> String {
        if self.prefix.is_empty() {
            member.to_owned()
        } else {
            format!("{}.{member}", self.prefix)
        }
    }

    /// A complaint about a member.
    pub(crate) fn refuse(&self, member: &str, detail: &'static str) -> Refusal {
        Refusal::malformed(self.name(member), detail)
    }

    /// A text of 1 to `longest` characters.
    pub(crate) fn text(&mut self, member: &str, longest: usize) -> Result<String, Refusal> {
        match self.take(member)? {
            Value::String(text) if text.is_empty() => Err(self.refuse(member, "empty")),
            Value::String(text) if text.chars().count() > longest => {
                Err(self.refuse(member, "too long"))
            }
            Value::String(text) => Ok(text),
            _ => Err(self.refuse(member, "not a string")),
        }
    }

    /// A text that may be absent or null.
    pub(crate) fn optional_text(
        &mut self,
        member: &str,
        longest: usize,
    ) -> Result<Option<String>, Refusal> {
        if self.is_absent(member) {
            return Ok(None);
        }
        self.text(member, longest).map(Some)
    }

    /// A text that keeps a rule; `expected` says which.
    pub(crate) fn ruled(
        &mut self,
        member: &str,
        longest: usize,
        rule: impl Fn(&str) -> bool,
        expected: &'static str,
    ) -> Result<String, Refusal> {
        let text = self.text(member, longest)?;
        if rule(&text) {
            Ok(text)
        } else {
            Err(self.refuse(member, expected))
        }
    }

    /// Something that has to be agreed to.
    pub(crate) fn agreed(&mut self, member: &str) -> Result<(), Refusal> {
        if self.boolean(member)? {
            Ok(())
        } else {
            Err(self.refuse(member, "has to be agreed to"))
        }
    }

    /// An array of 1 to `longest` objects, each naming its members `member[index].…`.
    pub(crate) fn objects(&mut self, member: &str, longest: usize) -> Result<Vec<Self>, Refusal> {
        let items = self.list(member, longest)?;
        if items.is_empty() {
            return Err(self.refuse(member, "empty"));
        }
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| Self::new(item, &self.name(&format!("{member}[{index}]"))))
            .collect()
    }

    /// An array of 1 or more distinct texts out of a set.
    pub(crate) fn choices<T: PartialEq>(
        &mut self,
        member: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Refusal> {
        let mut out = Vec::new();
        for item in self.list(member, 32)? {
            let value = item
                .as_str()
                .and_then(&parse)
                .filter(|value| !out.contains(value))
                .ok_or_else(|| self.refuse(member, "not distinct known values"))?;
            out.push(value);
        }
        if out.is_empty() {
            return Err(self.refuse(member, "empty"));
        }
        Ok(out)
    }

    /// A text that names one of a set.
    pub(crate) fn choice<T>(
        &mut self,
        member: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Refusal> {
        let text = self.text(member, 64)?;
        parse(&text).ok_or_else(|| self.refuse(member, "not one of the known values"))
    }

    /// Exactly `digits` lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, member: &str, digits: usize) -> Result<String, Refusal> {
        let text = self.text(member, digits)?;
        if hex::is_hex(&text, digits) {
            Ok(text)
        } else {
            Err(self.refuse(member, "not lower-case hexadecimal of the right length"))
        }
    }

    /// 1 to `longest` bytes in standard base64 with padding.
    pub(crate) fn base64(&mut self, member: &str, longest: usize) -> Result<Vec<u8>, Refusal> {
        let text = self.text(member, longest.div_ceil(3) * 4)?;
        match STANDARD.decode(&text) {
            Ok(bytes) if bytes.len() <= longest => Ok(bytes),
            Ok(_) => Err(self.refuse(member, "too long")),
            Err(_) => Err(self.refuse(member, "not base64 with padding")),
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, member: &str) -> Result<bool, Refusal> {
        match self.take(member)? {
            Value::Bool(value) => Ok(value),
            _ => Err(self.refuse(member, "not true or false")),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn integer(
        &mut self,
        member: &str,
        bounds: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, Refusal> {
        match self.take(member)?.as_i64() {
            Some(value) if bounds.contains(&value) => Ok(value),
            Some(_) => Err(self.refuse(member, "out of bounds")),
            None => Err(self.refuse(member, "not a whole number")),
        }
    }

    /// An array of at most `longest` members.
    pub(crate) fn list(&mut self, member: &str, longest: usize) -> Result<Vec<Value>, Refusal> {
        match self.take(member)? {
            Value::Array(items) if items.len() <= longest => Ok(items),
            Value::Array(_) => Err(self.refuse(member, "too many")),
            _ => Err(self.refuse(member, "not an array")),
        }
    }

    /// An object inside, or `None` for null or nothing.
    pub(crate) fn optional_object(&mut self, member: &str) -> Result<Option<Self>, Refusal> {
        if self.is_absent(member) {
            return Ok(None);
        }
        let value = self.take(member)?;
        Self::new(value, &self.name(member)).map(Some)
    }

    /// Takes a null or absent member away and says whether it was one.
    pub(crate) fn is_absent(&mut self, member: &str) -> bool {
        match self.members.get(member) {
            None => true,
            Some(Value::Null) => {
                self.members.remove(member);
                true
            }
            Some(_) => false,
        }
    }

    /// Refuses members that nobody took.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(member) => Err(self.refuse(member, "unknown member")),
        }
    }

    fn take(&mut self, member: &str) -> Result<Value, Refusal> {
        self.members
            .remove(member)
            .ok_or_else(|| self.refuse(member, "missing"))
    }
}

/// JSON in which no object repeats a name: two readers must not see two different requests.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated names")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        let mut out = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            out.push(item);
        }
        Ok(Unambiguous(Value::Array(out)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unambiguous, A::Error> {
        let mut out = Map::new();
        while let Some((name, Unambiguous(value))) = members.next_entry::<String, Unambiguous>()? {
            if out.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("repeated name"));
            }
        }
        Ok(Unambiguous(Value::Object(out)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn field(result: Result<impl Sized, Refusal>) -> String {
        let body = result.err().expect("refused").body();
        body["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn complaints_name_the_field() {
        let mut fields = Fields::parse(br#"{"a":1,"b":"","c":"AB","d":{"e":2}}"#, "").unwrap();
        assert_eq!(field(fields.text("a", 5)), "a");
        assert_eq!(field(fields.text("b", 5)), "b");
        assert_eq!(field(fields.hex("c", 2)), "c");
        assert_eq!(field(fields.text("missing", 5)), "missing");
        let inner = fields.optional_object("d").unwrap().unwrap();
        assert_eq!(field(inner.finish()), "d.e");
    }

    #[test]
    fn repeated_names_are_refused_at_every_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
        ] {
            assert_eq!(field(Fields::parse(text.as_bytes(), "")), "body");
        }
        assert_eq!(field(Fields::parse(b"[]", "request")), "request");
        assert_eq!(field(Fields::parse(&[b'['; 5000], "")), "body");
    }

    #[test]
    fn base64_is_strict() {
        for text in ["AAA", "AA=A", "AAAA\n", "____"] {
            let body = serde_json::json!({ "x": text }).to_string();
            let mut fields = Fields::parse(body.as_bytes(), "").unwrap();
            assert_eq!(field(fields.base64("x", 100)), "x", "{text}");
        }
    }
}
