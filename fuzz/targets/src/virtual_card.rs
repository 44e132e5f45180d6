//! The virtual card under any sequence of commands: what a card must never do.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_card::{Application, Command};
use mynacard_sim::{Counter, Profile, Quirk, VirtualCard, person};

use crate::pieces;

/// The day on which the simulation's certificates are issued here: seeds must not change with the clock.
pub(crate) fn day() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// The card of the first person.
pub(crate) fn card() -> VirtualCard {
    card_of(Profile::default())
}

/// A card or phone of the first person; each kind is made once.
pub(crate) fn card_of(profile: Profile) -> VirtualCard {
    thread_local!(static CARDS: RefCell<HashMap<Profile, VirtualCard>> = RefCell::default());
    let holder = person("kyokai-self").expect("listed");
    CARDS.with_borrow_mut(|cards| {
        cards
            .entry(profile)
            .or_insert_with(|| VirtualCard::of_profile(holder, day(), profile))
            .clone()
    })
}

/// Habits of a card, by bit. The last bit says what its reader carries; two more stand in the octet before.
const QUIRKS: [Quirk; 7] = [
    Quirk::GetResponse,
    Quirk::ExactLe,
    Quirk::OpenCounter,
    Quirk::BlockedAs63C0,
    Quirk::BlockedAs6983,
    Quirk::RefusesExtended,
    Quirk::ConditionsForPin,
];

/// No signature and no protected file without its PIN, no counter that moves without a PIN, no try given back without the
/// right one, no answer without a status word. The first octet is the kind of card, the second its habits; an empty piece
/// takes the power away and gives it again, a piece of one octet `02` resets the card under power, as a reader does.
pub(crate) fn sequence(data: &[u8]) {
    let Some(([kind, habits], commands)) = data.split_first_chunk::<2>() else {
        return;
    };
    let profiles = Profile::ALL;
    let Some(&profile) = profiles.get(usize::from(kind & 0x3F) % profiles.len()) else {
        return;
    };
    let mut card = card_of(profile).with_extended(habits & 0x80 == 0);
    for (bit, quirk) in QUIRKS.into_iter().enumerate() {
        if habits >> bit & 1 != 0 {
            card = card.with_quirk(quirk);
        }
    }
    if kind & 0x80 != 0 {
        card = card.with_quirk(Quirk::Foreign);
    }
    let forgets = kind & 0x40 != 0;
    if forgets {
        card = card.with_quirk(Quirk::ForgetsAtReset);
    }
    let full = counters(&card);
    card.power_on();
    let mut granted = false;
    for command in pieces(commands).take(64) {
        if command.is_empty() {
            card.power_off();
            assert!(
                card.transmit(&[0x00, 0xA4, 0x04, 0x0C]).is_empty(),
                "an answer without power"
            );
            card.power_on();
            assert!(!card.is_anything_verified(), "a PIN outlived the power");
            granted = false;
            continue;
        }
        if command == [0x02] {
            let (tries, verified) = (counters(&card), card.is_anything_verified());
            card.warm_reset();
            assert_eq!(card.is_anything_verified(), verified && !forgets);
            assert_eq!(counters(&card), tries, "a reset moved a counter");
            granted = false;
            continue;
        }
        one(&mut card, command, profile, &full, &mut granted);
    }
    let shut = match habits & 0x40 {
        0 => [0x69, 0x82],
        _ => [0x69, 0x85],
    };
    rights(&card, profile, shut);
}

/// One command and what may come of it.
fn one(card: &mut VirtualCard, command: &[u8], profile: Profile, full: &[u8], granted: &mut bool) {
    let (tries, verified) = (counters(card), card.is_anything_verified());
    let signs = command.get(1) == Some(&0x2A);
    let before = signs.then(|| card.clone());
    let answer = card.transmit(command);
    let (data, word) = answer
        .split_last_chunk::<2>()
        .expect("every answer ends in a status word");
    let done = *word == [0x90, 0x00];
    assert!(
        data.is_empty() || done || word[0] == 0x62 || word[0] == 0x61,
        "data with an error"
    );
    let wanted = Command::decode(command).map_or(0, |read| read.expected().unwrap_or(0));
    assert!(
        data.len() <= usize::try_from(wanted).unwrap_or(usize::MAX),
        "more data than was asked for: {command:02X?}"
    );
    let presented = card
        .log()
        .last()
        .is_some_and(|logged| logged.presents_pin());
    let moved: Vec<_> = Counter::ALL
        .into_iter()
        .zip(tries.iter().zip(full))
        .filter(|(counter, (was, _))| card.tries(*counter) != **was)
        .collect();
    assert!(moved.len() <= 1, "one command moved {moved:?}");
    for (counter, (was, full)) in moved {
        let now = card.tries(counter);
        assert!(presented, "{} moved without a PIN", counter.name());
        if now < *was {
            assert_eq!(
                (now + 1, *word),
                (*was, [0x63, 0xC0 | now]),
                "{} fell otherwise than it was told",
                counter.name()
            );
        } else {
            assert!(
                done && now == *full,
                "{} rose from {was} to {now} without the right PIN",
                counter.name()
            );
        }
    }
    assert!(
        !card.is_anything_verified() || verified || (presented && done),
        "verified without a PIN"
    );
    let accepted = done || word[0] == 0x61;
    if let Some(mut before) = before
        && accepted
        && command.get(2..4) != Some(&[0, 0])
        && profile != Profile::IPhone
    {
        let opened = match command.get(3) {
            Some(0x97) => opened(&mut before, 0x98),
            Some(0x9A) => opened(&mut before, 0x9B),
            _ => verified,
        };
        assert!(opened || *granted, "a signature without a PIN");
        *granted &= opened;
    }
    match command {
        [0x80, 0xA2, 0x00, 0xC1, ..] => *granted = done,
        [0x00, 0xA4, 0x04, ..] if done => *granted = false,
        _ => {}
    }
}

/// Tries left of every key.
fn counters(card: &VirtualCard) -> Vec<u8> {
    Counter::ALL
        .into_iter()
        .map(|counter| card.tries(counter))
        .collect()
}

/// Whether a key of the selected application is verified: a card with open counters says so.
fn opened(card: &mut VirtualCard, reference: u8) -> bool {
    *card = card.clone().with_quirk(Quirk::OpenCounter);
    card.transmit(&[0x00, 0x20, 0x00, reference]) == [0x90, 0x00]
}

/// A file by its short identifier, and the references that open it.
type Protected = (u8, &'static [u8]);

/// Files that are not free.
const PROTECTED: [(Application, &[Protected]); 3] = [
    (Application::Jpki, &[(0x01, &[0x9B]), (0x0A, &[0x98])]),
    (
        Application::InputSupport,
        &[
            (0x01, &[0x91, 0x94]),
            (0x02, &[0x91, 0x95]),
            (0x03, &[0x91, 0x94, 0x95]),
            (0x06, &[0x91, 0x94, 0x95]),
            (0x07, &[0x91, 0x94, 0x95]),
        ],
    ),
    (
        Application::CardFace,
        &[(0x01, &[0x91]), (0x02, &[0x92, 0x93]), (0x05, &[0x93])],
    ),
];

/// Whatever was sent: each protected file opens with one of its own references and with nothing else, and answers `shut` until then.
fn rights(card: &VirtualCard, profile: Profile, shut: [u8; 2]) {
    for (application, files) in PROTECTED {
        let name = application.name();
        let length = u8::try_from(name.len()).expect("ten octets");
        let select = [&[0x00, 0xA4, 0x04, 0x0C, length][..], name].concat();
        let mut card = card.clone();
        if card.transmit(&select) != [0x90, 0x00] {
            continue;
        }
        for (file, references) in files {
            // The authentication certificate is free but on Android.
            if (application, *file) == (Application::Jpki, 0x0A) && profile != Profile::Android {
                continue;
            }
            let mut asked = card.clone();
            let open = profile != Profile::IPhone
                && references
                    .iter()
                    .any(|reference| opened(&mut asked, *reference));
            let answer = card.transmit(&[0x00, 0xB0, 0x80 | file, 0x00, 0x01]);
            assert_eq!(
                answer != shut,
                open,
                "file {file:02X} of the {application}: {answer:02X?}"
            );
        }
    }
}
