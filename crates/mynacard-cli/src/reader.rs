//! Real readers: `mynacard readers`, `mynacard status`, and the card of a check.

use std::time::Duration;

use mynacard::card::app::jpki::{CardKind, Jpki, Options as JpkiOptions};
use mynacard::card::{Transport, Tries};
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

/// What the card is and how many PIN tries are left; no PIN is sent.
pub(crate) fn status(name: Option<&str>, output: &Output) -> Result<(), Failure> {
    let mut card = wait(name, Length::FromReader)?;
    let reader = card.reader().to_owned();
    let mut jpki = Jpki::open(&mut card, JpkiOptions::default())?;
    let kind = kind(&jpki.token_info()?.kind());
    let authentication = jpki.authentication_tries()?;
    let signature = jpki.signature_tries()?;
    jpki.finish();
    let value = json!({
        "reader": reader,
        "card": kind,
        "authentication_tries": left(authentication),
        "signature_tries": left(signature),
    });
    output.result(&value, || {
        format!(
            "{reader}\n{}: {kind}\n{}: {}\n{}: {}\n",
            output.pick("カード", "card"),
            output.pick(
                "利用者証明用暗証番号の残り回数",
                "authentication PIN tries left"
            ),
            tries_text(authentication, output),
            output.pick(
                "署名用パスワードの残り回数",
                "signature password tries left"
            ),
            tries_text(signature, output),
        )
    })
}

/// Opens the card of a check, after waiting for it.
pub(crate) fn open(
    name: Option<&str>,
    length: Length,
    output: &Output,
) -> Result<Box<dyn Transport>, Failure> {
    if !output.is_json() {
        output.line(output.pick(
            "カードをリーダーに置いてください。",
            "Put the card on the reader.",
        ))?;
    }
    Ok(Box::new(wait(name, length)?))
}

fn wait(name: Option<&str>, length: Length) -> Result<PcscCard, Failure> {
    let choice = name.map_or(Choice::OnlyCard, |name| Choice::Named(name.to_owned()));
    let readers = Readers::new();
    let reader = readers.wait_for_card(&choice, Some(PATIENCE), &Stop::new())?;
    let mut options = Options::default();
    options.length = length;
    Ok(readers.card(&reader, options))
}

fn kind(kind: &CardKind) -> &'static str {
    match kind {
        CardKind::MyNumberCard => "my-number-card",
        CardKind::Android => "android",
        CardKind::IPhone => "iphone",
        CardKind::ResidentRegistryCard => "resident-registry-card",
        _ => "other",
    }
}

fn left(tries: Tries) -> Value {
    match tries {
        Tries::Left(left) => json!(left),
        Tries::Blocked => json!(0),
        _ => Value::Null,
    }
}

fn tries_text(tries: Tries, output: &Output) -> String {
    match tries {
        Tries::Left(left) => left.to_string(),
        Tries::Blocked => output.pick("0（ロック）", "0 (locked)").to_owned(),
        _ => output.pick("不明", "unknown").to_owned(),
    }
}
