//! The PC/SC service, the readers and the card on one of them. No PIN is sent and nothing of the card is read.

use super::Finding;
#[cfg(feature = "pcsc")]
use super::State;

const READER: (&str, &str) = ("カードリーダー", "card reader");

#[cfg(not(feature = "pcsc"))]
pub(super) fn look() -> Vec<Finding> {
    vec![Finding::unknown(
        "reader",
        READER,
        (
            "このプログラムはカードリーダー（PC/SC）なしで作られています。",
            "This program was built without PC/SC.",
        ),
    )]
}

#[cfg(feature = "pcsc")]
pub(super) fn look() -> Vec<Finding> {
    use mynacard::pcsc::{Occupancy, Readers};
    use serde_json::json;

    const CARD: (&str, &str) = ("カード", "card");
    let readers = match Readers::new().list() {
        Err(error) => return vec![Finding::failed("reader", READER, &error.into())],
        Ok(readers) => readers,
    };
    if readers.is_empty() {
        return vec![
            Finding::new("reader", READER, State::Bad)
                .found("リーダーが見つかりません。", "No reader was found.")
                .mend(
                    "リーダーをつなぎ、ドライバーを入れてください。USB ハブを使わずにつなぐと改善することがあります。",
                    "Connect the reader and install its driver; try without a USB hub.",
                )
                .facts(json!({ "readers": 0 })),
        ];
    }
    let names: Vec<_> = readers.iter().map(|reader| reader.name()).collect();
    let found = names.join(" / ");
    let mut findings = vec![
        Finding::new("reader", READER, State::Good)
            .found(found.clone(), found)
            .facts(json!({ "readers": names.len() })),
    ];
    let card = Finding::new;
    findings.extend(readers.iter().map(|reader| {
        match reader.occupancy() {
            Occupancy::Card => {
                card("card", CARD, State::Good).found("カードがあります。", "A card is there.")
            }
            Occupancy::CardInUse | Occupancy::CardExclusive => card("card", CARD, State::Care)
                .found(
                    "別のソフトがカードを使っています。",
                    "Another program uses the card.",
                )
                .mend(
                    "カードを使うほかのソフトを閉じてください。",
                    "Close the other program.",
                ),
            Occupancy::CardMute => card("card", CARD, State::Bad)
                .found("カードが応答しません。", "The card does not answer.")
                .mend(
                    "カードの向きと位置を直してください。続くときは別のカードで試してください。",
                    "Put the card on again, turned round; if it goes on, try another card.",
                ),
            Occupancy::Unavailable => card("card", CARD, State::Bad)
                .found("リーダーが応答しません。", "The reader does not answer.")
                .mend(
                    "リーダーをつなぎ直してください。",
                    "Plug the reader in again.",
                ),
            _ => card("card", CARD, State::Good).found(
                "カードは置かれていません（確認のときに置きます）。",
                "No card is there; it is put there for a check.",
            ),
        }
    }));
    findings
}
