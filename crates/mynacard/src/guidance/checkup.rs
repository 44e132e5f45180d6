//! MC-7xxx: contract lists and tickets of health checkups (特定健診).

use super::{Class, Guidance, Text, entry};

/// A list that cannot be read concerns the office, not the visitor.
const fn list(code: &'static str, staff: Text, next: Text) -> Guidance {
    entry(code, Class::Input, staff, next, Text::NONE, &[])
}

pub(super) const TABLE: &[Guidance] = &[
    list(
        "MC-7001",
        Text::new("一覧表のファイルが大きすぎます。", "The list is too large."),
        Text::new(
            "正しいファイルか確かめてください。",
            "Check that it is the right file.",
        ),
    ),
    list(
        "MC-7002",
        Text::new(
            "一覧表の文字コードを読み取れません。",
            "The list has an encoding that cannot be read.",
        ),
        Text::new(
            "UTF-8 または Shift_JIS の CSV で保存し直してください。",
            "Save it again as CSV in UTF-8 or Shift_JIS.",
        ),
    ),
    list(
        "MC-7003",
        Text::new(
            "一覧表の形式が正しくありません。",
            "The list has the wrong form.",
        ),
        Text::new(
            "示された行を確かめてください。",
            "Look at the row that is named.",
        ),
    ),
    list(
        "MC-7004",
        Text::new(
            "一覧表に必要な見出しがありません。",
            "The list lacks a heading that it needs.",
        ),
        Text::new(
            "委託元保険者一覧表・実施機関一覧表の様式か確かめてください。",
            "Check that it follows the form of 委託元保険者一覧表 or 実施機関一覧表.",
        ),
    ),
    list(
        "MC-7005",
        Text::new(
            "Excel ファイルを開けません。",
            "The workbook cannot be read.",
        ),
        Text::new(
            "パスワードを外すか、CSV で保存し直してください。",
            "Remove its password, or save it as CSV.",
        ),
    ),
];
