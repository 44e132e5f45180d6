//! The answer as lines for people: labels of the field table, dates in both calendars, codes in words.

use crate::field::Kind;
use crate::message::Message;
use crate::xml::{Element, Node};
use crate::{Date, DateTime, FieldId, Record, Section};

/// The language of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Japanese.
    #[default]
    Japanese,
    /// English.
    English,
}

pub(crate) fn write(message: &Message, language: Language) -> String {
    let mut out = String::new();
    section(&mut out, &message.header, language);
    section(&mut out, &message.body, language);
    for element in &message.unknown {
        unknown(&mut out, element);
    }
    out
}

/// A field's value in words: `1980-04-01（昭和55年4月1日）`, `有効 [1]`, `3割` (in English `30%`).
pub(crate) fn value(field: FieldId, text: &str, language: Language) -> String {
    match field.field().kind {
        Kind::Date => match (Date::from_basic(text), language) {
            (Some(date), Language::Japanese) => format!("{date}（{}）", date.japanese()),
            (Some(date), Language::English) => format!("{date} ({})", date.japanese()),
            (None, _) => text.to_owned(),
        },
        Kind::DateTime => {
            DateTime::from_basic(text).map_or_else(|| text.to_owned(), |time| time.to_string())
        }
        Kind::Code(table) => match table.entry(text) {
            Some(entry) => format!(
                "{} [{text}]",
                if language == Language::Japanese {
                    entry.label_ja
                } else {
                    entry.label_en
                }
            ),
            None => format!("[{text}]"),
        },
        Kind::Percent => match text.parse::<u8>() {
            // The desk speaks of tenths.
            Ok(percent)
                if text.len() == 3
                    && language == Language::Japanese
                    && percent > 0
                    && percent % 10 == 0 =>
            {
                format!("{}割", percent / 10)
            }
            Ok(percent) if text.len() == 3 => format!("{percent}%"),
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

fn section(out: &mut String, record: &Record, language: Language) {
    let layout = record.section().layout();
    for &field in layout.fields {
        line(out, record, field, language);
        for place in layout
            .children
            .iter()
            .filter(|place| place.after == Some(field))
        {
            nested(out, record, place.section, language);
        }
    }
    for (field, _) in record
        .values()
        .filter(|(field, _)| !layout.fields.contains(field))
    {
        line(out, record, field, language);
    }
    for place in layout.children.iter().filter(|place| place.after.is_none()) {
        nested(out, record, place.section, language);
    }
    for element in &record.unknown {
        unknown(out, element);
    }
}

fn nested(out: &mut String, record: &Record, section: Section, language: Language) {
    let count = record.count(section);
    for (index, child) in record.children(section).enumerate() {
        let number = if count > 1 {
            format!(" {}/{count}", index + 1)
        } else {
            String::new()
        };
        out.push_str(&match language {
            Language::Japanese => format!("【{}{number}】\n", section.label_ja()),
            Language::English => format!("[{}{number}]\n", section.label_en()),
        });
        self::section(out, child, language);
    }
}

fn line(out: &mut String, record: &Record, field: FieldId, language: Language) {
    let Some(text) = record.text(field) else {
        return;
    };
    let text = value(field, text, language);
    out.push_str(&match language {
        Language::Japanese => format!("{}：{text}\n", field.field().label_ja),
        Language::English => format!("{}: {text}\n", field.field().label_en),
    });
}

/// What nobody knows is shown as it is.
fn unknown(out: &mut String, element: &Element) {
    let mut texts = Vec::new();
    collect(element, &mut texts);
    out.push_str(&format!("{}: {}\n", element.tag, texts.join(" / ")));
}

fn collect<'a>(element: &'a Element, texts: &mut Vec<&'a str>) {
    for node in &element.nodes {
        match node {
            Node::Text(text) => texts.extend(Some(text.trim()).filter(|text| !text.is_empty())),
            Node::Element(nested) => collect(nested, texts),
        }
    }
}
