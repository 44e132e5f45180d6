//! Answers of the service: not errors, but staff must know what each means for today's bill. Then what staff themselves decided.

use super::{BY_PIN, Class, Evidence, Guidance, NOT_CONFIRMED, OTHER_PROOF, Text, entry};

const fn answer(
    code: &'static str,
    staff: Text,
    next: Text,
    patient: Text,
    instead: &'static [Evidence],
) -> Guidance {
    Guidance {
        code,
        class: Class::Answer,
        staff,
        next,
        patient,
        instead,
    }
}

const SET_THE_CLOCK: Text = Text::new(
    "今日の確認はこのままで構いません。パソコンの日付と時刻の自動設定を有効にしてください。",
    "Today's check stands. Switch on the automatic setting of date and time.",
);

pub(super) const TABLE: &[Guidance] = &[
    answer(
        "OK-0001",
        Text::new(
            "有効な資格が確認できました。",
            "Valid insurance was confirmed.",
        ),
        Text::new(
            "保険者番号・記号・番号・枝番と負担割合を患者登録と照らし合わせてください。",
            "Compare insurer, symbol, number, branch and burden ratio with the chart.",
        ),
        Text::NONE,
        &[],
    ),
    answer(
        "OK-0002",
        Text::new(
            "資格は無効です（喪失しています）。",
            "The insurance is no longer valid.",
        ),
        Text::new(
            "喪失日と喪失事由を確認し、新しい保険の資格確認書などがあるか患者さんに尋ねてください。",
            "Check the date and the reason of the loss, and ask the patient for proof of the new insurance.",
        ),
        Text::new(
            "以前の保険は終わっています。新しい保険の資格確認書などをお持ちでしたらお見せください。",
            "Your former insurance has ended. Please show proof of your new insurance if you have it.",
        ),
        OTHER_PROOF,
    ),
    answer(
        "OK-0003",
        Text::new(
            "照会した資格は無効ですが、新しい資格が登録されています。",
            "The insurance asked for is no longer valid; a new one is registered.",
        ),
        Text::new(
            "表示された新しい資格を患者登録に反映してください。古い資格では請求できません。",
            "Take the new insurance shown into the chart. The old one cannot be billed.",
        ),
        Text::NONE,
        &[],
    ),
    answer(
        "OK-0004",
        Text::new("該当する資格が見つかりません。", "No insurance was found."),
        Text::new(
            "転職や引っ越しの直後は登録が間に合わないことがあります。ほかの方法で資格を確認してください。",
            "Just after a change of job or a move the registration may lag behind. Confirm the insurance by another proof.",
        ),
        Text::new(
            "保険の登録がまだ見つかりません。資格確認書や資格情報のお知らせをお持ちですか。",
            "Your insurance is not registered yet. Do you have an eligibility certificate or notice with you?",
        ),
        OTHER_PROOF,
    ),
    answer(
        "OK-0005",
        Text::new(
            "複数の資格が該当しました。",
            "Several insurances were found.",
        ),
        Text::new(
            "自動では選びません。今日使う資格を患者さんに確かめて選んでください。",
            "None is chosen automatically. Ask the patient which insurance is used today and choose it.",
        ),
        Text::new(
            "お使いになる保険はどちらですか。",
            "Which insurance do you use today?",
        ),
        &[],
    ),
    answer(
        "OK-0006",
        Text::new(
            "有効ですが、この医療機関への医療扶助の登録がまだありません。",
            "Valid, but the medical assistance is not registered for this institution yet.",
        ),
        Text::new(
            "福祉事務所に医療券・調剤券の登録を確認してください。",
            "Ask the welfare office whether the medical ticket is registered.",
        ),
        Text::NONE,
        &[],
    ),
    answer(
        "OK-0101",
        Text::new(
            "確認できました。カードの電子証明書の有効期限まで3か月を切っています。",
            "Confirmed. The card's certificate ends within three months.",
        ),
        Text::new(
            "更新を患者さんに案内してください。",
            "Tell the patient to renew it.",
        ),
        Text::new(
            "マイナンバーカードの電子証明書の期限が近づいています。お住まいの市区町村の窓口で更新できます（無料）。",
            "The certificate on your My Number Card ends soon. Your municipality renews it free of charge.",
        ),
        &[],
    ),
    answer(
        "OK-0102",
        Text::new(
            "確認できました。ただし、カードの電子証明書は有効期限を過ぎています。",
            "Confirmed, although the card's certificate has ended.",
        ),
        Text::new(
            "期限後に確認できるのは約3か月だけです。早めの更新を案内してください。",
            "It works for about three months after the end only. Ask the patient to renew it soon.",
        ),
        Text::new(
            "カードの電子証明書の期限が切れています。市区町村の窓口で更新をお願いします。",
            "The certificate on your card has ended. Please have it renewed at your municipality.",
        ),
        &[],
    ),
    answer(
        "OK-0201",
        Text::new(
            "カードの発行元を、この端末では確認できません。",
            "This terminal does not know the card's issuer.",
        ),
        Text::new(
            "資格はサービスの回答のとおりです。管理者にソフトウェアの更新を依頼してください。",
            "The insurance is as the service answered. Have the administrator update the software.",
        ),
        Text::NONE,
        &[],
    ),
    answer(
        "OK-0202",
        Text::new(
            "試験用のカードです。本物の資格確認ではありません。",
            "A test card: this is not a real confirmation.",
        ),
        Text::new(
            "患者さんの受付や請求には使わないでください。",
            "Do not use it for a patient or a bill.",
        ),
        Text::NONE,
        &[],
    ),
    answer(
        "OK-0203",
        Text::new(
            "このパソコンの時計が合っていません。サービスの時計より{n}秒進んでいます。",
            "This computer's clock is wrong. It is {n} s ahead of the service's.",
        ),
        SET_THE_CLOCK,
        Text::NONE,
        &[],
    ),
    answer(
        "OK-0204",
        Text::new(
            "このパソコンの時計が合っていません。サービスの時計より{n}秒遅れています。",
            "This computer's clock is wrong. It is {n} s behind the service's.",
        ),
        SET_THE_CLOCK,
        Text::NONE,
        &[],
    ),
    answer(
        "OK-3001",
        Text::new(
            "このカードは健康保険証としての利用登録がまだです。",
            "This card is not registered as an insurance card yet.",
        ),
        Text::new(
            "利用登録（マイナポータル、セブン銀行ATMなど）を案内するか、ほかの方法で資格を確認してください。",
            "Explain how to register it (Mynaportal, Seven Bank ATMs), or confirm the insurance by another proof.",
        ),
        Text::new(
            "カードの健康保険証利用登録をしていただくと、次回から使えます。今日は資格確認書などをお持ちですか。",
            "Once you register your card as insurance card you can use it. Do you have another proof with you today?",
        ),
        OTHER_PROOF,
    ),
    entry(
        NOT_CONFIRMED,
        Class::Caller,
        Text::new(
            "目視での確認が取れなかったため、中止しました。何も送っていません。",
            "The visual check was not confirmed and was stopped. Nothing was sent.",
        ),
        Text::new(
            "暗証番号で確認するか、最初からやり直してください。どちらもできないときは、ほかの方法で資格を確認してください。",
            "Check by PIN, or start again. If neither is possible, use another proof.",
        ),
        Text::new(
            "お写真での確認ができませんでしたので、暗証番号（4桁）の入力をお願いできますか。",
            "We could not confirm by the photo. Would you enter your 4-digit PIN, please?",
        ),
        BY_PIN,
    ),
];
