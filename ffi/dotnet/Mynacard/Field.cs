// Generated from the library's table of fields; do not edit.

namespace Mynacard
{
    /// <summary>The tags of an answer's fields, for <see cref="Answer.Text(string, int)"/>: a misspelt one does not compile.</summary>
    public static class Field
    {
        /// <summary>処理実行日時: time of processing.</summary>
        public const string ProcessExecutionTime = "ProcessExecutionTime";
        /// <summary>資格確認日: date of confirmation.</summary>
        public const string QualificationConfirmationDate = "QualificationConfirmationDate";
        /// <summary>医療機関コード: institution code.</summary>
        public const string MedicalInstitutionCode = "MedicalInstitutionCode";
        /// <summary>任意のファイル識別子: the sender's file identifier.</summary>
        public const string ArbitraryFileIdentifier = "ArbitraryFileIdentifier";
        /// <summary>照会区分: kind of query.</summary>
        public const string ReferenceClassification = "ReferenceClassification";
        /// <summary>処理結果区分: outcome of the file.</summary>
        public const string SegmentOfResult = "SegmentOfResult";
        /// <summary>エラーコード: error code.</summary>
        public const string ErrorCode = "ErrorCode";
        /// <summary>エラーメッセージ: error message.</summary>
        public const string ErrorMessage = "ErrorMessage";
        /// <summary>文字コード識別: character encoding.</summary>
        public const string CharacterCodeIdentifier = "CharacterCodeIdentifier";
        /// <summary>受付番号: reception number.</summary>
        public const string ReceptionNumber = "ReceptionNumber";
        /// <summary>処理結果件数: results.</summary>
        public const string NumberOfProcessingResult = "NumberOfProcessingResult";
        /// <summary>正常処理件数: normal results.</summary>
        public const string NumberOfNormalProcessing = "NumberOfNormalProcessing";
        /// <summary>エラー件数: errors.</summary>
        public const string NumberOfError = "NumberOfError";
        /// <summary>処理結果状況: outcome of the query.</summary>
        public const string ProcessingResultStatus = "ProcessingResultStatus";
        /// <summary>処理結果コード: result code.</summary>
        public const string ProcessingResultCode = "ProcessingResultCode";
        /// <summary>処理結果メッセージ: result message.</summary>
        public const string ProcessingResultMessage = "ProcessingResultMessage";
        /// <summary>資格有効性: validity.</summary>
        public const string QualificationValidity = "QualificationValidity";
        /// <summary>処方箋発行形態: kind of prescription.</summary>
        public const string PrescriptionIssueSelect = "PrescriptionIssueSelect";
        /// <summary>被保険者証区分: kind of insurance.</summary>
        public const string InsuredCardClassification = "InsuredCardClassification";
        /// <summary>保険者番号: insurer number.</summary>
        public const string InsurerNumber = "InsurerNumber";
        /// <summary>被保険者証記号: symbol.</summary>
        public const string InsuredCardSymbol = "InsuredCardSymbol";
        /// <summary>被保険者証番号: number.</summary>
        public const string InsuredIdentificationNumber = "InsuredIdentificationNumber";
        /// <summary>被保険者証枝番: branch number.</summary>
        public const string InsuredBranchNumber = "InsuredBranchNumber";
        /// <summary>本人・家族の別: insured person or family.</summary>
        public const string PersonalFamilyClassification = "PersonalFamilyClassification";
        /// <summary>被保険者氏名（世帯主氏名）: name of the insured person (head of household).</summary>
        public const string InsuredName = "InsuredName";
        /// <summary>保険者名称: insurer.</summary>
        public const string InsurerName = "InsurerName";
        /// <summary>氏名: name.</summary>
        public const string Name = "Name";
        /// <summary>氏名（その他）: other name.</summary>
        public const string NameOfOther = "NameOfOther";
        /// <summary>氏名カナ: name in kana.</summary>
        public const string NameKana = "NameKana";
        /// <summary>氏名カナ（その他）: other name in kana.</summary>
        public const string NameOfOtherKana = "NameOfOtherKana";
        /// <summary>性別1: sex.</summary>
        public const string Sex1 = "Sex1";
        /// <summary>性別2: sex as shown on request.</summary>
        public const string Sex2 = "Sex2";
        /// <summary>生年月日: date of birth.</summary>
        public const string Birthdate = "Birthdate";
        /// <summary>住所: address.</summary>
        public const string Address = "Address";
        /// <summary>郵便番号: postal code.</summary>
        public const string PostNumber = "PostNumber";
        /// <summary>資格取得年月日: acquired on.</summary>
        public const string QualificationDate = "QualificationDate";
        /// <summary>資格喪失年月日: lost on.</summary>
        public const string DisqualificationDate = "DisqualificationDate";
        /// <summary>被保険者証交付年月日: issued on.</summary>
        public const string InsuredCertificateIssuanceDate = "InsuredCertificateIssuanceDate";
        /// <summary>被保険者証有効開始年月日: valid from.</summary>
        public const string InsuredCardValidDate = "InsuredCardValidDate";
        /// <summary>被保険者証有効終了年月日: valid until.</summary>
        public const string InsuredCardExpirationDate = "InsuredCardExpirationDate";
        /// <summary>被保険者証一部負担金割合: patient's share.</summary>
        public const string InsuredPartialContributionRatio = "InsuredPartialContributionRatio";
        /// <summary>未就学区分: preschool.</summary>
        public const string PreschoolClassification = "PreschoolClassification";
        /// <summary>資格喪失事由: reason of loss.</summary>
        public const string ReasonOfLoss = "ReasonOfLoss";
        /// <summary>高齢受給者証交付年月日: issued on.</summary>
        public const string ElderlyRecipientCertificateDate = "ElderlyRecipientCertificateDate";
        /// <summary>高齢受給者証有効開始年月日: valid from.</summary>
        public const string ElderlyRecipientValidStartDate = "ElderlyRecipientValidStartDate";
        /// <summary>高齢受給者証有効終了年月日: valid until.</summary>
        public const string ElderlyRecipientValidEndDate = "ElderlyRecipientValidEndDate";
        /// <summary>高齢受給者証一部負担金割合: patient's share.</summary>
        public const string ElderlyRecipientContributionRatio = "ElderlyRecipientContributionRatio";
        /// <summary>限度額適用認定証提供同意フラグ: consent to show the benefit limit.</summary>
        public const string LimitApplicationCertificateRelatedConsFlg = "LimitApplicationCertificateRelatedConsFlg";
        /// <summary>限度額適用認定証提供同意日時: benefit limit: time of consent.</summary>
        public const string LimitApplicationCertificateRelatedConsTime = "LimitApplicationCertificateRelatedConsTime";
        /// <summary>限度額適用認定証区分: kind of certificate.</summary>
        public const string LimitApplicationCertificateClassification = "LimitApplicationCertificateClassification";
        /// <summary>限度額適用認定証適用区分: category.</summary>
        public const string LimitApplicationCertificateClassificationFlag = "LimitApplicationCertificateClassificationFlag";
        /// <summary>限度額適用認定証交付年月日: issued on.</summary>
        public const string LimitApplicationCertificateDate = "LimitApplicationCertificateDate";
        /// <summary>限度額適用認定証有効開始年月日: valid from.</summary>
        public const string LimitApplicationCertificateValidStartDate = "LimitApplicationCertificateValidStartDate";
        /// <summary>限度額適用認定証有効終了年月日: valid until.</summary>
        public const string LimitApplicationCertificateValidEndDate = "LimitApplicationCertificateValidEndDate";
        /// <summary>限度額適用認定証長期入院該当年月日: long-term stay since.</summary>
        public const string LimitApplicationCertificateLongTermDate = "LimitApplicationCertificateLongTermDate";
        /// <summary>特定疾病療養受療証提供同意フラグ: consent to show specific diseases.</summary>
        public const string SpecificDiseasesCertificateRelatedConsFlg = "SpecificDiseasesCertificateRelatedConsFlg";
        /// <summary>特定疾病療養受療証提供同意日時: specific diseases: time of consent.</summary>
        public const string SpecificDiseasesCertificateRelatedConsTime = "SpecificDiseasesCertificateRelatedConsTime";
        /// <summary>特定疾病療養受療証認定疾病区分: disease.</summary>
        public const string SpecificDiseasesDiseaseCategory = "SpecificDiseasesDiseaseCategory";
        /// <summary>特定疾病療養受療証交付年月日: issued on.</summary>
        public const string SpecificDiseasesCertificateDate = "SpecificDiseasesCertificateDate";
        /// <summary>特定疾病療養受療証有効開始年月日: valid from.</summary>
        public const string SpecificDiseasesValidStartDate = "SpecificDiseasesValidStartDate";
        /// <summary>特定疾病療養受療証有効終了年月日: valid until.</summary>
        public const string SpecificDiseasesValidEndDate = "SpecificDiseasesValidEndDate";
        /// <summary>特定疾病療養受療証自己負担限度額: patient's limit.</summary>
        public const string SpecificDiseasesSelfPay = "SpecificDiseasesSelfPay";
        /// <summary>医療券・調剤券別: kind of ticket.</summary>
        public const string TicketType = "TicketType";
        /// <summary>医療券・調剤券有効開始年月日: valid from.</summary>
        public const string MedicalTicketValidDate = "MedicalTicketValidDate";
        /// <summary>医療券・調剤券有効終了年月日: valid until.</summary>
        public const string MedicalTicketExpirationDate = "MedicalTicketExpirationDate";
        /// <summary>交付番号: issue number.</summary>
        public const string IssueNumber = "IssueNumber";
        /// <summary>診療年月: month of treatment.</summary>
        public const string MedicalTreatmentMonth = "MedicalTreatmentMonth";
        /// <summary>指定医療機関コード: designated institution's code.</summary>
        public const string DesignatedMedicalInstitutionCode = "DesignatedMedicalInstitutionCode";
        /// <summary>指定医療機関確認フラグ: designation confirmed.</summary>
        public const string DesignatedMedicalInstitutionFlag = "DesignatedMedicalInstitutionFlag";
        /// <summary>指定医療機関名: designated institution.</summary>
        public const string DesignatedMedicalInstitutionName = "DesignatedMedicalInstitutionName";
        /// <summary>処方箋発行元医療機関コード: prescribing institution's code.</summary>
        public const string PrescriptionIssuerMedicalInstitutionCode = "PrescriptionIssuerMedicalInstitutionCode";
        /// <summary>処方箋発行元医療機関名: prescribing institution.</summary>
        public const string PrescriptionIssuerMedicalInstitutionName = "PrescriptionIssuerMedicalInstitutionName";
        /// <summary>傷病名1: illness 1.</summary>
        public const string InjuryName1 = "InjuryName1";
        /// <summary>傷病名2: illness 2.</summary>
        public const string InjuryName2 = "InjuryName2";
        /// <summary>傷病名3: illness 3.</summary>
        public const string InjuryName3 = "InjuryName3";
        /// <summary>診療別: kind of treatment.</summary>
        public const string MedicalTreatmentType = "MedicalTreatmentType";
        /// <summary>本人支払額: patient pays.</summary>
        public const string SelfPayAmount = "SelfPayAmount";
        /// <summary>地区担当員名: district contact.</summary>
        public const string DistrictContactName = "DistrictContactName";
        /// <summary>取扱担当者名: handling contact.</summary>
        public const string HandlingContactName = "HandlingContactName";
        /// <summary>単独・併用別: alone or combined.</summary>
        public const string SingleOrCombinedUse = "SingleOrCombinedUse";
        /// <summary>社会保険状況: social insurance.</summary>
        public const string StatusOfSocialInsurance = "StatusOfSocialInsurance";
        /// <summary>社会保険状況の整合性フラグ: social insurance agrees.</summary>
        public const string ConsistencyFlag = "ConsistencyFlag";
        /// <summary>感染症法第37条の2の該当状況: infectious diseases act, article 37-2.</summary>
        public const string StatusOfInfecton = "StatusOfInfecton";
        /// <summary>後期高齢者医療の該当状況: medical care for the old-old.</summary>
        public const string StatusOfElderlyMedicalCare = "StatusOfElderlyMedicalCare";
        /// <summary>都道府県費の該当状況: prefectural expenses.</summary>
        public const string StatusOfPrefecturalExpenses = "StatusOfPrefecturalExpenses";
        /// <summary>備考1: remark 1.</summary>
        public const string Remarks1 = "Remarks1";
        /// <summary>備考2: remark 2.</summary>
        public const string Remarks2 = "Remarks2";
        /// <summary>備考3: remark 3.</summary>
        public const string Remarks3 = "Remarks3";
        /// <summary>特定健診情報閲覧同意フラグ: checkups: consent.</summary>
        public const string SpecificHealthCheckupsInfoConsFlg = "SpecificHealthCheckupsInfoConsFlg";
        /// <summary>特定健診情報閲覧同意日時: checkups: time of consent.</summary>
        public const string SpecificHealthCheckupsInfoConsTime = "SpecificHealthCheckupsInfoConsTime";
        /// <summary>特定健診情報閲覧有効期限: checkups: viewable until.</summary>
        public const string SpecificHealthCheckupsInfoAvailableTime = "SpecificHealthCheckupsInfoAvailableTime";
        /// <summary>薬剤情報閲覧同意フラグ: medicines: consent.</summary>
        public const string PharmacistsInfoConsFlg = "PharmacistsInfoConsFlg";
        /// <summary>薬剤情報閲覧同意日時: medicines: time of consent.</summary>
        public const string PharmacistsInfoConsTime = "PharmacistsInfoConsTime";
        /// <summary>薬剤情報閲覧有効期限: medicines: viewable until.</summary>
        public const string PharmacistsInfoAvailableTime = "PharmacistsInfoAvailableTime";
        /// <summary>診療情報閲覧同意フラグ: treatment: consent.</summary>
        public const string DiagnosisInfoConsFlg = "DiagnosisInfoConsFlg";
        /// <summary>診療情報閲覧同意日時: treatment: time of consent.</summary>
        public const string DiagnosisInfoConsTime = "DiagnosisInfoConsTime";
        /// <summary>診療情報閲覧有効期限: treatment: viewable until.</summary>
        public const string DiagnosisInfoAvailableTime = "DiagnosisInfoAvailableTime";
        /// <summary>手術情報閲覧同意フラグ: operations: consent.</summary>
        public const string OperationInfoConsFlg = "OperationInfoConsFlg";
        /// <summary>手術情報閲覧同意日時: operations: time of consent.</summary>
        public const string OperationInfoConsTime = "OperationInfoConsTime";
        /// <summary>手術情報閲覧有効期限: operations: viewable until.</summary>
        public const string OperationInfoAvailableTime = "OperationInfoAvailableTime";
        /// <summary>任意の識別子: the sender's identifier.</summary>
        public const string ArbitraryIdentifier = "ArbitraryIdentifier";
        /// <summary>照会番号: the facility's chart number.</summary>
        public const string ReferenceNumber = "ReferenceNumber";
        /// <summary>同意日（開始）: consented from.</summary>
        public const string ConsentDateFrom = "ConsentDateFrom";
        /// <summary>同意日（終了）: consented until.</summary>
        public const string ConsentDateTo = "ConsentDateTo";
        /// <summary>受診日（開始）: examined from.</summary>
        public const string ExaminationDateFrom = "ExaminationDateFrom";
        /// <summary>受診日（終了）: examined until.</summary>
        public const string ExaminationDateTo = "ExaminationDateTo";
        /// <summary>診療区分: kind of care.</summary>
        public const string MedicalTreatmentFlag = "MedicalTreatmentFlag";
    }
}
