//! Labels in Japanese and English for every field, section, table and code, and every code of the interface's tables.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use mynacard_eligibility::code::{Code, TABLES};
use mynacard_eligibility::field::Kind;
use mynacard_eligibility::identifier::IdentifierKind;
use mynacard_eligibility::{Answer, FIELDS, FindingKind, Language, Message, Record, Section};

/// The interface's tables, told once more: number and codes.
const INTERFACE: [(u16, &str); 22] = [
    (1, "0 1"),
    (2, "1 2"),
    (3, "1 2 9"),
    (4, "1 2"),
    (5, "0 1"),
    (6, "1 2 3 4 5 6"),
    (7, "1 2 3"),
    (8, "01 02 03 99"),
    (9, "1 2"),
    (10, "01 02 03 04 05 06 07 A1"),
    (11, "01 02 03"),
    (
        12,
        "A01 A02 A03 A04 A05 A06 B01 B02 B03 B04 B05 B06 B07 B08 B09 B10",
    ),
    (13, "1 2 3"),
    (15, "1"),
    (16, "0 1 2 3"),
    (17, "1 2"),
    (18, "01 02"),
    (19, "01 02 03 04 05"),
    (20, "01 02"),
    (28, "1 2 3 4"),
    (31, "0 1 2 3"),
    (36, "TSR TKK YZK SRJ SHJ"),
];

#[test]
fn every_code_of_the_interface_is_there_and_no_other() {
    let ours: Vec<(u16, String)> = TABLES
        .iter()
        .map(|table| {
            let codes: Vec<&str> = table.entries.iter().map(|entry| entry.code).collect();
            (table.number, codes.join(" "))
        })
        .collect();
    let expected = INTERFACE.map(|(number, codes)| (number, codes.to_owned()));
    assert_eq!(ours, expected);
}

/// Japanese for people: kana, kanji or the names of encodings; nothing left in Latin letters but those.
fn is_japanese(label: &str) -> bool {
    let japanese = |c: char| matches!(c, 'ぁ'..='ー' | '一'..='龠' | '々' | '（' | '）');
    label.chars().any(japanese) || matches!(label, "UTF-8" | "Shift_JIS")
}

fn is_english(label: &str) -> bool {
    label.is_ascii() && !label.trim().is_empty() && label.trim() == label
}

#[test]
fn every_code_has_a_label_of_its_own_in_both_languages() {
    let mut count = 0;
    for table in TABLES {
        assert!(is_japanese(table.name_ja), "{}", table.number);
        assert!(is_english(table.name_en), "{}", table.number);
        for label in [
            (|code: &Code| code.label_ja) as fn(&Code) -> &'static str,
            |code| code.label_en,
        ] {
            let labels: BTreeSet<&str> = table.entries.iter().map(label).collect();
            assert_eq!(labels.len(), table.entries.len(), "table {}", table.number);
        }
        for entry in table.entries {
            let at = format!("table {} code {}", table.number, entry.code);
            assert!(is_japanese(entry.label_ja), "{at}: {}", entry.label_ja);
            assert!(is_english(entry.label_en), "{at}: {}", entry.label_en);
            count += 1;
        }
    }
    assert_eq!(count, 85);
}

#[test]
fn every_code_is_shown_in_words_wherever_it_may_stand() {
    let mut shown = 0;
    for section in Section::ALL {
        for &field in section.layout().fields {
            let Kind::Code(table) = field.field().kind else {
                continue;
            };
            for entry in table.entries {
                let record = Record::builder(section).set(field, entry.code);
                let record = record.build().unwrap();
                for (language, label) in [
                    (Language::Japanese, entry.label_ja),
                    (Language::English, entry.label_en),
                ] {
                    let text = record.shown(field, language).unwrap();
                    assert_eq!(text, format!("{label} [{}]", entry.code));
                }
                shown += 1;
            }
            // A code that the table does not have is shown as it is, not hidden.
            let mut record = Record::new(section);
            record.insert(field, "Z9");
            assert_eq!(
                record.shown(field, Language::Japanese).as_deref(),
                Some("[Z9]")
            );
        }
    }
    assert!(shown > 100, "{shown}");
}

#[test]
fn every_date_is_shown_in_both_calendars() {
    let mut shown = 0;
    for section in Section::ALL {
        for &field in section.layout().fields {
            if !matches!(field.field().kind, Kind::Date) {
                continue;
            }
            for (text, western, japanese) in [
                ("19800401", "1980-04-01", "昭和55年4月1日"),
                ("20190430", "2019-04-30", "平成31年4月30日"),
                ("20190501", "2019-05-01", "令和元年5月1日"),
            ] {
                let record = Record::builder(section).set(field, text).build().unwrap();
                for language in [Language::Japanese, Language::English] {
                    let both = record.shown(field, language).unwrap();
                    assert!(both.contains(western) && both.contains(japanese), "{both}");
                }
            }
            shown += 1;
        }
    }
    assert!(shown > 15, "{shown}");
}

#[test]
fn every_field_and_section_has_a_label_in_both_languages() {
    for field in FIELDS {
        assert!(is_japanese(field.label_ja), "{}", field.tag);
        assert!(is_english(field.label_en), "{}", field.tag);
    }
    for section in Section::ALL {
        assert!(is_japanese(section.label_ja()), "{section:?}");
        assert!(is_english(section.label_en()), "{section:?}");
        // Two fields under one heading must not look alike.
        for label in [
            (|field: &mynacard_eligibility::Field| field.label_ja) as fn(&_) -> &'static str,
            |field| field.label_en,
        ] {
            let fields = section.layout().fields;
            let labels: BTreeSet<&str> = fields.iter().map(|id| label(id.field())).collect();
            assert_eq!(labels.len(), fields.len(), "{section:?}");
        }
    }
    for kind in IdentifierKind::ALL {
        assert!(is_japanese(kind.label_ja()), "{}", kind.name());
    }
    for kind in FindingKind::ALL {
        assert_eq!(FindingKind::from_name(kind.name()), Some(kind));
    }
}

/// Unknown codes, tags and subtrees anywhere: in every section, they survive all shapes that can carry them and are listed.
#[test]
fn what_no_table_knows_survives_in_every_section() {
    for section in Section::ALL {
        let Some(&code) = section
            .layout()
            .fields
            .iter()
            .find(|field| matches!(field.field().kind, Kind::Code(_)))
        else {
            continue;
        };
        let tag = section.tag();
        let inner = format!(
            "<{tag}><{0}>Z9</{0}><Brand.New a=\"1\">x<Deep><Er>〓</Er></Deep></Brand.New></{tag}>",
            code.tag()
        );
        let xml = wrapped(section, &inner);
        let message = Message::read_xml(xml.as_bytes()).unwrap();
        let listed = |kind, end: &str| {
            let mut findings = message.findings().iter();
            findings.any(|found| found.kind == kind && found.path.ends_with(end))
        };
        assert!(listed(FindingKind::UnknownCode, code.tag()), "{section:?}");
        assert!(listed(FindingKind::UnknownTag, "Brand.New"), "{section:?}");
        let written = message.write_xml(&Default::default()).unwrap().bytes;
        let text = String::from_utf8(written.clone()).unwrap();
        for part in [
            format!("<{0}>Z9</{0}>", code.tag()),
            "<Brand.New a=\"1\">x<Deep><Er>〓</Er></Deep></Brand.New>".to_owned(),
        ] {
            assert!(text.contains(&part), "{section:?}: {part} in {text}");
        }
        let again = Message::read_xml(&written).unwrap();
        assert_eq!(
            (&again.header, &again.body),
            (&message.header, &message.body)
        );
        let answer = Answer::from(message);
        assert_eq!(Answer::from_json(&answer.to_json()).unwrap(), answer);
        for language in [Language::Japanese, Language::English] {
            let shown = answer.to_text(language);
            assert!(
                shown.contains("[Z9]") && shown.contains("Brand.New: x / 〓"),
                "{section:?}: {shown}"
            );
        }
    }
}

/// A message that has the section's element at its place.
fn wrapped(section: Section, inner: &str) -> String {
    let confirmation = |inner: &str| {
        format!(
            "<ResultList><ResultOfQualificationConfirmation>{inner}</ResultOfQualificationConfirmation></ResultList>"
        )
    };
    let body = |inner: &str| format!("<XmlMsg><MessageBody>{inner}</MessageBody></XmlMsg>");
    match section {
        Section::Header | Section::Body => format!("<XmlMsg>{inner}</XmlMsg>"),
        Section::Confirmation => body(&format!("<ResultList>{inner}</ResultList>")),
        Section::Elderly | Section::Limit => body(&confirmation(inner)),
        Section::Disease => body(&confirmation(&format!(
            "<SpecificDiseasesCertificateList>{inner}</SpecificDiseasesCertificateList>"
        ))),
        Section::Ticket => body(&confirmation(&format!(
            "<PublicExpenseResultList>{inner}</PublicExpenseResultList>"
        ))),
        _ => body(inner),
    }
}
