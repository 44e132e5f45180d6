//! MC-1xxx: the card and its PINs.

use super::{BY_PIN, Class, Guidance, OTHER_PROOF, Text, WITHOUT_PIN, entry};

const PUT_AGAIN: Text = Text::new(
    "もう一度カードを置いていただけますか。画面が変わるまで動かさないでください。",
    "Please put your card on the reader again and leave it there until the screen changes.",
);
const RETRY_OR_CALL: Text = Text::new(
    "カードを置き直してもう一度試してください。続くときは管理者に画面のコードを伝えてください。",
    "Put the card on the reader again and retry. If it goes on, tell the administrator the code on the screen.",
);

pub(super) const TABLE: &[Guidance] = &[
    entry(
        "MC-1001",
        Class::Card,
        Text::new(
            "マイナンバーカードではありません。",
            "This is not a My Number Card.",
        ),
        Text::new(
            "診察券・運転免許証・ほかのICカードが置かれていないか確かめ、マイナンバーカードを1枚だけ置いてもらってください。",
            "See whether another card lies on the reader, and have only the My Number Card put there.",
        ),
        Text::new(
            "マイナンバーカードを、ほかのカードやスマートフォンと重ねずに置いてください。",
            "Please put your My Number Card on the reader, without other cards or a phone.",
        ),
        OTHER_PROOF,
    ),
    entry(
        "MC-1002",
        Class::Environment,
        Text::new(
            "カードが途中で離れました。",
            "The card left the reader too early.",
        ),
        Text::new(
            "カードを置き直して、もう一度確認してください。",
            "Put the card on the reader again and repeat the check.",
        ),
        PUT_AGAIN,
        &[],
    ),
    entry(
        "MC-1003",
        Class::Card,
        Text::new(
            "暗証番号が違います。あと{n}回間違えるとロックされます。",
            "Wrong PIN. It will be locked after {n} more wrong entries.",
        ),
        Text::new(
            "利用者証明用の暗証番号（4桁）を患者さんに確かめてください。自信がないときは入力せず、目視確認に切り替えてください。",
            "Ask the patient for the 4-digit PIN for user authentication. If unsure, do not guess: use the visual check.",
        ),
        Text::new(
            "暗証番号が違うようです。市区町村の窓口で決めた4桁の番号をもう一度お願いします。",
            "That PIN was not right. Please enter the 4-digit number that you chose at your municipality.",
        ),
        WITHOUT_PIN,
    ),
    entry(
        "MC-1004",
        Class::Card,
        Text::new(
            "暗証番号はあと1回間違えるとロックされます。まだ送っていません。",
            "One more wrong PIN locks the card. It was not sent.",
        ),
        Text::new(
            "患者さんに確かめ、確実なときだけ続けてください。そうでなければ目視確認に切り替えてください。",
            "Ask the patient and go on only when sure; otherwise use the visual check.",
        ),
        Text::new(
            "あと1回間違えるとロックされます。番号に自信はありますか。お顔の確認に切り替えることもできます。",
            "One more wrong entry locks your card. Are you sure of the number? We can check your photo instead.",
        ),
        WITHOUT_PIN,
    ),
    entry(
        "MC-1005",
        Class::Card,
        Text::new("暗証番号がロックされています。", "The PIN is locked."),
        Text::new(
            "目視確認に切り替えるか、ほかの方法で資格を確認してください。ロックの解除は市区町村の窓口でできます。署名用パスワードが分かる方は、一部のコンビニでも手続きできます。なお、暗証番号のない顔認証マイナンバーカードでも同じ表示になります。",
            "Use the visual check or another proof. A card for face recognition only (顔認証マイナンバーカード), which has no PIN, shows the same. The municipality unlocks a PIN (some convenience stores too, with the signature password).",
        ),
        Text::new(
            "暗証番号がロックされています。解除は市区町村の窓口でできます。今日はほかの方法で確認します。",
            "Your PIN is locked. Your municipality can unlock it. Today we confirm your insurance in another way.",
        ),
        WITHOUT_PIN,
    ),
    entry(
        "MC-1006",
        Class::Caller,
        Text::new(
            "暗証番号の形式が違います。カードには送っていません（回数は減っていません）。",
            "The PIN has the wrong form. It was not sent to the card; no try was spent.",
        ),
        Text::new(
            "数字4桁の暗証番号を入力し直してもらってください。署名用パスワードの場合は、英大文字と数字で6～16文字です。5回続けて間違えるとロックされます。",
            "Have the 4-digit PIN entered again. A signature password has 6 to 16 capital letters and digits and locks after 5 wrong entries in a row.",
        ),
        Text::new(
            "数字4桁の暗証番号を入力してください。",
            "Please enter your 4-digit PIN.",
        ),
        &[],
    ),
    entry(
        "MC-1007",
        Class::Card,
        Text::new(
            "暗証番号を送りましたが、結果が分かりません。残り回数が1回減った可能性があります。",
            "The PIN was sent but the outcome is not known. A try may have been spent.",
        ),
        Text::new(
            "カードを置き直し、残り回数を確かめてからやり直してください。同じ番号を続けて送らないでください。",
            "Put the card on the reader again and look at the tries left before entering the PIN again.",
        ),
        PUT_AGAIN,
        WITHOUT_PIN,
    ),
    entry(
        "MC-1008",
        Class::Card,
        Text::new(
            "カードに別のソフトの認証が残っています。安全のため中止しました。",
            "Another program's session is still open on the card. The check was stopped for safety.",
        ),
        Text::new(
            "カードを使うほかのソフトを閉じ、カード（スマートフォン）をいったん離してから置き直してください。iPhone で続くときは、実物のカードを置いてもらうか、ほかの方法で資格を確認してください。",
            "Close other programs that use the card, take the card or phone off and put it on again. If it goes on with an iPhone, ask for the card itself or accept another proof.",
        ),
        PUT_AGAIN,
        OTHER_PROOF,
    ),
    entry(
        "MC-1009",
        Class::Card,
        Text::new("カードが処理を受け付けませんでした。", "The card refused."),
        RETRY_OR_CALL,
        PUT_AGAIN,
        OTHER_PROOF,
    ),
    entry(
        "MC-1010",
        Class::Input,
        Text::new(
            "カードのデータが壊れています。",
            "Data on the card is damaged.",
        ),
        RETRY_OR_CALL,
        PUT_AGAIN,
        OTHER_PROOF,
    ),
    entry(
        "MC-1011",
        Class::Input,
        Text::new(
            "カードの応答がいつまでも終わらないため、中止しました。",
            "The card's answer does not end; the check was stopped.",
        ),
        RETRY_OR_CALL,
        PUT_AGAIN,
        OTHER_PROOF,
    ),
    entry(
        "MC-1012",
        Class::Card,
        Text::new(
            "このカード（スマートフォン）は、先に暗証番号の入力が必要です。",
            "This card (or phone) wants the PIN first.",
        ),
        Text::new(
            "暗証番号での確認に切り替えてください。",
            "Switch to the check by PIN.",
        ),
        Text::new(
            "暗証番号（4桁）の入力をお願いします。",
            "Please enter your 4-digit PIN.",
        ),
        BY_PIN,
    ),
    entry(
        "MC-1013",
        Class::Environment,
        Text::new(
            "リーダーにカードがありません。",
            "There is no card on the reader.",
        ),
        Text::new(
            "患者さんにカードを置いてもらってください。",
            "Ask the patient to put the card on the reader.",
        ),
        Text::new(
            "カードをリーダーに置いてください。",
            "Please put your card on the reader.",
        ),
        &[],
    ),
    entry(
        "MC-1014",
        Class::Environment,
        Text::new(
            "カードリーダーが使えなくなりました。",
            "The card reader is gone.",
        ),
        Text::new(
            "リーダーのケーブルを確かめ、つなぎ直してください。",
            "Check the reader's cable and plug it in again.",
        ),
        Text::NONE,
        OTHER_PROOF,
    ),
    entry(
        "MC-1015",
        Class::Environment,
        Text::new(
            "別のソフトがカードを使っています。",
            "Another program uses the card.",
        ),
        Text::new(
            "カードを使うほかのソフトを閉じ、カードを置き直してください。",
            "Close the other program and put the card on the reader again.",
        ),
        Text::NONE,
        OTHER_PROOF,
    ),
    entry(
        "MC-1016",
        Class::Environment,
        Text::new(
            "カードが時間内に応答しませんでした。",
            "The card did not answer in time.",
        ),
        RETRY_OR_CALL,
        PUT_AGAIN,
        OTHER_PROOF,
    ),
    entry(
        "MC-1017",
        Class::Caller,
        Text::new(
            "カードの確認を中止しました。",
            "The dialogue with the card was stopped.",
        ),
        Text::new(
            "続けるときは、最初からもう一度確認してください。",
            "Start again if needed.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-1018",
        Class::Input,
        Text::new(
            "カードまたはリーダーの応答が正しくありません。",
            "The card's or the reader's answer is not valid.",
        ),
        RETRY_OR_CALL,
        PUT_AGAIN,
        OTHER_PROOF,
    ),
    entry(
        "MC-1019",
        Class::Environment,
        Text::new(
            "このリーダーでは、この操作ができません。",
            "This reader cannot do that.",
        ),
        Text::new(
            "目視確認やテンキー入力の設定を切り替えるか、対応するリーダーを使ってください。",
            "Change the setting for visual check or keypad entry, or use a reader that can.",
        ),
        Text::NONE,
        OTHER_PROOF,
    ),
    entry(
        "MC-1020",
        Class::Environment,
        Text::new(
            "カードとの通信で障害が起きました。",
            "The exchange with the card failed.",
        ),
        RETRY_OR_CALL,
        PUT_AGAIN,
        OTHER_PROOF,
    ),
    entry(
        "MC-1021",
        Class::Card,
        Text::new(
            "カードに必要な機能がないか、停止されています。",
            "The card lacks a function, or it was deactivated.",
        ),
        Text::new(
            "ほかの方法で資格を確認し、市区町村の窓口を案内してください。",
            "Use another proof and refer the patient to the municipality.",
        ),
        Text::new(
            "カードの機能が止まっているようです。市区町村の窓口にお尋ねください。",
            "A function of your card seems to be deactivated. Please ask at your municipality.",
        ),
        OTHER_PROOF,
    ),
    entry(
        "MC-1022",
        Class::Caller,
        Text::new(
            "このカードの確認はすでに終わっています。",
            "The dialogue with the card has already ended.",
        ),
        Text::new("最初からやり直してください。", "Start again."),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-1023",
        Class::Card,
        Text::new(
            "暗証番号の変更を送りましたが、結果が分かりません。",
            "The change of PIN was sent but the outcome is not known.",
        ),
        Text::new(
            "カードを置き直し、残り回数を確かめてから、まず新しい番号を、違えば元の番号を試してもらってください。",
            "Put the card on again, look at the tries left, then have the new PIN tried first and the old one after it.",
        ),
        PUT_AGAIN,
        &[],
    ),
    entry(
        "MC-1024",
        Class::Input,
        Text::new(
            "通信記録のファイルを読み取れません。",
            "The trace file could not be read.",
        ),
        Text::new("ファイルを取り直してください。", "Record the trace again."),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-1025",
        Class::Caller,
        Text::new(
            "このカード操作は許可されていません。",
            "This command is not allowed.",
        ),
        Text::new(
            "管理者に画面のコードを伝えてください。",
            "Tell the administrator the code on the screen.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-1026",
        Class::Card,
        Text::new(
            "カードの券面データが署名と合いません。",
            "The card's printed data does not fit its signature.",
        ),
        Text::new(
            "このカードの表示内容は使わず、ほかの方法で資格を確認してください。画面のコードを管理者に伝えてください。",
            "Do not use what this card shows; use another proof and tell the administrator the code.",
        ),
        Text::new(
            "こちらのカードでは確認ができませんでした。資格確認書などをお持ちですか。",
            "The card could not be used here. Do you have another proof of insurance?",
        ),
        OTHER_PROOF,
    ),
    entry(
        "MC-1027",
        Class::Card,
        Text::new(
            "カード表面の内容（生年月日・有効期限・セキュリティコード）が、置かれたカードと合いません。あと{n}回間違えるとロックされます。",
            "The birth date, expiry year or security code does not fit this card. It will be locked after {n} more wrong entries.",
        ),
        Text::new(
            "カードの表面を見て、生年月日・有効期限の西暦年・セキュリティコード（4桁）を入力し直してください。暗証番号の残り回数は減っていません。",
            "Look at the card's front and enter birth date, expiry year and the 4-digit security code again. No PIN try was spent.",
        ),
        Text::new(
            "カードの表面をもう一度確かめさせてください。",
            "May I look at the front of your card once more, please?",
        ),
        BY_PIN,
    ),
    entry(
        "MC-1028",
        Class::Card,
        Text::new(
            "カード表面の内容での照合がロックされているため、写真を表示できません。暗証番号はロックされていません。",
            "The photo cannot be shown: comparison by what is printed on the card is locked. The PIN is not.",
        ),
        Text::new(
            "暗証番号で確認するか、ほかの方法で資格を確認してください。ロックの解除は市区町村の窓口でできます。",
            "Check by PIN or accept another proof. The municipality can unlock it.",
        ),
        Text::new(
            "写真を表示できないため、暗証番号（4桁）の入力をお願いします。",
            "The photo cannot be shown. Please enter your 4-digit PIN.",
        ),
        BY_PIN,
    ),
    entry(
        "MC-1029",
        Class::Card,
        Text::new(
            "カード表面の内容での照合は、あと1回間違えるとロックされます。まだ送っていません。",
            "One more wrong entry of what is printed on the card locks the photo. It was not sent.",
        ),
        Text::new(
            "生年月日・有効期限の西暦年・セキュリティコードが確実なときだけ続けてください。そうでなければ暗証番号で確認してください。",
            "Go on only when birth date, expiry year and security code are certain; otherwise check by PIN.",
        ),
        Text::new(
            "カードの表面をもう一度確かめさせてください。",
            "May I look at the front of your card once more, please?",
        ),
        BY_PIN,
    ),
];
