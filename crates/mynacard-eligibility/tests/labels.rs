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

/// The words of the interface's tables, told once more: two labels that change places show here.
const WORDS: [(u16, &str); 19] = [
    (2, "1 マイナンバーカード 2 被保険者証情報"),
    (3, "1 正常終了 2 処理中 9 異常終了"),
    (4, "1 正常終了 2 エラー"),
    (5, "0 UTF-8 1 Shift_JIS"),
    (
        6,
        "1 有効 2 無効 3 無効（新しい資格あり） 4 該当資格なし 5 複数該当 6 有効（未登録）",
    ),
    (7, "1 男 2 女 3 未設定"),
    (
        8,
        "01 死亡 02 生活保護受給開始 03 医療保険等の資格取得 99 その他",
    ),
    (9, "1 本人 2 家族"),
    (
        10,
        "01 一般 02 退職 03 短期（一般） 04 短期（退職） 05 特別療養費 06 特例退職 07 自衛官 A1 医療扶助",
    ),
    (
        12,
        "A01 ア A02 イ A03 ウ A04 エ A05 オ A06 オ（境） B01 現役並みⅢ B02 現役並みⅡ B03 現役並みⅠ B04 一般 B05 低所得Ⅱ B06 低所得Ⅰ B07 低所得Ⅰ（老福） B08 低所得Ⅰ（境） B09 一般Ⅱ B10 一般Ⅰ",
    ),
    (15, "1 未就学"),
    (16, "0 未同意 1 同意 2 期限切れ 3 同意取得不可"),
    (17, "1 電子処方箋 2 紙の処方箋"),
    (18, "01 医療券 02 調剤券"),
    (19, "01 入院 02 入院外 03 歯科 04 調剤 05 訪問看護"),
    (20, "01 単独 02 併用"),
    (28, "1 外来診療等 2 訪問診療等 3 オンライン診療等 4 救急時"),
    (
        31,
        "0 補足 1 医療機関等による取消 2 患者による取消 3 利用形態の変更",
    ),
    (
        36,
        "TSR 特定疾病療養受療証情報 TKK 特定健診情報 YZK 薬剤情報 SRJ 診療情報 SHJ 手術情報",
    ),
];

/// The words by which the longer labels of the remaining tables are known.
const KEYWORDS: [(u16, &str); 3] = [
    (1, "0 未同意 1 同意"),
    (
        11,
        "01 限度額適用認定証 02 限度額適用・標準負担額減額 03 標準負担額減額",
    ),
    (13, "1 人工透析 2 血友病 3 HIV"),
];

#[test]
fn every_code_has_the_words_of_the_interface() {
    let pairs = |words: &'static str| {
        let words: Vec<&str> = words.split(' ').collect();
        words
            .chunks(2)
            .map(|pair| (pair[0], pair[1]))
            .collect::<Vec<_>>()
    };
    for table in TABLES {
        let exact = WORDS.iter().find(|(number, _)| *number == table.number);
        let known = KEYWORDS.iter().find(|(number, _)| *number == table.number);
        let expected = pairs(exact.or(known).unwrap().1);
        assert_eq!(
            expected.len(),
            table.entries.len(),
            "table {}",
            table.number
        );
        for (entry, (code, word)) in table.entries.iter().zip(expected) {
            let at = format!("table {} code {code}: {}", table.number, entry.label_ja);
            assert_eq!(entry.code, code, "{at}");
            match exact {
                Some(_) => assert_eq!(entry.label_ja, word, "{at}"),
                None if table.number == 13 => assert!(entry.label_ja.contains(word), "{at}"),
                None => assert!(entry.label_ja.starts_with(word), "{at}"),
            }
        }
    }
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
