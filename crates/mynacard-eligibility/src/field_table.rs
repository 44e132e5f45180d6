// The rows of the field table: number, name, tag, group, kind, label in Japanese, label in English.
// Included by field.rs. Numbers are stable: new rows take free numbers of their block.
fields! {
    101 PROCESS_EXECUTION_TIME "ProcessExecutionTime" Header Kind::DateTime, "処理実行日時" "time of processing";
    102 QUALIFICATION_CONFIRMATION_DATE "QualificationConfirmationDate" Header Kind::Date, "資格確認日" "date of confirmation";
    103 MEDICAL_INSTITUTION_CODE "MedicalInstitutionCode" Header Kind::InstitutionCode, "医療機関コード" "institution code";
    104 ARBITRARY_FILE_IDENTIFIER "ArbitraryFileIdentifier" Header Kind::Text, "任意のファイル識別子" "the sender's file identifier";
    105 REFERENCE_CLASSIFICATION "ReferenceClassification" Header Kind::Code(&code::REFERENCE), "照会区分" "kind of query";
    106 SEGMENT_OF_RESULT "SegmentOfResult" Header Kind::Code(&code::SEGMENT), "処理結果区分" "outcome of the file";
    107 ERROR_CODE "ErrorCode" Header Kind::Text, "エラーコード" "error code";
    108 ERROR_MESSAGE "ErrorMessage" Header Kind::Text, "エラーメッセージ" "error message";
    109 CHARACTER_CODE_IDENTIFIER "CharacterCodeIdentifier" Header Kind::Code(&code::CHARACTER_CODE), "文字コード識別" "character encoding";
    110 RECEPTION_NUMBER "ReceptionNumber" Header Kind::Text, "受付番号" "reception number";
    111 NUMBER_OF_PROCESSING_RESULT "NumberOfProcessingResult" Header Kind::Count, "処理結果件数" "results";
    112 NUMBER_OF_NORMAL_PROCESSING "NumberOfNormalProcessing" Header Kind::Count, "正常処理件数" "normal results";
    113 NUMBER_OF_ERROR "NumberOfError" Header Kind::Count, "エラー件数" "errors";

    201 PROCESSING_RESULT_STATUS "ProcessingResultStatus" Outcome Kind::Code(&code::STATUS), "処理結果状況" "outcome of the query";
    202 PROCESSING_RESULT_CODE "ProcessingResultCode" Outcome Kind::Text, "処理結果コード" "result code";
    203 PROCESSING_RESULT_MESSAGE "ProcessingResultMessage" Outcome Kind::Text, "処理結果メッセージ" "result message";
    204 QUALIFICATION_VALIDITY "QualificationValidity" Outcome Kind::Code(&code::VALIDITY), "資格有効性" "validity";
    205 PRESCRIPTION_ISSUE_SELECT "PrescriptionIssueSelect" Outcome Kind::Code(&code::PRESCRIPTION), "処方箋発行形態" "kind of prescription";

    301 INSURED_CARD_CLASSIFICATION "InsuredCardClassification" Insurance Kind::Code(&code::CARD), "被保険者証区分" "kind of insurance";
    302 INSURER_NUMBER "InsurerNumber" Insurance Kind::InsurerNumber, "保険者番号" "insurer number";
    303 INSURED_CARD_SYMBOL "InsuredCardSymbol" Insurance Kind::Text, "被保険者証記号" "symbol";
    304 INSURED_IDENTIFICATION_NUMBER "InsuredIdentificationNumber" Insurance Kind::Text, "被保険者証番号" "number";
    305 INSURED_BRANCH_NUMBER "InsuredBranchNumber" Insurance Kind::Text, "被保険者証枝番" "branch number";
    306 PERSONAL_FAMILY_CLASSIFICATION "PersonalFamilyClassification" Insurance Kind::Code(&code::RELATION), "本人・家族の別" "insured person or family";
    307 INSURED_NAME "InsuredName" Insurance Kind::Text, "被保険者氏名（世帯主氏名）" "name of the insured person (head of household)";
    308 INSURER_NAME "InsurerName" Insurance Kind::Text, "保険者名称" "insurer";

    321 NAME "Name" Person Kind::Text, "氏名" "name";
    322 NAME_OF_OTHER "NameOfOther" Person Kind::Text, "氏名（その他）" "other name";
    323 NAME_KANA "NameKana" Person Kind::Kana, "氏名カナ" "name in kana";
    324 NAME_OF_OTHER_KANA "NameOfOtherKana" Person Kind::Kana, "氏名カナ（その他）" "other name in kana";
    325 SEX1 "Sex1" Person Kind::Code(&code::SEX), "性別1" "sex";
    326 SEX2 "Sex2" Person Kind::Code(&code::SEX), "性別2" "sex as shown on request";
    327 BIRTHDATE "Birthdate" Person Kind::Date, "生年月日" "date of birth";
    328 ADDRESS "Address" Person Kind::Text, "住所" "address";
    329 POST_NUMBER "PostNumber" Person Kind::PostalCode, "郵便番号" "postal code";

    341 QUALIFICATION_DATE "QualificationDate" Dates Kind::Date, "資格取得年月日" "acquired on";
    342 DISQUALIFICATION_DATE "DisqualificationDate" Dates Kind::Date, "資格喪失年月日" "lost on";
    343 INSURED_CERTIFICATE_ISSUANCE_DATE "InsuredCertificateIssuanceDate" Dates Kind::Date, "被保険者証交付年月日" "issued on";
    344 INSURED_CARD_VALID_DATE "InsuredCardValidDate" Dates Kind::Date, "被保険者証有効開始年月日" "valid from";
    345 INSURED_CARD_EXPIRATION_DATE "InsuredCardExpirationDate" Dates Kind::Date, "被保険者証有効終了年月日" "valid until";

    361 INSURED_PARTIAL_CONTRIBUTION_RATIO "InsuredPartialContributionRatio" Burden Kind::Percent, "被保険者証一部負担金割合" "patient's share";
    362 PRESCHOOL_CLASSIFICATION "PreschoolClassification" Burden Kind::Code(&code::PRESCHOOL), "未就学区分" "preschool";
    363 REASON_OF_LOSS "ReasonOfLoss" Burden Kind::Code(&code::LOSS), "資格喪失事由" "reason of loss";

    381 ELDERLY_RECIPIENT_CERTIFICATE_DATE "ElderlyRecipientCertificateDate" Elderly Kind::Date, "高齢受給者証交付年月日" "issued on";
    382 ELDERLY_RECIPIENT_VALID_START_DATE "ElderlyRecipientValidStartDate" Elderly Kind::Date, "高齢受給者証有効開始年月日" "valid from";
    383 ELDERLY_RECIPIENT_VALID_END_DATE "ElderlyRecipientValidEndDate" Elderly Kind::Date, "高齢受給者証有効終了年月日" "valid until";
    384 ELDERLY_RECIPIENT_CONTRIBUTION_RATIO "ElderlyRecipientContributionRatio" Elderly Kind::Percent, "高齢受給者証一部負担金割合" "patient's share";

    401 LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG "LimitApplicationCertificateRelatedConsFlg" Limit Kind::Code(&code::LIMIT_CONSENT), "限度額適用認定証提供同意フラグ" "consent to show the benefit limit";
    402 LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_TIME "LimitApplicationCertificateRelatedConsTime" Limit Kind::DateTime, "限度額適用認定証提供同意日時" "benefit limit: time of consent";
    403 LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION "LimitApplicationCertificateClassification" Limit Kind::Code(&code::LIMIT_CERTIFICATE), "限度額適用認定証区分" "kind of certificate";
    404 LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG "LimitApplicationCertificateClassificationFlag" Limit Kind::Code(&code::LIMIT_CATEGORY), "限度額適用認定証適用区分" "category";
    405 LIMIT_APPLICATION_CERTIFICATE_DATE "LimitApplicationCertificateDate" Limit Kind::Date, "限度額適用認定証交付年月日" "issued on";
    406 LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE "LimitApplicationCertificateValidStartDate" Limit Kind::Date, "限度額適用認定証有効開始年月日" "valid from";
    407 LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE "LimitApplicationCertificateValidEndDate" Limit Kind::Date, "限度額適用認定証有効終了年月日" "valid until";
    408 LIMIT_APPLICATION_CERTIFICATE_LONG_TERM_DATE "LimitApplicationCertificateLongTermDate" Limit Kind::Date, "限度額適用認定証長期入院該当年月日" "long-term stay since";

    421 SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_FLG "SpecificDiseasesCertificateRelatedConsFlg" Disease Kind::Code(&code::LIMIT_CONSENT), "特定疾病療養受療証提供同意フラグ" "consent to show specific diseases";
    422 SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_TIME "SpecificDiseasesCertificateRelatedConsTime" Disease Kind::DateTime, "特定疾病療養受療証提供同意日時" "specific diseases: time of consent";
    423 SPECIFIC_DISEASES_DISEASE_CATEGORY "SpecificDiseasesDiseaseCategory" Disease Kind::Code(&code::DISEASE), "特定疾病療養受療証認定疾病区分" "disease";
    424 SPECIFIC_DISEASES_CERTIFICATE_DATE "SpecificDiseasesCertificateDate" Disease Kind::Date, "特定疾病療養受療証交付年月日" "issued on";
    425 SPECIFIC_DISEASES_VALID_START_DATE "SpecificDiseasesValidStartDate" Disease Kind::Date, "特定疾病療養受療証有効開始年月日" "valid from";
    426 SPECIFIC_DISEASES_VALID_END_DATE "SpecificDiseasesValidEndDate" Disease Kind::Date, "特定疾病療養受療証有効終了年月日" "valid until";
    427 SPECIFIC_DISEASES_SELF_PAY "SpecificDiseasesSelfPay" Disease Kind::Yen, "特定疾病療養受療証自己負担限度額" "patient's limit";

    441 TICKET_TYPE "TicketType" Ticket Kind::Code(&code::TICKET), "医療券・調剤券別" "kind of ticket";
    442 MEDICAL_TICKET_VALID_DATE "MedicalTicketValidDate" Ticket Kind::Date, "医療券・調剤券有効開始年月日" "valid from";
    443 MEDICAL_TICKET_EXPIRATION_DATE "MedicalTicketExpirationDate" Ticket Kind::Date, "医療券・調剤券有効終了年月日" "valid until";
    444 ISSUE_NUMBER "IssueNumber" Ticket Kind::Text, "交付番号" "issue number";
    445 MEDICAL_TREATMENT_MONTH "MedicalTreatmentMonth" Ticket Kind::Month, "診療年月" "month of treatment";
    446 DESIGNATED_MEDICAL_INSTITUTION_CODE "DesignatedMedicalInstitutionCode" Ticket Kind::InstitutionCode, "指定医療機関コード" "designated institution's code";
    447 DESIGNATED_MEDICAL_INSTITUTION_FLAG "DesignatedMedicalInstitutionFlag" Ticket Kind::Text, "指定医療機関確認フラグ" "designation confirmed";
    448 DESIGNATED_MEDICAL_INSTITUTION_NAME "DesignatedMedicalInstitutionName" Ticket Kind::Text, "指定医療機関名" "designated institution";
    449 PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_CODE "PrescriptionIssuerMedicalInstitutionCode" Ticket Kind::InstitutionCode, "処方箋発行元医療機関コード" "prescribing institution's code";
    450 PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_NAME "PrescriptionIssuerMedicalInstitutionName" Ticket Kind::Text, "処方箋発行元医療機関名" "prescribing institution";
    451 INJURY_NAME1 "InjuryName1" Ticket Kind::Text, "傷病名1" "illness 1";
    452 INJURY_NAME2 "InjuryName2" Ticket Kind::Text, "傷病名2" "illness 2";
    453 INJURY_NAME3 "InjuryName3" Ticket Kind::Text, "傷病名3" "illness 3";
    454 MEDICAL_TREATMENT_TYPE "MedicalTreatmentType" Ticket Kind::Code(&code::TREATMENT), "診療別" "kind of treatment";
    455 SELF_PAY_AMOUNT "SelfPayAmount" Ticket Kind::Yen, "本人支払額" "patient pays";
    456 DISTRICT_CONTACT_NAME "DistrictContactName" Ticket Kind::Text, "地区担当員名" "district contact";
    457 HANDLING_CONTACT_NAME "HandlingContactName" Ticket Kind::Text, "取扱担当者名" "handling contact";
    458 SINGLE_OR_COMBINED_USE "SingleOrCombinedUse" Ticket Kind::Code(&code::COMBINED), "単独・併用別" "alone or combined";
    459 STATUS_OF_SOCIAL_INSURANCE "StatusOfSocialInsurance" Ticket Kind::Text, "社会保険状況" "social insurance";
    460 CONSISTENCY_FLAG "ConsistencyFlag" Ticket Kind::Text, "社会保険状況の整合性フラグ" "social insurance agrees";
    461 STATUS_OF_INFECTON "StatusOfInfecton" Ticket Kind::Text, "感染症法第37条の2の該当状況" "infectious diseases act, article 37-2";
    462 STATUS_OF_ELDERLY_MEDICAL_CARE "StatusOfElderlyMedicalCare" Ticket Kind::Text, "後期高齢者医療の該当状況" "medical care for the old-old";
    463 STATUS_OF_PREFECTURAL_EXPENSES "StatusOfPrefecturalExpenses" Ticket Kind::Text, "都道府県費の該当状況" "prefectural expenses";
    464 REMARKS1 "Remarks1" Ticket Kind::Text, "備考1" "remark 1";
    465 REMARKS2 "Remarks2" Ticket Kind::Text, "備考2" "remark 2";
    466 REMARKS3 "Remarks3" Ticket Kind::Text, "備考3" "remark 3";

    481 SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_FLG "SpecificHealthCheckupsInfoConsFlg" Consent Kind::Code(&code::CONSENT), "特定健診情報閲覧同意フラグ" "checkups: consent";
    482 SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_TIME "SpecificHealthCheckupsInfoConsTime" Consent Kind::DateTime, "特定健診情報閲覧同意日時" "checkups: time of consent";
    483 SPECIFIC_HEALTH_CHECKUPS_INFO_AVAILABLE_TIME "SpecificHealthCheckupsInfoAvailableTime" Consent Kind::DateTime, "特定健診情報閲覧有効期限" "checkups: viewable until";
    484 PHARMACISTS_INFO_CONS_FLG "PharmacistsInfoConsFlg" Consent Kind::Code(&code::CONSENT), "薬剤情報閲覧同意フラグ" "medicines: consent";
    485 PHARMACISTS_INFO_CONS_TIME "PharmacistsInfoConsTime" Consent Kind::DateTime, "薬剤情報閲覧同意日時" "medicines: time of consent";
    486 PHARMACISTS_INFO_AVAILABLE_TIME "PharmacistsInfoAvailableTime" Consent Kind::DateTime, "薬剤情報閲覧有効期限" "medicines: viewable until";
    487 DIAGNOSIS_INFO_CONS_FLG "DiagnosisInfoConsFlg" Consent Kind::Code(&code::CONSENT), "診療情報閲覧同意フラグ" "treatment: consent";
    488 DIAGNOSIS_INFO_CONS_TIME "DiagnosisInfoConsTime" Consent Kind::DateTime, "診療情報閲覧同意日時" "treatment: time of consent";
    489 DIAGNOSIS_INFO_AVAILABLE_TIME "DiagnosisInfoAvailableTime" Consent Kind::DateTime, "診療情報閲覧有効期限" "treatment: viewable until";
    490 OPERATION_INFO_CONS_FLG "OperationInfoConsFlg" Consent Kind::Code(&code::CONSENT), "手術情報閲覧同意フラグ" "operations: consent";
    491 OPERATION_INFO_CONS_TIME "OperationInfoConsTime" Consent Kind::DateTime, "手術情報閲覧同意日時" "operations: time of consent";
    492 OPERATION_INFO_AVAILABLE_TIME "OperationInfoAvailableTime" Consent Kind::DateTime, "手術情報閲覧有効期限" "operations: viewable until";

    501 ARBITRARY_IDENTIFIER "ArbitraryIdentifier" Reference Kind::Text, "任意の識別子" "the sender's identifier";
    502 REFERENCE_NUMBER "ReferenceNumber" Reference Kind::Text, "照会番号" "the facility's chart number";

    601 CONSENT_DATE_FROM "ConsentDateFrom" Request Kind::Date, "同意日（開始）" "consented from";
    602 CONSENT_DATE_TO "ConsentDateTo" Request Kind::Date, "同意日（終了）" "consented until";
    603 EXAMINATION_DATE_FROM "ExaminationDateFrom" Request Kind::Date, "受診日（開始）" "examined from";
    604 EXAMINATION_DATE_TO "ExaminationDateTo" Request Kind::Date, "受診日（終了）" "examined until";
    605 MEDICAL_TREATMENT_FLAG "MedicalTreatmentFlag" Request Kind::Code(&code::CARE), "診療区分" "kind of care";
}
