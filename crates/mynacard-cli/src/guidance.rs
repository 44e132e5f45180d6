//! `mynacard guidance`: the table of what staff are told, as a document.

use mynacard::guidance::{self, Guidance};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(code: Option<&str>, output: &Output) -> Result<(), Failure> {
    let entries: Vec<&Guidance> = match code {
        None => guidance::all().collect(),
        Some(code) => vec![
            guidance::for_code(code).ok_or_else(|| Failure::usage(format!("no code {code:?}")))?,
        ],
    };
    let value = Value::Array(entries.iter().map(|entry| as_json(entry)).collect());
    output.result(&value, || {
        entries
            .iter()
            .map(|entry| as_markdown(entry, output))
            .collect()
    })
}

fn as_json(entry: &Guidance) -> Value {
    let text = |text: guidance::Text| json!({ "ja": text.ja, "en": text.en });
    json!({
        "code": entry.code,
        "class": entry.class.to_string(),
        "staff": text(entry.staff),
        "next": text(entry.next),
        "patient": text(entry.patient),
        "instead": entry.instead.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn as_markdown(entry: &Guidance, output: &Output) -> String {
    let language = output.language();
    let mut text = format!(
        "## {}\n\n**{}**\n\n- {}: {}\n",
        entry.code,
        entry.staff.raw(language),
        output.pick("次に", "next"),
        entry.next.raw(language)
    );
    if !entry.patient.is_empty() {
        text.push_str(&format!(
            "- {}: {}\n",
            output.pick("患者さんへ", "to the patient"),
            entry.patient.raw(language)
        ));
    }
    if !entry.instead.is_empty() {
        let proofs: Vec<_> = entry
            .instead
            .iter()
            .map(|proof| guidance::label(*proof).raw(language))
            .collect();
        text.push_str(&format!(
            "- {}: {}\n",
            output.pick("代わりの確認方法", "other proofs"),
            proofs.join(" / ")
        ));
    }
    text.push('\n');
    text
}
