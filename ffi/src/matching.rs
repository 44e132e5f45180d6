//! Whose chart is an answer's, and what differs.

use std::collections::BTreeMap;

use mynacard::eligibility::matching::{
    Candidates, Difference, Outcome, Patient, Weight, candidates, compare,
};
use mynacard::eligibility::{Answer, FieldId, Record};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{self, mynacard_answer};
use crate::buffer::mynacard_buffer;
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker};
use crate::input::{bytes, out};
use crate::json;
use crate::status::mynacard_status;

/// A patient as the program's records have her.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chart {
    key: String,
    reference_number: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// Looks which charts an answer may belong to, and compares them field by field. Nothing is picked and nothing corrected: a
/// person decides.
///
/// `charts` is a JSON array: `[{"key":"4711","reference_number":"0001","fields":{"Name":"…","NameKana":"…",
/// "Birthdate":"19800217","InsurerNumber":"…"}}]`; `key` comes back, `reference_number` (照会番号) may be left out, `fields` are
/// the tags of `mynacard_fields_json`. `json` receives one element for each insurance of the answer:
/// `[{"found":"one","charts":[{"key":"4711","differences":[{"tag":"Address","field":12,"ours":"…","theirs":"…",
/// "outcome":"differs","weight":"note","open":true,"proposal":"…"}]}]}]`. `found` is `reference-number`, `one`, `several` or
/// `none`; `outcome` is `same`, `differs`, `only-ours`, `only-theirs`, `neither` or `undecided`; `weight` is `note`, `claim` or
/// `identity`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_answer_match_json(
    answer: *const mynacard_answer,
    charts: *const u8,
    charts_size: usize,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let charts = unsafe { bytes("charts", charts, charts_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let held = answer::find_answer(answer)?;
        let charts: Vec<Chart> = json::ask("charts", charts)?;
        let patients = charts
            .into_iter()
            .map(Chart::patient)
            .collect::<Result<Vec<_>, _>>()?;
        let found = on_worker(|| Ok(each_insurance(held.answer()?, &patients)))?;
        json::hand_out(place, found)
    })
}

impl Chart {
    fn patient(self) -> Result<Patient, Failure> {
        let mut patient = Patient::new(self.key);
        for (tag, text) in self.fields {
            let field = FieldId::from_tag(&tag)
                .ok_or_else(|| json::wrong("charts: a field that no answer has"))?;
            patient = patient.with(field, text);
        }
        Ok(match self.reference_number {
            Some(number) => patient.with_reference_number(number),
            None => patient,
        })
    }
}

fn each_insurance(answer: &Answer, patients: &[Patient]) -> Value {
    let beside = answer.text(FieldId::REFERENCE_NUMBER);
    let results = answer.results();
    let results = results.iter().map(|result| {
        let record = result.record();
        let (found, charts) = match candidates(record, beside, patients) {
            Candidates::ByReferenceNumber(one) => ("reference-number", vec![one]),
            Candidates::One(one) => ("one", vec![one]),
            Candidates::Several(several) => ("several", several),
            Candidates::NotFound => ("none", vec![]),
        };
        let charts = charts
            .into_iter()
            .map(|patient| differences(patient, record));
        json!({ "found": found, "charts": charts.collect::<Vec<_>>() })
    });
    Value::Array(results.collect())
}

fn differences(patient: &Patient, record: &Record) -> Value {
    let compared = compare(patient, record);
    let rows = compared.iter().map(difference);
    json!({ "key": patient.key, "differences": rows.collect::<Vec<_>>() })
}

fn difference(difference: &Difference) -> Value {
    let outcome = match difference.outcome {
        Outcome::Same => "same",
        Outcome::Differs => "differs",
        Outcome::OnlyOurs => "only-ours",
        Outcome::OnlyTheirs => "only-theirs",
        Outcome::Neither => "neither",
        Outcome::Undecided => "undecided",
    };
    let weight = match difference.weight {
        Weight::Note => "note",
        Weight::Claim => "claim",
        Weight::Identity => "identity",
    };
    json!({
        "tag": difference.field.tag(),
        "field": difference.field.number(),
        "ours": difference.ours,
        "theirs": difference.theirs,
        "outcome": outcome,
        "weight": weight,
        "open": difference.is_open(),
        "proposal": difference.proposal(),
    })
}
