//! FHIR R4 after JP Core: each insurance as a `Coverage` that contains its patient and insurer.
//!
//! What is written is the same in R4 and R4B, which left these four resources alone; so the tests read it with `fhir.resources` as
//! R4B, since that reader has no module of R4.
//!
//! ```
//! use mynacard_eligibility::shape::fhir;
//! use mynacard_eligibility::{FieldId, Record, Section};
//!
//! let mut result = Record::new(Section::Confirmation);
//! result.insert(FieldId::INSURER_NUMBER, "01130012");
//! assert_eq!(fhir::coverage(&result, None)["resourceType"], "Coverage");
//! ```

use crate::identifier::InsurerNumber;
use crate::{Answer, FieldId as F, Record, Validity};
use serde_json::{Value, json};

/// System of the identifier of an insured person.
pub const MEMBER_ID: &str = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID";
/// System of insurer numbers; also OID 1.2.392.100495.20.3.61.
pub const INSURER_NUMBER: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber";
/// System of 医療機関等コード.
pub const INSTITUTION: &str =
    "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
/// System of 本人・家族の別.
pub const RELATIONSHIP: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory";
/// System of kinds of insurance.
pub const MAJOR_CATEGORY: &str =
    "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuranceMajorCategory";

const PROFILE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Coverage";
const EXTENSION: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPerson";
const REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";

/// A `Bundle` of type `collection` with one `Coverage` for each insurance.
#[must_use]
pub fn bundle(answer: &Answer) -> Value {
    let validity = answer.validity();
    let institution = answer.text(F::MEDICAL_INSTITUTION_CODE);
    let entries: Vec<Value> = answer
        .results()
        .iter()
        .map(|result| json!({ "resource": coverage(result.record(), validity.as_ref()) }))
        .collect();
    let mut bundle = json!({ "resourceType": "Bundle", "type": "collection" });
    if let Some(code) = institution {
        put(
            &mut bundle,
            "identifier",
            Some(json!({ "system": INSTITUTION, "value": code })),
        );
    }
    if let Some(time) = answer.processed_at() {
        let text = time.to_string().replacen(' ', "T", 1);
        put(
            &mut bundle,
            "timestamp",
            Some(json!(format!("{text}+09:00"))),
        );
    }
    if !entries.is_empty() {
        put(&mut bundle, "entry", Some(json!(entries)));
    }
    bundle
}

/// One insurance as a `Coverage`.
#[must_use]
pub fn coverage(result: &Record, validity: Option<&Validity>) -> Value {
    let number = result.text(F::INSURER_NUMBER).map(insurer);
    let mut coverage = json!({
        "resourceType": "Coverage",
        "meta": { "profile": [PROFILE] },
        "contained": [patient(result), organization(result, number.as_deref())],
        "status": match validity {
            Some(Validity::Valid | Validity::ValidUnregistered) => "active",
            Some(Validity::Invalid | Validity::InvalidNewerExists | Validity::NotFound) => {
                "cancelled"
            }
            // 複数該当 says of none of them that it ended, and an unknown code says nothing.
            Some(Validity::Several | Validity::Other(_)) | None => "draft",
        },
        "beneficiary": { "reference": "#patient" },
        "payor": [{ "reference": "#insurer" }],
    });
    let extensions: Vec<Value> = [
        ("Symbol", F::INSURED_CARD_SYMBOL),
        ("Number", F::INSURED_IDENTIFICATION_NUMBER),
        ("SubNumber", F::INSURED_BRANCH_NUMBER),
    ]
    .into_iter()
    .filter_map(|(name, field)| {
        Some(json!({ "url": format!("{EXTENSION}{name}"), "valueString": result.text(field)? }))
    })
    .collect();
    put(
        &mut coverage,
        "extension",
        (!extensions.is_empty()).then(|| json!(extensions)),
    );
    put(
        &mut coverage,
        "identifier",
        member_id(result).map(|value| json!([{ "system": MEMBER_ID, "value": value }])),
    );
    put(
        &mut coverage,
        "type",
        major_category(result).map(|(code, display)| coding(MAJOR_CATEGORY, code, display)),
    );
    let relation = result
        .text(F::PERSONAL_FAMILY_CLASSIFICATION)
        .and_then(|code| crate::code::RELATION.entry(code));
    put(
        &mut coverage,
        "relationship",
        relation.map(|entry| coding(RELATIONSHIP, entry.code, entry.label_ja)),
    );
    put(&mut coverage, "period", period(result));
    coverage
}

/// The identifier of an insured person: `<8 digits, zero padded>:<記号>:<番号>:<枝番>`; an absent part keeps its colon.
#[must_use]
pub fn member_id(result: &Record) -> Option<String> {
    let insurer = insurer(result.text(F::INSURER_NUMBER)?);
    let part = |field| result.text(field).unwrap_or_default();
    Some(format!(
        "{insurer}:{}:{}:{}",
        part(F::INSURED_CARD_SYMBOL),
        part(F::INSURED_IDENTIFICATION_NUMBER),
        part(F::INSURED_BRANCH_NUMBER)
    ))
}

/// Eight digits, zero padded; what is no insurer number stays as it is.
fn insurer(text: &str) -> String {
    InsurerNumber::parse(text).map_or_else(
        |_| text.trim().to_owned(),
        |parsed| parsed.value.padded_with_zeros(),
    )
}

fn patient(result: &Record) -> Value {
    let mut patient = json!({ "resourceType": "Patient", "id": "patient" });
    let name = |field, code: &str| {
        let text = result.text(field)?;
        Some(
            json!({ "extension": [{ "url": REPRESENTATION, "valueCode": code }], "use": "official", "text": text }),
        )
    };
    let names: Vec<Value> = [name(F::NAME, "IDE"), name(F::NAME_KANA, "SYL")]
        .into_iter()
        .flatten()
        .collect();
    put(
        &mut patient,
        "name",
        (!names.is_empty()).then(|| json!(names)),
    );
    // What the person asked to be shown stands first; "not set" says nothing where the other one is.
    let sexes = [F::SEX2, F::SEX1].map(|field| result.text(field));
    let gender = sexes.iter().flatten().next().map(|_| {
        let known = sexes.iter().flatten().find_map(|code| match *code {
            "1" => Some("male"),
            "2" => Some("female"),
            _ => None,
        });
        known.unwrap_or("unknown")
    });
    put(&mut patient, "gender", gender.map(|gender| json!(gender)));
    put(
        &mut patient,
        "birthDate",
        result
            .date(F::BIRTHDATE)
            .map(|date| json!(date.to_string())),
    );
    let mut address = json!({});
    put(
        &mut address,
        "text",
        result.text(F::ADDRESS).map(|text| json!(text)),
    );
    put(
        &mut address,
        "postalCode",
        result.text(F::POST_NUMBER).map(|text| json!(text)),
    );
    put(
        &mut patient,
        "address",
        address
            .as_object()
            .is_some_and(|parts| !parts.is_empty())
            .then(|| json!([address])),
    );
    patient
}

fn organization(result: &Record, number: Option<&str>) -> Value {
    let mut organization = json!({ "resourceType": "Organization", "id": "insurer" });
    put(
        &mut organization,
        "identifier",
        number.map(|value| json!([{ "system": INSURER_NUMBER, "value": value }])),
    );
    put(
        &mut organization,
        "name",
        result.text(F::INSURER_NAME).map(|name| json!(name)),
    );
    organization
}

/// 1 医保, 2 国保, 7 後期, 8 公費, by kind of insurance and 法別番号.
fn major_category(result: &Record) -> Option<(&'static str, &'static str)> {
    if result.text(F::INSURED_CARD_CLASSIFICATION) == Some("A1") {
        return Some(("8", "公費"));
    }
    let number = InsurerNumber::parse(result.text(F::INSURER_NUMBER)?)
        .ok()?
        .value;
    Some(match number.law() {
        None | Some("67") => ("2", "国保"),
        Some("39") => ("7", "後期"),
        Some("12" | "15" | "16" | "21" | "51" | "54") => ("8", "公費"),
        Some(_) => ("1", "医保"),
    })
}

fn period(result: &Record) -> Option<Value> {
    let date = |fields: [F; 2]| {
        fields
            .into_iter()
            .find_map(|field| result.date(field))
            .map(|date| json!(date.to_string()))
    };
    let mut period = json!({});
    put(
        &mut period,
        "start",
        date([F::INSURED_CARD_VALID_DATE, F::QUALIFICATION_DATE]),
    );
    put(
        &mut period,
        "end",
        date([F::DISQUALIFICATION_DATE, F::INSURED_CARD_EXPIRATION_DATE]),
    );
    period
        .as_object()
        .is_some_and(|parts| !parts.is_empty())
        .then_some(period)
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

fn put(object: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(key.to_owned(), value);
    }
}
