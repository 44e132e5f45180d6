//! The sections of a message: which element holds which fields, in which order, and which elements it nests.
//!
//! ```
//! use mynacard_eligibility::Section;
//!
//! let insurance = Section::Confirmation.layout();
//! assert_eq!(insurance.tag, "ResultOfQualificationConfirmation");
//! assert!(!insurance.fields.is_empty());
//! ```

use crate::FieldId as F;

/// An element that holds fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Section {
    /// `MessageHeader`.
    Header,
    /// `MessageBody`.
    Body,
    /// `QualificationConfirmSearchInfo`: what was asked.
    Search,
    /// `ReferenceNumberRegistrationInfo`: a chart number (照会番号) and whose it is.
    Registration,
    /// `ResultOfQualificationConfirmation`: one insurance.
    Confirmation,
    /// `ElderlyRecipientCertificateInfo` (高齢受給者証).
    Elderly,
    /// `LimitApplicationCertificateRelatedInfo` (限度額適用認定証).
    Limit,
    /// `SpecificDiseasesCertificateInfo` (特定疾病療養受療証).
    Disease,
    /// `MedicalTicketInfo` (医療券・調剤券).
    Ticket,
    /// `BulkConfirmUnit`: one person of a bulk answer.
    Unit,
    /// `BulkRegistrationUnit`: one chart number of a bulk answer.
    RegistrationUnit,
}

/// What a section's element looks like.
#[derive(Debug)]
pub struct Layout {
    /// Its tag.
    pub tag: &'static str,
    /// Whether it may occur more than once in its parent.
    pub occurs: Occurs,
    /// Its fields, in writing order.
    pub fields: &'static [F],
    /// The sections it nests, in writing order.
    pub children: &'static [Child],
    /// The fields that the interface requires.
    pub required: &'static [F],
}

/// A section that another one nests.
#[derive(Debug)]
pub struct Child {
    /// Which.
    pub section: Section,
    /// The field it is written after; at the end without one.
    pub after: Option<F>,
    /// The list element around all of its occurrences. Reading takes them without it too, and within the body's list elsewhere.
    pub list: Option<&'static str>,
}

/// How often a section occurs in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// At most once.
    Once,
    /// Any number of times.
    Many,
}

impl Section {
    /// Every section.
    pub const ALL: [Section; 11] = [
        Section::Header,
        Section::Body,
        Section::Search,
        Section::Registration,
        Section::Confirmation,
        Section::Elderly,
        Section::Limit,
        Section::Disease,
        Section::Ticket,
        Section::Unit,
        Section::RegistrationUnit,
    ];

    /// What its element looks like.
    #[must_use]
    pub fn layout(self) -> &'static Layout {
        match self {
            Section::Header => &HEADER,
            Section::Body => &BODY,
            Section::Search => &SEARCH,
            Section::Confirmation => &CONFIRMATION,
            Section::Elderly => &ELDERLY,
            Section::Limit => &LIMIT,
            Section::Disease => &DISEASE,
            Section::Ticket => &TICKET,
            Section::Registration => &REGISTRATION,
            Section::Unit => &UNIT,
            Section::RegistrationUnit => &REGISTRATION_UNIT,
        }
    }

    /// What it is, in Japanese.
    #[must_use]
    pub fn label_ja(self) -> &'static str {
        match self {
            Section::Header => "ヘッダー",
            Section::Body => "本文",
            Section::Search => "照会内容",
            Section::Confirmation => "資格確認結果",
            Section::Elderly => "高齢受給者証",
            Section::Limit => "限度額適用認定証",
            Section::Disease => "特定疾病療養受療証",
            Section::Ticket => "医療券・調剤券",
            Section::Registration => "照会番号登録情報",
            Section::Unit => "一括照会の１件",
            Section::RegistrationUnit => "照会番号一括登録の１件",
        }
    }

    /// What it is, in English.
    #[must_use]
    pub fn label_en(self) -> &'static str {
        match self {
            Section::Header => "header",
            Section::Body => "body",
            Section::Search => "query",
            Section::Confirmation => "insurance",
            Section::Elderly => "elderly recipient certificate",
            Section::Limit => "benefit limit certificate",
            Section::Disease => "specific disease certificate",
            Section::Ticket => "medical ticket",
            Section::Registration => "chart number",
            Section::Unit => "person of a bulk answer",
            Section::RegistrationUnit => "chart number of a bulk answer",
        }
    }

    /// The tag of its element.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.layout().tag
    }
}

const fn at_end(section: Section) -> Child {
    Child {
        section,
        after: None,
        list: None,
    }
}

static HEADER: Layout = Layout {
    tag: "MessageHeader",
    occurs: Occurs::Once,
    fields: &[
        F::PROCESS_EXECUTION_TIME,
        F::QUALIFICATION_CONFIRMATION_DATE,
        F::MEDICAL_INSTITUTION_CODE,
        F::ARBITRARY_FILE_IDENTIFIER,
        F::RECEPTION_NUMBER,
        F::REFERENCE_CLASSIFICATION,
        F::SEGMENT_OF_RESULT,
        F::ERROR_CODE,
        F::ERROR_MESSAGE,
        F::NUMBER_OF_PROCESSING_RESULT,
        F::NUMBER_OF_NORMAL_PROCESSING,
        F::NUMBER_OF_ERROR,
        F::CHARACTER_CODE_IDENTIFIER,
    ],
    children: &[],
    required: &[],
};

static BODY: Layout = Layout {
    tag: "MessageBody",
    occurs: Occurs::Once,
    fields: &[
        F::RECEPTION_NUMBER,
        F::PRESCRIPTION_ISSUE_SELECT,
        F::PROCESSING_RESULT_STATUS,
        F::PROCESSING_RESULT_CODE,
        F::PROCESSING_RESULT_MESSAGE,
        F::QUALIFICATION_VALIDITY,
        F::REFERENCE_NUMBER,
    ],
    children: &[
        at_end(Section::Search),
        at_end(Section::Registration),
        Child {
            list: Some("ResultList"),
            ..at_end(Section::Confirmation)
        },
        at_end(Section::Unit),
        at_end(Section::RegistrationUnit),
    ],
    required: &[],
};

static SEARCH: Layout = Layout {
    tag: "QualificationConfirmSearchInfo",
    occurs: Occurs::Many,
    fields: &[
        F::REFERENCE_NUMBER,
        F::INSURER_NUMBER,
        F::INSURED_CARD_SYMBOL,
        F::INSURED_IDENTIFICATION_NUMBER,
        F::INSURED_BRANCH_NUMBER,
        F::BIRTHDATE,
        F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG,
        F::ARBITRARY_IDENTIFIER,
        F::MEDICAL_TREATMENT_MONTH,
        F::CONSENT_DATE_FROM,
        F::CONSENT_DATE_TO,
        F::EXAMINATION_DATE_FROM,
        F::EXAMINATION_DATE_TO,
        F::MEDICAL_TREATMENT_FLAG,
    ],
    children: &[],
    required: &[],
};

static CONFIRMATION: Layout = Layout {
    tag: "ResultOfQualificationConfirmation",
    occurs: Occurs::Many,
    fields: &[
        F::INSURED_CARD_CLASSIFICATION,
        F::INSURER_NUMBER,
        F::INSURED_CARD_SYMBOL,
        F::INSURED_IDENTIFICATION_NUMBER,
        F::INSURED_BRANCH_NUMBER,
        F::PERSONAL_FAMILY_CLASSIFICATION,
        F::INSURED_NAME,
        F::NAME,
        F::NAME_OF_OTHER,
        F::NAME_KANA,
        F::NAME_OF_OTHER_KANA,
        F::SEX1,
        F::SEX2,
        F::BIRTHDATE,
        F::ADDRESS,
        F::POST_NUMBER,
        F::QUALIFICATION_DATE,
        F::DISQUALIFICATION_DATE,
        F::INSURED_CERTIFICATE_ISSUANCE_DATE,
        F::INSURED_CARD_VALID_DATE,
        F::INSURED_CARD_EXPIRATION_DATE,
        F::INSURED_PARTIAL_CONTRIBUTION_RATIO,
        F::PRESCHOOL_CLASSIFICATION,
        F::REASON_OF_LOSS,
        F::INSURER_NAME,
        F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG,
        F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_TIME,
        F::SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_FLG,
        F::SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_TIME,
        F::SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_FLG,
        F::SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_TIME,
        F::SPECIFIC_HEALTH_CHECKUPS_INFO_AVAILABLE_TIME,
        F::PHARMACISTS_INFO_CONS_FLG,
        F::PHARMACISTS_INFO_CONS_TIME,
        F::PHARMACISTS_INFO_AVAILABLE_TIME,
        F::DIAGNOSIS_INFO_CONS_FLG,
        F::DIAGNOSIS_INFO_CONS_TIME,
        F::DIAGNOSIS_INFO_AVAILABLE_TIME,
        F::OPERATION_INFO_CONS_FLG,
        F::OPERATION_INFO_CONS_TIME,
        F::OPERATION_INFO_AVAILABLE_TIME,
        F::ARBITRARY_IDENTIFIER,
        F::REFERENCE_NUMBER,
        F::PRESCRIPTION_ISSUE_SELECT,
    ],
    children: &[
        Child {
            section: Section::Elderly,
            after: Some(F::INSURER_NAME),
            list: None,
        },
        Child {
            section: Section::Limit,
            after: Some(F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_TIME),
            list: None,
        },
        Child {
            section: Section::Disease,
            after: Some(F::SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_TIME),
            list: Some("SpecificDiseasesCertificateList"),
        },
        Child {
            section: Section::Ticket,
            after: Some(F::SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_TIME),
            list: Some("PublicExpenseResultList"),
        },
    ],
    required: &[
        F::INSURED_CARD_CLASSIFICATION,
        F::NAME,
        F::SEX1,
        F::BIRTHDATE,
        F::INSURER_NAME,
    ],
};

static ELDERLY: Layout = Layout {
    tag: "ElderlyRecipientCertificateInfo",
    occurs: Occurs::Once,
    fields: &[
        F::ELDERLY_RECIPIENT_CERTIFICATE_DATE,
        F::ELDERLY_RECIPIENT_VALID_START_DATE,
        F::ELDERLY_RECIPIENT_VALID_END_DATE,
        F::ELDERLY_RECIPIENT_CONTRIBUTION_RATIO,
    ],
    children: &[],
    required: &[],
};

static LIMIT: Layout = Layout {
    tag: "LimitApplicationCertificateRelatedInfo",
    occurs: Occurs::Once,
    fields: &[
        F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION,
        F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG,
        F::LIMIT_APPLICATION_CERTIFICATE_DATE,
        F::LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE,
        F::LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE,
        F::LIMIT_APPLICATION_CERTIFICATE_LONG_TERM_DATE,
    ],
    children: &[],
    required: &[],
};

static DISEASE: Layout = Layout {
    tag: "SpecificDiseasesCertificateInfo",
    occurs: Occurs::Many,
    fields: &[
        F::SPECIFIC_DISEASES_DISEASE_CATEGORY,
        F::SPECIFIC_DISEASES_CERTIFICATE_DATE,
        F::SPECIFIC_DISEASES_VALID_START_DATE,
        F::SPECIFIC_DISEASES_VALID_END_DATE,
        F::SPECIFIC_DISEASES_SELF_PAY,
    ],
    children: &[],
    required: &[],
};

static TICKET: Layout = Layout {
    tag: "MedicalTicketInfo",
    occurs: Occurs::Many,
    fields: &[
        F::TICKET_TYPE,
        F::MEDICAL_TICKET_VALID_DATE,
        F::MEDICAL_TICKET_EXPIRATION_DATE,
        F::ISSUE_NUMBER,
        F::MEDICAL_TREATMENT_MONTH,
        F::DESIGNATED_MEDICAL_INSTITUTION_CODE,
        F::DESIGNATED_MEDICAL_INSTITUTION_FLAG,
        F::DESIGNATED_MEDICAL_INSTITUTION_NAME,
        F::PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_CODE,
        F::PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_NAME,
        F::INJURY_NAME1,
        F::INJURY_NAME2,
        F::INJURY_NAME3,
        F::MEDICAL_TREATMENT_TYPE,
        F::SELF_PAY_AMOUNT,
        F::DISTRICT_CONTACT_NAME,
        F::HANDLING_CONTACT_NAME,
        F::SINGLE_OR_COMBINED_USE,
        F::STATUS_OF_SOCIAL_INSURANCE,
        F::CONSISTENCY_FLAG,
        F::STATUS_OF_INFECTON,
        F::STATUS_OF_ELDERLY_MEDICAL_CARE,
        F::STATUS_OF_PREFECTURAL_EXPENSES,
        F::REMARKS1,
        F::REMARKS2,
        F::REMARKS3,
    ],
    children: &[],
    required: &[],
};

static UNIT: Layout = Layout {
    tag: "BulkConfirmUnit",
    occurs: Occurs::Many,
    fields: &[
        F::PROCESSING_RESULT_STATUS,
        F::PROCESSING_RESULT_CODE,
        F::PROCESSING_RESULT_MESSAGE,
        F::QUALIFICATION_VALIDITY,
        F::REFERENCE_NUMBER,
    ],
    children: &[at_end(Section::Search), at_end(Section::Confirmation)],
    required: &[],
};

static REGISTRATION: Layout = Layout {
    tag: "ReferenceNumberRegistrationInfo",
    occurs: Occurs::Many,
    fields: &[
        F::REFERENCE_NUMBER,
        F::INSURER_NUMBER,
        F::INSURED_CARD_SYMBOL,
        F::INSURED_IDENTIFICATION_NUMBER,
        F::INSURED_BRANCH_NUMBER,
    ],
    children: &[],
    required: &[
        F::REFERENCE_NUMBER,
        F::INSURER_NUMBER,
        F::INSURED_IDENTIFICATION_NUMBER,
    ],
};

static REGISTRATION_UNIT: Layout = Layout {
    tag: "BulkRegistrationUnit",
    occurs: Occurs::Many,
    fields: &[
        F::PROCESSING_RESULT_STATUS,
        F::PROCESSING_RESULT_CODE,
        F::PROCESSING_RESULT_MESSAGE,
    ],
    children: &[at_end(Section::Registration)],
    required: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_place() {
        for field in crate::FIELDS {
            assert!(
                Section::ALL
                    .iter()
                    .any(|section| section.layout().fields.contains(&field.id)),
                "{}",
                field.tag
            );
        }
    }

    #[test]
    fn children_stand_after_a_field_of_their_parent() {
        for section in Section::ALL {
            let layout = section.layout();
            for child in layout.children {
                assert!(
                    child
                        .after
                        .is_none_or(|after| layout.fields.contains(&after)),
                    "{child:?}"
                );
            }
            assert!(
                layout
                    .required
                    .iter()
                    .all(|field| layout.fields.contains(field))
            );
        }
    }
}
