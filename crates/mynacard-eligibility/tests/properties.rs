//! Properties over the whole model: whatever a message holds comes back from XML and JSON, and no bytes do harm.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::shape::screen;
use mynacard_eligibility::{
    Answer, BulkReader, BulkWriter, Element, Encoding, FIELDS, FieldId, Message, Node, Record,
    Section, Unmappable, XmlOptions, fold,
};
use proptest::prelude::*;

const UTF8: XmlOptions = XmlOptions {
    encoding: Encoding::Utf8,
    unmappable: Unmappable::Refuse,
};

/// Text that XML can carry, with what is difficult about it.
fn text() -> impl Strategy<Value = String> {
    let any = any::<char>().prop_filter("XML cannot carry it", |&c| {
        !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
    });
    let hard = prop::sample::select(
        "<>&\"' \t\r\n]髙﨑〓●ｱﾞ～－\u{E000}\u{85}\u{2028}"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![any, hard], 0..12).prop_map(String::from_iter)
}

/// Text that CP932 can carry.
fn sjis_text() -> impl Strategy<Value = String> {
    text().prop_map(|text| {
        let kept = |c: &char| {
            Encoding::ShiftJis
                .encode(&c.to_string(), Unmappable::Refuse)
                .and_then(|e| Encoding::ShiftJis.decode(&e.bytes))
                .is_ok_and(|back| back == c.to_string())
        };
        text.chars().filter(kept).collect()
    })
}

/// What a name in kana is made of, in both widths, and what gets in between: marks alone, spaces, line ends, damaged bytes.
fn kana() -> impl Strategy<Value = String> {
    let kana = prop_oneof![
        prop::char::range('ぁ', 'ヿ'),
        prop::char::range('｡', 'ﾟ'),
        prop::sample::select(
            "ウｳハﾊﾞﾟ゛゜\u{3099}\u{309A}  \u{3000}\r\n\t\u{85}\u{FFFD}"
                .chars()
                .collect::<Vec<_>>()
        ),
    ];
    prop::collection::vec(kana, 0..10).prop_map(String::from_iter)
}

/// One insurance as the screen has it, whatever its fields hold.
fn on_screen() -> impl Strategy<Value = Record> {
    let fields = |section: Section| {
        let fields: Vec<FieldId> = section.layout().fields.to_vec();
        let days = prop::sample::select(vec![
            "19800401",
            "1980-04-01",
            "昭和55年4月1日",
            "男性",
            "ウ",
            "A03",
            "1",
        ]);
        let text = prop_oneof![kana(), text(), days.prop_map(str::to_owned)];
        prop::collection::vec((prop::sample::select(fields), text), 0..8)
    };
    (
        fields(Section::Confirmation),
        kana(),
        fields(Section::Limit),
    )
        .prop_map(|(values, kana, limits)| {
            let mut record = Record::new(Section::Confirmation);
            record.insert(FieldId::NAME_KANA, kana);
            for (field, text) in values {
                record.insert(field, text);
            }
            let mut limit = Record::new(Section::Limit);
            for (field, text) in limits {
                limit.insert(field, text);
            }
            record.push(limit);
            record
        })
}

fn element(text: BoxedStrategy<String>) -> impl Strategy<Value = Element> {
    let name = "[A-Z][A-Za-z0-9_.-]{0,8}"
        .prop_filter("no field", |name| FieldId::from_tag(name).is_none());
    let leaf = (
        name.clone(),
        prop::collection::btree_map("[a-z]{1,4}", text.clone(), 0..3),
        text.clone(),
    )
        .prop_map(|(tag, attributes, text)| Element {
            tag,
            attributes: attributes.into_iter().collect(),
            nodes: if text.is_empty() {
                vec![]
            } else {
                vec![Node::Text(text)]
            },
        });
    leaf.prop_recursive(3, 12, 3, move |inner| {
        (name.clone(), prop::collection::vec(inner, 0..3)).prop_map(|(tag, nested)| Element {
            tag,
            attributes: vec![],
            nodes: nested.into_iter().map(Node::Element).collect(),
        })
    })
}

fn record(section: Section, text: BoxedStrategy<String>, depth: u32) -> BoxedStrategy<Record> {
    let fields = prop::collection::vec(
        (
            prop::sample::select(FIELDS.iter().map(|field| field.id).collect::<Vec<_>>()),
            text.clone(),
        ),
        0..6,
    );
    let unknown = prop::collection::vec(element(text.clone()), 0..2);
    let children: Vec<BoxedStrategy<Vec<Record>>> = match depth {
        0 => vec![],
        _ => section
            .layout()
            .children
            .iter()
            .map(|child| {
                let most = if child.section.layout().occurs
                    == mynacard_eligibility::section::Occurs::Once
                {
                    1
                } else {
                    2
                };
                prop::collection::vec(record(child.section, text.clone(), depth - 1), 0..=most)
                    .boxed()
            })
            .collect(),
    };
    (fields, unknown, children)
        .prop_map(move |(fields, unknown, children)| {
            let mut record = Record::builder(section);
            for element in unknown {
                record = record.unknown(element);
            }
            let mut record = record.build().unwrap();
            for (field, text) in fields {
                record.insert(field, text);
            }
            children
                .into_iter()
                .flatten()
                .for_each(|child| record.push(child));
            record
        })
        .boxed()
}

fn message(text: BoxedStrategy<String>) -> impl Strategy<Value = Message> {
    (
        record(Section::Header, text.clone(), 0),
        record(Section::Body, text, 3),
    )
        .prop_map(|(mut header, body)| {
            header.remove(FieldId::CHARACTER_CODE_IDENTIFIER);
            Message::new(header, body)
        })
}

#[track_caller]
fn comes_back(message: &Message, options: XmlOptions) {
    let written = message.write_xml(&options).unwrap();
    let again = Message::read_xml(&written.bytes).unwrap();
    assert_eq!(
        (&again.header, &again.body),
        (&message.header, &message.body)
    );
    assert_eq!(again.write_xml(&options).unwrap().bytes, written.bytes);
    let answer = Answer::from(again);
    assert_eq!(Answer::from_json(&answer.to_json()).unwrap(), answer);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_come_back_in_utf8(message in message(text().boxed())) {
        comes_back(&message, UTF8);
    }

    #[test]
    fn messages_come_back_in_cp932(message in message(sjis_text().boxed())) {
        comes_back(&message, XmlOptions { encoding: Encoding::ShiftJis, unmappable: Unmappable::Refuse });
    }

    #[test]
    fn references_carry_what_cp932_cannot(message in message(text().boxed())) {
        let options = XmlOptions { encoding: Encoding::ShiftJis, unmappable: Unmappable::CharacterReference };
        let written = message.write_xml(&options).unwrap();
        let again = Message::read_xml(&written.bytes).unwrap();
        // Only the signs that are written at the place of their twin come back as the twin.
        let folded = |record: &Record| Answer::from(Message::new(Record::new(Section::Header), record.clone())).to_json().replace('〜', "～").replace('−', "－").replace('‖', "∥").replace('¢', "￠").replace('£', "￡").replace('¬', "￢");
        prop_assert_eq!(folded(&again.body), folded(&message.body));
    }

    #[test]
    fn bulk_units_come_back(units in prop::collection::vec(record(Section::Unit, text().boxed(), 2), 0..4)) {
        let mut writer = BulkWriter::start(Vec::new(), &Record::new(Section::Header), &Record::new(Section::Body), UTF8).unwrap();
        for unit in &units {
            writer.write(unit).unwrap();
        }
        let (bytes, _) = writer.finish().unwrap();
        let mut reader = BulkReader::open(&bytes[..]).unwrap();
        for unit in &units {
            prop_assert_eq!(&reader.next_unit().unwrap().unwrap().record, unit);
        }
        prop_assert_eq!(reader.next_unit().unwrap(), None);
    }

    #[test]
    fn broken_messages_are_refused_not_feared(message in message(text().boxed()), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = message.write_xml(&UTF8).unwrap().bytes;
        for (index, byte) in cuts {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(read) = Message::read_xml(&bytes) {
            // Whatever is accepted can be written and read again.
            let written = read.write_xml(&UTF8).unwrap().bytes;
            prop_assert_eq!(Message::read_xml(&written).unwrap().body, read.body);
        }
    }

    #[test]
    fn a_screen_is_the_same_after_reading(results in prop::collection::vec(on_screen(), 0..3)) {
        let mut body = Record::new(Section::Body);
        results.into_iter().for_each(|result| body.push(result));
        let shown = screen::write(&Message::new(Record::new(Section::Header), body).into());
        match screen::read(&shown) {
            Ok(read) => {
                prop_assert_eq!(&read.rest, &[""; 0]);
                prop_assert_eq!(screen::write(&read.answer), shown);
            }
            Err(_) => prop_assert_eq!(shown, ""),
        }
    }

    #[test]
    fn screens_and_json_of_anything_do_no_harm(text in "\\PC{0,200}", json in "[\\[\\]{}\",:a-zA-Z0-9_ ]{0,60}") {
        let _ = screen::read(&text);
        let _ = screen::read(&format!("氏名：{text}\n生年月日：{text}\n【限度額適用認定証】\n適用区分：{text}"));
        let _ = Answer::from_json(&json);
        let _ = fold::compare_key(&text);
        prop_assert_eq!(fold::compare_key(&fold::compare_key(&text)), fold::compare_key(&text));
    }
}
