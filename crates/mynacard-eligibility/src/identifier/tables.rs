//! Prefectures and 法別番号, as data.

/// A 法別番号: under which law an insurer or a public payer acts. The list is not complete.
#[derive(Debug, PartialEq, Eq)]
pub struct Law {
    /// Two digits.
    pub number: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether it is insurance or public expense.
    pub kind: LawKind,
}

/// What a law pays as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LawKind {
    /// Medical insurance.
    Insurance,
    /// 公費負担.
    PublicExpense,
}

/// The known 法別番号.
pub static LAWS: &[Law] = &[
    insurance("01", "協会けんぽ"),
    insurance("02", "船員保険"),
    insurance("03", "日雇（一般療養）"),
    insurance("04", "日雇（特別療養費）"),
    insurance("06", "組合健保"),
    insurance("07", "自衛官等"),
    public("12", "生活保護"),
    public("15", "更生医療"),
    public("16", "育成医療"),
    public("21", "精神通院医療"),
    insurance("31", "国家公務員共済組合"),
    insurance("32", "地方公務員等共済組合"),
    insurance("33", "警察共済組合"),
    insurance("34", "公立学校共済組合・私立学校教職員共済"),
    insurance("39", "後期高齢者医療"),
    public("51", "特定疾患治療研究事業"),
    public("54", "難病"),
    insurance("63", "特定健康保険組合"),
    insurance("67", "退職国保"),
    insurance("72", "国家公務員特定共済組合"),
    insurance("73", "地方公務員等特定共済組合"),
    insurance("74", "警察特定共済組合"),
    insurance("75", "公立学校・私立学校教職員特定共済"),
];

/// The prefectures, 01 first.
pub static PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// The law with that number.
#[must_use]
pub fn law(number: &str) -> Option<&'static Law> {
    LAWS.iter().find(|law| law.number == number)
}

/// The prefecture with that number, `01` to `47`.
#[must_use]
pub fn prefecture(number: &str) -> Option<&'static str> {
    let index: usize = number.parse().ok().filter(|_| number.len() == 2)?;
    PREFECTURES.get(index.checked_sub(1)?).copied()
}

const fn insurance(number: &'static str, name: &'static str) -> Law {
    Law {
        number,
        name,
        kind: LawKind::Insurance,
    }
}

const fn public(number: &'static str, name: &'static str) -> Law {
    Law {
        number,
        name,
        kind: LawKind::PublicExpense,
    }
}
