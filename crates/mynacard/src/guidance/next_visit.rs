//! The text to hand to the patient: what to bring next time, by what proved the insurance today.

use super::{Evidence, Query, Text};

const CARD: Text = Text::new(
    "次回もマイナンバーカード（マイナ保険証）をお持ちください。",
    "Please bring your My Number Card (insurance card) next time as well.",
);

/// What the patient brings to the next visit.
///
/// ```
/// use mynacard::guidance::{Evidence, Language, next_visit};
///
/// let slip = next_visit(Evidence::EligibilityCertificate).raw(Language::English);
/// assert!(slip.starts_with("Please bring your eligibility certificate"));
/// ```
#[must_use]
pub const fn next_visit(evidence: Evidence) -> Text {
    match evidence {
        Evidence::Online(Query::Pin | Query::FaceReader) => CARD,
        Evidence::Online(Query::Visual) => Text::new(
            "次回もマイナンバーカード（マイナ保険証）をお持ちください。4桁の暗証番号がお分かりの場合は、暗証番号でも確認できます。",
            "Please bring your My Number Card (insurance card) next time as well. If you know its PIN of four digits, it can be used too.",
        ),
        Evidence::Online(Query::Requery) => Text::new(
            "次回の訪問でも、同意をいただいている間はカードなしで確認できます。同意の取り消しはいつでもお申し出ください。",
            "At the next visit, too, no card is needed while your consent stands. You may withdraw it at any time.",
        ),
        Evidence::PortalScreen => Text::new(
            "次回もマイナンバーカード（マイナ保険証）をお持ちください。カードで確認できないときは、マイナポータルの資格情報画面か、保険者から届いた「資格情報のお知らせ」をカードと一緒にお見せください。",
            "Please bring your My Number Card (insurance card) next time as well. When it cannot be read, show it together with the Mynaportal eligibility screen or the eligibility notice from your insurer.",
        ),
        Evidence::NoticeWithCard => Text::new(
            "次回もマイナンバーカード（マイナ保険証）と「資格情報のお知らせ」を一緒にお持ちください。お知らせだけでは確認できません。",
            "Please bring your My Number Card (insurance card) and the eligibility notice together next time as well. The notice alone is no proof.",
        ),
        Evidence::EligibilityCertificate => Text::new(
            "次回も資格確認書をお持ちください。有効期限を過ぎたものは使えません。",
            "Please bring your eligibility certificate (資格確認書) next time as well. It cannot be used after its expiry date.",
        ),
        _ => CARD,
    }
}
