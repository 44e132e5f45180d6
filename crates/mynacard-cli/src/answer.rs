//! A checked answer for the screen and for programs.

use mynacard::auth::{CheckedAnswer, Warning};
use mynacard::cert::Timestamp;
use mynacard::guidance;
use serde_json::{Value, json};

use crate::output::Output;

/// The whole check as one JSON document; the insurance under `answer`, as the library writes it.
pub(crate) fn json(checked: &CheckedAnswer, output: &Output) -> Value {
    let answer: Value = checked
        .answer()
        .and_then(|answer| serde_json::from_str(&answer.to_json()).ok())
        .unwrap_or(Value::Null);
    let times = checked.times();
    json!({
        "check_id": checked.check_id(),
        "tap_id": checked.tap().to_string(),
        "validity": checked.answer().and_then(|answer| answer.validity()).map(|validity| validity.code().to_owned()),
        "registered": checked.answer().is_some(),
        "evidence": checked.evidence().to_string(),
        "card_exchanges": checked.card_exchanges(),
        "checked_at": Timestamp::from(times.checked_at).to_string(),
        "processed_at": Timestamp::from(times.processed_at).to_string(),
        "card_milliseconds": times.card.as_millis(),
        "service_milliseconds": times.service.as_millis(),
        "warnings": checked.warnings().iter().map(warning_name).collect::<Vec<_>>(),
        "guidance": guidance::for_answer(checked).iter().map(|entry| json!({
            "code": entry.code,
            "staff": entry.staff.raw(output.language()),
            "next": entry.next.raw(output.language()),
            "patient": entry.patient.raw(output.language()),
        })).collect::<Vec<_>>(),
        "answer": answer,
    })
}

/// The check as staff read it: what it means, then the insurance.
pub(crate) fn text(checked: &CheckedAnswer, output: &Output) -> String {
    let mut text = String::new();
    for entry in guidance::for_answer(checked) {
        text.push_str(&format!(
            "● {}\n  → {}\n",
            entry.staff.raw(output.language()),
            entry.next.raw(output.language())
        ));
        if !entry.patient.is_empty() {
            text.push_str(&format!(
                "  {}: {}\n",
                output.pick("患者さんへ", "To the patient"),
                entry.patient.raw(output.language())
            ));
        }
    }
    for warning in checked.warnings() {
        if let Some(sentence) = warning_text(warning, output) {
            text.push_str(&format!("※ {sentence}\n"));
        }
    }
    if let Some(answer) = checked.answer() {
        text.push_str(&answer.to_text(output.language()));
    }
    text.push_str(&format!(
        "{}: {}   {}: {}   {}: {}\n",
        output.pick("カードとの往復", "card exchanges"),
        checked.card_exchanges(),
        output.pick("確認番号", "check"),
        checked.check_id(),
        output.pick("タップ番号", "tap"),
        checked.tap()
    ));
    text
}

/// One line or two: what the answer means, and the burden of each insurance in it.
#[cfg(feature = "demo")]
pub(crate) fn summary(checked: &CheckedAnswer, output: &Output) -> String {
    guidance::for_answer(checked)
        .iter()
        .map(|entry| format!("    ● {}", entry.staff.raw(output.language())))
        .collect::<Vec<_>>()
        .join("\n")
}

fn warning_name(warning: &Warning) -> &'static str {
    match warning {
        Warning::EndsSoon { .. } => "certificate-ends-soon",
        Warning::Expired { .. } => "certificate-expired",
        Warning::IssuerUnknown => "issuer-unknown",
        Warning::NotProduction { .. } => "not-production",
        Warning::ClockOff { .. } => "clock-off",
        _ => "other",
    }
}

/// What staff read of a warning; nothing where the guidance above it says the same with its next step.
fn warning_text(warning: &Warning, output: &Output) -> Option<String> {
    let language = output.language();
    let number = match warning {
        Warning::EndsSoon { .. } | Warning::Expired { .. } => return None,
        Warning::ClockOff { seconds } => Some(seconds.unsigned_abs()),
        _ => None,
    };
    Some(match guidance::for_warning(warning) {
        Some(entry) => format!(
            "{}\n  → {}",
            entry.staff.with_number(language, number),
            entry.next.raw(language)
        ),
        // Newer than this program.
        None => output
            .pick(
                "この回答には注意が必要です。ソフトウェアを更新してください。",
                "This answer needs care. Update the software.",
            )
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use mynacard::guidance::Language;

    use super::*;

    #[test]
    fn a_warning_is_said_with_its_figure_and_its_next_step_and_none_twice() {
        let said = |warning, language| warning_text(&warning, &Output::plain(language));
        let clock =
            |seconds| said(Warning::ClockOff { seconds }, Language::Japanese).unwrap_or_default();
        assert!(clock(150).contains("時計より150秒進んで"));
        assert!(clock(-150).contains("時計より150秒遅れて"));
        assert!(clock(150).contains("  → ") && clock(150).contains("自動設定"));
        let behind = said(Warning::ClockOff { seconds: -150 }, Language::English);
        assert!(behind.is_some_and(|text| text.contains("150 s behind")));
        let issuer = said(Warning::IssuerUnknown, Language::Japanese);
        assert!(issuer.is_some_and(|text| text.contains("発行元")));
        let until = Timestamp::from_unix(0);
        assert_eq!(said(Warning::EndsSoon { until }, Language::Japanese), None);
    }
}
