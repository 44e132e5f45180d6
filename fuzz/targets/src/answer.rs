//! Insurance answers, their encodings and the values in them.

use crate::errors::noted;
use mynacard_eligibility::identifier::InsurerNumber;
use mynacard_eligibility::{
    Answer, Date, DateTime, Encoding, FieldId, Language, Message, Section, Unmappable, Validity,
    XmlOptions,
};

/// What is read from XML can be shown, written and read again without a change.
pub(crate) fn xml(data: &[u8]) {
    let data = &*crate::grown_to(data, 1 << 21);
    let Ok(answer) = noted(Answer::read_xml(data)) else {
        return;
    };
    // What repetition made long is read once.
    if data.len() > 1 << 20 {
        return;
    }
    show(&answer);
    let options = XmlOptions {
        encoding: Encoding::Utf8,
        unmappable: Unmappable::Refuse,
    };
    let written = answer
        .write_xml(&options)
        .expect("UTF-8 has every character that was read");
    let again = Answer::read_xml(&written).expect("what we write, we read");
    assert_eq!(
        answer.results().len(),
        again.results().len(),
        "a result was lost in writing"
    );
    let twice = again.write_xml(&options).expect("it was written once");
    assert_eq!(written, twice, "writing is not stable");
    for unmappable in [
        Unmappable::Refuse,
        Unmappable::Replace,
        Unmappable::CharacterReference,
    ] {
        let _ = answer.write_xml(&XmlOptions {
            encoding: Encoding::ShiftJis,
            unmappable,
        });
    }
    crate::insurance::shapes(&answer);
}

/// The same from JSON.
pub(crate) fn json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(answer) = noted(Answer::from_json(text)) else {
        return;
    };
    show(&answer);
    if let Ok(written) = answer.write_xml(&XmlOptions::default()) {
        let again = Answer::read_xml(&written).expect("what we write, we read");
        let twice = again.write_xml(&XmlOptions::default());
        assert_eq!(twice.ok(), Some(written), "writing is not stable");
    }
    crate::insurance::shapes(&answer);
}

/// Decoding and encoding are inverse to each other wherever CP932 has one code for a character.
pub(crate) fn cp932(data: &[u8]) {
    let _ = noted(Encoding::Utf8.decode(data));
    if let Ok(text) = noted(Encoding::ShiftJis.decode(data)) {
        let written = Encoding::ShiftJis
            .encode(&text, Unmappable::Refuse)
            .expect("what was decoded can be encoded");
        assert!(written.changed.is_empty());
        let again = Encoding::ShiftJis
            .decode(&written.bytes)
            .expect("what was encoded can be decoded");
        assert_eq!(again, text, "a character changed");
    }
    let text = String::from_utf8_lossy(data);
    if let Ok(replaced) = Encoding::ShiftJis.encode(&text, Unmappable::Replace) {
        let again = Encoding::ShiftJis
            .decode(&replaced.bytes)
            .expect("what was encoded can be decoded");
        assert_eq!(
            again.chars().count(),
            text.chars().count(),
            "a character was lost"
        );
        // What is noted of a text is where, never what.
        let shown = format!("{replaced:?}");
        let mut changed = replaced.changed.iter();
        assert!(!changed.any(|place| shown.contains(place.character)));
    }
    for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
        let name = encoding.to_string();
        assert_eq!(Encoding::from_name(&name), Some(encoding), "{name}");
    }
    let _ = Encoding::ShiftJis.encode(&text, Unmappable::CharacterReference);
    let _ = noted(Encoding::ShiftJis.encode(&text, Unmappable::Refuse));
}

/// Dates are written as they were read, and their arithmetic ends at their bounds.
pub(crate) fn date(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(date) = Date::from_basic(&text) {
        assert_eq!(date.basic(), text);
        assert_eq!(
            Date::from_days_since_epoch(date.days_since_epoch()),
            Some(date)
        );
        let _ = (date.japanese(), date.to_string());
        let again = Date::new(date.year(), date.month(), date.day());
        assert_eq!(again, Some(date));
        let era = date.era().map(|(era, year)| (era.kanji(), year));
        assert_eq!(era, era_of(date), "{date}");
        if let Some((era, year)) = date.era() {
            // As people write it, in both alphabets of the era.
            let (month, day) = (date.month(), date.day());
            let first = if year == 1 { "元" } else { &year.to_string() };
            for written in [
                format!("{}{year}年{month}月{day}日", era.kanji()),
                format!("{}{first}年{month}月{day}日", era.kanji()),
                format!("{}{year}.{month}.{day}", era.initial()),
            ] {
                assert_eq!(Date::from_japanese(&written), Some(date), "{written}");
            }
            // A year of the era that ended before the day is none.
            let mut before = ERAS.iter().skip_while(|(name, _)| *name != era.kanji());
            if let Some((name, from)) = before.nth(1) {
                let year = u32::from(date.year()) - from / 10_000 + 1;
                let written = format!("{name}{year}年{month}月{day}日");
                assert_eq!(Date::from_japanese(&written), None, "{written}");
            }
        }
    }
    if let Some(date) = Date::from_japanese(&text) {
        assert_eq!(Date::from_basic(&date.basic()), Some(date));
    }
    match text.parse::<Date>() {
        Ok(date) => {
            for written in [date.basic(), date.to_string(), date.japanese()] {
                assert_eq!(written.parse(), Ok(date), "{written}");
            }
        }
        Err(error) => crate::errors::read(&error),
    }
    if let Some(time) = DateTime::from_basic(&text) {
        assert_eq!(DateTime::from_basic(&time.basic()), Some(time));
    }
    if let Some(bytes) = data.first_chunk::<8>() {
        let _ = DateTime::in_japan(i64::from_be_bytes(*bytes)).map(|time| time.basic());
        let [a, b, c, d, ..] = *bytes;
        let days = i32::from_be_bytes([a, b, c, d]);
        let _ = Date::from_days_since_epoch(days)
            .and_then(|date| date.plus_days(days))
            .map(Date::japanese);
    }
}

/// The eras with their first days, the latest first.
const ERAS: [(&str, u32); 5] = [
    ("令和", 20190501),
    ("平成", 19890108),
    ("昭和", 19261225),
    ("大正", 19120730),
    ("明治", 18680125),
];

/// The era of a day and the year in it.
fn era_of(date: Date) -> Option<(&'static str, u16)> {
    let day = date.basic().parse().expect("eight digits");
    let (era, from) = ERAS.iter().find(|(_, from)| *from <= day)?;
    let first = u16::try_from(from / 10_000).expect("four digits");
    Some((*era, date.year() - first + 1))
}

fn show(answer: &Answer) {
    let numbers = ["138016", "06130488", "39131156"];
    for number in numbers.map(|number| InsurerNumber::parse(number).map(|parsed| parsed.value)) {
        let _ = format!("{:?}", answer.situation(number.ok().as_ref()));
    }
    let _ = format!("{:?}", answer.situation(None));
    if let Some(validity) = answer.validity() {
        assert_eq!(Validity::from_code(validity.code()), validity);
        let _ = validity.is_valid();
    }
    let _ = format!("{answer:?}");
    assert_eq!(answer.findings(), answer.message().findings());
    let message = Message::from(answer.clone());
    assert_eq!(&message, answer.message(), "another message");
    for section in Section::ALL {
        let labels = [section.label_ja(), section.label_en(), section.tag()];
        assert!(labels.iter().all(|label| !label.is_empty()));
    }
    let _ = (
        answer.validity(),
        answer.result_code(),
        answer.processed_at(),
        answer.confirmed_for(),
    );
    for result in answer.results() {
        let _ = (
            result.elderly(),
            result.limit(),
            result.diseases(),
            result.tickets(),
        );
        let record = result.record();
        for (field, text) in record.values() {
            assert_eq!(record.raw(field), Some(text));
            // An element that is there and empty has no text.
            assert_eq!(
                result.text(field),
                Some(text).filter(|text| !text.is_empty())
            );
            let _ = record.shown(field, Language::Japanese);
            assert_eq!(FieldId::from_number(field.number()), Some(field));
            let field = field.field().kind;
            let _ = field.broken_rule(text);
            let code = field.table().and_then(|table| table.entry(text));
            assert!(code.is_none_or(|code| code.code == text), "another code");
        }
    }
}
