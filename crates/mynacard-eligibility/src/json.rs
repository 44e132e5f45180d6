//! The answer as JSON: the tags are the keys, lists are arrays, and nothing is lost.

use crate::message::Message;
use crate::section::{Child, Occurs};
use crate::xml::{Element, MAX_DEPTH, Node};
use crate::{Encoding, Error, ErrorKind, FieldId, Finding, FindingKind, Record, Section};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// Names the form, so that a later one can be told apart.
const SCHEMA: &str = "mynacard-answer/1";
/// Elements that the field table does not know.
const UNKNOWN: &str = "_unknown";
/// Attributes of a section.
const ATTRIBUTES: &str = "_attributes";

pub(crate) fn write(message: &Message) -> String {
    serde_json::to_string_pretty(message).expect("strings and lists always serialise")
}

pub(crate) fn read(json: &str) -> Result<Message, Error> {
    let value: Value = serde_json::from_str(json).map_err(|error| {
        let position = crate::Position {
            line: error.line() as u64,
            column: error.column() as u64,
        };
        malformed("JSON").at(position)
    })?;
    let object = value.as_object().ok_or_else(|| malformed("an object"))?;
    if object.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(malformed("\"schema\": \"mynacard-answer/1\""));
    }
    let mut message = Message::default();
    for (key, value) in object {
        match key.as_str() {
            "schema" => {}
            "encoding" => {
                let encoding = value.as_str().and_then(Encoding::from_name);
                message.encoding = encoding.ok_or_else(|| malformed("an encoding"))?;
            }
            "header" => message.header = record(Section::Header, value)?,
            "body" => message.body = record(Section::Body, value)?,
            ATTRIBUTES => message.attributes = attributes(value)?,
            UNKNOWN => {
                message.unknown = list(value)?
                    .iter()
                    .map(|value| element(value, 0))
                    .collect::<Result<_, _>>()?
            }
            "findings" => {
                message.findings = list(value)?.iter().map(finding).collect::<Result<_, _>>()?
            }
            _ => return Err(malformed("a known key of the message")),
        }
    }
    Ok(message)
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("encoding", self.encoding.name())?;
        if !self.attributes.is_empty() {
            map.serialize_entry(ATTRIBUTES, &self.attributes)?;
        }
        map.serialize_entry("header", &self.header)?;
        map.serialize_entry("body", &self.body)?;
        if !self.unknown.is_empty() {
            map.serialize_entry(UNKNOWN, &self.unknown)?;
        }
        if !self.findings.is_empty() {
            map.serialize_entry("findings", &self.findings)?;
        }
        map.end()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let layout = self.section().layout();
        let mut map = serializer.serialize_map(None)?;
        if !self.attributes.is_empty() {
            map.serialize_entry(ATTRIBUTES, &self.attributes)?;
        }
        for &field in layout.fields {
            if let Some(text) = self.raw(field) {
                map.serialize_entry(field.tag(), text)?;
            }
        }
        for (field, text) in self
            .values()
            .filter(|(field, _)| !layout.fields.contains(field))
        {
            map.serialize_entry(field.tag(), text)?;
        }
        for place in layout.children {
            let nested: Vec<&Record> = self.children(place.section).collect();
            match (place.section.layout().occurs, nested.first()) {
                (_, None) => {}
                (Occurs::Once, Some(only)) => map.serialize_entry(key(place), only)?,
                (Occurs::Many, Some(_)) => map.serialize_entry(key(place), &nested)?,
            }
        }
        if !self.unknown.is_empty() {
            map.serialize_entry(UNKNOWN, &self.unknown)?;
        }
        map.end()
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("tag", &self.tag)?;
        if !self.attributes.is_empty() {
            map.serialize_entry("attributes", &self.attributes)?;
        }
        map.serialize_entry("nodes", &self.nodes)?;
        map.end()
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Text(text) => serializer.serialize_str(text),
            Node::Element(element) => element.serialize(serializer),
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", self.kind.name())?;
        map.serialize_entry("path", &self.path)?;
        if let Some(field) = self.field {
            map.serialize_entry("field", field.tag())?;
        }
        map.end()
    }
}

fn key(place: &Child) -> &'static str {
    place.list.unwrap_or(place.section.tag())
}

fn record(section: Section, value: &Value) -> Result<Record, Error> {
    let object = value
        .as_object()
        .ok_or_else(|| malformed("an object for a section"))?;
    let mut record = Record::new(section);
    for (name, value) in object {
        if name == UNKNOWN {
            record.unknown = list(value)?
                .iter()
                .map(|value| element(value, 0))
                .collect::<Result<_, _>>()?;
        } else if name == ATTRIBUTES {
            record.attributes = attributes(value)?;
        } else if let Some(place) = section
            .layout()
            .children
            .iter()
            .find(|place| key(place) == name)
        {
            match place.section.layout().occurs {
                Occurs::Once => record.push(self::record(place.section, value)?),
                Occurs::Many => {
                    for value in list(value)? {
                        record.push(self::record(place.section, value)?);
                    }
                }
            }
        } else if let Some(field) = FieldId::from_tag(name) {
            record.insert(
                field,
                value
                    .as_str()
                    .ok_or_else(|| malformed("text for a field"))?,
            );
        } else {
            return Err(malformed("a tag of the field table"));
        }
    }
    Ok(record)
}

fn element(value: &Value, depth: usize) -> Result<Element, Error> {
    if depth > MAX_DEPTH {
        return Err(ErrorKind::TooDeep { limit: MAX_DEPTH }.into());
    }
    let object = value
        .as_object()
        .ok_or_else(|| malformed("an object for an element"))?;
    let tag = object
        .get("tag")
        .and_then(Value::as_str)
        .ok_or_else(|| malformed("an element's tag"))?
        .to_owned();
    let mut element = Element {
        tag,
        attributes: Vec::new(),
        nodes: Vec::new(),
    };
    if let Some(value) = object.get("attributes") {
        element.attributes = attributes(value)?;
    }
    for node in list(
        object
            .get("nodes")
            .ok_or_else(|| malformed("an element's nodes"))?,
    )? {
        element.nodes.push(match node.as_str() {
            Some(text) => Node::Text(text.to_owned()),
            None => Node::Element(self::element(node, depth + 1)?),
        });
    }
    Ok(element)
}

fn finding(value: &Value) -> Result<Finding, Error> {
    let object: &Map<String, Value> = value
        .as_object()
        .ok_or_else(|| malformed("an object for a finding"))?;
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let kind = text("kind")
        .and_then(FindingKind::from_name)
        .ok_or_else(|| malformed("a kind of finding"))?;
    let field = match text("field") {
        Some(tag) => {
            Some(FieldId::from_tag(tag).ok_or_else(|| malformed("a tag of the field table"))?)
        }
        None => None,
    };
    Ok(Finding {
        kind,
        path: text("path").unwrap_or_default().to_owned(),
        field,
    })
}

fn attributes(value: &Value) -> Result<Vec<(String, String)>, Error> {
    list(value)?
        .iter()
        .map(|pair| match pair.as_array().map(Vec::as_slice) {
            Some([Value::String(name), Value::String(value)]) => Ok((name.clone(), value.clone())),
            _ => Err(malformed("pairs of texts for attributes")),
        })
        .collect()
}

fn list(value: &Value) -> Result<&Vec<Value>, Error> {
    value.as_array().ok_or_else(|| malformed("a list"))
}

fn malformed(expected: &'static str) -> Error {
    ErrorKind::MalformedJson { expected }.into()
}
