//! Real readers: `mynacard readers`, and the card on one of them.

use std::time::Duration;

use mynacard::card::Transport;
use mynacard::pcsc::{Choice, Length, Options, PcscCard, Reader, Readers, Stop};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::Output;

/// How long a check waits for the patient to put the card down.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn list(output: &Output) -> Result<(), Failure> {
    let readers = Readers::new().list()?;
    let value: Vec<Value> = readers
        .iter()
        .map(|reader| json!({ "name": reader.name(), "card": reader.has_card() }))
        .collect();
    output.result(&Value::Array(value), || {
        let line = |reader: &Reader| {
            let card = if reader.has_card() {
                output.pick("カードあり", "card")
            } else {
                output.pick("カードなし", "no card")
            };
            format!("{} [{card}]\n", reader.name())
        };
        readers.iter().map(line).collect()
    })
}

/// Opens the card after waiting for it, with the reader's name.
pub(crate) fn open(
    name: Option<&str>,
    length: Length,
    output: &Output,
) -> Result<(Box<dyn Transport>, String), Failure> {
    if !output.is_json() {
        output.line(output.pick(
            "カードをリーダーに置いてください。",
            "Put the card on the reader.",
        ))?;
    }
    let card = wait(name, length)?;
    let reader = card.reader().to_owned();
    Ok((Box::new(card), reader))
}

fn wait(name: Option<&str>, length: Length) -> Result<PcscCard, Failure> {
    let choice = name.map_or(Choice::OnlyCard, |name| Choice::Named(name.to_owned()));
    let readers = Readers::new();
    let reader = readers.wait_for_card(&choice, Some(PATIENCE), &Stop::new())?;
    let mut options = Options::default();
    options.length = length;
    Ok(readers.card(&reader, options))
}
