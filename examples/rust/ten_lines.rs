//! One patient at a real reader: the ten lines of the README, and what stands around them.
//!
//! `ten_lines ADDRESS CA.der VAULT` reads the vault's passcode and the PIN from two lines of standard input.

#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, SystemTime};

use mynacard::Advice;
use mynacard::auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard::auth::{Cancel, Desk, DeskSettings, Identity, Purpose};
use mynacard::card::Pin;
use mynacard::cert::TrustStore;
use mynacard::client::https::{Endpoint, HttpsService};
use mynacard::eligibility::Language;
use mynacard::pcsc::{Choice, Options, Readers, Stop};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, authority, vault] = arguments.as_slice() else {
        return Err("usage: ten_lines ADDRESS CA.der VAULT".into());
    };
    let endpoint = Endpoint::sandbox(url, &std::fs::read(authority)?);
    let mut lines = std::io::stdin().lines();
    let mut line = || lines.next().unwrap_or_else(|| Ok(String::new()));
    let (passcode, typed) = (Passcode::new(&line()?)?, line()?);
    println!(
        "{}",
        check(
            &endpoint,
            TrustStore::simulation(),
            Path::new(vault),
            &passcode,
            typed.as_bytes()
        )?
    );
    Ok(())
}

#[rustfmt::skip] // As the README shows it.
fn check(endpoint: &Endpoint, roots: TrustStore, vault: &Path, passcode: &Passcode, typed: &[u8]) -> Result<String, Box<dyn Error>> {
    // README: begin
    let (stop, unlock) = (Cancel::new(), Unlock::Passcode(passcode, Stretching::default()));
    let terminal = Vault::open(vault, &unlock, SystemTime::now())?.terminal()?;
    let service = HttpsService::new(endpoint, Some(&terminal))?;
    let desk = Desk::new(Box::new(service), DeskSettings::new(roots));
    let ready = desk.prepare(Purpose::Reception, SystemTime::now(), &stop)?;   // before the tap
    let readers = Readers::new();
    let reader = readers.wait_for_card(&Choice::OnlyCard, Some(Duration::from_secs(60)), &Stop::new())?;
    let mut card = readers.card(&reader, Options::default());
    Ok(match ready.check(&mut card, Identity::Pin(Pin::new(typed)?), SystemTime::now(), &stop) {
        Ok(checked) => checked.answer().map_or_else(String::new, |answer| answer.to_text(Language::Japanese)),
        Err(error) => Advice::for_error(&error, Language::Japanese).staff,
    })
    // README: end
}
