//! Findings: what was unusual in an input that was accepted nevertheless.

use crate::FieldId;

/// One thing that a reader of the answer may want to know; it never holds a person's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is unusual.
    pub kind: FindingKind,
    /// Where: tags joined by `/`, repeated elements numbered from one.
    pub path: String,
    /// The field, when it is about one.
    pub field: Option<FieldId>,
}

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// A tag that the field table does not have; its whole subtree is kept.
    UnknownTag,
    /// A code that the field's table does not have; the value is kept.
    UnknownCode,
    /// A value that does not have its field's form (dates, percentages, lengths); it is kept.
    Form,
    /// A known field in a section where it is not expected; it is kept there.
    Misplaced,
    /// A second occurrence of a field; it is kept as a subtree.
    Duplicate,
    /// A known field that holds elements; it is kept as a subtree.
    Structured,
    /// A field under another implementer's spelling; it is kept under the usual one.
    Alias,
    /// An attribute on a field; it is dropped.
    Attribute,
    /// Text between elements; it is dropped.
    StrayText,
    /// A field that the interface requires is absent.
    Missing,
    /// `CharacterCodeIdentifier` names another encoding than the declaration.
    EncodingDisagrees,
    /// A character that the service could not write: ● or 〓.
    Placeholder,
    /// An identifier's check digit does not agree.
    CheckDigit,
    /// An identifier's prefecture or 法別番号 is not in the tables.
    UnknownPrefix,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [FindingKind; 14] = [
        FindingKind::UnknownTag,
        FindingKind::UnknownCode,
        FindingKind::Form,
        FindingKind::Misplaced,
        FindingKind::Duplicate,
        FindingKind::Structured,
        FindingKind::Alias,
        FindingKind::Attribute,
        FindingKind::StrayText,
        FindingKind::Missing,
        FindingKind::EncodingDisagrees,
        FindingKind::Placeholder,
        FindingKind::CheckDigit,
        FindingKind::UnknownPrefix,
    ];

    /// The kind with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<FindingKind> {
        FindingKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// The stable kebab-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::UnknownTag => "unknown-tag",
            FindingKind::UnknownCode => "unknown-code",
            FindingKind::Form => "form",
            FindingKind::Misplaced => "misplaced",
            FindingKind::Duplicate => "duplicate",
            FindingKind::Structured => "structured",
            FindingKind::Alias => "alias",
            FindingKind::Attribute => "attribute",
            FindingKind::StrayText => "stray-text",
            FindingKind::Missing => "missing",
            FindingKind::EncodingDisagrees => "encoding-disagrees",
            FindingKind::Placeholder => "placeholder",
            FindingKind::CheckDigit => "check-digit",
            FindingKind::UnknownPrefix => "unknown-prefix",
        }
    }
}
