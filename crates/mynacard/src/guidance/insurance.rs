//! MC-4xxx: files and messages of the insurance vocabulary.

use super::{CALL_ADMINISTRATOR, Class, Guidance, OTHER_PROOF, Text, service::WAIT};

const ASK_AGAIN: Text = Text::new(
    "もう一度確認をやり直してください。続くときは、ほかの方法で資格を確認し、管理者に画面のコードを伝えてください。",
    "Repeat the check. If it goes on, use another proof and tell the administrator the code on the screen.",
);

/// What concerns the program or the machine, not a patient.
const fn entry(code: &'static str, class: Class, staff: Text, next: Text) -> Guidance {
    super::entry(code, class, staff, next, Text::NONE, &[])
}

/// An answer that cannot be read, while a patient may be waiting for it.
const fn unread(code: &'static str, staff: Text, next: Text) -> Guidance {
    super::entry(code, Class::Input, staff, next, WAIT, OTHER_PROOF)
}

const fn unreadable(code: &'static str, staff: Text) -> Guidance {
    unread(code, staff, ASK_AGAIN)
}

/// What staff typed.
const fn typed(code: &'static str, staff: Text, next: Text) -> Guidance {
    entry(code, Class::Input, staff, next)
}

pub(super) const TABLE: &[Guidance] = &[
    unreadable(
        "MC-4001",
        Text::new(
            "資格情報のファイルが壊れています（XML）。",
            "The insurance file is damaged (XML).",
        ),
    ),
    unread(
        "MC-4002",
        Text::new(
            "資格情報のファイルがまだ書き終わっていません。",
            "The insurance file is not written to its end yet.",
        ),
        Text::new(
            "少し待ってからもう一度読み込んでください。続くときは確認をやり直すか、ほかの方法で資格を確認してください。",
            "Wait a little and read it again. If it goes on, repeat the check or use another proof.",
        ),
    ),
    unreadable(
        "MC-4003",
        Text::new(
            "資格情報のファイルに、許されない宣言（DTD）があります。",
            "The insurance file holds a declaration that is not allowed (DTD).",
        ),
    ),
    unreadable(
        "MC-4004",
        Text::new(
            "資格情報のファイルに、許されない参照（実体）があります。",
            "The insurance file holds a reference that is not allowed (entity).",
        ),
    ),
    unreadable(
        "MC-4005",
        Text::new(
            "資格情報のファイルの入れ子が深すぎます。",
            "The insurance file is nested too deeply.",
        ),
    ),
    unreadable(
        "MC-4006",
        Text::new(
            "資格情報のファイルが大きすぎます。",
            "The insurance file is too large.",
        ),
    ),
    unreadable(
        "MC-4007",
        Text::new(
            "資格情報のファイルの文字コードに対応していません。",
            "The insurance file has an encoding that is not supported.",
        ),
    ),
    unreadable(
        "MC-4008",
        Text::new(
            "資格情報のファイルに読めない文字があります。",
            "The insurance file holds bytes that are no characters.",
        ),
    ),
    entry(
        "MC-4009",
        Class::Caller,
        Text::new(
            "出力先の文字コードにない文字（外字・異体字など）が含まれています。",
            "Some characters do not exist in the encoding asked for.",
        ),
        Text::new(
            "文字の置き換え方法（〓 または数値参照）を選ぶか、UTF-8 で出力してください。",
            "Choose how to replace them (〓 or numeric reference), or write UTF-8.",
        ),
    ),
    unreadable(
        "MC-4010",
        Text::new(
            "資格情報ではない、または別の種類のファイルです。",
            "This is another kind of file.",
        ),
    ),
    unreadable(
        "MC-4011",
        Text::new(
            "資格情報のデータが壊れています（JSON）。",
            "The insurance data is damaged (JSON).",
        ),
    ),
    entry(
        "MC-4012",
        Class::Caller,
        Text::new(
            "項目を置けない場所に置こうとしました。",
            "A field was put where it has no place.",
        ),
        CALL_ADMINISTRATOR,
    ),
    entry(
        "MC-4013",
        Class::Caller,
        Text::new(
            "項目の値が決まりに合いません。",
            "A field's value breaks its rule.",
        ),
        CALL_ADMINISTRATOR,
    ),
    entry(
        "MC-4014",
        Class::Environment,
        Text::new("ファイルを読み込めません。", "The file could not be read."),
        Text::new(
            "フォルダーの接続と権限を確かめてください。",
            "Check the folder's connection and rights.",
        ),
    ),
    entry(
        "MC-4015",
        Class::Environment,
        Text::new(
            "ファイルに書き込めません。",
            "The file could not be written.",
        ),
        Text::new(
            "ディスクの空きとフォルダーの権限を確かめてください。",
            "Check disk space and the folder's rights.",
        ),
    ),
    typed(
        "MC-4020",
        Text::new("番号が入力されていません。", "The number is empty."),
        Text::new("番号を入力してください。", "Enter the number."),
    ),
    typed(
        "MC-4021",
        Text::new("番号の桁数が違います。", "The number has the wrong length."),
        Text::new(
            "桁数を確かめて入力し直してください。",
            "Count the digits and enter it again.",
        ),
    ),
    typed(
        "MC-4022",
        Text::new(
            "番号に使えない文字があります。",
            "The number holds a character that it cannot have.",
        ),
        Text::new(
            "文字の種類を確かめて入力し直してください。",
            "Look at the characters and enter it again.",
        ),
    ),
    typed(
        "MC-4023",
        Text::new(
            "番号の検証数字が合いません。",
            "The number's check digit does not fit.",
        ),
        Text::new(
            "打ち間違いがないか、資格情報の表示と1桁ずつ見比べてください。",
            "Compare it digit by digit with its source: there may be a typing mistake.",
        ),
    ),
    typed(
        "MC-4024",
        Text::new(
            "番号の先頭部分が正しくありません。",
            "The number begins in a way that it cannot.",
        ),
        Text::new(
            "番号の種類を確かめて入力し直してください。",
            "Check which kind of number it is and enter it again.",
        ),
    ),
];
