//! MC-5xxx: the flow at the desk, the terminal and its vault.

use super::{
    BY_PIN, CALL_ADMINISTRATOR, Class, Guidance, ONCE_MORE, OTHER_PROOF, Text, entry, service::WAIT,
};

const START_AGAIN: Text = Text::new(
    "最初からもう一度確認してください。",
    "Start the check again.",
);
/// What to do when the vault opens no more: the old one is set aside, and the terminal registered anew.
pub const REGISTER_AGAIN: Text = Text::new(
    "「mynacard terminal remove --forget」で今の登録情報を脇に移し、ポータルで新しいアクティベーションコードを発行して、「mynacard terminal activate」で初期登録をやり直してください。",
    "Set the present registration aside with mynacard terminal remove --forget, get a new activation code from the portal and register again with mynacard terminal activate.",
);

/// What concerns the terminal and its administrator, not the patient.
const fn terminal(code: &'static str, class: Class, staff: Text, next: Text) -> Guidance {
    entry(code, class, staff, next, Text::NONE, &[])
}

/// The same where no check is possible until it is mended: a patient who waits is served by another proof.
const fn stopped(code: &'static str, class: Class, staff: Text, next: Text) -> Guidance {
    entry(code, class, staff, next, WAIT, OTHER_PROOF)
}

pub(super) const TABLE: &[Guidance] = &[
    entry(
        "MC-5001",
        Class::Caller,
        Text::new(
            "本人確認だけを目的とした資格確認は認められていません。",
            "An insurance check for identity alone is not permitted.",
        ),
        Text::new(
            "本人確認だけなら、カードの券面を見せてもらってください。カードを預かったり、暗証番号を尋ねたりしないでください。",
            "For identity alone look at the card itself. Do not take the card and do not ask for the PIN.",
        ),
        Text::new(
            "カードのお顔の面を見せていただけますか。",
            "May I see the front of your card, please?",
        ),
        &[],
    ),
    terminal(
        "MC-5002",
        Class::Caller,
        Text::new(
            "資格確認の目的が正しくありません。",
            "The purpose of the check is not known.",
        ),
        CALL_ADMINISTRATOR,
    ),
    terminal(
        "MC-5003",
        Class::Caller,
        Text::new("確認を中止しました。", "The check was stopped."),
        Text::new(
            "続けるときは、最初からもう一度確認してください。送信の後で中止したときは、サービスで確認が済んでいることがあります。その場合は、有効時間（約2分）のうちなら同じ確認を送り直せます。",
            "Start again if needed. Stopped after sending, the service may have done the check; within its two minutes the same proof can be sent again.",
        ),
    ),
    stopped(
        "MC-5004",
        Class::Environment,
        Text::new(
            "この端末で安全な乱数を作れません。",
            "This computer gave no random numbers.",
        ),
        CALL_ADMINISTRATOR,
    ),
    entry(
        "MC-5011",
        Class::Environment,
        Text::new(
            "確認の有効時間が過ぎました。何も送っていません。",
            "The time for this check ran out. Nothing was sent.",
        ),
        START_AGAIN,
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-5012",
        Class::Peer,
        Text::new(
            "サービスの回答が、この確認のものではありません。回答は使いません。",
            "The service's answer does not belong to this check. It was discarded.",
        ),
        Text::new(
            "もう一度確認してください。続くときは管理者に画面のコードを伝えてください。",
            "Check again. If it goes on, tell the administrator the code on the screen.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-5013",
        Class::Card,
        Text::new(
            "カードの署名がカードの電子証明書と合いません。何も送っていません。",
            "The card's signature does not fit its certificate. Nothing was sent.",
        ),
        Text::new(
            "このカードでの確認はやめ、ほかの方法で資格を確認してください。",
            "Do not use this card; confirm the insurance by another proof.",
        ),
        Text::new(
            "こちらのカードでは確認ができませんでした。資格確認書などをお持ちですか。",
            "The card could not be used here. Do you have another proof of insurance?",
        ),
        OTHER_PROOF,
    ),
    entry(
        "MC-5014",
        Class::Card,
        Text::new(
            "カードの電子証明書の有効期限が切れています。",
            "The card's certificate has ended.",
        ),
        Text::new(
            "ほかの方法で資格を確認し、市区町村の窓口での更新を案内してください。",
            "Use another proof and refer the patient to the municipality for renewal.",
        ),
        Text::new(
            "カードの電子証明書の期限が切れています。市区町村の窓口で更新をお願いします。",
            "The certificate on your card has ended. Please have it renewed at your municipality.",
        ),
        OTHER_PROOF,
    ),
    entry(
        "MC-5015",
        Class::Card,
        Text::new(
            "このカードの発行元の証明書が、この端末にまだありません。",
            "This terminal does not know the issuer of the card's certificate yet.",
        ),
        Text::new(
            "偽造とは限りません。ソフトウェアを更新してください。急ぐときはほかの方法で資格を確認してください。",
            "That does not mean it is forged: update the software. Use another proof if it cannot wait.",
        ),
        Text::NONE,
        OTHER_PROOF,
    ),
    entry(
        "MC-5016",
        Class::Card,
        Text::new(
            "途中でカードが入れ替わりました。安全のため中止しました。",
            "The card was exchanged during the check, which was stopped for safety.",
        ),
        Text::new(
            "ご本人のカードだけを置いてもらい、最初からやり直してください。",
            "Have only the patient's own card put on the reader and start again.",
        ),
        Text::new(
            "ご本人のカードを置いてください。",
            "Please put your own card on the reader.",
        ),
        &[],
    ),
    entry(
        "MC-5017",
        Class::Environment,
        Text::new(
            "回線が戻る前に確認の有効時間（約2分）が過ぎました。結果は受け取れていません。",
            "The check's time of about two minutes ended before the line came back. There is no result.",
        ),
        Text::new(
            "患者さんにもう一度カードを置いてもらい、暗証番号の入力（または目視確認）からやり直してください。前回の結果が使われることはありません。",
            "Have the patient put the card on the reader once more and start again with the PIN or the visual check. The earlier result is never used.",
        ),
        Text::new(
            "回線が切れたため、お手数ですがもう一度カードを置いてください。",
            "The line went down; please put your card on the reader once more.",
        ),
        OTHER_PROOF,
    ),
    entry(
        "MC-5018",
        Class::Environment,
        Text::new(
            "このパソコンの時計が大きくずれているため、確認できませんでした。",
            "This computer's clock is far off, so the check failed.",
        ),
        Text::new(
            "パソコンの日付・時刻・タイムゾーン（日本標準時）を合わせてから、もう一度確認してください。カードに問題はありません。",
            "Set the computer's date, time and time zone (Japan) and check again. Nothing is wrong with the card.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-5019",
        Class::Environment,
        Text::new(
            "確認に時間がかかりすぎたため、途中で止めました。",
            "The check took too long and was stopped.",
        ),
        Text::new(
            "確認データ（署名）を送った後に止まったときは、有効時間（約2分）のうちなら「再送」できます（カードは不要です）。そうでないときは、カードを置き直してもらい最初からもう一度確認してください。続くときは回線とカードリーダーの接続を確かめてください。",
            "If it stopped after the signed proof had been sent, the same proof can be sent again within about two minutes, without the card. Otherwise have the card put on the reader again and start anew. If it goes on, check the line and the reader's connection.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    terminal(
        "MC-5021",
        Class::Caller,
        Text::new(
            "担当者名が入力されていないか、使えない文字があります。",
            "The operator's name is missing or cannot be used.",
        ),
        Text::new(
            "担当者名を入力し直してください。",
            "Enter the operator's name again.",
        ),
    ),
    entry(
        "MC-5022",
        Class::Caller,
        Text::new(
            "目視確認の対象が、いま置かれたカードではありません。",
            "The visual check was confirmed for another tap.",
        ),
        Text::new(
            "カードを置いてもらった後に、その方のお顔と写真を見比べて確認してください。",
            "After the card was put on the reader, compare this person with the photo and confirm.",
        ),
        ONCE_MORE,
        &[],
    ),
    entry(
        "MC-5023",
        Class::Caller,
        Text::new(
            "目視確認から時間が経ちすぎました。",
            "The visual check was confirmed too long ago.",
        ),
        Text::new(
            "もう一度お顔と写真を見比べて確認してください。",
            "Compare the person with the photo again and confirm.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-5024",
        Class::Caller,
        Text::new(
            "この端末では目視確認が使えない設定になっています。",
            "The visual check is off on this terminal.",
        ),
        Text::new(
            "暗証番号での確認に切り替えてください。目視確認を使う場合は、管理者が設定「目視確認で本人認証」をオンにします（mynacard terminal visual on）。",
            "Switch to the PIN. For visual checks the administrator switches the setting 目視確認で本人認証 on (mynacard terminal visual on).",
        ),
        Text::new(
            "暗証番号（4桁）の入力をお願いします。",
            "Please enter your 4-digit PIN.",
        ),
        BY_PIN,
    ),
    entry(
        "MC-5025",
        Class::Peer,
        Text::new(
            "サービスがカードに許されない操作を求めたため、止めました。",
            "The service asked the card for something that is not allowed. It was stopped.",
        ),
        Text::new(
            "暗証番号での確認に切り替え、管理者に画面のコードを伝えてください。",
            "Switch to the PIN and tell the administrator the code on the screen.",
        ),
        Text::NONE,
        BY_PIN,
    ),
    entry(
        "MC-5026",
        Class::Peer,
        Text::new(
            "目視確認の手続きが途中で終わりました。",
            "The visual check ended before it was complete.",
        ),
        Text::new(
            "もう一度試すか、暗証番号での確認に切り替えてください。",
            "Try again, or switch to the PIN.",
        ),
        ONCE_MORE,
        BY_PIN,
    ),
    entry(
        "MC-5027",
        Class::Card,
        Text::new(
            "このカードには顔写真がないため、目視確認はできません。",
            "This card carries no photo, so the visual check is not possible.",
        ),
        Text::new(
            "暗証番号で確認するか、ほかの書類で資格を確認してください。",
            "Check by PIN, or accept another proof of insurance.",
        ),
        Text::new(
            "暗証番号を入力していただくか、資格確認書などをお見せください。",
            "Please enter the PIN, or show another proof of insurance.",
        ),
        BY_PIN,
    ),
    entry(
        "MC-5028",
        Class::Caller,
        Text::new(
            "この機関では目視確認を利用できないため、設定「目視確認で本人認証」をオンにできません。",
            "This institution may not use the visual check, so that the setting 目視確認で本人認証 cannot be switched on.",
        ),
        Text::new(
            "暗証番号で確認してください。最近認められた場合は、端末証明書を更新してから（mynacard terminal renew）もう一度オンにしてください。",
            "Check by PIN. If it was allowed lately, renew the terminal's certificate (mynacard terminal renew), then switch it on again.",
        ),
        Text::NONE,
        &[],
    ),
    terminal(
        "MC-5201",
        Class::Caller,
        Text::new(
            "パスコードは8文字以上にしてください。",
            "A passcode has at least 8 characters.",
        ),
        Text::new(
            "推測されにくい8文字以上のパスコードを決めて、入力し直してください。",
            "Choose one of at least 8 characters that nobody can guess, and enter it again.",
        ),
    ),
    stopped(
        "MC-5202",
        Class::Caller,
        Text::new("パスコードが違います。", "Wrong passcode."),
        Text::new(
            "パスコードを確かめて、入力し直してください。何度も間違えると、この端末はロックされます。忘れたときは、「mynacard terminal remove --forget」で今の登録情報を脇に移し、新しいアクティベーションコードで初期登録をやり直してください。",
            "Enter it again with care: too many wrong entries lock this terminal. If it is forgotten, set the registration aside with mynacard terminal remove --forget and register again with a new activation code.",
        ),
    ),
    stopped(
        "MC-5203",
        Class::Caller,
        Text::new(
            "パスコードの間違いが続いたため、しばらく入力できません。",
            "After several wrong passcodes you have to wait.",
        ),
        Text::new(
            "30秒から、間違いが続くと最長30分かかります。残り時間は「mynacard doctor」で分かります。待ってから入力してください。",
            "Wait, between 30 seconds and 30 minutes as mistakes go on, then enter it. mynacard doctor shows the time left.",
        ),
    ),
    stopped(
        "MC-5204",
        Class::Caller,
        Text::new("この端末はロックされました。", "This terminal is locked."),
        REGISTER_AGAIN,
    ),
    stopped(
        "MC-5205",
        Class::Input,
        Text::new(
            "端末の登録情報のファイルが壊れています。",
            "The terminal's vault file is damaged.",
        ),
        Text::new(
            "バックアップから戻してください。ないときは、「mynacard terminal remove --forget」で脇に移し、新しいアクティベーションコードで初期登録をやり直してください。",
            "Restore it from a backup. Without one set it aside with mynacard terminal remove --forget and register again with a new activation code.",
        ),
    ),
    stopped(
        "MC-5206",
        Class::Input,
        Text::new(
            "端末の登録情報のファイルが、安全でない設定で作られています。",
            "The terminal's vault file was made with unsafe settings.",
        ),
        Text::new(
            "このファイルは使わず、「mynacard terminal remove --forget」で脇に移し、新しいアクティベーションコードで初期登録をやり直してください。",
            "Do not use this file: set it aside with mynacard terminal remove --forget and register again with a new activation code.",
        ),
    ),
    terminal(
        "MC-5207",
        Class::Caller,
        Text::new(
            "この端末はすでに初期登録されています。",
            "This terminal is registered already.",
        ),
        Text::new(
            "登録し直すときは、先に「mynacard terminal remove」で今の登録を終了してください。端末証明書の期限切れなどで終了できないときは「mynacard terminal remove --forget」を使ってください。",
            "To register it again, first end the present registration with mynacard terminal remove; where that fails, for example after the certificate ended, use mynacard terminal remove --forget.",
        ),
    ),
    stopped(
        "MC-5208",
        Class::Caller,
        Text::new(
            "この端末はまだ初期登録されていません。",
            "This terminal is not registered yet.",
        ),
        Text::new(
            "ユーザー設定情報（機関コード・ID・アクティベーションコード）で初期登録をしてください。",
            "Register it with the institution code, ID and activation code.",
        ),
    ),
    stopped(
        "MC-5209",
        Class::Environment,
        Text::new(
            "端末の登録情報のファイルを読み書きできません。",
            "The terminal's vault file cannot be read or written.",
        ),
        Text::new(
            "ディスクの空きとフォルダーの権限を管理者に確認してください。",
            "Ask the administrator about disk space and folder rights.",
        ),
    ),
    stopped(
        "MC-5210",
        Class::Caller,
        Text::new(
            "端末の登録情報に必要な項目がありません。",
            "The terminal's vault lacks an entry.",
        ),
        REGISTER_AGAIN,
    ),
    stopped(
        "MC-5211",
        Class::Environment,
        Text::new("メモリーが足りません。", "There is not enough memory."),
        Text::new(
            "ほかのソフトを閉じて、もう一度試してください。",
            "Close other programs and try again.",
        ),
    ),
    terminal(
        "MC-5301",
        Class::Caller,
        Text::new(
            "ユーザー設定情報（機関コード・ID・アクティベーションコード）の入力に誤りがあります。",
            "The institution code, ID or activation code cannot be right.",
        ),
        Text::new(
            "ポータルのユーザー設定情報を見ながら入力し直してください。",
            "Enter them again from the portal's user settings.",
        ),
    ),
    stopped(
        "MC-5302",
        Class::Peer,
        Text::new(
            "サービスが別の鍵の証明書を返しました。登録していません。",
            "The service certified another key. The terminal was not registered.",
        ),
        CALL_ADMINISTRATOR,
    ),
    stopped(
        "MC-5303",
        Class::Input,
        Text::new(
            "端末の登録情報を読み取れません。",
            "The stored terminal cannot be read.",
        ),
        REGISTER_AGAIN,
    ),
    stopped(
        "MC-5304",
        Class::Peer,
        Text::new(
            "サービスが別の端末の証明書を返しました。今までの登録をそのまま使います。",
            "The service renewed another terminal. The present registration stays in use.",
        ),
        CALL_ADMINISTRATOR,
    ),
    stopped(
        "MC-5401",
        Class::Environment,
        Text::new(
            "監査記録を書き込めないため、結果を表示していません。",
            "The audit trail cannot be written, so the result is not shown.",
        ),
        Text::new(
            "ディスクの空きとフォルダーの権限を管理者に確認してから、もう一度確認してください。",
            "Ask the administrator about disk space and folder rights, then check again.",
        ),
    ),
    stopped(
        "MC-5402",
        Class::Environment,
        Text::new(
            "監査記録の控えが見つからないか、書き換えられています。そのため、結果を表示していません。",
            "The head of the audit trail is missing or was altered, so the result is not shown.",
        ),
        Text::new(
            "フォルダーの中身を変えずに、すぐ管理者に画面のコードを伝えてください。それまでは、資格確認書などで資格を確認してください。",
            "Leave the folder as it is and tell the administrator the code on the screen at once. Until then use another proof of insurance.",
        ),
    ),
];
