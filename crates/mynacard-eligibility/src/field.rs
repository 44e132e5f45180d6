//! The one field table: every tag of the messages with its number, type and labels.
//!
//! XML, JSON, CSV, text and the C getters are all driven by [`FIELDS`]. A number is given once and never reused.
//!
//! ```
//! use mynacard_eligibility::FieldId;
//!
//! let insurer = FieldId::from_tag("InsurerNumber").expect("a field");
//! assert_eq!((insurer, insurer.field().label_ja), (FieldId::INSURER_NUMBER, "保険者番号"));
//! ```

use crate::code::{self, CodeTable};
use crate::{Date, DateTime};
use std::sync::OnceLock;

/// The stable number of a field, also across the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(u16);

/// One row of the table.
#[derive(Debug)]
pub struct Field {
    /// The stable number.
    pub id: FieldId,
    /// The XML tag, also the JSON key.
    pub tag: &'static str,
    /// The heading it is shown under.
    pub group: Group,
    /// The type of its text.
    pub kind: Kind,
    /// The official wording.
    pub label_ja: &'static str,
    /// In English.
    pub label_en: &'static str,
}

/// The headings that fields are shown under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Group {
    /// The message's header.
    Header,
    /// How the query went.
    Outcome,
    /// The insurance itself (保険資格).
    Insurance,
    /// The person.
    Person,
    /// Dates of the insurance.
    Dates,
    /// What the person pays.
    Burden,
    /// 高齢受給者証.
    Elderly,
    /// 限度額適用認定証.
    Limit,
    /// 特定疾病療養受療証.
    Disease,
    /// 医療扶助: 医療券・調剤券.
    Ticket,
    /// Consents to view more.
    Consent,
    /// The facility's own references.
    Reference,
    /// What a request asks for.
    Request,
}

/// The type of a field's text.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// A name in kana, half width in the messages.
    Kana,
    /// `YYYYMMDD`.
    Date,
    /// `YYYYMMDDhhmmss`.
    DateTime,
    /// `YYYYMM`.
    Month,
    /// A code of a table.
    Code(&'static CodeTable),
    /// Three digits of percent: `010` is 1割.
    Percent,
    /// Digits: yen.
    Yen,
    /// Digits: how many.
    Count,
    /// 保険者番号.
    InsurerNumber,
    /// 医療機関等コード, ten digits.
    InstitutionCode,
    /// 郵便番号.
    PostalCode,
}

impl FieldId {
    /// The field with that number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<FieldId> {
        FIELDS
            .binary_search_by_key(&number, |field| field.id.0)
            .ok()
            .map(|_| FieldId(number))
    }

    /// The field with that XML tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<FieldId> {
        // By length first: few tags have the same, and numbers are compared faster than texts.
        static BY_TAG: OnceLock<Vec<(usize, &'static str, FieldId)>> = OnceLock::new();
        let by_tag = BY_TAG.get_or_init(|| {
            let rows = FIELDS.iter();
            let mut by_tag: Vec<_> = rows.map(|row| (row.tag.len(), row.tag, row.id)).collect();
            by_tag.sort_unstable();
            by_tag
        });
        let row =
            by_tag.binary_search_by_key(&(tag.len(), tag), |(length, tag, _)| (*length, *tag));
        by_tag.get(row.ok()?).map(|(_, _, id)| *id)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// Its row of the table.
    #[must_use]
    pub fn field(self) -> &'static Field {
        // The table is sorted by number and a FieldId is only made from a row of it (tested).
        let row = FIELDS
            .binary_search_by_key(&self, |field| field.id)
            .ok()
            .and_then(|row| FIELDS.get(row));
        row.expect("every FieldId has a row")
    }

    /// The XML tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.field().tag
    }
}

impl Kind {
    /// The rule that a text of this kind must keep and this one breaks; an empty text breaks none.
    #[must_use]
    pub fn broken_rule(self, text: &str) -> Option<&'static str> {
        let digits = |counts: &[usize]| {
            counts.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        let (kept, rule) = match self {
            Kind::Text | Kind::Kana => return None,
            Kind::Date => (Date::from_basic(text).is_some(), "a date YYYYMMDD"),
            Kind::DateTime => (
                DateTime::from_basic(text).is_some(),
                "a time YYYYMMDDhhmmss",
            ),
            Kind::Month => (
                digits(&[6]) && Date::from_basic(&format!("{text}01")).is_some(),
                "a month YYYYMM",
            ),
            Kind::Code(table) => (table.entry(text).is_some(), "a code of its table"),
            Kind::Percent => (digits(&[3]) && text <= "100", "three digits of percent"),
            Kind::Yen | Kind::Count => (
                text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit()),
                "a number of at most 12 digits",
            ),
            Kind::InsurerNumber => (
                matches!(text.trim_start_matches(' ').len(), 6..=8)
                    && text
                        .trim_start_matches(' ')
                        .bytes()
                        .all(|b| b.is_ascii_digit()),
                "six to eight digits",
            ),
            Kind::InstitutionCode => (digits(&[10]), "ten digits"),
            Kind::PostalCode => (is_postal_code(text), "a postal code NNN-NNNN"),
        };
        (!kept && !text.is_empty()).then_some(rule)
    }

    /// The code table, when it is a code.
    #[must_use]
    pub fn table(self) -> Option<&'static CodeTable> {
        match self {
            Kind::Code(table) => Some(table),
            _ => None,
        }
    }
}

fn is_postal_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits == 7 && (bytes.len() == 7 || bytes.len() == 8 && bytes.get(3) == Some(&b'-'))
}

macro_rules! fields {
    ($($id:literal $name:ident $tag:literal $group:ident $kind:expr, $ja:literal $en:literal;)*) => {
        impl FieldId {
            $(#[doc = concat!("`", $tag, "`: ", $en, " (", $ja, ").")]
            pub const $name: FieldId = FieldId($id);)*
        }

        /// Every field, by number.
        pub static FIELDS: &[Field] = &[$(
            Field { id: FieldId::$name, tag: $tag, group: Group::$group, kind: $kind, label_ja: $ja, label_en: $en },
        )*];
    };
}

include!("field_table.rs");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_tags_are_unique_and_sorted() {
        for pair in FIELDS.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} {}", pair[0].tag, pair[1].tag);
        }
        for field in FIELDS {
            assert_eq!(
                FieldId::from_tag(field.tag),
                Some(field.id),
                "{}",
                field.tag
            );
            assert_eq!(FieldId::from_number(field.id.number()), Some(field.id));
            assert_eq!(field.id.tag(), field.tag);
            for section in crate::Section::ALL {
                assert_ne!(section.tag(), field.tag);
                let lists = section.layout().children.iter();
                assert!(
                    lists
                        .filter_map(|child| child.list)
                        .all(|list| list != field.tag)
                );
            }
            assert!(!field.label_ja.is_empty() && !field.label_en.is_empty());
        }
    }

    #[test]
    fn kinds_know_their_form() {
        assert_eq!(Kind::Percent.broken_rule("010"), None);
        assert!(Kind::Percent.broken_rule("10").is_some());
        assert_eq!(Kind::InsurerNumber.broken_rule("  138016"), None);
        assert!(Kind::InsurerNumber.broken_rule("13801").is_some());
        assert!(Kind::Month.broken_rule("202613").is_some());
        assert_eq!(Kind::Date.broken_rule(""), None);
    }
}
