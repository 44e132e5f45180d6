//! One reader, as seen at one moment, and the choice among several.

use std::ffi::{CStr, CString};

use crate::error::ErrorKind;
use crate::system::{Slot, state};

/// A card reader and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    pub(crate) raw: CString,
    name: String,
    occupancy: Occupancy,
    atr: Vec<u8>,
}

/// What a reader holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occupancy {
    /// Nothing.
    Empty,
    /// A card that nobody uses.
    Card,
    /// A card that some program has open, and shares.
    CardInUse,
    /// A card that another program has for itself.
    CardExclusive,
    /// A card that did not answer to being powered.
    CardMute,
    /// The reader does not answer.
    Unavailable,
}

/// Which reader to take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// The only one that holds a card; several are an error that lists them.
    #[default]
    OnlyCard,
    /// The one with this name, or, when none has exactly it, the only one whose name contains it (case does not matter).
    Named(String),
}

impl Reader {
    pub(crate) fn of(slot: &Slot) -> Self {
        let occupancy = if slot.is(state::UNAVAILABLE | state::UNKNOWN) {
            Occupancy::Unavailable
        } else if !slot.is(state::PRESENT) {
            Occupancy::Empty
        } else if slot.is(state::MUTE) {
            Occupancy::CardMute
        } else if slot.is(state::EXCLUSIVE) {
            Occupancy::CardExclusive
        } else if slot.is(state::IN_USE) {
            Occupancy::CardInUse
        } else {
            Occupancy::Card
        };
        Self {
            name: display_name(&slot.name),
            raw: slot.name.clone(),
            occupancy,
            atr: slot.atr.clone(),
        }
    }

    /// The name by which the service knows it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    #[must_use]
    pub fn occupancy(&self) -> Occupancy {
        self.occupancy
    }

    /// Whether a card is there, usable or not.
    #[must_use]
    pub fn has_card(&self) -> bool {
        !matches!(self.occupancy, Occupancy::Empty | Occupancy::Unavailable)
    }

    /// The card's answer to reset. It names no card: contactless readers make it up, partly from random bytes.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.atr
    }
}

/// The reader with a card that a choice means, `None` while there is none.
pub(crate) fn choose(readers: &[Reader], choice: &Choice) -> Result<Option<Reader>, ErrorKind> {
    let fitting = match choice {
        Choice::OnlyCard => readers.iter().collect(),
        Choice::Named(name) => named(readers, name),
    };
    let mut with_card = fitting.into_iter().filter(|reader| reader.has_card());
    match (with_card.next(), with_card.next()) {
        (Some(first), Some(second)) => {
            let readers = [first, second]
                .into_iter()
                .chain(with_card)
                .map(|reader| reader.name.clone())
                .collect();
            Err(ErrorKind::SeveralCards { readers })
        }
        (first, _) => Ok(first.cloned()),
    }
}

/// The readers that a name means.
pub(crate) fn named<'a>(readers: &'a [Reader], name: &str) -> Vec<&'a Reader> {
    let exact: Vec<_> = readers
        .iter()
        .filter(|reader| reader.name == name)
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    let wanted = name.to_lowercase();
    readers
        .iter()
        .filter(|reader| reader.name.to_lowercase().contains(&wanted))
        .collect()
}

/// Windows hands names out in the ANSI code page, which is Shift_JIS where this is used; elsewhere they are UTF-8.
fn display_name(raw: &CStr) -> String {
    match raw.to_str() {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS
            .decode_without_bom_handling(raw.to_bytes())
            .0
            .into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(name: &str, seen: u32) -> Reader {
        Reader::of(&Slot {
            seen,
            ..Slot::new(CString::new(name).unwrap())
        })
    }

    fn names(result: Result<Option<Reader>, ErrorKind>) -> Option<String> {
        result.unwrap().map(|reader| reader.name)
    }

    #[test]
    fn states_become_occupancies() {
        let occupancy = |seen| reader("R", seen).occupancy();
        assert_eq!(occupancy(0x10), Occupancy::Empty);
        assert_eq!(occupancy(0x20), Occupancy::Card);
        assert_eq!(occupancy(0x0003_0122), Occupancy::CardInUse);
        assert_eq!(occupancy(0x1A0), Occupancy::CardExclusive);
        assert_eq!(occupancy(0x220), Occupancy::CardMute);
        assert_eq!(occupancy(0x08), Occupancy::Unavailable);
    }

    #[test]
    fn several_cards_are_an_error_that_lists_them() {
        let readers = [
            reader("A", 0x20),
            reader("B", 0x10),
            reader("C", 0x20),
            reader("D", 0x120),
        ];
        let error = choose(&readers, &Choice::OnlyCard).unwrap_err();
        assert_eq!(
            error,
            ErrorKind::SeveralCards {
                readers: vec!["A".into(), "C".into(), "D".into()]
            }
        );
    }

    #[test]
    fn a_name_chooses() {
        let readers = [
            reader("Sony RC-S300 00 00", 0x20),
            reader("Sony RC-S300 01 00", 0x20),
            reader("SCM 02", 0x10),
        ];
        assert_eq!(
            names(choose(
                &readers,
                &Choice::Named("Sony RC-S300 01 00".into())
            ))
            .unwrap(),
            "Sony RC-S300 01 00"
        );
        assert_eq!(
            names(choose(&readers, &Choice::Named("rc-s300 00".into()))).unwrap(),
            "Sony RC-S300 00 00"
        );
        assert_eq!(names(choose(&readers, &Choice::Named("SCM".into()))), None);
        assert!(choose(&readers, &Choice::Named("sony".into())).is_err());
    }

    #[test]
    fn windows_names_are_read_as_shift_jis() {
        let raw = CString::new(b"\x83J\x81[\x83h 0".to_vec()).unwrap();
        assert_eq!(Reader::of(&Slot::new(raw)).name(), "カード 0");
    }
}
