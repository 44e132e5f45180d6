//! An answer as a program reads it that knows the tags and nothing else: quick-xml with serde.
#![allow(dead_code, reason = "the values are read, and nobody looks at them")]

use serde::Deserialize;

/// Structs with one text for each tag, and lists of nested ones.
macro_rules! sections {
    ($($name:ident { $($tag:literal $field:ident,)* } { $($list:literal $nested:ident: $kind:ident,)* })*) => {$(
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(#[serde(rename = $tag)] $field: Option<String>,)*
            $(#[serde(rename = $list)] $nested: Vec<$kind>,)*
        }
    )*};
}

sections! {
    XmlMsg {
    } {
        "MessageHeader" message_header: MessageHeader,
        "MessageBody" message_body: MessageBody,
    }
    MessageBody {
        "PrescriptionIssueSelect" prescription_issue_select, "ProcessingResultStatus" processing_result_status,
        "ProcessingResultCode" processing_result_code, "ProcessingResultMessage" processing_result_message,
        "QualificationValidity" qualification_validity, "ReferenceNumber" reference_number,
    } {
        "ResultList" result_list: ResultList,
    }
    ResultList {
    } {
        "ResultOfQualificationConfirmation" result_of_qualification_confirmation: ResultOfQualificationConfirmation,
    }
    ResultOfQualificationConfirmation {
        "InsuredCardClassification" insured_card_classification, "InsurerNumber" insurer_number,
        "InsuredCardSymbol" insured_card_symbol, "InsuredIdentificationNumber" insured_identification_number,
        "InsuredBranchNumber" insured_branch_number, "PersonalFamilyClassification" personal_family_classification,
        "InsuredName" insured_name, "Name" name, "NameOfOther" name_of_other, "NameKana" name_kana,
        "NameOfOtherKana" name_of_other_kana, "Sex1" sex1, "Sex2" sex2, "Birthdate" birthdate, "Address" address,
        "PostNumber" post_number, "QualificationDate" qualification_date,
        "DisqualificationDate" disqualification_date,
        "InsuredCertificateIssuanceDate" insured_certificate_issuance_date,
        "InsuredCardValidDate" insured_card_valid_date, "InsuredCardExpirationDate" insured_card_expiration_date,
        "InsuredPartialContributionRatio" insured_partial_contribution_ratio,
        "PreschoolClassification" preschool_classification, "ReasonOfLoss" reason_of_loss, "InsurerName" insurer_name,
        "LimitApplicationCertificateRelatedConsFlg" limit_application_certificate_related_cons_flg,
        "LimitApplicationCertificateRelatedConsTime" limit_application_certificate_related_cons_time,
        "SpecificDiseasesCertificateRelatedConsFlg" specific_diseases_certificate_related_cons_flg,
        "SpecificDiseasesCertificateRelatedConsTime" specific_diseases_certificate_related_cons_time,
        "SpecificHealthCheckupsInfoConsFlg" specific_health_checkups_info_cons_flg,
        "SpecificHealthCheckupsInfoConsTime" specific_health_checkups_info_cons_time,
        "SpecificHealthCheckupsInfoAvailableTime" specific_health_checkups_info_available_time,
        "PharmacistsInfoConsFlg" pharmacists_info_cons_flg, "PharmacistsInfoConsTime" pharmacists_info_cons_time,
        "PharmacistsInfoAvailableTime" pharmacists_info_available_time,
        "DiagnosisInfoConsFlg" diagnosis_info_cons_flg, "DiagnosisInfoConsTime" diagnosis_info_cons_time,
        "DiagnosisInfoAvailableTime" diagnosis_info_available_time, "OperationInfoConsFlg" operation_info_cons_flg,
        "OperationInfoConsTime" operation_info_cons_time, "OperationInfoAvailableTime" operation_info_available_time,
        "ArbitraryIdentifier" arbitrary_identifier, "ReferenceNumber" reference_number,
        "PrescriptionIssueSelect" prescription_issue_select,
    } {
        "ElderlyRecipientCertificateInfo" elderly_recipient_certificate_info: ElderlyRecipientCertificateInfo,
        "LimitApplicationCertificateRelatedInfo" limit_application_certificate_related_info: LimitApplicationCertificateRelatedInfo,
        "SpecificDiseasesCertificateList" specific_diseases_certificate_list: SpecificDiseasesCertificateList,
        "PublicExpenseResultList" public_expense_result_list: PublicExpenseResultList,
    }
    PublicExpenseResultList {
    } {
        "MedicalTicketInfo" medical_ticket_info: MedicalTicketInfo,
    }
    MedicalTicketInfo {
        "TicketType" ticket_type, "MedicalTicketValidDate" medical_ticket_valid_date,
        "MedicalTicketExpirationDate" medical_ticket_expiration_date, "IssueNumber" issue_number,
        "MedicalTreatmentMonth" medical_treatment_month,
        "DesignatedMedicalInstitutionCode" designated_medical_institution_code,
        "DesignatedMedicalInstitutionFlag" designated_medical_institution_flag,
        "DesignatedMedicalInstitutionName" designated_medical_institution_name,
        "PrescriptionIssuerMedicalInstitutionCode" prescription_issuer_medical_institution_code,
        "PrescriptionIssuerMedicalInstitutionName" prescription_issuer_medical_institution_name,
        "InjuryName1" injury_name1, "InjuryName2" injury_name2, "InjuryName3" injury_name3,
        "MedicalTreatmentType" medical_treatment_type, "SelfPayAmount" self_pay_amount,
        "DistrictContactName" district_contact_name, "HandlingContactName" handling_contact_name,
        "SingleOrCombinedUse" single_or_combined_use, "StatusOfSocialInsurance" status_of_social_insurance,
        "ConsistencyFlag" consistency_flag, "StatusOfInfecton" status_of_infecton,
        "StatusOfElderlyMedicalCare" status_of_elderly_medical_care,
        "StatusOfPrefecturalExpenses" status_of_prefectural_expenses, "Remarks1" remarks1, "Remarks2" remarks2,
        "Remarks3" remarks3,
    } {
    }
    SpecificDiseasesCertificateList {
    } {
        "SpecificDiseasesCertificateInfo" specific_diseases_certificate_info: SpecificDiseasesCertificateInfo,
    }
    SpecificDiseasesCertificateInfo {
        "SpecificDiseasesDiseaseCategory" specific_diseases_disease_category,
        "SpecificDiseasesCertificateDate" specific_diseases_certificate_date,
        "SpecificDiseasesValidStartDate" specific_diseases_valid_start_date,
        "SpecificDiseasesValidEndDate" specific_diseases_valid_end_date,
        "SpecificDiseasesSelfPay" specific_diseases_self_pay,
    } {
    }
    LimitApplicationCertificateRelatedInfo {
        "LimitApplicationCertificateClassification" limit_application_certificate_classification,
        "LimitApplicationCertificateClassificationFlag" limit_application_certificate_classification_flag,
        "LimitApplicationCertificateDate" limit_application_certificate_date,
        "LimitApplicationCertificateValidStartDate" limit_application_certificate_valid_start_date,
        "LimitApplicationCertificateValidEndDate" limit_application_certificate_valid_end_date,
        "LimitApplicationCertificateLongTermDate" limit_application_certificate_long_term_date,
    } {
    }
    ElderlyRecipientCertificateInfo {
        "ElderlyRecipientCertificateDate" elderly_recipient_certificate_date,
        "ElderlyRecipientValidStartDate" elderly_recipient_valid_start_date,
        "ElderlyRecipientValidEndDate" elderly_recipient_valid_end_date,
        "ElderlyRecipientContributionRatio" elderly_recipient_contribution_ratio,
    } {
    }
    MessageHeader {
        "ProcessExecutionTime" process_execution_time,
        "QualificationConfirmationDate" qualification_confirmation_date,
        "MedicalInstitutionCode" medical_institution_code, "ArbitraryFileIdentifier" arbitrary_file_identifier,
        "ReceptionNumber" reception_number, "ReferenceClassification" reference_classification,
        "SegmentOfResult" segment_of_result, "ErrorCode" error_code, "ErrorMessage" error_message,
        "NumberOfProcessingResult" number_of_processing_result,
        "NumberOfNormalProcessing" number_of_normal_processing, "NumberOfError" number_of_error,
        "CharacterCodeIdentifier" character_code_identifier,
    } {
    }
}
