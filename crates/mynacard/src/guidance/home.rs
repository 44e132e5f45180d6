//! MC-55xx: consents, requeries and bulk queries (居宅同意取得型).

use super::{Class, Guidance, ONCE_MORE, OTHER_PROOF, Text, entry};

pub(super) const TABLE: &[Guidance] = &[
    entry(
        "MC-5501",
        Class::Caller,
        Text::new(
            "照会番号は1文字以上50文字以内で入力してください。",
            "A patient reference has 1 to 50 characters.",
        ),
        Text::new(
            "患者さんの番号（カルテ番号など）を確かめて、入力し直してください。",
            "Check the patient's number, for example the chart number, and enter it again.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-5502",
        Class::Caller,
        Text::new(
            "同意する情報の種類が正しくありません。",
            "The kinds of information are not right.",
        ),
        Text::new(
            "健診・薬剤・診療・手術のうち、患者さんが同意したものを一つ以上、重複なく選んでください。",
            "Choose one or more of checkups, medicines, treatment and operations, each once, as the patient agreed.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-5503",
        Class::Caller,
        Text::new(
            "カードなしの再照会は、訪問診療等の患者さんだけに使えます。照会していません。",
            "A requery without the card is for visited patients (訪問診療等) only. Nothing was asked.",
        ),
        Text::new(
            "オンライン診療等と外来診療等は、予約日か同意日の一覧から一括で照会するか、カードで確認してください。",
            "For online care and outpatients use the bulk query by appointment or consent date, or check with the card.",
        ),
        ONCE_MORE,
        OTHER_PROOF,
    ),
    entry(
        "MC-5504",
        Class::Caller,
        Text::new(
            "患者さんがカードで同意していない情報が含まれています。登録していません。",
            "This includes information that the patient did not agree to with the card. Nothing was registered.",
        ),
        Text::new(
            "同意された種類だけを選んでください。増やすときは、カードでもう一度同意を取得してください。",
            "Choose only what was agreed to. For more, ask the patient to agree again with the card.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-5505",
        Class::Caller,
        Text::new(
            "この診療区分の同意は、利用目的「訪問診療等」での確認が必要です。登録していません。",
            "A consent for this kind of care needs a check for visits. Nothing was registered.",
        ),
        Text::new(
            "利用目的を訪問診療等にして、カードの確認からやり直してください。",
            "Start again with the card, for the purpose of visits.",
        ),
        ONCE_MORE,
        &[],
    ),
    entry(
        "MC-5506",
        Class::Card,
        Text::new(
            "資格の回答がないため、同意を登録できません。",
            "There is no insurance in the answer, so no consent can be registered.",
        ),
        Text::new(
            "カードが健康保険証として利用登録されているか確かめてください。",
            "Check whether the card is registered as an insurance card.",
        ),
        Text::new(
            "このカードはまだ健康保険証として登録されていません。",
            "This card is not yet registered as an insurance card.",
        ),
        OTHER_PROOF,
    ),
    entry(
        "MC-5507",
        Class::Caller,
        Text::new(
            "診療予定日が過去の日付です。",
            "The day of the visit is in the past.",
        ),
        Text::new(
            "今日以降の日付を入力してください。",
            "Enter today or a later day.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-5508",
        Class::Caller,
        Text::new(
            "期間の終わりが始まりより前です。",
            "The period ends before it begins.",
        ),
        Text::new("期間を入力し直してください。", "Enter the period again."),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-5509",
        Class::Caller,
        Text::new(
            "受付番号は数字20桁です。",
            "A reception number has twenty digits.",
        ),
        Text::new(
            "一括照会を申し込んだときの受付番号を入力し直してください。",
            "Enter the reception number that the bulk query was given.",
        ),
        Text::NONE,
        &[],
    ),
    entry(
        "MC-5510",
        Class::Caller,
        Text::new(
            "診療区分が正しくありません。",
            "There is no such kind of care.",
        ),
        Text::new(
            "外来診療等・訪問診療等・オンライン診療等から選んでください。",
            "Choose outpatient, visiting or online.",
        ),
        Text::NONE,
        &[],
    ),
];
