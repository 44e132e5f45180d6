//! MC-9xxx: what only the C interface can say, for programs in other languages.
//!
//! What concerns the program's maker alone says so; a patient who waits is confirmed by another proof.

use super::{Class, Guidance, OTHER_PROOF, Text, entry};

/// The calling program did something that it must not.
const fn defect(code: &'static str, class: Class) -> Guidance {
    entry(
        code,
        class,
        Text::new("プログラムに誤りがあります。", "The program has a defect."),
        CALL,
        Text::NONE,
        OTHER_PROOF,
    )
}

const fn own(code: &'static str, class: Class, staff: Text, next: Text) -> Guidance {
    entry(code, class, staff, next, Text::NONE, OTHER_PROOF)
}

const AGAIN: Text = Text::new("もう一度操作してください。", "Please try again.");
const CALL: Text = Text::new(
    "エラーコードを控えて、ソフトウェアの提供元に連絡してください。",
    "Note the error code and call the maker of this software.",
);

pub(super) const TABLE: &[Guidance] = &[
    defect("MC-9001", Class::Caller),
    defect("MC-9002", Class::Caller),
    own(
        "MC-9003",
        Class::Caller,
        Text::new(
            "前の操作がまだ終わっていません。",
            "The previous operation has not ended yet.",
        ),
        AGAIN,
    ),
    defect("MC-9004", Class::Caller),
    defect("MC-9005", Class::Caller),
    defect("MC-9006", Class::Caller),
    own(
        "MC-9007",
        Class::Caller,
        Text::new(
            "選んだ文字コードで表せない文字があります。",
            "A character has no place in the encoding that was chosen.",
        ),
        Text::new(
            "その文字は資格確認端末の画面で確認し、ソフトウェアの提供元に連絡してください。",
            "Look the character up on the terminal's screen, and tell the maker of this software.",
        ),
    ),
    own(
        "MC-9008",
        Class::Caller,
        Text::new(
            "このソフトウェアはこの操作に対応していません。",
            "This software cannot do that.",
        ),
        CALL,
    ),
    own(
        "MC-9009",
        Class::Caller,
        Text::new("操作を取り消しました。", "The operation was cancelled."),
        AGAIN,
    ),
    own(
        "MC-9010",
        Class::Environment,
        Text::new(
            "コンピューターの資源が足りません。",
            "The computer is short of resources.",
        ),
        Text::new(
            "ほかのソフトウェアを終了してから、もう一度操作してください。",
            "Close other programs and try again.",
        ),
    ),
    own(
        "MC-9011",
        Class::Environment,
        Text::new("時間切れです。", "The time is over."),
        AGAIN,
    ),
    own(
        "MC-9012",
        Class::Caller,
        Text::new(
            "操作の順序が違います。",
            "A step is missing before this one, or was done twice.",
        ),
        Text::new(
            "はじめからやり直してください。繰り返すときは、ソフトウェアの提供元に連絡してください。",
            "Begin again. If it happens again, call the maker of this software.",
        ),
    ),
    defect("MC-9099", Class::Environment),
];
