//! Card readers of this machine, where the build has them.

#[cfg(feature = "pcsc")]
pub(crate) use with_readers::*;
#[cfg(not(feature = "pcsc"))]
pub(crate) use without_readers::*;

#[cfg(feature = "pcsc")]
mod with_readers {
    use std::time::Duration;

    use mynacard::auth::Cancel;
    use mynacard::card::Transport;
    use mynacard::pcsc::{Choice, Length, Occupancy, Options, PcscCard, Readers, Stop};

    use crate::card::{Source, mynacard_lengths};
    use crate::failure::Failure;

    pub(crate) fn list() -> Result<String, Failure> {
        let readers = Readers::new().list()?;
        let list: Vec<_> = readers
            .iter()
            .map(|reader| {
                let state = match reader.occupancy() {
                    Occupancy::Empty => "empty",
                    Occupancy::Card => "card",
                    Occupancy::CardInUse => "in-use",
                    Occupancy::CardExclusive => "exclusive",
                    Occupancy::CardMute => "mute",
                    _ => "unavailable",
                };
                serde_json::json!({ "name": reader.name(), "card": reader.has_card(), "state": state })
            })
            .collect();
        Ok(serde_json::Value::Array(list).to_string())
    }

    pub(crate) fn wait_for_card(
        reader: &str,
        lengths: mynacard_lengths,
        keypad_timeout_ms: u32,
        timeout_ms: i64,
        stop: &Cancel,
    ) -> Result<Source, Failure> {
        let choice = if reader.is_empty() {
            Choice::OnlyCard
        } else {
            Choice::Named(reader.to_owned())
        };
        let readers = Readers::new();
        let found = stopping(stop, |stop| {
            readers.wait_for_card(&choice, timeout(timeout_ms), stop)
        })?;
        let mut options = Options::default();
        options.length = match lengths {
            mynacard_lengths::AsTheReaderSays => Length::FromReader,
            mynacard_lengths::Short => Length::Short,
            mynacard_lengths::Extended => Length::Extended,
        };
        if keypad_timeout_ms != 0 {
            options.keypad_timeout = Duration::from_millis(keypad_timeout_ms.into());
        }
        Ok(Source::Reader(Box::new(readers.card(&found, options))))
    }

    pub(crate) fn wait_until_removed(
        card: &Source,
        timeout_ms: i64,
        stop: &Cancel,
    ) -> Result<(), Failure> {
        let Source::Reader(card) = card else {
            return Ok(());
        };
        let readers = Readers::new();
        let list = readers.list()?;
        let Some(found) = list.into_iter().find(|one| one.name() == card.reader()) else {
            return Ok(());
        };
        Ok(stopping(stop, |stop| {
            readers.wait_for_removal(&found, timeout(timeout_ms), stop)
        })?)
    }

    /// A dialogue whose wait for another program can be cancelled.
    pub(crate) fn stoppable<T>(
        card: &mut PcscCard,
        cancel: &Cancel,
        dialogue: impl FnOnce(&mut (dyn Transport + Send)) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        stopping(cancel, |stop| {
            card.stop_with(stop.clone());
            dialogue(card)
        })
    }

    fn stopping<T>(cancel: &Cancel, call: impl FnOnce(&Stop) -> T) -> T {
        let stop = Stop::new();
        let pressed = stop.clone();
        let _subscription = cancel.on_cancel(move || pressed.stop());
        call(&stop)
    }

    fn timeout(milliseconds: i64) -> Option<Duration> {
        u64::try_from(milliseconds).ok().map(Duration::from_millis)
    }
}

#[cfg(not(feature = "pcsc"))]
mod without_readers {
    use mynacard::auth::Cancel;

    use crate::card::{Source, mynacard_lengths, unsupported};
    use crate::failure::Failure;

    pub(crate) fn list() -> Result<String, Failure> {
        unsupported()
    }

    pub(crate) fn wait_for_card(
        _reader: &str,
        _lengths: mynacard_lengths,
        _keypad_timeout_ms: u32,
        _timeout_ms: i64,
        _stop: &Cancel,
    ) -> Result<Source, Failure> {
        unsupported()
    }

    pub(crate) fn wait_until_removed(
        _card: &Source,
        _timeout_ms: i64,
        _stop: &Cancel,
    ) -> Result<(), Failure> {
        Ok(())
    }
}
