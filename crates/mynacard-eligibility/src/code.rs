//! The code tables (業務コード) of the interface, as data, with the official Japanese wording and an English one.
//!
//! ```
//! let sex = mynacard_eligibility::FieldId::SEX1.field().kind.table().expect("a field with codes");
//! assert_eq!(sex.entry("2").map(|code| code.label_ja), Some("女"));
//! assert_eq!(sex.entry("7"), None); // unknown codes are no errors
//! ```

/// One table of codes.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeTable {
    /// The table's number in the interface.
    pub number: u16,
    /// What the table is about, in Japanese.
    pub name_ja: &'static str,
    /// What the table is about, in English.
    pub name_en: &'static str,
    /// Its entries, in code order.
    pub entries: &'static [Code],
}

/// One code and its labels.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The value in the message.
    pub code: &'static str,
    /// The official wording.
    pub label_ja: &'static str,
    /// In English.
    pub label_en: &'static str,
}

impl CodeTable {
    /// The entry of a code; an unknown code is no error, services add them.
    #[must_use]
    pub fn entry(&self, code: &str) -> Option<&'static Code> {
        self.entries.iter().find(|entry| entry.code == code)
    }
}

/// Every table, by number.
pub static TABLES: &[&CodeTable] = &[
    &LIMIT_CONSENT,
    &REFERENCE,
    &SEGMENT,
    &STATUS,
    &CHARACTER_CODE,
    &VALIDITY,
    &SEX,
    &LOSS,
    &RELATION,
    &CARD,
    &LIMIT_CERTIFICATE,
    &LIMIT_CATEGORY,
    &DISEASE,
    &PRESCHOOL,
    &CONSENT,
    &PRESCRIPTION,
    &TICKET,
    &TREATMENT,
    &COMBINED,
    &CARE,
    &CONSENT_LOSS,
    &INFORMATION,
];

macro_rules! table {
    ($name:ident $number:literal $ja:literal $en:literal: $($code:literal $label_ja:literal $label_en:literal;)*) => {
        #[doc = concat!("Table ", stringify!($number), ": ", $ja, ", ", $en, ".")]
        pub static $name: CodeTable = CodeTable {
            number: $number,
            name_ja: $ja,
            name_en: $en,
            entries: &[$(Code { code: $code, label_ja: $label_ja, label_en: $label_en }),*],
        };
    };
}

table! { LIMIT_CONSENT 1 "限度額適用認定証提供同意" "consent to show the benefit limit":
    "0" "未同意" "no consent";
    "1" "同意" "consent given";
}
table! { REFERENCE 2 "照会区分" "kind of query":
    "1" "マイナンバーカード" "My Number Card";
    "2" "被保険者証情報" "insurance data";
}
table! { SEGMENT 3 "処理結果区分" "outcome of the file":
    "1" "正常終了" "finished";
    "2" "処理中" "in progress";
    "9" "異常終了" "failed";
}
table! { STATUS 4 "処理結果状況" "outcome of the query":
    "1" "正常終了" "normal";
    "2" "エラー" "error";
}
table! { CHARACTER_CODE 5 "文字コード識別" "character encoding":
    "0" "UTF-8" "UTF-8";
    "1" "Shift_JIS" "Shift_JIS";
}
table! { VALIDITY 6 "資格有効性" "validity of the insurance":
    "1" "有効" "valid";
    "2" "無効" "not valid";
    "3" "無効（新しい資格あり）" "not valid (newer insurance exists)";
    "4" "該当資格なし" "no insurance found";
    "5" "複数該当" "several found";
    "6" "有効（未登録）" "valid (not registered)";
}
table! { SEX 7 "性別" "sex":
    "1" "男" "male";
    "2" "女" "female";
    "3" "未設定" "not set";
}
table! { LOSS 8 "資格喪失事由" "reason of loss":
    "01" "死亡" "death";
    "02" "生活保護受給開始" "public assistance began";
    "03" "医療保険等の資格取得" "other insurance acquired";
    "99" "その他" "other";
}
table! { RELATION 9 "本人・家族の別" "insured person or family":
    "1" "本人" "insured person";
    "2" "家族" "family";
}
table! { CARD 10 "被保険者証区分" "kind of insurance":
    "01" "一般" "general";
    "02" "退職" "retired";
    "03" "短期（一般）" "short term (general)";
    "04" "短期（退職）" "short term (retired)";
    "05" "特別療養費" "special medical expenses";
    "06" "特例退職" "special retired";
    "07" "自衛官" "self-defence official";
    "A1" "医療扶助" "medical assistance";
}
table! { LIMIT_CERTIFICATE 11 "限度額適用認定証区分" "kind of benefit limit certificate":
    "01" "限度額適用認定証" "benefit limit";
    "02" "限度額適用・標準負担額減額認定証" "benefit limit and reduced standard charge";
    "03" "標準負担額減額認定証" "reduced standard charge";
}
table! { LIMIT_CATEGORY 12 "限度額適用認定証適用区分" "benefit limit category":
    "A01" "ア" "a";
    "A02" "イ" "i";
    "A03" "ウ" "u";
    "A04" "エ" "e";
    "A05" "オ" "o";
    "A06" "オ（境）" "o (border)";
    "B01" "現役並みⅢ" "income like the employed III";
    "B02" "現役並みⅡ" "income like the employed II";
    "B03" "現役並みⅠ" "income like the employed I";
    "B04" "一般" "general";
    "B05" "低所得Ⅱ" "low income II";
    "B06" "低所得Ⅰ" "low income I";
    "B07" "低所得Ⅰ（老福）" "low income I (old-age welfare)";
    "B08" "低所得Ⅰ（境）" "low income I (border)";
    "B09" "一般Ⅱ" "general II";
    "B10" "一般Ⅰ" "general I";
}
table! { DISEASE 13 "特定疾病区分" "specific disease":
    "1" "人工腎臓を実施している慢性腎不全（人工透析）" "dialysis";
    "2" "血友病" "haemophilia";
    "3" "抗ウイルス剤を投与している後天性免疫不全症候群（HIV）" "HIV";
}
table! { PRESCHOOL 15 "未就学区分" "preschool":
    "1" "未就学" "preschool";
}
table! { CONSENT 16 "閲覧同意" "consent to view":
    "0" "未同意" "no consent";
    "1" "同意" "consent given";
    "2" "期限切れ" "expired";
    "3" "同意取得不可" "could not be asked";
}
table! { PRESCRIPTION 17 "処方箋発行形態" "kind of prescription":
    "1" "電子処方箋" "electronic";
    "2" "紙の処方箋" "paper";
}
table! { TICKET 18 "医療券・調剤券別" "kind of ticket":
    "01" "医療券" "medical ticket";
    "02" "調剤券" "dispensing ticket";
}
table! { TREATMENT 19 "診療別" "kind of treatment":
    "01" "入院" "inpatient";
    "02" "入院外" "outpatient";
    "03" "歯科" "dental";
    "04" "調剤" "dispensing";
    "05" "訪問看護" "visiting nursing";
}
table! { COMBINED 20 "単独・併用別" "alone or combined":
    "01" "単独" "alone";
    "02" "併用" "combined";
}
table! { CARE 28 "診療区分" "kind of care":
    "1" "外来診療等" "outpatient";
    "2" "訪問診療等" "home visits";
    "3" "オンライン診療等" "online";
    "4" "救急時" "emergency";
}
table! { CONSENT_LOSS 31 "同意失効理由" "why a consent ended":
    "0" "補足" "supplement";
    "1" "医療機関等による取消" "cancelled by the institution";
    "2" "患者による取消" "cancelled by the patient";
    "3" "利用形態の変更" "change of use";
}
table! { INFORMATION 36 "情報種別" "kind of information":
    "TSR" "特定疾病療養受療証情報" "specific diseases";
    "TKK" "特定健診情報" "checkups";
    "YZK" "薬剤情報" "medicines";
    "SRJ" "診療情報" "treatment";
    "SHJ" "手術情報" "operations";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_codes_are_unique() {
        for (index, table) in TABLES.iter().enumerate() {
            assert!(
                TABLES[..index]
                    .iter()
                    .all(|other| other.number < table.number),
                "{}",
                table.number
            );
            for (index, entry) in table.entries.iter().enumerate() {
                assert!(
                    table.entries[..index]
                        .iter()
                        .all(|other| other.code != entry.code),
                    "{}",
                    entry.code
                );
                assert_eq!(table.entry(entry.code), Some(entry));
            }
        }
        assert_eq!(VALIDITY.entry("7"), None);
    }
}
