//! `mynacard status`: what the card is and how many tries are left; no PIN is sent.

use mynacard::card::app::jpki::{CardKind, Jpki, Options};
use mynacard::card::{Error, Transport, Tries};
use serde_json::{Value, json};

use crate::args::StatusArguments;
use crate::card::Source;
use crate::failure::Failure;
use crate::output::Output;
use crate::trace::Recording;

/// What a card tells of itself.
pub(crate) struct Status {
    kind: CardKind,
    authentication: Tries,
    signature: Tries,
}

impl Status {
    /// Asks the card.
    pub(crate) fn read(card: &mut dyn Transport) -> Result<Self, Error> {
        let mut jpki = Jpki::open(card, Options::default())?;
        let status = Self {
            kind: jpki.token_info()?.kind(),
            authentication: jpki.authentication_tries()?,
            signature: jpki.signature_tries()?,
        };
        jpki.finish();
        Ok(status)
    }
}

pub(crate) fn run(arguments: &StatusArguments, output: &Output) -> Result<(), Failure> {
    let source = Source::of(&arguments.card, false)?;
    let recording = Recording::create(&arguments.record, output)?;
    let (card, reader) = source.open(output)?;
    let mut card = recording.of(card, &[("flow", "status")]);
    let status = Status::read(&mut *card);
    drop(card);
    let Status {
        kind,
        authentication,
        signature,
    } = status?;
    let kind = name(&kind);
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

fn name(kind: &CardKind) -> &'static str {
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
