//! A bulk answer's parts: the header, and people as they stand in it.

use mynacard_eligibility::{Encoding, FieldId as F, Record, Section, Unmappable, XmlOptions};

pub(crate) const SJIS: XmlOptions = XmlOptions {
    encoding: Encoding::ShiftJis,
    unmappable: Unmappable::Refuse,
};

pub(crate) fn bulk_header() -> Record {
    Record::builder(Section::Header)
        .set(F::MEDICAL_INSTITUTION_CODE, "0110113719")
        .set(F::RECEPTION_NUMBER, "R-1")
        .set(F::CHARACTER_CODE_IDENTIFIER, "1")
        .build()
        .unwrap()
}

/// One person with one insurance; `index` tells them apart.
pub(crate) fn unit(index: usize) -> Record {
    Record::builder(Section::Unit)
        .set(F::PROCESSING_RESULT_STATUS, "1")
        .set(F::QUALIFICATION_VALIDITY, "1")
        .set(F::REFERENCE_NUMBER, index.to_string())
        .child(
            Record::builder(Section::Search)
                .set(F::INSURED_IDENTIFICATION_NUMBER, index.to_string()),
        )
        .child(
            Record::builder(Section::Confirmation)
                .set(F::INSURED_CARD_CLASSIFICATION, "01")
                .set(F::INSURER_NUMBER, "06130488")
                .set(F::NAME, "医療 太郎")
                .set(F::NAME_KANA, "ｲﾘｮｳ ﾀﾛｳ")
                .set(F::SEX1, "1")
                .set(F::BIRTHDATE, "19800401")
                .set(F::INSURER_NAME, "全国健康保険協会"),
        )
        .build()
        .unwrap()
}
