//! `mynacard validate`: is this text that number, and what is unusual about it?

use mynacard::eligibility::identifier::{IdentifierKind, validate};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(kind: &str, value: &str, output: &Output) -> Result<Exit, Failure> {
    let kind = IdentifierKind::from_name(kind).ok_or_else(|| {
        let kinds: Vec<_> = IdentifierKind::ALL.iter().map(|kind| kind.name()).collect();
        // What stands there instead may be the number itself.
        Failure::usage(format!(
            "expected KIND to be one of {}, found something else",
            kinds.join(" ")
        ))
    })?;
    let report = validate(kind, value);
    let shown = serde_json::to_value(&report).map_err(|error| Failure::usage(error.to_string()))?;
    output.result(&shown, || {
        let name = output.pick(kind.label_ja(), kind.name());
        let mut text = format!("{name}: {}\n", report.value.as_deref().unwrap_or("-"));
        for (name, rendering) in &report.renderings {
            text.push_str(&format!("  {name}: {rendering:?}\n"));
        }
        if let Some(code) = report.code {
            let refused = output.pick(rule_ja(code), "refused");
            text.push_str(&format!("  ! {refused} ({code})\n"));
        }
        // The details are for support, in the words of the library.
        let detail = output.pick("詳細（英語）", "detail");
        for finding in report.findings.iter().chain(&report.error) {
            text.push_str(&format!("  ! {detail}: {finding}\n"));
        }
        text
    })?;
    Ok(if report.valid {
        Exit::Done
    } else {
        Exit::Input
    })
}

fn rule_ja(code: &str) -> &'static str {
    match code {
        "MC-4020" => "値が入力されていません。",
        "MC-4021" => "桁数が違います。",
        "MC-4022" => "使えない文字があります。",
        "MC-4023" => "検証番号（チェックデジット）が合いません。入力を確かめてください。",
        "MC-4024" => "先頭の文字が違います。",
        _ => "正しい番号ではありません。",
    }
}
