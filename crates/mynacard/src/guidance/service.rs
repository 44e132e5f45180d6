//! MC-6xxx: the service and the line to it.

use super::{BY_PIN, Class, Guidance, ONCE_MORE, OTHER_PROOF, Text, entry};

pub(super) const WAIT: Text = Text::new(
    "ただいま確認に時間がかかっています。資格確認書などをお持ちでしたらお見せください。",
    "The confirmation is taking a while. Please show another proof of insurance if you have one.",
);

const OTHER_AND_CALL: Text = Text::new(
    "ほかの方法で資格を確認し、システム管理者に画面のコードを伝えてください。",
    "Confirm the insurance by another proof, and tell the administrator the code on the screen.",
);

const fn renewal(code: &'static str, staff: Text, patient: Text) -> Guidance {
    let next = Text::new(
        "カードでの確認はできません。ほかの方法で資格を確認し、市区町村の窓口での手続きを案内してください。",
        "The card cannot be used. Confirm the insurance by another proof and refer the patient to the municipality.",
    );
    entry(code, Class::Peer, staff, next, patient, OTHER_PROOF)
}

pub(super) const TABLE: &[Guidance] = &[
    entry(
        "MC-6001",
        Class::Environment,
        Text::new(
            "サービスにつながりません。",
            "The service cannot be reached.",
        ),
        Text::new(
            "回線を確かめて、もう一度試してください。続くときはほかの方法で資格を確認し、後で改めて確認してください。",
            "Check the line and try again. If it goes on, use another proof now and confirm later.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6002",
        Class::Environment,
        Text::new(
            "サービスから時間内に回答がありませんでした。",
            "The service did not answer in time.",
        ),
        Text::new(
            "回線を確かめて、もう一度確認してください。続くときはほかの方法で資格を確認してください。",
            "Check the line and try again. If it goes on, use another proof.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6003",
        Class::Caller,
        Text::new("確認を中止しました。", "The check was stopped."),
        Text::new(
            "必要なら最初からやり直してください。送信後に中止したときは、サービス側では処理が済んでいることがあります。",
            "Start again if needed. If it was stopped after sending, the service may have done its part.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6004",
        Class::Peer,
        Text::new(
            "接続先が正しいサービスだと確認できません。今回は何も送っていません。",
            "The server could not be verified as the right service. Nothing was sent this time.",
        ),
        Text::new(
            "接続先の設定と端末の時計を確かめ、直らないときは管理者に連絡してください。回避して続けないでください。",
            "Check the service address and the clock; otherwise call the administrator. Do not work around it.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6005",
        Class::Environment,
        Text::new(
            "安全な接続を確立できません。",
            "No secure connection could be made.",
        ),
        Text::new(
            "ほかの方法で資格を確認してください。通信を検査する機器やソフトが間に入っていないか、管理者に調べてもらってください。",
            "Confirm the insurance by another proof, and have the administrator see whether a device or program inspects the traffic.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6006",
        Class::Peer,
        Text::new(
            "サービスがこの端末の証明書を受け付けません。",
            "The service does not accept this terminal's certificate.",
        ),
        Text::new(
            "ほかの方法で資格を確認してください。端末証明書の期限を管理者に確かめてもらい、切れていれば端末の初期登録をやり直してください。",
            "Confirm the insurance by another proof. Have the administrator see when the terminal certificate ends and register the terminal again.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6007",
        Class::Input,
        Text::new(
            "サービスの回答を読み取れません。",
            "The service's answer could not be read.",
        ),
        Text::new(
            "もう一度確認してください。同じ確認の送り直しでは、サービスが記録した前回の結果が届くことがあります。続くときは管理者に画面のコードを伝えてください。",
            "Check again; sending the same check once more may bring the result that the service kept. If it goes on, tell the administrator the code on the screen.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6008",
        Class::Input,
        Text::new(
            "サービスの回答が大きすぎます。",
            "The service's answer is too large.",
        ),
        OTHER_AND_CALL,
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6009",
        Class::Peer,
        Text::new(
            "設定と異なるサービス（または環境）が応答しました。",
            "Another service, or another environment, answered.",
        ),
        Text::new(
            "ほかの方法で資格を確認してください。本番と試験用の接続先を取り違えていないか、管理者に確かめてもらってください。",
            "Confirm the insurance by another proof, and have the administrator look at the service address: production and test may have been mixed up.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6010",
        Class::Caller,
        Text::new(
            "サービスの設定が正しくありません。",
            "The service settings cannot be used.",
        ),
        OTHER_AND_CALL,
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6011",
        Class::Caller,
        Text::new(
            "この端末はまだ初期登録されていません。",
            "This terminal is not registered yet.",
        ),
        Text::new(
            "ユーザー設定情報（機関コード・ID・アクティベーションコード）で初期登録をしてください。",
            "Register it with the institution code, ID and activation code.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6012",
        Class::Input,
        Text::new(
            "サービスの回答に含まれる資格情報を読み取れません。",
            "The insurance in the service's answer could not be read.",
        ),
        OTHER_AND_CALL,
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6013",
        Class::Environment,
        Text::new(
            "送信後に回線が切れ、結果を受け取れませんでした。サービス側では処理が済んでいる可能性があります。",
            "The line broke after sending, and the result did not arrive. The service may have done its part.",
        ),
        Text::new(
            "回線が戻ったら「再送」してください（約2分以内ならカードは不要です）。過ぎたときは最初からもう一度確認してください（前回の結果は使われません）。初期登録や同意の登録の途中なら、同じ操作をもう一度行ってください。二重に登録されることはありません。",
            "Send it again when the line is back; within about two minutes the card is not needed. After that start the check again; the lost result is not used. While registering a terminal or a consent, do the same again: nothing is registered twice.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6014",
        Class::Environment,
        Text::new(
            "このパソコンの時計では、サービスの証明書が有効期間の外です。多くの場合、時計がずれています。",
            "By this computer's clock the service's certificate is not valid. Most often the clock is wrong.",
        ),
        Text::new(
            "パソコンの日付・時刻・タイムゾーン（日本標準時）を確かめてください。合っているときは、システム担当者に連絡してください。",
            "Look at the computer's date, time and time zone (Japan). If they are right, tell your system administrator.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6015",
        Class::Environment,
        Text::new(
            "サービスから続けて応答がないため、少しの間、問い合わせを控えています。何も送っていません。",
            "The service did not answer several times, so it is not being asked for a moment. Nothing was sent.",
        ),
        Text::new(
            "1分ほど待ってからもう一度確認してください。急ぐときはほかの方法で資格を確認してください。",
            "Wait a minute and check again. In a hurry, use another proof.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6101",
        Class::Peer,
        Text::new(
            "サービスがこの端末を認識していません。",
            "The service does not know this terminal.",
        ),
        Text::new(
            "ほかの方法で資格を確認してください。管理者にポータルで端末の登録状況を確認してもらい、初期登録をやり直してください。",
            "Confirm the insurance by another proof. Have the administrator look the terminal up in the portal and register it again.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6102",
        Class::Peer,
        Text::new(
            "アクティベーションコードは使用済みか、期限が切れています。",
            "The activation code was used already or has expired.",
        ),
        Text::new(
            "ポータルで新しいコードを発行し、入力し直してください。",
            "Get a new code from the portal and enter it.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6103",
        Class::Peer,
        Text::new(
            "登録できる端末の数に達しています。",
            "The institution has all the terminals it may have.",
        ),
        Text::new(
            "ポータルで端末追加を申請するか、使っていない端末の利用を終了してください。",
            "Apply for more terminals in the portal, or retire one that is not used.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6104",
        Class::Peer,
        Text::new(
            "この端末は別の機関のものとして登録されています。",
            "This terminal is registered for another institution.",
        ),
        Text::new(
            "ほかの方法で資格を確認し、機関コードの設定を管理者に確かめてもらってください。",
            "Confirm the insurance by another proof, and have the administrator look at the institution code in the settings.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6105",
        Class::Peer,
        Text::new(
            "この機関では目視確認を利用できません。",
            "This institution may not use the visual check.",
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
        "MC-6106",
        Class::Peer,
        Text::new(
            "この目的では資格確認を利用できません。",
            "The service does not serve this purpose.",
        ),
        Text::new(
            "本人確認だけが目的なら、カードの券面を見せてもらってください（資格確認は使えません）。",
            "If only the identity is needed, look at the card itself; the insurance check is not for that.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6121",
        Class::Peer,
        Text::new(
            "この確認はすでに処理されたか、無効になりました。",
            "This check was processed before, or is no longer valid.",
        ),
        Text::new(
            "最初からもう一度確認してください。",
            "Start the check again.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6122",
        Class::Peer,
        Text::new(
            "確認の有効時間が過ぎました。",
            "The time for this check ran out.",
        ),
        Text::new(
            "最初からもう一度確認してください。",
            "Start the check again.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6123",
        Class::Peer,
        Text::new(
            "サービスがカードの署名を受け付けませんでした。",
            "The service did not accept the card's signature.",
        ),
        Text::new(
            "もう一度確認してください。続くときはほかの方法で資格を確認し、管理者に連絡してください。",
            "Check again. If it goes on, use another proof and call the administrator.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6124",
        Class::Peer,
        Text::new(
            "サービスがこの種類の電子証明書を受け付けませんでした。",
            "The service does not accept this kind of certificate.",
        ),
        OTHER_AND_CALL,
        WAIT,
        OTHER_PROOF,
    ),
    renewal(
        "MC-6125",
        Text::new(
            "カードの電子証明書の有効期限が切れてから長く経っています。",
            "The card's certificate ended too long ago.",
        ),
        Text::new(
            "カードの電子証明書の期限が切れています。市区町村の窓口で更新をお願いします。",
            "The certificate on your card has ended. Please have it renewed at your municipality.",
        ),
    ),
    renewal(
        "MC-6126",
        Text::new(
            "カードの電子証明書は失効しています。",
            "The card's certificate was revoked.",
        ),
        Text::new(
            "カードの電子証明書が使えなくなっています。市区町村の窓口でお手続きください。",
            "The certificate on your card can no longer be used. Please ask at your municipality.",
        ),
    ),
    entry(
        "MC-6127",
        Class::Environment,
        Text::new(
            "電子証明書が有効かどうかを、サービスがいま確認できません。",
            "The service cannot tell now whether the certificate is still valid.",
        ),
        Text::new(
            "しばらくしてからもう一度確認してください。急ぐときはほかの方法で資格を確認してください。",
            "Check again later; use another proof if it cannot wait.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6131",
        Class::Peer,
        Text::new(
            "患者さんの同意が登録されていません。",
            "The patient has given no consent.",
        ),
        Text::new(
            "カードで同意を登録してください。",
            "Register the consent with the card.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6132",
        Class::Peer,
        Text::new(
            "同意の有効期間が終わっています。",
            "The consent has expired.",
        ),
        Text::new(
            "カードで同意を登録し直してください。",
            "Register the consent again with the card.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6133",
        Class::Peer,
        Text::new("同意は取り消されています。", "The consent was cancelled."),
        Text::new(
            "患者さんの意思を確かめ、必要ならカードで同意を登録し直してください。",
            "Ask the patient, and register a new consent with the card if wanted.",
        ),
        Text::NONE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6141",
        Class::Caller,
        Text::new(
            "サービスが依頼の内容を読み取れませんでした。",
            "The service could not read the request.",
        ),
        OTHER_AND_CALL,
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6151",
        Class::Environment,
        Text::new(
            "サービスはメンテナンス中です。",
            "The service is closed for maintenance.",
        ),
        Text::new(
            "ほかの方法で資格を確認し、再開後に改めて確認してください。",
            "Use another proof now and confirm after the service has returned.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6152",
        Class::Environment,
        Text::new(
            "サービスの内部で時間切れになりました。",
            "The service did not get its own answer in time.",
        ),
        Text::new(
            "しばらくしてからもう一度確認してください。急ぐときはほかの方法で資格を確認してください。",
            "Check again after a while; use another proof if it cannot wait.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6153",
        Class::Environment,
        Text::new(
            "サービスが混み合っています。",
            "The service is receiving too many requests.",
        ),
        Text::new(
            "少し待ってからもう一度確認してください。続くときはほかの方法で資格を確認してください。",
            "Wait a little and check again. If it goes on, use another proof.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6199",
        Class::Peer,
        Text::new(
            "サービスが確認を受け付けませんでした。",
            "The service refused the check.",
        ),
        OTHER_AND_CALL,
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6501",
        Class::Environment,
        Text::new(
            "連携フォルダー（OQS）を開けません。",
            "The exchange folder (OQS) is not available.",
        ),
        Text::new(
            "資格確認端末の電源と、共有フォルダーの接続を確かめてください。戻れば自動で続きから読み込みます。",
            "Check that the terminal is on and the share connected. Reading goes on by itself when it is back.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6502",
        Class::Environment,
        Text::new(
            "連携フォルダーのファイルを読み込めません。",
            "A file in the exchange folder could not be read.",
        ),
        Text::new(
            "フォルダーの権限と、ほかのソフトがファイルを開いたままにしていないかを確かめてください。",
            "Check the folder's rights and whether another program holds the file.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6503",
        Class::Input,
        Text::new(
            "連携フォルダーのファイルが大きすぎます。",
            "A file in the exchange folder is too large.",
        ),
        OTHER_AND_CALL,
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6504",
        Class::Input,
        Text::new(
            "一括照会の回答ファイル（ZIP）を開けません。",
            "The bulk answer (ZIP) cannot be opened.",
        ),
        Text::new(
            "資格確認端末で、もう一度ダウンロードしてください。",
            "Download it again at the terminal.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6505",
        Class::Caller,
        Text::new(
            "一括照会の回答ファイル（ZIP）のパスワードが設定されていないか、違います。",
            "The password of the bulk answer (ZIP) is not set, or wrong.",
        ),
        Text::new(
            "設定「ZIPパスワード」を、資格確認端末の設定と合わせてください。",
            "Set the ZIP password to the one configured at the terminal.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6506",
        Class::Environment,
        Text::new(
            "照会の控えを保存できません。照会は送っていません。",
            "The record of requests could not be written. Nothing was asked.",
        ),
        Text::new(
            "ディスクの空きとフォルダーの権限を確かめてください。",
            "Check disk space and the folder's rights.",
        ),
        Text::NONE,
        OTHER_PROOF,
    ),
    entry(
        "MC-6507",
        Class::Caller,
        Text::new(
            "この照会番号は使えません。",
            "The request's identifier cannot be used.",
        ),
        Text::new(
            "英数字の短い番号にしてください。",
            "Use a short identifier of letters and digits.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6508",
        Class::Caller,
        Text::new(
            "同じ番号の照会をすでに送っています。",
            "A request with this identifier was sent already.",
        ),
        Text::new(
            "前の照会の回答を待つか、別の番号で照会してください。",
            "Wait for its answer, or ask under another identifier.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6509",
        Class::Input,
        Text::new(
            "こちらから送っていない照会の回答が届きました。",
            "An answer came to a request that was not sent from here.",
        ),
        Text::new(
            "別の端末の照会かもしれません。取り込まずに管理者に伝えてください。",
            "It may belong to another computer. Do not take it over; tell the administrator.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6510",
        Class::Input,
        Text::new(
            "回答の中身が、照会した内容と合いません。",
            "The answer does not belong to the request.",
        ),
        Text::new(
            "取り込まずに、もう一度照会してください。",
            "Do not take it over; ask again.",
        ),
        WAIT,
        OTHER_PROOF,
    ),
    entry(
        "MC-6511",
        Class::Environment,
        Text::new(
            "同じ名前の資格確認結果ファイルが、すでにあります。",
            "A face file of that name is already there.",
        ),
        Text::new(
            "取り込み済みかどうかをレセコンで確かめてください。",
            "See in the receipt computer whether it was taken in.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6512",
        Class::Caller,
        Text::new(
            "この連携の記録は、ほかのプログラムが使用中です。",
            "Another program is using the records of this exchange.",
        ),
        Text::new(
            "同じソフトが二重に起動していないかを確かめてください。端末ごとに別の記録フォルダーを使います。",
            "See whether the same program runs twice. Each computer uses a folder of its own for its records.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-6513",
        Class::Caller,
        Text::new(
            "回答ファイルの読み込みを中止しました。",
            "Reading of the answer was stopped.",
        ),
        Text::new(
            "ファイルは残っています。必要なら、もう一度読み込んでください。",
            "The file is still there. Read it again if needed.",
        ),
        Text::NONE,
        &[],
    ),
];
