//! A checked answer for the screen and for programs.

use mynacard::auth::service::CertificateStatus;
use mynacard::auth::{CheckedAnswer, Warning};
use mynacard::cert::Timestamp;
use mynacard::guidance::{self, Guidance, Language};
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
        "guidance": guidance_of(checked).iter().map(|entry| json!({
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
    for entry in guidance_of(checked) {
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
    guidance_of(checked)
        .iter()
        .map(|entry| format!("    ● {}", entry.staff.raw(output.language())))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What staff must know about this answer, most important first.
fn guidance_of(checked: &CheckedAnswer) -> Vec<&'static Guidance> {
    let outcome = match checked.answer() {
        None => guidance::for_code("OK-3001"),
        Some(answer) => answer.validity().as_ref().and_then(guidance::for_validity),
    };
    let certificate = match checked.certificate_status() {
        CertificateStatus::EndsSoon => guidance::for_code("OK-0101"),
        CertificateStatus::Ended => guidance::for_code("OK-0102"),
        _ => None,
    };
    outcome.into_iter().chain(certificate).collect()
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
    let sentence = match warning {
        Warning::EndsSoon { .. } | Warning::Expired { .. } => return None,
        Warning::NotProduction { .. } => output.pick(
            "試験用のカードです。本物の資格確認ではありません。",
            "A test card: this is not a real confirmation.",
        ),
        Warning::IssuerUnknown => output.pick(
            "カードの発行元をこの端末では確認できません。",
            "This terminal does not know the card's issuer.",
        ),
        Warning::ClockOff { seconds } => {
            let off = seconds.unsigned_abs();
            let (ja, en) = match seconds {
                0.. => ("進んで", "ahead of"),
                _ => ("遅れて", "behind"),
            };
            return Some(match output.language() {
                Language::Japanese => format!(
                    "このパソコンの時計がサービスより{off}秒{ja}います。日付と時刻の自動設定を有効にしてください。"
                ),
                Language::English => format!(
                    "This computer's clock is {off} s {en} the service's. Switch on the automatic setting of date and time."
                ),
            });
        }
        _ => output.pick(
            "この回答には注意が必要です。ソフトウェアを更新してください。",
            "This answer needs care. Update the software.",
        ),
    };
    Some(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_has_a_sentence_of_its_own() {
        let said = |warning, language| warning_text(&warning, &Output::plain(language));
        let clock =
            |seconds| said(Warning::ClockOff { seconds }, Language::Japanese).unwrap_or_default();
        assert!(clock(150).contains("時計がサービスより150秒進んで"));
        assert!(clock(-150).contains("時計がサービスより150秒遅れて"));
        let behind = said(Warning::ClockOff { seconds: -150 }, Language::English);
        assert!(behind.is_some_and(|text| text.contains("150 s behind")));
        let issuer = said(Warning::IssuerUnknown, Language::Japanese);
        assert!(issuer.is_some_and(|text| text.contains("発行元")));
        let until = Timestamp::from_unix(0);
        assert_eq!(said(Warning::EndsSoon { until }, Language::Japanese), None);
    }
}
