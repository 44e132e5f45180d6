//! The cards' people and the insurance register's people are the same people.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value;

#[test]
fn both_lists_agree() {
    let insured: Value = serde_json::from_str(include_str!("../data/insurance.json")).unwrap();
    let cards: Value =
        serde_json::from_str(include_str!("../../mynacard-sim/data/people.json")).unwrap();
    let (insured, cards) = (
        insured["people"].as_array().unwrap(),
        cards["people"].as_array().unwrap(),
    );
    assert_eq!(insured.len(), cards.len());
    for (insured, card) in insured.iter().zip(cards) {
        for member in ["id", "name", "kana", "birth", "sex", "address"] {
            assert_eq!(insured[member], card[member], "{member} of {}", card["id"]);
            assert!(insured[member].is_string());
        }
    }
}

#[test]
fn the_terminal_authority_is_the_one_that_cards_trust() {
    let own = include_bytes!("../data/terminal-ca.pub.der");
    let cards = include_bytes!("../../mynacard-sim/keys/terminal-ca.pub.der");
    assert_eq!(own, cards);
}
