//! MC-2xxx: the card reader and the service behind it.

use super::{Class, Guidance, OTHER_PROOF, Text};

const PUT_CARD: Text = Text::new(
    "カードをリーダーに置いてください。",
    "Please put your card on the reader.",
);
const WAIT: Text = Text::new("少々お待ちください。", "One moment, please.");

const fn entry(
    code: &'static str,
    class: Class,
    staff: Text,
    next: Text,
    patient: Text,
) -> Guidance {
    Guidance {
        code,
        class,
        staff,
        next,
        patient,
        // What the caller can put right at once needs no other proof.
        instead: match class {
            Class::Environment => OTHER_PROOF,
            _ => &[],
        },
    }
}

pub(super) const TABLE: &[Guidance] = &[
    entry(
        "MC-2001",
        Class::Environment,
        Text::new(
            "スマートカードのサービスが動いていません。",
            "The smart card service does not run.",
        ),
        Text::new(
            "リーダーをつなぎ直してください。直らないときは、Windows では「Smart Card」サービス、Linux では pcscd を起動してください。",
            "Plug the reader in again. Otherwise start the service “Smart Card” (Windows) or pcscd (Linux).",
        ),
        WAIT,
    ),
    entry(
        "MC-2002",
        Class::Environment,
        Text::new(
            "カードリーダーが見つかりません。",
            "No card reader is attached.",
        ),
        Text::new(
            "リーダーのUSBケーブルを確かめ、つなぎ直してください。故障のときは、居宅同意取得型（外来診療等）か、資格確認書などで資格を確認してください。",
            "Check the reader's USB cable and plug it in again. If it is broken, use 居宅同意取得型 for outpatients or another proof.",
        ),
        WAIT,
    ),
    entry(
        "MC-2003",
        Class::Caller,
        Text::new(
            "設定されているカードリーダーが見つかりません。",
            "The configured card reader is not attached.",
        ),
        Text::new(
            "接続中のリーダーから選び直してください。",
            "Choose one of the attached readers.",
        ),
        WAIT,
    ),
    entry(
        "MC-2004",
        Class::Caller,
        Text::new(
            "複数のリーダーにカードがあります。",
            "Several readers hold a card.",
        ),
        Text::new(
            "使うカードだけを残すか、使うリーダーを選んでください。",
            "Leave only the card to be used, or choose the reader.",
        ),
        Text::NONE,
    ),
    entry(
        "MC-2005",
        Class::Environment,
        Text::new(
            "カードが置かれませんでした。",
            "No card was put on the reader.",
        ),
        Text::new(
            "患者さんにカードを置いてもらい、もう一度始めてください。",
            "Ask the patient to put the card on the reader and start again.",
        ),
        PUT_CARD,
    ),
    entry(
        "MC-2006",
        Class::Caller,
        Text::new(
            "カード待ちを中止しました。",
            "Waiting for the card was stopped.",
        ),
        Text::new(
            "続けるときは、最初からもう一度確認してください。",
            "Start again if needed.",
        ),
        Text::NONE,
    ),
    entry(
        "MC-2007",
        Class::Environment,
        Text::new(
            "別のソフトがカードを使っています。",
            "Another program uses the card.",
        ),
        Text::new(
            "マイナポータルや電子申請のソフトなどを閉じ、カードを置き直してください。",
            "Close the other program that uses cards, then put the card on the reader again.",
        ),
        WAIT,
    ),
    entry(
        "MC-2008",
        Class::Environment,
        Text::new(
            "リーダーにカードがありません。",
            "There is no card on the reader.",
        ),
        Text::new(
            "患者さんにカードを置いてもらってください。",
            "Ask the patient to put the card on the reader.",
        ),
        PUT_CARD,
    ),
    entry(
        "MC-2009",
        Class::Environment,
        Text::new(
            "カードリーダーが外れました。",
            "The card reader was unplugged.",
        ),
        Text::new(
            "リーダーをつなぎ直して、もう一度始めてください。",
            "Plug the reader in and start again.",
        ),
        WAIT,
    ),
    entry(
        "MC-2010",
        Class::Environment,
        Text::new("カードが応答しません。", "The card does not answer."),
        Text::new(
            "カードの向きと位置を直して、置き直してください。",
            "Turn the card the right way round and put it on the reader again.",
        ),
        PUT_CARD,
    ),
    entry(
        "MC-2011",
        Class::Environment,
        Text::new(
            "カードとの通信が途切れ、安全のため終了しました。",
            "The dialogue with the card paused too long and was ended for safety.",
        ),
        Text::new(
            "カードを置き直して、もう一度始めてください。",
            "Put the card on the reader again and start over.",
        ),
        PUT_CARD,
    ),
    entry(
        "MC-2012",
        Class::Caller,
        Text::new(
            "このリーダーには暗証番号用のテンキーがありません。",
            "This reader has no keypad for the PIN.",
        ),
        Text::new(
            "画面での暗証番号入力に切り替えてください。",
            "Switch to entering the PIN on the screen.",
        ),
        Text::NONE,
    ),
    entry(
        "MC-2013",
        Class::Environment,
        Text::new(
            "リーダーのテンキーで暗証番号を受け付けられませんでした。",
            "The reader's keypad could not take the PIN.",
        ),
        Text::new(
            "もう一度試すか、画面での暗証番号入力に切り替えてください。",
            "Try again, or switch to entering the PIN on the screen.",
        ),
        WAIT,
    ),
    entry(
        "MC-2014",
        Class::Environment,
        Text::new(
            "カードリーダーで障害が起きました。",
            "The card reader reported a failure.",
        ),
        Text::new(
            "リーダーをつなぎ直してください。続くときは管理者に画面のコードを伝え、それまでは居宅同意取得型（外来診療等）か、資格確認書などで資格を確認してください。",
            "Plug the reader in again. If it goes on, tell the administrator the code, and meanwhile use 居宅同意取得型 for outpatients or another proof.",
        ),
        WAIT,
    ),
    entry(
        "MC-2015",
        Class::Caller,
        Text::new(
            "カードとの通信が始まっていません。",
            "No dialogue with a card is open.",
        ),
        Text::new("最初からやり直してください。", "Start again."),
        Text::NONE,
    ),
];
