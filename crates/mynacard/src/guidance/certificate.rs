//! MC-3xxx: the certificates on the card and the records that its issuer signed.

use super::{BY_PIN, Class, Guidance, OTHER_PROOF, Text};

/// The card's data cannot be read: an accident of reading, or a damaged card.
const fn unreadable(code: &'static str, staff: Text) -> Guidance {
    Guidance {
        code,
        class: Class::Input,
        staff,
        next: Text::new(
            "カードを置き直してもう一度試してください。続くときはほかの方法で資格を確認してください。",
            "Put the card on the reader again and retry. If it goes on, use another proof.",
        ),
        patient: Text::new(
            "もう一度カードを置いていただけますか。",
            "Would you put your card on the reader once more, please?",
        ),
        instead: OTHER_PROOF,
    }
}

/// The card must not be accepted: what it shows is not what the issuer made.
const fn refused(code: &'static str, staff: Text) -> Guidance {
    Guidance {
        code,
        class: Class::Peer,
        staff,
        next: Text::new(
            "このカードでの確認はやめ、ほかの方法で資格を確認してください。画面のコードを管理者に伝えてください。",
            "Do not use this card; confirm the insurance by another proof and tell the administrator the code.",
        ),
        patient: Text::new(
            "こちらのカードでは確認ができませんでした。資格確認書などをお持ちですか。",
            "The card could not be used here. Do you have another proof of insurance?",
        ),
        instead: OTHER_PROOF,
    }
}

/// The program asked for something impossible.
const fn misuse(code: &'static str, staff: Text) -> Guidance {
    Guidance {
        code,
        class: Class::Caller,
        staff,
        next: Text::new(
            "システム管理者に画面のコードを伝えてください。",
            "Tell the administrator the code on the screen.",
        ),
        patient: Text::NONE,
        instead: &[],
    }
}

pub(super) const TABLE: &[Guidance] = &[
    unreadable(
        "MC-3001",
        Text::new(
            "カードのデータが壊れているか、読み取れません。",
            "Data of the card is damaged or not readable.",
        ),
    ),
    unreadable(
        "MC-3002",
        Text::new(
            "カードのデータの長さが合いません。",
            "Data of the card has the wrong length.",
        ),
    ),
    unreadable(
        "MC-3003",
        Text::new(
            "カードのデータが大きすぎます。",
            "Data of the card is too large.",
        ),
    ),
    refused(
        "MC-3004",
        Text::new(
            "電子証明書の版が正しくありません。",
            "The certificate has the wrong version.",
        ),
    ),
    refused(
        "MC-3005",
        Text::new(
            "電子証明書の署名方式が食い違っています。",
            "The certificate contradicts itself about its signature.",
        ),
    ),
    refused(
        "MC-3006",
        Text::new(
            "電子証明書に同じ項目が重複しています。",
            "The certificate holds an extension twice.",
        ),
    ),
    Guidance {
        code: "MC-3101",
        class: Class::Peer,
        staff: Text::new(
            "このカードの発行元の証明書が、この端末にまだありません。",
            "This terminal does not know the issuer of the card's certificate yet.",
        ),
        next: Text::new(
            "偽造とは限りません。ソフトウェアを更新してください。急ぐときはほかの方法で資格を確認してください。",
            "That does not mean it is forged: update the software. Use another proof if it cannot wait.",
        ),
        patient: Text::new(
            "確認に時間がかかっています。資格確認書などをお持ちでしたらお見せください。",
            "The confirmation is taking a while. Please show another proof of insurance if you have one.",
        ),
        instead: OTHER_PROOF,
    },
    refused(
        "MC-3102",
        Text::new(
            "試験用など、本番のものではないカードです。",
            "This card does not belong to the real system; it is a test card, for example.",
        ),
    ),
    refused(
        "MC-3103",
        Text::new(
            "利用者証明用と署名用の電子証明書が取り違えられています。",
            "The authentication and the signature certificate were mixed up.",
        ),
    ),
    refused(
        "MC-3104",
        Text::new(
            "電子証明書が発行元のものと一致しません（偽造または改ざん）。",
            "The certificate is forged or was altered.",
        ),
    ),
    Guidance {
        code: "MC-3105",
        class: Class::Environment,
        staff: Text::new(
            "電子証明書の有効期間がまだ始まっていません。",
            "The certificate is not valid yet.",
        ),
        next: Text::new(
            "この端末の日付と時刻が合っているか確かめてください。合っているときは、ほかの方法で資格を確認し、管理者に画面のコードを伝えてください。",
            "Check the date and time of this computer. If they are right, use another proof and tell the administrator the code on the screen.",
        ),
        patient: Text::NONE,
        instead: OTHER_PROOF,
    },
    Guidance {
        code: "MC-3106",
        class: Class::Environment,
        staff: Text::new(
            "発行元の証明書が、この時点では有効ではありません。",
            "The issuer's certificate is not valid at this time.",
        ),
        next: Text::new(
            "ほかの方法で資格を確認してください。この端末の日付と時刻を確かめ、合っていればソフトウェアの更新を管理者に依頼してください。",
            "Use another proof. Check the date and time of this computer; if they are right, have the administrator update the software.",
        ),
        patient: Text::NONE,
        instead: OTHER_PROOF,
    },
    refused(
        "MC-3107",
        Text::new(
            "電子証明書の署名方式を受け付けられません。",
            "The certificate's signature algorithm is not accepted.",
        ),
    ),
    refused(
        "MC-3108",
        Text::new(
            "電子証明書の鍵を受け付けられません。",
            "The certificate's key is not accepted.",
        ),
    ),
    refused(
        "MC-3109",
        Text::new(
            "電子証明書の番号が正しくありません。",
            "The certificate's serial number is not right.",
        ),
    ),
    refused(
        "MC-3110",
        Text::new(
            "電子証明書の鍵用途が合いません。",
            "The certificate's key usage does not fit.",
        ),
    ),
    refused(
        "MC-3111",
        Text::new(
            "電子証明書の拡張鍵用途が合いません。",
            "The certificate's extended key usage does not fit.",
        ),
    ),
    refused(
        "MC-3112",
        Text::new(
            "電子証明書のポリシーが合いません。",
            "The certificate's policy does not fit.",
        ),
    ),
    refused(
        "MC-3113",
        Text::new(
            "個人の電子証明書ではありません。",
            "This is not a person's certificate.",
        ),
    ),
    refused(
        "MC-3114",
        Text::new(
            "電子証明書の発行元の鍵が合いません。",
            "The certificate refers to another issuer's key.",
        ),
    ),
    refused(
        "MC-3115",
        Text::new(
            "電子証明書に未知の重要な項目があります。",
            "The certificate holds an unknown critical extension.",
        ),
    ),
    misuse(
        "MC-3116",
        Text::new(
            "ルート証明書として使えない証明書が設定されています。",
            "A certificate was configured as root that cannot be one.",
        ),
    ),
    refused(
        "MC-3117",
        Text::new(
            "電子証明書の必須項目の扱いが正しくありません。",
            "An extension of the certificate must be critical and is not.",
        ),
    ),
    refused(
        "MC-3118",
        Text::new(
            "電子証明書の発行者名が合いません。",
            "The certificate's issuer name does not fit.",
        ),
    ),
    refused(
        "MC-3119",
        Text::new(
            "電子証明書に、あってはならない拡張があります。",
            "The certificate holds an extension that does not belong in it.",
        ),
    ),
    refused(
        "MC-3201",
        Text::new(
            "カードの署名が、カードの電子証明書と合いません。",
            "The card's signature does not fit its certificate.",
        ),
    ),
    refused(
        "MC-3202",
        Text::new(
            "カードの署名の形式が正しくありません。",
            "The card's signature has the wrong form.",
        ),
    ),
    misuse(
        "MC-3203",
        Text::new(
            "署名方式と鍵の種類が合いません。",
            "The signature scheme does not fit the key.",
        ),
    ),
    misuse(
        "MC-3301",
        Text::new(
            "この電子証明書には氏名・住所などが入っていません。",
            "This certificate carries no name and address.",
        ),
    ),
    unreadable(
        "MC-3302",
        Text::new(
            "電子証明書の氏名・住所などの形式が正しくありません。",
            "A holder attribute has the wrong form.",
        ),
    ),
    Guidance {
        code: "MC-3401",
        class: Class::Peer,
        staff: Text::new(
            "カードの電子証明書は失効しています。",
            "The card's certificate was revoked.",
        ),
        next: Text::new(
            "カードでの確認はできません。ほかの方法で資格を確認し、市区町村の窓口を案内してください。",
            "The card cannot be used. Use another proof and refer the patient to the municipality.",
        ),
        patient: Text::new(
            "カードの電子証明書が使えなくなっています。市区町村の窓口でお手続きください。",
            "The certificate on your card can no longer be used. Please ask at your municipality.",
        ),
        instead: OTHER_PROOF,
    },
    Guidance {
        code: "MC-3402",
        class: Class::Environment,
        staff: Text::new(
            "電子証明書が失効していないか、いま確認できません。",
            "Whether the certificate was revoked cannot be told now.",
        ),
        next: Text::new(
            "しばらくしてからもう一度確認してください。急ぐときはほかの方法で資格を確認してください。",
            "Check again later; use another proof if it cannot wait.",
        ),
        patient: Text::NONE,
        instead: OTHER_PROOF,
    },
    misuse(
        "MC-3403",
        Text::new(
            "失効リストのファイルを読めません。",
            "The revocation list could not be read.",
        ),
    ),
    Guidance {
        code: "MC-3501",
        class: Class::Peer,
        staff: Text::new(
            "カードの券面データ（写真など）の発行元を、この端末では確かめられません。",
            "This terminal cannot verify who issued the card's printed data, such as its photo.",
        ),
        next: Text::new(
            "偽造とは限りません。カードに印刷された写真とご本人のお顔を見比べて目視で確認するか、暗証番号で確認してください。",
            "That does not mean it is forged. Compare the photo printed on the card with the person in a visual check, or check by PIN.",
        ),
        patient: Text::new(
            "写真を画面に表示できないため、カードを見せていただくか、暗証番号（4桁）の入力をお願いします。",
            "The photo cannot be shown on the screen. Please show the card, or enter your 4-digit PIN.",
        ),
        instead: BY_PIN,
    },
    refused(
        "MC-3502",
        Text::new(
            "カードの発行元の証明が偽造または改ざんされています。",
            "The card's issuer certificate is forged or altered.",
        ),
    ),
    refused(
        "MC-3503",
        Text::new(
            "カードの券面データが偽造または改ざんされています。",
            "The card's printed data is forged or altered.",
        ),
    ),
    refused(
        "MC-3504",
        Text::new(
            "カードの券面データが署名と合いません。",
            "The card's printed data does not fit what was signed.",
        ),
    ),
    refused(
        "MC-3505",
        Text::new(
            "カードの中の情報が互いに食い違っています。",
            "The card's records contradict each other.",
        ),
    ),
    refused(
        "MC-3506",
        Text::new(
            "カードが本物の鍵を持っていることを確認できません。",
            "The card did not prove that it holds its key.",
        ),
    ),
];
