//! The virtual card under any sequence of commands: what a card must never do.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_sim::{VirtualCard, person};

use crate::pieces;

/// The day on which the simulation's certificates are issued here: seeds must not change with the clock.
pub(crate) fn day() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// The card of the first person.
pub(crate) fn card() -> VirtualCard {
    static CARD: OnceLock<VirtualCard> = OnceLock::new();
    CARD.get_or_init(|| VirtualCard::new(person("kyokai-self").expect("listed"), day()))
        .clone()
}

/// No signature without a PIN, no try given back without the right one, no answer without a status word. An empty piece
/// takes the power away and gives it again.
pub(crate) fn sequence(data: &[u8]) {
    let mut card = card();
    card.power_on();
    let mut password = false;
    for command in pieces(data).take(64) {
        if command.is_empty() {
            card.power_off();
            assert!(
                card.transmit(&[0x00, 0xA4, 0x04, 0x0C]).is_empty(),
                "an answer without power"
            );
            card.power_on();
            assert!(!card.is_authenticated(), "a PIN outlived the power");
            password = false;
            continue;
        }
        let (tries, authenticated) = (card.authentication_tries(), card.is_authenticated());
        let answer = card.transmit(command);
        let (data, word) = answer
            .split_last_chunk::<2>()
            .expect("every answer ends in a status word");
        let done = *word == [0x90, 0x00];
        assert!(
            data.is_empty() || done || word[0] == 0x62 || word[0] == 0x61,
            "data with an error"
        );
        let now = card.authentication_tries();
        let presented = card
            .log()
            .last()
            .is_some_and(|logged| logged.presents_pin());
        assert!(
            now <= tries || (presented && done),
            "a try came back without the right PIN"
        );
        assert!(now == tries || presented, "a try went without a PIN");
        assert!(
            !card.is_authenticated() || authenticated || (presented && done),
            "verified without a PIN"
        );
        password |= presented && done && !card.is_authenticated();
        if command.get(1) == Some(&0x2A) && !data.is_empty() {
            assert!(authenticated || password, "a signature without a PIN");
        }
    }
}
